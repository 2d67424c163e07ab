"""What can go wrong in the signal core.

::

    AnalysisError
    ├── InvalidFieldError          a value breaks the contract of the field it was meant for
    │   ├── InvalidBlockError      ... of a block of samples (shape, finite, increasing time)
    │   ├── InvalidPointError      ... of a set of a load-velocity profile, or its prior
    │   ├── InvalidLoggedSetError  ... of a set of a training log
    │   ├── InvalidExerciseError   ... of a lift of the catalogue
    │   └── InvalidGoalError       ... of what a set is meant to be
    ├── InvalidMountError          a mount description contradicts itself
    ├── CalibrationError           a calibration contradicts itself, or its rests do not suffice
    ├── PairingError               nothing tells which repetition of one instrument is which of another
    ├── DuplicateExerciseError     a lift whose id or name the catalogue has already
    └── UnknownExerciseError       an exercise id that the catalogue does not have
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class AnalysisError(Exception):
    """Base of everything that `analysis` raises on purpose."""


class InvalidFieldError(AnalysisError):
    """A value that breaks the contract of the field it was meant for.

    Attributes
    ----------
    field : str
        Name of the offending field.
    problem : str
        What is wrong with it.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class InvalidBlockError(InvalidFieldError):
    """A block of samples breaks its contract."""


class InvalidMountError(AnalysisError):
    """A mount description contradicts itself, for example a bar axis of length zero."""


class InvalidLoggedSetError(InvalidFieldError):
    """A set of a training log breaks its contract."""


class InvalidGoalError(InvalidFieldError):
    """A goal of a set breaks its contract."""


class CalibrationError(AnalysisError):
    """A calibration that contradicts itself, or rests that do not suffice for one."""


class PairingError(AnalysisError):
    """Nothing tells which repetition of one instrument is which of the other."""


class InvalidPointError(InvalidFieldError):
    """A set of a load-velocity profile, or what is known before it, that cannot be."""


class InvalidExerciseError(InvalidFieldError):
    """A lift of the catalogue breaks its contract."""


class DuplicateExerciseError(AnalysisError):
    """A lift whose id or name the catalogue has already.

    Attributes
    ----------
    exercise_id : str
        The lift that was to be added.
    problem : str
        What is there already.
    """

    def __init__(self, exercise_id: str, problem: str) -> None:
        super().__init__(f"{exercise_id}: {problem}")
        self.exercise_id = exercise_id
        self.problem = problem


class UnknownExerciseError(AnalysisError):
    """An exercise id that the catalogue does not have.

    Attributes
    ----------
    exercise_id : str
        The id that was asked for.
    """

    def __init__(self, exercise_id: str, known: Iterable[str]) -> None:
        super().__init__(f"unknown exercise {exercise_id!r}; known are: {', '.join(sorted(known))}")
        self.exercise_id = exercise_id
