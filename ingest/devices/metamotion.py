"""Driver of MbientLab's MetaMotion sensors, with a BMI160 (R, RL) or a BMI270 (S). Facts in ``docs/sensors``.

Accelerometer and gyroscope come apart, without time or counter: three samples of one in a packet, or one
where the firmware is too old for that. Byte offsets of the protocol appear here and nowhere else on this side
of the radio.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2, SensorInfo
from ingest.devices.driver import (
    Answer,
    Ask,
    CharacteristicSpec,
    Decoded,
    DeviceSamples,
    Startup,
    Write,
)
from ingest.devices.pairing import PacketPairing, PairedSamples, any_axis
from ingest.devices.standard import decode_battery
from ingest.errors import StartRefusedError, WireError
from ingest.packets import CONTROL, DATA

if TYPE_CHECKING:
    from collections.abc import Mapping


NAME = "metamotion"

_SERVICE_UUID = "326a9000-85cb-9195-d9dd-464cfbbae75a"
_ACC, _GYRO, _SETTINGS = 0x03, 0x13, 0x11
"""Modules."""
_MODULES = 2
"""Those with samples."""
_MODULE_INFO, _POWER, _INTERRUPT, _CONFIG = 0x00, 0x01, 0x02, 0x03
_PLAIN_ACC = 0x04
_CONNECTION, _BATTERY = 0x09, 0x0C
"""Registers."""
_READ = 0x80
_SAMPLE_BYTES = 6
_PLAIN, _PACKED = 1, 3
"""Samples in a packet."""
_FULL_SCALE = 32768
_RADPS_PER_DPS = np.pi / 180
_GYRO_LSB_PER_DPS = 16.4
"""At 2000 degrees per second, whose full scale is therefore 1998; the other ranges double it."""
_GYRO_RANGES_DPS = {0: 2000, 1: 1000, 2: 500, 3: 250, 4: 125}
_RATES_HZ = {6: 25.0, 7: 50.0, 8: 100.0, 9: 200.0}
"""By the low four bits of both configurations."""
_RATE_200_HZ, _RATE_100_HZ = 9, 8
_GYRO_NORMAL_FILTER = 0x20
_GYRO_2000_DPS = 0x00
_CONNECTION_PARAMETERS = bytes.fromhex("0600 0c00 0000 5802")
"""Interval of 7.5 to 15 ms, no latency, supervision of 6 s: 133 packets a second do not fit into 50 ms."""


@dataclass(frozen=True, slots=True)
class _Chip:
    """One of the two chips.

    Attributes
    ----------
    name : str
        Of its maker.
    packed_acc, plain_gyro, packed_gyro : int
        Registers of samples; a plain sample of the accelerometer is 4 for both.
    packed_since : int
        Revision of its modules from which there are packets of three.
    filter_bits : int
        Of the accelerometer's configuration: normal filter.
    ranges_g : dict of int to int
        Range by its code, g.
    code_16_g : int
        Code of the widest.
    """

    name: str
    packed_acc: int
    plain_gyro: int
    packed_gyro: int
    packed_since: int
    filter_bits: int
    ranges_g: Mapping[int, int]
    code_16_g: int

    def registers(self, samples: int) -> tuple[int, int]:
        """Return the registers of accelerometer and gyroscope for packets of so many samples."""
        return (_PLAIN_ACC, self.plain_gyro) if samples == _PLAIN else (self.packed_acc, self.packed_gyro)


_CHIPS = {
    1: _Chip("BMI160", 0x1C, 0x05, 0x07, 1, 0x20, {0x3: 2, 0x5: 4, 0x8: 8, 0xC: 16}, 0xC),
    4: _Chip("BMI270", 0x05, 0x04, 0x05, 0, 0xA0, {0: 2, 1: 4, 2: 8, 3: 16}, 3),
}
"""By what the accelerometer's module info calls its implementation."""


