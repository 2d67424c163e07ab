"""The verdicts on stability end to end: whole simulated training weeks through the whole signal core.

    uv run python benchmarks/stability_sessions.py [--lifters 100] [--lift front_squat]
        [--workers 2] [--markdown docs/stability_accuracy.md]

Every lifter does three ordinary sessions, and then a fourth three times over: nothing changes; nothing
changes but that the reps are 40 % slower by the last set; the bar goes 2 cm further forward with each set.
Also measures the error model that ``benchmarks/stability_statistics.py`` draws from.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # one process per core; must be set before numpy is imported

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

import numpy as np
from report import Report, ReportTable, argument_parser
from rich.console import Console
from rich.progress import track
from simulated_sets import stream

from analysis import Mount, MountPosition, SensorInfo, SetAnalyzer, SetFinished, SetLabel
from analysis.exercises import CATALOGUE
from analysis.measures import MEASURES
from analysis.stability.history import Conditions, LiftedSet, part_reps
from analysis.stability.judge import judge_lift
from analysis.stability.judgement import LiftVerdict, Word
from analysis.stability.sentences import shown
from analysis.stability.statistics import Spread
from firmware_sim.demo import ordinary_session
from firmware_sim.offline import simulate_offline

FIRST_DAY = datetime(2026, 1, 5, 18, tzinfo=UTC)
BASELINE_DAYS, BASELINE_SETS, SETS, REPS = 3, 3, 5, 5
DRIFT_M, SLOWING = 0.02, 0.67
"""A concentric phase that lasts 67 % longer is 40 % slower."""
QUIET = {Word.NO_CLEAR_CHANGE, Word.TOO_LITTLE_DATA}
WORSE = {Word.CLEARLY_WORSE, Word.PROBABLY_WORSE}
FORWARD = "forward_displacement_m"
KINDS = {
    "nothing changes": (0.10, 0.0),
    "reps 40 % slower by the last set": (SLOWING, 0.0),
    "2 cm further forward with each set": (0.10, DRIFT_M),
}


@dataclass(frozen=True)
class Weeks:
    """What one lifter's weeks gave.

    Attributes
    ----------
    verdicts : dict of str to LiftVerdict
        By kind of the fourth session.
    exact_sets, sets : int
        With the right number of reps, and all.
    components : dict of str to tuple of 4 float
        By part: standard deviations from rep to rep, set to set and day to day, and as stated for a rep.
    """

    verdicts: dict[str, LiftVerdict]
    exact_sets: int
    sets: int
    components: dict[str, tuple[float, float, float, float]]


def lift_session(
    lift: str, n_sets: int, seed: int, sensor_seed: int, day: int, slowing: float, drift_m: float
) -> list[LiftedSet]:
    """Simulate and analyse one session of one lift."""
    scenario = ordinary_session(
        lift, n_sets, REPS, seed, slowing_fraction=slowing, drift_per_set_m=drift_m, sensor_seed=sensor_seed
    )
    recording = simulate_offline(scenario, tail_s=4.0)
    mount = Mount(MountPosition(scenario.mount.position), recording.bar_axis, recording.lever_m)
    accel, gyro = scenario.settings.full_scale[0], scenario.settings.full_scale[3]
    info = SensorInfo(recording.sample_rate_hz, float(accel), float(gyro))
    analyzer = SetAnalyzer(info, mount, SetLabel(lift, 100.0))
    events = [event for item in stream(recording) for event in analyzer.push(item)] + analyzer.finish()
    conditions = Conditions("shaft", str(sensor_seed), "core")
    started_at = FIRST_DAY + timedelta(days=day)
    return [
        LiftedSet.of(event.summary, f"day {day}", started_at, conditions)
        for event in events
        if isinstance(event, SetFinished)
    ]


def run_lifter(job: tuple[str, int]) -> Weeks:
    """Let one lifter train for four weeks."""
    lift, seed = job
    earlier = [
        one
        for week in range(BASELINE_DAYS)
        for one in lift_session(lift, BASELINE_SETS, 1000 * seed + week, seed, 7 * week, 0.10, 0.0)
    ]
    verdicts: dict[str, LiftVerdict] = {}
    every = list(earlier)
    for k, (kind, (slowing, drift_m)) in enumerate(KINDS.items()):
        today = lift_session(lift, SETS, 1000 * seed + 100 + k, seed, 7 * BASELINE_DAYS, slowing, drift_m)
        every += today
        verdict = judge_lift(lift, today, earlier)
        if verdict is not None:
            verdicts[kind] = verdict
    exact = sum(len(one.reps) == REPS for one in every)
    expected = BASELINE_DAYS * BASELINE_SETS + SETS * len(KINDS)
    return Weeks(verdicts, exact, max(expected, len(every)), _components(lift, earlier))


def _components(lift: str, sets: list[LiftedSet]) -> dict[str, tuple[float, float, float, float]]:
    """Take the scatter of ordinary sessions apart, as variances."""
    found: dict[str, tuple[float, float, float, float]] = {}
    for part in CATALOGUE[lift].parts:
        reps = [(one.session_id, its) for one in sets if len(its := part_reps(one, part)) > 1]
        if MEASURES[part].scope == "set" or not reps:
            continue
        within = Spread.of([its.values for _, its in reps]).variance
        days = [
            np.array([its.values.mean() for day, its in reps if day == one])
            for one in dict.fromkeys(day for day, _ in reps)
        ]
        between = Spread.of(days).variance
        daily = Spread.of([np.array([day.mean() for day in days])]).variance
        stated = float(np.mean(np.concatenate([its.sds for _, its in reps]) ** 2))
        found[part] = (within, between - within / REPS, daily - between / BASELINE_SETS, stated)
    return found


def verdict_table(weeks: list[Weeks]) -> ReportTable:
    """Count the words."""
    columns = (
        "the fourth session",
        "sessions",
        "first part: a change",
        "any part: a change",
        "bar further forward",
    )
    table = ReportTable(
        "Verdicts on whole simulated sessions, % (5 sets of 5, baseline of 3 x 3 sets)", columns
    )
    for kind in KINDS:
        verdicts = [one.verdicts[kind] for one in weeks if kind in one.verdicts]
        forward = [next(part for part in one.parts if part.part == FORWARD) for one in verdicts]
        table.add(
            kind,
            str(len(verdicts)),
            _percent([one.word not in QUIET for one in verdicts]),
            _percent([any(part.word not in QUIET for part in one.parts) for one in verdicts]),
            _percent([part.word in WORSE for part in forward]),
        )
    return table


def coverage_table(lift: str, weeks: list[Weeks]) -> ReportTable:
    """How often the 90 % interval of the change holds the truth."""
    table = ReportTable(
        "Share of 90 % intervals of the change from first to last set that hold the truth, %",
        ("part", *KINDS),
    )
    for part in CATALOGUE[lift].parts:
        cells: list[str] = []
        for kind, (_, drift_m) in KINDS.items():
            found = [
                next(p for p in one.verdicts[kind].parts if p.part == part)
                for one in weeks
                if kind in one.verdicts
            ]
            true = drift_m * (SETS - 1) if part == FORWARD else 0.0
            changes = [one.change for one in found if one.change is not None]
            cells.append(_percent([one.low <= true <= one.high for one in changes]))
        table.add(MEASURES[part].name, *cells)
    return table


def component_table(weeks: list[Weeks]) -> ReportTable:
    """Say how ordinary sessions scatter."""
    columns = ("part", "rep to rep", "set to set", "day to day", "stated for a rep")
    table = ReportTable("Scatter of ordinary sessions as measured, standard deviations", columns)
    for part in weeks[0].components:
        variances = np.mean([one.components[part] for one in weeks if part in one.components], axis=0)
        sds = np.sqrt(np.maximum(variances, 0.0))
        table.add(MEASURES[part].name, *(shown(part, float(sd)) for sd in sds))
    return table


def _percent(values: list[bool]) -> str:
    return f"{100 * float(np.mean(values)):.0f}" if values else "–"


def main() -> None:
    """Simulate, judge, publish."""
    parser = argument_parser(__doc__)
    parser.add_argument("--lifters", type=int, default=100)
    parser.add_argument("--lift", default="front_squat")
    parser.add_argument("--first-seed", type=int, default=5000, help="below 1000: for tuning")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    jobs = [(arguments.lift, arguments.first_seed + k) for k in range(arguments.lifters)]
    with ProcessPoolExecutor(arguments.workers, mp_context=get_context("spawn")) as pool:
        weeks = list(
            track(
                pool.map(run_lifter, jobs),
                total=len(jobs),
                description="lifters",
                console=Console(stderr=True),
                transient=True,
            )
        )
    exact, sets = sum(one.exact_sets for one in weeks), sum(one.sets for one in weeks)
    report = Report(
        f"Verdicts over whole sessions: {arguments.lift}",
        f"uv run python benchmarks/stability_sessions.py --lift {arguments.lift}",
        [
            verdict_table(weeks),
            coverage_table(arguments.lift, weeks),
            component_table(weeks),
        ],
        [
            f"{len(weeks)} lifters, each with an own sensor, {len(weeks) * 6} sessions.",
            f"{exact} of {sets} sets with the exact number of reps.",
            f"Seeds from {arguments.first_seed}; seeds below 1000 are for tuning.",
        ],
    )
    report.publish(Console(), arguments.markdown)


if __name__ == "__main__":
    main()
