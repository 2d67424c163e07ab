"""When packets came, against when they could have come at the earliest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import ImuBlock
from ingest.replay import ReplayedPackets

if TYPE_CHECKING:
    from ingest.replay import ReplayableRecording


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Arrivals of the packets of samples.

    Attributes
    ----------
    packets : int
        Packets of samples.
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
    if not isinstance(recording, ReplayedPackets):
        return None
    came_s = recording.data_arrivals_s()
    late = np.array(_lateness_s(recording))
    if len(came_s) < 2 or not len(late):
        return None
    silences = np.diff(came_s)
    late -= late.min()
    return Arrivals(
        packets=len(came_s),
        interval_s=float(np.median(silences)),
        longest_silence_s=float(silences.max()),
        late_s=float(np.quantile(late, 0.95)),
        latest_s=float(late.max()),
    )


def _lateness_s(recording: ReplayedPackets) -> list[float]:
    """Give the arrival of packets against the time of their last sample, but for an unknown constant, s.

    Packets that wait for a lost one before them are given out with the next, so that it is that one's.
    """
    lateness: list[float] = []
    for due_s, items in recording.steps():
        blocks = [item for item in items if isinstance(item, ImuBlock)]
        if blocks:
            lateness.append(due_s - float(blocks[-1].t_s[-1]))
    return lateness
