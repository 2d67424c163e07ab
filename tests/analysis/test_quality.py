"""What cannot be known is said, and taken away where it would be a confident wrong number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.estimator import MotionEstimate
from analysis.exercises import CATALOGUE
from analysis.imu import BoolArray, FloatArray, Mount, MountPosition
from analysis.metrics import measure_rep
from analysis.quality import widened
from analysis.results import QualityState, Rep
from tests.analysis.simulated import motion_of, mount_of, simulate

CONFIG = AnalysisConfig()
SQUAT = CATALOGUE["back_squat"]


def second_rep(motion: MotionEstimate | None = None, mount: Mount | None = None) -> Rep:
    motion = motion_of() if motion is None else motion
    candidate = motion.found.accepted[1]
    rep = measure_rep(motion, candidate, 1, SQUAT, mount or mount_of(simulate()), CONFIG)
    assert rep is not None
    return rep


def with_samples(**changes: FloatArray | BoolArray) -> MotionEstimate:
    motion = motion_of()
    return replace(motion, samples=replace(motion.samples, **changes))


def reasons(rep: Rep) -> str:
    return "; ".join(rep.quality.reasons)


def test_ordinary_rep_is_good_without_a_word():
    assert second_rep().quality.state is QualityState.GOOD
    assert reasons(second_rep()) == ""


@pytest.mark.parametrize(
    ("mount", "wider"),
    [
        (Mount(MountPosition.WRIST), True),
        (Mount(MountPosition.SLEEVE), True),
        (Mount(MountPosition.SLEEVE, lever_m=(0.035, 0.0, 0.0)), False),
        (Mount(), False),
    ],
)
def test_wrist_and_sleeve_of_unknown_lever_widen_the_intervals(mount, wider):
    sds = (0.01, 0.02, 0.01)
    wide = widened(sds, mount, CONFIG.mounts)
    assert all(after > before for after, before in zip(wide, sds, strict=True)) is wider


def test_missing_rate_of_turn_leaves_nothing_to_resolve():
    rep = second_rep(with_samples(gyro_radps=np.zeros_like(motion_of().samples.gyro_radps)))
    assert rep.quality.state is QualityState.NOT_RESOLVABLE
    assert "no rate of turn" in reasons(rep)
    assert rep.forward_drift_m is None
    assert rep.pitch_change_rad is None


@pytest.mark.parametrize(
    ("rate_hz", "state"), [(40.0, QualityState.LOW_QUALITY), (15.0, QualityState.NOT_RESOLVABLE)]
)
def test_slow_sampling_is_said(rate_hz, state):
    motion = motion_of()
    rep = second_rep(replace(motion, samples=replace(motion.samples, rate_hz=rate_hz)))
    assert rep.quality.state is state
    assert f"sampled at {rate_hz:.0f} Hz" in reasons(rep)


def test_clipping_at_the_turning_point_is_said():
    clipped = np.zeros(len(motion_of().samples), dtype=np.bool_)
    turn = motion_of().found.accepted[1].turn
    clipped[turn - 3 : turn + 3] = True
    rep = second_rep(with_samples(clipped=clipped))
    assert rep.quality.state is QualityState.LOW_QUALITY
    assert "at the sensor's limit, at the turning point" in reasons(rep)


def test_rep_that_was_hardly_seen_is_not_resolvable():
    candidate = motion_of().found.accepted[1]
    lost = np.zeros(len(motion_of().samples), dtype=np.bool_)
    lost[candidate.start : candidate.turn] = True
    assert second_rep(with_samples(lost=lost)).quality.state is QualityState.NOT_RESOLVABLE


def test_rep_that_its_own_final_motion_does_not_show_is_not_resolvable():
    found = replace(motion_of().found, contradicted=True)
    rep = second_rep(replace(motion_of(), found=found))
    assert rep.quality.state is QualityState.NOT_RESOLVABLE
    assert "contradicts itself" in reasons(rep)


def test_bar_axis_that_is_not_horizontal_gives_no_forward():
    """Stated a quarter turn wrong: the sensor's own z axis stands upright at some time of a squat."""
    x, y, z = mount_of(simulate()).bar_axis or (0.0, 0.0, 0.0)
    up = motion_of().attitude.matrix[motion_of().found.accepted[1].start].T @ (0.0, 0.0, 1.0)
    tilted = np.array([x, y, z]) + 0.5 * up
    axis = (float(tilted[0]), float(tilted[1]), float(tilted[2]))
    rep = second_rep(mount=replace(mount_of(simulate()), bar_axis=axis))
    assert rep.forward_drift_m is None
    assert "mounted otherwise than stated, or slipped" in reasons(rep)


def test_sensor_that_slips_in_the_middle_of_a_rep_has_no_pitch():
    axis = np.asarray(mount_of(simulate()).bar_axis)
    gyro = motion_of().samples.gyro_radps.copy()
    turn = motion_of().found.accepted[1].turn
    gyro[turn - 60 : turn - 50] += 8.0 * axis
    rep = second_rep(with_samples(gyro_radps=gyro))
    assert rep.pitch_change_rad is None
    assert "it slipped, or was hit" in reasons(rep)
    assert rep.quality.state is QualityState.LOW_QUALITY


def test_sleeve_that_turns_needs_its_lever_for_a_path():
    mount = Mount(MountPosition.SLEEVE, bar_axis=mount_of(simulate()).bar_axis)
    rep = second_rep(mount=mount)  # the shaft of a squat turns by 40 degrees, as if it were a sleeve
    assert rep.forward_drift_m is None
    assert "the sensor's lever arm is not known" in reasons(rep)
