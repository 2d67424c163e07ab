from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import NoiseConfig
from analysis.imu import STANDARD_GRAVITY_MPS2
from analysis.noise import blow_mask, impact_mask, noise_variances
from tests.analysis.simulated import samples_from

CONFIG = NoiseConfig()
RATE_HZ = 200.0
N = 1000


def resting(rate_hz: float = RATE_HZ):
    return samples_from(np.tile((0.0, 0.0, STANDARD_GRAVITY_MPS2), (N, 1)), np.zeros((N, 3)), rate_hz)


def gain(variance: np.ndarray, first: int, last: int) -> float:
    return float(np.sqrt(variance[last] - variance[first]))


def test_rest_gathers_the_sensors_own_noise_and_no_more():
    accel, gyro = noise_variances(resting(), CONFIG)
    seconds = (N - 1) / RATE_HZ
    assert np.sqrt(accel[-1]) == pytest.approx(CONFIG.accel_mps2_per_rthz * np.sqrt(seconds))
    assert np.sqrt(gyro[-1]) == pytest.approx(CONFIG.gyro_radps_per_rthz * np.sqrt(seconds))
    assert accel[0] == gyro[0] == 0.0
    assert not impact_mask(resting(), CONFIG).any()


def test_blow_leaves_doubt_about_velocity_where_it_falls_and_more_the_harder_it_is():
    doubts = []
    for peak_mps2 in (60.0, 150.0):
        samples = resting()
        samples.specific_force_mps2[500:504, 2] += peak_mps2
        accel, _ = noise_variances(samples, CONFIG)
        doubts.append(gain(accel, 480, 530))
        assert gain(accel, 0, 480) == pytest.approx(CONFIG.accel_mps2_per_rthz * np.sqrt(480 / RATE_HZ))
    assert CONFIG.impact_jump_mps < doubts[0] < doubts[1]


def test_ringing_that_sampling_cannot_follow_matters_at_low_rates():
    """A jump of 15 m/s² between samples: not hard, yet plates ring above 50 Hz."""
    doubts = []
    for rate_hz in (100.0, 200.0, 400.0):
        samples = resting(rate_hz)
        samples.specific_force_mps2[500, 2] += 15.0
        assert impact_mask(samples, CONFIG).any()
        assert not blow_mask(samples, CONFIG).any()
        doubts.append(gain(noise_variances(samples, CONFIG)[0], 480, 520))
    assert doubts[0] > 2 * doubts[1] > 2 * doubts[2]


def test_lost_samples_leave_doubt_that_grows_with_their_time():
    doubts = []
    for n in (10, 40):
        samples = resting()
        samples.lost[300 : 300 + n] = True
        accel, gyro = noise_variances(samples, CONFIG)
        doubts.append((gain(accel, 290, 350), gain(gyro, 290, 350)))
    assert doubts[1][0] == pytest.approx(2 * doubts[0][0], rel=0.05)  # sqrt of four times as long
    assert doubts[1][1] == pytest.approx(2 * doubts[0][1], rel=0.05)


def test_clipping_is_a_blow():
    samples = resting()
    clipped = samples.clipped.copy()
    clipped[300] = True
    assert blow_mask(replace(samples, clipped=clipped), CONFIG)[300]


def test_cross_axis_errors_grow_with_turning():
    samples = resting()
    turning = samples_from(samples.specific_force_mps2, np.tile((0.0, 2.0, 0.0), (N, 1)))
    assert noise_variances(turning, CONFIG)[1][-1] > 2 * noise_variances(samples, CONFIG)[1][-1]
