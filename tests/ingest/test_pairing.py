"""Pairing over the virtual radio: what a person is led through, and what is kept."""

import asyncio
import contextlib
from typing import Any

import numpy as np
import pytest

from analysis.imu import MountPosition
from analysis.mount_guide import MountStep
from firmware_sim.air import Air
from firmware_sim.devices.native import start_native
from firmware_sim.mems_models import mems_by_name
from firmware_sim.mounting import mounting
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import still
from ingest.ble import BleSource
from ingest.bumble_host import close_host, register_in_process
from ingest.errors import PairingFailedError
from ingest.known_sensors import KnownSensors
from ingest.pairing import Pairing, PairingStep
from ingest.scaled_loop import run_scaled

SPEED = 20.0
TRANSPORT = "inproc:test-pairing"


@contextlib.asynccontextmanager
async def on_the_air(scenario):
    air = Air(RadioModel(packet_error_fraction=0.05))
    register_in_process("test-pairing", lambda: air.port("collector"))
    sensor = await start_native(air, scenario, name="Upright-P")
    try:
        yield sensor
    finally:
        await sensor.stop()
        await close_host(TRANSPORT)
        await air.close()


def test_a_sensor_is_led_through_its_mounting_and_kept(tmp_path):
    known, scenario, seen = KnownSensors(tmp_path), mounting(311), []

    def answer(state):
        seen.append(state.guide.step)
        if state.guide.step is MountStep.DIRECTION:
            asyncio.get_running_loop().call_soon(lambda: pairing.tell_direction(top_went_forward=True))

    async def session():
        async with on_the_air(scenario):
            return await asyncio.wait_for(pairing.run(), 120)

    pairing = Pairing(BleSource(transport=TRANSPORT), known, on_change=answer)
    kept: Any = run_scaled(session(), SPEED)
    assert list(dict.fromkeys(seen)) == [
        MountStep.STILL,
        MountStep.ROLL,
        MountStep.DIRECTION,
        MountStep.REP,
        MountStep.DONE,
    ]
    assert known.paired() == [kept]
    assert (kept.name, kept.driver, kept.mount.position) == ("Upright-P", "native", MountPosition.SHAFT)
    true_axis = np.array([0.0, 1.0, 0.0]) @ scenario.mount.rotation
    assert kept.mount.bar_axis @ true_axis > np.cos(0.03)
    state = pairing.state
    true_rate_hz = 200 * (1 + scenario.unit.odr_error_fraction)
    # Some 25 s of a clock that jitters by half a millisecond.
    assert state.counts.sample_rate_hz == pytest.approx(true_rate_hz, rel=1e-3)
    assert (state.counts.lost_samples, state.nominal_rate_hz) == (0, 200.0)
    assert state.battery_charge_fraction == pytest.approx(0.87)


def test_a_sensor_that_cannot_be_believed_is_not_kept_and_the_reason_is_told(tmp_path):
    broken = still(600.0, 312, mems=mems_by_name("BMI270").with_bias(60))
    pairing = Pairing(BleSource(transport=TRANSPORT), KnownSensors(tmp_path))

    async def session():
        async with on_the_air(broken):
            running = asyncio.create_task(pairing.run())
            while not pairing.state.guide.problem:  # noqa: ASYNC110 -- polled on the scaled clock
                await asyncio.sleep(0.1)
            pairing.stop()
            await running

    with pytest.raises(PairingFailedError, match=r"instead of 9\.81.*calibrate"):
        run_scaled(session(), SPEED)
    assert KnownSensors(tmp_path).paired() == []


def test_what_is_known_of_the_accelerometer_survives_pairing(tmp_path):
    from analysis.calibration import Calibration

    known = KnownSensors(tmp_path)
    learned = Calibration.of(np.zeros(6), np.diag([0.01] * 6) ** 2)
    known.keep("C0:55:50:00:00:01", learned)
    pairing = Pairing(BleSource(transport=TRANSPORT), known)

    async def session():
        async with on_the_air(mounting(313)):
            running = asyncio.create_task(pairing.run())
            while pairing.state.step is not PairingStep.DONE:
                await asyncio.sleep(0.1)
                pairing.tell_direction(top_went_forward=True)
                pairing.skip_rep()
            return await running

    kept = run_scaled(session(), SPEED)
    assert kept.calibration is not None
    assert known.find(kept.address) == kept
