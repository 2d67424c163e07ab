"""The inertial sensor: where it sits, its errors, its clock, its digital low-pass and its numbers.

Order of effects as in the chip: true motion, scale and cross-axis errors, bias, noise, clipping, low-pass, sampling,
quantisation. Clipping comes before the low-pass, so that clipped data need not show the full scale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt, sosfilt_zi
from scipy.spatial.transform import Rotation

from firmware_sim.curves import FloatArray
from firmware_sim.errors import InvalidSettingError, UnknownMemsError
from firmware_sim.motion import STANDARD_GRAVITY_MPS2, PointFeel

Int16Array: TypeAlias = NDArray[np.int16]
BoolArray: TypeAlias = NDArray[np.bool_]
Vector: TypeAlias = tuple[float, float, float]

RADPS_PER_DPS = np.pi / 180
MICRO_G_MPS2 = 1e-6 * STANDARD_GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class SensorMount:
    """Where the sensor sits and how it is turned.

    Attributes
    ----------
    position : {"shaft", "sleeve"}
        Clamped to the shaft, or on the rotating sleeve.
    along_m : float
        From the middle of the bar to the sensor, to the lifter's left, m (0.25 to 0.55 on a shaft, 0.75 on a sleeve).
    radius_m : float
        From the bar's axis to the sensing element, m (24 mm on a shaft, 35 mm on a sleeve).
    around_rad : float
        Where on the circumference: 0 in front of the bar, pi/2 below it.
    turned_rad : float
        Turn of the case about its own z axis, rad; 0 puts its y axis along the bar.
    misalignment_rad : tuple of 3 float
        True small rotation of the case, rad, of which the stated mount knows nothing.
    """

    position: Literal["shaft", "sleeve"] = "shaft"
    along_m: float = 0.35
    radius_m: float = 0.024
    around_rad: float = -1.2
    turned_rad: float = 0.0
    misalignment_rad: Vector = (0.0, 0.0, 0.0)

    @property
    def _stated_rotation(self) -> Rotation:
        """From stated sensor axes to shaft axes: the case lies flat, its z axis pointing away from the bar."""
        outward = Rotation.from_euler("y", self.around_rad + np.pi / 2)
        return outward * Rotation.from_euler("z", self.turned_rad)

    @property
    def rotation(self) -> FloatArray:
        """True rotation from sensor axes to shaft axes, (3, 3)."""
        true = self._stated_rotation * Rotation.from_rotvec(self.misalignment_rad)
        return np.asarray(true.as_matrix(), dtype=np.float64)

    @property
    def offset_m(self) -> FloatArray:
        """From the middle of the bar to the sensor, shaft axes, (3,) m."""
        around = self.around_rad
        return np.array([self.radius_m * np.cos(around), self.along_m, -self.radius_m * np.sin(around)])

    @property
    def bar_axis(self) -> Vector:
        """Unit vector to the lifter's left, sensor frame, as the user would state it."""
        return _vector(self._stated_rotation.inv().apply([0.0, 1.0, 0.0]))

    @property
    def lever_m(self) -> Vector:
        """From the bar's axis to the sensor, sensor frame, m, as the user would state it."""
        radial = self.offset_m * np.array([1.0, 0.0, 1.0])
        return _vector(self._stated_rotation.inv().apply(radial))


def _vector(values: NDArray[np.float64]) -> Vector:
    # Rounding hides 1e-17 and -0.0 where the geometry says 0.
    x, y, z = (round(float(value), 9) + 0.0 for value in values)
    return x, y, z


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
    odr_tolerance_fraction: float = 0.005
    clock_tolerance_fraction: float = 50e-6
    lowpass_odr_fraction: float = 0.42
    quantised: bool = True
    clipped: bool = True


def _preset(name: str, accel_ug_rthz: float, gyro_mdps_rthz: float) -> MemsModel:
    return MemsModel(name, accel_ug_rthz * MICRO_G_MPS2, gyro_mdps_rthz * 1e-3 * RADPS_PER_DPS)


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
    odr_tolerance_fraction=0.0,
    clock_tolerance_fraction=0.0,
    lowpass_odr_fraction=0.0,
    quantised=False,
    clipped=False,
)
"""No error at all: samples of the true motion, for tests."""

