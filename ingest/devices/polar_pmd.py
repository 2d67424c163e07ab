"""Bytes of Polar's Measurement Data service (PMD): commands, answers, frames. Facts in ``docs/sensors``.

Byte offsets of the PMD protocol appear here and nowhere else on this side of the radio.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from ingest.devices.driver import Ask, Write
from ingest.errors import WireError
from ingest.packets import CONTROL, DATA

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from numpy.typing import NDArray

    from analysis.imu import FloatArray

    _Refusal: TypeAlias = Callable[[str], WireError]

CONTROL_UUID = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA_UUID = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"

GET_SETTINGS, START, STOP = 1, 2, 3
"""Commands."""
STAMP_WRAP_NS = 1 << 64

RATE, RESOLUTION, RANGE, CHANNELS, FACTOR = 0, 1, 2, 4, 5
_SETTING_FORMATS = {RATE: "<H", RESOLUTION: "<H", RANGE: "<H", 3: "<I", CHANNELS: "<B", FACTOR: "<f"}
_REPLY, _STOPPED, _FEATURES = 0xF0, 0x01, 0x0F
_REPLY_HEADER_BYTES = 4  # F0, command, measurement, error
_FRAME_HEADER = struct.Struct("<BQB")  # measurement, stamp of the last sample, type of frame
_COMPRESSED = 0x80
_AXES = 3
_MAX_SAMPLES = 1024
"""Of one frame: 1-bit differences put 600 into a packet of 240 bytes, differences of no bits any number."""
_ANSWER_TIMEOUT_S = 5.0
_G_PER_MILLIG = 1e-3

NOT_OFFERED = frozenset({1, 2, 3})
"""Errors of a model or a firmware that does not know the command, the measurement or the mode."""
ALREADY_SO = 6
_ERRORS = {
    1: "it does not know this command; update its firmware with Polar Flow",
    2: "it does not have this measurement",
    3: "this model or its firmware does not support it; update it with Polar Flow",
    4: "it took the command for too long or too short",
    5: "it took a parameter of the command for wrong",
    6: "it streams already; end other connections, then switch it off and on",
    7: "it does not offer this resolution",
    8: "it does not offer this rate",
    9: "it does not offer this range",
    10: "the link's packets are too small for it; connect again",
    11: "it does not offer this number of channels",
    12: "it is busy with a training or another stream; end that, or switch it off and on",
    13: "it is in its charger; take it out",
    14: "its memory is full; sync it with Polar Flow",
}


class Measurement(IntEnum):
    """What the service can stream, as far as it matters here, and the mode that offers more of it."""

    ACC = 2
    GYRO = 5
    SDK_MODE = 9


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the control point.

    Attributes
    ----------
    command, measurement, error : int
        What is answered, and how; error 0 is success.
    settings : dict of int to tuple of float
        Values by the number of their setting.
    is_cut : bool
        The settings go on in another packet, or end in the middle.
    """

    command: int
    measurement: int
    error: int
    settings: dict[int, tuple[float, ...]]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """A packet of samples.

    Attributes
    ----------
    measurement : int
        See `Measurement`.
    last_ns : int
        Sensor's clock at the last sample, ns since 2000, of 64 bits.
    kind : int
        Type of frame, without the flag of compression.
    is_compressed : bool
        Differences follow a first sample.
    content : bytes
        The samples.
    """

    measurement: int
    last_ns: int
    kind: int
    is_compressed: bool
    content: bytes


@dataclass(frozen=True, slots=True)
class Choice:
    """Settings to stream with.

    Attributes
    ----------
    rate_hz : int
        Of every measurement, Hz.
    ranges : dict of int to int
        By measurement: g, or degrees per second.
    commands : dict of int to bytes
        Settings as the start command wants them, by measurement.
    """

    rate_hz: int
    ranges: dict[int, int]
    commands: dict[int, bytes]


def ask(command: int, measurement: int, settings: bytes = b"") -> Ask:
    """Make the step that commands and waits for the answer."""
    head = bytes([_REPLY, command, measurement])
    write = Write(CONTROL, bytes([command, measurement]) + settings)
    return Ask(write, CONTROL, lambda payload: payload.startswith(head), _ANSWER_TIMEOUT_S)


