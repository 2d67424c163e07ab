"""Kinds of inertial sensors by their data sheets, and single parts with errors drawn from them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from firmware_sim.errors import InvalidSettingError, UnknownMemsError
from firmware_sim.motion import STANDARD_GRAVITY_MPS2
from firmware_sim.warm_up import WarmUp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware_sim.curves import FloatArray

RADPS_PER_DPS = np.pi / 180
MICRO_G_MPS2 = 1e-6 * STANDARD_GRAVITY_MPS2

LARGEST_DELAY_S = 0.05
"""Filters of sensors differ by some milliseconds; more is a mistake, as milliseconds given for seconds."""


@dataclass(frozen=True, slots=True)
class MemsModel:
    """A kind of inertial sensor; figures are 1-sigma over parts unless said otherwise.

    Attributes
    ----------
    name : str
        Catalogue name, also the model that the firmware reports.
    accel_noise_mps2_rthz, gyro_noise_radps_rthz : float
        Noise densities, (m/s²)/sqrt(Hz) and (rad/s)/sqrt(Hz).
    accel_bias_mps2 : float
        Turn-on bias per axis (12 mg: data sheets allow +-20 mg after soldering).
    gyro_bias_radps : tuple of 2 float
        Smallest and largest turn-on bias per axis, either sign (0.1 to 1 dps).
    accel_drift_mps2, gyro_drift_radps : float
        Root mean square of the slow wander of the bias over minutes (2 mg, 0.03 dps).
    scale_fraction, cross_axis_fraction : float
        Errors of the diagonal and the other elements of the sensitivity matrix (0.6 %, 0.4 %).
    g_sensitivity_radps_per_mps2 : float
        Gyroscope output per specific force (0.025 dps/g).
    accel_bias_mps2_per_k, gyro_bias_radps_per_k : float
        Temperature coefficient of the bias per axis, (m/s²)/K and (rad/s)/K: the "typical" values of the data
        sheets, which say +- and not what that means, taken as 1-sigma.
    odr_tolerance_fraction : float
        Largest error of the sensor's own sampling oscillator (data sheets: up to 1 %; 0.5 % usual).
    clock_tolerance_fraction : float
        Largest error of the microcontroller's crystal (50 ppm).
    lowpass_odr_fraction : float
        Corner of the digital second-order low-pass over the sampling rate; 0 switches it off.
    quantised : bool
        Round to 16 bit; False gives exact floats, for tests.
    clipped : bool
        Limit to the range.
    """

    name: str
    accel_noise_mps2_rthz: float
    gyro_noise_radps_rthz: float
    accel_bias_mps2: float = 12e3 * MICRO_G_MPS2
    gyro_bias_radps: tuple[float, float] = (0.1 * RADPS_PER_DPS, 1.0 * RADPS_PER_DPS)
    accel_drift_mps2: float = 2e3 * MICRO_G_MPS2
    gyro_drift_radps: float = 0.03 * RADPS_PER_DPS
    scale_fraction: float = 0.006
    cross_axis_fraction: float = 0.004
    g_sensitivity_radps_per_mps2: float = 0.025 * RADPS_PER_DPS / STANDARD_GRAVITY_MPS2
    accel_bias_mps2_per_k: float = 0.25e3 * MICRO_G_MPS2
    gyro_bias_radps_per_k: float = 0.015 * RADPS_PER_DPS
    odr_tolerance_fraction: float = 0.005
    clock_tolerance_fraction: float = 50e-6
    lowpass_odr_fraction: float = 0.42
    quantised: bool = True
    clipped: bool = True

    def with_bias(self, factor: float) -> MemsModel:
        """Return a kind whose turn-on biases are ``factor`` times as large."""
        low, high = self.gyro_bias_radps
        return replace(
            self,
            accel_bias_mps2=factor * self.accel_bias_mps2,
            gyro_bias_radps=(factor * low, factor * high),
        )

    def with_scale_errors(self, factor: float) -> MemsModel:
        """Return a kind whose scale errors are ``factor`` times as large."""
        return replace(self, scale_fraction=factor * self.scale_fraction)


def _preset(name: str, noise: tuple[float, float], bias_per_k: tuple[float, float]) -> MemsModel:
    """Noise per sqrt(Hz) and bias per K: micro-g of the accelerometer, milli-dps of the gyroscope."""
    return MemsModel(
        name,
        noise[0] * MICRO_G_MPS2,
        noise[1] * 1e-3 * RADPS_PER_DPS,
        accel_bias_mps2_per_k=bias_per_k[0] * MICRO_G_MPS2,
        gyro_bias_radps_per_k=bias_per_k[1] * 1e-3 * RADPS_PER_DPS,
    )


IDEAL = MemsModel(
    "ideal",
    accel_noise_mps2_rthz=0.0,
    gyro_noise_radps_rthz=0.0,
    accel_bias_mps2=0.0,
    gyro_bias_radps=(0.0, 0.0),
    accel_drift_mps2=0.0,
    gyro_drift_radps=0.0,
    scale_fraction=0.0,
    cross_axis_fraction=0.0,
    g_sensitivity_radps_per_mps2=0.0,
    accel_bias_mps2_per_k=0.0,
    gyro_bias_radps_per_k=0.0,
    odr_tolerance_fraction=0.0,
    clock_tolerance_fraction=0.0,
    lowpass_odr_fraction=0.0,
    quantised=False,
    clipped=False,
)
"""No error at all: samples of the true motion, for tests."""

# Noise densities are the typical values of the data sheets: BMI160 (BST-BMI160-DS000) 180 ug and 7 mdps,
# BMI270 (BST-BMI270-DS000) 160 ug and 7 mdps, LSM6DSO (DocID031427, high-performance mode) 70 ug and 3.8
# mdps, ICM-42688-P (DS-000347) 70 ug (z axis) and 2.8 mdps, all per sqrt(Hz). Temperature coefficients are
# typical, too, per K: BMI160 1 mg and 50 mdps, BMI270 0.25 mg and 15 mdps, LSM6DSO 0.1 mg and 10 mdps,
# ICM-42688 0.15 mg and 5 mdps. The other figures are common to the class, see `MemsModel`.
PRESETS: Mapping[str, MemsModel] = MappingProxyType(
    {
        model.name: model
        for model in (
            _preset("BMI160", (180, 7.0), (1000, 50.0)),
            _preset("BMI270", (160, 7.0), (250, 15.0)),
            _preset("LSM6DSO", (70, 3.8), (100, 10.0)),
            _preset("ICM-42688", (70, 2.8), (150, 5.0)),
            IDEAL,
        )
    }
)
"""Sensors by name."""


def mems_by_name(name: str) -> MemsModel:
    """Look up a preset.

    Raises
    ------
    UnknownMemsError
        If there is none of that name.
    """
    try:
        return PRESETS[name]
    except KeyError:
        raise UnknownMemsError(name, PRESETS) from None


@dataclass(frozen=True, slots=True, eq=False)
class MemsUnit:
    """One part with its own errors, drawn from a `MemsModel`.

    Attributes
    ----------
    model : MemsModel
        Its kind.
    accel_matrix, gyro_matrix, g_sensitivity : (3, 3) float64
        Output = matrix @ input; gyroscope output per specific force.
    accel_bias_mps2, gyro_bias_radps : (3,) float64
        Turn-on bias.
    drift_omega_radps, drift_phase_rad : (6, 3) float64
        Three slow sines per axis: accelerometer x, y, z, gyroscope x, y, z.
    bias_per_k : (6,) float64
        Temperature coefficients of the biases: (m/s²)/K three times, (rad/s)/K three times.
    odr_error_fraction, clock_error_fraction : float
        Of the sampling rate, and of the microcontroller's clock.
    noise_seed : int
        Of the white noise.
    warm_up : WarmUp
        How it grows warmer.
    accel_delay_s : float
        The accelerometer's filter delays more than the gyroscope's by this, s, 0 to 0.05.
    """

    model: MemsModel
    accel_matrix: FloatArray
    gyro_matrix: FloatArray
    g_sensitivity: FloatArray
    accel_bias_mps2: FloatArray
    gyro_bias_radps: FloatArray
    drift_omega_radps: FloatArray
    drift_phase_rad: FloatArray
    bias_per_k: FloatArray
    odr_error_fraction: float
    clock_error_fraction: float
    noise_seed: int
    warm_up: WarmUp = field(default_factory=WarmUp)
    accel_delay_s: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.accel_delay_s <= LARGEST_DELAY_S:
            raise InvalidSettingError(
                "accel_delay_s", f"must lie in 0 to {LARGEST_DELAY_S} s, not {self.accel_delay_s}"
            )

    def warm_bias(self, t_s: FloatArray) -> FloatArray:
        """Change of the biases since switch-on, (N, 6): m/s² three times, rad/s three times."""
        return self.warm_up.warmer_by(t_s)[:, None] * self.bias_per_k

    def drift(self, t_s: FloatArray) -> FloatArray:
        """Slow wander of the biases, (N, 6): m/s² three times, rad/s three times."""
        model = self.model
        size = np.repeat((model.accel_drift_mps2, model.gyro_drift_radps), 3) * np.sqrt(2 / 3)
        angle = t_s[:, None, None] * self.drift_omega_radps + self.drift_phase_rad
        # Measured from turn-on, so that the turn-on bias is the bias at time 0.
        return size * (np.sin(angle) - np.sin(self.drift_phase_rad)).sum(axis=2)


def draw_unit(model: MemsModel, rng: np.random.Generator) -> MemsUnit:
    """Draw one part of a kind."""

    def matrix() -> FloatArray:
        diagonal = np.diag(1 + model.scale_fraction * rng.standard_normal(3))
        cross = model.cross_axis_fraction * rng.standard_normal((3, 3))
        return diagonal + cross * (1 - np.eye(3))

    spread_per_k = np.repeat((model.accel_bias_mps2_per_k, model.gyro_bias_radps_per_k), 3)
    return MemsUnit(
        model=model,
        accel_matrix=matrix(),
        gyro_matrix=matrix(),
        g_sensitivity=model.g_sensitivity_radps_per_mps2 * rng.standard_normal((3, 3)),
        accel_bias_mps2=model.accel_bias_mps2 * rng.standard_normal(3),
        gyro_bias_radps=rng.choice([-1.0, 1.0], 3) * rng.uniform(*model.gyro_bias_radps, 3),
        drift_omega_radps=2 * np.pi / rng.uniform(90.0, 900.0, (6, 3)),
        drift_phase_rad=rng.uniform(0, 2 * np.pi, (6, 3)),
        # From a generator of its own, so that the other draws do not depend on it.
        bias_per_k=spread_per_k * rng.spawn(1)[0].standard_normal(6),
        odr_error_fraction=model.odr_tolerance_fraction * float(rng.uniform(-1, 1)),
        clock_error_fraction=model.clock_tolerance_fraction * float(rng.uniform(-1, 1)),
        noise_seed=int(rng.integers(2**63)),
    )
