import asyncio
import struct
from itertools import pairwise

import pytest

from firmware_sim.devices.openbarbell import announcements
from firmware_sim.devices.openbarbell_protocol import InstrumentConfig
from firmware_sim.radio import INSTANT, RadioModel
from firmware_sim.scenarios import single_set
from tests.firmware_sim.devices.central import advertisement_of, on_device

NOTIFY, WRITE = (f"0000{short}-0000-1000-8000-00805f9b34fb" for short in ("2221", "2222"))
SCENARIO = single_set("deadlift", 3, 120.0, seed=6)


def groups(values: list[float]) -> list[list[float]]:
    """Numbers between one start and the battery that ends a group; lone starts are left out."""
    found: list[list[float]] = []
    for value in values:
        if value == -3456:
            found.append([])
        found[-1].append(value)
    return [one for one in found if len(one) > 1]


def heard_over(radio=INSTANT) -> list[float]:
    async def body(heard):
        await heard.listen(NOTIFY)
        await asyncio.sleep(SCENARIO.duration_s + 3)
        assert {len(one) for one in heard.payloads} == {4}
        return [struct.unpack("<f", one)[0] for one in heard.payloads]

    return on_device("openbarbell", body, SCENARIO, radio)


def test_it_advertises_its_service_and_its_text():
    seen = advertisement_of("openbarbell")
    assert seen.local_name == "OB 0001"
    assert seen.service_uuids == ["00002220-0000-1000-8000-00805f9b34fb"]
    assert seen.manufacturer_data == {0: b"OBBT"}


def test_each_repetition_comes_as_one_group_when_the_bar_goes_down():
    told = groups(heard_over())
    truth = SCENARIO.sets[0].reps
    assert [group[1] for group in told] == [1, 2, 3]
    for group, rep in zip(told, truth, strict=True):
        assert group[-2:-1] == [-6789]
        assert group[-1] == 87
        assert group[21] == -9999
        assert group[17] == 1  # unit number, from the name
        # Its range of motion runs from the first to the last tick, ours from threshold to threshold.
        assert group[3] == pytest.approx(1000 * rep.range_of_motion_m, rel=0.04)
        # 120 lifts of six kinds had means of 0.85 to 1.07 of ours; the peak is an average over 43 mm.
        assert group[2] == pytest.approx(rep.mean_concentric_velocity_mps, rel=0.15)
        assert group[4] == pytest.approx(rep.peak_concentric_velocity_mps, rel=0.05)
        assert 0 < group[5] < 100
        assert group[2] == pytest.approx(group[3] * 1000 / group[7], rel=0.01)


def test_starts_come_at_once_and_reps_at_the_first_tick_down():
    told = list(announcements(SCENARIO, InstrumentConfig(), 1.0))
    reps = [(at_s, rep) for at_s, rep in told if rep is not None]
    for (at_s, _), truth in zip(reps, SCENARIO.sets[0].reps, strict=True):
        assert truth.concentric_end_s < at_s
        assert truth.end_s is not None
        assert at_s < truth.end_s
    assert all(before[0] <= after[0] for before, after in pairwise(told))


def test_nothing_is_lost_on_a_slow_radio():
    slow = groups(heard_over(RadioModel(interval_s=0.03, packets_per_event=4)))
    assert [len(one) for one in slow] == [len(one) for one in groups(heard_over())]


def test_what_was_measured_while_nobody_listened_is_not_told():
    async def body(heard):
        await heard.listen(NOTIFY)
        first, second, *_ = SCENARIO.sets[0].reps
        await asyncio.sleep(first.start_s - 0.5)
        await heard.client.stop_notify(NOTIFY)
        await asyncio.sleep(second.start_s - first.start_s)
        heard.payloads.clear()
        await heard.listen(NOTIFY)
        await asyncio.sleep(SCENARIO.duration_s)
        return [struct.unpack("<f", one)[0] for one in heard.payloads]

    assert [group[1] for group in groups(on_device("openbarbell", body, SCENARIO))] == [2, 3]


def test_commands_are_taken_and_do_nothing():
    async def body(heard):
        return await heard.refusal(WRITE, b"\x01\x96")

    assert on_device("openbarbell", body) is None
