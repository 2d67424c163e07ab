"""The bytes of a file to import, decoded once, and the files that may belong to it.

A file is measured before it is read, so that no size can do harm, and unpacked if it is gzip. Whoever
recognises a format looks at `ImportSource.head`; whoever reads it takes `ImportSource.text` or ``data``.
"""

from __future__ import annotations

import codecs
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ingest.errors import ImportFileError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31
"""Tells zlib to expect a gzip header."""
_EXPECTED = "expected the header t_s,ax_mps2,... of imu-csv, or another format of docs/formats.md"
_LONGEST_CHARACTER = 4
"""Bytes of a character in UTF-8."""
_ALLOWED_CONTROL = frozenset(b"\t\n\r\f\x1b")


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """Limits of what is read.

    Attributes
    ----------
    max_bytes : int
        Largest file that is read, bytes, also after unpacking. 500 MB are about five hours at 200 Hz.
    head_bytes : int
        So much of the beginning is decoded to recognise a format, bytes; 4000 to 1000000. The longest known
        header block (Xsens) has under 1000.
    max_control_fraction : float
        A beginning with more control characters than this is no text; 0.001 to 0.05. Text has none, a few
        come from damage.
    """

    max_bytes: int = 500_000_000
    head_bytes: int = 65_536
    max_control_fraction: float = 0.01


@dataclass(frozen=True, eq=False)
class ImportSource:
    """A file that was read, not yet understood.

    Attributes
    ----------
    path : Path
        The file.
    data : bytes
        Its content, unpacked if the file is gzip.
    given : tuple of Path
        What the user named, this file and others.
    columns : mapping of str to str
        What the user says that columns are, as ``ax: name of the column``; only the generic table asks.
    config : SourceConfig
        Limits.
    """

    path: Path
    data: bytes = field(repr=False)
    given: tuple[Path, ...] = field(default=(), repr=False)
    columns: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    config: SourceConfig = field(default_factory=SourceConfig, repr=False)

    @cached_property
    def beside(self) -> tuple[Path, ...]:
        """Files that may belong to it: those that the user named with it, then those of its folder."""
        return _beside(self.path, self.given)

    @cached_property
    def encoding(self) -> str | None:
        """Name of the text's encoding; None if this is no text."""
        return _encoding(self.data, self.config)

    @cached_property
    def head(self) -> str:
        """The beginning of the text, whole lines only if it has more than one; empty if it is no text."""
        if self.encoding is None:
            return ""
        size = self.config.head_bytes
        text = self.data[:size].decode(self.encoding, errors="replace")
        if len(self.data) <= size or "\n" not in text:
            return text
        return text[: text.rindex("\n") + 1]

    @cached_property
    def text(self) -> str:
        """The whole text, without byte order mark. Characters that cannot be decoded become U+FFFD.

        Raises
        ------
        ImportFileError
            If this is no text.
        """
        if self.encoding is None:
            raise self.refused("is not text")
        return self.data.decode(self.encoding, errors="replace")

    @property
    def head_lines(self) -> list[str]:
        """The first lines, without their ends."""
        return self.head.splitlines()

    @property
    def suffix(self) -> str:
        """Last suffix of the name that says something, in small letters: ``.csv`` of ``set.CSV.gz``."""
        suffixes = [suffix.lower() for suffix in self.path.suffixes if suffix.lower() != ".gz"]
        return suffixes[-1] if suffixes else ""

    def sibling(self, path: Path) -> ImportSource:
        """Read a file that may belong to this one.

        Raises
        ------
        ImportFileError
            If it cannot be read.
        """
        return open_source(path, config=self.config)

    def peek(self, path: Path) -> ImportSource:
        """Read the beginning of a file that may belong to this one: enough to recognise it.

        Raises
        ------
        ImportFileError
            If it cannot be read.
        """
        try:
            with path.open("rb") as file:
                data = file.read(self.config.head_bytes)
        except OSError as error:
            raise ImportFileError(path, None, f"cannot be read: {error.strerror}") from error
        if data.startswith(_GZIP):
            try:
                data = zlib.decompressobj(_GZIP_WINDOW).decompress(data, self.config.head_bytes)
            except zlib.error as error:
                raise ImportFileError(path, None, f"is damaged gzip ({error}); copy it again") from None
        return ImportSource(path, data, config=self.config)

    def refused(self, what: str, line: int | None = None) -> ImportFileError:
        """Make the error that says what is wrong with this file; ``line`` counts from 1."""
        return ImportFileError(self.path, line, what)


def open_source(
    path: Path,
    given: Sequence[Path] = (),
    columns: Mapping[str, str] | None = None,
    config: SourceConfig | None = None,
) -> ImportSource:
    """Read a file.

    Parameters
    ----------
    path : Path
        The file; it is only read.
    given : sequence of Path
        What the user named, this file and others.
    columns : mapping of str to str, optional
        See `ImportSource`.
    config : SourceConfig, optional
        Limits.

    Raises
    ------
    ImportFileError
        If it is missing, no file, unreadable, empty, too large, or damaged gzip.
    """
    config = config or SourceConfig()
    try:
        if not path.is_file():
            what = "is a folder, not a file" if path.is_dir() else "cannot be read: no such file"
            raise ImportFileError(path, None, what)
        size = path.stat().st_size
        if size > config.max_bytes:
            raise _too_large(path, config)
        data = path.read_bytes()
    except OSError as error:
        raise ImportFileError(path, None, f"cannot be read: {error.strerror}") from error
    if data.startswith(_GZIP):
        data = _unpacked(path, data, config)
    if not data:
        raise ImportFileError(path, None, f"is empty; {_EXPECTED}")
    return ImportSource(path, data, tuple(given), columns or {}, config)


def _too_large(path: Path, config: SourceConfig) -> ImportFileError:
    return ImportFileError(path, None, f"is larger than {config.max_bytes // 1_000_000} MB; cut it into sets")


def _unpacked(path: Path, data: bytes, config: SourceConfig) -> bytes:
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        unpacked = unpacker.decompress(data, config.max_bytes + 1)
    except zlib.error as error:
        raise ImportFileError(path, None, f"is damaged gzip ({error}); copy it again") from None
    if len(unpacked) > config.max_bytes:
        raise _too_large(path, config)
    if not unpacker.eof:
        raise ImportFileError(path, None, "is gzip that was cut off; copy it again")
    return unpacked


def _beside(path: Path, given: Sequence[Path]) -> tuple[Path, ...]:
    """List the named files, then those of the folder, without the file itself and without hidden ones."""
    try:
        there = sorted(one for one in path.parent.iterdir() if not one.name.startswith("."))
    except OSError:
        there = []
    return tuple(one for one in dict.fromkeys([*given, *there]) if one != path and one.is_file())


def _encoding(data: bytes, config: SourceConfig) -> str | None:
    """Find the encoding by a byte order mark, then by where zero bytes are, then by trying."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[: config.head_bytes]
    control = sum(head.count(byte) for byte in range(32) if byte not in _ALLOWED_CONTROL)
    if control > config.max_control_fraction * len(head):
        # UTF-16 of Latin text has a zero in every second byte, and on one side only.
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if odd > 0.4 * len(head) and even < 0.1 * odd:
            return "utf-16-le"
        if even > 0.4 * len(head) and odd < 0.1 * even:
            return "utf-16-be"
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(data) - _LONGEST_CHARACTER:
            return "latin-1"  # any byte is a character; numbers are the same in all such encodings
    return "utf-8"  # at the very end a character may be cut off
