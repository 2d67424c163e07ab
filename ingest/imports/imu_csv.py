"""Reads the plain exchange format ``imu-csv``: one row for each sample, SI units, sensor frame.

The header is ``t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps``; further columns are ignored. The
same columns may come as a Parquet file.
Specific force: a sensor at rest reads +9.81 upward. Rows that are missing are lost samples; they become a
`Gap`, never a guess. This format is strict: it is ours, so that whatever does not fit it is a mistake.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ingest.imports.column_names import find_columns
from ingest.imports.combine import CombineConfig, Stream, split
from ingest.imports.imported import LARGEST, AccelKind, ImportFormat, ImuTracks, Track
from ingest.imports.source import ImportSource, SourceConfig, open_source

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.imu import FloatArray

COLUMNS = ("t_s", "ax_mps2", "ay_mps2", "az_mps2", "gx_radps", "gy_radps", "gz_radps")
_FIRST_ROW_LINE = 2
_CLEAR_NAMES = 3
"""With so many of our names, and too few of any, a file means to be imu-csv: it is told what it lacks."""


@dataclass(frozen=True, slots=True)
class ImuCsvConfig:
    """Limits of an import.

    Attributes
    ----------
    max_bytes : int
        Largest file that is read, bytes. 500 MB are about five hours at 200 Hz.
    combine : CombineConfig
        Shortest recording, what is a gap.
    """

    max_bytes: int = 500_000_000
    combine: CombineConfig = field(default_factory=CombineConfig)


def read_imu_csv(path: Path, config: ImuCsvConfig | None = None) -> Stream:
    """Read a file.

    Raises
    ------
    ImportFileError
        With the line, where one is at fault: unreadable, too large, empty, columns missing, text or nothing
        instead of a number, a value that is not finite, time that does not increase, too short.
    """
    config = config or ImuCsvConfig()
    source = open_source(path, config=SourceConfig(max_bytes=config.max_bytes))
    values = _read(source, config.combine)
    return split(values[:, 0], values[:, 1:4], values[:, 4:7], config.combine)


def _recognises(source: ImportSource) -> bool:
    if _is_parquet(source):
        return _parquet_names(source) >= set(COLUMNS)
    lines = source.head_lines
    names = {name.strip() for name in lines[0].split(",")} if lines else set[str]()
    if names >= set(COLUMNS):
        return True
    attempted = "t_s" in names and len(names & set(COLUMNS)) >= _CLEAR_NAMES
    return attempted and not find_columns(sorted(names)).is_complete


def _read_tracks(source: ImportSource) -> ImuTracks:
    values = _read(source, CombineConfig())
    t_s = values[:, 0]
    return ImuTracks(Track(t_s, values[:, 1:4]), AccelKind.SPECIFIC_FORCE, gyro=Track(t_s, values[:, 4:7]))


FORMAT = ImportFormat("imu-csv", "imu-csv (plain exchange format)", _recognises, _read_tracks)


def _read(source: ImportSource, config: CombineConfig) -> FloatArray:
    """Return the seven columns, (N, 7), all finite, in the order of time."""
    values = _read_numbers(source)
    t_s = values[:, 0]
    backwards = np.flatnonzero(np.diff(t_s) <= 0)
    if len(backwards):
        line = int(backwards[0]) + 1 + _FIRST_ROW_LINE
        raise source.refused("time does not increase; rows must be in the order of time, each once", line)
    if len(t_s) < 2 or t_s[-1] - t_s[0] < config.min_duration_s:
        raise source.refused(f"is too short: less than {config.min_duration_s:g} s of samples")
    return values


def _read_numbers(source: ImportSource) -> FloatArray:
    """Return the seven columns, (N, 7), all finite."""
    table = _read_table(source)
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise source.refused(f"columns are missing: {', '.join(missing)}", 1)
    if table.height == 0:
        raise source.refused("has a header and no samples")
    texts = table.select(
        pl.col(name).str.strip_chars() if table.schema[name] == pl.String else pl.col(name)
        for name in COLUMNS
    )
    numbers = texts.select(pl.col(name).cast(pl.Float64, strict=False) for name in COLUMNS)
    values = numbers.to_numpy().astype(np.float64)
    bad = np.argwhere(~(np.abs(values) < LARGEST))  # true for NaN, too
    if len(bad):
        row, column = (int(index) for index in bad[0])
        found: object = texts[row, column]
        what = "nothing" if found is None or found == "" else repr(found)
        raise source.refused(
            f"column {COLUMNS[column]} holds {what} where a finite number of a sensor is expected",
            row + _FIRST_ROW_LINE,
        )
    return values


def _is_parquet(source: ImportSource) -> bool:
    return source.data.startswith(b"PAR1")


def _parquet_names(source: ImportSource) -> set[str]:
    try:
        return set(pl.read_parquet_schema(io.BytesIO(source.data)))
    except (pl.exceptions.PolarsError, OSError):
        return set()


def _read_table(source: ImportSource) -> pl.DataFrame:
    """Read the columns as they are: text from CSV, numbers from Parquet."""
    try:
        if _is_parquet(source):
            table = pl.read_parquet(io.BytesIO(source.data))
        else:
            # UTF-8 is what polars reads; a file of a serial monitor may be UTF-16.
            data = source.data if source.encoding in {None, "utf-8"} else source.text.encode()
            table = pl.read_csv(io.BytesIO(data), infer_schema=False, quote_char=None)
        return table.rename({name: name.strip() for name in table.columns})
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        wanted = "whole Parquet file" if _is_parquet(source) else "table of comma-separated values"
        raise source.refused(f"is not a {wanted}: {reason}") from error
