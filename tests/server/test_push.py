"""A simulated watch pushes over real HTTP into a running server."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict

import httpx2
import numpy as np
import pytest

from analysis.events import SensorGap, SetFinished
from analysis.imu import ImuBlock, SensorInfo, SetLabel
from analysis.pipeline import analyze
from firmware_sim.errors import InvalidSettingError, PushFailedError
from firmware_sim.scenarios import still
from firmware_sim.watch import PushModel, watch_messages
from firmware_sim.watch_push import push_watch
from ingest.devices.sensor_logger_message import MAX_MESSAGE_BYTES
from ingest.mcap_reader import read_recording
from ingest.packets import DATA
from ingest.push import PushConfig
from ingest.replay import open_recording
from ingest.scaled_loop import run_scaled
from ingest.session import run_recording
from ingest.timeline import PAUSED
from server.gate import PUSH_PATH
from server.live_session import make_analyzer
from server.push import PushReception
from tests.server.watching import (
    EXERCISE_ID,
    LOAD_KG,
    MOUNT,
    TOKEN,
    Watched,
    expected_set,
    recording,
    until,
)

BEARER = {"authorization": f"Bearer {TOKEN}"}
LABEL = {"exercise_id": EXERCISE_ID, "load_kg": LOAD_KG}


async def push_all(watched, messages, client):
    """Push in the order of arrival, the label right after the first message, as a lifter would before."""
    for place, message in enumerate(messages):
        answer = await client.post(PUSH_PATH, content=message.body)
        assert answer.status_code == 200, answer.text
        if place == 0:
            await watched.begun()
            await watched.label(SetLabel(EXERCISE_ID, LOAD_KG))


async def lift(folder, model, seed=5):
    watched = Watched(folder)
    messages = watch_messages(recording(), seed, model)
    async with watched.served(), httpx2.AsyncClient(base_url=watched.url, headers=BEARER) as client:
        await push_all(watched, messages, client)
        await watched.end()
    return watched, messages


@pytest.fixture
async def watched(tmp_path):
    return await lift(tmp_path, PushModel())


def test_the_simulated_network_is_out_of_order_and_repeats_itself():
    numbers = [json.loads(sent.body)["messageId"] for sent in watch_messages(recording(), 5)]
    assert numbers != sorted(numbers)
    assert len(set(numbers)) < len(numbers)


async def test_a_pushed_set_equals_the_set_of_the_same_samples_offline(watched):
    live, _ = watched
    (found,) = live.sets()
    expected = expected_set()
    assert len(found.reps) == len(expected.reps) == 4
    for rep, wanted in zip(found.reps, expected.reps, strict=True):
        # The samples are the same. Their times jitter by 0.2 ms, and a line through 50 of them is good to
        # some 0.1 ms: at 10 m/s² that is 1 mm/s.
        for name in ("mean_concentric_velocity_mps", "peak_concentric_velocity_mps"):
            assert getattr(rep, name) == pytest.approx(getattr(wanted, name), abs=0.005)
        assert rep.range_of_motion_m == pytest.approx(wanted.range_of_motion_m, abs=0.005)
        assert rep.start_s == pytest.approx(wanted.start_s, abs=0.02)  # two samples
    counts = live.session.recorded[0][1]
    assert counts.lost_samples == 0
    assert counts.samples == len(recording().t_s)
    assert counts.sample_rate_hz == pytest.approx(100, rel=0.02)  # the part's own oscillator


def test_velocity_and_range_on_a_wrist_do_not_depend_on_the_sign_of_the_specific_force():
    offline = recording()
    t_s = offline.t_true_s - offline.t_true_s[0]
    upside_down = ImuBlock(t_s, -offline.specific_force_mps2, offline.gyro_radps, 0)
    events = analyze([upside_down], SensorInfo(100.0), MOUNT, SetLabel(EXERCISE_ID, LOAD_KG))
    (found,) = [event.summary for event in events if isinstance(event, SetFinished)]
    for rep, wanted in zip(found.reps, expected_set().reps, strict=True):
        # What is learned of the accelerometer has another sign; nothing else has.
        assert rep.mean_concentric_velocity_mps == pytest.approx(
            wanted.mean_concentric_velocity_mps, abs=0.005
        )
        assert rep.range_of_motion_m == pytest.approx(wanted.range_of_motion_m, abs=0.005)


async def test_the_recording_holds_every_message_as_it_came_and_replays_to_equal_results(watched):
    live, messages = watched
    path = live.session.recorded[0][0]
    kept = read_recording(path)
    assert kept.header.driver == "sensor_logger"
    assert kept.header.address == "simulated-phone"
    assert [packet.payload for packet in kept.packets if packet.channel == DATA] == [
        sent.body for sent in messages
    ]
    replayed = run_recording(open_recording(path), make_analyzer)
    assert [type(event) for event in replayed] == [type(event) for event in live.events]
    np.testing.assert_equal([asdict(event) for event in replayed], [asdict(event) for event in live.events])


async def test_five_seconds_that_the_watch_drops_are_a_gap_and_nothing_is_invented(tmp_path):
    model = PushModel(gap_every_s=12.0, gap_s=5.0)
    live, _ = await lift(tmp_path, model)
    counts = live.session.recorded[0][1]
    offline = recording()
    gaps = int((offline.t_true_s[-1] - offline.t_true_s[0]) // model.gap_every_s)  # one at the end is none
    assert gaps >= 2
    assert counts.gaps == gaps
    assert counts.lost_samples == pytest.approx(gaps * 500, abs=2 * gaps)  # by the oscillator's rate
    assert counts.longest_gap_s == pytest.approx(5.01, abs=0.02)
    assert counts.restarts == 0
    assert {event.gap.reason for event in live.events if isinstance(event, SensorGap)} == {PAUSED}


async def test_messages_that_never_come_are_waited_for_and_then_marked(tmp_path):
    live, messages = await lift(tmp_path, PushModel(loss_fraction=0.1), seed=6)
    counts = live.session.recorded[0][1]
    came = {json.loads(sent.body)["messageId"] for sent in messages}
    rows = 50  # half a second at 100 Hz, but for the oscillator's error
    lost = (max(came) - min(came) + 1 - len(came)) * rows
    assert lost > 0
    assert counts.lost_samples == pytest.approx(lost, rel=0.03)
    assert counts.late_packets == 0


async def test_who_has_no_token_is_refused_with_words_and_leaves_nothing(tmp_path):
    watched = Watched(tmp_path)
    body = watch_messages(recording(), 5)[0].body
    async with watched.served(), httpx2.AsyncClient(base_url=watched.url) as client:
        for headers in ({}, {"authorization": "Bearer wrong"}, {"cookie": f"upright={TOKEN}"}):
            answer = await client.post(PUSH_PATH, content=body, headers=headers)
            assert answer.status_code == 401
            assert "Authorization header" in answer.json()["hint"]
        evil = {"origin": "http://evil.example", **BEARER}
        assert (await client.post(PUSH_PATH, content=body, headers=evil)).status_code == 403
        in_address = await client.post(f"{PUSH_PATH}?token={TOKEN}", content=body)
        assert in_address.status_code == 401  # an address ends up in logs
        other = await client.post("/api/v1/live/label", json=LABEL, headers=BEARER)
        assert other.status_code == 403  # only the one path needs no Origin
        assert watched.sessions == []


async def test_the_token_passes_with_and_without_the_word_bearer(tmp_path):
    watched = Watched(tmp_path)
    body = json.dumps({"messageId": 0, "sessionId": "test", "deviceId": "phone", "payload": []})
    async with watched.served(), httpx2.AsyncClient(base_url=watched.url) as client:
        for value in (f"Bearer {TOKEN}", f"bearer {TOKEN}", TOKEN):
            answer = await client.post(PUSH_PATH, content=body, headers={"authorization": value})
            assert answer.json() == {"device_id": "phone", "message_id": 0, "motion_rows": 0}
        assert watched.sessions == []  # the app's own test of the address begins no session


async def test_what_is_no_message_is_refused_with_words(tmp_path):
    watched = Watched(tmp_path)
    in_g = watch_messages(recording(), 5, PushModel(standardised=False))[0].body
    async with watched.served(), httpx2.AsyncClient(base_url=watched.url, headers=BEARER) as client:
        wrong = await client.post(PUSH_PATH, content=b"not json")
        assert (wrong.status_code, wrong.json()["code"]) == (422, "push_refused")
        switched_off = await client.post(PUSH_PATH, content=in_g)
        assert switched_off.status_code == 422
        assert "Standardise Units & Frames" in switched_off.json()["message"]
        large = await client.post(PUSH_PATH, content=b" " * (MAX_MESSAGE_BYTES + 1))
        assert (large.status_code, large.json()["code"]) == (413, "too_large")
        assert "batch period" in large.json()["hint"]
        assert watched.sessions == []


async def test_a_second_device_waits_until_the_first_is_silent(tmp_path):
    watched = Watched(tmp_path)
    watched.reception = PushReception(watched._run_session, PushConfig(silent_after_s=0.5))
    first = [sent.body for sent in watch_messages(recording(), 5)[:3]]
    second = [sent.body for sent in watch_messages(recording(), 6, device_id="another")[:3]]
    async with watched.served(), httpx2.AsyncClient(base_url=watched.url, headers=BEARER) as client:
        assert (await client.post(PUSH_PATH, content=first[0])).status_code == 200
        await watched.begun()
        busy = await client.post(PUSH_PATH, content=second[0])
        assert (busy.status_code, busy.json()["code"]) == (409, "push_busy")
        await asyncio.sleep(0.6)
        assert (await client.post(PUSH_PATH, content=second[0])).status_code == 200
        await until(lambda: len(watched.sessions) == 2)
        assert (await client.post(PUSH_PATH, content=first[1])).status_code == 409


async def test_a_server_that_expects_no_watch_says_how_to_start_one(client):
    answer = client.post(PUSH_PATH, content=b"{}")
    assert answer.status_code == 409
    assert "upright serve --lan --push" in answer.json()["hint"]


def test_the_simulators_own_push_is_taken_and_a_refusal_is_told(tmp_path):
    async def session():
        watched = Watched(tmp_path)
        async with watched.served():
            url = watched.url + PUSH_PATH
            with pytest.raises(PushFailedError, match=r"401.*UPRIGHT_TOKEN"):
                await push_watch(still(2.0), url, "wrong")
            told = []
            await push_watch(still(2.0), url, TOKEN, on_message=lambda *places: told.append(places))
            await watched.end()
        assert told[-1][0] == told[-1][1] == len(told)
        return watched.session.recorded[0][1]

    assert run_scaled(session(), 20).samples == pytest.approx(1000, rel=0.02)  # 2 s, 8 s after it, at 100 Hz


async def test_the_simulator_says_where_it_cannot_push_to():
    with pytest.raises(InvalidSettingError, match="http://"):
        await push_watch(still(1.0), "ftp://127.0.0.1/", "")
    with pytest.raises(PushFailedError, match="upright serve --push"):
        await push_watch(still(1.0), "http://127.0.0.1:9/", "")
