"""How fast a recorded session is analysed: seconds of recording per second of processor time, on one core.

    uv run python benchmarks/throughput.py [--runs 5]

The demo session and a single set of a minute, simulated without radio at 200 Hz, cut into packets of ten
samples and labelled as the demo labels them. Every sample goes through `SetAnalyzer.push`, as it would live;
the best of several runs counts, since whatever else the machine does only adds time. A last run under
cProfile says how the time is shared between the estimates while a set is open, those that close it, and the
causal tracker. Then the demo session again and again, up to two hours, and the final estimate of a set of a
minute alone.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # one core; must be set before numpy is imported

import cProfile
import pstats
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from analysis import (
    AnalysisConfig,
    ImuBlock,
    Mount,
    MountPosition,
    SensorInfo,
    SetAnalyzer,
    SetFinished,
    SetLabel,
    find_exercise,
)
from analysis.estimator import MotionEstimate, estimate_motion
from firmware_sim.demo import demo_session
from firmware_sim.offline import simulate_offline
from firmware_sim.scenarios import Scenario, single_set

if TYPE_CHECKING:
    from analysis.imu import StreamItem

TAIL_S = 8.0
PACKET_SAMPLES = 10
LEAST_SPEED = 200.0
"""What is promised, s of recording per s of processor time."""

LIVE, FINAL, CAUSAL = "estimates while the set is open", "estimates that close a set", "causal tracker"
PARTS = {
    LIVE: ("pipeline.py", "_fresh_reps"),
    FINAL: ("pipeline.py", "_final_motion"),
    CAUSAL: ("live.py", "update"),
}
"""File and function whose cumulative time is the part's."""


@dataclass(frozen=True)
class Session:
    """Everything that the analysis is given."""

    name: str
    duration_s: float
    items: list[StreamItem]
    info: SensorInfo
    mount: Mount


def simulate(name: str, scenario: Scenario) -> Session:
    """Make the items that a perfect radio would deliver, each label where the lifter gives it."""
    recording = simulate_offline(scenario, tail_s=TAIL_S)
    labels = [
        (planned.label_at_s, SetLabel(planned.exercise_id, planned.load_kg)) for planned in scenario.sets
    ]
    items: list[StreamItem] = []
    for start in range(0, len(recording.t_s), PACKET_SAMPLES):
        cut = slice(start, start + PACKET_SAMPLES)
        while labels and labels[0][0] <= recording.t_true_s[start]:
            items.append(labels.pop(0)[1])
        items.append(
            ImuBlock(recording.t_s[cut], recording.specific_force_mps2[cut], recording.gyro_radps[cut], start)
        )
    mount = Mount(MountPosition.SHAFT, recording.bar_axis, recording.lever_m)
    return Session(name, float(recording.t_s[-1]), items, SensorInfo(recording.sample_rate_hz), mount)


def run(session: Session) -> int:
    """Analyse; return the number of reps."""
    analyzer = SetAnalyzer(session.info, session.mount)
    events = [event for item in session.items for event in analyzer.push(item)] + analyzer.finish()
    return sum(len(event.summary.reps) for event in events if isinstance(event, SetFinished))


def fastest_s(session: Session, runs: int) -> float:
    """Least processor time of several runs, s."""
    best_s = float("inf")
    for _ in range(runs):
        began_s = time.process_time()
        run(session)
        best_s = min(best_s, time.process_time() - began_s)
    return best_s


def lengthened(session: Session, times: int) -> Session:
    """Return the session again and again, as one recording."""
    items: list[StreamItem] = []
    period_s = session.duration_s + 1.0 / session.info.sample_rate_hz
    samples = sum(len(item) for item in session.items if isinstance(item, ImuBlock))
    for k in range(times):
        for item in session.items:
            if isinstance(item, ImuBlock):
                later_s, index = item.t_s + k * period_s, item.first_index + k * samples
                items.append(ImuBlock(later_s, item.specific_force_mps2, item.gyro_radps, index))
            else:
                items.append(item)
    return replace(session, duration_s=times * period_s, items=items)


def final_estimate_s(session: Session, runs: int) -> tuple[float, float]:
    """Length of the longest set of a session, and least processor time of its final estimate, s."""
    kept: list[MotionEstimate] = []
    analyzer = SetAnalyzer(session.info, session.mount, on_motion=kept.append)
    for item in session.items:
        analyzer.push(item)
    analyzer.finish()
    samples = max((motion.samples for motion in kept), key=len)
    exercise, best_s = find_exercise("back_squat"), float("inf")
    for _ in range(runs):
        began_s = time.process_time()
        estimate_motion(samples, exercise, session.mount, AnalysisConfig())
        best_s = min(best_s, time.process_time() - began_s)
    return len(samples) / samples.rate_hz, best_s


def shares(session: Session) -> dict[str, float]:
    """Share of each part in the time of a profiled run."""
    profile = cProfile.Profile()
    profile.runcall(run, session)
    # pstats tells nobody its types: (file, line, name) -> (calls, primitive calls, own, cumulative, callers).
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    total_s = max(cumulative_s for _, _, _, cumulative_s, _ in stats.values())
    return {
        part: sum(
            cumulative_s
            for (path, _, name), (_, _, _, cumulative_s, _) in stats.items()
            if name == function and os.path.split(path)[1] == file and "analysis" in path
        )
        / total_s
        for part, (file, function) in PARTS.items()
    }


def main() -> None:
    """Simulate, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    sessions = (
        simulate("demo session", demo_session(1)),
        simulate("one set of a minute", single_set("back_squat", 16, 100.0, seed=1)),
    )
    table = Table(title=f"Analysis on one core; load of the machine {os.getloadavg()[0]:.2f}")
    columns = ("", "recording s", "reps", "processor s", "s per s", *PARTS, "rest")
    for column in columns:
        table.add_column(column, justify="right" if column else "left")
    slowest = float("inf")
    for session in sessions:
        reps, spent_s, parts = run(session), fastest_s(session, options.runs), shares(session)
        speed = session.duration_s / spent_s
        slowest = min(slowest, speed)
        table.add_row(
            session.name,
            f"{session.duration_s:.0f}",
            str(reps),
            f"{spent_s:.2f}",
            f"{speed:.0f}",
            *(f"{share:.0%}" for share in parts.values()),
            f"{1 - sum(parts.values()):.0%}",
        )
    console = Console(width=140)
    console.print(table)
    lengths = Table(title="Cost by length: the demo session again and again")
    for column in ("recording min", "processor s", "s per s", "of a core, live", "64 sensors: of two cores"):
        lengths.add_column(column, justify="right")
    for times in (1, 6, 24):
        long = lengthened(sessions[0], times)
        share = fastest_s(long, 1) / long.duration_s
        cells = (f"{long.duration_s / 60:.0f}", f"{share * long.duration_s:.1f}", f"{1 / share:.0f}")
        lengths.add_row(*cells, f"{share:.2%}", f"{64 * share / 2:.0%}")
    console.print(lengths)
    set_s, spent_s = final_estimate_s(sessions[1], options.runs)
    console.print(
        f"final estimate of one set of {set_s:.0f} s at 200 Hz: {1000 * spent_s:.0f} ms on one core"
    )
    if slowest < LEAST_SPEED:
        sys.exit(f"slower than the promised {LEAST_SPEED:.0f} s per s")


if __name__ == "__main__":
    main()
