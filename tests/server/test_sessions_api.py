"""The list of sessions, what is around one, the last weeks of a lift, a day's profile, links of the audit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from server.annotations import Athlete, SessionAnnotation
from tests.server.lifting import make_set, recording

ANN = Athlete(UUID(int=77), "Ann", datetime(2026, 1, 1, tzinfo=UTC))
SESSIONS = "/api/v1/sessions"


@pytest.fixture
def stored(store):
    """Six sessions a week apart: back squats, in the odd ones deadlifts too; the last two are Ann's."""
    store.save_athletes((ANN,))
    for number in range(6):
        info = recording(number)
        store.save_set(info, make_set(0, load_kg=100.0))
        store.save_set(info, make_set(1, load_kg=None, start_s=120.0))
        if number % 2:
            store.save_set(info, make_set(2, exercise_id="deadlift", load_kg=150.0, start_s=240.0))
        said = SessionAnnotation(
            title="Test day" if number == 2 else None,
            note="slept 100 % badly" if number == 3 else "",
            athlete_id=ANN.id if number > 3 else None,
        )
        store.annotate(info.recording_id, said)
    return store


def numbers(answer):
    return [UUID(item["recording_id"]).int - 1 for item in answer.json()]


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [5, 4, 3, 2, 1, 0]),
        ({"limit": 2}, [5, 4]),
        ({"limit": 2, "offset": 4}, [1, 0]),
        ({"athlete_id": str(ANN.id)}, [5, 4]),
        ({"is_unnamed": True}, [3, 2, 1, 0]),
        ({"exercise_id": "deadlift"}, [5, 3, 1]),
        ({"exercise_id": "deadlift", "is_unnamed": True}, [3, 1]),
        ({"words": "TEST"}, [2]),
        ({"words": "monday"}, [5, 4, 3, 1, 0]),
        ({"words": "100 %"}, [3]),
        ({"words": "_"}, []),
    ],
)
def test_sessions_are_found_by_athlete_lift_and_words_page_by_page(client, wanted, found):
    assert numbers(client.get(SESSIONS, params=wanted)) == found


@pytest.mark.usefixtures("stored")
def test_a_line_adds_up_what_has_a_load_and_how_long_it_took(client):
    newest = client.get(SESSIONS).json()[0]
    assert newest["tonnage_kg"] == 5 * 100.0 + 5 * 150.0
    assert newest["duration_s"] == pytest.approx(240.0 + 19.0)  # from 1 s to the last rep's end


@pytest.mark.usefixtures("stored")
def test_a_session_knows_its_neighbours_of_the_same_lifter_and_whether_its_recording_is_there(client):
    def place(number):
        body = client.get(f"{SESSIONS}/{recording(number).recording_id}/place").json()
        ends = [body["previous_id"], body["next_id"]]
        return [None if one is None else UUID(one).int - 1 for one in ends], body["has_recording"]

    assert place(0) == ([None, 1], False)
    assert place(3) == ([2, None], False), "the next one is Ann's"
    assert place(5) == ([4, None], False)
    assert client.get(f"{SESSIONS}/{UUID(int=999)}/place").status_code == 404


@pytest.mark.usefixtures("stored")
def test_a_profile_for_a_day_takes_the_sets_until_then(client):
    def points(**more):
        params = {"exercise_id": "back_squat", **more}
        return len(client.get("/api/v1/profile", params=params).json()["points"])

    day = recording(1).started_at + timedelta(hours=1)
    assert points() == 8
    assert points(as_of=day.isoformat()) == 4
    assert client.get("/api/v1/profile?exercise_id=back_squat&as_of=2026-11-02T10:00").status_code == 422


@pytest.mark.usefixtures("stored")
def test_stability_of_the_last_weeks(client):
    params = {"exercise_id": "back_squat", "weeks": 1}
    weeks = (datetime.now(UTC) - recording(0).started_at).days // 7 + 2
    assert client.get("/api/v1/stability", params=params | {"weeks": max(weeks, 2)}).json()["history"]
    assert client.get("/api/v1/stability", params=params | {"weeks": 0}).status_code == 422


@pytest.mark.usefixtures("stored")
def test_every_set_of_the_audit_says_where_it_is(client):
    body = client.get("/api/v1/audit", params={"weeks": 520}).json()
    assert body["working_sets"]
    for logged in body["working_sets"]:
        found = client.get(f"{SESSIONS}/{logged['recording_id']}/sets/{logged['set_index']}").json()["set"]
        assert (found["exercise_id"], found["load_kg"]) == (logged["exercise"], logged["load_kg"])
