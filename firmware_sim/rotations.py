"""Turns by yaw about z, then tilt about x, then pitch about y, ``Rz Rx Ry``, and their exact derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from firmware_sim.curves import FloatArray


def to_body(
    x: FloatArray, y: FloatArray, z: FloatArray, *, pitch: FloatArray, tilt: FloatArray, yaw: FloatArray
) -> FloatArray:
    """Turn components of the outer frame into body axes, (N, 3): ``Ry^T Rx^T Rz^T``."""
    sin_y, cos_y = np.sin(yaw), np.cos(yaw)
    x, y = cos_y * x + sin_y * y, -sin_y * x + cos_y * y
    sin_t, cos_t = np.sin(tilt), np.cos(tilt)
    y, z = cos_t * y + sin_t * z, -sin_t * y + cos_t * z
    sin_p, cos_p = np.sin(pitch), np.cos(pitch)
    return np.column_stack((cos_p * x - sin_p * z, y, sin_p * x + cos_p * z))


def body_rates(pitch: FloatArray, tilt: FloatArray, yaw: FloatArray) -> tuple[FloatArray, FloatArray]:
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


def swing(omega: FloatArray, alpha: FloatArray, lever_m: FloatArray) -> FloatArray:
    """Acceleration of a point of a turning body against the body's origin, body axes, (N, 3) m/s²."""
    return np.cross(alpha, lever_m) + np.cross(omega, np.cross(omega, lever_m))
