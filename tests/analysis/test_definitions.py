"""Phases of analytic velocity profiles against closed form; at 1000 Hz the sampling does not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.config import DefinitionProfile
from analysis.definitions import Phase, find_phase, phase_velocity, turning_index
from analysis.filters import integrate
from analysis.imu import FloatArray
from tests.analysis.simulated import minimum_jerk

PROFILE = DefinitionProfile()
RATE_HZ = 1000.0


def half_sine(rom_m: float, duration_s: float) -> tuple[FloatArray, FloatArray]:
    """Height and velocity of v = peak sin(pi t / T), whose integral is the range of motion."""
    t_s = np.arange(0.0, duration_s + 0.5 / RATE_HZ, 1 / RATE_HZ)
    phase = np.pi * t_s / duration_s
    return 0.5 * rom_m * (1 - np.cos(phase)), 0.5 * rom_m * np.pi / duration_s * np.sin(phase)


@given(st.floats(0.2, 1.5), st.floats(0.4, 3.0))
def test_half_sine_has_the_boundaries_and_velocities_of_the_closed_form(rom_m, duration_s):
    height, velocity = half_sine(rom_m, duration_s)
    phase = find_phase(height, velocity, 0, len(height) - 1, 1, PROFILE)
    assert phase is not None
    peak_mps = 0.5 * rom_m * np.pi / duration_s
    threshold_mps = max(PROFILE.threshold_mps, PROFILE.threshold_fraction * peak_mps)
    angle = np.arcsin(threshold_mps / peak_mps)
    start_s = duration_s * angle / np.pi
    assert phase.start / RATE_HZ == pytest.approx(start_s, abs=2 / RATE_HZ)
    assert phase.stop / RATE_HZ == pytest.approx(duration_s - start_s, abs=2 / RATE_HZ)
    speed = phase_velocity(height, velocity, phase, 1, RATE_HZ, PROFILE)
    range_m = rom_m * np.cos(angle)
    assert speed.range_m == pytest.approx(range_m, abs=2 * threshold_mps / RATE_HZ)
    # One sample at either end is 0.5 % of the shortest phase.
    assert speed.mean_mps == pytest.approx(range_m / (duration_s - 2 * start_s), rel=0.01)
    assert speed.peak_mps == pytest.approx(peak_mps, rel=1e-3)


@given(st.floats(0.3, 1.0), st.floats(0.5, 2.0))
def test_phase_downward_is_the_mirror_of_the_phase_upward(rom_m, duration_s):
    height, velocity = half_sine(rom_m, duration_s)
    last = len(height) - 1
    up = find_phase(height, velocity, 0, last, 1, PROFILE)
    assert find_phase(-height, -velocity, 0, last, -1, PROFILE) == up
    assert find_phase(height, velocity, 0, last, -1, PROFILE) is None


def test_sticking_point_below_the_threshold_half_way_does_not_end_the_phase():
    height, velocity = minimum_jerk([0.0, 0.3, 0.6], [0.8, 1.0], RATE_HZ)
    phase = find_phase(height, velocity, 0, len(height) - 1, 1, PROFILE)
    assert phase is not None
    assert height[phase.stop] - height[phase.start] > 0.95 * 0.6
    assert velocity[800] == 0.0  # it did stop
    assert phase.start < 200
    assert phase.stop > 1600


def test_stop_with_less_than_the_remaining_fraction_to_go_ends_the_phase():
    height, velocity = minimum_jerk([0.0, 0.54, 0.60], [1.0, 0.5], RATE_HZ)  # 10 % remain
    phase = find_phase(height, velocity, 0, len(height) - 1, 1, PROFILE)
    assert phase is not None
    assert 900 < phase.stop < 1000


@pytest.mark.parametrize(
    ("height", "velocity"),
    [
        (np.zeros(10), np.zeros(10)),
        (np.array([0.0, 0.1]), np.array([1.0, 1.0])),
        (np.linspace(0, 0.01, 2000), np.full(2000, 0.005)),
    ],
    ids=["does not move", "too short", "slower than the threshold"],
)
def test_what_does_not_move_that_way_has_no_phase(height, velocity):
    assert find_phase(height, velocity, 0, len(height) - 1, 1, PROFILE) is None


@pytest.mark.parametrize("hold_s", [0.4, 1.0, 2.0])
def test_turning_point_of_a_pause_is_its_middle(hold_s):
    height, _ = minimum_jerk([0.0, -0.6, -0.6, 0.0], [1.0, hold_s, 1.0], RATE_HZ)
    extreme = int(np.argmin(height))
    turn = turning_index(height, 0, len(height) - 1, extreme, PROFILE.pause_band_m)
    assert turn / RATE_HZ == pytest.approx(1.0 + hold_s / 2, abs=2 / RATE_HZ)


def test_turning_point_without_a_pause_is_the_extreme():
    height, _ = minimum_jerk([0.0, -0.6, 0.0], [1.0, 1.0], RATE_HZ)
    turn = turning_index(height, 0, len(height) - 1, 1000, PROFILE.pause_band_m)
    assert turn == pytest.approx(1000, abs=1)


def test_turning_point_of_a_hold_that_fills_the_search_is_the_middle_of_the_search():
    assert turning_index(np.zeros(101), 20, 80, 30, PROFILE.pause_band_m) == 50


def ballistic() -> tuple[FloatArray, FloatArray]:
    """Up at 5 m/s² for 0.3 s, then braked at 15 m/s² (harder than gravity) for 0.1 s."""
    t_s = np.arange(0.0, 0.4005, 1 / RATE_HZ)
    velocity = np.where(t_s < 0.3, 5.0 * t_s, 1.5 - 15.0 * (t_s - 0.3))
    return integrate(velocity, 1 / RATE_HZ), velocity


def test_propulsive_phase_ends_where_braking_exceeds_gravity():
    height, velocity = ballistic()
    phase = find_phase(height, velocity, 0, len(height) - 1, 1, PROFILE)
    assert phase is not None
    speed = phase_velocity(height, velocity, phase, 1, RATE_HZ, PROFILE)
    first_mps = velocity[phase.start]
    assert speed.propulsive_mps == pytest.approx((first_mps + 1.5) / 2, rel=0.01)
    assert speed.propulsive_mps > speed.mean_mps


def test_gentle_braking_and_downward_phases_are_propulsive_throughout():
    height, velocity = half_sine(0.6, 1.0)
    phase = find_phase(height, velocity, 0, len(height) - 1, 1, PROFILE)
    assert phase is not None
    speed = phase_velocity(height, velocity, phase, 1, RATE_HZ, PROFILE)
    assert speed.propulsive_mps == pytest.approx(speed.mean_mps)
    height, velocity = ballistic()
    phase = find_phase(-height, -velocity, 0, len(height) - 1, -1, PROFILE)
    assert phase is not None
    down = phase_velocity(-height, -velocity, phase, -1, RATE_HZ, PROFILE)
    assert down.propulsive_mps == pytest.approx(down.mean_mps)


def test_lockout_ratio_is_one_at_constant_velocity_and_falls_with_a_stall():
    t_s = np.arange(0.0, 1.0005, 1 / RATE_HZ)
    height, velocity = 0.5 * t_s, np.full_like(t_s, 0.5)
    phase = find_phase(height, velocity, 0, len(height) - 1, 1, PROFILE)
    assert phase is not None
    assert phase_velocity(height, velocity, phase, 1, RATE_HZ, PROFILE).lockout_ratio == pytest.approx(1.0)
    velocity = np.where(height < 0.35, 0.5, 0.1)
    height = integrate(velocity, 1 / RATE_HZ)
    phase = find_phase(height, velocity, 0, len(height) - 1, 1, PROFILE)
    assert phase is not None
    ratio = phase_velocity(height, velocity, phase, 1, RATE_HZ, PROFILE).lockout_ratio
    # The last 30 % of what was travelled (0.35 + 0.03 m), 0.084 m fast and 0.03 m slow, by hand.
    total_m = float(height[-1] - height[0])
    slow_m = total_m - 0.35
    time_s = (0.3 * total_m - slow_m) / 0.5 + slow_m / 0.1
    assert ratio == pytest.approx(0.3 * total_m / time_s / 0.5, rel=0.02)


def test_phase_that_ends_lower_than_it_began_is_measured_without_a_crash():
    """A rough motion may contradict itself: velocity says up, height says down."""
    height = np.linspace(0.0, -0.1, 101)
    velocity = np.full(101, 0.2)
    phase = Phase(start=0, stop=100, peak=50, begin=0.0, end=100.0)
    assert phase_velocity(height, velocity, phase, 1, 100.0, DefinitionProfile()).range_m < 0
