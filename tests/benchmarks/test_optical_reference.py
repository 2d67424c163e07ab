"""Alignment of the optical reference, on a rigid body in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

h5py = pytest.importorskip("h5py")

from analysis.samples import Samples  # noqa: E402
from benchmarks.optical_reference import (  # noqa: E402
    ReferenceConfig,
    estimate_lever,
    find_segments,
    load_trial,
)

RATE_HZ, LAG_SAMPLES = 200.0, 2
LEVER_M = np.array([0.03, -0.02, 0.05])
MOUNTING = Rotation.from_rotvec([0.02, -0.01, 0.03])
REST_S, MOVE_S = 4.0, 12.0


def angles_rad(t_s):
    """Smooth turns about three axes that begin and end at rest."""
    u = np.clip((t_s - REST_S) / MOVE_S, 0, 1)
    window = np.sin(np.pi * u) ** 4
    return window[:, None] * np.column_stack(
        [np.sin(2 * np.pi * 0.5 * t_s), 0.8 * np.sin(2 * np.pi * 0.3 * t_s), np.sin(2 * np.pi * 0.4 * t_s)]
    )


def attitude_at(t_s):
    return Rotation.from_euler("zyx", angles_rad(t_s))


def point_m(t_s):
    u = np.clip((t_s - REST_S) / MOVE_S, 0, 1)
    return (
        0.2
        * (np.sin(np.pi * u) ** 4)[:, None]
        * np.column_stack([np.sin(3 * t_s), np.cos(2 * t_s), np.sin(t_s)])
    )


def imu(t_s):
    """Specific force and rate of turn by central differences of the closed form, 1e-4 s apart."""
    h = 1e-4
    turn = (attitude_at(t_s - h).inv() * attitude_at(t_s + h)).as_rotvec() / (2 * h)

    def sensor_m(at_s):
        return point_m(at_s) + attitude_at(at_s).apply(LEVER_M)

    acceleration = (sensor_m(t_s + h) - 2 * sensor_m(t_s) + sensor_m(t_s - h)) / h**2
    return attitude_at(t_s).inv().apply(acceleration + np.array([0, 0, 9.81])), turn


@pytest.fixture
def trial(tmp_path):
    t_s = np.arange(0, 2 * REST_S + MOVE_S, 1 / RATE_HZ)
    rng = np.random.default_rng(3)
    force, gyro = imu(t_s - LAG_SAMPLES / RATE_HZ)
    body = attitude_at(t_s) * MOUNTING.inv()
    quaternion, position = body.as_quat(scalar_first=True), point_m(t_s)
    quaternion[1000:1004] = np.nan
    path = tmp_path / "made_up.hdf5"
    with h5py.File(path, "w") as file:
        file.attrs["sampling_rate"] = RATE_HZ
        file["imu_acc"] = force + rng.normal(0, 0.01, force.shape)
        file["imu_gyr"] = gyro + rng.normal(0, 0.001, gyro.shape)
        file["opt_quat"], file["opt_pos"] = quaternion, position
        file["movement"] = (t_s > REST_S) & (t_s < REST_S + MOVE_S)
    return load_trial(path, "made up", ReferenceConfig())


def test_time_mounting_and_lever_arm_are_found(trial):
    fit = trial.alignment
    assert fit.lag_s == pytest.approx(LAG_SAMPLES / RATE_HZ, abs=2e-4)  # the grid of lags is 0.1 ms
    assert (fit.mounting * MOUNTING.inv()).magnitude() < 1e-3
    np.testing.assert_allclose(fit.lever_m, LEVER_M, atol=5e-4)


def test_the_reference_is_that_of_the_imu(trial):
    t_s = trial.samples.t_s - LAG_SAMPLES / RATE_HZ
    error = (trial.attitude * attitude_at(t_s).inv()).magnitude()[trial.valid]
    assert error[10:-10].max() < 3e-3  # 0.1 ms of lag at 3 rad/s, 1e-3 of mounting, interpolation
    np.testing.assert_allclose(trial.position_m[10:-10], point_m(t_s)[10:-10], atol=1e-3)


def test_missing_frames_and_their_neighbours_are_not_valid(trial):
    guard = round(ReferenceConfig().guard_s * RATE_HZ)
    assert not trial.valid[1000 - guard : 1004 + guard].any()
    assert trial.valid[: 1000 - guard - 1].all()


def test_one_movement_between_two_rests_is_one_segment(trial):
    (segment,) = trial.segments
    assert trial.samples.t_s[segment.move_start] == pytest.approx(REST_S, abs=2.0)
    assert trial.samples.t_s[segment.move_stop - 1] == pytest.approx(REST_S + MOVE_S, abs=2.0)


def test_segments_need_movement_between_long_rests():
    still = np.ones(2000, dtype=bool)
    still[500:900] = False
    still[1500:1510] = False
    movement = np.zeros(2000, dtype=bool)
    movement[550:850] = True
    config = ReferenceConfig(min_still_s=1.0, pad_s=1.0)
    (segment,) = find_segments(still, movement, 100.0, config)
    assert (segment.start, segment.move_start, segment.move_stop, segment.stop) == (400, 500, 900, 1000)


def test_lever_of_a_body_that_turns_about_the_point_is_exact():
    t_s = np.arange(0, 2 * REST_S + MOVE_S, 1 / RATE_HZ)
    h = 1e-4
    gyro = (attitude_at(t_s - h).inv() * attitude_at(t_s + h)).as_rotvec() / (2 * h)

    def arm_m(at_s):
        return attitude_at(at_s).apply(LEVER_M)

    force = (
        attitude_at(t_s).inv().apply((arm_m(t_s + h) - 2 * arm_m(t_s) + arm_m(t_s - h)) / h**2 + [0, 0, 9.81])
    )
    nothing = np.zeros(len(t_s), dtype=bool)
    samples = Samples(t_s, RATE_HZ, force, gyro, nothing, nothing)
    moving = (t_s > REST_S) & (t_s < REST_S + MOVE_S)
    lever, residual = estimate_lever(samples, attitude_at(t_s), np.zeros((len(t_s), 3)), moving, 10.0)
    np.testing.assert_allclose(lever, LEVER_M, atol=2e-4)  # derivative of the rate by neighbouring samples
    assert residual < 0.05
