"""The process that ties neighbouring nodes of a set together, as normal equations.

The model is that of `analysis.smoother`; this module writes it down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from analysis.block_tridiagonal import NormalEquations
from analysis.nominal import GRAVITY_UP_MPS2

if TYPE_CHECKING:
    from analysis.calibration import Calibration
    from analysis.config import SmootherConfig
    from analysis.imu import FloatArray, IntArray
    from analysis.noise import Noise
    from analysis.nominal import Nominal
    from analysis.samples import Samples

P, V, PSI, B, H = (slice(3 * k, 3 * k + 3) for k in range(5))
"""Places of position, velocity, attitude error, accelerometer bias and home in a node's 15 unknowns."""

STATES, SHARED = 15, 9
GYRO_BIAS, ACCEL_SCALE, GYRO_SCALE = (slice(3 * k, 3 * k + 3) for k in range(3))
"""Places among the shared unknowns."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """One set, as far as it does not depend on the evidence.

    Attributes
    ----------
    samples : Samples
        Sensor data.
    nominal : Nominal
        What is corrected.
    strapdown : (N, 3, 3) float64
        Attitude by the gyro alone, from any start.
    initial : (3, 3) float64
        Attitude of the first sample as levelled before any correction, and ...
    tilt_sd_rad, gyro_bias_sd_radps : float
        ... how well it and the gyro bias were known then.
    lever_m : (3,) float64, sensor frame
        From the bar's axis to the sensor.
    noise : Noise
        What integration gathers.
    calibration : Calibration
        What is known of the accelerometer before the set.
    """

    samples: Samples
    nominal: Nominal
    strapdown: FloatArray
    initial: FloatArray
    tilt_sd_rad: float
    gyro_bias_sd_radps: float
    lever_m: FloatArray
    noise: Noise
    calibration: Calibration


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """The process between nodes, its motion apart so that its noise can be scaled.

    Attributes
    ----------
    motion, others : NormalEquations
        Of velocity, position and attitude where nothing disturbs them; all the rest.
    interval_s : (K - 1,) float64
        Time between nodes, s.
    undisturbed : int
        Number of intervals in ``motion``.
    motion_square, other_square : float
        Squared right-hand sides, for the likelihood.
    log_weight : float
        Logarithm of the determinant of the weights, for a noise scale of 1.
    """

    motion: NormalEquations
    others: NormalEquations
    interval_s: FloatArray
    undisturbed: int
    motion_square: float
    other_square: float
    log_weight: float

    def scaled(self, noise_scale: float) -> tuple[NormalEquations, float, float]:
        """Equations for one noise scale, with the square and the log weight of their right-hand sides.

        A sensor's noise is its own; a blow is as bad for a good sensor as for a bad one.
        """
        a, b, weight = self.motion, self.others, 1.0 / noise_scale**2
        equations = NormalEquations(
            weight * a.diagonal + b.diagonal,
            weight * a.below + b.below,
            weight * a.border + b.border,
            weight * a.corner + b.corner,
            weight * a.right + b.right,
            weight * a.right_corner + b.right_corner,
        )
        square = weight * self.motion_square + self.other_square
        return equations, square, self.log_weight + 9 * self.undisturbed * float(np.log(weight))


def preintegrate(problem: Problem, nodes: IntArray, config: SmootherConfig) -> Chain:
    """Preintegrate between nodes and write the equations of the process."""
    interval = np.diff(nodes) * problem.samples.dt_s
    jacobian, constant = process_rows(problem, nodes, interval)
    noise = problem.noise
    accel_sd = np.sqrt(np.diff(noise.accel_variance[nodes]))
    gyro_sd = np.sqrt(np.diff(noise.gyro_variance[nodes]))
    bias_sd = config.accel_walk_mps2_per_sqrt_s * np.sqrt(interval)
    # Velocity and position noise of white acceleration noise are correlated: [[1, T/2], [T/2, T^2/3]].
    for rows in (jacobian, constant):
        shape = (-1,) + (1,) * (rows.ndim - 1)
        t = interval.reshape(shape)
        rows[:, 3:6] = (np.sqrt(12.0) / t) * rows[:, 3:6] - np.sqrt(3.0) * rows[:, 0:3]
        for part, sd in ((slice(0, 6), accel_sd), (slice(6, 9), gyro_sd), (slice(9, 12), bias_sd)):
            rows[:, part] /= sd.reshape(shape)
    calm = np.diff(np.cumsum(noise.disturbed)[nodes]) == 0
    scaled = calm[:, None] & (np.arange(12) < 9)
    motion, others = (
        _equations(jacobian[:, :12] * mask[:, :, None], constant[:, :12] * mask) for mask in (scaled, ~scaled)
    )
    squares = constant[:, :12] ** 2
    other_square = _add_priors(problem, others, config) + float(squares[~scaled].sum())
    log_weight = -6 * float(2 * np.log(accel_sd).sum() + np.log(gyro_sd).sum() + np.log(bias_sd).sum())
    motion_square = float(squares[scaled].sum())
    return Chain(motion, others, interval, int(calm.sum()), motion_square, other_square, log_weight)


def _equations(jacobian: FloatArray, constant: FloatArray) -> NormalEquations:
    """Square the whitened rows of all intervals into normal equations."""
    transposed = np.swapaxes(jacobian, 1, 2)
    hessian = transposed @ jacobian
    gradient = (transposed @ constant[:, :, None])[:, :, 0]
    n = len(jacobian) + 1
    here, there, shared = slice(0, STATES), slice(STATES, 2 * STATES), slice(2 * STATES, None)
    diagonal = np.zeros((n, STATES, STATES))
    diagonal[:-1] += hessian[:, here, here]
    diagonal[1:] += hessian[:, there, there]
    border = np.zeros((n, STATES, SHARED))
    border[:-1] += hessian[:, here, shared]
    border[1:] += hessian[:, there, shared]
    right = np.zeros((n, STATES))
    right[:-1] += gradient[:, here]
    right[1:] += gradient[:, there]
    corner = hessian[:, shared, shared].sum(axis=0)
    return NormalEquations(
        diagonal, hessian[:, there, here], border, corner, right, gradient[:, shared].sum(axis=0)
    )


def process_rows(problem: Problem, nodes: IntArray, interval_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Write the process over each interval: Jacobian (K, 15, 2 x 15 + 9) and right-hand side (K, 15).

    Rows 0-2 are velocity, 3-5 position (their order eases the whitening), then attitude and bias. Home's are
    left empty, because its noise is what candidates are compared in.
    """
    nominal = problem.nominal
    count = len(interval_s)
    t = interval_s[:, None]
    velocity, position = nominal.velocity_mps[nodes], nominal.position_m[nodes]
    gain = np.diff(velocity, axis=0)
    reach = np.diff(position, axis=0) - velocity[:-1] * t
    lift, lift2 = gain + GRAVITY_UP_MPS2 * t, reach + GRAVITY_UP_MPS2 * t**2 / 2
    effects = np.diff(nominal.sensitivity[nodes], axis=0).reshape(count, 3, 3, 3)
    of_bias, of_scale, of_gyro_scale = effects[:, 0], effects[:, 1], effects[:, 2]
    eye = np.eye(3)
    rows = np.zeros((count, STATES, 2 * STATES + SHARED))
    here, there, shared = 0, STATES, 2 * STATES

    def at(offset: int, part: slice) -> slice:
        return slice(offset + part.start, offset + part.stop)

    half = (t / 2)[:, :, None]
    crossed, crossed2 = _cross_matrices(lift), _cross_matrices(lift2)
    rows[:, 0:3, at(here, V)], rows[:, 0:3, at(there, V)] = -eye, eye
    rows[:, 0:3, at(here, PSI)] = rows[:, 0:3, at(there, PSI)] = 0.5 * crossed
    rows[:, 0:3, at(here, B)], rows[:, 0:3, at(shared, ACCEL_SCALE)] = of_bias, of_scale
    rows[:, 3:6, at(here, P)], rows[:, 3:6, at(there, P)] = -eye, eye
    rows[:, 3:6, at(here, V)] = -eye * t[:, :, None]
    rows[:, 3:6, at(here, PSI)], rows[:, 3:6, at(there, PSI)] = 2 / 3 * crossed2, 1 / 3 * crossed2
    rows[:, 3:6, at(here, B)], rows[:, 3:6, at(shared, ACCEL_SCALE)] = of_bias * half, of_scale * half
    rows[:, 6:9, at(here, PSI)], rows[:, 6:9, at(there, PSI)] = -eye, eye
    rows[:, 6:9, at(shared, GYRO_BIAS)], rows[:, 6:9, at(shared, GYRO_SCALE)] = of_bias, of_gyro_scale
    rows[:, 9:12, at(here, B)], rows[:, 9:12, at(there, B)] = -eye, eye
    attitude, gyro_only = nominal.matrix[nodes], problem.strapdown[nodes]
    departure = (
        attitude[1:] @ np.swapaxes(gyro_only[1:], 1, 2) @ gyro_only[:-1] @ np.swapaxes(attitude[:-1], 1, 2)
    )
    constant = np.zeros((count, STATES))
    constant[:, 0:3], constant[:, 3:6] = gain, reach
    constant[:, 6:9] = -Rotation.from_matrix(departure).as_rotvec()
    return rows, constant


