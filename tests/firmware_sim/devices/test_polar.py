import asyncio
import struct

import bleak
import numpy as np
import pytest
from bleak import BleakScanner
from bleak.exc import BleakGATTProtocolError
from polar_python import PolarDevice
from polar_python.constants import PmdMeasurementType

from firmware_sim.air import Air
from firmware_sim.devices import pmd, start_sensor
from firmware_sim.faults import Faults
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import single_set, still
from ingest.bumble_backend import install
from ingest.bumble_host import close_host, register_in_process
from ingest.scaled_loop import run_scaled

START_ACC_52 = bytes.fromhex("02 02 00 01 3400 01 01 1000 02 01 0800 04 01 03")
START_GYRO_52 = bytes.fromhex("02 05 00 01 3400 01 01 1000 02 01 D007 04 01 03")
SDK_ON, SDK_OFF = b"\x02\x09", b"\x03\x09"
TICK_NS = 1e9 / 32768 + 1
"""Of the device's timer, rounded to whole ns."""
HEART_RATE = "00002a37-0000-1000-8000-00805f9b34fb"


class Polar:
    """A plain client of PMD: writes commands, collects answers and frames."""

    def __init__(self, client):
        self.client = client
        self.answers = asyncio.Queue()
        self.frames = []

    @classmethod
    async def of(cls, client):
        polar = cls(client)
        await client.start_notify(pmd.CONTROL_UUID, lambda _, value: polar.answers.put_nowait(bytes(value)))
        await client.start_notify(pmd.DATA_UUID, lambda _, value: polar.frames.append(bytes(value)))
        return polar

    async def ask(self, command):
        await self.client.write_gatt_char(pmd.CONTROL_UUID, command, response=True)
        return await asyncio.wait_for(self.answers.get(), 5)


def start(kind, rate_hz, full_scale, channels: int | None = 3):
    settings = struct.pack("<BBBBHBBHBBH", 2, kind, 0, 1, rate_hz, 1, 1, 16, 2, 1, full_scale)
    return settings + (bytes([4, 1, channels]) if channels else b"")


def timestamps_s(frames):
    return np.array([int.from_bytes(frame[1:9], "little") for frame in frames]) / 1e9


# -- the referee: somebody else's client, unmodified


def judged_by_polar_python(monkeypatch, device, body, scenario=None):
    monkeypatch.setattr(bleak, "get_platform_scanner_backend_type", None)  # put back after the test
    monkeypatch.setattr(bleak, "get_platform_client_backend_type", None)  # put back after the test
    install("inproc:polar")

    async def session():
        air = Air(RadioModel())
        register_in_process("polar", lambda: air.port("bleak"))
        sensor = await start_sensor(air, scenario or still(600.0, mems="ideal"), device=device)
        try:
            found = await BleakScanner.find_device_by_filter(
                lambda _, advertisement: "Polar" in (advertisement.local_name or ""), timeout=5.0
            )
            assert found is not None
            async with PolarDevice(found) as polar:
                return await body(polar, sensor)
        finally:
            await sensor.stop()
            await close_host("inproc:polar")
            await air.close()

    return run_scaled(session(), 20.0)


def test_polar_python_reads_a_verity_sense(monkeypatch):
    async def body(polar, sensor):
        features = await polar.get_available_features()
        settings = await polar.request_stream_settings(PmdMeasurementType.ACC)
        acc, gyro, beats = [], [], []
        await polar.start_acc_stream(acc.append, sample_rate=52, resolution=16, range=8, channels=3)
        await polar.start_gyro_stream(gyro.append, sample_rate=52, resolution=16, range=2000, channels=3)
        await polar.start_hr_stream(beats.append)
        await asyncio.sleep(6)
        await polar.stop_acc_stream()
        await polar.stop_gyro_stream()
        await polar.stop_hr_stream()
        return features, settings, acc, gyro, beats

    features, settings, acc, gyro, beats = judged_by_polar_python(monkeypatch, "polar-verity", body)
    assert features == [PmdMeasurementType.ACC, PmdMeasurementType.GYRO]
    assert [(one.type.name, one.values) for one in settings.settings] == [
        ("SAMPLE_RATE", [52]), ("RESOLUTION", [16]), ("RANGE", [8]), ("CHANNELS", [3])
    ]  # fmt: skip
    milli_g = np.array([row for frame in acc for row in frame.data])
    assert np.diff([frame.timestamp for frame in acc]) == pytest.approx(36 / 52 * 1e9, abs=TICK_NS)
    assert np.linalg.norm(milli_g, axis=1) == pytest.approx(1000, abs=1.5)
    dps = np.array([row for frame in gyro for row in frame.data])
    assert len(dps) > 150
    assert np.abs(dps).max() == 0
    assert len(beats) >= 4
    assert {beat.heartrate for beat in beats} == {72}
    assert all(beat.rr_intervals == [] for beat in beats)


