"""Points of a bar path from a file, made fit: finite, in the order of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingest.imports.imported import BarPath

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.imu import FloatArray
    from ingest.imports.source import ImportSource

_MIN_POINTS = 10
_FARTHEST_M = 1e6
"""No tracker means numbers beyond this, whatever its unit."""


def bar_path(
    source: ImportSource,
    instrument: str,
    t_s: FloatArray,
    x_m: FloatArray,
    y_m: FloatArray,
    *,
    scale_known: bool,
    notes: Sequence[str] = (),
) -> BarPath:
    """Make a path of the points that are whole and later than those before them; say how many were not.

    Parameters
    ----------
    source : ImportSource
        The file, for an error.
    instrument : str
        Such as "Kinovea".
    t_s, x_m, y_m : (N,) float
        See `BarPath`; NaN where there is none.
    scale_known : bool
        Whether they are metres.
    notes : sequence of str
        What else is to be said.

    Raises
    ------
    ImportFileError
        If hardly any are left.
    """
    points = np.stack([t_s, x_m, y_m], axis=1)
    whole = np.isfinite(points).all(axis=1) & (np.abs(points) < _FARTHEST_M).all(axis=1)
    points = points[whole]
    latest = np.maximum.accumulate(points[:, 0]) if len(points) else points[:, 0]
    later = np.diff(latest, prepend=-np.inf) > 0
    kept = points[later]
    if len(kept) < _MIN_POINTS:
        raise source.refused(f"holds only {len(kept)} points of a path with a time; export it again")
    left_out = int(np.isfinite(np.stack([x_m, y_m])).any(axis=0).sum()) - len(
        kept
    )  # empty rows are no points
    said = (
        [*notes, f"{left_out} rows without a whole point of a later time are left out."]
        if left_out
        else notes
    )
    return BarPath(instrument, kept[:, 0] - kept[0, 0], kept[:, 1], kept[:, 2], scale_known, tuple(said))
