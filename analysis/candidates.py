"""Every pair of phases in a set's legs that could be a rep."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.config import RepConfig
    from analysis.imu import BoolArray, FloatArray, IntArray
    from analysis.legs import Leg

LANDING_REACH_S = 0.3
"""An impact this close to the end of a rep is its landing."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Candidates as columns, for scoring all of them at once.

    Attributes
    ----------
    legs : (C, 3) int
        First leg, first leg of the second phase, one past the last leg.
    samples : (C, 3) int
        Start, turning point, stop.
    out_m, back_m, concentric_m, concentric_s : (C,) float64
        Ranges of the two phases, range and duration of the concentric one.
    flaws : (C,) float64
        Cost of hesitating and of turning back on the way.
    landed : (C,) bool
        The second phase ends with an impact.
    lands : bool
        It is expected to.
    up : (C, 2, 3) float64
        The upward direction in the sensor's frame, at the start and at the turning point.
    """

    legs: IntArray
    samples: IntArray
    out_m: FloatArray
    back_m: FloatArray
    concentric_m: FloatArray
    concentric_s: FloatArray
    flaws: FloatArray
    landed: BoolArray
    up: FloatArray
    lands: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What is known of each sample besides height; whatever is None is not used.

    Attributes
    ----------
    still : (N,) bool
        Where the bar lies on rack or floor; a home that lies there is evidence for the direction.
    impact : (N,) bool
        Where something hit the bar.
    up : (N, 3) float64
        The upward direction in the sensor's frame: the reps of a set hold the sensor alike.
    may_end_at_top : bool
        The stretch may end before the last rep of an up-first lift is back down.
    range_m : float
        Range of motion of the reps of this set that are known already, m.
    """

    still: BoolArray | None = None
    impact: BoolArray | None = None
    up: FloatArray | None = None
    range_m: float | None = None
    may_end_at_top: bool = False


def _phases(
    legs: Sequence[Leg], first: int, height_m: FloatArray, rate_hz: float, config: RepConfig
) -> list[tuple[int, float, float]]:
    """Phases that begin with a leg: (one past the last leg, range in m, flaws)."""
    sign, start = legs[first].sign, legs[first].start
    out: list[tuple[int, float, float]] = []
    against_m, extra, top = 0.0, 0.0, 0.0
    for k in range(first, min(first + config.phase_legs, len(legs))):
        leg = legs[k]
        if k > first and leg.start - legs[k - 1].stop > config.hesitation_s * rate_hz:
            break
        if leg.sign != sign:
            against_m = max(against_m, leg.range_m)
            continue
        reached = sign * float(height_m[leg.stop] - height_m[start])
        if against_m > config.hitch_fraction * max(reached, top):
            break
        extra += k > first
        # Creeping before and after a movement is not part of it (the definition's remaining fraction).
        creeps = min(legs[first].range_m, leg.range_m) < config.creep_fraction * reached
        if reached > top and not creeps:
            top = reached
            out.append((k + 1, reached, extra * config.hesitation_cost + 2.0 * against_m / reached))
    return out


