"""A sensor that is recorded beside the one on the bar."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ingest.collector import Collector
from ingest.errors import IngestError
from ingest.recording import Recorder
from server.session import CompanionStatus, LinkState

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.calibration import Calibration
    from analysis.events import Event
    from analysis.imu import Mount, SensorInfo, SetLabel, StreamItem
    from ingest.collector_status import CollectorStatus
    from ingest.companions import Membership
    from ingest.items import StreamCounts
    from ingest.pairing import StoppableSource
    from ingest.recording_header import RecordingHeader

_log = logging.getLogger(__name__)

_STATES = {"searching": LinkState.SEARCHING, "connected": LinkState.CONNECTED, "lost": LinkState.LOST}


def link_state(status: CollectorStatus) -> LinkState:
    """Say how the link is, for the screens."""
    return _STATES.get(status.link, LinkState.LOST)


def recording_path(folder: Path, header: RecordingHeader) -> Path:
    """Name the file of a recording: when it began, and part of its id."""
    stamp = header.started_at.strftime("%Y%m%dT%H%M%SZ")
    return folder / f"{stamp}-{header.recording_id[:8]}.mcap"


class _NoAnalysis:
    """Stands where the signal core would: a companion's motion is not that of the bar."""

    learned: Calibration | None = None

    def __init__(self, info: SensorInfo, mount: Mount, label: SetLabel) -> None:
        """Take what the signal core would take."""

    def push(self, item: StreamItem) -> list[Event]:
        """Pass it over."""
        del item
        return []

    def finish(self) -> list[Event]:
        """Return nothing."""
        return []


class Companion:
    """One companion.

    Parameters
    ----------
    source : StoppableSource
        Its packets.
    folder : Path
        Where its recordings go.
    membership : Membership
        Its part in the session.
    source_kind : str
        "sensor" or "simulator".
    """

    def __init__(
        self, source: StoppableSource, folder: Path, membership: Membership, source_kind: str = "sensor"
    ) -> None:
        self.role = membership.role
        self.recorded: list[tuple[Path, StreamCounts]] = []
        self._source, self._folder = source, folder
        self._problem = ""
        self._collector = Collector(
            source,
            None,
            _NoAnalysis,
            self._new_file,
            on_recorded=self._file_finished,
            source_kind=source_kind,
            membership=membership,
        )

    @property
    def status(self) -> CompanionStatus:
        """How it is."""
        status = self._collector.status
        return CompanionStatus(
            role=self.role,
            state=link_state(status),
            sensor_name=status.sensor_name or None,
            battery_fraction=status.battery_charge_fraction,
            heart_rate_bpm=status.heart_rate_bpm,
            received_samples=status.counts.samples,
            lost_samples=status.counts.lost_samples,
            reason=self._problem or status.recording_problem or self._source.problem,
        )

    async def run(self) -> None:
        """Run until stopped. What goes wrong with a companion never ends the session."""
        try:
            await self._collector.run()
        except IngestError as error:
            self._problem = str(error)
            _log.warning("%s: %s", self.role, error)

    def stop(self) -> None:
        """End its stream."""
        self._source.stop()

    def _file_finished(self, path: Path) -> None:
        self.recorded.append((path, self._collector.status.counts))

    def _new_file(self, header: RecordingHeader) -> Recorder:
        self._folder.mkdir(parents=True, exist_ok=True)
        return Recorder(recording_path(self._folder, header), header)
