"""Reads tables of Movella's (Xsens's) sensors: the DOT app's export and the text export of MT Manager.

Both have lines about the recording before the header. A DOT that measured "extended (quaternion)" saved its
attitude and acceleration without gravity in the EARTH's axes: turned back, with gravity, that is what the
sensor felt. Others have ``Acc_*`` and ``Gyr_*``: m/s² and °/s (DOT), m/s² and rad/s (MT Manager).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from analysis.imu import STANDARD_GRAVITY_MPS2
from ingest.imports.imported import AccelKind, GyroUnit, ImportFormat, ImuTracks, Track, track
from ingest.imports.quaternions import unit_quaternions
from ingest.imports.tables import find_header, read_table

if TYPE_CHECKING:
    from analysis.imu import FloatArray
    from ingest.imports.imported import Imported
    from ingest.imports.source import ImportSource
    from ingest.imports.tables import Header, Table

_COUNTER, _CLOCK = "packetcounter", "sampletimefine"
_MOST_LINES = 40
"""The header comes within so many lines."""
_ACC = ("Acc_X", "Acc_Y", "Acc_Z")
_FREE = ("FreeAcc_X", "FreeAcc_Y", "FreeAcc_Z")
_GYR = ("Gyr_X", "Gyr_Y", "Gyr_Z")
_QUATERNIONS = (("Quat_W", "Quat_X", "Quat_Y", "Quat_Z"), ("Quat_q0", "Quat_q1", "Quat_q2", "Quat_q3"))
_EULER = ("Euler_X", "Euler_Y", "Euler_Z")
_MATRIX = tuple(f"Mat[{row}][{column}]" for row in (1, 2, 3) for column in (1, 2, 3))
_DOT_TICK_S, _MT_TICK_S = 1e-6, 1e-4
_DOT_WRAP, _MT_WRAP = 2**32, 2**32
_COUNTER_WRAP = 65536


@dataclass(frozen=True, slots=True)
class _About:
    """What the lines before the header say."""

    header: Header
    fields: dict[str, str]
    is_dot: bool


def _about(source: ImportSource) -> _About | None:
    lines = source.head_lines[:_MOST_LINES]
    for number, line in enumerate(lines):
        if not line.strip().strip('"').casefold().startswith(_COUNTER):
            continue
        header = find_header(source, number)
        if header is None or _CLOCK not in header.lower:
            return None
        fields: dict[str, str] = {}
        for before in lines[:number]:
            key, colon, value = before.lstrip("/ ").partition(":")
            if colon:
                fields[key.strip().casefold()] = value.strip(" ,;\t\r")
        is_dot = "devicetag" in fields or "outputrate" in fields or "measurement mode" in fields
        return _About(header, fields, is_dot)
    return None


def _recognises_dot(source: ImportSource) -> bool:
    about = _about(source)
    return about is not None and about.is_dot


def _recognises_mt(source: ImportSource) -> bool:
    about = _about(source)
    return about is not None and not about.is_dot


def _read(source: ImportSource) -> Imported:
    about = _about(source)
    if about is None:
        raise source.refused("has no header with PacketCounter and SampleTimeFine")
    table = read_table(source, about.header)
    rate_hz = _rate(about)
    t_s, notes = _times(source, table, about, rate_hz)
    attitude = _attitude(table, t_s)
    gyro = track(t_s, table.numbers(*_GYR)) if table.has(*_GYR) else None
    unit = GyroUnit.DPS if about.is_dot else GyroUnit.RADPS
    if gyro is not None:
        gyro = replace(gyro, values=gyro.values * unit.radps)
    if gyro is None and attitude is None:
        raise source.refused(
            "has no gyroscope and no attitude: orientation, velocity and drift cannot be computed; "
            "export with them"
        )
    return ImuTracks(
        _force(source, table, t_s, attitude),
        AccelKind.SPECIFIC_FORCE,
        gyro=gyro,
        gyro_unit=unit,
        attitude=attitude,
        sensor=_sensor(about),
        started_at=_started_at(about),
        declared_rate_hz=rate_hz,
        notes=notes,
    )


DOT = ImportFormat("xsens-dot", "Xsens DOT (Movella) app", _recognises_dot, _read)
MT = ImportFormat("xsens-mt", "Xsens MT Manager text export", _recognises_mt, _read)


def _sensor(about: _About) -> str:
    tag = about.fields.get("devicetag", "")
    return " ".join(part for part in ("Xsens DOT" if about.is_dot else "Xsens MT", tag) if part)


def _rate(about: _About) -> float | None:
    text = about.fields.get("outputrate") or about.fields.get("update rate") or ""
    match = re.match(r"([\d.]+)\s*Hz", text, re.IGNORECASE)
    try:
        rate_hz = float(match[1]) if match else 0.0
    except ValueError:
        return None
    return rate_hz if 1 <= rate_hz <= 2000 else None


def _started_at(about: _About) -> datetime | None:
    """Read ``2021-08-20_20:21:13_835 GMT+8``; without a zone nobody knows which moment is meant."""
    match = re.match(
        r"(\d{4}-\d\d-\d\d)_(\d\d:\d\d:\d\d)_(\d{3})\s*GMT([+-]\d{1,2})(?::?(\d\d))?",
        about.fields.get("starttime", ""),
    )
    if match is None:
        return None
    hours = float(match[4])
    offset = timedelta(hours=hours, minutes=np.copysign(float(match[5] or 0), hours))
    try:
        moment = datetime.fromisoformat(f"{match[1]}T{match[2]}.{match[3]}")
        return moment.replace(tzinfo=timezone(offset))
    except ValueError:
        return None


def _times(
    source: ImportSource, table: Table, about: _About, rate_hz: float | None
) -> tuple[FloatArray, tuple[str, ...]]:
    """Return seconds by the sensor's clock, or by its counter of packets where the clock was not exported."""
    clock = table.numbers(_CLOCK)[:, 0]
    if np.isfinite(clock).mean() > 0.5:
        tick_s, wrap = (_DOT_TICK_S, _DOT_WRAP) if about.is_dot else (_MT_TICK_S, _MT_WRAP)
        return _unwrapped(clock, wrap) * tick_s, ()
    counter = table.numbers(_COUNTER)[:, 0]
    if np.isfinite(counter).mean() <= 0.5:
        raise source.refused("has neither times nor numbers of packets")
    if rate_hz is None:
        raise source.refused(
            "has no times and does not state its rate: nobody can know when its samples were taken"
        )
    note = f"Without times: samples are counted at the stated {rate_hz:g} Hz."
    return _unwrapped(counter, _COUNTER_WRAP) / rate_hz, (note,)


