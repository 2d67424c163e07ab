"""Reads tables of home-made loggers: any columns whose names say what they are.

The last resort of the registry: no vendor's format may claim the file. Lines before the header (comments,
what a serial monitor printed) are skipped. What names do not say, the user can: ``--columns t=2,ax=3,...`` by
name or number, also for tables without a header.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from ingest.imports.column_names import Channel, Columns, TimeUnit, find_columns
from ingest.imports.imported import AccelKind, ImportFormat, ImuTracks, Track, track
from ingest.imports.quaternions import unit_quaternions
from ingest.imports.tables import Header, find_header, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.imu import FloatArray
    from ingest.imports.source import ImportSource
    from ingest.imports.tables import Table

COLUMN_KEYS = ("t", "ax", "ay", "az", "gx", "gy", "gz")
"""What ``--columns`` can name."""
_MOST_LINES = 30
"""The header comes within so many lines."""
_FEWEST, _MOST = 3, 200
"""Columns that a table of a sensor has."""
_NUMBER = re.compile(r"^\s*[-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][-+]?\d+)?\s*$")
_STEPS_S = (2e-4, 0.25)
"""Sampling periods that motion sensors have, s: they tell the unit of time, for its units are 1000 apart."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the columns are, and what they are."""

    header: Header
    columns: Columns
    named: bool
    """Whether the file names its columns."""


def _layout(source: ImportSource) -> _Layout | None:
    """Find the header, or what the user says instead; None if this is no table of a sensor."""
    found = _without_header(source) or _with_header(source)
    if found is None or not source.columns:
        return found
    return replace(found, columns=_as_told(source.columns, found))


def _without_header(source: ImportSource) -> _Layout | None:
    """Take a file that begins with a row of numbers as a table without names."""
    header = find_header(source)
    if header is None:
        return None
    names = (
        header.names[:-1] if header.names[-1] == "" else header.names
    )  # some end each row with a separator
    if not (_FEWEST <= len(names) <= _MOST and all(_NUMBER.match(name) for name in names)):
        return None
    numbered = Header(tuple(str(n + 1) for n in range(len(names))), header.delimiter, -1)
    return _Layout(numbered, find_columns(()), named=False)


def _with_header(source: ImportSource) -> _Layout | None:
    """Find the first line that names an acceleration, or else any channel."""
    best: _Layout | None = None
    for line in range(min(_MOST_LINES, len(source.head_lines))):
        header = find_header(source, line)
        if header is None or len(header.names) > _MOST:
            continue
        columns = find_columns(header.names)
        if Channel.ACCEL in columns.groups or Channel.LINEAR in columns.groups:
            return _Layout(header, columns, named=True)
        if best is None and (columns.groups or source.columns):
            best = _Layout(header, columns, named=True)
    return best


def _as_told(told: Mapping[str, str], layout: _Layout) -> Columns:
    """Lay what the user says over what the names say; numbers count from 1."""

    def name(key: str) -> str | None:
        said = told.get(key)
        if said is not None and said.isdigit() and 1 <= int(said) <= len(layout.header.names):
            return layout.header.names[int(said) - 1]
        return said

    found = layout.columns
    groups = dict(found.groups)
    for channel, keys in ((Channel.ACCEL, ("ax", "ay", "az")), (Channel.GYRO, ("gx", "gy", "gz"))):
        if all(key in told for key in keys):
            groups[channel] = tuple(name(key) or "" for key in keys)
    return Columns(name("t") or found.time, found.time_unit if "t" not in told else None, groups,
                   found.accel_unit, found.gyro_unit)  # fmt: skip


def _recognises(source: ImportSource) -> bool:
    return _layout(source) is not None


def _read(source: ImportSource) -> ImuTracks:
    layout = _layout(source)
    if layout is None:
        raise source.refused("is no table of a motion sensor")
    columns = layout.columns
    missing = _missing(layout)
    if missing:
        raise source.refused(missing)
    _check_names(source, layout)
    table = read_table(source, layout.header)
    t_s = _times(source, table, columns)
    accel, gravity, kind = _acceleration(table, columns, t_s)
    gyro = _channel(table, columns, Channel.GYRO, t_s)
    attitude = _channel(table, columns, Channel.ATTITUDE, t_s)
    scale = 1.0 if columns.accel_unit is None else columns.accel_unit.mps2
    turn_scale = 1.0 if columns.gyro_unit is None else columns.gyro_unit.radps
    return ImuTracks(
        replace(accel, values=accel.values * scale),
        kind,
        columns.accel_unit,
        gyro=None if gyro is None else replace(gyro, values=gyro.values * turn_scale),
        gyro_unit=columns.gyro_unit,
        gravity=None if gravity is None else replace(gravity, values=gravity.values * scale),
        attitude=None if attitude is None else unit_quaternions(attitude),
    )


