"""The measures of one set: means over its reps, and those that take several reps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.measures import MEASURES
from analysis.results import Estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.exercises import Exercise
    from analysis.imu import FloatArray, Mount
    from analysis.results import Rep

UNTOLD_PARTS = ("forward_displacement_m", "path_consistency_m")
"""Where nobody said which lift it is."""

RESTS_ON_AXIS = frozenset(
    measure.id for measure in MEASURES.values() if measure.unit in {"m", "rad", "m²"}
) | {"path_length_ratio"}
"""Measures of direction, path and pitch: nothing without the bar's axis."""

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
    return Estimate(float(x.mean()), float(np.sqrt((x.var(ddof=1) + (own_sd**2).mean()) / n)))


def _consistency(reps: Sequence[Rep]) -> Estimate:
    """Root mean square over matched heights of the standard deviation across reps of the forward position."""
    curves = [curve for rep in reps if (curve := forward_at_heights(rep)) is not None]
    if len(curves) < 3:
        return Estimate(reason="needs three reps with a known path")
    spread = np.array(curves).std(axis=0, ddof=1)
    value = float(np.sqrt((spread**2).mean()))
    return Estimate(value, value / np.sqrt(2 * (len(curves) - 1)))  # sd of a sample sd, normal scatter


def forward_at_heights(rep: Rep) -> FloatArray | None:
    """Forward position at each hundredth of the first phase's height, (BINS,), m; None without a path."""
    path = rep.path
    if path.forward_m is None or len(path.t_s) < 5:
        return None
    turn = int(np.argmin(np.abs(path.t_s - rep.turning_point_s)))
    if turn < 3:
        return None
    height = np.abs(path.up_m[: turn + 1] - path.up_m[0])
    rising: FloatArray = np.maximum.accumulate(height)
    levels = (np.arange(BINS) + 0.5) / BINS * rising[-1]
    return np.asarray(np.interp(levels, rising, path.forward_m[: turn + 1]), dtype=np.float64)
