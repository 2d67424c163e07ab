"""Driver of the native sensor, written from ``docs/wire_protocol.md``, version 1.

Byte offsets of the native protocol appear here and nowhere else on this side of the radio.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2, SensorInfo
from ingest.devices.driver import CharacteristicSpec, Decoded, DeviceSamples, Startup, Write
from ingest.errors import WireError
from ingest.packets import CONTROL, DATA, INFO

NAME = "native"

SERVICE_UUID = "8f5a0001-7b1e-4c5c-9a7e-0b5e1bb0ba11"
DATA_UUID = "8f5a0002-7b1e-4c5c-9a7e-0b5e1bb0ba11"
CONTROL_UUID = "8f5a0003-7b1e-4c5c-9a7e-0b5e1bb0ba11"
INFO_UUID = "8f5a0004-7b1e-4c5c-9a7e-0b5e1bb0ba11"

_PROTOCOL_VERSION = 1
_DATA_HEADER = struct.Struct("<BBHIHBB")  # version, flags, seq, t_us, period_us, k, dropped
_SAMPLE_BYTES = 12
_MAX_SAMPLES = 20
_FLAG_POWER_ON = 0b10
_INFO_HEADER = struct.Struct("<BBHHIBBBB8sH")  # version, flags, g, dps, mHz, k, battery, major, minor, id, n
_MAX_MODEL_BYTES = 32
_SEQUENCE_WRAP = 1 << 16
_TICK_WRAP = 1 << 32
_FULL_SCALE = 32768
_RADPS_PER_DPS = np.pi / 180


@dataclass(frozen=True, slots=True)
class NativeDriver:
    """The native Upright sensor."""

    name: str = NAME
    title: str = "Upright bar sensor"
    service_uuids: tuple[str, ...] = (SERVICE_UUID,)
    name_prefixes: tuple[str, ...] = ()
    characteristics: tuple[CharacteristicSpec, ...] = (
        CharacteristicSpec(INFO, INFO_UUID, read_first=True),
        CharacteristicSpec(DATA, DATA_UUID, notify=True),
        CharacteristicSpec(CONTROL, CONTROL_UUID),
    )
    stop_steps: tuple[Write, ...] = (Write(CONTROL, b"\x02"),)
    slowest_packet_period_s: float = 20 / 50
    """20 samples at 50 Hz, the slowest setting of the protocol."""

    def start(self) -> Startup:
        """Write START."""
        yield Write(CONTROL, b"\x01")

    def decoder(self) -> NativeDecoder:
        """Return a decoder for one new stream."""
        return NativeDecoder()


class NativeDecoder:
    """Decodes one stream of the native sensor. Samples can be scaled only once INFO has told the ranges."""

    def __init__(self) -> None:
        self._info: SensorInfo | None = None

    def decode(self, channel: str, payload: bytes) -> tuple[Decoded, ...]:
        """Decode one payload.

        Raises
        ------
        WireError
            If the bytes break the protocol, or samples come before INFO.
        """
        if channel == DATA:
            return (self._decode_data(payload),)
        if channel == INFO:
            self._info = _decode_info(payload)
            return (self._info,)
        return ()

    def link_renewed(self) -> None:
        """Do nothing: every packet stands alone, and INFO is read again before the first."""

    def _decode_data(self, payload: bytes) -> DeviceSamples:
        if len(payload) < _DATA_HEADER.size:
            raise _refuse(DATA, f"shorter than its {_DATA_HEADER.size}-byte header", payload)
        version, flags, sequence, ticks_us, period_us, count, dropped = _DATA_HEADER.unpack_from(payload)
        if version != _PROTOCOL_VERSION:
            raise _refuse(DATA, f"version {version}, expected {_PROTOCOL_VERSION}", payload)
        if not 1 <= count <= _MAX_SAMPLES:
            raise _refuse(DATA, f"{count} samples, expected 1 to {_MAX_SAMPLES}", payload)
        if period_us == 0:
            raise _refuse(DATA, "a sampling period of 0", payload)
        expected = _DATA_HEADER.size + count * _SAMPLE_BYTES
        if len(payload) != expected:
            raise _refuse(DATA, f"{len(payload)} bytes, expected {expected} for {count} samples", payload)
        if self._info is None:
            raise _refuse(DATA, "samples before INFO, so their scale is unknown", payload)
        raw = np.frombuffer(payload, dtype="<i2", offset=_DATA_HEADER.size).reshape(count, 6)
        at_limit = (raw >= _FULL_SCALE - 1) | (raw <= -(_FULL_SCALE - 1))
        return DeviceSamples(
            sequence=sequence,
            sequence_wrap=_SEQUENCE_WRAP,
            ticks_us=ticks_us,
            tick_wrap=_TICK_WRAP,
            period_us=period_us,
            specific_force_mps2=raw[:, :3] * (self._info.accel_range_mps2 / _FULL_SCALE),
            gyro_radps=raw[:, 3:] * (self._info.gyro_range_radps / _FULL_SCALE),
            dropped=dropped,
            restarted=bool(flags & _FLAG_POWER_ON),
            clipped=int(at_limit.any(axis=1).sum()),
        )


def _decode_info(payload: bytes) -> SensorInfo:
    if len(payload) < _INFO_HEADER.size:
        raise _refuse(INFO, f"shorter than its {_INFO_HEADER.size}-byte header", payload)
    version, _, range_g, range_dps, rate_mhz, _, _, major, minor, device_id, length = (
        _INFO_HEADER.unpack_from(payload)
    )
    if version != _PROTOCOL_VERSION:
        raise _refuse(INFO, f"version {version}, expected {_PROTOCOL_VERSION}", payload)
    if length > _MAX_MODEL_BYTES or len(payload) != _INFO_HEADER.size + length:
        raise _refuse(INFO, f"{len(payload)} bytes with a model name of {length}", payload)
    if range_g == 0 or range_dps == 0 or rate_mhz == 0:
        raise _refuse(INFO, "a range or a rate of 0", payload)
    try:
        model = payload[_INFO_HEADER.size :].decode()
    except UnicodeDecodeError as error:
        raise _refuse(INFO, "the model name is not UTF-8", payload) from error
    return SensorInfo(
        sample_rate_hz=rate_mhz / 1000,
        accel_range_mps2=range_g * STANDARD_GRAVITY_MPS2,
        gyro_range_radps=range_dps * _RADPS_PER_DPS,
        model=model,
        firmware=f"{major}.{minor}",
        device_id=device_id.hex(),
    )


def _refuse(channel: str, reason: str, payload: bytes) -> WireError:
    return WireError(NAME, channel, reason, payload)
