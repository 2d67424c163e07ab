"""First measures of upper-back stability: per set, and how they change from set to set.

Definitions and limits: ``docs/metrics.md``. A bar sensor does not measure the thoracic spine. These are
declared proxies, unvalidated against trunk motion capture.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student_t

from analysis.exercises import CATALOGUE, Exercise
from analysis.imu import FloatArray, Mount, MountPosition
from analysis.results import Estimate, PartTrend, Rep, SessionTrend, SetStability, SetSummary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WORSE_SIGN: Mapping[str, int] = MappingProxyType(
    {
        "forward_displacement_m": 1,
        "uprightness_loss_rad": 1,
        "lockout_ratio": -1,
        "path_consistency_m": 1,
    }
)
"""+1 where more is worse, -1 where less is worse."""

MIN_SETS_FOR_TREND = 3
PROBABLY, CLEARLY = 0.95, 0.995
"""Quantiles behind the words: two-sided 90 % and 99 %."""

MIN_SETS_FOR_CLEARLY = 4
"""Three sets leave one degree of freedom: never clear."""


def set_stability(
    reps: Sequence[Rep], exercise: Exercise | None, mount: Mount, axis_doubt: str = ""
) -> SetStability:
    """Average each part over the reps of a set; what cannot be known is None with the reason.

    Parameters
    ----------
    reps : sequence of Rep
        Of the set.
    exercise : Exercise or None
        Says which parts apply.
    mount : Mount
        Says which can be known.
    axis_doubt : str
        How the motion contradicts the stated bar axis, on which forward and pitch rest; empty if it does not.

    Notes
    -----
    The standard deviation of a mean combines the scatter of the reps and their own standard deviations, both
    divided by the number of reps: sqrt((s² + mean(sd²)) / n).
    """
    if not reps:
        return SetStability(*(Estimate(reason="no reps"),) * 4)
    parts = exercise.parts if exercise else ("forward_displacement_m", "path_consistency_m")
    no_forward = mount.why_no_forward or axis_doubt
    forward = [None if axis_doubt else rep.forward_drift_m for rep in reps]
    knows_pitch = mount.position is MountPosition.SHAFT and mount.bar_axis is not None and not axis_doubt

    def applies(part: str) -> bool:
        return part in parts

    not_for_lift = Estimate(reason="does not apply to this lift")
    pitch_reason = no_forward or "only on a shaft mount"
    return SetStability(
        forward_displacement_m=_mean(forward, [rep.forward_drift_sd_m for rep in reps], no_forward)
        if applies("forward_displacement_m")
        else not_for_lift,
        uprightness_loss_rad=not_for_lift
        if not applies("uprightness_loss_rad")
        else _mean([rep.pitch_change_rad for rep in reps], [rep.pitch_change_sd_rad for rep in reps], "")
        if knows_pitch
        else Estimate(reason=pitch_reason),
        lockout_ratio=_mean([rep.lockout_ratio for rep in reps], [rep.lockout_ratio_sd for rep in reps], "")
        if applies("lockout_ratio")
        else not_for_lift,
        path_consistency_m=_consistency(reps, no_forward) if applies("path_consistency_m") else not_for_lift,
    )


def _mean(values: Sequence[float | None], sds: Sequence[float | None], reason: str) -> Estimate:
    known = [(value, sd or 0.0) for value, sd in zip(values, sds, strict=True) if value is not None]
    if not known:
        return Estimate(reason=reason or "not seen in any rep")
    x, own_sd = np.array(known).T
    n = len(x)
    if n == 1:
        return Estimate(float(x[0]), float(own_sd[0]) or None, "one rep: its scatter is not known")
    return Estimate(float(x.mean()), float(np.sqrt((x.var(ddof=1) + (own_sd**2).mean()) / n)))


def _consistency(reps: Sequence[Rep], no_forward: str) -> Estimate:
    """Root mean square over matched heights of the standard deviation across reps of the forward position."""
    if no_forward:
        return Estimate(reason=no_forward)
    curves = [curve for rep in reps if (curve := _forward_at_heights(rep)) is not None]
    if len(curves) < 3:
        return Estimate(reason="needs three reps")
    spread = np.array(curves).std(axis=0, ddof=1)
    value = float(np.sqrt((spread**2).mean()))
    return Estimate(value, value / np.sqrt(2 * (len(curves) - 1)))  # sd of a sample sd, normal scatter


def _forward_at_heights(rep: Rep, bins: int = 20) -> FloatArray | None:
    """Forward position at matched fractions of the first phase's height, (bins,)."""
    path = rep.path
    if path.forward_m is None or len(path.t_s) < 5:
        return None
    turn = int(np.argmin(np.abs(path.t_s - rep.turning_point_s)))
    if turn < 3:
        return None
    height = np.abs(path.up_m[: turn + 1] - path.up_m[0])
    rising: FloatArray = np.maximum.accumulate(height)
    levels = np.linspace(0.05, 0.95, bins) * rising[-1]
    return np.asarray(np.interp(levels, rising, path.forward_m[: turn + 1]), dtype=np.float64)


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
    estimates: list[tuple[int, Estimate]] = [(s.index, getattr(s.stability, part)) for s in sets]
    known = [
        (i, e.value, e.sd) for i, e in estimates if e.value is not None and e.sd is not None and e.sd > 0
    ]
    indices = tuple(i for i, _, _ in known)
    values, sds = tuple(v for _, v, _ in known), tuple(sd for _, _, sd in known)
    if len(known) < MIN_SETS_FOR_TREND:
        return PartTrend(part, indices, values, sds, None, None, "too little data")
    slope, slope_sd, degrees = _weighted_slope(np.array(values), np.array(sds))
    ratio = WORSE_SIGN[part] * slope / slope_sd
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