def _unwrapped(ticks: FloatArray, wrap: int) -> FloatArray:
    """Run a counter on across its wraps, from zero."""
    known = np.flatnonzero(np.isfinite(ticks))
    steps = np.diff(ticks[known])
    wraps = np.concatenate([[0], np.cumsum(steps < -wrap / 2)])
    out = np.full(len(ticks), np.nan)
    out[known] = ticks[known] - ticks[known[0]] + wraps * float(wrap)
    return out


def _attitude(table: Table, t_s: FloatArray) -> Track | None:
    for names in _QUATERNIONS:
        if table.has(*names):
            return unit_quaternions(track(t_s, table.numbers(*names)))
    if table.has(*_MATRIX):
        return _of_matrices(track(t_s, table.numbers(*_MATRIX)))
    if table.has(*_EULER):
        rows = track(t_s, table.numbers(*_EULER))
        # Roll, pitch, yaw about x, y, z: R = Rz Ry Rx, degrees.
        angles = np.where(np.abs(rows.values) <= 360, rows.values, 0.0)
        turns = Rotation.from_euler("xyz", angles, degrees=True)
        return Track(rows.t_s, turns.as_quat(scalar_first=True), rows.dropped)
    return None


def _of_matrices(rows: Track) -> Track | None:
    matrices = np.clip(rows.values, -2, 2).reshape(-1, 3, 3)
    # A damaged number makes a matrix that is no rotation.
    proper = np.abs(matrices @ matrices.transpose(0, 2, 1) - np.eye(3)).max(axis=(1, 2), initial=0) < 0.1
    proper &= np.linalg.det(matrices) > 0
    if np.count_nonzero(proper) < 2:
        return None
    quaternions = Rotation.from_matrix(matrices[proper]).as_quat(scalar_first=True)
    return Track(rows.t_s[proper], quaternions, rows.dropped + int(np.count_nonzero(~proper)))


def _force(source: ImportSource, table: Table, t_s: FloatArray, attitude: Track | None) -> Track:
    if table.has(*_ACC):
        return track(t_s, table.numbers(*_ACC))
    if not table.has(*_FREE):
        raise source.refused("has no acceleration; export with it")
    if attitude is None:
        raise source.refused(
            "has acceleration without gravity and no attitude, so up and down cannot be told; export "
            "with attitude"
        )
    free = track(t_s, table.numbers(*_FREE))
    both, of_free, of_attitude = np.intersect1d(free.t_s, attitude.t_s, return_indices=True)
    turns = attitude.values[of_attitude]
    if not len(both):
        raise source.refused("has no row with both acceleration and attitude")
    felt = free.values[of_free] + [0.0, 0.0, STANDARD_GRAVITY_MPS2]
    return Track(both, Rotation.from_quat(turns, scalar_first=True).inv().apply(felt), free.dropped)
