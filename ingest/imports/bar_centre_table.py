"""Tables of a home-made logger at the centre of the bar: eleven columns without a header.

Node, time (ms), acceleration (m/s²), rate of turn (rad/s), magnetic field (µT). Nothing in the file says
so: it is recognised by the numbers, and units are checked by physics like those of any import.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2, FloatArray
from ingest.imports.imported import AccelKind, AccelUnit, GyroUnit, ImportFormat, ImuTracks, track
from ingest.imports.tables import Header, read_table

if TYPE_CHECKING:
    from ingest.imports.source import ImportSource


_LARGEST = 1e12
"""More ms than a clock counts; any number beyond is damage."""
_NOTE = (
    "The file has no header: its columns are taken as node, time in ms, acceleration in m/s², rate of turn "
    "in rad/s and magnetic field in µT, by their numbers."
)
_COLUMNS = Header(("node", "t_ms", "ax", "ay", "az", "gx", "gy", "gz", "mx", "my", "mz"), ",", -1)
"""What the file does not say; it begins with its first row."""


@dataclass(frozen=True, slots=True)
class BarCentreConfig:
    """How such a file looks.

    Attributes
    ----------
    head_rows : int
        So many rows are looked at.
    gravity_tolerance : float
        How far the median length of acceleration may be from gravity, fraction; 0.1 to 0.3.
    field_ut : tuple of float
        Weakest and strongest magnetic field near a barbell of steel, µT. The Earth's is 25 to 65.
    max_step_ms : float
        Longest usual step of time, ms.
    max_turn_radps : float
        Fastest turn of a bar that is lifted, median, rad/s.
    """

    head_rows: int = 400
    gravity_tolerance: float = 0.2
    field_ut: tuple[float, float] = (5.0, 500.0)
    max_step_ms: float = 200.0
    max_turn_radps: float = 5.0


def _recognises(source: ImportSource, config: BarCentreConfig | None = None) -> bool:
    config = config or BarCentreConfig()
    rows = _head_rows(source, config)
    if rows is None:
        return False
    whole = float(np.abs(rows[:, :2] - np.round(rows[:, :2])).max()) == 0
    steps_ms = np.diff(rows[:, 1])
    force, turn, field = (np.linalg.norm(rows[:, start : start + 3], axis=1) for start in (2, 5, 8))
    weakest, strongest = config.field_ut
    return bool(
        whole
        and np.ptp(rows[:, 0]) == 0
        and 0 <= float(np.median(steps_ms)) <= config.max_step_ms
        and float(np.mean(steps_ms >= 0)) > 0.9
        and abs(float(np.median(force)) / STANDARD_GRAVITY_MPS2 - 1) <= config.gravity_tolerance
        and float(np.median(turn)) <= config.max_turn_radps
        and weakest <= float(np.median(field)) <= strongest
    )


def _head_rows(source: ImportSource, config: BarCentreConfig) -> FloatArray | None:
    """Return the first rows, (N, 11); None if one of them is no row of such a file."""
    rows: list[list[float]] = []
    for line in source.head_lines[: config.head_rows]:
        fields = line.split(",")
        if len(fields) != len(_COLUMNS.names):
            return None
        try:
            rows.append([float(field) for field in fields])
        except ValueError:
            return None
    numbers = np.array(rows)
    sane = (np.abs(numbers) < _LARGEST).all()  # false for NaN, too
    return numbers if len(rows) > 10 and sane else None


def _read(source: ImportSource) -> ImuTracks:
    table = read_table(source, _COLUMNS)
    t_s = table.numbers("t_ms")[:, 0] / 1000
    return ImuTracks(
        accel=track(t_s, table.numbers("ax", "ay", "az")),
        accel_kind=AccelKind.UNKNOWN,
        accel_unit=AccelUnit.MPS2,
        gyro=track(t_s, table.numbers("gx", "gy", "gz")),
        gyro_unit=GyroUnit.RADPS,
        notes=(_NOTE,),
    )


FORMAT = ImportFormat("bar-centre", "Bar-centre logger, table without header", _recognises, _read)
