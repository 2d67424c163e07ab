"""What is known of a set's motion besides the samples: when the bar rests, and when it is home."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.candidates import LANDING_REACH_S
from analysis.definitions import find_phase
from analysis.filters import moving_deviation, runs
from analysis.observations import Evidence, Rest, Stay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.config import AnalysisConfig, SmootherConfig
    from analysis.imu import BoolArray, FloatArray
    from analysis.repetitions import Candidate
    from analysis.samples import Samples

REST_SPACING_S = 0.25
"""Rest is stated this often: half the correlation time of standing sway, so that it is not overstated."""

SLOWEST_REACH_S = 0.3
"""The bar is slowest within this time of where a phase ends by definition."""

SETTLING_S = 1.0
"""A bar that landed has settled within this time."""

SETTLED_MPS2 = 0.8
"""A bar on the floor, hands on it, shakes no more than this (standard deviation of specific force)."""

OUTER_HOME_REACH_S = 0.7
"""The pause before the first rep ends, and the one after the last begins, within this time of the rep."""


@dataclass(frozen=True, slots=True)
class Home:
    """A stretch between two reps in which the bar is home.

    Attributes
    ----------
    start, stop : int
        Samples, inclusive.
    held : bool
        It was held nearly still all the while. Otherwise only its ends count: one instant without a pause, or
        the landing on the floor and the next lift-off, between which hands may move.
    guessed : bool
        Before the first or after the last rep, and nothing says that the bar was home: it may have moved on.
    """

    start: int
    stop: int
    held: bool
    guessed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Rough:
    """The motion as known so far, which events are read from.

    Attributes
    ----------
    height_m, velocity_mps : (N,) float64
        Height, and vertical velocity after the definition's low-pass.
    max_quiet_mps, home_reach : float
        How well they are known: fastest velocity at which a quiet stretch is believed to be rest, and how far
        from the extreme it may be, as a fraction of the rep's range.
    """

    height_m: FloatArray
    velocity_mps: FloatArray
    max_quiet_mps: float
    home_reach: float = 0.35


def gather_evidence(
    samples: Samples,
    still: BoolArray,
    quiet: BoolArray,
    impact: BoolArray,
    rough: Rough,
    reps: Sequence[Candidate],
    sign: int,
    config: AnalysisConfig,
) -> Evidence:
    """Collect everything that is known of a set's motion.

    Parameters
    ----------
    samples, still, quiet, impact
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
    smoother = config.smoother
    spacing = max(int(REST_SPACING_S * samples.rate_hz), 1)
    rests = still_rests(samples, still, smoother)
    homes = find_homes(samples, still | quiet, impact, rough, reps, sign, config)
    held_sd = _each_axis(smoother.home_velocity_mps)
    stays: list[Stay] = []
    for home in homes:
        every = range(home.start, home.stop + 1, spacing) if home.held else sorted({home.start, home.stop})
        stays += [Stay(i, smoother.guessed_home_m if home.guessed else smoother.home_sway_m) for i in every]
        for i in every:
            if not still[i]:
                sd = held_sd if home.held else _turning_sd(rough, i, samples.rate_hz, smoother)
                rests.append(Rest(i, _each_axis(smoother.guessed_velocity_mps) if home.guessed else sd))
    held = _held_turns(samples, quiet & ~still, rough, reps)
    said = [(rest.index, rest.index + 1) for rest in rests] + held
    held += _held_elsewhere(samples, quiet & ~still, rough, reps, said, smoother)
    for start, stop in held:
        rests += [Rest(i, held_sd) for i in range(start, stop, spacing)]
    if homes:
        outside = [
            *range(0, homes[0].start, 4 * spacing),
            *range(homes[-1].stop + 1, len(samples), 4 * spacing),
        ]
        stays += [Stay(i, smoother.reach_m) for i in outside]
    departures = [rep.turn for rep, a, b in zip(reps, homes, homes[1:], strict=False) if b.start > a.stop]
    return Evidence(tuple(rests), tuple(stays), tuple(departures), _marks(rough, reps, sign, config))


def _marks(rough: Rough, reps: Sequence[Candidate], sign: int, config: AnalysisConfig) -> tuple[int, ...]:
    """Where the phases of the reps start, peak and end."""
    marks: set[int] = set()
    for rep in reps:
        for start, stop, way in ((rep.start, rep.turn, sign), (rep.turn, rep.stop, -sign)):
            phase = find_phase(rough.height_m, rough.velocity_mps, start, stop, way, config.definition)
            if phase is not None:
                marks |= {phase.start, phase.peak, phase.stop}
    return tuple(sorted(marks))


