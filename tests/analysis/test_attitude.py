from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analysis.attitude import Known, LiveAttitude, integrate_attitude
from analysis.imu import STANDARD_GRAVITY_MPS2
from tests.analysis.simulated import samples_from

RATE_HZ = 200.0
UP = np.array([0.0, 0.0, 1.0])
SEEDS = st.integers(0, 2**32 - 1)


def resting(rotation: Rotation, n: int, bias_radps: np.ndarray):
    """A sensor at rest whose case is turned by ``rotation`` from the world."""
    force = np.tile(rotation.inv().apply(STANDARD_GRAVITY_MPS2 * UP), (n, 1))
    return samples_from(force, np.tile(bias_radps, (n, 1)))


@given(SEEDS)
def test_resting_sensor_is_level_whatever_its_orientation_and_its_bias_is_found(seed):
    rng = np.random.default_rng(seed)
    bias = rng.uniform(-0.02, 0.02, 3)
    samples = resting(Rotation.random(rng=rng), 400, bias)
    attitude = integrate_attitude(samples, np.ones(400, dtype=np.bool_))
    np.testing.assert_allclose(attitude.gyro_bias_radps, bias, atol=1e-12)
    assert attitude.bias_known
    up = attitude.to_world(samples.specific_force_mps2)
    np.testing.assert_allclose(up, np.tile(STANDARD_GRAVITY_MPS2 * UP, (400, 1)), atol=1e-6)


@pytest.mark.parametrize("upside_down", [Rotation.identity(), Rotation.from_rotvec([np.pi, 0, 0])])
def test_exactly_upright_and_exactly_upside_down_are_levelled_too(upside_down):
    samples = resting(upside_down, 400, np.zeros(3))
    attitude = integrate_attitude(samples, np.ones(400, dtype=np.bool_))
    up = attitude.to_world(samples.specific_force_mps2)
    np.testing.assert_allclose(up[-1], STANDARD_GRAVITY_MPS2 * UP, atol=1e-6)


@given(SEEDS)
def test_turn_at_constant_rate_ends_at_rate_times_time(seed):
    rng = np.random.default_rng(seed)
    rate_radps = rng.uniform(-2.0, 2.0, 3)
    still_n, turn_n = 200, 300
    start = Rotation.random(rng=rng)
    # Between the last resting and the first turning sample the rate rises: half a step for a trapezoid.
    angles = np.concatenate([np.zeros(still_n), (np.arange(turn_n) + 0.5) / RATE_HZ])
    truth = start * Rotation.from_rotvec(angles[:, None] * rate_radps)
    force = truth.inv().apply(STANDARD_GRAVITY_MPS2 * UP)
    gyro = np.where((angles > 0)[:, None], rate_radps, 0.0)
    attitude = integrate_attitude(samples_from(force, gyro), angles == 0)
    np.testing.assert_allclose(
        attitude.to_world(force), np.tile(STANDARD_GRAVITY_MPS2 * UP, (500, 1)), atol=1e-6
    )
    turned = attitude.matrix[0].T @ attitude.matrix[-1]
    np.testing.assert_allclose(
        turned, Rotation.from_rotvec((1.5 - 0.5 / RATE_HZ) * rate_radps).as_matrix(), atol=1e-6
    )


def test_matrices_are_rotations():
    gyro = np.random.default_rng(5).uniform(-3, 3, (400, 3))
    samples = samples_from(np.tile(STANDARD_GRAVITY_MPS2 * UP, (400, 1)), gyro)
    matrix = integrate_attitude(samples, np.zeros(400, dtype=np.bool_), Known(np.zeros(3))).matrix
    np.testing.assert_allclose(matrix @ matrix.transpose(0, 2, 1), np.tile(np.eye(3), (400, 1, 1)), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(matrix), 1.0)


def test_bias_of_an_earlier_rest_is_used_where_the_stretch_has_none():
    bias = np.array([0.01, -0.02, 0.005])
    samples = resting(Rotation.identity(), 400, bias)
    never = np.zeros(400, dtype=np.bool_)
    known = integrate_attitude(samples, never, Known(bias))
    assert known.bias_known
    np.testing.assert_array_equal(known.gyro_bias_radps, bias)
    assert not integrate_attitude(samples, never).bias_known


def test_attitude_known_at_the_first_sample_is_kept():
    samples = resting(Rotation.from_euler("x", 0.4), 400, np.zeros(3))
    matrix = Rotation.from_euler("xyz", [0.4, 0.1, 1.0]).as_matrix()
    attitude = integrate_attitude(samples, np.zeros(400, dtype=np.bool_), Known(np.zeros(3), matrix))
    np.testing.assert_allclose(attitude.matrix[0], matrix, atol=1e-12)


def test_vectors_are_turned_one_for_all_or_one_each():
    samples = resting(Rotation.from_euler("x", 0.3), 100, np.zeros(3))
    attitude = integrate_attitude(samples, np.ones(100, dtype=np.bool_))
    one = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(attitude.to_world(one), attitude.to_world(np.tile(one, (100, 1))))
    np.testing.assert_allclose(attitude.to_world(one)[7], attitude.matrix[7] @ one)


@given(SEEDS)
def test_live_vertical_acceleration_of_a_resting_sensor_is_zero(seed):
    rng = np.random.default_rng(seed)
    samples = resting(Rotation.random(rng=rng), 400, np.zeros(3))
    vertical = LiveAttitude(RATE_HZ).vertical_acceleration(samples.specific_force_mps2, samples.gyro_radps)
    np.testing.assert_allclose(vertical[-100:], 0.0, atol=1e-3)
