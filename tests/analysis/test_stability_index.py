from __future__ import annotations

import numpy as np
import pytest

from analysis.stability.baseline import fit_baseline
from analysis.stability.config import StabilityConfig
from analysis.stability.judge import judge_lift
from tests.analysis.lifted import PART, lifted_set, ordinary_day, ordinary_weeks

LIFT = "front_squat"


def indices(sets, earlier=()):
    verdict = judge_lift(LIFT, sets, earlier)
    assert verdict is not None
    return verdict.index


def test_there_is_no_index_before_the_baseline():
    (found,) = indices([lifted_set([0.1] * 5, 0, 30)], ordinary_weeks(n_sessions=2))
    assert found.index is None
    assert found.reason == "baseline 2 of 3 sessions"


def test_an_ordinary_set_is_near_100_and_a_bad_one_falls_by_ten_points_a_scatter():
    weeks = ordinary_weeks(seed=2, n_sessions=8)
    ordinary, bad, hopeless = indices(
        [lifted_set([value] * 5, k, 90) for k, value in enumerate((0.10, 0.15, 0.9))], weeks
    )
    assert ordinary.index is not None
    assert bad.index is not None
    assert hopeless.index is not None
    assert ordinary.index.value > 90
    baseline = fit_baseline(weeks, PART, StabilityConfig())
    assert baseline is not None
    assert bad.index.value == pytest.approx(100 - 10 * (0.15 - baseline.centre) / baseline.rep_sd, abs=0.1)
    assert bad.index.low < bad.index.value < bad.index.high
    assert hopeless.index.value == 0.0


def test_missing_parts_are_named_and_not_imputed():
    weeks = ordinary_weeks()
    (found,) = indices(ordinary_day(np.random.default_rng(0), 30, 1), weeks)
    assert found.parts == ("uprightness_loss_rad",)
    missing = {one.part: one.reason for one in found.missing}
    assert missing["rounding_rad"] == "not measured in this set"
    assert "whole set" in missing["path_consistency_m"]


def test_fewer_reps_make_the_interval_wider():
    weeks = ordinary_weeks(seed=2, n_sessions=8)
    rng = np.random.default_rng(1)
    many, few = indices(
        [lifted_set((0.12 + 0.01 * rng.standard_normal(n)).tolist(), k, 90) for k, n in enumerate((10, 3))],
        weeks,
    )
    assert many.index is not None
    assert few.index is not None
    assert few.index.high - few.index.low > many.index.high - many.index.low
