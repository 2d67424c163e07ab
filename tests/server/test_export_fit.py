"""FIT activities, read back by a decoder that somebody else wrote."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import fitdecode
import pytest
from fitdecode.profile import FIELD_TYPES

from analysis.exercises import CATALOGUE
from server.annotating import middle_s
from server.annotations import ExcludedRep, SessionAnnotation, SetAnnotation
from server.export_fit import FIT_LIFTS, fit_activity
from tests.server.lifting import make_set, recording

ID = recording().recording_id
WHOLE_SECONDS = timedelta(seconds=1)
"""FIT has no finer moments."""


def messages(content):
    """Every data message, its checksums verified: name and fields that are there."""
    options = {
        "check_crc": fitdecode.CrcCheck.RAISE,
        "error_handling": fitdecode.ErrorHandling.RAISE,
    }
    with fitdecode.FitReader(io.BytesIO(content), **options) as reader:
        return [
            (frame.name, {field.name: field.value for field in frame.fields if field.value is not None})
            for frame in reader
            if isinstance(frame, fitdecode.FitDataMessage)
        ]


def profile_names(kind):
    names = FIELD_TYPES[kind].enum
    assert names is not None
    return names


def of_kind(content, name):
    return [fields for kind, fields in messages(content) if kind == name]


@pytest.fixture
def session(store):
    """Squats of 140 kg, a minute later an unnamed lift without a load, then rows of 62.3 kg."""
    info = recording()
    store.save_set(info, make_set(0, start_s=3.25))
    store.save_set(info, make_set(1, start_s=90.0, exercise_id=None, load_kg=None, n_reps=3))
    store.save_set(info, make_set(2, start_s=200.0, exercise_id="t_bar_row", load_kg=62.3))
    return store.session(ID)


def test_sets_and_the_rests_between_them_come_back(session):
    sets = of_kind(fit_activity(session), "set")
    assert [one["set_type"] for one in sets] == ["active", "rest", "active", "rest", "active"]
    assert [one["message_index"] for one in sets] == list(range(5))
    active = sets[::2]
    assert [one["repetitions"] for one in active] == [5, 3, 5]
    assert [one["category"] for one in active] == ["squat", "unknown", "row"]
    for one, item in zip(active, session.stored_sets, strict=True):
        summary = item.summary
        assert one["duration"] == pytest.approx(summary.end_s - summary.start_s, abs=5e-4)
        assert abs(one["start_time"] - item.lifted_at) < WHOLE_SECONDS
    assert active[0]["weight"] == 140.0
    assert "weight" not in active[1]
    assert active[2]["weight"] == pytest.approx(62.3, abs=1 / 32)  # sixteenths of a kilogram
    for rest, before, after in zip(sets[1::2], active, active[1:], strict=False):
        assert {"weight", "repetitions", "category"}.isdisjoint(rest)
        assert before["start_time"] < rest["start_time"] <= after["start_time"]
    before, after = (item.summary for item in session.stored_sets[:2])
    assert sets[1]["duration"] == pytest.approx(after.start_s - before.end_s, abs=5e-4)


def test_an_activity_has_all_that_readers_want(session):
    content = fit_activity(session)
    names = [name for name, _ in messages(content)]
    assert names[0] == "file_id"
    assert names[-3:] == ["lap", "session", "activity"]
    (file_id,) = of_kind(content, "file_id")
    assert (file_id["type"], file_id["time_created"]) == ("activity", session.recording.started_at)
    (total,) = of_kind(content, "session")
    assert (total["sport"], total["sub_sport"]) == ("training", "strength_training")
    assert total["total_elapsed_time"] == pytest.approx(session.sets[-1].end_s, abs=5e-4)
    assert [(one["event"], one["event_type"]) for one in of_kind(content, "event")] == [
        ("timer", "start"),
        ("timer", "stop_all"),
    ]


def test_excluded_reps_are_not_counted(store, session):
    rep = session.sets[0].reps[1]
    said = SetAnnotation(3, 30, excluded_reps=(ExcludedRep(middle_s(rep), "bounced"),))
    store.annotate(ID, SessionAnnotation(sets=(said,)))
    assert of_kind(fit_activity(store.session(ID)), "set")[0]["repetitions"] == 4


def test_sets_that_touch_have_no_rest_between_them(session):
    first, second, _ = session.stored_sets
    touching = replace(second, summary=replace(second.summary, start_s=first.summary.end_s))
    sets = of_kind(fit_activity(replace(session, stored_sets=(first, touching))), "set")
    assert [one["set_type"] for one in sets] == ["active", "active"]


def test_the_names_of_lifts_are_those_of_the_profile():
    assert set(FIT_LIFTS) <= set(CATALOGUE)
    for category, name in FIT_LIFTS.values():
        theirs = category.name.lower()
        assert profile_names("exercise_category")[category.value] == theirs
        assert profile_names(f"{theirs}_exercise_name")[name.value] == name.name.lower()


@pytest.mark.parametrize(
    ("exercise_id", "category"),
    [("hang_snatch", "olympic_lift"), ("pendlay_row", "row"), ("long_forgotten", "unknown")],
)
def test_a_lift_without_a_name_there_has_the_category_of_its_group(exercise_id, category, session):
    (first, *_) = session.stored_sets
    other = replace(first, summary=replace(first.summary, exercise_id=exercise_id))
    (one,) = of_kind(fit_activity(replace(session, stored_sets=(other,))), "set")
    assert one["category"] == category
    assert "category_subtype" not in one
