"""A simulated watch on a lifter's wrist, and what its set is when nothing is lost on the way."""

from __future__ import annotations

import asyncio
import contextlib
from functools import cache

from pydantic import SecretStr

from analysis.events import SetFinished
from analysis.imu import ImuBlock, Mount, MountPosition, SensorInfo, SetLabel
from analysis.pipeline import analyze
from firmware_sim.mems import MemsSettings
from firmware_sim.mount import WATCH_BELOW
from firmware_sim.offline import OfflineRecording, simulate_offline
from firmware_sim.scenarios import single_set
from ingest.devices import driver_named
from server.app import create_app
from server.live import LiveHub
from server.live_session import LiveSession, SessionSink
from server.push import PushReception
from server.serve import bind, serve
from server.settings import Settings, new_token
from server.store import Store

EXERCISE_ID, LOAD_KG = "back_squat", 100.0
MOUNT = Mount(MountPosition.WRIST)
TOKEN = new_token()


@cache
def recording() -> OfflineRecording:
    """One set of squats as a watch at 100 Hz feels it, stillness after it so that it closes by itself."""
    scenario = single_set(
        EXERCISE_ID, 4, LOAD_KG, 31, mount=WATCH_BELOW, settings=MemsSettings(rate_hz=100), mems="BMI270"
    )
    return simulate_offline(scenario, tail_s=8.0)


@cache
def expected_set():
    """What the signal core makes of the recording itself."""
    offline = recording()
    block = ImuBlock(
        offline.t_true_s - offline.t_true_s[0], offline.specific_force_mps2, offline.gyro_radps, 0
    )
    events = analyze([block], SensorInfo(100.0), MOUNT, SetLabel(EXERCISE_ID, LOAD_KG))
    (summary,) = [event.summary for event in events if isinstance(event, SetFinished)]
    return summary


async def until(condition, within_s=20.0):
    """Wait for something that tells nobody when it happens."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - there is no event to wait on
            await asyncio.sleep(0.01)


class Watched:
    """A server that takes a watch, on a real port, with what its sessions told and recorded."""

    def __init__(self, folder):
        self.events = []
        self.sessions: list[LiveSession] = []
        self.folder = folder
        self.settings = Settings(data_dir=folder, token=SecretStr(TOKEN))
        self.hub = LiveHub()
        self.reception = PushReception(self._run_session)
        self.url = ""

    async def _run_session(self, source):
        session = LiveSession(
            source,
            driver_named("sensor_logger"),
            self.folder / "recordings",
            SessionSink(self.hub, None, self.events.append),
            mount=MOUNT,
            source_kind="simulator",
        )
        self.sessions.append(session)
        await session.run()

    @property
    def session(self) -> LiveSession:
        """The one that began last."""
        return self.sessions[-1]

    async def label(self, label):
        await self.session.label(label)

    @contextlib.asynccontextmanager
    async def served(self):
        listener = bind("127.0.0.1", 0)
        started = asyncio.Event()
        with Store(f"sqlite:///{self.folder / 'results.db'}") as store:
            app = create_app(self.settings, self.hub, store, self, reception=self.reception)
            serving = asyncio.create_task(
                serve(app, "127.0.0.1", 0, listener=listener, handles_signals=False, on_started=started.set)
            )
            receiving = asyncio.create_task(self.reception.run())
            await started.wait()
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            try:
                yield self
            finally:
                await self.end()
                for task in (receiving, serving):
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await task

    async def end(self):
        """End the running session and wait until its file is closed."""
        self.reception.stop()
        await until(lambda: not self.sessions or self.sessions[-1].recorded)

    async def begun(self):
        """Wait until the session runs and takes labels."""
        await until(lambda: self.sessions and self.session.status.connections > 0)

    def sets(self):
        return [event.summary for event in self.events if isinstance(event, SetFinished)]
