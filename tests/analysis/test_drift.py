"""The error model against simulation of each error, and the solver against the naive Gaussian posterior."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analysis.attitude import Attitude
from analysis.config import DriftConfig
from analysis.drift import (
    DriftSolution,
    HomeReturn,
    Jump,
    Reach,
    RestInstant,
    _solve,
    build_error_model,
    integrate_nominal,
    remove_drift,
)
from analysis.imu import STANDARD_GRAVITY_MPS2, FloatArray
from analysis.samples import Samples
from tests.analysis.simulated import samples_from

RATE_HZ = 200.0
N = 1001  # five seconds: a small error stays small, so that first order is enough
CONFIG = DriftConfig()
NO_LEVER = np.zeros(3)
AXES = (0, 1, 2)
SIZES = (
    ("gyro bias", 1e-4),
    ("gyro scale", 1e-4),
    ("accelerometer bias", 1e-2),
    ("accelerometer scale", 1e-3),
)


def true_motion() -> tuple[FloatArray, FloatArray, Rotation]:
    """Body-frame force and rate of turn of a smoothly moved and turned sensor, and its attitude."""
    t_s = np.arange(N) / RATE_HZ
    gyro = np.stack([0.6 * np.sin(1.3 * t_s), 0.8 * np.cos(0.9 * t_s), 0.5 * np.sin(0.7 * t_s + 1)], axis=1)
    attitude = turn(gyro)
    world = np.stack([0.8 * np.sin(2 * t_s), 0.5 * np.cos(3 * t_s), 2.0 * np.sin(2.5 * t_s)], axis=1)
    world[:, 2] += STANDARD_GRAVITY_MPS2
    return attitude.inv().apply(world), gyro, attitude


def turn(gyro: FloatArray) -> Rotation:
    """Integrate rates of turn, held for one sample each, from the identity."""
    rotations = [Rotation.identity()]
    for step in Rotation.from_rotvec(gyro[1:] / RATE_HZ):
        rotations.append(rotations[-1] * step)
    return Rotation.concatenate(rotations)


def nominal_of(force: FloatArray, attitude: Rotation):
    known = Attitude(attitude.as_matrix(), np.zeros(3), bias_known=True)
    samples = samples_from(force, np.zeros_like(force))
    return known, samples, integrate_nominal(samples, known, NO_LEVER)


def column_of(error: str, axis: int) -> tuple[int, float]:
    """Place of an unknown in the model, and its prior standard deviation (the unit of the columns)."""
    knots = len(np.arange(0.0, N / RATE_HZ, CONFIG.knot_s))
    first = {
        "tilt": (0, CONFIG.initial_tilt_rad),
        "gyro bias": (3, CONFIG.gyro_bias_still_radps),
        "gyro scale": (6, CONFIG.gyro_scale),
        "accelerometer bias": (9 + 3 * knots, CONFIG.accel_bias_mps2),
        "accelerometer scale": (12 + 3 * knots, CONFIG.accel_scale),
    }[error]
    return first[0] + axis, first[1]


def disturbed(error: str, axis: int, size: float) -> tuple[FloatArray, FloatArray, Rotation]:
    """Force, rate of turn and nominal attitude of a sensor with one error (measured = true + error)."""
    force, gyro, attitude = true_motion()
    force, gyro = force.copy(), gyro.copy()
    unit = np.eye(3)[axis]
    if error == "tilt":
        return force, gyro, Rotation.from_rotvec(-size * unit) * attitude
    if error == "gyro bias":
        gyro[:, axis] += size
    elif error == "gyro scale":
        gyro[:, axis] *= 1 + size
    elif error == "accelerometer bias":
        force[:, axis] += size
    else:
        force[:, axis] *= 1 + size
    return force, gyro, turn(gyro)


@pytest.mark.parametrize(
    ("error", "size", "axis"),
    # The third axis of tilt is heading, which is a gauge.
    [("tilt", 1e-4, 0), ("tilt", 1e-4, 1)] + [(error, size, axis) for error, size in SIZES for axis in AXES],
)
def test_column_is_the_difference_between_true_and_disturbed_motion(error, size, axis):
    true_force, _, true_attitude = true_motion()
    _, _, truth = nominal_of(true_force, true_attitude)
    force, gyro, attitude = disturbed(error, axis, size)
    known, _, nominal = nominal_of(force, attitude)
    samples = samples_from(force, gyro)
    error_model = build_error_model(samples, known, nominal, (), CONFIG)
    column, sd = column_of(error, axis)
    grid = slice(0, N, error_model.step)
    for columns, true, disturbed_motion in (
        (error_model.velocity_columns, truth.velocity_mps, nominal.velocity_mps),
        (error_model.position_columns, truth.position_m, nominal.position_m),
    ):
        expected = (true - disturbed_motion)[grid]
        predicted = columns[: len(expected), :, column] * size / sd
        # 2 %: regressors on a 25 Hz grid, and what is of second order in the error.
        np.testing.assert_allclose(predicted, expected, atol=0.02 * np.abs(expected).max())


def test_jump_moves_the_velocity_from_its_sample_on():
    force, gyro, attitude = true_motion()
    known, _, nominal = nominal_of(force, attitude)
    model = build_error_model(samples_from(force, gyro), known, nominal, [Jump(400, 0.15)], CONFIG)
    velocity, position = model.velocity_columns, model.position_columns
    times = np.arange(velocity.shape[0]) * model.step / RATE_HZ
    np.testing.assert_allclose(velocity[:, 2, -1], np.where(times >= 2.0, 0.15, 0.0))
    np.testing.assert_allclose(position[:, 2, -1], 0.15 * np.maximum(times - 2.0, 0.0), atol=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_solver_agrees_with_the_gaussian_posterior_computed_the_naive_way(seed):
    rng = np.random.default_rng(seed)
    unknowns, rows = int(rng.integers(2, 12)), 3 * int(rng.integers(1, 8))
    design = rng.standard_normal((rows, unknowns))
    observed, sd = rng.standard_normal(rows), rng.uniform(0.1, 1.0, rows)
    solution = _solve(design, observed, sd, np.zeros(rows), CONFIG)
    total = design @ design.T + np.diag(sd**2)  # covariance of what is observed
    gain = design.T @ np.linalg.inv(total)
    np.testing.assert_allclose(solution.estimate, gain @ observed, atol=1e-8)
    lower = np.tril(solution.factor[0])
    np.testing.assert_allclose(np.linalg.inv(lower @ lower.T), np.eye(unknowns) - gain @ design, atol=1e-8)
    log_density = -0.5 * (observed @ np.linalg.solve(total, observed) + np.linalg.slogdet(total)[1])
    assert solution.evidence == pytest.approx(log_density, abs=1e-6)


def test_observation_that_contradicts_all_others_is_down_weighted_only_where_it_may_be():
    design, observed, sd = np.ones((12, 1)), np.r_[np.zeros(9), np.full(3, 50.0)], np.full(12, 1.0)
    trusting = _solve(design, observed, sd, np.zeros(12), CONFIG).estimate[0]
    robust = _solve(design, observed, sd, np.ones(12), CONFIG).estimate[0]
    assert 0 < robust < 0.1 * trusting


# -- the whole


def solve(
    rests: list[RestInstant],
    config: DriftConfig = CONFIG,
    *,
    bias: FloatArray | None = None,
    jumps: tuple[Jump, ...] = (),
    returns: tuple[HomeReturn, ...] = (),
    reaches: tuple[Reach, ...] = (),
) -> DriftSolution:
    """A resting, level sensor with an accelerometer bias, seen at rest at some instants."""
    force = np.tile((0.0, 0.0, STANDARD_GRAVITY_MPS2), (N, 1)) + (0.0 if bias is None else bias)
    known, _, nominal = nominal_of(force, Rotation.identity(N))
    samples: Samples = samples_from(force, np.zeros((N, 3)))
    model = build_error_model(samples, known, nominal, jumps, config)
    return remove_drift(model, rests, returns, reaches, (config.home_horizontal_m,))


def rest(index: int, sd_mps: float = 0.004) -> RestInstant:
    return RestInstant(index, (sd_mps, sd_mps, sd_mps), robust=False)


def sds(solution: DriftSolution) -> FloatArray:
    out = []
    for direction in np.eye(3):
        out += [solution.displacement_sd_m(100, stop, direction) for stop in (150, 403, 900)]
        out += [solution.velocity_sd_mps(index, direction) for index in (50, 333, 777, 1000)]
    return np.array(out)


def test_bias_is_removed_where_rest_is_known():
    bias = np.array([0.05, -0.08, 0.1])
    solution = solve([rest(k) for k in range(0, N, 50)], bias=bias)
    assert np.abs(bias * (N / RATE_HZ)).min() > 0.2  # what it would be without
    assert np.abs(solution.velocity_mps).max() < 0.005


@given(st.lists(st.integers(0, N - 1), min_size=1, max_size=6), st.integers(0, N - 1))
def test_uncertainty_never_grows_by_another_observation(indices, another):
    few = solve([rest(k) for k in indices])
    more = solve([*(rest(k) for k in indices), rest(another)])
    assert (sds(more) <= sds(few) * (1 + 1e-6) + 1e-9).all()


@pytest.mark.parametrize(
    "name",
    [
        "attitude_walk_rad_per_sqrt_s",
        "accel_walk_mps2_per_sqrt_s",
        "initial_tilt_rad",
        "gyro_bias_still_radps",
        "accel_bias_mps2",
        "accel_scale",
        "gyro_scale",
    ],
)
def test_uncertainty_never_shrinks_by_a_worse_sensor(name):
    rests = [rest(k) for k in (0, 300, 700)]
    worse = replace(CONFIG, **{name: 3 * getattr(CONFIG, name)})
    assert (sds(solve(rests, worse)) >= sds(solve(rests)) * (1 - 1e-6)).all()


def test_uncertainty_never_shrinks_by_a_less_certain_rest_or_a_jump():
    rests = [rest(k) for k in (0, 300, 700)]
    base = sds(solve(rests))
    assert (sds(solve([rest(0), rest(300, 0.02), rest(700)])) >= base * (1 - 1e-6)).all()
    assert (sds(solve(rests, jumps=(Jump(500, 0.15),))) >= base * (1 - 1e-6)).all()


def test_without_any_rest_the_result_drifts_and_says_so():
    solution = solve([], bias=np.array([0.05, 0.0, 0.0]))
    error_m = float(solution.position_m[-1, 0])
    assert abs(error_m) > 0.3
    assert solution.displacement_sd_m(0, N - 1, np.array([1.0, 0.0, 0.0])) > abs(error_m) / 2


def test_return_and_reach_bound_the_displacement():
    up, ahead = np.array([0.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0])
    solution = solve([], returns=(HomeReturn(100, 900, 0.008),))
    assert solution.displacement_sd_m(100, 900, up) <= 0.008 * (1 + 1e-6)
    assert solution.displacement_sd_m(100, 900, ahead) <= CONFIG.home_horizontal_m * (1 + 1e-6)
    solution = solve([], reaches=(Reach(0, 1000, CONFIG.reach_m),))
    assert solution.displacement_sd_m(0, 1000, ahead) <= CONFIG.reach_m[0] * (1 + 1e-6)


def test_many_displacements_at_once_agree_with_one_by_one_on_the_grid():
    solution = solve([rest(0), rest(600)])
    direction = np.array([0.6, 0.0, 0.8])
    stops = np.array([80, 400, 800])
    single = [solution.displacement_sd_m(160, int(stop), direction) for stop in stops]
    np.testing.assert_allclose(solution.displacement_sds_m(160, stops, direction), single)


def test_lever_moves_the_result_from_the_sensor_to_the_axis():
    """A sensor that circles a resting axis: its own velocity is omega x lever, the axis's is zero."""
    lever, omega = np.array([0.03, 0.0, 0.01]), np.array([0.0, 1.5, 0.0])
    attitude = Rotation.from_rotvec(np.arange(N)[:, None] / RATE_HZ * omega)
    centripetal = np.cross(omega, np.cross(omega, lever))
    force = attitude.inv().apply((0.0, 0.0, STANDARD_GRAVITY_MPS2)) + centripetal
    samples = samples_from(force, np.tile(omega, (N, 1)))
    known = Attitude(attitude.as_matrix(), np.zeros(3), bias_known=True)
    nominal = integrate_nominal(samples, known, lever)
    # Integration starts at zero, so that the velocity differs from the true one by a constant.
    drift = nominal.velocity_mps - nominal.velocity_mps[0]
    np.testing.assert_allclose(drift, 0.0, atol=1e-5)
