"""Reads what the MetaBase app writes for MetaMotion sensors: one table for each of its chips.

The header names the units (``x-axis (g)``, ``x-axis (deg/s)``), the stamps are milliseconds of wall clock, so
that the table of the accelerometer and that of the gyroscope, which is needed too, fit together by time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.errors import ImportFileError
from ingest.imports.imported import AccelKind, AccelUnit, GyroUnit, ImportFormat, ImuTracks, Track, track
from ingest.imports.tables import find_header, read_table

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.imports.source import ImportSource
    from ingest.imports.tables import Header

_EPOCH, _ELAPSED = "epoch (ms)", "elapsed (s)"
_AXIS = re.compile(r"^[xyz]-axis \((g|deg/s|t|ut)\)$")
_ACCEL, _GYRO = "g", "deg/s"
_NAME = re.compile(
    r"_(?P<model>MetaWear|MetaMotion\w*)_.*_(?P<id>[0-9A-Fa-f]{12})_\w+?_(?P<rate>[\d.]+)Hz_(?P<firmware>[\d.]+)"
    r"(?:\.csv)?$"
)
_MOST_TRIED = 50
"""So many files of a folder are opened to find the other table."""


def _unit(header: Header | None) -> str | None:
    """Return the unit of the axes of a MetaBase table; None if it is none."""
    if header is None or _EPOCH not in header.lower or _ELAPSED not in header.lower:
        return None
    units = {match[1] for name in header.lower if (match := _AXIS.match(name))}
    return units.pop() if len(units) == 1 else None


def _recognises(source: ImportSource) -> bool:
    return _unit(find_header(source)) is not None


def _read(source: ImportSource) -> ImuTracks:
    unit = _unit(find_header(source))
    if unit not in {_ACCEL, _GYRO}:
        raise source.refused(
            "is a MetaBase table of a magnetometer; import the accelerometer's, with the gyroscope's"
        )
    other = _other(source, _GYRO if unit == _ACCEL else _ACCEL)
    accel_source, gyro_source = (source, other) if unit == _ACCEL else (other, source)
    accel, gyro = _track(accel_source, _ACCEL), _track(gyro_source, _GYRO)
    if not len(accel) or not len(gyro):
        raise source.refused("has no row with a time and three numbers")
    if accel.t_s[-1] < gyro.t_s[0] or gyro.t_s[-1] < accel.t_s[0]:
        raise source.refused(
            f"is not of the same time as {other.path.name}; name the two tables of one recording"
        )
    first_s = float(min(accel.t_s[0], gyro.t_s[0]))
    named = _NAME.search(accel_source.path.name)
    return ImuTracks(
        Track((accel.t_s - first_s), accel.values * AccelUnit.G.mps2, accel.dropped),
        AccelKind.SPECIFIC_FORCE,
        AccelUnit.G,
        gyro=Track(gyro.t_s - first_s, gyro.values * GyroUnit.DPS.radps, gyro.dropped),
        gyro_unit=GyroUnit.DPS,
        sensor=" ".join(["MbientLab", named["model"], named["id"]]) if named else "MbientLab",
        started_at=_moment(accel_source, float(accel.t_s[0])),
        declared_rate_hz=float(named["rate"]) if named and named["rate"].count(".") < 2 else None,
        companions=(other.path,),
    )


FORMAT = ImportFormat("metabase", "MetaBase (MbientLab)", _recognises, _read)


def _moment(source: ImportSource, epoch_s: float) -> datetime:
    try:
        return datetime.fromtimestamp(epoch_s, UTC)
    except (ValueError, OverflowError, OSError):
        raise source.refused(f"has a time that is none: {epoch_s:g} s since 1970") from None


def _track(source: ImportSource, unit: str) -> Track:
    header = find_header(source)
    if header is None:
        raise source.refused("has no header")
    table = read_table(source, header)
    wanted = [f"{axis}-axis ({unit})" for axis in "xyz"]
    if not table.has(*wanted):
        raise source.refused(
            f"columns are missing: {', '.join(name for name in wanted if not table.has(name))}", 1
        )
    return track(table.numbers(_EPOCH)[:, 0] / 1000, table.numbers(*wanted))


def _other(source: ImportSource, unit: str) -> ImportSource:
    """Find the table of the other chip: of the same recording by its name, else the only one there is."""
    found: list[ImportSource] = []
    named = sorted(source.beside, key=lambda path: not _same_recording(source.path, path))
    for path in named[:_MOST_TRIED]:
        if path.suffix.lower() not in {".csv", ".txt", ".gz"}:
            continue
        try:
            other = source.peek(path)
        except ImportFileError:
            continue
        if _unit(find_header(other)) == unit:
            if _same_recording(source.path, path):
                return source.sibling(path)
            found.append(other)
    if len(found) == 1:
        return source.sibling(found[0].path)
    if unit == _GYRO:
        wanted = "gyroscope: orientation, velocity and drift cannot be computed without it"
    else:
        wanted = "accelerometer: nothing can be computed without it"
    if found:
        names = ", ".join(other.path.name for other in found[:3])
        raise source.refused(
            f"may belong to several tables of the other sensor ({names}); keep the right one beside it"
        )
    raise source.refused(
        f"has no table of the {wanted}; put the file that MetaBase wrote with it beside it, or name it too"
    )


def _same_recording(one: Path, other: Path) -> bool:
    """Tell by the names whether two tables are of one recording and sensor."""
    return _stem(one) is not None and _stem(one) == _stem(other)


def _stem(path: Path) -> str | None:
    match = re.match(r"(.+_[0-9A-Fa-f]{12})_(?:Accelerometer|Gyroscope)", path.name)
    return match[1] if match else None
