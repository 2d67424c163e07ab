import asyncio

import pytest
from bumble import att

from firmware_sim import protocol
from firmware_sim.air import Air
from firmware_sim.demo import demo_session
from firmware_sim.devices.native import start_native
from firmware_sim.errors import InvalidSettingError
from firmware_sim.peripheral import default_address
from firmware_sim.radio import INSTANT, RadioModel
from firmware_sim.scenarios import single_set, still
from ingest.scaled_loop import run_scaled

SPEED = 20.0


def connected(central_on, body, scenario=None, radio=INSTANT, mtu=247, **options):
    """Run ``body(sensor, central)`` against a connected sensor."""

    async def session():
        air = Air(radio)
        sensor = await start_native(air, scenario or still(60.0), **options)
        central = await central_on(air)
        await central.connect(sensor.address, mtu)
        try:
            return await body(sensor, central)
        finally:
            await air.close()

    return run_scaled(session(), SPEED)


def test_commands_are_refused_with_att_application_errors(central_on):
    async def body(sensor, central):
        codes = []
        for payload in (b"\x77", b"\x03\xc8", b"\x03\x01\x00"):
            with pytest.raises(att.ATT_Error) as caught:
                await central.command(payload)
            codes.append(int(caught.value.error_code))
        await central.command(b"\x01")
        await central.command(b"\x01")
        with pytest.raises(att.ATT_Error) as caught:
            await central.command(b"\x05\x04")
        return [*codes, int(caught.value.error_code)]

    assert connected(central_on, body) == [0x80, 0x81, 0x81, 0x82]


def test_only_what_is_offered_can_be_read_and_written(central_on):
    async def body(sensor, central):
        data, info = central.characteristic(protocol.DATA_UUID), central.characteristic(protocol.INFO_UUID)
        codes = []
        for access in (
            lambda: data.write_value(b"x", with_response=True),
            lambda: info.write_value(b"x", with_response=True),
            data.read_value,
            central.characteristic(protocol.CTRL_UUID).read_value,
        ):
            with pytest.raises(att.ATT_Error) as caught:
                await access()
            codes.append(int(caught.value.error_code))
        return codes

    assert connected(central_on, body) == [0x03, 0x03, 0x02, 0x02]


def test_info_battery_and_device_information_can_be_read(central_on):
    async def body(sensor, central):
        uuids = (protocol.INFO_UUID, "2A19", "2A29", "2A24", "2A26")
        return [bytes(await central.characteristic(uuid).read_value()) for uuid in uuids]

    info, battery, manufacturer, model, firmware = connected(central_on, body)
    assert info[:10] == bytes.fromhex("01001000d007400d0300")
    assert info[24:] == b"BMI270"
    assert battery == b"\x57"
    assert (manufacturer, model, firmware) == (b"Upright simulator", b"BMI270", b"1.0")


def test_data_flow_only_when_started_and_subscribed(central_on):
    async def body(sensor, central):
        await central.characteristic(protocol.DATA_UUID).subscribe(lambda v: central.packets.append(bytes(v)))
        await asyncio.sleep(1)
        before_start = len(central.packets)
        await central.command(b"\x01")
        await asyncio.sleep(1)
        flowing = len(central.packets)
        await central.command(b"\x02")
        await asyncio.sleep(0.1)
        stopped = len(central.packets)
        await asyncio.sleep(1)
        return before_start, flowing, stopped, len(central.packets)

    before_start, flowing, stopped, later = connected(central_on, body)
    assert before_start == 0
    assert 18 <= flowing <= 21
    assert later == stopped


def test_the_lifter_begins_at_the_first_start_and_labels_on_time(central_on):
    async def body(sensor, central):
        await asyncio.sleep(3)
        assert sensor.lifter_started_s is None
        await central.stream()
        loop = asyncio.get_running_loop()
        due = []
        async for scheduled in sensor.labels():
            due.append((loop.time() - (sensor.lifter_started_s or 0.0), scheduled))
            if len(due) == 2:
                return due
        return due

    for at_s, scheduled in connected(central_on, body, demo_session()):
        assert at_s == pytest.approx(scheduled.label_at_s, abs=0.2)


def test_a_stream_over_a_lossy_radio_carries_the_whole_set(central_on):
    scenario = single_set("front_squat", 1, 100.0, seed=3)
    expected = scenario.stream().read(1000).raw

    async def body(sensor, central):
        await central.stream()
        await asyncio.sleep(5.5)
        return central.packets

    packets = connected(central_on, body, scenario, RadioModel(packet_error_fraction=0.1))
    rows = [
        [
            int.from_bytes(packet[at + 2 * axis : at + 2 * axis + 2], "little", signed=True)
            for axis in range(6)
        ]
        for packet in packets
        for at in range(12, len(packet), 12)
    ]
    assert rows[:1000] == expected.tolist()


def test_a_reset_starts_clock_and_counts_again_but_not_the_lifter(central_on):
    async def body(sensor, central):
        await central.stream()
        await asyncio.sleep(2)
        begun_s = sensor.lifter_started_s
        await sensor.reset()
        await asyncio.sleep(0.2)
        seen = len(central.packets)
        await central.connect(sensor.address)
        await central.stream()
        await asyncio.sleep(0.5)
        return begun_s == sensor.lifter_started_s, central.packets[seen]

    same_lifter, first = connected(central_on, body)
    assert same_lifter
    assert first[1] == 2
    assert first[2:4] == b"\x00\x00"
    assert int.from_bytes(first[4:8], "little") < 2e6


@pytest.mark.parametrize(("mtu", "length"), [(100, 12 + 7 * 12), (23, None)])
def test_no_notification_exceeds_the_mtu(central_on, mtu, length):
    async def body(sensor, central):
        await central.stream()
        await asyncio.sleep(1)
        return {len(packet) for packet in central.packets}

    assert connected(central_on, body, mtu=mtu) == ({length} if length else set())


def test_a_name_that_does_not_fit_is_refused():
    async def session():
        with pytest.raises(InvalidSettingError, match="29 bytes"):
            await start_native(Air(INSTANT), still(1.0), name="x" * 30)

    run_scaled(session())


def test_default_addresses_are_random_static_and_differ():
    addresses = {default_address(number) for number in range(1, 600)}
    assert len(addresses) == 599
    assert all(int(address[:2], 16) >> 6 == 0b11 for address in addresses)
