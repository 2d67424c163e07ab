"""The profile of the sets that were lifted: which count, which do not and why, and its document."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields, replace

import pytest

from analysis.exercises import CATALOGUE
from analysis.lift_profile import (
    SCHEMA,
    MeasuredSet,
    lift_profile,
    lift_profile_document,
    threshold_document,
)
from analysis.lifts.squats import BACK_SQUAT_1RM
from analysis.load_velocity import FitQuality, LoadVelocityPoint, load_velocity_profile

NOW = dt.datetime(2026, 11, 26, 18, 0, tzinfo=dt.UTC)
SQUAT = CATALOGUE["back_squat"]
LOADS_KG = (60.0, 80.0, 100.0, 120.0)


def lifted(
    load_kg: float | None, velocity_mps: float | None, days_ago: float = 1.0, **changes
) -> MeasuredSet:
    at = NOW - dt.timedelta(days=days_ago)
    return MeasuredSet(at, load_kg, velocity_mps, None if velocity_mps is None else 0.01, 3, **changes)


def line(load_kg: float) -> float:
    """Velocity of a lifter who lifts about 140 kg once."""
    return 0.28 + (140.0 - load_kg) * 0.0085


@pytest.fixture
def sets():
    return [lifted(load, line(load), 2.0 + place) for place, load in enumerate(LOADS_KG)]


def document(sets, exercise=SQUAT, as_of=NOW):
    return lift_profile_document(lift_profile(exercise, sets, as_of))


def test_it_is_the_profile_of_the_fastest_reps(sets):
    points = [LoadVelocityPoint(load, line(load), 0.01, 2.0 + place) for place, load in enumerate(LOADS_KG)]
    expected = load_velocity_profile(points[::-1], SQUAT.profile_prior)
    found = document(sets)
    assert expected.e1rm_kg.value is not None
    assert expected.interval_kg is not None
    assert found["e1rm_kg"] == pytest.approx(expected.e1rm_kg.value, abs=0.01)
    assert found["e1rm_sd_kg"] == pytest.approx(expected.e1rm_kg.sd, abs=0.01)
    assert found["interval_kg"] == pytest.approx(expected.interval_kg, abs=0.01)
    assert found["reason"] == ""


def test_the_document_has_everything_to_draw_and_to_judge_it(sets):
    found = document(sets)
    assert found["schema"] == SCHEMA
    assert (found["exercise_id"], found["exercise_name"]) == ("back_squat", "Back squat")
    curve = found["curve"]
    assert len({len(values) for values in curve.values()}) == 1
    assert curve["load_kg"][0] == 60.0
    assert curve["load_kg"][-1] == pytest.approx(found["e1rm_kg"], abs=0.01)
    assert all(
        low < mid < high
        for low, mid, high in zip(curve["low_mps"], curve["velocity_mps"], curve["high_mps"], strict=True)
    )
    assert set(found["quality"]) == {field.name for field in fields(FitQuality)}
    assert found["threshold"] == {
        "velocity": "mean",
        "velocity_mps": 0.28,
        "sd_mps": 0.05,
        "source": BACK_SQUAT_1RM.source,
        "confidence": "published",
    }
    assert found["recency"] == {"newest_days": 2.0, "oldest_days": 5.0, "sets": 4, "left_out": 0}
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_points_are_in_the_order_of_time_and_lead_to_their_sets(sets):
    sets[3] = replace(sets[3], recording_id="r", set_index=7)
    points = document(sets)["points"]
    assert [point["age_days"] for point in points] == [5.0, 4.0, 3.0, 2.0]
    assert (points[0]["recording_id"], points[0]["set_index"], points[0]["load_kg"]) == ("r", 7, 120.0)
    assert {point["left_out"] for point in points} == {None}


def test_what_does_not_count_is_shown_with_the_reason(sets):
    more = [
        lifted(None, 0.5),
        lifted(0.0, 0.9),
        lifted(100.0, None),
        lifted(100.0, 0.61, 120.0),
        lifted(90.0, 1.3),
    ]
    found = document([*sets, *more])
    reasons = {
        (one["load_kg"], one["velocity_mps"]): one["left_out"] for one in found["points"] if one["left_out"]
    }
    assert reasons[None, 0.5] == reasons[0.0, 0.9] == "no load was stated"
    assert reasons[100.0, None] == "no rep of good quality"
    assert reasons[100.0, 0.61] == "older than 90 days"
    assert "faster than the other sets say" in reasons[90.0, 1.3]
    assert found["recency"] == {"newest_days": 2.0, "oldest_days": 5.0, "sets": 4, "left_out": 5}
    assert found["e1rm_kg"] == document(sets)["e1rm_kg"]


def test_equal_sets_are_told_apart(sets):
    odd = [lifted(90.0, 1.3), lifted(90.0, 1.3)]
    points = document([*sets, *sets, *odd])["points"]
    assert [one["load_kg"] for one in points if one["left_out"]] == [90.0, 90.0]


@pytest.mark.parametrize(
    ("exercise_id", "reason"),
    [
        ("t_bar_row", "no velocity of a 1RM is published for this lift"),
        ("hang_clean", "this lift is trained by peak velocity, and a profile follows mean velocity"),
        ("push_press", "this lift is trained by peak velocity, and a profile follows mean velocity"),
    ],
)
def test_a_refusal_says_why_and_still_shows_the_sets(sets, exercise_id, reason):
    found = document(sets, CATALOGUE[exercise_id])
    assert (found["e1rm_kg"], found["e1rm_sd_kg"], found["interval_kg"], found["curve"]) == (None,) * 4
    assert found["reason"] == reason
    assert len(found["points"]) == 4


def test_no_sets_are_a_refusal_too():
    found = document([])
    assert (found["reason"], found["points"], found["quality"]) == ("no sets", [], None)
    assert found["recency"] == {"newest_days": None, "oldest_days": None, "sets": 0, "left_out": 0}


def test_a_clock_that_ran_ahead_does_no_harm(sets):
    ahead = [replace(one, at=one.at + dt.timedelta(days=30)) for one in sets]
    assert {point["age_days"] for point in document(ahead)["points"]} == {0.0}


def test_the_interval_widens_as_the_sets_age(sets):
    def width(as_of):
        low, high = document(sets, as_of=as_of)["interval_kg"]
        return high - low

    assert width(NOW + dt.timedelta(days=60)) > 1.05 * width(NOW)


def test_a_threshold_says_of_which_velocity_it_is():
    hang_clean = threshold_document(CATALOGUE["hang_clean"])
    assert hang_clean is not None
    assert (hang_clean["velocity"], hang_clean["velocity_mps"]) == ("peak", 1.74)
    assert threshold_document(CATALOGUE["muscle_snatch"]) is None
