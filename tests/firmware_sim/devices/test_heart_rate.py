import asyncio
import struct

import pytest

from firmware_sim.scenarios import single_set, still
from tests.firmware_sim.devices.central import advertisement_of, on_device

MEASUREMENT, LOCATION, CONTROL, LEVEL, SERIAL = (
    f"0000{short}-0000-1000-8000-00805f9b34fb" for short in ("2a37", "2a38", "2a39", "2a19", "2a25")
)


def parsed(payload: bytes) -> dict:
    flags, at = payload[0], 1
    wide = flags & 1
    rate = int.from_bytes(payload[1 : 3 if wide else 2], "little")
    at += 2 if wide else 1
    energy = None
    if flags & 8:
        energy, at = int.from_bytes(payload[at : at + 2], "little"), at + 2
    intervals = list(struct.unpack(f"<{(len(payload) - at) // 2}H", payload[at:]))
    assert bool(intervals) == bool(flags & 16)
    return {"rate": rate, "contact": flags & 6, "energy": energy, "intervals": intervals}


def listened(seconds: float, scenario=None, **options) -> list[dict]:
    async def body(heard):
        await heard.listen(MEASUREMENT)
        await asyncio.sleep(seconds)
        return heard.payloads

    payloads = on_device("heart-rate", body, scenario, **options)
    assert max(len(one) for one in payloads) <= 20
    return [parsed(one) for one in payloads]


def test_it_advertises_the_standard_service():
    seen = advertisement_of("heart-rate")
    assert seen.service_uuids == ["0000180d-0000-1000-8000-00805f9b34fb"]


def test_at_rest_there_is_a_measurement_a_second_with_all_intervals():
    told = listened(60.0)
    assert 58 <= len(told) <= 62  # a busy machine stretches the minute
    assert {one["rate"] for one in told} == {72}
    assert {one["contact"] for one in told} == {6}
    intervals = [interval for one in told for interval in one["intervals"]]
    # 72 beats in the minute, less what begins before and ends after.
    assert len(intervals) == pytest.approx(72, abs=3)
    assert sum(intervals) / 1024 / len(intervals) == pytest.approx(60 / 72, rel=0.01)


def test_the_rate_rises_in_a_set():
    scenario = single_set("back_squat", 4, 120.0, seed=2)
    told = listened(scenario.sets[0].end_s + 1, scenario)
    assert told[0]["rate"] < 76
    assert told[-1]["rate"] > 85


def test_energy_comes_with_every_tenth_and_can_be_reset():
    async def body(heard):
        await heard.listen(MEASUREMENT)
        await asyncio.sleep(25.5)
        await heard.write(CONTROL, b"\x01")
        await asyncio.sleep(5)
        return heard.payloads, await heard.refusal(CONTROL, b"\x02")

    payloads, refused = on_device("heart-rate", body)
    energies = [parsed(one)["energy"] for one in payloads]
    assert [index for index, one in enumerate(energies) if one is not None] == [9, 19, 29]
    assert 0 < energies[9] < energies[19]
    assert energies[29] < energies[9]
    assert refused == 0x80


def test_a_wide_rate_is_the_same_rate():
    assert {one["rate"] for one in listened(3.0, wide_rate=True)} == {72}


def test_place_battery_and_serial_can_be_read():
    async def body(heard):
        return [await heard.read(uuid) for uuid in (LOCATION, LEVEL, SERIAL)]

    assert on_device("heart-rate", body, still(1.0)) == [b"\x01", b"\x57", b"C05550000001"]
