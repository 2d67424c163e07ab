"""Accuracy and coverage of the whole signal core against the closed-form truth of the simulator.

    uv run python benchmarks/simulator_accuracy.py [--part main scatter mounts stress]
        [--first-seed 1000] [--workers 2] [--markdown docs/accuracy.md]

Every simulated sample goes through `SetAnalyzer.push`, in packets of ten, as it would live. Seeds below
1000 are for tuning. A set counts as exact if it is found as one set with the right number of reps, each on a
true one; a rep that was not found counts with its whole true drift.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # one process per core; must be set before numpy is imported

import itertools
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import TYPE_CHECKING

import numpy as np
from report import NO_VALUE, Report, ReportTable, argument_parser
from rich.console import Console
from rich.progress import track
from simulated_sets import Job, Outcome, run_set

from firmware_sim.lifter import BodyNoise
from firmware_sim.mems_models import mems_by_name
from firmware_sim.mount import WATCH_ABOVE, WATCH_BELOW, SensorMount
from firmware_sim.warm_up import WarmUp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firmware_sim.lifter import RestStyle

SLOW_LIFTS = (
    "back_squat", "front_squat", "split_squat", "bench_press", "incline_bench_press", "overhead_press",
    "deadlift", "romanian_deadlift", "bent_over_row", "t_bar_row",
)  # fmt: skip
EXPLOSIVE_LIFTS = ("push_press", "hang_snatch", "muscle_snatch", "hang_clean", "muscle_clean", "power_clean")
UP_FIRST = {"overhead_press", "deadlift", "bent_over_row", "t_bar_row", *EXPLOSIVE_LIFTS}
HANGING = {"deadlift", "romanian_deadlift", "bent_over_row", "t_bar_row"}
RESTS: tuple[RestStyle, ...] = ("paused", "short", "touch_and_go")
SENSORS = ("BMI160", "BMI270", "LSM6DSO", "ICM-42688")
RATES_HZ = (100, 200, 400)
COLUMNS = (
    "sets", "count exact", "MCV RMSE m/s", "bias", "PV RMSE m/s", "ROM RMSE mm", "drift RMSE mm", "median mm",
    "boundary median ms", "live MCV RMSE", "live exact",
)  # fmt: skip
COVERAGE_COLUMNS = ("sets", "MCV", "PV", "ROM", "drift", "NEES MCV", "PV", "ROM", "drift", "live MCV")


def main_jobs(first_seed: int) -> list[Job]:
    """Lifts x rest styles x sensors x rates, one set each: 576 sets."""
    jobs: list[Job] = []
    grid = itertools.product((*SLOW_LIFTS, *EXPLOSIVE_LIFTS), RESTS, SENSORS, RATES_HZ)
    for seed, (lift, rest, sensor, rate_hz) in enumerate(grid, start=first_seed):
        jobs.append(Job(lift, rest, seed, rate_hz, {"mems": sensor}))
    return jobs


def _lifts_and_rests(first_seed: int, group: str, sets: int = 2) -> list[Job]:
    """Slow lifts x rest styles at the default sensor, every set with a lifter and a sensor of its own."""
    grid = itertools.product(SLOW_LIFTS, RESTS, range(sets))
    return [Job(lift, rest, seed, group=group) for seed, (lift, rest, _) in enumerate(grid, start=first_seed)]


def scatter_jobs(first_seed: int) -> list[Job]:
    """How far the bar's home wanders from rep to rep: 5, 20 and 40 mm."""
    return [
        replace(job, options={"home_scatter_m": scatter_m})
        for scatter_m in (0.005, 0.020, 0.040)
        for job in _lifts_and_rests(first_seed + 1000, f"home scatter {scatter_m * 1000:.0f} mm")
    ]


def mount_jobs(first_seed: int) -> list[Job]:
    """On a sleeve with a known lever arm, and on a wrist that turns against the bar."""
    sleeve = SensorMount(position="sleeve", along_m=0.75, radius_m=0.035)
    jobs = [
        replace(job, options={"mount": sleeve})
        for job in _lifts_and_rests(first_seed + 2000, "sleeve, lever arm known")
    ]
    for job in _lifts_and_rests(first_seed + 2000, "watch on the wrist"):
        watch = WATCH_ABOVE if job.lift in HANGING else WATCH_BELOW
        jobs.append(replace(job, options={"mount": watch}))
    return jobs


