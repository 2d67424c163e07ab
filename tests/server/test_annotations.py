"""What people say of recordings: the files that keep it, how it is found again, what it changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError

from analysis.exercises import find_exercise
from analysis.imu import Mount, MountPosition, SetLabel
from analysis.results import BarAxis
from analysis.stability.parts import set_stability
from analysis.summary import velocity_loss
from server.annotating import annotate_set, middle_s
from server.annotation_files import AnnotationFiles
from server.annotations import Athlete, ExcludedRep, SessionAnnotation, SetAnnotation, match_sets
from server.errors import AnnotationError
from tests.server.lifting import make_set, recording

ID = recording().recording_id
LABEL = SetLabel("back_squat", 140.0)
ANNA = Athlete(UUID(int=5), "Änna", datetime(2026, 11, 1, tzinfo=UTC), "left-handed", 63.5)
SAID = SessionAnnotation(
    athlete_id=ANNA.id,
    title="Heavy",
    note="“slept badly”",
    velocity_feedback=True,
    sets=(
        SetAnnotation(1.0, 20.0, exercise_id="deadlift", rpe=8.5),
        SetAnnotation(
            100.0,
            120.0,
            load_kg=142.5,
            note="n",
            velocity_feedback=False,
            excluded_reps=(ExcludedRep(105.2, "half rep"),),
        ),
    ),
)


@pytest.fixture
def files(tmp_path):
    return AnnotationFiles(tmp_path)


def test_what_is_kept_comes_back(files):
    files.keep_session(ID, SAID)
    files.keep_athletes((ANNA,))
    assert files.session(ID) == SAID
    assert files.athletes() == (ANNA,)


def test_nothing_is_said_where_there_is_no_file(files):
    assert files.session(ID) == SessionAnnotation()
    assert files.athletes() == ()


def test_the_files_can_be_read_by_people_and_hold_only_what_was_said(files):
    files.keep_session(ID, replace(SAID, sets=(SetAnnotation(0.0, 1.0), SAID.sets[0])))
    text = files.session_path(ID).read_text(encoding="utf-8")
    assert "“slept badly”" in text
    assert json.loads(text) == {
        "schema": "upright.annotations/1",
        "recording_id": str(ID),
        "athlete_id": str(ANNA.id),
        "title": "Heavy",
        "note": "“slept badly”",
        "velocity_feedback": True,
        "sets": [{"start_s": 1.0, "end_s": 20.0, "exercise_id": "deadlift", "rpe": 8.5}],
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"[" * 100_000,
        b'{"schema": "upright.annotations/9"}',
        b'{"schema": "upright.annotations/1", "recording_id": "00000000-0000-0000-0000-000000000009"}',
        json.dumps({"schema": "upright.annotations/1", "recording_id": str(ID), "surprise": 1}).encode(),
        json.dumps({"schema": "upright.annotations/1", "recording_id": str(ID), "sets": [{}]}).encode(),
    ],
)
def test_a_damaged_file_is_named_with_advice_and_stays(content, files):
    path = files.session_path(ID)
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(AnnotationError, match="move it away") as caught:
        files.session(ID)
    assert path.name in caught.value.message
    assert path.read_bytes() == content


def test_damaged_athletes_are_told(files):
    files.athletes_path.write_text('{"schema": "upright.athletes/1", "athletes": [{"name": ""}]}')
    with pytest.raises(AnnotationError, match=r"athletes\.json"):
        files.athletes()


def test_a_write_that_fails_leaves_what_was_there(files, monkeypatch):
    files.keep_session(ID, SAID)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(AnnotationError, match="No space left"):
        files.keep_session(ID, SessionAnnotation(note="new"))
    assert files.session(ID) == SAID
    assert [path.name for path in files.session_path(ID).parent.iterdir()] == [f"{ID}.json"]


@pytest.mark.parametrize(
    "changes",
    [
        {"rpe": 8.25},
        {"rpe": 10.5},
        {"rpe": float("nan")},
        {"load_kg": -1},
        {"load_kg": float("inf")},
        {"note": "x" * 2001},
        {"start_s": -1},
        {"excluded_reps": [{"concentric_s": 1, "reason": " "}]},
    ],
)
def test_bounds_are_kept(changes):
    with pytest.raises(ValidationError):
        TypeAdapter(SetAnnotation).validate_python({"start_s": 0.0, "end_s": 1.0} | changes)


def test_a_set_is_found_by_the_annotation_that_overlaps_it_most():
    said = [SetAnnotation(0, 10), SetAnnotation(20, 30), SetAnnotation(50, 60)]
    # The first set was cut in two, the second moved, a third appeared, the last is gone.
    assert match_sets(said, [(0, 3), (4, 10), (18, 27), (35, 40)]) == {1: 0, 2: 1}
    # Two annotations want the same set: the one that overlaps more has it.
    assert match_sets(said[:2], [(8, 29)]) == {0: 1}
    assert match_sets(said, []) == {}


def test_nothing_said_changes_nothing():
    summary = make_set(0)
    edited = annotate_set(summary, LABEL, None, "shaft")
    assert (edited.summary, dict(edited.excluded)) == (summary, {})


def test_another_load_changes_the_load_alone():
    summary = make_set(0)
    edited = annotate_set(summary, LABEL, SetAnnotation(0, 30, load_kg=100.0), "shaft")
    assert edited.summary == replace(summary, load_kg=100.0)


def test_excluded_reps_are_listed_and_in_no_mean():
    summary = replace(make_set(0), bar_axis=BarAxis((0.0, 1.0, 0.0), None, "stated"))
    slowest = summary.reps[4]
    said = SetAnnotation(0, 30, excluded_reps=(ExcludedRep(middle_s(slowest), "rack hit"),))
    edited = annotate_set(summary, LABEL, said, "shaft")
    assert edited.summary.reps == summary.reps
    assert edited.excluded == {4: "rack hit"}
    assert edited.summary.velocity_loss_fraction == velocity_loss(summary.reps[:4])
    expected = set_stability(
        summary.reps[:4], find_exercise("back_squat"), Mount(MountPosition.SHAFT, (0.0, 1.0, 0.0))
    )
    assert edited.summary.stability.keys() == expected.keys()
    kept = {name: one for name, one in expected.items() if name != "path_consistency_m"}  # of thinned paths
    assert {name: edited.summary.stability[name] for name in kept} == kept


def test_another_lift_has_its_own_parts():
    edited = annotate_set(make_set(0), LABEL, SetAnnotation(0, 30, exercise_id="deadlift"), "shaft")
    lift = find_exercise("deadlift")
    assert lift is not None
    assert edited.summary.exercise_id == "deadlift"
    assert set(lift.parts) <= edited.summary.stability.keys()


def test_all_reps_may_be_excluded():
    summary = make_set(0)
    said = SetAnnotation(
        0, 30, excluded_reps=tuple(ExcludedRep(middle_s(rep), "wrong lift") for rep in summary.reps)
    )
    edited = annotate_set(summary, LABEL, said, "wrist")
    assert edited.summary.velocity_loss_fraction is None
    assert {one.reason for one in edited.summary.stability.values()} == {"no reps"}
