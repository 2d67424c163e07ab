"""Ours beside what others do, on the same sets, by the same definitions, in one run.

    uv run --group bench python benchmarks/side_by_side.py [--seeds 2] [--first-seed 100] [--markdown FILE]

First table: simulated sets, lifts x rest styles x seeds (100 and up; lower ones are for tuning), default
sensor. Second: the clean bench and squat sets of ``watch-lpt`` against a cord transducer, where
``UPRIGHT_DATA`` (or ``../shared/data``) has them. Every opponent appears twice: with its own events, and with
ours given to it (where the bar is still, the homes, and the phase boundaries of the reps), which tells the
filter and the event finding apart. Errors are over the reps that a pipeline found (simulator) or the sets
whose count it got right (watch, because truth and recording are aligned by rep number only): read them
together with the count.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import time
import warnings
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from opponents import OPPONENTS, Homes, OpponentConfig, Recording
from rep_measures import RepNumbers, given_homes, measure_given, measure_own
from report import NO_VALUE, Report, ReportTable, argument_parser, data_folder
from rich.console import Console
from rich.progress import track

from analysis import (
    ImuBlock,
    Mount,
    MountPosition,
    SensorInfo,
    SetAnalyzer,
    SetFinished,
    SetLabel,
)
from firmware_sim.offline import simulate_offline
from firmware_sim.scenarios import single_set
from ingest.imports.importer import import_file

if TYPE_CHECKING:
    from pathlib import Path

    from analysis import Rep
    from analysis.estimator import MotionEstimate
    from analysis.imu import FloatArray
    from firmware_sim.lifter import RestStyle

LIFTS = ("back_squat", "front_squat", "bench_press", "overhead_press", "deadlift")
RESTS: tuple[RestStyle, ...] = ("paused", "short", "touch_and_go")
UP_FIRST = ("overhead_press", "deadlift")
WATCH_LIFTS = {"bench": "bench_press", "squat": "back_squat"}
OURS, GIVEN = "e ours", ", our events"
PACKET_SAMPLES = 10

METHOD = (
    (
        "“Our events”: still moments, homes and phase boundaries from our result; the opponent's filter and "
        "its way to remove drift. What remains against ours is the filter; what changes against the row "
        "above is event finding. The low-pass of (a) takes a part of the motion for gravity and shifts its "
        "phase; its velocity is not zero at the true homes, and forcing it there makes (a) worse."
    ),
    (
        "Errors are over the reps that the pipeline found (simulator) or the sets whose count it got right "
        "(watch), so a pipeline that misses the hard reps looks better than it is. Without an attitude there "
        "is no forward drift."
    ),
    (
        "Ours knows the catalogue's range of motion of the lift; the opponents know which way it goes first. "
        "Processor time: ours with all that is reported live while the set runs, the others once per set."
    ),
)
"""Remarks on how the comparison was made."""


@dataclass(frozen=True, eq=False)
class Problem:
    """One set with its truth.

    Attributes
    ----------
    exercise_id : str
        Catalogue id.
    t_s : (N,) float64, s
        Sensor time.
    recording : Recording
        The samples.
    mount : Mount
        As told to ours; opponents get lever arm and bar axis.
    truths : list of RepNumbers
        In order; times are NaN where truth has none.
    timed : bool
        Whether truth and recording share a clock.
    """

    exercise_id: str
    t_s: FloatArray
    recording: Recording
    mount: Mount
    truths: list[RepNumbers]
    timed: bool


@dataclass
class Tally:
    """What one pipeline did over all sets."""

    sets: int = 0
    exact: int = 0
    true_reps: int = 0
    pairs: list[tuple[RepNumbers, RepNumbers]] = field(default_factory=list)
    cpu_s: float = 0.0
    data_s: float = 0.0

    def add(self, problem: Problem, reps: list[RepNumbers], cpu_s: float) -> None:
        """Compare one set with its truth."""
        self.sets += 1
        self.true_reps += len(problem.truths)
        self.cpu_s += cpu_s
        self.data_s += float(problem.t_s[-1])
        pairs = match(reps, problem.truths) if problem.timed else []
        if not problem.timed and len(reps) == len(problem.truths):
            pairs = list(zip(reps, problem.truths, strict=True))
        self.exact += len(reps) == len(problem.truths) == len(pairs)
        self.pairs += pairs


def match(reps: list[RepNumbers], truths: list[RepNumbers]) -> list[tuple[RepNumbers, RepNumbers]]:
    """Pair each truth with the one rep whose concentric phase covers the middle of the true one."""
    pairs: list[tuple[RepNumbers, RepNumbers]] = []
    for truth in truths:
        middle_s = (truth.concentric_start_s + truth.concentric_end_s) / 2
        found = [rep for rep in reps if rep.concentric_start_s <= middle_s <= rep.concentric_end_s]
        if len(found) == 1:
            pairs.append((found[0], truth))
    return pairs


def simulated(lift: str, rest: RestStyle, seed: int) -> Problem:
    """One simulated set; truth is brought onto the sensor's clock."""
    scenario = single_set(lift, 5, 100.0, seed=seed, rest=rest)
    data = simulate_offline(scenario, tail_s=2.0)
    scale, offset_s = 1 + scenario.unit.clock_error_fraction, data.t_true_s[0]
    truths = [
        RepNumbers(
            (rep.concentric_start_s - offset_s) * scale,
            (rep.concentric_end_s - offset_s) * scale,
            rep.mean_concentric_velocity_mps,
            rep.peak_concentric_velocity_mps,
            rep.range_of_motion_m,
            rep.forward_drift_m,
        )
        for rep in data.sets[0].reps
    ]
    rate_hz = (len(data.t_s) - 1) / float(data.t_s[-1])
    recording = Recording(
        rate_hz, data.specific_force_mps2, data.gyro_radps, np.array(data.lever_m), lift in UP_FIRST
    )
    mount = Mount(MountPosition.SHAFT, data.bar_axis, data.lever_m)
    return Problem(lift, data.t_s, recording, mount, truths, timed=True)


