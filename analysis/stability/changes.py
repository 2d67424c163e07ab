"""How one part changed across the sets of a session, with the interval that the data allow."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.intervals import Z95
from analysis.measures import MEASURES
from analysis.stability.baseline import adjusted
from analysis.stability.history import part_reps
from analysis.stability.judgement import (
    DAY,
    ENDS,
    SLOPE,
    BlamedRep,
    DayChange,
    Interval,
    PartChange,
    SetPoint,
    Significance,
    Word,
)
from analysis.stability.means import means_of, pooled
from analysis.stability.set_changes import set_changes
from analysis.stability.statistics import Spread, combined, interval, line, mean_spread, p_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.imu import FloatArray
    from analysis.stability.baseline import PartBaseline
    from analysis.stability.config import StabilityConfig
    from analysis.stability.history import LiftedSet, PartReps
    from analysis.stability.means import Means

MOST_BLAMED = 6
"""Reps that are named at most."""
MDC_FACTOR = Z95 * math.sqrt(2.0)
"""Minimal detectable change in standard errors, by its usual definition: both ends differ by chance."""


def part_change(
    part: str,
    sets: Sequence[LiftedSet],
    baseline: PartBaseline | None,
    why_no_baseline: str,
    config: StabilityConfig,
) -> PartChange:
    """Estimate the change of a part across sets; the word comes later (`words.with_words`).

    Parameters
    ----------
    part : str
        Id of the measure.
    sets : sequence of LiftedSet
        Working sets of one lift in one session, in the order of time.
    baseline : PartBaseline or None
        Of the lifter, from earlier sessions under the same conditions.
    why_no_baseline : str
        What is missing, for people.
    config : StabilityConfig
        See there.
    """
    reps = [part_reps(one, part) for one in sets]
    means = means_of(sets, reps, baseline)
    found = PartChange(
        part=part,
        primary=False,
        word=Word.TOO_LITTLE_DATA,
        sentence="",
        points=tuple(_point(one, its, baseline, config) for one, its in zip(sets, reps, strict=True)),
        sets=set_changes(means, baseline, config),
    )
    found = replace(found, **_described(part, sets, reps, means, baseline, config))
    if len(means) == 0:
        return replace(found, reasons=(_why_missing(sets, part),))
    if len(means) == 1:
        return replace(found, reasons=("one set: nothing to compare it with",))
    if len(means) >= config.sets_for_line:
        return _by_line(found, means, baseline, why_no_baseline, config)
    if baseline is None:
        needed = f"fewer than {config.sets_for_line} sets need the lifter's own baseline: {why_no_baseline}"
        return replace(found, reasons=(needed,))
    return _by_baseline(found, means, baseline, config)


def _point(
    one: LiftedSet, reps: PartReps, baseline: PartBaseline | None, config: StabilityConfig
) -> SetPoint:
    if len(reps) == 0:
        return SetPoint(one.index, None, None, None, 0, one.load_kg, None)
    spread = mean_spread(reps.values, reps.sds)
    centre = float(adjusted(reps, one.load_kg, baseline).mean())
    return SetPoint(
        set_index=one.index,
        value=float(reps.values.mean()),
        sd=math.sqrt(spread.variance) or None,
        adjusted=centre,
        interval=interval(centre, spread, config.level) if spread.variance > 0 else None,
        n_reps=len(reps),
        load_kg=one.load_kg,
        velocity_mps=float(reps.velocities_mps.mean()),
    )


def _why_missing(sets: Sequence[LiftedSet], part: str) -> str:
    reasons = [
        estimate.reason
        for one in sets
        for estimate in (one.stability.get(part), *(rep.measures.get(part) for rep in one.reps))
        if estimate is not None and estimate.value is None and estimate.reason
    ]
    return reasons[0] if reasons else "not measured in any rep"


def _described(
    part: str,
    sets: Sequence[LiftedSet],
    reps: Sequence[PartReps],
    means: Means,
    baseline: PartBaseline | None,
    config: StabilityConfig,
) -> dict[str, object]:
    """Compare with the lifter's ordinary: bands, typical error, reps to blame."""
    measure = MEASURES[part]
    if baseline is None:
        return {"smallest_worthwhile_change": measure.resolution}
    usual, usual_rep = baseline.usual_set(config.level), baseline.usual_rep(config.level)
    described: dict[str, object] = {
        "usual": usual,
        "smallest_worthwhile_change": baseline.smallest_worthwhile_change(config),
    }
    if len(means):
        typical = float(np.sqrt(np.median([one.variance for one in means.spreads])))
        described["typical_error"] = typical
        described["minimal_detectable_change"] = MDC_FACTOR * typical
    outside: list[int] = []
    blamed: list[tuple[float, BlamedRep]] = []
    for one, its in zip(sets, reps, strict=True):
        if len(its) == 0 or measure.worse == 0:
            continue
        values = baseline.adjusted(its, one.load_kg)
        if _beyond(float(values.mean()), usual, measure.worse) > 0:
            outside.append(one.index)
        for index, value, shown in zip(its.rep_indices, values, its.values, strict=False):
            by = _beyond(float(value), usual_rep, measure.worse)
            if by > 0:
                blamed.append((by, BlamedRep(one.index, index, float(shown))))
    blamed.sort(key=lambda item: -item[0])
    described["outside_usual"] = tuple(outside)
    described["day"] = _day_change(sets, baseline, config)
    described["blamed"] = tuple(rep for _, rep in blamed[:MOST_BLAMED])
    return described


