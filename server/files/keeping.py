"""Keeps what was uploaded (in the working process), and undoes what did not get to its end."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from ingest.errors import IngestError
from ingest.imports.imported import ImuTracks
from server.annotation_files import AnnotationFiles
from server.annotations import SessionAnnotation
from server.errors import AnnotationError, KeptFileError
from server.files.looking import read_again
from server.files.page_words import for_page, sentence
from server.files.schemas import ItemKind, ItemModel, StepModel, StoredModel
from server.imports import IMPORT_JSON, REFERENCE_JSON, keep_import, keep_reference
from server.kept_files import content_id
from server.reanalysis import Analysis, ShareWatcher, analyse_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ingest.imports.importer import ImportedFile
    from server.store import Store

JOURNAL = "keeping.json"
"""In the folder of an upload: what was there before, so that half an import can be taken back."""


@dataclass(frozen=True, slots=True)
class KeepTask:
    """What to keep.

    Attributes
    ----------
    folder : Path
        Holds what was uploaded.
    data_dir, imports_dir, references_dir : Path
        See `server.settings.Settings`.
    items : tuple of ItemModel
        What was found in it, with what a person says of each.
    """

    folder: Path
    data_dir: Path
    imports_dir: Path
    references_dir: Path
    items: tuple[ItemModel, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    Attributes
    ----------
    stored : StoredModel
        In words.
    analysis : Analysis or None
        Of a recording: what the store has to save.
    annotation : SessionAnnotation
        What people said of it before, if it was imported before.
    """

    stored: StoredModel
    analysis: Analysis | None = None
    annotation: SessionAnnotation = field(default_factory=SessionAnnotation)


def keep_all(task: KeepTask, tell: Callable[[StepModel], None]) -> tuple[Outcome, ...]:
    """Keep files one after the other; one that fails is taken back and told, the others go on."""
    outcomes: list[Outcome] = []
    for number, item in enumerate(task.items, 1):

        def step(words: str, fraction: float | None = None, number: int = number) -> None:
            tell(StepModel(words=words, number=number, of=len(task.items), fraction=fraction))

        journal = Journal(task.folder, task.imports_dir, task.references_dir)
        before = journal.entries()
        try:
            outcomes.append(_keep(task, item, journal, step))
        except (IngestError, KeptFileError, AnnotationError) as error:
            journal.undo(but=before)
            problem = sentence(for_page(str(error)))
            outcomes.append(Outcome(StoredModel(name=item.name, words="Not kept.", problem=problem)))
    return tuple(outcomes)


def _keep(task: KeepTask, item: ItemModel, journal: Journal, step: Callable[..., None]) -> Outcome:
    name = item.name.rsplit("/", 1)[-1]
    step(f"Reading {name}")
    file = read_again(task.folder, item)
    step(f"Keeping {name}")
    if item.kind is not ItemKind.RECORDING or not isinstance(file.imported, ImuTracks):
        return _keep_reference(task, item, file, journal)
    recording_id = content_id((file.path, *file.companions))
    annotation = AnnotationFiles(task.data_dir).session(recording_id)
    journal.note(task.imports_dir, recording_id, IMPORT_JSON)
    one = keep_import(task.imports_dir, file, item.choices.decision)
    del file  # the analysis reads what was kept
    watcher = ShareWatcher(lambda done: step(f"Looking for reps in {name}", done))
    analysis = analyse_file(one.kept.folder, annotation, watcher)
    n_sets = len(analysis.sets)
    how = "Kept" if journal.is_new(recording_id) else "It was imported before; analysed again"
    sets = "1 set" if n_sets == 1 else f"{n_sets} sets"
    stored = StoredModel(name=item.name, words=f"{how}: {sets}.", session_id=one.kept.id, n_sets=n_sets)
    return Outcome(stored, analysis, annotation)


def _keep_reference(task: KeepTask, item: ItemModel, file: ImportedFile, journal: Journal) -> Outcome:
    journal.note(task.references_dir, content_id((file.path, *file.companions)), REFERENCE_JSON)
    kept, is_new = keep_reference(task.references_dir, file)
    how = "Kept as a reference" if is_new else "It was kept before"
    return Outcome(StoredModel(name=item.name, words=f"{how}: {item.summary}", reference_id=kept.id))


class Journal:
    """Remembers, in the upload's folder, what an import changes; it outlives a killed server.

    Parameters
    ----------
    folder : Path
        Of the upload.
    imports_dir, references_dir : Path
        Nothing else is ever touched.
    """

    def __init__(self, folder: Path, imports_dir: Path, references_dir: Path) -> None:
        self._path = folder.parent / f"{folder.name}.{JOURNAL}"
        self._parents = {"imports": imports_dir, "references": references_dir}

    def entries(self) -> dict[str, tuple[str, str | None]]:
        """Return, by id, of which kind an import is and which decision was there before it."""
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            return {str(UUID(key)): (str(kind), before) for key, (kind, before) in content.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, OSError, AttributeError, TypeError):  # cut off: then nothing was begun
            return {}

    def note(self, parent: Path, identity: UUID, name: str) -> None:
        """Write down what is there before an import begins."""
        kind = next(key for key, one in self._parents.items() if one == parent)
        path = parent / str(identity) / name
        before = path.read_text(encoding="utf-8") if path.exists() else None
        entries = {str(identity): (kind, before), **self.entries()}  # the oldest state counts
        self._path.write_text(json.dumps(entries), encoding="utf-8")

    def is_new(self, identity: UUID) -> bool:
        """Tell whether an import was not there before."""
        return self.entries().get(str(identity), ("", None))[1] is None

    def undo(
        self, *, but: dict[str, tuple[str, str | None]] | None = None, store: Store | None = None
    ) -> None:
        """Take back what was noted, except what is given; with a store, its results too."""
        for identity, (kind, before) in self.entries().items():
            if but is not None and identity in but:
                continue
            folder = self._parents[kind] / identity
            if before is not None:
                name = IMPORT_JSON if kind == "imports" else REFERENCE_JSON
                (folder / name).write_text(before, encoding="utf-8")
                continue
            shutil.rmtree(folder, ignore_errors=True)
            if store is not None and kind == "imports":
                store.clear(UUID(identity))
        if but:
            self._path.write_text(json.dumps(but), encoding="utf-8")
        else:
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Forget it: the import is whole."""
        self._path.unlink(missing_ok=True)
