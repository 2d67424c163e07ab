"""WitMotion's BLE 5.0 sensors (WT901BLE, BWT901BLE5.0, WT9011DCL): 20-byte frames without number or time.

From the public description: the manual of the WT901BLECL 5.0 (frames, read commands), the vendor's page "WIT
Standard Communication Protocol" (register numbers, rates, bandwidths, defaults), its battery table, and
``docs/sensors/simulated.md`` for what was made up.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Unpack

import numpy as np
from bumble.core import UUID
from bumble.gatt import Characteristic, Service
from vqf import VQF

from firmware_sim.identity import Identity
from firmware_sim.mems import MemsSettings, to_physical
from firmware_sim.mems_models import MICRO_G_MPS2, PRESETS, RADPS_PER_DPS, MemsModel
from firmware_sim.outbox import ATT_NOTIFICATION_OVERHEAD_BYTES
from firmware_sim.peripheral import SensorOptions, SimulatedPeripheral

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bumble.device import Connection
    from bumble.transport.common import TransportSink, TransportSource

    from firmware_sim.characteristics import Endpoint
    from firmware_sim.curves import FloatArray
    from firmware_sim.mems import Int16Array
    from firmware_sim.sampler import Sampler
    from firmware_sim.scenario import Scenario

MEMS: MemsModel = replace(
    PRESETS["BMI160"],
    name="WT901BLE",
    accel_noise_mps2_rthz=150 * MICRO_G_MPS2,
    gyro_noise_radps_rthz=8e-3 * RADPS_PER_DPS,
    accel_bias_mps2=20e3 * MICRO_G_MPS2,
    accel_bias_mps2_per_k=150 * MICRO_G_MPS2,
    gyro_bias_radps_per_k=15e-3 * RADPS_PER_DPS,
    odr_tolerance_fraction=0.01,
)
"""Its data sheet gives 0.75 to 1 mg and 0.03 to 0.07 dps rms, +-20 to 40 mg, and drifts per K."""

FRAME_BYTES = 20
DATA_FLAG = 0x61
REGISTER_FLAG = 0x71

SAVE, RATE, BANDWIDTH, VERSION_LOW, VERSION_HIGH = 0x00, 0x03, 0x1F, 0x2E, 0x2F
ACCEL, TEMPERATURE, QUATERNION, BATTERY, KEY, READ = 0x34, 0x40, 0x51, 0x64, 0x69, 0x27
UNLOCK = 0xB588
UNLOCKED_FOR_S = 10.0
RATES_HZ = {1: 0.2, 2: 0.5, 3: 1.0, 4: 2.0, 5: 5.0, 6: 10.0, 7: 20.0, 8: 50.0, 9: 100.0, 10: 125.0, 11: 200.0}
SINGLE, SILENT = 12, 13
BANDWIDTHS_HZ = (256.0, 188.0, 98.0, 42.0, 20.0, 10.0, 5.0)
DEFAULTS = {RATE: 6, BANDWIDTH: 4}
RESTORE, REBOOT = 0x0001, 0x00FF

VOLTS = (3.40, 3.50, 3.68, 3.70, 3.73, 3.77, 3.79, 3.82, 3.87, 3.93, 3.96, 3.99)
PERCENT = (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 75.0, 90.0, 100.0)
VERSION = (1 << 31) | (10080 << 14) | (1 << 8) | 6
"""10080.1.6, in the vendor's packing."""
AMBIENT_C = 25.0
BUFFER_FRAMES = 64
"""Frames that wait for the radio; then the oldest is lost."""


@dataclass(frozen=True, slots=True)
class UuidVariant:
    """UUIDs of service, notifications and commands of one generation of these sensors."""

    service: str
    notify: str
    write: str


VARIANTS = {
    # The base ends in 9a34fb, not in Bluetooth's own 9b34fb.
    "ffe5": UuidVariant(*(f"0000{short}-0000-1000-8000-00805f9a34fb" for short in ("ffe5", "ffe4", "ffe9"))),
    "dual": UuidVariant(
        *(
            f"49535343-{part}"
            for part in (
                "fe7d-4ae5-8fa9-9fafd205e455",
                "1e4d-4bd9-ba61-23c647249616",
                "8841-43f4-a8d4-ecbe34729bb3",
            )
        )
    ),
    "fff0": UuidVariant("fff0", "fff1", "fff2"),
}
"""By the name that people know them by."""


