"""Adds the lifts of the user's own to the catalogue, before a command does anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def add_own_lifts(folder: Path) -> None:
    """Read every file of the folder and add its lift; one that was added before is left alone.

    Raises
    ------
    LiftFileError
        If a file cannot be read, or its lift would take the place of another.
    """
    from analysis.errors import DuplicateExerciseError
    from analysis.exercises import CATALOGUE, add_lift
    from ingest.errors import LiftFileError
    from ingest.lift_files import lift_paths, read_lift_file

    for path in lift_paths(folder):
        lift = read_lift_file(path)
        if CATALOGUE.get(lift.id) == lift:
            continue
        try:
            add_lift(lift)
        except DuplicateExerciseError as error:
            raise LiftFileError(path, error.problem) from error
