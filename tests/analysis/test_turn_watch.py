"""How a sensor lies and how far it has turned, against turns that are known exactly."""

import numpy as np
import pytest

from analysis.imu import ImuBlock
from analysis.turn_watch import TurnWatch

RATE_HZ = 100
G = 9.80665


def turning(angle_rad, duration_s=1.0, start_s=0.0):
    """A turn about y at a constant rate, gravity along z at its start; then as many blocks of 10 samples."""
    n = round(duration_s * RATE_HZ)
    t = start_s + np.arange(n) / RATE_HZ
    angle = angle_rad * (np.arange(n) + 1) / n
    # Gravity in the sensor's frame turns the other way.
    force = G * np.stack([-np.sin(angle), np.zeros(n), np.cos(angle)], axis=1)
    gyro = np.tile([0.0, angle_rad / duration_s, 0.0], (n, 1))
    for k in range(0, n, 10):
        part = slice(k, k + 10)
        yield ImuBlock(t[part], force[part], gyro[part], k)


def watched(*blocks, bias=(0.0, 0.0, 0.0)):
    watch = TurnWatch()
    watch.reset(bias)
    for block in blocks:
        watch.push(block)
    assert watch.orientation is not None
    return watch.orientation


@pytest.mark.parametrize("angle_rad", [0.3, np.pi / 2, -1.2])
def test_a_turn_is_told_in_full(angle_rad):
    # The first block has no time before it: a tenth of the turn's hundred samples is missing at most.
    told = watched(*turning(angle_rad))
    assert told.turn_rad == pytest.approx(abs(angle_rad), rel=0.02)
    assert told.still_s == 0


def test_what_lies_still_counts_its_seconds_and_tells_what_is_up():
    told = watched(*turning(0.0, 4.0))
    assert told.up == pytest.approx((0, 0, 1))
    assert told.still_s == pytest.approx(4.0, abs=0.02)
    assert told.turn_rad == 0


def test_a_bias_that_is_known_is_no_turn():
    told = watched(*turning(0.2), bias=(0.0, 0.2, 0.0))
    assert told.turn_rad == pytest.approx(0, abs=1e-9)


def test_a_jolt_begins_the_count_anew():
    quiet = list(turning(0.0, 2.0))
    jolt = ImuBlock(2.0 + np.arange(10) / RATE_HZ, np.tile([0, 0, 1.3 * G], (10, 1)), np.zeros((10, 3)), 200)
    assert watched(*quiet, jolt).still_s == 0
