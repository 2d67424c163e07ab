"""Text exports of WL Analysis (an iPhone app that follows the bar in a video): a summary, then a row a frame.

``Frame number,Time (s),"velocity (vertical, m/s)",...,"displacement (vertical, m)",...``. The time has
three digits: from 10 s on it is whole seconds. Times are therefore counted from the frame numbers at the
rate that fits the finer times before, and every written time must agree.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import numpy as np

from ingest.imports.bar_path_points import bar_path
from ingest.imports.imported import BarPath, ImportFormat
from ingest.imports.tables import Header, read_table
from ingest.imports.training_log import KG_PER_LB

if TYPE_CHECKING:
    from analysis.imu import FloatArray
    from ingest.imports.source import ImportSource

_FRAME, _TIME = "Frame number", "Time (s)"
_UP, _ACROSS = "displacement (vertical, m)", "displacement (horizontal, m)"
_WEIGHT = re.compile(r"Weight \((?P<unit>lbs?|kgs?)\):,(?P<weight>[\d.]+)")
_HEADER_WITHIN = 200
"""The summary has about 65 lines."""
_FINE_S = 0.01
_MIN_FRAMES = 20


def _header(source: ImportSource) -> Header | None:
    for line, text in enumerate(source.head_lines[:_HEADER_WITHIN]):
        if not text.startswith(_FRAME):
            continue
        names = next(csv.reader([text]))
        if {_FRAME, _TIME, _UP, _ACROSS} <= set(names):
            return Header(tuple(names), ",", line)
    return None


def _recognises(source: ImportSource) -> bool:
    return _header(source) is not None


def _read(source: ImportSource) -> BarPath:
    header = _header(source)
    if header is None:
        raise source.refused("has no table of frames; export it again")
    table = read_table(source, header)
    frame, written_s, x_m, y_m = (table.numbers(name)[:, 0] for name in (_FRAME, _TIME, _ACROSS, _UP))
    t_s, notes = _times(source, frame, written_s, table.texts(_TIME))
    weight = _WEIGHT.match(source.head)
    if weight is not None and weight["weight"].count(".") <= 1:
        load_kg = float(weight["weight"]) * (KG_PER_LB if weight["unit"].startswith("lb") else 1.0)
        notes.append(f"The file gives the load as {load_kg:.1f} kg.")
    return bar_path(source, "WL Analysis", t_s, x_m, y_m, scale_known=True, notes=notes)


def _times(
    source: ImportSource, frame: FloatArray, written_s: FloatArray, texts: list[str]
) -> tuple[FloatArray, list[str]]:
    """Find the time of each frame.

    Raises
    ------
    ImportFileError
        If frame numbers and written times do not agree.
    """
    # "44" stands for 43.5 to 44.5 s or 44 to 45 s, "7.11" for a hundredth of that.
    coarse = np.array(["." not in text for text in texts])
    fine = np.isfinite(frame) & np.isfinite(written_s) & ~coarse
    if np.count_nonzero(fine) == np.count_nonzero(np.isfinite(written_s)):
        return written_s, []
    if np.count_nonzero(fine) < _MIN_FRAMES or np.ptp(frame[fine]) == 0:
        raise source.refused("has whole seconds for times and too few finer ones to count frames by")
    period_s, start_s = np.polyfit(frame[fine], written_s[fine], 1)
    t_s = start_s + period_s * frame
    fine_error_s = np.abs(t_s - written_s)[fine].max()
    coarse_error_s = np.abs(t_s - written_s)[coarse & np.isfinite(t_s - written_s)].max(initial=0.0)
    if period_s <= 0 or fine_error_s > max(3 * _FINE_S, period_s) or coarse_error_s > 1 + period_s:
        raise source.refused(
            "has times that its frame numbers contradict: frames of uneven length or a damaged file"
        )
    note = (
        f"Times from 10 s on are whole seconds in the file; they are counted from the frame numbers at "
        f"{1 / period_s:.2f} frames a second, which agrees with all of them."
    )
    return t_s, [note]


FORMAT = ImportFormat("wl-analysis", "WL Analysis bar path", _recognises, _read)
