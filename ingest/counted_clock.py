"""A clock for sensors that have none: samples are counted, times of arrival tell when some are missing.

A stall of the radio delays packets and then delivers them in a burst; a loss leaves every later packet late
by the count. So after a silence the packets are held until the delay is what it was (nothing lost) or has
stopped falling (the rest is lost). A loss without a silence shows later, as a delay that stays; its place is
then known to about a second. Losses shorter than the radio's jitter cannot be seen; they make the measured
rate a little low, and the clock's fit follows it.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

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
        A burst that has not come nearer for this long has ended, s; 0.2 to 1. Stalls of up to 400 ms were
        seen on Linux; their burst comes within some connection intervals.
    nearer_s : float
        What counts as nearer, s; 0.01 to 0.04. Below the jitter, so that luck alone cannot go on for long.
    longest_s : float
        Packets are not held for longer, s; 1 to 5. A radio with a third of its capacity to spare needs 1.2 s
        to catch up with 0.4 s.
    caught_up_s : float
        Remaining delay that counts as caught up, s; 0.02 to 0.1: the radio's jitter.
    remembered_s : float
        The least delay of this last time is the usual one, s; 2 to 5. A rate that is wrong by 1 % moves the
        delay by 10 ms a second until the fit knows it.
    lasting_s : float
        A delay that stays for this long without a silence is looked into, s; 0.5 to 2, at most half of
        `remembered_s`. Bursts after stalls too short for a silence are over by then.
    lasting_delay_s : float
        Such a delay beyond the usual one is a loss if it is larger than this, s; 0.05 to 0.1. More than the
        jitter and twice what a rate wrong by 1 % makes in the time between.
    check_s : float
        How often that is looked into, and the least late packet of how long is remembered, s; 0.05 to 0.2.
    """

    silence_s: float = 0.2
    settle_s: float = 0.4
    nearer_s: float = 0.02
    longest_s: float = 3.0
    caught_up_s: float = 0.04
    remembered_s: float = 3.0
    lasting_s: float = 1.0
    lasting_delay_s: float = 0.06
    check_s: float = 0.1


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
        self._last_arrival_s = math.inf
        self._checked_s = -math.inf
        self._recent: deque[CountedPacket] = deque()  # least late of each moment of the last while
        self._moment_s = 0.0  # when the last of these moments began
        self._held: list[list[CountedPacket]] = []  # parts with a silence before each
        self._usual_s = 0.0  # least delay before the silence
        self._held_since_s = self._nearer_since_s = 0.0
        self._least_s = math.inf  # delay beyond the usual one, of the last part, when it last came nearer

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
        begin_s = self._held[-1][-1].end_s if self._held else self._next_s
        begin_s += samples.missing * samples.period_us * _US
        packet = CountedPacket(samples, begin_s, arrival_s)
        silent_s = arrival_s - self._last_arrival_s
        self._last_arrival_s = arrival_s
        if silent_s > self._config.silence_s + len(samples) * samples.period_us * _US:
            self._hold(arrival_s, drift_fraction)
        if not self._held:
            return [self._let_go(self._after_lasting_delay(packet, drift_fraction), drift_fraction)]
        self._held[-1].append(packet)
        return self._release(drift_fraction) if self._is_decided(packet, drift_fraction) else []

    def flush(self, drift_fraction: float) -> list[CountedPacket]:
        """Return the packets that wait for certainty: nothing more comes, or order matters now."""
        return self._release(drift_fraction)

    def _hold(self, arrival_s: float, drift_fraction: float) -> None:
        """Begin a part after a silence."""
        if not self._held:
            self._held_since_s = arrival_s
            self._usual_s = self._least_delay_s(self._recent, drift_fraction)
        self._held.append([])
        self._nearer_since_s = arrival_s
        self._least_s = math.inf

    def _is_decided(self, packet: CountedPacket, drift_fraction: float) -> bool:
        """Tell whether the held packets have caught up or will not."""
        config = self._config
        excess_s = self._delay_s(packet, drift_fraction) - self._usual_s
        if excess_s <= self._least_s - config.nearer_s:
            self._least_s, self._nearer_since_s = excess_s, packet.arrival_s
        return (
            excess_s <= config.caught_up_s
            or packet.arrival_s - self._nearer_since_s >= config.settle_s
            or packet.arrival_s - self._held_since_s >= config.longest_s
        )

    def _release(self, drift_fraction: float) -> list[CountedPacket]:
        """Give the held packets their times: a part lost no more than any part after it has left."""
        held, self._held = self._held, []
        least_s = [self._least_delay_s(part, drift_fraction) - self._usual_s for part in held]
        lost_s = reversed(list(accumulate(reversed(least_s), min)))
        return [
            self._let_go(self._later(packet, part_s, drift_fraction), drift_fraction)
            for part, part_s in zip(held, lost_s, strict=True)
            for packet in part
        ]

    def _later(self, packet: CountedPacket, lost_s: float, drift_fraction: float) -> CountedPacket:
        """Move a packet by whole samples that fill so much of the host's time, s."""
        if lost_s <= self._config.caught_up_s:
            return packet
        period_s = packet.samples.period_us * _US
        lost = round(lost_s / (period_s * (1 + drift_fraction)))
        return replace(packet, device_s=packet.device_s + lost * period_s)

    def _after_lasting_delay(self, packet: CountedPacket, drift_fraction: float) -> CountedPacket:
        """Move a packet by what was lost unseen before it, if the delay says so."""
        config, arrival_s = self._config, packet.arrival_s
        if arrival_s < self._checked_s + config.check_s or not self._recent:
            return packet
        self._checked_s = arrival_s
        border_s = arrival_s - config.lasting_s
        if self._recent[0].arrival_s > border_s - config.lasting_s:
            return packet  # too little is known of what is usual
        before = [past for past in self._recent if past.arrival_s < border_s]
        after = [past for past in self._recent if past.arrival_s >= border_s]
        usual_s = self._least_delay_s(before, drift_fraction)
        excess_s = self._least_delay_s([*after, packet], drift_fraction) - usual_s
        return self._later(packet, excess_s, drift_fraction) if excess_s > config.lasting_delay_s else packet

    def _delay_s(self, packet: CountedPacket, drift_fraction: float) -> float:
        """How far the arrival is behind the count, s; only differences of it mean anything.

        Counted from a recent packet, so that a drift that is a little wrong does not add up over an hour.
        """
        if not self._recent:
            return 0.0
        origin = self._recent[0]
        return packet.arrival_s - origin.arrival_s - (packet.end_s - origin.end_s) * (1 + drift_fraction)

    def _least_delay_s(self, packets: Iterable[CountedPacket], drift_fraction: float) -> float:
        return min(self._delay_s(packet, drift_fraction) for packet in packets)

    def _let_go(self, packet: CountedPacket, drift_fraction: float) -> CountedPacket:
        self._next_s = packet.end_s
        recent, arrival_s = self._recent, packet.arrival_s
        if not recent or arrival_s >= self._moment_s + self._config.check_s:
            self._moment_s = arrival_s
            recent.append(packet)
        elif self._delay_s(packet, drift_fraction) < self._delay_s(recent[-1], drift_fraction):
            recent[-1] = packet
        while recent[0].arrival_s < arrival_s - self._config.remembered_s:
            recent.popleft()
        return packet
