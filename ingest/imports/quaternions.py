"""Attitudes that other people's files hold as quaternions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingest.imports.imported import Track, track

if TYPE_CHECKING:
    from analysis.imu import FloatArray

_LENGTH_TOLERANCE = 0.05
"""How far a unit quaternion may be from length 1: files round to three digits."""


def attitude_track(t_s: FloatArray, quaternions: FloatArray) -> Track:
    """Make a track of unit quaternions, and leave out and count rows that are none.

    Parameters
    ----------
    t_s : (N,) float
        Times, s; NaN where there is none.
    quaternions : (N, 4) float
        Scalar first, body to reference.
    """
    length = np.linalg.norm(quaternions, axis=1, keepdims=True)
    unit = np.abs(length - 1) <= _LENGTH_TOLERANCE  # false for NaN, too
    return track(t_s, np.where(unit, quaternions / np.where(unit, length, 1.0), np.nan))
