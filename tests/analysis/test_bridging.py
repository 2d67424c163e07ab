"""Doubt about lost samples comes from the intact ones beside them."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.bridging import bridging_variances

DT_S = 1 / 200


def one_gap(n: int, start: int, length: int) -> np.ndarray:
    lost = np.zeros(n, dtype=np.bool_)
    lost[start : start + length] = True
    return lost


def bridged(signal: np.ndarray, start: int, length: int) -> np.ndarray:
    out = signal.copy()
    weights = (np.arange(1, length + 1) / (length + 1))[:, None]
    out[start : start + length] = signal[start - 1] + weights * (signal[start + length] - signal[start - 1])
    return out


@pytest.mark.parametrize("length", [1, 10, 30])
def test_variance_is_that_of_bridging_white_noise(length):
    """Of ``length`` samples and of half as many times the two ends: closed form."""
    signal = np.random.default_rng(5).normal(0.0, 0.3, (20_000, 3))
    lost = one_gap(len(signal), 10_000, length)
    variance = bridging_variances(bridged(signal, 10_000, length), lost, DT_S, 20.0)
    true = 0.3**2 * DT_S**2 * (length + 2 * (length / 2) ** 2)
    # 40 s hold some 270 independent stretches of the longest length: 10 % is two standard deviations.
    assert variance[0] == pytest.approx(true, rel=0.15)


def test_a_straight_line_is_bridged_without_doubt():
    signal = np.linspace(0.0, 9.0, 900)[:, None] * np.array([1.0, -2.0, 0.5])
    assert bridging_variances(signal, one_gap(900, 300, 20), DT_S, 0.3)[0] < 1e-20


def test_a_gap_is_in_doubt_where_its_surroundings_ring():
    signal = np.zeros((2000, 3))
    signal[1500:] = np.random.default_rng(1).normal(0.0, 5.0, (500, 3))
    lost = one_gap(2000, 500, 10) | one_gap(2000, 1700, 10)
    calm, ringing = bridging_variances(bridged(signal, 1700, 10), lost, DT_S, 0.3)
    assert calm == 0.0
    assert ringing > 0.01


def test_turning_the_sensor_changes_nothing():
    signal = np.random.default_rng(2).normal(0.0, 1.0, (600, 3)).cumsum(axis=0)
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    lost = one_gap(600, 300, 12)
    assert bridging_variances(signal @ turn.T, lost, DT_S, 0.3) == pytest.approx(
        bridging_variances(signal, lost, DT_S, 0.3)
    )


@pytest.mark.parametrize("n", [5, 12, 40])
def test_nothing_intact_around_is_not_known(n):
    lost = np.ones(n, dtype=np.bool_)
    lost[[0, -1]] = False
    assert np.isnan(bridging_variances(np.zeros((n, 3)), lost, DT_S, 0.3)).all()


def test_a_few_intact_samples_at_the_edge_do_not_speak_for_the_rest():
    signal = np.random.default_rng(6).normal(0.0, 5.0, (400, 3))
    signal[:12] = 0.0
    lost = np.arange(400) % 11 != 0
    lost[:12] = False
    assert np.isnan(bridging_variances(signal, lost, DT_S, 0.3)).all()
