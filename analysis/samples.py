"""A stretch of samples on one uniform time base, with what is known to be wrong with each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import Gap, ImuBlock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.imu import BoolArray, FloatArray, SensorInfo, StreamItem


AT_LIMIT_FRACTION = 0.999
"""Of full scale: the last code below it is already the limit; 0.1 % covers the scale factor's own error."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Samples without a long gap.

    Attributes
    ----------
    t_s : (N,) float64, s
        Time of each sample.
    rate_hz : float
        Measured over the stretch.
    specific_force_mps2, gyro_radps : (N, 3) float64, sensor frame
        Short gaps are bridged by straight lines and marked in ``lost``.
    lost, clipped : (N,) bool
        Bridged samples; samples at the limit of a range.
    """

    t_s: FloatArray
    rate_hz: float
    specific_force_mps2: FloatArray
    gyro_radps: FloatArray
    lost: BoolArray
    clipped: BoolArray

    def __len__(self) -> int:
        return len(self.t_s)

    @property
    def dt_s(self) -> float:
        """Sampling period, s."""
        return 1.0 / self.rate_hz

    def part(self, start: int, stop: int) -> Samples:
        """Return samples ``start`` to ``stop``; views, not copies."""
        cut = slice(start, stop)
        return Samples(
            self.t_s[cut],
            self.rate_hz,
            self.specific_force_mps2[cut],
            self.gyro_radps[cut],
            self.lost[cut],
            self.clipped[cut],
        )


def at_full_scale(imu: FloatArray, info: SensorInfo) -> BoolArray:
    """Mark values at the limit of their axis, (N, 6): m/s² three times, rad/s three times."""
    limits = np.array([info.accel_range_mps2] * 3 + [info.gyro_range_radps] * 3)
    return np.abs(imu) >= AT_LIMIT_FRACTION * limits


class SampleBuffer:
    """Growing store of samples; bridges short gaps.

    Parameters
    ----------
    info : SensorInfo
        Nominal rate and full scales.
    """

    def __init__(self, info: SensorInfo) -> None:
        self._info = info
        self._t_s = np.empty(1024)
        self._imu = np.empty((1024, 6))
        self._flags = np.empty((1024, 2), dtype=np.bool_)
        self._n = 0

    def __len__(self) -> int:
        return self._n

    @property
    def last_t_s(self) -> float | None:
        """Time of the newest sample, s; None when empty."""
        return float(self._t_s[self._n - 1]) if self._n else None

    def clear(self) -> None:
        """Forget everything."""
        self._n = 0

    def keep_last(self, samples: int) -> int:
        """Forget all but the newest ``samples``; return how many were dropped."""
        drop = max(self._n - samples, 0)
        if drop:
            kept = slice(drop, self._n)
            n = self._n - drop
            for array in (self._t_s, self._imu, self._flags):
                array[:n] = array[kept].copy()
            self._n = n
        return drop

    def append(self, block: ImuBlock) -> None:
        """Add the samples of a block."""
        self.extend(block.t_s, block.specific_force_mps2, block.gyro_radps)

    def extend(self, t_s: FloatArray, specific_force_mps2: FloatArray, gyro_radps: FloatArray) -> None:
        """Add samples, (N,) and (N, 3) each, that were checked as an `ImuBlock` before."""
        imu = np.concatenate([specific_force_mps2, gyro_radps], axis=1)
        clipped = at_full_scale(imu, self._info).any(axis=1)
        self._extend(t_s, imu, np.stack([np.zeros_like(clipped), clipped], axis=1))

    def bridge(self, gap: Gap, next_block: ImuBlock) -> None:
        """Fill a short gap before ``next_block`` by straight lines, marked as lost."""
        if not self._n or gap.missing <= 0:
            return
        after = np.concatenate([next_block.specific_force_mps2[0], next_block.gyro_radps[0]])
        weights = (np.arange(1, gap.missing + 1) / (gap.missing + 1))[:, None]
        last_t_s, last = self._t_s[self._n - 1], self._imu[self._n - 1]
        t_s = last_t_s + weights[:, 0] * (next_block.t_s[0] - last_t_s)
        flags = np.tile([True, False], (gap.missing, 1))
        self._extend(t_s, last + weights * (after - last), flags)

    def index_at(self, t_s: float) -> int:
        """Index of the first sample at or after a time; the number of samples if there is none."""
        return int(np.searchsorted(self._t_s[: self._n], t_s))

    def samples(self, start: int = 0, stop: int | None = None) -> Samples:
        """Return a copy of the samples from ``start`` to ``stop``, by default to the last."""
        cut = slice(start, self._n if stop is None else min(stop, self._n))
        t_s = self._t_s[cut].copy()
        span_s = float(t_s[-1] - t_s[0]) if len(t_s) > 1 else 0.0
        rate_hz = (len(t_s) - 1) / span_s if span_s > 0 else self._info.sample_rate_hz
        imu, flags = self._imu[cut].copy(), self._flags[cut].copy()
        return Samples(t_s, rate_hz, imu[:, :3], imu[:, 3:], flags[:, 0], flags[:, 1])

    def _extend(self, t_s: FloatArray, imu: FloatArray, flags: BoolArray) -> None:
        need = self._n + len(t_s)
        if need > len(self._t_s):
            size = max(need, 2 * len(self._t_s))
            self._t_s = np.resize(self._t_s, size)
            self._imu = np.resize(self._imu, (size, 6))
            self._flags = np.resize(self._flags, (size, 2))
        self._t_s[self._n : need] = t_s
        self._imu[self._n : need] = imu
        self._flags[self._n : need] = flags
        self._n = need


def stretches_of(
    items: Iterable[StreamItem], info: SensorInfo, longest_bridged_s: float = 0.0
) -> list[Samples]:
    """Cut a recording at its gaps.

    Parameters
    ----------
    items : iterable of ImuBlock, Gap or SetLabel
        In the order of time; labels are passed over.
    info : SensorInfo
        Nominal rate and full scales.
    longest_bridged_s : float
        Gaps up to this long are bridged by straight lines, marked as lost, instead of cutting, s.

    Returns
    -------
    list of Samples
        In the order of time, none of them empty.
    """
    stretches: list[Samples] = []
    buffer = SampleBuffer(info)
    bridged: Gap | None = None
    for item in items:
        if isinstance(item, ImuBlock):
            if bridged is not None:
                buffer.bridge(bridged, item)
            bridged = None
            buffer.append(item)
        elif isinstance(item, Gap):
            if item.missing > 0 and item.end_s - item.start_s <= longest_bridged_s:
                bridged = item
                continue
            if len(buffer):
                stretches.append(buffer.samples())
            buffer.clear()
    return [*stretches, buffer.samples()] if len(buffer) else stretches


def samples_of(blocks: Sequence[ImuBlock], info: SensorInfo) -> Samples:
    """Join blocks that follow each other without a gap."""
    buffer = SampleBuffer(info)
    for block in blocks:
        buffer.append(block)
    return buffer.samples()
