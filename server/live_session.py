"""Joins the parts of a running session: events go to the live hub, closed sets to the store."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from analysis import ALGORITHM_VERSION, Event, ImuBlock, Mount, SensorInfo, SetAnalyzer, SetFinished, SetLabel
from ingest.collector import Collector
from ingest.recording import Recorder, RecordingHeader
from ingest.replay import ReplayableRecording, paced
from ingest.session import SessionRunner
from server.companion import link_state, recording_path
from server.errors import LabelRefusedError, StoreError
from server.session import LinkState, LinkStatus, RecordingInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from analysis.estimator import MotionEstimate
    from ingest.collector import ItemListener
    from ingest.collector_status import CollectorStatus
    from ingest.companions import Membership
    from ingest.devices.driver import Driver
    from ingest.items import StreamCounts
    from ingest.known_sensors import KnownSensors
    from ingest.packets import PacketSource
    from server.companion import Companion
    from server.live import LiveHub
    from server.store import Store

_log = logging.getLogger(__name__)


def make_analyzer(
    info: SensorInfo,
    mount: Mount,
    label: SetLabel,
    on_motion: Callable[[MotionEstimate], None] | None = None,
) -> SetAnalyzer:
    """Make the one analyzer that live, replay and files share; ``on_motion`` as it takes it."""
    return SetAnalyzer(info, mount, label, on_motion=on_motion)


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who else hears of a session: of its samples, of its events. They must not raise."""

    on_items: ItemListener | None = None
    on_event: Callable[[Event], None] | None = None


class SessionSink:
    """Where the results of one session go.

    Parameters
    ----------
    hub : LiveHub or None
        Tells the browsers; None: nobody watches.
    store : Store or None
        Keeps closed sets; None: nothing is kept.
    on_event : callable, optional
        Also called with every event.
    """

    def __init__(
        self, hub: LiveHub | None, store: Store | None, on_event: Callable[[Event], None] | None = None
    ) -> None:
        self._hub, self._store, self._on_event = hub, store, on_event
        self.recording: RecordingInfo | None = None
        """The session that runs or ran last."""
        self.problem = ""
        """Why results are not stored just now, in words; empty when all is well."""
        self._unstored: list[Callable[[Store], None]] = []

    def start(self, recording: RecordingInfo) -> None:
        """Begin a session."""
        self.recording = recording
        self._keep(lambda store: store.save_recording(recording))
        if self._hub is not None:
            self._hub.start_session(recording)

    def take(self, event: Event) -> None:
        """Pass one event on; a closed set is stored before anybody hears of it.

        What cannot be stored, because the disk is full, is shown all the same and stored later.
        """
        recording = self.recording
        if isinstance(event, SetFinished) and recording is not None:
            self._keep(lambda store: store.save_set(recording, event.summary))
        if self._hub is not None:
            self._hub.publish_event(event)
        if self._on_event is not None:
            self._on_event(event)

    def status(self, status: LinkStatus) -> None:
        """Tell how the link is; and try again to store what could not be stored."""
        if self._store is not None and self._unstored:
            self._store_waiting(self._store)
        if self._hub is not None:
            self._hub.publish_status(status)

    def label(self, label: SetLabel) -> None:
        """Tell what the next set is."""
        if self._hub is not None:
            self._hub.publish_label(label)

    def end_recording(self, counts: StreamCounts) -> None:
        """Keep what is known of a recording only at its end: measured rate and losses."""
        if self.recording is not None:
            ended = replace(
                self.recording, sample_rate_hz=counts.sample_rate_hz, lost_samples=counts.lost_samples
            )
            self._keep(lambda store: store.save_recording(ended))

    def _keep(self, save: Callable[[Store], None]) -> None:
        """Store something, after what could not be stored before."""
        if self._store is not None:
            self._unstored.append(save)
            self._store_waiting(self._store)

    def _store_waiting(self, store: Store) -> None:
        try:
            while self._unstored:
                self._unstored[0](store)
                del self._unstored[0]
        except StoreError as error:
            if not self.problem:
                _log.warning("%s", error)
            self.problem = "the results cannot be stored; they will be when there is room on the disk"
        else:
            self.problem = ""

    def end(self) -> None:
        """End the session; its results stay."""
        if self._hub is not None:
            self._hub.end_session()


