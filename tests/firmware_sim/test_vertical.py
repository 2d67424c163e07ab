import numpy as np
import pytest

from firmware_sim.vertical import Move, vertical_path

SHAPE = ((0.25, 0.7), (0.6, 1.0), (0.8, 0.6))


def test_every_move_gains_exactly_its_height_even_through_reversals():
    moves = [Move(1.0, 1.2, -0.55, SHAPE), Move(2.2, 0.9, 0.55, SHAPE), Move(3.1, 1.0, -0.6, SHAPE)]
    path = vertical_path(moves, start_m=0.05)
    heights = path.evaluate(np.array([0.0, 1.0, 2.2, 3.1, 4.1, 9.0]))[0]
    assert heights == pytest.approx([0.05, 0.05, -0.5, 0.05, -0.55, -0.55], abs=1e-12)


def test_a_straight_reversal_turns_with_acceleration_and_a_paused_one_without():
    touching = [Move(0.0, 1.0, -0.5, SHAPE), Move(1.0, 1.0, 0.5, SHAPE)]
    paused = [Move(0.0, 1.0, -0.5, SHAPE), Move(1.3, 1.0, 0.5, SHAPE)]
    assert vertical_path(touching).evaluate(np.array([1.0]))[2][0] > 1.0
    assert vertical_path(paused).evaluate(np.array([1.15]))[1:] == pytest.approx(0.0, abs=1e-12)


def test_velocity_and_acceleration_have_no_jump():
    moves = [Move(0.0, 1.0, -0.5, SHAPE), Move(1.0, 1.0, 0.5, SHAPE), Move(2.5, 0.7, 0.2, SHAPE)]
    t_s = np.arange(-0.2, 3.6, 1e-4)
    _, velocity, acceleration = vertical_path(moves).evaluate(t_s)
    # The steepest jerk here is about 100 m/s3: 1e-4 s of it is 0.01 m/s2.
    assert np.abs(np.diff(acceleration)).max() < 0.02
    assert np.abs(np.diff(velocity)).max() < 2e-3


def test_the_bar_never_moves_against_the_phase():
    moves = [Move(0.0, 1.0, -0.5, SHAPE), Move(1.0, 1.5, 0.5, SHAPE)]
    velocity = vertical_path(moves).evaluate(np.linspace(0.0, 2.5, 5001))[1]
    assert velocity[:2000].max() <= 1e-12
    assert velocity[2001:].min() >= -1e-12
