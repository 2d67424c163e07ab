"""Unpacks the zip archives in which apps share a recording: bounded, and never outside its folder."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from typing import TYPE_CHECKING

from server.files.errors import UploadRefusedError
from server.files.names import safe_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from server.files.limits import FileLimits

_PIECE = 1 << 20
_ZIP = b"PK\x03\x04"


def unpack_all(folder: Path, limits: FileLimits, tell: Callable[[str], None]) -> None:
    """Replace each zip archive below a folder by a folder of its content.

    Raises
    ------
    UploadRefusedError
        If one is damaged, locked with a password, or holds too much.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_file() and _is_zip(path):
            tell(path.name)
            _unpack(path, limits)


def visible_files(folder: Path) -> list[Path]:
    """List the files below a folder by name, without hidden ones and what a Mac adds to archives."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") or part == "__MACOSX" for part in path.relative_to(folder).parts)
    )


def _unpack(path: Path, limits: FileLimits) -> None:
    into = path.with_name(f"{path.name} unpacked")
    try:
        with zipfile.ZipFile(path) as archive:
            _extract(archive, into, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise UploadRefusedError(
            f"{path.name} is a damaged zip archive: {error}.", "Export it again."
        ) from error
    except RuntimeError as error:  # what zipfile raises for a password
        raise UploadRefusedError(
            f"{path.name} is locked with a password.", "Unpack it and send the files."
        ) from error
    path.unlink()


def _extract(archive: zipfile.ZipFile, into: Path, limits: FileLimits) -> None:
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_hidden(entry.filename)]
    if len(entries) > limits.max_files:
        raise UploadRefusedError(
            f"The archive holds {len(entries)} files; {limits.max_files} are taken.", "Send fewer at once."
        )
    left = limits.max_job_bytes
    for entry in entries:
        target = into / safe_path(entry.filename)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as packed, target.open("wb") as file:
            while piece := packed.read(_PIECE):  # counted: an archive may lie about its sizes
                left -= len(piece)
                if left < 0:
                    raise UploadRefusedError(
                        f"Unpacked, the archive is larger than {limits.max_job_bytes // 1_000_000} MB.",
                        "Unpack it and send the recording alone.",
                    )
                file.write(piece)
        shutil.copystat(archive.filename or into, target)


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_ZIP)) == _ZIP


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.replace("\\", "/").split("/"))
