from __future__ import annotations

import asyncio
import json

import pytest

from analysis.events import VelocitySample
from server.live import ClientOverrunError, HubConfig, LiveHub
from tests.server.lifting import play, recording, session_events, status

LIMIT = 8


def sample(i):
    return VelocitySample(i / 30, 0.5, 0.1)


async def drain(outbox):
    """Take everything that waits now."""
    got = []
    while True:
        try:
            async with asyncio.timeout(0.01):
                got.append(json.loads(await outbox.get()))
        except TimeoutError:
            return got


@pytest.fixture
def small_hub():
    hub = LiveHub(HubConfig(batch_s=0.0, queue_limit=LIMIT))
    hub.start_session(recording())
    return hub


async def publish_slowly(hub, events):
    """Let the hub send each batch before the next event."""
    for event in events:
        hub.publish_event(event)
        await asyncio.sleep(0)


async def test_every_client_starts_with_the_snapshot(small_hub):
    with small_hub.client() as outbox:
        (first,) = await drain(outbox)
    assert first["type"] == "snapshot"
    assert first["session"]["title"] == "Monday squats"


async def test_numbers_rise_by_one_and_begin_after_the_snapshot(small_hub):
    with small_hub.client() as outbox:
        snapshot, *_ = await drain(outbox)
        await publish_slowly(small_hub, list(session_events(1))[-1:])
        small_hub.publish_status(status())
        numbers = [message["seq"] for message in await drain(outbox)]
    assert numbers == [snapshot["seq"] + 1, snapshot["seq"] + 2]


async def test_a_client_that_never_reads_keeps_the_newest_velocity(small_hub):
    with small_hub.client() as outbox:
        for i in range(100):
            small_hub.publish_event(sample(i))
            await asyncio.sleep(0.001)
        got = await drain(outbox)
    velocity = [message for message in got if message["type"] == "velocity"]
    assert len(got) == LIMIT
    assert velocity[-1]["t_s"][-1] == pytest.approx(99 / 30)
    assert got[0]["type"] == "snapshot"


async def test_reps_and_sets_push_velocity_out_and_are_never_dropped(small_hub):
    keep = [event for event in session_events(1) if not isinstance(event, VelocitySample)]
    with small_hub.client() as outbox:
        for event in keep:
            for i in range(20):
                small_hub.publish_event(sample(i))
                await asyncio.sleep(0)
            small_hub.publish_event(event)
        got = [message["type"] for message in await drain(outbox) if message["type"] != "velocity"]
    assert got == ["snapshot", "rep", "rep", "rep", "rep", "rep", "set"]


async def test_a_client_that_cannot_take_a_rep_is_disconnected_not_lied_to(small_hub):
    with small_hub.client() as outbox:
        play(small_hub, session_events(4))
        assert outbox.is_overrun
        with pytest.raises(ClientOverrunError):
            await outbox.get()


async def test_a_slow_client_never_delays_another(small_hub):
    with small_hub.client() as slow, small_hub.client() as quick:
        took = []
        for event in session_events(4):
            small_hub.publish_event(event)
            took += await drain(quick) if not isinstance(event, VelocitySample) else []
        assert slow.is_overrun
        assert not quick.is_overrun
    assert [message["type"] for message in took].count("rep") == 20
    assert [message["type"] for message in took].count("set") == 4


async def test_only_the_latest_link_status_waits(small_hub):
    with small_hub.client() as outbox:
        for i in range(50):
            small_hub.publish_status(status(received_samples=i))
        got = await drain(outbox)
    assert [message["type"] for message in got] == ["snapshot", "link"]
    assert got[-1]["link"]["received_samples"] == 49


async def test_velocity_is_sent_in_batches_and_in_order_before_the_rep():
    hub = LiveHub(HubConfig(batch_s=0.05))
    events = list(session_events(1))
    rep_at = next(i for i, event in enumerate(events) if not isinstance(event, VelocitySample))
    with hub.client() as outbox:
        for event in events[: rep_at + 1]:
            hub.publish_event(event)
        got = await drain(outbox)
    assert [message["type"] for message in got] == ["snapshot", "velocity", "rep"]
    assert got[1]["t_s"] == [event.t_s for event in events[:rep_at] if isinstance(event, VelocitySample)]


async def test_a_snapshot_after_the_session_says_what_the_messages_said():
    hub = LiveHub(HubConfig(queue_limit=10_000))
    with hub.client() as outbox:
        play(hub, session_events(3))
        messages = await drain(outbox)
    with hub.client() as late:
        (snapshot,) = await drain(late)
    sets = [message["set"] for message in messages if message["type"] == "set"]
    assert snapshot["sets"] == sets
    assert snapshot["verdicts"] == [m["verdicts"] for m in messages if m["type"] == "set"][-1]
    assert snapshot["seq"] == messages[-1]["seq"]


async def test_nothing_is_gathered_while_nobody_looks(small_hub):
    small_hub.publish_event(sample(0))
    with small_hub.client() as outbox:
        assert [message["type"] for message in await drain(outbox)] == ["snapshot"]


async def test_a_client_that_is_told_nothing_hears_that_the_server_is_there():
    hub = LiveHub(HubConfig(heartbeat_s=0.02))
    with hub.client() as outbox:
        got = [json.loads(await outbox.get()) for _ in range(3)]
        hub.publish_status(status())
        got.append(json.loads(await outbox.get()))
    assert [message["type"] for message in got] == ["snapshot", "heartbeat", "heartbeat", "link"]
    assert got[-1]["seq"] == got[0]["seq"] + 1, "a heartbeat is no news and has no number"
