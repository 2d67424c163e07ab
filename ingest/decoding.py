"""From raw packets to what the signal core takes: the one way, live and replayed.

A broken link does not make a gap by itself; the next packet of data tells what was lost. Bytes that break the
protocol are counted, logged and left out, never fatal.
"""

from __future__ import annotations

import logging

from analysis.imu import SensorInfo, SetLabel, StreamItem
from ingest.devices.driver import Battery, DeviceDriver, DeviceSamples
from ingest.errors import WireError
from ingest.packets import LABEL, LINK, LinkEvent, RawPacket, parse_label, parse_link
from ingest.timeline import StreamCounts, Timeline, TimelineConfig

_logger = logging.getLogger(__name__)


class PacketDecoder:
    """Decodes the packets of one recording, in order.

    Parameters
    ----------
    driver : DeviceDriver
        Of the sensor that sent them.
    config : TimelineConfig, optional
        Tuning of the timeline.

    Attributes
    ----------
    info : SensorInfo or None
        What the sensor last said about itself.
    battery_charge_fraction : float or None
        0 to 1; None while unknown.
    link : LinkEvent or None
        What last happened to the link.
    label : SetLabel or None
        What the lifter last said.
    refused : int
        Packets that broke their protocol.
    """

    def __init__(self, driver: DeviceDriver, config: TimelineConfig | None = None) -> None:
        self._decoder = driver.decoder()
        self._timeline = Timeline(config)
        self._reasons_seen: set[str] = set()
        self.info: SensorInfo | None = None
        self.battery_charge_fraction: float | None = None
        self.link: LinkEvent | None = None
        self.label: SetLabel | None = None
        self.refused = 0

    @property
    def counts(self) -> StreamCounts:
        """What the stream has delivered so far."""
        return self._timeline.counts

    def feed(self, packet: RawPacket) -> list[StreamItem]:
        """Take one packet; return the items that it completes, in the order of time."""
        try:
            if packet.channel == LABEL:
                label = parse_label(packet.payload)
                self.label = label
                return [*self._timeline.flush(), label]
            if packet.channel == LINK:
                self._on_link(parse_link(packet.payload))
                return []
            return self._on_sensor(packet)
        except (WireError, ValueError) as error:
            self._refuse(packet, error)
            return []

    def finish(self) -> list[StreamItem]:
        """Return the items that were still waiting for a missing packet."""
        return self._timeline.flush()

    def _on_link(self, event: LinkEvent) -> None:
        self.link = event
        if event.event == "connected":
            self._timeline.link_renewed()

    def _on_sensor(self, packet: RawPacket) -> list[StreamItem]:
        decoded = self._decoder.decode(packet.channel, packet.payload)
        if isinstance(decoded, DeviceSamples):
            return self._timeline.push(decoded, packet.received_at_s)
        if isinstance(decoded, SensorInfo):
            self.info = decoded
        elif isinstance(decoded, Battery):
            self.battery_charge_fraction = decoded.charge_fraction
        return []

    def _refuse(self, packet: RawPacket, error: WireError | ValueError) -> None:
        """Count it; log each reason aloud once, then quietly: a broken sensor repeats itself."""
        self.refused += 1
        reason = error.reason if isinstance(error, WireError) else str(error)
        level = logging.DEBUG if reason in self._reasons_seen else logging.WARNING
        self._reasons_seen.add(reason)
        _logger.log(level, "packet refused at %.3f s: %s", packet.received_at_s, error)
