"""Makes the file of an export: one file as it is, several in a zip archive. Runs in the working process."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server import export_files
from server.errors import NotFoundError
from server.export import Table
from server.files.schemas import ExportedModel, ExportKind, StepModel
from server.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from server.export import FileFormat

_TABLES = {kind: Table(kind.value) for kind in ExportKind if kind.value in set(Table)}
_WORDS = {
    ExportKind.SAMPLES: "Samples",
    ExportKind.FIT: "FIT activities",
    ExportKind.MOTION_BIDS: "Motion-BIDS",
    ExportKind.REPORT: "Reports",
}
_PACKED = frozenset({".parquet", ".fit"})
"""Files that would not get smaller."""
MAX_NAMED_KINDS = 3
"""More kinds than these are not listed in the name of the file."""


@dataclass(frozen=True, slots=True)
class ExportTask:
    """What to export.

    Attributes
    ----------
    folder : Path
        Of this export; empty.
    results_url : str
        See `server.settings.Settings`; so are the folders.
    recordings_dir, imports_dir : Path
        Where samples are.
    sessions : tuple of UUID
        In the order in which they are written.
    kinds : tuple of ExportKind
        What.
    file_format : FileFormat
        Of tables and samples.
    names : bool
        Motion-BIDS: label athletes by their names.
    at : datetime
        Now, for the name of the file.
    """

    folder: Path
    results_url: str
    recordings_dir: Path
    imports_dir: Path
    sessions: tuple[UUID, ...]
    kinds: tuple[ExportKind, ...]
    file_format: FileFormat
    names: bool
    at: datetime


def export(task: ExportTask, tell: Callable[[StepModel], None]) -> ExportedModel:
    """Write an export into its folder.

    Raises
    ------
    NotFoundError
        If a session is gone, or nothing of what was asked for is there.
    ExportError
        If a file cannot be written.
    IngestError, KeptFileError
        If a recording cannot be read.
    """
    content = task.folder / "content"
    content.mkdir(parents=True)
    with Store(task.results_url) as store:
        told = _Writer(task, store, content, tell).write()
        started = store.session(task.sessions[0]).recording if len(task.sessions) == 1 else None
    files = sorted(path for path in content.rglob("*") if path.is_file())
    if not files:
        raise NotFoundError(
            "There is nothing to export: " + "; ".join(told) + ".",
            "Choose something else, or other sessions.",
        )
    stem = _stem(task, None if started is None else export_files.export_name(started))
    if len(files) == 1:
        path = files[0]
        name = path.name if path.name.startswith(("20", "upright")) else f"{stem}{path.suffix}"
        path.rename(task.folder / "file")
    else:
        name = f"{stem}.zip"
        _pack(files, content, task.folder / "file", told, tell)
    return ExportedModel(
        name=name,
        bytes=(task.folder / "file").stat().st_size,
        files=tuple(path.relative_to(content).as_posix() for path in files),
        told=tuple(told),
    )


class _Writer:
    """Writes one kind after the other."""

    def __init__(self, task: ExportTask, store: Store, out: Path, tell: Callable[[StepModel], None]) -> None:
        self._task = task
        self._store = store
        self._out = out
        self._tell = tell
        self._tables = [_TABLES[kind] for kind in task.kinds if kind in _TABLES]
        self._others = [kind for kind in task.kinds if kind not in _TABLES]
        self._of = bool(self._tables) + len(self._others) + 1  # the last one is the packing

    def write(self) -> list[str]:
        """Return what was written, in words."""
        task, store, told = self._task, self._store, list[str]()
        if self._tables:
            ids = self._tracked("Tables", 1)
            told += export_files.write_tables(store, ids, self._out, task.file_format, self._tables)
        for number, kind in enumerate(self._others, 1 + bool(self._tables)):
            ids = self._tracked(_WORDS[kind], number)
            out = self._out if len(task.kinds) == 1 else self._out / kind.value
            if kind is ExportKind.FIT:
                told += export_files.write_activities(store, ids, out)
            elif kind is ExportKind.MOTION_BIDS:
                told += export_files.write_bids(
                    store, ids, task.recordings_dir, out, uses_names=task.names, imports_dir=task.imports_dir
                )
            elif kind is ExportKind.REPORT:
                told += _write_reports(store, ids, out)
            else:
                told += export_files.write_samples(
                    store, ids, task.recordings_dir, out, task.file_format, task.imports_dir
                )
        return [line.replace(f"{self._out}{os.sep}", "") for line in told]

    def _tracked(self, words: str, number: int) -> Iterator[UUID]:
        n = len(self._task.sessions)
        for done, recording_id in enumerate(self._task.sessions):
            fraction = done / n
            step = f"{words}: session {done + 1} of {n}"
            self._tell(StepModel(words=step, number=number, of=self._of, fraction=fraction))
            yield recording_id


def _write_reports(store: Store, ids: Iterator[UUID], out: Path) -> list[str]:
    from server.reporting.page import session_report  # noqa: PLC0415 -- matplotlib takes a second

    told: list[str] = []
    out.mkdir(parents=True, exist_ok=True)
    for recording_id in ids:
        session = store.session(recording_id)
        if not session.stored_sets:
            told.append(f"left out {export_files.export_name(session.recording)}: it has no sets")
            continue
        report = session_report(store, recording_id)
        # The report's own name is by day: two sessions of one day would have the same.
        path = out / f"{export_files.export_name(session.recording)}-report.html"
        path.write_text(report.html, encoding="utf-8")
        told.append(f"the report {path.name}")
    return told


def _pack(
    files: Sequence[Path], content: Path, target: Path, told: Sequence[str], tell: Callable[[StepModel], None]
) -> None:
    """Put everything into one archive, with a text that says what it is; each file goes once it is in."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for done, path in enumerate(files):
            tell(StepModel(words=f"Packing {path.name}", fraction=done / len(files)))
            how = zipfile.ZIP_STORED if path.suffix in _PACKED else zipfile.ZIP_DEFLATED
            archive.write(path, path.relative_to(content).as_posix(), how)
            path.unlink()
        if not any(path.parent == content and path.stem.casefold() == "readme" for path in files):
            lines = ["Exported by Upright. Columns and units: docs/export.md of the project.", "", *told, ""]
            archive.writestr("README.txt", "\n".join(lines))


def _stem(task: ExportTask, session: str | None) -> str:
    """Say in a name what the file is: of which session or how many, and what of them."""
    which = session or f"upright-{task.at:%Y%m%d}-{len(task.sessions)}-sessions"
    kinds = [kind.value for kind in task.kinds]
    return f"{which}-{'-'.join(kinds) if len(kinds) <= MAX_NAMED_KINDS else 'export'}"
