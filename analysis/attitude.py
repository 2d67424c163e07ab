"""Attitude of the sensor: VQF where it must be causal, levelled gyro strapdown for the final pass.

The final pass does not use the accelerometer to correct tilt during the lift. VQF has to, and periodic
acceleration then leaks into its tilt (about one degree); the set-wide solution in ``drift.py`` estimates the
tilt error instead, from the knowledge of when the bar was at rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation
from vqf import VQF

from analysis.imu import STANDARD_GRAVITY_MPS2, BoolArray, FloatArray

if TYPE_CHECKING:
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
    """

    matrix: FloatArray
    gyro_bias_radps: FloatArray
    bias_known: bool

    def to_world(self, vectors: FloatArray) -> FloatArray:
        """Turn (N, 3) or (3,) sensor-frame vectors into the world frame, (N, 3)."""
        return np.einsum("nij,...j->ni" if vectors.ndim == 1 else "nij,nj->ni", self.matrix, vectors)


def integrate_attitude(
    samples: Samples, still: BoolArray, known_bias_radps: FloatArray | None = None
) -> Attitude:
    """Integrate the gyro from a levelled start.

    Parameters
    ----------
    samples : Samples
        Sensor data.
    still : (N,) bool
        Where the bar is truly still: source of the gyro bias and of the level.
    known_bias_radps : (3,) float64, optional
        Gyro bias from an earlier still interval, used where this stretch has none.

    Returns
    -------
    Attitude
        Levelled on the first still interval, or, where there is none, on the mean specific force of the whole
        stretch: what starts and ends at rest accelerates by nothing on average.

    References
    ----------
    .. [1] D. Laidig, T. Seel, "VQF: Highly accurate IMU orientation estimation with bias estimation and
    magnetic
       disturbance rejection", Information Fusion 91, 2023. doi:10.1016/j.inffus.2022.10.014 (gyro strapdown:
       eq. 2).
    """
    has_still = bool(still.any())
    bias_known = has_still or known_bias_radps is not None
    if has_still:
        bias = samples.gyro_radps[still].mean(axis=0)
    else:
        bias = known_bias_radps if known_bias_radps is not None else _motion_bias(samples)
    filter_ = VQF(samples.dt_s, motionBiasEstEnabled=False, restBiasEstEnabled=False)
    gyro = np.ascontiguousarray(samples.gyro_radps - bias)
    result = filter_.updateBatchFullState(gyro, np.ascontiguousarray(samples.specific_force_mps2))
    strapdown = Rotation.from_quat(result["gyrQuat"], scalar_first=True)
    if has_still:
        reference = np.flatnonzero(still)
        reference = reference[reference < reference[0] + 2 * samples.rate_hz]
    else:
        reference = np.arange(len(samples))
    # In the start frame of the strapdown the mean specific force at rest points up.
    up = strapdown[reference].apply(samples.specific_force_mps2[reference]).mean(axis=0)
    level = _rotation_to_up(up)
    return Attitude(level.as_matrix() @ strapdown.as_matrix(), bias, bias_known)


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
