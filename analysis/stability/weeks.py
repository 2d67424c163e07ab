"""How one part changed across weeks: one value for each session, joined where conditions were the same."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from analysis.measures import MEASURES
from analysis.stability.baseline import adjusted
from analysis.stability.history import by_session, part_reps, working_sets
from analysis.stability.judged_weeks import PartHistory, SessionPoint, TrendBreak
from analysis.stability.judgement import SLOPE, Significance, Word
from analysis.stability.statistics import Spread, interval, line, p_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.stability.baseline import PartBaseline
    from analysis.stability.config import StabilityConfig
    from analysis.stability.history import LiftedSet
    from analysis.stability.judgement import Interval

SECONDS_PER_WEEK = 7 * 86400.0


def trend_breaks(sets: Sequence[LiftedSet]) -> tuple[TrendBreak, ...]:
    """Find where sensor, mount or algorithm changed from one session to the next."""
    sessions = by_session(sets)
    return tuple(
        TrendBreak(now[0].session_id, now[0].started_at, reason)
        for before, now in pairwise(sessions)
        if (reason := now[0].conditions.differs(before[-1].conditions))
    )


def joined_sessions(sets: Sequence[LiftedSet]) -> list[list[LiftedSet]]:
    """Keep the newest sessions without a break between them, in the order of time."""
    sessions = by_session(sets)
    joined: list[list[LiftedSet]] = []
    for session in reversed(sessions):
        if joined and joined[-1][0].conditions.differs(session[-1].conditions):
            break
        joined.append(session)
    return joined[::-1]


def part_history(
    part: str,
    sets: Sequence[LiftedSet],
    baseline: PartBaseline | None,
    why_no_baseline: str,
    config: StabilityConfig,
) -> PartHistory:
    """Estimate the change of a part across weeks; the word comes later (`words.with_words`).

    Parameters
    ----------
    part : str
        Id of the measure.
    sets : sequence of LiftedSet
        Of one lift of one lifter, all sessions.
    baseline : PartBaseline or None
        From the joined sessions, for the effects of load and velocity.
    why_no_baseline : str
        What is missing, for people.
    config : StabilityConfig
        See there.

    Notes
    -----
    From five joined sessions on: slope over time of the session means with Student's t intervals. With four:
    the newest against the mean of those before, by their scatter. Days differ; sets and reps of one day say
    nothing of that.
    """
    joined = {session[0].session_id for session in joined_sessions(sets)}
    points = tuple(_point(part, session, joined, baseline, config) for session in by_session(sets))
    found = PartHistory(
        part=part,
        primary=False,
        word=Word.TOO_LITTLE_DATA,
        sentence="",
        points=points,
        smallest_worthwhile_change=MEASURES[part].resolution,
    )
    known = [point for point in points if point.joined and point.adjusted is not None]
    values = np.array([point.adjusted for point in known], dtype=np.float64)
    reasons = () if baseline is not None else (f"not corrected for load and velocity: {why_no_baseline}",)
    if baseline is not None:
        found = replace(
            found,
            usual=baseline.usual_set(config.level),
            smallest_worthwhile_change=baseline.smallest_worthwhile_change(config),
        )
    if len(known) >= config.sets_for_line:
        seconds = np.array([(point.started_at - known[0].started_at).total_seconds() for point in known])
        weeks = seconds / SECONDS_PER_WEEK
        if np.ptp(weeks) == 0:
            return replace(found, reasons=("all sessions at the same time",))
        slope, spread = line(weeks, values, np.ones_like(values))
        span = float(weeks[-1] - weeks[0])
        change = interval(slope * span, spread.scaled(span**2), config.level)
        return _changed(found, slope, change, p_value(slope, spread), "sets", spread.degrees, reasons)
    if len(known) == config.sets_for_line - 1:
        before = values[:-1]
        scatter = Spread.of([before]).scaled(1.0 + 1.0 / len(before))
        difference = float(values[-1] - before.mean())
        change = interval(difference, scatter, config.level)
        return _changed(
            found, None, change, p_value(difference, scatter), "baseline", scatter.degrees, reasons
        )
    needed = config.sets_for_line - 1
    return replace(
        found, reasons=(f"{len(known)} comparable sessions: a change across weeks needs {needed}",)
    )


def _changed(
    found: PartHistory,
    slope: float | None,
    change: Interval,
    p: float,
    method: str,
    degrees: float,
    reasons: tuple[str, ...],
) -> PartHistory:
    test = Significance(SLOPE, method, p, None, float(degrees))
    return replace(found, slope_per_week=slope, change=change, test=test, reasons=reasons)


def _point(
    part: str,
    session: Sequence[LiftedSet],
    joined: set[str],
    baseline: PartBaseline | None,
    config: StabilityConfig,
) -> SessionPoint:
    values: list[float] = []
    shifted: list[float] = []
    loads: list[float] = []
    n_reps = 0
    is_joined = session[0].session_id in joined
    for one in working_sets(session, config.working_fraction):
        reps = part_reps(one, part)
        if len(reps) == 0:
            continue
        n_reps += len(reps)
        values.append(float(reps.values.mean()))
        shifted.append(float(adjusted(reps, one.load_kg, baseline if is_joined else None).mean()))
        if one.load_kg is not None:
            loads.append(one.load_kg)
    return SessionPoint(
        session_id=session[0].session_id,
        started_at=session[0].started_at,
        value=float(np.mean(values)) if values else None,
        adjusted=float(np.mean(shifted)) if shifted else None,
        n_sets=len(values),
        n_reps=n_reps,
        load_kg=max(loads) if loads else None,
        joined=is_joined,
    )
