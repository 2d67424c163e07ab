"""Rep tables of Vitruve, a linear position transducer: comma-separated, one row for each rep.

Columns ``# Set``, ``# Rep.``, ``Type*``, ``Mean Velocity (m/s)``, ``Mean Propulsive Velocity (m/s)``, ``Peak
Velocity (m/s)``, ``ROM (Range of Motion) (m)``, ``Weight (kg)`` and many more, of which names and e-mail
addresses are not taken. ``Repetition Date`` is the time of the workout, not of the rep.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from ingest.imports.imported import ImportFormat, ReferenceRep, ReferenceReps
from ingest.imports.reference_values import possible
from ingest.imports.tables import find_header, read_table
from ingest.imports.training_log import KG_PER_LB

if TYPE_CHECKING:
    from ingest.imports.source import ImportSource
    from ingest.imports.tables import Table

_SET, _REP, _TYPE, _EXERCISE, _DATE = "# set", "# rep.", "type*", "exercise", "workout date"
_MEAN, _PROPULSIVE, _PEAK = "mean velocity (m/s)", "mean propulsive velocity (m/s)", "peak velocity (m/s)"
_ROM = "rom (range of motion) (m)"
_WEIGHT = re.compile(r"weight \((?P<unit>kg|lbs?)\)")
_CONCENTRIC = "concentric"


def _recognises(source: ImportSource) -> bool:
    header = find_header(source)
    return header is not None and {_SET, _REP, _MEAN, _PROPULSIVE} <= set(header.lower)


def _read(source: ImportSource) -> ReferenceReps:
    header = find_header(source)
    if header is None:
        raise source.refused("has no header")
    table = read_table(source, header)
    concentric = [True] * table.height
    if table.has(_TYPE):
        concentric = [text.casefold() in {_CONCENTRIC, ""} for text in table.texts(_TYPE)]
    velocities = {name: _column(table, name) for name in (_MEAN, _PROPULSIVE, _PEAK, _ROM)}
    loads_kg = _loads_kg(table)
    sets = _set_names(table)
    exercises = table.texts(_EXERCISE) if table.has(_EXERCISE) else [""] * table.height
    reps: list[ReferenceRep] = []
    in_set: dict[str, int] = {}
    for row in range(table.height):
        if not concentric[row] or not sets[row]:
            continue
        rep = in_set[sets[row]] = in_set.get(sets[row], -1) + 1
        reps.append(
            ReferenceRep(
                rep_index=rep,
                set_name=sets[row],
                mean_velocity_mps=possible(velocities[_MEAN][row], "velocity"),
                mean_propulsive_velocity_mps=possible(velocities[_PROPULSIVE][row], "velocity"),
                peak_velocity_mps=possible(velocities[_PEAK][row], "velocity"),
                range_of_motion_m=possible(velocities[_ROM][row], "range"),
                load_kg=possible(loads_kg[row], "load"),
                exercise=exercises[row][:80],
            )
        )
    if not any(rep.mean_velocity_mps is not None for rep in reps):
        raise source.refused("has a header of Vitruve and no concentric rep with a velocity; export it again")
    left_out = table.height - len(reps)
    notes = (f"{left_out} rows that are no concentric rep of a set are left out.",) if left_out else ()
    return ReferenceReps("Vitruve", tuple(reps), notes)


def _column(table: Table, name: str) -> list[float]:
    return table.numbers(name)[:, 0].tolist() if table.has(name) else [np.nan] * table.height


def _loads_kg(table: Table) -> list[float]:
    for name in table.header.lower:
        if match := _WEIGHT.fullmatch(name):
            scale = 1.0 if match["unit"] == "kg" else KG_PER_LB
            return (table.numbers(name)[:, 0] * scale).tolist()
    return [np.nan] * table.height


def _set_names(table: Table) -> list[str]:
    """Name the set of each row so that no two sets of the file share one; empty where it has no number."""
    parts = [table.texts(name) for name in (_DATE, _EXERCISE) if table.has(name)]
    numbers = table.texts(_SET)
    return [
        ", ".join([*(part for part in row[:-1] if part), f"set {row[-1]}"])[:120] if row[-1] else ""
        for row in zip(*parts, numbers, strict=True)
    ]


FORMAT = ImportFormat("vitruve", "Vitruve rep table", _recognises, _read)
