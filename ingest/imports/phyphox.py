"""Reads what the app phyphox writes: one table for each sensor, with units in the header.

``Time (s)`` counts without the pauses of an experiment; the table of its events tells when it was.
Acceleration has the sign of Android on all phones: phyphox turns Apple's.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.errors import ImportFileError
from ingest.imports.imported import AccelKind, ImportFormat, ImuTracks, Track, track
from ingest.imports.tables import find_header, read_table

if TYPE_CHECKING:
    from ingest.imports.source import ImportSource
    from ingest.imports.tables import Header

_TIME = re.compile(r"^(?:time|zeit|temps|tiempo|tempo|t) \(s\)$")
_AXIS = re.compile(r"^(?P<what>.+?)[ _]*(?P<axis>[xyz]) \((?P<unit>m/s\^?2|m/s²|m s⁻²|rad/s)\)$")
_LINEAR = re.compile(r"^(lin|sans|without)")
_EVENTS = ("event", "experiment time", "system time")
_PROPERTIES = ("property", "value")
_ACCEL, _LINEAR_ACCEL, _GYRO = "accelerometer", "linear acceleration", "gyroscope"
_MOST_TRIED = 50
"""So many files of a folder are opened to find the other sensor."""


def _channels(header: Header | None) -> dict[str, tuple[str, ...]]:
    """Return the names of time and three axes of each sensor of a table; empty if it is none of phyphox."""
    if header is None or not any(_TIME.match(name) for name in header.lower):
        return {}
    time = next(name for name in header.lower if _TIME.match(name))
    found: dict[str, dict[str, str]] = {}
    for name in header.lower:
        match = _AXIS.match(name)
        if match is None:
            continue
        if match["unit"] == "rad/s":
            kind = _GYRO
        else:
            kind = _LINEAR_ACCEL if _LINEAR.match(match["what"]) else _ACCEL
        found.setdefault(kind, {}).setdefault(match["axis"], name)
    return {kind: (time, *(axes[axis] for axis in "xyz")) for kind, axes in found.items() if len(axes) == 3}


def _recognises(source: ImportSource) -> bool:
    header = find_header(source)
    if header is None:
        return False
    return bool(_channels(header)) or header.lower[:3] == _EVENTS or header.lower == _PROPERTIES


def _read(source: ImportSource) -> ImuTracks:
    header = find_header(source)
    own = _channels(header)
    if not own:
        raise source.refused(
            "tells when or with which phone phyphox recorded, and holds no samples; import the table of the "
            "accelerometer beside it"
        )
    tracks = {kind: _track(source, kind) for kind in own}
    companions: list[ImportSource] = []
    for wanted in {_ACCEL, _GYRO} - set(own):
        if (other := _other(source, wanted)) is not None:
            tracks[wanted] = _track(other, wanted)
            companions.append(other)
    if _GYRO not in tracks:
        linear = " and gravity was taken out of its acceleration" if _ACCEL not in tracks else ""
        raise source.refused(
            f"has no gyroscope{linear}: orientation, velocity and drift cannot be computed; record "
            f"the accelerometer "
            "(with g) and the gyroscope in one experiment"
        )
    if _ACCEL not in tracks:
        raise source.refused(
            "has no accelerometer with g: gravity was taken out, so up and down cannot be told; record the "
            "accelerometer (with g) and the gyroscope in one experiment"
        )
    return ImuTracks(
        tracks[_ACCEL],
        AccelKind.SPECIFIC_FORCE,
        gyro=tracks[_GYRO],
        sensor="Phone (phyphox)",
        started_at=_started_at(source),
        companions=tuple(one.path for one in companions),
    )


FORMAT = ImportFormat("phyphox", "phyphox", _recognises, _read)


def _track(source: ImportSource, kind: str) -> Track:
    header = find_header(source)
    names = _channels(header).get(kind)
    if header is None or names is None:
        raise source.refused(f"has no {kind}")
    table = read_table(source, header)
    return track(table.numbers(names[0])[:, 0], table.numbers(*names[1:]))


def _other(source: ImportSource, kind: str) -> ImportSource | None:
    """Find the only table beside that has a sensor.

    Raises
    ------
    ImportFileError
        If there are several.
    """
    found: list[ImportSource] = []
    for path in source.beside[:_MOST_TRIED]:
        if path.suffix.lower() not in {".csv", ".txt", ".tsv", ".gz"}:
            continue
        try:
            other = source.peek(path)
        except ImportFileError:
            continue
        if kind in _channels(find_header(other)):
            found.append(other)
    if len(found) > 1:
        names = ", ".join(one.path.name for one in found[:3])
        raise source.refused(
            f"may belong to several tables of the {kind} ({names}); keep each recording in its folder"
        )
    return source.sibling(found[0].path) if found else None


def _started_at(source: ImportSource) -> datetime | None:
    """Find the moment of the first START in the table of events, beside or in the folder ``meta``."""
    meta = source.path.parent / "meta"
    try:
        inside = sorted(meta.iterdir()) if meta.is_dir() else []
    except OSError:
        inside = []
    for path in [*inside, *source.beside[:_MOST_TRIED]]:
        if "time" not in path.name.casefold():
            continue
        try:
            events = source.sibling(path)
            header = find_header(events)
            if header is None or header.lower[:3] != _EVENTS:
                continue
            table = read_table(events, header)
            return datetime.fromtimestamp(float(table.numbers(_EVENTS[2])[0, 0]), UTC)
        except (ImportFileError, ValueError, OverflowError, OSError):
            continue
    return None
