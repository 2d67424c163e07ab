"""Reads a recording, whole or damaged: cut off, with flipped bits, with a lost tail.

Our own walk over the records of the file instead of the library's reader, which stops at the first damage.
Every chunk carries a checksum; a chunk that fails it is left out and counted, and the walk goes on at the
next sound one. What is returned was recorded: nothing is ever invented.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Attachment, Channel, Chunk, Message, Metadata
from mcap.stream_reader import breakup_chunk
from mcap.writer import MCAP0_MAGIC

from analysis.errors import AnalysisError
from ingest.errors import RecordingError
from ingest.packets import DATA, INFO, RawPacket
from ingest.recording import INFO_ATTACHMENT, METADATA_NAME, TOPIC_PREFIX
from ingest.recording_header import RecordingHeader

if TYPE_CHECKING:
    from pathlib import Path

_RECORD_HEAD = struct.Struct("<BQ")
_CHUNK_HEAD = struct.Struct("<QQQI")  # first and last message time, uncompressed size, checksum
_MAX_CHUNK_BYTES = 16 << 20
_MAX_FILE_BYTES = 1 << 30
_CHECKED_RECORD = re.compile(b"[%c%c%c]" % (Opcode.CHUNK, Opcode.METADATA, Opcode.ATTACHMENT))
_MAY_FOLLOW_THE_HEADER = (b"", bytes([Opcode.METADATA]), bytes([Opcode.CHUNK]), bytes([Opcode.ATTACHMENT]))
_GARBLED = (McapError, struct.error, ValueError, zstandard.ZstdError, OverflowError)


@dataclass(frozen=True, slots=True)
class Damage:
    """What a file has lost.

    Attributes
    ----------
    finalised : bool
        The recorder closed the file. Otherwise its end is where the process died.
    damaged_places : int
        Records that were left out.
    skipped_bytes : int
        Bytes left out.
    missing_packets : int
        Packets known to be missing, by their running numbers; a lost tail cannot be known.
    """

    finalised: bool
    damaged_places: int = 0
    skipped_bytes: int = 0
    missing_packets: int = 0

    @property
    def is_whole(self) -> bool:
        """True if nothing is missing and the file was closed."""
        return self.finalised and self.damaged_places == 0 and self.missing_packets == 0

    def in_words(self) -> str:
        """One line for people."""
        if self.is_whole:
            return "complete"
        parts = [] if self.finalised else ["the recorder was interrupted"]
        if self.damaged_places:
            parts.append(f"{self.damaged_places} damaged places, {self.skipped_bytes} bytes skipped")
        if self.missing_packets:
            parts.append(f"{self.missing_packets} packets missing")
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording in memory.

    Attributes
    ----------
    path : Path
        Where it came from.
    header : RecordingHeader
        What was known when it started.
    packets : tuple of RawPacket
        In the order of arrival.
    damage : Damage
        What is missing.
    """

    path: Path
    header: RecordingHeader
    packets: tuple[RawPacket, ...]
    damage: Damage


@dataclass(slots=True)
class _Content:
    """What the walk has found so far."""

    header: RecordingHeader | None = None
    channels: dict[int, str] = field(default_factory=dict[int, str])
    messages: list[Message] = field(default_factory=list[Message])
    infos: list[Attachment] = field(default_factory=list[Attachment])
    finalised: bool = False
    damaged_places: int = 0
    skipped_bytes: int = 0


def is_mcap(path: Path) -> bool:
    """Tell whether a file begins like an MCAP file."""
    try:
        with path.open("rb") as file:
            return file.read(len(MCAP0_MAGIC)) == MCAP0_MAGIC
    except OSError:
        return False


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise RecordingError(
                path, f"is larger than {_MAX_FILE_BYTES >> 20} MB; it is not one of our recordings"
            )
        return path.read_bytes()
    except OSError as error:
        raise RecordingError(path, f"cannot be read: {error.strerror}") from error


