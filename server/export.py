"""Turns stored sessions into tables, for people and for other programs; columns: `server.export_columns`."""

from __future__ import annotations

import io
from dataclasses import fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import polars as pl

from analysis.exercises import CATALOGUE
from analysis.intervals import Z95
from analysis.measures import MEASURES
from analysis.results import QualityState, Rep, StickingRegion, VelocityCurve
from analysis.stability.sentences import scale
from server.export_columns import NOT_NUMBERS, TABLES, schema
from server.schemas import exercise_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from uuid import UUID

    from analysis.results import Estimate
    from server.stored import StoredSession, StoredSet

MOMENT_FORMAT = "%Y-%m-%dT%H:%M:%S%.6fZ"
"""How moments stand in a CSV file: UTC, ISO 8601."""


class Table(StrEnum):
    """What can be exported; the sheet is for people, the others are for programs."""

    SHEET = "sheet"
    SESSIONS = "sessions"
    SETS = "sets"
    REPS = "reps"
    PATHS = "paths"


class FileFormat(StrEnum):
    """How."""

    CSV = "csv"
    PARQUET = "parquet"


def table_of(table: Table, session: StoredSession, athletes: Mapping[UUID, str]) -> pl.DataFrame:
    """Make one table of one session.

    Parameters
    ----------
    table : Table
        Which.
    session : StoredSession
        The session.
    athletes : mapping of UUID to str
        Names.

    Returns
    -------
    polars.DataFrame
        With all columns of the table, whatever the session has; what is not known is null.
    """
    make: dict[Table, Callable[[], Iterable[dict[str, Any]]]] = {
        Table.SHEET: lambda: (_sheet_row(item, rep, athletes) for item, rep in _reps(session)),
        Table.SESSIONS: lambda: [_session(session, athletes)],
        Table.SETS: lambda: (_set(item) for item in session.stored_sets),
        Table.REPS: lambda: (_rep(item, rep) for item, rep in _reps(session)),
        Table.PATHS: lambda: (point for item, rep in _reps(session) for point in _path(item, rep)),
    }
    return pl.DataFrame(list(make[table]()), schema=schema(table), orient="row")


