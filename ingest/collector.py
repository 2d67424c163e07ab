"""A live session: packets in, recording on disk, events out.

Each packet is recorded first and understood second, so that no bug of ours costs data. Decoding and analysis
are the same objects that a replay uses; the only thing that live adds is the file and the status.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from analysis.events import Event, SetFinished
from analysis.imu import Mount, SensorInfo, SetLabel
from ingest.collector_status import CollectorStatus
from ingest.companions import BAR, Membership, SessionClock
from ingest.decoding import PacketDecoder
from ingest.devices import standard, stream_channels
from ingest.errors import KnownSensorError
from ingest.items import TimelineItem
from ingest.packets import LABEL, LINK, PacketSource, RawPacket, label_packet
from ingest.recording import Recorder
from ingest.recording_header import RecordingHeader
from ingest.session import SessionRunner

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.calibration import Calibration
    from ingest.devices.driver import Driver
    from ingest.known_sensors import KnownSensors
    from ingest.session import AnalyzerFactory

_logger = logging.getLogger(__name__)

_KEPT_DESCRIPTIONS = 64
"""Packets without measurements that a rotated file repeats; the longest start-up has some twenty answers."""

RecorderFactory: TypeAlias = Callable[[RecordingHeader], Recorder]
ItemListener: TypeAlias = Callable[[list[TimelineItem], SensorInfo], None]


@dataclass(frozen=True, slots=True)
class CollectorConfig:
    """Tuning of a session.

    Attributes
    ----------
    rotate_after_s : float
        Age at which a file ends with the next set, s; 900 to 3600. The design says 30 minutes.
    rotate_at_latest_s : float
        Age at which a file ends in any case, s: a forgotten sensor must not fill one file for ever.
    status_every_s : float
        Time between two status reports, s; 0.2 to 5.
    """

    rotate_after_s: float = 1800.0
    rotate_at_latest_s: float = 3600.0
    status_every_s: float = 1.0


class Collector:
    """Runs one live session.

    Parameters
    ----------
    source : PacketSource
        Where packets come from.
    driver : Driver or None
        Of the sensor; None: the first connection tells.
    analyzer_factory : callable
        See `SessionRunner`.
    recorder_factory : callable or None
        Makes the recorder of each file from its header; None: nothing is recorded.
    mount : Mount, optional
        How the sensor is fixed; if not given, as it was paired.
    on_items : callable, optional
        Called with what the timeline gave out, and the sensor's description, before it is analysed.
    on_event : callable, optional
        Called with each event of the signal core, in order.
    on_status : callable, optional
        Called with a `CollectorStatus` at regular times and when the link changes.
    on_recorded : callable, optional
        Called with the path of each finished file.
    speed : float
        Of the running loop's clock; written to the header.
    source_kind : str
        "sensor" or "simulator"; written to the header.
    known_sensors : KnownSensors, optional
        Where what is learned of a sensor is kept.
    membership : Membership, optional
        Its part in a session of several sensors; alone if not given.
    config : CollectorConfig, optional
        Tuning.
    """

    def __init__(
        self,
        source: PacketSource,
        driver: Driver | None,
        analyzer_factory: AnalyzerFactory,
        recorder_factory: RecorderFactory | None,
        *,
        mount: Mount | None = None,
        on_items: ItemListener | None = None,
        on_event: Callable[[Event], None] | None = None,
        on_status: Callable[[CollectorStatus], None] | None = None,
        on_recorded: Callable[[Path], None] | None = None,
        speed: float = 1.0,
        source_kind: str = "sensor",
        known_sensors: KnownSensors | None = None,
        membership: Membership | None = None,
        config: CollectorConfig | None = None,
    ) -> None:
        self._source = source
        self._driver = driver
        self._analyzer_factory = analyzer_factory
        self._recorder_factory = recorder_factory
        self._mount = mount
        self._on_items = on_items
        self._on_event = on_event
        self._on_status = on_status
        self._on_recorded = on_recorded
        self._speed = speed
        self._source_kind = source_kind
        self._known_sensors = known_sensors
        self._membership = membership
        self._calibration: Calibration | None = None
        self._config = config or CollectorConfig()
        self._connections = 0
        self._origin_s = 0.0
        self._last_received_s = 0.0
        self._last_data_s: float | None = None
        self._started_at = datetime.now(UTC)
        self._last_link: RawPacket | None = None
        self._descriptions: deque[RawPacket] = deque(maxlen=_KEPT_DESCRIPTIONS)
        self._start_file()

    def _start_file(self) -> None:
        self._decoder = PacketDecoder(self._driver)
        self._runner = SessionRunner(self._analyzer_factory, self._mount or Mount())
        self._recorder: Recorder | None = None
        self._unrecorded: list[RawPacket] = []  # until INFO tells what to write in the header
        self._file_started_s: float | None = None
        self._analysis_problem = ""

    @property
    def status(self) -> CollectorStatus:
        """The session at a glance."""
        decoder, recorder = self._decoder, self._recorder
        link, info = decoder.link, decoder.info
        return CollectorStatus(
            link=link.event if link else "searching",
            sensor_name=link.name if link else "",
            address=link.address if link else "",
            model=info.model if info else "",
            firmware=info.firmware if info else "",
            rssi_dbm=link.rssi_dbm if link else None,
            mtu=link.mtu if link else None,
            battery_charge_fraction=decoder.battery_charge_fraction,
            data_age_s=self._data_age_s(),
            connections=self._connections,
            counts=decoder.counts,
            heart_rate_bpm=decoder.heart_rate.rate_bpm if decoder.heart_rate else None,
            refused_packets=decoder.refused,
            recording_path=recorder.path if recorder else None,
            recording_problem=recorder.error if recorder else "",
            analysis_problem=self._analysis_problem,
            sensor_problem=self._sensor_problem,
        )

    @property
    def _sensor_problem(self) -> str:
        why = self._decoder.unreadable
        return why and (
            f"what the sensor sends cannot be understood ({why}); it is recorded all the same. "
            "Its firmware may be newer or older than Upright knows: update Upright, then the sensor"
        )

    def _data_age_s(self) -> float | None:
        if self._last_data_s is None:
            return None
        return max(asyncio.get_running_loop().time() - self._origin_s - self._last_data_s, 0.0)

    async def run(self) -> None:
        """Run until the source ends; then close the set and the file.

        Raises
        ------
        BluetoothUnavailableError
            If the source cannot start.
        RecordingError
            If a file cannot be created or finished.
        """
        loop = asyncio.get_running_loop()
        self._origin_s = loop.time()
        self._membership = self._membership or Membership(SessionClock.now())
        self._started_at = self._membership.clock.wall_time(self._origin_s)
        reports = asyncio.create_task(self._report_regularly(), name="collector status")
        try:
            async for packet in self._source.packets():
                self._take(packet)
        finally:
            reports.cancel()
            await asyncio.gather(reports, return_exceptions=True)
            self._finish_file()
            self._report()

    def label(self, label: SetLabel) -> None:
        """Say what the next set is. The label is recorded, so that a replay has it too."""
        now_s = asyncio.get_running_loop().time() - self._origin_s
        self._take(label_packet(max(now_s, self._last_received_s), label))

    def _take(self, packet: RawPacket) -> None:
        self._last_received_s = max(self._last_received_s, packet.received_at_s)
        if packet.channel in self._streams:
            self._last_data_s = packet.received_at_s
        self._record(packet)
        items = self._decoder.feed(packet)
        self._remember(packet)
        self._hand_on(items)
        events = self._analyse(lambda: self._runner.advance(items, self._info))
        ends_a_set = packet.channel == LABEL or any(isinstance(event, SetFinished) for event in events)
        if self._is_time_to_rotate(packet.received_at_s, ends_a_set=ends_a_set):
            self._rotate(packet.received_at_s)

    def _hand_on(self, items: list[TimelineItem]) -> None:
        info = self._decoder.info
        if self._on_items is not None and items and info is not None:
            self._on_items(items, info)

    @property
    def _streams(self) -> frozenset[str]:
        """Channels of measurements; none before the sensor is known."""
        return frozenset() if self._driver is None else stream_channels(self._driver)

    @property
    def _info(self) -> SensorInfo | None:
        info = self._decoder.info
        return None if info is None else replace(info, calibration=self._calibration)

    def _record(self, packet: RawPacket) -> None:
        """Append to the file; open it once the sensor has described itself."""
        if self._file_started_s is None:
            self._file_started_s = packet.received_at_s
        if self._recorder_factory is None:
            return
        if self._recorder is not None:
            self._recorder.write(packet)
            return
        self._unrecorded.append(packet)
        if packet.channel in {LABEL, LINK} | (standard.CHANNELS - self._streams):
            return
        self._recorder = self._recorder_factory(self._header())
        for waiting in self._unrecorded:
            self._recorder.write(waiting)
        self._unrecorded.clear()

    def _header(self) -> RecordingHeader:
        """Describe the file that begins: the link told the names, the packets at hand may tell the model."""
        peek = PacketDecoder(self._driver)
        for packet in self._unrecorded:
            peek.feed(packet)
        link = self._decoder.link
        return RecordingHeader(
            driver=self._driver.name if self._driver else "",
            sensor_name=link.name if link else "",
            address=link.address if link else "",
            model=peek.model,
            mount=self._mount or Mount(),
            started_at=self._started_at,
            speed=self._speed,
            source_kind=self._source_kind,
            calibration=self._calibration,
            role=self._membership.role if self._membership else BAR,
            group_id=self._membership.group_id if self._membership else "",
        )

    def _remember(self, packet: RawPacket) -> None:
        if packet.channel == LINK:
            self._last_link = packet
            self._driver = self._decoder.driver
            if self._decoder.link is not None and self._decoder.link.event == "connected":
                self._descriptions.clear()
            self._connections += self._decoder.link is not None and self._decoder.link.event == "connected"
            self._recognise()
            self._report()
        elif self._decoder.tells_of_itself:
            if packet.channel in standard.CHANNELS:  # the last battery level matters, not all of them
                for older in [kept for kept in self._descriptions if kept.channel == packet.channel]:
                    self._descriptions.remove(older)
            self._descriptions.append(packet)

    def _recognise(self) -> None:
        """Recall what is known of the sensor, before its first sample."""
        link = self._decoder.link
        if self._known_sensors is None or link is None or self._calibration is not None:
            return
        try:
            known = self._known_sensors.find(link.address)
            self._calibration = self._known_sensors.calibration(link.address)
        except KnownSensorError as error:
            _logger.warning("%s", error)
            return
        if self._mount is None and known is not None and known.mount is not None:
            self._mount = self._runner.mount = known.mount

    def _keep_calibration(self) -> None:
        """Keep what the file's sets taught, for the next file and the next session."""
        link, learned = self._decoder.link, self._runner.calibration
        if learned is None:
            return
        self._calibration = learned
        if self._known_sensors is None or link is None or not link.address:
            return
        try:
            self._known_sensors.keep(link.address, learned)
        except KnownSensorError as error:
            _logger.warning("%s", error)

    def _analyse(self, step: Callable[[], list[Event]]) -> list[Event]:
        """Run a step of the analysis and hand its events on. A bug in it never ends the recording."""
        if self._analysis_problem:
            return []
        try:
            events = step()
            if self._on_event is not None:
                for event in events:
                    self._on_event(event)
        except Exception as error:
            _logger.exception("analysis stopped; recording goes on, the file can be analysed again")
            self._analysis_problem = f"{type(error).__name__}: {error}"
            return []
        return events

    def _is_time_to_rotate(self, now_s: float, *, ends_a_set: bool) -> bool:
        if self._recorder is None or self._file_started_s is None or self._recorder.error:
            return False  # while the disk is full, what waits in memory belongs to this file
        age_s = now_s - self._file_started_s
        return (
            ends_a_set and age_s >= self._config.rotate_after_s
        ) or age_s >= self._config.rotate_at_latest_s

    def _rotate(self, now_s: float) -> None:
        """End the file and begin another that stands on its own.

        It repeats the link, what the sensor said of itself, and the label.
        """
        label = self._decoder.label
        self._finish_file()
        self._start_file()
        connections = self._connections
        before = [packet for packet in (self._last_link, *self._descriptions) if packet is not None]
        for packet in before:
            self._take(RawPacket(now_s, packet.channel, packet.payload))
        self._connections = connections
        if label is not None:
            self._take(label_packet(now_s, label))

    def _finish_file(self) -> None:
        rest = self._decoder.finish()
        self._hand_on(rest)
        self._analyse(lambda: self._runner.advance(rest, self._info))
        self._analyse(self._runner.finish)
        self._keep_calibration()
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            path = recorder.close()
            if self._on_recorded is not None:
                self._on_recorded(path)

    def _report(self) -> None:
        if self._on_status is not None:
            self._on_status(self.status)

    async def _report_regularly(self) -> None:
        while True:
            await asyncio.sleep(self._config.status_every_s)
            self._report()
