"""Writes a recording: raw packets, append only, in a file that survives kill -9, a full disk, a power cut.

While it grows, the MCAP file is called ``<name>.mcap.part``; `Recorder.close` finalises it and drops the
suffix. Chunks are handed to the operating system every 150 ms of packets, so a killed process loses less than
250 ms, and to the disk every second by a thread of its own. `ingest.mcap_reader` reads whole and damaged
files, `ingest.recovery` repairs them.
"""

from __future__ import annotations

import errno
import os
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from mcap.writer import CompressionType, IndexType, Writer

from ingest.errors import RecordingError
from ingest.file_lock import hold
from ingest.packets import BATTERY, DATA, INFO, LABEL, LINK, RawPacket
from ingest.recording_header import SCHEMA, RecordingHeader

if TYPE_CHECKING:
    from pathlib import Path

METADATA_NAME = "upright"
INFO_ATTACHMENT = "info"
TOPIC_PREFIX = "/raw/"
PART_SUFFIX = ".part"
_ENCODING = "application/octet-stream"
_CHANNELS = (DATA, INFO, BATTERY, LINK, LABEL)


@dataclass(frozen=True, slots=True)
class RecorderConfig:
    """Tuning of the recorder.

    Attributes
    ----------
    flush_every_s : float
        Packets of this much time may wait in memory, s; 0.1 to 0.2. The design allows 0.25 s to be lost.
    sync_every_s : float
        Time between two ``fdatasync``, s; 0.5 to 5. A power cut loses at most about this much.
    max_waiting_bytes : int
        What a full disk may leave waiting in memory, bytes. 8 MB are about an hour of one sensor at 200 Hz.
    """

    flush_every_s: float = 0.15
    sync_every_s: float = 1.0
    max_waiting_bytes: int = 8_000_000


