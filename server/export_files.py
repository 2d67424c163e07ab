"""Writes exports into a folder: tables, FIT activities, samples, a Motion-BIDS dataset."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

from ingest.replay import open_recording
from ingest.sample_table import items_of, sample_facts, sample_table
from server.errors import ExportError, NotFoundError
from server.export import Table, content, join, table_of
from server.export_bids import BidsDataset, bids_labels
from server.export_fit import fit_activity
from server.imports import load_import, open_import
from server.reanalysis import find_recording

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable
    from pathlib import Path
    from uuid import UUID

    import polars as pl

    from ingest.replay import ReplayableRecording
    from server.export import FileFormat
    from server.session import RecordingInfo
    from server.store import Store


def write_tables(
    store: Store,
    ids: Iterable[UUID],
    out: Path,
    file_format: FileFormat,
    tables: Collection[Table] = tuple(Table),
) -> list[str]:
    """Write tables of all these sessions, by default all; tables of before are replaced.

    Returns
    -------
    list of str
        What was written, for people; so do the other functions here.

    Raises
    ------
    ExportError
        If the folder cannot be written; so do the other functions here.
    NotFoundError
        If there is no such session.
    """
    names = {one.id: one.name for one in store.athletes()}
    frames: dict[Table, list[pl.DataFrame]] = {table: [] for table in tables}
    for recording_id in ids:
        stored = store.session(recording_id)
        for table in tables:
            frames[table].append(table_of(table, stored, names))
    told: list[str] = []
    with _into(out):
        for table in tables:
            path = out / f"{table}.{file_format}"
            whole = join(table, frames[table])
            _replace(path, content(whole, file_format, for_people=table is Table.SHEET))
            told.append(f"{whole.height} rows in {path}")
    return told


def write_activities(store: Store, ids: Iterable[UUID], out: Path) -> list[str]:
    """Write a FIT activity of each session that has sets.

    Raises
    ------
    NotFoundError
        If there is no such session.
    """
    told: list[str] = []
    with _into(out):
        for recording_id in ids:
            session = store.session(recording_id)
            if not session.stored_sets:
                told.append(f"left out {export_name(session.recording)}: it has no sets")
                continue
            path = out / f"{export_name(session.recording)}.fit"
            _replace(path, fit_activity(session))
            told.append(f"{len(session.stored_sets)} sets in {path}")
    return told


def write_samples(
    store: Store,
    ids: Iterable[UUID],
    recordings_dir: Path,
    out: Path,
    file_format: FileFormat,
    imports_dir: Path | None = None,
) -> list[str]:
    """Write the samples of each session as a table, with a JSON file beside it of what a table cannot say.

    Imported sessions have theirs in ``imports_dir``; without it they are left out.

    Raises
    ------
    NotFoundError
        If there is no such session.
    IngestError
        If a recording cannot be read.
    """
    told: list[str] = []
    for recording_id in ids:
        info = store.session(recording_id).recording
        path = find_recording(recordings_dir, recording_id, imports_dir)
        told.append(
            _left_out(info) if path is None else write_samples_of(path, export_name(info), out, file_format)
        )
    return told


def write_samples_of(path: Path, name: str, out: Path, file_format: FileFormat) -> str:
    """Write the samples of one file, whatever its kind, or of an import's folder, as ``NAME-samples``.

    Raises
    ------
    IngestError
        If the file cannot be read.
    """
    recording = _opened(path)
    items = items_of(recording)
    table = sample_table(items)
    facts = json.dumps(sample_facts(recording, items), indent=1, allow_nan=False)
    target = out / f"{name}-samples.{file_format}"
    with _into(out):
        _replace(target, content(table, file_format))
        _replace(target.with_suffix(".json"), facts.encode())
    return f"{table.height} samples in {target}"


def write_bids(
    store: Store,
    ids: Iterable[UUID],
    recordings_dir: Path,
    out: Path,
    *,
    uses_names: bool,
    imports_dir: Path | None = None,
) -> list[str]:
    """Write a Motion-BIDS dataset into an empty folder.

    Raises
    ------
    NotFoundError
        If there is no such session, or none of them has its recording.
    IngestError
        If a recording cannot be read.
    """
    labels = bids_labels(
        (one.recording for one in store.sessions(None)), store.athletes(), uses_names=uses_names
    )
    told: list[str] = []
    n_written = 0
    with _into(out):
        if any(out.iterdir()):
            raise ExportError(out, "it is not empty, and a dataset needs a folder of its own")
        dataset = BidsDataset(out)
        for recording_id in ids:
            session = store.session(recording_id)
            path = find_recording(recordings_dir, recording_id, imports_dir)
            if path is None:
                told.append(_left_out(session.recording))
                continue
            folder = dataset.add(labels[recording_id], session, _opened(path))
            n_written += 1
            told.append(f"{len(session.stored_sets)} sets in {folder}")
        if not n_written:
            raise NotFoundError(
                "None of these sessions has its recording.",
                "Motion-BIDS is about samples: record with Upright.",
            )
        dataset.finish()
    return told


def _opened(path: Path) -> ReplayableRecording:
    return open_import(load_import(path))[1] if path.is_dir() else open_recording(path)


@contextlib.contextmanager
def _into(out: Path) -> Generator[None]:
    """Make a folder, and turn what goes wrong in it into an error of ours."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise ExportError(out, error.strerror or str(error)) from error


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    waiting = path.with_name(path.name + ".part")
    waiting.write_bytes(data)
    waiting.replace(path)


def export_name(info: RecordingInfo) -> str:
    """Name the files of a session: when it began, and the beginning of its id."""
    return f"{info.started_at.strftime('%Y%m%dT%H%M%SZ')}-{str(info.recording_id)[:8]}"


def _left_out(info: RecordingInfo) -> str:
    return f"left out {export_name(info)}: its recording is not there"
