from __future__ import annotations

import json

import pytest

from server.preferences import FILE_NAME

URL = "/api/v1/preferences"
SQUAT = {
    "velocity_loss_stop_fraction": 0.2,
    "target_mps": [0.5, 0.7],
    "min_velocity_mps": None,
    "reps": 5,
    "velocity_feedback": True,
}


def test_at_first_nothing_is_agreed_on(client):
    assert client.get(URL).json() == {"lifts": {}}


def test_what_was_agreed_on_is_kept_in_a_file_for_people(client, tmp_path):
    put = client.put(URL, json={"lifts": {"back_squat": SQUAT, "bench_press": {"target_mps": [0.3, 0.5]}}})
    assert put.status_code == 200
    assert put.json() == client.get(URL).json()
    assert put.json()["lifts"]["back_squat"] == SQUAT
    kept = json.loads((tmp_path / FILE_NAME).read_text())
    assert kept["schema"] == "upright.preferences/1"
    assert kept["lifts"]["bench_press"]["target_mps"] == [0.3, 0.5]
    assert client.put(URL, json={"lifts": {}}).json() == {"lifts": {}}


@pytest.mark.parametrize(
    ("lifts", "words"),
    [
        ({"juggling": SQUAT}, "there is no exercise 'juggling'"),
        ({"back_squat": {"target_mps": [0.7, 0.5]}}, "give the lower first"),
        ({"back_squat": {"velocity_loss_stop_fraction": 20}}, "velocity_loss_stop_fraction"),
        ({"back_squat": {"colour": "red"}}, "colour"),
    ],
)
def test_what_makes_no_sense_is_refused(lifts, words, client, tmp_path):
    answer = client.put(URL, json={"lifts": lifts})
    assert answer.status_code == 422
    assert words in answer.json()["message"]
    assert not (tmp_path / FILE_NAME).exists()


def test_a_lift_of_the_users_own_that_is_gone_for_now_keeps_its_goal(client, tmp_path):
    content = {"schema": "upright.preferences/1", "lifts": {"my_lift": SQUAT}}
    (tmp_path / FILE_NAME).write_text(json.dumps(content))
    assert client.get(URL).json() == {"lifts": {}}
    client.put(URL, json={"lifts": {"back_squat": SQUAT}})
    assert json.loads((tmp_path / FILE_NAME).read_text())["lifts"].keys() == {"my_lift", "back_squat"}


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": "upright.preferences/2"}'])
def test_a_damaged_file_is_told_and_not_overwritten(text, client, tmp_path):
    (tmp_path / FILE_NAME).write_text(text)
    for answer in (client.get(URL), client.put(URL, json={"lifts": {}})):
        assert (answer.status_code, answer.json()["code"]) == (409, "preferences_unusable")
        assert str(tmp_path / FILE_NAME) in answer.json()["hint"]
    assert (tmp_path / FILE_NAME).read_text() == text
