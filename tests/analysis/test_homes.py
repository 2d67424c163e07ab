from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.homes import Rough, find_homes, find_jumps, gather_evidence
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


def test_pause_between_reps_is_a_paused_home_inside_the_pause():
    rough, quiet, reps = two_squats(1.0)
    before, between, after = find_homes(resting(len(quiet)), quiet, rough, reps, -1, CONFIG)
    assert before.paused
    assert before.stop <= 200 + 20
    assert between.paused
    assert 600 - 20 <= between.start < between.stop <= 800 + 20
    assert after.paused
    assert after.start >= 1200 - 20


def test_touch_and_go_is_home_at_one_instant_the_top():
    rough, quiet, reps = two_squats(0.0)
    between = find_homes(resting(len(quiet)), np.zeros_like(quiet), rough, reps, -1, CONFIG)[1]
    assert not between.paused
    assert between.start == between.stop == pytest.approx(600, abs=2)


def test_no_reps_no_homes():
    rough, quiet, _ = two_squats(1.0)
    assert find_homes(resting(len(quiet)), quiet, rough, [], -1, CONFIG) == []


def test_evidence_has_one_return_between_neighbouring_homes_and_rests_only_where_the_bar_rests():
    rough, quiet, reps = two_squats(1.0)
    n = len(quiet)
    still = np.zeros(n, dtype=np.bool_)
    still[:100] = True
    evidence = gather_evidence(resting(n), still, quiet, rough, reps, -1, CONFIG)
    assert len(evidence.returns) == 2
    assert all(r.start < r.stop for r in evidence.returns)
    assert all(r.vertical_sd_m == CONFIG.drift.home_vertical_m for r in evidence.returns)
    assert all(abs(rough.velocity_mps[r.index]) < 0.1 for r in evidence.rests)
    firm = [r for r in evidence.rests if not r.robust]
    assert [r.index for r in firm] == [0, 50]
    assert all(r.sd_mps == (CONFIG.drift.still_velocity_mps,) * 3 for r in firm)
    outside = [r.index for r in evidence.reaches]
    first, last = evidence.returns[0].start, evidence.returns[-1].stop
    assert all(index <= first or index >= last for index in outside)


def test_impact_leaves_one_jump_of_the_configured_size():
    samples = resting(1000)
    samples.specific_force_mps2[500:505, 2] += 60.0
    (jump,) = find_jumps(samples, CONFIG.drift)
    assert abs(jump.index - 500) <= 10
    assert jump.sd_mps == CONFIG.drift.impact_jump_mps


def test_jump_over_lost_samples_grows_with_their_time():
    samples = resting(1000)
    samples.lost[300:320] = True
    (jump,) = find_jumps(samples, CONFIG.drift)
    assert jump.sd_mps == pytest.approx(CONFIG.drift.lost_jump_mps_per_s * 20 / RATE_HZ)


def test_clipping_is_a_jump_neighbours_are_one_and_distant_ones_two():
    samples = resting(1000)
    clipped = samples.clipped.copy()
    clipped[[300, 315, 600]] = True
    jumps = find_jumps(replace(samples, clipped=clipped), CONFIG.drift)
    assert [abs(jump.index - at) <= 10 for jump, at in zip(jumps, (300, 600), strict=True)] == [True, True]


def test_undisturbed_samples_have_no_jumps():
    assert find_jumps(resting(1000), CONFIG.drift) == []
