"""Our set-wide solution of one stretch, from its rests, and if wanted from the reach of a hand.

The one place of the optical benchmark that knows how the signal core is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from analysis.attitude import integrate_attitude
from analysis.calibration import Calibration
from analysis.config import AnalysisConfig
from analysis.homes import first_evidence, still_rests
from analysis.noise import integration_noise
from analysis.nominal import integrate_nominal, turned
from analysis.observations import Evidence
from analysis.process import Problem
from analysis.smoother import Hypotheses, Smoothed, smooth

if TYPE_CHECKING:
    from analysis.imu import BoolArray, FloatArray
    from analysis.samples import Samples


@dataclass(frozen=True, eq=False)
class SetWideSolution:
    """Motion of the optical point, world frame (z up, heading arbitrary).

    Attributes
    ----------
    nominal_attitude, attitude : Rotation, N
        Levelled strapdown, and the same turned by the attitude error that the solution found.
    velocity_mps, position_m : (N, 3) float64
        Corrected.
    """

    nominal_attitude: Rotation
    attitude: Rotation
    velocity_mps: FloatArray
    position_m: FloatArray
    _solution: Smoothed

    def velocity_sds_mps(self, index: int) -> FloatArray:
        """Stated standard deviation of each axis, (3,), m/s."""
        covariance = self._solution.velocity_covariances_m2ps2(np.array([index]))[0]
        return np.sqrt(np.diag(covariance))

    def displacement_covariance_m2(self, start: int, stop: int) -> FloatArray:
        """Covariance of the displacement between two samples, (3, 3), m²."""
        return self._solution.displacement_covariances_m2(start, np.array([stop]))[0]


def solve_stretch(
    samples: Samples, still: BoolArray, lever_m: FloatArray, *, within_reach: bool
) -> SetWideSolution:
    """Solve one stretch with evidence as in the estimator's first pass.

    Parameters
    ----------
    samples : Samples
        At least one rest.
    still : (N,) bool
        Where the sensor rests.
    lever_m : (3,) float64, sensor frame
        From the point whose motion is wanted to the sensor.
    within_reach : bool
        Also state, as the first pass does, that the sensor stays within reach of one place.
    """
    config = AnalysisConfig()
    smoother = config.smoother
    attitude = integrate_attitude(samples, still)
    problem = Problem(
        samples=samples,
        nominal=integrate_nominal(samples, attitude.matrix, attitude.gyro_bias_radps),
        strapdown=attitude.strapdown,
        initial=attitude.matrix[0],
        tilt_sd_rad=smoother.initial_tilt_rad,
        gyro_bias_sd_radps=smoother.gyro_bias_still_radps,
        lever_m=lever_m,
        noise=integration_noise(samples, config.noise),
        calibration=Calibration.unknown(config.calibration),
    )
    evidence = (
        first_evidence(samples, still, np.zeros(len(samples), dtype=np.bool_), smoother)
        if within_reach
        else Evidence(tuple(still_rests(samples, still, smoother)), ())
    )
    solution = smooth(problem, evidence, smoother, Hypotheses.of(smoother))
    corrected = turned(attitude.matrix, solution.nodes, solution.psi_rad)
    return SetWideSolution(
        Rotation.from_matrix(attitude.matrix),
        Rotation.from_matrix(corrected),
        solution.velocity_mps,
        solution.position_m,
        solution,
    )
