"""One lifter's month: three ordinary training days, and one on which the upper back gives way.

All days share the lifter, the sensor and its mount, drawn from the demo's seed; what the body adds is each
day's own. Ordinary days of any lift, for testing statistics, are here too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from firmware_sim.errors import InvalidSettingError
from firmware_sim.lifter import BodyNoise, Fatigue, Faults, SetHabit, SetPlan
from firmware_sim.scatter import SetScatter, scattered
from firmware_sim.scenarios import SessionStep, SetOptions, plan_of, session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from firmware_sim.scenario import Scenario

LIFTER = BodyNoise(finish_scatter_fraction=0.04)
"""From repetition to repetition."""

ORDINARY_FATIGUE = Fatigue(
    per_rep=0.06, per_set=0.08, slowing_fraction=0.25, sticking_fraction=0.0, forward_m=0.0
)
"""An ordinary day: the fifth set is 8 % slower than the first; path and finish stay as they are."""

HARD_FATIGUE = Fatigue(
    per_rep=0.08, per_set=0.10, slowing_fraction=0.45, sticking_fraction=0.20, forward_m=0.0
)
"""Today's squats: the fifth set is 18 % slower. What happens to the path is in the faults alone."""

FADING = replace(HARD_FATIGUE, sticking_fraction=1.0)
"""Today's deadlifts: the sticking region below the lockout gets deeper as well."""

FRONT_SQUAT = SetPlan("front_squat", 5, effort_fraction=0.74, rest="short", noise=LIFTER, still_s=(2.0, 2.4))
DEADLIFT = SetPlan("deadlift", 4, effort_fraction=0.74, rest="paused", noise=LIFTER, still_s=(2.2, 2.8))
BENCH_PRESS = SetPlan("bench_press", 5, effort_fraction=0.76, rest="paused", noise=LIFTER, still_s=(2.0, 2.4))

TODAYS_SQUATS = (
    Faults(),
    Faults(),
    Faults(forward_in_hole=0.05),
    Faults(forward_in_hole=0.75, rounding=0.50, hips_first=0.50),
    Faults(forward_in_hole=1.00, rounding=0.80, hips_first=0.80),
)
"""Set by set: at the end 5 cm further forward in the hole, 9 degrees rounder, 8 more on the way up."""

TODAYS_PULLS = tuple(
    Faults(lockout_stall=stall, forward_off_floor=0.2 * stall) for stall in (0.0, 0.3, 0.6, 0.9)
)
"""Set by set: at the end the last 30 % of the way go at about half their speed in the first set."""

N_BENCH_SETS = 4
REST_S, BETWEEN_LIFTS_S = 12.0, 15.0


@dataclass(frozen=True, slots=True)
class _Lift:
    """A lift of the demo's day with today's load."""

    plan: SetPlan
    load_kg: float


_LIFTS = (_Lift(FRONT_SQUAT, 100.0), _Lift(DEADLIFT, 140.0), _Lift(BENCH_PRESS, 80.0))
_LOADS = (0.95, 0.975, 1.025, 1.035)
_PLATES_KG = 2.5
_FIVE_SETS_SHARE = 0.3


def demo_session(seed: int = 1, **options: Unpack[SetOptions]) -> Scenario:
    """Today: five sets of five front squats, four of four deadlifts, four of five bench presses.

    In squat sets 4 and 5 the bar runs forward in the hole and the chest drops; the lockout of the deadlift
    fades from set to set; nothing is wrong with the bench press.
    """
    squats = [
        replace(FRONT_SQUAT, set_index=index, fatigue=HARD_FATIGUE, fresh_faults=fault, faults=fault)
        for index, fault in enumerate(TODAYS_SQUATS)
    ]
    pulls = [
        replace(DEADLIFT, set_index=index, fatigue=FADING, fresh_faults=fault, faults=fault)
        for index, fault in enumerate(TODAYS_PULLS)
    ]
    presses = _ordinary_sets(BENCH_PRESS, N_BENCH_SETS)
    loads = [lift.load_kg for lift in _LIFTS]
    steps = _day(((squats, loads[0]), (pulls, loads[1]), (presses, loads[2])), seed)
    options.setdefault("sensor_seed", seed)
    return session("demo", steps, seed, **options)


