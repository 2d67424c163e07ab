import asyncio
import struct

import numpy as np
import pytest

from firmware_sim.devices import metamotion
from firmware_sim.faults import Faults
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import single_set, still

COMMAND, NOTIFY = metamotion.COMMAND_UUID, metamotion.NOTIFY_UUID
ACC_START, ACC_STOP = b"\x03\x01\x01", b"\x03\x01\x00"
ACC_ENABLE, ACC_DISABLE = b"\x03\x02\x01\x00", b"\x03\x02\x00\x01"
GYRO_START, GYRO_ENABLE = b"\x13\x01\x01", b"\x13\x02\x01\x00"


class Board:
    """A plain client: writes commands, collects what is notified."""

    def __init__(self, client):
        self.client = client
        self.heard = []
        self.seconds = 0.0

    @classmethod
    async def of(cls, client):
        board = cls(client)
        await client.start_notify(NOTIFY, lambda _, value: board.heard.append(bytes(value)))
        return board

    async def write(self, *commands):
        for command in commands:
            await self.client.write_gatt_char(COMMAND, command, response=False)
        await asyncio.sleep(0.1)

    async def listen(self, seconds):
        """Collect anew for a while, which a busy computer makes longer."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        self.heard.clear()
        await asyncio.sleep(seconds)
        self.seconds = loop.time() - began_s

    async def read(self, module, register):
        await self.write(bytes([module, register | 0x80]))
        await asyncio.sleep(0.3)
        return next((one for one in self.heard if one[:2] == bytes([module, register | 0x80])), None)

    def data(self, module, register):
        parts = [one[2:] for one in self.heard if one[:2] == bytes([module, register])]
        return np.frombuffer(b"".join(parts), dtype="<i2").reshape(-1, 3)


def test_data_notifications_are_those_of_the_vendors_vectors():
    # From the vendor's SDK tests; values in g and dps by 8192, 4096 and 32.8 per unit.
    plain = np.round(np.array([-1.872, -2.919, -1.495]) * 8192)
    assert metamotion.encode_sample(0x03, 0x04, np.array([-15338, -23916, -12246])) == bytes.fromhex(
        "0304 16C4 94A2 2AD0"
    )
    assert plain == pytest.approx([-15338, -23916, -12246], abs=5)
    packed = np.round(
        np.array([(-4.539, 0.833, -0.131), (-2.995, 0.894, 0.146), (-0.029, 0.352, 0.065)]) * 4096
    )
    exact = np.array([(-18590, 3411, -535), (-12266, 3661, 599), (-118, 1441, 266)])
    assert np.abs(packed - exact).max() <= 3
    assert metamotion.encode_sample(0x03, 0x05, exact) == bytes.fromhex(
        "0305 62B7530DE9FD 16D04D0E5702 8AFFA1050A01"
    )
    dps = np.array([(164.177, 301.860, -265.122), (207.134, 296.982, -215.457), (254.055, 309.634, -152.591)])
    assert metamotion.encode_sample(0x13, 0x07, np.round(dps * 32.8)) == bytes.fromhex(
        "1307 0915AD2608DE 8A1A0D2665E4 8D20AC2773EC"
    )


def test_the_battery_is_percent_and_millivolts():
    assert metamotion.encode_battery(100) == bytes.fromhex("118C 64 6810")  # 4200 mV


def test_the_configuration_bits_of_the_two_chips_differ():
    # Reference values of the vendor's specification: 6.25, 12.5, 100, 200, 1600 Hz.
    bmi270 = {0x24: 4, 0xA5: 5, 0xA8: 8, 0xA9: 9, 0xAC: 12}
    bmi160 = {0x84: 4, 0x25: 5, 0x28: 8, 0x29: 9, 0x2C: 12}
    for chip, good, other in (
        (metamotion.BMI270, bmi270, bmi160),
        (metamotion.BMI160, bmi160, bmi270),
    ):
        assert {config: chip.accel_rate_code(config) for config in good} == good
        assert {chip.accel_rate_code(config) for config in other} == {None}
    assert metamotion.RATES_HZ[5] == 12.5
    assert metamotion.RATES_HZ[9] == 200.0


@pytest.mark.parametrize(("device", "kinds"), [("metamotion", (4, 1)), ("metamotion-r", (1, 0))])
def test_modules_tell_their_chip_and_missing_ones_are_empty(with_bleak, device, kinds):
    async def body(sensor, client):
        board = await Board.of(client)
        return [await board.read(module, 0) for module in (0x03, 0x13, 0x11, 0x15)]

    acc, gyro, settings, missing = with_bleak(device, body)
    assert (acc[2], gyro[2]) == kinds
    assert settings[:2] == b"\x11\x80"
    assert missing == b"\x15\x80"


SET_UP = {
    # 200 Hz, 16 g and 2000 dps.
    "metamotion": (b"\x03\x03\xa9\x03", b"\x13\x03\x29\x00", 0x05, 0x04, 0x05),
    "metamotion-r": (b"\x03\x03\x29\x0c", b"\x13\x03\x29\x00", 0x1C, 0x05, 0x07),
}


@pytest.mark.parametrize("device", SET_UP)
def test_packed_data_carry_the_whole_set_in_the_chips_units(with_bleak, device):
    scenario = single_set("front_squat", 1, 100.0, seed=3, mems="ideal")
    expected = scenario.stream().read(1000).raw
    acc_config, gyro_config, acc_packed, _, gyro_packed = SET_UP[device]

    async def body(sensor, client):
        board = await Board.of(client)
        await board.write(acc_config, gyro_config)
        await board.write(
            bytes([0x03, acc_packed, 1]), bytes([0x13, gyro_packed, 1]), ACC_ENABLE, GYRO_ENABLE
        )
        await board.write(ACC_START, GYRO_START)
        await asyncio.sleep(5)
        return board

    board = with_bleak(device, body, scenario=scenario, radio=RadioModel(interval_s=0.0075))
    assert {len(one) for one in board.heard} == {20}
    acc, gyro = board.data(0x03, acc_packed), board.data(0x13, gyro_packed)
    assert np.array_equal(acc[:900], expected[:900, :3])
    # The gyroscope was started some samples later, on the same oscillator.
    assert any(np.array_equal(gyro[:900], expected[late : late + 900, 3:]) for late in range(30))


@pytest.mark.parametrize("device", SET_UP)
def test_plain_data_are_one_g_at_rest_at_the_rate_that_was_set(with_bleak, device):
    _, _, _, gyro_plain, _ = SET_UP[device]

    async def body(sensor, client):
        board = await Board.of(client)
        await board.write(b"\x03\x04\x01", bytes([0x13, gyro_plain, 1]), ACC_ENABLE, GYRO_ENABLE)
        await board.write(ACC_START, GYRO_START)
        await board.listen(5)
        return board

    board = with_bleak(device, body, scenario=still(600.0, mems="ideal"))
    assert {len(one) for one in board.heard} == {8}
    # After power-on: 100 Hz, 2 g, 2000 dps.
    acc, gyro = board.data(0x03, 0x04), board.data(0x13, gyro_plain)
    assert len(acc) / board.seconds == pytest.approx(100, rel=0.05)
    assert len(gyro) / board.seconds == pytest.approx(100, rel=0.05)
    assert np.linalg.norm(acc / 16384.0, axis=1) == pytest.approx(1.0, abs=2e-4)
    assert np.abs(gyro).max() == 0


def test_nothing_flows_until_subscribed_enabled_and_started(with_bleak):
    async def body(sensor, client):
        board = await Board.of(client)
        counts = []
        for command in (b"\x03\x04\x01", ACC_ENABLE, ACC_START, ACC_DISABLE, ACC_ENABLE, ACC_STOP):
            await board.write(command)
            board.heard.clear()
            await asyncio.sleep(0.5)
            counts.append(len(board.heard) > 0)
        return counts

    assert with_bleak("metamotion", body) == [False, False, True, False, True, False]


def test_impossible_configurations_are_ignored(with_bleak):
    async def body(sensor, client):
        board = await Board.of(client)
        for config in (b"\x29\x0c", b"\xa9\x04", b"\xa9", b"\xa0\x00", b"\xad\x00"):
            await board.write(b"\x03\x03" + config)
        for config in (b"\x25\x00", b"\x29\x05", b"\x09\x00"):
            await board.write(b"\x13\x03" + config)
        return await board.read(0x03, 3), await board.read(0x13, 3)

    # What it has after power-on.
    assert with_bleak("metamotion", body) == (b"\x03\x83\xa8\x00", b"\x13\x83\x28\x00")


def test_a_new_configuration_takes_effect_while_it_streams(with_bleak):
    async def body(sensor, client):
        board = await Board.of(client)
        await board.write(b"\x03\x04\x01", ACC_ENABLE, ACC_START)
        await board.write(b"\x03\x03\xa7\x01")  # 50 Hz, 4 g
        await board.listen(4)
        return board

    board = with_bleak("metamotion", body, scenario=still(600.0, mems="ideal"))
    acc = board.data(0x03, 0x04)
    assert len(acc) / board.seconds == pytest.approx(50, rel=0.05)
    assert np.linalg.norm(acc / 8192.0, axis=1) == pytest.approx(1.0, abs=3e-4)


def test_battery_address_and_identity_can_be_read(with_bleak):
    async def body(sensor, client):
        board = await Board.of(client)
        answers = [await board.read(0x11, register) for register in (0x0C, 0x0B)]
        return answers, [bytes(await client.read_gatt_char(uuid)) for uuid in ("2a24", "2a29", "2a25")]

    (battery, address), identity = with_bleak("metamotion", body)
    assert battery[2:] == bytes([87]) + struct.pack("<H", 4096)
    assert address[2:] == bytes.fromhex("C05550000001")[::-1]
    assert identity == [b"8", b"MbientLab Inc", b"000001"]


def test_it_forgets_who_wanted_data_when_the_link_ends(with_bleak):
    async def body(sensor, client):
        board = await Board.of(client)
        await board.write(b"\x03\x04\x01", ACC_ENABLE, ACC_START)
        await client.disconnect()
        await asyncio.sleep(0.5)
        await client.connect()
        board = await Board.of(client)
        await asyncio.sleep(0.5)
        silent = not board.heard
        await board.write(b"\x03\x04\x01")
        await asyncio.sleep(0.5)
        return silent, len(board.heard) > 20

    assert with_bleak("metamotion", body) == (True, True)


def test_it_resets_and_disconnects_on_command(with_bleak):
    async def body(sensor, client):
        board = await Board.of(client)
        await board.write(b"\x03\x03\xa9\x03", b"\xfe\x06")
        await asyncio.sleep(0.5)
        disconnected = not client.is_connected
        await client.connect()
        board = await Board.of(client)
        kept = await board.read(0x03, 3)
        await board.write(b"\xfe\x01")
        await asyncio.sleep(0.5)
        reset = not client.is_connected
        await client.connect()
        board = await Board.of(client)
        return disconnected, kept, reset, await board.read(0x03, 3)

    assert with_bleak("metamotion", body) == (True, b"\x03\x83\xa9\x03", True, b"\x03\x83\xa8\x00")


def test_a_slow_radio_loses_the_oldest_data(with_bleak):
    async def body(sensor, client):
        board = await Board.of(client)
        await board.write(b"\x03\x04\x01", ACC_ENABLE, ACC_START)
        await board.listen(5)
        return len(board.heard) / board.seconds, sensor.overflowed_packets

    # 40 a second at most instead of 100.
    rate_hz, lost = with_bleak("metamotion", body, faults=Faults(gap_s=0.025))
    assert 20 < rate_hz < 44
    assert lost > 150


def test_a_start_can_be_made_to_fail(with_bleak):
    async def body(sensor, client):
        board = await Board.of(client)
        await board.write(b"\x03\x04\x01", ACC_ENABLE, ACC_START)
        await asyncio.sleep(0.5)
        return board.heard

    assert with_bleak("metamotion", body, faults=Faults(refuse_start=1)) == []
