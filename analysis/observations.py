"""What is known of a set's motion besides the samples, as rows of the normal equations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.process import H, P, V

if TYPE_CHECKING:
    from analysis.block_tridiagonal import NormalEquations
    from analysis.imu import BoolArray, FloatArray, IntArray
    from analysis.process import Problem


@dataclass(frozen=True, slots=True)
class Rest:
    """The bar's axis does not move at this sample: velocity zero within ``sd_mps`` (x, y, z)."""

    index: int
    sd_mps: tuple[float, float, float]
    robust: bool = True


@dataclass(frozen=True, slots=True)
class Stay:
    """The bar's axis is at home at this sample, within ``sd_m`` (x, y, z).

    A loose one keeps stretches about which nothing else is known (carrying, walking) from drifting away.
    """

    index: int
    sd_m: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a set's motion besides the samples.

    Attributes
    ----------
    rests, stays
        Instants at which the bar does not move, and at which it is at home.
    departures : tuple of int
        Samples at which home may have moved: the turning point of each rep.
    marks : tuple of int
        Samples of which nothing is known, but whose covariance will be asked for.
    """

    rests: tuple[Rest, ...]
    stays: tuple[Stay, ...]
    departures: tuple[int, ...] = ()
    marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """Rests and stays as rows: value of ``x[part] - x[minus]`` at a node, three axes each."""

    node: IntArray
    resting: BoolArray
    value: FloatArray
    weight: FloatArray
    robust: BoolArray

    @classmethod
    def of(cls, problem: Problem, nodes: IntArray, evidence: Evidence) -> Observations:
        """Place the evidence on the nodes."""
        every = [*evidence.rests, *evidence.stays]
        index = np.array([one.index for one in every], dtype=np.intp)
        resting = np.arange(len(every)) < len(evidence.rests)
        arm, arm_velocity = problem.nominal.arm(problem.lever_m, index)
        sds = [rest.sd_mps for rest in evidence.rests] + [stay.sd_m for stay in evidence.stays]
        robust = [rest.robust for rest in evidence.rests] + [True] * len(evidence.stays)
        return cls(
            np.searchsorted(nodes, index),
            resting,
            np.where(resting[:, None], arm_velocity, arm),
            1.0 / np.square(np.reshape(sds, (-1, 3))),
            np.array(robust, dtype=np.bool_),
        )

    def residuals(self, states: FloatArray) -> FloatArray:
        """Observed minus estimated, (M, 3)."""
        at = states[self.node]
        estimate = np.where(self.resting[:, None], at[:, V], at[:, P] - at[:, H])
        return self.value - estimate

    def reweighted(self, states: FloatArray, sigma: float) -> FloatArray:
        """Weights of Cauchy's loss; x and y share theirs, so that the arbitrary heading does not matter."""
        squares = self.residuals(states) ** 2 * self.weight / sigma**2
        squares[:, :2] = squares[:, :2].mean(axis=1, keepdims=True)
        return self.weight / (1.0 + self.robust[:, None] * squares)

    def add_to(self, equations: NormalEquations, weight: FloatArray) -> float:
        """Add the rows; return the square of the observed values."""
        axes = np.arange(3)
        resting, homing = self.resting, ~self.resting
        diagonal, right = equations.diagonal, equations.right
        for part, chosen, sign in ((V, resting, 1.0), (P, homing, 1.0), (H, homing, -1.0)):
            node, index = self.node[chosen][:, None], part.start + axes
            np.add.at(diagonal, (node, index, index), weight[chosen])
            np.add.at(right, (node, index), sign * weight[chosen] * self.value[chosen])
        node = self.node[homing][:, None]
        for one, other in ((P, H), (H, P)):
            np.add.at(diagonal, (node, one.start + axes, other.start + axes), -weight[homing])
        return float((weight * self.value**2).sum())
