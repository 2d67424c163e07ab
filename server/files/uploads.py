"""Takes the bytes of one file from a browser and puts them on the disk, bounded, off the event loop."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from typing import TYPE_CHECKING

from server.files.errors import DiskFullError, UploadRefusedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable
    from datetime import datetime
    from pathlib import Path
    from typing import BinaryIO

    from server.files.limits import FileLimits

PIECE_BYTES = 1 << 20
"""So much is gathered before it is written. 64 kB to 8 MB."""


def free_bytes(folder: Path) -> int:
    """Say how much room the disk of a folder has, bytes; of its nearest parent that is there."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def check_room(folder: Path, wanted_bytes: int, limits: FileLimits) -> None:
    """Refuse what would leave too little room for recordings.

    Raises
    ------
    DiskFullError
        If it would.
    """
    free = free_bytes(folder)
    if wanted_bytes + limits.reserve_bytes > free:
        raise DiskFullError(
            f"There is no room for it: the disk has {_mb(free)} MB left, {_mb(wanted_bytes)} MB are needed "
            f"and {_mb(limits.reserve_bytes)} MB stay free for recordings.",
            "Make room on the disk of the data folder, then try again.",
        )


async def receive(
    path: Path,
    stream: AsyncIterable[bytes],
    limits: FileLimits,
    progress: Callable[[int], None],
    modified_at: datetime | None = None,
) -> int:
    """Write a body to a file that is not there yet; return its bytes.

    Parameters
    ----------
    path : Path
        Where; its folder is made.
    stream : async iterable of bytes
        The body, with or without an announced length.
    limits : FileLimits
        Size and room.
    progress : callable
        Told how many bytes came in each piece.
    modified_at : datetime, optional
        When the file was last written where it comes from.

    Raises
    ------
    UploadRefusedError
        If it is too large or empty.
    DiskFullError
        If there is no room.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    written, waiting = 0, bytearray()
    try:
        with path.open("xb") as file:
            async for chunk in stream:
                waiting += chunk
                progress(len(chunk))
                if written + len(waiting) > limits.max_upload_bytes:
                    raise too_large(limits)
                if len(waiting) >= PIECE_BYTES:
                    written += await asyncio.to_thread(_write, file, bytes(waiting), limits)
                    waiting.clear()
            written += await asyncio.to_thread(_write, file, bytes(waiting), limits)
    except OSError as error:
        raise DiskFullError(
            f"{path.name} cannot be written: {error.strerror}.", "Make room on the disk of the data folder."
        ) from error
    if not written:
        raise UploadRefusedError(f"{path.name} is empty.", "Export it again where it comes from.")
    if modified_at is not None:
        os.utime(path, (modified_at.timestamp(), modified_at.timestamp()))
    return written


def too_large(limits: FileLimits) -> UploadRefusedError:
    """Make the refusal of a file that no reader would read."""
    return UploadRefusedError(
        f"The file is larger than {_mb(limits.max_upload_bytes)} MB.",
        "Cut it into sets, or export a shorter part.",
        code="too_large",
        status=413,
    )


def _write(file: BinaryIO, data: bytes, limits: FileLimits) -> int:
    free = os.fstatvfs(file.fileno()) if hasattr(os, "fstatvfs") else None
    if free is not None and free.f_bavail * free.f_frsize < limits.reserve_bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return file.write(data)


def _mb(n: int) -> int:
    return round(n / 1_000_000)
