"""Looks at what was uploaded: what it is, why, and what would come of it. Runs in the working process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.errors import InvalidMountError
from ingest.errors import ImportFileError
from ingest.imports import training_log_format
from ingest.imports.formats import recognise
from ingest.imports.importer import ImportedFile, import_file
from ingest.imports.source import open_source
from ingest.mcap_reader import is_mcap
from server.files.described import describe, described_log, refused
from server.files.errors import UploadRefusedError
from server.files.limits import FileLimits
from server.files.logs import read_log
from server.files.schemas import ChoicesModel, ItemKind, ItemModel, StepModel
from server.files.unpack import unpack_all, visible_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class LookTask:
    """What to look at.

    Attributes
    ----------
    folder : Path
        Holds what was uploaded.
    imports_dir : Path
        Where kept imports are: what is there is told.
    limits : FileLimits
        Of unpacked archives.
    again : ItemModel or None
        Look at this one only, with the choices that it has.
    """

    folder: Path
    imports_dir: Path
    limits: FileLimits = field(default_factory=FileLimits)
    again: ItemModel | None = None


def look(task: LookTask, tell: Callable[[StepModel], None]) -> tuple[ItemModel, ...]:
    """Look at everything in a folder, or again at one of its files.

    Raises
    ------
    UploadRefusedError
        If an archive cannot be unpacked, or there is no file.
    """
    unpack_all(task.folder, task.limits, lambda name: tell(StepModel(words=f"Unpacking {name}")))
    paths = visible_files(task.folder)
    if not paths:
        raise UploadRefusedError("There is no file in it.", "Choose the files of a recording.")
    if task.again is not None:
        path = task.folder / task.again.name
        return (_Look(task, paths, tell, 1).at(path, task.again.index, task.again.choices)[0],)
    looker = _Look(task, paths, tell, len(paths))
    done: set[Path] = set()
    found: list[ItemModel] = []
    for path in paths:
        if path in done:
            continue
        item, used = looker.at(path, len(found), ChoicesModel())
        done |= {path, *used}
        found.append(item)
    # A file that was refused first may have been needed by one that came later.
    used_names = {name for item in found for name in item.with_names}
    kept = [item for item in found if item.kind is not ItemKind.REFUSED or item.name not in used_names]
    return tuple(item.model_copy(update={"index": index}) for index, item in enumerate(kept))


def read_again(folder: Path, item: ItemModel) -> ImportedFile:
    """Read a file that was looked at before, as its choices say.

    Raises
    ------
    ImportFileError
        If it cannot be imported so.
    """
    return import_file(folder / item.name, visible_files(folder), item.choices.decision.import_options)


class _Look:
    """Looks at the files of one upload."""

    def __init__(
        self, task: LookTask, paths: Sequence[Path], tell: Callable[[StepModel], None], n_steps: int
    ) -> None:
        self._task = task
        self._paths = paths
        self._tell = tell
        self._n_steps = n_steps

    def at(self, path: Path, index: int, choices: ChoicesModel) -> tuple[ItemModel, tuple[Path, ...]]:
        """Look at one file; return what it is and which others belong to it."""
        number = 1 if self._task.again is not None else self._paths.index(path) + 1

        def tell(words: str, fraction: float | None = None) -> None:
            self._tell(StepModel(words=words, number=number, of=self._n_steps, fraction=fraction))

        blank = ItemModel(
            index=index,
            name=path.relative_to(self._task.folder).as_posix(),
            kind=ItemKind.REFUSED,
            choices=choices,
        )
        tell(f"Reading {path.name}")
        try:
            if not is_mcap(path):
                source = open_source(path)
                blank = blank.model_copy(update={"beginning": _beginning(source.head_lines)})
                if not choices.columns and recognise(source) is training_log_format.FORMAT:
                    del source
                    return described_log(blank, read_log(path, choices)), ()
                del source  # it may be large, and is read once more
            file = import_file(path, self._paths, choices.decision.import_options)
            return self._describe(file, blank, tell), file.companions
        except ImportFileError as error:
            return refused(blank, _line_words(error)), ()
        except InvalidMountError as error:
            return refused(blank, str(error)), ()

    def _describe(
        self, file: ImportedFile, blank: ItemModel, tell: Callable[[str, float | None], None]
    ) -> ItemModel:
        beside = tuple(path.relative_to(self._task.folder).as_posix() for path in file.companions)
        known = blank.model_copy(
            update={
                "with_names": beside,
                "format": file.format.name,
                "format_title": file.format.title,
            }
        )
        words = f"Looking for reps in {file.path.name}"
        return describe(file, known, self._task.imports_dir, lambda done: tell(words, done))


def _beginning(lines: Sequence[str]) -> str:
    first = next((line.strip() for line in lines if line.strip()), "")
    return "".join(character for character in first[:120] if character.isprintable())


def _line_words(error: ImportFileError) -> str:
    where = "" if error.line is None else f"in line {error.line}: "
    return f"{where}{error.what}"
