"""The definition profile ``upright-1``: where a phase of a rep starts and ends, and what its velocities are.

Pure geometry of two signals, height and low-passed vertical velocity, so that the same code serves estimates
and true motion. Down phases are handled by turning both signals over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2, FloatArray

if TYPE_CHECKING:
    from analysis.config import DefinitionProfile


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase between two height extremes.

    Attributes
    ----------
    start, stop : int
        Last slow sample before it and first slow sample after it.
    peak : int
        Sample of the peak speed.
    begin, end : float
        Where speed crosses the threshold, in samples; a sample is too coarse for a mean over a second.
    """

    start: int
    stop: int
    peak: int
    begin: float
    end: float


def find_phase(
    height_m: FloatArray,
    velocity_mps: FloatArray,
    start: int,
    stop: int,
    sign: int,
    profile: DefinitionProfile,
) -> Phase | None:
    """Bound the phase that lies between two height extremes.

    From the peak speed outward to the first sample below max(threshold, fraction of the peak) beyond which
    less than ``remaining_fraction`` of the range between the extremes remains; sticking points are skipped
    that way.

    Parameters
    ----------
    height_m, velocity_mps : (N,) float64
        Height, and vertical velocity after the profile's low-pass.
    start, stop : int
        Indices of the two extremes, inclusive.
    sign : int
        +1 for a phase that goes up, -1 for one that goes down.
    profile : DefinitionProfile
        Thresholds.

    Returns
    -------
    Phase or None
        None if the bar does not move that way between the extremes.
    """
    height = sign * height_m[start : stop + 1]
    velocity = sign * velocity_mps[start : stop + 1]
    total = height[-1] - height[0]
    if total <= 0 or len(height) < 3:
        return None
    peak = int(np.argmax(velocity))
    if velocity[peak] <= profile.threshold_mps:
        return None
    threshold = profile.threshold_of(float(velocity[peak]))
    slow = velocity < threshold
    allowed = profile.remaining_fraction * total
    before = np.flatnonzero(slow[:peak] & (height[:peak] - height[0] < allowed))
    after = np.flatnonzero(slow[peak:] & (height[-1] - height[peak:] < allowed))
    first = int(before[-1]) if len(before) else 0
    last = peak + int(after[0]) if len(after) else len(height) - 1
    begin, end = float(first), float(last)
    if len(before):
        begin += (threshold - velocity[first]) / (velocity[first + 1] - velocity[first])
    if len(after):
        end -= (threshold - velocity[last]) / (velocity[last - 1] - velocity[last])
    return Phase(start + first, start + last, start + peak, start + begin, start + end)


def turning_index(height_m: FloatArray, start: int, stop: int, extreme: int, band_m: float) -> int:
    """Middle of the time spent within ``band_m`` of the height extremum, without a break around it.

    Parameters
    ----------
    height_m : (N,) float64, m
        Height.
    start, stop : int
        Bounds of the search, inclusive.
    extreme : int
        Index of the extremum.
    band_m : float
        Width of the band, m.
    """
    outside = np.abs(height_m - height_m[extreme]) > band_m
    before = np.flatnonzero(outside[start:extreme])
    after = np.flatnonzero(outside[extreme : stop + 1])
    first = start + int(before[-1]) + 1 if len(before) else start
    last = extreme + int(after[0]) - 1 if len(after) else stop
    return (first + last) // 2


@dataclass(frozen=True, slots=True)
class PhaseVelocity:
    """Velocities of one phase, positive in its direction, m/s, its range, m, and its lockout.

    ``lockout_start`` is the first sample of the lockout, ``lockout_s`` the time from the last entry into it
    to the phase's end, s.
    """

    mean_mps: float
    peak_mps: float
    propulsive_mps: float
    range_m: float
    lockout_ratio: float
    lockout_start: int
    lockout_s: float


def phase_velocity(
    height_m: FloatArray,
    velocity_mps: FloatArray,
    phase: Phase,
    sign: int,
    rate_hz: float,
    profile: DefinitionProfile,
) -> PhaseVelocity:
    """Velocities of a phase.

    Notes
    -----
    Mean = range / time. Propulsive: until acceleration first falls below -g after the peak, if it does
    (Sanchez-Medina, Perez & Gonzalez-Badillo, "Importance of the propulsive phase in strength assessment",
    Int J Sports Med 31, 2010). Lockout ratio: mean velocity over the last ``lockout_fraction`` of the range,
    over the peak velocity.
    """
    height = sign * height_m[phase.start : phase.stop + 1]
    velocity = sign * velocity_mps[phase.start : phase.stop + 1]
    index = np.arange(phase.start, phase.stop + 1)
    bottom, top = (float(np.interp(at, index, height)) for at in (phase.begin, phase.end))
    range_m = top - bottom
    duration_s = (phase.end - phase.begin) / rate_hz
    peak = phase.peak - phase.start
    braking = np.flatnonzero(np.gradient(velocity)[peak:] * rate_hz * sign < -STANDARD_GRAVITY_MPS2)
    propulsive = range_m / duration_s
    if sign > 0 and len(braking) and peak + braking[0] > 0:
        end = peak + int(braking[0])
        propulsive = (height[end] - bottom) / ((phase.start + end - phase.begin) / rate_hz)
    lockout_m = profile.lockout_fraction * range_m
    below = np.flatnonzero(height < top - lockout_m)
    entry = min(int(below[-1]) + 1, len(height) - 1) if len(below) else 0
    crossed = float(entry)
    if entry:
        crossed -= float((height[entry] - top + lockout_m) / (height[entry] - height[entry - 1]))
    lockout_s = max(phase.end - phase.start - crossed, 0.5) / rate_hz
    peak_mps = float(velocity[peak])
    return PhaseVelocity(
        range_m / duration_s,
        peak_mps,
        float(propulsive),
        range_m,
        lockout_m / lockout_s / peak_mps,
        phase.start + entry,
        lockout_s,
    )
