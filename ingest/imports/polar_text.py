"""Text files of the Polar Sensor Logger app: one for each stream, columns separated by semicolons.

``Phone timestamp;sensor timestamp [ns];X [mg];Y [mg];Z [mg]`` is acceleration, with ``[dps]`` it is the
rate of turn. The stamps are the sensor's, in ns since 2000-01-01 if its clock was set; the phone's are when
a row arrived. Either file finds the other beside it. Layout as in the app's files and in public programs
that write the same. Polar's documentation (`PolarGyroSample`) has the units and the epoch.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2
from ingest.errors import ImportFileError
from ingest.imports.clock_texts import seconds_of, wall_clock
from ingest.imports.imported import AccelKind, AccelUnit, GyroUnit, ImportFormat, ImuTracks, Track, track
from ingest.imports.tables import Table, find_header, read_table

if TYPE_CHECKING:
    from ingest.imports.source import ImportSource

_PHONE, _SENSOR = "phone timestamp", "sensor timestamp [ns]"
_ACCEL = ("x [mg]", "y [mg]", "z [mg]")
_GYRO = ("x [dps]", "y [dps]", "z [dps]")


def _has(source: ImportSource, columns: tuple[str, ...]) -> bool:
    header = find_header(source)
    return header is not None and header.delimiter == ";" and {_PHONE, _SENSOR, *columns} <= set(header.lower)


def _recognises(source: ImportSource) -> bool:
    return _has(source, _ACCEL) or _has(source, _GYRO)


def _table(source: ImportSource) -> Table:
    header = find_header(source)
    if header is None:
        raise source.refused("has no header")
    return read_table(source, header)


def _partner(source: ImportSource, columns: tuple[str, ...]) -> ImportSource | None:
    """Find the file of the other stream: of the same time, and of the same sensor by the longest common name.

    Two sensors, one on each wrist, record at the same time; the app's names begin with the sensor's.
    """
    mine = _span_s(_table(source))
    best: tuple[tuple[int, float], ImportSource | None] = ((-1, 0.0), None)
    for path in source.beside:
        if path.suffix.lower() not in {".txt", ".csv", ".gz"}:
            continue
        try:
            other = source.sibling(path)
            if not _has(other, columns):
                continue
            theirs = _span_s(_table(other))
        except ImportFileError:
            continue  # a broken neighbour is not this file's fault
        shared = min(mine[1], theirs[1]) - max(mine[0], theirs[0])
        rank = (_shared_beginning(source.path.name, path.name), shared)
        if shared > 0 and rank > best[0]:
            best = (rank, other)
    return best[1]


def _shared_beginning(one: str, other: str) -> int:
    """Count the characters with which both names begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _span_s(table: Table) -> tuple[float, float]:
    t_s = table.numbers(_SENSOR)[:, 0] / 1e9
    t_s = t_s[np.isfinite(t_s)]
    return (float(t_s.min()), float(t_s.max())) if len(t_s) else (0.0, 0.0)


def _read(source: ImportSource) -> ImuTracks:
    accel_source: ImportSource | None = source
    gyro_source: ImportSource | None = source
    if _has(source, _ACCEL):
        gyro_source = _partner(source, _GYRO)
    else:
        accel_source = _partner(source, _ACCEL)
        if accel_source is None:
            raise source.refused(
                "is the rate of turn alone; put the file ..._ACC.txt of the same recording beside"
            )
    accel = _table(accel_source)
    zero_ns = _first_ns(accel_source, accel)
    phone = seconds_of(accel.texts(_PHONE)[:1])
    companions = [one.path for one in (accel_source, gyro_source) if one is not None and one is not source]
    return ImuTracks(
        accel=_track(accel, _ACCEL, STANDARD_GRAVITY_MPS2 / 1000, zero_ns),
        accel_kind=AccelKind.SPECIFIC_FORCE,
        accel_unit=AccelUnit.MILLI_G,
        gyro=_track(_table(gyro_source), _GYRO, np.pi / 180, zero_ns) if gyro_source is not None else None,
        gyro_unit=GyroUnit.DPS,
        sensor="Polar",
        started_at=wall_clock(float(phone[0])) if len(phone) else None,
        notes=("Time is the sensor's own.",),
        companions=tuple(companions),
    )


def _first_ns(source: ImportSource, table: Table) -> int:
    """Return the first stamp as it stands: as a float it would lose 64 ns."""
    for text in table.texts(_SENSOR)[:1000]:
        if text.isdecimal() and len(text) < 20:
            return int(text)
    raise source.refused("has no sensor timestamps; export it again")


def _track(table: Table, columns: tuple[str, ...], scale: float, zero_ns: int) -> Track:
    # Whole numbers near 2^59 differ by 64 as floats: 64 ns are nothing here.
    t_s = (table.numbers(_SENSOR)[:, 0] - zero_ns) / 1e9
    return track(t_s, table.numbers(*columns) * scale)


FORMAT = ImportFormat("polar-sensor-logger", "Polar Sensor Logger (ACC and GYRO files)", _recognises, _read)
