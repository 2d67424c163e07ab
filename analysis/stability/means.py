"""The means of a session's sets, and how far weighted sums of them scatter by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.stability.baseline import adjusted
from analysis.stability.statistics import Spread, combined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.imu import FloatArray
    from analysis.stability.baseline import PartBaseline
    from analysis.stability.history import LiftedSet, PartReps


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """The means of the sets that have the part.

    Attributes
    ----------
    indices : tuple of int
        Of the sets within their session.
    place : (n,) float64
        Order of the set among the working sets.
    value : (n,) float64
        Adjusted mean.
    reps : tuple of PartReps
        Behind each mean.
    covariates : (n, 2) float64
        Mean velocity and relative load from the baseline's centre; zero without a baseline.
    spreads : tuple of Spread
        How far each mean scatters from one ordinary set to the next; empty without a baseline.
    """

    indices: tuple[int, ...]
    place: FloatArray
    value: FloatArray
    reps: tuple[PartReps, ...]
    covariates: FloatArray
    spreads: tuple[Spread, ...] = ()

    def __len__(self) -> int:
        return len(self.place)


def means_of(sets: Sequence[LiftedSet], reps: Sequence[PartReps], baseline: PartBaseline | None) -> Means:
    """Take the means of the sets that have the part, without the effects of load and velocity."""
    indices: list[int] = []
    places: list[float] = []
    values: list[float] = []
    kept: list[PartReps] = []
    covariates: list[FloatArray] = []
    for place, (one, its) in enumerate(zip(sets, reps, strict=True)):
        if len(its) == 0:
            continue
        indices.append(one.index)
        places.append(float(place))
        kept.append(its)
        values.append(float(adjusted(its, one.load_kg, baseline).mean()))
        covariates.append(
            np.zeros(2)
            if baseline is None
            else baseline.covariates(its.velocities_mps, one.load_kg).mean(axis=0)
        )
    return Means(
        tuple(indices),
        np.array(places),
        np.array(values),
        tuple(kept),
        np.array(covariates).reshape(-1, 2),
        () if baseline is None else tuple(baseline.set_mean(its) for its in kept),
    )


def pooled(shares: FloatArray, means: Means) -> Spread:
    """Spread of a weighted sum of set means; all rest on the same baseline, so its degrees count once."""
    variance = float(sum(share**2 * one.variance for share, one in zip(shares, means.spreads, strict=True)))
    return Spread(variance, min(one.degrees for one in means.spreads))


def contrast(shares: FloatArray, means: Means, baseline: PartBaseline) -> Spread:
    """Spread of a weighted sum of set means, unknown effects of load and velocity included."""
    return combined(pooled(shares, means), baseline.effects.spread_of(shares @ means.covariates))
