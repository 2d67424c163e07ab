"""Vertical motion as a chain of moves: velocity knots whose integral is exactly the height of each move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import PchipInterpolator

from firmware_sim.curves import FloatArray, Polynomial, integrated_velocity

if TYPE_CHECKING:
    from collections.abc import Sequence

TURN_SLOPE = 1.2
"""Acceleration of a lifter's straight reversal over the mean slope of the flatter side."""


@dataclass(frozen=True, slots=True)
class Move:
    """One move up or down.

    Attributes
    ----------
    start_s, duration_s : float
        s.
    height_m : float
        Gained, m; negative downward.
    shape : tuple of (fraction of time, relative speed)
        Interior knots; speed is 0 at both ends.
    turn_slope : float
        Acceleration of a straight reversal into the next move over the mean slope of the flatter side (below
        3: monotone); 1 in free flight.
    """

    start_s: float
    duration_s: float
    height_m: float
    shape: tuple[tuple[float, float], ...]
    turn_slope: float = TURN_SLOPE

    @property
    def end_s(self) -> float:
        """When the bar is at rest again, s."""
        return self.start_s + self.duration_s


@dataclass(slots=True)
class _Knots:
    """Knots of one move: instants, relative velocity, its slope; and the integral of the latter two."""

    t_s: FloatArray
    velocity: FloatArray
    slope: FloatArray

    @property
    def integral(self) -> float:
        h = np.diff(self.t_s)
        v, a = self.velocity, self.slope
        return float(np.sum(h * (v[:-1] + v[1:]) / 2 + h**2 * (a[:-1] - a[1:]) / 12))

    def scaled(self, factor: float) -> _Knots:
        return _Knots(self.t_s, self.velocity * factor, self.slope * factor)


def _relative_knots(move: Move) -> _Knots:
    fractions = np.array([0.0, *(point[0] for point in move.shape), 1.0])
    t_s = move.start_s + move.duration_s * fractions
    velocity = np.array([0.0, *(point[1] for point in move.shape), 0.0])
    slope = np.asarray(PchipInterpolator(t_s, velocity).derivative()(t_s), dtype=np.float64)
    slope[0] = slope[-1] = 0.0
    return _Knots(t_s, velocity, slope)


def _turn_acceleration(before: _Knots, after: _Knots, turn_slope: float) -> float:
    """Acceleration at the instant where one move runs straight into the next, signed."""
    slope_in = -before.velocity[-2] / (before.t_s[-1] - before.t_s[-2])
    slope_out = after.velocity[1] / (after.t_s[1] - after.t_s[0])
    if slope_in * slope_out < 0:  # on in the same direction: at rest in between
        return 0.0
    return float(np.sign(slope_out) * turn_slope * min(abs(slope_in), abs(slope_out)))


def vertical_path(moves: Sequence[Move], start_m: float = 0.0) -> Polynomial:
    """Height over time, twice continuously differentiable; moves that touch turn without a pause.

    Parameters
    ----------
    moves : sequence of Move
        In the order of time, not overlapping.
    start_m : float
        Height before the first move, m.
    """
    tracks: list[_Knots] = []
    for move in moves:
        relative = _relative_knots(move)
        tracks.append(relative.scaled(move.height_m / relative.integral))
    touching = [abs(moves[i].end_s - moves[i + 1].start_s) < 1e-9 for i in range(len(moves) - 1)]
    turns = [
        _turn_acceleration(tracks[i], tracks[i + 1], moves[i].turn_slope) if touching[i] else 0.0
        for i in range(len(moves) - 1)
    ]
    t_s: list[float] = []
    velocity: list[float] = []
    slope: list[float] = []
    for i, (move, track) in enumerate(zip(moves, tracks, strict=True)):
        first = turns[i - 1] if i > 0 else 0.0
        last = turns[i] if i < len(turns) else 0.0
        h_first, h_last = track.t_s[1] - track.t_s[0], track.t_s[-1] - track.t_s[-2]
        from_turns = h_first**2 * first / 12 - h_last**2 * last / 12
        fitted = track.scaled((move.height_m - from_turns) / move.height_m)
        fitted.slope[0], fitted.slope[-1] = first, last
        skip = 1 if i > 0 and touching[i - 1] else 0
        t_s.extend(fitted.t_s[skip:].tolist())
        velocity.extend(fitted.velocity[skip:].tolist())
        slope.extend(fitted.slope[skip:].tolist())
    return integrated_velocity(np.array(t_s), np.array(velocity), np.array(slope), start_m)
