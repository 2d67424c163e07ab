"""A wall and racks as they are in a gym: real servers, real sockets, one of them killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from analysis.events import RepFinished, SetFinished
from analysis.imu import SetLabel
from analysis.set_goal import SetGoal
from server.annotations import Athlete, SessionAnnotation
from server.session import LinkState
from server.settings import new_token
from server.wall.racks import MAX_RACKS, parse_rack
from tests.server.lifting import make_rep, make_set, play, recording, session_events, status
from tests.server.scripted_rack import two_reps_into_the_second_set
from tests.server.wall.gym import WAIT_S, in_state, screen, station


@contextmanager
def rack_process(port, folder, token=None):
    """A scripted rack in a process of its own."""
    environment = os.environ | ({} if token is None else {"UPRIGHT_TOKEN": token})
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.server.scripted_rack", str(port), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        assert process.stdout is not None
        yield process, int(process.stdout.readline().split()[1])
    finally:
        process.kill()
        process.wait(WAIT_S)
        process.communicate()


async def test_a_rack_that_is_killed_is_dimmed_counted_and_comes_back_complete(tmp_path):
    token = new_token()
    async with AsyncExitStack() as stack:
        with rack_process(0, tmp_path / "rack", token) as (process, port):
            rack = parse_rack(f"Rack 2=http://127.0.0.1:{port}/?token={token}")
            wall = await stack.enter_async_context(station(tmp_path / "wall", racks=[rack]))
            shown = await stack.enter_async_context(screen(wall))
            await shown.until(in_state("Rack 2", "lifting"))
            before = shown.tiles["Rack 2"]
            process.send_signal(signal.SIGKILL)
            await shown.until(in_state("Rack 2", "unreachable"))
            lost = shown.tiles["Rack 2"]
        again = await stack.enter_async_context(station(tmp_path / "rack", port=port, token=token))
        play(again.hub, two_reps_into_the_second_set())
        await shown.until(
            lambda tiles: tiles["Rack 2"]["n_reps"] == 2 and tiles["Rack 2"]["state"] == "lifting"
        )
    assert (before["exercise_name"], before["load_kg"], before["n_reps"]) == ("Back squat", 120.0, 2)
    assert before["velocity_mps"] == pytest.approx(0.565)
    assert before["lost_age_s"] is None
    # What it said last is kept, and the seconds are counted.
    assert (lost["n_reps"], lost["velocity_mps"]) == (2, before["velocity_mps"])
    assert 0 <= lost["lost_age_s"] < WAIT_S
    assert lost["reason"]
    after = shown.tiles["Rack 2"]
    told = ("n_reps", "velocity_mps", "load_kg", "set_number", "stability", "lost_age_s", "reason")
    assert {name: after[name] for name in told} == {name: before[name] for name in told}


async def test_sixteen_racks_each_with_its_own_numbers(tmp_path):
    async with AsyncExitStack() as stack:
        racks = [
            await stack.enter_async_context(station(tmp_path / str(number))) for number in range(MAX_RACKS)
        ]
        given = [parse_rack(f"Rack {number}={one.address}") for number, one in enumerate(racks)]
        wall = await stack.enter_async_context(station(tmp_path / "wall", racks=given))
        shown = await stack.enter_async_context(screen(wall))
        for number, one in enumerate(racks):
            one.hub.start_session(recording(number))
            one.hub.publish_status(status())
            for index in range(number % 5 + 1):
                rep = make_rep(index, velocity_mps=0.3 + 0.01 * number)
                one.hub.publish_event(RepFinished(0, "back_squat", 60.0 + number, rep, rep.start_s + 3))
        await shown.until(
            lambda tiles: (
                len(tiles) == MAX_RACKS
                and all(tiles[f"Rack {n}"]["n_reps"] == n % 5 + 1 for n in range(MAX_RACKS))
            )
        )
        assert [shown.wall["tiles"][n]["name"] for n in range(MAX_RACKS)] == [one.name for one in given]
        for number in range(MAX_RACKS):
            tile = shown.tiles[f"Rack {number}"]
            assert tile["state"] == "lifting"
            assert tile["load_kg"] == 60.0 + number
            assert tile["velocity_mps"] == pytest.approx(0.3 + 0.01 * number)
        assert shown.seqs == sorted(set(shown.seqs))  # numbers only ever rise
        # A rack has one client more, the wall, and the wall none beside its screen.
        assert [one.hub.n_clients for one in racks] == [1] * MAX_RACKS
        assert wall.hub.n_clients == 0


async def test_a_set_from_its_label_to_the_rest_after_it(tmp_path):
    goal = SetGoal(velocity_loss_stop_fraction=0.2, reps=5)
    async with (
        station(tmp_path / "rack") as rack,
        station(tmp_path / "wall", racks=[parse_rack(f"A={rack.address}")]) as wall,
        screen(wall) as shown,
    ):
        await shown.until(in_state("A", "idle"))
        rack.hub.start_session(recording())
        await shown.until(in_state("A", "searching"))
        rack.hub.publish_status(status())
        rack.hub.publish_label(SetLabel("back_squat", 140.0, goal))
        await shown.until(lambda tiles: tiles["A"]["exercise_name"] == "Back squat")
        assert shown.tiles["A"]["state"] == "ready"
        summary = make_set(0)
        for rep, velocity_mps in zip(summary.reps[:3], (0.62, 0.55, 0.40), strict=True):
            slow = replace(rep, mean_concentric_velocity_mps=velocity_mps)
            rack.hub.publish_event(RepFinished(0, "back_squat", 140.0, slow, rep.end_s or 0.0, goal))
        await shown.until(in_state("A", "over"))
        tile = shown.tiles["A"]
        assert (tile["n_reps"], tile["wanted_reps"], tile["stop_fraction"]) == (3, 5, 0.2)
        assert tile["velocity_loss_fraction"] == pytest.approx(1 - 0.40 / 0.62, abs=0.02)
        rack.hub.publish_event(SetFinished(summary))
        await shown.until(in_state("A", "resting"))
        assert 0 <= shown.tiles["A"]["rest_age_s"] < WAIT_S
        assert shown.tiles["A"]["stability"] == "too little data"
        rack.hub.publish_status(status(LinkState.LOST, reason="out of reach", last_sample_age_s=7.0))
        await shown.until(in_state("A", "sensor_lost"))
        assert shown.tiles["A"]["lost_age_s"] >= 7.0
        assert shown.tiles["A"]["reason"] == "out of reach"
        rack.hub.end_session()
        rack.hub.publish_status(status(LinkState.ENDED))
        await shown.until(in_state("A", "ended"))


async def test_velocities_that_the_lifter_must_not_see_never_reach_the_wall(tmp_path):
    goal = SetGoal(velocity_loss_stop_fraction=0.2, velocity_feedback=False)
    async with (
        station(tmp_path / "rack") as rack,
        station(tmp_path / "wall", racks=[parse_rack(f"A={rack.address}")]) as wall,
        screen(wall) as shown,
    ):
        rack.hub.start_session(recording())
        rack.hub.publish_status(status())
        rep = make_rep(0, velocity_mps=0.4321)
        rack.hub.publish_event(RepFinished(0, "back_squat", 140.0, rep, 3.0, goal))
        await shown.until(lambda tiles: "A" in tiles and tiles["A"]["n_reps"] == 1)
        tile = shown.tiles["A"]
        assert tile["velocities_hidden"] is True
        hidden = ("velocity_mps", "velocity_loss_fraction", "stop_fraction", "zone")
        assert [tile[name] for name in hidden] == [None] * 4
        assert "0.4321" not in shown.last_text


async def test_a_wrong_token_is_told_and_never_repeated(tmp_path):
    right, wrong = new_token(), new_token()
    async with (
        station(tmp_path / "rack", token=right) as rack,
        station(tmp_path / "wall", racks=[parse_rack(f"A={rack.address}/?token={wrong}")]) as wall,
        screen(wall) as shown,
    ):
        await shown.until(in_state("A", "refused"))
        assert "token" in shown.tiles["A"]["reason"]
        assert wrong not in shown.last_text


async def test_the_gate_still_refuses_pages_of_others(tmp_path):
    """Following needed no hole in it: a browser on another page sends its own Origin."""
    token = new_token()
    async with station(tmp_path / "rack", token=token) as rack:
        url = f"ws://127.0.0.1:{rack.port}/api/v1/live"
        headers = {"Authorization": f"Bearer {token}"}
        for origin in (None, Origin("http://evil.example"), Origin("http://127.0.0.1:1")):
            with pytest.raises(InvalidStatus):
                await connect(url, origin=origin, additional_headers=headers)


async def test_lifters_are_named_only_when_the_wall_is_told_to(tmp_path):
    athlete = Athlete(UUID(int=5), "Jana Novakova", datetime(2026, 1, 1, tzinfo=UTC))
    async with (
        station(tmp_path / "rack") as rack,
        station(tmp_path / "wall", racks=[parse_rack(f"A={rack.address}")]) as wall,
        screen(wall) as shown,
    ):
        rack.store.save_athletes([athlete])
        rack.store.save_recording(recording())
        rack.store.annotate(recording().recording_id, SessionAnnotation(athlete_id=athlete.id))
        play(rack.hub, two_reps_into_the_second_set())
        await shown.until(in_state("A", "lifting"))
        assert shown.tiles["A"]["lifter"] is None
        await _patch(wall, {"shows_names": True})
        await shown.until(lambda tiles: tiles["A"]["lifter"] == "Jana Novakova")
        await _patch(wall, {"shows_names": False})
        await shown.until(lambda tiles: tiles["A"]["lifter"] is None)
        assert json.loads((tmp_path / "wall" / "wall.json").read_text())["shows_names"] is False


async def _patch(wall, changes):
    body = json.dumps(changes).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", wall.port)
    writer.write(
        f"PATCH /api/v1/wall HTTP/1.1\r\nHost: 127.0.0.1:{wall.port}\r\nOrigin: {wall.address}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        + body
    )
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200"), answer


async def test_the_walls_own_sensor_is_a_tile_once_it_has_one(tmp_path):
    async with station(tmp_path / "wall") as wall, screen(wall) as shown:
        assert shown.tiles == {}
        play(wall.hub, session_events(1))
        await shown.until(in_state("This rack", "resting"))
        assert shown.tiles["This rack"]["is_own"] is True
        assert wall.hub.n_clients == 0


async def test_a_screen_that_never_reads_delays_nobody_and_gets_the_newest(tmp_path):
    async with (
        station(tmp_path / "rack") as rack,
        station(tmp_path / "wall", racks=[parse_rack(f"A={rack.address}")]) as wall,
        screen(wall) as stalled,
        screen(wall) as quick,
    ):
        rack.hub.start_session(recording())
        for number in range(300):
            rack.hub.publish_status(status(received_samples=number))
            await asyncio.sleep(0)
        rack.hub.publish_status(status(LinkState.LOST, reason="the last one"))
        await quick.until(lambda tiles: "A" in tiles and tiles["A"]["reason"] == "the last one")
        await stalled.until(lambda tiles: "A" in tiles and tiles["A"]["reason"] == "the last one")
