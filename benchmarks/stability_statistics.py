"""Coverage, false alarms and power of the verdicts on stability, over simulated lifters.

    uv run python benchmarks/stability_statistics.py [--part coverage alarms power days] [--lifters 1000]
        [--workers 2] [--markdown docs/stability_accuracy.md]

Reps are numbers drawn from an error model (`stability_population`), whose sizes
``benchmarks/stability_sessions.py`` measures on full runs; everything after the reps is the product's code.
Each lifter has scatter and effects of velocity and load of its own, so that a row averages over lifters.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # one process per core; must be set before numpy is imported

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import TYPE_CHECKING

import numpy as np
from report import NO_VALUE, Report, ReportTable, argument_parser
from rich.console import Console
from rich.progress import track
from stability_population import Plan, Scatter, baseline_sessions, draw_lifter, session

from analysis.stability.judge import judge_lift, judge_weeks
from analysis.stability.judgement import Word

if TYPE_CHECKING:
    from collections.abc import Sequence

LIFT = "front_squat"
PRIMARY, OTHER, FORWARD = "uprightness_loss_rad", "rounding_rad", "forward_displacement_m"
REPS = {PRIMARY: 0.018, OTHER: 0.014, FORWARD: 0.010}
"""Scatter from rep to rep; coverage does not depend on the unit."""
QUIET = {Word.NO_CLEAR_CHANGE, Word.TOO_LITTLE_DATA}
WORSE = {Word.CLEARLY_WORSE, Word.PROBABLY_WORSE}


@dataclass(frozen=True)
class Case:
    """Sessions of one kind.

    Attributes
    ----------
    name : str
        Row of a table.
    plan : Plan
        Of the session that is judged.
    drift_sds : float
        True change of the primary part from set to set, in its scatter from rep to rep.
    effects : float
        Size of the effects of load and velocity in these lifters; the product assumes 0.5.
    baseline : tuple of int
        Sessions and sets of each before.
    weeks : int
        Judge so many sessions across weeks instead of one session; 0: one session.
    rep_m, set_m : float or None
        Scatter of forward displacement, the same for all lifters (power table); None: drawn for each.
    drift_m : float
        True change of forward displacement from set to set (power table), m.
    worse_day_sds : float
        By how much the whole day is worse in the primary part, in its scatter from rep to rep.
    """

    name: str
    plan: Plan = field(default_factory=Plan)
    drift_sds: float = 0.0
    effects: float = 0.5
    baseline: tuple[int, int] = (3, 4)
    weeks: int = 0
    rep_m: float | None = None
    set_m: float | None = None
    drift_m: float = 0.0
    worse_day_sds: float = 0.0


@dataclass(frozen=True)
class Result:
    """What was said of one lifter; None where nothing was."""

    covers: bool | None
    ends_cover: bool | None
    half_width: float
    in_band: tuple[bool, ...]
    primary: Word
    others: tuple[Word, ...]
    forward: Word
    day: Word = Word.TOO_LITTLE_DATA
    day_covers: bool | None = None
    headline: str = ""


def _scatter(case: Case, rng: np.random.Generator) -> dict[str, Scatter]:
    if case.rep_m is not None and case.set_m is not None:
        # All of the lift's parts scatter; the forward one as stated.
        fixed = Scatter(case.rep_m, case.set_m, case.set_m, 0.3 * case.rep_m)
        return {FORWARD: fixed}
    return {
        part: Scatter(
            rep, rep * rng.uniform(0.2, 1.0), rep * rng.uniform(0.2, 1.0), rep * rng.uniform(0.2, 0.6)
        )
        for part, rep in REPS.items()
    }


def run_case(job: tuple[Case, int]) -> Result:
    """Draw one lifter, let it train, judge it."""
    case, seed = job
    rng = np.random.default_rng((seed, 11))
    lifter = draw_lifter(seed, _scatter(case, rng), case.effects)
    if case.weeks:
        return _run_weeks(case, lifter)
    n_sessions, n_sets = case.baseline
    earlier = baseline_sessions(lifter, n_sessions, n_sets)
    drift = {PRIMARY: case.drift_sds * REPS[PRIMARY]} if case.drift_sds else {}
    if case.drift_m:
        drift = {FORWARD: case.drift_m}
    load = 1.0 + float(rng.normal(0, 0.03))
    worse_by = case.worse_day_sds * REPS[PRIMARY]
    plan = replace(
        case.plan, day=7.0 * n_sessions, drift_per_set=drift, load=load, offset={PRIMARY: worse_by}
    )
    # The power table is of one part on its own: a lift that is judged by it first.
    lift = "romanian_deadlift" if case.rep_m is not None else LIFT
    verdict = judge_lift(lift, session(lifter, plan), earlier)
    if verdict is None:
        raise RuntimeError("a session without a verdict")
    first = verdict.parts[0]
    true = drift.get(first.part, 0.0) * (plan.n_sets - 1)
    band, day = first.usual, first.day
    return Result(
        covers=None if first.change is None else first.change.low <= true <= first.change.high,
        ends_cover=None
        if first.last_minus_first is None
        else first.last_minus_first.low <= true <= first.last_minus_first.high,
        half_width=0.0 if first.change is None else (first.change.high - first.change.low) / 2,
        in_band=()
        if band is None
        else tuple(band.low <= p.adjusted <= band.high for p in first.points if p.adjusted is not None),
        primary=first.word,
        others=tuple(part.word for part in verdict.parts[1:]),
        forward=next((part.word for part in verdict.parts if part.part == FORWARD), Word.TOO_LITTLE_DATA),
        day=Word.TOO_LITTLE_DATA if day is None else day.word,
        day_covers=None if day is None else day.difference.low <= worse_by <= day.difference.high,
        headline=verdict.headline,
    )


def _run_weeks(case: Case, lifter: object) -> Result:
    from stability_population import Lifter

    assert isinstance(lifter, Lifter)
    sets = []
    per_week = case.drift_sds * REPS[PRIMARY]
    for week in range(case.weeks):
        load = 1.0 + float(lifter.rng.normal(0, 0.03))
        plan = replace(case.plan, day=7.0 * week, load=load, offset={PRIMARY: per_week * week})
        sets += session(lifter, plan)
    history = judge_weeks(LIFT, sets)
    if history is None:
        raise RuntimeError("sessions without a verdict")
    first = history.parts[0]
    # Four sessions: the newest against the mean of the three before.
    true = per_week * (case.weeks - 1 if first.test.method == "sets" else case.weeks / 2)
    return Result(
        covers=None if first.change is None else first.change.low <= true <= first.change.high,
        ends_cover=None,
        half_width=0.0 if first.change is None else (first.change.high - first.change.low) / 2,
        in_band=(),
        primary=first.word,
        others=tuple(part.word for part in history.parts[1:]),
        forward=Word.TOO_LITTLE_DATA,
    )


def coverage_cases() -> list[Case]:
    """Every way to an interval, with and without a true change, slower reps and wrong assumptions."""
    cases = [Case(f"{n} x {r}", Plan(n, r)) for n, r in ((2, 5), (3, 5), (4, 5), (5, 5), (5, 3), (8, 3))]
    cases += [
        Case("3 x 5, true drift of a rep's scatter", Plan(3, 5), drift_sds=1.0),
        Case("5 x 5, true drift of a rep's scatter", Plan(5, 5), drift_sds=1.0),
        Case("3 x 5, baseline of 6 sessions", Plan(3, 5), baseline=(6, 4)),
        Case("3 x 5, a set measured 3 x worse", Plan(3, 5, worse_measured={1: 3.0, 2: 3.0})),
        Case("3 x 5, reps 40 % slower", Plan(3, 5, slowing=0.4)),
        Case("5 x 5, reps 40 % slower", Plan(5, 5, slowing=0.4)),
        Case("the same, velocity has no effect", Plan(5, 5, slowing=0.4), effects=0.0),
        Case("the same, twice the assumed effect", Plan(5, 5, slowing=0.4), effects=1.0),
        Case("weeks: 4 sessions of 4 x 5", Plan(4, 5), weeks=4),
        Case("weeks: 6 sessions of 4 x 5", Plan(4, 5), weeks=6),
        Case("weeks: 10 sessions of 4 x 5, true drift", Plan(4, 5), weeks=10, drift_sds=0.2),
    ]
    return cases


def alarm_cases() -> list[Case]:
    """Nothing changes but the speed."""
    designs = ((3, 5), (4, 5), (5, 5), (8, 3))
    cases = [Case(f"A/A, {n} x {r}", Plan(n, r)) for n, r in designs]
    slow = [(3, 5), (5, 5)]
    cases += [Case(f"40 % slower, {n} x {r}", Plan(n, r, slowing=0.4), effects=0.0) for n, r in slow]
    cases += [
        Case(f"40 % slower and velocity shifts it, {n} x {r}", Plan(n, r, slowing=0.4)) for n, r in slow
    ]
    return cases


def power_cases() -> list[Case]:
    """Cross true forward drift per set with designs and scatter from rep to rep."""
    scatters = ((0.035, 0.005), (0.020, 0.005), (0.010, 0.003))
    designs = ((3, 5), (5, 3), (5, 5), (8, 3))
    return [
        Case("", Plan(n, r), rep_m=rep, set_m=between, drift_m=drift)
        for rep, between in scatters
        for n, r in designs
        for drift in (0.005, 0.010, 0.020)
    ]


def _run(cases: Sequence[Case], lifters: int, workers: int, first_seed: int) -> list[list[Result]]:
    jobs = [
        (case, first_seed + 100_000 * k + seed) for k, case in enumerate(cases) for seed in range(lifters)
    ]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        results = list(
            track(
                pool.map(run_case, jobs, chunksize=20),
                total=len(jobs),
                description="lifters",
                console=Console(stderr=True),
                transient=True,
            )
        )
    return [results[k * lifters : (k + 1) * lifters] for k in range(len(cases))]


def _share(values: Sequence[bool | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{100 * float(np.mean(known)):.1f}" if known else NO_VALUE


def _changed(result: Result) -> bool:
    return result.primary not in QUIET or any(word not in QUIET for word in result.others)


def coverage_table(cases: Sequence[Case], results: Sequence[list[Result]]) -> ReportTable:
    """How often the 90 % intervals hold the truth."""
    columns = (
        "session",
        "change",
        "last − first",
        "a set in the usual band",
        "the day against ordinary days",
        "said nothing",
    )
    table = ReportTable(
        f"Share of lifters whose 90 % interval holds the truth, % of {len(results[0])}", columns
    )
    for case, found in zip(cases, results, strict=True):
        inside = [one for result in found for one in result.in_band]
        table.add(
            case.name,
            _share([result.covers for result in found]),
            _share([result.ends_cover for result in found]),
            _share(inside) if not case.drift_sds else NO_VALUE,
            _share([result.day_covers for result in found]) if not case.drift_sds else NO_VALUE,
            _share([result.covers is None for result in found]),
        )
    return table


def alarm_table(cases: Sequence[Case], results: Sequence[list[Result]]) -> ReportTable:
    """How often a session in which nothing changed is called a change."""
    columns = ("session", "first part", "any part", "clearly, any part", "the day", "headline")
    table = ReportTable(f"Sessions called a change where nothing changed, % of {len(results[0])}", columns)
    for case, found in zip(cases, results, strict=True):
        clear = [
            any(word in {Word.CLEARLY_WORSE, Word.CLEARLY_BETTER} for word in (one.primary, *one.others))
            for one in found
        ]
        table.add(
            case.name,
            _share([one.primary not in QUIET for one in found]),
            _share([_changed(one) for one in found]),
            _share(clear),
            _share([one.day not in QUIET for one in found]),
            _share([one.headline not in QUIET for one in found]),
        )
    return table


def power_table(cases: Sequence[Case], results: Sequence[list[Result]]) -> ReportTable:
    """How often a true drift is found."""
    columns = ("scatter from rep to rep, cm", "sets x reps", "0.5 cm/set", "1 cm/set", "2 cm/set")
    table = ReportTable(
        f"True forward drift found (probably or clearly worse), % of {len(results[0])}", columns
    )
    for k in range(0, len(cases), 3):
        case = cases[k]
        shares = [_share([one.primary in WORSE for one in found]) for found in results[k : k + 3]]
        table.add(f"{100 * (case.rep_m or 0):.1f}", f"{case.plan.n_sets} x {case.plan.n_reps}", *shares)
    return table


def day_cases() -> list[Case]:
    """Cross how much worse the whole day is with the number of days before."""
    return [
        Case(str(n), Plan(4, 5), baseline=(n, 4), worse_day_sds=worse)
        for n in (3, 5, 8, 12)
        for worse in (0.0, 1.0, 2.0, 3.0)
    ]


def day_table(cases: Sequence[Case], results: Sequence[list[Result]]) -> ReportTable:
    """How often a day that is worse from its start is found."""
    columns = ("sessions before", "0 (called worse or better)", "1", "2", "3 scatters of a rep")
    table = ReportTable(
        f"Days worse as a whole by so many scatters of a rep, found, % of {len(results[0])}", columns
    )
    for k in range(0, len(cases), 4):
        none, *some = results[k : k + 4]
        shares = [_share([one.day in WORSE for one in found]) for found in some]
        table.add(cases[k].name, _share([one.day not in QUIET for one in none]), *shares)
    return table


REMARKS = (
    """Baseline of 3 sessions of 4 sets unless said otherwise; loads of a day scatter by 3 %, reps by 3 % of
    velocity; scatter from set to set and from day to day is 0.2 to 1.0 of that from rep to rep, drawn for
    each lifter. Parts of one rep correlate by 0.3.""",
    """Load and velocity shift each part by a normal effect, in standard deviations of an ordinary set 0.5 per
    0.1 m/s and per 10 % of load: what the product assumes. Two rows say what a wrong assumption costs.""",
    "A share of 1000 has a standard error of 0.9 points at 90 %, and 0.7 at 5 %.",
)
PARTS = {
    "coverage": (coverage_cases, coverage_table),
    "alarms": (alarm_cases, alarm_table),
    "power": (power_cases, power_table),
    "days": (day_cases, day_table),
}


def main() -> None:
    """Run what was asked for and publish it."""
    parser = argument_parser(__doc__)
    parser.add_argument("--part", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--lifters", type=int, default=1000)
    parser.add_argument("--first-seed", type=int, default=1_000_000, help="below a million: for tuning")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    report = Report("Verdicts over simulated lifters", "uv run python benchmarks/stability_statistics.py")
    for part in arguments.part:
        make_cases, make_table = PARTS[part]
        cases = make_cases()
        lifters = arguments.lifters if part not in {"power", "days"} else arguments.lifters // 2
        results = _run(cases, lifters, arguments.workers, arguments.first_seed)
        report.tables.append(make_table(cases, results))
    report.remarks += [" ".join(remark.split()) for remark in REMARKS]
    report.publish(Console(), arguments.markdown)


if __name__ == "__main__":
    main()
