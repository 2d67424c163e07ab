"""Lift for a day, as fast as this machine goes; see whether anything grows and every rep is counted.

    nice uv run python benchmarks/day_long.py [--hours 24] [--at-most-min M] [--rate-hz 200] [--markdown FILE]

A simulated lifter does the same half-hour of five lifts over and over, each set of five reps followed by a
rest of a minute or so; the sensor's errors and the radio's go on by themselves. In one process, on a loop
whose clock does not wait: the sensor, the virtual radio (interval 15 ms, 5 % packet errors),
`BleSource`, `LiveSession` (recorder with a new file every half hour, collector, analysis), store and hub.
Every ten simulated minutes: resident memory, open file descriptors, asyncio tasks. Memory is judged from the
end of the first simulated hour on, when a file has been changed twice and everything has been loaded.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import asyncio
import itertools
import math
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from report import Report, ReportTable, argument_parser
from rich.console import Console

from analysis import Event, Mount, MountPosition, SetFinished, SetLabel
from firmware_sim.air import Air
from firmware_sim.devices.native import NativePeripheral, start_native
from firmware_sim.firmware import FirmwareConfig
from firmware_sim.lifter import SetPlan
from firmware_sim.mems import MemsSettings
from firmware_sim.motion import PointFeel
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import Scenario, SessionStep, session
from ingest.ble import BleSource
from ingest.bumble_host import close_host, register_in_process
from ingest.scaled_loop import run_scaled
from server.live import LiveHub
from server.live_session import LiveSession, SessionSink
from server.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware_sim.curves import FloatArray
    from firmware_sim.scenario import ScheduledSet
    from ingest.timeline import StreamCounts

SPEED = 1e5
"""Waiting costs next to nothing; the work alone sets the pace."""
LIFTS = ("back_squat", "bench_press", "deadlift", "bent_over_row", "overhead_press")
SETS_PER_LIFT, REPS, REST_S = 4, 5, 65.0
CHECK_EVERY_S = 600.0
WARM_UP_S = 3600.0
TAIL_S = 12.0
MOST_GROWTH_MB = 20.0
"""What is promised."""
_TRANSPORT = "inproc:day-long"
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Lap(Scenario):
    """A scenario that begins again after each lap, for ever, and takes no more memory for it.

    Attributes
    ----------
    lap_s : float
        From one beginning to the next, s; not shorter than the scenario.
    """

    lap_s: float = 0.0

    def feel(self, t_s: FloatArray) -> PointFeel:
        """As `Scenario.feel`, at the time within the lap."""
        laps = np.floor(t_s / self.lap_s)
        parts = [
            super(Lap, self).feel(t_s[laps == lap] - lap * self.lap_s)
            for lap in range(int(laps[0]), int(laps[-1]) + 1)
        ]
        return PointFeel(
            np.concatenate([part.specific_force_mps2 for part in parts]),
            np.concatenate([part.gyro_radps for part in parts]),
        )

    def sets_until(self, end_s: float) -> Iterator[tuple[float, ScheduledSet]]:
        """Yield when each lap began, and each set that is over before the end."""
        for lap in itertools.count():
            for one in self.sets:
                if lap * self.lap_s + one.end_s > end_s:
                    return
                yield lap * self.lap_s, one


@dataclass(frozen=True)
class Reading:
    """The process at one moment: scenario time s, resident memory MB, open files, tasks."""

    at_s: float
    memory_mb: float
    descriptors: int
    tasks: int


@dataclass
class Day:
    """Everything that is measured; one entry per set, so nothing here grows to speak of."""

    true_counts: list[int] = field(default_factory=list[int])
    found_counts: list[int] = field(default_factory=list[int])
    readings: list[Reading] = field(default_factory=list[Reading])
    counts: list[StreamCounts] = field(default_factory=list["StreamCounts"])
    connections: int = 0
    lifted_s: float = 0.0
    wall_s: float = 0.0

    def note(self, event: Event) -> None:
        """Count the reps of a closed set; a rest in which nothing was lifted is no set."""
        if isinstance(event, SetFinished) and event.summary.reps:
            self.found_counts.append(len(event.summary.reps))

    @property
    def settled(self) -> list[Reading]:
        """The readings after the warm-up; the last one if the run was shorter."""
        return [one for one in self.readings if one.at_s >= WARM_UP_S] or self.readings[-1:]


def training(seed: int, rate_hz: float) -> Lap:
    """Twenty sets, a hundred reps, about half an hour."""
    steps = [
        SessionStep(SetPlan(lift, REPS, set_index=index, rest="short", still_s=(2.0, 2.4)), 80.0, REST_S)
        for lift in LIFTS
        for index in range(SETS_PER_LIFT)
    ]
    base = session("round the clock", tuple(steps), seed, settings=MemsSettings(rate_hz))
    parts = {name: getattr(base, name) for name in Scenario.__dataclass_fields__}
    return Lap(**parts, lap_s=base.duration_s + REST_S)


def read_process(at_s: float) -> Reading:
    """Look at this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return Reading(
        at_s, pages * _PAGE_BYTES / 1e6, len(list(Path("/proc/self/fd").iterdir())), len(asyncio.all_tasks())
    )


async def watch(sensor: NativePeripheral, day: Day, console: Console) -> None:
    """Note how the process is doing, until cancelled."""
    loop = asyncio.get_running_loop()
    began_s = time.monotonic()
    for check in itertools.count():
        started_s = sensor.lifter_started_s or loop.time()
        await asyncio.sleep(started_s + check * CHECK_EVERY_S - loop.time())
        reading = read_process(check * CHECK_EVERY_S)
        day.readings.append(reading)
        console.print(
            f"{reading.at_s / 3600:5.2f} h after {time.monotonic() - began_s:6.0f} s: "
            f"{reading.memory_mb:.1f} MB, {reading.descriptors} files, {reading.tasks} tasks, "
            f"{sum(day.found_counts)} reps found, {sum(day.true_counts)} begun"
        )


