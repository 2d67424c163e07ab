"""Which movements are reps: semi-Markov readings of a set's legs, weighed against each other.

A set is read as a sequence of repetitions and of other movements (un-racking, walking, picking up, putting
down). One repetition is a first phase and a second phase; a phase is one leg, or several where the bar
hesitated on its way. How well a repetition fits is judged against a template, range of motion and duration,
that all repetitions of the set share; every plausible template is tried, and for each the best reading of the
whole set is found by dynamic programming. What looks like a repetition and is not counted is returned with
the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.candidates import Surroundings, Table, candidates, with_surroundings
from analysis.exercises import Exercise, FirstPhase, StartsFrom
from analysis.legs import Leg, find_legs
from analysis.readings import Reading, best_reading, log_prior, templates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.config import RepConfig
    from analysis.imu import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class Candidate:
    """Home, turning point, home again (sample indices), and the heights between them.

    Attributes
    ----------
    start, turn, stop : int
        Sample indices. ``stop`` may be the last sample of an unfinished rep.
    out_m, back_m : float
        Height travelled in the first and in the second phase, m, positive. ``back_m`` is 0 where the stretch
        ends before the second phase.
    """

    start: int
    turn: int
    stop: int
    out_m: float
    back_m: float


@dataclass(frozen=True, slots=True)
class Rejection:
    """A movement that is not counted."""

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
    score: float = 0.0
    """Log likelihood of this reading of the set, over that of no reps at all."""
    contradicted: bool = False
    """Read off an earlier motion, and the motion that follows from it shows no reps at all."""


def find_reps(
    height_m: FloatArray,
    velocity_mps: FloatArray,
    rate_hz: float,
    exercise: Exercise | None,
    config: RepConfig,
    surroundings: Surroundings | None = None,
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
        Likelihoods.
    surroundings : Surroundings, optional
        What else is known.

    Returns
    -------
    FoundReps
        Accepted candidates in the order of time, and the rejected ones with reasons.
    """
    around = surroundings or Surroundings()
    bounds = _rom_bounds(exercise, config)
    legs = find_legs(height_m, velocity_mps, rate_hz, config.smallest_leg * bounds[0], config)
    signs = (-1, 1)
    if exercise is not None:
        signs = (1,) if exercise.first_phase is FirstPhase.UP else (-1,)
    concentric_sign = 1 if exercise is None else exercise.concentric_sign
    # A bar that is caught at the shoulders or overhead is lowered to the hang, not to the floor.
    from_floor = (
        exercise is not None and exercise.starts_from is StartsFrom.FLOOR and exercise.main_velocity == "mean"
    )
    readings: list[Reading] = []
    for sign in signs:
        table = candidates(
            legs,
            height_m,
            velocity_mps,
            rate_hz,
            (sign, concentric_sign),
            bounds,
            config,
            may_end_at_top=around.may_end_at_top,
        )
        table = with_surroundings(table, around, len(height_m), rate_hz, from_floor=from_floor)
        favour = (
            _rests_low(legs, height_m, around.still) * sign * config.resting_bonus if len(signs) > 1 else 0.0
        )
        readings.append(Reading(0.0, (), table, sign, 0.0))
        for template in templates(table, bounds):
            reading = best_reading(table, legs, height_m, rate_hz, sign, template, config)
            if reading.chosen and reading.score > (
                config.untold_score if exercise is None else config.told_score
            ):
                prior = favour + log_prior(template[0], bounds, exercise, around.range_m)
                readings.append(replace(reading, score=reading.score + prior))
    best = max(readings, key=lambda reading: reading.score)
    accepted = [_candidate(best.table, i) for i in best.chosen]
    rejected = _explain(legs, best, height_m, velocity_mps, bounds, config)
    return FoundReps(tuple(accepted), tuple(rejected), best.sign, best.score)


