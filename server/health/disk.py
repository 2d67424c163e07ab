"""How long the disk lasts, at the rate at which recordings really grow."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ingest.errors import RecordingError
from ingest.mcap_reader import glance
from ingest.recording import PART_SUFFIX

if TYPE_CHECKING:
    from server.settings import Settings

TYPICAL_BYTES_PER_HOUR = 12_000_000
"""One sensor at 200 Hz: 20 packets of 132 bytes a second and their framing, bytes; measured 3.2 kB/s."""
LEAST_GROWTH_S = 20.0
"""A running recording says its rate after this long, s. 10 to 60: chunks are written every 0.15 s."""
LEAST_RECORDING_S = 20.0
"""A shorter recording is mostly header, s. 10 to 60."""
N_LOOKED_AT = 5
"""So many of the newest recordings are looked at for one that is long enough."""


class Space(NamedTuple):
    """Room on a disk, bytes."""

    total: int
    free: int


SpaceOf: TypeAlias = Callable[[Path], Space]


def space_of(folder: Path) -> Space:
    """Ask the operating system how much room there is for the user.

    Raises
    ------
    OSError
        If there is no such folder.
    """
    usage = shutil.disk_usage(folder)
    return Space(usage.total, usage.free)


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk that has the recordings.

    Attributes
    ----------
    total_bytes, free_bytes : int or None
        None: nobody can tell, for `reason`.
    bytes_per_hour : float or None
        At which recordings grow; None: nothing was recorded yet.
    rate_of : str
        "running" or "last" recording, or "none".
    hours_left : float or None
        h of recording; None where one of the two is not known.
    reason : str
        Why something is not known.
    recordings_bytes, n_recordings : int
        What all recordings take.
    """

    total_bytes: int | None
    free_bytes: int | None
    bytes_per_hour: float | None = None
    rate_of: str = "none"
    hours_left: float | None = None
    reason: str = ""
    recordings_bytes: int = 0
    n_recordings: int = 0

    @property
    def expected_hours(self) -> float | None:
        """As `hours_left`, where nothing was recorded yet with what a sensor usually takes."""
        if self.free_bytes is None:
            return None
        return self.free_bytes / (self.bytes_per_hour or TYPICAL_BYTES_PER_HOUR)


class DiskMeter:
    """Measures how fast recordings grow. Call it every few seconds, not on the event loop.

    Parameters
    ----------
    settings : Settings
        Where recordings are.
    space : callable
        Asks for the room on the disk of a folder.
    """

    def __init__(self, settings: Settings, space: SpaceOf = space_of) -> None:
        self._settings, self._space = settings, space
        self._first: dict[Path, tuple[float, int]] = {}
        self._last: tuple[tuple[Path, int], float] | None = None

    def measure(self, now_s: float) -> Disk:
        """Look at the disk now; ``now_s`` by the clock of the loop, as the recordings' own times are."""
        try:
            total, free = self._space(self._settings.data_dir)
        except OSError as error:
            return Disk(None, None, reason=f"the disk does not say ({error.strerror})")
        files = self._files()
        rate, rate_of = self._growth(files, now_s), "running"
        if rate is None:
            rate, rate_of = self._last_rate(files), "last"
        known = rate is not None and rate > 0
        return Disk(
            total,
            free,
            rate if known else None,
            rate_of if known else "none",
            free / rate if known and rate else None,
            "" if known else "nothing was recorded yet; one sensor takes about 12 MB an hour",
            recordings_bytes=sum(files.values()),
            n_recordings=len(files),
        )

    def _files(self) -> dict[Path, int]:
        """Find all recordings with their sizes, finished or not."""
        found: dict[Path, int] = {}
        for folder in (self._settings.recordings_dir, self._settings.companions_dir):
            for path in (*folder.glob("*.mcap"), *folder.glob(f"*.mcap{PART_SUFFIX}")):
                try:
                    found[path] = path.stat().st_size
                except OSError:
                    continue  # it was finished, and renamed, just now
        return found

    def _growth(self, files: dict[Path, int], now_s: float) -> float | None:
        """Rate of the recordings that run, bytes an hour; None: none does, or for too short a time."""
        running = {path: size for path, size in files.items() if path.name.endswith(PART_SUFFIX)}
        self._first = {path: self._first.get(path, (now_s, size)) for path, size in running.items()}
        rates = [
            (running[path] - size) / (now_s - since_s) * 3600
            for path, (since_s, size) in self._first.items()
            if now_s - since_s >= LEAST_GROWTH_S
        ]
        return sum(rates) if any(rates) else None

    def _last_rate(self, files: dict[Path, int]) -> float | None:
        """Rate of the newest finished recording of the bar, bytes an hour."""
        recordings = [path for path in files if path.parent == self._settings.recordings_dir]
        finished = sorted(
            (path for path in recordings if path.suffix == ".mcap"), key=_changed_at, reverse=True
        )
        for path in finished[:N_LOOKED_AT]:
            key = (path, files[path])
            if self._last is not None and self._last[0] == key:
                return self._last[1]
            try:
                duration_s = glance(path).duration_s
            except RecordingError:
                continue
            if duration_s >= LEAST_RECORDING_S:
                self._last = (key, files[path] / duration_s * 3600)
                return self._last[1]
        return None


def newest(folder: Path, n: int) -> list[Path]:
    """List the newest finished recordings of a folder, newest first."""
    return sorted(folder.glob("*.mcap"), key=_changed_at, reverse=True)[:n]


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
