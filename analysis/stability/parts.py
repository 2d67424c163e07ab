"""The measures of one set: means over its reps, and those that take several reps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.measures import MEASURES
from analysis.results import Estimate
from analysis.stability.statistics import mean_sd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.exercises import Exercise
    from analysis.imu import FloatArray, Mount
    from analysis.results import Rep

UNTOLD_PARTS = ("forward_displacement_m", "path_consistency_m")
"""Where nobody said which lift it is."""

RESTS_ON_AXIS = frozenset(
    measure.id for measure in MEASURES.values() if measure.unit in {"m", "rad", "m²"}
) | {"path_length_ratio", "side_velocity_difference_mps"}
"""Measures of direction, path and pitch: nothing without the bar's axis."""

LEAST_PATHS = 3
"""Fewer reps have no mean path to stray from."""

BINS = 100
"""Heights at which paths are compared: 1 % of the first phase each."""


def set_stability(
    reps: Sequence[Rep], exercise: Exercise | None, mount: Mount, axis_doubt: str = ""
) -> dict[str, Estimate]:
    """Average each measure over the reps of a set; what cannot be known is None with the reason.

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

    Returns
    -------
    dict of str to Estimate
        The parts of the lift first, each with a value or a reason, then whatever else its reps have.

    Notes
    -----
    The standard deviation of a mean combines the scatter of the reps and their own standard deviations, both
    divided by the number of reps: sqrt((s² + mean(sd²)) / n).
    """
    parts = exercise.parts if exercise else UNTOLD_PARTS
    others = [name for rep in reps for name in rep.measures if name not in parts]
    why_no_axis = axis_doubt or mount.why_no_forward
    stability: dict[str, Estimate] = {}
    for name in dict.fromkeys((*parts, *others)):
        if not reps:
            stability[name] = Estimate(reason="no reps")
        elif why_no_axis and name in RESTS_ON_AXIS:
            stability[name] = Estimate(reason=why_no_axis)
        elif name == "path_consistency_m":
            stability[name] = _consistency(reps)
        else:
            stability[name] = _mean([rep.measures[name] for rep in reps if name in rep.measures])
    return stability


def _mean(estimates: Sequence[Estimate]) -> Estimate:
    known = [(one.value, one.sd or 0.0) for one in estimates if one.value is not None]
    if not known:
        reasons = dict.fromkeys(one.reason for one in estimates if one.reason)
        return Estimate(reason="; ".join(reasons) or "not seen in any rep")
    x, own_sd = np.array(known).T
    n = len(x)
    if n == 1:
        return Estimate(float(x[0]), float(own_sd[0]) or None, "one rep: its scatter is not known")
    return Estimate(float(x.mean()), mean_sd(x, own_sd))


def _consistency(reps: Sequence[Rep]) -> Estimate:
    """Root mean square over matched heights of the standard deviation across reps of the forward position."""
    curves = [curve for rep in reps if (curve := forward_at_heights(rep)) is not None]
    if len(curves) < LEAST_PATHS:
        return Estimate(reason="needs three reps with a known path")
    spread = np.array(curves).std(axis=0, ddof=1)
    value = float(np.sqrt((spread**2).mean()))
    return Estimate(value, value / np.sqrt(2 * (len(curves) - 1)))  # sd of a sample sd, normal scatter


def with_path_sway(reps: Sequence[Rep]) -> tuple[Rep, ...]:
    """Add to each rep of a set how far its path strays from the mean path of the others.

    Notes
    -----
    Root mean square over the heights of `forward_at_heights`, times ``sqrt((n - 1) / n)``: the mean of few
    others strays itself, and the measure must not depend on how many reps the set has. The standard deviation
    is that of a three-point quadrature over the errors of both paths.
    """
    curves = [forward_at_heights(rep) for rep in reps]
    known = [k for k, curve in enumerate(curves) if curve is not None]
    if len(known) < LEAST_PATHS:
        missing = Estimate(reason="needs three reps with a known path")
        return tuple(replace(rep, measures={**rep.measures, "path_sway_m": missing}) for rep in reps)
    paths = np.array([curves[k] for k in known])
    own = (_at_heights(reps[k], reps[k].path.forward_sd_m) for k in known)
    variances = np.array([np.zeros(BINS) if sd is None else sd for sd in own]) ** 2
    n = len(known)
    others = (paths.sum(axis=0) - paths) / (n - 1)
    sds = np.sqrt(variances + (variances.sum(axis=0) - variances) / (n - 1) ** 2)

    def sway(row: int, errors: float) -> float:
        strays = paths[row] - others[row] + errors * sds[row]
        return float(np.sqrt((n - 1) / n * (strays**2).mean()))

    added: dict[int, Estimate] = {}
    for row, k in enumerate(known):
        value = sway(row, 0.0)
        shifts = np.array([sway(row, errors) for errors in (-np.sqrt(3.0), np.sqrt(3.0))]) - value
        sd = np.sqrt((shifts**2).sum() / 6 - (shifts.sum() / 6) ** 2)
        added[k] = Estimate(value, float(sd))
    unseen = Estimate(reason="the path of this rep is not known")
    return tuple(
        replace(rep, measures={**rep.measures, "path_sway_m": added.get(k, unseen)})
        for k, rep in enumerate(reps)
    )


def forward_at_heights(rep: Rep) -> FloatArray | None:
    """Forward position at each hundredth of the first phase's height, (BINS,), m; None without a path."""
    return _at_heights(rep, rep.path.forward_m)


def _at_heights(rep: Rep, values: FloatArray | None) -> FloatArray | None:
    """Take values along the path at each hundredth of the first phase's height; None without a path."""
    path = rep.path
    if values is None or path.forward_m is None or len(path.t_s) < 5:
        return None
    turn = int(np.argmin(np.abs(path.t_s - rep.turning_point_s)))
    if turn < 3:
        return None
    height = np.abs(path.up_m[: turn + 1] - path.up_m[0])
    rising: FloatArray = np.maximum.accumulate(height)
    levels = (np.arange(BINS) + 0.5) / BINS * rising[-1]
    return np.asarray(np.interp(levels, rising, values[: turn + 1]), dtype=np.float64)
