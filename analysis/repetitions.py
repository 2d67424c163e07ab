"""Which movements are reps: alternating height extremes, judged against the lift and against each other.

Un-rack, walk-out, re-rack and plate knocks are smaller than a rep of any lift; picking up and putting down
have no partner phase. What looks like a rep and is not counted is returned with the reason.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.exercises import Exercise, FirstPhase
from analysis.filters import turning_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.config import RepConfig
    from analysis.imu import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class Candidate:
    """Three height extremes: home, turning point, home again (indices), and the heights between them.

    Attributes
    ----------
    start, turn, stop : int
        Sample indices. ``stop`` may be the last sample of an unfinished rep.
    out_m, back_m : float
        Height travelled in the first and in the second phase, m, positive.
    """

    start: int
    turn: int
    stop: int
    out_m: float
    back_m: float


@dataclass(frozen=True, slots=True)
class Rejection:
    """A candidate that is not counted."""

    start: int
    stop: int
    reason: str


@dataclass(frozen=True, slots=True)
class FoundReps:
    """Result of `find_reps`."""

    accepted: tuple[Candidate, ...]
    rejected: tuple[Rejection, ...]
    first_sign: int
    """-1 where the lift goes down first, +1 where it goes up first."""


def find_reps(
    height_m: FloatArray,
    velocity_mps: FloatArray,
    rate_hz: float,
    exercise: Exercise | None,
    config: RepConfig,
    *,
    still: BoolArray | None = None,
) -> FoundReps:
    """Find the reps in a stretch of height.

    Parameters
    ----------
    height_m, velocity_mps : (N,) float64
        Height and low-passed vertical velocity.
    rate_hz : float
        Sampling rate, Hz.
    exercise : Exercise or None
        Gives first phase and plausible range; None: both inferred.
    config : RepConfig
        Thresholds.
    still : (N,) bool, optional
        Where the bar lies on rack or floor; a home that lies there is evidence for the direction.

    Returns
    -------
    FoundReps
        Accepted candidates in the order of time, and the rejected ones with reasons.
    """
    low, high = _rom_bounds(exercise, config)
    step = max(round(rate_hz / 50), 1)  # 50 Hz is plenty to order extremes; refined below
    coarse = turning_points(np.ascontiguousarray(height_m[::step]), 0.6 * low)
    points = [_refine_extreme(height_m, i * step, step) for i in coarse]
    if len(points) < 3:
        return FoundReps((), (), -1)
    sign = _first_sign(height_m, points, exercise, low, still)
    candidates = _candidates(height_m, points, sign)
    accepted: list[Candidate] = []
    rejected: list[Rejection] = []
    main = [_concentric_range(c, sign, exercise) for c in candidates]
    plausible = [m for m in main if low <= m <= high]
    median = float(np.median(plausible)) if plausible else 0.0
    for candidate, range_m in zip(candidates, main, strict=True):
        reason = _why_not(candidate, range_m, (low, high), median, velocity_mps, config)
        if reason is None:
            accepted.append(candidate)
        elif reason:
            rejected.append(Rejection(candidate.start, candidate.stop, reason))
    return FoundReps(tuple(accepted), tuple(rejected), sign)


def _rom_bounds(exercise: Exercise | None, config: RepConfig) -> tuple[float, float]:
    if exercise is None:
        return config.min_rom_m, 2.0
    low, high = exercise.usual_rom_m
    return low * (1 - config.rom_slack), high * (1 + config.rom_slack)


def _refine_extreme(height_m: FloatArray, index: int, reach: int) -> int:
    """Move an extreme that was found on thinned samples to the exact sample."""
    if index == 0 or index >= len(height_m) - 1:
        return min(index, len(height_m) - 1)
    first, last = max(index - reach, 0), min(index + reach, len(height_m) - 1)
    window = height_m[first : last + 1]
    ends_lower = window[0] + window[-1] < 2 * height_m[index]
    return first + int(np.argmax(window) if ends_lower else np.argmin(window))


def _first_sign(
    height_m: FloatArray,
    points: Sequence[int],
    exercise: Exercise | None,
    low: float,
    still: BoolArray | None,
) -> int:
    """Find the direction of the first phase: catalogue, else the side on which the bar rests and starts."""
    if exercise is not None:
        return 1 if exercise.first_phase is FirstPhase.UP else -1
    legs = [(a, b) for a, b in itertools.pairwise(points) if abs(height_m[b] - height_m[a]) >= low]
    if not legs:
        return -1
    if still is not None and still.any():
        levels = np.array([height_m[i] for leg in legs for i in leg])
        bottom, top = np.percentile(levels, (20, 80))
        resting = height_m[still]
        if np.mean(np.abs(resting - bottom) < 0.15 * (top - bottom)) > 0.6:
            return 1
    return 1 if height_m[legs[0][1]] > height_m[legs[0][0]] else -1


def _candidates(height_m: FloatArray, points: Sequence[int], sign: int) -> list[Candidate]:
    """Triples of extremes whose middle one is the turning point."""
    out: list[Candidate] = []
    for a, b, c in zip(points, points[1:], points[2:], strict=False):
        travelled = sign * (height_m[b] - height_m[a])
        returned = sign * (height_m[b] - height_m[c])
        if travelled > 0 and returned > 0:
            out.append(Candidate(a, b, c, float(travelled), float(returned)))
    return out


def _concentric_range(candidate: Candidate, sign: int, exercise: Exercise | None) -> float:
    concentric_sign = 1 if exercise is None else exercise.concentric_sign
    return candidate.out_m if sign == concentric_sign else candidate.back_m


def _why_not(
    candidate: Candidate,
    range_m: float,
    bounds: tuple[float, float],
    median_m: float,
    velocity_mps: FloatArray,
    config: RepConfig,
) -> str | None:
    """Reason for not counting a candidate; None to count it; empty if it is too small to mention."""
    low, high = bounds
    largest = max(candidate.out_m, candidate.back_m)
    if largest < low:
        return ""
    if candidate.out_m > high:
        return f"moved {candidate.out_m:.2f} m, more than this lift allows"
    if candidate.back_m < config.completion * candidate.out_m:
        if candidate.out_m < low:
            return ""
        return f"not completed: came back {candidate.back_m / candidate.out_m:.0%} of the way"
    if candidate.out_m < config.completion * candidate.back_m:
        return "no first phase of its own: picked up, put down or re-racked"
    if not low <= range_m <= high:
        return f"range of motion {range_m:.2f} m is not one of this lift"
    if range_m < config.rom_ratio[0] * median_m:
        return f"half rep: {range_m / median_m:.0%} of this set's range of motion"
    if range_m > config.rom_ratio[1] * median_m:
        return f"{range_m / median_m:.1f} times this set's range of motion"
    peak = float(np.abs(velocity_mps[candidate.start : candidate.stop + 1]).max())
    if peak < config.min_peak_velocity_mps:
        return f"slower than {config.min_peak_velocity_mps} m/s throughout"
    return None
