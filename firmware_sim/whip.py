"""Whip of a loaded bar: its ends lag behind the hands and ring on.

A resonator driven by the vertical acceleration of the middle of the bar, ``w'' + 2 z o w' + o^2 w = -a``.
Loaded bars whip at 4.5 to 8 Hz with little damping (band of the estimator study's simulator; damping an
engineering guess). The truth contains it: a cord tied to the bar's end sees it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.signal import bilinear, lfilter

from firmware_sim.curves import Polynomial

GRID_HZ = 1000.0
"""Rate at which the resonator is solved; between, a spline that is twice continuously differentiable."""

SLEEVE_M = 0.75
"""Where along the bar the deflection is the resonator's; towards the middle it falls with the square."""


@dataclass(frozen=True, slots=True)
class Resonator:
    """One bar with its plates.

    Attributes
    ----------
    frequency_hz : float
        4.5 to 8 Hz.
    damping : float
        Fraction of critical, 0.02 to 0.06.
    """

    frequency_hz: float
    damping: float


def draw_resonator(rng: np.random.Generator) -> Resonator:
    """Draw a bar."""
    return Resonator(float(rng.uniform(4.5, 8.0)), float(rng.uniform(0.02, 0.06)))


def whip_of(path: Polynomial, start_s: float, end_s: float, bar: Resonator) -> Polynomial:
    """Deflection at the sleeve, upward positive, m, of a bar whose middle follows a vertical path.

    Parameters
    ----------
    path : Polynomial
        Height of the middle, m.
    start_s, end_s : float
        At rest before and, but for ringing, after, s.
    bar : Resonator
        The bar.
    """
    t_s = np.arange(start_s, end_s, 1 / GRID_HZ)
    omega = 2 * np.pi * bar.frequency_hz
    # At 1 kHz the bilinear transform warps 8 Hz by 0.02 %.
    numerator, denominator = bilinear([-1.0], [1.0, 2 * bar.damping * omega, omega**2], fs=GRID_HZ)
    deflection = np.asarray(lfilter(numerator, denominator, path.evaluate(t_s)[2]), dtype=np.float64)
    # It fades with the bar's own rest, so that the bar lies still where it is said to.
    fade = np.clip((end_s - t_s) / 1.0, 0.0, 1.0)
    smooth = fade**3 * (10 - 15 * fade + 6 * fade**2)
    value = CubicSpline(t_s, deflection * smooth, bc_type="clamped")
    return Polynomial((value, value.derivative(), value.derivative(2)))


def share_at(along_m: float) -> float:
    """Part of the sleeve's deflection at a place along the bar."""
    return (along_m / SLEEVE_M) ** 2
