from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.filters import (
    integrate,
    lowpass,
    moving_deviation,
    moving_mean,
    runs,
    turning_points,
)

RATE_HZ = 200.0
HEIGHTS = st.lists(st.floats(-2.0, 2.0, allow_subnormal=False), min_size=3, max_size=80).map(np.array)


@pytest.mark.parametrize("frequency_hz", [0.5, 2.0, 8.0, 20.0])
def test_lowpass_gain_is_the_squared_butterworth_gain_and_the_phase_is_zero(frequency_hz):
    t_s = np.arange(4000) / RATE_HZ
    wave = np.sin(2 * np.pi * frequency_hz * t_s)
    # |H|² of a second-order Butterworth after the bilinear transform (run forward and backward).
    warped = np.tan(np.pi * frequency_hz / RATE_HZ) / np.tan(np.pi * 8.0 / RATE_HZ)
    middle = slice(1000, 3000)  # away from the ends' transients
    expected = wave / (1 + warped**4)
    np.testing.assert_allclose(lowpass(wave, 8.0, RATE_HZ)[middle], expected[middle], atol=1e-6)


def test_filtering_a_reversed_signal_reverses_the_result():
    x = np.convolve(np.random.default_rng(2).standard_normal(2000), np.hanning(40), mode="same")
    np.testing.assert_allclose(lowpass(x[::-1], 8.0, RATE_HZ)[::-1], lowpass(x, 8.0, RATE_HZ), atol=1e-6)


def test_constant_passes_the_lowpass():
    x = np.full(500, 3.0)
    np.testing.assert_allclose(lowpass(x, 8.0, RATE_HZ), 3.0, atol=1e-9)


@pytest.mark.parametrize("length", [2, 3, 7])
def test_very_short_signals_are_filtered_without_an_error(length):
    assert lowpass(np.ones(length), 8.0, RATE_HZ) == pytest.approx(np.ones(length), abs=1e-9)


def test_cutoff_above_the_band_is_limited_so_that_slow_sensors_work():
    x = np.sin(np.arange(200) / 20)
    np.testing.assert_allclose(lowpass(x, 8.0, 13.0), x, atol=0.05)


def test_moving_mean_of_a_line_is_the_line_inside():
    x = np.arange(50.0)[:, None] * (1.0, -2.0)
    np.testing.assert_allclose(moving_mean(x, 5)[2:-2], x[2:-2], atol=1e-12)


def test_moving_deviation_of_white_noise_is_its_standard_deviation_over_all_axes():
    noise = 0.3 * np.random.default_rng(3).standard_normal((20000, 3))
    deviation = moving_deviation(noise, 80)
    # sqrt(3) axes; the window's own mean takes 1/80 of the variance; 2 % is 5 standard errors of the mean.
    assert deviation.mean() == pytest.approx(0.3 * np.sqrt(3), rel=0.02)
    assert moving_deviation(np.ones((50, 3)), 10) == pytest.approx(np.zeros(50))


def test_integral_of_a_line_is_exact_and_starts_at_zero():
    t_s = np.arange(100) / RATE_HZ
    np.testing.assert_allclose(integrate(2 * t_s, 1 / RATE_HZ), t_s**2, atol=1e-12)


@given(arrays(np.bool_, st.integers(0, 60)))
def test_runs_are_apart_and_cover_exactly_the_mask(mask):
    found = runs(mask)
    rebuilt = np.zeros_like(mask)
    for start, stop in found:
        assert start < stop
        rebuilt[start:stop] = True
    np.testing.assert_array_equal(rebuilt, mask)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(found))


@given(HEIGHTS, st.floats(0.01, 1.0))
def test_turning_points_alternate_and_differ_by_the_hysteresis(height_m, hysteresis_m):
    points = turning_points(height_m, hysteresis_m)
    if not points:
        assert np.ptp(height_m) <= hysteresis_m + 1e-12
        return
    assert points[0] == 0
    assert points[-1] == len(height_m) - 1
    assert (np.diff(points) > 0).all()
    steps = np.diff(height_m[points])
    inner = steps[1:-1]
    assert (np.abs(inner) >= hysteresis_m).all()
    assert (steps[:-1] * steps[1:] <= 0).all()


@given(HEIGHTS, st.floats(0.01, 1.0))
def test_turning_points_of_the_mirrored_signal_are_the_same(height_m, hysteresis_m):
    assert turning_points(-height_m, hysteresis_m) == turning_points(height_m, hysteresis_m)


@given(HEIGHTS, st.floats(0.01, 1.0))
def test_every_inner_turning_point_is_the_extreme_of_its_legs(height_m, hysteresis_m):
    points = turning_points(height_m, hysteresis_m)
    for before, point, after in zip(points, points[1:], points[2:], strict=False):
        leg = height_m[before : after + 1]
        assert height_m[point] in (leg.min(), leg.max())
