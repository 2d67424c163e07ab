"""The catalogue of lifts: everything that Upright knows of a lift is in its one entry.

To add a lift, add its entry to the module of its family in ``analysis/lifts/``, or put one file into
``lifts/`` of the data folder; how: ``docs/exercises.md``.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from analysis.errors import DuplicateExerciseError, UnknownExerciseError
from analysis.lifts.deadlifts import DEADLIFTS
from analysis.lifts.entry import Exercise, FirstPhase, LiftGroup, Role, StartsFrom
from analysis.lifts.names import words_of
from analysis.lifts.olympic import OLYMPIC_LIFTS
from analysis.lifts.presses import PRESSES
from analysis.lifts.rows import ROWS_AND_PULL_UPS
from analysis.lifts.squats import SQUATS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CATALOGUE",
    "Exercise",
    "FirstPhase",
    "LiftGroup",
    "Role",
    "StartsFrom",
    "add_lift",
    "find_exercise",
    "find_exercise_by_name",
]

_lifts: dict[str, Exercise] = {}
_ids_by_words: dict[frozenset[str], str] = {}

CATALOGUE: Mapping[str, Exercise] = MappingProxyType(_lifts)
"""Every lift that Upright knows, by id."""


def add_lift(exercise: Exercise) -> None:
    """Add a lift of the user's own. For the composition root alone, before anything else runs.

    Raises
    ------
    DuplicateExerciseError
        If the catalogue has a lift with this id, this name or one of these aliases; it stays as it was.
    """
    if exercise.id in _lifts:
        raise DuplicateExerciseError(exercise.id, "there is a lift with this id already; choose another id")
    words = {words_of(name): name for name in (exercise.name, *exercise.aliases)}
    for key, name in words.items():
        if key in _ids_by_words:
            raise DuplicateExerciseError(exercise.id, f"the name {name!r} is {_ids_by_words[key]} already")
    _lifts[exercise.id] = exercise
    _ids_by_words.update(dict.fromkeys(words, exercise.id))


for _lift in (*SQUATS, *DEADLIFTS, *PRESSES, *ROWS_AND_PULL_UPS, *OLYMPIC_LIFTS):
    add_lift(_lift)


def find_exercise(exercise_id: str | None) -> Exercise | None:
    """Look a lift up; None stays None.

    Raises
    ------
    UnknownExerciseError
        If the id is not in the catalogue.
    """
    if exercise_id is None:
        return None
    try:
        return CATALOGUE[exercise_id]
    except KeyError:
        raise UnknownExerciseError(exercise_id, CATALOGUE) from None


def find_exercise_by_name(name: str) -> Exercise | None:
    """Look a lift up by its name or an alias, in any spelling (`words_of`); None where nobody knows it."""
    exercise_id = _ids_by_words.get(words_of(name))
    return None if exercise_id is None else CATALOGUE[exercise_id]
