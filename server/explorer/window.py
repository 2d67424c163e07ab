"""A window of the signals, thinned to what a screen can show, without hiding anything.

Where a window holds more than two samples for each point that is asked for, time is cut into equal bins and
each bin says the least and the largest value of the samples in it: as many numbers, and no bin is empty only
because of jitter. A bin without samples is empty: a gap stays a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import polars as pl

    from analysis.imu import BoolArray, FloatArray, IntArray

JOINED_S = 0.05
"""Clipped samples this near each other are told as one interval, s. A screen of a second shows no less."""

SAMPLES_A_POINT = 2
"""Up to so many samples for each point the samples themselves are told: a bin has two numbers as well."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One signal of the answer.

    Attributes
    ----------
    name : str
        In the answer; a column of the table.
    sd : str
        Column of its standard deviation; empty: it has none.
    decimals : int
        Kept of each number: finer than the sensor resolves, or than the estimate is sure.
    """

    name: str
    sd: str = ""
    decimals: int = 4


CHANNELS = (
    Channel("ax_mps2"),
    Channel("ay_mps2"),
    Channel("az_mps2"),
    Channel("gx_radps", decimals=5),
    Channel("gy_radps", decimals=5),
    Channel("gz_radps", decimals=5),
    Channel("velocity_mps", "velocity_sd_mps"),
    Channel("height_m", "height_sd_m", 5),
    Channel("forward_m", "forward_sd_m", 5),
)
TIME_DECIMALS = 5
"""Times are told to 10 µs: less than the jitter of any sensor's clock."""


def window_of(table: pl.DataFrame, from_s: float, to_s: float, points: int) -> dict[str, Any]:
    """Cut a window out of the signals.

    Parameters
    ----------
    table : polars.DataFrame
        As `server.explorer.signals` makes it; derived columns may be missing.
    from_s, to_s : float
        Ends, both included, s since the recording's first sample.
    points : int
        Most bins for each signal; at least 1.

    Returns
    -------
    dict
        ``exact``: every sample has a point, of ``value``; otherwise the points are bins with ``low`` and
        ``high``. ``t_s`` is the time of each sample or the middle of each bin, ``step_s`` the width of the
        bins. A signal of which nothing is known here has no values. ``sd`` is the largest of a bin.
    """
    t_s = table["t_s"].to_numpy()
    first = int(np.searchsorted(t_s, from_s, side="left"))
    stop = int(np.searchsorted(t_s, to_s, side="right"))
    inside = table.slice(first, stop - first)
    exact = stop - first <= SAMPLES_A_POINT * points
    here = t_s[first:stop]
    bins = None if exact else _Bins.of(here, from_s, to_s, points)
    channels: dict[str, Any] = {}
    for channel in CHANNELS:
        if channel.name not in inside.columns:
            continue
        values = inside[channel.name].to_numpy()
        if not len(values) or np.isnan(values).all():
            continue
        sds = inside[channel.sd].to_numpy() if channel.sd else None
        channels[channel.name] = _told(values, sds, bins, channel.decimals)
    clipped = np.asarray(inside["clipped"].to_numpy(), dtype=np.bool_)
    step_s = None if bins is None else bins.step_s
    return {
        "from_s": from_s,
        "to_s": to_s,
        "samples": stop - first,
        "exact": exact,
        "step_s": step_s,
        "t_s": numbers(here if bins is None else bins.middles_s, TIME_DECIMALS),
        "channels": channels,
        "clipped": intervals(here[clipped], max(JOINED_S, step_s or 0.0)),
        "clipped_samples": int(clipped.sum()),
    }


def intervals(t_s: FloatArray, joined_s: float) -> list[list[float]]:
    """Join times that are near each other; list start and end of each group, s."""
    if not len(t_s):
        return []
    parts = np.split(t_s, np.flatnonzero(np.diff(t_s) > joined_s) + 1)
    return [[round(float(part[0]), TIME_DECIMALS), round(float(part[-1]), TIME_DECIMALS)] for part in parts]


def numbers(values: FloatArray, decimals: int) -> list[float | None]:
    """List numbers for JSON: rounded, null for what is not known."""
    return [None if one != one else one for one in np.round(values, decimals).tolist()]  # noqa: PLR0124 -- NaN


@dataclass(frozen=True, slots=True, eq=False)
class _Bins:
    """Equal parts of a window.

    Attributes
    ----------
    step_s : float
        Width, s.
    starts : (K,) int
        First sample of each bin.
    empty : (K,) bool
        Bins without a sample.
    """

    from_s: float
    step_s: float
    starts: IntArray
    empty: BoolArray

    @classmethod
    def of(cls, t_s: FloatArray, from_s: float, to_s: float, points: int) -> _Bins:
        low, high = max(from_s, float(t_s[0])), min(to_s, float(t_s[-1]))
        step_s = (high - low) / points
        starts = np.searchsorted(t_s, low + step_s * np.arange(points))
        counts = np.diff(np.append(starts, len(t_s)))
        return cls(low, step_s, starts, counts == 0)

    @property
    def middles_s(self) -> FloatArray:
        return np.asarray(self.from_s + self.step_s * (np.arange(len(self.starts)) + 0.5), dtype=np.float64)

    def least(self, values: FloatArray) -> FloatArray:
        return self._reduced(np.fmin, values)

    def largest(self, values: FloatArray) -> FloatArray:
        return self._reduced(np.fmax, values)

    def _reduced(self, function: np.ufunc, values: FloatArray) -> FloatArray:
        # An empty bin starts where the next one does: reduceat gives it that one's first sample.
        reduced = np.asarray(function.reduceat(np.append(values, np.nan), self.starts), dtype=np.float64)
        reduced[self.empty] = np.nan
        return reduced


def _told(values: FloatArray, sds: FloatArray | None, bins: _Bins | None, decimals: int) -> dict[str, Any]:
    if bins is None:
        told = {"value": numbers(values, decimals)}
        return told if sds is None else told | {"sd": numbers(sds, decimals)}
    told = {"low": numbers(bins.least(values), decimals), "high": numbers(bins.largest(values), decimals)}
    return told if sds is None else told | {"sd": numbers(bins.largest(sds), decimals)}
