"""Reads a file of somebody else's: recognised, checked by physics, made one stream.

The one way into the formats; `ingest.replay` and ``upright import`` both go through it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.errors import ImportFileError
from ingest.imports import imu_csv
from ingest.imports.combine import CombineConfig, Stream, combine
from ingest.imports.formats import recognise
from ingest.imports.imported import ImuTracks
from ingest.imports.judging import ContradictionError, Overrides
from ingest.imports.physics import check
from ingest.imports.source import SourceConfig, open_source
from ingest.imports.stamps import StampError, in_order
from ingest.mcap_reader import is_mcap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ingest.imports.imported import Imported, ImportFormat, Track
    from ingest.imports.source import ImportSource

_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the user says of a file, and limits.

    Attributes
    ----------
    overrides : Overrides
        Units and signs.
    columns : mapping of str to str
        See `ingest.imports.source.ImportSource`.
    source : SourceConfig
        Limits of what is read.
    combine : CombineConfig
        Shortest recording, what is a gap.
    """

    overrides: Overrides = field(default_factory=Overrides)
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    source: SourceConfig = field(default_factory=SourceConfig)
    combine: CombineConfig = field(default_factory=CombineConfig)


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file that was understood.

    Attributes
    ----------
    path : Path
        The file.
    format : ImportFormat
        What it is.
    imported : ImuTracks, ReferenceReps, BarPath or TrainingLog
        What it holds.
    stream : Stream or None
        As the signal core takes it; None if it is no recording of a sensor.
    findings : tuple of str
        What physics found and what was mended, sentences; warnings begin with ``WARNING:``.
    """

    path: Path
    format: ImportFormat
    imported: Imported
    stream: Stream | None = None
    findings: tuple[str, ...] = ()

    @property
    def companions(self) -> tuple[Path, ...]:
        """Other files that were read into this one."""
        return self.imported.companions if isinstance(self.imported, ImuTracks) else ()


def import_file(path: Path, given: Sequence[Path] = (), options: ImportOptions | None = None) -> ImportedFile:
    """Read a file.

    Parameters
    ----------
    path : Path
        The file; it is only read.
    given : sequence of Path
        What the user named together with it: the other half of a pair may be among them.
    options : ImportOptions, optional
        What the user says of it.

    Raises
    ------
    ImportFileError
        If it is of no format that is known, is damaged, or nothing can be made of it; says why.
    """
    options = options or ImportOptions()
    if is_mcap(path):
        what = "is a recording of Upright: copy it to the folder recordings and run `upright rebuild`"
        raise ImportFileError(path, None, what)
    source = open_source(path, given, options.columns, options.source)
    if source.data.startswith(_ZIP):
        raise source.refused("is a zip archive: unpack it and import the folder")
    found = recognise(source)
    if found is None:
        raise source.refused(
            "unknown kind of file; expected a recording (.mcap), an imu-csv table or another format of "
            f"docs/formats.md{_looks_like(source)}"
        )
    imported = found.read(source)
    if not isinstance(imported, ImuTracks):
        return ImportedFile(path, found, imported)
    try:
        stream, findings = _stream(found, imported, options)
    except (StampError, ContradictionError) as error:
        raise source.refused(str(error)) from None
    return ImportedFile(path, found, imported, stream, findings)


def _looks_like(source: ImportSource) -> str:
    if source.encoding is None:
        return f" (no text; it begins with the bytes {source.data[:8].hex(' ')})"
    first = next((line.strip() for line in source.head_lines if line.strip()), "")
    shown = "".join(character for character in first[:80] if character.isprintable())
    return f" (it begins with {shown!r})" if shown else ""


def _stream(found: ImportFormat, tracks: ImuTracks, options: ImportOptions) -> tuple[Stream, tuple[str, ...]]:
    if found is imu_csv.FORMAT and options.overrides == Overrides() and tracks.gyro is not None:
        # Time, units and signs of this format are fixed and were checked: physics may warn, never change.
        force, gyro, restarts_s = tracks.accel, tracks.gyro, ()
        findings = _warnings(tracks)
    else:
        channels = in_order(_named(tracks))
        checked = check(tracks, channels.tracks, options.overrides)
        force, gyro, restarts_s = checked.force, checked.gyro, channels.restarts_s
        findings = [*tracks.notes, *_dropped(tracks), *channels.notes, *checked.findings]
    stream = combine(force, gyro, restarts_s, options.combine)
    if stream is None:
        raise StampError(
            f"is too short: less than {options.combine.min_duration_s:g} s have both acceleration and "
            f"rate of turn"
        )
    left_out = len(force) - stream.counts.samples
    if left_out:
        findings.append(
            f"{left_out} samples of acceleration without a rate of turn beside them are left out."
        )
    return stream, tuple(findings)


def _named(tracks: ImuTracks) -> dict[str, Track]:
    named = {
        "accel": tracks.accel,
        "gyro": tracks.gyro,
        "gravity": tracks.gravity,
        "attitude": None if tracks.attitude is None or len(tracks.attitude) < 2 else tracks.attitude,
    }
    return {name: one for name, one in named.items() if one is not None}


def _dropped(tracks: ImuTracks) -> list[str]:
    dropped = {name: one.dropped for name, one in _named(tracks).items() if one.dropped}
    if not dropped:
        return []
    words = ", ".join(f"{count} of {name}" for name, count in dropped.items())
    return [f"Rows without all their numbers are left out: {words}."]


def _warnings(tracks: ImuTracks) -> list[str]:
    try:
        found = check(tracks, _named(tracks), Overrides()).findings
    except ContradictionError as error:
        return [f"WARNING: it {error}."]
    return [text for text in found if text.startswith("WARNING")]