def error_in_words(error: int) -> str:
    """Say what an error means and what to do."""
    return _ERRORS.get(error, f"it answers with the unknown error {error}; switch it off and on")


def parse_control(driver: str, payload: bytes) -> Reply | None:
    """Read what the control point says; None where it is not an answer.

    Raises
    ------
    WireError
        If it is none of the known, or too short.
    """
    if payload[:1] in (bytes([_STOPPED]), bytes([_FEATURES])):
        return None
    if len(payload) < _REPLY_HEADER_BYTES or payload[0] != _REPLY:
        raise WireError(driver, CONTROL, "no answer of a control point", payload)
    _, command, measurement, error = payload[:_REPLY_HEADER_BYTES]
    goes_on = len(payload) > _REPLY_HEADER_BYTES and payload[_REPLY_HEADER_BYTES] != 0
    settings, is_whole = _parse_settings(payload[_REPLY_HEADER_BYTES + 1 :])
    return Reply(command, measurement, error, settings, goes_on or not is_whole)


def choose(offers: Mapping[int, Mapping[int, tuple[float, ...]]], fastest_hz: int) -> Choice | None:
    """Choose the highest rate up to a limit that every measurement offers, and the widest ranges.

    Parameters
    ----------
    offers : mapping
        Settings on offer, by measurement.
    fastest_hz : int
        Limit, Hz.

    Returns
    -------
    Choice or None
        None: they have no rate in common, or the answers say too little.
    """
    first, *others = [{int(rate) for rate in offer.get(RATE, ())} for offer in offers.values()]
    possible = [rate for rate in first.intersection(*others) if 0 < rate <= fastest_hz]
    if not possible or any(not offer.get(RANGE) or not offer.get(RESOLUTION) for offer in offers.values()):
        return None
    rate_hz = max(possible)
    ranges = {measurement: int(max(offer[RANGE])) for measurement, offer in offers.items()}
    commands = {
        measurement: _settings_bytes(offer, rate_hz, ranges[measurement])
        for measurement, offer in offers.items()
    }
    return Choice(rate_hz, ranges, commands) if all(ranges.values()) else None


def parse_frame(driver: str, payload: bytes) -> Frame:
    """Read the head of a frame.

    Raises
    ------
    WireError
        If it is too short.
    """
    if len(payload) < _FRAME_HEADER.size:
        raise WireError(driver, DATA, f"shorter than its {_FRAME_HEADER.size}-byte header", payload)
    measurement, last_ns, kind = _FRAME_HEADER.unpack_from(payload)
    return Frame(
        measurement, last_ns, kind & ~_COMPRESSED, bool(kind & _COMPRESSED), payload[_FRAME_HEADER.size :]
    )


def frame_values(driver: str, frame: Frame, factor: float | None) -> FloatArray:
    """Read the samples of a frame.

    Parameters
    ----------
    driver : str
        For errors.
    frame : Frame
        See `parse_frame`.
    factor : float or None
        As the start's answer told; None: it told none.

    Returns
    -------
    (k, 3) float64
        g of an accelerometer, degrees per second of a gyroscope.

    Raises
    ------
    WireError
        If the bytes break the protocol, or their scale is not known.
    """

    def refused(reason: str) -> WireError:
        return WireError(driver, DATA, reason, frame.content)

    scale = 1.0 if factor is None else factor
    match frame.measurement, frame.is_compressed, frame.kind:
        case (Measurement.ACC, False, 0 | 1 | 2):
            raw = _plain(refused, frame.content, frame.kind + 1)
            return raw.astype(np.float64) * (scale * _G_PER_MILLIG)
        case (Measurement.ACC, True, 1):
            return _compressed(refused, frame.content, 2).astype(np.float64) * (scale * _G_PER_MILLIG)
        case (Measurement.ACC | Measurement.GYRO, True, 0):
            if factor is None:
                raise refused("a type of frame that needs a factor, and the start's answer told none")
            return _compressed(refused, frame.content, 2).astype(np.float64) * scale
        case (Measurement.GYRO, True, 1):
            patterns = (_compressed(refused, frame.content, 4) & 0xFFFFFFFF).astype(np.uint32)
            values = patterns.view(np.float32).astype(np.float64)
            if not np.all(np.abs(values) < 1e6):  # also false for what is not a number
                raise refused("a rate of turn that cannot be")
            return values * scale
        case _:
            raise refused(
                f"measurement {frame.measurement}, type of frame {frame.kind}, "
                f"{'' if frame.is_compressed else 'not '}compressed: unknown"
            )