def candidates(
    legs: Sequence[Leg],
    height_m: FloatArray,
    velocity_mps: FloatArray,
    rate_hz: float,
    signs: tuple[int, int],
    bounds_m: tuple[float, float],
    config: RepConfig,
    *,
    may_end_at_top: bool = False,
) -> Table:
    """Find every pair of phases that could be a rep: a first phase, then the way back.

    Parameters
    ----------
    legs : sequence of Leg
        All movements of the stretch.
    height_m, velocity_mps : (N,) float64
        Height, and vertical velocity after the definition's low-pass.
    rate_hz : float
        Sampling rate, Hz.
    signs : tuple of 2 int
        Direction of the first and of the concentric phase.
    bounds_m : tuple of 2 float
        Smallest and largest plausible range of motion, m.
    config : RepConfig
        What a phase may look like.
    may_end_at_top : bool
        A concentric first phase at the very end may lack its way back (``back_m`` is 0).
    """
    first_sign, concentric_sign = signs
    low, high = bounds_m
    phases = [_phases(legs, k, height_m, rate_hz, config) for k in range(len(legs))]
    places: list[tuple[int, int, int]] = []
    samples: list[tuple[int, int, int]] = []
    numbers: list[tuple[float, float, float, float, float]] = []
    pairs = _pairs(legs, phases, first_sign)
    if may_end_at_top and first_sign == concentric_sign:
        pairs = itertools.chain(pairs, _unfinished(legs, phases, first_sign, config))
    for k, middle, end, out, back in pairs:
        (out_m, out_flaws), (back_m, back_flaws) = out, back
        up_first = first_sign == concentric_sign
        concentric_m = out_m if up_first else back_m
        start, stop = (k, middle) if up_first else (middle, end)
        first, last = legs[start].start, legs[stop - 1].stop
        too_slow = np.abs(velocity_mps[first : last + 1]).max() < config.min_peak_velocity_mps
        unequal = back_m > 0 and min(out_m, back_m) < 0.4 * max(out_m, back_m)
        if not low <= concentric_m <= high or unequal or too_slow:
            continue
        concentric_s = (last - first) / rate_hz
        long = max(float(np.log(concentric_s / config.long_s)) / config.long_sd, 0.0)
        places.append((k, middle, end))
        turn = _extreme(height_m, legs, middle, first_sign) if back_m else legs[end - 1].stop
        samples.append((legs[k].start, turn, legs[end - 1].stop))
        numbers.append((out_m, back_m, concentric_m, concentric_s, out_flaws + back_flaws + 0.5 * long**2))
    out_m, back_m, concentric_m, concentric_s, flaws = np.reshape(numbers, (-1, 5)).T
    return Table(
        legs=np.reshape(places, (-1, 3)).astype(np.intp),
        samples=np.reshape(samples, (-1, 3)).astype(np.intp),
        out_m=out_m,
        back_m=back_m,
        concentric_m=concentric_m,
        concentric_s=concentric_s,
        flaws=flaws,
        landed=np.zeros(len(places), dtype=np.bool_),
        up=np.zeros((len(places), 2, 3)),
    )


def _pairs(
    legs: Sequence[Leg], phases: Sequence[Sequence[tuple[int, float, float]]], first_sign: int
) -> Iterator[tuple[int, int, int, tuple[float, float], tuple[float, float]]]:
    """Give first leg, first leg of the second phase, one past the last; range and flaws of either phase."""
    for k, leg in enumerate(legs):
        if leg.sign != first_sign:
            continue
        for middle, out_m, out_flaws in phases[k]:
            if middle < len(legs) and legs[middle].sign != first_sign:
                for end, back_m, back_flaws in phases[middle]:
                    yield k, middle, end, (out_m, out_flaws), (back_m, back_flaws)


def _unfinished(
    legs: Sequence[Leg],
    phases: Sequence[Sequence[tuple[int, float, float]]],
    first_sign: int,
    config: RepConfig,
) -> Iterator[tuple[int, int, int, tuple[float, float], tuple[float, float]]]:
    """First phases after which nothing moves any more, in the form of `_pairs`."""
    for k, leg in enumerate(legs):
        for middle, out_m, flaws in phases[k]:
            if leg.sign == first_sign and middle == len(legs):
                yield k, middle, middle, (out_m, flaws), (0.0, config.unfinished_cost)


def _extreme(height_m: FloatArray, legs: Sequence[Leg], middle: int, sign: int) -> int:
    """Find the turning point: the height extreme between the first and the second phase."""
    first, last = legs[middle - 1].stop, legs[middle].start
    return first + int(np.argmax(sign * height_m[first : max(last, first) + 1]))


def with_surroundings(
    table: Table, around: Surroundings, count: int, rate_hz: float, *, from_floor: bool
) -> Table:
    """Look up, for each candidate, whether it landed and how the sensor was held.

    Of a lift from the floor the reps are expected to land if anything does.
    """
    if around.up is not None:
        table = replace(table, up=around.up[table.samples[:, :2]])
    if around.impact is not None:
        hits = np.concatenate([[0], np.cumsum(around.impact)])
        reach = int(LANDING_REACH_S * rate_hz)
        stop = table.samples[:, 2]
        landed = hits[np.minimum(stop + reach, count)] > hits[np.maximum(stop - reach, 0)]
        table = replace(table, landed=landed, lands=from_floor and bool(landed.any()))
    return table
