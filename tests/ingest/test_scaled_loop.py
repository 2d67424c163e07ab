from __future__ import annotations

import asyncio
import time

import pytest

from ingest.scaled_loop import run_scaled

SPEED = 50.0


def test_waiting_runs_faster_than_the_wall():
    async def wait():
        loop = asyncio.get_running_loop()
        began_s, wall_s = loop.time(), time.perf_counter()
        await asyncio.sleep(5.0)
        return loop.time() - began_s, time.perf_counter() - wall_s

    scaled_s, wall_s = run_scaled(wait(), SPEED)
    assert scaled_s >= 5.0
    # A tenth of a second asked for; the rest is for a machine that does other things.
    assert 0.09 < wall_s < 1.0


def test_work_is_counted_once():
    async def work():
        loop = asyncio.get_running_loop()
        began_s, work_s = loop.time(), time.thread_time()
        while time.thread_time() - work_s < 0.05:
            pass
        return loop.time() - began_s

    assert run_scaled(work(), SPEED) == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize(("speed", "counted_s"), [(SPEED, 0.0), (1.0, 0.05)])
def test_what_other_programs_take_is_counted_at_the_walls_speed_alone(speed, counted_s):
    async def stand_still():
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        time.sleep(0.05)  # noqa: ASYNC251 -- the thread does not run, as when another has the processor
        return loop.time() - began_s

    passed_s = run_scaled(stand_still(), speed)
    assert passed_s >= counted_s
    # At speed 1 the wall's clock is shown, which on a busy machine goes on until the processor comes back.
    if speed != 1.0:
        assert passed_s < counted_s + 0.02


def test_many_short_waits_cost_only_their_share_of_the_walls_time():
    async def wait_often():
        wall_s = time.perf_counter()
        for _ in range(1000):
            await asyncio.sleep(0.005)
        return time.perf_counter() - wall_s

    # 1000 waits of 0.1 ms; a selector that waits whole milliseconds would need a full second.
    assert run_scaled(wait_often(), SPEED) < 0.6


def test_timers_end_in_the_order_of_their_times():
    async def race():
        ended = []

        async def wait(seconds):
            await asyncio.sleep(seconds)
            ended.append(seconds)

        await asyncio.gather(*(wait(seconds) for seconds in (0.3, 0.1, 0.2)))
        return ended

    assert run_scaled(race(), SPEED) == [0.1, 0.2, 0.3]
