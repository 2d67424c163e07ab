from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from analysis.exercises import CATALOGUE
from analysis.imu import SetLabel
from server.session import LinkState
from tests.server.lifting import make_set, play, recording, session_events, status

LIVE = "/api/v1/live"
SOCKET = f"ws://127.0.0.1:8000{LIVE}"


@pytest.fixture
def stored(store):
    for number in range(2):
        for index in range(4):
            store.save_set(recording(number), make_set(index))
    return store


def test_status_tells_version_session_and_link(client, hub):
    assert client.get("/api/v1/status").json()["session"] is None
    hub.start_session(recording())
    hub.publish_status(status(LinkState.LOST, reason="out of range"))
    body = client.get("/api/v1/status").json()
    assert body["session"]["recording_id"] == str(recording().recording_id)
    assert (body["link"]["state"], body["link"]["reason"]) == ("lost", "out of range")
    assert body["link"]["lost_fraction"] == pytest.approx(72 / 24072)


def test_exercises_are_the_catalogue(client):
    body = client.get("/api/v1/exercises").json()
    assert [item["id"] for item in body] == list(CATALOGUE)
    assert body[0].keys() == {"id", "name", "main_velocity", "parts", "role", "trains", "threshold"}
    assert body[0]["role"] == "upper_back_dependent"
    assert body[0]["trains"].startswith("legs")
    assert body[0]["threshold"].keys() == {"velocity_mps", "sd_mps", "source", "confidence"}
    assert (body[0]["threshold"]["velocity_mps"], body[0]["threshold"]["confidence"]) == (0.28, "published")
    assert {item["id"]: item["threshold"] for item in body}["muscle_snatch"] is None


@pytest.mark.usefixtures("stored")
def test_sessions_are_listed_newest_first(client):
    body = client.get("/api/v1/sessions").json()
    assert [item["recording_id"] for item in body] == [str(recording(n).recording_id) for n in (1, 0)]
    assert body[0]["started_at"] == "2026-11-09T17:30:00Z"
    assert (body[0]["n_sets"], body[0]["n_reps"], body[0]["exercises"]) == (4, 20, ["back_squat"])


@pytest.mark.usefixtures("stored")
def test_a_session_has_its_sets_reps_and_verdicts(client):
    body = client.get(f"/api/v1/sessions/{recording().recording_id}").json()
    assert [len(item["reps"]) for item in body["sets"]] == [5, 5, 5, 5]
    assert body["sets"][0]["exercise_name"] == "Back squat"
    (lift,) = body["verdicts"]
    primary = lift["parts"][0]
    assert primary["part"] == CATALOGUE["back_squat"].parts[0]
    assert lift["word"] == "too little data"  # four sets and no baseline
    assert [point["value"] for point in primary["points"]] == [
        pytest.approx(0.03 + 0.014 * k + 0.002 * 4 / 5) for k in range(4)
    ]


@pytest.mark.usefixtures("stored")
def test_sets_are_listed_without_their_reps_and_found_with_them(client):
    body = client.get("/api/v1/sets", params={"limit": 3}).json()
    assert [item["set"]["index"] for item in body] == [3, 2, 1]
    assert body[0]["set"]["reps"] == []
    assert (body[0]["n_reps"], body[0]["best_mean_velocity_mps"]) == (5, pytest.approx(0.53))
    one = client.get(f"/api/v1/sessions/{recording().recording_id}/sets/2").json()
    assert [rep["index"] for rep in one["set"]["reps"]] == [0, 1, 2, 3, 4]
    assert one["set"]["reps"][3]["quality"]["state"] == "low_quality"


@pytest.mark.usefixtures("stored")
def test_a_lift_is_judged_across_sessions_in_the_order_of_time(client):
    body = client.get("/api/v1/stability", params={"exercise_id": "back_squat"}).json()
    history = body["history"]
    points = history["parts"][0]["points"]
    assert [point["session_id"] for point in points] == [str(recording(n).recording_id) for n in (0, 1)]
    assert history["word"] == "too little data"
    assert history["baseline"]["words"] == "baseline 2 of 3 sessions"
    empty = client.get("/api/v1/stability", params={"exercise_id": "deadlift"}).json()
    assert empty["history"] is None


