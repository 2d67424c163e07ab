"""One way to read everything that can be replayed, and to play it at the pace of the loop's clock.

`open_recording` chooses the reader by the file's content. Its steps are what a live session would have handed
on, each with the time at which it would have done so.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from analysis.imu import ImuBlock, Mount, MountPosition, SensorInfo, SetLabel
from ingest.decoding import PacketDecoder
from ingest.devices import driver_named, stream_channels
from ingest.errors import ImportFileError, RecordingError
from ingest.imports.imported import ImuTracks
from ingest.imports.importer import ImportOptions, import_file
from ingest.imports.training_log import TrainingLog
from ingest.mcap_reader import Recording, is_mcap, read_recording
from ingest.packets import LABEL, parse_label

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from ingest.imports.importer import ImportedFile
    from ingest.items import StreamCounts, TimelineItem

MCAP = "mcap"
"""Kind of our own recordings; the others are the names of `ingest.imports.formats`."""


@dataclass(frozen=True, slots=True)
class MountChange:
    """Parts of a mount that the caller knows better; None: as recorded."""

    position: MountPosition | None = None
    bar_axis: tuple[float, float, float] | None = None
    lever_m: tuple[float, float, float] | None = None

    def apply(self, recorded: Mount) -> Mount:
        """Return the changed mount.

        Raises
        ------
        InvalidMountError
            If the result contradicts itself.
        """
        return Mount(
            self.position or recorded.position,
            self.bar_axis or recorded.bar_axis,
            self.lever_m or recorded.lever_m,
        )


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What the caller knows better than the file.

    Attributes
    ----------
    mount : MountChange or None
        Replaces parts of the recorded mount.
    exercise_id : str or None
        Exercise where the file does not say.
    load_kg : float or None
        Load where the file does not say, kg.
    imports : ImportOptions
        Units and signs of somebody else's file, limits.
    """

    mount: MountChange | None = None
    exercise_id: str | None = None
    load_kg: float | None = None
    imports: ImportOptions = field(default_factory=ImportOptions)

    def apply(self, label: SetLabel) -> SetLabel:
        """Return the label as the caller wants it."""
        return SetLabel(
            self.exercise_id if label.exercise_id is None else label.exercise_id,
            self.load_kg if label.load_kg is None else label.load_kg,
            label.goal,
        )

    def mount_for(self, recorded: Mount) -> Mount:
        """Return the mount as the caller wants it."""
        return recorded if self.mount is None else self.mount.apply(recorded)


@dataclass(frozen=True, slots=True)
class ReplayHeader:
    """What a file says about itself.

    Attributes
    ----------
    kind : str
        ``"mcap"``, or the name of a format of `ingest.imports.formats` such as ``"imu-csv"``.
    label : SetLabel
        The first label, for people.
    initial_label : SetLabel
        What is known before the first sample; labels of the file come as items, when the lifter gave them.
    mount : Mount
        How the sensor is fixed.
    info : SensorInfo
        What the sensor says about itself; the measured rate where a file has no sensor.
    started_at : datetime or None
        Wall clock in UTC at the first packet; None where the file does not say.
    recording_id, address : str
        Of the recording and of its sensor; empty where the file has none.
    speed : float
        Speed of the clock at which it was recorded.
    damage : str
        What the file has lost, in words; "complete" if nothing.
    findings : tuple of str
        What was found and mended in somebody else's file, sentences.
    refused_packets : int or None
        Packets that broke their protocol; None where a file has no packets.
    """

    kind: str
    label: SetLabel
    initial_label: SetLabel
    mount: Mount
    info: SensorInfo
    started_at: datetime | None = None
    recording_id: str = ""
    address: str = ""
    speed: float = 1.0
    damage: str = "complete"
    findings: tuple[str, ...] = ()
    refused_packets: int | None = None


class ReplayableRecording(Protocol):
    """Anything that can be replayed."""

    @property
    def header(self) -> ReplayHeader:
        """What the file says about itself, with the caller's options applied."""
        ...

    @property
    def counts(self) -> StreamCounts:
        """Samples, losses and measured rate of the whole file."""
        ...

    def steps(self) -> Iterator[tuple[float, list[TimelineItem]]]:
        """Yield due times, s since the start, and what a live session would have handed on then."""
        ...


