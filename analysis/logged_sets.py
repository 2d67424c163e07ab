"""A training log as the programme audit sees it: sets, and which of them train the upper back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from analysis.errors import InvalidLoggedSetError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


class LiftGroup(StrEnum):
    """What a lift is to the upper back."""

    SNATCH = "snatch"
    """The snatch, its variations and its pulls, with a barbell."""
    CLEAN = "clean"
    """The clean, its variations and its pulls, with a barbell."""
    ROW = "row"
    PULL_UP = "pull_up"
    """Pull-ups and chin-ups: the load is what is added to the body."""
    PULLDOWN = "pulldown"
    ASSISTANCE = "assistance"
    """Face pulls, rear shoulders, shrugs, pullovers, one-hand snatches: too small to carry strength."""
    OTHER = "other"
    """Trains something else first. Squats and deadlifts too, although they load the upper back."""


OLYMPIC = frozenset({LiftGroup.SNATCH, LiftGroup.CLEAN})
HEAVY_PULLS = OLYMPIC | {LiftGroup.ROW, LiftGroup.PULL_UP}
"""Compound lifts that can be trained heavily enough for strength."""
UPPER_BACK = HEAVY_PULLS | {LiftGroup.PULLDOWN, LiftGroup.ASSISTANCE}

GROUPS: Mapping[str, LiftGroup] = MappingProxyType(
    {
        "muscle_snatch": LiftGroup.SNATCH,
        "hang_snatch": LiftGroup.SNATCH,
        "muscle_clean": LiftGroup.CLEAN,
        "hang_clean": LiftGroup.CLEAN,
        "power_clean": LiftGroup.CLEAN,
        "bent_over_row": LiftGroup.ROW,
        "t_bar_row": LiftGroup.ROW,
        "pull_up": LiftGroup.PULL_UP,
        "pulldown": LiftGroup.PULLDOWN,
    }
)
"""Lifts of the catalogue that train the upper back; all others are `LiftGroup.OTHER`."""


def group_of(exercise_id: str) -> LiftGroup:
    """Say what a lift of the catalogue is to the upper back."""
    return GROUPS.get(exercise_id, LiftGroup.OTHER)


class SetKind(StrEnum):
    """How the lifter marked a set."""

    NORMAL = "normal"
    WARM_UP = "warm_up"
    DROP = "drop"
    """Went on with less weight, without rest."""
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class LoggedSet:
    """One set of a training log.

    Attributes
    ----------
    date : datetime.date
        Of the session, as on the lifter's clock.
    session : int
        Number of the session in the log, in the order of time, from 0.
    position : int
        Place among all sets of the session, from 0.
    name : str
        The lift as the log names it.
    exercise_id : str or None
        The lift in the catalogue; None where the catalogue has no such lift.
    group : LiftGroup or None
        None for a name that nobody has explained: it may train the upper back or not.
    load_kg : float or None
        kg. For pull-ups what was added to the body, negative for assistance. None: not logged.
    reps : int
        At least 1.
    rpe : float or None
        Rate of perceived exertion, 1 to 10.
    kind : SetKind
        As marked in the log.
    """

    date: dt.date
    session: int
    position: int
    name: str
    exercise_id: str | None
    group: LiftGroup | None
    load_kg: float | None
    reps: int
    rpe: float | None = None
    kind: SetKind = SetKind.NORMAL

    def __post_init__(self) -> None:
        """Check the contract.

        Raises
        ------
        InvalidLoggedSetError
            Naming the field.
        """
        if self.session < 0 or self.position < 0:
            raise InvalidLoggedSetError("session, position", "must not be negative")
        if not self.name:
            raise InvalidLoggedSetError("name", "must not be empty")
        if self.load_kg is not None and not math.isfinite(self.load_kg):
            raise InvalidLoggedSetError("load_kg", "must be finite")
        if self.reps < 1:
            raise InvalidLoggedSetError("reps", "must be 1 or more")
        if self.rpe is not None and not 1 <= self.rpe <= 10:
            raise InvalidLoggedSetError("rpe", "must lie between 1 and 10")

    @property
    def lift(self) -> str:
        """What loads can be compared within: the catalogue's lift, else the name as logged."""
        return self.exercise_id or self.name.casefold()
