"""Sixteen sensors at once in real time: losses, processor time of each process, delay of the event loop.

    uv run python benchmarks/many_sensors.py [--sensors 16] [--duration-s 60]

One process simulates the sensors at 200 Hz, each with a lifter of its own, on one virtual radio (interval 15
ms, 5 % packet errors) served over TCP. A second has, for each of them, `BleSource`, `LiveSession` (recorder,
collector, analysis, store), and one dashboard, which shows the first. A third is a WebSocket client of that
dashboard. Times count from the moment at which the last sensor streams. The loop's delay is how much later
than asked a sleep of 10 ms ends in the second process. What is promised: no loss.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import asyncio
import sys
import tempfile
import threading
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from analysis import Mount, MountPosition, RepFinished, SetLabel
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import Scenario, single_set
from firmware_sim.simulator import serve_simulator
from ingest.ble import BleSource, LinkState
from ingest.bumble_host import close_host
from server.cli.web import dashboard
from server.live_session import LiveSession, SessionSink
from server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from multiprocessing.connection import Connection

    from analysis import Event
    from server.cli.web import Dashboard

REPS = 16
"""Of each lifter's set, about a minute."""
LAG_STEP_S = 0.01
CONNECT_S = 60.0


@dataclass(frozen=True)
class Result:
    """Everything that is measured."""

    streaming_after_s: float
    samples: int
    lost_samples: int
    dropped_by_sensor: int
    reconnects: int
    reps: int
    cpu_fractions: dict[str, float]
    lags_s: np.ndarray


def lifter(number: int) -> Scenario:
    """Make the lifter of one sensor."""
    return single_set("back_squat", REPS, 100.0, seed=100 + number)


def tell_processor_time(pipe: Connection) -> None:
    """Answer every question with the processor time of this process, s."""

    def answer() -> None:
        while pipe.recv() is not None:
            pipe.send(time.process_time())

    threading.Thread(target=answer, daemon=True).start()


def simulate(count: int, pipe: Connection) -> None:
    """Serve the sensors until the process is ended."""

    def ready(port: int) -> None:
        pipe.send(port)
        tell_processor_time(pipe)

    radio = RadioModel(interval_s=0.015, packet_error_fraction=0.05)
    scenarios = [lifter(number) for number in range(count)]
    asyncio.run(serve_simulator(scenarios, "tcp:127.0.0.1:0", radio=radio, count=count, on_ready=ready))


def watch(origin: str, pipe: Connection) -> None:
    """Take every message of the dashboard until it closes."""
    with connect(
        origin.replace("http", "ws") + "/api/v1/live", origin=Origin(origin), max_size=None
    ) as socket:
        pipe.send("connected")
        tell_processor_time(pipe)
        try:
            for _ in socket:
                pass
        except ConnectionClosed:
            return


@asynccontextmanager
async def helper(target: object, *arguments: object) -> AsyncGenerator[tuple[Connection, object]]:
    """Run a function in a process of its own; yield its pipe and the first thing that it says."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=target, args=(*arguments, theirs), daemon=True)  # type: ignore[arg-type]
    process.start()
    try:
        yield ours, await asyncio.to_thread(ours.recv)
    finally:
        process.terminate()
        process.join()


async def note_lags(lags_s: list[float]) -> None:
    """Note how much later than asked each sleep ends, s."""
    loop = asyncio.get_running_loop()
    while True:
        began_s = loop.time()
        await asyncio.sleep(LAG_STEP_S)
        lags_s.append(loop.time() - began_s - LAG_STEP_S)


def start_sessions(
    page: Dashboard, transport: str, count: int, folder: Path, reps: list[Event]
) -> list[tuple[BleSource, LiveSession]]:
    """Make a session for each sensor; the first is the one on the page."""

    def note(event: Event) -> None:
        if isinstance(event, RepFinished):
            reps.append(event)

    sessions: list[tuple[BleSource, LiveSession]] = []
    for number in range(count):
        scenario = lifter(number)
        source = BleSource(name=f"Upright-{number + 1}", transport=transport, seed=number)
        sink = SessionSink(page.hub if number == 0 else None, page.store, note)
        mount = Mount(MountPosition.SHAFT, scenario.bar_axis, scenario.lever_m)
        sessions.append((source, LiveSession(source, source.driver, folder, sink, mount=mount)))
    return sessions


async def all_streaming(sessions: list[tuple[BleSource, LiveSession]]) -> float:
    """Wait until every sensor streams; return how long that took, s."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    async with asyncio.timeout(CONNECT_S):
        while not all(source.state is LinkState.STREAMING for source, _ in sessions):  # noqa: ASYNC110 -- no event
            await asyncio.sleep(0.1)
    return loop.time() - began_s


