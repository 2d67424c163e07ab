"""Reads the plain exchange format ``imu-csv``: one row for each sample, SI units, sensor frame.

The header is ``t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps``; further columns are ignored. The
same columns may come as a Parquet file, told by its name.
Specific force: a sensor at rest reads +9.81 upward. Rows that are missing are lost samples; they become a
`Gap`, never a guess.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from analysis.imu import FloatArray, Gap, ImuBlock, StreamItem
from ingest.errors import ImportFileError
from ingest.timeline import StreamCounts

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("t_s", "ax_mps2", "ay_mps2", "az_mps2", "gx_radps", "gy_radps", "gz_radps")
PARQUET_SUFFIX = ".parquet"
MISSING_ROWS = "missing rows"
_FIRST_ROW_LINE = 2


@dataclass(frozen=True, slots=True)
class ImuCsvConfig:
    """Limits of an import.

    Attributes
    ----------
    max_bytes : int
        Largest file that is read, bytes. 500 MB are about five hours at 200 Hz.
    min_duration_s : float
        Shortest recording that can hold a rep, s; 1 to 5.
    gap_periods : float
        A step of more than this many median periods has missing rows; 1.2 to 2. 1.5 is halfway to one lost
        sample.
    block_s : float
        Longest block handed on, s; 0.1 to 10. Results do not depend on it.
    """

    max_bytes: int = 500_000_000
    min_duration_s: float = 1.0
    gap_periods: float = 1.5
    block_s: float = 1.0


@dataclass(frozen=True, slots=True)
class ImuCsv:
    """An imported file.

    Attributes
    ----------
    items : tuple of ImuBlock or Gap
        In the order of time; the first sample is at 0 s.
    counts : StreamCounts
        Samples, missing rows, measured rate.
    period_s : float
        Median sampling period, s.
    """

    items: tuple[StreamItem, ...]
    counts: StreamCounts
    period_s: float


def read_imu_csv(path: Path, config: ImuCsvConfig | None = None) -> ImuCsv:
    """Read a file.

    Raises
    ------
    ImportFileError
        With the line, where one is at fault: unreadable, too large, empty, columns missing, text or nothing
        instead of a number, a value that is not finite, time that does not increase, too short.
    """
    config = config or ImuCsvConfig()
    values = _read_numbers(path, config)
    t_s = values[:, 0] - values[0, 0]
    backwards = np.flatnonzero(np.diff(t_s) <= 0)
    if len(backwards):
        line = int(backwards[0]) + 1 + _FIRST_ROW_LINE
        raise ImportFileError(
            path, line, "time does not increase; rows must be in the order of time, each once"
        )
    if len(t_s) < 2 or t_s[-1] < config.min_duration_s:
        raise ImportFileError(path, None, f"is too short: less than {config.min_duration_s:g} s of samples")
    return _split(t_s, values[:, 1:4], values[:, 4:7], config)


def _read_numbers(path: Path, config: ImuCsvConfig) -> FloatArray:
    """Return the seven columns, (N, 7), all finite."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ImportFileError(path, None, f"cannot be read: {error.strerror}") from error
    if size == 0:
        raise ImportFileError(path, None, f"is empty; expected the header {','.join(COLUMNS)}")
    if size > config.max_bytes:
        raise ImportFileError(
            path, None, f"is larger than {config.max_bytes // 1_000_000} MB; cut it into sets"
        )
    table = _read_table(path)
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise ImportFileError(path, 1, f"columns are missing: {', '.join(missing)}")
    if table.height == 0:
        raise ImportFileError(path, None, "has a header and no samples")
    cells = table.select(
        pl.col(name).str.strip_chars() if table.schema[name] == pl.String else pl.col(name)
        for name in COLUMNS
    )
    numbers = cells.select(pl.col(name).cast(pl.Float64, strict=False) for name in COLUMNS)
    values = numbers.to_numpy().astype(np.float64)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        row, column = (int(index) for index in bad[0])
        found: object = cells[row, column]
        what = "nothing" if found is None or found == "" else repr(found)
        raise ImportFileError(
            path,
            row + _FIRST_ROW_LINE,
            f"column {COLUMNS[column]} holds {what} where a finite number is expected",
        )
    return values


def _read_table(path: Path) -> pl.DataFrame:
    """Read the columns as they are: text from CSV, numbers from Parquet."""
    is_parquet = path.suffix.lower() == PARQUET_SUFFIX
    try:
        table = (
            pl.read_parquet(path) if is_parquet else pl.read_csv(path, infer_schema=False, quote_char=None)
        )
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        wanted = "a Parquet file" if is_parquet else "a table of comma-separated values"
        raise ImportFileError(path, None, f"is not {wanted}: {reason}") from error
    return table.rename({name: name.strip() for name in table.columns})


def _split(t_s: FloatArray, force: FloatArray, gyro: FloatArray, config: ImuCsvConfig) -> ImuCsv:
    """Cut at the missing rows and, between them, into blocks."""
    steps_s = np.diff(t_s)
    period_s = float(np.median(steps_s))
    rows_in_block = max(1, round(config.block_s / period_s))
    gap_ends = np.flatnonzero(steps_s > config.gap_periods * period_s) + 1
    edges = [0, *(int(end) for end in gap_ends), len(t_s)]
    items: list[StreamItem] = []
    index = lost = 0
    longest_gap_s = 0.0
    for begin, end in itertools.pairwise(edges):
        if begin > 0:
            step_s = float(steps_s[begin - 1])
            missing = max(1, round(step_s / period_s) - 1)
            items.append(Gap(float(t_s[begin - 1]), float(t_s[begin]), missing, MISSING_ROWS))
            lost += missing
            index += missing
            longest_gap_s = max(longest_gap_s, step_s)
        for first in range(begin, end, rows_in_block):
            last = min(first + rows_in_block, end)
            items.append(ImuBlock(t_s[first:last], force[first:last], gyro[first:last], index))
            index += last - first
    duration_s = float(t_s[-1])
    counts = StreamCounts(
        samples=len(t_s),
        lost_samples=lost,
        gaps=len(gap_ends),
        longest_gap_s=longest_gap_s,
        duration_s=duration_s,
        sample_rate_hz=(index - 1) / duration_s,
    )
    return ImuCsv(tuple(items), counts, period_s)
