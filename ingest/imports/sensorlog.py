"""CSV files of SensorLog (Bernd Thomas) on iPhone and Apple Watch.

One row for each log tick with whatever was switched on: ``motionUserAccelerationX(G)``,
``motionGravityX(G)``, ``motionRotationRateX(rad/s)`` of CoreMotion's fused motion,
``accelerometerAccelerationX(G)`` and ``gyroRotationX(rad/s)`` raw, each group with its own
``..Timestamp_sinceReboot(s)``. A group that has nothing new repeats its last values. Columns are separated
by commas, semicolons or tabs; versions differ in the units behind the names, which CoreMotion fixes anyway.
Layout as listed in public data sets recorded with it.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2, FloatArray, MountPosition
from ingest.imports.clock_texts import seconds_of, wall_clock
from ingest.imports.imported import AccelKind, AccelUnit, GyroUnit, ImportFormat, ImuTracks, Track, track
from ingest.imports.quaternions import unit_quaternions
from ingest.imports.tables import Header, Table, find_header, read_table

if TYPE_CHECKING:
    from ingest.imports.source import ImportSource

_UNIT = re.compile(r"\(.*\)$")
_MOTION_TIME, _ACCEL_TIME, _GYRO_TIME = (
    f"{group}timestamp_sincereboot" for group in ("motion", "accelerometer", "gyro")
)
_USER = tuple(f"motionuseracceleration{axis}" for axis in "xyz")
_GRAVITY = tuple(f"motiongravity{axis}" for axis in "xyz")
_TURN = tuple(f"motionrotationrate{axis}" for axis in "xyz")
_ATTITUDE = tuple(f"motionquaternion{part}" for part in "wxyz")
_RAW_ACCEL = tuple(f"accelerometeracceleration{axis}" for axis in "xyz")
_RAW_TURN = tuple(f"gyrorotation{axis}" for axis in "xyz")
_WATCH_ONLY = ("heartratebpm", "wristmotionuseraccelerationx", "crownorientation")


def _bare(name: str) -> str:
    return _UNIT.sub("", name.casefold().strip())


def _header(source: ImportSource) -> Header | None:
    header = find_header(source)
    if header is None:
        return None
    return Header(tuple(_bare(name) for name in header.names), header.delimiter, header.line)


def _recognises(source: ImportSource) -> bool:
    header = _header(source)
    if header is None:
        return False
    names = set(header.names)
    return {_MOTION_TIME, *_USER} <= names or {_ACCEL_TIME, *_RAW_ACCEL} <= names


def _read(source: ImportSource) -> ImuTracks:
    header = _header(source)
    if header is None:
        raise source.refused("has no header of SensorLog; export it again")
    table = read_table(source, header)
    tracks = _motion(table) if table.has(_MOTION_TIME, *_USER, *_GRAVITY) else _raw(table)
    if tracks is None:
        raise source.refused(
            "has accelerations without gravity (motionUserAcceleration) and no others; switch Device Motion "
            "on with gravity and rotation rate"
        )
    return replace(
        tracks,
        sensor="SensorLog on an Apple device",
        started_at=_started_at(table),
        position=MountPosition.WRIST if any(table.has(name) for name in _WATCH_ONLY) else None,
    )


def _motion(table: Table) -> ImuTracks:
    """Take CoreMotion's fused motion: all on one clock, the rate of turn without its bias."""
    user, gravity = table.numbers(*_USER), table.numbers(*_GRAVITY)
    attitude = _fresh(table, _MOTION_TIME, _ATTITUDE)
    return ImuTracks(
        accel=_fresh_rows(table, _MOTION_TIME, (user + gravity) * STANDARD_GRAVITY_MPS2),
        accel_kind=AccelKind.MINUS_SPECIFIC_FORCE,
        accel_unit=AccelUnit.G,
        gravity=_fresh_rows(table, _MOTION_TIME, gravity * STANDARD_GRAVITY_MPS2),
        gyro=_fresh(table, _MOTION_TIME, _TURN),
        gyro_unit=GyroUnit.RADPS,
        attitude=None if attitude is None else unit_quaternions(attitude),
        notes=("Time is the device's, of its fused motion (motionTimestamp).",),
    )


def _raw(table: Table) -> ImuTracks | None:
    """Take the raw channels, each on its own clock; None if there is no raw acceleration."""
    accel = _fresh(table, _ACCEL_TIME, _RAW_ACCEL, STANDARD_GRAVITY_MPS2)
    if accel is None:
        return None
    gyro = _fresh(table, _GYRO_TIME, _RAW_TURN)
    return ImuTracks(
        accel=accel,
        accel_kind=AccelKind.MINUS_SPECIFIC_FORCE,
        accel_unit=AccelUnit.G,
        gyro=gyro if gyro is not None else _fresh(table, _MOTION_TIME, _TURN),
        gyro_unit=GyroUnit.RADPS,
        notes=("Time is the device's, of its raw sensors.",),
    )


def _fresh(table: Table, time: str, names: tuple[str, ...], scale: float = 1.0) -> Track | None:
    """Take a group of columns where it has something new; None if it is not there."""
    return _fresh_rows(table, time, scale * table.numbers(*names)) if table.has(time, *names) else None


def _fresh_rows(table: Table, time: str, values: FloatArray) -> Track:
    """Take the rows whose stamp is not that of the row before."""
    t_s = table.numbers(time)[:, 0]
    fresh = np.diff(t_s, prepend=np.nan) != 0
    return track(t_s[fresh], values[fresh])


def _started_at(table: Table) -> dt.datetime | None:
    """Take the first logging time, such as ``2026-07-05T10:14:03.123+02:00``."""
    if not table.has("loggingtime") or table.height == 0:
        return None
    text = table.texts("loggingtime")[0]
    zone = re.search(r"(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})$", text[10:])
    return wall_clock(float(seconds_of([text])[0]), None if zone is None else _zone(zone))


def _zone(match: re.Match[str]) -> dt.timezone | None:
    minutes = int(match["hours"]) * 60 + int(match["minutes"])
    if minutes >= 24 * 60:
        return None
    return dt.timezone((1 if match["sign"] == "+" else -1) * dt.timedelta(minutes=minutes))


FORMAT = ImportFormat("sensorlog", "SensorLog (iPhone, Apple Watch)", _recognises, _read)
