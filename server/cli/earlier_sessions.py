"""The demo's earlier sessions: recordings of the simulated firmware's own bytes, and their results.

They are made in processes of their own, several at once, while the dashboard is served and the live session
runs; what is there already from an earlier demo of the same seed is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import NAMESPACE_OID, UUID, uuid5

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Generator

    from rich.console import Console

    from server.reanalysis import Analysis
    from server.settings import Settings
    from server.store import Store

WEEKS_AGO = (1, 2, 3)
SENSOR_NAME = "Upright simulator"
PLAN_VERSION = 1
"""Of what the lifter of `firmware_sim.demo` does; recordings of another version are replaced."""

_TAIL_S = 8.0  # the bar lies still after the last rep, so that the last set closes by itself
_LATENCY_S = 0.004
_PATTERN = "demo-*-weeks-ago.mcap"


@dataclass(frozen=True, slots=True)
class EarlierSession:
    """One of them; its recording has the same name and id whenever it is made."""

    seed: int
    weeks_ago: int

    @property
    def name(self) -> str:
        """Of the file."""
        return f"demo-v{PLAN_VERSION}-seed-{self.seed}-{self.weeks_ago}-weeks-ago.mcap"

    @property
    def recording_id(self) -> UUID:
        """Of the recording."""
        return uuid5(NAMESPACE_OID, f"upright {self.name}")


async def prepare_earlier_sessions(settings: Settings, seed: int, store: Store, console: Console) -> None:
    """See to it that the earlier sessions of the demo are recorded and their results stored.

    Recordings of earlier demos with another seed, and their results, are removed.

    Raises
    ------
    StoreError
        If a recording cannot be written or read.
    """
    began_s = time.monotonic()
    sessions = [EarlierSession(seed, weeks) for weeks in WEEKS_AGO]
    _remove_others(settings.recordings_dir, {one.name for one in sessions}, store)
    missing = [one for one in sessions if not _is_kept(one, settings.recordings_dir, store)]
    if not missing:
        return
    progress = Progress(
        SpinnerColumn(),
        TextColumn("preparing {task.total} earlier sessions"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    loop, now = asyncio.get_running_loop(), datetime.now(UTC).replace(microsecond=0)
    with (
        progress,
        tempfile.TemporaryDirectory(
            prefix=".preparing-", dir=settings.data_dir, ignore_cleanup_errors=True
        ) as work,
        _workers(min(len(missing), os.cpu_count() or 1)) as pool,
    ):
        task = progress.add_task("", total=len(missing))
        works = [
            loop.run_in_executor(
                pool, _prepare, one, settings.recordings_dir, Path(work), now - timedelta(weeks=one.weeks_ago)
            )
            for one in missing
        ]
        for ready in asyncio.as_completed(works):
            await asyncio.to_thread(_store, await ready, store)  # the live session does not wait for the disk
            progress.advance(task)
    took_s = time.monotonic() - began_s
    console.print(f"{len(missing)} earlier sessions of this lifter are ready ({took_s:.0f} s).")


def write_recording(session: EarlierSession, path: Path, started_at: datetime) -> None:
    """Write what a collector would have recorded over a perfect radio.

    Raises
    ------
    RecordingError
        If the file cannot be written.
    """
    from analysis import Mount, MountPosition, SetLabel
    from firmware_sim.demo import earlier_demo_session
    from firmware_sim.unhurried import UnhurriedSensor
    from ingest.devices.native import NAME
    from ingest.packets import (
        DATA,
        INFO,
        LinkEvent,
        RawPacket,
        label_packet,
        link_packet,
        whole_nanoseconds,
    )
    from ingest.recording import Recorder
    from ingest.recording_header import RecordingHeader

    scenario = earlier_demo_session(session.seed, session.weeks_ago)
    header = RecordingHeader(
        driver=NAME,
        sensor_name=SENSOR_NAME,
        model=scenario.unit.model.name,
        mount=Mount(MountPosition.SHAFT, scenario.bar_axis, scenario.lever_m),
        started_at=started_at,
        recording_id=str(session.recording_id),
        source_kind="simulator",
    )
    sensor = UnhurriedSensor(scenario)
    recorder = Recorder(path, header)
    recorder.write(link_packet(0.0, LinkEvent("connected", SENSOR_NAME, mtu=247)))
    recorder.write(RawPacket(0.0, INFO, sensor.info))
    labels = list(scenario.sets)
    for packet in sensor.packets(scenario.duration_s + _TAIL_S):
        received_at_s = whole_nanoseconds(packet.at_s + _LATENCY_S)
        while labels and labels[0].label_at_s <= received_at_s:
            said = labels.pop(0)
            recorder.write(label_packet(said.label_at_s, SetLabel(said.exercise_id, said.load_kg)))
        recorder.write(RawPacket(received_at_s, DATA, packet.payload))
    recorder.close()


def _is_kept(session: EarlierSession, folder: Path, store: Store) -> bool:
    """Tell whether recording and results of this version are there."""
    from analysis import ALGORITHM_VERSION
    from server.errors import NotFoundError

    if not (folder / session.name).exists():
        return False
    with contextlib.suppress(NotFoundError):
        known = store.session(session.recording_id).recording
        # The measured rate is written last.
        return known.algorithm == ALGORITHM_VERSION and known.sample_rate_hz is not None
    return False


def _remove_others(folder: Path, names: set[str], store: Store) -> None:
    """Remove what demos of other seeds or versions have prepared; nothing else bears such a name."""
    for path in folder.glob(_PATTERN):
        if path.name not in names:
            store.clear(uuid5(NAMESPACE_OID, f"upright {path.name}"))
            path.unlink()


@contextlib.contextmanager
def _workers(count: int) -> Generator[ProcessPoolExecutor]:
    """Give processes that end with the block, in the middle of their work if it fails or is cancelled."""
    pool = ProcessPoolExecutor(
        count,
        mp_context=multiprocessing.get_context("spawn"),  # nothing of this process's threads and sockets
        initializer=_be_a_quiet_worker,
    )
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():  # a command of ours has no others
            process.terminate()
        raise
    pool.shutdown(wait=False)


def _store(analysed: Analysis, store: Store) -> None:
    from server.annotations import SessionAnnotation

    store.clear(analysed.recording.recording_id)
    store.save_analysed(analysed.recording, analysed.sets, SessionAnnotation())


def _prepare(session: EarlierSession, folder: Path, work: Path, started_at: datetime) -> Analysis:
    """Record, if need be, and analyse one session; runs in a process of its own."""
    from ingest.errors import IngestError
    from server.annotations import SessionAnnotation
    from server.errors import StoreError
    from server.reanalysis import analyse_file

    path = folder / session.name
    try:
        if not path.exists():
            write_recording(session, work / session.name, started_at)
            (work / session.name).replace(path)  # whole or not at all
        return analyse_file(path, SessionAnnotation())
    except (IngestError, OSError) as error:  # not every error of ours survives the way between processes
        problem = f"An earlier session of the demo cannot be prepared: {error}."
        raise StoreError(problem, "Choose another folder with --data-dir.") from None


def _be_a_quiet_worker() -> None:
    """Leave Ctrl-C to the parent, and the processor to the live session; do not outlive a killed parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(5)


def _end_with_parent() -> None:
    """Wait for the parent's end, however it came, and end as well: a pool's worker would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
