"""From the bytes of an exported log to rows with known columns, whoever wrote them and however."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ingest.errors import ImportFileError
from ingest.imports.log_fields import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class LogFormat(StrEnum):
    """Whose export it is."""

    STRONG = "strong"
    HEVY = "hevy"


@dataclass(frozen=True, slots=True)
class Row:
    """The fields of one row that matter, as they stand; a column that the file lacks is None.

    Attributes
    ----------
    line : int
        First line of the row in the file, from 1.
    session : tuple of str
        Equal for the rows of one session.
    date, name, kind, weight, reps : str
        ``kind`` is the set order of Strong or the set type of Hevy.
    unit, rpe : str or None
        As the file has them.
    """

    line: int
    session: tuple[str, ...]
    date: str
    name: str
    kind: str
    weight: str
    reps: str
    unit: str | None
    rpe: str | None


@dataclass(frozen=True, slots=True)
class LogTable:
    """A file whose columns are understood.

    Attributes
    ----------
    format : LogFormat
        Whose export it is.
    unit : str or None
        Unit that the header names for all weights.
    rows : tuple of Row
        In the order of the file.
    """

    format: LogFormat
    unit: str | None
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Names of a format's columns, in small letters."""

    format: LogFormat
    date: str
    name: str
    kind: str
    session: tuple[str, ...]
    """Whichever of them the file has tell sessions apart."""

    @property
    def needed(self) -> tuple[str, ...]:
        return self.date, self.name, self.kind, "reps"


_FORMATS = (
    _Columns(LogFormat.STRONG, "date", "exercise name", "set order", ("workout #", "date", "workout name")),
    _Columns(LogFormat.HEVY, "start_time", "exercise_title", "set_type", ("start_time", "title")),
)
_WEIGHT = re.compile(r"weight(?:[ _]?\(?(?P<unit>kgs?|lbs?)\)?)?")
_EXPECTED = (
    "expected the columns of Strong (Date, Exercise Name, Set Order, Weight, Reps) or of Hevy (start_time, "
    "exercise_title, set_type, weight_kg, reps)"
)
_MAX_SHOWN = 120
"""So much of a foreign header is quoted, characters."""


def read_table(path: Path, max_bytes: int) -> LogTable:
    """Read a file.

    Parameters
    ----------
    path : Path
        The file.
    max_bytes : int
        Larger files are refused.

    Raises
    ------
    ImportFileError
        If it cannot be read, is no text, has no known columns, or a row does not fit the header.
    """
    text = _text(path, max_bytes)
    records, columns, header = _recognise(path, text)
    weight, unit = _weight_column(path, header)
    place = {name: header.index(name) for name in header}
    rows = tuple(
        Row(
            line=line,
            session=tuple(fields[place[name]] for name in columns.session if name in place),
            date=fields[place[columns.date]],
            name=fields[place[columns.name]],
            kind=fields[place[columns.kind]],
            weight=fields[place[weight]],
            reps=fields[place["reps"]],
            unit=fields[place["weight unit"]] if "weight unit" in place else None,
            rpe=fields[place["rpe"]] if "rpe" in place else None,
        )
        for line, fields in _fitting(path, records, len(header))
    )
    if not rows:
        raise ImportFileError(path, None, "has a header and no rows; export the whole log")
    return LogTable(columns.format, unit, rows)


def looks_like_log(head: str) -> bool:
    """Tell by the first line of a text whether it has the columns of Strong or Hevy."""
    first = head.lstrip().splitlines()[0] if head.strip() else ""
    for delimiter in ",;\t":
        names = {plain(field).strip('"').casefold() for field in first.split(delimiter)}
        if any(set(columns.needed) <= names for columns in _FORMATS):
            return True
    return False


def _text(path: Path, max_bytes: int) -> str:
    """Decode the file: UTF-8 or UTF-16, with or without a byte order mark."""
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise ImportFileError(path, None, f"is larger than {max_bytes // 1_000_000} MB; this is no log")
        data = path.read_bytes()
    except OSError as error:
        raise ImportFileError(path, None, f"cannot be read: {error.strerror}") from error
    if not data.strip():
        raise ImportFileError(path, None, f"is empty; {_EXPECTED}")
    encoding = "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif data[1:2] == b"\0":  # a header begins with a Latin letter or a quotation mark
        encoding = "utf-16-le"
    elif data[:1] == b"\0":
        encoding = "utf-16-be"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = None if encoding != "utf-8-sig" else data.count(b"\n", 0, error.start) + 1
        what = "is not UTF-8 or UTF-16 text; export it again, or save it as UTF-8"
        raise ImportFileError(path, line, what) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ImportFileError(path, line, "holds zero bytes: not text, or damaged; export it again")
    return text


def _records(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Split a text into rows, each with the line where it begins; empty lines are left out."""
    # newline="": line ends inside quotation marks belong to a note, and only \n and \r end a line.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                yield line, fields
            line = reader.line_num + 1
    except csv.Error as error:
        what = f"quotation marks do not match ({error}); the file is cut off or was edited: export it again"
        raise ImportFileError(path, line, what) from None


def _recognise(path: Path, text: str) -> tuple[Iterator[tuple[int, list[str]]], _Columns, list[str]]:
    """Find the delimiter and the format by the header; return the rows after it, too."""
    nearest: tuple[int, str] = (0, "")
    for delimiter in ",;\t":
        try:
            records = _records(path, text, delimiter)
            _, fields = next(records)
        except (ImportFileError, StopIteration):
            continue  # by another delimiter the header may make sense
        header = [plain(field).casefold() for field in fields]
        for columns in _FORMATS:
            missing = [name for name in columns.needed if name not in header]
            if not missing:
                if len(set(header)) < len(header):
                    raise ImportFileError(path, 1, "has two columns of the same name; export it again")
                return records, columns, header
            found = len(columns.needed) - len(missing)
            if found > nearest[0]:
                nearest = found, f"looks like {columns.format.capitalize()} but lacks: {', '.join(missing)}"
    if nearest[0] > 1:
        raise ImportFileError(path, 1, nearest[1])
    first = plain(text.lstrip().splitlines()[0])
    shown = first if len(first) <= _MAX_SHOWN else f"{first[:_MAX_SHOWN]}…"
    raise ImportFileError(path, 1, f"is no export of Strong or Hevy: {_EXPECTED}, found {shown!r}")


def _weight_column(path: Path, header: Sequence[str]) -> tuple[str, str | None]:
    for name in header:
        if match := _WEIGHT.fullmatch(name):
            return name, match["unit"]
    raise ImportFileError(path, 1, f"has no column of weights; {_EXPECTED}")


def _fitting(
    path: Path, records: Iterator[tuple[int, list[str]]], n_columns: int
) -> Iterator[tuple[int, list[str]]]:
    """Pass rows on that have as many fields as the header."""
    for line, fields in records:
        if len(fields) < n_columns or any(field.strip() for field in fields[n_columns:]):
            what = (
                f"has {len(fields)} fields where the header has {n_columns}; the file is cut off or was "
                "edited: export it again"
            )
            raise ImportFileError(path, line, what)
        yield line, fields
