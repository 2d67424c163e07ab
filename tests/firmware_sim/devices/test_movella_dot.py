import asyncio
import struct

import numpy as np
import pytest

from firmware_sim.devices import movella_dot_protocol as dot
from firmware_sim.faults import Faults
from firmware_sim.peripheral import Battery
from firmware_sim.scenarios import still
from tests.firmware_sim.devices.central import advertisement_of, on_device

CONTROL, SETTINGS = dot.uuid(dot.CONTROL), dot.uuid(dot.DEVICE_CONTROL)
BATTERY = dot.uuid(dot.BATTERY)


def settings(**changes) -> bytes:
    """Device Control with the output rate to change."""
    raw = bytearray(dot.DeviceControl(**changes).encode())
    raw[0] = 0x10
    return bytes(raw)


def test_it_is_found_by_name_and_company():
    seen = advertisement_of("movella-dot")
    assert seen.local_name == "Movella DOT 1"
    assert list(seen.manufacturer_data) == [2182]


@pytest.mark.parametrize(("mode", "short", "length", "used"), [(21, 0x2003, 40, 28), (26, 0x2002, 63, 44)])
def test_samples_come_one_by_one_at_60_hz_with_one_g_at_rest(mode, short, length, used):
    async def body(heard):
        await heard.listen(dot.uuid(short))
        await heard.write(CONTROL, bytes([1, 1, mode]))
        await asyncio.sleep(3)
        return heard.payloads

    payloads = on_device("movella-dot", body, still(60.0, mems="ideal"))
    assert 176 <= len(payloads) <= 198  # 3 s, which a busy machine stretches
    assert {len(one) for one in payloads} == {length}
    assert all(one[used:] == bytes(length - used) for one in payloads)
    rows = np.array([struct.unpack(f"<I{(used - 4) // 4}f", one[:used]) for one in payloads])
    assert set(np.diff(rows[:, 0])) <= {16666, 16667}
    np.testing.assert_allclose(np.linalg.norm(rows[:, -6:-3], axis=1), 9.80665, rtol=3e-4)
    np.testing.assert_allclose(rows[:, -3:], 0, atol=1e-6)
    if mode == 26:
        # The quaternion turns the measured force upward, within what the filter has settled.
        w, x, y, z = rows[-1, 1:5]
        up = np.array([2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z])
        np.testing.assert_allclose(up @ rows[-1, -6:-3], 9.80665, rtol=1e-3)


def test_control_can_be_read_and_stop_stops():
    async def body(heard):
        before = await heard.read(CONTROL)
        await heard.listen(dot.uuid(0x2003))
        await heard.write(CONTROL, b"\x01\x01\x15")
        during = await heard.read(CONTROL)
        await asyncio.sleep(0.5)
        await heard.write(CONTROL, b"\x01\x00\x15")
        await asyncio.sleep(0.1)
        seen = len(heard.payloads)
        await asyncio.sleep(0.5)
        return before, during, await heard.read(CONTROL), seen, len(heard.payloads)

    before, during, after, seen, later = on_device("movella-dot", body)
    assert (before, during, after) == (b"\x01\x00\x15", b"\x01\x01\x15", b"\x01\x00\x15")
    assert seen == later > 20


@pytest.mark.parametrize(
    "payload", [b"", b"\x01\x01", b"\x02\x01\x15", b"\x01\x02\x15", b"\x01\x01\x26", b"\x01\x01\x05"]
)
def test_wrong_controls_are_refused(payload):
    async def body(heard):
        return await heard.refusal(CONTROL, payload)

    assert on_device("movella-dot", body) == 0x13


def test_the_output_rate_can_be_chosen_but_not_while_it_measures():
    async def body(heard):
        await heard.write(SETTINGS, settings(rate_hz=20))
        told = await heard.read(SETTINGS)
        await heard.listen(dot.uuid(0x2003))
        await heard.write(CONTROL, b"\x01\x01\x15")
        await asyncio.sleep(2)
        refused = await heard.refusal(SETTINGS, settings(rate_hz=60))
        await heard.write(CONTROL, b"\x01\x00\x15")
        await heard.write(SETTINGS, settings(rate_hz=120))
        return told, len(heard.payloads), refused, await heard.refusal(CONTROL, b"\x01\x01\x15")

    told, count, while_measuring, at_120 = on_device("movella-dot", body)
    assert int.from_bytes(told[24:26], "little") == 20
    assert 38 <= count <= 41
    assert (while_measuring, at_120) == (0x13, 0x13)  # 120 Hz is for recording only


def test_info_and_battery_have_their_own_layout():
    async def body(heard):
        await heard.listen(BATTERY)
        info = await heard.read(dot.uuid(dot.DEVICE_INFO))
        first = await heard.read(BATTERY)
        await asyncio.sleep(15)
        return info, first, heard.payloads

    # 600 % an hour is one percent in six seconds.
    info, first, changes = on_device("movella-dot", body, battery=Battery(50.2, 600))
    assert len(info) == 34
    assert info[6:9] == b"\x02\x06\x00"
    assert first == b"\x32\x00"
    assert changes[:2] == [b"\x31\x00", b"\x30\x00"]


def test_nothing_comes_on_an_mtu_that_is_too_small():
    async def body(heard):
        await heard.listen(dot.uuid(0x2003))
        await heard.write(CONTROL, b"\x01\x01\x15")
        await asyncio.sleep(0.5)
        return heard.payloads

    assert on_device("movella-dot", body, max_mtu=40) == []


def test_faults_refuse_the_start():
    async def body(heard):
        return await heard.refusal(CONTROL, b"\x01\x01\x15"), await heard.read(CONTROL)

    assert on_device("movella-dot", body, faults=Faults(refuse_start=0x80)) == (0x80, b"\x01\x00\x15")
