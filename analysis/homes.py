"""What is known of the motion: when the bar rests, when it is home, where integration cannot be trusted."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.definitions import find_phase
from analysis.drift import HomeReturn, Jump, Reach, RestInstant
from analysis.filters import runs
from analysis.imu import STANDARD_GRAVITY_MPS2, BoolArray, FloatArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.config import AnalysisConfig, DriftConfig
    from analysis.repetitions import Candidate
    from analysis.samples import Samples

REST_SPACING_S = 0.25
"""Rest is stated this often: half the correlation time of standing sway, so that it is not overstated."""

OUTER_HOME_REACH_S = 0.7
"""The pause before the first rep ends, and the one after the last begins, within this time of the rep."""


@dataclass(frozen=True, slots=True)
class Home:
    """A stretch between two reps in which the bar is home; one instant unless it was held (``paused``)."""

    start: int
    stop: int
    paused: bool


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Inputs of `drift.remove_drift`."""

    rests: tuple[RestInstant, ...]
    returns: tuple[HomeReturn, ...]
    reaches: tuple[Reach, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rough:
    """The motion as known so far, which events are read from; ``max_quiet_mps`` says how well."""

    height_m: FloatArray
    velocity_mps: FloatArray
    max_quiet_mps: float


def gather_evidence(
    samples: Samples,
    still: BoolArray,
    quiet: BoolArray,
    rough: Rough,
    reps: Sequence[Candidate],
    sign: int,
    config: AnalysisConfig,
) -> Evidence:
    """Collect everything that is known of a set's motion.

    Parameters
    ----------
    samples, still, quiet
        The set and its masks.
    rough : Rough
        Height and vertical velocity as known so far.
    reps : sequence of Candidate
        Reps as known so far, in order.
    sign : int
        Direction of the first phase.
    config : AnalysisConfig
        Standard deviations.
    """
    drift = config.drift
    spacing = max(int(REST_SPACING_S * samples.rate_hz), 1)
    rests = still_rests(samples, still, drift)
    homes = find_homes(samples, still | quiet, rough, reps, sign, config)
    for home in homes:
        if home.paused:
            sd = _each_axis(drift.home_velocity_mps)
            rests += [RestInstant(i, sd) for i in range(home.start, home.stop + 1, spacing) if not still[i]]
        else:
            rests.append(RestInstant(home.start, drift.turning_velocity_mps))
    for start, stop in _held_turns(samples, quiet & ~still, rough, reps):
        rests += [RestInstant(i, _each_axis(drift.home_velocity_mps)) for i in range(start, stop, spacing)]
    returns = [
        HomeReturn(a.stop, b.start, drift.home_vertical_m)
        for a, b in itertools.pairwise(homes)
        if b.start > a.stop
    ]
    reaches: list[Reach] = []
    if homes:
        outside = [
            *range(0, homes[0].start, 4 * spacing),
            *range(homes[-1].stop + 1, len(samples), 4 * spacing),
        ]
        first, last = homes[0].start, homes[-1].stop
        reaches = [Reach(first if i < first else last, i, drift.reach_m) for i in outside]
    return Evidence(tuple(rests), tuple(returns), tuple(reaches))


def _each_axis(sd: float) -> tuple[float, float, float]:
    return sd, sd, sd


def find_homes(
    samples: Samples,
    quiet: BoolArray,
    rough: Rough,
    reps: Sequence[Candidate],
    sign: int,
    config: AnalysisConfig,
) -> list[Home]:
    """Find the home before each rep and the one after the last."""
    if not reps:
        return []
    rate_hz = samples.rate_hz
    first, last = _outer_instants(rough, reps, sign, config)
    near = int(OUTER_HOME_REACH_S * rate_hz)
    # Before the first and after the last rep only the pause right next to the rep is home: the rack is a
    # walk-out away.
    spans = [
        (max(first - 3 * near, 0), first),
        *((a.turn, b.turn) for a, b in itertools.pairwise(reps)),
        (last, min(last + 3 * near, len(samples) - 1)),
    ]
    homes: list[Home] = []
    for k, (start, stop) in enumerate(spans):
        rep = reps[min(k, len(reps) - 1)]
        home = _paused_home(quiet, rough, start, stop, rep, sign, rate_hz)
        if home is not None and (
            (k == 0 and home.stop < first - near) or (k == len(reps) and home.start > last + near)
        ):
            home = None
        if home is None:
            instant = first if k == 0 else last
            if 0 < k < len(reps):
                instant = start + int(np.argmax(-sign * rough.height_m[start : stop + 1]))
            home = Home(instant, instant, paused=False)
        homes.append(home)
    return homes


def _outer_instants(
    rough: Rough, reps: Sequence[Candidate], sign: int, config: AnalysisConfig
) -> tuple[int, int]:
    """When the first rep leaves home and when the last one is back."""
    start = find_phase(
        rough.height_m, rough.velocity_mps, reps[0].start, reps[0].turn, sign, config.definition
    )
    stop = find_phase(
        rough.height_m, rough.velocity_mps, reps[-1].turn, reps[-1].stop, -sign, config.definition
    )
    return reps[0].start if start is None else start.start, reps[-1].stop if stop is None else stop.stop


def _paused_home(
    quiet: BoolArray, rough: Rough, first: int, last: int, rep: Candidate, sign: int, rate_hz: float
) -> Home | None:
    """Longest quiet stretch near the home level within a span."""
    height = -sign * rough.height_m[first : last + 1]  # home is the maximum of this
    level, reach = height.max(), 0.35 * max(rep.out_m, rep.back_m)
    mask = (
        quiet[first : last + 1]
        & (height > level - reach)
        & (np.abs(rough.velocity_mps[first : last + 1]) < rough.max_quiet_mps)
    )
    margin = int(0.08 * rate_hz)  # a quiet stretch starts and ends with some movement
    stretches = [(a + margin, b - 1 - margin) for a, b in runs(mask) if b - a > 0.3 * rate_hz]
    if not stretches:
        return None
    start, stop = max(stretches, key=lambda ab: ab[1] - ab[0])
    return Home(first + start, first + stop, paused=True)


def _held_turns(
    samples: Samples, quiet: BoolArray, rough: Rough, reps: Sequence[Candidate]
) -> list[tuple[int, int]]:
    """Pauses at the turning points: quiet stretches around them in which the bar does not move either."""
    mask = quiet & (np.abs(rough.velocity_mps) < min(rough.max_quiet_mps, 0.06))
    reach = int(0.1 * samples.rate_hz)
    return [
        (start, stop)
        for start, stop in runs(mask)
        if stop - start > 0.2 * samples.rate_hz
        and any(start - reach <= rep.turn <= stop + reach for rep in reps)
    ]


def still_rests(samples: Samples, still: BoolArray, config: DriftConfig) -> list[RestInstant]:
    """State zero velocity where the bar lies on rack or floor."""
    spacing = max(int(REST_SPACING_S * samples.rate_hz), 1)
    return [
        RestInstant(index, _each_axis(config.still_velocity_mps), robust=False)
        for start, stop in runs(still)
        for index in range(start, stop, spacing)
    ]


def find_jumps(samples: Samples, config: DriftConfig) -> list[Jump]:
    """Find impacts, clipped and bridged stretches; neighbours within 0.1 s count as one."""
    force = np.linalg.norm(samples.specific_force_mps2, axis=1)
    impact = (force > config.impact_mps2 + STANDARD_GRAVITY_MPS2) | samples.clipped
    size = np.where(impact, config.impact_jump_mps, 0.0)
    size += samples.lost * config.lost_jump_mps_per_s * samples.dt_s
    reach = int(0.05 * samples.rate_hz)
    near = np.convolve(size > 0, np.ones(2 * reach + 1), mode="same") > 0
    jumps: list[Jump] = []
    for start, stop in runs(near):
        part = size[start:stop]
        total = float(part.max() if impact[start:stop].any() else part.sum())
        jumps.append(Jump(start + int(np.argmax(part > 0)), total))
    return jumps
