import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from firmware_sim.choreography import choreograph
from firmware_sim.lifter import SetPlan
from firmware_sim.motion import STANDARD_GRAVITY_MPS2, resting_feel

STEP_S = 1e-4
GRAVITY = np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2])


@pytest.fixture(scope="module")
def motion():
    return choreograph(SetPlan("back_squat", 2), 0.0, np.random.default_rng(5)).motion


def attitude(motion, t_s):
    """Independent of the package: shaft to bar frame by scipy."""
    yaw, tilt, pitch = (
        curve.evaluate(t_s)[0] for curve in (motion.yaw_rad, motion.tilt_rad, motion.pitch_rad)
    )
    return Rotation.from_euler("ZXY", np.column_stack((yaw, tilt, pitch)))


def test_gyroscope_is_the_derivative_of_attitude(motion):
    t_s = np.arange(3.0, 14.0, 0.01)
    gyro = motion.feel(t_s, np.zeros(3)).gyro_radps
    turned = attitude(motion, t_s - STEP_S).inv() * attitude(motion, t_s + STEP_S)
    assert np.allclose(gyro, turned.as_rotvec() / (2 * STEP_S), atol=1e-5)


def test_specific_force_is_the_second_derivative_of_the_points_position(motion):
    t_s = np.arange(3.0137, 14.0, 0.01)
    offset_m = np.array([0.02, 0.4, -0.01])

    def position(at_s):
        centre = np.column_stack(
            [c.evaluate(at_s)[0] for c in (motion.forward_m, motion.left_m, motion.up_m)]
        )
        return centre + attitude(motion, at_s).apply(offset_m)

    acceleration = (position(t_s + STEP_S) - 2 * position(t_s) + position(t_s - STEP_S)) / STEP_S**2
    expected = attitude(motion, t_s).inv().apply(acceleration + GRAVITY)
    # Rounding of 1e-16 m over STEP_S squared is 1e-8; the rest is truncation at heel strikes (20 Hz).
    assert np.allclose(motion.feel(t_s, offset_m).specific_force_mps2, expected, atol=2e-3)


def test_velocity_of_the_axis_point_is_the_derivative_of_its_position(motion):
    t_s = np.arange(3.0, 14.0, 0.01)
    before, after = (motion.axis_point(t_s + shift, 0.4).position_m for shift in (-STEP_S, STEP_S))
    assert np.allclose(motion.axis_point(t_s, 0.4).velocity_mps, (after - before) / (2 * STEP_S), atol=1e-4)


def test_signs_are_those_of_the_frames_page(motion):
    still = np.array([0.5])
    feel = motion.feel(still, np.zeros(3))
    assert feel.specific_force_mps2[0] == pytest.approx(GRAVITY, abs=1e-9)
    # Positive pitch turns the top of the shaft forward: a shaft axis that points up now leans to +x.
    assert Rotation.from_euler("ZXY", [0, 0, 0.1]).apply([0, 0, 1])[0] > 0
    # Positive tilt lifts the left end, positive yaw takes it back.
    assert Rotation.from_euler("ZXY", [0, 0.1, 0]).apply([0, 1, 0])[2] > 0
    assert Rotation.from_euler("ZXY", [0.1, 0, 0]).apply([0, 1, 0])[0] < 0


def test_a_resting_sensor_reads_gravity():
    rest = resting_feel(3)
    assert np.linalg.norm(rest.specific_force_mps2, axis=1) == pytest.approx(9.80665)
    assert not rest.gyro_radps.any()


def test_the_sleeve_turns_against_the_shaft(motion):
    t_s = np.arange(3.0, 14.0, 0.01)
    shaft = motion.feel(t_s, np.zeros(3)).gyro_radps
    sleeve = motion.feel(t_s, np.zeros(3), on_sleeve=True).gyro_radps
    assert not np.allclose(shaft[:, 1], sleeve[:, 1], atol=0.1)