@pytest.mark.parametrize("device", ["polar-h10", "polar-h10-delta"])
def test_polar_python_reads_an_h10_while_somebody_lifts(monkeypatch, device):
    scenario = single_set("front_squat", 1, 100.0, seed=3, mems="ideal")

    async def body(polar, sensor):
        acc, beats = [], []
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        await polar.start_hr_stream(beats.append)
        await polar.start_acc_stream(acc.append, sample_rate=200, resolution=16, range=8)
        await asyncio.sleep(5.2)
        await polar.stop_acc_stream()
        return acc, beats, loop.time() - began_s, sensor.scenario.settings

    acc, beats, seconds, settings = judged_by_polar_python(monkeypatch, device, body, scenario)
    milli_g = np.array([row for frame in acc for row in frame.data])
    eight_g = type(settings)(rate_hz=200, accel_range_g=8)
    truth = scenario.on_sensor(scenario.unit.model, eight_g).stream().read(1000).raw[:, :3] * (8000 / 32768)
    assert milli_g[:900] == pytest.approx(truth[:900], abs=0.51)
    # Beats make up the time that passed, less a second at either end.
    assert seconds - 2.5 < sum(sum(beat.rr_intervals) for beat in beats) / 1000 < seconds + 1.0
    assert all(beat.heartrate >= 72 for beat in beats)


# -- what it does


def test_frames_are_full_stamped_with_the_last_sample_and_since_the_default_time(with_bleak):
    async def body(sensor, client):
        polar = await Polar.of(client)
        assert await polar.ask(start(pmd.ACC, 200, 8, channels=None)) == bytes.fromhex("F0 02 02 00 00")
        await asyncio.sleep(5)
        return polar.frames, client.mtu_size, sensor.scenario.unit

    frames, mtu, unit = with_bleak("polar-h10", body)
    assert {len(frame) for frame in frames} == {10 + 36 * 6}
    assert len(frames[0]) <= mtu - 3
    t_s = timestamps_s(frames)
    period_s = 36 / (200 * (1 + unit.odr_error_fraction)) * (1 + unit.clock_error_fraction)
    assert np.diff(t_s) == pytest.approx(period_s, abs=TICK_NS / 1e9)
    # Connected within seconds of being switched on.
    assert 0 < t_s[0] - 599_616_000 < 10


def test_sdk_mode_offers_more_ends_streams_and_silences_the_heart(with_bleak):
    async def body(sensor, client):
        polar = await Polar.of(client)
        beats = []
        await client.start_notify(HEART_RATE, lambda _, value: beats.append(bytes(value)))
        normal = await polar.ask(b"\x01\x02")
        all_of_it = await polar.ask(b"\x04\x02")
        await polar.ask(START_ACC_52)
        await asyncio.sleep(3)
        assert beats
        assert polar.frames
        assert await polar.ask(SDK_ON) == bytes.fromhex("F0 02 09 00 00")
        await asyncio.sleep(1)
        polar.frames.clear()
        beats.clear()
        sdk = await polar.ask(b"\x01\x02")
        await asyncio.sleep(3)
        silent = not polar.frames and not beats
        acc = await polar.ask(start(pmd.ACC, 208, 16))
        gyro = await polar.ask(start(pmd.GYRO, 208, 1000))
        await asyncio.sleep(4)
        flowing = list(polar.frames)
        assert await polar.ask(SDK_OFF) == bytes.fromhex("F0 03 09 00 00")
        await asyncio.sleep(2.5)
        return normal, all_of_it, sdk, silent, acc, gyro, flowing, beats

    normal, all_of_it, sdk, silent, acc, gyro, flowing, beats = with_bleak(
        "polar-verity", body, scenario=still(600.0, mems="ideal")
    )
    assert normal == bytes.fromhex("F0 01 02 00 00 00 01 3400 01 01 1000 02 01 0800 04 01 03")
    offered = "00 05 1A00 3400 6800 D000 A001 01 01 1000 02 04 0200 0400 0800 1000 04 01 03"
    assert sdk == bytes.fromhex("F0 01 02 00 00" + offered)
    assert all_of_it == bytes.fromhex("F0 04 02 00 00" + offered)
    assert silent
    assert struct.unpack("<f", acc[7:])[0] == pytest.approx(16 / 32768)
    assert struct.unpack("<f", gyro[7:])[0] == pytest.approx(1000 / 32768)
    assert {(frame[0], frame[9]) for frame in flowing} == {(pmd.ACC, 0x80), (pmd.GYRO, 0x80)}
    for kind in (pmd.ACC, pmd.GYRO):
        t_s = timestamps_s([frame for frame in flowing if frame[0] == kind])
        assert len(t_s) > 10
        assert np.diff(t_s) == pytest.approx(36 / 208, abs=TICK_NS / 1e9)
    reference = next(frame[10:16] for frame in flowing if frame[0] == pmd.ACC)
    assert np.linalg.norm(struct.unpack("<3h", reference)) * 16 / 32768 == pytest.approx(1.0, abs=0.001)
    assert beats


