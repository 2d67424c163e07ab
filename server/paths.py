"""Thins bar paths for the screen and the store; the recording has the full trajectory."""

from __future__ import annotations

import numpy as np

from analysis.results import BarPath

MAX_POINTS = 64
"""Points of a drawn path. 64 over a rep of 0.7 m are about 1 cm apart, under 3 px here. 32 to 200."""


def thin(path: BarPath, max_points: int = MAX_POINTS) -> BarPath:
    """Keep the first, the last and evenly spaced points between them.

    Parameters
    ----------
    path : BarPath
        As the signal core made it, N points.
    max_points : int
        At least 2.

    Returns
    -------
    BarPath
        The same object if it is short enough already.
    """
    n = len(path.t_s)
    if n <= max_points:
        return path
    keep = np.linspace(0, n - 1, max_points).round().astype(np.intp)
    return BarPath(
        t_s=path.t_s[keep],
        forward_m=None if path.forward_m is None else path.forward_m[keep],
        up_m=path.up_m[keep],
        forward_sd_m=None if path.forward_sd_m is None else path.forward_sd_m[keep],
    )
