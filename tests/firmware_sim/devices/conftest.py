"""Every simulated device is read with plain bleak over the virtual radio: no code that knows the device."""

import pytest
from bleak import BleakClient, BleakScanner

from firmware_sim.air import Air
from firmware_sim.devices import start_sensor
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import still
from ingest.bumble_backend import backends
from ingest.bumble_host import close_host, register_in_process
from ingest.scaled_loop import run_scaled

TRANSPORT = "inproc:devices"
SPEED = 20.0


def run_with_bleak(device, body, *, scenario=None, radio=None, **options):
    """Run ``body(sensor, client)`` with a `BleakClient` that has connected to a simulated device."""

    async def session():
        air = Air(radio or RadioModel())
        register_in_process("devices", lambda: air.port("bleak"))
        scanner, client_backend = backends(TRANSPORT)
        sensor = await start_sensor(air, scenario or still(600.0), device=device, **options)
        try:
            found = await BleakScanner.find_device_by_name(sensor.name, timeout=5.0, backend=scanner)
            assert found is not None
            async with BleakClient(found, backend=client_backend) as client:
                return await body(sensor, client)
        finally:
            await sensor.stop()
            await close_host(TRANSPORT)
            await air.close()

    return run_scaled(session(), SPEED)


@pytest.fixture
def with_bleak():
    return run_with_bleak
