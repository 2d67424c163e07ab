"""What can go wrong in the signal core.

::

    AnalysisError
    ├── InvalidBlockError      a block of samples breaks its own contract (shape, finite, increasing time)
    ├── InvalidMountError      a mount description contradicts itself
    ├── CalibrationError       a calibration contradicts itself, or its rests do not suffice
    ├── InvalidPointError      a set of a load-velocity profile, or its prior, that cannot be
    ├── InvalidLoggedSetError  a set of a training log breaks its own contract
    └── UnknownExerciseError   an exercise id that the catalogue does not have
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class AnalysisError(Exception):
    """Base of everything that `analysis` raises on purpose."""


class InvalidBlockError(AnalysisError):
    """A block of samples breaks its contract.

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


class InvalidMountError(AnalysisError):
    """A mount description contradicts itself, for example a bar axis of length zero."""


class InvalidLoggedSetError(AnalysisError):
    """A set of a training log breaks its contract.

    Attributes
    ----------
    field : str
        Name of the offending field.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


class CalibrationError(AnalysisError):
    """A calibration that contradicts itself, or rests that do not suffice for one."""


class InvalidPointError(AnalysisError):
    """A set of a load-velocity profile, or what is known before it, that cannot be.

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