def _rom_bounds(exercise: Exercise | None, config: RepConfig) -> tuple[float, float]:
    if exercise is None:
        return config.min_rom_m, 2.0
    low, high = exercise.usual_rom_m
    return low * (1 - config.rom_slack), high * (1 + config.rom_slack)


def _candidate(table: Table, index: int) -> Candidate:
    start, turn, stop = (int(i) for i in table.samples[index])
    return Candidate(start, turn, stop, float(table.out_m[index]), float(table.back_m[index]))


def _rests_low(legs: Sequence[Leg], height_m: FloatArray, still: BoolArray | None) -> int:
    """1 if the bar rests where the movements begin at the bottom, else 0."""
    if still is None or not still.any() or not legs:
        return 0
    levels = np.array([height_m[i] for leg in legs for i in (leg.start, leg.stop)])
    bottom, top = np.percentile(levels, (20, 80))
    near = np.abs(height_m[still] - bottom) < 0.15 * (top - bottom)
    return int(near.mean() > 0.6)


def _explain(
    legs: Sequence[Leg],
    reading: Reading,
    height_m: FloatArray,
    velocity_mps: FloatArray,
    bounds: tuple[float, float],
    config: RepConfig,
) -> list[Rejection]:
    """Say why each movement of note that is in no rep is not one: first phases, then what is left."""
    taken = np.zeros(len(legs), dtype=np.bool_)
    for i in reading.chosen:
        taken[reading.table.legs[i, 0] : reading.table.legs[i, 2]] = True
    first_rep = min((int(reading.table.samples[i, 0]) for i in reading.chosen), default=len(height_m))
    range_m = reading.range_m or 0.0
    rejected: list[Rejection] = []
    k = 0
    while k < len(legs):
        leg = legs[k]
        k += 1
        if taken[k - 1] or leg.range_m < max(0.3 * range_m, 0.6 * bounds[0]):
            continue
        back = legs[k] if k < len(legs) and not taken[k] and legs[k].sign == -leg.sign else None
        if leg.sign == reading.sign and back is not None:
            reason = _why_not(leg, back, range_m, velocity_mps, bounds, config)
            if reason:
                rejected.append(Rejection(leg.start, back.stop, reason))
            k += 1
        elif leg.sign == reading.sign:
            rejected.append(Rejection(leg.start, leg.stop, "not completed: the way back is missing"))
        elif max(leg.range_m, range_m) >= bounds[0]:
            when = "before the first rep" if leg.start < first_rep else "after a rep"
            rejected.append(
                Rejection(
                    leg.start,
                    leg.stop,
                    f"no first phase of its own, {when}: picked up, put down or re-racked",
                )
            )
    return rejected


def _why_not(
    out: Leg,
    back: Leg,
    range_m: float,
    velocity_mps: FloatArray,
    bounds: tuple[float, float],
    config: RepConfig,
) -> str:
    """Reason for not counting two legs as a rep; empty if they are too small to mention."""
    low, high = bounds
    if out.range_m > high:
        return f"moved {out.range_m:.2f} m, more than this lift allows"
    if max(out.range_m, back.range_m) < low and not range_m:
        return ""
    if back.range_m < config.completion * out.range_m and out.range_m >= low:
        return f"not completed: came back {back.range_m / out.range_m:.0%} of the way"
    if out.range_m < config.completion * back.range_m:
        return "no first phase of its own: picked up, put down or re-racked"
    if np.abs(velocity_mps[out.start : back.stop + 1]).max() < config.min_peak_velocity_mps:
        return f"slower than {config.min_peak_velocity_mps} m/s throughout"
    if range_m and min(out.range_m, back.range_m) < 0.8 * range_m:
        return f"half rep: {min(out.range_m, back.range_m) / range_m:.0%} of this set's range of motion"
    if range_m and out.range_m > 1.2 * range_m:
        return f"{out.range_m / range_m:.1f} times this set's range of motion"
    if not low <= back.range_m <= high:
        return f"range of motion {back.range_m:.2f} m is not one of this lift"
    return "unlike the other reps of this set"
