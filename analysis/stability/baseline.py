"""The lifter's own ordinary: a part in fresh reps, its scatter, and what load and velocity do to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import median_abs_deviation

from analysis.measures import MEASURES
from analysis.stability.history import by_session, part_reps, working_sets
from analysis.stability.judgement import BaselineState, Interval
from analysis.stability.statistics import Effects, Spread, combined, interval, robust_effects

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from analysis.imu import FloatArray
    from analysis.stability.config import StabilityConfig
    from analysis.stability.history import Conditions, LiftedSet, PartReps


@dataclass(frozen=True, slots=True, eq=False)
class _FreshSet:
    """One un-fatigued set: its first reps, and all of them."""

    session: int
    load_kg: float | None
    reps: PartReps
    every: PartReps


@dataclass(frozen=True, slots=True, eq=False)
class PartBaseline:
    """One part in the fresh reps of one lifter; see `fit_baseline`.

    Attributes
    ----------
    part : str
        Id of the measure.
    centre : float
        Median over the fresh reps, at ``velocity_mps`` and ``load_kg``.
    day_centre : float
        Mean over the sessions of the means over their fresh sets of the means over the fresh reps, likewise.
    rep_sd : float
        Robust standard deviation of the fresh reps about it, 1.4826 times their median absolute deviation.
    velocity_mps, load_kg : float, float or None
        Where the effects are counted from.
    effects : Effects
        Of velocity, m/s, and of relative load.
    within_sets : Spread
        Of reps about the mean of their set.
    session_means : Spread
        Of the means of sessions, over the fresh reps.
    sets : tuple of (int, (n,) float64)
        Number of the session and all adjusted reps of each fresh set.
    measurement_variance : float
        Mean of the squared standard deviations that the signal core stated for the fresh reps.
    n_sessions, n_reps : int
        What it rests on.
    """

    part: str
    centre: float
    day_centre: float
    rep_sd: float
    velocity_mps: float
    load_kg: float | None
    effects: Effects
    within_sets: Spread
    session_means: Spread
    sets: tuple[tuple[int, FloatArray], ...]
    measurement_variance: float
    n_sessions: int
    n_reps: int

    def covariates(self, velocities_mps: FloatArray, load_kg: float | None) -> FloatArray:
        """Velocity and relative load, counted from the centre, (n, 2)."""
        load = 0.0 if load_kg is None or self.load_kg is None else load_kg / self.load_kg - 1.0
        return np.column_stack((velocities_mps - self.velocity_mps, np.full(len(velocities_mps), load)))

    def adjusted(self, reps: PartReps, load_kg: float | None) -> FloatArray:
        """Take the effects of load and velocity out of the values of reps, (n,)."""
        return reps.values - self.effects.shift(self.covariates(reps.velocities_mps, load_kg))

    def set_mean(self, reps: PartReps) -> Spread:
        """Give the spread of the mean over the reps of one set, from one ordinary set of a day to the next.

        From means over as many reps of each fresh set about the mean of its day; never less than the scatter
        of the reps alone. Reps that were measured worse than the fresh ones (lost samples) widen it.
        """
        n = len(reps)
        spread = self._set_means(n)
        rep_share = self.within_sets.scaled(1.0 / n)
        if spread.variance < rep_share.variance:
            spread = rep_share
        worse = float((reps.sds**2).mean()) - self.measurement_variance
        return combined(spread, Spread(max(worse, 0.0) / n, 0.0))

    def _set_means(self, n_reps: int) -> Spread:
        """Spread of means over the first reps of sets about the mean of their day.

        A set of fewer reps has its mean over what it has, and counts as one of as many: slightly too wide.
        """
        by_session: dict[int, list[float]] = {}
        for session, values in self.sets:
            by_session.setdefault(session, []).append(float(values[:n_reps].mean()))
        return Spread.of([np.array(means) for means in by_session.values()])

    def usual_set(self, level: float) -> Interval:
        """Band in which a share ``level`` of this lifter's ordinary sets on another day lie.

        About the median over whole sets: their later reps, in which one tires, are ordinary as well.
        """
        centre = float(np.median([values.mean() for _, values in self.sets]))
        return interval(centre, self._another_set(), level)

    def usual_rep(self, level: float) -> Interval:
        """Band in which a share ``level`` of this lifter's ordinary reps on another day lie."""
        return interval(self.centre, combined(self._another_set(), self.within_sets), level)

    def from_ordinary_days(
        self, sets: Sequence[LiftedSet], config: StabilityConfig
    ) -> tuple[float, Spread] | None:
        """Compare the fresh reps of a day with those that the baseline rests on.

        Like with like: later sets and reps, in which every lifter tires, are left out on either side.

        Parameters
        ----------
        sets : sequence of LiftedSet
            Of one session.
        config : StabilityConfig
            What is fresh.

        Returns
        -------
        (float, Spread) or None
            Mean of the day, without the effects of load and velocity, minus ``day_centre``, unit of the part;
            and how far ordinary days scatter about that. None where no fresh rep has the part.
        """
        fresh = _fresh(sets, self.part, config)
        if not fresh:
            return None
        means = [self.adjusted(one.reps, one.load_kg).mean() for one in fresh]
        covariates = [self.covariates(one.reps.velocities_mps, one.load_kg).mean(axis=0) for one in fresh]
        shift = self.effects.spread_of(np.mean(covariates, axis=0)).variance
        # Fewer sets than on ordinary days, fewer reps in them, or worse measured ones: the day scatters more.
        own = sum(self.set_mean(one.reps).variance for one in fresh) / len(fresh) ** 2
        ordinary = self._set_means(config.fresh_reps).variance * self.n_sessions / len(self.sets)
        # All is known from the same few days and has their degrees of freedom, not those of the sum.
        variance = self._another_day().variance + max(own - ordinary, 0.0) + shift
        return float(np.mean(means)) - self.day_centre, Spread(variance, self.session_means.degrees)

    def smallest_worthwhile_change(self, config: StabilityConfig) -> float:
        """Give the larger of a share of the scatter between sessions and what the sensor can tell apart."""
        between = float(np.sqrt(self.session_means.variance))
        return max(config.between_session_share * between, MEASURES[self.part].resolution)

    def _another_set(self) -> Spread:
        """Spread of the mean of a set on another day about the centre.

        A session mean scatters by the day and by its sets over their number; one set by all of its own.
        """
        longest = max(len(values) for _, values in self.sets)
        own = self._set_means(longest).scaled(1.0 - self.n_sessions / len(self.sets))
        return combined(self._another_day(), own)

    def _another_day(self) -> Spread:
        return self.session_means.scaled(1.0 + 1.0 / self.n_sessions)


