"""How the parts of stability change from set to set.

Definitions and limits: ``docs/metrics.md``. A bar sensor does not measure the thoracic spine. These are
declared proxies, unvalidated against trunk motion capture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student_t

from analysis.exercises import CATALOGUE
from analysis.measures import MEASURES
from analysis.results import Estimate, PartTrend, SessionTrend, SetSummary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.imu import FloatArray

MIN_SETS_FOR_TREND = 3
PROBABLY, CLEARLY = 0.95, 0.995
"""Quantiles behind the words: two-sided 90 % and 99 %."""

MIN_SETS_FOR_CLEARLY = 4
"""Three sets leave one degree of freedom: never clear."""


def session_trend(sets: Sequence[SetSummary]) -> SessionTrend:
    """How each part changed across the sets of each exercise, in the order of the sets."""
    by_exercise: dict[str, list[SetSummary]] = {}
    for summary in sets:
        # A stored exercise may have left the catalogue since: its parts are not known any more.
        if summary.exercise_id is not None and summary.exercise_id in CATALOGUE and summary.reps:
            by_exercise.setdefault(summary.exercise_id, []).append(summary)
    return SessionTrend(
        tuple(
            (exercise_id, tuple(_part_trend(part, group) for part in CATALOGUE[exercise_id].parts))
            for exercise_id, group in by_exercise.items()
        )
    )


def _part_trend(part: str, sets: Sequence[SetSummary]) -> PartTrend:
    estimates: list[tuple[int, Estimate]] = [
        (s.index, s.stability[part]) for s in sets if part in s.stability
    ]
    known = [
        (i, e.value, e.sd) for i, e in estimates if e.value is not None and e.sd is not None and e.sd > 0
    ]
    indices = tuple(i for i, _, _ in known)
    values, sds = tuple(v for _, v, _ in known), tuple(sd for _, _, sd in known)
    if len(known) < MIN_SETS_FOR_TREND:
        return PartTrend(part, indices, values, sds, None, None, "too little data")
    slope, slope_sd, degrees = _weighted_slope(np.array(values), np.array(sds))
    ratio = MEASURES[part].worse * slope / slope_sd
    direction = "worse" if ratio > 0 else "better"
    words = "no clear change"
    if abs(ratio) > student_t.ppf(CLEARLY, degrees) and len(known) >= MIN_SETS_FOR_CLEARLY:
        words = f"clearly {direction}"
    elif abs(ratio) > student_t.ppf(PROBABLY, degrees):
        words = f"probably {direction}"
    return PartTrend(part, indices, values, sds, slope, slope_sd, words)


def _weighted_slope(values: FloatArray, sds: FloatArray) -> tuple[float, float, float]:
    """Find the weighted least-squares slope per set, its standard deviation and its degrees of freedom.

    The standard deviation is widened by the square root of the reduced chi-square where the sets scatter more
    than their own standard deviations explain (Birge ratio), never narrowed. It then comes from n - 2
    residuals and the slope is judged by Student's t, else by the normal distribution (infinite degrees).
    """
    x = np.arange(len(values), dtype=np.float64)
    weight = 1.0 / sds**2
    centred = x - np.average(x, weights=weight)
    information = float((weight * centred**2).sum())
    slope = float((weight * centred * values).sum()) / information
    residual = values - np.average(values, weights=weight) - slope * centred
    birge = float((weight * residual**2).sum()) / max(len(values) - 2, 1)
    degrees = len(values) - 2.0 if birge > 1.0 else np.inf
    return slope, float(np.sqrt(max(birge, 1.0) / information)), degrees