def test_measures_are_explained(client):
    body = client.get("/api/v1/measures").json()
    assert {"forward_displacement_m", "lockout_ratio"} <= {item["id"] for item in body}
    assert all(item["explain"] for item in body)


def test_a_label_reaches_the_session_and_every_screen(client, controls):
    with client.websocket_connect(SOCKET) as socket:
        socket.receive_json()
        answer = client.post("/api/v1/live/label", json={"exercise_id": "deadlift", "load_kg": 142.5})
        assert answer.json()["exercise_name"] == "Deadlift"
        assert socket.receive_json()["label"]["load_kg"] == 142.5
    assert controls.labels == [SetLabel("deadlift", 142.5)]


@pytest.mark.parametrize(
    ("body", "status_code"),
    [
        ({"exercise_id": "curl"}, 409),
        ({"load_kg": -1}, 422),
        ({"load_kg": "much"}, 422),
        ({"load_kg": 1e9}, 422),
        ({"surprise": 1}, 422),
        ([], 422),
    ],
)
def test_a_bad_label_is_refused_in_words(body, status_code, client, controls):
    answer = client.post("/api/v1/live/label", json=body)
    assert answer.status_code == status_code
    assert answer.json().keys() == {"code", "message", "hint"}
    assert controls.labels == []


def test_a_label_without_a_session_is_refused(client, controls):
    controls.is_running = False
    answer = client.post("/api/v1/live/label", json={"exercise_id": "deadlift"})
    assert (answer.status_code, answer.json()["code"]) == (409, "label_refused")


@pytest.mark.parametrize(
    ("path", "status_code"),
    [
        ("/api/v1/sessions/00000000-0000-0000-0000-000000000009", 404),
        ("/api/v1/sessions/00000000-0000-0000-0000-000000000009/sets/0", 404),
        ("/api/v1/sessions/nonsense", 422),
        ("/api/v1/stability?exercise_id=curl", 404),
        ("/api/v1/sets?limit=0", 422),
        ("/api/v1/nothing", 404),
        ("/static/../app.py", 404),
        ("/static/%2e%2e/app.py", 404),
    ],
)
def test_errors_have_code_message_and_hint(path, status_code, client):
    answer = client.get(path)
    assert answer.status_code == status_code
    assert answer.json().keys() == {"code", "message", "hint"}


def test_the_socket_begins_with_a_snapshot_and_goes_on_with_events(client, hub):
    events = list(session_events(2))
    play(hub, iter(events[:10]))
    with client.websocket_connect(SOCKET) as socket:
        snapshot = socket.receive_json()
        assert snapshot["type"] == "snapshot"
        assert snapshot == client.get(LIVE).json()
        client.post("/api/v1/live/label", json={"exercise_id": "deadlift"})
        message = socket.receive_json()
        assert (message["type"], message["schema"]) == ("label", 1)
        assert message["seq"] > snapshot["seq"]


def test_a_client_too_many_is_told_to_come_back(app, hub):
    hub._config = type(hub._config)(max_clients=1)
    address = "http://127.0.0.1:8000"
    with (
        TestClient(app, base_url=address, headers={"origin": address}) as client,
        client.websocket_connect(SOCKET),
        client.websocket_connect(SOCKET) as second,
    ):
        assert second.receive()["code"] == 1013


def test_a_client_that_leaves_is_forgotten(client, hub):
    with client.websocket_connect(SOCKET) as socket:
        socket.receive_json()
        assert hub.n_clients == 1
    assert hub.n_clients == 0


def test_a_huge_body_is_refused(client):
    answer = client.post("/api/v1/live/label", content=b"x" * 100_000)
    assert answer.status_code == 413


def test_the_api_describes_itself(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert "/api/v1/sessions/{recording_id}" in paths
