"""Date and time texts of sensors' logs as seconds, a whole column at a time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.imu import FloatArray

_PATTERN = (
    r"^(?:(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})[T ]+)?"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2}):(?P<second>\d{1,2})(?:[.:,](?P<fraction>\d{1,9}))?"
)
"""``2024-03-19 16:44:16.689``; WitMotion writes ``2024-3-19 16:44:16:689``, and times without a date."""
_DAY_S = 86_400.0
_EARLIEST_YEAR = 2010
"""A sensor whose clock was never set counts from 2000 or 1970: its dates mean nothing."""


def seconds_of(texts: Sequence[str]) -> FloatArray:
    """Read a column of times.

    Parameters
    ----------
    texts : sequence of str, (N,)
        Dates with times, or times of one day and the days after it.

    Returns
    -------
    (N,) float64, s
        Since 1970-01-01 in the zone of the texts where they have dates, else since midnight of the first
        day; NaN where a text is no time.
    """
    groups = pl.Series(texts, dtype=pl.String).str.extract_groups(_PATTERN).struct.unnest()
    part = {name: groups[name].cast(pl.Float64).to_numpy() for name in ("hour", "minute", "second")}
    digits = groups["fraction"].fill_null("0")
    fraction = digits.cast(pl.Float64).to_numpy() / 10.0 ** digits.str.len_chars().to_numpy()
    seconds = part["hour"] * 3600 + part["minute"] * 60 + part["second"] + fraction
    seconds[(part["hour"] > 23) | (part["minute"] > 59) | (part["second"] > 60)] = np.nan
    if groups["year"].null_count() == len(groups):
        return _across_midnight(seconds)
    dates = groups.select("year", "month", "day")
    days = {
        row: _day(*row) for row in dates.unique().iter_rows()
    }  # a recording has one date, or two: no need for an array
    return seconds + _DAY_S * np.array([days[row] for row in dates.iter_rows()])


def wall_clock(seconds: float, zone: dt.tzinfo | None = None) -> dt.datetime | None:
    """Make a wall-clock time of seconds since 1970-01-01 (see `seconds_of`).

    Parameters
    ----------
    seconds : float
        In the zone of the texts.
    zone : tzinfo, optional
        That zone; without it the zone of this computer is taken, for sensor and computer are one person's.

    Returns
    -------
    datetime or None
        With time zone; None if it is before 2010: then the sensor's clock was never set.
    """
    if not np.isfinite(seconds) or abs(seconds) > 1e11:
        return None
    naive = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=float(seconds))  # noqa: DTZ001  # zone comes next
    if naive.year < _EARLIEST_YEAR:
        return None
    return naive.replace(tzinfo=zone) if zone is not None else naive.astimezone()


def _day(year: str | None, month: str | None, day: str | None) -> float:
    """Count days since 1970-01-01; NaN where there is no such day."""
    if year is None or month is None or day is None:
        return np.nan
    try:
        return float(dt.date(int(year), int(month), int(day)).toordinal() - dt.date(1970, 1, 1).toordinal())
    except ValueError:
        return np.nan


def _across_midnight(seconds: FloatArray) -> FloatArray:
    """Let times of the day go on past midnight."""
    known = np.flatnonzero(np.isfinite(seconds))
    steps = np.diff(seconds[known])
    days = np.concatenate([np.zeros(min(1, len(known))), np.cumsum(steps < -_DAY_S / 2)])
    seconds[known] += _DAY_S * days
    return seconds