@pytest.mark.parametrize(
    ("device", "command", "code"),
    [
        ("polar-verity", b"\x07\x02", pmd.INVALID_OP_CODE),
        ("polar-verity", b"\x01\x0c", pmd.INVALID_TYPE),
        ("polar-verity", b"\x01\x01", pmd.NOT_SUPPORTED),
        ("polar-verity", b"\x02", pmd.INVALID_LENGTH),
        ("polar-verity", b"\x03\x02", pmd.ALREADY_IN_STATE),
        ("polar-verity", SDK_OFF, pmd.ALREADY_IN_STATE),
        ("polar-verity", start(pmd.ACC, 104, 8), pmd.INVALID_RATE),
        ("polar-verity", start(pmd.ACC, 52, 4), pmd.INVALID_RANGE),
        ("polar-verity", start(pmd.ACC, 52, 8, channels=None), pmd.INVALID_CHANNELS),
        ("polar-verity", b"\x02\x02", pmd.INVALID_PARAMETER),
        ("polar-h10", b"\x01\x05", pmd.NOT_SUPPORTED),
        ("polar-h10", SDK_ON, pmd.NOT_SUPPORTED),
        ("polar-h10", start(pmd.ACC, 52, 8, channels=None), pmd.INVALID_RATE),
        ("polar-h10", start(pmd.ACC, 200, 8), pmd.INVALID_PARAMETER),
    ],
)
def test_what_is_not_offered_is_refused_with_its_code(with_bleak, device, command, code):
    async def body(sensor, client):
        polar = await Polar.of(client)
        return await polar.ask(command)

    op, kind = command[0], command[1] if len(command) > 1 else 0
    assert with_bleak(device, body) == bytes([0xF0, op, kind, code, 0])


def test_a_running_stream_is_not_started_again(with_bleak):
    async def body(sensor, client):
        polar = await Polar.of(client)
        return [(await polar.ask(START_GYRO_52))[3] for _ in range(2)]

    assert with_bleak("polar-verity", body) == [pmd.SUCCESS, pmd.ALREADY_IN_STATE]


def test_commands_are_refused_before_anybody_listens_to_answers(with_bleak):
    async def body(sensor, client):
        with pytest.raises(BleakGATTProtocolError) as caught:
            await client.write_gatt_char(pmd.CONTROL_UUID, START_ACC_52, response=True)
        return int(caught.value.code)

    assert with_bleak("polar-verity", body) == 0xFD


def test_with_the_smallest_mtu_nothing_can_be_started(with_bleak):
    async def body(sensor, client):
        polar = await Polar.of(client)
        return await polar.ask(START_ACC_52), await polar.ask(b"\x01\x02"), polar.frames

    started, settings, frames = with_bleak("polar-verity", body, max_mtu=23)
    assert started == bytes([0xF0, 2, 2, pmd.INVALID_MTU, 0])
    assert len(settings) <= 20
    assert frames == []


def test_a_small_mtu_makes_smaller_frames(with_bleak):
    async def body(sensor, client):
        polar = await Polar.of(client)
        await polar.ask(START_ACC_52)
        await asyncio.sleep(4)
        return polar.frames

    frames = with_bleak("polar-verity", body, max_mtu=100)
    assert frames
    assert max(len(frame) for frame in frames) <= 97


def test_a_start_can_be_made_to_fail(with_bleak):
    async def body(sensor, client):
        polar = await Polar.of(client)
        refused = await polar.ask(START_ACC_52)
        sensor.faults.refuse_start = None
        return refused, await polar.ask(START_ACC_52)

    refused, accepted = with_bleak("polar-verity", body, faults=Faults(refuse_start=pmd.INVALID_STATE))
    assert (refused[3], accepted[3]) == (pmd.INVALID_STATE, pmd.SUCCESS)


def test_a_reset_starts_the_clock_again(with_bleak):
    async def body(sensor, client):
        polar = await Polar.of(client)
        await polar.ask(START_ACC_52)
        await asyncio.sleep(10)
        before_s = timestamps_s(polar.frames)[-1]
        await sensor.reset()
        await asyncio.sleep(0.5)
        await client.connect()
        polar = await Polar.of(client)
        await polar.ask(START_ACC_52)
        await asyncio.sleep(3)
        return before_s, timestamps_s(polar.frames)[0]

    before_s, after_s = with_bleak("polar-verity", body)
    assert after_s < before_s
    assert 0 < after_s - 536_580_000 < before_s - 536_580_000


def test_battery_and_identity_can_be_read(with_bleak):
    async def body(sensor, client):
        return [
            bytes(await client.read_gatt_char(uuid)) for uuid in ("2a19", "2a29", "2a24", pmd.CONTROL_UUID)
        ]

    battery, manufacturer, model, features = with_bleak("polar-verity", body)
    assert (battery, manufacturer, model) == (b"\x57", b"Polar Electro Oy", b"Verity Sense")
    assert features == b"\x0f\x24\x02"
