from __future__ import annotations

import asyncio

from ingest.packets import DATA, LINK, parse_link
from ingest.push import PushConfig, PushSource
from ingest.scaled_loop import run_scaled


async def collect(source):
    return [packet async for packet in source.packets()]


async def test_messages_become_packets_as_they_came_between_link_events():
    source = PushSource("phone-1", "Sensor Logger")
    assert source.take(b"first")  # before anybody listens
    collecting = asyncio.create_task(collect(source))
    await asyncio.sleep(0.01)
    assert source.take(b"\xff\x00")
    source.stop()
    source.stop()
    packets = await collecting
    assert [packet.payload for packet in packets if packet.channel == DATA] == [b"first", b"\xff\x00"]
    links = [parse_link(packet.payload) for packet in packets if packet.channel == LINK]
    assert [(link.event, link.reason) for link in links] == [("connected", ""), ("lost", "stopped")]
    assert {(link.name, link.address) for link in links} == {("Sensor Logger", "phone-1")}
    times = [packet.received_at_s for packet in packets]
    assert times == sorted(times)
    assert times[0] >= 0
    assert not source.take(b"too late")


def test_a_silent_device_counts_as_lost_until_it_speaks_again():
    async def session():
        source = PushSource("phone-1", "Sensor Logger", PushConfig(silent_after_s=10.0))
        collecting = asyncio.create_task(collect(source))
        source.take(b"one")
        await asyncio.sleep(25)
        assert source.is_silent
        source.take(b"two")
        assert not source.is_silent
        await asyncio.sleep(1)
        source.stop()
        return [
            parse_link(packet.payload).event if packet.channel == LINK else packet.payload.decode()
            for packet in await collecting
        ]

    assert run_scaled(session(), 100) == ["connected", "one", "lost", "connected", "two", "lost"]


def test_a_silence_of_any_length_is_told_once():
    async def session():
        source = PushSource("phone-1", "Sensor Logger", PushConfig(silent_after_s=10.0))
        collecting = asyncio.create_task(collect(source))
        source.take(b"one")
        await asyncio.sleep(100)
        source.stop()
        return len(await collecting)

    assert run_scaled(session(), 200) == 3  # connected, one, lost


async def test_a_flood_that_nobody_takes_is_refused_and_costs_no_memory():
    source = PushSource("phone-1", "Sensor Logger", PushConfig(queue_messages=3))
    assert [source.take(b"x") for _ in range(5)] == [True, True, True, False, False]
