"""Whether a recording speaks the units and signs that it should: gravity and how it moves in the sensor tell.

Files of other programs come in g and in degrees, with gravity taken off, or with axes of the gyroscope that
are not those of the accelerometer. Whoever computes from them gets numbers all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from analysis.filters import lowpass
from analysis.imu import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.imu import BoolArray, FloatArray
    from analysis.samples import Samples


@dataclass(frozen=True, slots=True)
class UnitConfig:
    """What is expected of specific force in m/s² and rate of turn in rad/s.

    Attributes
    ----------
    g_norm : tuple of 2 float
        A median of specific force within these is in g, not in m/s².
    gravity_fraction : float
        A median below this part of gravity: gravity was taken off.
    scale_fraction : float
        A median that is further from gravity than this part of it has another scale.
    least_turn_radps : float
        Rate of turn across the vertical from which units and signs of the gyroscope can be told, rad/s.
    lowpass_hz : float
        ... below this frequency, Hz, where specific force shows the vertical.
    falling_fraction : float
        Below this part of its median specific force shows no vertical: a bar in free fall.
    degrees_gain, reversed_gain : float
        The vertical sweeps so many times as fast as the gyroscope says: 1 if all is well (0.3 to 1.6 in 42
        real sets, because bars accelerate), 1/57 if it speaks in degrees, negative if its axes are reversed.
    """

    g_norm: tuple[float, float] = (0.85, 1.15)
    gravity_fraction: float = 0.5
    scale_fraction: float = 0.15
    least_turn_radps: float = 0.04
    lowpass_hz: float = 1.0
    falling_fraction: float = 0.3
    degrees_gain: float = 0.06
    reversed_gain: float = -0.2


class Suspicion(StrEnum):
    """What looks like another unit, another sign or another signal than is expected."""

    FORCE_IN_G = "force_in_g"
    NO_GRAVITY = "no_gravity"
    FORCE_SCALE = "force_scale"
    TURN_IN_DEGREES = "turn_in_degrees"
    TURN_REVERSED = "turn_reversed"
    NO_TURN = "no_turn"


def turn_gain(stretches: Sequence[Samples], config: UnitConfig | None = None) -> float | None:
    """Regress how the vertical sweeps in the sensor on what the gyroscope says of it.

    Returns
    -------
    float or None
        About 1 if all is well; None where the sensor turned too little to tell.
    """
    config = config or UnitConfig()
    agreed = said = 0.0
    n = 0
    for one in stretches:
        if len(one) < 2 * one.rate_hz:
            continue
        seen, told, counts = _sweeps(one, config)
        agreed += float((seen * told)[counts].sum())
        said += float((told**2)[counts].sum())
        n += int(counts.sum())
    if not n or np.sqrt(said / n) < config.least_turn_radps:
        return None
    return agreed / said


def _sweeps(samples: Samples, config: UnitConfig) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Give the vertical's sweep as seen and as the gyroscope has it, (N, 3) rad/s; where to look, (N,)."""
    force = lowpass(samples.specific_force_mps2, config.lowpass_hz, samples.rate_hz)
    gyro = lowpass(samples.gyro_radps, config.lowpass_hz, samples.rate_hz)
    size = np.linalg.norm(force, axis=1)
    up = force / np.maximum(size, 1e-9)[:, None]
    still = np.median(gyro, axis=0)
    told = np.asarray(np.cross(up, gyro - still)[1:-1], dtype=np.float64)
    seen = (up[2:] - up[:-2]) * (samples.rate_hz / 2)
    # A bar in free fall has no vertical.
    return np.asarray(seen, dtype=np.float64), told, size[1:-1] > config.falling_fraction * np.median(size)


def suspicions(
    stretches: Sequence[Samples], gain: float | None, config: UnitConfig | None = None
) -> tuple[Suspicion, ...]:
    """Say what looks wrong.

    Parameters
    ----------
    stretches : sequence of Samples
        At least one.
    gain : float or None
        From `turn_gain`.
    config : UnitConfig
        What is expected.
    """
    config = config or UnitConfig()
    found: list[Suspicion] = []
    force = np.concatenate([one.specific_force_mps2[~one.lost] for one in stretches])
    median = float(np.median(np.linalg.norm(force, axis=1)))
    gravity = STANDARD_GRAVITY_MPS2
    if config.g_norm[0] < median < config.g_norm[1]:
        found.append(Suspicion.FORCE_IN_G)
    elif median < config.gravity_fraction * gravity:
        found.append(Suspicion.NO_GRAVITY)
    elif abs(median / gravity - 1) > config.scale_fraction:
        found.append(Suspicion.FORCE_SCALE)
    if not any(np.ptp(one.gyro_radps, axis=0).any() for one in stretches):
        found.append(Suspicion.NO_TURN)
    elif gain is not None and gain < config.reversed_gain:
        found.append(Suspicion.TURN_REVERSED)
    elif gain is not None and abs(gain) < config.degrees_gain:
        found.append(Suspicion.TURN_IN_DEGREES)
    return tuple(found)
