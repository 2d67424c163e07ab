"""How far a timeline lags behind the host's clock: what brings the timelines of several sensors together.

A packet is never early, only late, so the least delay of a few seconds is the offset, but for the radio's own
least delay, which sensors of one session share. It is kept for every few seconds: a timeline is never
rewritten, so what it did not know yet of its sensor's clock in the first half minute stays in it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from analysis.imu import FloatArray


@dataclass(frozen=True, slots=True)
class HostOffsetConfig:
    """Tuning of the offset.

    Attributes
    ----------
    window_s : float
        Length of one window, s; 2 to 10. As in the clock's fit: of 100 packets some meet a connection event
        at once.
    recent_windows : int
        The offset of now is the least of so many windows; 3 to 12.
    max_windows : int
        Windows remembered; 1000 of 5 s are longer than any file.
    """

    window_s: float = 5.0
    recent_windows: int = 6
    max_windows: int = 1000


class HostOffset:
    """Keeps the least delay of each window.

    Parameters
    ----------
    config : HostOffsetConfig
        Tuning.
    """

    def __init__(self, config: HostOffsetConfig) -> None:
        self._config = config
        self._windows: deque[tuple[float, float]] = deque(maxlen=config.max_windows)
        self._window_start_s = 0.0
        self._best: tuple[float, float] | None = None

    def note(self, t_s: float, arrival_s: float) -> None:
        """Take the time of a packet's last sample on the timeline, and of its arrival, s."""
        delay_s = arrival_s - t_s
        if self._best is None:
            self._window_start_s = t_s
        elif t_s - self._window_start_s >= self._config.window_s:
            self._windows.append(self._best)
            self._best, self._window_start_s = None, t_s
        if self._best is None or delay_s < self._best[1]:
            self._best = (t_s, delay_s)

    @property
    def least_s(self) -> float | None:
        """Host's clock minus the timeline's of late, s; None before the first packet."""
        recent = list(self._windows)[-self._config.recent_windows :]
        return min((delay_s for _, delay_s in [*recent, *self._last()]), default=None)

    def host_times(self, t_s: FloatArray) -> FloatArray:
        """Host's clock at times of the timeline, (N,) s; straight lines between the windows.

        Raises
        ------
        ValueError
            If no packet has come.
        """
        known = [*self._windows, *self._last()]
        if not known:
            raise ValueError("no packet, so no offset")
        at_s, delay_s = np.array(known).T
        return np.asarray(t_s + np.interp(t_s, at_s, delay_s), dtype=np.float64)

    def _last(self) -> list[tuple[float, float]]:
        return [] if self._best is None else [self._best]
