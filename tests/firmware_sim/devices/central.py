"""What tests of one device say to it with plain bleak, and what they hear."""

from __future__ import annotations

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
from tests.firmware_sim.devices.conftest import SPEED, TRANSPORT, run_with_bleak

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bleak.backends.scanner import AdvertisementData

    from firmware_sim.peripheral import SimulatedPeripheral


class Heard:
    """A sensor, a client connected to it, and what it was notified of, in order."""

    def __init__(self, sensor: SimulatedPeripheral, client: BleakClient) -> None:
        self.sensor = sensor
        self.client = client
        self.payloads: list[bytes] = []

    async def listen(self, uuid: str) -> None:
        await self.client.start_notify(uuid, lambda _, payload: self.payloads.append(bytes(payload)))

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


def on_device(device: str, body: Callable[[Heard], Awaitable], scenario=None, radio=INSTANT, **options):
    """Connect to the device and run ``body``; gives what it gives."""

    async def connected(sensor, client):
        return await body(Heard(sensor, client))

    return run_with_bleak(device, connected, scenario=scenario or still(60.0), radio=radio, **options)


def advertisement_of(device: str) -> AdvertisementData:
    """What a scan sees of the device."""

    async def session():
        air = Air(INSTANT)
        register_in_process("devices", lambda: air.port("bleak"))
        sensor = await start_sensor(air, still(1.0), device=device)
        try:
            scanner, _ = backends(TRANSPORT)
            found = await BleakScanner.discover(timeout=0.5, return_adv=True, backend=scanner)
            ((_, seen),) = found.values()
            return seen
        finally:
            await sensor.stop()
            await close_host(TRANSPORT)
            await air.close()

    return run_scaled(session(), SPEED)
