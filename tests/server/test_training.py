"""Stored sets as profile and audit take them, and their two routes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analysis.exercises import CATALOGUE
from analysis.imu import SetLabel
from analysis.logged_sets import LiftGroup
from analysis.results import Quality, QualityState
from server.annotations import SessionAnnotation, SetAnnotation
from server.stored import StoredSet
from server.training import NOT_NAMED, audit_store, logged_sets, measured_set, store_profile
from tests.server.lifting import make_rep, make_set, recording

LOW = Quality(QualityState.LOW_QUALITY, ("lost samples",))
LOADS_KG = (60.0, 80.0, 100.0, 120.0)


def stored(number, index, **changes):
    summary = make_set(index, start_s=changes.pop("start_s", 300.0 * index), **changes)
    return stored_as(recording(number), summary)


def stored_as(info, summary):
    label = SetLabel(summary.exercise_id, summary.load_kg)
    return StoredSet(info, summary, info.algorithm, label, summary.exercise_id)


def squat_set(index, load_kg):
    """Three reps of a lifter who squats about 140 kg once."""
    velocity = 0.28 + (140.0 - load_kg) * 0.0085
    reps = tuple(make_rep(k, velocity_mps=velocity - 0.03 * k, n_points=8) for k in range(3))
    return replace(make_set(index, load_kg=load_kg, start_s=300.0 * index), reps=reps)


@pytest.fixture
def weeks(store):
    """Six weeks of squats and rows, the last today."""
    for number in range(6):
        started = datetime.now(UTC) - timedelta(days=7 * (5 - number), hours=1)
        info = recording(number, started_at=started)
        for index, load_kg in enumerate(LOADS_KG):
            store.save_set(info, squat_set(index, load_kg))
        for index in range(4, 7):
            row = make_set(index, n_reps=8, exercise_id="bent_over_row", load_kg=60.0, start_s=300.0 * index)
            store.save_set(info, row)
    return store


def test_a_profile_takes_the_fastest_rep_of_good_quality():
    item = stored(0, 1)
    fast = make_rep(9, velocity_mps=2.0, quality=LOW)
    item = replace(item, summary=replace(item.summary, reps=(fast, *item.summary.reps)))
    found = measured_set(item)
    assert found.at == item.recording.started_at + timedelta(seconds=item.summary.start_s)
    assert (found.load_kg, found.velocity_mps, found.velocity_sd_mps) == (140.0, pytest.approx(0.59), 0.011)
    assert (found.reps, found.recording_id, found.set_index) == (6, str(item.recording.recording_id), 1)


def test_a_set_without_a_good_rep_has_no_velocity():
    item = stored(0, 0)
    item = replace(item, summary=replace(item.summary, reps=(make_rep(0, quality=LOW),)))
    assert (measured_set(item).velocity_mps, measured_set(item).reps) == (None, 1)


def test_the_audit_sees_lift_load_reps_and_place():
    first, second = logged_sets([stored(0, 1, exercise_id="t_bar_row", n_reps=8, load_kg=50.0), stored(0, 0)])
    assert (first.name, first.exercise_id, first.group) == ("Back squat", "back_squat", LiftGroup.OTHER)
    assert (second.exercise_id, second.group, second.load_kg) == ("t_bar_row", LiftGroup.ROW, 50.0)
    assert (second.reps, second.rpe) == (8, None)
    assert [(one.session, one.position) for one in (first, second)] == [(0, 0), (0, 1)]


def test_recordings_within_two_hours_are_one_session():
    long = recording(0).started_at + timedelta(minutes=31)
    later = recording(0).started_at + timedelta(hours=5)
    items = [
        stored(0, 0),
        stored_as(recording(1, started_at=long), make_set(0)),
        stored_as(recording(2, started_at=later), make_set(0)),
    ]
    assert [(one.session, one.position) for one in logged_sets(items)] == [(0, 0), (0, 1), (1, 0)]


def test_sets_that_say_too_little_are_left_out_or_unexplained():
    empty = stored(0, 0)
    empty = replace(empty, summary=replace(empty.summary, reps=()))
    gone, unnamed = stored(0, 1, exercise_id="jefferson_squat"), stored(0, 2, exercise_id=None, load_kg=None)
    first, second = logged_sets([empty, gone, unnamed])
    assert (first.name, first.exercise_id, first.group) == ("jefferson_squat", None, None)
    assert (second.name, second.group, second.load_kg) == (NOT_NAMED, None, None)


def test_the_stores_profile_and_its_e1rm_in_the_audit(weeks):
    found = store_profile(weeks, CATALOGUE["back_squat"], datetime.now(UTC))
    e1rm = found.profile.e1rm_kg
    assert e1rm.value == pytest.approx(140, abs=8)
    audit = audit_store(weeks)
    assert audit.e1rm_kg == {"back_squat": pytest.approx(e1rm.value, abs=0.5)}
    maxes = {one["lift"]: one for one in audit.document()["one_rep_maxes"]}
    assert maxes["back_squat"]["source"] == maxes["back_squat"]["from"] == "profile"
    assert maxes["back_squat"]["load_kg"] == pytest.approx(e1rm.value, abs=0.5)
    assert maxes["bent_over_row"]["source"] == "log"
    stated = audit_store(weeks, one_rep_max_kg={"back_squat": 150.0}).found.judged.maxes
    assert stated["back_squat"].load_kg == 150.0


def test_the_audit_of_the_store_finds_what_it_finds_in_a_log(weeks):
    audit = audit_store(weeks)
    assert (audit.n_sessions, len(audit.sets)) == (6, 42)
    # Five working sets a session: too few for a beginning and an end.
    assert {finding.kind for finding in audit.found.findings} == {"no_heavy_sets", "many_reps"}
    assert "bent_over_row" in {one.exercise_id for one in audit.found.suggestions}


def test_the_audit_says_that_nobody_stated_the_effort_until_somebody_did(weeks):
    words = "nobody stated how hard the sets were"
    assert words in audit_store(weeks).notes
    first = weeks.session(recording(0).recording_id).sets[0]
    said = SetAnnotation(first.start_s, first.end_s, rpe=8.0)
    weeks.annotate(recording(0).recording_id, SessionAnnotation(sets=(said,)))
    assert words not in audit_store(weeks).notes


def test_profile_route(client, weeks):
    body = client.get("/api/v1/profile", params={"exercise_id": "back_squat"}).json()
    assert body["schema"] == "upright.profile/1"
    assert body["e1rm_kg"] == pytest.approx(140, abs=8)
    assert body["interval_kg"][0] < body["e1rm_kg"] < body["interval_kg"][1]
    assert len(body["points"]) == 24
    assert body["curve"]["load_kg"]
    row = client.get("/api/v1/profile", params={"exercise_id": "bent_over_row"}).json()
    assert (row["e1rm_kg"], row["reason"]) == (None, "1 different load, at least 3 are needed")
    assert row["threshold"]["confidence"] == "assumed"


def test_audit_route(client, weeks):
    body = client.get("/api/v1/audit").json()
    assert body["schema"] == "upright.audit/1"
    assert (body["log"]["source"], body["log"]["sets"], body["log"]["sessions"]) == ("store", 42, 6)
    assert len(body["weeks"]) == 6
    few = client.get("/api/v1/audit", params={"weeks": 2, "body_mass_kg": 80}).json()
    assert len(few["weeks"]) == 2


def test_an_empty_store_is_an_answer(client):
    body = client.get("/api/v1/audit").json()
    assert [one["kind"] for one in body["findings"]] == ["cannot_tell_too_short"]
    assert (body["log"]["sets"], body["log"]["first_date"]) == (0, None)
    assert client.get("/api/v1/profile", params={"exercise_id": "deadlift"}).json()["reason"] == "no sets"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/profile", 422),
        ("/api/v1/profile?exercise_id=curl", 404),
        ("/api/v1/audit?weeks=1", 422),
        ("/api/v1/audit?body_mass_kg=nan", 422),
        ("/api/v1/audit?body_mass_kg=1", 422),
    ],
)
def test_a_bad_question_is_refused_in_words(client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.json().keys() == {"code", "message", "hint"}
