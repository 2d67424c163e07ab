"""When an open set will close by itself, and what is said of it before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.events import SetPhase, SetProgress

if TYPE_CHECKING:
    from analysis.live import LiveConfig


class SetClock:
    """Keeps the times that close a set.

    Parameters
    ----------
    config : LiveConfig
        How long a set stays open.
    """

    def __init__(self, config: LiveConfig) -> None:
        self._config = config
        self._told = SetPhase.IDLE
        self.restart()

    def restart(self) -> None:
        """Begin with the next set: nothing has moved."""
        self.active = False
        """Whether something of note has moved since the last set closed."""
        self.last_activity_s = -np.inf
        """When it moved last, s."""
        self._still_since_s: float | None = None

    def move(self, now_s: float) -> None:
        """Note a movement."""
        self.active, self.last_activity_s = True, now_s

    def see(self, now_s: float, *, still: bool) -> None:
        """Note whether the bar is truly still."""
        self._still_since_s = (self._still_since_s or now_s) if still else None

    def is_over(self, now_s: float) -> bool:
        """Tell whether the set that is open is over."""
        config = self._config
        still_s = 0.0 if self._still_since_s is None else now_s - self._still_since_s
        idle_s = now_s - self.last_activity_s
        rests = still_s >= config.close_still_s and idle_s >= config.close_still_s
        return rests or idle_s >= config.close_idle_s

    def progress(self, now_s: float, set_index: int, *, has_reps: bool) -> list[SetProgress]:
        """Say what changed since this was asked last: opened, about to close, going on after all."""
        closes_in_s = self._closes_at_s() - now_s
        phase = SetPhase.IDLE
        if self.active:
            closing = has_reps and closes_in_s <= self._config.announce_close_s
            phase = SetPhase.CLOSING if closing else SetPhase.OPEN
        if phase is self._told:
            return []
        self._told = phase
        left_s = max(closes_in_s, 0.0) if phase is SetPhase.CLOSING else None
        return [SetProgress(now_s, set_index, phase, left_s)]

    def _closes_at_s(self) -> float:
        """When the set closes if nothing moves any more, s."""
        at_latest_s = self.last_activity_s + self._config.close_idle_s
        if self._still_since_s is None:
            return at_latest_s
        rest_s = max(self._still_since_s, self.last_activity_s)
        return min(at_latest_s, rest_s + self._config.close_still_s)
