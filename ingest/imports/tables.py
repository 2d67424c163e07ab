"""Tables of numbers between commas, semicolons, tabs or blanks, whoever wrote them.

Nothing here raises on a bad cell: what is no number is NaN, and who reads decides what that means. Fields may
be quoted, lines may end as on any system, the decimal point may be a comma where columns are separated by
something else.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from analysis.imu import FloatArray
    from ingest.imports.source import ImportSource

DELIMITERS = ",;\t"
_LARGEST = 1e20
"""No number of a sensor is beyond it (nanoseconds since 1970 are 1e18); damaged ones are, and overflow."""
_DECIMAL_COMMA = re.compile(r"^\s*[-+]?\d+,\d+(?:[eE][-+]?\d+)?\s*$")


@dataclass(frozen=True, slots=True)
class Header:
    """Names of the columns.

    Attributes
    ----------
    names : tuple of str
        Without quotation marks and blanks around.
    delimiter : str
        What separates them.
    line : int
        Line of the file, from 0.
    """

    names: tuple[str, ...]
    delimiter: str
    line: int

    @property
    def lower(self) -> tuple[str, ...]:
        """The names in small letters."""
        return tuple(name.casefold() for name in self.names)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table of texts.

    Attributes
    ----------
    header : Header
        Names of the columns.
    frame : DataFrame
        All texts, columns ``"0"``, ``"1"``, ... in the order of the file; short rows are filled with null.
    """

    header: Header
    frame: pl.DataFrame = field(repr=False)

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.frame.height

    def place(self, name: str) -> int | None:
        """Find the first column of a name, whatever its capitals; None if there is none."""
        try:
            return self.header.lower.index(name.casefold())
        except ValueError:
            return None

    def has(self, *names: str) -> bool:
        """Tell whether all these columns are there."""
        return all(self.place(name) is not None for name in names)

    def texts(self, name: str) -> list[str]:
        """Return a column as texts without blanks around; empty where there is nothing.

        Raises
        ------
        KeyError
            If there is no such column.
        """
        series = self.frame[self._column(name)]
        return series.fill_null("").str.strip_chars().to_list()

    def numbers(self, *names: str) -> FloatArray:
        """Return columns as numbers, (N, number of names); NaN where there is none.

        Raises
        ------
        KeyError
            If a column is missing.
        """
        columns = [_as_numbers(self.frame[self._column(name)], self.header.delimiter) for name in names]
        return np.stack(columns, axis=1)

    def _column(self, name: str) -> str:
        place = self.place(name)
        if place is None:
            raise KeyError(name)
        return str(place)


def split_line(line: str, delimiter: str) -> tuple[str, ...]:
    """Split a line of names at a delimiter; quotation marks and blanks around them go."""
    return tuple(part.strip().strip('"').strip() for part in line.rstrip("\r\n").split(delimiter))


def find_header(source: ImportSource, line: int = 0) -> Header | None:
    """Take a line of a file as names of columns, split at the delimiter that gives most of them.

    Returns
    -------
    Header or None
        None if there is no such line or it is not split by any delimiter.
    """
    lines = source.head_lines
    if line >= len(lines):
        return None
    candidates = [(split_line(lines[line], delimiter), delimiter) for delimiter in DELIMITERS]
    names, delimiter = max(candidates, key=lambda candidate: len(candidate[0]))
    return Header(names, delimiter, line) if len(names) > 1 else None


def read_table(source: ImportSource, header: Header) -> Table:
    """Read the rows after a header.

    Parameters
    ----------
    source : ImportSource
        The file.
    header : Header
        See `find_header`.

    Raises
    ------
    ImportFileError
        If there are no rows, or it cannot be split into columns.
    """
    return Table(header, read_rows(source, header.delimiter, header.line + 1, len(header.names)))


def read_rows(source: ImportSource, delimiter: str, first_line: int, n_columns: int) -> pl.DataFrame:
    """Read rows of texts from a line on (from 0), with columns ``"0"``, ``"1"``, ...; further fields go.

    Raises
    ------
    ImportFileError
        If there are no rows, or it cannot be split into columns.
    """
    body = _body(source, first_line)
    if not body.strip():
        raise source.refused("has a header and no rows")
    # A header of our own: the first row of a file may have fewer or more fields than its header.
    names = delimiter.join(str(place) for place in range(n_columns)).encode()
    try:
        frame = pl.read_csv(
            io.BytesIO(names + b"\n" + body),
            separator=delimiter,
            infer_schema=False,
            quote_char='"' if body.count(b'"') % 2 == 0 else None,
            truncate_ragged_lines=True,
        )
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise source.refused(f"cannot be split into columns: {reason}") from error
    if frame.height == 0:
        raise source.refused("has a header and no rows")
    return frame


def _body(source: ImportSource, first_line: int) -> bytes:
    """Return a text from a line on as UTF-8, without zero bytes; a large one is not decoded without need."""
    data = source.data if source.encoding == "utf-8" else source.text.encode("utf-8", errors="replace")
    start = 0
    for _ in range(first_line):
        start = data.find(b"\n", start) + 1
        if start == 0:
            return b""
    return data[start:].replace(b"\0", b"") if b"\0" in data else data[start:]


def _as_numbers(column: pl.Series, delimiter: str) -> FloatArray:
    stripped = column.str.strip_chars().str.strip_chars('"')
    if delimiter != "," and any(_DECIMAL_COMMA.match(text or "") for text in stripped.head(100)):
        stripped = stripped.str.replace(",", ".", literal=True)
    numbers = np.array(stripped.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy(), dtype=np.float64)
    numbers[~(np.abs(numbers) < _LARGEST)] = np.nan
    return numbers
