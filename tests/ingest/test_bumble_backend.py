"""The canary of an upgrade of bleak or bumble: unmodified bleak code over the virtual radio."""

import asyncio
import contextlib

import bleak
import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError, BleakGATTProtocolError

from firmware_sim.air import Air
from firmware_sim.devices.native import start_native
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import still
from ingest.bumble_backend import backends, install
from ingest.bumble_host import close_host, register_in_process
from ingest.devices.native import CONTROL_UUID, DATA_UUID, INFO_UUID, SERVICE_UUID
from ingest.scaled_loop import run_scaled

TRANSPORT = "inproc:test-backend"
SPEED = 10.0


@contextlib.asynccontextmanager
async def sensor_on_air():
    air = Air(RadioModel())
    register_in_process("test-backend", lambda: air.port("bleak"))
    sensor = await start_native(air, still(60.0), name="Upright-B")
    try:
        yield sensor
    finally:
        await sensor.stop()
        await close_host(TRANSPORT)
        await air.close()


async def find():
    scanner, _ = backends(TRANSPORT)
    device = await BleakScanner.find_device_by_name("Upright-B", timeout=3.0, backend=scanner)
    assert device is not None
    return device


def client_for(device, **kwargs):
    return BleakClient(device, backend=backends(TRANSPORT)[1], **kwargs)


def test_unmodified_bleak_code_scans_connects_reads_writes_and_subscribes(monkeypatch):
    monkeypatch.setattr(bleak, "get_platform_scanner_backend_type", None)  # put back after the test
    monkeypatch.setattr(bleak, "get_platform_client_backend_type", None)  # put back after the test
    install(TRANSPORT)

    async def session():
        async with sensor_on_air():
            found = await BleakScanner.discover(timeout=1.0, return_adv=True)
            ((device, advertisement),) = found.values()
            assert advertisement.local_name == "Upright-B"
            assert SERVICE_UUID in advertisement.service_uuids
            values = []
            async with BleakClient(device.address) as client:
                assert client.mtu_size == 247
                assert len(await client.read_gatt_char(INFO_UUID)) >= 24
                assert len(await client.read_gatt_char("2a19")) == 1
                await client.start_notify(DATA_UUID, lambda _, value: values.append(bytes(value)))
                await client.write_gatt_char(CONTROL_UUID, b"\x01", response=True)
                await asyncio.sleep(1.0)
                await client.stop_notify(DATA_UUID)
                seen = len(values)
                await asyncio.sleep(0.5)
                assert len(values) == seen
            assert seen > 10
            assert not client.is_connected

    run_scaled(session(), SPEED)


def test_errors_of_the_peer_are_bleaks():
    async def session():
        async with sensor_on_air():
            async with client_for(await find()) as client:
                with pytest.raises(BleakGATTProtocolError) as caught:
                    await client.write_gatt_char(CONTROL_UUID, b"\x77", response=True)
                assert caught.value.code == 0x80
                await client.start_notify(DATA_UUID, lambda *_: None)
                with pytest.raises(BleakError, match="already started"):
                    await client.start_notify(DATA_UUID, lambda *_: None)
            with pytest.raises(BleakError):
                await client.read_gatt_char(INFO_UUID)

    run_scaled(session(), SPEED)


def test_a_lost_link_calls_back_once_and_ends_requests_with_bleaks_error():
    async def session():
        async with sensor_on_air() as sensor:
            calls = []
            client = client_for(await find(), disconnected_callback=lambda _: calls.append(1))
            await client.connect()
            request = asyncio.create_task(client.read_gatt_char(INFO_UUID))
            await asyncio.sleep(0)
            await sensor.drop_link()
            with contextlib.suppress(BleakError):
                await request  # answered in time or BleakError: never a CancelledError out of nowhere
            await asyncio.sleep(0.5)
            assert calls == [1]
            assert not client.is_connected

    run_scaled(session(), SPEED)


def test_a_connection_attempt_that_times_out_does_not_block_the_next():
    async def session():
        async with sensor_on_air() as sensor:
            device = await find()
            await sensor._device.stop_advertising()
            for _ in range(2):
                with pytest.raises(TimeoutError):
                    await client_for(device, timeout=1.0).connect()
            await sensor._device.start_advertising(auto_restart=True)
            async with client_for(device, timeout=5.0) as client:
                assert client.is_connected

    run_scaled(session(), SPEED)


def test_the_same_code_runs_over_tcp():
    async def session():
        air = Air(RadioModel())
        port = await air.serve_tcp("127.0.0.1", 0)
        sensor = await start_native(air, still(60.0), name="Upright-B")
        transport = f"tcp-client:127.0.0.1:{port}"
        scanner, client_class = backends(transport)
        device = await BleakScanner.find_device_by_name("Upright-B", timeout=3.0, backend=scanner)
        assert device is not None
        lost = asyncio.Event()
        client = BleakClient(device, lambda _: lost.set(), backend=client_class)
        await client.connect()
        assert len(await client.read_gatt_char(INFO_UUID)) >= 24
        await client.disconnect()
        assert lost.is_set()
        await sensor.stop()
        await close_host(transport)
        await air.close()

    run_scaled(session(), SPEED)
