"""A watch on the wrist: the hand grips the shaft, the forearm turns against it.

The watch sits at the gripped place of the bar's axis plus a lever that turns with the forearm, ``p = b + R_s
Q l`` with the shaft's attitude ``R_s`` and the wrist's own turn ``Q``. The wrist bends with the height within
a repetition and wobbles a little about all three axes; between repetitions it is straight. The size of both
is an engineering guess. The bar knows nothing of it: its truth stays its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firmware_sim.curves import Curve, Polynomial, random_waves, smooth_path
from firmware_sim.rotations import body_rates, to_body
from firmware_sim.staging import Track

if TYPE_CHECKING:
    from firmware_sim.curves import FloatArray
    from firmware_sim.staging import PlannedSet

GRID_HZ = 500.0
"""Rate at which heights are looked up to find the knots of the bending."""

LETTING_GO_S = 1.0
"""After a bar was lost far from home the wrist straightens in this time, s."""


@dataclass(frozen=True, slots=True)
class WristStyle:
    """How a lifter's wrist moves; all zero for a stiff one.

    Attributes
    ----------
    flexion_rad : tuple of 2 float
        Smallest and largest turn about the bar's axis at the turning point of a whole repetition, rad; each
        set draws one. Positive turns the forearm's top forward, like pitch; negative the other way.
    scatter_fraction : float
        Standard deviation of it between repetitions.
    wobble_rad : float
        Root mean square of the random turn about each axis, 0.3 to 2 Hz, rad.
    """

    flexion_rad: tuple[float, float] = (0.17, 0.44)
    scatter_fraction: float = 0.1
    wobble_rad: float = 0.015


@dataclass(frozen=True, slots=True)
class WristMotion:
    """Turn of the forearm against the shaft, ``Q = Rz(twist) Rx(deviation) Ry(flexion)``.

    Attributes
    ----------
    flexion_rad, deviation_rad, twist_rad : Curve
        About the shaft's y, x and z axes, rad.
    """

    flexion_rad: Curve
    deviation_rad: Curve
    twist_rad: Curve

    def carry(
        self, t_s: FloatArray, force: FloatArray, omega: FloatArray, alpha: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Pass on what the shaft feels and how it turns to a forearm that turns against it.

        Parameters
        ----------
        t_s : (N,) float64, s
            Scenario time, not decreasing.
        force, omega, alpha : (N, 3) float64, shaft axes
            Specific force where the hand grips, m/s², rate of turn, rad/s, and its derivative, rad/s².

        Returns
        -------
        tuple of 3 (N, 3) float64, forearm axes
            The same three of the forearm.

        Notes
        -----
        ``omega_w = Q^T omega + omega_q``, and as ``dQ^T/dt v = -omega_q x (Q^T v)``, its derivative is
        ``Q^T alpha - omega_q x (Q^T omega) + alpha_q``.
        """
        angles = [curve.evaluate(t_s) for curve in (self.flexion_rad, self.deviation_rad, self.twist_rad)]
        own_omega, own_alpha = body_rates(*angles)

        def turned(v: FloatArray) -> FloatArray:
            flexion, deviation, twist = (angle[0] for angle in angles)
            return to_body(v[:, 0], v[:, 1], v[:, 2], pitch=flexion, tilt=deviation, yaw=twist)

        carried = turned(omega)
        return turned(force), carried + own_omega, turned(alpha) - np.cross(own_omega, carried) + own_alpha


STIFF = WristMotion(Curve(), Curve(), Curve())
"""The forearm is one with the shaft."""


def draw_wrist(planned: PlannedSet, style: WristStyle, rng: np.random.Generator) -> WristMotion:
    """Draw how the wrist moves in a set, or in a motion without repetitions.

    Parameters
    ----------
    planned : PlannedSet
        What the bar does; the wobble grows and fades with its sway.
    style : WristStyle
        The lifter's.
    rng : numpy Generator
        The only source of randomness.
    """
    gate = planned.motion.pitch_rad.envelope
    wobbles = [random_waves(rng, rms=style.wobble_rad, band_hz=(0.3, 2.0), count=4) for _ in range(3)]
    flexion = _bending(planned, style, rng)
    return WristMotion(
        Curve(flexion, wobbles[0], gate), Curve(None, wobbles[1], gate), Curve(None, wobbles[2], gate)
    )


def _bending(planned: PlannedSet, style: WristStyle, rng: np.random.Generator) -> Polynomial:
    """Bend in every repetition, counted or not, half-way where the bar is half-way."""
    motion = planned.motion
    spans = [(phases.first_start_s, phases.second_end_s) for phases in planned.phases]
    spans = sorted(spans + [(aside.start_s, aside.end_s) for aside in planned.rejected])
    times = [np.arange(start_s, end_s, 1 / GRID_HZ) for start_s, end_s in spans]
    heights = [planned.first_sign * motion.up_m.evaluate(t_s)[0] for t_s in times]
    moved = [height - height[0] for height in heights]
    furthest_m = max((float(move.max()) for move in moved), default=0.0)
    size_rad = float(rng.uniform(*style.flexion_rad))
    track = Track()
    track.add(motion.start_s, 0.0)
    for (start_s, end_s), t_s, move in zip(spans, times, moved, strict=True):
        reach_m = float(move.max())
        scatter = 1 + style.scatter_fraction * float(rng.standard_normal())
        peak_rad = size_rad * scatter * reach_m / furthest_m
        track.add(start_s, 0.0)
        # Through half-way and nearly there, out and back: few knots make a smooth path.
        half, near = (t_s[move >= share * reach_m] for share in (0.5, 0.97))
        track.add(float(half[0]), peak_rad / 2)
        track.add(float(near[0]), peak_rad)
        track.add(float(near[-1]), peak_rad)
        if move[-1] < reach_m / 2:
            track.add(float(half[-1]), peak_rad / 2)
            track.add(end_s, 0.0)
        else:
            track.add(end_s + LETTING_GO_S, 0.0)
    track.add(motion.end_s, 0.0)
    return smooth_path(track.t_s, track.value)
