"""The motion of a whole set as a table: bar frame, with standard deviations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from analysis.metrics import forward_direction

if TYPE_CHECKING:
    from analysis.estimator import MotionEstimate
    from analysis.imu import FloatArray, Mount

COLUMNS: tuple[str, ...] = (
    "t_s", "x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps", "x_sd_m", "z_sd_m", "qw", "qx", "qy", "qz",
)  # fmt: skip
"""Position and velocity of the bar's axis; quaternion from the sensor to the bar frame, scalar first."""


def trajectory_table(motion: MotionEstimate, mount: Mount, origin_s: float) -> dict[str, FloatArray]:
    """Tabulate a motion.

    Parameters
    ----------
    motion : MotionEstimate
        One uninterrupted stretch.
    mount : Mount
        Gives the direction of forward.
    origin_s : float
        Position is zero there: the start of the first rep, s.

    Returns
    -------
    dict of str to (N,) float64
        By `COLUMNS`. ``x`` and ``y`` are NaN where the direction of the bar in the sensor is not known: the
        caller writes NaN as null.
    """
    samples, solution = motion.samples, motion.solution
    origin = int(np.clip(np.searchsorted(samples.t_s, origin_s), 0, len(samples) - 1))
    heading = _heading(motion, mount)
    known = heading is not None
    to_bar = heading if heading is not None else np.eye(3)
    position = (solution.position_m - solution.position_m[origin]) @ to_bar.T
    velocity = solution.velocity_mps @ to_bar.T
    quaternion = Rotation.from_matrix(to_bar @ motion.attitude.matrix).as_quat(scalar_first=True)
    index = np.arange(len(samples))
    x_sd = solution.displacement_sds_m(origin, index, to_bar[0])
    z_sd = solution.displacement_sds_m(origin, index, to_bar[2])
    unknown = np.full(len(samples), np.nan)
    columns = [samples.t_s, *position.T, *velocity.T, x_sd, z_sd, *quaternion.T]
    table: dict[str, FloatArray] = dict(zip(COLUMNS, columns, strict=True))
    if not known:
        table |= dict.fromkeys(("x_m", "y_m", "vx_mps", "vy_mps", "x_sd_m"), unknown)
    return table


def _heading(motion: MotionEstimate, mount: Mount) -> FloatArray | None:
    """Rotation matrix from the estimator's world to the bar frame: about z only; None without a bar axis."""
    forward = forward_direction(motion, mount, 0, len(motion.samples))
    if forward is None:
        return None
    up = np.array([0.0, 0.0, 1.0])
    return np.stack([forward, np.cross(up, forward), up])
