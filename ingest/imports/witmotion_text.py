"""Text exports of WitMotion's programs: tabs or commas, names of columns by the version.

Older programs write ``StartTime ...`` and then ``[address] Time(s) [ChipTime] ax(g) ... wx(deg/s) ...``;
newer ones ``Time,Device name,Chip Time(),Acceleration X(g),...,Angular velocity X(°/s),...`` (the sign of
degrees in any encoding); WitMotion's Python kit ``Chiptime ax(g) ... wx(deg/s) ...``. Chip time is the
sensor's own clock, the other time is when the computer got the row. Layouts as read by gyroflow's
telemetry-parser and by many public scripts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2, FloatArray
from ingest.imports.clock_texts import seconds_of, wall_clock
from ingest.imports.imported import AccelKind, AccelUnit, GyroUnit, ImportFormat, ImuTracks, Track, track
from ingest.imports.tables import Header, Table, find_header, read_table
from ingest.imports.witmotion_binary import attitude_of_angles

if TYPE_CHECKING:
    from ingest.imports.source import ImportSource

_NOT_IN_NAMES = re.compile(r"[^a-z0-9/()]")
"""Blanks and the many faces of ° do not tell names apart."""
_VECTORS = (
    ("ax(g)", "ay(g)", "az(g)", "wx(deg/s)", "wy(deg/s)", "wz(deg/s)"),
    (
        *(f"acceleration{axis}(g)" for axis in "xyz"),
        *(f"angularvelocity{axis}(/s)" for axis in "xyz"),
    ),
)
_ANGLES = (
    ("anglex(deg)", "angley(deg)", "anglez(deg)"),
    ("anglex()", "angley()", "anglez()"),
)
_CHIP_TIMES = ("chiptime", "chiptime()")
_HOST_TIMES = ("time(s)", "time", "")
_DEVICES = ("devicename", "address")
_HEADER_LINES = 5
_MAX_MORE_REPEATS = 0.1
"""The sensor's clock is taken unless this much more of its stamps repeat than of the computer's, fraction."""


def _plain(name: str) -> str:
    return _NOT_IN_NAMES.sub("", name.casefold())


def _find(source: ImportSource) -> tuple[Header, tuple[str, ...]] | None:
    """Find the header and which names the six columns have in it."""
    for line in range(_HEADER_LINES):
        header = find_header(source, line)
        if header is None:
            continue
        plain = [_plain(name) for name in header.names]
        for vectors in _VECTORS:
            if all(name in plain for name in vectors):
                return header, vectors
    return None


def _recognises(source: ImportSource) -> bool:
    found = _find(source)
    if found is None:
        return False
    plain = [_plain(name) for name in found[0].names]
    return any(name in plain for name in _CHIP_TIMES + _HOST_TIMES)


def _read(source: ImportSource) -> ImuTracks:
    found = _find(source)
    if found is None:
        raise source.refused("has no columns of WitMotion; export it again")
    header, vectors = found
    renamed = Header(tuple(_plain(name) for name in header.names), header.delimiter, header.line)
    table = read_table(source, renamed)
    _refuse_decimal_commas(source, table)
    sensor = _only_sensor(source, table)
    t_s, note = _times(source, table)
    numbers = table.numbers(*vectors)
    known = t_s[np.isfinite(t_s)]
    return ImuTracks(
        accel=track(t_s, numbers[:, :3] * STANDARD_GRAVITY_MPS2),
        accel_kind=AccelKind.SPECIFIC_FORCE,
        accel_unit=AccelUnit.G,
        gyro=track(t_s, np.deg2rad(numbers[:, 3:])),
        gyro_unit=GyroUnit.DPS,
        attitude=_attitude(table, t_s),
        sensor=f"WitMotion {sensor}".strip(),
        started_at=wall_clock(float(known[0])) if len(known) else None,
        notes=(note,),
    )


def _attitude(table: Table, t_s: FloatArray) -> Track | None:
    """Take the angles, if the file has them."""
    names = next((names for names in _ANGLES if table.has(*names)), None)
    return None if names is None else attitude_of_angles(t_s, np.deg2rad(table.numbers(*names)))


def _refuse_decimal_commas(source: ImportSource, table: Table) -> None:
    """Refuse rows like ``0,012,-0,987`` where comma separates both fields and decimals."""
    if table.header.delimiter != ",":
        return
    fields = len(table.header.names)
    lines = source.head_lines[table.header.line + 1 : table.header.line + 4]
    if lines and all(line.count(",") > 1.5 * fields for line in lines):
        raise source.refused(
            "has decimal commas in a file separated by commas; set the computer's language to English and "
            "export it again"
        )


def _only_sensor(source: ImportSource, table: Table) -> str:
    """Return the name of the sensor.

    Raises
    ------
    ImportFileError
        If rows of several sensors are mixed.
    """
    for column in _DEVICES:
        if not table.has(column):
            continue
        names = sorted(set(table.texts(column)) - {""})
        if len(names) > 1:
            shown = ", ".join(name[:40] for name in names[:4])
            raise source.refused(f"mixes {len(names)} sensors ({shown}); export each alone")
        return names[0][:40] if names else ""
    return ""


def _times(source: ImportSource, table: Table) -> tuple[FloatArray, str]:
    """Choose the clock.

    Raises
    ------
    ImportFileError
        If neither column of times can be read.
    """
    clocks = [
        (seconds_of(table.texts(name)), note)
        for names, note in (
            (_CHIP_TIMES, "Time is the sensor's own (ChipTime)."),
            (_HOST_TIMES, "Time is when the computer got each row, which jitters; switch ChipTime on."),
        )
        for name in names
        if table.has(name)
    ]
    usable = [(t_s, note) for t_s, note in clocks if np.isfinite(t_s).mean() > 0.5]
    if not usable:
        raise source.refused("has no readable column of times (Time, ChipTime); export it with time")
    repeats = [_repeats(t_s) for t_s, _ in usable]
    if len(usable) > 1 and repeats[0] > repeats[1] + _MAX_MORE_REPEATS:
        return usable[1][0], f"{usable[1][1]} The sensor's own clock stands still."
    return usable[0]


def _repeats(t_s: FloatArray) -> float:
    """Return the fraction of stamps that are that of the row before."""
    steps_s: FloatArray = np.diff(t_s[np.isfinite(t_s)])
    return float(np.count_nonzero(steps_s == 0)) / max(len(steps_s), 1)


FORMAT = ImportFormat("witmotion-text", "WitMotion export, text", _recognises, _read)
