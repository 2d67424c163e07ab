"""Adds the lifts of the user's own to the catalogue, at the start of a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.errors import DuplicateExerciseError
from analysis.exercises import CATALOGUE, add_lift
from ingest.errors import LiftFileError
from ingest.lift_files import lift_paths, read_lift_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from analysis.exercises import Exercise


def add_own_lifts(folder: Path) -> None:
    """Read every file of the folder and add its lift; one that was added before is left alone.

    Raises
    ------
    LiftFileError
        If a file cannot be read, or its lift would take the place of another.
    """
    for path in lift_paths(folder):
        lift = read_lift_file(path)
        if CATALOGUE.get(lift.id) == lift:
            continue
        try:
            add_lift(lift)
        except DuplicateExerciseError as error:
            raise LiftFileError(path, error.problem) from error


def add_lifts_of(catalogue: Iterable[Exercise]) -> None:
    """Add the lifts that another process of ours knows and this one does not yet."""
    for lift in catalogue:
        if lift.id not in CATALOGUE:
            add_lift(lift)
