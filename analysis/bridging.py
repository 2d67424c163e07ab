"""What a straight line across lost samples gets wrong, measured where nothing was lost.

A gap of 50 ms in a slow pull costs next to nothing, the same gap while plates ring costs a good part of the
rep. Neither is known beforehand, but the intact stretches beside the gap show it: bridge as many samples
there in the same way, and see by how much the integral departs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import uniform_filter1d

from analysis.filters import runs

if TYPE_CHECKING:
    from analysis.imu import BoolArray, FloatArray


def bridging_variances(signal: FloatArray, lost: BoolArray, dt_s: float, reach_s: float) -> FloatArray:
    """Find the variance of the integral over each gap, per axis, from the intact samples around.

    Parameters
    ----------
    signal : (N, 3) float64
        Specific force or rate of turn, gaps bridged by straight lines.
    lost : (N,) bool
        The bridged samples.
    dt_s : float
        Sampling period, s.
    reach_s : float
        How far the surroundings of a gap reach, s; three times the gap where that is more.

    Returns
    -------
    (G,) float64
        One for each run of ``lost``, in the unit of the integral, squared; NaN where too little around the
        gap is intact.
    """
    gaps = runs(lost)
    variances = np.full(len(gaps), np.nan)
    lengths = np.array([stop - start for start, stop in gaps], dtype=np.intp)
    before = np.concatenate([[0], np.cumsum(lost)])
    for length in np.unique(lengths):
        errors = _line_errors(signal, int(length)) * dt_s
        first = np.arange(len(errors))
        whole = before[first + length + 2] == before[first]
        reach = max(round(reach_s / dt_s), 3 * int(length))
        known = np.stack([whole, np.where(whole, (errors**2).mean(axis=1), 0.0)])
        # Beyond the ends nothing is known either.
        share, square = uniform_filter1d(known.astype(np.float64), 2 * reach, axis=1, mode="constant")
        for k in np.flatnonzero(lengths == length):
            at = min(max(gaps[k][0] - 1, 0), len(errors) - 1)
            if len(errors) and share[at] * 2 * reach >= length:
                variances[k] = square[at] / share[at]
    return variances


def _line_errors(signal: FloatArray, length: int) -> FloatArray:
    """Sum of each ``length`` neighbouring samples, less that of a line across them, (N - length - 1, 3)."""
    if len(signal) < length + 2:
        return np.empty((0, 3))
    total = np.concatenate([np.zeros((1, 3)), np.cumsum(signal, axis=0)])
    inside = total[length + 1 : -1] - total[1 : -length - 1]
    return inside - 0.5 * length * (signal[: -length - 1] + signal[length + 1 :])
