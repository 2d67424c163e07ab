"""One sensor in real time, from its samples to the page: losses, sample times, delay of each rep.

    uv run python benchmarks/radio.py [--seed 3] [--clock-error-ppm 50]

A simulated lifter does squats and deadlifts; the sensor runs at 200 Hz with a clock that is off by 50 ppm,
over the virtual radio with an interval of 15 ms and 5 % packet errors, at speed 1. In this process: radio,
`BleSource`, `LiveSession` (recorder, collector, analysis, store), hub, uvicorn. In another: a WebSocket
client that notes when each message arrives. Both read ``time.monotonic`` of one machine, which is the clock
of the event loop too. Sample times are compared with the instants at which the simulated sensor took the
samples, less a constant: when a packet left the sensor nobody can know. The delay of a rep runs from the
instant of its ``end_s``, and from the instant of the sample on which it was closed, to the arrival of its
message.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import asyncio
import json
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table
from websockets.sync.client import connect
from websockets.typing import Origin

from analysis import ImuBlock, Mount, MountPosition, RepFinished, SetLabel
from firmware_sim.air import Air
from firmware_sim.devices.native import NativePeripheral, start_native
from firmware_sim.lifter import SetPlan
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import Scenario, SessionStep, session
from ingest.ble import BleSource
from ingest.bumble_host import close_host, register_in_process
from ingest.replay import open_recording
from server.cli.web import dashboard
from server.live_session import LiveSession, SessionSink
from server.settings import Settings

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from ingest.items import StreamCounts

TAIL_S = 8.0
MOST_SAMPLE_TIME_MS, MOST_REP_DELAY_MS = 1.0, 300.0
"""What is promised: sample times (RMS), and the 95th percentile of closing sample to page."""


@dataclass(frozen=True)
class Delays:
    """Of every rep, s: from its end and from its closing sample to the arrival of its message."""

    from_end_s: np.ndarray
    from_closing_s: np.ndarray


@dataclass(frozen=True)
class Result:
    """Everything that is measured."""

    counts: StreamCounts
    sample_times_s: np.ndarray
    delays: Delays
    reps_done: int
    cpu_fraction: float


def lifting(seed: int, clock_error_fraction: float) -> Scenario:
    """Three sets of squats and two of deadlifts, 25 reps."""
    squat = SetPlan("back_squat", 5, rest="short", still_s=(2.0, 2.4))
    pull = SetPlan("deadlift", 5, rest="paused", still_s=(2.0, 2.4))
    steps = [SessionStep(replace(squat, set_index=i), 120.0, 8.0) for i in range(3)]
    steps += [SessionStep(replace(pull, set_index=i), 160.0, 8.0) for i in range(2)]
    scenario = session("radio benchmark", tuple(steps), seed)
    return replace(scenario, unit=replace(scenario.unit, clock_error_fraction=clock_error_fraction))


def watch(url: str, origin: str, results: Connection) -> None:
    """Note when each rep arrives; runs in a process of its own until it is told to stop."""
    arrivals: list[tuple[int, int, float]] = []
    with connect(url, origin=Origin(origin), max_size=None) as socket:
        results.send("connected")
        while not results.poll():
            try:
                text = socket.recv(timeout=0.5)
            except TimeoutError:
                continue
            arrived_s = time.monotonic()
            message = json.loads(text)
            if message["type"] == "rep":
                arrivals.append((message["open_set"]["index"], message["rep"]["index"], arrived_s))
    results.send(arrivals)


async def lift(sensor: NativePeripheral, running: LiveSession) -> None:
    """Label each set before it starts; return when the bar lies still."""
    async for scheduled in sensor.labels():
        await running.label(SetLabel(scheduled.exercise_id, scheduled.load_kg))
    started_s = sensor.lifter_started_s or 0.0
    await asyncio.sleep(started_s + sensor.scenario.duration_s + TAIL_S - asyncio.get_running_loop().time())


async def measure(scenario: Scenario, folder: Path, seed: int) -> Result:
    """Run the whole session."""
    closed: list[RepFinished] = []
    settings = Settings(data_dir=folder, port=0)
    async with dashboard(settings, opens_browser=False) as page:
        air = Air(RadioModel(interval_s=0.015, packet_error_fraction=0.05, seed=seed))
        register_in_process("benchmark", lambda: air.port("collector"))
        sensor = await start_native(air, scenario)
        source = BleSource(transport="inproc:benchmark")
        sink = SessionSink(
            page.hub,
            page.store,
            lambda event: closed.append(event) if isinstance(event, RepFinished) else None,
        )
        mount = Mount(MountPosition.SHAFT, scenario.bar_axis, scenario.lever_m)
        live = LiveSession(source, source.driver, settings.recordings_dir, sink, mount=mount)
        ours, theirs = get_context("spawn").Pipe()
        origin = page.url.rstrip("/")
        address = origin.replace("http", "ws") + "/api/v1/live"
        client = get_context("spawn").Process(target=watch, args=(address, origin, theirs))
        client.start()
        await asyncio.to_thread(ours.recv)
        cpu_s, began_s = time.process_time(), time.monotonic()
        running = asyncio.create_task(live.run())
        await lift(sensor, live)
        cpu_fraction = (time.process_time() - cpu_s) / (time.monotonic() - began_s)
        source.stop()
        await running
        ours.send("stop")
        arrivals = await asyncio.to_thread(ours.recv)
        await asyncio.to_thread(client.join)
        started_s = sensor.lifter_started_s or 0.0
        await sensor.stop()
        await close_host("inproc:benchmark")
        await air.close()
    recording = open_recording(live.recorded[0][0])
    blocks = [item for _, items in recording.steps() for item in items if isinstance(item, ImuBlock)]
    stated_s = np.concatenate([block.t_s for block in blocks])
    index = np.concatenate([block.first_index + np.arange(len(block)) for block in blocks])
    true_s = started_s + index * scenario.stream().period_s
    delays = match(closed, arrivals, stated_s, true_s)
    reps_done = sum(len(planned.reps) for planned in scenario.sets)
    return Result(live.status.counts, stated_s - true_s, delays, reps_done, cpu_fraction)


def match(
    closed: list[RepFinished],
    arrivals: list[tuple[int, int, float]],
    stated_s: np.ndarray,
    true_s: np.ndarray,
) -> Delays:
    """Join the reps with the arrivals of their messages; recording time becomes loop time by the samples."""
    arrived_s = {(set_index, rep_index): at_s for set_index, rep_index, at_s in arrivals}
    from_end: list[float] = []
    from_closing: list[float] = []
    for event in closed:
        at_s = arrived_s[event.set_index, event.rep.index]
        end_s = event.rep.end_s or event.rep.concentric_end_s
        from_end.append(at_s - float(np.interp(end_s, stated_s, true_s)))
        from_closing.append(at_s - float(np.interp(event.detected_s, stated_s, true_s)))
    return Delays(np.array(from_end), np.array(from_closing))


def report(result: Result, console: Console) -> bool:
    """Print the table; tell whether what is promised holds."""
    counts, error_ms = result.counts, 1000 * result.sample_times_s
    rms_ms = float(error_ms.std())
    settled = error_ms[len(error_ms) // 3 :]
    table = Table(title="One sensor at 200 Hz, in real time")
    for column in ("what", "measured", "promised"):
        table.add_column(column, justify="left" if column == "what" else "right")
    table.add_row("samples received", str(counts.samples), "")
    table.add_row("samples lost", str(counts.lost_samples), "0")
    table.add_row("sample times, RMS", f"{rms_ms:.3f} ms", f"≤ {MOST_SAMPLE_TIME_MS:g} ms")
    table.add_row("sample times, last two thirds, RMS", f"{settled.std():.3f} ms", "")
    table.add_row("clock difference found", f"{counts.drift_ppm or 0.0:+.1f} ppm", "")
    table.add_row("reps shown / done", f"{len(result.delays.from_end_s)} / {result.reps_done}", "")
    delay_ms = 0.0
    for name, delays_s, promised in (
        ("rep's end to page", result.delays.from_end_s, ""),
        ("closing sample to page", result.delays.from_closing_s, f"p95 ≤ {MOST_REP_DELAY_MS:g} ms"),
    ):
        p50, p95 = (1000 * float(np.percentile(delays_s, q)) for q in (50, 95))
        table.add_row(
            f"{name}, p50 / p95 / max", f"{p50:.0f} / {p95:.0f} / {1000 * delays_s.max():.0f} ms", promised
        )
        delay_ms = p95
    table.add_row("processor, all but the client", f"{result.cpu_fraction:.0%} of one core", "")
    console.print(table)
    return counts.lost_samples == 0 and rms_ms <= MOST_SAMPLE_TIME_MS and delay_ms <= MOST_REP_DELAY_MS


def main() -> None:
    """Lift, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--clock-error-ppm", type=float, default=50.0)
    options = parser.parse_args()
    scenario = lifting(options.seed, options.clock_error_ppm * 1e-6)
    console = Console(width=100)
    console.print(
        f"{scenario.duration_s + TAIL_S:.0f} s in real time; load of the machine {os.getloadavg()[0]:.2f}"
    )
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(measure(scenario, Path(folder), options.seed))
    if not report(result, console):
        sys.exit("what is promised does not hold")


if __name__ == "__main__":
    main()
