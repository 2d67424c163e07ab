"""The folder in which uploads and exports wait: one for each server, which cleans up after dead ones."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from typing import TYPE_CHECKING

from ingest.file_lock import hold, is_held
from server.files.keeping import JOURNAL, Journal

if TYPE_CHECKING:
    from pathlib import Path

    from server.store import Store

_LOCK = "in-use"
_PART = ".part-*"
"""How `server.kept_files` calls what it has not finished."""
PART_LIFETIME_S = 3600.0
"""What is older was left by a killed program, s; `upright import` of another process takes less."""


class Spool:
    """Temporary folders of one server.

    Parameters
    ----------
    parent : Path
        `server.settings.Settings.transfers_dir`.
    imports_dir, references_dir : Path
        Where half an import may have to be taken back.
    """

    def __init__(self, parent: Path, imports_dir: Path, references_dir: Path) -> None:
        self._parent = parent
        self._kept = (imports_dir, references_dir)
        self._own = parent / secrets.token_hex(8)
        self._descriptor: int | None = None

    def folder(self, name: str) -> Path:
        """Make an empty folder."""
        if self._descriptor is None:
            self._own.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self._own / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            hold(self._descriptor)
        folder = self._own / name
        folder.mkdir()
        return folder

    def drop(self, folder: Path) -> None:
        """Delete a folder with all that is in it."""
        shutil.rmtree(folder, ignore_errors=True)

    def clean(self, store: Store) -> None:
        """Delete what servers left that were killed, and take back what they had half imported."""
        for folder in self._parent.glob("*"):
            if folder == self._own or is_held(folder / _LOCK):
                continue
            for path in folder.glob(f"*.{JOURNAL}"):
                Journal(folder / path.name.removesuffix(f".{JOURNAL}"), *self._kept).undo(store=store)
            shutil.rmtree(folder, ignore_errors=True)
        for part in [one for kept in self._kept for one in kept.glob(_PART)]:
            with contextlib.suppress(OSError):
                if time.time() - part.stat().st_mtime > PART_LIFETIME_S:
                    shutil.rmtree(part, ignore_errors=True)

    def close(self) -> None:
        """Delete the own folder."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        shutil.rmtree(self._own, ignore_errors=True)