def read_recording(path: Path) -> Recording:
    """Read a recording, finalised or not, damaged or not.

    Raises
    ------
    RecordingError
        If the file cannot be read or is not a recording of ours.
    """
    data = _bytes_of(path)
    if not data:
        raise RecordingError(path, "is empty")
    content = _walk(data)
    if content.header is None:
        raise RecordingError(path, "is not a recording of Upright, or its header is lost")
    packets = tuple(_packets(content))
    damage = Damage(
        content.finalised, content.damaged_places, content.skipped_bytes, _missing(content.messages)
    )
    return Recording(path, content.header, packets, damage)


@dataclass(frozen=True, slots=True)
class Glance:
    """What a recording says without being read.

    Attributes
    ----------
    header : RecordingHeader
        What was known when it started.
    duration_s : float
        From the first packet to the last, s.
    size_bytes : int
        Of the file.
    """

    header: RecordingHeader
    duration_s: float
    size_bytes: int


def glance(path: Path) -> Glance:
    """Look at a recording's header and at the times of its chunks; no packet is unpacked.

    Raises
    ------
    RecordingError
        If the file cannot be read or is not a recording of ours.
    """
    data = _bytes_of(path)
    header: RecordingHeader | None = None
    times_ns: list[int] = []
    at = len(MCAP0_MAGIC)
    while _is_whole_record(data, at):
        opcode, length = _RECORD_HEAD.unpack_from(data, at)
        begin = at + _RECORD_HEAD.size
        at = begin + length
        if opcode == Opcode.METADATA and header is None:
            try:
                header, _ = _read_header(data[begin:at])
            except (*_GARBLED, AnalysisError):
                continue  # it is written twice
        elif opcode == Opcode.CHUNK and length >= _CHUNK_HEAD.size:
            times_ns += _CHUNK_HEAD.unpack_from(data, begin)[:2]
    if header is None:
        raise RecordingError(path, "is not a recording of Upright, or its header is lost")
    duration_s = (max(times_ns) - min(times_ns)) / 1e9 if times_ns else 0.0
    return Glance(header, duration_s, len(data))


def _walk(data: bytes) -> _Content:
    content = _Content()
    at = len(MCAP0_MAGIC)
    if not data.startswith(MCAP0_MAGIC):
        content.damaged_places += 1
    while at < len(data):
        end = _take(data, at, content)
        if end is not None:
            at = end
            if content.finalised:
                break
            continue
        resumed = _next_sound(data, at + 1)
        if resumed is None and not _is_whole_record(data, at):
            break  # the tail that a killed process leaves
        content.damaged_places += 1
        content.skipped_bytes += (resumed or len(data)) - at
        at = resumed or len(data)
    return content


def _is_whole_record(data: bytes, at: int) -> bool:
    """Tell whether the record at ``at`` lies within the file."""
    if at + _RECORD_HEAD.size > len(data):
        return False
    return at + _RECORD_HEAD.size + _RECORD_HEAD.unpack_from(data, at)[1] <= len(data)


def _take(data: bytes, at: int, content: _Content) -> int | None:
    """Read the record at ``at``; return where it ends, or None if it is damaged."""
    if not _is_whole_record(data, at):
        return None
    opcode, length = _RECORD_HEAD.unpack_from(data, at)
    end = at + _RECORD_HEAD.size + length
    body = data[at + _RECORD_HEAD.size : end]
    try:
        _take_record(opcode, body, content)
    except (*_GARBLED, AnalysisError):
        return None
    if opcode == Opcode.DATA_END:
        content.finalised = data.endswith(MCAP0_MAGIC)
    elif opcode == Opcode.HEADER and data[end : end + 1] not in _MAY_FOLLOW_THE_HEADER:
        return None  # the one record without a checksum: its length must at least lead to another record
    return end


def _take_record(opcode: int, body: bytes, content: _Content) -> None:
    """Read one record.

    Raises
    ------
    ValueError, struct.error, McapError, ZstdError, OverflowError, AnalysisError
        If it is damaged.
    """
    if opcode == Opcode.CHUNK:
        _take_chunk(body, content)
    elif opcode == Opcode.METADATA:
        header, channels = _read_header(body)
        content.header = header
        content.channels.update({number: name for name, number in channels.items()})
    elif opcode == Opcode.ATTACHMENT:
        attachment = _read_attachment(body)
        if attachment.name == INFO_ATTACHMENT:
            content.infos.append(attachment)
    elif opcode not in (Opcode.HEADER, Opcode.DATA_END) or (opcode == Opcode.DATA_END and len(body) != 4):
        raise ValueError("no such record before the end of the data")


