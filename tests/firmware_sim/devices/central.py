"""Plain bleak code against one simulated device on a virtual radio."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from bleak import BleakClient, BleakScanner
from bleak.exc import BleakGATTProtocolError

from firmware_sim.air import Air
from firmware_sim.devices import start_sensor
from firmware_sim.radio import INSTANT
from firmware_sim.scenarios import still
from ingest.bumble_backend import backends
from ingest.bumble_host import close_host, register_in_process
from ingest.scaled_loop import run_scaled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

    from firmware_sim.peripheral import SimulatedPeripheral

logging.getLogger("bumble").setLevel(logging.CRITICAL)

TRANSPORT = "inproc:device-under-test"
SPEED = 20.0


class Heard:
    """What a session uses: the sensor, a connected client, and what it was notified of, in order."""

    def __init__(self, sensor: SimulatedPeripheral, client: BleakClient, advertised: AdvertisementData):
        self.sensor = sensor
        self.client = client
        self.advertised = advertised
        self.payloads: list[bytes] = []
        self.times_s: list[float] = []

    async def listen(self, uuid: str) -> None:
        def take(_: object, payload: bytearray) -> None:
            self.payloads.append(bytes(payload))
            self.times_s.append(asyncio.get_running_loop().time())

        await self.client.start_notify(uuid, take)

    async def write(self, uuid: str, payload: bytes) -> None:
        await self.client.write_gatt_char(uuid, payload, response=True)

    async def refusal(self, uuid: str, payload: bytes) -> int | None:
        """ATT error of a write; None if it was taken."""
        try:
            await self.write(uuid, payload)
        except BleakGATTProtocolError as error:
            return int(error.code)
        return None

    async def read(self, uuid: str) -> bytes:
        return bytes(await self.client.read_gatt_char(uuid))


@contextlib.asynccontextmanager
async def _found(device: str, scenario, radio, options) -> AsyncIterator[tuple]:
    air = Air(radio)
    register_in_process("device-under-test", lambda: air.port("bleak"))
    sensor = await start_sensor(air, scenario, device=device, **options)
    try:
        scanner, client = backends(TRANSPORT)
        found = await BleakScanner.discover(timeout=0.5, return_adv=True, backend=scanner)
        ((ble_device, advertised),) = found.values()
        yield sensor, ble_device, advertised, client
    finally:
        await sensor.stop()
        await close_host(TRANSPORT)
        await air.close()


def on_device(
    device: str, body: Callable[[Heard], Awaitable], scenario=None, radio=INSTANT, speed=SPEED, **options
):
    """Scan for the device, connect, and run ``body``; gives what it gives."""

    async def session():
        on_air = _found(device, scenario or still(60.0), radio, options)
        async with on_air as (sensor, at, seen, backend), BleakClient(at, backend=backend) as client:
            return await body(Heard(sensor, client, seen))

    return run_scaled(session(), speed)


def advertisement_of(device: str, **options) -> tuple[BLEDevice, AdvertisementData]:
    """What a scan sees of the device."""

    async def session():
        async with _found(device, still(1.0), INSTANT, options) as (_, at, seen, _backend):
            return at, seen

    return run_scaled(session(), SPEED)
