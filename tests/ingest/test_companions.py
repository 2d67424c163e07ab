"""Several sensors, one clock: their timelines agree although their crystals do not."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from analysis.events import Event
from analysis.imu import ImuBlock
from firmware_sim.air import Air
from firmware_sim.devices import start_sensor
from firmware_sim.peripheral import default_address
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import still
from ingest.ble import BleSource
from ingest.bumble_host import close_host, register_in_process
from ingest.collector import Collector
from ingest.companions import Membership, SessionClock, wall_times_s
from ingest.decoding import PacketDecoder
from ingest.mcap_reader import read_recording
from ingest.recording import Recorder
from ingest.scaled_loop import run_scaled

SPEED = 20.0
DURATION_S = 90.0
TRANSPORT = "inproc:test-companions"


class _NoAnalysis:
    learned = None

    def __init__(self, *_):
        pass

    def push(self, item: object) -> list[Event]:
        del item
        return []

    def finish(self) -> list[Event]:
        return []


def crystal(scenario, ppm):
    return replace(scenario, unit=replace(scenario.unit, clock_error_fraction=ppm * 1e-6))


async def together(folder):
    """Record two sensors whose clocks run apart by 100 ppm; return what is true of each."""
    air = Air(RadioModel(interval_s=0.015, packet_error_fraction=0.05))
    register_in_process("test-companions", lambda: air.port("collector"))
    sensors = [
        await start_sensor(air, crystal(still(600.0, 330 + n), ppm), name=f"S{n}", address=default_address(n))
        for n, ppm in ((1, 50), (2, -50))
    ]
    bar = Membership(SessionClock.now())
    members = [bar, bar.companion("sternum")]
    sources = [BleSource(address=sensor.address, transport=TRANSPORT) for sensor in sensors]
    collectors = [
        Collector(
            source,
            None,
            _NoAnalysis,
            lambda header, role=member.role: Recorder(folder / f"{role}.mcap", header),
            membership=member,
        )
        for source, member in zip(sources, members, strict=True)
    ]
    running = [asyncio.create_task(collector.run()) for collector in collectors]
    await asyncio.sleep(DURATION_S)
    for source in sources:
        source.stop()
    await asyncio.gather(*running)
    truths = [
        (bar.clock.wall_time(sensor.lifter_started_s or 0.0), sensor.scenario.unit.odr_error_fraction)
        for sensor in sensors
    ]
    for sensor in sensors:
        await sensor.stop()
    await close_host(TRANSPORT)
    await air.close()
    return truths


def errors_s(path, truth):
    """By how much the recording misplaces its samples in time, (N,) s, the radio's least delay included."""
    recording = read_recording(path)
    decoder = PacketDecoder(None)
    items = [item for packet in recording.packets for item in decoder.feed(packet)] + decoder.finish()
    assert decoder.counts.lost_samples == 0
    t_s = np.concatenate([item.t_s for item in items if isinstance(item, ImuBlock)])
    first_at, rate_error = truth
    true_s = first_at.timestamp() + np.arange(len(t_s)) / (200 * (1 + rate_error))
    return wall_times_s(recording.header, decoder.host_offset, t_s) - true_s, recording.header


def test_two_timelines_agree_within_3_ms_with_clocks_100_ppm_apart(tmp_path):
    truths = run_scaled(together(tmp_path), SPEED)
    (bar_s, bar), (sternum_s, sternum) = (
        errors_s(tmp_path / f"{role}.mcap", truth)
        for role, truth in zip(("bar", "sternum"), truths, strict=True)
    )
    assert (bar.role, sternum.role) == ("bar", "sternum")
    assert bar.group_id == sternum.group_id != ""
    n = min(len(bar_s), len(sternum_s))
    assert n > 0.9 * 200 * DURATION_S
    apart_s = bar_s[:n] - sternum_s[:n]
    # Without the fit, 100 ppm of 90 s are 9 ms.
    assert np.abs(apart_s).max() < 0.003
    assert bar_s.mean() == pytest.approx(sternum_s.mean(), abs=0.003)


def test_the_wall_clock_of_a_session_is_tied_once():
    async def session():
        clock = SessionClock.now()
        await asyncio.sleep(5.0)
        now_s = asyncio.get_running_loop().time()
        return (clock.wall_time(now_s) - clock.started_at).total_seconds()

    assert run_scaled(session(), 50.0) == pytest.approx(5.0, abs=0.5)
