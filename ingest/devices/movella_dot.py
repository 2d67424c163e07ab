"""Driver of the Movella DOT (once Xsens DOT); facts in `docs/sensors/movella_dot.md`."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2, SensorInfo
from ingest.devices.clipping import count_clipped
from ingest.devices.driver import (
    Battery,
    CharacteristicSpec,
    Decoded,
    DeviceSamples,
    Pause,
    Read,
    Startup,
    Write,
)
from ingest.errors import StartRefusedError, WireError
from ingest.packets import CONTROL, DATA, INFO

NAME = "movella_dot"
TITLE = "Movella DOT"
CONFIG, LONG, DOT_BATTERY = "config", "data_long", "dot_battery"
"""Channels of its own; its battery is not the standard's, so neither is the channel."""

_BASE = "-4947-11e9-8646-d663bd873d93"
_RATE_HZ = 60
"""The fastest that it streams; 120 Hz is for recording on the sensor."""
_RATES_HZ = frozenset({1, 4, 10, 12, 15, 20, 30, 60, 120})
_RATE_QUANTITIES, _CUSTOM_MODE_5 = 21, 26
_MEASUREMENT, _START, _STOP = 1, 1, 0

_CONFIG_BYTES = 32
_RATE_AT = 24
_CHANGE_RATE = 0x10
"""First byte of a write: which of the fields counts."""
_PAUSE_AFTER_STOP_S = 1.0
"""The filters need a moment to end; public clients wait 3 s between tries."""

_DEVICE = struct.Struct("<6s3B7sI8s")  # address, version, build time, SoftDevice, serial number
_MODEL_BYTES = 6
_MEDIUM = struct.Struct("<I6f")  # mode 21: µs, m/s², dps
_LONG = struct.Struct("<I4f6f")  # mode 26: the same with a quaternion in between
_FULL_BYTES = {DATA: 40, LONG: 63}
"""Length of the characteristic, to which some firmware fills every mode up."""
_TICK_WRAP = 1 << 32
_RADPS_PER_DPS = np.pi / 180
_FULL = SensorInfo(0.0, 16 * STANDARD_GRAVITY_MPS2, 2000 * _RADPS_PER_DPS)


@dataclass(frozen=True, slots=True)
class MovellaDotDriver:
    """Movella DOT, Xsens DOT."""

    name: str = NAME
    title: str = TITLE
    service_uuids: tuple[str, ...] = (f"15171000{_BASE}", f"15172000{_BASE}")
    name_prefixes: tuple[str, ...] = ("Movella DOT", "Xsens DOT")
    characteristics: tuple[CharacteristicSpec, ...] = (
        CharacteristicSpec(INFO, f"15171001{_BASE}", read_first=True, required=False),
        CharacteristicSpec(CONFIG, f"15171002{_BASE}"),
        CharacteristicSpec(DOT_BATTERY, f"15173001{_BASE}", read_first=True, required=False),
        CharacteristicSpec(DATA, f"15172003{_BASE}", notify=True),
        CharacteristicSpec(LONG, f"15172002{_BASE}", notify=True, required=False),
        CharacteristicSpec(CONTROL, f"15172001{_BASE}"),
    )
    stop_steps: tuple[Write, ...] = (Write(CONTROL, bytes([_MEASUREMENT, _STOP, _RATE_QUANTITIES])),)
    slowest_packet_period_s: float = 1 / _RATE_HZ

    def start(self) -> Startup:
        """Set the rate, end a measurement that still runs, start one that has accelerations and rates.

        Raises
        ------
        StartRefusedError
            If the sensor's settings cannot be read, or it measures in neither mode.
        """
        config = yield Read(CONFIG)
        if len(config) < _CONFIG_BYTES:
            raise StartRefusedError(TITLE, f"its settings are {len(config)} bytes long, expected 32")
        if _rate_hz(config) != _RATE_HZ:
            rate = _RATE_HZ.to_bytes(2, "little")
            yield Write(CONFIG, bytes([_CHANGE_RATE]) + config[1:_RATE_AT] + rate + config[_RATE_AT + 2 :])
            yield Read(CONFIG)
        control = yield Read(CONTROL)
        if control[1:2] == bytes([_START]):
            yield Write(CONTROL, bytes([_MEASUREMENT, _STOP]) + control[2:3])
            yield Pause(_PAUSE_AFTER_STOP_S)
        for mode in (_RATE_QUANTITIES, _CUSTOM_MODE_5):
            yield Write(CONTROL, bytes([_MEASUREMENT, _START, mode]))
            control = yield Read(CONTROL)
            if control[1:3] == bytes([_START, mode]):
                return
        raise StartRefusedError(TITLE, "it does not measure; end its recording or synchronisation first")

    def decoder(self) -> MovellaDotDecoder:
        """Return a decoder for one new stream."""
        return MovellaDotDecoder()


