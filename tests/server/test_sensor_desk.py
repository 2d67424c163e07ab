"""Sensors over REST, on the virtual radio: what the page will do."""

import asyncio
import contextlib

import httpx2
import pytest

from firmware_sim.air import Air
from firmware_sim.devices import start_sensor
from firmware_sim.mounting import mounting
from firmware_sim.peripheral import default_address
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import still
from ingest.bumble_host import close_host, register_in_process
from ingest.scaled_loop import run_scaled
from server.app import create_app
from server.live import LiveHub
from server.sensor_desk import SensorDesk
from server.settings import Settings
from server.store import Store

SPEED = 20.0
ADDRESS = "http://127.0.0.1:8000"
TRANSPORT = "inproc:test-desk"
BAR, CHEST = default_address(1), default_address(2)


@contextlib.asynccontextmanager
async def desk_with_sensors(tmp_path):
    """Two sensors on the air, and a client of the API."""
    air = Air(RadioModel(packet_error_fraction=0.05))
    register_in_process("test-desk", lambda: air.port("collector"))
    sensors = [
        await start_sensor(air, mounting(321), name="Bar", address=BAR),
        await start_sensor(air, still(600.0, 322), name="Chest", address=CHEST),
    ]
    settings = Settings(data_dir=tmp_path, port=8000)
    settings.recordings_dir.mkdir(parents=True)
    hub = LiveHub()
    with Store(settings.results_url) as store:
        desk = SensorDesk(settings, hub, store, TRANSPORT)
        app = create_app(settings, hub, store, desk, desk)
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app),
            base_url=f"{ADDRESS}/api/v1",
            headers={"origin": ADDRESS},
            timeout=600,
        ) as client:
            try:
                yield client, settings
            finally:
                await desk.close()
                for sensor in sensors:
                    await sensor.stop()
                await close_host(TRANSPORT)
                await air.close()


def run(tmp_path, steps):
    async def session():
        async with desk_with_sensors(tmp_path) as (client, settings):
            return await steps(client, settings)

    return run_scaled(session(), SPEED)


async def until(client, path, condition, timeout_s=90.0):
    async with asyncio.timeout(timeout_s):
        while not condition(found := (await client.get(path)).json()):  # noqa: ASYNC110 -- scaled clock
            await asyncio.sleep(0.2)
    return found


def test_the_page_can_scan_pair_mount_and_forget(tmp_path):
    async def steps(client, _settings):
        found = (await client.post("/sensors/scan", json={"timeout_s": 1.0})).json()
        assert {(one["name"], one["driver"]) for one in found} == {("Bar", "native"), ("Chest", "native")}
        assert all(one["battery_charge_fraction"] == pytest.approx(0.87) for one in found)

        started = await client.post("/pairing", json={"address": BAR})
        assert (started.status_code, started.json()["running"]) == (202, True)
        busy = await client.post("/pairing", json={"address": CHEST})
        assert (busy.status_code, busy.json()["code"]) == (409, "sensor_busy")

        asked = await until(client, "/pairing", lambda state: state["mount_step"] == "direction")
        assert asked["rest"]["refusal"] == ""
        await client.post("/pairing/direction", json={"top_went_forward": True})
        done = await until(client, "/pairing", lambda state: not state["running"])
        assert (done["step"], done["problem"], done["lost_samples"]) == ("done", "", 0)
        assert 0.3 < done["rep"]["range_of_motion_m"] < 0.8

        (paired,) = (await client.get("/sensors")).json()["paired"]
        assert (paired["address"], paired["mount"]["position"]) == (BAR, "shaft")
        nowhere = {"position": "sleeve", "bar_axis": [0, 0, 0]}
        assert (await client.put(f"/sensors/{BAR}/mount", json=nowhere)).status_code == 422
        moved = await client.put(f"/sensors/{BAR}/mount", json={"position": "sleeve", "bar_axis": [0, 2, 0]})
        assert moved.json()["mount"]["bar_axis"] == [0, 1, 0]
        assert (await client.delete(f"/sensors/{BAR}")).status_code == 204
        assert (await client.delete(f"/sensors/{BAR}")).status_code == 404

    run(tmp_path, steps)


def test_the_page_can_begin_and_end_a_session_with_a_companion(tmp_path):
    async def steps(client, settings):
        request = {"address": BAR, "companions": [{"address": CHEST, "role": "sternum"}]}
        assert (await client.post("/live/stream", json=request)).status_code == 202
        assert (await client.post("/live/stream", json=request)).status_code == 409

        def both(live):
            link = live["link"]
            return link and link["received_samples"] > 600 and link["companions"][0]["received_samples"] > 600

        live = await until(client, "/live", both)
        assert live["link"]["companions"][0]["role"] == "sternum"
        assert (await client.post("/live/label", json={"exercise_id": "back_squat"})).status_code == 200
        assert (await client.delete("/live/stream")).status_code == 204
        assert not (await client.get("/sensors")).json()["is_streaming"]
        return list(settings.recordings_dir.iterdir()), list(settings.companions_dir.iterdir())

    recordings, companions = run(tmp_path, steps)
    assert (len(recordings), len(companions)) == (1, 1)


def test_without_a_pairing_there_is_nothing_to_answer(tmp_path):
    async def steps(client, _settings):
        for method, path in (("get", "/pairing"), ("post", "/pairing/skip-rep")):
            answer = await getattr(client, method)(path)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        unknown = await client.post("/pairing", json={"address": BAR, "exercise_id": "juggling"})
        assert unknown.status_code == 404

    run(tmp_path, steps)


def test_a_pairing_can_be_given_up(tmp_path):
    async def steps(client, settings):
        await client.post("/pairing", json={"address": CHEST})
        await until(client, "/pairing", lambda state: state["mount_step"] == "roll")
        given_up = (await client.delete("/pairing")).json()
        assert (given_up["running"], "not paired" in given_up["problem"]) == (False, True)
        assert (await client.get("/sensors")).json()["paired"] == []

    run(tmp_path, steps)
