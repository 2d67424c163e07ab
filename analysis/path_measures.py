"""Measures of one rep that lie in its side view: forward by phase, direction of the pull, path, sway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2
from analysis.speed_measures import peak_time

if TYPE_CHECKING:
    from analysis.config import AnalysisConfig
    from analysis.imu import FloatArray
    from analysis.rep_motion import Numbers, RepMotion

NOT_HELD = "not held"

LOOP_HEIGHTS = 50
"""Heights at which the ways down and up are compared."""

PATH_IDS = (
    "forward_displacement_m", "max_forward_m", "forward_floor_to_knee_m", "forward_knee_to_lockout_m",
    "early_pull_angle_rad", "late_pull_angle_rad", "hold_sway_m", "path_length_ratio", "loop_area_m2",
)  # fmt: skip


def path_numbers(motion: RepMotion, config: AnalysisConfig) -> Numbers:
    """Work out the measures of the side view; nothing without a forward direction."""
    if motion.forward_m is None or motion.forward_mps is None:
        return {}
    phases = motion.phases
    start, knee = phases.first.start, _knee(motion, config.measures.knee_fraction)
    forward = motion.forward_m - motion.forward_m[start]
    early, late = _pull_angles_rad(motion, motion.forward_mps)
    return {
        "forward_displacement_m": float(forward[phases.turn]),
        "max_forward_m": float(forward[start : phases.last + 1].max()),
        "forward_floor_to_knee_m": float(forward[start : max(knee, start) + 1].max()),
        "forward_knee_to_lockout_m": float(forward[phases.turn] - forward[knee]),
        "early_pull_angle_rad": early,
        "late_pull_angle_rad": late,
        "hold_sway_m": _hold_sway(motion, motion.forward_m, motion.forward_mps, config),
        "path_length_ratio": _length_ratio(motion, motion.forward_m),
        "loop_area_m2": _loop_area(motion, motion.forward_m),
    }


def _knee(motion: RepMotion, fraction: float) -> int:
    """Sample at which the concentric phase passes the height of the knee."""
    phase = motion.phases.concentric
    height = motion.up_m[phase.start : phase.stop + 1]
    return phase.start + int(np.argmax(height >= height[0] + fraction * (height[-1] - height[0])))


def _pull_angles_rad(motion: RepMotion, forward_mps: FloatArray) -> tuple[float, float]:
    """Angle from vertical of the mean force on the bar, before and after half the height of the drive.

    Impulse over mass is the change of velocity plus gravity times time.
    """
    phase = motion.phases.concentric
    start, half, peak = drive_times(motion)
    inside = np.arange(phase.start, phase.stop + 1)
    times = np.array([start, half, peak])
    forward, up = (np.interp(times, inside, v[inside]) for v in (forward_mps, motion.up_mps))
    up += STANDARD_GRAVITY_MPS2 * times / motion.rate_hz
    early, late = np.arctan2(np.diff(forward), np.diff(up))
    return float(early), float(late)


def drive_times(motion: RepMotion) -> tuple[float, float, float]:
    """Start of the drive, half of its height, and the peak of velocity, in samples and parts of them."""
    phase = motion.phases.concentric
    start, peak = phase.begin, max(peak_time(motion), phase.begin + 1.0)
    inside = np.arange(phase.start, min(phase.peak + 2, len(motion.up_m)))
    bottom, top = np.interp((start, peak), inside, motion.up_m[inside])
    rising = np.maximum.accumulate(motion.up_m[inside])
    half = float(np.interp(0.5 * (bottom + top), rising, inside))
    return start, min(max(half, start + 0.5), peak - 0.5), peak


def hold_samples(motion: RepMotion, forward_mps: FloatArray, config: AnalysisConfig) -> int:
    """Count the samples after the concentric phase during which the bar is held."""
    limits, stop = config.measures, motion.phases.concentric.stop
    longest = min(stop + int(limits.hold_longest_s * motion.rate_hz), len(forward_mps))
    threshold = config.definition.threshold_of(motion.phases.speed.peak_mps)
    moves = np.abs(motion.up_mps[stop:longest]) > threshold
    moves |= np.abs(forward_mps[stop:longest]) > limits.hold_forward_mps
    return int(np.argmax(moves)) if moves.any() else longest - stop


def _hold_sway(
    motion: RepMotion, forward_m: FloatArray, forward_mps: FloatArray, config: AnalysisConfig
) -> float | str:
    """Root mean square of the forward position about its own straight line while the bar is held."""
    length, stop = hold_samples(motion, forward_mps, config), motion.phases.concentric.stop
    if length < config.measures.hold_least_s * motion.rate_hz:
        return NOT_HELD
    return sway_m(forward_m[stop : stop + length])


def sway_m(forward_m: FloatArray) -> float:
    """Root mean square of positions about their own straight line, m."""
    time = np.linspace(-1.0, 1.0, len(forward_m))
    held = forward_m - forward_m.mean()
    held = held - time * float(time @ held / (time @ time))
    return float(np.sqrt((held**2).mean()))


def _length_ratio(motion: RepMotion, forward_m: FloatArray) -> float:
    phase = motion.phases.concentric
    cut = slice(phase.start, phase.stop + 1)
    length = np.hypot(np.diff(forward_m[cut]), np.diff(motion.up_m[cut])).sum()
    return float(length / abs(motion.up_m[phase.stop] - motion.up_m[phase.start]))


def _loop_area(motion: RepMotion, forward_m: FloatArray) -> float | str:
    """Area between the two phases' paths over the heights that both pass."""
    phases = motion.phases
    if phases.second is None:
        return "the way back was not seen"
    ways: list[tuple[FloatArray, FloatArray]] = []
    for phase in (phases.first, phases.second):
        cut = slice(phase.start, phase.stop + 1)
        height, forward = motion.up_m[cut], forward_m[cut]
        if height[0] > height[-1]:
            height, forward = height[::-1], forward[::-1]
        rising: FloatArray = np.maximum.accumulate(height)
        ways.append((rising, forward))
    low, high = max(float(way[0][0]) for way in ways), min(float(way[0][-1]) for way in ways)
    if high <= low:
        return "the way back was not seen"
    levels = np.linspace(low, high, LOOP_HEIGHTS)
    out, back = (np.interp(levels, height, forward) for height, forward in ways)
    return float(np.trapezoid(np.abs(out - back), levels))
