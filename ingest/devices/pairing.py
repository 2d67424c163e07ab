"""Brings an accelerometer and a gyroscope that are sent apart to the same times: the accelerometer's.

`StampedPairing` is for streams that carry times, `PacketPairing` for streams that carry none. Both keep no
more than a few seconds. What has no partner is left out, so that it becomes a gap: a sample of the one
without the other says nothing about how a bar moves, and nothing is made up. Only a gyroscope that has never
been heard since the link stands counts as absent; then the accelerometer's samples go out alone.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from analysis.imu import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class StampedPairingConfig:
    """Tuning of `StampedPairing`.

    Attributes
    ----------
    longest_step_periods : float
        Neighbouring gyroscope samples further apart than this are not interpolated between, in periods; 1.2
        to 1.9. One lost sample is a step of 2.
    patience_s : float
        A sample of the accelerometer waits no longer than this for the gyroscope, s; 3 to 8. Above the
        longest time between two packets of a slow stream: a Verity Sense at rest fills one in 2.5 s.
    held_samples : int
        Samples of each stream that are kept at most, whatever the times say; 2000 are 10 s at 200 Hz.
    """

    longest_step_periods: float = 1.5
    patience_s: float = 6.0
    held_samples: int = 2000


@dataclass(frozen=True, slots=True, eq=False)
class StampedSamples:
    """Samples of one of the two streams.

    Attributes
    ----------
    t_us : (k,) float64
        Times on a clock that both streams share, rising, µs.
    values : (k, 3) float64
        SI units, sensor frame.
    at_limit : (k,) bool
        An axis is at its limit.
    period_us : float
        Sampling period, µs.
    """

    t_us: FloatArray
    values: FloatArray
    at_limit: BoolArray
    period_us: float

    def __len__(self) -> int:
        return len(self.t_us)

    def __getitem__(self, kept: slice) -> StampedSamples:
        """Return a part."""
        return StampedSamples(self.t_us[kept], self.values[kept], self.at_limit[kept], self.period_us)


@dataclass(frozen=True, slots=True, eq=False)
class PairedSamples:
    """Samples of both, consecutive.

    Attributes
    ----------
    specific_force_mps2 : (k, 3) float64, sensor frame
        m/s².
    gyro_radps : (k, 3) float64, sensor frame, or None
        rad/s; None: no gyroscope has been heard.
    clipped : int
        Samples with an axis at its limit.
    first_us : float
        Time of the first, µs; 0 where the streams carry no times.
    period_us : float
        Sampling period, µs; 0 likewise.
    missing : int
        Samples known to be missing before the first, where the streams carry no times.
    """

    specific_force_mps2: FloatArray
    gyro_radps: FloatArray | None
    clipped: int
    first_us: float = 0.0
    period_us: float = 0.0
    missing: int = 0


class StampedPairing:
    """Interpolates the gyroscope linearly to the accelerometer's times, never across a gap.

    Parameters
    ----------
    config : StampedPairingConfig, optional
        Tuning.
    """

    def __init__(self, config: StampedPairingConfig | None = None) -> None:
        self._config = config or StampedPairingConfig()
        self._accel: deque[StampedSamples] = deque()
        self._gyro: StampedSamples | None = None

    def push_accel(self, samples: StampedSamples) -> list[PairedSamples]:
        """Take samples of the accelerometer, later than those before; return what is complete."""
        self._accel.append(samples)
        return self._release()

    def push_gyro(self, samples: StampedSamples) -> list[PairedSamples]:
        """Take samples of the gyroscope, later than those before; return what is complete."""
        gyro = self._gyro
        self._gyro = samples if gyro is None else _joined(gyro, samples)
        released = self._release()
        self._forget_gyro()
        return released

    def _release(self) -> list[PairedSamples]:
        released: list[PairedSamples] = []
        while self._accel and self._gyro is not None:
            first = self._accel.popleft()
            ready = int(np.count_nonzero(first.t_us <= self._gyro.t_us[-1]))
            released += self._paired(first[:ready], self._gyro)
            if ready < len(first):
                self._accel.appendleft(first[ready:])
                break
        while self._accel and self._is_too_much():
            first = self._accel.popleft()
            if self._gyro is None:
                released.append(without_gyro(first))
        return released

    def _is_too_much(self) -> bool:
        """Tell whether the accelerometer has waited for too long."""
        oldest_us, newest_us = self._accel[0].t_us[0], self._accel[-1].t_us[-1]
        held = sum(map(len, self._accel))
        return newest_us - oldest_us > self._config.patience_s * 1e6 or held > self._config.held_samples

    def _paired(self, accel: StampedSamples, gyro: StampedSamples) -> list[PairedSamples]:
        """Return runs of samples that have a gyroscope sample before them and one after."""
        if not len(accel):
            return []
        after = np.searchsorted(gyro.t_us, accel.t_us)
        before = np.maximum(after - 1, 0)
        step_us = gyro.t_us[after] - gyro.t_us[before]
        exact = gyro.t_us[after] == accel.t_us
        between = (after > 0) & (step_us <= self._config.longest_step_periods * gyro.period_us)
        weight = np.divide(
            accel.t_us - gyro.t_us[before], step_us, out=np.zeros_like(step_us), where=between & (step_us > 0)
        )
        weight[exact] = 1.0
        rates = gyro.values[before] + weight[:, None] * (gyro.values[after] - gyro.values[before])
        at_limit = (
            accel.at_limit | (gyro.at_limit[before] & (weight < 1)) | (gyro.at_limit[after] & (weight > 0))
        )
        return [
            PairedSamples(
                accel.values[run],
                rates[run],
                int(np.count_nonzero(at_limit[run])),
                float(accel.t_us[run.start]),
                accel.period_us,
            )
            for run in _runs(exact | between)
        ]

    def _forget_gyro(self) -> None:
        """Keep what a sample of the accelerometer that waits or is to come may still need."""
        gyro = self._gyro
        if gyro is None:
            return
        first = len(gyro) - self._config.held_samples
        if self._accel:
            first = max(first, int(np.searchsorted(gyro.t_us, float(self._accel[0].t_us[0]))) - 1)
        self._gyro = gyro[max(first, 0) :]


class PacketPairing:
    """Pairs each packet of the accelerometer with the packet of the gyroscope that follows it.

    Both chips are read at the same rate and packets keep their order, so the two streams alternate. Two
    packets of one stream in a row mean that the other lost one: its partner is left out and counted as
    missing, and the next pair is right again; two that are equal in every bit are one that the host repeats.
    What cannot be known: the constant shift between the partners, up to a packet, and the loss of one packet
    of each that lay side by side.

    Parameters
    ----------
    patience_packets : int
        A gyroscope that has not been heard after so many packets of the accelerometer is absent. Above what
        it takes to start, 0.1 s.
    """

    def __init__(self, patience_packets: int = 200) -> None:
        self._patience_packets = patience_packets
        self._waiting: tuple[FloatArray, BoolArray] | None = None
        self._last_gyro: FloatArray | None = None
        self._has_paired = False
        self._alone = 0
        self._missing = 0

    def push_accel(self, values: FloatArray, at_limit: BoolArray) -> PairedSamples | None:
        """Take a packet of the accelerometer, (k, 3) in m/s²; return what is complete."""
        if self._waiting is not None and np.array_equal(values, self._waiting[0]):
            return None
        if self._waiting is not None and self._has_paired:
            self._missing += len(self._waiting[0])
        self._waiting = (values, at_limit)
        if self._last_gyro is not None:
            return None
        self._alone += 1
        if self._alone <= self._patience_packets:
            return None
        self._waiting = None
        return PairedSamples(values, None, int(np.count_nonzero(at_limit)))

    def push_gyro(self, values: FloatArray, at_limit: BoolArray) -> PairedSamples | None:
        """Take a packet of the gyroscope, (k, 3) in rad/s; return what is complete."""
        last_gyro, self._last_gyro = self._last_gyro, values
        waiting, self._waiting = self._waiting, None
        if waiting is None and last_gyro is not None and np.array_equal(values, last_gyro):
            return None
        if waiting is None or len(waiting[0]) != len(values):
            self._missing += len(values) if self._has_paired else 0
            return None
        missing, self._missing, self._has_paired = self._missing, 0, True
        force, force_at_limit = waiting
        clipped = int(np.count_nonzero(force_at_limit | at_limit))
        return PairedSamples(force, values, clipped, missing=missing)


def any_axis(at_limit: BoolArray) -> BoolArray:
    """Tell for each of (k, 3) whether any of its axes is at its limit."""
    return at_limit[:, 0] | at_limit[:, 1] | at_limit[:, 2]


def without_gyro(accel: StampedSamples) -> PairedSamples:
    """Return samples of an accelerometer alone."""
    clipped = int(np.count_nonzero(accel.at_limit))
    return PairedSamples(accel.values, None, clipped, float(accel.t_us[0]), accel.period_us)


def _joined(first: StampedSamples, second: StampedSamples) -> StampedSamples:
    return StampedSamples(
        np.concatenate([first.t_us, second.t_us]),
        np.concatenate([first.values, second.values]),
        np.concatenate([first.at_limit, second.at_limit]),
        second.period_us,
    )


def _runs(kept: BoolArray) -> list[slice]:
    """Return the runs of True."""
    edges = np.flatnonzero(np.diff(kept.astype(np.int8), prepend=0, append=0))
    return [slice(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
