"""Small signal tools that the rest of the core shares: zero-phase filters, runs of a mask, turning points."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfiltfilt

if TYPE_CHECKING:
    from analysis.imu import BoolArray, FloatArray


@lru_cache(maxsize=64)
def _butterworth(cutoff_hz: float, rate_hz: float) -> FloatArray:
    sos = butter(2, min(cutoff_hz, 0.45 * rate_hz), fs=rate_hz, output="sos")
    return np.asarray(sos, dtype=np.float64)


def lowpass(x: FloatArray, cutoff_hz: float, rate_hz: float) -> FloatArray:
    """Zero-phase second-order Butterworth low-pass along the first axis (run forward and backward)."""
    sos = _butterworth(cutoff_hz, round(rate_hz, 1))
    padding = min(len(x) - 1, int(3 * rate_hz / cutoff_hz) + 9)
    return np.asarray(sosfiltfilt(sos, x, axis=0, padlen=max(padding, 0)), dtype=np.float64)


def moving_mean(x: FloatArray, samples: int) -> FloatArray:
    """Centred moving mean along the first axis; the edges repeat the outermost value."""
    return np.asarray(uniform_filter1d(x, max(samples, 1), axis=0, mode="nearest"), dtype=np.float64)


def moving_deviation(x: FloatArray, samples: int) -> FloatArray:
    """Root of the summed variance of all columns in a centred window; shape (N,)."""
    mean = moving_mean(x, samples)
    variance = moving_mean(((x - mean) ** 2).sum(axis=1), samples)
    return np.sqrt(np.maximum(variance, 0.0))


def integrate(x: FloatArray, dt_s: float) -> FloatArray:
    """Cumulative trapezoid along the first axis, starting at zero; same shape as ``x``."""
    out = np.zeros_like(x)
    np.cumsum((x[1:] + x[:-1]) * (dt_s / 2), axis=0, out=out[1:])
    return out


def runs(mask: BoolArray) -> list[tuple[int, int]]:
    """Half-open index ranges in which the mask is true.

    Examples
    --------
    >>> runs(np.array([False, True, True, False, True]))
    [(1, 3), (4, 5)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def turning_points(height_m: FloatArray, hysteresis_m: float) -> list[int]:
    """Find the alternating extremes of a height signal, first and last sample included.

    Parameters
    ----------
    height_m : (N,) float64, m
        Height.
    hysteresis_m : float
        Smaller reversals are ignored, m.

    Returns
    -------
    list of int
        Indices, increasing. Between neighbours the height changes by at least the hysteresis, except perhaps
        at the first and last.
    """
    points: list[int] = []
    values = height_m.tolist()
    low = high = 0
    direction = 0
    for i, value in enumerate(values):
        if direction >= 0 and value > values[high]:
            high = i
        if direction <= 0 and value < values[low]:
            low = i
        if direction >= 0 and values[high] - value > hysteresis_m:
            points.append(high)
            direction, low = -1, i
        elif direction <= 0 and value - values[low] > hysteresis_m:
            points.append(low)
            direction, high = 1, i
    last = high if direction > 0 else low
    if direction != 0 and last != points[-1]:
        points.append(last)
    if points and points[0] != 0:
        points.insert(0, 0)
    if points and points[-1] != len(values) - 1:
        points.append(len(values) - 1)
    return points
