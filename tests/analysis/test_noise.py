from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import NoiseConfig
from analysis.imu import STANDARD_GRAVITY_MPS2
from analysis.noise import blow_mask, integration_noise
from tests.analysis.simulated import samples_from

CONFIG = NoiseConfig()
RATE_HZ = 200.0
N = 1000


def resting(rate_hz: float = RATE_HZ):
    return samples_from(np.tile((0.0, 0.0, STANDARD_GRAVITY_MPS2), (N, 1)), np.zeros((N, 3)), rate_hz)


def gain(variance: np.ndarray, first: int, last: int) -> float:
    return float(np.sqrt(variance[last] - variance[first]))


def test_rest_gathers_the_sensors_own_noise_and_no_more():
    noise = integration_noise(resting(), CONFIG)
    seconds = (N - 1) / RATE_HZ
    assert np.sqrt(noise.accel_variance[-1]) == pytest.approx(CONFIG.accel_mps2_per_rthz * np.sqrt(seconds))
    assert np.sqrt(noise.gyro_variance[-1]) == pytest.approx(CONFIG.gyro_radps_per_rthz * np.sqrt(seconds))
    assert noise.accel_variance[0] == noise.gyro_variance[0] == 0.0
    assert not noise.disturbed.any()


def test_blow_leaves_doubt_about_velocity_where_it_falls_and_more_the_harder_it_is():
    doubts = []
    for peak_mps2 in (60.0, 150.0):
        samples = resting()
        samples.specific_force_mps2[500:504, 2] += peak_mps2
        noise = integration_noise(samples, CONFIG)
        doubts.append(gain(noise.accel_variance, 480, 530))
        before = gain(noise.accel_variance, 0, 480)
        assert before == pytest.approx(CONFIG.accel_mps2_per_rthz * np.sqrt(480 / RATE_HZ))
        assert noise.disturbed[500:504].all()
        assert not noise.disturbed[:450].any()
    assert CONFIG.impact_jump_mps < doubts[0] < doubts[1]


def test_ringing_that_sampling_cannot_follow_matters_at_low_rates():
    """A kink of 15 m/s² between samples: not hard, yet plates ring above 50 Hz."""
    doubts = []
    for rate_hz in (100.0, 200.0, 400.0):
        samples = resting(rate_hz)
        samples.specific_force_mps2[500, 2] += 15.0
        noise = integration_noise(samples, CONFIG)
        assert noise.disturbed[500]
        assert not blow_mask(samples, CONFIG).any()
        doubts.append(gain(noise.accel_variance, 480, 520))
    assert doubts[0] > 2 * doubts[1] > 2 * doubts[2]


def test_steady_change_is_no_kink_however_fast():
    """A snatch gathers 300 m/s³ without anything that sampling could not follow."""
    samples = resting(100.0)
    samples.specific_force_mps2[500:510, 2] += np.arange(10) * 3.0
    samples.specific_force_mps2[510:520, 2] += np.arange(10)[::-1] * 3.0
    assert not integration_noise(samples, CONFIG).disturbed.any()


def test_lost_samples_leave_doubt_that_grows_with_their_time():
    doubts = []
    for n in (10, 40):
        samples = resting()
        samples.lost[300 : 300 + n] = True
        noise = integration_noise(samples, CONFIG)
        doubts.append((gain(noise.accel_variance, 290, 350), gain(noise.gyro_variance, 290, 350)))
    # A bar that lies still: what a gap may hide unseen, sqrt of four times as long.
    assert doubts[1][0] == pytest.approx(2 * doubts[0][0], rel=0.1)
    assert doubts[1][1] == pytest.approx(2 * doubts[0][1], rel=0.1)


def test_lost_samples_leave_more_doubt_while_plates_ring():
    doubts = []
    for ringing_mps2 in (0.1, 10.0):
        samples = resting()
        samples.specific_force_mps2[280:330] += np.random.default_rng(4).normal(0, ringing_mps2, (50, 3))
        before = gain(integration_noise(samples, CONFIG).accel_variance, 299, 311)
        samples.lost[300:310] = True
        doubts.append(gain(integration_noise(samples, CONFIG).accel_variance, 299, 311) - before)
    assert doubts[1] > 10 * doubts[0]


def test_lost_samples_with_nothing_intact_around_leave_most_doubt():
    samples = resting()
    samples.lost[1:-1] = True
    noise = integration_noise(samples, CONFIG)
    unseen_mps = CONFIG.lost_mps2_per_rthz[1] * np.sqrt(N * samples.dt_s)
    assert gain(noise.accel_variance, 0, N - 1) == pytest.approx(unseen_mps, rel=0.05)


def test_clipping_is_a_blow():
    samples = resting()
    clipped = samples.clipped.copy()
    clipped[300] = True
    assert blow_mask(replace(samples, clipped=clipped), CONFIG)[300]


def test_cross_axis_errors_grow_with_turning():
    samples = resting()
    turning = samples_from(samples.specific_force_mps2, np.tile((0.0, 2.0, 0.0), (N, 1)))
    doubtful, calm = (integration_noise(s, CONFIG).gyro_variance[-1] for s in (turning, samples))
    assert doubtful > 2 * calm


def test_meeting_the_rack_leaves_doubt_before_the_bar_lies_still():
    samples = resting()
    still = np.zeros(N, dtype=np.bool_)
    still[:100] = still[400:500] = True
    met, free = (integration_noise(samples, CONFIG, mask).accel_variance for mask in (still, None))
    first = 400 - round(CONFIG.contact_s * samples.rate_hz)
    added = met - free
    assert added[first - 1] == pytest.approx(0.0, abs=1e-15)  # the first rest began before the samples did
    assert added[399:] == pytest.approx(CONFIG.contact_mps**2, rel=0.01)