async def lift(
    sensor: NativePeripheral, scenario: Lap, live: LiveSession, day: Day, end_s: float, until_s: float
) -> None:
    """Label each set before it starts; return when the last bar lies still, or the wall's time is up."""
    loop = asyncio.get_running_loop()
    while sensor.lifter_started_s is None:  # noqa: ASYNC110 -- no event tells
        await asyncio.sleep(0.1)
    for lap_began_s, planned in scenario.sets_until(end_s):
        began_s = sensor.lifter_started_s + lap_began_s
        await asyncio.sleep(began_s + planned.label_at_s - loop.time())
        if time.monotonic() > until_s:
            break
        await live.label(SetLabel(planned.exercise_id, planned.load_kg))
        day.true_counts.append(len(planned.reps))
        day.lifted_s = lap_began_s + planned.end_s
    await asyncio.sleep(sensor.lifter_started_s + day.lifted_s + TAIL_S - loop.time())


async def measure(scenario: Lap, folder: Path, hours: float, at_most_s: float, console: Console) -> Day:
    """Run the whole day, or what the wall's time allows."""
    day, began_s = Day(), time.monotonic()
    air = Air(RadioModel(interval_s=0.015, packet_error_fraction=0.05))
    register_in_process("day-long", lambda: air.port("collector"))
    # A battery that lasts: the day is about us, not about it.
    sensor = await start_native(air, scenario, config=replace(FirmwareConfig(), battery_drain_per_h=0.5))
    with Store(f"sqlite:///{folder / 'results.db'}") as store:
        source = BleSource(transport=_TRANSPORT)
        sink = SessionSink(LiveHub(), store, day.note)
        mount = Mount(MountPosition.SHAFT, scenario.bar_axis, scenario.lever_m)
        live = LiveSession(source, source.driver, folder, sink, mount=mount, source_kind="simulator")
        running = asyncio.create_task(live.run(), name="session")
        watching = asyncio.create_task(watch(sensor, day, console), name="watch")
        await lift(sensor, scenario, live, day, hours * 3600, began_s + at_most_s)
        watching.cancel()
        source.stop()
        await running
    day.connections = live.status.connections
    day.counts = [counts for _, counts in live.recorded]
    day.wall_s = time.monotonic() - began_s
    await sensor.stop()
    await close_host(_TRANSPORT)
    await air.close()
    return day


def summary(day: Day, rate_hz: float) -> ReportTable:
    """Make the table."""
    settled = day.settled
    memory_mb = [one.memory_mb for one in settled]
    title = f"One sensor at {rate_hz:g} Hz for {day.lifted_s / 3600:.1f} h"
    table = ReportTable(title, ("what", "measured", "promised"))
    table.add("reps found / done", f"{sum(day.found_counts)} / {sum(day.true_counts)}", "equal")
    wrong = sum(found != true for found, true in zip(day.found_counts, day.true_counts, strict=False))
    table.add("sets found / done", f"{len(day.found_counts)} / {len(day.true_counts)}", "equal")
    table.add("sets with another count", str(wrong), "0")
    table.add("samples", f"{sum(one.samples for one in day.counts):,}", "")
    table.add("samples lost", str(sum(one.lost_samples for one in day.counts)), "0")
    table.add("connections, files", f"{day.connections}, {len(day.counts)}", "")
    table.add(
        "memory, first hour's end / highest / last",
        f"{memory_mb[0]:.1f} / {max(memory_mb):.1f} / {memory_mb[-1]:.1f} MB",
        f"+ {MOST_GROWTH_MB:g} MB at most",
    )
    for name in ("descriptors", "tasks"):
        values = [int(getattr(one, name)) for one in settled]
        table.add(f"{name}, lowest to highest", f"{min(values)} to {max(values)}", "flat")
    table.add("wall time, speed", f"{day.wall_s:.0f} s, {day.lifted_s / day.wall_s:.1f} times", "")
    return table


def holds(day: Day) -> bool:
    """Tell whether what is promised holds; one file may be open more or less while recordings change."""
    settled = day.settled
    growth_mb = max(one.memory_mb for one in settled) - settled[0].memory_mb
    descriptors = [one.descriptors for one in settled]
    tasks = [one.tasks for one in settled]
    return (
        day.found_counts == day.true_counts
        and growth_mb <= MOST_GROWTH_MB
        and max(descriptors) - min(descriptors) <= 1
        and max(tasks) - min(tasks) <= 1
    )


def main() -> None:
    """Lift all day, measure, print."""
    parser = argument_parser(__doc__)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--at-most-min", type=float, default=math.inf, help="wall time after which it ends")
    parser.add_argument("--rate-hz", type=float, default=200.0)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    console = Console(width=110)
    with tempfile.TemporaryDirectory() as folder:
        scenario = training(options.seed, options.rate_hz)
        day = run_scaled(
            measure(scenario, Path(folder), options.hours, 60 * options.at_most_min, console), SPEED
        )
    command = f"uv run python benchmarks/day_long.py --hours {options.hours:g} --rate-hz {options.rate_hz:g}"
    report = Report("A whole day", command, [summary(day, options.rate_hz)])
    report.publish(console, options.markdown)
    if not holds(day):
        sys.exit("what is promised does not hold")


if __name__ == "__main__":
    main()