# Noise densities are the typical values of the data sheets: BMI160 (BST-BMI160-DS000) 180 ug and 7 mdps, BMI270
# (BST-BMI270-DS000) 160 ug and 7 mdps, LSM6DSO (DocID031427, high-performance mode) 70 ug and 3.8 mdps, ICM-42688-P
# (DS-000347) 70 ug (z axis) and 2.8 mdps, all per sqrt(Hz). The other figures are common to the class, see `MemsModel`.
PRESETS: Mapping[str, MemsModel] = MappingProxyType(
    {
        model.name: model
        for model in (
            _preset("BMI160", 180, 7.0),
            _preset("BMI270", 160, 7.0),
            _preset("LSM6DSO", 70, 3.8),
            _preset("ICM-42688", 70, 2.8),
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
    odr_error_fraction, clock_error_fraction : float
        Of the sampling rate, and of the microcontroller's clock.
    noise_seed : int
        Of the white noise.
    """

    model: MemsModel
    accel_matrix: FloatArray
    gyro_matrix: FloatArray
    g_sensitivity: FloatArray
    accel_bias_mps2: FloatArray
    gyro_bias_radps: FloatArray
    drift_omega_radps: FloatArray
    drift_phase_rad: FloatArray
    odr_error_fraction: float
    clock_error_fraction: float
    noise_seed: int

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

    return MemsUnit(
        model=model,
        accel_matrix=matrix(),
        gyro_matrix=matrix(),
        g_sensitivity=model.g_sensitivity_radps_per_mps2 * rng.standard_normal((3, 3)),
        accel_bias_mps2=model.accel_bias_mps2 * rng.standard_normal(3),
        gyro_bias_radps=rng.choice([-1.0, 1.0], 3) * rng.uniform(*model.gyro_bias_radps, 3),
        drift_omega_radps=2 * np.pi / rng.uniform(90.0, 900.0, (6, 3)),
        drift_phase_rad=rng.uniform(0, 2 * np.pi, (6, 3)),
        odr_error_fraction=model.odr_tolerance_fraction * float(rng.uniform(-1, 1)),
        clock_error_fraction=model.clock_tolerance_fraction * float(rng.uniform(-1, 1)),
        noise_seed=int(rng.integers(2**63)),
    )


@dataclass(frozen=True, slots=True)
class MemsSettings:
    """Registers that the firmware can change.

    Attributes
    ----------
    rate_hz : int
        Nominal sampling rate: 50, 100, 200 or 400 Hz.
    accel_range_g : int
        2, 4, 8 or 16 g.
    gyro_range_dps : int
        125, 250, 500, 1000 or 2000 dps.
    """

    rate_hz: int = 200
    accel_range_g: int = 16
    gyro_range_dps: int = 2000

    def __post_init__(self) -> None:
        for name, allowed in (
            ("rate_hz", (50, 100, 200, 400)),
            ("accel_range_g", (2, 4, 8, 16)),
            ("gyro_range_dps", (125, 250, 500, 1000, 2000)),
        ):
            if getattr(self, name) not in allowed:
                raise InvalidSettingError(name, f"{getattr(self, name)} is not one of {allowed}")

    @property
    def full_scale(self) -> FloatArray:
        """Full scale of the six channels, (6,): m/s² three times, rad/s three times."""
        return np.repeat(
            (self.accel_range_g * STANDARD_GRAVITY_MPS2, self.gyro_range_dps * RADPS_PER_DPS), 3
        )


@dataclass(frozen=True, slots=True, eq=False)
class MemsSamples:
    """Consecutive samples.

    Attributes
    ----------
    t_s : (N,) float64, s
        True instants, scenario time.
    values : (N, 6) float64
        After low-pass, before quantisation: m/s² three times, rad/s three times.
    raw : (N, 6) int16
        As in the sensor's FIFO.
    clipped : (N,) bool
        Some axis was at its limit since the last sample.
    """

    t_s: FloatArray
    values: FloatArray
    raw: Int16Array
    clipped: BoolArray


@dataclass(slots=True, eq=False)
class MemsStream:
    """Produces samples in order, in pieces of any size; how it is cut does not change them.

    Attributes
    ----------
    feel : callable
        Ideal readings in shaft axes at given scenario times.
    rotation : (3, 3) float64
        From sensor to shaft axes.
    unit : MemsUnit
        The part.
    settings : MemsSettings
        Rate and ranges.
    start_s : float
        Scenario time of sample 0, s; negative while the lifter has not begun.
    """

    feel: Callable[[FloatArray], PointFeel]
    rotation: FloatArray
    unit: MemsUnit
    settings: MemsSettings
    start_s: float
    _next: int = 0
    _oversampling: int = field(init=False)
    _sections: FloatArray | None = field(init=False)
    _state: FloatArray | None = None
    _noise: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        model = self.unit.model
        # At least 8 times the sampling rate and at least 1600 Hz; an ideal sensor samples the truth itself.
        rate_hz = self.settings.rate_hz
        self._oversampling = max(8, -(-1600 // rate_hz)) if model.lowpass_odr_fraction > 0 else 1
        self._sections = None
        if model.lowpass_odr_fraction > 0:
            corner = model.lowpass_odr_fraction * rate_hz
            self._sections = np.asarray(butter(2, corner, fs=rate_hz * self._oversampling, output="sos"))
        self._noise = np.random.default_rng(self.unit.noise_seed)

    @property
    def period_s(self) -> float:
        """True sampling period, s."""
        return 1 / (self.settings.rate_hz * (1 + self.unit.odr_error_fraction))

    @property
    def next_index(self) -> int:
        """Index of the sample that `read` gives next."""
        return self._next

    def skip(self, count: int) -> None:
        """Let samples pass that nobody will see; the filter settles anew."""
        self._next += count
        self._state = None

    def read(self, count: int) -> MemsSamples:
        """Give the next ``count`` samples, at least 1."""
        step = self._oversampling
        first_fine = (self._next - 1) * step + 1
        fine_s = self.start_s + self.period_s / step * np.arange(first_fine, self._next * step + 1 + (count - 1) * step)
        fine = self._analogue(fine_s)
        limit = self.settings.full_scale
        over = np.abs(fine) >= limit
        clipped = np.zeros(count, dtype=bool)
        if self.unit.model.clipped:
            fine = np.clip(fine, -limit, limit)
            clipped = over.any(axis=1).reshape(count, step).any(axis=1)
        values = self._lowpass(fine)[step - 1 :: step]
        self._next += count
        return MemsSamples(fine_s[step - 1 :: step], values, _quantise(values, limit), clipped)

    def _analogue(self, t_s: FloatArray) -> FloatArray:
        """What the sensing elements deliver, (N, 6)."""
        unit, model = self.unit, self.unit.model
        truth = self.feel(t_s)
        force = truth.specific_force_mps2 @ self.rotation
        gyro = truth.gyro_radps @ self.rotation
        out = np.hstack((force @ unit.accel_matrix.T, gyro @ unit.gyro_matrix.T + force @ unit.g_sensitivity.T))
        out[:, :3] += unit.accel_bias_mps2
        out[:, 3:] += unit.gyro_bias_radps
        if model.accel_drift_mps2 or model.gyro_drift_radps:
            # Minutes-long periods: the value at the first and last instant of a second is enough.
            out += unit.drift(t_s)
        if model.accel_noise_mps2_rthz or model.gyro_noise_radps_rthz:
            density = np.repeat((model.accel_noise_mps2_rthz, model.gyro_noise_radps_rthz), 3)
            bandwidth_hz = self._oversampling / self.period_s / 2
            out += density * np.sqrt(bandwidth_hz) * self._noise.standard_normal(out.shape)
        return out

    def _lowpass(self, fine: FloatArray) -> FloatArray:
        if self._sections is None:
            return fine
        if self._state is None:
            self._state = np.asarray(sosfilt_zi(self._sections))[:, :, None] * fine[0]
        filtered, self._state = sosfilt(self._sections, fine, axis=0, zi=self._state)
        return np.asarray(filtered)


def _quantise(values: FloatArray, full_scale: FloatArray) -> Int16Array:
    return np.clip(np.round(values * (32768 / full_scale)), -32768, 32767).astype(np.int16)


def to_physical(raw: Int16Array, settings: MemsSettings) -> FloatArray:
    """What raw numbers mean, (N, 6): m/s² three times, rad/s three times (``r * R / 32768``)."""
    return raw * (settings.full_scale / 32768)