def _read_header(body: bytes) -> tuple[RecordingHeader, dict[str, int]]:
    stream = ReadDataStream(BytesIO(body))
    metadata = Metadata.read(stream)
    if metadata.name != METADATA_NAME or stream.count != len(body):
        raise ValueError("not our metadata")
    return RecordingHeader.from_metadata(metadata.metadata)


def _read_attachment(body: bytes) -> Attachment:
    if zlib.crc32(body[:-4]) != struct.unpack_from("<I", body, len(body) - 4)[0]:
        raise ValueError("checksum of an attachment")
    return Attachment.read(ReadDataStream(BytesIO(body)))


def _take_chunk(body: bytes, content: _Content) -> None:
    records = _chunk_records(body)
    chunk = Chunk(
        compression="",
        data=records,
        message_start_time=0,
        message_end_time=0,
        uncompressed_crc=0,
        uncompressed_size=len(records),
    )
    for record in breakup_chunk(chunk):
        if isinstance(record, Channel):
            content.channels[record.id] = record.topic.removeprefix(TOPIC_PREFIX)
        elif isinstance(record, Message):
            content.messages.append(record)


def _chunk_records(body: bytes) -> bytes:
    """Return a chunk's uncompressed records.

    Raises
    ------
    ValueError, struct.error, zstandard.ZstdError
        If lengths or the checksum do not agree.
    """
    _, _, size, checksum = _CHUNK_HEAD.unpack_from(body)
    at = _CHUNK_HEAD.size
    (name_length,) = struct.unpack_from("<I", body, at)
    at += 4
    compression = body[at : at + name_length]
    at += name_length
    (length,) = struct.unpack_from("<Q", body, at)
    at += 8
    if at + length != len(body) or size > _MAX_CHUNK_BYTES:
        raise ValueError("lengths of a chunk")
    stored = body[at:]
    if compression == b"zstd":
        if zstandard.frame_content_size(stored) != size:
            raise ValueError("size of a chunk")
        stored = zstandard.ZstdDecompressor().decompress(stored, max_output_size=size)
    elif compression:
        raise ValueError("compression of a chunk")
    if zlib.crc32(stored) != checksum:
        raise ValueError("checksum of a chunk")
    return stored


def _next_sound(data: bytes, start: int) -> int | None:
    """Find the next record that carries a checksum and passes it."""
    for found in _CHECKED_RECORD.finditer(data, start):
        at = found.start()
        if not _is_whole_record(data, at):
            continue
        opcode, length = _RECORD_HEAD.unpack_from(data, at)
        begin = at + _RECORD_HEAD.size
        if length > _MAX_CHUNK_BYTES:
            continue
        try:
            _take_record(opcode, data[begin : begin + length], _Content())
        except (*_GARBLED, AnalysisError):
            continue
        return at
    return None


def _packets(content: _Content) -> list[RawPacket]:
    """Turn messages into packets; a lost first INFO is put back from its second copy."""
    packets = [
        RawPacket(message.publish_time / 1e9, content.channels[message.channel_id], message.data)
        for message in content.messages
        if message.channel_id in content.channels
    ]
    first_data = next((i for i, packet in enumerate(packets) if packet.channel == DATA), len(packets))
    has_info = any(packet.channel == INFO for packet in packets[:first_data])
    if content.infos and not has_info:
        info = content.infos[0]
        packets.insert(first_data, RawPacket(info.create_time / 1e9, INFO, info.data))
    return packets


def _missing(messages: list[Message]) -> int:
    """Count the packets missing between those present, by their running numbers."""
    if not messages:
        return 0
    return max(0, max(message.sequence for message in messages) + 1 - len(messages))
