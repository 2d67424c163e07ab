"""The sensor at work: its errors, its digital low-pass and its numbers.

Order of effects as in the chip: true motion (of the accelerometer a little earlier, where its filter is the
slower one), scale and cross-axis errors, bias and its warming, noise, clipping, low-pass, sampling,
quantisation. Clipping comes before the low-pass, so clipped data need not show the full scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt, sosfilt_zi

from firmware_sim.errors import InvalidSettingError
from firmware_sim.mems_models import RADPS_PER_DPS, MemsUnit
from firmware_sim.motion import STANDARD_GRAVITY_MPS2, PointFeel

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware_sim.curves import FloatArray

Int16Array: TypeAlias = NDArray[np.int16]
BoolArray: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class MemsSettings:
    """Registers that the firmware can change.

    Attributes
    ----------
    rate_hz : float
        Nominal sampling rate, 0.1 to 2000 Hz.
    accel_range_g : int
        2, 4, 8 or 16 g.
    gyro_range_dps : int
        125, 250, 500, 1000 or 2000 dps.
    """

    rate_hz: float = 200
    accel_range_g: int = 16
    gyro_range_dps: int = 2000

    def __post_init__(self) -> None:
        if not 0.1 <= self.rate_hz <= 2000:
            raise InvalidSettingError("rate_hz", f"must lie in 0.1 to 2000, not {self.rate_hz}")
        for name, allowed in (
            ("accel_range_g", (2, 4, 8, 16)),
            ("gyro_range_dps", (125, 250, 500, 1000, 2000)),
        ):
            if getattr(self, name) not in allowed:
                raise InvalidSettingError(name, f"{getattr(self, name)} is not one of {allowed}")

    @property
    def full_scale(self) -> FloatArray:
        """Full scale of the six channels, (6,): m/s² three times, rad/s three times."""
        return np.repeat((self.accel_range_g * STANDARD_GRAVITY_MPS2, self.gyro_range_dps * RADPS_PER_DPS), 3)


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
        self._oversampling = max(8, math.ceil(1600 / rate_hz)) if model.lowpass_odr_fraction > 0 else 1
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
        index = np.arange(first_fine, first_fine + count * step, dtype=np.float64)
        fine_s = np.asarray(self.start_s + self.period_s / step * index, dtype=np.float64)
        fine = self._analogue(fine_s)
        limit = self.settings.full_scale
        over = np.abs(fine) >= limit
        clipped = np.zeros(count, dtype=np.bool_)
        if self.unit.model.clipped:
            fine = np.clip(fine, -limit, limit)
            clipped = np.logical_or.reduce(over.reshape(count, -1), axis=1)
        values = self._lowpass(fine)[step - 1 :: step]
        self._next += count
        return MemsSamples(fine_s[step - 1 :: step], values, _quantise(values, limit), clipped)

    def _analogue(self, t_s: FloatArray) -> FloatArray:
        """Give what the sensing elements deliver, (N, 6)."""
        unit, model = self.unit, self.unit.model
        truth = self.feel(t_s)
        force = truth.specific_force_mps2 @ self.rotation
        gyro = truth.gyro_radps @ self.rotation
        late = self._late_force(t_s) if unit.accel_delay_s else force
        # The gyroscope's element bends under the force of now: it is the accelerometer's filter that is late.
        out = np.hstack(
            (late @ unit.accel_matrix.T, gyro @ unit.gyro_matrix.T + force @ unit.g_sensitivity.T)
        )
        out[:, :3] += unit.accel_bias_mps2
        out[:, 3:] += unit.gyro_bias_radps
        if model.accel_drift_mps2 or model.gyro_drift_radps:
            out += self._drift(t_s)
        if unit.warm_up.rise_k:
            out += unit.warm_bias(t_s)
        if model.accel_noise_mps2_rthz or model.gyro_noise_radps_rthz:
            density = np.repeat((model.accel_noise_mps2_rthz, model.gyro_noise_radps_rthz), 3)
            bandwidth_hz = self._oversampling / self.period_s / 2
            out += density * np.sqrt(bandwidth_hz) * self._noise.standard_normal(out.shape)
        return out

    def _late_force(self, t_s: FloatArray) -> FloatArray:
        """Specific force that was felt one delay ago, (N, 3): the true motion then, not samples moved."""
        return self.feel(t_s - self.unit.accel_delay_s).specific_force_mps2 @ self.rotation

    def _drift(self, t_s: FloatArray) -> FloatArray:
        """Bias wander, linear between whole seconds: its periods are minutes, the error is below 1 ug."""
        knots_s = np.arange(int(t_s[0] // 1), int(t_s[-1] // 1) + 2).astype(np.float64)
        knots = self.unit.drift(knots_s)
        return np.column_stack([np.interp(t_s, knots_s, knots[:, channel]) for channel in range(6)])

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
    """Convert raw numbers, (N, 6): m/s² three times, rad/s three times (``r * R / 32768``)."""
    return raw * (settings.full_scale / 32768)
