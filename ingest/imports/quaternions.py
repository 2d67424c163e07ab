"""Quaternions as files have them: rows that are no rotation left out, the others of length one."""

from __future__ import annotations

import numpy as np

from ingest.imports.imported import Track

_TOLERANCE = 0.1
"""How far a length may be from one; files have three digits at least."""


def unit_quaternions(rows: Track) -> Track | None:
    """Normalise a track of quaternions.

    Returns
    -------
    Track or None
        None if fewer than two rows are rotations.
    """
    length = np.linalg.norm(np.clip(rows.values, -2, 2), axis=1)
    proper = np.abs(length - 1) < _TOLERANCE
    if np.count_nonzero(proper) < 2:
        return None
    dropped = rows.dropped + int(np.count_nonzero(~proper))
    return Track(rows.t_s[proper], rows.values[proper] / length[proper][:, None], dropped)
