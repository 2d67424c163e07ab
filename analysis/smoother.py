"""The whole-set smoother: everything that is known of a set's motion, weighed against each other at once.

Integrating a cheap sensor drifts. Every cause of the drift is known, so the motion and its causes are
estimated together, over the whole set, from the samples and from what is known of lifting: the bar rests on
the rack, hangs nearly still between reps, and comes back to roughly the same place, though never exactly.
Nothing is forced: each of these statements has a standard deviation, and every number comes with its
covariance.

The model
---------
World frame, z up. At nodes, some tenths of a second apart and at every event::

    x = [p, v, psi, b, h]      position, velocity and attitude error of the sensor, accelerometer bias
                               (sensor frame), home of the bar's axis
    c = [w, s, k]              shared: gyro bias, scale errors of accelerometer and gyroscope

Between neighbouring nodes i and j, with the nominal attitude R(t), specific force f and rate of turn w of the
samples, and U, P the first and second integral of R f over the interval (Forster et al., "On-manifold
preintegration", T-RO 33(1), 2017, linearised in the world frame)::

    v_j   = v_i + U + psi x U - (int R) b - (int R diag f) s - g T                  + noise
    p_j   = p_i + v_i T + P + psi x P - (int R) b T/2 - ...s T/2 - g T^2/2           + noise
    psi_j = psi_i - e - (int R) w - (int R diag w) k                                + noise
    b_j   = b_i + noise,   h_j = h_i + noise

e: how far the nominal attitude departs from the gyro over the interval (zero for plain strapdown). Noise is
that of the sensor, more where samples were lost, clipped or taken during an impact. Home moves only where a
rep passes its turning point. The attitude errors are small, so the problem is linear and solved exactly;
where they turn out not to be small the nominal attitude is corrected and everything linearised anew
(Gauss-Newton).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.block_tridiagonal import ChainCovariance, Factorised, solve
from analysis.calibration import Calibration
from analysis.observations import Observations
from analysis.process import ACCEL_SCALE, GYRO_BIAS, PSI, B, H, P, V, preintegrate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analysis.config import SmootherConfig
    from analysis.imu import BoolArray, FloatArray, IntArray
    from analysis.observations import Evidence
    from analysis.process import Chain, Problem


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """Candidates for what no data sheet tells; the set's own evidence chooses.

    Sensors and radios are worse than data sheets, lifters less regular than assumed, and either must widen
    the intervals.

    Attributes
    ----------
    noise_scales : tuple of float
        What multiplies the noise of integration, in order.
    levels_m, scatters_m : tuple of float
        Scatter of home from rep to rep: up, and horizontally, m, in order. The middle of the latter stands
        for it while the others are chosen.
    noise_scale, level_m : float
        Where the search begins, of the candidates.
    """

    noise_scales: tuple[float, ...]
    levels_m: tuple[float, ...]
    scatters_m: tuple[float, ...]
    noise_scale: float
    level_m: float

    @classmethod
    def of(cls, config: SmootherConfig, noise_scale: float | None = None) -> Hypotheses:
        """Everything that is thought possible, searched from what is expected."""
        levels_m = config.home_vertical_m
        expected = 1.0 if noise_scale is None else noise_scale
        return cls(config.noise_scales, levels_m, config.home_scatters_m, expected, levels_m[0])


@dataclass(frozen=True, slots=True, eq=False)
class Smoothed:
    """Corrected motion of the bar's axis with its covariance.

    Attributes
    ----------
    velocity_mps, position_m : (N, 3) float64, world frame
        Of the bar's axis.
    nodes : (K,) int
        Samples at which the covariance is known.
    psi_rad : (K, 3) float64
        Correction of the nominal attitude that was found, and not yet applied.
    gyro_bias_radps : (3,) float64
        Found on top of what was removed before.
    home_scatter_m : float
        Horizontal scatter of home from rep to rep that the set's own evidence chose, m.
    noise_scale, home_level_m : float
        What multiplies the noise of integration, and the vertical scatter of home, m; chosen likewise.
    evidence : float
        Logarithm of the marginal likelihood, up to a constant.
    """

    velocity_mps: FloatArray
    position_m: FloatArray
    nodes: IntArray
    psi_rad: FloatArray
    gyro_bias_radps: FloatArray
    home_scatter_m: float
    noise_scale: float
    home_level_m: float
    evidence: float
    _factorised: Factorised
    _covariance: list[ChainCovariance]

    @property
    def covariance(self) -> ChainCovariance:
        """Covariance of the nodes; worked out when first asked for."""
        if not self._covariance:
            self._covariance.append(self._factorised.covariance())
        return self._covariance[0]

    def calibration(self) -> Calibration:
        """Return what the set says of the accelerometer: bias at its end, and scale."""
        mean = np.concatenate([self._factorised.nodes[-1, B], self._factorised.shared[ACCEL_SCALE]])
        bias = self.covariance.of_nodes(len(self.nodes) - 1)[0, B, B]
        cross = self.covariance.with_shared(len(self.nodes) - 1)[B, ACCEL_SCALE]
        scale = self.covariance.shared[ACCEL_SCALE, ACCEL_SCALE]
        return Calibration.of(mean, np.block([[bias, cross], [cross.T, scale]]))

    def gyro_bias_sd_radps(self, axis: FloatArray) -> float:
        """Return the standard deviation of the gyro bias along a unit vector of the sensor frame, rad/s."""
        return float(np.sqrt(axis @ self.covariance.shared[GYRO_BIAS, GYRO_BIAS] @ axis))

    def displacement_sd_m(self, start: int, stop: int, direction: FloatArray) -> float:
        """Return the standard deviation of the displacement between two samples along a unit vector, m."""
        return float(self.displacement_sds_m(start, np.array([stop]), direction)[0])

    def displacement_sds_m(self, start: int, stops: IntArray, direction: FloatArray) -> FloatArray:
        """As `displacement_sd_m` for many end samples at once, (M,)."""
        covariance = self.displacement_covariances_m2(start, stops)
        return np.sqrt(np.maximum(np.einsum("i,mij,j->m", direction, covariance, direction), 0.0))

    def displacement_covariances_m2(self, start: int, stops: IntArray) -> FloatArray:
        """Covariance of the displacement from one sample to others, world frame, (M, 3, 3), m²."""
        node = int(self._nearest(np.array([start]))[0])
        near = self._nearest(stops)
        first, stop = int(near.min()), int(near.max()) + 1
        cross = self.covariance.between(node, first, stop)[:, P, P]
        own = self.covariance.of_nodes(first, stop)[:, P, P]
        start_own = self.covariance.of_nodes(node, node + 1)[0, P, P]
        every = own + start_own - cross - np.swapaxes(cross, 1, 2)
        return every[near - first]

    def ends_covariance(self, start: int, stop: int, direction: FloatArray) -> FloatArray:
        """Covariance of position and velocity along a unit vector at two samples, (4, 4).

        In the order position (m) and velocity (m/s) at the first sample, then at the second.
        """
        a, b = (int(node) for node in self._nearest(np.array([start, stop])))
        onto = np.zeros((2, self.covariance.of_nodes(a, a + 1).shape[1]))
        onto[0, P] = onto[1, V] = direction
        first, second = (onto @ self.covariance.of_nodes(k, k + 1)[0] @ onto.T for k in (a, b))
        cross = onto @ self.covariance.between(a, b, b + 1)[0] @ onto.T
        return np.block([[first, cross], [cross.T, second]])

    def joint_covariance(
        self, start: int, stop: int, directions: FloatArray, most: int
    ) -> tuple[IntArray, FloatArray]:
        """Covariance of position and velocity along unit vectors, at nodes of a span of samples.

        Parameters
        ----------
        start, stop : int
            First and last sample of the span.
        directions : (D, 3) float64, world frame
            Unit vectors.
        most : int
            As many nodes at most, evenly chosen of those in the span.

        Returns
        -------
        (K,) int, (K, 2 D, K, 2 D) float64
            The nodes' samples, and the covariance: at each node the D positions (m), then the D velocities
            (m/s).
        """
        first, last = (int(node) for node in self._nearest(np.array([start, stop])))
        last = max(last, min(first + 1, len(self.nodes) - 1))
        chosen = np.unique(np.linspace(first, last, most).round().astype(np.intp))
        count = len(directions)
        onto = np.zeros((2 * count, self.covariance.of_nodes(first, first + 1).shape[1]))
        onto[:count, P] = onto[count:, V] = directions
        own = self.covariance.of_nodes(first, last + 1)
        joint = np.empty((len(chosen), 2 * count, len(chosen), 2 * count))
        for row, node in enumerate(chosen.tolist()):
            joint[row, :, row, :] = onto @ own[node - first] @ onto.T
            if row + 1 == len(chosen):
                continue
            later = self.covariance.between(node, node + 1, last + 1)[chosen[row + 1 :] - node - 1]
            cross = onto @ later @ onto.T
            joint[row, :, row + 1 :, :] = cross.transpose(1, 0, 2)
            joint[row + 1 :, :, row, :] = cross.transpose(0, 2, 1)
        return self.nodes[chosen], joint

    def velocity_covariances_m2ps2(self, index: IntArray) -> FloatArray:
        """Covariance of the velocity at samples, world frame, (M, 3, 3), (m/s)²."""
        near = self._nearest(index)
        first, stop = int(near.min()), int(near.max()) + 1
        return self.covariance.of_nodes(first, stop)[:, V, V][near - first]

    def velocity_sd_mps(self, index: int, direction: FloatArray) -> float:
        """Return the standard deviation of the velocity at a sample along a world-frame unit vector, m/s."""
        covariance = self.velocity_covariances_m2ps2(np.array([index]))[0]
        return float(np.sqrt(max(direction @ covariance @ direction, 0.0)))

    def _nearest(self, index: IntArray) -> IntArray:
        after = np.clip(np.searchsorted(self.nodes, index), 1, len(self.nodes) - 1)
        closer = 2 * index < self.nodes[after - 1] + self.nodes[after]
        return np.asarray(after - closer)


def smooth(problem: Problem, evidence: Evidence, config: SmootherConfig, hypotheses: Hypotheses) -> Smoothed:
    """Estimate the motion of a set.

    Parameters
    ----------
    problem : Problem
        The samples, linearised.
    evidence : Evidence
        What else is known.
    config : SmootherConfig
        Standard deviations.
    hypotheses : Hypotheses
        What is chosen from.

    Returns
    -------
    Smoothed
        Without any rest the priors alone speak: the result drifts, and its standard deviations say so.
    """
    nodes = _nodes(problem, evidence, config)
    known = Observations.of(problem, nodes, evidence)
    system = _System(
        preintegrate(problem, nodes, config), known, _home_walk(nodes, problem, evidence), config
    )
    scatters_m = hypotheses.scatters_m
    across_m = scatters_m[len(scatters_m) // 2]
    trials: dict[tuple[float, float], tuple[Factorised, float]] = {}

    def likelihood(scale: float, level_m: float) -> float:
        if (scale, level_m) not in trials:
            trials[scale, level_m] = system.solve(known.weight, scale, (across_m, level_m))
        return trials[scale, level_m][1]

    scale, level_m = hypotheses.noise_scale, hypotheses.level_m
    scale = _uphill(hypotheses.noise_scales, scale, lambda value: likelihood(value, level_m))
    if evidence.departures:
        level_m = _uphill(hypotheses.levels_m, level_m, lambda value: likelihood(scale, value))
    else:  # home does not move: nothing to choose
        scatters_m = (across_m,)
    likelihood(scale, level_m)
    factorised, _ = trials[scale, level_m]
    weight = known.reweighted(factorised.nodes, config.robust_sigma)
    solved = [(*system.solve(weight, scale, (across_m, level_m)), across_m) for across_m in scatters_m]
    # A handful of reps tells scatter badly: of what is about as likely the larger is taken.
    likely = max(entry[1] for entry in solved) - config.scatter_margin
    factorised, log_evidence, scatter_m = max(
        (entry for entry in solved if entry[1] >= likely), key=lambda entry: entry[2]
    )
    velocity, position = _fine(problem, nodes, factorised.nodes)
    return Smoothed(
        velocity,
        position,
        nodes,
        factorised.nodes[:, PSI],
        factorised.shared[GYRO_BIAS],
        scatter_m,
        scale,
        level_m,
        log_evidence,
        factorised,
        [],
    )


def _uphill(values: Sequence[float], start: float, worth: Callable[[float], float]) -> float:
    """Find the ordered value of the highest worth, one step after the other from a start."""
    at = values.index(start)
    for step in (1, -1):
        while 0 <= at + step < len(values) and worth(values[at + step]) > worth(values[at]):
            at += step
    return values[at]


def _nodes(problem: Problem, evidence: Evidence, config: SmootherConfig) -> IntArray:
    """Choose the samples that are nodes: every event, and a grid where there is none nearby."""
    count = len(problem.samples)
    step = max(round(config.node_s * problem.samples.rate_hz), 1)
    indices = [one.index for one in (*evidence.rests, *evidence.stays)]
    events = np.unique(np.array([0, count - 1, *indices, *evidence.marks]))
    grid = np.arange(0, count, step)
    after = np.searchsorted(events, grid)
    gap = np.minimum(
        np.abs(events[np.minimum(after, len(events) - 1)] - grid), np.abs(grid - events[after - 1])
    )
    return np.unique(np.concatenate([events, grid[2 * gap >= step]]))


def _home_walk(nodes: IntArray, problem: Problem, evidence: Evidence) -> BoolArray:
    """Mark the intervals in which home may move: those with a turning point; (K - 1,)."""
    leaves = np.zeros(len(nodes) - 1, dtype=np.bool_)
    inside = [index for index in evidence.departures if index < len(problem.samples) - 1]
    leaves[np.searchsorted(nodes, inside, side="right") - 1] = True
    return leaves


@dataclass(frozen=True, slots=True, eq=False)
class _System:
    """Process, observations and home's walk of one set, to be solved for several hypotheses."""

    chain: Chain
    known: Observations
    leaves: BoolArray
    config: SmootherConfig

    def solve(
        self, weight: FloatArray, noise_scale: float, scatter_m: tuple[float, float]
    ) -> tuple[Factorised, float]:
        """Solve for one noise scale and one scatter of home (across, up); also return the log evidence."""
        equations, square, log_weight = self.chain.scaled(noise_scale)
        walk_sd = np.sqrt(self.chain.interval_s)[:, None] * np.full(3, self.config.home_creep_m_per_sqrt_s)
        walk_sd[self.leaves] = (scatter_m[0], scatter_m[0], scatter_m[1])
        walk = 1.0 / walk_sd**2
        home = np.arange(H.start, H.stop)
        equations.diagonal[:-1, home, home] += walk
        equations.diagonal[1:, home, home] += walk
        equations.below[:, home, home] -= walk
        square += self.known.add_to(equations, weight)
        solved = solve(equations)
        explained = float((equations.right * solved.nodes).sum() + equations.right_corner @ solved.shared)
        log_weight += float(np.log(walk).sum() + np.log(weight).sum())
        return solved, -0.5 * (square - explained + solved.log_det - log_weight)