async def measure(count: int, duration_s: float, folder: Path) -> Result:
    """Run everything."""
    reps: list[Event] = []
    lags_s: list[float] = []
    settings = Settings(data_dir=folder, port=0)
    async with helper(simulate, count) as (simulator, port), dashboard(settings, opens_browser=False) as page:
        transport = f"tcp-client:127.0.0.1:{port}"
        origin = page.url.rstrip("/")
        async with helper(watch, origin) as (client, _):
            sessions = start_sessions(page, transport, count, settings.recordings_dir, reps)
            running = [asyncio.create_task(live.run()) for _, live in sessions]
            await asyncio.sleep(0)  # a session must run before it takes a label
            for _, live in sessions:
                await live.label(SetLabel("back_squat", 100.0))
            streaming_after_s = await all_streaming(sessions)
            before_s = await processor_times(simulator, client)
            lagging = asyncio.create_task(note_lags(lags_s))
            began_s = time.monotonic()
            await asyncio.sleep(duration_s)
            lagging.cancel()
            after_s = await processor_times(simulator, client)
            spent_s = time.monotonic() - began_s
            for source, _ in sessions:
                source.stop()
            await asyncio.gather(*running)
            await close_host(transport)
    statuses = [live.status for _, live in sessions]
    return Result(
        streaming_after_s=streaming_after_s,
        samples=sum(status.counts.samples for status in statuses),
        lost_samples=sum(status.counts.lost_samples for status in statuses),
        dropped_by_sensor=sum(status.counts.dropped_by_sensor for status in statuses),
        reconnects=sum(status.connections - 1 for status in statuses),
        reps=len(reps),
        cpu_fractions={name: (after_s[name] - before_s[name]) / spent_s for name in before_s},
        lags_s=np.array(lags_s),
    )


async def processor_times(simulator: Connection, client: Connection) -> dict[str, float]:
    """Processor time of each process so far, s."""
    times_s = {"collector and server": time.process_time()}
    for name, pipe in (("simulator", simulator), ("WebSocket client", client)):
        pipe.send("?")
        times_s[name] = await asyncio.to_thread(pipe.recv)
    return times_s


def report(result: Result, count: int, duration_s: float, console: Console) -> None:
    """Print the table."""
    table = Table(title=f"{count} sensors at 200 Hz for {duration_s:.0f} s")
    table.add_column("what")
    table.add_column("measured", justify="right")
    table.add_row("all streaming after", f"{result.streaming_after_s:.1f} s")
    table.add_row("samples received", str(result.samples))
    table.add_row("samples lost", f"{result.lost_samples}")
    table.add_row("... of these dropped by the sensor", f"{result.dropped_by_sensor}")
    table.add_row("reconnects", str(result.reconnects))
    table.add_row("reps found while lifting", str(result.reps))
    for name, fraction in result.cpu_fractions.items():
        table.add_row(f"processor, {name}", f"{fraction:.0%} of one core")
    p50, p99 = (1000 * float(np.percentile(result.lags_s, q)) for q in (50, 99))
    table.add_row(
        "loop's delay, p50 / p99 / max", f"{p50:.1f} / {p99:.1f} / {1000 * result.lags_s.max():.0f} ms"
    )
    console.print(table)


def main() -> None:
    """Run, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sensors", type=int, default=16)
    parser.add_argument("--duration-s", type=float, default=60.0)
    options = parser.parse_args()
    console = Console(width=100)
    console.print(f"{os.cpu_count()} cores; load of the machine before {os.getloadavg()[0]:.2f}")
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(measure(options.sensors, options.duration_s, Path(folder)))
    report(result, options.sensors, options.duration_s, console)
    if result.lost_samples:
        sys.exit("samples were lost")


if __name__ == "__main__":
    main()
