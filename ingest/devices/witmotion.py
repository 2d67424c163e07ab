"""Driver of WitMotion's Bluetooth 5 sensors: WT901BLE, BWT901BLE5.0, WT9011DCL. Facts in ``docs/sensors``.

The stream is a chain of 20-byte frames without checksum, counter or time. Byte offsets of it appear here and
nowhere else on this side of the radio.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2, SensorInfo
from ingest.devices.driver import (
    Ask,
    Battery,
    CharacteristicSpec,
    Decoded,
    DeviceSamples,
    Pause,
    Startup,
    Write,
)
from ingest.errors import StartRefusedError, WireError
from ingest.packets import CONTROL, DATA

NAME = "witmotion"

_WIT_BASE = "-0000-1000-8000-00805f9a34fb"  # 9a: not the Bluetooth base, which has 9b
_SIG_BASE = "-0000-1000-8000-00805f9b34fb"
_SERVICE_UUIDS = (f"0000ffe5{_WIT_BASE}", f"0000fff0{_WIT_BASE}")

_FRAME_BYTES = 20
_SAMPLES, _REGISTERS = b"\x55\x61", b"\x55\x71"
_HEADS = (_SAMPLES, _REGISTERS)
_REGISTERS_HEAD = struct.Struct("<2sHH")  # 55 71, first register, its value; 7 more values follow
_FULL_SCALE = 32768
_RANGE_G, _RANGE_DPS = 16, 2000
_RADPS_PER_DPS = np.pi / 180

_RATE_REGISTER, _BANDWIDTH_REGISTER, _BATTERY_REGISTER = 0x03, 0x1F, 0x64
_RATES_HZ = {
    0x01: 0.2,
    0x02: 0.5,
    0x03: 1.0,
    0x04: 2.0,
    0x05: 5.0,
    0x06: 10.0,
    0x07: 20.0,
    0x08: 50.0,
    0x09: 100.0,
    0x0A: 125.0,
    0x0B: 200.0,
}
_RATE_200_HZ = 0x0B
_BANDWIDTH_98_HZ = 0x02
"""The widest that 200 samples a second can carry."""
_SLOWEST_HZ = 50.0
"""A sensor that stays slower than this is of no use on a bar."""
_BATTERY_V = (3.4, 3.5, 3.68, 3.7, 3.73, 3.77, 3.79, 3.82, 3.87, 3.93, 3.96, 3.99)
_BATTERY_FRACTION = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 1.0)
_BATTERY_HIGHEST_V = 4.5
"""A lithium cell ends at 4.2 V; more is a pack of another kind, of which nothing is known here."""

_UNLOCK = b"\xff\xaa\x69\x88\xb5"
_AFTER_UNLOCK_S, _AFTER_SETTING_S = 0.2, 0.6
"""As VBTTracker waits, s."""


@dataclass(frozen=True, slots=True)
class WitMotionDriver:
    """A WitMotion sensor, at 200 Hz."""

    name: str = NAME
    title: str = "WitMotion WT901 (Bluetooth 5)"
    service_uuids: tuple[str, ...] = _SERVICE_UUIDS
    name_prefixes: tuple[str, ...] = ("WT901", "BWT901")
    characteristics: tuple[CharacteristicSpec, ...] = (
        CharacteristicSpec(
            DATA,
            f"0000ffe4{_WIT_BASE}",
            notify=True,
            alternatives=(
                "49535343-1e4d-4bd9-ba61-23c647249616",
                f"0000fff1{_WIT_BASE}",
                f"0000fff1{_SIG_BASE}",
            ),
        ),
        CharacteristicSpec(
            CONTROL,
            f"0000ffe9{_WIT_BASE}",
            alternatives=(
                "49535343-8841-43f4-a8d4-ecbe34729bb3",
                f"0000fff2{_WIT_BASE}",
                f"0000fff2{_SIG_BASE}",
            ),
        ),
    )
    stop_steps: tuple[Write, ...] = ()
    """There is no stop: it streams as long as it is connected."""
    slowest_packet_period_s: float = 5 / _SLOWEST_HZ
    """Five frames, 100 bytes, may share a packet."""

    def start(self) -> Startup:
        """Set rate and bandwidth, without saving them, and read the rate back."""
        rate_hz = None
        for _ in range(2):  # the register is locked again if a write is lost
            yield Write(CONTROL, _UNLOCK)
            yield Pause(_AFTER_UNLOCK_S)
            yield Write(CONTROL, _set(_BANDWIDTH_REGISTER, _BANDWIDTH_98_HZ))
            yield Pause(_AFTER_UNLOCK_S)
            yield Write(CONTROL, _set(_RATE_REGISTER, _RATE_200_HZ))
            yield Pause(_AFTER_SETTING_S)
            answer = yield _ask(_RATE_REGISTER)
            rate_hz = _RATES_HZ.get(_find_register(answer, _RATE_REGISTER) or 0)
            if rate_hz == _RATES_HZ[_RATE_200_HZ]:
                break
        if rate_hz is None or rate_hz < _SLOWEST_HZ:
            stays = "does not tell its rate" if rate_hz is None else f"stays at {rate_hz:g} Hz"
            raise StartRefusedError(self.title, f"it {stays}; set 200 Hz with WitMotion's own app")
        yield Write(CONTROL, _read(_BATTERY_REGISTER))

    def decoder(self) -> WitMotionDecoder:
        """Return a decoder for one new stream."""
        return WitMotionDecoder()


class WitMotionDecoder:
    """Cuts the chain into frames. Samples are passed over until the rate has been read."""

    def __init__(self) -> None:
        self._rest = b""
        self._rate_hz: float | None = None

    def link_renewed(self) -> None:
        """Forget the piece of a frame, and the rate: another setting may have come meanwhile."""
        self._rest = b""
        self._rate_hz = None

    def decode(self, channel: str, payload: bytes) -> tuple[Decoded, ...]:
        """Decode one payload.

        Raises
        ------
        WireError
            If there is no frame in it, nor a piece of one.
        """
        if channel != DATA:
            return ()
        if not payload:
            raise WireError(NAME, DATA, "empty", payload)
        data = self._rest + payload
        frames, self._rest = _frames(data)
        if not frames and len(self._rest) < len(data):
            raise WireError(NAME, DATA, "neither samples nor an answer", payload)
        decoded: list[Decoded] = []
        samples: list[bytes] = []
        for frame in frames:
            if frame.startswith(_SAMPLES):
                if self._rate_hz is not None:
                    samples.append(frame[len(_SAMPLES) :])
            else:
                decoded += self._on_registers(frame)
        if samples and self._rate_hz is not None:
            decoded.append(_device_samples(b"".join(samples), self._rate_hz))
        return tuple(decoded)

    def _on_registers(self, frame: bytes) -> list[Decoded]:
        _, register, value = _REGISTERS_HEAD.unpack_from(frame)
        if register == _RATE_REGISTER and value in _RATES_HZ:
            self._rate_hz = _RATES_HZ[value]
            return [SensorInfo(self._rate_hz, _RANGE_G * STANDARD_GRAVITY_MPS2, _RANGE_DPS * _RADPS_PER_DPS)]
        if register == _BATTERY_REGISTER:
            return [_battery(value / 100)]
        return []


def _frames(data: bytes) -> tuple[list[bytes], bytes]:
    """Cut a chain into frames; return them and what may be the beginning of the next.

    Without a checksum, only what follows tells a whole frame from the piece of one with another behind it: a
    head, or the end of what has come.
    """
    frames: list[bytes] = []
    at = 0
    while at < len(data):
        if not _may_begin(data, at):
            at += 1
            continue
        end = at + _FRAME_BYTES
        if end > len(data):
            return frames, data[at:]
        if end == len(data) or _may_begin(data, end):
            frames.append(data[at:end])
            at = end
        else:
            at += 1
    return frames, b""


def _may_begin(data: bytes, at: int) -> bool:
    """Tell whether a frame may begin here, as far as its head has come."""
    head = data[at : at + 2]
    return head in _HEADS or (len(head) == 1 and head == _SAMPLES[:1])


def _device_samples(joined: bytes, rate_hz: float) -> DeviceSamples:
    raw = np.frombuffer(joined, dtype="<i2").reshape(-1, 9)[:, :6]  # the angles are not needed
    at_limit = (raw >= _FULL_SCALE - 1) | (raw <= -(_FULL_SCALE - 1))
    return DeviceSamples(
        sequence=None,
        sequence_wrap=0,
        ticks_us=None,
        tick_wrap=0,
        period_us=1e6 / rate_hz,
        specific_force_mps2=raw[:, :3] * (_RANGE_G * STANDARD_GRAVITY_MPS2 / _FULL_SCALE),
        gyro_radps=raw[:, 3:] * (_RANGE_DPS * _RADPS_PER_DPS / _FULL_SCALE),
        clipped=int(at_limit.any(axis=1).sum()),
    )


def _battery(voltage_v: float) -> Battery:
    if voltage_v > _BATTERY_HIGHEST_V:
        return Battery(None)
    return Battery(float(np.interp(voltage_v, _BATTERY_V, _BATTERY_FRACTION)))


def _set(register: int, value: int) -> bytes:
    return bytes([0xFF, 0xAA, register, value, 0])


def _read(register: int) -> bytes:
    return bytes([0xFF, 0xAA, 0x27, register, 0])


def _ask(register: int) -> Ask:
    return Ask(
        Write(CONTROL, _read(register)), DATA, lambda payload: _find_register(payload, register) is not None
    )


def _find_register(payload: bytes, register: int) -> int | None:
    """Return the value of a register in a packet that may hold samples too; None if it is not there."""
    at = payload.find(_REGISTERS + bytes([register, 0]))
    if at < 0 or at + _FRAME_BYTES > len(payload):
        return None
    return _REGISTERS_HEAD.unpack_from(payload, at)[2]
