import asyncio
import struct

import numpy as np
import pytest

from firmware_sim.devices import witmotion
from firmware_sim.faults import Faults
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import single_set, still

NOTIFY = "0000ffe4-0000-1000-8000-00805f9a34fb"
WRITE = "0000ffe9-0000-1000-8000-00805f9a34fb"
UNLOCK = bytes.fromhex("ffaa6988b5")
RATE_200 = bytes.fromhex("ffaa030b00")
SAVE = bytes.fromhex("ffaa000000")


def frames(notifications):
    """Contents of the data frames: nine numbers each."""
    joined = b"".join(notifications)
    parts = [joined[at : at + 20] for at in range(0, len(joined), 20)]
    return np.array([struct.unpack("<9h", part[2:]) for part in parts if part[:2] == b"\x55\x61"])


class Heard(list):
    """Notifications, and for how long was listened, which a busy computer makes longer."""

    seconds = 0.0

    def rate_hz(self):
        return len(frames(self)) / self.seconds


async def listen(client, seconds):
    heard = Heard()
    loop = asyncio.get_running_loop()
    await client.start_notify(NOTIFY, lambda _, value: heard.append(bytes(value)))
    began_s = loop.time()
    await asyncio.sleep(seconds)
    kept = Heard(heard)
    kept.seconds = loop.time() - began_s
    await client.stop_notify(NOTIFY)
    return kept


async def write(client, *commands):
    for command in commands:
        await client.write_gatt_char(WRITE, command, response=False)
        await asyncio.sleep(0.1)


async def read_register(client, number):
    heard = []
    await client.start_notify(NOTIFY, lambda _, value: heard.append(bytes(value)))
    await write(client, bytes([0xFF, 0xAA, 0x27, number, 0x00]))
    await asyncio.sleep(0.3)
    await client.stop_notify(NOTIFY)
    answer = next(one for one in heard if one[:2] == b"\x55\x71")
    assert answer[2:4] == bytes([number, 0])
    return struct.unpack("<8H", answer[4:])


def test_a_frame_is_that_of_the_public_sample():
    # Sample frame of a public blog (Rifx.Online, "Magentic-One ... BLE motion sensor"); by hand:
    # 0.3081 g = 631 * 16 / 32768, -0.1680 g = -344, -0.1787 g = -366; 31.616 dps = 518 * 2000 / 32768,
    # -28.320 = -464, -3.113 = -51; -21.138 degrees = -3848 * 180 / 32768, -5.169 = -941, -83.436 = -15189.
    values = (631, -344, -366, 518, -464, -51, -3848, -941, -15189)
    expected = bytes.fromhex("5561 7702 A8FE 92FE 0602 30FE CDFF F8F0 53FC ABC4")
    assert witmotion.encode_frame(0x61, values) == expected


def test_a_register_answer_is_that_of_the_manual():
    # WT901BLECL 5.0 manual, page 18: magnetic field 360, 105, 122.
    expected = bytes.fromhex("5571 3A00 6801 6900 7A00 0000 0000 0000 0000 0000")
    assert witmotion.encode_registers(0x3A, (360, 105, 122, 0, 0, 0, 0, 0)) == expected


@pytest.mark.parametrize(("percent", "centivolts"), [(100, 399), (90, 396), (50, 382), (0, 340)])
def test_the_battery_register_follows_the_vendors_table(percent, centivolts):
    assert witmotion.battery_register(percent) == centivolts


def test_angles_are_roll_pitch_yaw_with_180_degrees_at_full_scale():
    half = np.sqrt(0.5)
    quaternions = np.array(
        [[1, 0, 0, 0], [half, half, 0, 0], [half, 0, 0, half], [np.cos(0.25), 0, np.sin(0.25), 0]]
    )
    expected = [[0, 0, 0], [16384, 0, 0], [0, 0, 16384], [0, round(0.5 / np.pi * 32768), 0]]
    assert np.array_equal(witmotion.angles_raw(quaternions), expected)


def test_it_streams_ten_frames_a_second_until_told_otherwise(with_bleak):
    async def body(sensor, client):
        slow = await listen(client, 10)
        await write(client, UNLOCK, RATE_200)
        return slow, await listen(client, 5)

    slow, fast = with_bleak("witmotion", body)
    # Up to 1 % off, and what is under way at the ends.
    assert slow.rate_hz() == pytest.approx(10, rel=0.05)
    assert fast.rate_hz() == pytest.approx(200, rel=0.05)


def test_the_true_rate_is_off_by_up_to_one_percent():
    scenarios = [still(1.0, seed).on_sensor(witmotion.MEMS, still(1.0).settings) for seed in range(40)]
    errors = [abs(one.unit.odr_error_fraction) for one in scenarios]
    assert max(errors) <= 0.01
    assert max(errors) > 0.005


def test_at_rest_it_reads_one_g_upward_and_the_angles_that_belong_to_it(with_bleak):
    async def body(sensor, client):
        await write(client, UNLOCK, RATE_200)
        return await listen(client, 3)

    heard = frames(with_bleak("witmotion", body, scenario=still(600.0, mems="ideal")))
    acceleration_g = heard[:, :3] / 32768 * 16
    assert np.linalg.norm(acceleration_g, axis=1) == pytest.approx(1.0, abs=0.001)
    assert np.abs(heard[:, 3:6]).max() == 0
    x, y, z = acceleration_g[0]
    tilt = np.array([np.arctan2(y, z), -np.arcsin(x), 0.0]) / np.pi * 32768
    # The acceleration is rounded to 1/2048 g, which is up to 5 counts of an angle.
    assert heard[:, 6:] == pytest.approx(np.tile(tilt, (len(heard), 1)), abs=6)


