"""What a timeline gives out: what the signal core takes, samples without a gyroscope, and counts."""

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


@dataclass(frozen=True, slots=True)
class StreamCounts:
    """What a stream has delivered so far.

    Attributes
    ----------
    samples, lost_samples, clipped_samples : int
        Delivered, known to be missing, and at the limit of an axis.
    dropped_by_sensor : int
        Of the lost samples, those that the sensor itself dropped.
    duplicates, late_packets, restarts, gaps : int
        Packets seen twice, packets that came too late to use, restarts of the sensor, gaps of any kind.
    longest_gap_s : float
        s.
    duration_s : float
        From the first sample to the last, s.
    sample_rate_hz : float or None
        Measured, lost samples included; None before two samples.
    drift_ppm, drift_sd_ppm : float or None
        Host's clock against the sensor's, parts per million, positive when the sensor's is slow. None where
        there is no second clock, or the sensor's is the world's.
    host_offset_s : float or None
        Host's clock (`RawPacket.received_at_s`) minus this timeline's, s, but for the least delay of the
        radio: what brings the timelines of several sensors together. None before the first sample.
    """

    samples: int = 0
    lost_samples: int = 0
    clipped_samples: int = 0
    dropped_by_sensor: int = 0
    duplicates: int = 0
    late_packets: int = 0
    restarts: int = 0
    gaps: int = 0
    longest_gap_s: float = 0.0
    duration_s: float = 0.0
    sample_rate_hz: float | None = None
    drift_ppm: float | None = None
    drift_sd_ppm: float | None = None
    host_offset_s: float | None = None
