"""Preintegration against plain integration of disturbed samples: every column is a finite difference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analysis.calibration import Calibration, CalibrationConfig
from analysis.config import NoiseConfig, SmootherConfig
from analysis.imu import STANDARD_GRAVITY_MPS2, FloatArray
from analysis.noise import integration_noise
from analysis.nominal import integrate_nominal, turned
from analysis.process import (
    ACCEL_SCALE,
    GYRO_BIAS,
    GYRO_SCALE,
    PSI,
    SHARED,
    STATES,
    B,
    P,
    Problem,
    V,
    preintegrate,
    process_rows,
)
from analysis.samples import Samples
from tests.analysis.simulated import samples_from

RATE_HZ = 400.0
N = 401
NODES = np.array([0, 40, 100, 200, 300, 400])


def motion() -> tuple[FloatArray, FloatArray, Rotation]:
    """Specific force and rate of turn of a smoothly moved and turned sensor, and its attitude."""
    t_s = np.arange(N) / RATE_HZ
    gyro = np.stack([0.6 * np.sin(1.3 * t_s), 0.8 * np.cos(0.9 * t_s), 0.5 * np.sin(0.7 * t_s + 1)], axis=1)
    attitude = strapdown(gyro)
    world = np.stack([0.8 * np.sin(2 * t_s), 0.5 * np.cos(3 * t_s), 2.0 * np.sin(2.5 * t_s)], axis=1)
    world[:, 2] += STANDARD_GRAVITY_MPS2
    return attitude.inv().apply(world), gyro, attitude


def strapdown(gyro: FloatArray) -> Rotation:
    """Trapezoid of rates of turn, from the identity."""
    rotations = [Rotation.identity()]
    for step in Rotation.from_rotvec(0.5 * (gyro[1:] + gyro[:-1]) / RATE_HZ):
        rotations.append(rotations[-1] * step)
    return Rotation.concatenate(rotations)


def problem_of(force: FloatArray, gyro: FloatArray, matrix: FloatArray) -> Problem:
    samples: Samples = samples_from(force, gyro, RATE_HZ)
    noise = integration_noise(samples, NoiseConfig())
    nominal = integrate_nominal(samples, matrix, np.zeros(3))
    by_gyro = strapdown(gyro).as_matrix()
    return Problem(
        samples,
        nominal,
        by_gyro,
        matrix[0],
        0.02,
        1e-3,
        np.zeros(3),
        noise,
        Calibration.unknown(CalibrationConfig()),
    )


def truth_states() -> FloatArray:
    """Plain integrals of the undisturbed samples at the nodes: what the process must be zero for."""
    force, gyro, attitude = motion()
    nominal = problem_of(force, gyro, attitude.as_matrix()).nominal
    states = np.zeros((len(NODES), STATES))
    states[:, P], states[:, V] = nominal.position_m[NODES], nominal.velocity_mps[NODES]
    return states


def residuals(problem: Problem, states: FloatArray, shared: FloatArray) -> FloatArray:
    """What the process rows leave over, without home's (K, 12)."""
    rows, constant = process_rows(problem, NODES, np.diff(NODES) / RATE_HZ)
    together = np.concatenate([states[:-1], states[1:], np.tile(shared, (len(NODES) - 1, 1))], axis=1)
    return (np.einsum("krc,kc->kr", rows, together) - constant)[:, :12]


def test_true_motion_leaves_nothing_over():
    force, gyro, attitude = motion()
    left = residuals(problem_of(force, gyro, attitude.as_matrix()), truth_states(), np.zeros(SHARED))
    np.testing.assert_allclose(left, 0.0, atol=1e-9)


