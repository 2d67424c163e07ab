from __future__ import annotations

import numpy as np
import pytest

from firmware_sim.curves import smooth_path
from firmware_sim.lifter import BodyNoise
from firmware_sim.scenarios import single_set
from firmware_sim.whip import Resonator, share_at, whip_of

BAR = Resonator(frequency_hz=6.0, damping=0.04)
PATH = smooth_path([0.0, 1.0, 2.0, 3.0, 6.0], [0.0, 0.0, -0.6, 0.0, 0.0])
WHIP = whip_of(PATH, 0.0, 6.0, BAR)


def test_bar_lags_by_its_static_share_and_rings_at_its_own_frequency():
    t_s = np.arange(0.0, 6.0, 0.001)
    deflection = WHIP.evaluate(t_s)[0]
    acceleration = PATH.evaluate(t_s)[2]
    static_m = np.abs(acceleration).max() / (2 * np.pi * BAR.frequency_hz) ** 2
    assert 0.8 * static_m < np.abs(deflection).max() < 2.5 * static_m
    ringing = deflection[3100:4700]
    spectrum = np.abs(np.fft.rfft(ringing * np.hanning(len(ringing))))
    assert np.fft.rfftfreq(len(ringing), 0.001)[spectrum.argmax()] == pytest.approx(BAR.frequency_hz, abs=0.7)


def test_it_obeys_its_equation_of_motion():
    t_s = np.arange(0.5, 4.5, 0.01)
    w, speed, acceleration = WHIP.evaluate(t_s)
    omega = 2 * np.pi * BAR.frequency_hz
    left = acceleration + 2 * BAR.damping * omega * speed + omega**2 * w + PATH.evaluate(t_s)[2]
    # A cubic spline at 1 kHz: second derivatives are linear between points.
    assert np.abs(left).max() < 0.02 * np.abs(PATH.evaluate(t_s)[2]).max()


def test_before_and_after_the_set_the_bar_is_straight():
    for t_s in (0.0, 6.0):
        np.testing.assert_allclose(WHIP.evaluate(np.array([t_s])), 0.0, atol=1e-6)


def test_it_grows_towards_the_sleeve_and_moves_truth_and_sensor_alike():
    assert share_at(0.75) == 1.0
    assert share_at(0.35) < share_at(0.55)
    rigid, bent = (
        single_set("back_squat", 2, 140.0, 5, mems="ideal", noise=BodyNoise(whip=whip))
        for whip in (False, True)
    )
    t_s = np.arange(0.0, rigid.duration_s, 0.005)
    moved = bent.axis_point(t_s).position_m[:, 2] - rigid.axis_point(t_s).position_m[:, 2]
    felt = bent.feel(t_s).specific_force_mps2 - rigid.feel(t_s).specific_force_mps2
    assert 1e-4 < np.abs(moved).max() < 5e-3
    assert np.abs(felt).max() > 0.05
