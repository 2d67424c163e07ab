"""When packets came, against when they could have come at the earliest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import ImuBlock
from ingest.replay import MCAP

if TYPE_CHECKING:
    from ingest.replay import ReplayableRecording


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Arrivals of the packets that brought samples.

    Attributes
    ----------
    packets : int
        That brought samples.
    interval_s : float
        Median time from one to the next, s.
    longest_silence_s : float
        Longest such time, s.
    late_s, latest_s : float
        How much later than the most punctual a packet came: not exceeded by 95 % of them, and at most, s.
    """

    packets: int
    interval_s: float
    longest_silence_s: float
    late_s: float
    latest_s: float


def arrivals_of(recording: ReplayableRecording) -> Arrivals | None:
    """Look at the arrivals of a recording; None where the file does not have them, or fewer than two."""
    if recording.header.kind != MCAP:
        return None
    came_s: list[float] = []
    taken_s: list[float] = []
    for due_s, items in recording.steps():
        blocks = [item for item in items if isinstance(item, ImuBlock)]
        if blocks:
            came_s.append(due_s)
            taken_s.append(float(blocks[-1].t_s[-1]))
    if len(came_s) < 2:
        return None
    silences = np.diff(came_s)
    late = np.array(came_s) - np.array(taken_s)
    late -= late.min()
    return Arrivals(
        packets=len(came_s),
        interval_s=float(np.median(silences)),
        longest_silence_s=float(silences.max()),
        late_s=float(np.quantile(late, 0.95)),
        latest_s=float(late.max()),
    )