def join(table: Table, frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Put the tables of several sessions below each other; an empty table if there are none."""
    return pl.concat([pl.DataFrame(schema=schema(table)), *frames])


def content(frame: pl.DataFrame, file_format: FileFormat, *, for_people: bool = False) -> bytes:
    """Write a table as a file's content; for people CSV begins with the mark by which Excel knows UTF-8."""
    buffer = io.BytesIO()
    if file_format is FileFormat.CSV:
        frame.write_csv(buffer, datetime_format=MOMENT_FORMAT, include_bom=for_people)
    else:
        frame.write_parquet(buffer)
    return buffer.getvalue()


def _reps(session: StoredSession) -> Iterator[tuple[StoredSet, Rep]]:
    return ((item, rep) for item in session.stored_sets for rep in item.summary.reps)


def _session(session: StoredSession, athletes: Mapping[UUID, str]) -> dict[str, Any]:
    info = session.recording
    return {
        "recording_id": str(info.recording_id),
        "started_at": info.started_at,
        "title": info.title or None,
        "athlete_id": None if info.athlete_id is None else str(info.athlete_id),
        "athlete_name": None if info.athlete_id is None else athletes.get(info.athlete_id),
        "source": info.source,
        "sensor_name": info.sensor_name or None,
        "mount_position": info.mount_position,
        "algorithm": info.algorithm,
        "sample_rate_hz": info.sample_rate_hz,
        "lost_samples": info.lost_samples,
        "velocity_feedback": info.velocity_feedback,
        "note": info.note or None,
        "n_sets": len(session.stored_sets),
        "n_reps": sum(len(item.reps) for item in session.stored_sets),
    }


def _which(item: StoredSet) -> dict[str, Any]:
    return {"recording_id": str(item.recording.recording_id), "set_index": item.summary.index}


def _set(item: StoredSet) -> dict[str, Any]:
    one = item.summary
    x, y, z = one.bar_axis.axis or (None, None, None)
    return {
        **_measures(one.stability, "sets"),
        **_which(item),
        "lifted_at": item.lifted_at,
        "exercise_id": one.exercise_id,
        "load_kg": one.load_kg,
        "labelled_exercise_id": item.labelled.exercise_id,
        "labelled_load_kg": item.labelled.load_kg,
        "analysed_exercise_id": item.analysed_exercise_id,
        "algorithm": item.algorithm,
        "start_s": one.start_s,
        "end_s": one.end_s,
        "n_reps": len(item.reps),
        "n_excluded": len(item.excluded),
        "n_rejected": len(one.rejected),
        "velocity_loss_fraction": one.velocity_loss_fraction,
        "rpe": item.rpe,
        "velocity_feedback": item.velocity_feedback,
        "note": item.note or None,
        "sample_rate_hz": one.sample_rate_hz,
        "lost_samples": one.lost_samples,
        "clipped_samples": one.clipped_samples,
        "bar_axis_x": x,
        "bar_axis_y": y,
        "bar_axis_z": z,
        "bar_axis_sd_rad": one.bar_axis.sd_rad,
        "bar_axis_source": None if one.bar_axis.axis is None else one.bar_axis.source,
    }


def _rep(item: StoredSet, rep: Rep) -> dict[str, Any]:
    curve = rep.curve
    sticking = None if curve is None else curve.sticking
    return {
        **_measures(rep.measures, "reps"),
        **_which(item),
        "rep_index": rep.index,
        "exercise_id": item.summary.exercise_id,
        "load_kg": item.summary.load_kg,
        "counts": rep.index not in item.excluded,
        "excluded_reason": item.excluded.get(rep.index),
        "quality_state": rep.quality.state.value,
        "quality_reasons": "; ".join(rep.quality.reasons) or None,
        **{f.name: getattr(rep, f.name) for f in fields(Rep) if f.name not in NOT_NUMBERS},
        **{
            f"curve_{f.name}": None if curve is None else getattr(curve, f.name)
            for f in fields(VelocityCurve)
            if f.name != "sticking"
        },
        **{
            f"sticking_{f.name}": None if sticking is None else getattr(sticking, f.name)
            for f in fields(StickingRegion)
        },
    }


def _sheet_row(item: StoredSet, rep: Rep, athletes: Mapping[UUID, str]) -> dict[str, Any]:
    """One rep as people write it down: counted from 1, in kg, m/s, cm, degrees and per cent."""
    lift = CATALOGUE.get(item.summary.exercise_id or "")
    part = lift.parts[0] if lift and lift.parts else None
    measured = None if part is None else rep.measures.get(part)
    factor, unit, digits = (1.0, "", 2) if part is None else scale(part)
    athlete = item.recording.athlete_id
    begun = item.lifted_at.astimezone()
    good = rep.quality.state is QualityState.GOOD
    return {
        "date": f"{begun:%Y-%m-%d}",
        "time": f"{begun:%H:%M}",
        "athlete": None if athlete is None else athletes.get(athlete),
        "lift": exercise_name(item.summary.exercise_id),
        "load_kg": item.summary.load_kg,
        "set": item.summary.index + 1,
        "rep": rep.index + 1,
        "counts": rep.index not in item.excluded,
        "mean_velocity_mps": _rounded(rep.mean_concentric_velocity_mps, 1.0, 3),
        "mean_velocity_95_mps": _rounded(rep.mean_concentric_velocity_sd_mps, Z95, 3),
        "peak_velocity_mps": _rounded(rep.peak_concentric_velocity_mps, 1.0, 3),
        "range_of_motion_cm": _rounded(rep.range_of_motion_m, 100.0, 1),
        "forward_cm": _rounded(rep.forward_drift_m, 100.0, 1),
        "lockout_percent": _rounded(rep.lockout_ratio, 100.0, 0),
        "stability_measure": None if part is None else MEASURES[part].name,
        "stability_value": None if measured is None else _rounded(measured.value, factor, digits),
        "stability_unit": unit.strip() or None,
        "quality": "measured well" if good else "; ".join(rep.quality.reasons) or rep.quality.state.value,
    }


def _rounded(value: float | None, factor: float, digits: int) -> float | None:
    return None if value is None else round(value * factor, digits)


def _path(item: StoredSet, rep: Rep) -> Iterator[dict[str, Any]]:
    path, n = rep.path, len(rep.path.t_s)
    unknown = [None] * n
    forward = unknown if path.forward_m is None else path.forward_m.tolist()
    forward_sd = unknown if path.forward_sd_m is None else path.forward_sd_m.tolist()
    which = _which(item) | {"rep_index": rep.index}
    for t_s, forward_m, up_m, forward_sd_m in zip(
        path.t_s.tolist(), forward, path.up_m.tolist(), forward_sd, strict=True
    ):
        yield which | {"t_s": t_s, "forward_m": forward_m, "up_m": up_m, "forward_sd_m": forward_sd_m}


def _measures(estimates: Mapping[str, Estimate], table: str) -> dict[str, Any]:
    """Flatten measures; one that the catalogue no longer has is left out."""
    known = {column.name for column in TABLES[table]}
    flat: dict[str, Any] = {}
    for name, one in estimates.items():
        flat |= {name: one.value, f"{name}_sd": one.sd, f"{name}_state": one.state.value}
    return {name: value for name, value in flat.items() if name in known}
