"""Error, bias and coverage of every measure of a rep, against the simulator's closed-form truth.

    uv run python benchmarks/measure_accuracy.py [--seeds 12] [--first-seed 2000] [--workers 2]
        [--markdown docs/accuracy.md]

Eight lifts, each seed a lifter and a sensor of their own, done well or with faults; every sample goes
through `SetAnalyzer` as a file would. Seeds below 1000 are for tuning. Coverage is the share of true values
inside the 95 % interval, with its own 95 % interval clustered by set.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # one process per core; must be set before numpy is imported

import itertools
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING

import numpy as np
from report import NO_VALUE, Report, ReportTable, argument_parser
from rich.console import Console
from rich.progress import track

from analysis import ImuBlock, Mount, SensorInfo, SetFinished, SetLabel, analyze
from analysis.measures import MEASURES
from analysis.stability.parts import BINS
from firmware_sim.lifter import Faults
from firmware_sim.mems import MemsSettings
from firmware_sim.offline import OfflineRecording, simulate_offline
from firmware_sim.scenarios import single_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis import Rep
    from firmware_sim.lifter import RestStyle
    from firmware_sim.truth import RepTruth

LIFTS = (
    "back_squat", "front_squat", "bench_press", "overhead_press", "deadlift", "bent_over_row", "t_bar_row",
    "power_clean",
)  # fmt: skip
RESTS: tuple[RestStyle, ...] = ("paused", "short", "touch_and_go")
RATES_HZ = (100, 200, 400)
COLUMNS = ("measure", "unit", "reps", "true, median", "RMSE", "bias", "stated sd, median", "inside 95 %")
FAULTY = Faults(forward_in_hole=0.6, rounding=0.6, forward_off_floor=0.6, lockout_stall=0.5, uneven_press=0.5)


@dataclass(frozen=True)
class Found:
    """One measure of one rep: which set and lift, truth, estimate and its standard deviation."""

    set_id: int
    lift: str
    measure: str
    truth: float
    value: float
    sd: float


def run_set(job: tuple[str, int]) -> list[Found]:
    """Simulate one set, analyse it, and pair its measures with the true ones."""
    lift, seed = job
    effort = (0.6, 0.75, 0.9)[seed % 3]
    faults = FAULTY if seed % 2 else Faults()
    scenario = single_set(
        lift, 5, 100.0, seed, rest=RESTS[(seed // 2) % 3], settings=MemsSettings(rate_hz=RATES_HZ[seed % 3]),
        effort_fraction=effort, faults=faults, fresh_faults=faults,
    )  # fmt: skip
    recording = simulate_offline(scenario, tail_s=2.0)
    block = ImuBlock(recording.t_s, recording.specific_force_mps2, recording.gyro_radps)
    mount = Mount(bar_axis=recording.bar_axis, lever_m=recording.lever_m)
    info = SensorInfo(recording.sample_rate_hz)
    events = analyze([block], info, mount, SetLabel(lift, 100.0))
    reps = [rep for event in events if isinstance(event, SetFinished) for rep in event.summary.reps]
    pairs = list(_paired(reps, recording, 1 + scenario.unit.clock_error_fraction))
    sway = _true_sway(recording) if len(pairs) == len(reps) == len(recording.sets[0].reps) else {}
    found: list[Found] = []
    for number, (rep, truth) in enumerate(pairs):
        true = dict(truth.measures) | ({"path_sway_m": sway[number]} if sway else {})
        for name, estimate in rep.measures.items():
            expected = true.get(name)
            if expected is not None and estimate.value is not None:
                found.append(
                    Found(
                        seed * 100 + LIFTS.index(lift),
                        lift,
                        name,
                        expected,
                        estimate.value,
                        estimate.sd or 0.0,
                    )
                )
    return found


def _paired(reps: Sequence[Rep], recording: OfflineRecording, scale: float) -> list[tuple[Rep, RepTruth]]:
    offset = float(recording.t_true_s[0])
    pairs: list[tuple[Rep, RepTruth]] = []
    for truth in recording.sets[0].reps:
        middle_s = ((truth.concentric_start_s + truth.concentric_end_s) / 2 - offset) * scale
        match = [rep for rep in reps if rep.concentric_start_s <= middle_s <= rep.concentric_end_s]
        if len(match) == 1:
            pairs.append((match[0], truth))
    return pairs


def _true_sway(recording: OfflineRecording) -> dict[int, float]:
    """Root mean square of each true path about the mean of the others, at matched heights."""
    paths: list[np.ndarray] = []
    for truth in recording.sets[0].reps:
        first, turn = np.searchsorted(recording.t_true_s, (truth.start_s, truth.turning_point_s))
        position = recording.position_m[first : turn + 1]
        height = np.maximum.accumulate(np.abs(position[:, 2] - position[0, 2]))
        levels = (np.arange(BINS) + 0.5) / BINS * height[-1]
        paths.append(np.interp(levels, height, position[:, 0] - position[0, 0]))
    n = len(paths)
    if n < 3:
        return {}
    total = np.sum(paths, axis=0)
    return {
        k: float(np.sqrt((n - 1) / n * np.mean((path - (total - path) / (n - 1)) ** 2)))
        for k, path in enumerate(paths)
    }


def row(name: str, label: str, found: Sequence[Found]) -> tuple[str, ...]:
    """Fill one row of `COLUMNS`."""
    error = np.array([one.value - one.truth for one in found])
    sd = np.array([one.sd for one in found])
    sets = np.array([one.set_id for one in found])
    inside = np.abs(error) < 1.96 * sd
    share = inside.mean()
    by_set = [inside[sets == k].sum() - share * (sets == k).sum() for k in np.unique(sets)]
    spread = np.sqrt(np.square(by_set).sum()) / len(found)
    return (
        label,
        MEASURES[name].unit or NO_VALUE,
        str(len(found)),
        f"{np.median([one.truth for one in found]):.4f}",
        f"{np.sqrt((error**2).mean()):.4f}",
        f"{error.mean():+.4f}",
        f"{np.median(sd):.4f}",
        f"{share:.1%} ± {1.96 * spread:.1%}",
    )


def main() -> None:
    """Run the grid."""
    parser = argument_parser(__doc__)
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--first-seed", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--by-lift", nargs="*", default=(), help="measures to show lift by lift as well")
    options = parser.parse_args()
    jobs = list(itertools.product(LIFTS, range(options.first_seed, options.first_seed + options.seeds)))
    console = Console(width=170)
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        results = list(track(pool.map(run_set, jobs), total=len(jobs), console=console))
    found = [one for result in results for one in result]
    command = f"uv run python benchmarks/measure_accuracy.py --seeds {options.seeds}"
    report = Report("Measures of a rep against the true ones", command)
    table = ReportTable(f"Estimate minus truth, {len(jobs)} simulated sets of {len(LIFTS)} lifts", COLUMNS)
    for name in MEASURES:
        chosen = [one for one in found if one.measure == name]
        if chosen:
            table.add(*row(name, MEASURES[name].name, chosen))
        if name in options.by_lift:
            for lift in LIFTS:
                few = [one for one in chosen if one.lift == lift]
                if few:
                    table.add(*row(name, f"  {lift}", few))
    report.tables.append(table)
    report.publish(console, options.markdown)


if __name__ == "__main__":
    main()
