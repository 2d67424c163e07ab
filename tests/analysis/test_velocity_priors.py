"""What is known of each lift's curve beforehand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.errors import InvalidPointError
from analysis.exercises import CATALOGUE
from analysis.velocity_priors import VELOCITY_PRIORS


def test_priors_are_of_lifts_in_the_catalogue_that_are_trained_by_mean_velocity():
    for exercise_id, prior in VELOCITY_PRIORS.items():
        assert CATALOGUE[exercise_id].main_velocity == "mean"
        assert prior.source
        assert prior.one_rm_velocity_sd_mps > 0
        assert prior.bend_sd > 0


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
        replace(VELOCITY_PRIORS["back_squat"], **changes)
