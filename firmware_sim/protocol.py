"""Bytes of the native sensor protocol, version 1, as the firmware writes them.

Written from ``docs/wire_protocol.md`` alone, by hand arithmetic, so that it shares no mistake with the
decoder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from firmware_sim.errors import CommandRefusedError, InvalidSettingError

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = 1
SERVICE_UUID = "8f5a0001-7b1e-4c5c-9a7e-0b5e1bb0ba11"
DATA_UUID = "8f5a0002-7b1e-4c5c-9a7e-0b5e1bb0ba11"
CTRL_UUID = "8f5a0003-7b1e-4c5c-9a7e-0b5e1bb0ba11"
INFO_UUID = "8f5a0004-7b1e-4c5c-9a7e-0b5e1bb0ba11"

DATA_HEADER_BYTES = 12
SAMPLE_BYTES = 12
ATT_NOTIFICATION_OVERHEAD_BYTES = 3
MAX_SAMPLES = 20
MAX_MODEL_BYTES = 32

FLAG_DROPPED = 1
FLAG_FIRST = 2
INFO_FLAG_STREAMING = 1

UNKNOWN_COMMAND = 0x80
WRONG_VALUE = 0x81
NOT_WHILE_STREAMING = 0x82

RATES_HZ = (50, 100, 200, 400)
ACCEL_RANGES_G = (2, 4, 8, 16)
GYRO_RANGES_DPS = (125, 250, 500, 1000, 2000)


def _u8(value: int) -> bytes:
    return value.to_bytes(1, "little")


def _u16(value: int) -> bytes:
    return value.to_bytes(2, "little")


def _u32(value: int) -> bytes:
    return value.to_bytes(4, "little")


def encode_data(
    *, flags: int, seq: int, t_us: int, period_us: int, dropped: int, samples: Sequence[Sequence[int]]
) -> bytes:
    """Write a DATA notification.

    Parameters
    ----------
    flags : int
        `FLAG_DROPPED`, `FLAG_FIRST`.
    seq, t_us, dropped : int
        Running counts; wrapped or limited here.
    period_us : int
        1 to 65535.
    samples : k rows of 6 int
        ax, ay, az, gx, gy, gz as raw 16-bit numbers, oldest first, k from 1 to 20.

    Raises
    ------
    InvalidSettingError
        If k or the period is outside its range.
    """
    if not 1 <= len(samples) <= MAX_SAMPLES:
        raise InvalidSettingError("samples", f"a packet holds 1 to {MAX_SAMPLES} samples, not {len(samples)}")
    if not 1 <= period_us <= 0xFFFF:
        raise InvalidSettingError("period_us", f"must be 1 to 65535, not {period_us}")
    header = (
        _u8(VERSION)
        + _u8(flags)
        + _u16(seq % 0x1_0000)
        + _u32(t_us % 0x1_0000_0000)
        + _u16(period_us)
        + _u8(len(samples))
        + _u8(min(dropped, 255))
    )
    return header + b"".join(value.to_bytes(2, "little", signed=True) for row in samples for value in row)


def samples_that_fit(mtu: int) -> int:
    """Largest k whose packet fits into one notification; may be 0 on the smallest MTU."""
    payload = mtu - ATT_NOTIFICATION_OVERHEAD_BYTES - DATA_HEADER_BYTES
    return max(0, min(payload // SAMPLE_BYTES, MAX_SAMPLES))


def encode_info(
    *,
    streaming: bool,
    accel_range_g: int,
    gyro_range_dps: int,
    rate_hz: float,
    samples_per_packet: int,
    battery_percent: int | None,
    firmware: tuple[int, int],
    device_id: bytes,
    model: str,
) -> bytes:
    """Value of the INFO characteristic.

    Raises
    ------
    InvalidSettingError
        If the device id is not 8 bytes or the model name is longer than 32 bytes.
    """
    name = model.encode()
    if len(name) > MAX_MODEL_BYTES:
        raise InvalidSettingError("model", f"{len(name)} bytes of UTF-8; at most {MAX_MODEL_BYTES} fit")
    if len(device_id) != 8:
        raise InvalidSettingError("device_id", f"is 8 bytes long, not {len(device_id)}")
    return (
        _u8(VERSION)
        + _u8(INFO_FLAG_STREAMING if streaming else 0)
        + _u16(accel_range_g)
        + _u16(gyro_range_dps)
        + _u32(round(rate_hz * 1000))
        + _u8(samples_per_packet)
        + _u8(255 if battery_percent is None else battery_percent)
        + _u8(firmware[0])
        + _u8(firmware[1])
        + device_id
        + _u16(len(name))
        + name
    )


@dataclass(frozen=True, slots=True)
class Start:
    """START streaming."""


@dataclass(frozen=True, slots=True)
class Stop:
    """STOP streaming."""


@dataclass(frozen=True, slots=True)
class SetRate:
    """SET_RATE, Hz."""

    rate_hz: int


@dataclass(frozen=True, slots=True)
class SetRange:
    """SET_RANGE, g and dps."""

    accel_range_g: int
    gyro_range_dps: int


@dataclass(frozen=True, slots=True)
class SetBatch:
    """SET_BATCH, samples in a packet."""

    samples_per_packet: int


Command: TypeAlias = Start | Stop | SetRate | SetRange | SetBatch

_COMMAND_BYTES = {0x01: 1, 0x02: 1, 0x03: 3, 0x04: 4, 0x05: 2}


def _allowed(value: int, allowed: Sequence[int], what: str) -> int:
    if value not in allowed:
        raise CommandRefusedError(WRONG_VALUE, f"{what} {value} is not offered")
    return value


def parse_command(payload: bytes) -> Command:
    """Understand what was written to CTRL.

    Raises
    ------
    CommandRefusedError
        0x80 for an unknown or empty command, 0x81 for a wrong length or value.
    """
    if not payload or payload[0] not in _COMMAND_BYTES:
        raise CommandRefusedError(UNKNOWN_COMMAND, f"unknown command {payload.hex() or '(empty)'}")
    code = payload[0]
    if len(payload) != _COMMAND_BYTES[code]:
        raise CommandRefusedError(WRONG_VALUE, f"command 0x{code:02x} is {_COMMAND_BYTES[code]} bytes long")
    match code:
        case 0x01:
            return Start()
        case 0x02:
            return Stop()
        case 0x03:
            return SetRate(_allowed(payload[1] + 256 * payload[2], RATES_HZ, "rate"))
        case 0x04:
            return SetRange(
                _allowed(payload[1], ACCEL_RANGES_G, "accelerometer range"),
                _allowed(payload[2] + 256 * payload[3], GYRO_RANGES_DPS, "gyroscope range"),
            )
        case _:
            return SetBatch(_allowed(payload[1], range(1, MAX_SAMPLES + 1), "batch"))