def encode_frame(flag: int, values: Sequence[int]) -> bytes:
    """Write a 20-byte frame: 0x55, a flag, and nine signed 16-bit numbers, low byte first."""
    return bytes([0x55, flag]) + b"".join(int(value).to_bytes(2, "little", signed=True) for value in values)


def encode_registers(first: int, values: Sequence[int]) -> bytes:
    """Write the answer to a read: the first register's number and the contents of eight."""
    return b"\x55\x71" + first.to_bytes(2, "little") + b"".join(v.to_bytes(2, "little") for v in values)


def battery_register(percent: float) -> int:
    """Centivolts of a cell that is so full, by the vendor's table."""
    return round(100 * float(np.interp(percent, PERCENT, VOLTS)))


def angles_raw(quaternion: FloatArray) -> Int16Array:
    """Roll, pitch, yaw of quaternions (N, 4), scalar first, as raw numbers (N, 3): 32768 is 180 degrees."""
    w, x, y, z = quaternion.T
    roll = np.arctan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))
    pitch = np.arcsin(np.clip(2 * (w * y - z * x), -1, 1))
    yaw = np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
    scaled = np.round(np.column_stack((roll, pitch, yaw)) * (32768 / np.pi))
    return np.clip(scaled, -32768, 32767).astype(np.int16)


