from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.stability.history import Conditions
from analysis.stability.judge import judge_weeks
from analysis.stability.judgement import Word
from tests.analysis.lifted import lifted_set, ordinary_day, ordinary_weeks

LIFT = "front_squat"


def judged(sets):
    history = judge_weeks(LIFT, sets)
    assert history is not None
    return history


def worsening(n_sessions: int, step_rad: float, seed: int = 5):
    """Sessions a week apart, each worse than the one before by a step."""
    rng = np.random.default_rng(seed)
    return [
        lifted_set([value + step_rad * week for value in (0.1 + 0.01 * rng.standard_normal(5))], k, 7 * week)
        for week in range(n_sessions)
        for k in range(3)
    ]


def test_a_change_over_eight_weeks_is_found_with_its_slope():
    history = judged(worsening(8, 0.01))
    assert history.word is Word.CLEARLY_WORSE
    primary = history.parts[0]
    assert primary.slope_per_week == pytest.approx(0.01, abs=0.003)
    assert primary.change is not None
    assert primary.change.low < 0.07 < primary.change.high
    assert primary.test.degrees == 6
    assert "over 8 sessions" in history.sentence


def test_ordinary_weeks_show_no_clear_change():
    assert judged(ordinary_weeks(n_sessions=8)).word is Word.NO_CLEAR_CHANGE


def test_four_sessions_compare_the_newest_with_those_before_and_three_say_nothing():
    weeks = [*ordinary_weeks(), lifted_set([0.2] * 5, 0, 21), lifted_set([0.21] * 5, 1, 21)]
    history = judged(weeks)
    assert history.parts[0].test.method == "baseline"
    assert history.parts[0].change is not None
    assert history.parts[0].change.value == pytest.approx(0.1, abs=0.02)
    three = judged(ordinary_weeks())
    assert three.word is Word.TOO_LITTLE_DATA
    assert "needs 4" in three.sentence


def test_another_sensor_breaks_the_trend_and_is_never_joined():
    old = [replace(one, conditions=Conditions("shaft", "old", "core/1")) for one in worsening(5, 0.05)]
    new = [
        lifted_set(list(rep_values), k, 7 * week)
        for week in range(5, 11)
        for k, rep_values in enumerate(0.1 + 0.01 * np.random.default_rng(week).standard_normal((3, 5)))
    ]
    history = judged([*old, *new])
    assert [(one.session_id, one.reason) for one in history.breaks] == [
        ("day 35", "sensor: old before, Upright-01 now")
    ]
    points = history.parts[0].points
    assert [point.joined for point in points] == [False] * 5 + [True] * 6
    assert history.word is Word.NO_CLEAR_CHANGE


def test_each_session_has_the_index_that_it_got_on_its_day():
    history = judged(ordinary_weeks(n_sessions=5))
    known = [[one.index is not None for one in day.index] for day in history.sessions]
    assert known == [[False] * 4] * 3 + [[True] * 4] * 2


def test_sessions_at_the_same_time_have_no_slope():
    sets = [replace(one, started_at=worsening(1, 0.0)[0].started_at) for one in worsening(6, 0.0)]
    assert judged(sets).parts[0].reasons == ("all sessions at the same time",)


def test_warm_ups_do_not_count_and_the_order_of_the_sets_does_not_matter():
    weeks = worsening(6, 0.01)
    warm = [replace(lifted_set([0.5] * 3, 9, 7 * week), load_kg=40.0) for week in range(6)]
    one, other = judged(weeks), judged([*warm, *reversed(weeks)])
    assert one.parts[0].slope_per_week == pytest.approx(other.parts[0].slope_per_week)


def test_no_sets_no_history():
    assert judge_weeks(LIFT, []) is None
    assert judge_weeks("nothing", ordinary_day(np.random.default_rng(0), 0)) is None
