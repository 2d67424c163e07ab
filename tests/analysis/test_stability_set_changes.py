"""Each set against the first ones: which was worse, how sure, how rarely by chance; robust fit and line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.regression.linear_model import WLS  # pyright: ignore[reportMissingTypeStubs]
from statsmodels.robust.norms import HuberT  # pyright: ignore[reportMissingTypeStubs]
from statsmodels.robust.robust_linear_model import RLM  # pyright: ignore[reportMissingTypeStubs]

from analysis.results import Estimate
from analysis.stability.judge import judge_lift, judge_weeks
from analysis.stability.judgement import Word
from analysis.stability.statistics import huber_fit, line
from tests.analysis.lifted import PART, lifted_set, ordinary_day, ordinary_weeks

LIFT = "front_squat"
TODAY = 70
QUIET = {Word.NO_CLEAR_CHANGE, Word.TOO_LITTLE_DATA}


def moved(one, by_rad):
    reps = tuple(
        replace(rep, measures={PART: Estimate((rep.measures[PART].value or 0.0) + by_rad, 0.002)})
        for rep in one.reps
    )
    return replace(one, reps=reps)


def primary_of(sets, earlier=()):
    verdict = judge_lift(LIFT, sets, earlier)
    assert verdict is not None
    return verdict.parts[0]


def test_one_set_in_the_middle_that_comes_apart_is_named_though_the_session_is_even():
    day = ordinary_day(np.random.default_rng(3), TODAY, 5)
    day[2] = moved(day[2], 0.06)
    primary = primary_of(day, ordinary_weeks(n_sessions=8))
    assert primary.word is Word.NO_CLEAR_CHANGE
    words = {one.set_index: one.word for one in primary.sets}
    assert words[2] in {Word.CLEARLY_WORSE, Word.PROBABLY_WORSE}
    assert {words[1], words[3], words[4]} <= QUIET
    (third,) = [one for one in primary.sets if one.set_index == 2]
    assert third.against == (0, 1)
    assert third.interval is not None
    assert third.interval.low < (third.difference or 0.0) < third.interval.high
    assert third.sentence.startswith(
        f"Set 3 was {third.word.value}: you tipped further forward in the hole, +"
    )
    assert "° against sets 1 and 2 (90 % interval +" in third.sentence


def test_the_second_set_is_held_against_the_first_alone():
    primary = primary_of(ordinary_day(np.random.default_rng(3), TODAY, 3), ordinary_weeks())
    assert [one.against for one in primary.sets] == [(0,), (0, 1)]
    assert "against set 1 (90 %" in primary.sets[0].sentence


def test_without_a_baseline_the_difference_is_told_and_that_nobody_knows_how_sure_it_is():
    primary = primary_of(ordinary_day(np.random.default_rng(3), TODAY, 3), ordinary_weeks(n_sessions=2))
    assert all(one.word is Word.TOO_LITTLE_DATA and one.interval is None for one in primary.sets)
    assert primary.sets[1].difference is not None
    assert primary.sets[1].sentence.endswith("how sure that is cannot be told: baseline 2 of 3 sessions.")


def test_words_for_sets_add_few_false_alarms_and_their_intervals_hold():
    """300 ordinary days: the primary part gets a word for a set in at most 3.5 % (it and its sets' levels),
    4 % allowed; 90 % intervals hold none in 86 to 94 % (four sets a day, so about 1.5 points of scatter)."""
    rng = np.random.default_rng(11)
    alarms, held, every = 0, 0, 0
    for seed in range(30):
        earlier = ordinary_weeks(seed, 6)
        for _ in range(10):
            sets = primary_of(ordinary_day(rng, TODAY, 5), earlier).sets
            alarms += any(one.word not in QUIET for one in sets)
            held += sum(
                one.interval is not None and one.interval.low <= 0 <= one.interval.high for one in sets
            )
            every += len(sets)
    assert alarms <= 12
    assert 0.86 <= held / every <= 0.94


def test_a_dots_interval_is_its_means_by_students_t():
    values = [0.10, 0.11, 0.12, 0.09, 0.10]
    point = primary_of([lifted_set(values, 0, TODAY, sd=1e-9)]).points[0]
    half = 2.1318 * float(np.std(values, ddof=1)) / np.sqrt(5)  # t of 4 degrees of freedom at 95 %
    assert point.interval is not None
    assert point.interval.high - point.interval.value == pytest.approx(half, rel=1e-3)


def test_weeks_since_a_moment_leave_the_baseline_as_it_is():
    sets = ordinary_weeks(n_sessions=8)
    every, some = judge_weeks(LIFT, sets), judge_weeks(LIFT, sets, since=sets[16].started_at)
    assert every is not None
    assert some is not None
    assert (len(every.sessions), len(some.sessions), len(some.parts[0].points)) == (8, 4, 4)
    assert some.baseline == every.baseline
    assert some.sessions == every.sessions[4:]
    assert judge_weeks(LIFT, sets, since=sets[-1].started_at.replace(year=2030)) is None


# -- methods, against statsmodels


@given(st.integers(0, 10_000), st.integers(8, 24))
def test_the_robust_fit_agrees_with_statsmodels(seed, n):
    rng = np.random.default_rng(seed)
    design = np.column_stack((np.ones(n), rng.normal(0, 1, (n, 2))))
    y = design @ [0.3, 1.0, -2.0] + rng.standard_t(2, n)
    theirs = RLM(y, design, M=HuberT()).fit(maxiter=500, tol=1e-12).params
    # Both stop when little moves any more, by different rules: they agree as far as either has converged.
    assert huber_fit(design, y) == pytest.approx(theirs, rel=1e-3, abs=1e-3)


@given(st.integers(0, 10_000), st.integers(3, 12))
def test_the_weighted_line_agrees_with_statsmodels(seed, n):
    rng = np.random.default_rng(seed)
    x, sd = np.sort(rng.uniform(0, 10, n)), rng.uniform(0.5, 2.0, n)
    y = 0.2 * x + sd * rng.normal(0, 1, n)
    slope, spread = line(x, y, sd)
    theirs = WLS(y, np.column_stack((np.ones(n), x)), weights=1 / sd**2).fit()
    assert slope == pytest.approx(theirs.params[1], rel=1e-6, abs=1e-9)
    assert np.sqrt(spread.variance) == pytest.approx(theirs.bse[1], rel=1e-6)
    assert spread.degrees == n - 2
