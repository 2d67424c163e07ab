"""How much each sample can be trusted: the sensor's own noise, and more where it was lost, clipped or hit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.filters import runs
from analysis.imu import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from analysis.config import NoiseConfig
    from analysis.imu import BoolArray, FloatArray
    from analysis.samples import Samples


def impact_mask(samples: Samples, config: NoiseConfig) -> BoolArray:
    """Mark impacts and what surrounds them: hard blows, clipping, and jumps from one sample to the next.

    A plate that meets the floor saturates the sensing element for less than a millisecond, before the
    sensor's own low-pass: the numbers look clean and are not. And it rings faster than sampling can follow.
    """
    return _around(_hard(samples, config) | (_steps_mps2(samples) > config.step_mps2), samples, config)


def blow_mask(samples: Samples, config: NoiseConfig) -> BoolArray:
    """Mark hard blows and clipping alone: events of their own, such as a landing."""
    return _around(_hard(samples, config), samples, config)


def _around(hit: BoolArray, samples: Samples, config: NoiseConfig) -> BoolArray:
    reach = max(int(config.impact_reach_s * samples.rate_hz), 1)
    return np.convolve(hit, np.ones(2 * reach + 1), mode="same") > 0.5


def _hard(samples: Samples, config: NoiseConfig) -> BoolArray:
    force = np.linalg.norm(samples.specific_force_mps2, axis=1)
    return (force > config.impact_mps2 + STANDARD_GRAVITY_MPS2) | samples.clipped


def _steps_mps2(samples: Samples) -> FloatArray:
    """Change of specific force since the sample before, (N,)."""
    force = samples.specific_force_mps2
    return np.linalg.norm(np.diff(force, axis=0, prepend=force[:1]), axis=1)


def noise_variances(samples: Samples, config: NoiseConfig) -> tuple[FloatArray, FloatArray]:
    """Accumulate the noise of integration.

    Parameters
    ----------
    samples : Samples
        Sensor data.
    config : NoiseConfig
        Densities.

    Returns
    -------
    accel_variance, gyro_variance : (N,) float64
        Variance of velocity, (m/s)², and of attitude, rad², that integration has gathered up to each sample.
    """
    dt_s = samples.dt_s
    accel = np.full(len(samples), config.accel_mps2_per_rthz**2 * dt_s)
    gyro = np.full(len(samples), config.gyro_radps_per_rthz**2 * dt_s)
    # Cross-axis errors are not estimated: what they do grows with the rate of turn and with acceleration.
    rate = np.linalg.norm(samples.gyro_radps, axis=1)
    surplus = np.abs(np.linalg.norm(samples.specific_force_mps2, axis=1) - STANDARD_GRAVITY_MPS2)
    gyro += (config.cross_axis * rate) ** 2 * config.cross_axis_s * dt_s
    accel += (config.cross_axis * surplus) ** 2 * config.cross_axis_s * dt_s
    accel[samples.lost] += config.lost_mps2_per_rthz**2 * dt_s
    gyro[samples.lost] += config.lost_radps_per_rthz**2 * dt_s
    # Plates ring at 45 to 160 Hz: what lies above the sampling folds into the integral.
    fold = config.step_fold * min((config.fold_rate_hz / samples.rate_hz) ** 2, 1.0)
    hard, steps = _hard(samples, config), _steps_mps2(samples)
    for start, stop in runs(impact_mask(samples, config)):
        jump_mps = fold * float(steps[start:stop].max()) * dt_s
        if hard[start:stop].any():
            # What the sensing element lost by saturating grows with the blow: a dropped bar, a set-down one.
            jump_mps += config.impact_jump_mps + config.impact_loss * float(surplus[start:stop].sum()) * dt_s
            gyro[start:stop] += config.impact_turn_rad**2 / (stop - start)
        accel[start:stop] += jump_mps**2 / (stop - start)
    return np.concatenate([[0.0], np.cumsum(accel[1:])]), np.concatenate([[0.0], np.cumsum(gyro[1:])])
