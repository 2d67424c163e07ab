"""What can be wrong with a sensor, each fault seen from a central."""

import asyncio
from typing import Any

import pytest
from bumble import att

from firmware_sim import protocol
from firmware_sim.air import Air
from firmware_sim.devices.native import start_native
from firmware_sim.errors import PacketTooLongError
from firmware_sim.faults import Faults, FaultyExit
from firmware_sim.firmware import FirmwareConfig
from firmware_sim.radio import INSTANT, RadioModel
from firmware_sim.scenarios import still
from ingest.scaled_loop import run_scaled

SPEED = 20.0
START, STOP = b"\x01", b"\x02"


def connected(central_on, body, radio=INSTANT, **options):
    """Run ``body(sensor, central, air)`` against a connected sensor."""

    async def session():
        air = Air(radio)
        sensor = await start_native(air, still(60.0), **options)
        central = await central_on(air)
        await central.connect(sensor.address)
        try:
            return await body(sensor, central, air)
        finally:
            await air.close()

    return run_scaled(session(), SPEED)


def leaves(faults, count=6):
    gate = FaultyExit(faults)
    return [one for number in range(1, count + 1) for one in gate.leaving(bytes([number]))]


def test_notifications_leave_unharmed_without_a_fault():
    assert leaves(Faults()) == [b"\x01", b"\x02", b"\x03", b"\x04", b"\x05", b"\x06"]


def test_notifications_leave_twice_in_another_order_or_never():
    assert leaves(Faults(duplicate_every=3)) == [
        b"\x01",
        b"\x02",
        b"\x03",
        b"\x03",
        b"\x04",
        b"\x05",
        b"\x06",
        b"\x06",
    ]
    assert leaves(Faults(swap_every=2)) == [b"\x01", b"\x03", b"\x02", b"\x05", b"\x04"]
    assert leaves(Faults(lose_every=4)) == [b"\x01", b"\x02", b"\x03", b"\x05", b"\x06"]
    assert leaves(Faults(mute=True)) == []


def test_a_mute_sensor_answers_and_says_nothing_until_it_is_well_again(central_on):
    async def body(sensor, central, air):
        sensor.faults.mute = True
        await central.stream()
        await asyncio.sleep(1)
        mute = len(central.packets)
        assert await central.characteristic(protocol.INFO_UUID).read_value()
        sensor.faults.mute = False
        await asyncio.sleep(1)
        return mute, len(central.packets)

    mute, later = connected(central_on, body, faults=Faults())
    assert mute == 0
    assert later > 15


def test_a_refused_start_is_an_att_error_and_nothing_flows(central_on):
    async def body(sensor, central, air):
        with pytest.raises(att.ATT_Error) as caught:
            await central.stream()
        await asyncio.sleep(0.5)
        assert central.packets == []
        sensor.faults.refuse_start = None
        await central.command(START)
        await asyncio.sleep(0.5)
        return int(caught.value.error_code), len(central.packets)

    code, flowing = connected(central_on, body, faults=Faults(refuse_start=0x82))
    assert code == 0x82
    assert flowing > 5


def test_data_can_flow_unasked(central_on):
    async def body(sensor, central, air):
        await central.characteristic(protocol.DATA_UUID).subscribe(lambda v: central.packets.append(bytes(v)))
        await asyncio.sleep(1)
        return len(central.packets)

    assert connected(central_on, body, faults=Faults(stream_unasked=True)) > 15


def test_duplicates_and_swaps_are_seen_by_the_central(central_on):
    async def body(sensor, central, air):
        await central.stream()
        await asyncio.sleep(1)
        return central.numbers

    numbers = connected(central_on, body, faults=Faults(duplicate_every=5, swap_every=7))
    assert numbers[:10] == [0, 1, 2, 3, 4, 4, 5, 7, 6, 8]


def test_a_slow_link_fills_the_queue_and_loses_the_oldest(central_on):
    async def body(sensor, central, air):
        await central.stream()
        await asyncio.sleep(4)
        return central.packets

    config = FirmwareConfig(fifo_packets=4)
    packets = connected(central_on, body, faults=Faults(gap_s=0.2), config=config)
    # 20 packets a second are made, 5 a second go out.
    assert 14 <= len(packets) <= 21
    assert any(packet[1] & protocol.FLAG_DROPPED for packet in packets)


def test_another_firmware_version_and_a_broken_info_can_be_read(central_on):
    async def body(sensor, central, air):
        return [
            bytes(await central.characteristic(uuid).read_value()) for uuid in ("2A26", protocol.INFO_UUID)
        ]

    faults = Faults(replaced_reads={"2a26": b"9.9", protocol.INFO_UUID: b"\x07"})
    assert connected(central_on, body, faults=faults) == [b"9.9", b"\x07"]


def test_everything_is_refused_until_the_link_is_encrypted(central_on):
    async def body(sensor, central, air):
        codes = []
        for access in (
            lambda: central.command(START),
            central.characteristic(protocol.INFO_UUID).read_value,
            lambda: central.characteristic(protocol.DATA_UUID).subscribe(lambda _: None),
            central.characteristic("2A19").read_value,
        ):
            with pytest.raises(att.ATT_Error) as caught:
                await access()
            codes.append(int(caught.value.error_code))
        await central.connection.pair()
        await central.stream()
        await asyncio.sleep(0.5)
        return codes, len(central.packets)

    codes, flowing = connected(central_on, body, faults=Faults(needs_bond=True))
    assert codes == [0x05] * 4
    assert flowing > 5


def test_a_sensor_out_of_range_loses_its_link_alone_and_comes_back(central_on):
    async def body(sensor, central, air):
        other = await start_native(air, still(60.0), name="Other", address="C0:55:50:00:00:02")
        await central.stream()
        sensor.out_of_range(3.0)
        await asyncio.sleep(2)
        gone = not sensor.connected
        await central.connect(other.address)
        here = other.connected
        await asyncio.sleep(2)
        await central.connect(sensor.address)
        return gone, here, sensor.connected

    assert connected(central_on, body, RadioModel(supervision_s=1.0)) == (True, True, True)


def test_a_sensor_out_of_range_hears_later_that_its_link_was_ended(central_on):
    async def body(sensor, central, air):
        await central.stream()
        sensor.out_of_range(1.0)
        ending = asyncio.create_task(central.connection.disconnect())
        await asyncio.sleep(0.5)
        still_linked = sensor.connected
        await ending
        await asyncio.sleep(0.1)
        return still_linked, sensor.connected

    assert connected(central_on, body, RadioModel()) == (True, False)


def test_a_sensor_dies_with_its_battery(central_on):
    async def body(sensor, central, air):
        levels = []
        await central.characteristic("2A19").subscribe(lambda value: levels.append(value[0]))
        await central.stream()
        await asyncio.sleep(8)
        return levels, sensor.connected

    # 20 % a second, from 87 %.
    levels, alive = connected(central_on, body, config=FirmwareConfig(battery_drain_per_h=72000.0))
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > 50
    assert not alive


def test_no_notification_is_ever_cut():
    async def session():
        air = Air(INSTANT)
        sensor = await start_native(air, still(60.0))
        connection: Any = type("Connection", (), {"att_mtu": 23})()
        with pytest.raises(PacketTooLongError):
            await sensor._notify(connection, sensor._data, bytes(21))
        await air.close()

    run_scaled(session(), SPEED)