def adjusted(reps: PartReps, load_kg: float | None, baseline: PartBaseline | None) -> FloatArray:
    """Take the effects of load and velocity out of the values of reps, (n,); none without a baseline."""
    return reps.values if baseline is None else baseline.adjusted(reps, load_kg)


def comparable(
    sets: Sequence[LiftedSet], conditions: Conditions, now: datetime, config: StabilityConfig
) -> list[LiftedSet]:
    """Keep the sets that were measured under the same conditions, not too long ago."""
    oldest = now - timedelta(days=config.baseline_days)
    return [one for one in sets if one.conditions == conditions and one.started_at >= oldest]


def _fresh(sets: Sequence[LiftedSet], part: str, config: StabilityConfig) -> list[_FreshSet]:
    found: list[_FreshSet] = []
    for number, session in enumerate(by_session(sets)):
        with_part = [
            (one, reps)
            for one in working_sets(session, config.working_fraction)
            if len(reps := part_reps(one, part))
        ]
        for one, reps in with_part[: config.fresh_sets]:
            found.append(_FreshSet(number, one.load_kg, reps.first(config.fresh_reps), reps))
    return found


def _rep_count(sets: Sequence[LiftedSet], fresh: Sequence[_FreshSet], config: StabilityConfig) -> int:
    """Count fresh reps; a part of the whole set has the fresh reps of its set behind it."""
    if any(one.reps.rep_indices for one in fresh):
        return sum(len(one.reps) for one in fresh)
    return min(config.fresh_reps * len(fresh), sum(len(one.reps) for one in sets))