def first_evidence(samples: Samples, still: BoolArray, quiet: BoolArray, config: SmootherConfig) -> Evidence:
    """State next to nothing: the bar stays within reach of one place, lies still at times, or moves slowly.

    Unlike a high-pass filter this bears a stretch that begins or ends in mid-movement. A quiet stretch may be
    the steady middle of a slow ascent: there the bar is only held to be no faster than such ascents are.
    """
    spacing = max(int(config.first_reach_s * samples.rate_hz), 1)
    stays = [Stay(index, config.first_reach_m) for index in range(0, len(samples), spacing)]
    rests = still_rests(samples, still, config)
    slow = _each_axis(config.quiet_velocity_mps)
    rests += [Rest((start + stop) // 2, slow) for start, stop in runs(quiet & ~still)]
    return Evidence(tuple(rests), tuple(stays))


def _turning_sd(
    rough: Rough, index: int, rate_hz: float, config: SmootherConfig
) -> tuple[float, float, float]:
    """How far from rest the bar is at an instant that was read off a rough motion.

    The harder it turns the further, because its time is known to some milliseconds only.
    """
    x, y, z = config.turning_velocity_mps
    first, last = max(index - 2, 0), min(index + 2, len(rough.velocity_mps) - 1)
    gain = abs(float(rough.velocity_mps[last] - rough.velocity_mps[first])) * rate_hz / max(last - first, 1)
    return x, y, float(np.hypot(z, config.turning_timing_s * gain))


def _each_axis(sd: float) -> tuple[float, float, float]:
    return sd, sd, sd


def find_homes(
    samples: Samples,
    quiet: BoolArray,
    impact: BoolArray,
    rough: Rough,
    reps: Sequence[Candidate],
    sign: int,
    config: AnalysisConfig,
) -> list[Home]:
    """Find the home before each rep and the one after the last."""
    if not reps:
        return []
    rate_hz = samples.rate_hz
    unrest = moving_deviation(samples.specific_force_mps2, max(int(0.2 * rate_hz), 2))
    landings = _Landings(impact, unrest, rough, rate_hz)
    first, last = _outer_instants(rough, landings, reps, sign, rate_hz, config)
    near = int(OUTER_HOME_REACH_S * rate_hz)
    # Before the first and after the last rep only the pause right next to the rep is home: the rack is a
    # walk-out away.
    spans = [
        (max(first - 3 * near, 0), first),
        *((a.turn, b.turn) for a, b in itertools.pairwise(reps)),
        (last, min(last + 3 * near, len(samples) - 1)),
    ]
    if reps[-1].back_m == 0 or (config.smoother.thrown and _hangs(rough, last, reps[-1])):
        spans.pop()  # the bar never came back from the last rep
    homes: list[Home] = []
    for k, (start, stop) in enumerate(spans):
        rep = reps[min(k, len(reps) - 1)]
        home = _paused_home(quiet, rough, start, stop, rep, sign, rate_hz)
        if home is not None and (
            (k == 0 and home.stop < first - near) or (k == len(reps) and home.start > last + near)
        ):
            home = None
        if home is None and k in (0, len(reps)):
            instant = first if k == 0 else last
            settled = k > 0 and landings.settled(reps[-1], len(samples) - 1) == last
            home = Home(instant, instant, held=False, guessed=not settled)
        elif home is None:
            home = _between(rough, landings, reps[k - 1], reps[k], sign)
        homes.append(home)
    return homes


def _hangs(rough: Rough, last: int, rep: Candidate) -> bool:
    """Tell whether the bar ended at the hang, above the bottom of the dip that the rep began from."""
    height = rough.height_m
    return bool(height[last] - height[rep.start] > rough.home_reach * max(rep.out_m, rep.back_m))


def _outer_instants(
    rough: Rough,
    landings: _Landings,
    reps: Sequence[Candidate],
    sign: int,
    rate_hz: float,
    config: AnalysisConfig,
) -> tuple[int, int]:
    """When the bar is slowest before the first rep, and when it is after the last one or has landed."""
    height, velocity = rough.height_m, rough.velocity_mps
    start = find_phase(height, velocity, reps[0].start, reps[0].turn, sign, config.definition)
    stop = find_phase(height, velocity, reps[-1].turn, reps[-1].stop, -sign, config.definition)
    first = reps[0].start if start is None else start.start
    last = reps[-1].stop if stop is None else stop.stop
    # The definition ends a phase where velocity has merely fallen to a threshold: to call that rest would
    # bias it.
    reach = int(SLOWEST_REACH_S * rate_hz)
    before = max(first - reach, 0)
    first = before + int(np.argmin(np.abs(velocity[before : first + 1])))
    landed = landings.settled(reps[-1], len(velocity) - 1)
    if landed is not None:
        return first, landed
    return first, last + int(np.argmin(np.abs(velocity[last : last + reach + 1])))


def _between(rough: Rough, landings: _Landings, before: Candidate, after: Candidate, sign: int) -> Home:
    """Home between two reps without a pause: from landing to lift-off, or the instant of reversal."""
    landed = landings.settled(before, after.start)
    if landed is not None:
        return Home(landed, after.start, held=False)
    instant = before.turn + int(np.argmax(-sign * rough.height_m[before.turn : after.turn + 1]))
    return Home(instant, instant, held=False)


@dataclass(frozen=True, slots=True, eq=False)
class _Landings:
    """When the bar has come to rest after it hit the floor."""

    impact: BoolArray
    unrest: FloatArray
    rough: Rough
    rate_hz: float

    def settled(self, rep: Candidate, latest: int) -> int | None:
        """Calmest instant soon after a rep's landing and before ``latest``; None if it did not land."""
        near = int(LANDING_REACH_S * self.rate_hz)
        first = max(rep.stop - near, 0)
        hits = np.flatnonzero(self.impact[first : rep.stop + near])
        if not len(hits):
            return None
        landed = first + int(hits[-1]) + 1
        last = min(landed + int(SETTLING_S * self.rate_hz), latest, len(self.impact) - 1)
        if last <= landed:
            return None
        # A steady pull is calm too: the bar must still be about where it landed.
        height = self.rough.height_m[landed : last + 1]
        away = np.abs(height - height[0]) > 1.5 * self.rough.home_reach * max(rep.out_m, rep.back_m)
        calmest = landed + int(np.argmin(np.where(away, np.inf, self.unrest[landed : last + 1])))
        return calmest if self.unrest[calmest] < SETTLED_MPS2 else None


def _paused_home(
    quiet: BoolArray, rough: Rough, first: int, last: int, rep: Candidate, sign: int, rate_hz: float
) -> Home | None:
    """Longest quiet stretch near the home level within a span."""
    height = -sign * rough.height_m[first : last + 1]  # home is the maximum of this
    level, reach = height.max(), rough.home_reach * max(rep.out_m, rep.back_m)
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
    return Home(first + start, first + stop, held=True)


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


def _held_elsewhere(
    samples: Samples,
    quiet: BoolArray,
    rough: Rough,
    reps: Sequence[Candidate],
    said: Sequence[tuple[int, int]],
    config: SmootherConfig,
) -> list[tuple[int, int]]:
    """Pauses that are no home: between two reps, and wherever a bar that is thrown hangs before its dip.

    Not where rest was ``said`` already (half-open ranges), nor right beside it.
    """
    mask = quiet & (np.abs(rough.velocity_mps) < rough.max_quiet_mps)
    spacing = int(REST_SPACING_S * samples.rate_hz)
    for start, stop in said:
        mask[max(start - spacing, 0) : stop + spacing] = False
    margin = int(0.08 * samples.rate_hz)  # a quiet stretch starts and ends with some movement

    def held(middle: int) -> bool:
        if config.thrown:
            return not any(rep.start <= middle <= rep.turn for rep in reps)
        return any(a.stop <= middle <= b.start for a, b in itertools.pairwise(reps))

    return [
        (start + margin, stop - margin)
        for start, stop in runs(mask)
        if stop - start > 0.3 * samples.rate_hz and held((start + stop) // 2)
    ]


def still_rests(samples: Samples, still: BoolArray, config: SmootherConfig) -> list[Rest]:
    """State zero velocity where the bar lies on rack or floor."""
    spacing = max(int(REST_SPACING_S * samples.rate_hz), 1)
    return [
        Rest(index, _each_axis(config.still_velocity_mps), robust=False)
        for start, stop in runs(still)
        for index in range(start, stop, spacing)
    ]
