"""What is known of each lift's curve beforehand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.errors import InvalidPointError
from analysis.exercises import CATALOGUE
from analysis.lifts.squats import BACK_SQUAT_1RM


def test_what_is_known_of_a_curve_has_its_source_and_an_uncertainty():
    known = {lift.id: lift.one_rm_velocity for lift in CATALOGUE.values() if lift.one_rm_velocity}
    assert {"back_squat", "bench_press", "deadlift", "bent_over_row"} <= set(known)
    for prior in known.values():
        assert prior.source
        assert prior.one_rm_velocity_sd_mps > 0
        assert prior.bend_sd > 0


def test_a_profile_never_starts_from_a_peak_velocity():
    assert CATALOGUE["hang_clean"].one_rm_velocity is not None
    assert CATALOGUE["hang_clean"].profile_prior is None
    assert CATALOGUE["back_squat"].profile_prior is BACK_SQUAT_1RM


@pytest.mark.parametrize(
    ("exercise_id", "confidence"),
    [
        ("back_squat", "published"),
        ("bench_press", "published"),
        ("deadlift", "from memory"),
        ("front_squat", "from memory"),
        ("incline_bench_press", "assumed"),
        ("bent_over_row", "assumed"),
        ("sumo_deadlift", "assumed"),
    ],
)
def test_what_is_only_remembered_or_assumed_says_so(exercise_id, confidence):
    prior = CATALOGUE[exercise_id].one_rm_velocity
    assert prior is not None
    assert prior.confidence == confidence


@pytest.mark.parametrize(
    "changes",
    [
        {"one_rm_velocity_mps": 0.0},
        {"one_rm_velocity_mps": float("nan")},
        {"one_rm_velocity_sd_mps": -0.1},
        {"bend": 0.7},
        {"bend_sd": -0.1},
    ],
)
def test_impossible_priors_are_errors(changes):
    with pytest.raises(InvalidPointError, match=next(iter(changes)).removesuffix("_sd")):
        replace(BACK_SQUAT_1RM, **changes)
