"""One number for a set, 0 to 100, from the parts that apply; 100 is the lifter's own ordinary.

A summary for the eye. The parts are always shown beside it, and it is never compared between people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.measures import MEASURES
from analysis.stability.history import part_reps
from analysis.stability.judgement import Interval, MissingPart, SetIndex
from analysis.stability.statistics import Spread, combined, interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.imu import FloatArray
    from analysis.stability.baseline import PartBaseline
    from analysis.stability.config import StabilityConfig
    from analysis.stability.history import LiftedSet

POINTS_PER_SD = 10.0
"""One robust standard deviation of an ordinary rep costs so many points (project's domain notes)."""


def reliability(baseline: PartBaseline, config: StabilityConfig) -> float:
    """Share of a part's scatter from rep to rep that is not measurement error, at least a little."""
    if baseline.rep_sd <= 0:
        return config.least_reliability
    return max(1.0 - baseline.measurement_variance / baseline.rep_sd**2, config.least_reliability)


def set_index(
    one: LiftedSet,
    baselines: Mapping[str, PartBaseline | None],
    why_no_baseline: str,
    config: StabilityConfig,
) -> SetIndex:
    """Compute the index of one set.

    Parameters
    ----------
    one : LiftedSet
        The set.
    baselines : mapping of str to PartBaseline or None
        Of each part of the lift.
    why_no_baseline : str
        What is missing, for people.
    config : StabilityConfig
        See there.

    Notes
    -----
    ``100 - 10 sum(w z) / sum(w)``, clipped to 0 and 100: ``z`` is how far the median rep lies from the
    centre of the baseline on the worse side, in robust standard deviations of a rep, after load and velocity;
    ``w`` its reliability. Parts that are missing are left out and named, never imputed. The interval says how
    well these reps pin the set down, and the baseline its centre: variance of the composite from rep to rep
    over the number of reps, times pi / 2 for the median, plus the variance of session means over their
    number.
    """
    missing: list[MissingPart] = []
    scores: list[FloatArray] = []
    weights: list[float] = []
    centres: list[float] = []
    used: list[str] = []
    for part, baseline in baselines.items():
        reps = part_reps(one, part)
        if MEASURES[part].scope == "set":
            missing.append(MissingPart(part, "takes the whole set: judged by itself"))
        elif len(reps) == 0:
            missing.append(MissingPart(part, "not measured in this set"))
        elif baseline is None or baseline.rep_sd <= 0 or MEASURES[part].worse == 0:
            missing.append(MissingPart(part, why_no_baseline or "no baseline of this part"))
        else:
            off = (baseline.adjusted(reps, one.load_kg) - baseline.centre) / baseline.rep_sd
            scores.append(np.clip(MEASURES[part].worse * off, -config.largest_z, config.largest_z))
            weights.append(reliability(baseline, config))
            centres.append(baseline.session_means.variance / baseline.n_sessions / baseline.rep_sd**2)
            used.append(part)
    if not scores:
        return SetIndex(
            one.index, None, (), tuple(missing), why_no_baseline or "no part of this lift was measured"
        )
    share = np.array(weights) / sum(weights)
    composite = float(sum(w * np.median(z) for w, z in zip(share, scores, strict=True)))
    # Parts of one rep move together: their standard deviations are added, not their variances.
    within = float(sum(w * np.sqrt(_median_variance(z)) for w, z in zip(share, scores, strict=True))) ** 2
    centre = float(sum(w * np.sqrt(v) for w, v in zip(share, centres, strict=True))) ** 2
    degrees = max(min(len(z) for z in scores) - 1, 1)
    sessions = min(baseline.n_sessions for baseline in baselines.values() if baseline is not None)
    spread = combined(Spread(within, degrees), Spread(centre, sessions - 1))
    found = interval(100.0 - POINTS_PER_SD * composite, spread.scaled(POINTS_PER_SD**2), config.level)
    clipped = Interval(*(float(np.clip(x, 0.0, 100.0)) for x in (found.value, found.low, found.high)))
    return SetIndex(one.index, clipped, tuple(used), tuple(missing))


def _median_variance(scores: FloatArray) -> float:
    """Variance of the median of n scores: pi / 2 times that of the mean."""
    return np.pi / 2 * float(scores.var(ddof=1)) / len(scores) if len(scores) > 1 else 1.0
