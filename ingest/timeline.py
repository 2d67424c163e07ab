"""From the sensor's sequence numbers and clock to seconds, blocks and gaps.

Pure: the same packets in the same order give the same items, live or replayed. What has been given out never
changes. Lost samples become a `Gap`, duplicates vanish, packets swapped by the host are put back in order,
and a sensor that restarted gets a new anchor by its time of arrival.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import Gap, ImuBlock
from ingest.clock_fit import ClockFit, ClockFitConfig
from ingest.counted_clock import CountedClock, CountedClockConfig, CountedPacket
from ingest.host_offset import HostOffset, HostOffsetConfig
from ingest.items import AccelBlock, StreamCounts, TimelineItem

if TYPE_CHECKING:
    from analysis.imu import FloatArray
    from ingest.devices.driver import DeviceSamples

_US = 1e-6

LOST, DROPPED, LOST_AND_DROPPED = (
    "lost by the radio",
    "dropped by the sensor",
    "lost by the radio and by the sensor",
)
RESTARTED, PAUSED = "sensor restarted", "sensor paused"
NOT_COUNTED = "lost by the radio; the sensor does not count, so the length is from the times of arrival"
"""Reasons of a gap."""

COUNTED_CLOCK = ClockFitConfig(window_s=1.0, prior_sd_fraction=0.01, minimum_sd_s=3e-3, limit_fraction=0.1)
"""Fit of a rate that only its label tells: off by up to 1 %, and lowered by losses too short to see."""


@dataclass(frozen=True, slots=True)
class TimelineConfig:
    """Tuning of the timeline.

    Attributes
    ----------
    clock : ClockFitConfig
        Tuning of the clock fit.
    counted_clock : ClockFitConfig
        The same for a sensor without a clock.
    count : CountedClockConfig
        Tuning of the count that stands in for such a clock.
    held_packets : int
        Packets that wait for a missing one, 0 to 2. BLE keeps the order; a host's stack may swap neighbours.
    restart_tolerance_s : float
        How far the sensor's clock may step away from the host's before it counts as another clock, s; 2 to
        30. Above the longest burst that a sensor's queue and a stalled host hold back together.
    remembered_packets : int
        Packets remembered to recognise a duplicate; a host repeats at once or not at all.
    offset : HostOffsetConfig
        How the offset to the host's clock is kept.
    gap_periods : float
        A step of more than this many periods beyond the expected one is a gap; 0.5 is half a sample.
    """

    clock: ClockFitConfig = field(default_factory=ClockFitConfig)
    counted_clock: ClockFitConfig = COUNTED_CLOCK
    count: CountedClockConfig = field(default_factory=CountedClockConfig)
    held_packets: int = 2
    restart_tolerance_s: float = 5.0
    remembered_packets: int = 32
    offset: HostOffsetConfig = field(default_factory=HostOffsetConfig)
    gap_periods: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class _Arrival:
    """A packet with its unwrapped device time."""

    samples: DeviceSamples
    device_s: float
    arrival_s: float

    @property
    def period_s(self) -> float:
        return self.samples.period_us * _US

    @property
    def duration_s(self) -> float:
        """Time until the first sample of the packet after this one."""
        return len(self.samples) * self.period_s

    @property
    def end_s(self) -> float:
        """Device time at which the next packet begins."""
        return self.device_s + self.duration_s

    @property
    def last_sample_s(self) -> float:
        return self.device_s + (len(self.samples) - 1) * self.period_s


class Timeline:
    """Puts decoded packets on the recording's clock.

    Parameters
    ----------
    config : TimelineConfig
        Tuning.
    """

    def __init__(self, config: TimelineConfig | None = None) -> None:
        self._config = config or TimelineConfig()
        self._fit = ClockFit(self._config.clock)
        self._count: CountedClock | None = None  # of a sensor without a clock, known at its first packet
        self._newest: _Arrival | None = None  # newest seen, by the sensor's clock
        self._emitted: _Arrival | None = None  # last given out
        self._held: list[_Arrival] = []
        self._recent: deque[tuple[int | None, int | None]] = deque(maxlen=self._config.remembered_packets)
        # Recording time = _anchor_s + (device time - _anchor_device_s) * rate; piecewise, so never rewritten.
        self._anchor_s = 0.0
        self._anchor_device_s = 0.0
        self.host_offset = HostOffset(self._config.offset)
        """How far it lags behind the host's clock."""
        self._last_s: float | None = None
        self._next_index = 0
        self._timed_s = 0.0
        self._timed_intervals = 0
        self._samples = self._lost = self._clipped = self._dropped = 0
        self._duplicates = self._late = self._restarts = self._gaps = 0
        self._longest_gap_s = 0.0

    @property
    def counts(self) -> StreamCounts:
        """What the stream has delivered so far."""
        rate_hz = self._timed_intervals / self._timed_s if self._timed_s > 0 else None
        unfitted = self._count is not None or (self._newest is not None and self._newest.samples.settled)
        return StreamCounts(
            samples=self._samples,
            lost_samples=self._lost,
            clipped_samples=self._clipped,
            dropped_by_sensor=self._dropped,
            duplicates=self._duplicates,
            late_packets=self._late,
            restarts=self._restarts,
            gaps=self._gaps,
            longest_gap_s=self._longest_gap_s,
            duration_s=self._last_s or 0.0,
            sample_rate_hz=rate_hz,
            drift_ppm=None if unfitted else self._fit.drift_fraction * 1e6,
            drift_sd_ppm=None if unfitted else self._fit.drift_sd_fraction * 1e6,
            host_offset_s=self.host_offset.least_s,
        )

    def link_renewed(self) -> None:
        """Tell that a new connection begins: its smallest delay may differ from the last one's."""
        self._fit.new_segment()

    def push(self, samples: DeviceSamples, arrival_s: float) -> list[TimelineItem]:
        """Take one packet.

        Parameters
        ----------
        samples : DeviceSamples
            As decoded.
        arrival_s : float
            Host's clock when it arrived, s.

        Returns
        -------
        list of ImuBlock or Gap
            In the order of time; empty while a packet waits for a missing one.
        """
        if samples.ticks_us is None:
            return self._push_counted(samples, arrival_s)
        identity = (samples.sequence, samples.ticks_us)
        if identity in self._recent:
            self._duplicates += 1
            return []
        self._recent.append(identity)
        device_s = self._unwrap(samples, samples.ticks_us, arrival_s)
        if device_s is None:
            return self._restart(samples, samples.ticks_us, arrival_s)
        return self._accept(_Arrival(samples, device_s, arrival_s))

    def _push_counted(self, samples: DeviceSamples, arrival_s: float) -> list[TimelineItem]:
        """Take a packet of a sensor without a clock."""
        if self._count is None:
            self._count = CountedClock(self._config.count)
            self._fit = ClockFit(self._config.counted_clock)
        return self._accept_counted(self._count.push(samples, arrival_s, self._fit.drift_fraction))

    def _accept_counted(self, packets: list[CountedPacket]) -> list[TimelineItem]:
        items: list[TimelineItem] = []
        for counted in packets:
            packet = _Arrival(counted.samples, counted.device_s, counted.arrival_s)
            newest = self._newest
            if newest is not None and packet.device_s - newest.end_s > self._tolerance_s(packet):
                self._fit.new_segment()  # how much was lost is known to the radio's jitter only
            items += self._accept(packet)
        return items

    def _accept(self, packet: _Arrival) -> list[TimelineItem]:
        """Take a packet whose device time is known; give out what need not wait."""
        if self._is_late(packet):
            self._late += 1
            return []
        if self._newest is None or packet.device_s > self._newest.device_s:
            self._newest = packet
            self._add_to_fit(packet)
        self._held.append(packet)
        self._held.sort(key=lambda held: held.device_s)
        return self._release()

    def flush(self) -> list[TimelineItem]:
        """Give out the packets that wait for a missing one: nothing more comes, or order matters now."""
        counted = self._count.flush(self._fit.drift_fraction) if self._count else []
        return [*self._accept_counted(counted), *self._release(everything=True)]

    def _add_to_fit(self, packet: _Arrival) -> None:
        if not packet.samples.settled:
            self._fit.add(packet.last_sample_s, packet.arrival_s)

    def _tolerance_s(self, packet: _Arrival) -> float:
        """How far a stamp may stray before it means something, s."""
        return self._config.gap_periods * packet.period_s

    def _is_late(self, packet: _Arrival) -> bool:
        """Tell whether the place of this packet has been given out already. A successor is never late."""
        emitted = self._emitted
        if emitted is None or packet.device_s >= emitted.last_sample_s + self._tolerance_s(packet):
            return False
        sequence, last = packet.samples.sequence, emitted.samples.sequence
        return sequence is None or last is None or sequence != (last + 1) % emitted.samples.sequence_wrap

    def _unwrap(self, samples: DeviceSamples, ticks_us: int, arrival_s: float) -> float | None:
        """Return device time in s, run on across wraps of the counter, or None if this is another clock."""
        newest = self._newest
        if newest is None:
            return ticks_us * _US
        if samples.restarted or newest.samples.ticks_us is None:
            return None
        if samples.settled:
            return newest.device_s + (ticks_us - newest.samples.ticks_us) * _US
        wrap_s = samples.tick_wrap * _US
        forward_s = ((ticks_us - newest.samples.ticks_us) % samples.tick_wrap) * _US
        elapsed_s = arrival_s - newest.arrival_s
        step_s = forward_s + round((elapsed_s - forward_s) / wrap_s) * wrap_s
        slack_s = (self._config.held_packets + 1) * max(newest.duration_s, samples.period_us * _US)
        if step_s < -slack_s:
            return None  # no host holds a packet back that long: the clock itself stepped back
        if abs(step_s - elapsed_s) <= self._config.restart_tolerance_s:
            return newest.device_s + step_s
        # The host stalled, or the sensor sent late what it had kept: then sequence and clock tell the same.
        if samples.sequence is None or newest.samples.sequence is None:
            return None
        packets = (samples.sequence - newest.samples.sequence) % samples.sequence_wrap
        if abs(forward_s - packets * newest.duration_s) <= slack_s:
            return newest.device_s + forward_s
        return None

    def _restart(self, samples: DeviceSamples, ticks_us: int, arrival_s: float) -> list[TimelineItem]:
        """Close the old clock and anchor a new one by the time of arrival."""
        items = self.flush()
        packet = _Arrival(samples, ticks_us * _US, arrival_s)
        last_s = self._last_s if self._last_s is not None else 0.0
        offset_s = self.host_offset.least_s
        by_arrival_s = last_s if offset_s is None else arrival_s - offset_s
        self._anchor_device_s = packet.device_s
        self._anchor_s = max(by_arrival_s - (len(samples) - 1) * packet.period_s, last_s + packet.period_s)
        self._fit.new_segment()
        self._restarts += 1
        items.append(self._gap(self._anchor_s, 0, RESTARTED))
        self._newest = packet
        self._emitted = None
        self._add_to_fit(packet)
        items.append(self._block(packet))
        return items

    def _release(self, *, everything: bool = False) -> list[TimelineItem]:
        items: list[TimelineItem] = []
        while self._held:
            packet = self._held[0]
            if not (everything or len(self._held) > self._config.held_packets or self._is_due(packet)):
                break
            del self._held[0]
            items += self._emit(packet)
        return items

    def _is_due(self, packet: _Arrival) -> bool:
        """Tell whether there is nothing to wait for before this packet."""
        if self._emitted is None or packet.samples.settled:
            return True
        missing = self._packets_between(self._emitted, packet)
        return missing <= packet.samples.dropped or missing > self._config.held_packets

    def _packets_between(self, earlier: _Arrival, later: _Arrival) -> int:
        """Count the packets that are missing, by the sequence, or by the clock of a sensor that has none."""
        first, last = earlier.samples.sequence, later.samples.sequence
        if first is None or last is None:
            beyond_s = later.device_s - earlier.end_s
            return 0 if beyond_s <= self._tolerance_s(later) else max(1, round(beyond_s / later.duration_s))
        return (last - first - 1) % later.samples.sequence_wrap

    def _emit(self, packet: _Arrival) -> list[TimelineItem]:
        items: list[TimelineItem] = []
        if self._emitted is None:
            self._anchor_device_s = packet.device_s
            self._anchor_s = 0.0
        else:
            beyond_s = packet.device_s - self._emitted.end_s
            if beyond_s > self._tolerance_s(packet):
                missing = max(1, round(beyond_s / packet.period_s))
                items.append(
                    self._gap(self._time_of(packet.device_s), missing, self._reason(packet, missing))
                )
        items.append(self._block(packet))
        return items

    def _reason(self, packet: _Arrival, missing: int) -> str:
        """Say who lost the samples before a packet and count those that the sensor dropped."""
        if self._emitted is None:
            return LOST
        if self._count is not None:
            return LOST if missing == packet.samples.missing else NOT_COUNTED
        packets = self._packets_between(self._emitted, packet)
        dropped = min(packet.samples.dropped, packets)
        if packets == 0:
            return PAUSED
        self._dropped += round(missing * dropped / packets)
        if dropped == 0:
            return LOST
        return DROPPED if dropped == packets else LOST_AND_DROPPED

    def _time_of(self, device_s: float) -> float:
        return self._anchor_s + (device_s - self._anchor_device_s) * (1 + self._fit.drift_fraction)

    def _gap(self, end_s: float, missing: int, reason: str) -> Gap:
        start_s = self._last_s if self._last_s is not None else end_s
        self._gaps += 1
        self._lost += missing
        self._next_index += missing
        if missing:
            self._timed_s += end_s - start_s
            self._timed_intervals += missing + 1
        self._longest_gap_s = max(self._longest_gap_s, end_s - start_s)
        return Gap(start_s, end_s, missing, reason)

    def _block(self, packet: _Arrival) -> ImuBlock | AccelBlock:
        start_s = self._time_of(packet.device_s)
        self._anchor_s, self._anchor_device_s = start_s, packet.device_s
        if self._last_s is not None:  # a stamp that jitters must not turn time back
            start_s = max(start_s, self._last_s + self._tolerance_s(packet))
        t_s = start_s + np.arange(len(packet.samples), dtype=np.float64) * (
            packet.period_s * (1 + self._fit.drift_fraction)
        )
        if self._emitted is not None and self._last_s is not None:
            beyond_s = packet.device_s - self._emitted.end_s
            if beyond_s <= self._tolerance_s(packet):
                self._timed_s += start_s - self._last_s
                self._timed_intervals += 1
        self._timed_s += float(t_s[-1] - t_s[0])
        self._timed_intervals += len(t_s) - 1
        block = self._block_of(packet.samples, t_s)
        self._last_s = float(t_s[-1])
        self.host_offset.note(self._last_s, packet.arrival_s)
        self._next_index += len(t_s)
        self._samples += len(t_s)
        self._clipped += packet.samples.clipped
        self._emitted = packet
        return block

    def _block_of(self, samples: DeviceSamples, t_s: FloatArray) -> ImuBlock | AccelBlock:
        if samples.gyro_radps is None:
            return AccelBlock(t_s, samples.specific_force_mps2, self._next_index)
        return ImuBlock(t_s, samples.specific_force_mps2, samples.gyro_radps, self._next_index)
