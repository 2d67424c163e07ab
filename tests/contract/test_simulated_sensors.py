"""Every driver against the simulated sensor that somebody else wrote from the same public description.

Real HCI, ATT and GATT, a radio that loses and repeats, in scaled time.
"""

import asyncio

import numpy as np
import pytest

from analysis.imu import Gap, ImuBlock
from firmware_sim.air import Air
from firmware_sim.devices import DEVICES, start_sensor
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import single_set, still
from ingest.ble import BleSource
from ingest.bumble_host import close_host, register_in_process
from ingest.decoding import PacketDecoder
from ingest.devices import is_bar_sensor
from ingest.items import AccelBlock
from ingest.scaled_loop import run_scaled

SPEED = 25.0
TRANSPORT = "inproc:test-simulated"
STREAM_S = 8.0
IMU = [name for name in DEVICES if name not in {"heart-rate", "openbarbell"}]
NO_GYRO = {"polar-h10", "polar-h10-delta", "bangle"}


async def streamed(device, scenario, duration_s):
    air = Air(RadioModel(interval_s=0.015, packet_error_fraction=0.02))
    register_in_process("test-simulated", lambda: air.port("collector"))
    sensor = await start_sensor(air, scenario, device=device)
    source, packets = BleSource(address=sensor.address, transport=TRANSPORT), []

    async def read():
        packets.extend([packet async for packet in source.packets()])

    reader = asyncio.create_task(read())
    try:
        async with asyncio.timeout(60):
            while source.state != "streaming" and not reader.done():  # noqa: ASYNC110 -- scaled clock
                await asyncio.sleep(0.05)
        await asyncio.wait([reader], timeout=duration_s)
    finally:
        source.stop()
        await asyncio.gather(reader)
        await sensor.stop()
        await close_host(TRANSPORT)
        await air.close()
    return packets, source


def decoded(packets):
    decoder = PacketDecoder(None)
    items = [item for packet in packets for item in decoder.feed(packet)]
    return decoder, items + decoder.finish()


@pytest.mark.parametrize("device", IMU)
def test_a_simulated_sensor_at_rest_is_read_by_its_driver(device):
    scenario = still(60.0, 340)
    packets, source = run_scaled(streamed(device, scenario, STREAM_S), SPEED)
    assert not source.problem
    decoder, items = decoded(packets)
    blocks = [item for item in items if isinstance(item, ImuBlock | AccelBlock)]
    assert decoder.info is not None
    counts = decoder.counts
    assert counts.samples > 0.7 * STREAM_S * decoder.info.sample_rate_hz
    assert decoder.refused <= 2  # what was under way when the stream began
    force = np.concatenate([block.specific_force_mps2 for block in blocks])
    # 5 %: bias of an uncalibrated part on three axes, and resolution.
    assert np.linalg.norm(force, axis=1).mean() == pytest.approx(9.81, rel=0.05)
    assert {type(block) for block in blocks} == {AccelBlock if device in NO_GYRO else ImuBlock}
    assert source.driver is not None
    assert is_bar_sensor(source.driver.name) == (device not in NO_GYRO)
    assert counts.sample_rate_hz is not None
    # A sensor that neither counts nor buffers loses samples unseen when the radio, or this machine, is busy:
    # then the measured rate is lower.
    assert 0.7 < counts.sample_rate_hz / decoder.info.sample_rate_hz < 1.03
    assert decoder.battery_charge_fraction is None or 0 <= decoder.battery_charge_fraction <= 1


@pytest.mark.parametrize("device", [name for name in IMU if name not in NO_GYRO])
def test_what_the_lifter_does_arrives_with_the_right_signs_and_units(device):
    scenario = single_set("back_squat", 1, 60.0, 341)
    packets, _ = run_scaled(streamed(device, scenario, scenario.duration_s), SPEED)
    _, items = decoded(packets)
    blocks = [item for item in items if isinstance(item, ImuBlock)]
    t_s = np.concatenate([block.t_s for block in blocks])
    force = np.concatenate([block.specific_force_mps2 for block in blocks])
    gyro = np.concatenate([block.gyro_radps for block in blocks])
    # The same instants of the truth: a start of unknown delay is found by laying the two over each other.
    rate_hz = 100.0
    grid_s = np.arange(t_s[0], t_s[-1], 1 / rate_hz)
    seen = [np.interp(grid_s, t_s, gyro[:, axis]) for axis in range(3)]
    true_s = np.arange(0.0, scenario.duration_s, 1 / rate_hz)
    feel = scenario.feel(true_s)
    turned = feel.gyro_radps @ scenario.mount.rotation
    axis = int(np.argmax(turned.std(axis=0)))
    full = np.correlate(seen[axis] - seen[axis].mean(), turned[:, axis] - turned[:, axis].mean(), "full")
    likeness = full.max() / (seen[axis].std() * turned[:, axis].std() * min(len(grid_s), len(true_s)))
    assert likeness > 0.8, "the rate of turn has another sign or unit, or its own time"
    ratio = seen[axis].std() / turned[:, axis].std()
    assert ratio == pytest.approx(1.0, rel=0.15)
    true_force = feel.specific_force_mps2 @ scenario.mount.rotation
    assert np.abs(force.mean(axis=0) - true_force.mean(axis=0)).max() < 0.6  # bias, and another beginning
    assert sum(item.missing for item in items if isinstance(item, Gap)) < 0.05 * len(t_s)


def test_a_strap_tells_the_heart_rate_and_an_instrument_its_reps():
    packets, source = run_scaled(streamed("heart-rate", still(60.0, 342), 6.0), SPEED)
    decoder, _ = decoded(packets)
    assert source.driver is not None
    assert source.driver.name == "heart_rate"
    assert decoder.heart_rate is not None
    assert 40 < decoder.heart_rate.rate_bpm < 200

    scenario = single_set("back_squat", 3, 60.0, 343)
    packets, source = run_scaled(streamed("openbarbell", scenario, scenario.duration_s + 5.0), SPEED)
    decoder, _ = decoded(packets)
    assert source.driver is not None
    assert source.driver.name == "openbarbell"
    truth = scenario.sets[0].reps
    assert len(decoder.instrument_reps) == len(truth)
    for found, true in zip(decoder.instrument_reps, truth, strict=True):
        # The instrument's own definition of a rep's edges differs from ours by some hundredths.
        assert found.mean_velocity_mps == pytest.approx(true.mean_concentric_velocity_mps, abs=0.08)
        assert found.range_of_motion_m == pytest.approx(true.range_of_motion_m, abs=0.05)
