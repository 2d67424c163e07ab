"""From the channels of a file to one stream of blocks and gaps.

The samples are those of the accelerometer; the rate of turn is interpolated between two neighbouring samples
of the gyroscope, never across a gap of either. What is missing becomes a `Gap`, never a guess.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import Gap, ImuBlock, StreamItem
from ingest.items import StreamCounts
from ingest.timeline import RESTARTED

if TYPE_CHECKING:
    from analysis.imu import BoolArray, FloatArray
    from ingest.imports.imported import Track

MISSING_ROWS = "missing rows"


@dataclass(frozen=True, slots=True)
class CombineConfig:
    """Tuning.

    Attributes
    ----------
    min_duration_s : float
        Shortest recording that can hold a rep, s; 1 to 5.
    gap_periods : float
        A step of more than this many median periods has missing rows; 1.2 to 2. 1.5 is halfway to one lost
        sample.
    block_s : float
        Longest block handed on, s; 0.1 to 10. Results do not depend on it.
    """

    min_duration_s: float = 1.0
    gap_periods: float = 1.5
    block_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Stream:
    """An imported recording as the signal core takes it.

    Attributes
    ----------
    items : tuple of ImuBlock or Gap
        In the order of time; the first sample is at 0 s.
    counts : StreamCounts
        Samples, missing rows, measured rate.
    period_s : float
        Median sampling period, s.
    first_s : float
        Time of the first sample on the clock of the file, s.
    """

    items: tuple[StreamItem, ...]
    counts: StreamCounts
    period_s: float
    first_s: float = 0.0


def combine(
    force: Track, gyro: Track, restarts_s: tuple[float, ...] = (), config: CombineConfig | None = None
) -> Stream | None:
    """Join specific force and rate of turn.

    Parameters
    ----------
    force, gyro : Track
        m/s² and rad/s, on one clock, stamps strictly increasing.
    restarts_s : tuple of float
        See `ingest.imports.stamps.Channels`.

    Returns
    -------
    Stream or None
        None if less than the shortest duration has both.
    """
    config = config or CombineConfig()
    known, turn = _at(force.t_s, gyro, config)
    if np.count_nonzero(known) < 2:
        return None
    t_s = force.t_s[known]
    if t_s[-1] - t_s[0] < config.min_duration_s:
        return None
    return split(t_s, force.values[known], turn[known], config, restarts_s)


def _at(t_s: FloatArray, gyro: Track, config: CombineConfig) -> tuple[BoolArray, FloatArray]:
    """Interpolate a channel; say where two of its samples without a gap between them stand around."""
    steps_s = np.diff(gyro.t_s)
    longest_s = config.gap_periods * float(np.median(steps_s))
    right = np.clip(np.searchsorted(gyro.t_s, t_s, side="left"), 1, len(gyro) - 1)
    inside = (t_s >= gyro.t_s[0]) & (t_s <= gyro.t_s[-1])
    exact = (gyro.t_s[right] == t_s) | (gyro.t_s[right - 1] == t_s)
    known = inside & (exact | (steps_s[right - 1] <= longest_s))
    turn = np.stack([np.interp(t_s, gyro.t_s, gyro.values[:, axis]) for axis in range(3)], axis=1)
    return known, turn


def split(
    t_s: FloatArray,
    force: FloatArray,
    gyro: FloatArray,
    config: CombineConfig,
    restarts_s: tuple[float, ...] = (),
) -> Stream:
    """Cut at the missing rows and, between them, into blocks.

    Parameters
    ----------
    t_s : (N,) float64
        Strictly increasing, s; at least two.
    force, gyro : (N, 3) float64
        m/s² and rad/s.
    """
    first_s = float(t_s[0])
    t_s = t_s - first_s
    steps_s = np.diff(t_s)
    period_s = float(np.median(steps_s))
    rows_in_block = max(1, round(config.block_s / period_s))
    gap_ends = np.flatnonzero(steps_s > config.gap_periods * period_s) + 1
    edges = [0, *(int(end) for end in gap_ends), len(t_s)]
    items: list[StreamItem] = []
    index = lost = restarts = 0
    longest_gap_s = unknown_s = 0.0
    for begin, end in itertools.pairwise(edges):
        if begin > 0:
            before_s, after_s = float(t_s[begin - 1]), float(t_s[begin])
            if any(before_s < restart_s - first_s <= after_s for restart_s in restarts_s):
                restarts += 1
                unknown_s += after_s - before_s
                items.append(Gap(before_s, after_s, 0, RESTARTED))
            else:
                missing = max(1, round((after_s - before_s) / period_s) - 1)
                items.append(Gap(before_s, after_s, missing, MISSING_ROWS))
                lost += missing
                index += missing
            longest_gap_s = max(longest_gap_s, after_s - before_s)
        for first in range(begin, end, rows_in_block):
            last = min(first + rows_in_block, end)
            items.append(ImuBlock(t_s[first:last], force[first:last], gyro[first:last], index))
            index += last - first
    counts = StreamCounts(
        samples=len(t_s),
        lost_samples=lost,
        gaps=len(gap_ends),
        restarts=restarts,
        longest_gap_s=longest_gap_s,
        duration_s=float(t_s[-1]),
        sample_rate_hz=(index - 1 - restarts) / (float(t_s[-1]) - unknown_s),
    )
    return Stream(tuple(items), counts, period_s, first_s)
