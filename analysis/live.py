"""The causal side: vertical velocity for the screen, and the moments at which a rep may have finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import lfilter

from analysis.attitude import LiveAttitude

if TYPE_CHECKING:
    from analysis.config import LiveConfig, StillnessConfig
    from analysis.imu import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class LiveTick:
    """Causal estimate of one tick.

    Attributes
    ----------
    velocity_mps, height_m : (N,) float64
        Vertical, leaky: right in shape over a second, wrong in level.
    leg_stopped : int
        +1 if an upward movement of note has just slowed down, -1 for a downward one, else 0.
    moved : bool
        A movement of note is under way.
    still : bool
        The tick holds no more than the sensor's noise.
    """

    velocity_mps: FloatArray
    height_m: FloatArray
    leg_stopped: int
    moved: bool
    still: bool


class LiveTracker:
    """Causal, bounded work per sample.

    Parameters
    ----------
    rate_hz : float
        Nominal sampling rate, Hz.
    min_leg_m : float
        Smaller movements are not of note, m.
    live, stillness : LiveConfig, StillnessConfig
        Time constants and noise floors.
    """

    def __init__(
        self, rate_hz: float, min_leg_m: float, live: LiveConfig, stillness: StillnessConfig
    ) -> None:
        self._attitude = LiveAttitude(rate_hz)
        self._config, self._stillness = live, stillness
        self.min_leg_m = min_leg_m
        dt_s = 1.0 / rate_hz
        self._velocity_filter = ([dt_s], [1.0, -np.exp(-dt_s / live.velocity_leak_s)])
        self._height_filter = ([dt_s], [1.0, -np.exp(-dt_s / live.height_leak_s)])
        self._bias_mps2 = 0.0
        self._accel_floor, self._gyro_floor = stillness.accel_floor_mps2[1], stillness.gyro_floor_radps[1]
        self.restart()

    def restart(self) -> None:
        """Forget velocity and height, keep attitude and noise floor (after a gap)."""
        self._velocity_state, self._height_state = np.zeros(1), np.zeros(1)
        self._direction, self._low_m, self._high_m, self._peak_mps = 0, 0.0, 0.0, 0.0
        self._armed = False

    def update(self, specific_force_mps2: FloatArray, gyro_radps: FloatArray) -> LiveTick:
        """Take in the samples of one tick, (N, 3) each, sensor frame."""
        vertical = self._attitude.vertical_acceleration(specific_force_mps2, gyro_radps) - self._bias_mps2
        still = self._is_still(specific_force_mps2, gyro_radps)
        if still:  # a bar at rest has no velocity, and what the sensor reads then is its bias
            self._bias_mps2 += self._config.bias_gain * float(vertical.mean())
            self._velocity_state[:] = 0.0
            vertical = np.zeros_like(vertical)
        velocity, self._velocity_state = lfilter(*self._velocity_filter, vertical, zi=self._velocity_state)
        height, self._height_state = lfilter(*self._height_filter, velocity, zi=self._height_state)
        stopped = self._follow(float(velocity[-1]), float(height[-1]))
        moved = self._direction != 0 and self._armed
        return LiveTick(velocity, height, stopped, moved, still)

    def _follow(self, velocity_mps: float, height_m: float) -> int:
        """Follow the current leg; return its direction each time it slows down, be it at a sticking point."""
        self._low_m, self._high_m = min(self._low_m, height_m), max(self._high_m, height_m)
        if height_m - self._low_m > self.min_leg_m and velocity_mps > 0 and self._direction <= 0:
            self._direction, self._peak_mps, self._high_m = 1, velocity_mps, height_m
        elif self._high_m - height_m > self.min_leg_m and velocity_mps < 0 and self._direction >= 0:
            self._direction, self._peak_mps, self._low_m = -1, -velocity_mps, height_m
        speed = velocity_mps * self._direction
        self._peak_mps = max(self._peak_mps, speed)
        slow_mps = max(0.1, 0.2 * self._peak_mps)
        self._armed = self._armed or speed > 1.5 * slow_mps
        if self._direction == 0 or not self._armed or speed > slow_mps:
            return 0
        self._armed = False
        return self._direction

    def _is_still(self, specific_force_mps2: FloatArray, gyro_radps: FloatArray) -> bool:
        accel = float(np.sqrt(specific_force_mps2.var(axis=0).sum()))
        gyro = float(np.sqrt(gyro_radps.var(axis=0).sum()))
        self._accel_floor = max(min(self._accel_floor, accel), self._stillness.accel_floor_mps2[0])
        self._gyro_floor = max(min(self._gyro_floor, gyro), self._stillness.gyro_floor_radps[0])
        # A tick is shorter than the stillness window, so its deviation scatters more: half as much again is
        # allowed.
        factor = 1.5 * self._stillness.noise_factor
        return accel < factor * self._accel_floor and gyro < factor * self._gyro_floor