@dataclass(frozen=True, slots=True)
class MetaMotionDriver:
    """A MetaMotion, at 200 Hz, or 100 Hz with a firmware that does not pack."""

    name: str = NAME
    title: str = "MbientLab MetaMotion"
    service_uuids: tuple[str, ...] = (_SERVICE_UUID,)
    name_prefixes: tuple[str, ...] = ("MetaWear",)
    characteristics: tuple[CharacteristicSpec, ...] = (
        CharacteristicSpec(DATA, "326a9006-85cb-9195-d9dd-464cfbbae75a", notify=True),
        CharacteristicSpec(CONTROL, "326a9001-85cb-9195-d9dd-464cfbbae75a"),
    )
    slowest_packet_period_s: float = 0.1
    """Several of its 133 packets a second may wait for a connection event."""

    @property
    def stop_steps(self) -> tuple[Write, ...]:
        """Power both off; it would go on after the link is closed."""
        return (*_off(_ACC), *_off(_GYRO))

    def start(self) -> Startup:
        """Stop what was left running, ask for the chip, configure it, read that back, start."""
        for step in self.stop_steps:  # noqa: UP028 -- a tuple takes no answers
            yield step
        acc_info = yield _ask(_ACC, _MODULE_INFO)
        gyro_info = yield _ask(_GYRO, _MODULE_INFO)
        chip = _CHIPS.get(acc_info[2]) if len(acc_info) >= 4 else None
        if chip is None or len(gyro_info) < 4:
            raise StartRefusedError(
                self.title, "it has no BMI160 or BMI270 with a gyroscope; is it a MetaMotion?"
            )
        is_packed = min(acc_info[3], gyro_info[3]) >= chip.packed_since
        samples, rate = (_PACKED, _RATE_200_HZ) if is_packed else (_PLAIN, _RATE_100_HZ)
        acc_register, gyro_register = chip.registers(samples)
        for register in sorted({_PLAIN_ACC, acc_register}):  # subscriptions outlive the link
            yield _write(_ACC, register, 0)
        for register in sorted({chip.plain_gyro, gyro_register}):
            yield _write(_GYRO, register, 0)
        yield from self._configure(_ACC, chip.filter_bits | rate, chip.code_16_g)
        yield from self._configure(_GYRO, _GYRO_NORMAL_FILTER | rate, _GYRO_2000_DPS)
        yield _write(_SETTINGS, _CONNECTION, *_CONNECTION_PARAMETERS)
        yield _write(_SETTINGS, _READ | _BATTERY)
        yield _write(_GYRO, gyro_register, 1)
        yield _write(_ACC, acc_register, 1)
        for module in (_GYRO, _ACC):
            yield _write(module, _INTERRUPT, 1, 0)
        yield _write(_ACC, _POWER, 1)
        yield _write(_GYRO, _POWER, 1)

    def _configure(self, module: int, config: int, value_range: int) -> Startup:
        """Write a configuration and read it back: writes are not acknowledged, and the scale hangs on it."""
        yield _write(module, _CONFIG, config, value_range)
        answer = yield _ask(module, _CONFIG)
        if answer[2:4] != bytes([config, value_range]):
            raise StartRefusedError(self.title, "it does not take its settings; switch it off and on")

    def decoder(self) -> MetaMotionDecoder:
        """Return a decoder for one new stream."""
        return MetaMotionDecoder()


def _off(module: int) -> tuple[Write, Write]:
    return _write(module, _POWER, 0), _write(module, _INTERRUPT, 0, 1)


def _write(module: int, register: int, *values: int) -> Write:
    return Write(CONTROL, bytes([module, register, *values]), response=False)


def _ask(module: int, register: int) -> Ask:
    head = bytes([module, _READ | register])
    return Ask(_write(module, _READ | register), DATA, lambda payload: payload.startswith(head))