class LiveSession:
    """A sensor that is recorded, analysed and shown; implements `server.session.Controls`.

    Parameters
    ----------
    source : PacketSource
        The sensor's packets.
    driver : Driver or None
        Understands them; None: the source finds out which.
    recordings_dir : Path or None
        Where recordings go; None: nothing is recorded.
    sink : SessionSink
        Where results go.
    mount : Mount or None
        How the sensor is fixed; None: as it was paired.
    source_kind : str
        "sensor" or "simulator", stored with the session.
    speed : float
        Of the running loop's clock, written to the recording.
    known_sensors : KnownSensors or None
        Where what is learned of a sensor is kept; None: nowhere.
    membership : Membership or None
        Its part in a session of several sensors; None: alone.
    companions : sequence of Companion
        Sensors that are recorded beside it.
    on_items : callable or None
        Listens to the samples, as `ingest.collector.Collector` does.
    """

    def __init__(
        self,
        source: PacketSource,
        driver: Driver | None,
        recordings_dir: Path | None,
        sink: SessionSink,
        *,
        mount: Mount | None,
        source_kind: str = "sensor",
        speed: float = 1.0,
        known_sensors: KnownSensors | None = None,
        membership: Membership | None = None,
        companions: Sequence[Companion] = (),
        on_items: ItemListener | None = None,
    ) -> None:
        self.recorded: list[tuple[Path, StreamCounts]] = []
        self.recordings_dir, self._sink, self._source_kind = recordings_dir, sink, source_kind
        self._running = False
        self._source = source
        self._companions = companions
        self._collector = Collector(
            source,
            driver,
            make_analyzer,
            self._new_file if recordings_dir is not None else None,
            mount=mount,
            on_items=on_items,
            on_event=sink.take,
            on_status=self._publish_status,
            on_recorded=self._file_finished,
            speed=speed,
            source_kind=source_kind,
            known_sensors=known_sensors,
            membership=membership,
        )

    @property
    def status(self) -> CollectorStatus:
        """The collector's status."""
        return self._collector.status

    async def run(self) -> None:
        """Run until the source ends.

        Raises
        ------
        IngestError
            From the collector: no Bluetooth, no space for a recording.
        """
        self._running = True
        if self.recordings_dir is None:
            self._sink.start(_unrecorded(self._source_kind))
        beside = [asyncio.create_task(one.run(), name=one.role) for one in self._companions]
        try:
            await self._collector.run()
        finally:
            self._running = False
            for one in self._companions:
                one.stop()
            await asyncio.gather(*beside, return_exceptions=True)
            self._publish_status(self._collector.status)
            self._sink.end()

    async def label(self, label: SetLabel) -> None:
        """Say what the next set is.

        Raises
        ------
        LabelRefusedError
            If the session is over.
        """
        if not self._running:
            raise LabelRefusedError("No session is running.", "Connect a sensor first.")
        self._collector.label(label)
        self._sink.label(label)

    def _new_file(self, header: RecordingHeader) -> Recorder:
        if self.recordings_dir is None:
            raise ValueError("a session without a recordings folder opens no file")
        recorder = Recorder(recording_path(self.recordings_dir, header), header)
        self._sink.start(recording_info(header))
        return recorder

    def _file_finished(self, path: Path) -> None:
        counts = self._collector.status.counts
        self.recorded.append((path, counts))
        self._sink.end_recording(counts)

    def _publish_status(self, status: CollectorStatus) -> None:
        counts = status.counts
        self._sink.status(
            LinkStatus(
                state=link_state(status) if self._running else LinkState.ENDED,
                sensor_name=status.sensor_name or None,
                battery_fraction=status.battery_charge_fraction,
                sample_rate_hz=counts.sample_rate_hz,
                received_samples=counts.samples,
                lost_samples=counts.lost_samples,
                last_sample_age_s=status.data_age_s,
                reason=status.recording_problem
                or self._sink.problem
                or status.analysis_problem
                or status.sensor_problem
                or self._why_nothing_comes(status),
                heart_rate_bpm=status.heart_rate_bpm,
                companions=tuple(one.status for one in self._companions),
                reconnects=max(status.connections - 1, 0),
            )
        )

    def _why_nothing_comes(self, status: CollectorStatus) -> str:
        """Say what the radio struggles with, where it is no secret of the source."""
        return "" if status.link == "connected" else str(getattr(self._source, "problem", ""))


def recording_info(header: RecordingHeader) -> RecordingInfo:
    """Describe a recording for the store and the screens."""
    return RecordingInfo(
        recording_id=UUID(header.recording_id),
        started_at=header.started_at,
        algorithm=ALGORITHM_VERSION,
        source=header.source_kind,
        sensor_name=header.sensor_name,
        mount_position=header.mount.position.value,
    )


def _unrecorded(source_kind: str) -> RecordingInfo:
    return RecordingInfo(uuid4(), datetime.now(UTC), ALGORITHM_VERSION, source=source_kind)


async def replay_session(recording: ReplayableRecording, title: str, sink: SessionSink) -> None:
    """Play a recording at the pace of the running loop's clock, through the same steps as a live session.

    Parameters
    ----------
    recording : ReplayableRecording
        See `ingest.replay.open_recording`.
    title : str
        For people, the file's name.
    sink : SessionSink
        Where results go.
    """
    header = recording.header
    sink.start(
        replace(
            _unrecorded("replay"),
            title=title,
            started_at=header.started_at or datetime.now(UTC),
            mount_position=header.mount.position.value,
            sample_rate_hz=recording.counts.sample_rate_hz,
            lost_samples=recording.counts.lost_samples,
        )
    )
    runner = SessionRunner(make_analyzer, header.mount, header.initial_label)
    counts, received = recording.counts, 0
    loop = asyncio.get_running_loop()
    next_status_s = loop.time()
    async for items in paced(recording.steps()):
        for item in items:
            if isinstance(item, SetLabel):
                sink.label(item)
        for event in runner.advance(items, header.info):
            sink.take(event)
        received += sum(len(item) for item in items if isinstance(item, ImuBlock))
        if loop.time() >= next_status_s:
            next_status_s = loop.time() + 1.0
            sink.status(
                LinkStatus(
                    LinkState.CONNECTED,
                    title,
                    sample_rate_hz=counts.sample_rate_hz,
                    received_samples=received,
                )
            )
    for event in runner.finish():
        sink.take(event)
    sink.status(
        LinkStatus(LinkState.ENDED, title, None, counts.sample_rate_hz, counts.samples, counts.lost_samples)
    )
    sink.end()