def baseline_state(sets: Sequence[LiftedSet], part: str, config: StabilityConfig) -> BaselineState:
    """Say how far the baseline of a part is, given the comparable sets of earlier sessions."""
    fresh = _fresh(sets, part, config)
    sessions, reps = len({one.session for one in fresh}), _rep_count(sets, fresh, config)
    ready = sessions >= config.sessions_needed and reps >= config.reps_needed
    words = f"baseline of {sessions} sessions, {reps} fresh reps"
    if not ready:
        words = f"baseline {min(sessions, config.sessions_needed)} of {config.sessions_needed} sessions"
        if sessions >= config.sessions_needed:
            words = f"baseline {reps} of {config.reps_needed} fresh reps"
    return BaselineState(ready, sessions, config.sessions_needed, reps, config.reps_needed, words)


def fit_baseline(sets: Sequence[LiftedSet], part: str, config: StabilityConfig) -> PartBaseline | None:
    """Fit the baseline of one part of one lift.

    Parameters
    ----------
    sets : sequence of LiftedSet
        Of earlier sessions, comparable (see `comparable`).
    part : str
        Id of the measure.
    config : StabilityConfig
        What is fresh, how many are needed.

    Returns
    -------
    PartBaseline or None
        None before there are enough sessions and reps, or where no session has two sets, so that the scatter
        from set to set is unknown.

    Notes
    -----
    Effects of velocity and load are fitted robustly to the means of the fresh sets and taken out of every
    rep; median and median absolute deviation describe the reps; variances within sets, between the sets of a
    session and between sessions come from the classical decomposition of the same reps.
    """
    if not baseline_state(sets, part, config).ready:
        return None
    fresh = _fresh(sets, part, config)
    velocity = float(np.median(np.concatenate([one.reps.velocities_mps for one in fresh])))
    loads = [one.load_kg for one in fresh if one.load_kg is not None]
    load = float(np.median(loads)) if loads else None
    covariates = np.array(
        [
            (
                float(one.reps.velocities_mps.mean()) - velocity,
                0.0 if one.load_kg is None or not load else one.load_kg / load - 1.0,
            )
            for one in fresh
        ]
    )
    scales = np.array([config.effect_velocity_mps, config.effect_load_fraction]) / config.effect_scatters
    effects = robust_effects(np.array([one.reps.values.mean() for one in fresh]), covariates, scales)

    def adjusted_reps(reps: PartReps, relative_load: float) -> FloatArray:
        loads = np.full(len(reps), relative_load)
        return reps.values - effects.shift(np.column_stack((reps.velocities_mps - velocity, loads)))

    every_set = [adjusted_reps(one.reps, shift[1]) for one, shift in zip(fresh, covariates, strict=True)]
    means = np.array([values.mean() for values in every_set])
    sessions = np.array([one.session for one in fresh])
    by_number = [means[sessions == number] for number in np.unique(sessions)]
    if len(by_number) == len(fresh):
        return None
    session_means = np.array([group.mean() for group in by_number])
    every = np.concatenate(every_set)
    return PartBaseline(
        part=part,
        centre=float(np.median(every)),
        day_centre=float(session_means.mean()),
        rep_sd=float(median_abs_deviation(every, scale="normal")),
        velocity_mps=velocity,
        load_kg=load,
        effects=effects,
        within_sets=Spread.of(every_set),
        session_means=Spread.of([session_means]),
        sets=tuple(
            (one.session, adjusted_reps(one.every, shift[1]))
            for one, shift in zip(fresh, covariates, strict=True)
        ),
        measurement_variance=float(np.mean(np.concatenate([one.reps.sds for one in fresh]) ** 2)),
        n_sessions=len(by_number),
        n_reps=len(every),
    )
