"""The numbers of a rep against the closed-form truth of a noise-free sensor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.exercises import find_exercise
from analysis.imu import Mount, MountPosition
from analysis.metrics import PATH_RATE_HZ, measure_rep
from analysis.results import QualityState, Rep
from tests.analysis.simulated import LIFTS, motion_of, mount_of, simulate

CONFIG = AnalysisConfig()
# An ideal sensor leaves what the lifter's home and the model leave open, and the sampling at 200 Hz. A phase
# that tails off slowly crosses its threshold some hundredths of a second early or late, and its mean moves.
TOLERANCES = {
    "mean_concentric_velocity_mps": 0.015,
    "peak_concentric_velocity_mps": 0.015,
    "mean_propulsive_velocity_mps": 0.015,
    "range_of_motion_m": 0.012,
    "forward_drift_m": 0.02,
    "max_forward_m": 0.025,
    "pitch_change_rad": 0.005,
    "start_s": 0.03,
    "concentric_start_s": 0.03,
    "concentric_end_s": 0.06,
    "turning_point_s": 0.08,  # the height is flat there
    "end_s": 0.06,
}


def measured(lift: str, mount: Mount | None = None) -> list[Rep]:
    motion = motion_of(lift, mems="ideal")
    mount = mount or mount_of(simulate(lift, mems="ideal"))
    reps = [
        measure_rep(motion, candidate, k, find_exercise(lift), mount, CONFIG)
        for k, candidate in enumerate(motion.found.accepted)
    ]
    return [rep for rep in reps if rep is not None]


@pytest.mark.parametrize("lift", LIFTS)
@pytest.mark.parametrize("name", TOLERANCES)
def test_number_of_a_noise_free_set_is_the_true_one(lift, name):
    truths = simulate(lift, mems="ideal").sets[0].reps
    found = np.array([getattr(rep, name) for rep in measured(lift)])
    true = [getattr(truth, name) for truth in truths]
    np.testing.assert_allclose(found, true, rtol=0, atol=TOLERANCES[name])


@pytest.mark.parametrize("lift", LIFTS)
def test_rep_is_consistent_in_itself(lift):
    for rep in measured(lift):
        assert rep.end_s is not None
        assert rep.start_s < rep.turning_point_s < rep.end_s
        assert rep.start_s <= rep.concentric_start_s < rep.concentric_end_s <= rep.end_s
        duration_s = rep.concentric_end_s - rep.concentric_start_s
        assert rep.mean_concentric_velocity_mps == pytest.approx(rep.range_of_motion_m / duration_s, rel=1e-6)
        assert rep.peak_concentric_velocity_mps > rep.mean_concentric_velocity_mps > 0
        assert rep.eccentric_velocity_mps is not None
        assert rep.eccentric_velocity_mps > 0
        assert rep.forward_drift_m is not None
        assert rep.max_forward_m is not None
        assert rep.max_forward_m >= max(0.0, rep.forward_drift_m) - 1e-12
        # The first squat creeps to its end, so its mean velocity is a matter of definition.
        creeps = rep.mean_concentric_velocity_sd_mps > 0.03
        assert rep.quality.state is QualityState.GOOD or creeps
        assert creeps == (lift == "back_squat" and rep.index == 0)


@pytest.mark.parametrize("lift", ["back_squat", "deadlift"])
def test_path_starts_at_zero_ends_with_the_rep_and_is_thin(lift):
    for rep in measured(lift):
        path = rep.path
        assert path.forward_m is not None
        assert path.forward_sd_m is not None
        # The rep's times lie between samples, the path's on them.
        assert path.t_s[0] == pytest.approx(rep.start_s, abs=0.006)
        assert path.t_s[-1] == pytest.approx(rep.end_s, abs=0.006)
        assert path.forward_m[0] == path.up_m[0] == 0.0
        assert path.forward_sd_m[0] == pytest.approx(0.0, abs=1e-9)
        assert np.diff(path.t_s).min() > 0
        assert np.median(np.diff(path.t_s)) == pytest.approx(1 / PATH_RATE_HZ, rel=0.01)
        sign = 1 if lift == "deadlift" else -1
        assert np.max(sign * path.up_m) == pytest.approx(rep.range_of_motion_m, abs=0.02)


def test_wrist_has_no_forward_and_says_why():
    for rep in measured("back_squat", Mount(position=MountPosition.WRIST, bar_axis=(0.0, 1.0, 0.0))):
        assert (
            rep.forward_drift_m is rep.forward_drift_sd_m is rep.max_forward_m is rep.pitch_change_rad is None
        )
        assert rep.path.forward_m is None
        assert rep.path.forward_sd_m is None
        assert any("wrist" in reason for reason in rep.quality.reasons)
        assert rep.mean_concentric_velocity_mps > 0


def test_unknown_bar_axis_leaves_forward_unknown_and_says_why():
    for rep in measured("back_squat", Mount()):
        assert rep.forward_drift_m is rep.max_forward_m is rep.pitch_change_rad is None
        assert any("direction of the bar" in reason for reason in rep.quality.reasons)


def test_sleeve_has_forward_and_no_pitch():
    mount = replace(mount_of(simulate("back_squat", mems="ideal")), position=MountPosition.SLEEVE)
    for rep in measured("back_squat", mount):
        assert rep.pitch_change_rad is None
        assert rep.forward_drift_m is not None


def test_bar_axis_that_stands_upright_has_no_forward():
    motion = motion_of(mems="ideal")
    x, y, z = (float(v) for v in motion.attitude.matrix[0].T @ (0.0, 0.0, 1.0))
    rep = measured("back_squat", Mount(bar_axis=(x, y, z)))[0]
    assert rep.forward_drift_m is None


def test_unknown_sensor_bias_and_lost_or_clipped_samples_lower_the_quality():
    motion = motion_of(mems="ideal")
    mount, candidate = mount_of(simulate(mems="ideal")), motion.found.accepted[1]
    lost, clipped = motion.samples.lost.copy(), motion.samples.clipped.copy()
    lost[candidate.turn : candidate.turn + 4] = True
    clipped[candidate.turn + 10] = True
    worse = replace(
        motion,
        attitude=replace(motion.attitude, bias_known=False),
        samples=replace(motion.samples, lost=lost, clipped=clipped),
    )
    rep = measure_rep(worse, candidate, 1, find_exercise("back_squat"), mount, CONFIG)
    assert rep is not None
    assert rep.quality.state is QualityState.LOW_QUALITY
    text = "; ".join(rep.quality.reasons)
    assert "4 samples lost" in text
    assert "1 samples at the sensor's limit" in text
    assert "bias unknown" in text


def test_candidate_without_a_concentric_phase_is_no_rep():
    motion = motion_of(mems="ideal")
    backwards = replace(motion.found.accepted[0], turn=motion.found.accepted[0].start)
    mount = mount_of(simulate(mems="ideal"))
    assert measure_rep(motion, backwards, 0, find_exercise("back_squat"), mount, CONFIG) is None
