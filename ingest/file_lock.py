"""Says which recordings are being written right now, so that nobody repairs them meanwhile.

An advisory lock of the operating system: it goes with the process that holds it, however that ends. Where
there is no ``flock`` (Windows) no lock is needed: an open file cannot be renamed or deleted there.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

if TYPE_CHECKING:
    from pathlib import Path


def hold(descriptor: int) -> bool:
    """Lock an open file for as long as it stays open; False if another holds it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: better to record unlocked than not at all
        return True
    return True


def is_held(path: Path) -> bool:
    """Tell whether somebody holds the file's lock now."""
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            return not hold(descriptor)
        finally:
            os.close(descriptor)
    return False
