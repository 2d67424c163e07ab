"""The navigation errors of a whole set, estimated at once and removed.

Integrating a cheap sensor drifts. Every cause of the drift is known, so it is written down as a linear model
of the error and solved for, over the whole set, from what is known of the motion: the bar rests on the rack,
hangs nearly still between reps, and comes back to roughly the same place, though never exactly. Nothing is
forced: each of these statements has a standard deviation, and the solution comes with its covariance.

The model
---------
World frame, z up. With the nominal attitude R(t), nominal world-frame specific force f(t) = R a and small
errors, the true acceleration is (Titterton & Weston, section 12.3, with the signs of a true-minus-nominal
error)::

    true - nominal = psi(t) x f(t)  -  R(t) db  -  R(t) diag(a) ds  +  n(t)
    psi(t) = psi0  -  integral R dw  -  integral R diag(w) dk  +  walk(t)

psi0: levelling error; dw, dk: gyro bias and scale; db, ds: accelerometer bias and scale; walk, n: slow random
walks. Velocity error = its integral plus an initial velocity; at impacts and bridged gaps the velocity may
jump. All unknowns enter linearly, have independent Gaussian priors (their columns are scaled to unit prior
variance), and there are a few hundred of them: one dense Cholesky solves it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from analysis.filters import integrate
from analysis.imu import STANDARD_GRAVITY_MPS2, BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.attitude import Attitude
    from analysis.config import DriftConfig
    from analysis.samples import Samples


@dataclass(frozen=True, slots=True)
class RestInstant:
    """The bar's axis does not move at this sample: velocity zero within ``sd_mps`` (x, y, z)."""

    index: int
    sd_mps: tuple[float, float, float]
    robust: bool = True


@dataclass(frozen=True, slots=True)
class HomeReturn:
    """The bar came home: same height within ``vertical_sd_m``, same place within the set's own scatter."""

    start: int
    stop: int
    vertical_sd_m: float


@dataclass(frozen=True, slots=True)
class Reach:
    """The bar stays within reach of where it was at ``home``: position equal within ``sd_m`` (x, y, z).

    Very loose: it only keeps stretches about which nothing else is known (carrying, walking) from drifting
    away.
    """

    home: int
    index: int
    sd_m: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Jump:
    """From this sample on the integrated velocity may be off by a step of this size."""

    index: int
    sd_mps: float


@dataclass(frozen=True, slots=True, eq=False)
class Nominal:
    """Plain integration, before any correction; bar axis, world frame.

    Attributes
    ----------
    velocity_mps, position_m : (N, 3) float64, world frame
        Of the bar's axis next to the sensor; velocity starts at zero.
    force_mps2 : (N, 3) float64, world frame
        Specific force.
    """

    velocity_mps: FloatArray
    position_m: FloatArray
    force_mps2: FloatArray


def integrate_nominal(samples: Samples, attitude: Attitude, lever_m: FloatArray) -> Nominal:
    """Integrate specific force twice and move the result from the sensor to the bar's axis.

    Parameters
    ----------
    samples : Samples
        Sensor data.
    attitude : Attitude
        Of the same samples.
    lever_m : (3,) float64, sensor frame, m
        From the bar's axis to the sensor.
    """
    force = attitude.to_world(samples.specific_force_mps2)
    velocity = integrate(force - (0.0, 0.0, STANDARD_GRAVITY_MPS2), samples.dt_s)
    position = integrate(velocity, samples.dt_s)
    if np.any(lever_m):
        turn = samples.gyro_radps - attitude.gyro_bias_radps
        velocity = velocity - attitude.to_world(np.cross(turn, lever_m))
        arm = attitude.to_world(lever_m)
        position = position - (arm - arm[0])
    return Nominal(velocity, position, force)


