import numpy as np
import pytest

from firmware_sim.demo import demo_session
from firmware_sim.heart import Heart, HeartModel
from firmware_sim.scenarios import single_set, still


def test_a_heart_at_rest_stays_at_rest():
    heart = Heart(still(60.0))
    assert [heart.rate_bpm(t_s) for t_s in (-1.0, 0.0, 30.0)] == [72.0] * 3


def test_the_rate_rises_during_a_set_and_falls_back_after_it():
    scenario = single_set("back_squat", 5, 140.0, seed=1)
    heart = Heart(scenario)
    end_s = scenario.sets[0].end_s
    rates = [heart.rate_bpm(t_s) for t_s in np.arange(0.0, end_s, 1.0)]
    assert rates == sorted(rates)
    assert 85 < heart.rate_bpm(end_s) < HeartModel().highest_bpm
    assert heart.rate_bpm(end_s + 600) == pytest.approx(72.0, abs=0.1)


def test_a_heavier_set_makes_it_faster():
    light, heavy = (Heart(single_set("back_squat", 5, load_kg, seed=1)) for load_kg in (60.0, 160.0))
    assert heavy.rate_bpm(20.0) > light.rate_bpm(20.0)


def test_the_rate_never_jumps():
    scenario = demo_session()
    heart = Heart(scenario)
    rates = np.array([heart.rate_bpm(t_s) for t_s in np.arange(0.0, scenario.duration_s + 60, 0.5)])
    # The steepest rise: from rest towards the highest within 25 s.
    assert np.abs(np.diff(rates)).max() <= 0.5 * (178 - 72) / 25


def test_intervals_between_beats_add_up_to_the_time_and_vary():
    heart = Heart(still(60.0))
    intervals = [one for now_s in np.arange(100.0, 400.0, 1.0) for one in heart.beats(float(now_s), 80.0)]
    assert sum(intervals) == pytest.approx(300.0, abs=1.5)
    assert np.std(intervals) / np.mean(intervals) == pytest.approx(0.02, rel=0.2)
