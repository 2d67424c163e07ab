from __future__ import annotations

import numpy as np
import pytest

from analysis.imu import Mount, MountPosition
from analysis.trajectory import COLUMNS, trajectory_table
from tests.analysis.simulated import motion_of, mount_of, simulate

DESIGN = [
    "t_s",
    "x_m",
    "y_m",
    "z_m",
    "vx_mps",
    "vy_mps",
    "vz_mps",
    "x_sd_m",
    "z_sd_m",
    "qw",
    "qx",
    "qy",
    "qz",
]


def table_of(lift: str, mount: Mount | None = None):
    recording = simulate(lift, mems="ideal")
    origin_s = recording.sets[0].reps[0].start_s
    return trajectory_table(motion_of(lift, mems="ideal"), mount or mount_of(recording), origin_s)


def test_columns_are_those_of_the_design_all_of_one_length():
    table = table_of("back_squat")
    assert list(table) == list(COLUMNS)
    assert list(table)[: len(DESIGN)] == DESIGN  # fields may be added, not renamed
    assert {column.shape for column in table.values()} == {simulate("back_squat", mems="ideal").t_s.shape}
    assert all(np.isfinite(column).all() for column in table.values())


@pytest.mark.parametrize("lift", ["back_squat", "deadlift"])
def test_position_and_velocity_are_the_true_ones_in_the_bar_frame(lift):
    recording = simulate(lift, mems="ideal")
    table, reps = table_of(lift), recording.sets[0].reps
    # The first rep: later ones are only as near as home is.
    assert reps[0].end_s is not None
    first, last = np.searchsorted(recording.t_s, (reps[0].start_s, reps[0].end_s))
    inside = slice(int(first), int(last))
    for name, axis, limit in (("x_m", 0, 0.02), ("z_m", 2, 0.015)):
        true = recording.position_m[inside, axis] - recording.position_m[inside, axis][0]
        assert np.abs(table[name][inside] - table[name][inside][0] - true).max() < limit
    for name, axis, limit in (("vx_mps", 0, 0.05), ("vz_mps", 2, 0.03)):  # plates ring
        assert np.abs(table[name][inside] - recording.velocity_mps[inside, axis]).max() < limit


@pytest.mark.parametrize("lift", ["back_squat", "deadlift"])
def test_origin_is_the_start_of_the_first_rep(lift):
    recording, table = simulate(lift, mems="ideal"), table_of(lift)
    origin = int(np.searchsorted(recording.t_s, recording.sets[0].reps[0].start_s))
    for name in ("x_m", "y_m", "z_m", "x_sd_m", "z_sd_m"):
        assert table[name][origin] == pytest.approx(0.0, abs=1e-9)
    assert (table["x_sd_m"] >= 0).all()


def test_velocity_is_the_derivative_of_position():
    table = table_of("back_squat")
    for position, velocity in (("x_m", "vx_mps"), ("y_m", "vy_mps"), ("z_m", "vz_mps")):
        derivative = np.gradient(table[position], table["t_s"])
        # Corrections are interpolated between grid points 40 ms apart, the lever's part between samples.
        assert np.sqrt(np.mean((derivative - table[velocity])[5:-5] ** 2)) < 0.005


def test_quaternion_is_of_unit_length_and_turns_the_bar_axis_to_the_left():
    table = table_of("back_squat")
    w, x, y, z = (table[name] for name in ("qw", "qx", "qy", "qz"))
    np.testing.assert_allclose(w**2 + x**2 + y**2 + z**2, 1.0)
    recording = simulate("back_squat", mems="ideal")
    quaternion_vector = np.stack([x, y, z], axis=1)
    axis = np.asarray(recording.bar_axis)
    # v + 2 q x (q x v + w v), scalar first
    twice = 2 * np.cross(quaternion_vector, np.cross(quaternion_vector, axis) + w[:, None] * axis)
    left = (axis + twice).mean(axis=0)
    assert left[1] > 0.99


@pytest.mark.parametrize("mount", [Mount(), Mount(MountPosition.WRIST, (0.0, 1.0, 0.0))])
def test_horizontal_columns_are_unknown_where_forward_is(mount):
    table, known = table_of("back_squat", mount), table_of("back_squat")
    for name in ("x_m", "y_m", "vx_mps", "vy_mps", "x_sd_m"):
        assert np.isnan(table[name]).all()
    np.testing.assert_allclose(table["z_m"], known["z_m"], atol=1e-12)


def test_covariance_belongs_to_the_deviations_and_is_zero_at_the_origin():
    table = table_of("back_squat")
    origin = int(np.argmin(np.abs(table["x_m"]) + np.abs(table["z_m"])))
    for one, other, cross in (("x", "z", "xz"), ("x", "y", "xy"), ("y", "z", "yz")):
        limit = table[f"{one}_sd_m"] * table[f"{other}_sd_m"]
        assert (np.abs(table[f"{cross}_cov_m2"]) <= limit + 1e-9).all()
    assert table["y_sd_m"][origin] == pytest.approx(0.0, abs=1e-6)
    assert all((table[f"v{axis}_sd_mps"] > 0).all() for axis in "xyz")
