"""From the sets of a log to those that are judged: recent work, each with its place and its heaviness."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

from analysis.logged_sets import HEAVY_PULLS, LiftGroup, LoggedSet, SetKind
from analysis.one_rep_max import OneRepMax, OneRepMaxConfig, one_rep_maxes, total_load_kg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class JudgingConfig:
    """Which sets are judged, and when one is heavy.

    Attributes
    ----------
    window_weeks : int
        Only the last calendar weeks of the log; 4 to 52. What a lifter did years ago is not his programme.
    heavy_fraction : float
        A set is heavy from this fraction of the 1RM on; 0.75 to 0.90. "Emphasis on heavy loading (1-6 RM)"
        [1]_: six reps to the limit are 83 to 86 % by the two formulas, less some 5 % for their error.
    heavy_reps : int
        A heavy set has at most this many reps; 3 to 6. [1]_; the coach's own examples are threes.
    ramp_fraction : float
        Sets before the first that reaches this fraction of the session's heaviest of the same lift are taken
        as warming up, marked or not; 0.7 to 0.9. Own judgement: people seldom mark them.
    min_sets_for_place : int
        In a session of fewer sets nothing is at the beginning or at the end; 4 to 10. Own judgement.
    one_rep_max : OneRepMaxConfig
        How the 1RM is estimated.

    References
    ----------
    .. [1] American College of Sports Medicine, "Progression models in resistance training for healthy
       adults", Med. Sci. Sports Exerc. 41(3), 2009 (summary).
    """

    window_weeks: int = 12
    heavy_fraction: float = 0.80
    heavy_reps: int = 6
    ramp_fraction: float = 0.80
    min_sets_for_place: int = 6
    one_rep_max: OneRepMaxConfig = field(default_factory=OneRepMaxConfig)


class Heaviness(StrEnum):
    """How heavy a set was, and how sure that is."""

    HEAVY = "heavy"
    PROBABLY_HEAVY = "probably_heavy"
    """Heavy by the estimate, but the lifter may be stronger than it says."""
    PROBABLY_LIGHT = "probably_light"
    """Light by the estimate, within its error of heavy."""
    LIGHT = "light"
    UNKNOWN = "unknown"
    """Few reps, but nobody knows of how much, or how hard they were."""


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """A working set.

    Attributes
    ----------
    index : int
        In the log.
    logged : LoggedSet
        As logged.
    week : datetime.date
        Monday of its week.
    place_fraction : float or None
        Place among the working sets of its session, 0 (first) to 1 (last); None in short sessions.
    load_fraction : float or None
        Load as a fraction of the 1RM; None where either is not known.
    is_upper_bound : bool
        The fraction may be smaller, because the 1RM is a lower bound.
    heaviness : Heaviness
        Of lifts that cannot carry strength always light.
    """

    index: int
    logged: LoggedSet
    week: dt.date
    place_fraction: float | None
    load_fraction: float | None
    is_upper_bound: bool
    heaviness: Heaviness


@dataclass(frozen=True, slots=True)
class JudgedLog:
    """The working sets of the judged weeks, in the order of time, and the 1RM of their lifts.

    Attributes
    ----------
    sets : tuple of JudgedSet
        Warm-ups and drop sets are not among them.
    maxes : Mapping
        `OneRepMax` by lift.
    n_warm_ups, n_drops : int
        Sets of the same weeks that were left out: warming up, marked or by their load; drop sets.
    """

    sets: tuple[JudgedSet, ...]
    maxes: Mapping[str, OneRepMax]
    n_warm_ups: int
    n_drops: int


def monday_of(date: dt.date) -> dt.date:
    """Give the Monday of a date's week."""
    return date - dt.timedelta(days=date.weekday())


