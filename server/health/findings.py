"""What is wrong, in words, and what to do. Shared by the Health screen and ``upright doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from server.health.computer import is_affected_by_wal_reset

if TYPE_CHECKING:
    from server.health.disk import Disk

Level: TypeAlias = Literal["note", "warn", "bad"]
"""A note is worth knowing, and nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth saying.

    Attributes
    ----------
    level : {"note", "warn", "bad"}
        How urgent it is.
    title, text : str
        What happened; what it means and what to do.
    """

    level: Level
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class HealthConfig:
    """From where on something is worth saying.

    Attributes
    ----------
    disk_warn_h, disk_bad_h : float
        Recording that the disk still has room for, h. A session takes one to two hours; 10 min are the
        rest of an exercise.
    lost_fraction : float
        Share of samples, 0.002 to 0.05. Single lost packets cost nothing; from a hundredth on reps
        get doubtful.
    lag_s : float
        How late the server may do its work, 95th percentile, s. 0.05 to 0.3: a rep has to be seen in 0.15 s.
    memory_bytes : int
        Memory that other programs have left, bytes.
    files_share : float
        Share of the files that this process may open, 0.5 to 0.95.
    """

    disk_warn_h: float = 1.0
    disk_bad_h: float = 10 / 60
    lost_fraction: float = 0.01
    lag_s: float = 0.1
    memory_bytes: int = 200_000_000
    files_share: float = 0.8


CONFIG = HealthConfig()


def hours_words(hours: float) -> str:
    """Say a time that a disk lasts: "no time", "9 minutes", "1 hour", "300 hours", "months"."""
    if hours < 1 / 60:
        return "less than a minute"
    if hours < 2:
        minutes = int(hours * 60)
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{int(hours)} hours" if hours < 24 * 60 else f"{int(hours / 24 / 30)} months"


def disk_finding(disk: Disk) -> Finding | None:
    """Say that the disk is nearly full; None: it is not, or nobody knows."""
    hours = disk.expected_hours
    if hours is None or hours >= CONFIG.disk_warn_h:
        return None
    left = hours_words(hours)
    if disk.free_bytes == 0:
        return Finding(
            "bad",
            "The disk is full",
            "What is recorded now waits in memory, for about half an hour. Delete something: then recording "
            "goes on by itself and nothing is lost.",
        )
    if hours < CONFIG.disk_bad_h:
        text = "Delete something now, or end the session. When the disk is full, recording goes on in memory."
        return Finding("bad", f"The disk is almost full: room for {left} of recording", text)
    text = "Delete what nobody needs, or move old recordings to another disk, before the next session."
    return Finding("warn", f"The disk is nearly full: room for {left} of recording", text)


def sqlite_finding(version: str) -> Finding | None:
    """Tell of the fault in SQLite's write-ahead log, where this version has it."""
    if not is_affected_by_wal_reset(version):
        return None
    return Finding(
        "note",
        f"SQLite {version} has a known fault",
        "It can damage databases with a write-ahead log that two connections use (fixed in 3.51.3). Upright "
        "uses one connection and no such log, so its results are safe. Do not switch results.db to WAL.",
    )


def integrity_finding(integrity: str | None) -> Finding | None:
    """Say that the results are damaged; None: they are not, or nobody knows."""
    if integrity in {None, "ok"}:
        return None
    return Finding(
        "bad",
        "The results database is damaged",
        f"{integrity}. Stop Upright, move results.db away and run “upright rebuild”: the recordings are not "
        "touched.",
    )
