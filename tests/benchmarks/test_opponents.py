"""The opponents' maths on motion in closed form: a fair comparison needs opponents that are right."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.opponents import (
    OPPONENTS,
    Homes,
    OpponentConfig,
    Recording,
    close_reps,
    detrend,
    find_legs,
    first_attitude,
    unbiased_gyro,
)

RATE_HZ = 200.0
PERIOD_S, DEPTH_M, REPS, REST_S = 2.0, 0.5, 4, 2.0
NEEDS = {"b Madgwick + ZUPT": "ahrs", "d gaitmap RtsKalman": "gaitmap"}


def height_m(t_s):
    """Down and up like a cosine, REPS times without a break, at rest before and after."""
    inside = (t_s > REST_S) & (t_s < REST_S + REPS * PERIOD_S)
    return np.where(inside, -DEPTH_M / 2 * (1 - np.cos(2 * np.pi * (t_s - REST_S) / PERIOD_S)), 0.0)


def recording(*, bias_radps=(0.0, 0.0, 0.0), upside_down=False):
    """A sensor that does not turn, with exact readings; perhaps with a gyro bias, or mounted on its head."""
    t_s = np.arange(0, 2 * REST_S + REPS * PERIOD_S, 1 / RATE_HZ)
    inside = (t_s > REST_S) & (t_s < REST_S + REPS * PERIOD_S)
    wave = np.cos(2 * np.pi * (t_s - REST_S) / PERIOD_S)
    acceleration = np.where(inside, -DEPTH_M / 2 * (2 * np.pi / PERIOD_S) ** 2 * wave, 0.0)
    force = np.zeros((len(t_s), 3))
    force[:, 2] = (acceleration + 9.80665) * (-1 if upside_down else 1)
    gyro = np.tile(bias_radps, (len(t_s), 1)).astype(float)
    return t_s, Recording(RATE_HZ, force, gyro, np.zeros(3), up_first=False)


def homes(t_s):
    instants = [round((REST_S + k * PERIOD_S) * RATE_HZ) for k in range(REPS + 1)]
    still = (t_s < REST_S - 0.1) | (t_s > REST_S + REPS * PERIOD_S + 0.1)
    return Homes(tuple((i, i) for i in instants), still)


@pytest.mark.parametrize("name", [name for name in OPPONENTS if not name.startswith("a ")])
@pytest.mark.parametrize("upside_down", [False, True])
def test_given_the_homes_an_exact_sensor_gives_the_exact_height(name, upside_down):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    t_s, rec = recording(bias_radps=(0.004, -0.002, 0.001), upside_down=upside_down)
    motion = OPPONENTS[name](rec, homes(t_s), OpponentConfig())
    moving = (t_s > REST_S) & (t_s < REST_S + REPS * PERIOD_S)
    error = (motion.position_m[:, 2] - height_m(t_s))[moving]
    # Rectangles instead of trapezoids cost half a sample of speed, 4 mm; the RTS smoother has its variances.
    assert np.abs(error).max() < 0.02
    assert np.abs(motion.position_m[moving][:, :2]).max() < 0.02


def test_low_pass_gravity_loses_slow_motion_but_keeps_its_sign():
    # The gravity estimate follows slow motion by design: only the shape is asked of it.
    t_s, rec = recording()
    motion = OPPONENTS["a gravity low-pass"](rec, homes(t_s), OpponentConfig())
    truth = np.gradient(height_m(t_s), 1 / RATE_HZ)
    moving = (t_s > REST_S) & (t_s < REST_S + REPS * PERIOD_S)
    assert np.corrcoef(motion.velocity_mps[moving, 2], truth[moving])[0, 1] > 0.7


def test_own_events_of_vqf_find_every_rep():
    t_s, rec = recording()
    config = OpponentConfig()
    motion = OPPONENTS["c offlineVQF + polynomial"](rec, None, config)
    legs = find_legs(motion.position_m[:, 2], motion.velocity_mps[:, 2], config)
    middles_s = [t_s[(low + top) // 2] for low, top in legs]
    # The last leg may end anywhere in the pause after it, so its middle is not asked for.
    assert len(legs) == REPS
    for k, middle_s in enumerate(middles_s[:-1]):
        assert REST_S + (k + 0.5) * PERIOD_S < middle_s < REST_S + (k + 1) * PERIOD_S


def test_closing_polynomial_removes_a_constant_error_exactly():
    # An acceleration error that is linear in time integrates to the polynomials that closing takes off.
    u = np.arange(401) / RATE_HZ
    true = np.column_stack([np.zeros_like(u), np.zeros_like(u), np.cos(np.pi * u)])
    wrong = true + np.array([0.1, -0.2, 0.3]) + 0.05 * u[:, None]
    right, _ = close_reps(true, [(0, 0), (400, 400)], RATE_HZ)
    velocity, position = close_reps(wrong, [(0, 0), (400, 400)], RATE_HZ)
    # The trapezoid of a parabola is off by h^2/12 times the change of its slope: below 1e-6 here.
    np.testing.assert_allclose(velocity, right, atol=1e-5)
    np.testing.assert_allclose(position[-1], 0.0, atol=1e-6)


def test_detrending_makes_velocity_zero_where_it_is_known_and_lines_vanish():
    line = np.outer(np.arange(100.0), [1.0, -2.0, 0.5]) + 3.0
    zero = np.zeros(100, dtype=bool)
    zero[[0, 40, 99]] = True
    np.testing.assert_allclose(detrend(line, zero), 0.0, atol=1e-12)


def test_bias_and_level_come_from_the_quietest_moment_not_from_the_start():
    _, rec = recording(bias_radps=(0.01, 0.0, -0.01))
    rng = np.random.default_rng(5)
    force, gyro = rec.force_mps2.copy(), rec.gyro_radps.copy()
    force[:200] += rng.normal(0, 2.0, (200, 3))  # handled at the start
    handled = Recording(RATE_HZ, force, gyro, np.zeros(3), up_first=False)
    np.testing.assert_allclose(unbiased_gyro(handled, OpponentConfig()), 0.0, atol=1e-12)
    up = first_attitude(handled, OpponentConfig()).apply([0.0, 0.0, 1.0])
    np.testing.assert_allclose(up, [0.0, 0.0, 1.0], atol=1e-9)


def test_a_turn_is_not_taken_for_a_bias():
    _, rec = recording(bias_radps=(0.3, 0.0, 0.0))
    np.testing.assert_array_equal(unbiased_gyro(rec, OpponentConfig()), rec.gyro_radps)
