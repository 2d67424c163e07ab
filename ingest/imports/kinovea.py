"""Paths that Kinovea followed in a video: the table of its kinematics dialogue, or the older text file.

The table is ``Time;Trajectory 1/0/X;Trajectory 1/0/Y`` (names in the user's language), the text file begins
with ``#Kinovea Trajectory data export``. Time is in ms, s or frames as the user set it, and lengths are
whatever the user calibrated, or pixels: the file does not say, so the scale is unknown. Y counts upwards
(Kinovea's manual: coordinates are those of the calibrated system).

Spreadsheet programs damage such tables: a German one makes ``1.015`` s the number 1015 and ``2.03`` the
date "02. Mrz". The first is undone if the frames' even steps prove it; the second cannot be, and those rows
go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from ingest.imports.bar_path_points import bar_path
from ingest.imports.imported import BarPath, ImportFormat
from ingest.imports.tables import Header, find_header, read_table

if TYPE_CHECKING:
    from analysis.imu import BoolArray, FloatArray
    from ingest.imports.source import ImportSource

_TEXT_START = "#Kinovea Trajectory data export"
_TIMES = ("time", "time (ms)", "time (s)", "zeit", "temps", "tiempo", "tempo", "tijd")
_TEXT_ROW = re.compile(
    r"^\s*(?:(\d{1,4}):(\d{1,2}):(\d{1,2}):(\d{1,2})|([-+\d.,eE]+))\s+([-+\d.,eE]+)\s+([-+\d.,eE]+)\s*$"
)
_STEP_S, _STEP_MS = (0.0005, 0.4), (2.0, 400.0)
"""Steps of time that cameras have, in either unit: 2.5 to 2000 or 2.5 to 500 frames a second; 1: frames."""
_SIDEWAYS = 3.0
_LARGEST = 1e9
"""No time and no place in a video is larger, whatever its unit."""
_STEP_TOLERANCE = 0.25
"""How far the steps of mended times may be from those before, fraction: times are rounded to ms."""


def _header(source: ImportSource) -> tuple[Header, str, str] | None:
    """Find the names of the columns of the first path."""
    header = find_header(source)
    if header is None or header.lower[0].strip("\ufeff") not in _TIMES:
        return None
    for x, y in zip(header.names[1:], header.names[2:], strict=False):
        if x.upper().endswith("/X") and y.upper().endswith("/Y") and x[:-2] == y[:-2]:
            return header, x, y
    return None


def _recognises(source: ImportSource) -> bool:
    return source.head.lstrip("\ufeff").startswith(_TEXT_START) or _header(source) is not None


def _read(source: ImportSource) -> BarPath:
    notes = ["The file does not state its unit of length: velocities cannot be compared, only shapes."]
    found = _header(source)
    if found is None:
        times, x, y = _text_rows(source)
    else:
        header, x_name, y_name = found
        table = read_table(source, header)
        times, x, y = table.numbers(header.names[0], x_name, y_name).T
        paths = sum(name.upper().endswith("/X") for name in header.names)
        if paths > 1:
            notes.append(f"The file holds {paths} paths; the first, {x_name[:-2][:40]}, is taken.")
    whole = np.isfinite(times)
    times, mended = _mended(times)
    if mended:
        notes.append(
            f"{mended} times had lost their decimal point in a spreadsheet program; it is put back, as the "
            "even steps of the frames show."
        )
    lost = int(np.count_nonzero(~whole & np.isfinite(x)))
    if lost:
        notes.append(f"{lost} rows hold no number for their time: a spreadsheet program made dates of them.")
    t_s = _seconds(source, times)
    known = np.isfinite(x) & np.isfinite(y)
    if known.any() and float(np.ptp(x[known])) > _SIDEWAYS * float(np.ptp(y[known])):
        notes.append(
            "The path is much longer across than it is high: the video lay on its side, or the axes are "
            "swapped; the file's own X and Y are kept."
        )
    return bar_path(source, "Kinovea", t_s[whole], x[whole], y[whole], scale_known=False, notes=notes)


def _mended(times: FloatArray) -> tuple[FloatArray, int]:
    """Divide the whole numbers after a jump by 1000, if that makes all steps alike; say how many."""
    known = np.flatnonzero(np.isfinite(times))
    values = times[known]
    fractions: BoolArray = values != np.round(values)
    large = (values >= 1000) & ~fractions
    first = int(np.argmax(large)) if large.any() else 0
    if first < 3 or not large[first:].all() or not fractions[:first].any() or values[:first].max() >= 1.0:
        return times, 0
    trial = values.copy()
    trial[large] /= 1000
    step = float(np.median(np.diff(trial[:first])))
    steps = np.diff(trial)
    # A lost row makes a step of two or three frames.
    frames = np.maximum(np.round(steps / step), 1) if step > 0 else np.ones_like(steps)
    if step <= 0 or (np.abs(steps / frames / step - 1) > _STEP_TOLERANCE).any():
        return times, 0
    result = times.copy()
    result[known] = trial
    return result, int(large.sum())


def _seconds(source: ImportSource, times: FloatArray) -> FloatArray:
    """Tell the unit of time by the frames' steps.

    Raises
    ------
    ImportFileError
        If they are frames, or no times of a video.
    """
    steps = np.diff(times[np.isfinite(times)])
    step = float(np.median(steps[steps > 0])) if (steps > 0).any() else np.nan
    if _STEP_S[0] <= step <= _STEP_S[1]:
        return times
    if _STEP_MS[0] <= step <= _STEP_MS[1]:
        return times / 1000
    raise source.refused(
        f"has times with steps of {step:.3g}: neither seconds nor milliseconds of a video; set Kinovea's "
        "time to milliseconds and export it again"
    )


def _text_rows(source: ImportSource) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Read the older text file up to the second path: time, x, y; NaN where something is no number."""
    rows: list[tuple[float, float, float]] = []
    for line in source.text.splitlines():
        match = _TEXT_ROW.match(line)
        if match is None:
            if rows and not line.strip():
                break
            continue
        hours, minutes, seconds, hundredths, plain, x, y = match.groups()
        if plain is None:
            time = int(hours) * 3600.0 + int(minutes) * 60 + int(seconds) + int(hundredths) / 100
        else:
            time = _number(plain)
        rows.append((time, _number(x), _number(y)))
    points = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return points[:, 0], points[:, 1], points[:, 2]


def _number(text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return np.nan
    return value if abs(value) < _LARGEST else np.nan


FORMAT = ImportFormat("kinovea", "Kinovea path", _recognises, _read)