def stress_jobs(first_seed: int) -> list[Job]:
    """Human motion x 2, bar whip, loss 5 %, no pause, bias x 2, warming up, busy surroundings, not told."""
    seed = first_seed + 4000
    jobs = [
        replace(job, options={"noise": BodyNoise().scaled(2.0)})
        for job in _lifts_and_rests(seed, "human motion x 2")
    ]
    whipping = BodyNoise(whip=True)
    jobs += [replace(job, options={"noise": whipping}) for job in _lifts_and_rests(seed, "bar whip")]
    jobs += [replace(job, loss_fraction=0.05) for job in _lifts_and_rests(seed, "loss 5 %")]
    jobs += [job for job in _lifts_and_rests(seed, "no pause at all", 4) if job.rest == "touch_and_go"]
    doubled = mems_by_name("BMI270").with_bias(2.0)
    jobs += [replace(job, options={"mems": doubled}) for job in _lifts_and_rests(seed, "bias x 2")]
    poor = doubled.with_scale_errors(2.0)
    jobs += [
        replace(job, options={"mems": poor}) for job in _lifts_and_rests(seed, "bias and scale errors x 2")
    ]
    warming = WarmUp(rise_k=4.0, time_constant_s=120.0)
    jobs += [
        replace(job, options={"warm_up": warming, "accel_delay_s": 0.001})
        for job in _lifts_and_rests(seed, "warms up by 4 K, accelerometer 1 ms late")
    ]
    jobs += [
        replace(job, options={"surroundings": "busy"}) for job in _lifts_and_rests(seed, "busy surroundings")
    ]
    return jobs + [replace(job, told=False) for job in _lifts_and_rests(seed, "lift not told")]


PARTS: dict[str, Callable[[int], list[Job]]] = {
    "main": main_jobs,
    "scatter": scatter_jobs,
    "mounts": mount_jobs,
    "stress": stress_jobs,
}


def _values(group: Sequence[Outcome], name: str) -> tuple[np.ndarray, np.ndarray]:
    pairs = np.array([pair for outcome in group for pair in outcome.errors[name]]).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _rmse(error: np.ndarray, digits: int, factor: float = 1.0) -> str:
    return f"{factor * np.sqrt((error**2).mean()):.{digits}f}" if len(error) else NO_VALUE


def accuracy_row(name: str, group: Sequence[Outcome]) -> tuple[str, ...]:
    """Fill one row of `COLUMNS`."""
    errors = {key: _values(group, key)[0] for key in ("mcv", "pv", "rom", "drift", "live")}
    resolvable = len(errors["drift"]) > 0
    missed = np.array([drift for outcome in group for drift in outcome.missed_drift_m])
    drift = np.concatenate([errors["drift"], missed]) if resolvable else errors["drift"]
    edges = np.abs([edge for outcome in group for edge in outcome.boundaries_ms])
    return (
        name,
        str(len(group)),
        f"{np.mean([o.exact for o in group]):.1%}",
        _rmse(errors["mcv"], 4),
        f"{errors['mcv'].mean():+.4f}" if len(errors["mcv"]) else NO_VALUE,
        _rmse(errors["pv"], 4),
        _rmse(errors["rom"], 1, 1000),
        _rmse(drift, 1, 1000),
        f"{1000 * np.median(np.abs(drift)):.1f}" if resolvable else NO_VALUE,
        f"{np.median(edges):.1f}" if len(edges) else NO_VALUE,
        _rmse(errors["live"], 4),
        f"{np.mean([o.live_reps == o.true_reps for o in group]):.0%}",
    )