class MovellaDotDecoder:
    """Decodes one stream: one sample in a notification, stamped by the sensor."""

    def __init__(self) -> None:
        self._info = _FULL

    def decode(self, channel: str, payload: bytes) -> tuple[Decoded, ...]:
        """Decode one payload.

        Raises
        ------
        WireError
            If the bytes break the protocol, or samples come before the rate is known.
        """
        if channel == DATA:
            return (self._samples(channel, payload, _MEDIUM),)
        if channel == LONG:
            return (self._samples(channel, payload, _LONG),)
        if channel == CONFIG:
            return self._configured(payload)
        if channel == INFO:
            return self._described(payload)
        if channel == DOT_BATTERY:
            return (_battery(payload),)
        return ()

    def link_renewed(self) -> None:
        """Forget what the sensor said of itself: it is read anew."""
        self._info = _FULL

    def _samples(self, channel: str, payload: bytes, layout: struct.Struct) -> DeviceSamples:
        if len(payload) not in (layout.size, _FULL_BYTES[channel]):
            raise _refuse(channel, f"{len(payload)} bytes, expected {layout.size}", payload)
        if self._info.sample_rate_hz == 0:
            raise _refuse(channel, "samples before the settings, so their rate is unknown", payload)
        ticks_us, *values = layout.unpack_from(payload)
        measured = np.array(values[-6:], dtype=np.float64)
        if not np.isfinite(measured).all():
            raise _refuse(channel, "a value that is not a number", payload)
        specific_force_mps2 = measured[None, :3]
        gyro_radps = measured[None, 3:] * _RADPS_PER_DPS
        return DeviceSamples(
            sequence=None,
            sequence_wrap=0,
            ticks_us=ticks_us,
            tick_wrap=_TICK_WRAP,
            period_us=1e6 / self._info.sample_rate_hz,
            specific_force_mps2=specific_force_mps2,
            gyro_radps=gyro_radps,
            clipped=count_clipped(self._info, specific_force_mps2, gyro_radps),
        )

    def _configured(self, payload: bytes) -> tuple[Decoded, ...]:
        if len(payload) < _CONFIG_BYTES:
            raise _refuse(CONFIG, f"{len(payload)} bytes, expected {_CONFIG_BYTES}", payload)
        rate_hz = _rate_hz(payload)
        if rate_hz not in _RATES_HZ:
            raise _refuse(CONFIG, f"a rate of {rate_hz} Hz", payload)
        self._info = replace(self._info, sample_rate_hz=float(rate_hz))
        return (self._info,)

    def _described(self, payload: bytes) -> tuple[Decoded, ...]:
        if len(payload) < _DEVICE.size:
            raise _refuse(INFO, f"{len(payload)} bytes, expected {_DEVICE.size}", payload)
        _, major, minor, revision, _, _, serial = _DEVICE.unpack_from(payload)
        model = payload[_DEVICE.size : _DEVICE.size + _MODEL_BYTES].split(b"\0")[0].decode(errors="replace")
        self._info = replace(
            self._info,
            model=model,
            firmware=f"{major}.{minor}.{revision}",
            device_id=serial[::-1].hex().upper(),
        )
        return () if self._info.sample_rate_hz == 0 else (self._info,)


def _rate_hz(config: bytes) -> int:
    return int.from_bytes(config[_RATE_AT : _RATE_AT + 2], "little")


def _battery(payload: bytes) -> Battery:
    """Level in percent, and whether it is being charged."""
    if len(payload) != 2:
        raise _refuse(DOT_BATTERY, f"{len(payload)} bytes, expected 2", payload)
    if payload[0] > 100:
        raise _refuse(DOT_BATTERY, f"{payload[0]} percent", payload)
    return Battery(payload[0] / 100)


def _refuse(channel: str, reason: str, payload: bytes) -> WireError:
    return WireError(NAME, channel, reason, payload)