@dataclass(frozen=True, slots=True, eq=False)
class DriftSolution:
    """Corrected motion of the bar's axis with its covariance.

    Attributes
    ----------
    velocity_mps, position_m : (N, 3) float64, world frame
        Corrected.
    home_scatter_m : float
        Horizontal scatter of home from rep to rep that the set's evidence chose, m.
    """

    velocity_mps: FloatArray
    position_m: FloatArray
    home_scatter_m: float
    _position_columns: FloatArray
    _velocity_columns: FloatArray
    _step: int
    _covariance: FloatArray

    def displacement_sd_m(self, start: int, stop: int, direction: FloatArray) -> float:
        """Return the standard deviation of the displacement between two samples along a unit vector, m."""
        row = _rows(self._position_columns, self._step, stop) - _rows(
            self._position_columns, self._step, start
        )
        return self._sd(direction @ row)

    def displacement_sds_m(self, start: int, stops: IntArray, direction: FloatArray) -> FloatArray:
        """As `displacement_sd_m` for many end samples at once, to the nearest grid point; (M,)."""
        along = np.einsum(
            "i,gij->gj", direction, self._position_columns[np.append(stops, start) // self._step]
        )
        rows = along[:-1] - along[-1]
        return np.sqrt(np.maximum(np.einsum("mj,jk,mk->m", rows, self._covariance, rows, optimize=True), 0.0))

    def velocity_sd_mps(self, index: int, direction: FloatArray) -> float:
        """Return the standard deviation of the velocity at a sample along a world-frame unit vector, m/s."""
        return self._sd(direction @ _rows(self._velocity_columns, self._step, index))

    def _sd(self, row: FloatArray) -> float:
        return float(np.sqrt(max(row @ self._covariance @ row, 0.0)))


@dataclass(frozen=True, slots=True, eq=False)
class ErrorModel:
    """Velocity and position error of one set per unit of each unknown, before any observation.

    Depends on the samples only, so that it serves every pass of the estimator.

    Attributes
    ----------
    nominal : Nominal
        What is to be corrected.
    velocity_columns, position_columns : (G, 3, J) float64
        At grid points ``step`` samples apart, scaled to unit prior variance of the unknowns.
    step : int
        Samples between grid points.
    config : DriftConfig
        Priors.
    """

    nominal: Nominal
    velocity_columns: FloatArray
    position_columns: FloatArray
    step: int
    config: DriftConfig


def build_error_model(
    samples: Samples, attitude: Attitude, nominal: Nominal, jumps: Sequence[Jump], config: DriftConfig
) -> ErrorModel:
    """Write the error of a set as a linear function of the unknowns of this module.

    Parameters
    ----------
    samples, attitude, nominal
        The set, its nominal attitude and its plain integration.
    jumps : sequence of Jump
        Where integration cannot be trusted.
    config : DriftConfig
        Priors.
    """
    step = max(round(samples.rate_hz / config.grid_hz), 1)
    columns = _error_columns(samples, attitude, nominal, jumps, step, config)
    return ErrorModel(nominal, *columns, step, config)


def remove_drift(
    model: ErrorModel,
    rests: Sequence[RestInstant],
    returns: Sequence[HomeReturn],
    reaches: Sequence[Reach],
    scatters_m: Sequence[float],
) -> DriftSolution:
    """Solve the set-wide error model.

    Parameters
    ----------
    model : ErrorModel
        From `build_error_model`.
    rests, returns, reaches
        What is known of the motion, by sample index.
    scatters_m : sequence of float
        Candidates for the horizontal scatter of home, m; the set's own evidence chooses.

    Returns
    -------
    DriftSolution
        Corrected velocity and position with their covariance. Without any rest the priors alone speak: the
        result is drifting and its standard deviations say so.
    """
    velocity_columns, position_columns, step = model.velocity_columns, model.position_columns, model.step
    nominal = model.nominal
    design, observed, sd, robust = _observations(model, rests, returns, reaches)
    horizontal = _horizontal_returns(len(rests), len(returns), len(observed))
    solutions: list[tuple[float, float, _Solution]] = []
    for scatter_m in scatters_m if returns else scatters_m[:1]:
        sd[horizontal] = scatter_m
        solution = _solve(design, observed, sd, robust, model.config)
        solutions.append((solution.evidence, scatter_m, solution))
    _, scatter_m, solution = max(solutions, key=lambda entry: entry[0])
    estimate = solution.estimate
    covariance = cho_solve(solution.factor, np.eye(len(estimate)), check_finite=False)
    grid = np.arange(0, velocity_columns.shape[0] * step, step, dtype=np.float64)
    index = np.arange(len(nominal.velocity_mps), dtype=np.float64)
    velocity_error, position_error = velocity_columns @ estimate, position_columns @ estimate
    velocity, position = nominal.velocity_mps.copy(), nominal.position_m.copy()
    for axis in range(3):
        velocity[:, axis] += np.interp(index, grid, velocity_error[:, axis])
        position[:, axis] += np.interp(index, grid, position_error[:, axis])
    return DriftSolution(velocity, position, scatter_m, position_columns, velocity_columns, step, covariance)


def _error_columns(
    samples: Samples,
    attitude: Attitude,
    nominal: Nominal,
    jumps: Sequence[Jump],
    step: int,
    config: DriftConfig,
) -> tuple[FloatArray, FloatArray]:
    """Build velocity and position error per unit of each unknown, two (G, 3, J) arrays."""
    intervals = -(-len(samples) // step)
    grid_dt_s = step * samples.dt_s
    edges = np.arange(0, len(samples), step)
    counts = np.diff(np.append(edges, len(samples)))
    matrix = np.add.reduceat(attitude.matrix, edges) / counts[:, None, None]
    force_world = np.add.reduceat(nominal.force_mps2, edges) / counts[:, None]
    force = np.add.reduceat(samples.specific_force_mps2, edges) / counts[:, None]
    turn = np.add.reduceat(samples.gyro_radps, edges) / counts[:, None] - attitude.gyro_bias_radps

    # Attitude error psi at the middle of each interval, per unknown: (G, 3, .)
    half = 0.5 * grid_dt_s
    turned = np.cumsum(matrix, axis=0) * grid_dt_s - half * matrix
    turned_scale = np.cumsum(matrix * turn[:, None, :], axis=0) * grid_dt_s - half * matrix * turn[:, None, :]
    level = np.broadcast_to(np.eye(3), (intervals, 3, 3))
    knot_s = max(config.knot_s, intervals * grid_dt_s / config.max_knots)
    walk = _walk_ramps(intervals, grid_dt_s, knot_s)
    walk3 = np.einsum("gk,ij->gikj", walk, np.eye(3)).reshape(intervals, 3, -1)
    bias_sd = config.gyro_bias_still_radps if attitude.bias_known else config.gyro_bias_radps
    tilt = np.array([config.initial_tilt_rad, config.initial_tilt_rad, 1e-4])  # heading is free: a gauge
    walk_sd = config.attitude_walk_rad_per_sqrt_s * np.sqrt(knot_s)
    psi = np.concatenate(
        [level * tilt, -turned * bias_sd, -turned_scale * config.gyro_scale, walk3 * walk_sd], axis=2
    )
    accel = np.concatenate(
        [
            np.cross(psi, force_world[:, :, None], axis=1),
            -matrix * config.accel_bias_mps2,
            -matrix * force[:, None, :] * config.accel_scale,
            walk3 * (config.accel_walk_mps2_per_sqrt_s * np.sqrt(knot_s)),
        ],
        axis=2,
    )
    velocity, position = _integrate_columns(accel, grid_dt_s)
    times = np.arange(intervals + 1, dtype=np.float64) * grid_dt_s
    extra_v, extra_p = _step_columns(times, samples, jumps)
    return np.concatenate([velocity, extra_v], axis=2), np.concatenate([position, extra_p], axis=2)


def _walk_ramps(intervals: int, grid_dt_s: float, knot_s: float) -> FloatArray:
    """Make unit ramps, one per knot interval, (G, K); their weighted sum is a random walk."""
    middle = (np.arange(intervals) + 0.5) * grid_dt_s
    knots = np.arange(0.0, max(middle[-1], knot_s), knot_s)
    return np.clip((middle[:, None] - knots[None, :]) / knot_s, 0.0, 1.0)


def _integrate_columns(accel: FloatArray, dt_s: float) -> tuple[FloatArray, FloatArray]:
    """Integrate interval means twice; the results stand at the edges, one more than there are intervals."""
    shape = (accel.shape[0] + 1, *accel.shape[1:])
    velocity, position = np.zeros(shape), np.zeros(shape)
    np.cumsum(accel * dt_s, axis=0, out=velocity[1:])
    np.cumsum((velocity[1:] + velocity[:-1]) * (0.5 * dt_s), axis=0, out=position[1:])
    return velocity, position


def _step_columns(
    times: FloatArray, samples: Samples, jumps: Sequence[Jump]
) -> tuple[FloatArray, FloatArray]:
    """Columns of the initial velocity (1 m/s) and of the velocity jumps."""
    starts = [(0.0, 1.0)] + [(jump.index * samples.dt_s, jump.sd_mps) for jump in jumps]
    velocity = np.zeros((len(times), 3, 3 * len(starts)))
    position = np.zeros_like(velocity)
    for k, (start_s, sd) in enumerate(starts):
        since = np.maximum(times - start_s, 0.0) * sd
        step = np.where(times >= start_s, sd, 0.0)
        for axis in range(3):
            velocity[:, axis, 3 * k + axis] = step
            position[:, axis, 3 * k + axis] = since
    return velocity, position


def _rows(columns: FloatArray, step: int, index: int) -> FloatArray:
    """Rows of the design at one sample, by linear interpolation between grid points; (3, J)."""
    g, rest = divmod(index, step)
    w = rest / step
    return columns[g] if w == 0 else (1 - w) * columns[g] + w * columns[g + 1]


def _observations(
    model: ErrorModel, rests: Sequence[RestInstant], returns: Sequence[HomeReturn], reaches: Sequence[Reach]
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Build the design (M, J), the observed errors, their standard deviations, which are robust.

    Three rows (x, y, z) per rest, then per return, then per reach. The horizontal standard deviation of
    returns is set later.
    """
    nominal, step = model.nominal, model.step
    unknowns = model.velocity_columns.shape[2]
    rows, observed, sds, robust = [np.zeros((0, unknowns))], [np.zeros(0)], [np.zeros(0)], [np.zeros(0)]
    for rest in rests:
        rows.append(_rows(model.velocity_columns, step, rest.index))
        observed.append(-nominal.velocity_mps[rest.index])
        sds.append(np.asarray(rest.sd_mps))
        robust.append(np.full(3, float(rest.robust)))
    spans = [(home.start, home.stop, (1.0, 1.0, home.vertical_sd_m)) for home in returns]
    spans += [(reach.home, reach.index, reach.sd_m) for reach in reaches]
    for start, stop, sd in spans:
        rows.append(_rows(model.position_columns, step, stop) - _rows(model.position_columns, step, start))
        observed.append(nominal.position_m[start] - nominal.position_m[stop])
        sds.append(np.asarray(sd))
        robust.append(np.ones(3))
    return np.concatenate(rows), np.concatenate(observed), np.concatenate(sds), np.concatenate(robust)


def _horizontal_returns(rests: int, returns: int, rows: int) -> BoolArray:
    """Which observation rows are the horizontal ones of home returns."""
    index = np.arange(rows) - 3 * rests
    return (index >= 0) & (index < 3 * returns) & (index % 3 != 2)


@dataclass(frozen=True, slots=True, eq=False)
class _Solution:
    evidence: float
    estimate: FloatArray
    factor: tuple[FloatArray, bool]


def _solve(
    design: FloatArray, observed: FloatArray, sd: FloatArray, robust: FloatArray, config: DriftConfig
) -> _Solution:
    """Maximum a posteriori estimate under unit priors, reweighted; log evidence up to a constant."""
    prior = np.eye(design.shape[1])
    weight = 1.0 / sd**2
    for _ in range(config.reweightings):
        factor = _factorise(prior, design, weight)
        estimate = cho_solve(factor, design.T @ (weight * observed), check_finite=False)
        residual = (observed - design @ estimate) / (sd * config.robust_sigma)
        weight = 1.0 / sd**2 / (1.0 + robust * _pooled_squares(residual))
    factor = _factorise(prior, design, weight)
    gradient = design.T @ (weight * observed)
    estimate = cho_solve(factor, gradient, check_finite=False)
    # log N(observed; 0, design design' + 1/weight), by the matrix determinant lemma
    log_det = 2 * np.log(np.diag(factor[0])).sum() - np.log(weight).sum()
    evidence = -0.5 * (float(observed @ (weight * observed) - gradient @ estimate) + float(log_det))
    return _Solution(evidence, estimate, factor)


def _pooled_squares(residual: FloatArray) -> FloatArray:
    """Square residuals; x and y share their mean, so that the arbitrary heading does not matter."""
    squares = (residual**2).reshape(-1, 3)
    squares[:, :2] = squares[:, :2].mean(axis=1, keepdims=True)
    return squares.ravel()


def _factorise(prior: FloatArray, design: FloatArray, weight: FloatArray) -> tuple[FloatArray, bool]:
    information = prior + design.T @ (weight[:, None] * design)
    factor, lower = cho_factor(information, lower=True, overwrite_a=True, check_finite=False)
    return np.asarray(factor, dtype=np.float64), bool(lower)
