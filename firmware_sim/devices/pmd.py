"""Bytes of Polar's measurement data service (PMD): settings, answers, raw and delta-compressed frames.

From the vendor's document "online_measurement.pdf" (polar-ble-sdk, technical_documentation) and the vectors
of its tests, see ``docs/sensors/simulated.md``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

SERVICE_UUID = "FB005C80-02E7-F387-1CAD-8ACD2D8DF0C8"
CONTROL_UUID = "FB005C81-02E7-F387-1CAD-8ACD2D8DF0C8"
DATA_UUID = "FB005C82-02E7-F387-1CAD-8ACD2D8DF0C8"

GET_SETTINGS, START, STOP, GET_SDK_SETTINGS = 1, 2, 3, 4
ACC, GYRO, SDK_MODE = 2, 5, 9
KNOWN_TYPES = (0, 1, ACC, 3, GYRO, 6, SDK_MODE)

RATE, RESOLUTION, RANGE, RANGE_MILLI, CHANNELS, FACTOR = range(6)
FIELD_BYTES = {RATE: 2, RESOLUTION: 2, RANGE: 2, RANGE_MILLI: 4, CHANNELS: 1, FACTOR: 4}

(
    SUCCESS,
    INVALID_OP_CODE,
    INVALID_TYPE,
    NOT_SUPPORTED,
    INVALID_LENGTH,
    INVALID_PARAMETER,
    ALREADY_IN_STATE,
    INVALID_RESOLUTION,
    INVALID_RATE,
    INVALID_RANGE,
    INVALID_MTU,
    INVALID_CHANNELS,
    INVALID_STATE,
) = range(13)

DELTA = 0x80
FRAME_HEADER_BYTES = 10
_BLOCK = 10
"""Differences in one block; the width is chosen anew for each."""


class PmdRefusal(Exception):  # noqa: N818  # an answer of the protocol, not a failure of the simulator
    """A command that is answered with an error code.

    Attributes
    ----------
    code : int
        Of the answer.
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"PMD error {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """What one measurement offers.

    Attributes
    ----------
    rates_hz, ranges : tuple of int
        In Hz, and in g or dps.
    resolution_bits : int
        Of a value.
    channels : int or None
        Value of the channels setting; None: the device does not know that setting.
    """

    rates_hz: tuple[int, ...]
    ranges: tuple[int, ...]
    resolution_bits: int = 16
    channels: int | None = None

    def encode(self) -> bytes:
        """Write all that is offered, for the answer to a get command."""
        offered = {RATE: self.rates_hz, RESOLUTION: (self.resolution_bits,), RANGE: self.ranges}
        if self.channels is not None:
            offered[CHANNELS] = (self.channels,)
        return b"".join(
            bytes([kind, len(values)]) + b"".join(v.to_bytes(FIELD_BYTES[kind], "little") for v in values)
            for kind, values in offered.items()
        )

    def chosen(self, wanted: Mapping[int, Sequence[int]]) -> tuple[int, int]:
        """Rate and range that a start command asks for.

        Raises
        ------
        PmdRefusal
            With the code that says what is missing or not offered.
        """
        rate = _one_of(wanted, RATE, self.rates_hz, INVALID_RATE)
        _one_of(wanted, RESOLUTION, (self.resolution_bits,), INVALID_RESOLUTION)
        at = _one_of(wanted, RANGE, self.ranges, INVALID_RANGE)
        known = {RATE, RESOLUTION, RANGE}
        if self.channels is not None:
            known.add(CHANNELS)
            # Missing channels have the code of wrong ones.
            if tuple(wanted.get(CHANNELS, ())) != (self.channels,):
                raise PmdRefusal(INVALID_CHANNELS)
        if set(wanted) - known:
            raise PmdRefusal(INVALID_PARAMETER)
        return rate, at


def _one_of(wanted: Mapping[int, Sequence[int]], kind: int, offered: Sequence[int], refusal: int) -> int:
    values = wanted.get(kind, ())
    if len(values) != 1:
        raise PmdRefusal(INVALID_PARAMETER)
    if values[0] not in offered:
        raise PmdRefusal(refusal)
    return values[0]


def parse_settings(payload: bytes) -> dict[int, list[int]]:
    """Values by kind of a sequence of settings: kind, count, values.

    Raises
    ------
    PmdRefusal
        If a kind is unknown or the lengths do not fit.
    """
    settings: dict[int, list[int]] = {}
    at = 0
    while at < len(payload):
        size = FIELD_BYTES.get(payload[at])
        if size is None or at + 1 >= len(payload):
            raise PmdRefusal(INVALID_PARAMETER)
        end = at + 2 + size * payload[at + 1]
        if end > len(payload):
            raise PmdRefusal(INVALID_PARAMETER)
        settings[payload[at]] = [
            int.from_bytes(payload[i : i + size], "little") for i in range(at + 2, end, size)
        ]
        at = end
    return settings


def encode_answer(op: int, kind: int, code: int, parameters: bytes = b"") -> bytes:
    """Write what is indicated after a command; nothing more follows."""
    return bytes([0xF0, op, kind, code, 0]) + parameters


def encode_factor(factor: float) -> bytes:
    """Write the setting by which values of delta frames are to be multiplied."""
    return bytes([FACTOR, 1]) + struct.pack("<f", factor)


def encode_frame(kind: int, timestamp_ns: int, frame_type: int, content: bytes) -> bytes:
    """Write a data frame.

    Parameters
    ----------
    kind : int
        Measurement type.
    timestamp_ns : int
        Of the last sample, ns since 2000.
    frame_type : int
        With `DELTA` where it is compressed.
    content : bytes
        Of `encode_raw` or `encode_deltas`.
    """
    return bytes([kind]) + timestamp_ns.to_bytes(8, "little") + bytes([frame_type]) + content


def encode_raw(rows: NDArray[np.int64]) -> bytes:
    """Write samples (N, 3) as signed 16-bit numbers."""
    return rows.astype("<i2").tobytes()


def encode_block(deltas: NDArray[np.int64], bits: int) -> bytes:
    """Write differences (N, channels): width, count, then the numbers, least significant bit first."""
    places = np.arange(bits)
    stream = (deltas.reshape(-1, 1) >> places & 1).astype(np.uint8)
    return bytes([bits, len(deltas)]) + np.packbits(stream.reshape(-1), bitorder="little").tobytes()


def bits_needed(deltas: NDArray[np.int64]) -> int:
    """Smallest width that holds every difference as a signed number, at least 1."""
    largest = max(int(deltas.max()), -int(deltas.min()) - 1, 0)
    return largest.bit_length() + 1


def encode_deltas(rows: NDArray[np.int64], limit: int, reference_bytes: int = 2) -> tuple[bytes, int]:
    """Compress as many samples as fit.

    Parameters
    ----------
    rows : (N, channels) int64
        Samples, N at least 1.
    limit : int
        Bytes that may be used.
    reference_bytes : int
        Of each channel of the first sample.

    Returns
    -------
    content : bytes
        The first sample, then blocks of differences.
    count : int
        Samples in it.
    """
    content = b"".join(int(v).to_bytes(reference_bytes, "little", signed=True) for v in rows[0])
    deltas = np.diff(rows, axis=0)
    count = 1
    for at in range(0, len(deltas), _BLOCK):
        part = deltas[at : at + _BLOCK]
        block = encode_block(part, bits_needed(part))
        if len(content) + len(block) > limit:
            break
        content += block
        count += len(part)
    return content, count