def _inside(group: Sequence[Outcome], name: str) -> str:
    """Share of true values inside the 95 % interval, with its own 95 % interval clustered by set."""
    by_set = [np.array(outcome.errors[name]).reshape(-1, 2) for outcome in group if outcome.errors[name]]
    if not by_set:
        return NO_VALUE
    hits = np.array([(np.abs(pairs[:, 0]) < 1.96 * pairs[:, 1]).sum() for pairs in by_set], dtype=float)
    sizes = np.array([len(pairs) for pairs in by_set], dtype=float)
    share = hits.sum() / sizes.sum()
    # Ratio estimator: variance from the residuals of whole sets.
    spread = np.sqrt(((hits - share * sizes) ** 2).sum()) / sizes.sum()
    return f"{share:.1%} ± {1.96 * spread:.1%}"


def coverage_row(name: str, group: Sequence[Outcome]) -> tuple[str, ...]:
    """Fill one row of `COVERAGE_COLUMNS`."""

    def nees(key: str) -> str:
        error, sd = _values(group, key)
        return f"{np.mean((error / sd) ** 2):.2f}" if len(error) else NO_VALUE

    keys = ("mcv", "pv", "rom", "drift")
    inside = [_inside(group, key) for key in keys]
    return (name, str(len(group)), *inside, *(nees(key) for key in keys), _inside(group, "live"))


def tables(part: str, outcomes: Sequence[Outcome]) -> list[ReportTable]:
    """Accuracy and coverage of one part."""
    accuracy = ReportTable(f"Estimate minus truth: {part}", ("", *COLUMNS))
    coverage = ReportTable(f"Share inside the 95 % interval, and NEES: {part}", ("", *COVERAGE_COLUMNS))
    for name, group in _groups(part, outcomes):
        if group:
            accuracy.add(*accuracy_row(name, group))
            coverage.add(*coverage_row(name, group))
    return [accuracy, coverage]


def _groups(part: str, outcomes: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    def where(test: Callable[[Job], bool]) -> list[Outcome]:
        return [outcome for outcome in outcomes if test(outcome.job)]

    if part != "main":
        names = list(dict.fromkeys(outcome.job.group for outcome in outcomes))
        return [(name, where(lambda job, name=name: job.group == name)) for name in names]
    groups = [
        (lift, where(lambda job, lift=lift: job.lift == lift)) for lift in (*SLOW_LIFTS, *EXPLOSIVE_LIFTS)
    ]

    def slow(job: Job) -> bool:
        return job.lift in SLOW_LIFTS

    groups += [
        (f"slow lifts, {rest}", where(lambda job, rest=rest: slow(job) and job.rest == rest))
        for rest in RESTS
    ]
    groups += [
        (f"slow lifts, {kind}", where(lambda job, kind=kind: slow(job) and job.options.get("mems") == kind))
        for kind in SENSORS
    ]
    groups += [
        (f"slow lifts, {rate} Hz", where(lambda job, rate=rate: slow(job) and job.rate_hz == rate))
        for rate in RATES_HZ
    ]
    groups += [
        ("slow lifts, down first", where(lambda job: slow(job) and job.lift not in UP_FIRST)),
        ("slow lifts, up first", where(lambda job: slow(job) and job.lift in UP_FIRST)),
        ("**slow lifts, all**", where(slow)),
        ("**explosive lifts, all**", where(lambda job: not slow(job))),
    ]
    return groups


def main() -> None:
    """Run the grids."""
    parser = argument_parser(__doc__)
    parser.add_argument("--part", nargs="*", choices=tuple(PARTS), default=tuple(PARTS))
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--every", type=int, default=1, help="only every n-th set: a quick look")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    console = Console(width=220)
    report = Report(
        "Against the simulator's closed-form truth", "uv run python benchmarks/simulator_accuracy.py"
    )
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        for part in options.part:
            jobs = PARTS[part](options.first_seed)[:: options.every]
            outcomes = list(
                track(pool.map(run_set, jobs), total=len(jobs), description=part, console=console)
            )
            report.tables += tables(part, outcomes)
            report.remarks += [
                f"Not exact ({part}): {o.job.lift} {o.job.rest} seed {o.job.seed} {o.job.group}: "
                f"{o.found_reps} of {o.true_reps}"
                for o in outcomes
                if not o.exact
            ]
    report.publish(console, options.markdown)


if __name__ == "__main__":
    main()
