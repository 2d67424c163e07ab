"""What holds for all simulated devices, whatever they speak."""

import asyncio
from typing import Any

import pytest

from firmware_sim.air import Air
from firmware_sim.devices import DEVICES, device_kind, start_sensor
from firmware_sim.errors import InvalidSettingError, UnknownDeviceError
from firmware_sim.radio import INSTANT
from firmware_sim.scenarios import still
from firmware_sim.simulator import parse_devices
from ingest.scaled_loop import run_scaled


@pytest.mark.parametrize("device", DEVICES)
def test_every_device_is_found_by_its_name_and_resets(with_bleak, device):
    async def body(sensor, client):
        services = {service.uuid for service in client.services}
        await sensor.reset()
        await asyncio.sleep(0.5)
        gone = not client.is_connected
        await client.connect()
        return services, gone, client.is_connected

    services, gone, back = with_bleak(device, body)
    assert len(services) >= 1
    assert (gone, back) == (True, True)


@pytest.mark.parametrize("device", DEVICES)
def test_every_device_tells_the_truth_about_its_own_part(device):
    async def session():
        air = Air(INSTANT)
        sensor = await start_sensor(air, still(10.0, seed=5), device=device)
        truth: Any = sensor.scenario.truth()["sensor"]
        await air.close()
        return truth, sensor.scenario.unit

    truth, unit = run_scaled(session())
    assert truth["model"] == unit.model.name
    assert truth["odr_error_fraction"] == unit.odr_error_fraction


def test_an_unknown_device_is_refused_with_all_the_names():
    with pytest.raises(UnknownDeviceError, match=r"native.*witmotion"):
        device_kind("fitbit")


def test_devices_are_names_with_counts():
    assert parse_devices([]) == ("native",)
    assert parse_devices([], 2) == ("native", "native")
    assert parse_devices(["witmotion", "polar-h10:2"]) == ("witmotion", "polar-h10", "polar-h10")
    assert parse_devices(["witmotion"], 3) == ("witmotion",) * 3
    for wrong in ("witmotion:0", "witmotion:x", "native:65"):
        with pytest.raises(InvalidSettingError):
            parse_devices([wrong])
