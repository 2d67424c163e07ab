from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests  # pyright: ignore[reportMissingTypeStubs]

from analysis.stability.baseline import baseline_state, comparable, fit_baseline
from analysis.stability.config import StabilityConfig
from analysis.stability.history import part_reps
from analysis.stability.statistics import Spread, combined, holm, interval, p_value, robust_effects
from tests.analysis.lifted import PART, SHAFT, lifted_set, ordinary_weeks

CONFIG = StabilityConfig()


def test_a_baseline_needs_three_sessions_and_fifteen_fresh_reps():
    two = baseline_state(ordinary_weeks(n_sessions=2), PART, CONFIG)
    assert (two.ready, two.words) == (False, "baseline 2 of 3 sessions")
    assert fit_baseline(ordinary_weeks(n_sessions=2), PART, CONFIG) is None
    singles = [lifted_set([0.1], k, 7 * week) for week in range(3) for k in range(3)]
    state = baseline_state(singles, PART, CONFIG)
    assert (state.ready, state.words) == (False, "baseline 9 of 15 fresh reps")
    three = baseline_state(ordinary_weeks(), PART, CONFIG)
    # Three sets of each session, three reps of each: the fourth set and the last reps are not fresh.
    assert (three.ready, three.sessions, three.reps) == (True, 3, 27)


def test_one_set_a_session_says_nothing_of_the_scatter_from_set_to_set():
    weeks = [lifted_set([0.1, 0.11, 0.12, 0.1, 0.1], 0, 7 * week) for week in range(5)]
    assert baseline_state(weeks, PART, CONFIG).ready
    assert fit_baseline(weeks, PART, CONFIG) is None


def test_centre_and_scatter_are_robust():
    weeks = ordinary_weeks(n_sessions=6)
    clean = fit_baseline(weeks, PART, CONFIG)
    wild = fit_baseline([*weeks[:-4], lifted_set([0.9] * 3, 0, 35), *weeks[-3:]], PART, CONFIG)
    assert clean is not None
    assert wild is not None
    assert wild.centre == pytest.approx(clean.centre, abs=0.004)
    assert wild.rep_sd == pytest.approx(clean.rep_sd, rel=0.5)


def test_variances_are_recovered():
    """Over many sessions: reps 0.01, sets 0.004 besides, days 0.003 besides (seeded, so tight enough)."""
    baseline = fit_baseline(ordinary_weeks(seed=4, n_sessions=150), PART, CONFIG)
    assert baseline is not None
    assert np.sqrt(baseline.within_sets.variance) == pytest.approx(0.01, rel=0.05)
    expected = 0.004**2 + 0.01**2 / 3
    assert baseline.set_mean(part_reps(lifted_set([0.1] * 3), PART)).variance == pytest.approx(
        expected, rel=0.15
    )
    assert baseline.session_means.variance == pytest.approx(0.003**2 + expected / 3, rel=0.25)


def test_the_mean_of_more_reps_scatters_less_as_far_as_the_baseline_shows():
    baseline = fit_baseline(ordinary_weeks(seed=5, n_sessions=150), PART, CONFIG)
    assert baseline is not None
    one, five, thirty = (
        baseline.set_mean(part_reps(lifted_set([0.1] * n), PART)).variance for n in (1, 5, 30)
    )
    assert one == pytest.approx(0.004**2 + 0.01**2, rel=0.2)
    assert five == pytest.approx(0.004**2 + 0.01**2 / 5, rel=0.2)
    assert thirty == five  # no set of the baseline had more than five


def test_comparable_means_the_same_conditions_and_not_too_long_ago():
    weeks = ordinary_weeks()
    now = datetime(2026, 9, 28, tzinfo=UTC)
    assert len(comparable(weeks, SHAFT, now, CONFIG)) == 12
    assert comparable(weeks, SHAFT, datetime(2027, 9, 28, tzinfo=UTC), CONFIG) == []


# -- the methods


def test_effects_that_the_data_show_are_found_and_others_stay_near_zero():
    rng = np.random.default_rng(0)
    x = np.column_stack((rng.normal(0, 0.3, 200), np.zeros(200)))
    y = 2.0 * x[:, 0] + rng.normal(0, 0.1, 200)
    y[:10] += 5.0  # outliers
    effects = robust_effects(y, x, np.array([0.2, 0.2]))
    assert effects.slopes[0] == pytest.approx(2.0, abs=0.1)
    assert effects.slopes[1] == pytest.approx(0.0, abs=1e-9)
    # Nothing was seen of the second: its covariance is the prior's, (scatter / scale)².
    scatter = np.sqrt(effects.covariance[1, 1]) * 0.2
    assert scatter == pytest.approx(np.std(y - 2 * x[:, 0]), rel=0.05)


def test_constant_values_have_no_effects():
    effects = robust_effects(np.full(9, 0.1), np.zeros((9, 2)), np.array([0.2, 0.2]))
    assert not effects.slopes.any()
    assert effects.spread_of(np.ones(2)).variance == 0.0


def test_holm_rejects_what_the_step_down_rejects():
    # 0.01 <= 0.05 / 4; 0.013 <= 0.05 / 3; 0.03 > 0.05 / 2: neither it nor anything after it.
    p = [0.03, 0.01, 0.013, 0.2]
    assert [one < alpha for one, alpha in zip(p, holm(p, 0.05), strict=True)] == [False, True, True, False]
    assert holm([], 0.05) == []


@given(st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=6))
def test_holm_agrees_with_statsmodels(p):
    # On a step itself statsmodels rejects; ours, which holds below, does not.
    assume(not any(one == pytest.approx(0.05 / k) for one in p for k in range(1, len(p) + 1)))
    rejected = multipletests(p, alpha=0.05, method="holm")[0]
    assert [one < alpha for one, alpha in zip(p, holm(p, 0.05), strict=True)] == list(rejected)


def test_satterthwaite_lies_between_the_smaller_and_the_sum_of_the_degrees():
    both = combined(Spread(1.0, 4.0), Spread(1.0, 6.0))
    assert both.variance == 2.0
    assert both.degrees == pytest.approx(4.0 / (1 / 4 + 1 / 6))
    assert combined(Spread(1.0, 4.0), Spread(0.0, 0.0)) == Spread(1.0, 4.0)


def test_interval_and_p_value_agree():
    spread = Spread(0.04, 7.0)
    edge = interval(0.0, spread, 0.9).high
    assert p_value(edge, spread) == pytest.approx(0.1)
    assert p_value(0.0, Spread(0.0, 5.0)) == 1.0
    assert p_value(0.1, Spread(0.0, 5.0)) == 0.0
