"""The radio model, and the canary for bumble: what `AirController` mends must stay mended."""

import asyncio

import pytest
from bumble.core import AdvertisingData
from bumble.core import TimeoutError as BumbleTimeoutError
from bumble.device import Connection, Device
from bumble.hci import Address

from firmware_sim.air import Air
from firmware_sim.devices.native import start_native
from firmware_sim.radio import INSTANT, RadioModel
from firmware_sim.scenarios import still
from ingest.scaled_loop import run_scaled

SPEED = 20.0


def test_nothing_is_lost_at_15_ms_and_five_percent_errors(central_on):
    async def session():
        air = Air(RadioModel(interval_s=0.015, packet_error_fraction=0.05))
        sensor = await start_native(air, still(60.0))
        central = await central_on(air)
        await central.connect(sensor.address)
        await central.stream()
        await asyncio.sleep(20)
        await air.close()
        return central.numbers

    numbers = run_scaled(session(), SPEED)
    assert len(numbers) > 390
    assert numbers == list(range(len(numbers)))


def test_out_of_range_the_link_dies_after_the_supervision_timeout_and_can_come_back(central_on):
    async def session():
        loop = asyncio.get_running_loop()
        air = Air(RadioModel(supervision_s=1.0))
        sensor = await start_native(air, still(60.0))
        central = await central_on(air)
        connection = await central.connect(sensor.address)
        lost = loop.create_future()
        connection.on(Connection.EVENT_DISCONNECTION, lost.set_result)
        await central.stream()
        await asyncio.sleep(1)
        jammed_s = loop.time()
        air.jam(5.0)
        reason = await asyncio.wait_for(lost, 4)
        took_s = loop.time() - jammed_s
        before = len(central.packets)
        await central.connect(sensor.address)
        await central.stream()
        await asyncio.sleep(1)
        await air.close()
        return reason, took_s, before, central.packets

    reason, took_s, before, packets = run_scaled(session(), SPEED)
    assert reason == 0x08
    # The timeout, one packet period before the first failure and some connection events.
    assert 1.0 <= took_s < 1.4
    assert packets[before][1] == 1  # dropped packets
    assert packets[before][11] > 50


def test_a_short_drop_out_loses_nothing_but_time(central_on):
    async def session():
        air = Air(RadioModel(supervision_s=4.0))
        sensor = await start_native(air, still(60.0))
        central = await central_on(air)
        await central.connect(sensor.address)
        await central.stream()
        await asyncio.sleep(1)
        air.jam(1.0)
        await asyncio.sleep(4)
        await air.close()
        return central.numbers

    numbers = run_scaled(session(), SPEED)
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > 90


def test_a_lossy_host_loses_notifications_silently(central_on):
    async def session():
        air = Air(RadioModel(host_drop_fraction=0.1))
        sensor = await start_native(air, still(60.0))
        central = await central_on(air)
        await central.connect(sensor.address)
        await central.stream()
        await asyncio.sleep(20)
        await air.close()
        return central.packets, central.numbers

    packets, numbers = run_scaled(session(), SPEED)
    share = 1 - len(numbers) / (numbers[-1] - numbers[0] + 1)
    assert share == pytest.approx(0.1, abs=0.06)  # 400 packets: four standard deviations
    assert not any(packet[1] & 1 for packet in packets)


def test_twenty_reconnects(central_on):
    async def session():
        air = Air(INSTANT)
        sensor = await start_native(air, still(60.0))
        central = await central_on(air)
        for _ in range(20):
            connection = await central.connect(sensor.address)
            gone = asyncio.get_running_loop().create_future()
            connection.on(Connection.EVENT_DISCONNECTION, gone.set_result)
            seen = len(central.packets)
            await central.stream()
            await asyncio.sleep(0.2)
            assert len(central.packets) > seen
            await sensor.drop_link()
            await asyncio.wait_for(gone, 1)
        await air.close()
        return central.numbers

    numbers = run_scaled(session(), SPEED)
    assert len(numbers) >= 20
    assert numbers == sorted(numbers)


def test_a_cancelled_connection_attempt_does_not_block_the_next(central_on):
    async def session():
        air = Air(INSTANT)
        sensor = await start_native(air, still(60.0))
        central = await central_on(air)
        for _ in range(2):
            with pytest.raises(BumbleTimeoutError):
                await asyncio.wait_for(central.device.connect(Address("F1:11:11:11:11:11"), timeout=0.5), 3)
        connection = await central.connect(sensor.address)
        await air.close()
        return connection.peer_address

    assert str(run_scaled(session(), SPEED)).startswith("C0:55:50:00:00:01")


def test_the_name_is_in_the_scan_response_and_the_service_in_the_advertisement(central_on):
    async def session():
        air = Air(INSTANT)
        await start_native(air, still(60.0), name="Left rack")
        central = await central_on(air)
        seen = []
        central.device.on(Device.EVENT_ADVERTISEMENT, seen.append)
        await central.device.start_scanning(active=True)
        await asyncio.sleep(1)
        await air.close()
        return seen

    structures = [pair for report in run_scaled(session(), SPEED) for pair in report.data.ad_structures]
    assert (AdvertisingData.Type.COMPLETE_LOCAL_NAME, b"Left rack") in structures
    assert any(
        kind == AdvertisingData.Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS for kind, _ in structures
    )


def test_a_jammed_sensor_is_not_seen(central_on):
    async def session():
        air = Air()
        await start_native(air, still(60.0))
        central = await central_on(air)
        air.jam(2.0)
        seen = []
        central.device.on(Device.EVENT_ADVERTISEMENT, seen.append)
        await central.device.start_scanning(active=True)
        await asyncio.sleep(1)
        hidden = len(seen)
        await asyncio.sleep(2)
        await air.close()
        return hidden, len(seen)

    hidden, later = run_scaled(session(), SPEED)
    assert hidden == 0
    assert later > 0
