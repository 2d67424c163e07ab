"""Attitude of the sensor: VQF where it must be causal, levelled gyro strapdown to start the smoother with.

The final pass does not use the accelerometer to correct tilt during the lift. VQF has to, and periodic
acceleration then leaks into its tilt (about one degree); ``smoother.py`` estimates the tilt error instead,
from the knowledge of when the bar was at rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation
from vqf import VQF, offlineVQF

from analysis.imu import STANDARD_GRAVITY_MPS2, BoolArray, FloatArray

if TYPE_CHECKING:
    from analysis.calibration import Calibration
    from analysis.samples import Samples


@dataclass(frozen=True, slots=True, eq=False)
class Attitude:
    """Nominal attitude of a stretch of samples.

    Attributes
    ----------
    matrix : (N, 3, 3) float64
        Turns sensor-frame vectors into the world frame (z up, heading arbitrary).
    gyro_bias_radps : (3,) float64, sensor frame
        Bias that was removed before integration.
    bias_known : bool
        True if the bias comes from a still interval.
    strapdown : (N, 3, 3) float64
        By the gyro alone, from an arbitrary start.
    """

    matrix: FloatArray
    gyro_bias_radps: FloatArray
    bias_known: bool
    strapdown: FloatArray

    def to_world(self, vectors: FloatArray) -> FloatArray:
        """Turn (N, 3) or (3,) sensor-frame vectors into the world frame, (N, 3)."""
        return np.einsum("nij,...j->ni" if vectors.ndim == 1 else "nij,nj->ni", self.matrix, vectors)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What an earlier estimate knows of a stretch that it overlaps.

    Attributes
    ----------
    gyro_bias_radps : (3,) float64 or None, sensor frame
        Gyro bias.
    matrix : (3, 3) float64 or None
        Attitude at the stretch's first sample, sensor to world.
    noise_scale : float or None
        What multiplied the noise of integration there: where the search begins while the set is open.
    calibration : Calibration or None
        What is known of the accelerometer.
    """

    gyro_bias_radps: FloatArray | None = None
    matrix: FloatArray | None = None
    noise_scale: float | None = None
    calibration: Calibration | None = None


def integrate_attitude(samples: Samples, still: BoolArray, known: Known | None = None) -> Attitude:
    """Find a first attitude for the smoother to correct.

    Parameters
    ----------
    samples : Samples
        Sensor data.
    still : (N,) bool
        Where the bar is truly still: source of the gyro bias and of the level.
    known : Known, optional
        From an earlier estimate, used where this stretch has no still interval.

    Returns
    -------
    Attitude
        The gyro's strapdown, levelled on the first still interval or as known from before; where there is
        neither, VQF run forward and backward, which finds the level from periodic motion to a few degrees.

    References
    ----------
    .. [1] D. Laidig, T. Seel, "VQF: Highly accurate IMU orientation estimation with bias estimation and
       magnetic disturbance rejection", Information Fusion 91, 2023. doi:10.1016/j.inffus.2022.10.014
    """
    has_still = bool(still.any())
    known_bias = known.gyro_bias_radps if known is not None else None
    bias_known = has_still or known_bias is not None
    if has_still:
        bias = samples.gyro_radps[still].mean(axis=0)
    else:
        bias = _motion_bias(samples) if known_bias is None else known_bias
    gyro = np.ascontiguousarray(samples.gyro_radps - bias)
    force = np.ascontiguousarray(samples.specific_force_mps2)
    # VQF holds the last rate over each step; the mean of both ends makes that a trapezoid.
    mean_gyro = np.concatenate([gyro[:1], 0.5 * (gyro[1:] + gyro[:-1])])
    filter_ = VQF(samples.dt_s, motionBiasEstEnabled=False, restBiasEstEnabled=False)
    quaternion = filter_.updateBatchFullState(mean_gyro, force)["gyrQuat"]
    strapdown = Rotation.from_quat(quaternion, scalar_first=True).as_matrix()
    if not has_still and known is not None and known.matrix is not None:
        return Attitude(known.matrix @ strapdown[0].T @ strapdown, bias, bias_known, strapdown)
    if not has_still:
        smooth = offlineVQF(gyro, force, None, samples.dt_s)["quat6D"]
        return Attitude(
            Rotation.from_quat(smooth, scalar_first=True).as_matrix(), bias, bias_known, strapdown
        )
    reference = np.flatnonzero(still)
    reference = reference[reference < reference[0] + 2 * samples.rate_hz]
    # In the start frame of the strapdown the mean specific force at rest points up.
    up = np.einsum("nij,nj->i", strapdown[reference], force[reference])
    level = _rotation_to_up(up)
    return Attitude(level.as_matrix() @ strapdown, bias, bias_known, strapdown)


def _motion_bias(samples: Samples) -> FloatArray:
    """Gyro bias without a still interval: VQF's own estimate at the end of the stretch."""
    filter_ = VQF(samples.dt_s)
    filter_.updateBatch(
        np.ascontiguousarray(samples.gyro_radps), np.ascontiguousarray(samples.specific_force_mps2)
    )
    bias, _ = filter_.getBiasEstimate()
    return np.asarray(bias, dtype=np.float64)


def _rotation_to_up(up: FloatArray) -> Rotation:
    """Shortest rotation that turns ``up`` onto +z."""
    unit = up / np.linalg.norm(up)
    axis = np.cross(unit, (0.0, 0.0, 1.0))
    sine, cosine = float(np.linalg.norm(axis)), float(unit[2])
    if sine < 1e-9:
        return Rotation.identity() if cosine > 0 else Rotation.from_rotvec([np.pi, 0.0, 0.0])
    return Rotation.from_rotvec(axis / sine * np.arctan2(sine, cosine))


class LiveAttitude:
    """Causal vertical acceleration, sample by sample, for the screen and for finding candidates.

    Parameters
    ----------
    rate_hz : float
        Nominal sampling rate, Hz.
    """

    def __init__(self, rate_hz: float) -> None:
        self._filter = VQF(1.0 / rate_hz)

    def vertical_acceleration(self, specific_force_mps2: FloatArray, gyro_radps: FloatArray) -> FloatArray:
        """Vertical acceleration without gravity, m/s², upward positive; (N,) for (N, 3) inputs, in order."""
        force = np.ascontiguousarray(specific_force_mps2)
        quat = self._filter.updateBatch(np.ascontiguousarray(gyro_radps), force)["quat6D"]
        w, x, y, z = quat.T
        # Third row of the rotation matrix of a unit quaternion (scalar first) times the force.
        tilted = 2 * ((x * z - w * y) * force[:, 0] + (y * z + w * x) * force[:, 1])
        return tilted + (1 - 2 * (x * x + y * y)) * force[:, 2] - STANDARD_GRAVITY_MPS2
