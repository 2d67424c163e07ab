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


@dataclass(frozen=True, slots=True)
class PacketPairingConfig:
    """Tuning of `PacketPairing`.

    Attributes
    ----------
    patience_packets : int
        A gyroscope that has not been heard after so many packets of the accelerometer is absent; 50 to 400.
        Above what it takes to start, 0.1 s.
    undecided_packets : int
        Packets of both that are looked at before a loss is told from a change of order; 16 to 32. While they
        are unusual they delay the samples: 24 are 0.18 s of 133 packets a second.
    remembered_packets : int
        Packets of both whose order is the usual one; 100 to 300.
    settled_packets : int
        Before so many of both have come, what has to be left out shows that the first pair was wrong, and
        does not count as missing; 20 to 100.
    loss_packets : float
        A mean surplus of one stream that differs from the usual by this is a loss; 0.6 to 0.9. One packet
        lost makes it 1, a change of order 0.
    """

    patience_packets: int = 200
    undecided_packets: int = 24
    remembered_packets: int = 160
    settled_packets: int = 40
    loss_packets: float = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class _Packet:
    """A packet of one stream."""

    values: FloatArray
    at_limit: BoolArray
    is_accel: bool

    @property
    def sign(self) -> int:
        """What it adds to the surplus of the accelerometer."""
        return 1 if self.is_accel else -1

    def is_repeated_by(self, other: _Packet) -> bool:
        return self.is_accel == other.is_accel and np.array_equal(self.values, other.values)


class PacketPairing:
    """Pairs the packets of two streams of one rate by their count.

    Both chips are read at the same rate, so their packets come in turn, or nearly so. How far one stream is
    ahead of the other stays within a narrow band; when it leaves it, packets are held until its mean tells
    whether only their order has changed or packets of the other are lost. Then as many are left out, counted
    as missing, and the pairs are right again. Two packets in a row that are equal in every bit are one that
    the host repeats.

    What cannot be known: the constant shift between partners, up to a packet, and the loss of as many
    packets of both side by side.

    Parameters
    ----------
    config : PacketPairingConfig, optional
        Tuning.
    """

    def __init__(self, config: PacketPairingConfig | None = None) -> None:
        self._config = config or PacketPairingConfig()
        self._waiting: deque[_Packet] = deque()  # of one stream only: the one that is ahead
        self._held: list[_Packet] = []
        self._surplus: deque[int] = deque([1, 0], maxlen=self._config.remembered_packets)
        self._last: _Packet | None = None
        self._gyro_heard = self._has_paired = False
        self._alone = 0
        self._missing = 0

    def push_accel(self, values: FloatArray, at_limit: BoolArray) -> list[PairedSamples]:
        """Take a packet of the accelerometer, (k, 3) in m/s²; return what is complete."""
        return self._push(_Packet(values, at_limit, is_accel=True))

    def push_gyro(self, values: FloatArray, at_limit: BoolArray) -> list[PairedSamples]:
        """Take a packet of the gyroscope, (k, 3) in rad/s; return what is complete."""
        return self._push(_Packet(values, at_limit, is_accel=False))

    def _push(self, packet: _Packet) -> list[PairedSamples]:
        last, self._last = self._last, packet
        if last is not None and last.is_repeated_by(packet):
            return []
        if self._has_paired:
            return self._take(packet)
        return self._begin(packet)

    def _begin(self, packet: _Packet) -> list[PairedSamples]:
        """Wait for the first pair: a packet of the accelerometer, then one of the gyroscope."""
        if not packet.is_accel:
            self._gyro_heard = True
            self._has_paired = bool(self._waiting)
            return self._commit(packet) if self._waiting else []
        self._waiting.clear()
        self._alone += 1
        if not self._gyro_heard and self._alone > self._config.patience_packets:
            return [PairedSamples(packet.values, None, int(np.count_nonzero(packet.at_limit)))]
        self._waiting.append(packet)
        return []

    def _take(self, packet: _Packet) -> list[PairedSamples]:
        surplus = self._present_surplus() + packet.sign
        if not self._held and min(self._surplus) <= surplus <= max(self._surplus):
            pairs = self._commit(packet)
            self._look_back()
            return pairs
        self._held.append(packet)
        if len(self._held) < self._config.undecided_packets:
            return []
        return self._decide()

    def _decide(self) -> list[PairedSamples]:
        """Tell a loss from a change of order by the mean surplus of what is held."""
        held, self._held = self._held, []
        surplus = self._present_surplus() + np.cumsum([packet.sign for packet in held])
        shift = float(np.mean(surplus)) - sum(self._surplus) / len(self._surplus)
        if abs(shift) < self._config.loss_packets:
            return [pair for packet in held for pair in self._commit(packet)]
        ahead = shift > 0  # the accelerometer: packets of the gyroscope are lost
        is_settled = len(self._surplus) >= self._config.settled_packets
        for _ in range(int(abs(shift) + 1 - self._config.loss_packets)):
            lonely = self._leave_out(held, is_accel=ahead)
            if lonely is not None and is_settled:
                self._missing += len(lonely.values)
        return [pair for packet in held for pair in self._take(packet)]

    def _look_back(self) -> None:
        """Make up for a loss that showed as no unusual surplus, because the order changes too much."""
        config, surplus = self._config, list(self._surplus)
        if len(surplus) < config.remembered_packets or not self._waiting:
            return
        recent, older = surplus[-config.undecided_packets :], surplus[: -config.undecided_packets]
        shift = sum(recent) / len(recent) - sum(older) / len(older)
        ahead = self._waiting[0].sign
        if shift * ahead < config.loss_packets:
            return
        self._missing += len(self._waiting.popleft().values)
        self._surplus.clear()
        self._surplus.extend([*older, *(one - ahead for one in recent)])

    def _leave_out(self, held: list[_Packet], *, is_accel: bool) -> _Packet | None:
        """Remove the oldest packet of a stream, whose partner is lost."""
        if self._waiting and self._waiting[0].is_accel == is_accel:
            return self._waiting.popleft()
        for index, packet in enumerate(held):
            if packet.is_accel == is_accel:
                return held.pop(index)
        return None

    def _commit(self, packet: _Packet) -> list[PairedSamples]:
        """Pair a packet with the oldest that waits for it, or let it wait."""
        if not self._waiting or self._waiting[0].is_accel == packet.is_accel:
            self._waiting.append(packet)
            self._surplus.append(self._present_surplus())
            return []
        other = self._waiting.popleft()
        self._surplus.append(self._present_surplus())
        accel, gyro = (packet, other) if packet.is_accel else (other, packet)
        if len(accel.values) != len(gyro.values):
            self._missing += len(accel.values)
            return []
        missing, self._missing = self._missing, 0
        clipped = int(np.count_nonzero(accel.at_limit | gyro.at_limit))
        return [PairedSamples(accel.values, gyro.values, clipped, missing=missing)]

    def _present_surplus(self) -> int:
        """By how many packets the accelerometer is ahead."""
        return sum(packet.sign for packet in self._waiting)


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
