"""Keeps the signals of recordings at hand: computed once in a process of their own, then read from a file.

What is kept under the data folder can be thrown away at any time. It is computed anew when the recording, the
corrections of its lifts or the signal core have changed.
"""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
import subprocess
import sys
import threading
from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import polars as pl

from analysis import ALGORITHM_VERSION
from server.annotation_files import AnnotationFiles
from server.errors import AnnotationError, RecordingGoneError, RecordingRunsError, RecordingUnusableError
from server.explorer.computing import FACTS, TABLE, Job
from server.reanalysis import find_recording

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from server.settings import Settings

CACHE_FOLDER = "cache/signals"
"""Of the data folder."""
FORMAT = 1
"""Of what is kept. Raise it when the columns change."""
MAX_CACHE_BYTES = 400_000_000
"""Most that is kept on disk. 50 MB to 10 GB; half an hour at 200 Hz takes 17 MB."""
MAX_IN_MEMORY = 2
"""Most recordings that are kept in memory. 1 to 8; half an hour at 200 Hz takes 60 MB."""
MAX_FAILURES = 50
"""Most recordings of which it is remembered that they cannot be read. 10 to 1000."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work on a recording is.

    Attributes
    ----------
    phase : str
        "waiting", "reading", "examining" or "analysing".
    fraction : float
        0 to 1.
    """

    phase: str
    fraction: float


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """What there is of a recording.

    Attributes
    ----------
    table : polars.DataFrame
        As `server.explorer.signals` makes it.
    facts : dict
        As `server.explorer.computing` writes them.
    progress : Progress or None
        None: it is complete.
    """

    table: pl.DataFrame
    facts: dict[str, Any]
    progress: Progress | None


@dataclass(slots=True)
class _Work:
    """A recording that is being computed, or waits for it."""

    job: Job
    progress: Progress = field(default_factory=lambda: Progress("waiting", 0.0))


