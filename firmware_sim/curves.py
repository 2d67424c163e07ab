"""Scalar functions of time in closed form: piecewise polynomials, enveloped sines, decaying sines.

Every curve gives its value and its first two derivatives exactly, so that simulated sensors contain no error
of numerical differentiation. Before its first and after its last knot a curve stands still.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BPoly, CubicHermiteSpline, PchipInterpolator, PPoly

if TYPE_CHECKING:
    from collections.abc import Sequence

FloatArray: TypeAlias = NDArray[np.float64]

RING_LENGTH = 25.0
"""A decaying sine is cut off after this many time constants, where it is 2e-8 of its peak."""


@dataclass(frozen=True, slots=True)
class Polynomial:
    """A piecewise polynomial with its derivatives, constant outside its breakpoints.

    Attributes
    ----------
    pieces : tuple of PPoly
        The function and its first and second derivative, local power basis.
    """

    pieces: tuple[PPoly, PPoly, PPoly]

    def evaluate(self, t_s: FloatArray) -> FloatArray:
        """Value, first and second derivative, shape (3, N)."""
        start_s, end_s = self.pieces[0].x[0], self.pieces[0].x[-1]
        inside = np.clip(t_s, start_s, end_s)
        out = np.stack([piece(inside) for piece in self.pieces])
        out[1:, (t_s < start_s) | (t_s > end_s)] = 0.0
        return out


def _polynomial(value: PPoly) -> Polynomial:
    velocity = value.derivative()
    return Polynomial((value, velocity, velocity.derivative()))


def smooth_path(t_s: Sequence[float], values: Sequence[float]) -> Polynomial:
    """Quintic path through knots, twice continuously differentiable and without overshoot.

    Slopes at the knots are those of the shape-preserving cubic (Fritsch and Butland 1984), the second
    derivatives are 0 and the ends are at rest. Between two equal knots the path is exactly constant.

    Parameters
    ----------
    t_s : (K,) sequence, s
        Strictly increasing.
    values : (K,) sequence
        In any unit.
    """
    knots = np.asarray(t_s, dtype=np.float64)
    y = np.asarray(values, dtype=np.float64)
    slopes = np.asarray(PchipInterpolator(knots, y).derivative()(knots), dtype=np.float64)
    slopes[0] = slopes[-1] = 0.0
    hermite = BPoly.from_derivatives(knots, np.column_stack((y, slopes, np.zeros_like(y))))
    return _polynomial(PPoly.from_bernstein_basis(hermite))


def integrated_velocity(
    t_s: FloatArray, velocity: FloatArray, acceleration: FloatArray, start: float
) -> Polynomial:
    """Integrate the cubic Hermite spline through velocity knots: a twice continuously differentiable quartic.

    Parameters
    ----------
    t_s, velocity, acceleration : (K,) float64
        Knots, velocity and its slope there; 0 and 0 at both ends.
    start : float
        Position at the first knot.
    """
    speed = CubicHermiteSpline(t_s, velocity, acceleration)
    position = speed.antiderivative()
    position.c[-1] += start
    return Polynomial((position, PPoly(speed.c, speed.x), speed.derivative()))


@dataclass(frozen=True, slots=True)
class Waves:
    """A sum of sines, ``sum(amplitude * sin(omega * t + phase))``.

    Attributes
    ----------
    amplitude, omega_radps, phase_rad : (K,) float64
        One entry per sine.
    """

    amplitude: FloatArray
    omega_radps: FloatArray
    phase_rad: FloatArray

    def evaluate(self, t_s: FloatArray) -> FloatArray:
        """Value, first and second derivative, shape (3, N)."""
        angle = self.omega_radps[:, None] * t_s + self.phase_rad[:, None]
        sine, cosine = np.sin(angle), np.cos(angle)
        return np.stack(
            (
                self.amplitude @ sine,
                (self.amplitude * self.omega_radps) @ cosine,
                -(self.amplitude * self.omega_radps**2) @ sine,
            )
        )


def random_waves(
    rng: np.random.Generator,
    *,
    rms: float,
    band_hz: tuple[float, float],
    count: int,
    of_acceleration: bool = False,
) -> Waves:
    """Sines of random frequency and phase with a given root mean square.

    Parameters
    ----------
    rms : float
        Of the value, or of its second derivative where ``of_acceleration``.
    band_hz : tuple of 2 float
        Lowest and highest frequency, Hz.
    count : int
        Number of sines.
    """
    omega = 2 * np.pi * rng.uniform(*band_hz, count)
    share = rng.uniform(0.5, 1.0, count)
    amplitude = rms * np.sqrt(2.0) * share / np.linalg.norm(share)
    if of_acceleration:
        amplitude = amplitude / omega**2
    return Waves(amplitude, omega, rng.uniform(0, 2 * np.pi, count))


def joined(*waves: Waves) -> Waves:
    """All sines of several sums in one."""
    return Waves(
        np.concatenate([wave.amplitude for wave in waves]),
        np.concatenate([wave.omega_radps for wave in waves]),
        np.concatenate([wave.phase_rad for wave in waves]),
    )


@dataclass(frozen=True, slots=True)
class Ring:
    """A blow that rings out: ``scale * tau^2 * exp(-tau / decay) * sin(omega * tau)``.

    Starts with zero value, slope and curvature and returns to zero: no net displacement, no net velocity.

    Attributes
    ----------
    start_s : float
        Instant of the blow, s.
    peak_acceleration : float
        About the largest second derivative, in the curve's unit per s².
    frequency_hz : float
        Of the ringing, Hz.
    decay_s : float
        Time constant, s.
    """

    start_s: float
    peak_acceleration: float
    frequency_hz: float
    decay_s: float

    @property
    def end_s(self) -> float:
        """When the ringing has died out, s."""
        return self.start_s + RING_LENGTH * self.decay_s

    def evaluate(self, t_s: FloatArray) -> FloatArray:
        """Value, first and second derivative, shape (3, N), for times after the blow."""
        omega = 2 * np.pi * self.frequency_hz
        envelope_peak = (2 * self.decay_s) ** 2 * np.exp(-2.0)
        scale = self.peak_acceleration / (omega**2 * envelope_peak)
        pole = complex(-1 / self.decay_s, omega)
        tau = t_s - self.start_s
        wave = scale * np.exp(pole * tau)
        return np.stack(
            (
                (tau**2 * wave).imag,
                ((2 * tau + pole * tau**2) * wave).imag,
                ((2 + 4 * pole * tau + pole**2 * tau**2) * wave).imag,
            )
        )


@dataclass(frozen=True, slots=True)
class Curve:
    """Polynomial + envelope x sines + decaying sines; any part may be missing.

    Attributes
    ----------
    base : Polynomial or None
        The planned movement.
    waves : Waves or None
        Sway and tremor, multiplied by ``envelope``.
    envelope : Polynomial or None
        Between 0 (the bar lies still) and 1; None stands for 1.
    rings : tuple of Ring
        Impacts.
    """

    base: Polynomial | None = None
    waves: Waves | None = None
    envelope: Polynomial | None = None
    rings: tuple[Ring, ...] = field(default=())

    def evaluate(self, t_s: FloatArray) -> FloatArray:
        """Value, first and second derivative.

        Parameters
        ----------
        t_s : (N,) float64, s
            Not decreasing.

        Returns
        -------
        (3, N) float64
            In the curve's unit, per s and per s².
        """
        out = np.zeros((3, len(t_s))) if self.base is None else self.base.evaluate(t_s)
        if self.waves is not None:
            out += _enveloped(self.waves.evaluate(t_s), self.envelope, t_s)
        for ring in self.rings:
            first, last = np.searchsorted(t_s, (ring.start_s, ring.end_s))
            if first < last:
                out[:, first:last] += ring.evaluate(t_s[first:last])
        return out


def _enveloped(wave: FloatArray, envelope: Polynomial | None, t_s: FloatArray) -> FloatArray:
    """Product rule up to the second derivative."""
    if envelope is None:
        return wave
    gate = envelope.evaluate(t_s)
    return np.stack(
        (
            gate[0] * wave[0],
            gate[1] * wave[0] + gate[0] * wave[1],
            gate[2] * wave[0] + 2 * gate[1] * wave[1] + gate[0] * wave[2],
        )
    )