def judge_sets(
    sets: Sequence[LoggedSet],
    profile_kg: Mapping[str, float],
    body_mass_kg: float | None,
    config: JudgingConfig,
) -> JudgedLog:
    """Choose the working sets of the last weeks and say of each where it stood and how heavy it was.

    Parameters
    ----------
    sets : sequence of LoggedSet
        The whole log.
    profile_kg : mapping of str to float
        Known 1RM by `LoggedSet.lift`, kg.
    body_mass_kg : float or None
        kg, for pull-ups.
    config : JudgingConfig
        Limits.
    """
    if not sets:
        return JudgedLog((), {}, 0, 0)
    since = monday_of(max(logged.date for logged in sets)) - (config.window_weeks - 1) * WEEK
    recent = [(index, logged) for index, logged in enumerate(sets) if logged.date >= since]
    recent.sort(key=lambda item: (item[1].session, item[1].position))
    maxes = one_rep_maxes(recent, profile_kg, body_mass_kg, config.one_rep_max)
    judged: list[JudgedSet] = []
    n_warm_ups = 0
    for _, session in groupby(recent, key=lambda item: item[1].session):
        in_session = list(session)
        warming_up = _warming_up(in_session, config)
        n_warm_ups += len(warming_up)
        work = [
            (index, logged)
            for index, logged in in_session
            if index not in warming_up and logged.kind is not SetKind.DROP
        ]
        for rank, (index, logged) in enumerate(work):
            place = (rank + 0.5) / len(work) if len(work) >= config.min_sets_for_place else None
            judged.append(_judge(index, logged, place, maxes.get(logged.lift), body_mass_kg, config))
    return JudgedLog(tuple(judged), maxes, n_warm_ups, len(recent) - len(judged) - n_warm_ups)


def _warming_up(session: Sequence[tuple[int, LoggedSet]], config: JudgingConfig) -> set[int]:
    """Find the sets that lead up to the work: those marked so, and lighter ones before the heavy ones."""
    marked = {index for index, logged in session if logged.kind is SetKind.WARM_UP}
    heaviest_kg: dict[str, float] = {}
    for _, logged in session:
        if logged.load_kg is not None:
            heaviest_kg[logged.lift] = max(logged.load_kg, heaviest_kg.get(logged.lift, 0.0))
    arrived: set[str] = set()
    unmarked: set[int] = set()
    for index, logged in session:
        # What is added to a pull-up says little about the share of the whole.
        if logged.load_kg is None or logged.group is LiftGroup.PULL_UP:
            continue
        if logged.load_kg >= config.ramp_fraction * heaviest_kg[logged.lift]:
            arrived.add(logged.lift)
        elif logged.lift not in arrived:
            unmarked.add(index)
    return marked | unmarked


def _judge(
    index: int,
    logged: LoggedSet,
    place_fraction: float | None,
    known: OneRepMax | None,
    body_mass_kg: float | None,
    config: JudgingConfig,
) -> JudgedSet:
    load_kg = total_load_kg(logged, body_mass_kg)
    fraction = None if load_kg is None or known is None else load_kg / known.load_kg
    is_upper_bound = known is not None and known.is_lower_bound
    return JudgedSet(
        index=index,
        logged=logged,
        week=monday_of(logged.date),
        place_fraction=place_fraction,
        load_fraction=fraction,
        is_upper_bound=fraction is not None and is_upper_bound,
        heaviness=_heaviness(logged, fraction, config, is_upper_bound=is_upper_bound),
    )


def _heaviness(
    logged: LoggedSet, fraction: float | None, config: JudgingConfig, *, is_upper_bound: bool
) -> Heaviness:
    # Many reps are light whatever the load: that needs no 1RM.
    if logged.group not in HEAVY_PULLS or logged.reps > config.heavy_reps:
        return Heaviness.LIGHT
    # Few reps speak for a heavy load where the lifter chose it for them. His body he did not choose.
    is_body_only = logged.group is LiftGroup.PULL_UP and (logged.load_kg is None or logged.load_kg <= 0)
    if fraction is None or (is_body_only and is_upper_bound):
        return Heaviness.UNKNOWN
    error = config.one_rep_max.error_fraction
    if fraction < config.heavy_fraction:
        could_be = fraction / (1 - error) >= config.heavy_fraction
        return Heaviness.PROBABLY_LIGHT if could_be else Heaviness.LIGHT
    may_be_light = is_upper_bound or fraction / (1 + error) < config.heavy_fraction
    return Heaviness.PROBABLY_HEAVY if may_be_light else Heaviness.HEAVY
