from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.config import StillnessConfig
from analysis.filters import lowpass, runs
from analysis.imu import STANDARD_GRAVITY_MPS2
from analysis.samples import Samples
from analysis.stillness import keep_long_runs, quiet_mask, still_mask
from tests.analysis.simulated import samples_from

CONFIG = StillnessConfig()
RATE_HZ = 200.0
ACCEL_NOISE_MPS2, GYRO_NOISE_RADPS = 0.015, 0.001


def held(n: int, moving: slice, tremor_mps2: float, seed: int, *, gyro_tremor_radps: float = 0.02) -> Samples:
    """A sensor at rest that trembles, without accelerating on average, during ``moving``."""
    rng = np.random.default_rng(seed)
    force = np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2]) + ACCEL_NOISE_MPS2 * rng.standard_normal((n, 3))
    gyro = GYRO_NOISE_RADPS * rng.standard_normal((n, 3))
    t_s = np.arange(n)[moving] / RATE_HZ
    for signal, size in ((force, tremor_mps2), (gyro, gyro_tremor_radps)):
        for axis in range(3):
            frequency_hz, phase = rng.uniform(8, 12), rng.uniform(0, 2 * np.pi)
            signal[moving, axis] += np.sqrt(2) * size * np.sin(2 * np.pi * frequency_hz * t_s + phase)
    return samples_from(force, gyro)


@pytest.mark.parametrize("tremor_mps2", [0.1, 0.2, 0.35])
@pytest.mark.parametrize("seed", range(5))
def test_slow_ascent_at_constant_velocity_is_never_taken_for_rest(tremor_mps2, seed):
    """Constant velocity feels like rest but for the tremor of the hands, 0.10 to 0.35 m/s² per axis."""
    moving = slice(600, 1000)
    mask = still_mask(held(1600, moving, tremor_mps2, seed), CONFIG)
    assert not mask[moving].any()
    assert mask[100:500].mean() > 0.9
    assert mask[1100:1500].mean() > 0.9


@pytest.mark.parametrize("seed", range(5))
def test_set_that_never_rests_has_no_still_sample(seed):
    """The noise floor is then taken from the tremor, but bounded by what a sensor may have."""
    assert not still_mask(held(1600, slice(0, 1600), 0.1, seed), CONFIG).any()


def test_bridged_samples_are_not_still():
    samples = held(800, slice(0, 0), 0.1, 1)
    samples.lost[300:310] = True
    mask = still_mask(samples, CONFIG)
    assert not mask[300:310].any()
    assert mask[320:700].all()


def test_steadily_turning_sensor_is_not_quiet():
    force = np.tile((0.0, 0.0, STANDARD_GRAVITY_MPS2), (800, 1))
    gyro = np.zeros((800, 3))
    gyro[:, 0] = 0.2
    assert not quiet_mask(samples_from(force, gyro), np.zeros(3), CONFIG).any()
    assert quiet_mask(samples_from(force, gyro), gyro[0], CONFIG).all()


def test_lift_is_not_quiet_and_standing_with_sway_is():
    rng = np.random.default_rng(2)
    n = 1600
    sway = 0.05 * lowpass(rng.standard_normal((n, 3)), 1.0, RATE_HZ) / 0.1
    force = np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2]) + np.clip(sway, -0.08, 0.08)
    lift = slice(600, 1000)
    force[lift, 2] += 2.0 * np.sin(2 * np.pi * np.arange(400) / 400)
    mask = quiet_mask(samples_from(force, np.zeros((n, 3))), np.zeros(3), CONFIG)
    assert not mask[650:750].any()
    assert not mask[850:950].any()
    assert mask[:500].mean() > 0.9


@given(arrays(np.bool_, st.integers(1, 80)), st.integers(1, 10))
def test_only_long_runs_are_kept_and_they_are_kept_whole(mask, min_samples):
    kept = runs(keep_long_runs(mask, min_samples))
    assert kept == [(a, b) for a, b in runs(mask) if b - a >= min_samples]
