"""Reads what the app Sensor Logger writes (Kelvin Choi; iOS, Android and their watches).

A watch gives one table, ``WristMotion``, with everything. A phone gives one table for each sensor, all with
the same header, so that only the name tells them apart: the accelerometer WITHOUT gravity, gravity, the
gyroscope and the orientation; Android also the whole acceleration. Without "Standardise Units & Frames" iOS
keeps Apple's sign (acceleration points down at rest) and a watch its g; with it all is as on Android.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import MountPosition
from ingest.errors import ImportFileError
from ingest.imports.imported import AccelKind, AccelUnit, ImportFormat, ImuTracks, Track, track
from ingest.imports.quaternions import unit_quaternions
from ingest.imports.tables import find_header, read_table

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.imports.source import ImportSource
    from ingest.imports.tables import Table

_TIME, _EPOCH = "seconds_elapsed", "time"
_WRIST = ("rotationRate", "gravity", "acceleration")
_QUATERNION = tuple(f"quaternion{part}" for part in "WXYZ")
_SHORT_QUATERNION = ("qw", "qx", "qy", "qz")
_ROLES = (
    "TotalAcceleration",
    "AccelerometerUncalibrated",
    "Accelerometer",
    "Gravity",
    "GyroscopeUncalibrated",
    "Gyroscope",
    "Orientation",
    "Metadata",
)
"""Names of tables; longer ones before those that they begin with."""
_MIN_G_MPS2 = 5.0
"""Gravity of more than this is in m/s², of less in g."""


def _axes(name: str) -> tuple[str, str, str]:
    return f"{name}X", f"{name}Y", f"{name}Z"


def _recognises_wrist(source: ImportSource) -> bool:
    header = find_header(source)
    return header is not None and all(
        name.casefold() in header.lower for name in (_TIME, *_axes("rotationRate"), *_axes("acceleration"))
    )


def _recognises_phone(source: ImportSource) -> bool:
    header = find_header(source)
    if header is None or not {_TIME, _EPOCH} <= set(header.lower):
        return False
    return {"x", "y", "z"} <= set(header.lower) or set(_SHORT_QUATERNION) <= set(header.lower)


def _table(source: ImportSource) -> Table:
    header = find_header(source)
    if header is None:
        raise source.refused("has no header")
    return read_table(source, header)


def _read_wrist(source: ImportSource) -> ImuTracks:
    table = _table(source)
    needed = [name for stem in _WRIST for name in _axes(stem)]
    if missing := [name for name in needed if not table.has(name)]:
        raise source.refused(f"columns are missing: {', '.join(missing)}", table.header.line + 1)
    t_s = table.numbers(_TIME)[:, 0]
    gravity = track(t_s, table.numbers(*_axes("gravity")))
    if not len(gravity):
        raise source.refused("has no row with a time and gravity")
    standardised = float(np.median(np.linalg.norm(gravity.values, axis=1))) > _MIN_G_MPS2
    unit = AccelUnit.MPS2 if standardised else AccelUnit.G
    accel = track(t_s, table.numbers(*_axes("acceleration")))
    on_head = table.has("devicelocation")
    return ImuTracks(
        replace(accel, values=accel.values * unit.mps2),
        AccelKind.LINEAR,
        unit,
        gyro=track(t_s, table.numbers(*_axes("rotationRate"))),
        gravity=replace(gravity, values=gravity.values * unit.mps2),
        whole_kind=AccelKind.SPECIFIC_FORCE if standardised else AccelKind.MINUS_SPECIFIC_FORCE,
        attitude=unit_quaternions(track(t_s, table.numbers(*_QUATERNION)))
        if table.has(*_QUATERNION)
        else None,
        sensor="Headphones (Sensor Logger)" if on_head else "Watch (Sensor Logger)",
        started_at=_started_at(table),
        notes=("Units and frames were standardised by the app.",) if standardised else (),
        position=None if on_head else MountPosition.WRIST,
    )


@dataclass(frozen=True, slots=True)
class _Family:
    """The tables of one recording of a phone, by their roles."""

    files: dict[str, ImportSource]

    def find(self, role: str) -> Table | None:
        """Read a table; None if the recording has none of this role."""
        source = self.files.get(role)
        return None if source is None else _table(source)


def _read_phone(source: ImportSource) -> ImuTracks:
    family = _family(source)
    gyro_table = family.find("Gyroscope") or family.find("GyroscopeUncalibrated")
    if gyro_table is None:
        raise source.refused(
            "has no Gyroscope.csv beside it: orientation, velocity and drift cannot be computed; "
            "keep the tables "
            "of a recording in one folder, with the names that Sensor Logger gave them"
        )
    accel, kind, unit, gravity = _acceleration(source, family)
    orientation = family.find("Orientation")
    attitude = None
    if orientation is not None and orientation.has(*_SHORT_QUATERNION):
        attitude = unit_quaternions(_track(orientation, *_SHORT_QUATERNION))
    sign, sensor = _metadata(family)
    if kind is AccelKind.UNKNOWN:
        kind = sign
    table = next(iter(_table(one) for role, one in family.files.items() if role != "Metadata"))
    return ImuTracks(
        accel,
        kind,
        unit,
        gyro=_track(gyro_table, *"xyz"),
        gravity=gravity,
        whole_kind=sign,
        attitude=attitude,
        sensor=sensor,
        started_at=_started_at(table),
        companions=tuple(one.path for one in family.files.values() if one is not source),
    )


WRIST = ImportFormat(
    "sensor-logger-watch", "Sensor Logger, watch (WristMotion)", _recognises_wrist, _read_wrist
)
PHONE = ImportFormat("sensor-logger", "Sensor Logger, phone", _recognises_phone, _read_phone)


def _acceleration(
    source: ImportSource, family: _Family
) -> tuple[Track, AccelKind, AccelUnit | None, Track | None]:
    """Return acceleration, what it is, its unit, and gravity where that was taken out."""
    whole = family.find("TotalAcceleration")
    if whole is not None:  # only Android writes it
        return _track(whole, *"xyz"), AccelKind.SPECIFIC_FORCE, AccelUnit.MPS2, None
    linear, gravity = family.find("Accelerometer"), family.find("Gravity")
    if linear is not None and gravity is not None:
        return _track(linear, *"xyz"), AccelKind.LINEAR, AccelUnit.MPS2, _track(gravity, *"xyz")
    raw = family.find("AccelerometerUncalibrated")
    if raw is not None:  # in g on iOS unless standardised: physics finds it
        return _track(raw, *"xyz"), AccelKind.UNKNOWN, None, None
    if linear is None:
        raise source.refused(
            "has no Accelerometer.csv or TotalAcceleration.csv beside it: nothing can be computed without it"
        )
    raise source.refused(
        "has acceleration without gravity, and no Gravity.csv beside it, so up and down cannot be "
        "told; record "
        "Gravity (iOS) or TotalAcceleration (Android) too"
    )


def _family(source: ImportSource) -> _Family:
    """Find the tables that belong together: same folder, same name but for the role."""
    own = _role(source.path)
    if own is None:
        raise source.refused(
            "is a table of Sensor Logger, and only its name tells of which sensor: keep what the app called "
            "it, such as Accelerometer.csv, beside Gyroscope.csv and Gravity.csv; other sensors are not used"
        )
    rest, role = own
    if role == "Metadata":
        raise source.refused(
            "is the description of a recording of Sensor Logger; import Accelerometer.csv beside it"
        )
    files = {role: source}
    for path in source.beside:
        other = _role(path)
        if other is None or other[0] != rest or other[1] in files or path.parent != source.path.parent:
            continue
        try:
            if other[1] == "Metadata" or _recognises_phone(source.peek(path)):
                files[other[1]] = source.sibling(path)
        except ImportFileError:
            continue
    return _Family(dict(sorted(files.items())))


def _role(path: Path) -> tuple[str, str] | None:
    """Split a name into what the tables of a recording share and the role of this one."""
    name = path.name.casefold()
    for role in _ROLES:
        match = re.search(rf"(?<![a-z]){role.casefold()}(?![a-z])", name)
        if match is not None:
            return name[: match.start()] + "*" + name[match.end() :], role
    return None


def _metadata(family: _Family) -> tuple[AccelKind, str]:
    """Return what acceleration with gravity is, and the phone."""
    source = family.files.get("Metadata")
    header = None if source is None else find_header(source)
    platform = device = standard = ""
    if source is not None and header is not None:
        table = read_table(source, header)
        platform, device, standard = (
            table.texts(name)[0].casefold() if table.has(name) else ""
            for name in ("platform", "device name", "standardisation")
        )
    sensor = f"{device or platform or 'Phone'} (Sensor Logger)"
    if standard == "true" or platform == "android" or "TotalAcceleration" in family.files:
        return AccelKind.SPECIFIC_FORCE, sensor
    if platform == "ios" and standard == "false":
        return AccelKind.MINUS_SPECIFIC_FORCE, sensor
    return AccelKind.UNKNOWN, sensor


def _track(table: Table, *names: str) -> Track:
    return track(table.numbers(_TIME)[:, 0], table.numbers(*names))


def _started_at(table: Table) -> datetime | None:
    """Read the first stamp, nanoseconds since 1970."""
    if not table.has(_EPOCH):
        return None
    stamps = table.numbers(_EPOCH)[:, 0]
    known = stamps[np.isfinite(stamps)]
    try:
        return datetime.fromtimestamp(float(known[0]) / 1e9, UTC) if len(known) else None
    except (ValueError, OverflowError, OSError):
        return None
