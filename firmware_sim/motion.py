"""Motion of the bar as a rigid body, and what a point fixed to it feels.

Frames and signs: ``docs/frames.md``. Attitude is yaw about z, then tilt about the bar's x, then pitch about
the bar's own long axis: ``R = Rz(yaw) Rx(tilt) Ry(pitch)`` turns shaft vectors into the bar frame. Angular
velocity and acceleration are the exact derivatives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firmware_sim.rotations import body_rates, swing, to_body
from firmware_sim.whip import share_at
from firmware_sim.wrist import STIFF, WristMotion

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

    On a sleeve or a forearm: in their axes, which are the shaft's while they are not turned against it.

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
    wrist : WristMotion
        Turn of the lifter's forearm against the shaft.
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
    wrist: WristMotion = STIFF

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
        turning = self.sleeve_pitch_rad if on_sleeve and self.sleeve_pitch_rad is not None else self.pitch_rad
        return self._feel(t_s, offset_m, turning)[0]

    def feel_on_wrist(self, t_s: FloatArray, along_m: float, lever_m: FloatArray) -> PointFeel:
        """Ideal sensor readings on the forearm of a hand that grips the shaft, in axes of the forearm.

        Parameters
        ----------
        t_s : (N,) float64, s
            Scenario time, not decreasing.
        along_m : float
            Where the hand grips, to the left of the bar's middle, m.
        lever_m : (3,) float64, m
            From the bar's axis there to the sensor, in axes of the forearm.
        """
        grip, alpha = self._feel(t_s, np.array([0.0, along_m, 0.0]), self.pitch_rad)
        force, omega, alpha = self.wrist.carry(t_s, grip.specific_force_mps2, grip.gyro_radps, alpha)
        return PointFeel(force + swing(omega, alpha, lever_m), omega)

    def _feel(self, t_s: FloatArray, offset_m: FloatArray, turning: Curve) -> tuple[PointFeel, FloatArray]:
        """Give readings at a point of shaft or sleeve, and the angular acceleration there, (N, 3) rad/s²."""
        moves = self.forward_m.evaluate(t_s), self.left_m.evaluate(t_s), self._up(t_s, float(offset_m[1]))
        acceleration = [move[2] for move in moves]
        angles = [curve.evaluate(t_s) for curve in (turning, self.tilt_rad, self.yaw_rad)]
        omega, alpha = body_rates(*angles)
        force = to_body(
            acceleration[0],
            acceleration[1],
            acceleration[2] + STANDARD_GRAVITY_MPS2,
            pitch=angles[0][0],
            tilt=angles[1][0],
            yaw=angles[2][0],
        )
        force += swing(omega, alpha, offset_m)
        return PointFeel(force, omega), alpha


def resting_feel(count: int) -> PointFeel:
    """Give the readings of an ideal sensor on a bar that lies still and level, shape (count, 3)."""
    force = np.zeros((count, 3))
    force[:, 2] = STANDARD_GRAVITY_MPS2
    return PointFeel(force, np.zeros((count, 3)))
