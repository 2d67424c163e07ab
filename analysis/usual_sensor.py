"""What an inertial sensor on a bar is like when nothing is wrong with it: what findings are compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class UsualSensor:
    """Figures of today's cheap inertial sensors before any calibration.

    Attributes
    ----------
    gravity_fraction : float
        Gravity at rest is off by less, as a fraction: 20 mg + 2 % of scale on data sheets; 0.03 to 0.05.
    accel_noise_mps2_per_rthz, gyro_noise_radps_per_rthz : tuple of 2 float
        Noise densities by data sheets (BMI160, BMI270, LSM6DSO, ICM-42688), least and largest: 70 to 180 µg
        and 2.8 to 7 millidegrees per second, per √Hz.
    noise_margin : float
        Up to so many times the largest is a part's own scatter, or a floor that shakes; 1.2 to 2.
    gyro_bias_radps : float
        Rate of turn at rest, size of the vector, rad/s: data sheets allow 3 degrees per second.
    rate_fraction : float
        The true sampling rate is off by less: oscillators are good to 1 %, loose ones to 5; 0.01 to 0.05.
    lost_fraction : float
        So few samples are lost on the way near the sensor; 0.005 to 0.05.
    """

    gravity_fraction: float = 0.04
    accel_noise_mps2_per_rthz: tuple[float, float] = (
        70e-6 * STANDARD_GRAVITY_MPS2,
        180e-6 * STANDARD_GRAVITY_MPS2,
    )
    gyro_noise_radps_per_rthz: tuple[float, float] = (2.8e-3 * np.pi / 180, 7e-3 * np.pi / 180)
    noise_margin: float = 1.5
    gyro_bias_radps: float = 3 * np.pi / 180
    rate_fraction: float = 0.02
    lost_fraction: float = 0.02
