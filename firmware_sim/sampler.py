"""Samples of one sensor by the clock of the loop: which are complete by now, and what they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from firmware_sim.mems import Int16Array, MemsStream


class Sampler:
    """A sensor that samples since a given moment and never stops.

    Parameters
    ----------
    stream : MemsStream
        What it measures.
    first_sample_s : float
        Loop time of sample 0.
    lookahead_s : float
        Simulated in one go, s; the lifter does not mind (0.2 to 2).
    """

    def __init__(self, stream: MemsStream, first_sample_s: float, lookahead_s: float = 1.0) -> None:
        self._stream = stream
        self._first_sample_s = first_sample_s
        self._lookahead = max(1, round(lookahead_s / stream.period_s))
        self._taken = 0
        self._ahead: Int16Array = np.empty((0, 6), dtype=np.int16)

    @property
    def period_s(self) -> float:
        """True sampling period, s."""
        return self._stream.period_s

    @property
    def taken(self) -> int:
        """Index of the next sample to take or skip."""
        return self._taken

    def instant_s(self, ahead: int = 0) -> float:
        """Loop time at which the next sample but ``ahead`` is taken."""
        return self._first_sample_s + (self._taken + ahead) * self.period_s

    def due(self, now_s: float) -> int:
        """Count the samples that are complete by now and neither taken nor skipped."""
        return max(0, math.floor((now_s - self._first_sample_s) / self.period_s) + 1 - self._taken)

    def take(self, count: int) -> Int16Array:
        """Give the next ``count`` samples as raw numbers, (count, 6); the caller waits until they are due."""
        if len(self._ahead) < count:
            more = self._stream.read(max(count, self._lookahead)).raw
            self._ahead = np.concatenate((self._ahead, more))
        taken, self._ahead = self._ahead[:count], self._ahead[count:]
        self._taken += count
        return taken

    def skip(self, count: int) -> None:
        """Let samples pass unseen, those already simulated and those not."""
        self._taken += count
        self._ahead = self._ahead[count:]
        if self._taken > self._stream.next_index:
            self._stream.skip(self._taken - self._stream.next_index)

    def let_pass(self, now_s: float) -> None:
        """Skip all that is complete by now."""
        self.skip(self.due(now_s))
