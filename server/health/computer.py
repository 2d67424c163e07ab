"""What runs here: versions, memory, open files, and what the results database says of itself."""

from __future__ import annotations

import platform
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import psutil
from sqlalchemy import make_url

from analysis import ALGORITHM_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.settings import Settings

_PACKAGES = ("bleak", "bumble", "numpy")
_WAL_RESET_FIRST, _WAL_RESET_FIXED = (3, 7, 0), (3, 51, 3)
_WAL_RESET_BACKPORTS = {(3, 44): 6, (3, 50): 7}
CHECK_S = 5.0
"""How long to wait while somebody writes the results, s. 1 to 30."""


def versions() -> dict[str, str]:
    """Name everything whose version matters; in the order in which people ask for it."""
    return {
        "Upright": version("upright"),
        "Algorithm": ALGORITHM_VERSION,
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        **{name: _version(name) for name in _PACKAGES},
        "Platform": platform.platform(),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def is_affected_by_wal_reset(sqlite_version: str) -> bool:
    """Tell whether SQLite has the WAL-reset fault: 3.7.0 to 3.51.2, mended in 3.44.6 and 3.50.7, too."""
    numbers = tuple(int(part) for part in sqlite_version.split(".")[:3])
    if not _WAL_RESET_FIRST <= numbers < _WAL_RESET_FIXED:
        return False
    fixed = _WAL_RESET_BACKPORTS.get(numbers[:2])  # pyright: ignore[reportArgumentType] -- two numbers
    return fixed is None or numbers[2] < fixed


@dataclass(frozen=True, slots=True)
class Load:
    """What this process takes of the computer.

    Attributes
    ----------
    memory_bytes : int
        Resident, bytes.
    memory_free_bytes, memory_total_bytes : int
        Of the computer, bytes.
    open_files : int
        Files, sockets and the like (on Windows: handles).
    max_open_files : int or None
        How many it may have; None: there is no such limit here.
    """

    memory_bytes: int
    memory_free_bytes: int
    memory_total_bytes: int
    open_files: int
    max_open_files: int | None


def load() -> Load:
    """Measure what this process takes."""
    process = psutil.Process()
    memory = psutil.virtual_memory()
    return Load(
        memory_bytes=int(process.memory_info().rss),
        memory_free_bytes=int(memory.available),
        memory_total_bytes=int(memory.total),
        open_files=_open_files(process),
        max_open_files=_max_open_files(),
    )


def _open_files(process: psutil.Process) -> int:
    # Each system has one of the two, and the type checker sees only its own.
    count: Callable[[], int] = getattr(process, "num_handles" if psutil.WINDOWS else "num_fds")
    return count()


def _max_open_files() -> int | None:
    try:
        import resource  # noqa: PLC0415 -- not on Windows
    except ImportError:
        return None
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if limit == resource.RLIM_INFINITY else limit


@dataclass(frozen=True, slots=True)
class Results:
    """The results database.

    Attributes
    ----------
    kind : str
        "sqlite" or "postgresql".
    size_bytes : int or None
        Of its file; None: it has none.
    integrity : str or None
        "ok", or what is damaged; None: not looked at, for `reason`.
    reason : str
        Why something is not known.
    """

    kind: str
    size_bytes: int | None = None
    integrity: str | None = None
    reason: str = ""


def results(settings: Settings) -> Results:
    """Look at the results database over a connection of its own that cannot write."""
    address = make_url(settings.results_url)
    kind = address.get_backend_name()
    if kind != "sqlite":
        return Results(kind, reason="the database server looks after itself")
    path = settings.data_dir / "results.db" if settings.database_url is None else None
    if path is None or not path.is_file():
        return Results(kind, reason="there is no file")
    try:
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=CHECK_S)) as connection:
            (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        return Results(kind, path.stat().st_size, reason=f"it could not be read just now ({error})")
    except sqlite3.DatabaseError as error:
        return Results(kind, path.stat().st_size, str(error))
    return Results(kind, path.stat().st_size, str(answer))
