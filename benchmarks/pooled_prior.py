"""What other lifters say of one who is left out: velocity at the 1RM, and bend of the load-velocity curve.

Random-effects pooling, as in a meta-analysis: each lifter's own bend is known badly, so the spread between
lifters is what remains after its uncertainty is taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar

from analysis.load_velocity_curve import LoadVelocityConfig, Sets, fit_curve
from analysis.velocity_priors import VelocityPrior

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analysis.imu import FloatArray

WEAK_BEND_SD = 0.4
"""Of the prior under which a single lifter's bend is estimated, and which is then taken out again."""

MOST_SPREAD = 0.5
"""Of bends between lifters; at 1 the curve has no slope at one of its ends."""


@dataclass(frozen=True)
class Lifter:
    """One lifter in one lift: pairs below the maximum, and the measured maximum.

    Attributes
    ----------
    load_kg, velocity_mps : (N,) float64
        Pairs, kg and m/s.
    one_rm_kg, one_rm_velocity_mps : float
        Measured 1RM, kg, and its mean velocity, m/s.
    """

    load_kg: FloatArray
    velocity_mps: FloatArray
    one_rm_kg: float
    one_rm_velocity_mps: float

    def sets(self, *, with_one_rm: bool) -> Sets:
        """Return the pairs, and the maximum as one more, as sets of today."""
        load, velocity = self.load_kg, self.velocity_mps
        if with_one_rm:
            load, velocity = np.append(load, self.one_rm_kg), np.append(velocity, self.one_rm_velocity_mps)
        return Sets(load, velocity, np.zeros(len(load)), np.zeros(len(load)))


def random_effects(values: FloatArray, variances: FloatArray) -> tuple[float, float]:
    """Mean and standard deviation of the distribution that the next value comes from.

    Parameters
    ----------
    values, variances : (N,) float64
        Estimates and their own variances.

    Returns
    -------
    tuple of 2 float
        Pooled mean, and the spread between values (restricted maximum likelihood) together with the
        uncertainty of that mean.
    """

    def pooled(spread: float) -> tuple[float, float]:
        weight = 1.0 / (variances + spread**2)
        return float(np.average(values, weights=weight)), float(weight.sum())

    def deviance(spread: float) -> float:
        mean, total = pooled(spread)
        own = variances + spread**2
        return float(np.log(own).sum() + np.log(total) + ((values - mean) ** 2 / own).sum())

    spread = float(minimize_scalar(deviance, bounds=(0.0, MOST_SPREAD), method="bounded").x)
    mean, total = pooled(spread)
    return mean, float(np.sqrt(spread**2 + 1.0 / total))


def own_bend(
    sets: Sets, one_rm_velocity_mps: float, config: LoadVelocityConfig
) -> tuple[float, float] | None:
    """Bend of these sets alone and its variance; None where they say nothing of it."""
    weak = VelocityPrior(one_rm_velocity_mps, 0.0, 0.0, WEAK_BEND_SD, "weak")
    fit = fit_curve(sets, weak, config)
    if fit is None or (information := 1.0 / fit.covariance[2, 2] - 1.0 / WEAK_BEND_SD**2) <= 0.0:
        return None
    return float(fit.curve.bend / fit.covariance[2, 2] / information), float(1.0 / information)


def pooled_prior(
    others: Sequence[Lifter], config: LoadVelocityConfig, *, bend_from_one_rm: bool = True
) -> VelocityPrior:
    """Pool the prior of a lift from these lifters.

    Parameters
    ----------
    others : sequence of Lifter
        Without the one that it is meant for.
    config : LoadVelocityConfig
        Of the fits.
    bend_from_one_rm : bool
        Whether their measured maximum is one more pair of their curves; else it gives its velocity only.
    """
    velocities = np.array([lifter.one_rm_velocity_mps for lifter in others])
    velocity = float(velocities.mean())
    bends = [own_bend(lifter.sets(with_one_rm=bend_from_one_rm), velocity, config) for lifter in others]
    known = np.array([bend for bend in bends if bend is not None])
    bend, bend_sd = random_effects(known[:, 0], known[:, 1])
    velocity_sd = float(velocities.std(ddof=1)) * float(np.sqrt(1.0 + 1.0 / len(velocities)))
    return VelocityPrior(velocity, velocity_sd, bend, bend_sd, f"pooled over {len(others)} lifters")


def leave_one_out(
    lifters: Sequence[Lifter], make_prior: Callable[[Sequence[Lifter]], VelocityPrior]
) -> list[VelocityPrior]:
    """One prior for each lifter, made from all the others."""
    return [make_prior([*lifters[:index], *lifters[index + 1 :]]) for index in range(len(lifters))]