class Recorder:
    """Writes one recording.

    Parameters
    ----------
    path : Path
        Final name, ending in ``.mcap``; the folder is created.
    header : RecordingHeader
        What is known at the start.
    config : RecorderConfig, optional
        Tuning.

    Attributes
    ----------
    path, part_path : Path
        Final name and name while it grows.
    packets, refused : int
        Packets taken, and packets lost because the disk stayed full for too long.

    Raises
    ------
    RecordingError
        If the file exists already or cannot be created.
    """

    def __init__(self, path: Path, header: RecordingHeader, config: RecorderConfig | None = None) -> None:
        self.path = path
        self.part_path = path.with_name(path.name + PART_SUFFIX)
        self.header = header
        self.packets = 0
        self.refused = 0
        self._config = config or RecorderConfig()
        if path.exists():
            raise RecordingError(path, "exists already; recordings are never overwritten")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(self.part_path, flags, 0o644)
            hold(self._descriptor)  # nobody may take it for left behind while we write
        except OSError as error:
            raise RecordingError(path, f"cannot be created: {error.strerror}") from error
        self._spool = _Spool(self._descriptor)
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="upright-fdatasync")
        self._sync: Future[None] | None = None
        self._error = self._sync_error = ""
        self._flushed_at_s = self._synced_at_s = float("-inf")
        self._last_info: bytes | None = None
        self._closed = False
        self._start_ns = round(header.started_at.timestamp() * 1e9)
        self._channels: dict[str, int] = {}
        # No index of messages or chunks is kept in memory: readers of these short files go through them in
        # order.
        self._writer = Writer(
            cast("IO[bytes]", self._spool),  # the writer only writes, tells and flushes
            compression=CompressionType.ZSTD,
            index_types=IndexType.ATTACHMENT | IndexType.METADATA,
        )
        self._writer.start(profile=SCHEMA, library=f"upright {header.software_version}")
        for channel in _CHANNELS:
            self._register(channel)
        self._write_header()
        self._write_header()  # twice: it is small, and the one thing that nothing else can replace
        self._drain()

    @property
    def error(self) -> str:
        """What is wrong with the disk now, in words; empty when all is well."""
        return self._error or self._sync_error

    @property
    def waiting_bytes(self) -> int:
        """Bytes that the disk has not taken yet."""
        return self._spool.waiting_bytes

    def write(self, packet: RawPacket) -> None:
        """Append one packet.

        A full disk does not raise: the packet waits in memory, `error` says so, and the next call tries
        again.

        Raises
        ------
        RecordingError
            If the recorder is closed.
        """
        if self._closed:
            raise RecordingError(self.path, "is closed; nothing can be added")
        if self._spool.waiting_bytes > self._config.max_waiting_bytes:
            self._drain()
            if self._spool.waiting_bytes > self._config.max_waiting_bytes:
                self.refused += 1
                return
        self._append(packet)
        is_due = packet.received_at_s - self._flushed_at_s >= self._config.flush_every_s
        if is_due or packet.channel != DATA:
            self.flush()
            self._flushed_at_s = packet.received_at_s
        if packet.received_at_s - self._synced_at_s >= self._config.sync_every_s:
            self._synced_at_s = packet.received_at_s
            self._sync_soon()

    def flush(self) -> None:
        """Hand everything to the operating system, as far as the disk takes it."""
        self._writer.flush()
        self._drain()

    def close(self) -> Path:
        """Finalise the file, bring it to the disk and give it its name.

        Returns
        -------
        Path
            Of the finished recording.

        Raises
        ------
        RecordingError
            If the disk does not take it; the ``.part`` file stays and can be recovered.
        """
        if self._closed:
            return self.path
        self._closed = True
        self._writer.finish()
        self._disk.shutdown(wait=True)
        self._drain()
        try:
            if self._spool.waiting_bytes == 0:
                os.fsync(self._descriptor)
        except OSError as error:
            self._error = f"the disk does not take the recording: {error.strerror}"
        finally:
            os.close(self._descriptor)
        if self._error:
            raise RecordingError(
                self.path, f"could not be finished ({self._error}); {self.part_path.name} is kept"
            )
        publish(self.part_path, self.path)
        return self.path

    def _register(self, channel: str) -> int:
        channel_id = self._writer.register_channel(TOPIC_PREFIX + channel, _ENCODING, schema_id=0)
        self._channels[channel] = channel_id
        return channel_id

    def _write_header(self) -> None:
        self._writer.add_metadata(METADATA_NAME, self.header.to_metadata(self._channels))

    def _append(self, packet: RawPacket) -> None:
        channel_id = self._channels.get(packet.channel)
        if channel_id is None:
            channel_id = self._register(packet.channel)
            self._write_header()
        received_ns = max(0, round(packet.received_at_s * 1e9))
        if packet.channel == INFO and packet.payload != self._last_info:
            # A second copy with a checksum of its own: without INFO no sample of the file has a scale.
            self._last_info = packet.payload
            self._writer.add_attachment(
                received_ns,
                self._start_ns + received_ns,
                INFO_ATTACHMENT,
                "application/octet-stream",
                packet.payload,
            )
        self._writer.add_message(
            channel_id, self._start_ns + received_ns, packet.payload, received_ns, self.packets & 0xFFFFFFFF
        )
        self.packets += 1

    def _drain(self) -> None:
        try:
            self._spool.drain()
        except OSError as error:
            what = (
                "the disk is full" if error.errno == errno.ENOSPC else f"the disk refuses: {error.strerror}"
            )
            self._error = f"{what}; recording goes on in memory and resumes when there is space"
        else:
            self._error = ""

    def _sync_soon(self) -> None:
        """Ask the disk's own thread for an ``fdatasync``, unless one is still under way."""
        if self._sync is not None:
            if not self._sync.done():
                return
            failure = self._sync.exception()
            self._sync_error = f"the disk does not keep what it is given: {failure}" if failure else ""
        self._sync = self._disk.submit(getattr(os, "fdatasync", os.fsync), self._descriptor)


class _Spool:
    """What the MCAP writer writes to. Keeps every byte until the file has taken it: none is torn."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting = bytearray()
        self._position = 0

    @property
    def waiting_bytes(self) -> int:
        return len(self._waiting)

    def tell(self) -> int:
        return self._position

    def write(self, data: bytes) -> int:
        self._waiting += data
        self._position += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing: `drain` says when, so that a full disk cannot interrupt the writer half-way."""

    def drain(self) -> None:
        """Give the file what it takes; on an `OSError` the rest waits for the next call."""
        while self._waiting:
            taken = os.write(self._descriptor, self._waiting)
            del self._waiting[:taken]


def publish(part_path: Path, path: Path) -> None:
    """Give a finished file its final name, and make the name durable.

    Raises
    ------
    RecordingError
        If the file cannot be renamed.
    """
    try:
        part_path.rename(path)
        if os.name == "posix":
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        raise RecordingError(path, f"is complete but cannot be renamed: {error.strerror}") from error
