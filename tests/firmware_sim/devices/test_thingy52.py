import asyncio

import numpy as np
import pytest

from firmware_sim.devices import thingy52_protocol as thingy
from firmware_sim.devices.thingy52 import true_rate_hz
from firmware_sim.faults import Faults
from firmware_sim.scenarios import still
from tests.firmware_sim.devices.central import advertisement_of, on_device

CONFIG, RAW = thingy.uuid(thingy.CONFIG), thingy.uuid(thingy.RAW)


def test_it_advertises_its_configuration_service():
    seen = advertisement_of("thingy52")
    assert seen.local_name == "Thingy 1"
    assert seen.service_uuids == [thingy.uuid(0x0100)]


@pytest.mark.parametrize("frequency_hz", [10, 100, 200])
def test_raw_data_come_at_the_configured_rate_with_minus_one_g_upward(frequency_hz):
    async def body(heard):
        await heard.write(CONFIG, thingy.MotionConfig(frequency_hz=frequency_hz).encode())
        await heard.listen(RAW)
        await asyncio.sleep(2)
        return heard.payloads, heard.sensor.scenario

    payloads, scenario = on_device("thingy52", body, still(60.0, mems="ideal"))
    # Without a time stamp the wall clock is all there is: scaled sleep overshoots on a busy machine.
    assert 1.9 * frequency_hz - 3 <= len(payloads) <= 2.2 * frequency_hz
    assert {len(one) for one in payloads} == {18}
    rows = np.array([np.frombuffer(one, "<i2") for one in payloads])
    up = scenario.mount.rotation.T @ (0, 0, 1)
    # One step of Q6.10, rounded towards minus infinity.
    np.testing.assert_allclose(rows[:, :3] / 1024, np.tile(-up, (len(rows), 1)), atol=1 / 1024 + 1e-9)
    assert np.all(rows[:, 3:] == 0)


def test_it_clips_at_two_g_and_keeps_no_time():
    async def body(heard):
        return heard.sensor.scenario.settings

    assert on_device("thingy52", body).accel_range_g == 2


def test_frequencies_become_whole_fractions_of_200_hz():
    assert [true_rate_hz(asked) for asked in (200, 150, 100, 60, 5)] == [200, 200, 100, 200 / 3, 5]


def test_the_configuration_can_be_read_and_wrong_ones_are_refused():
    async def body(heard):
        before = await heard.read(CONFIG)
        wrong = await heard.refusal(CONFIG, thingy.MotionConfig(frequency_hz=250).encode())
        short = await heard.refusal(CONFIG, b"\x00")
        await heard.write(CONFIG, thingy.MotionConfig(frequency_hz=50).encode())
        return before, wrong, short, await heard.read(CONFIG)

    before, wrong, short, after = on_device("thingy52", body)
    assert before == thingy.MotionConfig().encode()
    assert (wrong, short) == (0x03, 0x03)
    assert after == thingy.MotionConfig(frequency_hz=50).encode()


def test_a_new_rate_holds_at_once_and_unsubscribing_stops():
    async def body(heard):
        await heard.listen(RAW)
        await asyncio.sleep(1)
        slow = len(heard.payloads)
        await heard.write(CONFIG, thingy.MotionConfig(frequency_hz=200).encode())
        await asyncio.sleep(1)
        fast = len(heard.payloads) - slow
        await heard.client.stop_notify(RAW)
        await asyncio.sleep(0.5)
        return slow, fast, heard.sensor.sent_packets - slow - fast

    slow, fast, after = on_device("thingy52", body)
    assert 9 <= slow <= 11
    # The oscillator is off by up to 0.5 %, and a second of scaled sleep by more on a busy machine.
    assert 180 <= fast <= 215
    assert after <= 6  # handed to the radio before the central unsubscribed


def test_every_notification_fits_into_the_smallest_mtu():
    async def body(heard):
        await heard.listen(RAW)
        await asyncio.sleep(1)
        return len(heard.payloads)

    assert 9 <= on_device("thingy52", body, max_mtu=23) <= 11


def test_its_firmware_version_is_three_bytes():
    async def body(heard):
        return await heard.read(thingy.uuid(thingy.FIRMWARE_VERSION))

    assert on_device("thingy52", body) == b"\x02\x02\x00"


def test_faults_refuse_the_configuration():
    async def body(heard):
        return await heard.refusal(CONFIG, thingy.MotionConfig().encode())

    assert on_device("thingy52", body, faults=Faults(refuse_start=0x0E)) == 0x0E
