"""Accuracy of the whole signal core against the closed-form truth of the simulator.

    uv run python benchmarks/simulator_accuracy.py [--seeds 6] [--first-seed 100] [--workers 2]

Lifts x rest styles x seeds, default sensor (BMI270, 200 Hz, shaft mount with a known lever arm). Seeds below
100 are for tuning. Every simulated sample goes through `SetAnalyzer.push`, in packets of ten, as it would
live. A set counts as exact if the number of reps is right and each lies on a true one.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # one process per core; must be set before numpy is imported

import itertools
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from analysis import (
    ImuBlock,
    Mount,
    MountPosition,
    RepFinished,
    SensorInfo,
    SetAnalyzer,
    SetFinished,
    SetLabel,
)
from firmware_sim.offline import OfflineRecording, simulate_offline
from firmware_sim.scenarios import single_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware_sim.lifter import RestStyle

LIFTS = ("back_squat", "front_squat", "bench_press", "overhead_press", "deadlift")
RESTS: tuple[RestStyle, ...] = ("paused", "short", "touch_and_go")


@dataclass(frozen=True)
class Outcome:
    """One set: counts, and per matched rep (error, stated sd) of each quantity."""

    lift: str
    rest: str
    seed: int
    true_reps: int
    found_reps: int
    live_reps: int
    exact: bool
    sets: int
    errors: dict[str, list[tuple[float, float]]]
    cpu_fraction: float


def blocks(recording: OfflineRecording, size: int = 10) -> Iterator[ImuBlock]:
    """Cut the recording into packets, as a perfect radio would deliver it."""
    for start in range(0, len(recording.t_s), size):
        cut = slice(start, start + size)
        yield ImuBlock(
            recording.t_s[cut], recording.specific_force_mps2[cut], recording.gyro_radps[cut], start
        )


def run_set(lift: str, rest: RestStyle, seed: int) -> Outcome:
    """Simulate one set, analyse it, compare."""
    scenario = single_set(lift, 5, 100.0, seed=seed, rest=rest)
    recording = simulate_offline(scenario, tail_s=2.0)
    mount = Mount(MountPosition.SHAFT, recording.bar_axis, recording.lever_m)
    analyzer = SetAnalyzer(SensorInfo(recording.sample_rate_hz), mount, SetLabel(lift, 100.0))
    started = time.process_time()
    events = [event for block in blocks(recording) for event in analyzer.push(block)] + analyzer.finish()
    cpu_fraction = (time.process_time() - started) / recording.t_s[-1]
    sets = [event.summary for event in events if isinstance(event, SetFinished)]
    live = [event.rep for event in events if isinstance(event, RepFinished)]
    reps = [rep for summary in sets for rep in summary.reps]
    # The truth is in scenario time, results are in sensor time from the first sample.
    truths = recording.sets[0].reps
    scale, offset = 1 + scenario.unit.clock_error_fraction, recording.t_true_s[0]
    pairs = []
    live_errors: list[tuple[float, float]] = []
    for truth in truths:
        middle = ((truth.concentric_start_s + truth.concentric_end_s) / 2 - offset) * scale
        match = [rep for rep in reps if rep.concentric_start_s <= middle <= rep.concentric_end_s]
        if len(match) == 1:
            pairs.append((match[0], truth))
        live_errors += [
            (
                rep.mean_concentric_velocity_mps - truth.mean_concentric_velocity_mps,
                rep.mean_concentric_velocity_sd_mps,
            )
            for rep in live
            if rep.concentric_start_s <= middle <= rep.concentric_end_s
        ]
    exact = len(reps) == len(truths) == len(pairs) and len(sets) == 1
    errors: dict[str, list[tuple[float, float]]] = {"mcv": [], "pv": [], "rom": [], "drift": [], "pitch": []}
    errors |= {"start_ms": [], "end_ms": [], "live": live_errors}
    for rep, truth in pairs:
        errors["mcv"].append(
            (
                rep.mean_concentric_velocity_mps - truth.mean_concentric_velocity_mps,
                rep.mean_concentric_velocity_sd_mps,
            )
        )
        errors["pv"].append(
            (
                rep.peak_concentric_velocity_mps - truth.peak_concentric_velocity_mps,
                rep.peak_concentric_velocity_sd_mps,
            )
        )
        errors["rom"].append((rep.range_of_motion_m - truth.range_of_motion_m, rep.range_of_motion_sd_m))
        if rep.forward_drift_m is not None and rep.forward_drift_sd_m is not None:
            errors["drift"].append((rep.forward_drift_m - truth.forward_drift_m, rep.forward_drift_sd_m))
        if rep.pitch_change_rad is not None:
            errors["pitch"].append((rep.pitch_change_rad - truth.pitch_change_rad, 1.0))
        for name, found, true in (
            ("start_ms", rep.concentric_start_s, truth.concentric_start_s),
            ("end_ms", rep.concentric_end_s, truth.concentric_end_s),
        ):
            errors[name].append((1000 * (found - (true - offset) * scale), 1.0))
    return Outcome(
        lift, rest, seed, len(truths), len(reps), len(live), exact, len(sets), errors, cpu_fraction
    )


def _run(job: tuple[str, RestStyle, int]) -> Outcome:
    return run_set(*job)


def report(outcomes: list[Outcome], console: Console) -> None:
    """Print the table."""
    table = Table(title="Estimate minus truth, by lift and rest style")
    for column in (
        "sets", "exact", "live exact", "live MCV rmse", "MCV rmse m/s", "bias", "PV rmse m/s", "ROM rmse mm",
        "drift rmse mm", "median mm", "pitch rmse deg", "start/end median ms",
        "inside 95 %: MCV, ROM, drift", "x real time",
    ):  # fmt: skip
        table.add_column(column)

    def row(name: str, group: list[Outcome]) -> None:
        def values(key: str) -> tuple[np.ndarray, np.ndarray]:
            pairs = [pair for outcome in group for pair in outcome.errors[key]]
            return np.array([e for e, _ in pairs]), np.array([sd for _, sd in pairs])

        def rmse(key: str) -> float:
            return float(np.sqrt((values(key)[0] ** 2).mean())) if len(values(key)[0]) else float("nan")

        def inside(key: str) -> str:
            error, sd = values(key)
            return f"{np.mean(np.abs(error) < 1.96 * sd):.0%}" if len(error) else "-"

        drift = values("drift")[0]
        table.add_row(
            f"{name} ({len(group)})",
            f"{np.mean([o.exact for o in group]):.0%}",
            f"{np.mean([o.live_reps == o.true_reps for o in group]):.0%}",
            f"{rmse('live'):.4f}",
            f"{rmse('mcv'):.4f}",
            f"{values('mcv')[0].mean():+.4f}",
            f"{rmse('pv'):.4f}",
            f"{1000 * rmse('rom'):.1f}",
            f"{1000 * rmse('drift'):.1f}",
            f"{1000 * float(np.median(np.abs(drift))) if len(drift) else float('nan'):.1f}",
            f"{np.degrees(rmse('pitch')):.2f}",
            f"{np.median(np.abs(values('start_ms')[0])):.0f} / {np.median(np.abs(values('end_ms')[0])):.0f}",
            f"{inside('mcv')}, {inside('rom')}, {inside('drift')}",
            f"{1 / np.mean([o.cpu_fraction for o in group]):.0f}",
        )

    for lift, rest in itertools.product(LIFTS, RESTS):
        group = [o for o in outcomes if (o.lift, o.rest) == (lift, rest)]
        if group:
            row(f"{lift} {rest}", group)
    row("all", outcomes)
    console.print(table)
    for o in outcomes:
        if not o.exact:
            console.print(
                f"not exact: {o.lift} {o.rest} {o.seed}: {o.found_reps} of {o.true_reps} in {o.sets} sets"
            )


def main() -> None:
    """Run the grid."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--lifts", nargs="*", default=LIFTS)
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    jobs = list(itertools.product(options.lifts, RESTS, seeds))
    console = Console(width=200)
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        outcomes = list(track(pool.map(_run, jobs), total=len(jobs), description="sets", console=console))
    report(outcomes, console)


if __name__ == "__main__":
    main()
