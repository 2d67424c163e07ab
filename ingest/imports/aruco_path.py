"""Bar paths of a program that follows an ArUco marker (OpenCV, "smart barbell clips").

``,Time,X_pix,Y_pix,R_pix,X_m,Y_m,Displacement,Velocity,Reps``. Rows of pixels count downwards, and in the
files at hand so does ``Y_m``; the sign is taken from the file by comparing both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingest.imports.bar_path_points import bar_path
from ingest.imports.imported import BarPath, ImportFormat
from ingest.imports.tables import find_header, read_table

if TYPE_CHECKING:
    from ingest.imports.source import ImportSource

_COLUMNS = ("time", "x_pix", "y_pix", "x_m", "y_m")


def _recognises(source: ImportSource) -> bool:
    header = find_header(source)
    return header is not None and set(_COLUMNS) <= set(header.lower)


def _read(source: ImportSource) -> BarPath:
    header = find_header(source)
    if header is None:
        raise source.refused("has no header")
    table = read_table(source, header)
    t_s, _, y_pix, x_m, y_m = table.numbers(*_COLUMNS).T
    both = np.isfinite(y_pix) & np.isfinite(y_m)
    together = (
        float(((y_pix - np.median(y_pix[both])) * (y_m - np.median(y_m[both])))[both].sum())
        if both.any()
        else 0
    )
    notes = ["Y_m counts downwards like the pixels; it is turned over."] if together > 0 else []
    up_m = -y_m if together > 0 else y_m
    if table.has("reps"):
        counted = table.numbers("reps")[:, 0]
        if np.isfinite(counted).any():
            notes.append(f"Its own count of reps, {np.nanmax(counted):.0f}, is not taken.")
    return bar_path(source, "ArUco marker", t_s, x_m, up_m, scale_known=True, notes=notes)


FORMAT = ImportFormat("aruco-path", "ArUco bar path (X_m, Y_m)", _recognises, _read)
