"""Movements in one direction: what a set's height is made of, before anybody says which of them are reps."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.filters import runs, turning_points

if TYPE_CHECKING:
    from analysis.config import RepConfig
    from analysis.imu import FloatArray


@dataclass(frozen=True, slots=True)
class Leg:
    """One movement up or down, from rest or reversal to rest or reversal.

    Attributes
    ----------
    start, stop : int
        First and last sample, inclusive.
    sign : int
        +1 up, -1 down.
    range_m : float
        Height between them, m, positive.
    """

    start: int
    stop: int
    sign: int
    range_m: float


def find_legs(
    height_m: FloatArray, velocity_mps: FloatArray, rate_hz: float, smallest_m: float, config: RepConfig
) -> list[Leg]:
    """Cut a stretch of height into movements.

    Parameters
    ----------
    height_m, velocity_mps : (N,) float64
        Height, and vertical velocity after the definition's low-pass.
    rate_hz : float
        Sampling rate, Hz.
    smallest_m : float
        Smaller movements are not looked at, m.
    config : RepConfig
        What counts as a pause.

    Returns
    -------
    list of Leg
        In the order of time, not overlapping. Creeping between them belongs to none.
    """
    step = max(round(rate_hz / 50), 1)  # 50 Hz is plenty to order extremes; refined below
    coarse = turning_points(np.ascontiguousarray(height_m[::step]), smallest_m)
    points = [_refine_extreme(height_m, i * step, step) for i in coarse]
    legs: list[Leg] = []
    for first, last in itertools.pairwise(points):
        if last > first and height_m[first] != height_m[last]:
            legs += _between_pauses(height_m, velocity_mps, rate_hz, (first, last), smallest_m, config)
    return legs


def _refine_extreme(height_m: FloatArray, index: int, reach: int) -> int:
    """Move an extreme that was found on thinned samples to the exact sample."""
    if index == 0 or index >= len(height_m) - 1:
        return min(index, len(height_m) - 1)
    first, last = max(index - reach, 0), min(index + reach, len(height_m) - 1)
    window = height_m[first : last + 1]
    stands_out = 2 * height_m[index] - window[0] - window[-1]
    if stands_out == 0:  # level: neither a top nor a bottom to look for
        return index
    return first + int(np.argmax(window) if stands_out > 0 else np.argmin(window))


def _between_pauses(
    height_m: FloatArray,
    velocity_mps: FloatArray,
    rate_hz: float,
    span: tuple[int, int],
    smallest_m: float,
    config: RepConfig,
) -> list[Leg]:
    """Cut the way from one extreme to the next where the bar pauses on it."""
    first, last = span
    sign = 1 if height_m[last] > height_m[first] else -1
    speed = sign * velocity_mps[first : last + 1]
    slow = speed < max(config.pause_mps, config.pause_fraction * float(speed.max()))
    long = config.pause_s * rate_hz
    pauses = [(first + a, first + b - 1) for a, b in runs(slow) if b - a >= long]
    reach = int(config.pause_reach_s * rate_hz)
    legs: list[Leg] = []
    at = first
    for start, stop in [*pauses, (last + 1, last + 1)]:
        end = min(start + min(reach, (stop - start) // 2), last)
        if start > at or stop > last:
            range_m = sign * float(height_m[end] - height_m[at])
            if range_m > 0.5 * smallest_m:
                legs.append(Leg(at, end, sign, range_m))
        at = max(stop - min(reach, (stop - start) // 2), end)
    return legs
