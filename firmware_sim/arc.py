"""A bar with one fixed end: forward position and pitch that follow from its height."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import BPoly, PPoly

from firmware_sim.curves import FloatArray, Polynomial

if TYPE_CHECKING:
    from collections.abc import Callable

SPACING_S = 0.01
"""Knots of resampled curves, s; quintic pieces of this length are exact to 1e-9 m."""


def resampled(function: Callable[[FloatArray], FloatArray], knots_s: FloatArray) -> Polynomial:
    """Quintic pieces through value, first and second derivative, shape (3, K), at knots at most 0.01 s apart.

    Parameters
    ----------
    function : callable
        Gives the three of them at times (K,), s.
    knots_s : (K,) float64, s
        Breaks that must be kept, increasing; further ones are put between them.
    """
    fine = np.arange(knots_s[0], knots_s[-1], SPACING_S)
    grid = np.union1d(knots_s, fine)
    # Two breaks closer than rounding would make a piece without length.
    grid = grid[np.concatenate(([True], np.diff(grid) > 1e-9))]
    value = PPoly.from_bernstein_basis(BPoly.from_derivatives(grid, function(grid).T))
    velocity = value.derivative()
    return Polynomial((value, velocity, velocity.derivative()))


def arc_forward(height_m: Polynomial, radius_m: float, rest_height_m: float) -> Polynomial:
    """Forward position of a point on a bar whose fixed end lies behind the lifter, from where it rests, m.

    Parameters
    ----------
    height_m : Polynomial
        Height over the resting place, m.
    radius_m : float
        From the fixed end to the point, m.
    rest_height_m : float
        Height of the resting place over the fixed end, m.
    """
    rest_m = np.sqrt(radius_m**2 - rest_height_m**2)

    def function(t_s: FloatArray) -> FloatArray:
        z, dz, ddz = height_m.evaluate(t_s)
        over = z + rest_height_m
        x = np.sqrt(radius_m**2 - over**2)
        slope, curvature = -over / x, -(radius_m**2) / x**3
        return np.stack((x - rest_m, slope * dz, curvature * dz**2 + slope * ddz))

    return resampled(function, height_m.pieces[0].x)


def arc_pitch(height_m: Polynomial, radius_m: float, rest_height_m: float) -> Polynomial:
    """Pitch of the same bar from where it rests, rad; the far end in front rises, which is negative."""
    rest_rad = np.arcsin(rest_height_m / radius_m)

    def function(t_s: FloatArray) -> FloatArray:
        z, dz, ddz = height_m.evaluate(t_s)
        over = z + rest_height_m
        x = np.sqrt(radius_m**2 - over**2)
        return np.stack((rest_rad - np.arcsin(over / radius_m), -dz / x, -ddz / x - over * dz**2 / x**3))

    return resampled(function, height_m.pieces[0].x)


def added(one: Polynomial, other: Polynomial) -> Polynomial:
    """Sum of two curves."""
    knots_s = np.union1d(one.pieces[0].x, other.pieces[0].x)
    return resampled(lambda t_s: one.evaluate(t_s) + other.evaluate(t_s), knots_s)