class SignalDesk:
    """Hands out the signals of recordings. Call it outside the event loop.

    One recording is computed at a time. Everything may be called from any thread.

    Parameters
    ----------
    settings : Settings
        Where recordings, imports and annotations are.
    is_running : callable
        Tells whether a recording is being made now.
    """

    def __init__(self, settings: Settings, is_running: Callable[[UUID], bool]) -> None:
        self._settings, self._is_running = settings, is_running
        self._files = AnnotationFiles(settings.data_dir)
        self._lock = threading.Lock()
        self._work: dict[UUID, _Work] = {}
        self._one_at_a_time = threading.Semaphore()
        self._failed: OrderedDict[str, str] = OrderedDict()
        self._paths: dict[UUID, Path] = {}
        self._in_memory: OrderedDict[UUID, tuple[tuple[str, bool], pl.DataFrame]] = OrderedDict()
        self._process: subprocess.Popen[str] | None = None
        self._is_closed = False

    def signals(self, recording_id: UUID) -> Signals | Progress:
        """Return what there is of a recording, and see to it that the rest is computed.

        Returns
        -------
        Signals or Progress
            Its samples as soon as they are read; until then, how far it is.

        Raises
        ------
        RecordingRunsError, RecordingGoneError, RecordingUnusableError
            If it is being made, is not there, or cannot be read.
        """
        if self._is_running(recording_id):
            raise RecordingRunsError
        job = self.job_for(recording_id)
        facts = self._facts(recording_id, job.key)
        if facts is not None and facts["is_complete"]:
            return Signals(self._table(recording_id, facts), facts, None)
        progress = self._begun(recording_id, job)
        if facts is None:
            return progress
        return Signals(self._table(recording_id, facts), facts, progress)

    def job_for(self, recording_id: UUID) -> Job:
        """Say what there is to compute for a recording.

        Raises
        ------
        RecordingGoneError, RecordingUnusableError
            If it is not there, or cannot be read.
        """
        path = self._path(recording_id)
        folder = self._folder(recording_id)
        key = self._key(path, recording_id)
        return Job(str(path), str(recording_id), str(self._settings.data_dir), str(folder), key)

    def close(self) -> None:
        """End what is being computed; nothing is begun any more."""
        with self._lock:
            self._is_closed = True
            process = self._process
        if process is not None:
            with contextlib.suppress(OSError):
                process.kill()

    def _path(self, recording_id: UUID) -> Path:
        """Find the recording; where it was last time it is not searched for: that means opening files."""
        path = self._paths.get(recording_id)
        if path is None or not path.exists():
            path = find_recording(self._settings.recordings_dir, recording_id, self._settings.imports_dir)
        if path is None:
            raise self._why_not_found(recording_id)
        self._paths[recording_id] = path
        return path

    def _why_not_found(self, recording_id: UUID) -> Exception:
        """Tell a file that is damaged from one that is not there."""
        named = self._settings.recordings_dir.rglob(f"*-{str(recording_id)[:8]}*.mcap")
        if next(named, None) is not None:
            return RecordingUnusableError("the file is damaged at its beginning.")
        return RecordingGoneError()

    def _folder(self, recording_id: UUID) -> Path:
        return self._settings.data_dir / CACHE_FOLDER / str(recording_id)

    def _key(self, path: Path, recording_id: UUID) -> str:
        """Say in one word what the signals depend on."""
        file = path / "import.json" if path.is_dir() else path
        stat = file.stat()
        try:
            sets = self._files.session(recording_id).sets
        except AnnotationError:
            sets = ()
        lifts = [(one.start_s, one.end_s, one.exercise_id) for one in sets if one.exercise_id is not None]
        parts = (FORMAT, ALGORITHM_VERSION, path.name, stat.st_size, stat.st_mtime_ns, lifts)
        return sha256(repr(parts).encode()).hexdigest()

    def _facts(self, recording_id: UUID, key: str) -> dict[str, Any] | None:
        try:
            facts = json.loads((self._folder(recording_id) / FACTS).read_text(encoding="utf-8"))
            return facts if facts["key"] == key else None
        except (OSError, ValueError, KeyError, TypeError):
            return None  # not there, or spoilt: it is computed anew

    def _table(self, recording_id: UUID, facts: dict[str, Any]) -> pl.DataFrame:
        state = (str(facts["key"]), bool(facts["is_complete"]))
        with self._lock:
            if recording_id in self._in_memory and self._in_memory[recording_id][0] == state:
                self._in_memory.move_to_end(recording_id)
                return self._in_memory[recording_id][1]
        table = pl.read_parquet(self._folder(recording_id) / TABLE)
        with self._lock:
            self._in_memory[recording_id] = (state, table)
            while len(self._in_memory) > MAX_IN_MEMORY:
                self._in_memory.popitem(last=False)
        return table

    def _begun(self, recording_id: UUID, job: Job) -> Progress:
        with self._lock:
            if job.key in self._failed:
                raise RecordingUnusableError(self._failed[job.key])
            work = self._work.get(recording_id)
            if work is None and not self._is_closed:
                work = self._work[recording_id] = _Work(job)
                threading.Thread(target=self._do, args=(recording_id, work), daemon=True).start()
            return Progress("waiting", 0.0) if work is None else work.progress

    def _do(self, recording_id: UUID, work: _Work) -> None:
        try:
            with self._one_at_a_time:
                self._make_room(recording_id)
                problem = self._computed(work)
            if problem:
                with self._lock:
                    self._failed[work.job.key] = problem
                    while len(self._failed) > MAX_FAILURES:
                        self._failed.popitem(last=False)
        finally:
            with self._lock:
                del self._work[recording_id]

    def _computed(self, work: _Work) -> str:
        """Run the process; return why it failed, empty if it did not."""
        command = [sys.executable, "-P", "-m", "server.explorer.computing"]
        with self._lock:
            if self._is_closed:
                return ""
            process = self._process = subprocess.Popen(  # noqa: S603 -- our own module
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
        assert process.stdin is not None  # noqa: S101 -- both are pipes
        assert process.stdout is not None  # noqa: S101
        problem = ""
        with process:
            with contextlib.suppress(OSError):
                process.stdin.write(json.dumps(asdict(work.job)))
                process.stdin.close()
            for line in process.stdout:
                told = json.loads(line)
                problem = told["problem"]
                work.progress = Progress(told["phase"], told["fraction"])
        with self._lock:
            self._process = None
            if process.returncode and not problem and not self._is_closed:
                _log.error("the signals of %s could not be computed", work.job.path)
                problem = "the analysis broke off; the server's log says more."
        return problem

    def _make_room(self, recording_id: UUID) -> None:
        """Throw away what has not been computed lately, as far as it takes too much room."""
        parent = self._folder(recording_id).parent
        kept = sorted(parent.glob(f"*/{TABLE}"), key=lambda path: path.stat().st_mtime, reverse=True)
        total = 0
        for path in kept:
            total += path.stat().st_size
            if total > MAX_CACHE_BYTES:
                shutil.rmtree(path.parent, ignore_errors=True)