def test_the_lifter_moves_in_the_devices_units(with_bleak):
    scenario = single_set("front_squat", 1, 100.0, seed=3, mems="ideal")
    expected = scenario.stream().read(1000).raw

    async def body(sensor, client):
        await write(client, UNLOCK, RATE_200)
        return await listen(client, 5.5)

    heard = frames(with_bleak("witmotion", body, scenario=scenario))[:, :6]
    assert np.array_equal(heard[:900], expected[:900])


def test_what_is_written_without_unlocking_is_ignored(with_bleak):
    async def body(sensor, client):
        await write(client, RATE_200)
        locked = sensor.rate_hz
        await write(client, UNLOCK, b"\xff\xaa\x03\x77\x00", b"nonsense", RATE_200[:4])
        impossible = sensor.rate_hz
        await asyncio.sleep(11)
        await write(client, RATE_200)
        again_locked = sensor.rate_hz
        await write(client, UNLOCK, RATE_200)
        return locked, impossible, again_locked, sensor.rate_hz

    assert with_bleak("witmotion", body) == (10.0, 10.0, 10.0, 200.0)


def test_a_rate_outlives_switching_off_only_when_saved(with_bleak):
    async def body(sensor, client):
        await write(client, UNLOCK, RATE_200)
        await sensor.reset()
        lost = sensor.rate_hz
        await asyncio.sleep(0.5)
        await client.connect()
        await write(client, UNLOCK, RATE_200, SAVE)
        await sensor.reset()
        return lost, sensor.rate_hz

    assert with_bleak("witmotion", body) == (10.0, 200.0)


def test_it_restarts_and_restores_on_command(with_bleak):
    async def body(sensor, client):
        await write(client, UNLOCK, RATE_200, SAVE)
        await client.write_gatt_char(WRITE, b"\xff\xaa\x00\xff\x00", response=False)
        await asyncio.sleep(0.5)
        gone, kept = not client.is_connected, sensor.rate_hz
        await client.connect()
        await write(client, UNLOCK, b"\xff\xaa\x00\x01\x00")
        restored = sensor.rate_hz
        await sensor.reset()
        return gone, kept, restored, sensor.rate_hz

    assert with_bleak("witmotion", body) == (True, 200.0, 10.0, 10.0)


def test_registers_can_be_read(with_bleak):
    async def body(sensor, client):
        await write(client, UNLOCK, b"\xff\xaa\x1f\x00\x00")
        return [await read_register(client, number) for number in (0x03, 0x1F, 0x64, 0x40, 0x34)]

    rate, bandwidth, battery, temperature, acceleration = with_bleak(
        "witmotion", body, scenario=still(600.0, mems="ideal")
    )
    assert rate[0] == 6
    assert bandwidth[0] == 0
    assert battery[0] == 395  # 87 %
    assert temperature[0] == 2500
    assert np.linalg.norm(np.array(acceleration[:3]).astype(np.int16)) == pytest.approx(2048, abs=2)


def test_a_narrow_bandwidth_takes_away_noise(with_bleak):
    def noise(bandwidth):
        async def body(sensor, client):
            await write(client, UNLOCK, RATE_200, bytes([0xFF, 0xAA, 0x1F, bandwidth, 0]))
            return await listen(client, 4)

        return frames(with_bleak("witmotion", body))[50:, 3:6].std(axis=0).mean()

    # White noise: the square root of 5 / 256, and the rounding to whole numbers.
    assert noise(6) < 0.5 * noise(0)


def test_late_frames_go_out_together_and_never_exceed_the_mtu(with_bleak):
    async def body(sensor, client):
        await write(client, UNLOCK, RATE_200)
        heard = await listen(client, 5)
        return heard, client.mtu_size, sensor.overflowed_packets

    radio = RadioModel(interval_s=0.05, packets_per_event=2)
    heard, mtu, lost = with_bleak("witmotion", body, radio=radio)
    assert {len(one) % 20 for one in heard} == {0}
    assert 40 <= max(len(one) for one in heard) <= mtu - 3
    assert lost == 0
    assert heard.rate_hz() == pytest.approx(200, rel=0.05)


def test_with_the_smallest_mtu_each_notification_is_one_frame(with_bleak):
    async def body(sensor, client):
        return client.mtu_size, await listen(client, 2)

    mtu, heard = with_bleak("witmotion", body, max_mtu=23)
    assert mtu == 23
    assert {len(one) for one in heard} == {20}


@pytest.mark.parametrize("device", ["witmotion-dual", "witmotion-fff0"])
def test_other_generations_have_other_uuids(with_bleak, device):
    async def body(sensor, client):
        uuids = witmotion.VARIANTS[device.removeprefix("witmotion-")]
        heard = []
        await client.start_notify(uuids.notify, lambda _, value: heard.append(bytes(value)))
        await asyncio.sleep(1)
        return heard

    assert len(frames(with_bleak(device, body))) > 5


def test_a_faulty_sensor_keeps_its_rate(with_bleak):
    async def body(sensor, client):
        await write(client, UNLOCK, RATE_200)
        return sensor.rate_hz

    assert with_bleak("witmotion", body, faults=Faults(refuse_start=1)) == 10.0