class ReplayedPackets:
    """A recording of raw packets: each replay decodes them anew, exactly as live.

    Raises
    ------
    RecordingError
        If the recording has no INFO, so that its samples have no scale.
    UnknownDriverError
        If its driver is not in the registry.
    """

    def __init__(self, recording: Recording, options: ReplayOptions | None = None) -> None:
        self._packets = recording.packets
        self._driver = driver_named(recording.header.driver)
        self._options = options or ReplayOptions()
        decoder = PacketDecoder(self._driver)
        info: SensorInfo | None = None
        for packet in self._packets:
            if decoder.feed(packet) and info is None:
                info = decoder.info  # what a live session would have known at its first sample
        decoder.finish()
        info = info or decoder.info
        if info is None:
            raise RecordingError(recording.path, "holds no description of its sensor, so nothing has a scale")
        info = replace(info, calibration=recording.header.calibration)
        self.counts = decoder.counts
        header = recording.header
        first_s = self._packets[0].received_at_s if self._packets else 0.0
        self.header = ReplayHeader(
            kind=MCAP,
            label=self._options.apply(_first_label(recording)),
            initial_label=self._options.apply(SetLabel()),
            mount=self._options.mount_for(header.mount),
            info=info,
            started_at=header.started_at + timedelta(seconds=first_s),
            recording_id=header.recording_id,
            address=header.address,
            speed=header.speed,
            damage=recording.damage.in_words(),
            refused_packets=decoder.refused,
        )

    def steps(self) -> Iterator[tuple[float, list[TimelineItem]]]:
        """Yield due times, s since the first packet, and the items of each packet that has any."""
        decoder = PacketDecoder(self._driver)
        due_s = 0.0
        for packet in self._packets:
            due_s = packet.received_at_s - self._packets[0].received_at_s
            items = decoder.feed(packet)
            if items:
                yield due_s, [self._labelled(item) for item in items]
        rest = decoder.finish()
        if rest:
            yield due_s, rest

    def data_arrivals_s(self) -> list[float]:
        """Return when each packet of samples came, s since the first packet of any kind."""
        channels = stream_channels(self._driver)
        return [
            packet.received_at_s - self._packets[0].received_at_s
            for packet in self._packets
            if packet.channel in channels
        ]

    def _labelled(self, item: TimelineItem) -> TimelineItem:
        return self._options.apply(item) if isinstance(item, SetLabel) else item


class ReplayedImport:
    """A recording of somebody else's.

    Raises
    ------
    ImportFileError
        If the file holds no recording of a sensor.
    """

    def __init__(self, file: ImportedFile, options: ReplayOptions | None = None) -> None:
        options = options or ReplayOptions()
        stream, tracks = file.stream, file.imported
        if stream is None or not isinstance(tracks, ImuTracks):
            is_log = isinstance(tracks, TrainingLog)
            use = "see `upright audit`" if is_log else "keep it with `upright import`, to compare with"
            what = f"is no recording of a motion sensor but: {file.format.title}; {use}"
            raise ImportFileError(file.path, None, what)
        self._items = stream.items
        self.counts = stream.counts
        rate_hz = stream.counts.sample_rate_hz or 1 / stream.period_s
        position = tracks.position or MountPosition.SHAFT
        self.header = ReplayHeader(
            kind=file.format.name,
            label=options.apply(SetLabel()),
            initial_label=options.apply(SetLabel()),
            mount=options.mount_for(Mount(position)),
            info=SensorInfo(sample_rate_hz=rate_hz, model=tracks.sensor or file.format.name),
            started_at=tracks.started_at,
            findings=file.findings,
        )

    def steps(self) -> Iterator[tuple[float, list[TimelineItem]]]:
        """Yield each item when its last sample has been taken."""
        due_s = 0.0
        for item in self._items:
            if isinstance(item, ImuBlock):
                due_s = float(item.t_s[-1])
            yield due_s, [item]


def open_recording(path: Path, options: ReplayOptions | None = None) -> ReplayableRecording:
    """Open a file, whatever its kind: told by its content.

    Raises
    ------
    RecordingError, ImportFileError
        If the file cannot be read, is of no kind that is known, or holds no recording of a sensor.
    """
    options = options or ReplayOptions()
    if not path.is_file():
        raise ImportFileError(path, None, "no such file")
    if is_mcap(path) or ".mcap" in path.suffixes:
        return ReplayedPackets(read_recording(path), options)
    return ReplayedImport(import_file(path, options=options.imports), options)


async def paced(steps: Iterable[tuple[float, list[TimelineItem]]]) -> AsyncIterator[list[TimelineItem]]:
    """Yield the items of each step when it is due on the running loop's clock."""
    loop = asyncio.get_running_loop()
    start_s = loop.time()
    for due_s, items in steps:
        wait_s = start_s + due_s - loop.time()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        yield items


def _first_label(recording: Recording) -> SetLabel:
    for packet in recording.packets:
        if packet.channel == LABEL:
            try:
                return parse_label(packet.payload)
            except ValueError:
                continue
    return SetLabel()
