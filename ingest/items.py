"""What a timeline gives out: what the signal core takes, and samples of sensors that have no gyroscope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from analysis.imu import FloatArray, StreamItem


@dataclass(frozen=True, slots=True, eq=False)
class AccelBlock:
    """Consecutive samples of an accelerometer without a gyroscope.

    Without a gyroscope nobody knows how the sensor is turned, so the signal core has no use for them. They
    are recorded, counted and exported.

    Attributes
    ----------
    t_s : (N,) float64, s
        As in `analysis.imu.ImuBlock`.
    specific_force_mps2 : (N, 3) float64, sensor frame, m/s²
        As there.
    first_index : int
        As there.
    """

    t_s: FloatArray
    specific_force_mps2: FloatArray
    first_index: int = 0

    def __len__(self) -> int:
        return len(self.t_s)


TimelineItem: TypeAlias = StreamItem | AccelBlock
"""In the order of time."""
