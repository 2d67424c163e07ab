"""A training log as the programme audit sees it: sets, and which of them train the upper back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from analysis.errors import InvalidLoggedSetError
from analysis.exercises import CATALOGUE, LiftGroup

if TYPE_CHECKING:
    import datetime as dt


OLYMPIC = frozenset({LiftGroup.SNATCH, LiftGroup.CLEAN})
HEAVY_PULLS = OLYMPIC | {LiftGroup.ROW, LiftGroup.PULL_UP}
"""Compound lifts that can be trained heavily enough for strength."""
UPPER_BACK = HEAVY_PULLS | {LiftGroup.PULLDOWN, LiftGroup.ASSISTANCE}


def group_of(exercise_id: str) -> LiftGroup:
    """Say what a lift of the catalogue is to the upper back; other lifts are `LiftGroup.OTHER`."""
    lift = CATALOGUE.get(exercise_id)
    return LiftGroup.OTHER if lift is None else lift.group


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
