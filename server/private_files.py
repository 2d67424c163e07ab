"""Small files that only their owner may read: tokens, the key of the certificate."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from server.whole_files import replace_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OWNER_ONLY = 0o600


def read_private(path: Path, error_of: Callable[[Path, str], Exception]) -> str | None:
    """Read a file, and take it away from others where they could read it too.

    Parameters
    ----------
    path : Path
        The file.
    error_of : callable
        Makes the error that is raised, of the file and what is wrong with it.

    Returns
    -------
    str or None
        None if there is no such file.

    Raises
    ------
    Exception
        Made by ``error_of``, if the file cannot be read.
    """
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:  # a copy from elsewhere, say
            path.chmod(OWNER_ONLY)
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise error_of(path, str(error)) from error


def write_private(path: Path, text: str, error_of: Callable[[Path, str], Exception]) -> None:
    """Replace a file so that it is whole whatever happens, and never readable by others.

    Raises
    ------
    Exception
        Made by ``error_of``, if it cannot be written.
    """
    try:
        replace_file(path, text)
    except OSError as error:
        raise error_of(path, f"it cannot be written: {error.strerror}") from error
