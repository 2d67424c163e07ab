"""The motion of a whole set as a table: bar frame, with standard deviations.

Where nobody stated the direction of the bar, the caller may give a mount with the one that was found
(`SetSummary.bar_axis`), as ``upright analyze --trajectory`` does: x is then fore-aft and y lateral, with
signs that mean nothing. Its own uncertainty, some degrees, is not in the standard deviations.
"""

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
    "y_sd_m", "xy_cov_m2", "xz_cov_m2", "yz_cov_m2", "vx_sd_mps", "vy_sd_mps", "vz_sd_mps",
)  # fmt: skip
"""Position and velocity of the bar's axis; quaternion from the sensor to the bar frame, scalar first;
covariance of position (relative to the origin) and standard deviations of velocity.
"""
HORIZONTAL = (
    "x_m", "y_m", "vx_mps", "vy_mps", "x_sd_m", "y_sd_m", "xy_cov_m2", "xz_cov_m2", "yz_cov_m2", "vx_sd_mps",
    "vy_sd_mps",
)  # fmt: skip
"""Not known where the direction of the bar in the sensor is not."""


def trajectory_table(motion: MotionEstimate, mount: Mount, origin_s: float) -> dict[str, FloatArray]:
    """Tabulate a motion.

    Parameters
    ----------
    motion : MotionEstimate
        One uninterrupted stretch.
    mount : Mount
        Gives the direction of forward: stated or found.
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
    heading = heading_of(motion, mount)
    known = heading is not None
    to_bar = heading if heading is not None else np.eye(3)
    position = (solution.position_m - solution.position_m[origin]) @ to_bar.T
    velocity = solution.velocity_mps @ to_bar.T
    quaternion = Rotation.from_matrix(to_bar @ motion.attitude.matrix).as_quat(scalar_first=True)
    index = np.arange(len(samples))
    covariance = to_bar @ solution.displacement_covariances_m2(origin, index) @ to_bar.T
    spread = to_bar @ solution.velocity_covariances_m2ps2(index) @ to_bar.T
    x_sd, y_sd, z_sd = (np.sqrt(np.maximum(covariance[:, i, i], 0.0)) for i in range(3))
    velocity_sds = [np.sqrt(np.maximum(spread[:, i, i], 0.0)) for i in range(3)]
    cross = [covariance[:, 0, 1], covariance[:, 0, 2], covariance[:, 1, 2]]
    columns = [samples.t_s, *position.T, *velocity.T, x_sd, z_sd, *quaternion.T, y_sd, *cross, *velocity_sds]
    table: dict[str, FloatArray] = dict(zip(COLUMNS, columns, strict=True))
    if not known:
        table |= dict.fromkeys(HORIZONTAL, np.full(len(samples), np.nan))
    return table


def heading_of(motion: MotionEstimate, mount: Mount) -> FloatArray | None:
    """Return the rotation from the estimator's world to the bar frame, (3, 3); None without a bar axis."""
    forward = forward_direction(motion, mount, 0, len(motion.samples))
    if forward is None:
        return None
    up = np.array([0.0, 0.0, 1.0])
    return np.stack([forward, np.cross(up, forward), up])