def _fine(problem: Problem, nodes: IntArray, states: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Velocity and position of the bar's axis at every sample, from the corrections at the nodes.

    Between nodes the velocity correction grows as the noise does: all of it at an impact, if there was one.
    """
    nominal, dt_s = problem.nominal, problem.samples.dt_s
    index = np.arange(len(problem.samples))
    noise = problem.noise.accel_variance
    velocity, position = np.empty_like(nominal.velocity_mps), np.empty_like(nominal.position_m)
    for axis in range(3):
        correction = states[:, V][:, axis] - nominal.velocity_mps[nodes, axis]
        fine = np.asarray(np.interp(noise, noise[nodes], correction), dtype=np.float64)
        moved = np.zeros(len(index))
        np.cumsum((fine[1:] + fine[:-1]) * (dt_s / 2), out=moved[1:])
        left = states[:, P][:, axis] - nominal.position_m[nodes, axis] - moved[nodes]
        velocity[:, axis] = nominal.velocity_mps[:, axis] + fine
        position[:, axis] = nominal.position_m[:, axis] + moved + np.interp(index, nodes, left)
    if np.any(problem.lever_m):
        arm, arm_velocity = nominal.arm(problem.lever_m, slice(None))
        velocity -= arm_velocity
        position -= arm
    return velocity, position
