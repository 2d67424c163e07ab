"""When the bar is truly still (on the rack or the floor) and when it is held quietly.

A hand-held bar always trembles, so stillness is judged against the sensor's own noise floor: a fixed
threshold would take the near-constant velocity in the middle of a slow ascent for rest, which is the classic
failure of zero-velocity detectors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.filters import lowpass, moving_deviation, moving_mean, runs
from analysis.imu import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from analysis.config import StillnessConfig
    from analysis.imu import BoolArray, FloatArray
    from analysis.samples import Samples


def still_mask(samples: Samples, config: StillnessConfig) -> BoolArray:
    """Mark samples at which the bar lies on rack or floor.

    Parameters
    ----------
    samples : Samples
        At least one window long.
    config : StillnessConfig
        Window and noise floor.

    Returns
    -------
    (N,) bool
        True where specific force and rate of turn vary no more than the sensor's own noise.
    """
    window = max(int(config.window_s * samples.rate_hz), 3)
    # A sensor that gives zeros while it starts up does not lie still: at rest it feels gravity.
    mask = np.linalg.norm(samples.specific_force_mps2, axis=1) > 0.5 * STANDARD_GRAVITY_MPS2
    for signal, bounds in (
        (samples.specific_force_mps2, config.accel_floor_mps2),
        (samples.gyro_radps, config.gyro_floor_radps),
    ):
        deviation = moving_deviation(signal, window)
        floor = float(np.clip(deviation.min(), *bounds))
        mask &= deviation < config.noise_factor * floor
    return keep_long_runs(mask & ~samples.lost, config.min_still_s * samples.rate_hz)


def quiet_mask(samples: Samples, gyro_bias_radps: FloatArray, config: StillnessConfig) -> BoolArray:
    """Mark samples at which the bar is held without moving much: standing, or at arm's length.

    This alone is not proof of zero velocity: the middle of a slow ascent looks the same. The caller also asks
    for the estimated velocity and height to agree.
    """
    rate_hz = samples.rate_hz
    force = lowpass(samples.specific_force_mps2, config.quiet_lowpass_hz, rate_hz)
    turn = lowpass(samples.gyro_radps, config.quiet_lowpass_hz, rate_hz) - gyro_bias_radps
    deviation = np.linalg.norm(force - moving_mean(force, int(0.6 * rate_hz)), axis=1)
    size = np.linalg.norm(force, axis=1)
    mask = (
        (deviation < config.quiet_accel_mps2)
        & (np.linalg.norm(turn, axis=1) < config.quiet_gyro_radps)
        & (np.abs(size - np.median(size)) < 2 * config.quiet_accel_mps2)
    )
    return keep_long_runs(mask, config.min_quiet_s * rate_hz)


def keep_long_runs(mask: BoolArray, min_samples: float) -> BoolArray:
    """Clear the runs of a mask that are shorter than ``min_samples``."""
    out = np.zeros_like(mask)
    for start, stop in runs(mask):
        if stop - start >= min_samples:
            out[start:stop] = True
    return out