class WitMotionPeripheral(SimulatedPeripheral):
    """A WitMotion sensor.

    Parameters
    ----------
    source, sink, scenario, name, address, **options
        As `SimulatedPeripheral`.
    variant : str
        Key of `VARIANTS`.

    Notes
    -----
    It streams as soon as somebody listens; there is no start command. Of what is written only reads are
    answered; what it does not take, as a write without the unlock before it, it ignores.
    """

    HAS_BATTERY_SERVICE = False

    def __init__(
        self,
        source: TransportSource,
        sink: TransportSink,
        scenario: Scenario,
        *,
        name: str,
        address: str,
        variant: str = "ffe5",
        **options: Unpack[SensorOptions],
    ) -> None:
        self._uuids = VARIANTS[variant]
        self._saved = dict(DEFAULTS)
        at_rest = scenario.on_sensor(MEMS, MemsSettings(rate_hz=RATES_HZ[DEFAULTS[RATE]]))
        super().__init__(source, sink, at_rest, name=name, address=address, **options)

    @property
    def rate_hz(self) -> float | None:
        """Nominal rate of the frames; None when they come one at a time or never."""
        return RATES_HZ.get(self._registers[RATE])

    def _power_on(self) -> None:
        self._registers = dict(self._saved)
        self._unlocked_until_s = float("-inf")
        self._sampler_now: Sampler | None = None
        self._latest: list[int] = [0] * 9
        self._quaternion = np.array([1.0, 0.0, 0.0, 0.0])
        self._frames: deque[bytes] = deque()

    def _services(self) -> list[Service]:
        properties = Characteristic.Properties
        self._out = self._endpoint(self._uuids.notify, properties.NOTIFY, on_listen=self._on_listen)
        commands = self._endpoint(
            self._uuids.write, properties.WRITE | properties.WRITE_WITHOUT_RESPONSE, write=self._on_command
        )
        return [Service(self._uuids.service, [self._out.characteristic, commands.characteristic])]

    def _identity(self) -> Identity:
        return Identity(model=None, firmware=None, manufacturer=None)

    def _advertised_services(self) -> list[UUID]:
        return [UUID(self._uuids.service)]

    def _link_lost(self) -> None:
        self._frames.clear()

    # -- commands

    def _on_listen(self, endpoint: Endpoint) -> None:
        if endpoint.notified and self._connection is not None:
            self._run("stream", self._stream(self._connection))
        else:
            self._end("stream")

    def _on_command(self, connection: Connection, payload: bytes) -> None:
        if len(payload) != 5 or payload[:2] != b"\xff\xaa":
            return
        register, value = payload[2], int.from_bytes(payload[3:], "little")
        now_s = self._loop.time()
        if register == KEY:
            if value == UNLOCK:
                self._unlocked_until_s = now_s + UNLOCKED_FOR_S
        elif register == READ:
            self._post(self._out, encode_registers(value, [self._register(value + i) for i in range(8)]))
        elif now_s <= self._unlocked_until_s:
            self._write_register(connection, register, value)

    def _write_register(self, connection: Connection, register: int, value: int) -> None:
        if register == SAVE:
            self._save(value)
        elif register == RATE and value in (*RATES_HZ, SINGLE, SILENT):
            if self.faults.refuse_start is None:
                self._registers[RATE] = value
        elif register == BANDWIDTH and value < len(BANDWIDTHS_HZ):
            self._registers[BANDWIDTH] = value
        else:
            return
        self._sampler_now = None
        if self._out.notified:
            self._run("stream", self._stream(connection))

    def _save(self, value: int) -> None:
        if value == RESTORE:
            self._registers = dict(DEFAULTS)
        if value in (0, RESTORE):
            self._saved = dict(self._registers)
        elif value == REBOOT:
            self._run("reboot", self.reset())

    def _register(self, number: int) -> int:
        """Content of a register, 0 to 65535; 0 of those that are not simulated."""
        if number in self._registers:
            return self._registers[number]
        if ACCEL <= number < ACCEL + 6:
            return self._latest[number - ACCEL] & 0xFFFF
        if QUATERNION <= number < QUATERNION + 4:
            part = round(float(self._quaternion[number - QUATERNION]) * 32767)
            return part & 0xFFFF
        if number == TEMPERATURE:
            return round(100 * self._temperature_c())
        if number == BATTERY:
            return battery_register(self.battery_percent())
        return {VERSION_LOW: VERSION & 0xFFFF, VERSION_HIGH: VERSION >> 16}.get(number, 0)

    def _temperature_c(self) -> float:
        started_s = self.lifter_started_s
        since_s = 0.0 if started_s is None else self._loop.time() - started_s
        return AMBIENT_C + float(self.scenario.unit.warm_up.warmer_by(np.array([since_s]))[0])

    # -- data

    def _open(self) -> Sampler:
        """Sample at the rate of now, with the bandwidth of now in the place of the chip's own filter."""
        rate_hz = self.rate_hz or RATES_HZ[DEFAULTS[RATE]]
        unit = self.scenario.unit
        if unit.model.lowpass_odr_fraction:
            corner_hz = BANDWIDTHS_HZ[self._registers[BANDWIDTH]]
            model = replace(unit.model, lowpass_odr_fraction=corner_hz / rate_hz)
            self.scenario = replace(self.scenario, unit=replace(unit, model=model))
        return self._sampler(MemsSettings(rate_hz=rate_hz))

    async def _stream(self, connection: Connection) -> None:
        """Send frames until cancelled; a late radio gets several at once."""
        if self._sampler_now is None:
            self._sampler_now = self._open()
        else:
            self._sampler_now.let_pass(self._loop.time())  # measured while nobody listened
        sampler = self._sampler_now
        attitude = VQF(sampler.period_s)
        while self.rate_hz is not None:
            await asyncio.sleep(max(0.0, sampler.instant_s() - self._loop.time()))
            due = sampler.due(self._loop.time())
            for row in sampler.take(due) if due else ():
                self._queue(encode_frame(DATA_FLAG, self._measure(row, attitude)))
            await self._send(connection)

    def _measure(self, row: Int16Array, attitude: VQF) -> list[int]:
        physical = to_physical(row[None, :], MemsSettings())[0]
        attitude.update(np.ascontiguousarray(physical[3:]), np.ascontiguousarray(physical[:3]))
        self._quaternion = np.asarray(attitude.getQuat6D())
        self._latest = [*row.tolist(), *angles_raw(self._quaternion[None, :])[0].tolist()]
        return self._latest

    def _queue(self, frame: bytes) -> None:
        self._frames.append(frame)
        if len(self._frames) > BUFFER_FRAMES:
            self._frames.popleft()
            self._outbox.overflowed += 1

    async def _send(self, connection: Connection) -> None:
        fit = (connection.att_mtu - ATT_NOTIFICATION_OVERHEAD_BYTES) // FRAME_BYTES
        while self._frames and self._radio_has_room(connection):
            count = min(fit, len(self._frames))
            await self._notify(connection, self._out, b"".join(self._frames.popleft() for _ in range(count)))
