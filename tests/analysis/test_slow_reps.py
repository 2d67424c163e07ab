"""Slow and slowing reps: steady motion is not rest, and fatigue is not drift."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.imu import STANDARD_GRAVITY_MPS2, FloatArray, ImuBlock, Mount, SensorInfo, SetLabel
from analysis.pipeline import analyze
from analysis.results import SetSummary
from tests.analysis.simulated import only_set

RATE_HZ = 200.0
RANGE_M = 0.5
REST_S = 2.5
TREMOR_MPS2 = 0.15
"""Amplitude; a hand-held bar always trembles by 0.1 to 0.35 m/s² at 8 to 12 Hz (algorithms reference 2)."""


def moved(speeds_mps: list[float]) -> tuple[FloatArray, FloatArray]:
    """Vertical acceleration of a bar that is pulled up at steady speeds and let down, and when hands hold it.

    Each phase gathers speed within 0.3 s, keeps it to the sample, and loses it within 0.3 s. Half a second
    on the floor and at the top between phases.
    """
    accel, held = [np.zeros(round(REST_S * RATE_HZ))], [np.zeros(round(REST_S * RATE_HZ))]
    ramp = round(0.3 * RATE_HZ)
    u = np.arange(ramp) / ramp
    for up in speeds_mps:
        for speed, sign in ((up, 1.0), (0.5, -1.0)):
            steady = round((RANGE_M / speed - 0.3) * RATE_HZ)
            gain = sign * speed / 0.3 * (1 - np.cos(2 * np.pi * u))
            accel += [gain, np.zeros(steady), -gain, np.zeros(round(0.5 * RATE_HZ))]
        held.append(np.ones(sum(map(len, accel)) - sum(map(len, held))))
    accel.append(np.zeros(round(REST_S * RATE_HZ)))
    held.append(np.zeros(round(REST_S * RATE_HZ)))
    return np.concatenate(accel), np.concatenate(held)


def lifted(speeds_mps: list[float], seed: int) -> SetSummary:
    """Analyse such a set, measured by a sensor with 10 mg of bias; nothing moves forward."""
    rng = np.random.default_rng(seed)
    accel, held = moved(speeds_mps)
    t_s = np.arange(len(accel)) / RATE_HZ
    force = rng.normal(0.0, 0.02, (len(accel), 3)) + rng.normal(0.0, 0.1, 3)
    force[:, 2] += STANDARD_GRAVITY_MPS2 + accel
    for axis in range(3):
        force[:, axis] += (
            held * TREMOR_MPS2 * np.sin(2 * np.pi * rng.uniform(8, 12) * t_s + rng.uniform(0, 6))
        )
    gyro = rng.normal(0.0, 0.002, (len(accel), 3)) + rng.normal(0.0, 0.01, 3)
    mount = Mount(bar_axis=(0.0, 1.0, 0.0))
    events = analyze([ImuBlock(t_s, force, gyro)], SensorInfo(RATE_HZ), mount, SetLabel("deadlift", 180.0))
    return only_set(events)


@pytest.mark.parametrize("speed_mps", [0.12, 0.18, 0.25])
@pytest.mark.parametrize("seed", [1, 2])
def test_constant_velocity_inside_a_slow_ascent_is_not_taken_for_rest(speed_mps, seed):
    """The classic failure of zero-velocity detectors: steady motion read as a stop costs 4 to 20 cm."""
    summary = lifted([0.4, 0.35, speed_mps, speed_mps], seed)
    assert len(summary.reps) == 4
    for rep in summary.reps:
        error = rep.range_of_motion_m - RANGE_M
        assert abs(error) < max(0.02, 3 * rep.range_of_motion_sd_m)
        assert abs(error) < 0.04


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_slowing_reps_without_drift_show_no_drift_and_no_trend(seed):
    """Reps that get 40 % slower: whatever drift is stated, zero lies inside its interval."""
    summary = lifted([0.5, 0.46, 0.42, 0.36, 0.30], seed)
    drift = np.array([rep.forward_drift_m for rep in summary.reps], dtype=np.float64)
    sd = np.array([rep.forward_drift_sd_m for rep in summary.reps], dtype=np.float64)
    assert len(drift) == 5
    assert (np.abs(drift) < 3 * sd).all()
    rank = np.arange(5) - 2.0
    slope, slope_sd = rank @ drift / (rank @ rank), np.sqrt(rank**2 @ sd**2) / (rank @ rank)
    assert abs(slope) < 3 * slope_sd
    assert abs(slope) < 0.002  # 2 mm per rep is 8 mm over the set: half of what a coach would see
