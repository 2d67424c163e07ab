"""Driver of the Nordic Thingy:52, raw motion data; facts in `docs/sensors/thingy52.md`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2, SensorInfo
from ingest.devices.clipping import count_clipped
from ingest.devices.driver import CharacteristicSpec, Decoded, DeviceSamples, Read, Startup, Write
from ingest.errors import StartRefusedError, WireError
from ingest.packets import DATA

NAME = "thingy52"
TITLE = "Nordic Thingy:52"
CONFIG = "config"

_BASE = "-9b35-4933-9b10-52ffa9740042"
_RATE_HZ = 200
_CONFIG_BYTES = 9  # u16 each: pedometer, temperature and compass interval, motion rate; u8 wake on motion
_RATE_AT = 6
_RAW_BYTES = 18  # int16 each: acceleration, rate of turn, magnetic field
_ACCEL_PER_G = 1 << 10
_GYRO_PER_DPS = 1 << 5
_ACCEL_RANGE_G, _GYRO_RANGE_DPS = 2, 2000
"""What InvenSense's driver sets, and the firmware never changes."""
_RADPS_PER_DPS = np.pi / 180


@dataclass(frozen=True, slots=True)
class Thingy52Driver:
    """Nordic Thingy:52 with its own firmware."""

    name: str = NAME
    title: str = TITLE
    service_uuids: tuple[str, ...] = (f"ef680100{_BASE}", f"ef680400{_BASE}")
    name_prefixes: tuple[str, ...] = ()
    characteristics: tuple[CharacteristicSpec, ...] = (
        CharacteristicSpec(CONFIG, f"ef680401{_BASE}"),
        CharacteristicSpec(DATA, f"ef680406{_BASE}", notify=True),
    )
    stop_steps: tuple[Write, ...] = ()
    slowest_packet_period_s: float = 1 / _RATE_HZ

    def start(self) -> Startup:
        """Ask for 200 Hz and leave the other settings as they are; they are kept in flash.

        Raises
        ------
        StartRefusedError
            If the settings cannot be read, or the rate is not taken.
        """
        config = yield Read(CONFIG)
        if len(config) != _CONFIG_BYTES:
            raise StartRefusedError(
                TITLE, f"its motion settings are {len(config)} bytes long, expected {_CONFIG_BYTES}"
            )
        if _rate_hz(config) != _RATE_HZ:
            yield Write(CONFIG, config[:_RATE_AT] + _RATE_HZ.to_bytes(2, "little") + config[_RATE_AT + 2 :])
            config = yield Read(CONFIG)
        if _rate_hz(config) != _RATE_HZ:
            raise StartRefusedError(TITLE, f"it stays at {_rate_hz(config)} Hz; switch it off and on")

    def decoder(self) -> Thingy52Decoder:
        """Return a decoder for one new stream."""
        return Thingy52Decoder()


class Thingy52Decoder:
    """Decodes one stream: one sample in a notification, with neither a counter nor a stamp.

    Samples are counted, so those of another rate, before ours is confirmed, would spoil the time of all.
    """

    def __init__(self) -> None:
        self._info: SensorInfo | None = None

    def decode(self, channel: str, payload: bytes) -> tuple[Decoded, ...]:
        """Decode one payload.

        Raises
        ------
        WireError
            If the bytes break the protocol.
        """
        if channel == CONFIG:
            info = _configured(payload)
            self._info = info if info.sample_rate_hz == _RATE_HZ else None
            return () if self._info is None else (self._info,)
        if channel == DATA:
            return self._samples(payload)
        return ()

    def link_renewed(self) -> None:
        """Forget the rate: it is read anew."""
        self._info = None

    def _samples(self, payload: bytes) -> tuple[Decoded, ...]:
        if len(payload) != _RAW_BYTES:
            raise _refuse(DATA, f"{len(payload)} bytes, expected {_RAW_BYTES}", payload)
        if self._info is None:
            return ()
        raw = np.frombuffer(payload, dtype="<i2").astype(np.float64).reshape(3, 1, 3)
        # The firmware turns the accelerometer's signs, not the gyroscope's, so that gravity reads positive.
        specific_force_mps2 = raw[0] * (-STANDARD_GRAVITY_MPS2 / _ACCEL_PER_G)
        gyro_radps = raw[1] * (_RADPS_PER_DPS / _GYRO_PER_DPS)
        samples = DeviceSamples(
            sequence=None,
            sequence_wrap=0,
            ticks_us=None,
            tick_wrap=0,
            period_us=1e6 / self._info.sample_rate_hz,
            specific_force_mps2=specific_force_mps2,
            gyro_radps=gyro_radps,
            clipped=count_clipped(self._info, specific_force_mps2, gyro_radps),
        )
        return (samples,)


def _configured(payload: bytes) -> SensorInfo:
    if len(payload) != _CONFIG_BYTES:
        raise _refuse(CONFIG, f"{len(payload)} bytes, expected {_CONFIG_BYTES}", payload)
    rate_hz = _rate_hz(payload)
    if not 1 <= rate_hz <= _RATE_HZ:
        raise _refuse(CONFIG, f"a rate of {rate_hz} Hz", payload)
    return SensorInfo(
        sample_rate_hz=float(rate_hz),
        accel_range_mps2=_ACCEL_RANGE_G * STANDARD_GRAVITY_MPS2,
        gyro_range_radps=_GYRO_RANGE_DPS * _RADPS_PER_DPS,
    )


def _rate_hz(config: bytes) -> int:
    return int.from_bytes(config[_RATE_AT : _RATE_AT + 2], "little")


def _refuse(channel: str, reason: str, payload: bytes) -> WireError:
    return WireError(NAME, channel, reason, payload)
