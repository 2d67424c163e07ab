import asyncio
import struct

import numpy as np
import pytest

from firmware_sim.devices import movesense_protocol as gsp
from firmware_sim.errors import PacketTooLongError
from firmware_sim.faults import Faults
from firmware_sim.scenarios import single_set, still
from tests.firmware_sim.devices.central import advertisement_of, on_device

HELLO = b"\x00\x01"
IMU6_104 = b"\x01\x63/Meas/IMU6/104\x00"


def test_it_advertises_its_name_and_not_its_service():
    seen = advertisement_of("movesense")
    assert seen.local_name == "Movesense 174630000001"
    assert seen.service_uuids == ["0000fdf3-0000-1000-8000-00805f9b34fb"]


def test_hello_tells_who_it_is():
    async def body(heard):
        await heard.listen(gsp.DATA_UUID)
        await heard.write(gsp.COMMAND_UUID, HELLO)
        await asyncio.sleep(0.2)
        return heard.payloads

    (answer,) = on_device("movesense", body)
    assert answer[:3] == b"\x01\x01\x01"
    assert answer[3:].split(b"\x00")[:2] == [b"174630000001", b"Movesense HR+"]


def streamed(path: bytes, seconds: float = 3.0, scenario=None, **options) -> list[bytes]:
    async def body(heard):
        await heard.listen(gsp.DATA_UUID)
        await heard.write(gsp.COMMAND_UUID, b"\x01\x63" + path)
        await asyncio.sleep(seconds)
        return heard.payloads

    return on_device("movesense", body, scenario, **options)


@pytest.mark.parametrize("rate_hz", gsp.RATES_HZ)
def test_imu6_comes_at_its_rate_in_si_and_degrees_with_one_g_at_rest(rate_hz):
    answer, *payloads = streamed(f"/Meas/IMU6/{rate_hz}".encode(), scenario=still(60.0, mems="ideal"))
    assert answer == b"\x01\x63\xc8\x00"
    messages = [one for one in payloads if one[0] == gsp.DATA]
    parts = {one[0] for one in payloads} - {gsp.DATA}
    assert parts == ({gsp.DATA_PART2} if rate_hz == 208 else set())  # 390 bytes do not fit into 244
    # 13 packets a second in 3 s; the last may be under way, and a busy machine stretches the 3 s.
    assert 36 <= len(messages) <= 43
    first = messages[0][2:] + (payloads[1][2:] if rate_hz == 208 else b"")
    n = rate_hz // 13
    assert len(first) == 4 + 24 * n
    values = np.frombuffer(first, "<f4", offset=4)
    accel, gyro = values[: 3 * n].reshape(n, 3), values[3 * n :]
    np.testing.assert_allclose(np.linalg.norm(accel, axis=1), 9.80665, rtol=2e-4)  # 8 g over 2^15
    np.testing.assert_allclose(gyro, 0, atol=1e-6)
    t_ms = [struct.unpack_from("<I", one, 2)[0] for one in messages]
    assert set(np.diff(t_ms)) <= {76, 77, 78}  # 1000 / 13 = 76.9


def test_the_rate_is_that_of_the_part_and_not_of_its_label():
    scenario = still(60.0)
    _, *payloads = streamed(b"/Meas/Acc/104", 20.0, scenario)
    t_ms = [struct.unpack_from("<I", one, 2)[0] for one in payloads]
    period_ms = (t_ms[-1] - t_ms[0]) / (len(t_ms) - 1)
    error = 1000 / 13 / period_ms - 1
    # One millisecond of rounding over 20 s is 50 ppm; the part's oscillator is off by up to 0.5 %.
    assert 1e-4 < abs(error) < 0.0052


def test_a_set_comes_through_as_the_sensor_felt_it():
    scenario = single_set("back_squat", 1, 100.0, seed=3, mems="ideal")
    _, *payloads = streamed(b"/Meas/Acc/104", 4.0, scenario)
    rows = np.concatenate([np.frombuffer(one, "<f4", offset=6).reshape(-1, 3) for one in payloads])
    expected = scenario.stream(start_s=0.0)
    t_s = np.arange(len(rows)) / 104
    felt = scenario.feel(t_s).specific_force_mps2 @ scenario.mount.rotation
    assert expected.settings.rate_hz == 200
    np.testing.assert_allclose(rows, felt, atol=8 * 9.80665 / 32768)  # half a step would do for rounding


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (b"\x01\x63/Meas/IMU6/100\x00", 404),
        (b"\x01\x00/Meas/IMU6/104\x00", 400),
        (b"\x02\x07", 404),
        (b"\x04\x08/Info\x00", 404),
        (b"\x09\x09\x03", 501),
    ],
)
def test_what_it_does_not_do_is_answered_with_a_status(command, status):
    async def body(heard):
        await heard.listen(gsp.DATA_UUID)
        await heard.write(gsp.COMMAND_UUID, command)
        await asyncio.sleep(0.2)
        return heard.payloads

    assert on_device("movesense", body) == [bytes([1, command[1]]) + status.to_bytes(2, "little")]


def test_subscriptions_end_and_only_four_go_at_once():
    async def body(heard):
        await heard.listen(gsp.DATA_UUID)
        for reference in range(1, 6):
            await heard.write(gsp.COMMAND_UUID, bytes([1, reference]) + b"/Meas/Acc/52\x00")
        await heard.write(gsp.COMMAND_UUID, b"\x01\x02/Meas/Acc/52\x00")
        await asyncio.sleep(1)
        for reference in range(1, 5):
            await heard.write(gsp.COMMAND_UUID, bytes([2, reference]))
        await asyncio.sleep(0.2)
        results = [(one[1], int.from_bytes(one[2:4], "little")) for one in heard.payloads if one[0] == 1]
        seen = len(heard.payloads)
        await asyncio.sleep(1)
        return results, {one[1] for one in heard.payloads if one[0] == 2}, len(heard.payloads) - seen

    results, fed, later = on_device("movesense", body)
    assert results[:6] == [(1, 200), (2, 200), (3, 200), (4, 200), (5, 507), (2, 409)]
    assert results[6:] == [(1, 200), (2, 200), (3, 200), (4, 200)]
    assert fed == {1, 2, 3, 4}
    assert later == 0


def test_the_battery_is_told_twice():
    async def body(heard):
        await heard.listen(gsp.DATA_UUID)
        await heard.write(gsp.COMMAND_UUID, b"\x04\x05/System/Energy/Level\x00")
        await asyncio.sleep(0.2)
        return heard.payloads, await heard.read("00002a19-0000-1000-8000-00805f9b34fb")

    assert on_device("movesense", body) == ([b"\x01\x05\xc8\x00\x57"], b"\x57")


def test_a_command_without_reference_is_refused():
    async def body(heard):
        return await heard.refusal(gsp.COMMAND_UUID, b"\x00")

    assert on_device("movesense", body) == 0x0D


def test_nothing_comes_where_two_notifications_do_not_suffice():
    assert streamed(b"/Meas/IMU6/104", 1.0, max_mtu=100) == [b"\x01\x63\xc8\x00"]
    with pytest.raises(PacketTooLongError):
        gsp.split_data(bytes(198), 97)


def test_faults_refuse_or_stream_unasked():
    assert streamed(b"/Meas/Acc/52", 1.0, faults=Faults(refuse_start=503)) == [b"\x01\x63\xf7\x01"]

    async def body(heard):
        await heard.listen(gsp.DATA_UUID)
        await asyncio.sleep(1)
        return heard.payloads

    assert {one[:2] for one in on_device("movesense", body, faults=Faults(stream_unasked=True))} == {
        b"\x02\x01"
    }
