"""How fast the sensor's clock runs against the host's, from the times of arrival alone.

A packet never arrives early, only late. The smallest delay in each window of a few seconds therefore lies on
a straight line whose slope is the difference of the two clocks; a line through these minima is far better
than one through all arrivals, which follow the radio's connection interval and the host's moods.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClockFitConfig:
    """Tuning of the clock fit.

    Attributes
    ----------
    window_s : float
        Length of one window, s; 2 to 20. Long enough that some packet meets a connection event at once: of
        100 packets whose phases are spread over 15 ms the least late waits 0.15 ms (15 ms / 100).
    prior_sd_fraction : float
        Standard deviation of the rate before any data. Crystals keep 20 to 50 ppm: 50e-6.
    minimum_sd_s : float
        Standard deviation of one window's minimum, s; 0.2e-3 to 5e-3. 1 ms also covers a packet rate that
        beats slowly against the connection interval.
    max_windows : int
        Windows remembered; 120 of 5 s follow a clock that warms up over ten minutes.
    limit_fraction : float
        Largest rate error believed. 2e-3 is 40 times a crystal's; beyond it the stamps are wrong, not the
        clock.
    """

    window_s: float = 5.0
    prior_sd_fraction: float = 50e-6
    minimum_sd_s: float = 1e-3
    max_windows: int = 120
    limit_fraction: float = 2e-3


@dataclass(slots=True)
class _Minimum:
    """The packet that was least late in its window."""

    segment: int
    device_s: float
    delay_s: float


class ClockFit:
    """Causal estimate of host seconds per device second, with a prior of 1.

    Minima of different segments (before and after a reconnect or a restart) share one slope and have an
    offset each.

    Parameters
    ----------
    config : ClockFitConfig
        Tuning.
    """

    def __init__(self, config: ClockFitConfig) -> None:
        self._config = config
        self._minima: deque[_Minimum] = deque(maxlen=config.max_windows)
        self._segment = 0
        self._window_start_s: float | None = None
        self._best: _Minimum | None = None
        self.drift_fraction = 0.0
        """Host seconds per device second, minus 1."""
        self.drift_sd_fraction = config.prior_sd_fraction
        """Standard deviation of ``drift_fraction``."""

    def new_segment(self) -> None:
        """Start again with the offset, not with the rate: the link or the sensor's clock started anew."""
        self._segment += 1
        self._window_start_s = None
        self._best = None

    def add(self, device_s: float, arrival_s: float) -> None:
        """Take the time of one packet.

        Parameters
        ----------
        device_s : float
            Sensor's clock at the packet's last sample, s, unwrapped.
        arrival_s : float
            Host's clock at its arrival, s.
        """
        delay_s = arrival_s - device_s
        if self._window_start_s is None:
            self._window_start_s = device_s
        elif device_s - self._window_start_s >= self._config.window_s:
            if self._best is not None:
                self._minima.append(self._best)
                self._fit()
            self._window_start_s = device_s
            self._best = None
        if self._best is None or delay_s < self._best.delay_s:
            self._best = _Minimum(self._segment, device_s, delay_s)

    def _fit(self) -> None:
        """Regularised least squares: a common slope, an offset for each segment, a prior on the slope."""
        config = self._config
        xx = xy = 0.0
        for segment in {minimum.segment for minimum in self._minima}:
            points = [minimum for minimum in self._minima if minimum.segment == segment]
            mean_x = sum(point.device_s for point in points) / len(points)
            mean_y = sum(point.delay_s for point in points) / len(points)
            xx += sum((point.device_s - mean_x) ** 2 for point in points)
            xy += sum((point.device_s - mean_x) * (point.delay_s - mean_y) for point in points)
        information = xx / config.minimum_sd_s**2 + 1 / config.prior_sd_fraction**2
        drift = xy / config.minimum_sd_s**2 / information
        self.drift_fraction = min(max(drift, -config.limit_fraction), config.limit_fraction)
        self.drift_sd_fraction = information**-0.5
