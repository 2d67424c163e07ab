from __future__ import annotations

import datetime as dt

import pytest

from analysis.logged_sets import LiftGroup, LoggedSet, SetKind
from analysis.one_rep_max import MaxSource, OneRepMaxConfig, brzycki_kg, epley_kg, one_rep_maxes


def a_set(reps, load_kg, group=LiftGroup.ROW, **more):
    return LoggedSet(dt.date(2026, 1, 5), 0, 0, "Row", None, group, load_kg, reps, **more)


def estimate(*sets, profile_kg=None, body_mass_kg=None):
    return one_rep_maxes(enumerate(sets), profile_kg or {}, body_mass_kg, OneRepMaxConfig()).get("row")


def test_the_formulas_agree_at_ten_reps_and_leave_a_single_as_it_is():
    assert epley_kg(75, 10) == pytest.approx(100)
    assert brzycki_kg(75, 10) == pytest.approx(100)
    assert epley_kg(100, 1) == brzycki_kg(100, 1) == 100
    assert (epley_kg(60, 5), brzycki_kg(60, 5)) == pytest.approx((70.0, 67.5))


def test_the_best_set_counts_and_is_a_lower_bound():
    best = estimate(a_set(8, 50), a_set(5, 60), a_set(3, 61))
    assert best is not None
    assert (best.load_kg, best.set_index) == (pytest.approx(68.75), 1)
    assert best.is_lower_bound
    assert best.source is MaxSource.LOG


def test_reps_in_reserve_count_where_the_effort_was_noted():
    best = estimate(a_set(3, 60, rpe=8))
    assert best is not None
    assert (best.load_kg, best.is_lower_bound) == (pytest.approx(68.75), False)
    failed = estimate(a_set(5, 60, kind=SetKind.FAILURE))
    assert failed is not None
    assert (failed.load_kg, failed.is_lower_bound) == (pytest.approx(68.75), False)
    vague = estimate(a_set(5, 60, rpe=4))
    assert vague is not None
    assert vague.is_lower_bound


@pytest.mark.parametrize(
    "logged", [a_set(11, 60), a_set(8, 60, rpe=7), a_set(5, None), a_set(5, 20, LiftGroup.PULL_UP)]
)
def test_what_tells_nothing_gives_no_estimate(logged):
    assert estimate(logged) is None


def test_of_olympic_lifts_only_the_weight_itself_counts():
    best = estimate(a_set(3, 60, LiftGroup.SNATCH, rpe=9), a_set(1, 62.5, LiftGroup.SNATCH))
    assert best is not None
    assert (best.load_kg, best.is_lower_bound) == (62.5, True)


def test_a_pull_up_moves_the_body_too():
    best = estimate(a_set(5, 20, LiftGroup.PULL_UP), body_mass_kg=80)
    assert best is not None
    assert best.load_kg == pytest.approx((epley_kg(100, 5) + brzycki_kg(100, 5)) / 2)
    assert estimate(a_set(5, -90, LiftGroup.PULL_UP), body_mass_kg=80) is None


def test_a_profile_comes_first_even_if_the_log_says_more():
    best = estimate(a_set(1, 120), profile_kg={"row": 100.0})
    assert best is not None
    assert (best.load_kg, best.source, best.is_lower_bound) == (100.0, MaxSource.PROFILE, False)