def _cross_matrices(vectors: FloatArray) -> FloatArray:
    """Matrices that give ``vector x (.)``, (K, 3, 3)."""
    out = np.zeros((len(vectors), 3, 3))
    x, y, z = vectors.T
    out[:, 0, 1], out[:, 0, 2], out[:, 1, 2] = -z, y, -x
    return out - np.swapaxes(out, 1, 2)


def _add_priors(problem: Problem, equations: NormalEquations, config: SmootherConfig) -> float:
    """Add what is known of the first node and of the sensor; return the constant square."""
    first, corner = equations.diagonal[0], equations.corner
    tilt = problem.tilt_sd_rad
    # Where the set begins and which way it faces is a gauge: fixed, not estimated.
    arm, _ = problem.nominal.arm(problem.lever_m, slice(0, 1))
    turned = Rotation.from_matrix(problem.nominal.matrix[0] @ problem.initial.T).as_rotvec()
    priors = (
        (P, (1e-3,) * 3, arm[0]),
        (V, (config.initial_velocity_mps,) * 3, np.zeros(3)),
        (PSI, (tilt, tilt, 1e-4), -turned),
        (H, (config.initial_home_m,) * 3, np.zeros(3)),
    )
    square = 0.0
    for part, sd, mean in priors:
        weight = 1.0 / np.square(sd)
        first[part, part] += np.diag(weight)
        equations.right[0, part] += weight * mean
        square += float(weight @ mean**2)
    for part, sd in ((GYRO_BIAS, problem.gyro_bias_sd_radps), (GYRO_SCALE, config.gyro_scale)):
        corner[part, part] += np.eye(3) / max(sd, 1e-9) ** 2
    return square + _add_calibration(problem.calibration, equations)


def _add_calibration(calibration: Calibration, equations: NormalEquations) -> float:
    """Add what is known of the accelerometer: its bias at the first node, and its scale."""
    information, mean = calibration.information, np.array(calibration.mean)
    bias, scale, weighted = slice(0, 3), slice(3, 6), information @ mean
    equations.diagonal[0, B, B] += information[bias, bias]
    equations.border[0, B, ACCEL_SCALE] += information[bias, scale]
    equations.corner[ACCEL_SCALE, ACCEL_SCALE] += information[scale, scale]
    equations.right[0, B] += weighted[bias]
    equations.right_corner[ACCEL_SCALE] += weighted[scale]
    return float(mean @ weighted)
