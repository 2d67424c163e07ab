"""How much each sample can be trusted: the sensor's own noise, and more where it was lost, clipped or hit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.bridging import bridging_variances
from analysis.filters import runs
from analysis.imu import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from analysis.config import NoiseConfig
    from analysis.imu import BoolArray, FloatArray
    from analysis.samples import Samples


def blow_mask(samples: Samples, config: NoiseConfig) -> BoolArray:
    """Mark hard blows and clipping, and what surrounds them.

    A plate that meets the floor saturates the sensing element for less than a millisecond, before the
    sensor's own low-pass: the numbers look clean and are not.
    """
    reach = max(int(config.impact_reach_s * samples.rate_hz), 1)
    return np.convolve(_hard(samples, config), np.ones(2 * reach + 1), mode="same") > 0.5


def _hard(samples: Samples, config: NoiseConfig) -> BoolArray:
    force = np.linalg.norm(samples.specific_force_mps2, axis=1)
    return (force > config.impact_mps2 + STANDARD_GRAVITY_MPS2) | samples.clipped


def _kinks_mps2(samples: Samples) -> FloatArray:
    """How far specific force departs from the mean of its two neighbours, (N,)."""
    force = samples.specific_force_mps2
    kinks = np.zeros(len(force))
    kinks[1:-1] = np.linalg.norm(force[1:-1] - 0.5 * (force[2:] + force[:-2]), axis=1)
    return kinks


def _lost_variance(
    samples: Samples, signal: FloatArray, densities: tuple[float, float], config: NoiseConfig
) -> FloatArray:
    """Find what each bridged sample adds to the variance of an integral, (N,)."""
    added = np.zeros(len(samples))
    gaps = runs(samples.lost)
    if not gaps:
        return added
    least, unseen = (density**2 * samples.dt_s for density in densities)
    measured = bridging_variances(signal, samples.lost, samples.dt_s, config.lost_reach_s)
    for (start, stop), variance in zip(gaps, measured, strict=True):
        around = config.lost_factor * variance / (stop - start)
        added[start:stop] = unseen if np.isnan(variance) else least + around
    return added


def _meetings(samples: Samples, still: BoolArray, config: NoiseConfig) -> list[tuple[int, int]]:
    """Find when the bar met rack or floor: right before it lies still, half-open ranges of samples."""
    # A loss within a rest is no second meeting.
    reach = round(config.contact_s * samples.rate_hz)
    return [
        (max(start - reach, 0), start) for start, _ in runs(still | samples.lost) if start and still[start]
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """The noise of integration.

    Attributes
    ----------
    accel_variance, gyro_variance : (N,) float64
        Variance of velocity, (m/s)², and of attitude, rad², that integration has gathered up to each sample.
    disturbed : (N,) bool
        Samples that were lost or hit, or in which the bar met its rack. What they add does not depend on how
        good the sensor is.
    """

    accel_variance: FloatArray
    gyro_variance: FloatArray
    disturbed: BoolArray


def integration_noise(samples: Samples, config: NoiseConfig, still: BoolArray | None = None) -> Noise:
    """Accumulate the noise of integration.

    Parameters
    ----------
    samples : Samples
        Sensor data.
    config : NoiseConfig
        Densities.
    still : (N,) bool, optional
        Where the bar lies on rack or floor: it met them shortly before.
    """
    dt_s = samples.dt_s
    accel = np.full(len(samples), config.accel_mps2_per_rthz**2 * dt_s)
    gyro = np.full(len(samples), config.gyro_radps_per_rthz**2 * dt_s)
    # Cross-axis errors are not estimated: what they do grows with the rate of turn and with acceleration.
    rate = np.linalg.norm(samples.gyro_radps, axis=1)
    surplus = np.abs(np.linalg.norm(samples.specific_force_mps2, axis=1) - STANDARD_GRAVITY_MPS2)
    gyro += (config.cross_axis * rate) ** 2 * config.cross_axis_s * dt_s
    accel += (config.cross_axis * surplus) ** 2 * config.cross_axis_s * dt_s
    accel += _lost_variance(samples, samples.specific_force_mps2, config.lost_mps2_per_rthz, config)
    gyro += _lost_variance(samples, samples.gyro_radps, config.lost_radps_per_rthz, config)
    # Plates ring faster than sampling can follow: what lies above it folds into the integral.
    fold = config.kink_fold * min((config.fold_rate_hz / samples.rate_hz) ** 2, 1.0)
    kinks = _kinks_mps2(samples)
    kinked = kinks > config.kink_mps2
    accel[kinked] += (fold * kinks[kinked] * dt_s) ** 2
    hard, blow = _hard(samples, config), blow_mask(samples, config)
    for start, stop in runs(blow):
        # What the sensing element lost by saturating grows with the blow: a dropped bar, a set-down one.
        lost_mps = float(surplus[start:stop][hard[start:stop]].sum()) * dt_s
        accel[start:stop] += (config.impact_jump_mps + config.impact_loss * lost_mps) ** 2 / (stop - start)
        gyro[start:stop] += config.impact_turn_rad**2 / (stop - start)
    # A rack that rings near a multiple of the sampling rate is seen as a slow push that never was.
    met = np.zeros(len(samples), dtype=np.bool_)
    for start, stop in [] if still is None else _meetings(samples, still, config):
        accel[start:stop] += config.contact_mps**2 / (stop - start)
        met[start:stop] = True
    accel[0] = gyro[0] = 0.0
    return Noise(np.cumsum(accel), np.cumsum(gyro), blow | kinked | met | samples.lost)
