"""MbientLab's MetaMotion S (MMS, BMI270) and R or RL (MMR, BMI160): commands, plain and packed data.

From the vendor's public wire specification (docs.mbientlab.com, "MetaWear BLE Protocol Reference", 2026)
alone: the licence of the vendor's code forbids works derived from it. See ``docs/sensors/simulated.md``.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Unpack

import numpy as np
from bumble.core import UUID
from bumble.gatt import Characteristic, Service

from firmware_sim.identity import Identity
from firmware_sim.mems import MemsSettings
from firmware_sim.mems_models import PRESETS, MemsModel
from firmware_sim.peripheral import SensorOptions, SimulatedPeripheral

if TYPE_CHECKING:
    from bumble.device import Connection
    from bumble.transport.common import TransportSink, TransportSource
    from numpy.typing import NDArray

    from firmware_sim.characteristics import Endpoint
    from firmware_sim.sampler import Sampler
    from firmware_sim.scenario import Scenario

SERVICE_UUID = "326a9000-85cb-9195-d9dd-464cfbbae75a"
COMMAND_UUID = "326a9001-85cb-9195-d9dd-464cfbbae75a"
NOTIFY_UUID = "326a9006-85cb-9195-d9dd-464cfbbae75a"

ACCEL, SETTINGS, GYRO, DEBUG = 0x03, 0x11, 0x13, 0xFE
READ_BIT = 0x80
INFO, POWER, ENABLE, CONFIG = 0x00, 0x01, 0x02, 0x03
BATTERY_REGISTER, MAC_REGISTER = 0x0C, 0x0B
DEBUG_RESET, DEBUG_DISCONNECT = 0x01, 0x06

PACKED_SAMPLES = 3
RATES_HZ = {code: 25.0 * 2 ** (code - 6) for code in range(1, 14)}
"""By the Bosch code of the lowest four bits: 6 is 25 Hz, 13 is 3200 Hz."""
ACCEL_CODES = range(1, 13)
GYRO_CODES = range(6, 14)
FASTEST_SIMULATED_HZ = 2000
GYRO_RANGES_DPS = (2000, 1000, 500, 250, 125)
NORMAL_FILTER = 2
EMPTY_MV, FULL_MV = 3400, 4200
"""Of the cell; taken as a straight line between, which is made up."""


@dataclass(frozen=True, slots=True)
class Chip:
    """What differs between the two inertial sensors.

    Attributes
    ----------
    mems : MemsModel
        Its errors.
    accel_kind, gyro_kind : int
        Implementation in the module information.
    accel_ranges : dict of int to int
        g by the code in the configuration.
    accel_packed, gyro_plain, gyro_packed : int
        Registers; plain acceleration is 0x04 in both.
    accel_config : bytes
        After power-on: 100 Hz, the smallest range.
    """

    mems: MemsModel
    accel_kind: int
    gyro_kind: int
    accel_ranges: dict[int, int]
    accel_packed: int
    gyro_plain: int
    gyro_packed: int
    accel_config: bytes
    accel_plain: int = 0x04

    def accel_rate_code(self, config: int) -> int | None:
        """Rate in the first byte of the configuration; None if the bits do not belong together."""
        code, bandwidth, flag = config & 0x0F, config >> 4 & 7, config >> 7
        if code not in ACCEL_CODES:
            return None
        slow = RATES_HZ[code] < 12.5
        if self.accel_kind == BMI270.accel_kind:
            # Bit 7 turns the better filter on, which slow rates do not have.
            return code if (bandwidth, flag) == (NORMAL_FILTER, 0 if slow else 1) else None
        # Bit 7 says that it undersamples, without a filter.
        return code if (bandwidth, flag) == ((0, 1) if slow else (NORMAL_FILTER, 0)) else None


BMI270 = Chip(PRESETS["BMI270"], 4, 1, {0: 2, 1: 4, 2: 8, 3: 16}, 0x05, 0x04, 0x05, bytes([0xA8, 0x00]))
BMI160 = Chip(PRESETS["BMI160"], 1, 0, {3: 2, 5: 4, 8: 8, 12: 16}, 0x1C, 0x05, 0x07, bytes([0x28, 0x03]))
GYRO_CONFIG = bytes([0x28, 0x00])
"""After power-on: 100 Hz, 2000 dps."""


def encode_sample(module: int, register: int, rows: NDArray[np.generic]) -> bytes:
    """Write a data notification: module, register, and x, y, z of each sample, (N, 3), low byte first."""
    return bytes([module, register]) + rows.astype("<i2").tobytes()


def encode_battery(percent: int) -> bytes:
    """Write the answer to a read of the battery: percent and millivolts."""
    millivolts = round(EMPTY_MV + (FULL_MV - EMPTY_MV) * percent / 100)
    return bytes([SETTINGS, BATTERY_REGISTER | READ_BIT, percent]) + millivolts.to_bytes(2, "little")


@dataclass(slots=True)
class _Module:
    """State of the accelerometer or the gyroscope."""

    number: int
    plain: int
    packed: int
    columns: slice
    config: bytes
    running: bool = False
    enabled: bool = False
    subscribed: set[int] = field(default_factory=set[int])
    sampler: Sampler | None = None

    @property
    def flows(self) -> bool:
        """Whether it measures and hands its data on."""
        return self.running and self.enabled


class MetaMotion(SimulatedPeripheral):
    """A MetaMotion; parameters as `SimulatedPeripheral`.

    Notes
    -----
    Commands are not answered; one that is unknown or has impossible values is ignored.
    """

    CHIP: ClassVar[Chip]
    IDENTITY: ClassVar[Identity]

    def __init__(
        self,
        source: TransportSource,
        sink: TransportSink,
        scenario: Scenario,
        *,
        name: str,
        address: str,
        **options: Unpack[SensorOptions],
    ) -> None:
        on_board = scenario.on_sensor(self.CHIP.mems, MemsSettings(rate_hz=100, accel_range_g=2))
        super().__init__(source, sink, on_board, name=name, address=address, **options)

    def _power_on(self) -> None:
        chip = self.CHIP
        self._modules = {
            ACCEL: _Module(ACCEL, chip.accel_plain, chip.accel_packed, slice(0, 3), chip.accel_config),
            GYRO: _Module(GYRO, chip.gyro_plain, chip.gyro_packed, slice(3, 6), GYRO_CONFIG),
        }

    def _services(self) -> list[Service]:
        properties = Characteristic.Properties
        command = self._endpoint(
            COMMAND_UUID, properties.WRITE | properties.WRITE_WITHOUT_RESPONSE, write=self._on_command
        )
        self._out = self._endpoint(NOTIFY_UUID, properties.NOTIFY, on_listen=self._on_listen)
        return [Service(SERVICE_UUID, [command.characteristic, self._out.characteristic])]

    def _identity(self) -> Identity:
        return replace(self.IDENTITY, serial=self.address.replace(":", "")[-6:])

    def _advertised_services(self) -> list[UUID]:
        return [UUID(SERVICE_UUID)]

    def _link_lost(self) -> None:
        """Forget who wanted data; the modules go on measuring."""
        for module in self._modules.values():
            module.subscribed.clear()

    # -- commands

    def _on_listen(self, endpoint: Endpoint) -> None:
        if endpoint.notified and self.faults.stream_unasked:
            for module in self._modules.values():
                module.running = module.enabled = True
                module.subscribed = {module.packed}
                self._follow(module)

    def _on_command(self, connection: Connection, payload: bytes) -> None:
        del connection
        if len(payload) < 2:
            return
        number, register = payload[0], payload[1]
        if register & READ_BIT:
            answer = self._read(number, register & ~READ_BIT)
            if answer is not None:
                self._post(self._out, bytes([number, register]) + answer)
        elif number == DEBUG:
            self._debug(register)
        elif number in self._modules:
            self._write(self._modules[number], register, payload[2:])

    def _read(self, number: int, register: int) -> bytes | None:
        """Give the payload that answers a read; empty where a module is missing, None for no answer."""
        if register == INFO:
            return self._module_info().get(number, b"")
        module = self._modules.get(number)
        if module is not None:
            return {POWER: bytes([module.running]), CONFIG: module.config}.get(register)
        if number == SETTINGS and register == BATTERY_REGISTER:
            return encode_battery(self.battery_percent())[2:]
        if number == SETTINGS and register == MAC_REGISTER:
            return bytes.fromhex(self.address.replace(":", ""))[::-1]
        return None

    def _module_info(self) -> dict[int, bytes]:
        """Give implementation and revision of the modules that there are."""
        chip = self.CHIP
        return {
            ACCEL: bytes([chip.accel_kind, 1]),
            GYRO: bytes([chip.gyro_kind, 1]),
            SETTINGS: bytes([0, 9]),
            DEBUG: bytes([0, 5]),
        }

    def _debug(self, register: int) -> None:
        if register == DEBUG_RESET:
            self._run("reset", self.reset())
        elif register == DEBUG_DISCONNECT:
            self._run("disconnect", self.drop_link())

    def _write(self, module: _Module, register: int, values: bytes) -> None:
        if register == POWER and values in (b"\x00", b"\x01"):
            if values == b"\x01" and self.faults.refuse_start is not None:
                return
            module.running = values == b"\x01"
        elif register == ENABLE and len(values) == 2:
            # Two masks: what to switch on, what to switch off.
            module.enabled = (module.enabled or bool(values[0] & 1)) and not values[1] & 1
        elif register == CONFIG:
            if self._settings(module.number, values) is None:
                return
            module.config = values
            module.sampler = None
        elif register in (module.plain, module.packed) and len(values) == 1:
            (module.subscribed.add if values[0] else module.subscribed.discard)(register)
        else:
            return
        self._follow(module)

    def _settings(self, number: int, config: bytes) -> MemsSettings | None:
        """Rate and range that a configuration means; None if there is no such thing."""
        if len(config) != 2:
            return None
        if number == ACCEL:
            code, full_scale = self.CHIP.accel_rate_code(config[0]), self.CHIP.accel_ranges.get(config[1])
        else:
            code = config[0] & 0x0F if config[0] & 0x0F in GYRO_CODES else None
            full_scale = GYRO_RANGES_DPS[config[1]] if config[1] < len(GYRO_RANGES_DPS) else None
            if config[0] >> 4 != NORMAL_FILTER:
                return None
        if code is None or full_scale is None or RATES_HZ[code] > FASTEST_SIMULATED_HZ:
            return None
        if number == ACCEL:
            return MemsSettings(rate_hz=RATES_HZ[code], accel_range_g=full_scale)
        return MemsSettings(rate_hz=RATES_HZ[code], gyro_range_dps=full_scale)

    def _follow(self, module: _Module) -> None:
        """Start or end the task of a module as its state demands."""
        name = f"module {module.number}"
        if not module.flows:
            module.sampler = None
        if module.flows and module.subscribed:
            if module.sampler is None or not self._running(name):
                self._run(name, self._stream(module))
        else:
            self._end(name)

    # -- data

    async def _stream(self, module: _Module) -> None:
        """Send data until cancelled."""
        settings = self._settings(module.number, module.config)
        if settings is None:
            return
        if module.sampler is None:
            module.sampler = self._sampler(settings)
        else:
            module.sampler.let_pass(self._loop.time())  # measured while nobody wanted it
        sampler = module.sampler
        packed = np.empty((0, 3), dtype=np.int16)
        while True:
            await asyncio.sleep(max(0.0, sampler.instant_s() - self._loop.time()))
            due = sampler.due(self._loop.time())
            rows = sampler.take(due)[:, module.columns] if due else packed[:0]
            if module.plain in module.subscribed:
                for row in rows:
                    self._post(self._out, encode_sample(module.number, module.plain, row))
            if module.packed in module.subscribed:
                packed = np.concatenate((packed, rows))
                while len(packed) >= PACKED_SAMPLES:
                    part, packed = packed[:PACKED_SAMPLES], packed[PACKED_SAMPLES:]
                    self._post(self._out, encode_sample(module.number, module.packed, part))


class MetaMotionS(MetaMotion):
    """MetaMotion S, with a BMI270."""

    CHIP = BMI270
    IDENTITY = Identity(model="8", firmware="1.7.3", manufacturer="MbientLab Inc", hardware="0.1")


class MetaMotionR(MetaMotion):
    """MetaMotion R or RL, with a BMI160."""

    CHIP = BMI160
    IDENTITY = Identity(model="5", firmware="1.5.0", manufacturer="MbientLab Inc", hardware="0.4")
