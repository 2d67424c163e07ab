"""The server that ``page.py`` looks at, in a process of its own: a simulated session in real time.

The samples of a simulated sensor (200 Hz) are analysed in the server's event loop as in a live session, ten
at a time, and go through sink, store and hub to the real application; only the radio is left out, which
``radio.py`` measures.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from analysis import ALGORITHM_VERSION, ImuBlock, Mount, MountPosition, RepFinished, SensorInfo, SetLabel
from firmware_sim.lifter import SetPlan
from firmware_sim.offline import simulate_offline
from firmware_sim.scenarios import SessionStep, session
from server.app import create_app
from server.cli.web import NothingRuns
from server.judging import Judge
from server.live import LiveHub
from server.live_session import SessionSink, make_analyzer
from server.serve import bind, serve
from server.session import LinkState, LinkStatus, RecordingInfo
from server.settings import Settings
from server.store import Store

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

    from analysis import Event
    from firmware_sim.offline import OfflineRecording

LIFTS = (("back_squat", 100.0), ("bench_press", 70.0), ("front_squat", 80.0), ("deadlift", 140.0))
SET_S = 40.0
"""About what one set of six with its rest takes, s."""
REPS, REST_S = 6, 12.0
RATE_HZ = 200.0
PACKET_SAMPLES = 10
STATUS_EVERY_S = 1.0


def run(folder: Path, minutes: float, seed: int, told: Connection) -> None:
    """Serve a session of so many minutes until killed.

    First tells the port; then, for each rep, its set, its number and the wall time at which it was handed to
    the hub, s.
    """
    asyncio.run(_run(folder, _simulated(minutes, seed), told))


def _simulated(minutes: float, seed: int) -> OfflineRecording:
    n_sets = max(2, round(minutes * 60 / SET_S) + 1)
    steps = [SessionStep(SetPlan(lift, REPS), load_kg, REST_S) for lift, load_kg in LIFTS]
    scenario = session("bench", tuple(steps[i // 3 % len(steps)] for i in range(n_sets)), seed)
    return simulate_offline(scenario, 10.0)


async def _run(folder: Path, recording: OfflineRecording, told: Connection) -> None:
    settings = Settings(data_dir=folder)
    with bind("127.0.0.1", 0) as listener, Store(settings.results_url) as store:
        port = listener.getsockname()[1]
        hub = LiveHub(judge=Judge(store).session)
        app = create_app(settings, hub, store, NothingRuns())
        lifting = asyncio.create_task(_lift(recording, SessionSink(hub, store), told))
        await serve(app, "127.0.0.1", port, listener=listener, on_started=lambda: told.send(port))
        lifting.cancel()


async def _lift(recording: OfflineRecording, sink: SessionSink, told: Connection) -> None:
    """Analyse packet after packet when its time has come, and say each set's label before it."""
    loop = asyncio.get_running_loop()
    mount = Mount(MountPosition.SHAFT, recording.bar_axis, recording.lever_m)
    analyzer = make_analyzer(SensorInfo(RATE_HZ), mount, SetLabel())
    sink.start(
        RecordingInfo(
            recording_id=UUID(int=1),
            started_at=datetime.now(UTC),
            algorithm=ALGORITHM_VERSION,
            title="Simulated session",
            source="simulator",
            sensor_name="Upright-01",
            sample_rate_hz=RATE_HZ,
        )
    )
    labels = [(one.label_at_s, SetLabel(one.exercise_id, one.load_kg)) for one in recording.sets]
    begun_s, told_status_s = loop.time(), -STATUS_EVERY_S
    for first in range(0, len(recording.t_s) - PACKET_SAMPLES, PACKET_SAMPLES):
        packet = slice(first, first + PACKET_SAMPLES)
        now_s = float(recording.t_s[packet][-1])
        await asyncio.sleep(max(begun_s + now_s - loop.time(), 0.0))
        events: list[Event] = []
        if labels and labels[0][0] <= now_s:
            _, label = labels.pop(0)
            events += analyzer.push(label)
            sink.label(label)
        block = ImuBlock(
            recording.t_s[packet],
            recording.specific_force_mps2[packet],
            recording.gyro_radps[packet],
            first,
        )
        for event in [*events, *analyzer.push(block)]:
            if isinstance(event, RepFinished):
                told.send((event.set_index, event.rep.index, time.time()))
            sink.take(event)
        if now_s - told_status_s >= STATUS_EVERY_S:
            told_status_s = now_s
            sink.status(LinkStatus(LinkState.CONNECTED, "Upright-01", 0.82, RATE_HZ, first, 0, 0.05))