@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize("error", ["tilt", "accel bias", "accel scale", "gyro bias", "gyro scale"])
def test_error_of_the_sensor_is_explained_by_its_unknown(error, axis):
    """Samples with one small error, true states and the size of the error: only its square is left over."""
    force, gyro, attitude = motion()
    states, shared, size = truth_states(), np.zeros(SHARED), 1e-4
    matrix = attitude.as_matrix()
    if error == "tilt":
        matrix = Rotation.from_rotvec(-size * np.eye(3)[axis]).as_matrix() @ matrix
        states[:, PSI][:, axis] = size
    elif error == "accel bias":
        force[:, axis] += size
        states[:, B][:, axis] = size
    elif error == "accel scale":
        force[:, axis] *= 1 + size
        shared[ACCEL_SCALE.start + axis] = size
    elif error == "gyro bias":
        gyro[:, axis] += size
        shared[GYRO_BIAS.start + axis] = size
    else:
        gyro[:, axis] *= 1 + size
        shared[GYRO_SCALE.start + axis] = size
    left = residuals(problem_of(force, gyro, matrix), states, shared)
    unexplained = residuals(problem_of(force, gyro, matrix), truth_states(), np.zeros(SHARED))
    # 2 %: the bias term of position takes the attitude for constant over an interval.
    assert np.abs(left).max() < 0.02 * np.abs(unexplained).max() + 1e-7


def test_nominal_attitude_that_departs_from_the_gyro_is_explained_by_the_attitude_error():
    force, gyro, attitude = motion()
    psi = np.array([0.001 * np.sin(k * np.arange(len(NODES))) for k in (1, 2, 3)]).T
    matrix = turned(attitude.as_matrix(), NODES, -psi)
    states = truth_states()
    states[:, PSI] = psi
    left = residuals(problem_of(force, gyro, matrix), states, np.zeros(SHARED))
    np.testing.assert_allclose(left[:, 6:9], 0.0, atol=1e-5)


def test_noise_scale_weighs_motion_and_nothing_else():
    force, gyro, attitude = motion()
    chain = preintegrate(problem_of(force, gyro, attitude.as_matrix()), NODES, SmootherConfig())
    one, square_1, weight_1 = chain.scaled(1.0)
    ten, square_10, weight_10 = chain.scaled(10.0)
    difference = one.diagonal - ten.diagonal
    np.testing.assert_allclose(difference, 0.99 * chain.motion.diagonal, rtol=1e-9)
    assert square_10 < square_1
    # Nine rows of velocity, position and attitude for each interval.
    assert weight_1 - weight_10 == pytest.approx(9 * (len(NODES) - 1) * np.log(100.0))


def test_blow_is_as_bad_for_a_good_sensor_as_for_a_bad_one():
    """Where something hit the bar the noise scale changes nothing."""
    force, gyro, attitude = motion()
    problem = problem_of(force, gyro, attitude.as_matrix())
    disturbed = np.zeros(len(force), dtype=np.bool_)
    disturbed[NODES[1] + 1 : NODES[2]] = True
    problem = replace(problem, noise=replace(problem.noise, disturbed=disturbed))
    chain = preintegrate(problem, NODES, SmootherConfig())
    one, _, weight_1 = chain.scaled(1.0)
    ten, _, weight_10 = chain.scaled(10.0)
    rows = np.ix_(range(P.start, PSI.stop), range(P.start, PSI.stop))
    np.testing.assert_allclose(one.below[1][rows], ten.below[1][rows], rtol=1e-9)
    np.testing.assert_allclose(one.below[0][rows], 100.0 * ten.below[0][rows], rtol=1e-9)
    assert weight_1 - weight_10 == pytest.approx(9 * (len(NODES) - 2) * np.log(100.0))


def test_interval_noise_is_that_of_integrated_white_noise():
    """Covariance of velocity and position gains: q [[T, T²/2], [T²/2, T³/3]]."""
    force, gyro, attitude = motion()
    problem = problem_of(force, gyro, attitude.as_matrix())
    chain = preintegrate(problem, NODES, SmootherConfig())
    interval, k = np.diff(NODES) / RATE_HZ, 2
    variance = np.diff(problem.noise.accel_variance[NODES])[k]
    information = chain.motion.below[k]  # minus the information of the later state against the earlier one
    q, t = variance / interval[k], interval[k]
    covariance = q * np.array([[t**3 / 3, t**2 / 2], [t**2 / 2, t]])
    expected = np.linalg.inv(covariance) @ np.array([[-1.0, -t], [0.0, -1.0]])
    for axis in range(3):
        rows = [P.start + axis, V.start + axis]
        np.testing.assert_allclose(information[np.ix_(rows, rows)], expected, rtol=1e-9, atol=1e-9)