class MetaMotionDecoder:
    """Decodes one stream. Samples have a scale once chip and configurations have been read."""

    def __init__(self) -> None:
        self.link_renewed()

    def link_renewed(self) -> None:
        """Forget everything: the start asks for all of it again."""
        self._chip: _Chip | None = None
        self._configs: dict[int, tuple[float, int]] = {}  # rate in Hz and range by module
        self._pairing = PacketPairing()

    def decode(self, channel: str, payload: bytes) -> tuple[Decoded, ...]:
        """Decode one payload.

        Raises
        ------
        WireError
            If the bytes break the protocol, or samples come before their scale is known.
        """
        if channel != DATA:
            return ()
        if len(payload) < 3:
            raise _refuse("shorter than its header and a value", payload)
        module, register = payload[0], payload[1]
        if register & _READ:
            return self._on_answer(module, register & ~_READ, payload)
        if module in {_ACC, _GYRO}:
            return self._on_samples(module, register, payload)
        return ()  # of a module that somebody else has left running

    def _on_answer(self, module: int, register: int, payload: bytes) -> tuple[Decoded, ...]:
        if module == _SETTINGS and register == _BATTERY:
            return (decode_battery(payload[2:3]),)
        if module in {_ACC, _GYRO} and register == _CONFIG:
            return self._on_config(module, payload)
        if module == _ACC and register == _MODULE_INFO:
            if payload[2] not in _CHIPS:
                raise _refuse(f"an accelerometer of kind {payload[2]}, expected 1 or 4", payload)
            self._chip = _CHIPS[payload[2]]
        return (Answer(),)

    def _on_config(self, module: int, payload: bytes) -> tuple[Decoded, ...]:
        if len(payload) != 4:
            raise _refuse(f"a configuration of {len(payload) - 2} bytes, expected 2", payload)
        if self._chip is None:
            raise _refuse("a configuration before the chip is known", payload)
        ranges = self._chip.ranges_g if module == _ACC else _GYRO_RANGES_DPS
        rate_code, range_code = payload[2] & 0x0F, payload[3]
        if rate_code not in _RATES_HZ or range_code not in ranges:
            raise _refuse(f"the unknown rate {rate_code} or range {range_code}", payload)
        self._configs[module] = (_RATES_HZ[rate_code], ranges[range_code])
        if len(self._configs) < _MODULES:
            return (Answer(),)
        rate_hz, range_g = self._configs[_ACC]
        return (
            SensorInfo(
                sample_rate_hz=rate_hz,
                accel_range_mps2=range_g * STANDARD_GRAVITY_MPS2,
                gyro_range_radps=_FULL_SCALE * self._gyro_scale_radps,
                model=f"MetaMotion, {self._chip.name}",
            ),
        )

    @property
    def _gyro_scale_radps(self) -> float:
        """Of one step, rad/s."""
        return self._configs[_GYRO][1] / _GYRO_RANGES_DPS[0] / _GYRO_LSB_PER_DPS * _RADPS_PER_DPS

    def _on_samples(self, module: int, register: int, payload: bytes) -> tuple[Decoded, ...]:
        if self._chip is None or len(self._configs) < _MODULES:
            raise _refuse("samples before their scale is known", payload)
        rate_hz, range_g = self._configs[_ACC]
        if rate_hz != self._configs[_GYRO][0]:
            raise _refuse("accelerometer and gyroscope at different rates", payload)
        samples, rest = divmod(len(payload) - 2, _SAMPLE_BYTES)
        if rest or samples not in {_PLAIN, _PACKED}:
            raise _refuse(f"{len(payload)} bytes, expected 8 or 20", payload)
        if register != self._chip.registers(samples)[module == _GYRO]:
            raise _refuse(f"{samples} samples in register {register}", payload)
        raw = np.frombuffer(payload, dtype="<i2", offset=2).reshape(samples, 3)
        at_limit = any_axis((raw >= _FULL_SCALE - 1) | (raw <= -(_FULL_SCALE - 1)))
        if module == _ACC:
            scale_mps2 = range_g * STANDARD_GRAVITY_MPS2 / _FULL_SCALE
            paired = self._pairing.push_accel(raw * scale_mps2, at_limit)
        else:
            paired = self._pairing.push_gyro(raw * self._gyro_scale_radps, at_limit)
        return tuple(_device_samples(pair, rate_hz) for pair in paired)


def _device_samples(paired: PairedSamples, rate_hz: float) -> DeviceSamples:
    return DeviceSamples(
        sequence=None,
        sequence_wrap=0,
        ticks_us=None,
        tick_wrap=0,
        period_us=1e6 / rate_hz,
        specific_force_mps2=paired.specific_force_mps2,
        gyro_radps=paired.gyro_radps,
        missing=paired.missing,
        clipped=paired.clipped,
    )


def _refuse(reason: str, payload: bytes) -> WireError:
    return WireError(NAME, DATA, reason, payload)
