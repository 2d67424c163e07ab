"""Simulated lifters for the statistics of stability: numbers of reps drawn from an error model, no signal.

Every lifter has an own ordinary value of each part, scatter from day to day, set to set and rep to rep, and
effects of velocity and load; the error model's sizes are fitted on full runs of the pipeline by
``benchmarks/stability_sessions.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from analysis.results import BarPath, Estimate, Rep
from analysis.stability.history import Conditions, LiftedSet

FIRST_DAY = datetime(2026, 1, 5, 18, tzinfo=UTC)
SAME = Conditions("shaft", "sensor", "core")
FRESH_MPS = 0.50


@dataclass(frozen=True)
class Scatter:
    """Standard deviations of one part, in its unit.

    Attributes
    ----------
    rep, set, session : float
        From rep to rep, set to set and day to day: lifter and pipeline together.
    measured : float
        What the pipeline states for one rep.
    """

    rep: float
    set: float
    session: float
    measured: float


@dataclass(frozen=True)
class Lifter:
    """One lifter.

    Attributes
    ----------
    scatter : dict of str to Scatter
        By part.
    per_velocity, per_load : dict of str to float
        Shift of a part per m/s, and per unit of relative load.
    rng : Generator
        Of this lifter alone.
    common : float
        Correlation of the parts' deviations with each other.
    """

    scatter: dict[str, Scatter]
    per_velocity: dict[str, float]
    per_load: dict[str, float]
    rng: np.random.Generator
    common: float = 0.3


@dataclass(frozen=True)
class Plan:
    """One session.

    Attributes
    ----------
    n_sets, n_reps : int
        Design.
    day : float
        Days after the first.
    load : float
        Relative to the lifter's usual.
    drift_per_set : dict of str to float
        True change from set to set.
    offset : dict of str to float
        True change of the whole session.
    slowing : float
        Velocity lost by the last set, fraction.
    worse_measured : dict of int to float
        Sets whose reps are measured worse (lost samples), and by which factor.
    """

    n_sets: int = 5
    n_reps: int = 5
    day: float = 0.0
    load: float = 1.0
    drift_per_set: dict[str, float] = field(default_factory=dict[str, float])
    offset: dict[str, float] = field(default_factory=dict[str, float])
    slowing: float = 0.0
    worse_measured: dict[int, float] = field(default_factory=dict[int, float])


def draw_lifter(seed: int, scatter: dict[str, Scatter], effects: float = 0.5) -> Lifter:
    """Draw a lifter whose effects of velocity and load have the given size.

    Parameters
    ----------
    seed : int
        Everything random follows from it.
    scatter : dict of str to Scatter
        By part.
    effects : float
        Standard deviation, over lifters, of the shift by 0.1 m/s and by 10 % of load, in standard deviations
        of an ordinary set of five reps.
    """
    rng = np.random.default_rng(seed)
    size = {
        part: effects * float(np.sqrt(one.set**2 + one.session**2 + one.rep**2 / 5))
        for part, one in scatter.items()
    }
    return Lifter(
        scatter,
        {part: float(rng.normal(0, one / 0.1)) for part, one in size.items()},
        {part: float(rng.normal(0, one / 0.1)) for part, one in size.items()},
        rng,
    )


def session(lifter: Lifter, plan: Plan) -> list[LiftedSet]:
    """Let a lifter do a session."""
    rng, parts = lifter.rng, list(lifter.scatter)
    today = _deviations(lifter, "session")
    sets: list[LiftedSet] = []
    for k in range(plan.n_sets):
        this_set = _deviations(lifter, "set")
        slow = 1.0 - plan.slowing * k / max(plan.n_sets - 1, 1)
        reps: list[Rep] = []
        for j in range(plan.n_reps):
            own = _deviations(lifter, "rep")
            velocity = FRESH_MPS * (1.5 - 0.5 * plan.load) * slow * (1 - 0.02 * j) + float(
                rng.normal(0, 0.015)
            )
            measures: dict[str, Estimate] = {}
            for part in parts:
                scatter = lifter.scatter[part]
                worse = plan.worse_measured.get(k, 1.0)
                extra = scatter.measured * np.sqrt(max(worse**2 - 1.0, 0.0)) * rng.standard_normal()
                value = (
                    today[part] + this_set[part] + own[part] + extra
                    + lifter.per_velocity[part] * (velocity - FRESH_MPS)
                    + lifter.per_load[part] * (plan.load - 1.0)
                    + plan.drift_per_set.get(part, 0.0) * k
                    + plan.offset.get(part, 0.0)
                )  # fmt: skip
                measures[part] = Estimate(float(value), scatter.measured * worse)
            reps.append(replace(_REP, index=j, mean_concentric_velocity_mps=velocity, measures=measures))
        started_at = FIRST_DAY + timedelta(days=plan.day)
        sets.append(LiftedSet(str(plan.day), started_at, k, 100.0 * plan.load, tuple(reps), {}, SAME))
    return sets


def baseline_sessions(
    lifter: Lifter, n_sessions: int = 3, n_sets: int = 4, n_reps: int = 5
) -> list[LiftedSet]:
    """Let a lifter do ordinary sessions, a week apart, with loads and speeds of ordinary days."""
    sets: list[LiftedSet] = []
    for week in range(n_sessions):
        load = 1.0 + float(lifter.rng.normal(0, 0.03))
        plan = Plan(n_sets, n_reps, 7.0 * week, load, slowing=0.08)
        sets += session(lifter, plan)
    return sets


def _deviations(lifter: Lifter, level: str) -> dict[str, float]:
    """Draw deviations of all parts at one level, somewhat alike."""
    shared = lifter.rng.standard_normal()
    alike, apart = np.sqrt(lifter.common), np.sqrt(1.0 - lifter.common)
    return {
        part: float(getattr(scatter, level) * (alike * shared + apart * lifter.rng.standard_normal()))
        for part, scatter in lifter.scatter.items()
    }


_NOTHING = np.zeros(0)
_REP = Rep(
    index=0,
    start_s=0.0,
    turning_point_s=1.0,
    concentric_start_s=1.0,
    concentric_end_s=2.0,
    end_s=2.0,
    mean_concentric_velocity_mps=FRESH_MPS,
    mean_concentric_velocity_sd_mps=0.005,
    peak_concentric_velocity_mps=0.8,
    peak_concentric_velocity_sd_mps=0.005,
    mean_propulsive_velocity_mps=0.5,
    range_of_motion_m=0.55,
    range_of_motion_sd_m=0.005,
    forward_drift_m=None,
    forward_drift_sd_m=None,
    max_forward_m=None,
    pitch_change_rad=None,
    lockout_ratio=None,
    eccentric_velocity_mps=None,
    path=BarPath(_NOTHING, None, _NOTHING),
)
