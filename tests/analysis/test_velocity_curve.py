"""Shape of a concentric velocity: sticking regions, reversals, and which way smoothness counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.filters import integrate
from analysis.results import VelocityCurve
from analysis.velocity_curve import (
    CurveConfig,
    count_reversals,
    find_sticking_region,
    log_dimensionless_jerk,
    spectral_arc_length,
)
from tests.analysis.simulated import events_of, only_set, simulate

CONFIG = CurveConfig()
RATE_HZ = 200.0


def minimum_jerk_speed(duration_s: float, size_m: float = 0.5) -> np.ndarray:
    """Closed form: 30 D/T (u^2 - 2 u^3 + u^4)."""
    u = np.linspace(0.0, 1.0, round(duration_s * RATE_HZ) + 1)
    return 30 * size_m / duration_s * (u**2 - 2 * u**3 + u**4)


def stuck(dip: float) -> tuple[np.ndarray, np.ndarray]:
    """A second and a half with a Gaussian dip of speed in the middle, and its height."""
    speed = minimum_jerk_speed(1.5)
    t_s = np.arange(len(speed)) / RATE_HZ
    speed -= dip * np.exp(-(((t_s - 0.75) / 0.12) ** 2))
    return speed, integrate(speed[:, None], 1 / RATE_HZ)[:, 0]


def region_of(dip: float, sd: float = 0.001):
    speed, height = stuck(dip)
    return find_sticking_region(speed, height, lambda _a, _b: sd, CONFIG)


def test_fresh_rep_has_no_sticking_region():
    assert region_of(0.0) is None


def test_sticking_region_is_found_with_its_heights_in_order():
    region = region_of(0.35)
    assert region is not None
    assert region.first_peak_mps > region.minimum_mps < region.second_peak_mps
    assert 0 < region.first_peak_fraction < region.minimum_fraction < region.second_peak_fraction < 1
    assert region.minimum_mps == pytest.approx(minimum_jerk_speed(1.5).max() - 0.35, abs=0.005)
    assert region.minimum_fraction == pytest.approx(0.5, abs=0.03)  # the dip is symmetric


def test_dip_that_could_be_noise_is_none():
    assert region_of(0.35, sd=0.2) is None


def test_bar_that_goes_back_is_counted_and_one_that_stalls_is_not():
    back, height = stuck(0.9)
    assert count_reversals(back, height, CONFIG) == 1
    stalled, height = stuck(minimum_jerk_speed(1.5).max())
    assert count_reversals(stalled, height, CONFIG) == 0


@pytest.mark.parametrize("duration_s", [0.7, 1.5, 4.0])
@pytest.mark.parametrize("size_m", [0.2, 1.0])
def test_minimum_jerk_has_its_textbook_smoothness_whatever_its_size(duration_s, size_m):
    speed = minimum_jerk_speed(duration_s, size_m)
    # 204.8 = 720 / 1.875^2; one-sided differences at the ends cost some per mille.
    assert log_dimensionless_jerk(speed, RATE_HZ) == pytest.approx(-np.log(204.8), abs=0.08)
    # Balasubramanian et al. 2015: about -1.4 for a single bell-shaped movement.
    assert spectral_arc_length(speed, RATE_HZ, CONFIG) == pytest.approx(-1.41, abs=0.02)


def test_more_submovements_are_less_smooth_by_both_measures():
    """The trap: published prose gives the direction the wrong way round."""
    one = minimum_jerk_speed(1.5)
    rougher = [np.concatenate([minimum_jerk_speed(1.5 / n, 0.5 / n)] * n) for n in (2, 4)]
    arcs = [spectral_arc_length(speed, RATE_HZ, CONFIG) or 0.0 for speed in (one, *rougher)]
    jerks = [log_dimensionless_jerk(speed, RATE_HZ) or 0.0 for speed in (one, *rougher)]
    assert arcs == sorted(arcs, reverse=True)
    assert jerks == sorted(jerks, reverse=True)


def test_nothing_moves_nothing_is_said():
    still = np.zeros(100)
    assert log_dimensionless_jerk(still, RATE_HZ) is None
    assert spectral_arc_length(still, RATE_HZ, CONFIG) is None


@pytest.mark.parametrize("lift", ["back_squat", "deadlift"])
def test_every_rep_of_a_set_has_a_curve_that_agrees_with_its_other_numbers(lift):
    for rep in only_set(events_of(simulate(lift, 221))).reps:
        curve = rep.curve
        assert isinstance(curve, VelocityCurve)
        duration_s = rep.concentric_end_s - rep.concentric_start_s
        assert 0 < curve.time_to_peak_s < duration_s
        assert 0 < curve.lockout_s < duration_s
        assert rep.lockout_ratio is not None
        assert curve.lockout_velocity_mps == pytest.approx(
            rep.lockout_ratio * rep.peak_concentric_velocity_mps, rel=1e-6
        )
        assert rep.lockout_ratio_sd is not None
        assert 0 < rep.lockout_ratio_sd < 0.1
        assert curve.reversals == 0


def test_pitch_change_states_how_well_it_is_known():
    reps = only_set(events_of(simulate("front_squat", 222))).reps
    truths = simulate("front_squat", 222).sets[0].reps
    for rep, truth in zip(reps, truths, strict=True):
        assert rep.pitch_change_rad is not None
        assert rep.pitch_change_sd_rad is not None
        error = rep.pitch_change_rad - truth.pitch_change_rad
        # The gyro's noise and cross-axis errors are a few mrad; five deviations leave room for the latter.
        assert abs(error) < 5 * rep.pitch_change_sd_rad + 0.003


def test_least_depth_is_a_matter_of_configuration():
    speed, height = stuck(0.2)
    assert find_sticking_region(speed, height, lambda _a, _b: 0.001, CONFIG) is not None
    strict = replace(CONFIG, least_dip_mps=0.5)
    assert find_sticking_region(speed, height, lambda _a, _b: 0.001, strict) is None