def _day_change(
    sets: Sequence[LiftedSet], baseline: PartBaseline, config: StabilityConfig
) -> DayChange | None:
    """Compare the day as a whole; the word comes later (`words.with_day_word`)."""
    found = baseline.from_ordinary_days(sets, config)
    if found is None:
        return None
    by, spread = found
    test = Significance(DAY, "baseline", p_value(by, spread), None, float(spread.degrees))
    return DayChange(interval(by, spread, config.level), test)


def _beyond(value: float, usual: Interval, worse: int) -> float:
    """How far a value lies beyond a band on the worse side; negative inside."""
    return value - usual.high if worse > 0 else usual.low - value


def _by_line(
    found: PartChange,
    means: Means,
    baseline: PartBaseline | None,
    why_no_baseline: str,
    config: StabilityConfig,
) -> PartChange:
    """At least five means: their own scatter about the line says how uncertain the slope is."""
    slope, spread = line(means.place, means.value, _relative_sds(means, baseline))
    if baseline is None:
        per_mean = spread.scaled(float(((means.place - means.place.mean()) ** 2).sum()))
        difference = Spread(2.0 * per_mean.variance, per_mean.degrees)
    else:
        difference = pooled(_ends(means), means)
    reasons: tuple[str, ...] = ()
    if baseline is None:
        reasons = (f"not corrected for load and velocity: {why_no_baseline}",)
    return _with_change(found, means, slope, spread, difference, baseline, "sets", reasons, config)


def _relative_sds(means: Means, baseline: PartBaseline | None) -> FloatArray:
    """Give standard deviations of the means up to a factor: by reps and how well they were measured."""
    if baseline is not None:
        return np.sqrt([one.variance for one in means.spreads])
    within = Spread.of([its.values for its in means.reps]).variance
    own = np.array([float((its.sds**2).mean()) for its in means.reps])
    n = np.array([len(its) for its in means.reps])
    if within <= 0:  # one value for each set: nothing says that one is known better than another
        return np.ones(len(n))
    return np.sqrt((within + np.maximum(own - float(np.median(own)), 0.0)) / n)


def _by_baseline(
    found: PartChange, means: Means, baseline: PartBaseline, config: StabilityConfig
) -> PartChange:
    """Two to four means: how far ordinary sets scatter says how uncertain the slope is."""
    centred = means.place - means.place.mean()
    shares = centred / float((centred**2).sum())
    slope = float(shares @ means.value)
    spread = pooled(shares, means)
    difference = pooled(_ends(means), means)
    return _with_change(found, means, slope, spread, difference, baseline, "baseline", (), config)


def _ends(means: Means) -> FloatArray:
    """Shares of the means in the difference of the last and the first."""
    ends = np.zeros(len(means))
    ends[0], ends[-1] = -1.0, 1.0
    return ends


def _with_change(
    found: PartChange,
    means: Means,
    slope: float,
    spread: Spread,
    difference: Spread,
    baseline: PartBaseline | None,
    method: str,
    reasons: tuple[str, ...],
    config: StabilityConfig,
) -> PartChange:
    """Add what the correction for load and velocity leaves unknown, and make the intervals."""
    steps = float(means.place[-1] - means.place[0])
    first_to_last = float(means.value[-1] - means.value[0])
    if baseline is not None:
        centred = means.place - means.place.mean()
        drift = centred @ means.covariates / float((centred**2).sum())
        spread = combined(spread, baseline.effects.spread_of(drift))
        ends = means.covariates[-1] - means.covariates[0]
        difference = combined(difference, baseline.effects.spread_of(ends))
    of_slope = Significance(SLOPE, method, p_value(slope, spread), None, float(spread.degrees))
    of_ends = Significance(
        ENDS, "baseline", p_value(first_to_last, difference), None, float(difference.degrees)
    )
    return replace(
        found,
        slope_per_set=slope,
        change=interval(slope * steps, spread.scaled(steps**2), config.level),
        last_minus_first=interval(first_to_last, difference, config.level),
        test=of_slope if baseline is None or len(means) == 2 else _surer(of_slope, of_ends),
        reasons=reasons,
    )


def _surer(one: Significance, other: Significance) -> Significance:
    """Take the surer of two looks at the same sets, and pay for having looked twice (Bonferroni).

    A lifter who comes apart in the last set makes a poor straight line; one who drifts a little with every
    set, a small difference between the ends.
    """
    surer = one if (one.p_value or 0.0) <= (other.p_value or 0.0) else other
    return replace(surer, p_value=min(2.0 * (surer.p_value or 0.0), 1.0))