def _parse_settings(data: bytes) -> tuple[dict[int, tuple[float, ...]], bool]:
    """Read settings, as far as they are known and whole; tell whether nothing is cut off."""
    settings: dict[int, tuple[float, ...]] = {}
    at = 0
    while at + 2 <= len(data):
        form = _SETTING_FORMATS.get(data[at])
        if form is None:
            return settings, True  # of a later firmware; how long it is nobody knows
        size = data[at + 1] * struct.calcsize(form)
        values = data[at + 2 : at + 2 + size]
        if len(values) < size:
            return settings, False
        settings[data[at]] = tuple(value for (value,) in struct.iter_unpack(form, values))
        at += 2 + size
    return settings, at == len(data)


def _settings_bytes(offer: Mapping[int, tuple[float, ...]], rate_hz: int, value_range: int) -> bytes:
    chosen = [(RATE, rate_hz), (RESOLUTION, int(max(offer[RESOLUTION]))), (RANGE, value_range)]
    if offer.get(CHANNELS):  # some models offer none and take none
        chosen.append((CHANNELS, int(max(offer[CHANNELS]))))
    return b"".join(
        bytes([setting, 1]) + struct.pack(_SETTING_FORMATS[setting], value) for setting, value in chosen
    )


def _plain(refused: _Refusal, content: bytes, width: int) -> NDArray[np.int64]:
    """Read samples that stand one after the other, `width` bytes for each axis."""
    size = _AXES * width
    if not content or len(content) % size:
        raise refused(f"{len(content)} bytes, expected a multiple of {size}")
    if len(content) // size > _MAX_SAMPLES:
        raise refused("more samples than a packet can hold")
    values = [
        int.from_bytes(content[at : at + width], "little", signed=True)
        for at in range(0, len(content), width)
    ]
    return np.array(values, dtype=np.int64).reshape(-1, _AXES)


def _compressed(refused: _Refusal, content: bytes, width: int) -> NDArray[np.int64]:
    """Read a first sample of `width` bytes for each axis, then blocks of differences.

    A block is the number of bits of a difference, the number of samples, then the differences, lowest bit
    first, filled up to whole bytes.
    """
    at = _AXES * width
    if len(content) < at:
        raise refused(f"{len(content)} bytes are too few for a first sample")
    steps = [_plain(refused, content[:at], width)]
    count = 1
    while at < len(content):
        if at + 2 > len(content):
            raise refused("a block of differences without its length")
        bits, samples = content[at], content[at + 1]
        at += 2
        size = math.ceil(bits * samples * _AXES / 8)
        count += samples
        if bits > 32 or count > _MAX_SAMPLES or at + size > len(content):
            raise refused(f"a block of {samples} differences of {bits} bits, {len(content) - at} bytes came")
        steps.append(_differences(content[at : at + size], bits, samples))
        at += size
    return np.cumsum(np.concatenate(steps), axis=0)


def _differences(data: bytes, bits: int, samples: int) -> NDArray[np.int64]:
    if bits == 0 or samples == 0:
        return np.zeros((samples, _AXES), dtype=np.int64)
    flat = np.unpackbits(np.frombuffer(data, dtype=np.uint8), bitorder="little")[: samples * _AXES * bits]
    values = flat.reshape(-1, bits).astype(np.int64) @ (np.int64(1) << np.arange(bits, dtype=np.int64))
    values[values >= 1 << (bits - 1)] -= 1 << bits
    return values.reshape(samples, _AXES)
