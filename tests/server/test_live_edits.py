"""Corrections while a session runs: what every browser sees at once, and what is stored."""

from __future__ import annotations

import json

import pytest

from analysis.imu import SetLabel
from analysis.set_goal import SetGoal
from server.live_session import SessionSink
from tests.server.lifting import make_set, recording, rep_events

ID = recording().recording_id
SESSION = f"/api/v1/sessions/{ID}"
SOCKET = "ws://127.0.0.1:8000/api/v1/live"


@pytest.fixture
def sink(hub, store):
    running = SessionSink(hub, store)
    running.start(recording())
    return running


@pytest.fixture
def lifting(sink):
    """Two closed sets, and two reps of a third."""
    for index in range(2):
        for event in rep_events(make_set(index, start_s=100.0 * index)):
            sink.take(event)
    for event in rep_events(make_set(2, start_s=200.0))[:2]:
        sink.take(event)
    return sink


def post(client, path, status=200, **body):
    answer = client.post(f"/api/v1/live/{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def live(client):
    return client.get("/api/v1/live").json()


def heard(socket, kind):
    while (message := socket.receive_json())["type"] != kind:
        pass
    return message


@pytest.mark.usefixtures("lifting")
def test_a_rep_of_the_open_set_is_out_in_every_browser_at_once_and_comes_back(client):
    before = live(client)
    assert (before["undo"], before["redo"]) == (None, None)
    with client.websocket_connect(SOCKET) as one, client.websocket_connect(SOCKET) as other:
        done = post(client, "exclude", set_index=2, rep_index=0, reason="spotter", rep_start_s=201.0)
        assert done["words"] == "Rep 1 of set 3 left out: spotter"
        for socket in (one, other):
            told = heard(socket, "edit")
            assert [rep["excluded_reason"] for rep in told["open_set"]["reps"]] == ["spotter", ""]
            assert (told["open_set"]["velocity_loss_fraction"], told["sets"]) == (None, [])
            assert told["words"] == told["undo"]["words"] == done["words"]
        assert post(client, "undo", id=done["undo"]["id"])["words"] == f"Undone: {done['words']}"
        for socket in (one, other):
            told = heard(socket, "edit")
            assert told["open_set"] == before["open_set"]
            assert (told["undo"], told["redo"]["words"]) == (None, done["words"])
    assert post(client, "redo")["words"] == f"Done again: {done['words']}"


def test_what_was_said_of_the_open_set_holds_when_it_closes(client, lifting, store, tmp_path):
    post(client, "exclude", set_index=2, rep_index=1, reason="failed")
    for event in rep_events(make_set(2, start_s=200.0))[2:]:
        lifting.take(event)
    assert live(client)["open_set"] is None
    assert [rep["excluded_reason"] for rep in live(client)["sets"][2]["reps"]] == ["", "failed", "", "", ""]
    assert store.set(ID, 2).excluded == {1: "failed"}
    kept = json.loads((tmp_path / "annotations" / f"{ID}.json").read_text())
    assert [one["reason"] for one in kept["sets"][0]["excluded_reps"]] == ["failed"]
    # The session is over; what was said can still be taken back, and the numbers are those of before.
    lifting.end()
    post(client, "undo")
    assert store.set(ID, 2).summary == make_set(2, start_s=200.0)
    assert live(client)["sets"][2]["reps"][1]["excluded_reason"] == ""


@pytest.mark.usefixtures("lifting")
def test_a_closed_set_gets_another_load_and_lift_and_both_are_undone(client, store):
    before = live(client)
    post(client, "set", set_index=1, load_kg=102.5)
    done = post(client, "set", set_index=1, exercise_id="deadlift")
    assert done["undo"]["words"] == "Set 2: Deadlift"
    assert "only relabelled" in done["notice"]
    one = live(client)["sets"][1]
    assert (one["exercise_id"], one["load_kg"]) == ("deadlift", 102.5)
    assert client.get(f"{SESSION}/history").json()["changes"][1]["words"] == "Set 2: load 102.5 kg (226 lb)"
    assert store.set(ID, 1).summary.load_kg == 102.5
    post(client, "undo")
    post(client, "undo")
    after = live(client)
    assert (after["sets"], after["verdicts"]) == (before["sets"], before["verdicts"])
    assert store.session(ID).sets == (make_set(0), make_set(1, start_s=100.0))
    assert post(client, "undo", 409)["code"] == "edit_refused"


@pytest.mark.usefixtures("lifting")
def test_a_stored_set_that_is_edited_changes_on_the_live_screens_too(client):
    with client.websocket_connect(SOCKET) as socket:
        client.post(f"{SESSION}/sets/0/exclude", json={"rep_index": 4, "reason": "failed"})
        told = heard(socket, "edit")
    assert [one["index"] for one in told["sets"]] == [0]
    assert told["sets"][0]["velocity_loss_fraction"] == pytest.approx(1 - 0.545 / 0.62)
    assert post(client, "restore", set_index=0, rep_index=4)["words"] == "Rep 5 of set 1 counts again"


@pytest.mark.usefixtures("lifting")
def test_who_comes_late_changes_nothing(client):
    first = post(client, "exclude", set_index=0, rep_index=0, reason="a")["undo"]["id"]
    post(client, "exclude", set_index=0, rep_index=1, reason="b")
    before = live(client)
    assert "meanwhile" in post(client, "undo", 409, id=first)["message"]
    assert (
        "meanwhile"
        in post(client, "exclude", 409, set_index=0, rep_index=1, reason="c", rep_start_s=99)["message"]
    )
    post(client, "exclude", 404, set_index=9, rep_index=0, reason="x")
    post(client, "exclude", 404, set_index=0, rep_index=9, reason="x")
    post(client, "exclude", 422, set_index=0, rep_index=0, reason=" ")
    post(client, "set", 422, set_index=0, exercise_id="curl")
    assert live(client) == before


def test_nothing_can_be_corrected_without_a_session_or_in_a_replay(client, hub):
    assert "No session" in post(client, "undo", 409)["message"]
    SessionSink(hub, None).start(recording(5))
    for event in rep_events(make_set(0)):
        hub.publish_event(event)
    assert "not stored" in post(client, "exclude", 409, set_index=0, rep_index=0, reason="x")["message"]


def test_advice_is_given_on_the_reps_that_count_and_stays_beside_its_rep(client, sink):
    goal = SetGoal(velocity_loss_stop_fraction=0.1)
    sink.label(SetLabel("back_squat", 140.0, goal))
    for event in rep_events(make_set(0), goal)[:5]:
        sink.take(event)
    before = live(client)["open_set"]
    assert before["advice"]["stop"]
    post(client, "exclude", set_index=0, rep_index=0, reason="bounced")
    after = live(client)["open_set"]
    assert after["advice"]["reps"][0]["zone"] is None
    assert after["advice"]["reps"][1:] == before["advice"]["reps"][1:]
    assert after["advice"]["loss_fraction"] < before["advice"]["loss_fraction"]
