"""The most that a lifter lifts once, as far as a training log or a profile says.

Two formulas turn a set into a one-repetition maximum (1RM). They were made for sets that end because no
further rep was possible, and for lifts that end by grinding. So:

- A set that could have gone on makes the estimate too small. Unless the lifter noted how hard the set was
  (RPE) or that it went to failure, the estimate is a **lower bound**, and a relative load computed from it
  an upper bound: "light" by it is light, "heavy" by it only may be.
- The Olympic lifts end by speed. For these only the heaviest weight lifted counts, a lower bound too.
- Beyond ten reps the formulas are not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from analysis.logged_sets import OLYMPIC, LiftGroup, LoggedSet, SetKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class OneRepMaxConfig:
    """How a one-repetition maximum is estimated from sets.

    Attributes
    ----------
    max_reps : int
        Sets of more reps, those in reserve included, tell nothing; 5 to 12. No more than ten should be used
        with linear formulas [1]_.
    min_rpe : float
        Below this, reps in reserve are guesswork and the set is taken without them; 5 to 8. Own judgement.
    error_fraction : float
        Typical error of a 1RM, relative; 0.03 to 0.10. Standard errors of the formulas: 2.7 to 3.2 kg [2]_
        and 5.4 to 6.8 kg [3]_ in the bench press, at a mean of about 95 kg in the latter.

    References
    ----------
    .. [1] Reynolds, Gordon, Robergs, "Prediction of one repetition maximum strength from multiple repetition
       maximum testing and anthropometry", J. Strength Cond. Res. 20(3), 2006 (abstract).
    .. [2] Lacio et al., "Precision of 1-RM prediction equations in non-competitive subjects performing
       strength training", Motricidade, 2010 (abstract).
    .. [3] Hutchins, Gearhart, "Accuracy of 1-RM prediction equations for the bench press and biceps curl",
       J. Exerc. Physiol. Online 13(3), 2010 (abstract).
    """

    max_reps: int = 10
    min_rpe: float = 6.0
    error_fraction: float = 0.05


class MaxSource(StrEnum):
    """Where a one-repetition maximum comes from."""

    PROFILE = "profile"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class OneRepMax:
    """A one-repetition maximum.

    Attributes
    ----------
    lift : str
        `LoggedSet.lift`.
    load_kg : float
        kg; of pull-ups the body included.
    source : MaxSource
        From a profile that was passed in, or from the log itself.
    is_lower_bound : bool
        The lifter may well be stronger.
    set_index : int or None
        The set of the log that it rests on.
    """

    lift: str
    load_kg: float
    source: MaxSource
    is_lower_bound: bool
    set_index: int | None = None


def epley_kg(load_kg: float, reps: float) -> float:
    """1RM by Epley's formula, kg; one rep is itself."""
    return load_kg if reps <= 1 else load_kg * (1 + reps / 30)


def brzycki_kg(load_kg: float, reps: float) -> float:
    """1RM by Brzycki's formula, kg. Grows without bounds towards 37 reps: use it up to ten."""
    return load_kg * 36 / (37 - reps)


def total_load_kg(logged: LoggedSet, body_mass_kg: float | None) -> float | None:
    """Say what was moved, kg: of pull-ups the body and what was added; None where that is not known."""
    if logged.group is not LiftGroup.PULL_UP or logged.load_kg is None:
        return logged.load_kg
    return None if body_mass_kg is None else body_mass_kg + logged.load_kg


def one_rep_maxes(
    sets: Iterable[tuple[int, LoggedSet]],
    profile_kg: Mapping[str, float],
    body_mass_kg: float | None,
    config: OneRepMaxConfig,
) -> dict[str, OneRepMax]:
    """Find the 1RM of every lift: from the profile where it has one, else the best estimate of the log.

    Parameters
    ----------
    sets : iterable of (int, LoggedSet)
        Index in the log, and the set.
    profile_kg : mapping of str to float
        1RM by `LoggedSet.lift`, kg; of pull-ups the body included.
    body_mass_kg : float or None
        kg; without it pull-ups have no 1RM.
    config : OneRepMaxConfig
        Limits.

    Returns
    -------
    dict of str to OneRepMax
        By `LoggedSet.lift`; lifts of which nothing can be said are absent.
    """
    best = {
        lift: OneRepMax(lift, load_kg, MaxSource.PROFILE, is_lower_bound=False)
        for lift, load_kg in profile_kg.items()
    }
    for index, logged in sets:
        known = best.get(logged.lift)
        if known is not None and known.source is MaxSource.PROFILE:
            continue
        found = _from_set(index, logged, body_mass_kg, config)
        if found is not None and (known is None or found.load_kg > known.load_kg):
            best[logged.lift] = found
    return best


def _from_set(
    index: int, logged: LoggedSet, body_mass_kg: float | None, config: OneRepMaxConfig
) -> OneRepMax | None:
    load_kg = total_load_kg(logged, body_mass_kg)
    if load_kg is None or load_kg <= 0:
        return None
    if logged.group in OLYMPIC:
        return OneRepMax(logged.lift, load_kg, MaxSource.LOG, is_lower_bound=True, set_index=index)
    reserve = _reps_in_reserve(logged, config)
    reps = logged.reps + (reserve or 0.0)
    if reps > config.max_reps:
        return None
    # Neither formula is better for all lifts and lifters; they agree at ten reps and part by 4 % at five.
    estimate_kg = (epley_kg(load_kg, reps) + brzycki_kg(load_kg, reps)) / 2
    return OneRepMax(logged.lift, estimate_kg, MaxSource.LOG, is_lower_bound=reserve is None, set_index=index)


def _reps_in_reserve(logged: LoggedSet, config: OneRepMaxConfig) -> float | None:
    """Reps that the lifter could have added; None where the log does not say."""
    if logged.kind is SetKind.FAILURE:
        return 0.0
    if logged.rpe is None or logged.rpe < config.min_rpe:
        return None
    return 10.0 - logged.rpe
