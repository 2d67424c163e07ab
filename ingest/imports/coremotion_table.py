"""Tables of Apple's CoreMotion without an app's name: the two layouts that people publish.

``t,ua_x..,g_x..,q_w..`` has no rate of turn: the attitude has it. ``t,gx..,gravx..,uax..[,active]`` has no
attitude. Both hold user acceleration and gravity, whose sum is minus the specific force (CMDeviceMotion);
in g, or in m/s² where gravity is 9.8 long.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2, FloatArray
from ingest.imports.imported import AccelKind, AccelUnit, GyroUnit, ImportFormat, ImuTracks, track
from ingest.imports.quaternions import unit_quaternions
from ingest.imports.tables import Table, find_header, read_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.imports.source import ImportSource

_TIME = "t"
_WITH_ATTITUDE = (
    ("ua_x", "ua_y", "ua_z"),
    ("g_x", "g_y", "g_z"),
    ("q_w", "q_x", "q_y", "q_z"),
)
_WITH_TURN = (
    ("uax", "uay", "uaz"),
    ("gravx", "gravy", "gravz"),
    ("gx", "gy", "gz"),
)
_LENGTH_TOLERANCE = 0.05
"""How far the median length of gravity may be from 1 g: CoreMotion's own is exact to 1e-3."""


def _has(source: ImportSource, layout: tuple[tuple[str, ...], ...]) -> bool:
    header = find_header(source)
    return header is not None and {_TIME, *(name for names in layout for name in names)} <= set(header.lower)


def _table(source: ImportSource) -> Table:
    header = find_header(source)
    if header is None:
        raise source.refused("has no header")
    return read_table(source, header)


def _read_with_attitude(source: ImportSource) -> ImuTracks:
    tracks, t_s, attitude = _read(source, _WITH_ATTITUDE)
    return replace(tracks, attitude=unit_quaternions(track(t_s, attitude)))


def _read_with_turn(source: ImportSource) -> ImuTracks:
    tracks, t_s, turn = _read(source, _WITH_TURN)
    return replace(
        tracks,
        gyro=track(t_s, turn),
        gyro_unit=GyroUnit.RADPS,
        notes=("Signs are taken as CoreMotion's: the file does not name its source.",),
    )


def _read(source: ImportSource, columns: Sequence[Sequence[str]]) -> tuple[ImuTracks, FloatArray, FloatArray]:
    """Read what both kinds have; return it with times, s, and the values of the third group of columns."""
    table = _table(source)
    user, gravity, turning = (table.numbers(*names) for names in columns)
    t_s = table.numbers(_TIME)[:, 0]
    unit = _unit(source, gravity)
    tracks = ImuTracks(
        accel=track(t_s, (user + gravity) * unit.mps2),
        accel_kind=AccelKind.MINUS_SPECIFIC_FORCE,
        accel_unit=unit,
        gravity=track(t_s, gravity * unit.mps2),
        sensor="Apple CoreMotion",
    )
    return tracks, t_s, turning


def _unit(source: ImportSource, gravity: FloatArray) -> AccelUnit:
    """Tell the unit by the length of gravity.

    Raises
    ------
    ImportFileError
        If it is neither 1 nor 9.8: then these columns are something else.
    """
    length = np.linalg.norm(gravity[np.isfinite(gravity).all(axis=1)], axis=1)
    median = float(np.median(length)) if len(length) else np.nan
    if abs(median - 1) < _LENGTH_TOLERANCE:
        return AccelUnit.G
    if abs(median / STANDARD_GRAVITY_MPS2 - 1) < _LENGTH_TOLERANCE:
        return AccelUnit.MPS2
    raise source.refused(
        f"has columns of CoreMotion, but gravity in them is {median:.3g} long, neither 1 g nor 9.8 m/s²"
    )


FORMAT_WITH_ATTITUDE = ImportFormat(
    "coremotion-attitude",
    "CoreMotion table with attitude (t, ua_*, g_*, q_*)",
    lambda source: _has(source, _WITH_ATTITUDE),
    _read_with_attitude,
)
FORMAT_WITH_TURN = ImportFormat(
    "coremotion-turn",
    "CoreMotion table with rate of turn (t, g*, grav*, ua*)",
    lambda source: _has(source, _WITH_TURN),
    _read_with_turn,
)