def imported_values(path: Path) -> FloatArray:
    """Time (s), specific force (m/s²) and rate of turn (rad/s) of a file, (N, 7)."""
    stream = import_file(path).stream
    blocks = [] if stream is None else [item for item in stream.items if isinstance(item, ImuBlock)]
    return np.concatenate(
        [np.column_stack([block.t_s, block.specific_force_mps2, block.gyro_radps]) for block in blocks]
    )


def watch_problems(folder: Path) -> list[Problem]:
    """Clean bench and squat sets, on one uniform time base for all pipelines (gaps are of a few samples)."""
    recordings = pl.read_csv(folder / "recordings.csv").filter(
        (pl.col("note").is_null() | (pl.col("note") == "")) & pl.col("lift").is_in(list(WATCH_LIFTS))
    )
    truths = pl.read_csv(folder / "lpt_reps.csv")
    problems: list[Problem] = []
    for row in recordings.iter_rows(named=True):
        reps = truths.filter(pl.col("set_id") == row["set_id"]).sort("true_rep")
        if len(reps) != row["true_reps"]:
            continue
        values = imported_values(folder / row["file"])
        rate_hz = (len(values) - 1) / float(values[-1, 0])
        t_s = np.arange(len(values)) / rate_hz
        signals = np.column_stack([np.interp(t_s, values[:, 0], values[:, column]) for column in range(1, 7)])
        recording = Recording(
            rate_hz, signals[:, :3].copy(), signals[:, 3:].copy(), np.zeros(3), up_first=False
        )
        position = MountPosition.WRIST if row["mount"] == "wrist" else MountPosition.SLEEVE
        numbers = [
            RepNumbers(np.nan, np.nan, mean, peak, rom, None)
            for mean, peak, rom in reps.select("mean_velocity", "peak_velocity", "rom_m").iter_rows()
        ]
        problems.append(
            Problem(WATCH_LIFTS[row["lift"]], t_s, recording, Mount(position), numbers, timed=False)
        )
    return problems


def run_ours(problem: Problem) -> tuple[list[Rep], list[MotionEstimate], float]:
    """Push the set through `SetAnalyzer` as it would come live; reps, motions and processor time, s."""
    motions: list[MotionEstimate] = []
    recording = problem.recording
    analyzer = SetAnalyzer(
        SensorInfo(recording.rate_hz), problem.mount, SetLabel(problem.exercise_id), on_motion=motions.append
    )
    cuts = [slice(at, at + PACKET_SAMPLES) for at in range(0, len(recording), PACKET_SAMPLES)]
    blocks = [
        ImuBlock(problem.t_s[cut], recording.force_mps2[cut], recording.gyro_radps[cut], cut.start)
        for cut in cuts
    ]
    started_s = time.process_time()
    events = [event for block in blocks for event in analyzer.push(block)] + analyzer.finish()
    cpu_s = time.process_time() - started_s
    reps = [rep for event in events if isinstance(event, SetFinished) for rep in event.summary.reps]
    return reps, motions, cpu_s


def run_problem(problem: Problem, tallies: dict[str, Tally]) -> None:
    """Run every pipeline on one set."""
    warm_up()
    config, recording = OpponentConfig(), problem.recording
    axis = None if problem.mount.bar_axis is None else np.array(problem.mount.bar_axis)
    reps, motions, cpu_s = run_ours(problem)
    tallies[OURS].add(problem, [RepNumbers.ours(rep) for rep in reps], cpu_s)
    homes = given_homes(reps, motions, problem.t_s, recording) if reps else None
    for name, pipeline in OPPONENTS.items():
        started_s = time.process_time()
        motion = pipeline(recording, None, config)
        own = measure_own(motion, recording, problem.t_s, axis, config)
        tallies[name].add(problem, own, time.process_time() - started_s)
        started_s = time.process_time()
        given: list[RepNumbers] = []
        if homes is not None:
            motion = pipeline(recording, homes, config)
            given = measure_given(motion, recording, problem.t_s, axis, reps)
        tallies[name + GIVEN].add(problem, given, time.process_time() - started_s)