def earlier_demo_session(seed: int, weeks_ago: int, **options: Unpack[SetOptions]) -> Scenario:
    """Give an ordinary day of the lifter of `demo_session`, some weeks before it.

    The same lifts in 4 or 5 sets each, at loads a little off today's; normal fatigue, no fault.

    Parameters
    ----------
    seed : int
        Of the demo: the same lifter, sensor and mount.
    weeks_ago : int
        At least 1; each week is another day.
    **options
        See `firmware_sim.scenarios.session`.

    Raises
    ------
    InvalidSettingError
        If the day is not in the past.
    """
    if weeks_ago < 1:
        raise InvalidSettingError("weeks_ago", f"an earlier day lies at least 1 week back, not {weeks_ago}")
    days_seed = int(np.random.SeedSequence((seed, 21, weeks_ago)).generate_state(1)[0])
    rng = np.random.default_rng((days_seed, 9))
    lifts: list[tuple[Sequence[SetPlan], float]] = []
    for lift in _LIFTS:
        load_kg = _PLATES_KG * round(lift.load_kg * float(rng.choice(_LOADS)) / _PLATES_KG)
        plan = replace(lift.plan, effort_fraction=lift.plan.effort_fraction * load_kg / lift.load_kg)
        n_sets = 5 if rng.random() < _FIVE_SETS_SHARE else 4
        lifts.append((_ordinary_sets(plan, n_sets), load_kg))
    steps = _day(lifts, days_seed)
    options.setdefault("sensor_seed", seed)
    return session(f"demo, {weeks_ago} weeks ago", steps, days_seed, **options)


def ordinary_session(
    exercise_id: str,
    n_sets: int,
    n_reps: int,
    seed: int,
    *,
    slowing_fraction: float = 0.10,
    drift_per_set_m: float = 0.0,
    load_kg: float = 100.0,
    scatter: SetScatter = SetScatter(),  # noqa: B008 -- frozen
    **options: Unpack[SetOptions],
) -> Scenario:
    """Give a day of one lift on which nothing truly changes but what is asked for, to test statistics on.

    Parameters
    ----------
    exercise_id : str
        Catalogue id.
    n_sets, n_reps : int
        At least 1 each.
    seed : int
        Of lifter, day and sensor.
    slowing_fraction : float
        Longer concentric phase in the last set than in the first, growing evenly from set to set and equal
        for all repetitions of a set; 0 to 0.7.
    drift_per_set_m : float
        Further forward at the turning point with each set, m; the truth of the test.
    load_kg : float
        Label only, as in `firmware_sim.scenarios.single_set`.
    scatter : SetScatter
        Between sets.
    **options
        See `firmware_sim.scenarios.SetOptions`; fatigue, set index and habit follow from the above.

    Notes
    -----
    `Fatigue` couples speed and path: at tiredness 1 the bar is ``forward_m`` further forward, the repetition
    ``slowing_fraction`` longer and the sticking region ``sticking_fraction`` deeper. Here the first and the
    third are zero, so slower repetitions follow exactly the same path over height and ``drift_per_set_m`` is
    the whole true change. What still grows a little with duration is the scatter within a set: sway has more
    time between a repetition's start and its turning point.
    """
    if n_sets < 1:
        raise InvalidSettingError("n_sets", f"a session has at least 1 set, not {n_sets}")
    fatigue = Fatigue(
        per_rep=0.0,
        per_set=1 / max(n_sets - 1, 1),
        slowing_fraction=slowing_fraction,
        sticking_fraction=0.0,
        forward_m=0.0,
    )
    options.setdefault("noise", LIFTER)
    options.setdefault("still_s", (2.0, 2.4))
    plan = plan_of(exercise_id, n_reps, options)
    plans = [
        replace(plan, set_index=index, fatigue=fatigue, habit=SetHabit(forward_m=index * drift_per_set_m))
        for index in range(n_sets)
    ]
    steps = tuple(SessionStep(plan, load_kg, 3.0) for plan in scattered(plans, scatter, (seed, 10)))
    return session(f"ordinary {exercise_id}", steps, seed, **options)


def _ordinary_sets(plan: SetPlan, n_sets: int) -> list[SetPlan]:
    return [replace(plan, set_index=index, fatigue=ORDINARY_FATIGUE) for index in range(n_sets)]


def _day(lifts: Sequence[tuple[Sequence[SetPlan], float]], seed: int) -> tuple[SessionStep, ...]:
    """Put the sets of several lifts one after another, each a little different from its plan."""
    steps: list[SessionStep] = []
    for plans, load_kg in lifts:
        steps += [SessionStep(plan, load_kg, REST_S) for plan in scattered(plans, SetScatter(), (seed, 10))]
        steps[-1] = replace(steps[-1], rest_after_s=BETWEEN_LIFTS_S)
    return tuple(steps)
