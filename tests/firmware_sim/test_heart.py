from itertools import islice, takewhile

import numpy as np
import pytest

from firmware_sim.heart import Heart, HeartConfig, lifting_power_w
from firmware_sim.scenarios import single_set, still

SCENARIO = single_set("back_squat", 5, 100.0, seed=4)


def test_power_is_weight_times_height_over_time():
    (scheduled,) = SCENARIO.sets
    height_m = sum(rep.range_of_motion_m for rep in scheduled.reps)
    expected_w = 100 * 9.80665 * height_m / (scheduled.end_s - scheduled.start_s)
    assert lifting_power_w(scheduled) == pytest.approx(expected_w)
    assert 60 < expected_w < 300


def test_the_rate_rises_within_a_set_and_falls_after_it_and_never_jumps():
    heart = Heart(SCENARIO.sets, SCENARIO.seed)
    (scheduled,) = SCENARIO.sets
    t_s = np.arange(-5, scheduled.end_s + 400, 0.5)
    rate = np.array([heart.rate_bpm(float(t)) for t in t_s])
    during = (t_s >= scheduled.start_s) & (t_s <= scheduled.end_s)
    assert np.all(rate[t_s < scheduled.start_s] == HeartConfig().rest_bpm)
    assert np.all(np.diff(rate[during]) > 0)
    assert np.all(np.diff(rate[t_s > scheduled.end_s + 0.5]) < 0)
    assert np.abs(np.diff(rate)).max() < 2
    # Over six time constants after the set: less than 0.3 % of the rise is left.
    assert rate[-1] == pytest.approx(HeartConfig().rest_bpm, abs=0.5)


def test_the_rate_never_exceeds_its_maximum():
    heart = Heart(SCENARIO.sets, 1, HeartConfig(bpm_per_w=50, max_bpm=170))
    assert heart.rate_bpm(SCENARIO.sets[0].end_s) < 170


def test_at_rest_the_intervals_scatter_about_that_of_the_rate():
    heart = Heart(still(10.0).sets, 7)
    intervals = np.array([interval for _, interval in islice(heart.intervals(), 400)])
    # 400 beats of 2.3 % scatter: the mean is good to 0.12 % (1 sigma); 0.5 % is four of them.
    assert intervals.mean() == pytest.approx(60 / 78, rel=0.005)
    assert 0.01 < intervals.std() / intervals.mean() < 0.03


def test_the_same_seed_gives_the_same_beats():
    first, second = (list(islice(Heart(SCENARIO.sets, 3).beats(2.0), 50)) for _ in range(2))
    assert first == second
    assert first[0] == 2.0
    assert list(islice(Heart(SCENARIO.sets, 4).beats(2.0), 50)) != first


def test_beats_come_faster_while_the_lifter_works():
    heart = Heart(SCENARIO.sets, 5)
    (scheduled,) = SCENARIO.sets
    beats = np.array(list(takewhile(lambda t: t < scheduled.end_s + 5, heart.beats(scheduled.start_s - 10))))
    gaps = np.diff(beats)
    assert gaps[beats[1:] > scheduled.end_s].mean() < 0.9 * gaps[beats[1:] < scheduled.start_s].mean()
