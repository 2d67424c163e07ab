"""State of the OpenBarbell app, JSON: sets with reps of the OpenBarbell transducer.

Each rep is a list ``data``: kind of device (-1234, -2345, -3456 for V1, V2, V3), number, mean velocity
(m/s), range of motion (mm), peak velocity (m/s) and more (public source of the app, ``RepDataMap``).
Numbers are texts.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from ingest.imports.imported import ImportFormat, ReferenceRep, ReferenceReps
from ingest.imports.json_file import as_list, as_object, looks_like_json, number, read_json
from ingest.imports.reference_values import possible
from ingest.imports.training_log import KG_PER_LB

if TYPE_CHECKING:
    from ingest.imports.source import ImportSource

_DEVICES = (-1234.0, -2345.0, -3456.0)
_MEAN, _RANGE_MM, _PEAK = 2, 3, 4
_UNITS_KG = {"lbs": KG_PER_LB, "lb": KG_PER_LB, "kgs": 1.0, "kg": 1.0}


def _recognises(source: ImportSource) -> bool:
    return looks_like_json(source, "reps", "setID", "metric", "data")


def _read(source: ImportSource) -> ReferenceReps:
    reps: list[ReferenceRep] = []
    removed = impossible = 0
    for name, one in _sets(read_json(source)):
        load_kg = number(one.get("weight")) * _UNITS_KG.get(str(one.get("metric")), float("nan"))
        in_set = 0
        for rep in map(as_object, as_list(one.get("reps"))):
            data = as_list(rep.get("data"))
            whole = len(data) > _PEAK and number(data[0]) in _DEVICES
            if not whole or rep.get("removed") is True or rep.get("isValid") is False:
                removed += 1
                continue
            values = (
                possible(number(data[_MEAN]), "velocity"),
                possible(number(data[_PEAK]), "velocity"),
                possible(number(data[_RANGE_MM]) / 1000, "range"),
            )
            impossible += values.count(None)
            reps.append(
                ReferenceRep(
                    rep_index=in_set,
                    set_name=name,
                    mean_velocity_mps=values[0],
                    peak_velocity_mps=values[1],
                    range_of_motion_m=values[2],
                    load_kg=possible(load_kg, "load"),
                    exercise=str(one.get("exercise") or "")[:80],
                    at=_time(rep.get("time")),
                )
            )
            in_set += 1
    if not any(rep.mean_velocity_mps is not None for rep in reps):
        raise source.refused("holds no rep of an OpenBarbell with a velocity; export it again")
    notes = ["Velocity curves of the reps are not taken."]
    if removed:
        notes.append(f"{removed} reps that the app marks as removed or invalid are left out.")
    if impossible:
        notes.append(f"{impossible} impossible values, such as an infinite velocity, are left out.")
    return ReferenceReps("OpenBarbell", tuple(reps), tuple(notes))


def _sets(document: object) -> list[tuple[str, dict[str, object]]]:
    """List the sets in the order of time: a state holds them by key, in no order."""
    sets = [as_object(one) for one in [*as_object(document).values(), *as_list(document)]]
    named = [(str(one["setID"])[:60], one) for one in sets if "setID" in one]
    return sorted(named, key=lambda item: str(item[1].get("initialStartTime") or ""))


def _time(text: object) -> dt.datetime | None:
    """Read a time with zone, such as ``2018-02-17T18:42:43.705Z``; None for anything else."""
    try:
        time = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return time if time.tzinfo is not None else None


FORMAT = ImportFormat("openbarbell", "OpenBarbell app state, JSON", _recognises, _read)