@cache
def warm_up() -> None:
    """Import and compile what the opponents need, so that it is not counted."""
    warnings.filterwarnings("ignore", module="gaitmap")
    warnings.filterwarnings("ignore", module="tpcp")
    n = 600
    force = np.tile([0.0, 0.0, 9.81], (n, 1)) + np.random.default_rng(0).normal(0, 0.01, (n, 3))
    recording = Recording(200.0, force, np.zeros((n, 3)), np.zeros(3), up_first=False)
    homes = Homes(((100, 110), (300, 310)), np.zeros(n, dtype=np.bool_))
    for pipeline in OPPONENTS.values():
        pipeline(recording, homes, OpponentConfig())
        pipeline(recording, None, OpponentConfig())


def new_tallies() -> dict[str, Tally]:
    """Make one for every pipeline, in the order of the table."""
    names = [variant for name in OPPONENTS for variant in (name, name + GIVEN)]
    return {name: Tally() for name in (*names, OURS)}


def tabulate(title: str, tallies: dict[str, Tally], *, drift: bool) -> ReportTable:
    """Make the table; m/s in cm/s and m in cm, as the field reads them."""
    columns = [
        "pipeline", "count exact", "reps compared", "MCV bias cm/s", "RMSE", "median", "PV RMSE cm/s",
        "ROM RMSE cm", *(("drift RMSE cm", "median") if drift else ()), "CPU s/min",
    ]  # fmt: skip
    table = ReportTable(title, tuple(columns))
    for name, tally in tallies.items():
        mean = errors(tally, "mean_mps")
        cells = [
            name,
            f"{tally.exact} of {tally.sets}",
            f"{len(tally.pairs)} of {tally.true_reps}",
            f"{mean.mean():+.1f}" if len(mean) else NO_VALUE,
            rmse(mean),
            median(mean),
            rmse(errors(tally, "peak_mps")),
            rmse(errors(tally, "range_m")),
        ]
        if drift:
            forward = errors(tally, "forward_drift_m")
            cells += [rmse(forward), median(forward)]
        table.add(*cells, f"{60 * tally.cpu_s / tally.data_s:.2f}")
    return table


def errors(tally: Tally, quantity: str) -> FloatArray:
    """Estimate minus truth times 100, of the pairs in which both exist."""
    values = [(getattr(rep, quantity), getattr(truth, quantity)) for rep, truth in tally.pairs]
    return 100 * np.array([a - b for a, b in values if a is not None and b is not None])


def rmse(values: FloatArray) -> str:
    """Format the root mean square."""
    return f"{np.sqrt((values**2).mean()):.1f}" if len(values) else NO_VALUE


def median(values: FloatArray) -> str:
    """Format the median of the absolute values."""
    return f"{np.median(np.abs(values)):.1f}" if len(values) else NO_VALUE


def main() -> int:
    """Run both comparisons."""
    parser = argument_parser(__doc__)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--lifts", nargs="*", default=LIFTS)
    options = parser.parse_args()
    console = Console(width=160)
    command = "uv run --group bench python benchmarks/side_by_side.py"
    command += f" --first-seed {options.first_seed} --seeds {options.seeds}"
    report = Report("Side by side with other methods", command)
    try:
        warm_up()
    except ImportError as error:
        console.print(f"{error.name} is missing; run: uv run --group bench python benchmarks/side_by_side.py")
        return 1
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    tallies = new_tallies()
    jobs: list[tuple[str, RestStyle, int]] = [
        (lift, rest, seed) for lift in options.lifts for rest in RESTS for seed in seeds
    ]
    for lift, rest, seed in track(jobs, description="simulated sets", console=console):
        run_problem(simulated(lift, rest, seed), tallies)
    title = f"Simulator: {len(jobs)} sets, {', '.join(options.lifts)}; three rest styles"
    report.tables.append(tabulate(title, tallies, drift=True))
    folder = data_folder("watch-lpt")
    if folder.is_dir():
        tallies = new_tallies()
        problems = watch_problems(folder)
        for problem in track(problems, description="watch sets", console=console):
            run_problem(problem, tallies)
        title = f"Watch on the wrist against a cord transducer: {len(problems)} clean bench and squat sets"
        report.tables.append(tabulate(title, tallies, drift=False))
    else:
        report.remarks.append(
            "The watch recordings are not there; set UPRIGHT_DATA to the folder that holds watch-lpt."
        )
    report.remarks += METHOD
    report.publish(console, options.markdown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
