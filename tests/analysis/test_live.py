from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.config import StillnessConfig
from analysis.imu import STANDARD_GRAVITY_MPS2
from analysis.live import LiveConfig, LiveTick, LiveTracker
from tests.analysis.simulated import minimum_jerk, simulate

RATE_HZ = 200.0
TICK = 20


def tracker(min_leg_m: float = 0.1) -> LiveTracker:
    return LiveTracker(RATE_HZ, min_leg_m, LiveConfig(), StillnessConfig())


def follow(velocity_mps: np.ndarray, live: LiveTracker | None = None) -> list[LiveTick]:
    """Ticks of a level sensor with a little noise that moves up and down."""
    live = live or tracker()
    rng = np.random.default_rng(3)
    force = np.zeros((len(velocity_mps), 3))
    force[:, 2] = STANDARD_GRAVITY_MPS2 + np.gradient(velocity_mps) * RATE_HZ
    force += 0.01 * rng.standard_normal(force.shape)
    gyro = 0.001 * rng.standard_normal(force.shape)
    return [
        live.update(force[k : k + TICK], gyro[k : k + TICK]) for k in range(0, len(force) - TICK + 1, TICK)
    ]


def squats(reps: int) -> np.ndarray:
    legs_s = [3.0, *[1.0, 1.0, 1.0] * reps, 2.0]
    levels = [0.0, 0.0, *[-0.6, 0.0, 0.0] * reps, 0.0]
    return minimum_jerk(levels, legs_s, RATE_HZ)[1]


def test_velocity_is_right_in_shape_over_a_second():
    velocity = squats(1)
    live = np.concatenate([tick.velocity_mps for tick in follow(velocity)])
    down = slice(600, 800)
    # The leak takes about a tenth of a one-second leg at a time constant of three seconds, peak of 1.1 m/s.
    assert np.abs(live[down] - velocity[down]).max() < 0.25
    assert live[700] == pytest.approx(velocity[700], rel=0.15)


@pytest.mark.parametrize("reps", [1, 3])
def test_each_leg_stops_once_in_its_direction(reps):
    stopped = [tick.leg_stopped for tick in follow(squats(reps)) if tick.leg_stopped]
    assert stopped == [-1, 1] * reps


def test_resting_sensor_is_still_and_its_velocity_zero():
    ticks = follow(np.zeros(2000))
    assert all(tick.still for tick in ticks[10:])
    assert not any(tick.moved or tick.leg_stopped for tick in ticks)
    assert np.abs(ticks[-1].velocity_mps).max() == 0.0


def test_moving_sensor_is_not_still():
    ticks = follow(squats(1))
    middle = ticks[620 // TICK : 780 // TICK]
    assert not any(tick.still for tick in middle)
    assert any(tick.moved for tick in middle)


def test_movement_below_the_smallest_leg_is_not_of_note():
    velocity = squats(2) * 0.05 / 0.6
    assert not any(tick.leg_stopped or tick.moved for tick in follow(velocity, tracker(0.1)))


def test_restart_forgets_motion_but_not_the_noise_floor():
    live = tracker()
    follow(squats(1)[:700], live)
    live.restart()
    tick = follow(np.zeros(TICK), live)[0]
    assert tick.leg_stopped == 0
    assert np.abs(tick.velocity_mps).max() < 0.05
    assert np.abs(tick.height_m).max() < 0.01


@settings(max_examples=5)
@given(st.integers(0, 2**32 - 1))
def test_estimate_is_causal(seed):
    """What comes later cannot change what was said."""
    recording = simulate("deadlift")
    force, gyro = recording.specific_force_mps2[:1200], recording.gyro_radps[:1200]
    rng = np.random.default_rng(seed)
    cut = TICK * int(rng.integers(5, 55))
    other = force.copy()
    other[cut:] += rng.standard_normal(3)
    first, second = tracker(), tracker()
    for k in range(0, cut, TICK):
        a, b = (
            live.update(f[k : k + TICK], gyro[k : k + TICK]) for live, f in ((first, force), (second, other))
        )
        np.testing.assert_array_equal(a.velocity_mps, b.velocity_mps)
