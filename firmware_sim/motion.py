"""Motion of the bar as a rigid body, and what a point fixed to it feels.

Frames and signs: ``docs/frames.md``. Attitude is yaw about z, then tilt about the bar's x, then pitch about
the bar's own long axis: ``R = Rz(yaw) Rx(tilt) Ry(pitch)`` turns shaft vectors into the bar frame. Angular
velocity and acceleration are the exact derivatives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firmware_sim.whip import share_at

if TYPE_CHECKING:
    from firmware_sim.curves import Curve, FloatArray, Polynomial

STANDARD_GRAVITY_MPS2 = 9.80665
"""Conventional standard gravity, m/s² (3rd CGPM, 1901)."""


@dataclass(frozen=True, slots=True, eq=False)
class AxisPoint:
    """Motion of one point on the bar's axis.

    Attributes
    ----------
    position_m, velocity_mps : (N, 3) float64, bar frame
        Forward, left, up.
    pitch_rad : (N,) float64
        Of the shaft, forward positive.
    """

    position_m: FloatArray
    velocity_mps: FloatArray
    pitch_rad: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PointFeel:
    """What an ideal accelerometer and gyroscope read at a point fixed to the shaft, in shaft axes.

    Attributes
    ----------
    specific_force_mps2 : (N, 3) float64
        +9.81 along the upward axis at rest.
    gyro_radps : (N, 3) float64
        Rate of turn.
    """

    specific_force_mps2: FloatArray
    gyro_radps: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class BarMotion:
    """Closed-form motion of the bar between two instants; at rest at the origin before and after.

    Attributes
    ----------
    start_s, end_s : float
        Scenario time, s.
    forward_m, left_m, up_m : Curve
        Middle of the bar, bar frame, m.
    pitch_rad, tilt_rad, yaw_rad : Curve
        Attitude of the shaft, rad.
    sleeve_pitch_rad : Curve or None
        Pitch of the rotating sleeve, rad; None: as the shaft.
    whip_m : Polynomial or None
        Vertical deflection of the sleeve against the middle, m; None: a rigid bar.
    """

    start_s: float
    end_s: float
    forward_m: Curve
    left_m: Curve
    up_m: Curve
    pitch_rad: Curve
    tilt_rad: Curve
    yaw_rad: Curve
    sleeve_pitch_rad: Curve | None = None
    whip_m: Polynomial | None = None

    def _up(self, t_s: FloatArray, along_m: float) -> FloatArray:
        """Height of the bar at a place along it with its derivatives, (3, N)."""
        up = self.up_m.evaluate(t_s)
        return up if self.whip_m is None else up + share_at(along_m) * self.whip_m.evaluate(t_s)

    def axis_point(self, t_s: FloatArray, along_m: float) -> AxisPoint:
        """Motion of the point on the bar's axis ``along_m`` to the left of its middle."""
        centre = [self.forward_m.evaluate(t_s), self.left_m.evaluate(t_s), self._up(t_s, along_m)]
        tilt, tilt_rate, _ = self.tilt_rad.evaluate(t_s)
        yaw, yaw_rate, _ = self.yaw_rad.evaluate(t_s)
        sin_t, cos_t, sin_y, cos_y = np.sin(tilt), np.cos(tilt), np.sin(yaw), np.cos(yaw)
        axis = np.column_stack((-sin_y * cos_t, cos_y * cos_t, sin_t))
        axis_rate = np.column_stack(
            (
                -cos_y * cos_t * yaw_rate + sin_y * sin_t * tilt_rate,
                -sin_y * cos_t * yaw_rate - cos_y * sin_t * tilt_rate,
                cos_t * tilt_rate,
            )
        )
        return AxisPoint(
            position_m=np.column_stack([c[0] for c in centre]) + along_m * axis,
            velocity_mps=np.column_stack([c[1] for c in centre]) + along_m * axis_rate,
            pitch_rad=self.pitch_rad.evaluate(t_s)[0],
        )

    def feel(self, t_s: FloatArray, offset_m: FloatArray, *, on_sleeve: bool = False) -> PointFeel:
        """Ideal sensor readings at a point.

        Parameters
        ----------
        t_s : (N,) float64, s
            Scenario time, not decreasing.
        offset_m : (3,) float64, m
            From the middle of the bar to the point, in axes of the shaft (of the sleeve where ``on_sleeve``).
        on_sleeve : bool
            The point turns with the sleeve instead of the shaft.

        Notes
        -----
        ``f = R^T (a + g) + alpha x r + omega x (omega x r)``, all in body axes (Goldstein, Classical
        Mechanics, 4.86).
        """
        moves = self.forward_m.evaluate(t_s), self.left_m.evaluate(t_s), self._up(t_s, float(offset_m[1]))
        acceleration = [move[2] for move in moves]
        turning = self.sleeve_pitch_rad if on_sleeve and self.sleeve_pitch_rad is not None else self.pitch_rad
        angles = [curve.evaluate(t_s) for curve in (turning, self.tilt_rad, self.yaw_rad)]
        omega, alpha = _body_rates(*angles)
        force = _to_body(
            acceleration[0],
            acceleration[1],
            acceleration[2] + STANDARD_GRAVITY_MPS2,
            pitch=angles[0][0],
            tilt=angles[1][0],
            yaw=angles[2][0],
        )
        force += np.cross(alpha, offset_m) + np.cross(omega, np.cross(omega, offset_m))
        return PointFeel(force, omega)


def resting_feel(count: int) -> PointFeel:
    """Give the readings of an ideal sensor on a bar that lies still and level, shape (count, 3)."""
    force = np.zeros((count, 3))
    force[:, 2] = STANDARD_GRAVITY_MPS2
    return PointFeel(force, np.zeros((count, 3)))


def _to_body(
    x: FloatArray, y: FloatArray, z: FloatArray, *, pitch: FloatArray, tilt: FloatArray, yaw: FloatArray
) -> FloatArray:
    """Turn bar-frame components into body axes: ``Ry^T Rx^T Rz^T``."""
    sin_y, cos_y = np.sin(yaw), np.cos(yaw)
    x, y = cos_y * x + sin_y * y, -sin_y * x + cos_y * y
    sin_t, cos_t = np.sin(tilt), np.cos(tilt)
    y, z = cos_t * y + sin_t * z, -sin_t * y + cos_t * z
    sin_p, cos_p = np.sin(pitch), np.cos(pitch)
    return np.column_stack((cos_p * x - sin_p * z, y, sin_p * x + cos_p * z))


def _body_rates(pitch: FloatArray, tilt: FloatArray, yaw: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Angular velocity and acceleration in body axes from angle, rate and second derivative, each (3, N)."""
    p, dp, ddp = pitch
    t, dt, ddt = tilt
    _, dy, ddy = yaw
    sin_p, cos_p, sin_t, cos_t = np.sin(p), np.cos(p), np.sin(t), np.cos(t)
    # Rate of yaw seen from the bar tilted but not pitched: along (0, sin tilt, cos tilt).
    across, ahead = sin_t * dy, cos_t * dy
    d_across, d_ahead = cos_t * dt * dy + sin_t * ddy, -sin_t * dt * dy + cos_t * ddy
    omega = np.column_stack((cos_p * dt - sin_p * ahead, dp + across, sin_p * dt + cos_p * ahead))
    alpha = np.column_stack(
        (
            cos_p * ddt - sin_p * d_ahead - dp * (sin_p * dt + cos_p * ahead),
            ddp + d_across,
            sin_p * ddt + cos_p * d_ahead + dp * (cos_p * dt - sin_p * ahead),
        )
    )
    return omega, alpha