FORMAT = ImportFormat("table", "Table of a home-made logger", _recognises, _read)


def _missing(layout: _Layout) -> str:
    """Say what a table lacks, and what it has; empty if it has enough."""
    columns, n = layout.columns, len([name for name in layout.header.names if name])
    say = (
        "say which they are with --columns t=...,ax=...,ay=...,az=...,gx=...,gy=...,gz=... (names or numbers)"
    )
    if not layout.named and not columns.groups:
        what = f"has {n} columns of numbers and no header"
        if n == 3:
            return (
                f"{what}: three axes without a time and without a gyroscope, so when its samples were "
                f"taken and how "
                "the sensor was turned cannot be known; record both"
            )
        return f"{what}, so nobody knows what they are; {say}"
    lacks: list[str] = []
    if columns.time is None:
        lacks.append("a time")
    if Channel.ACCEL not in columns.groups and Channel.LINEAR not in columns.groups:
        lacks.append("an acceleration (three axes)")
    if Channel.GYRO not in columns.groups and Channel.ATTITUDE not in columns.groups:
        lacks.append("a gyroscope, without which orientation, velocity and drift cannot be computed")
    if not lacks:
        return ""
    return f"has no column that is {' nor one that is '.join(lacks)}; if it has, {say}"


def _check_names(source: ImportSource, layout: _Layout) -> None:
    """Refuse names of the user's that the file lacks."""
    wanted = [
        layout.columns.time or "",
        *(name for group in layout.columns.groups.values() for name in group),
    ]
    for name in wanted:
        if name.casefold() not in layout.header.lower:
            has = ", ".join(layout.header.names[:20])
            raise source.refused(f"has no column {name!r} (--columns); it has: {has}")


def _acceleration(table: Table, columns: Columns, t_s: FloatArray) -> tuple[Track, Track | None, AccelKind]:
    whole = _channel(table, columns, Channel.ACCEL, t_s)
    if whole is not None:
        return whole, None, AccelKind.UNKNOWN
    linear = _channel(table, columns, Channel.LINEAR, t_s)
    if linear is None:
        raise ValueError("checked before: there is an acceleration")
    return linear, _channel(table, columns, Channel.GRAVITY, t_s), AccelKind.LINEAR


def _channel(table: Table, columns: Columns, channel: Channel, t_s: FloatArray) -> Track | None:
    names = columns.groups.get(channel)
    return None if names is None else track(t_s, table.numbers(*names))


def _times(source: ImportSource, table: Table, columns: Columns) -> FloatArray:
    """Return the column of time, s: in the unit that its name says, or that gives a possible rate."""
    if columns.time is None:
        raise ValueError("checked before: there is a time")
    ticks = table.numbers(columns.time)[:, 0]
    if np.isfinite(ticks).mean() < 0.5:
        return _moments(table.texts(columns.time))
    known = ticks[np.isfinite(ticks)]
    known = known[np.abs(known) < 1e20]
    steps = np.diff(known)
    steps = steps[steps > 0]
    if not len(steps):
        raise source.refused(f"has a time ({columns.time}) that stands still")
    # Stamps of whole packets: the mean step is the period, the usual one that of the packets.
    usual = float(np.median(steps)) * len(steps) / max(len(known) - 1, 1)
    unit = columns.time_unit
    if unit is None:
        possible = [one for one in TimeUnit if _STEPS_S[0] <= usual * one.seconds <= _STEPS_S[1]]
        if not possible:
            raise source.refused(
                f"has a time ({columns.time}) with steps of {usual:g}, no rate that a sensor has"
            )
        unit = possible[0]
    return (ticks - known[0]) * unit.seconds


def _moments(texts: list[str]) -> FloatArray:
    """Read dates with times; NaN where there is none."""
    moments = np.array([_moment(text) for text in texts], dtype=np.float64)
    known = moments[np.isfinite(moments)]
    return moments - known[0] if len(known) else moments


def _moment(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return float("nan")
