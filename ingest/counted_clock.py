"""A clock for sensors that have none: samples are counted, times of arrival tell when some are missing.

A stall of the radio delays packets and then delivers them in a burst; a loss leaves every later packet early
by the count. So after a silence the packets are held until the delay is what it was (nothing lost) or has
stayed too large for a while (the rest is lost). Losses shorter than the radio's jitter cannot be seen; they
make the measured rate a little low, and the clock's fit follows it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.devices.driver import DeviceSamples

_US = 1e-6


@dataclass(frozen=True, slots=True)
class CountedClockConfig:
    """Tuning of the count.

    Attributes
    ----------
    silence_s : float
        A pause between arrivals of more than this is looked into, s; 0.1 to 0.5. Above the connection
        interval and its retransmissions: 15 to 50 ms, some of them in a row.
    settle_s : float
        How long after a silence a burst may take to catch up, s; 0.2 to 1. Stalls of up to 400 ms were seen
        on Linux; their burst comes within some connection intervals.
    caught_up_s : float
        Remaining delay that counts as caught up, s; 0.02 to 0.1: the radio's jitter.
    remembered_s : float
        The least delay of this last time is the usual one, s; 1 to 5. A rate that is wrong by 1 % moves the
        delay by 10 ms a second.
    """

    silence_s: float = 0.2
    settle_s: float = 0.4
    caught_up_s: float = 0.04
    remembered_s: float = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class CountedPacket:
    """A packet that has got its time.

    Attributes
    ----------
    samples : DeviceSamples
        As decoded.
    device_s : float
        Time of its first sample by the count, s.
    arrival_s : float
        Host's clock when it arrived, s.
    """

    samples: DeviceSamples
    device_s: float
    arrival_s: float

    @property
    def end_s(self) -> float:
        """Time by the count at which the next packet begins, s."""
        return self.device_s + len(self.samples) * self.samples.period_us * _US


class CountedClock:
    """Counts samples.

    Parameters
    ----------
    config : CountedClockConfig, optional
        Tuning.
    """

    def __init__(self, config: CountedClockConfig | None = None) -> None:
        self._config = config or CountedClockConfig()
        self._next_s = 0.0
        self._delays: deque[tuple[float, float]] = deque()  # arrival, delay behind the count
        self._last_arrival_s: float | None = None
        self._held: list[CountedPacket] = []

    def push(self, samples: DeviceSamples, arrival_s: float, drift_fraction: float) -> list[CountedPacket]:
        """Take a packet; return those whose time is certain now.

        Parameters
        ----------
        samples : DeviceSamples
            As decoded.
        arrival_s : float
            Host's clock when it arrived, s.
        drift_fraction : float
            Host seconds per counted second, minus 1, as far as known.
        """
        config = self._config
        silent_s = 0.0 if self._last_arrival_s is None else arrival_s - self._last_arrival_s
        self._last_arrival_s = arrival_s
        begin_s = self._held[-1].end_s if self._held else self._next_s
        packet = CountedPacket(samples, begin_s, arrival_s)
        if not self._held and silent_s <= config.silence_s + samples.period_us * _US * len(samples):
            return [self._let_go(packet, drift_fraction)]
        self._held.append(packet)
        excess_s = self._least_excess_s(drift_fraction)
        waited_s = arrival_s - self._held[0].arrival_s
        if excess_s > config.caught_up_s and waited_s < config.settle_s:
            return []
        return self._release(excess_s, drift_fraction)

    def flush(self, drift_fraction: float) -> list[CountedPacket]:
        """Return the packets that wait for certainty: nothing more comes, or order matters now."""
        return self._release(self._least_excess_s(drift_fraction), drift_fraction) if self._held else []

    def _delay_s(self, packet: CountedPacket, drift_fraction: float) -> float:
        """How far the arrival is behind the count, s; only differences of it mean anything."""
        return packet.arrival_s - packet.end_s * (1 + drift_fraction)

    def _least_excess_s(self, drift_fraction: float) -> float:
        """Delay of the held packets beyond the usual one, s."""
        if not self._delays:
            return 0.0
        usual_s = min(delay_s for _, delay_s in self._delays)
        return min(self._delay_s(held, drift_fraction) for held in self._held) - usual_s

    def _release(self, excess_s: float, drift_fraction: float) -> list[CountedPacket]:
        held, self._held = self._held, []
        period_s = held[0].samples.period_us * _US
        lost = round(excess_s / period_s) if excess_s > self._config.caught_up_s else 0
        shifted = [
            CountedPacket(packet.samples, packet.device_s + lost * period_s, packet.arrival_s)
            for packet in held
        ]
        return [self._let_go(packet, drift_fraction) for packet in shifted]

    def _let_go(self, packet: CountedPacket, drift_fraction: float) -> CountedPacket:
        self._next_s = packet.end_s
        self._delays.append((packet.arrival_s, self._delay_s(packet, drift_fraction)))
        while self._delays[0][0] < packet.arrival_s - self._config.remembered_s:
            self._delays.popleft()
        return packet
