"""Names of files that somebody else chose, made harmless: they become paths below a folder of ours."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from server.files.errors import UploadRefusedError

MAX_NAME = 120
"""Longest name of a file or folder. 255 bytes are what file systems take; letters may have four."""
MAX_DEPTH = 4
"""Most folders one in another. phyphox has two."""

_UNWANTED = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
"""What some operating system does not allow in a name."""


def safe_path(name: str) -> PurePosixPath:
    """Turn a name, perhaps with the folders of a recording before it, into a relative path.

    Parameters
    ----------
    name : str
        As the browser says it, such as ``squat/Gyroscope.csv``.

    Raises
    ------
    UploadRefusedError
        If it would lead out of its folder, is empty, hidden, too long or too deep.
    """
    parts = name.replace("\\", "/").split("/")
    if any(part.strip() in {"", ".", ".."} for part in parts):
        raise UploadRefusedError(
            "The name of the file leads elsewhere.", "Rename the file and send it again."
        )
    if any(part.startswith(".") for part in parts):
        raise UploadRefusedError("Hidden files are not taken.", "Leave them out.")
    if len(parts) > MAX_DEPTH or any(len(part) > MAX_NAME for part in parts):
        raise UploadRefusedError(
            "The name of the file is too long.",
            f"Use at most {MAX_NAME} letters and {MAX_DEPTH - 1} folders.",
        )
    return PurePosixPath(*(_UNWANTED.sub("_", part).rstrip(". ") or "_" for part in parts))
