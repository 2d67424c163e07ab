"""The bent curve: its inverse, its derivatives, its robust start."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.load_velocity_curve import Curve, LoadVelocityConfig, Sets, fit_curve, starting_curve
from analysis.velocity_priors import VelocityPrior

VELOCITIES_MPS = np.linspace(0.2, 1.3, 9)


def curve_of(bend):
    """1RM 140 kg, on average 133 kg per m/s."""
    return Curve(140.0 / 133.0, -1.0 / 133.0, bend, 0.28, 0.75)


def loads_of(curve, velocities_mps):
    return (curve.straightened(velocities_mps) - curve.intercept_mps) / curve.slope_mps_per_kg


@given(st.floats(-0.2, 0.6))
def test_velocity_is_the_inverse_of_load(bend):
    curve = curve_of(bend)
    np.testing.assert_allclose(curve.velocity_at(loads_of(curve, VELOCITIES_MPS)), VELOCITIES_MPS, atol=1e-9)


def test_bend_is_what_it_is_defined_as():
    loads = loads_of(curve_of(0.2), np.array((0.28, 0.28 + 0.75)))
    np.testing.assert_allclose(loads, (140.0, 140.0 - 133.0 * 0.75))
    np.testing.assert_allclose(1.0 / curve_of(0.2).slope_at(loads), -133.0 * np.array((0.8, 1.2)))


@pytest.mark.parametrize("bend", [-0.2, 0.0, 0.3])
def test_jacobian_is_the_derivative(bend):
    curve, loads = curve_of(bend), np.array((30.0, 70.0, 120.0, 150.0))
    for column, (name, step) in enumerate(
        (("intercept_mps", 1e-6), ("slope_mps_per_kg", 1e-8), ("bend", 1e-6))
    ):
        up, down = (
            replace(curve, **{name: getattr(curve, name) + sign * step}).velocity_at(loads)
            for sign in (1, -1)
        )
        np.testing.assert_allclose(curve.jacobian(loads)[:, column], (up - down) / (2 * step), rtol=1e-5)


def test_beyond_its_end_the_curve_stays_finite():
    assert np.isfinite(curve_of(0.6).velocity_at(np.array((140.0, 300.0, 1000.0)))).all()
    assert np.isfinite(curve_of(-0.5).velocity_at(np.array((-500.0, 0.0)))).all()


def test_the_start_survives_a_quarter_of_wrong_sets():
    prior, loads = VelocityPrior(0.28, 0.0, 0.15, 0.0, "test"), np.linspace(40.0, 120.0, 9)
    velocity = curve_of(0.15).velocity_at(loads)
    velocity[[0, 6]] -= 0.4
    start = starting_curve(Sets(loads, velocity, np.zeros(9), np.zeros(9)), prior, LoadVelocityConfig())
    assert start.one_rm_kg == pytest.approx(140.0, rel=0.02)
    assert 1.0 / start.slope_mps_per_kg == pytest.approx(-133.0, rel=0.05)


def test_a_free_bend_is_found_where_sets_are_many_and_exact():
    prior, loads = VelocityPrior(0.28, 0.0, 0.0, 0.5, "test"), np.linspace(20.0, 140.0, 200)
    sets = Sets(loads, curve_of(0.25).velocity_at(loads), np.zeros(200), np.zeros(200))
    fit = fit_curve(sets, prior, LoadVelocityConfig())
    assert fit is not None
    assert fit.curve.bend == pytest.approx(0.25, abs=0.01)
    assert fit.curve.one_rm_kg == pytest.approx(140.0, rel=0.003)


def test_variance_of_the_e1rm_is_that_of_many_fits():
    rng, prior, config = (
        np.random.default_rng(7),
        VelocityPrior(0.28, 0.0, 0.15, 0.0, "test"),
        LoadVelocityConfig(misfit_fraction=0.0, scatter_dof=1e9, robust_dof=1e9),
    )
    loads = np.linspace(40.0, 110.0, 6)
    velocity = curve_of(0.15).velocity_at(loads)
    fits = [
        fit_curve(
            Sets(loads, velocity + config.scatter_mps * rng.standard_normal(6), np.zeros(6), np.zeros(6)),
            prior,
            config,
        )
        for _ in range(2000)
    ]
    found = np.array([(fit.curve.one_rm_kg, fit.one_rm_variance_kg2) for fit in fits if fit is not None])
    assert len(found) == 2000
    # A standard deviation of 2000 normal numbers is known to 1.6 %; three of them, and the delta method's.
    assert found[:, 0].std() == pytest.approx(np.sqrt(found[:, 1].mean()), rel=0.06)
