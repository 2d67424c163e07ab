from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.homes import Rough, find_homes, first_evidence, gather_evidence
from analysis.imu import STANDARD_GRAVITY_MPS2
from analysis.repetitions import Candidate
from tests.analysis.simulated import minimum_jerk, samples_from

CONFIG = AnalysisConfig()
RATE_HZ = 200.0


def resting(n: int):
    return samples_from(np.tile((0.0, 0.0, STANDARD_GRAVITY_MPS2), (n, 1)), np.zeros((n, 3)))


def two_squats(hold_s: float):
    """Stand 1 s, squat, stand ``hold_s``, squat, stand 1 s; quiet wherever the bar does not move."""
    legs_s = [1.0, 1.0, 1.0, *([hold_s] if hold_s else []), 1.0, 1.0, 1.0]
    levels = [0.0, 0.0, -0.6, 0.0, *([0.0] if hold_s else []), -0.6, 0.0, 0.0]
    height, velocity = minimum_jerk(levels, legs_s, RATE_HZ)
    second = 600 + round(hold_s * RATE_HZ)
    reps = [Candidate(200, 400, 600, 0.6, 0.6), Candidate(second, second + 200, second + 400, 0.6, 0.6)]
    return Rough(height, velocity, 0.1), np.abs(velocity) < 0.02, reps


def homes_of(quiet, rough, reps, sign=-1, impact=None):
    impact = np.zeros_like(quiet) if impact is None else impact
    return find_homes(resting(len(quiet)), quiet, impact, rough, reps, sign, CONFIG)


def test_pause_between_reps_is_a_held_home_inside_the_pause():
    rough, quiet, reps = two_squats(1.0)
    before, between, after = homes_of(quiet, rough, reps)
    assert before.held
    assert before.stop <= 200 + 20
    assert between.held
    assert 600 - 20 <= between.start < between.stop <= 800 + 20
    assert after.held
    assert after.start >= 1200 - 20
    assert not any(home.guessed for home in (before, between, after))


def test_touch_and_go_is_home_at_one_instant_the_top():
    rough, quiet, reps = two_squats(0.0)
    before, between, after = homes_of(np.zeros_like(quiet), rough, reps)
    assert not between.held
    assert between.start == between.stop == pytest.approx(600, abs=2)
    assert before.guessed
    assert after.guessed


def test_bar_on_the_floor_is_home_from_landing_to_lift_off():
    rough, quiet, reps = two_squats(1.0)
    pulls = Rough(-rough.height_m, -rough.velocity_mps, 0.1)
    impact = np.zeros_like(quiet)
    impact[590:615] = True
    between = homes_of(np.zeros_like(quiet), pulls, reps, sign=1, impact=impact)[1]
    assert not between.held
    assert 600 <= between.start < between.stop <= 810


def test_no_reps_no_homes():
    rough, quiet, _ = two_squats(1.0)
    assert homes_of(quiet, rough, []) == []


def test_evidence_lets_home_move_once_per_rep_and_rests_only_where_the_bar_rests():
    rough, quiet, reps = two_squats(1.0)
    n = len(quiet)
    still = np.zeros(n, dtype=np.bool_)
    still[:100] = True
    evidence = gather_evidence(resting(n), still, quiet, np.zeros(n, np.bool_), rough, reps, -1, CONFIG)
    assert evidence.departures == tuple(rep.turn for rep in reps)
    assert all(abs(rough.velocity_mps[rest.index]) < 0.1 for rest in evidence.rests)
    firm = [rest for rest in evidence.rests if not rest.robust]
    assert [rest.index for rest in firm] == [0, 50]
    assert all(rest.sd_mps == (CONFIG.smoother.still_velocity_mps,) * 3 for rest in firm)
    at_home = [stay.index for stay in evidence.stays if stay.sd_m == CONFIG.smoother.home_sway_m]
    within_reach = [stay.index for stay in evidence.stays if stay.sd_m == CONFIG.smoother.reach_m]
    assert all(index <= min(at_home) or index >= max(at_home) for index in within_reach)


def test_next_to_nothing_is_known_at_first():
    n = 1000
    quiet = np.zeros(n, dtype=np.bool_)
    quiet[400:500] = True
    evidence = first_evidence(resting(n), np.zeros(n, dtype=np.bool_), quiet, CONFIG.smoother)
    assert evidence.departures == ()
    (slow,) = evidence.rests
    assert 400 <= slow.index < 500
    assert slow.sd_mps == (CONFIG.smoother.quiet_velocity_mps,) * 3
    assert all(stay.sd_m == CONFIG.smoother.first_reach_m for stay in evidence.stays)


def test_hang_before_the_dip_of_a_throw_is_rest_though_not_home():
    """From the dip, at 0.4 m, to overhead, back to the hang at 0.62 m, dip, and again; then the hang."""
    legs_s = [1.0, 0.8, 1.0, 1.0, 0.4, 0.8, 1.0, 1.0]
    levels = [0.4, 0.4, 1.6, 0.62, 0.62, 0.4, 1.6, 0.62, 0.62]
    height, velocity = minimum_jerk(levels, legs_s, RATE_HZ)
    marks = (np.cumsum([0.0, *legs_s]) * RATE_HZ).astype(int)
    reps = [Candidate(int(marks[a]), int(marks[a + 1]), int(marks[a + 2]), 1.2, 0.98) for a in (1, 5)]
    quiet = np.abs(velocity) < 0.02
    config = replace(CONFIG, smoother=replace(CONFIG.smoother, thrown=True))
    nothing = np.zeros(len(quiet), dtype=np.bool_)
    evidence = gather_evidence(
        resting(len(quiet)), nothing, quiet, nothing, Rough(height, velocity, 0.1, 0.1), reps, 1, config
    )
    held = [rest.index for rest in evidence.rests if rest.sd_mps[2] == CONFIG.smoother.home_velocity_mps]
    between = [index for index in held if marks[3] - 20 <= index <= marks[4] + 20]
    after = [index for index in held if index > marks[7] - 20]
    assert len(between) >= 3
    assert len(after) >= 3
    home = [stay.index for stay in evidence.stays if stay.sd_m != CONFIG.smoother.reach_m]
    assert max(home) < marks[5] + 20  # the bottom of the second dip is the last home
    assert not any(marks[1] + 30 < index < marks[2] - 30 for index in held)
