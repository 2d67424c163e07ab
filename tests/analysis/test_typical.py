"""What one rep is held against while it is lifted."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from analysis.stability.baseline import fit_baseline
from analysis.stability.config import StabilityConfig
from analysis.stability.history import Conditions
from analysis.stability.typical import LEAST_REPS, Now, TypicalSource, typical_rep
from tests.analysis.lifted import PART, SHAFT, lifted_set, ordinary_day, ordinary_weeks

CONFIG = StabilityConfig()
DAY = 21


def now(load_kg=100.0, conditions=SHAFT):
    return Now(conditions, datetime(2026, 9, 28, 18, tzinfo=UTC), load_kg)


def test_the_lifters_own_baseline_comes_first():
    weeks = ordinary_weeks()
    told = typical_rep(now(), ordinary_day(np.random.default_rng(9), DAY), weeks, PART)
    baseline = fit_baseline(weeks, PART, CONFIG)
    assert baseline is not None
    assert told.source is TypicalSource.BASELINE
    assert told.baseline.ready
    band = baseline.usual_rep(CONFIG.level)
    assert (told.usual.low, told.usual.value, told.usual.high) == pytest.approx(
        (band.low, band.value, band.high), abs=0.002
    )


def test_nine_of_ten_ordinary_reps_lie_in_the_band():
    """Over 60 lifters of three weeks: 90 % ± 4, by its own scatter of about 1.5 % (seeded)."""
    inside = []
    for seed in range(60):
        usual = typical_rep(now(), [], ordinary_weeks(seed), PART).usual
        rng = np.random.default_rng(1000 + seed)
        for one in ordinary_day(rng, DAY):
            inside += [usual.low <= rep.measures[PART].value <= usual.high for rep in one.reps]
    assert np.mean(inside) == pytest.approx(0.90, abs=0.05)


def test_before_a_baseline_the_session_speaks_for_itself():
    weeks = ordinary_weeks(n_sessions=2)
    assert typical_rep(now(), [], weeks, PART).source is TypicalSource.NONE
    one = lifted_set([0.10, 0.11, 0.12], day=DAY)
    told = typical_rep(now(), [one], weeks, PART)
    assert (told.source, told.n_reps, told.baseline.sessions) == (TypicalSource.SESSION, LEAST_REPS, 2)
    assert told.usual.value == pytest.approx(0.11)
    # Student's t with two degrees of freedom for one more rep: 2.92 x 0.01 x sqrt(4/3).
    assert told.usual.high - told.usual.value == pytest.approx(2.920 * 0.01 * np.sqrt(4 / 3), rel=1e-3)


def test_warm_ups_and_other_sensors_are_no_measure():
    warm_up = lifted_set([0.3] * 5, day=DAY, load_kg=60.0)
    assert typical_rep(now(), [warm_up], [], PART).source is TypicalSource.NONE
    other = Conditions("sleeve", "Upright-01", "core/1")
    told = typical_rep(now(conditions=other), [], ordinary_weeks(), PART)
    assert (told.source, told.baseline.sessions) == (TypicalSource.NONE, 0)


def test_a_load_is_taken_into_account_by_the_baseline():
    rng = np.random.default_rng(3)
    weeks = []
    for week in range(4):
        for index, load_kg in enumerate((80.0, 90.0, 100.0, 110.0)):
            values = (0.10 + 0.002 * (load_kg - 95.0) + 0.004 * rng.standard_normal(5)).tolist()
            weeks.append(lifted_set(values, index, 7 * week, load_kg=load_kg))
    light, heavy = (typical_rep(now(load_kg), [], weeks, PART).usual.value for load_kg in (90.0, 110.0))
    assert heavy > light + 0.01
