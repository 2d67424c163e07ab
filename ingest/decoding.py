"""From raw packets to what the signal core takes: the one way, live and replayed.

A broken link does not make a gap by itself; the next packet of data tells what was lost. Bytes that break the
protocol are counted, logged and left out, never fatal.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.imu import SensorInfo, SetLabel
from ingest.devices import driver_named, standard, stream_channels
from ingest.devices.driver import Battery, Decoded, DeviceSamples, DeviceText, Driver, HeartRate, HoldsBack
from ingest.errors import UnknownDriverError, WireError
from ingest.instruments import InstrumentRep, RepBegun
from ingest.packets import LABEL, LINK, LinkEvent, RawPacket, parse_label, parse_link
from ingest.timeline import Timeline, TimelineConfig, TimelineItem

if TYPE_CHECKING:
    from ingest.host_offset import HostOffset
    from ingest.items import StreamCounts

_logger = logging.getLogger(__name__)
_UNREADABLE_AFTER = 20
"""Refused packets in a row, none of them understood, that are no accident: a second of the fastest sensor."""
_MEASUREMENTS = (DeviceSamples, HeartRate, RepBegun, InstrumentRep)


class PacketDecoder:
    """Decodes the packets of one recording, in order.

    Parameters
    ----------
    driver : Driver or None
        Of the sensor that sent them; None: the first connection tells.
    config : TimelineConfig, optional
        Tuning of the timeline.

    Attributes
    ----------
    driver : DeviceDriver or None
        See above.
    info : SensorInfo or None
        What the sensor last said about itself; model and firmware may come from the Device Information
        Service.
    battery_charge_fraction : float or None
        0 to 1; None while unknown.
    link : LinkEvent or None
        What last happened to the link.
    label : SetLabel or None
        What the lifter last said.
    heart_rate : HeartRate or None
        The last one; None while the sensor has told none.
    instrument_reps : list of InstrumentRep
        What a reference instrument has reported so far.
    instrument_times_s : list of (float or None, float)
        When each of these began, as far as it was told, and when it was reported: times of arrival, s.
    tells_of_itself : bool
        Whether the last packet told what later ones mean: a description, or an answer to a command. A piece
        of a measurement does not.
    refused : int
        Packets that broke their protocol.
    """

    def __init__(self, driver: Driver | None, config: TimelineConfig | None = None) -> None:
        self.driver = driver
        self._decoder = None if driver is None else driver.decoder()
        self._streams = frozenset[str]() if driver is None else stream_channels(driver)
        self._timeline = Timeline(config)
        self._reasons_seen: set[str] = set()
        self._described: SensorInfo | None = None
        self._texts: dict[str, str] = {}
        self._last_received_s = 0.0
        self.battery_charge_fraction: float | None = None
        self.link: LinkEvent | None = None
        self.label: SetLabel | None = None
        self.heart_rate: HeartRate | None = None
        self.instrument_reps: list[InstrumentRep] = []
        self.instrument_times_s: list[tuple[float | None, float]] = []
        self._rep_begun_s: float | None = None
        self.tells_of_itself = False
        self.refused = 0
        self._refused_in_a_row = 0
        self._first_refusal = ""

    @property
    def unreadable(self) -> str:
        """Why nothing of what comes now can be understood, in words; empty while something is."""
        return self._first_refusal if self._refused_in_a_row >= _UNREADABLE_AFTER else ""

    @property
    def info(self) -> SensorInfo | None:
        """What the sensor last said about itself; None before it has said what its samples mean."""
        if self._described is None:
            return None
        info, texts = self._described, self._texts
        return replace(
            info,
            model=info.model or texts.get("model", ""),
            firmware=info.firmware or texts.get("firmware", ""),
            device_id=info.device_id or texts.get("serial", ""),
        )

    @property
    def model(self) -> str:
        """The sensor's model, as far as it has told; empty while it has not."""
        return self.info.model if self.info else self._texts.get("model", "")

    @property
    def host_offset(self) -> HostOffset:
        """How far the timeline lags behind the clock of `RawPacket.received_at_s`."""
        return self._timeline.host_offset

    @property
    def counts(self) -> StreamCounts:
        """What the stream has delivered so far."""
        return self._timeline.counts

    def feed(self, packet: RawPacket) -> list[TimelineItem]:
        """Take one packet; return the items that it completes, in the order of time."""
        self.tells_of_itself = False
        try:
            if packet.channel == LABEL:
                label = parse_label(packet.payload)
                self.label = label
                return [*self._timeline.flush(), label]
            if packet.channel == LINK:
                return self._on_link(parse_link(packet.payload))
            return self._on_sensor(packet)
        except (WireError, UnknownDriverError, ValueError) as error:
            self._refuse(packet, error)
            return []

    def finish(self) -> list[TimelineItem]:
        """Return the items that were still waiting for a missing packet."""
        now_s = self._last_received_s
        return [*self._items_of(self._held_back(), now_s), *self._timeline.flush()]

    def _on_link(self, event: LinkEvent) -> list[TimelineItem]:
        self.link = event
        if event.event != "connected":
            return self._items_of(self._held_back(), self._last_received_s)
        if self._decoder is None:
            self.driver = driver_named(event.driver)
            self._decoder = self.driver.decoder()
            self._streams = stream_channels(self.driver)
        self._timeline.link_renewed()
        self._rep_begun_s = None
        self._decoder.link_renewed()
        return []

    def _held_back(self) -> tuple[Decoded, ...]:
        return self._decoder.flush() if isinstance(self._decoder, HoldsBack) else ()

    def _on_sensor(self, packet: RawPacket) -> list[TimelineItem]:
        if packet.channel in standard.CHANNELS:
            decoded = standard.decode_standard(packet.channel, packet.payload)
        elif self._decoder is None:
            raise ValueError("bytes of a sensor before it was connected")
        else:
            decoded = self._decoder.decode(packet.channel, packet.payload)
        self.tells_of_itself = (bool(decoded) or packet.channel not in self._streams) and not any(
            isinstance(value, _MEASUREMENTS) for value in decoded
        )
        self._last_received_s = packet.received_at_s
        return self._items_of(decoded, packet.received_at_s)

    def _items_of(self, decoded: tuple[Decoded, ...], received_at_s: float) -> list[TimelineItem]:
        items: list[TimelineItem] = []
        for value in decoded:
            if isinstance(value, _MEASUREMENTS):
                self._refused_in_a_row = 0
            if isinstance(value, DeviceSamples):
                items += self._timeline.push(value, received_at_s)
            else:
                self._keep(value, received_at_s)
        return items

    def _keep(self, value: Decoded, received_at_s: float) -> None:
        if isinstance(value, SensorInfo):
            self._described = value
        elif isinstance(value, DeviceText):
            self._texts[value.field] = value.text
        elif isinstance(value, Battery):
            self.battery_charge_fraction = value.charge_fraction
        elif isinstance(value, HeartRate):
            self.heart_rate = value
        elif isinstance(value, InstrumentRep):
            self.instrument_reps.append(value)
            self.instrument_times_s.append((self._rep_begun_s, received_at_s))
            self._rep_begun_s = None
        elif isinstance(value, RepBegun):
            self._rep_begun_s = received_at_s

    def _refuse(self, packet: RawPacket, error: Exception) -> None:
        """Count it; log each reason aloud once, then quietly: a broken sensor repeats itself."""
        self.refused += 1
        reason = error.reason if isinstance(error, WireError) else str(error)
        if self._refused_in_a_row == 0:
            self._first_refusal = reason
        self._refused_in_a_row += 1
        level = logging.DEBUG if reason in self._reasons_seen else logging.WARNING
        self._reasons_seen.add(reason)
        _logger.log(level, "packet refused at %.3f s: %s", packet.received_at_s, error)
