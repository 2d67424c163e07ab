"""Plain integration of a set, before any correction: what the smoother corrects.

World frame, z up. Attitude is the gyro's strapdown, or anything close to the truth; velocity and position are
integrals of the specific force turned into the world, gravity removed, starting at zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from analysis.filters import integrate
from analysis.imu import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from analysis.imu import FloatArray, IntArray
    from analysis.samples import Samples

GRAVITY_UP_MPS2 = np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2])
"""Specific force of a sensor at rest, world frame."""


@dataclass(frozen=True, slots=True, eq=False)
class Nominal:
    """Nominal motion of the sensor.

    Attributes
    ----------
    matrix : (N, 3, 3) float64
        Turns sensor-frame vectors into the world frame.
    gyro_radps : (N, 3) float64, sensor frame
        Rate of turn without the bias that was removed before integration.
    velocity_mps, position_m : (N, 3) float64, world frame
        Plain integrals.
    sensitivity : (N, 27) float64
        Running integrals of ``R``, ``R diag(f)`` and ``R diag(w)``: what a constant bias, a scale error of
        the accelerometer and one of the gyroscope do to velocity and attitude.
    """

    matrix: FloatArray
    gyro_radps: FloatArray
    velocity_mps: FloatArray
    position_m: FloatArray
    sensitivity: FloatArray

    def arm(self, lever_m: FloatArray, index: IntArray | slice) -> tuple[FloatArray, FloatArray]:
        """Position and velocity of the sensor relative to the bar's axis, world frame, (K, 3) each."""
        matrix = self.matrix[index]
        turning = np.cross(self.gyro_radps[index], lever_m)
        return matrix @ lever_m, np.einsum("nij,nj->ni", matrix, turning)


def integrate_nominal(samples: Samples, matrix: FloatArray, gyro_bias_radps: FloatArray) -> Nominal:
    """Integrate specific force twice along a nominal attitude.

    Parameters
    ----------
    samples : Samples
        Sensor data.
    matrix : (N, 3, 3) float64
        Nominal attitude, sensor to world.
    gyro_bias_radps : (3,) float64, sensor frame
        Bias that belongs to the attitude.
    """
    force = samples.specific_force_mps2
    gyro = samples.gyro_radps - gyro_bias_radps
    world = np.einsum("nij,nj->ni", matrix, force)
    velocity = integrate(world - GRAVITY_UP_MPS2, samples.dt_s)
    effects = np.stack([matrix, matrix * force[:, None, :], matrix * gyro[:, None, :]], axis=1)
    return Nominal(
        matrix,
        gyro,
        velocity,
        integrate(velocity, samples.dt_s),
        integrate(effects.reshape(len(samples), 27), samples.dt_s),
    )


def turned(matrix: FloatArray, nodes: IntArray, psi_rad: FloatArray) -> FloatArray:
    """Turn an attitude by a world-frame rotation vector that is known at nodes and linear between them.

    Parameters
    ----------
    matrix : (N, 3, 3) float64
        Attitude.
    nodes : (K,) int
        First sample, last sample and some between.
    psi_rad : (K, 3) float64
        Rotation vectors at the nodes.
    """
    index = np.arange(len(matrix))
    psi = np.stack([np.interp(index, nodes, psi_rad[:, axis]) for axis in range(3)], axis=1)
    return np.asarray(Rotation.from_rotvec(psi).as_matrix() @ matrix)
