"""Keeps other people's files, byte by byte as they came, beside a small JSON of what was decided about them.

``<folder>/<id>/original/`` holds the files, ``<folder>/<id>/<name>.json`` the decision. The id is made of the
files' content, so that the same bytes are the same import, whatever the files are called.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid5

from server.errors import KeptFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMESPACE = UUID("b8d5a6b1-3c63-4a0f-9a57-6f4c0e9b7c1e")
"""Ours: an id is a name within it."""
_ORIGINAL = "original"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """Files that are kept.

    Attributes
    ----------
    folder : Path
        Their folder, named by the id.
    id : UUID
        Made of their content.
    files : tuple of Path
        The copies; the first is the one that was imported, the others belong to it.
    """

    folder: Path
    id: UUID
    files: tuple[Path, ...]


def content_id(paths: Sequence[Path]) -> UUID:
    """Make the id of some files by what they hold; neither their names nor their order matter.

    Raises
    ------
    KeptFileError
        If one cannot be read.
    """
    return uuid5(_NAMESPACE, "\n".join(sorted(sha256(path) for path in paths)))


def sha256(path: Path) -> str:
    """Hash a file.

    Raises
    ------
    KeptFileError
        If it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        raise KeptFileError(path, f"it cannot be read: {error.strerror}") from error
    return digest.hexdigest()


def keep(parent: Path, paths: Sequence[Path], name: str, decision: dict[str, Any]) -> Kept:
    """Copy files into a folder of their own, all or nothing; a decision of before is replaced.

    Parameters
    ----------
    parent : Path
        Folder of all that is kept of a kind.
    paths : sequence of Path
        The files, the imported one first; they are only read.
    name : str
        Of the JSON.
    decision : dict
        What goes into it; ``id`` and ``files`` are added.

    Raises
    ------
    KeptFileError
        If they cannot be copied.
    """
    identity = content_id(paths)
    folder = parent / str(identity)
    copies = _places(paths)
    files = [
        {"name": place.as_posix(), "sha256": sha256(path), "bytes": path.stat().st_size}
        for path, place in zip(paths, copies, strict=True)
    ]
    content = {**decision, "id": str(identity), "files": files}
    try:
        parent.mkdir(parents=True, exist_ok=True)
        if not folder.is_dir():
            with tempfile.TemporaryDirectory(dir=parent, prefix=".part-") as waiting:
                for path, place in zip(paths, copies, strict=True):
                    copy = Path(waiting) / "whole" / _ORIGINAL / place
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, copy)
                _write_json(Path(waiting) / "whole" / name, content)
                (Path(waiting) / "whole").rename(folder)
        else:
            content["files"] = read_json(folder / name)["files"] if (folder / name).exists() else files
            _write_json(folder / name, content)
    except OSError as error:
        raise KeptFileError(folder, f"it cannot be written: {error.strerror}") from error
    return kept_in(folder, name)[0]


def kept_in(folder: Path, name: str) -> tuple[Kept, dict[str, Any]]:
    """Read what is kept in a folder, and the decision about it.

    Raises
    ------
    KeptFileError
        If it is damaged: no JSON, files missing or changed.
    """
    content = read_json(folder / name)
    try:
        identity = UUID(str(content["id"]))
        entries = [(str(entry["name"]), str(entry["sha256"])) for entry in content["files"]]
    except (KeyError, TypeError, ValueError) as error:
        raise KeptFileError(folder / name, f"it lacks or spoils {error}") from error
    files: list[Path] = []
    for place, digest in entries:
        path = folder / _ORIGINAL / place
        if ".." in Path(place).parts or Path(place).is_absolute() or not path.is_file():
            raise KeptFileError(folder, f"the file {place} is missing")
        if sha256(path) != digest:
            raise KeptFileError(path, "it was changed since it was imported")
        files.append(path)
    if not files:
        raise KeptFileError(folder / name, "it names no file")
    return Kept(folder, identity, tuple(files)), content


def folders(parent: Path, name: str) -> list[Path]:
    """List the folders in which something is kept."""
    return sorted(path.parent for path in parent.glob(f"*/{name}"))


def read_json(path: Path) -> dict[str, Any]:
    """Read an object.

    Raises
    ------
    KeptFileError
        If there is none.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise KeptFileError(path, str(error)) from error
    if not isinstance(content, dict):
        raise KeptFileError(path, "it holds no JSON object")
    return cast("dict[str, Any]", content)


def _places(paths: Sequence[Path]) -> list[Path]:
    """Give each copy a place: its name, in a folder of its own where two have the same name."""
    places: list[Path] = []
    for number, path in enumerate(paths):
        place = Path(path.name)
        places.append(Path(str(number)) / place if place in places else place)
    return places


def _write_json(path: Path, content: dict[str, Any]) -> None:
    """Replace a file so that it is whole whatever happens."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    waiting = path.with_name(f".{path.name}.part")
    try:
        with waiting.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(path)
    finally:
        with contextlib.suppress(OSError):
            waiting.unlink(missing_ok=True)
