"""The causal side: vertical velocity for the screen, and the moments at which a rep may have finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import lfilter

from analysis.attitude import LiveAttitude

if TYPE_CHECKING:
    from analysis.config import StillnessConfig
    from analysis.imu import FloatArray


@dataclass(frozen=True, slots=True)
class LiveConfig:
    """Rhythm of the live path.

    Attributes
    ----------
    tick_s : float
        The stream is worked on in ticks of this length, s, counted in samples, so that results do not depend
        on how it was cut.
    strip_hz : float
        Provisional velocity samples a second for the screen.
    velocity_leak_s, height_leak_s : float
        Time constants of the causal estimate's leaks, s.
    bias_gain : float
        Fraction of the vertical acceleration read in a still tick that is taken for bias.
    leg_fraction : float
        A movement of note is longer than this fraction of the lift's smallest usual range of motion.
    recheck_s : tuple of float
        Delays after a movement has stopped at which the window is examined for a finished rep, s.
    patience : int
        After so many examinations without a rep the bar is being carried about: only the longest delay is
        kept.
    window_s : float
        Longest window that is examined for one rep, s.
    window_reps : int
        ... and it holds at most this many reps that were reported before.
    window_lead_s : float
        It starts this long before the first of them, s: the bar is home there.
    close_still_s : float
        A set is over when the bar has been truly still for this long after a rep, s.
    close_idle_s : float
        ... or when no rep was seen for this long, s.
    announce_close_s : float
        A close is announced this long before, s. 2 to 5: shorter is no warning, longer would announce every
        pause between reps.
    max_set_s : float
        A set that lasts longer is closed all the same: bounds memory and work, s.
    idle_keep_s : float
        Samples kept while no set is open, s.
    """

    tick_s: float = 0.1
    strip_hz: float = 30.0
    velocity_leak_s: float = 3.0
    height_leak_s: float = 5.0
    bias_gain: float = 0.2
    leg_fraction: float = 0.4
    recheck_s: tuple[float, ...] = (0.1, 0.4, 1.0, 2.0)
    patience: int = 6
    window_s: float = 20.0
    window_reps: int = 2
    window_lead_s: float = 0.7
    close_still_s: float = 6.0
    close_idle_s: float = 20.0
    announce_close_s: float = 4.0
    max_set_s: float = 180.0
    idle_keep_s: float = 20.0


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
