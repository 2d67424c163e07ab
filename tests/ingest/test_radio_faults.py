"""Every fault of radio and sensor that a training meets: what is told, what is recorded, how it comes back.

Simulated sensors on the virtual radio, in scaled time; source, collector and recorder are the real ones.
`tests/ingest/test_ble.py` and `tests/contract/test_one_path.py` have the plain lost link, the reset, silence.
"""

import asyncio
import contextlib
from collections import Counter

import numpy as np
import pytest

from analysis.calibration import Calibration, CalibrationConfig
from analysis.imu import Gap, ImuBlock
from firmware_sim import protocol
from firmware_sim.air import Air
from firmware_sim.devices import start_sensor
from firmware_sim.faults import Faults
from firmware_sim.firmware import FirmwareConfig
from firmware_sim.devices.native import start_native
from firmware_sim.identity import Battery
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import single_set, still
from ingest.ble import BleConfig, BleSource, LinkState
from ingest.bumble_host import close_host, register_in_process
from ingest.collector import Collector
from ingest.errors import AmbiguousSensorError
from ingest.mcap_reader import read_recording
from ingest.packets import LINK, parse_link
from ingest.recording import Recorder
from ingest.replay import open_recording
from ingest.scaled_loop import run_scaled

SPEED = 8.0
TRANSPORT = "inproc:radio-faults"
KINDS = ["native", "witmotion", "polar-verity"]
RADIO = RadioModel(interval_s=0.015, packet_error_fraction=0.05)


class Deaf:
    """An analyzer that finds nothing: these tests are about what reaches it."""

    learned = Calibration.unknown(CalibrationConfig())

    def push(self, item):
        return []

    def finish(self):
        return []


class Session:
    """A collector with its recorder; ``items`` is what went to the analysis, ``statuses`` what to the page."""

    def __init__(self, folder, source):
        self.source, self.folder = source, folder
        self.items, self.statuses, self.paths, self.sent = [], [], [], []
        self.collector = Collector(
            source,
            source.driver,
            lambda *_: Deaf(),
            lambda header: Recorder(folder / "faults.mcap", header),
            on_items=lambda items, _: self.items.extend(items),
            on_status=self.statuses.append,
            on_recorded=self.paths.append,
        )
        self.problems = []
        self.running = asyncio.create_task(self.collector.run())

    def listen_to(self, sensor):
        """Note every notification that leaves the sensor."""
        send = sensor._device.notify_subscriber

        async def noting(connection, characteristic, value):
            self.sent.append(bytes(value))
            await send(connection, characteristic, value)

        sensor._device.notify_subscriber = noting

    @property
    def samples(self):
        return self.collector.status.counts.samples

    async def until(self, condition, timeout_s=90.0):
        async with asyncio.timeout(timeout_s):
            while not condition():
                if self.running.done():
                    self.running.result()
                if self.source.problem and self.source.problem not in self.problems:
                    self.problems.append(self.source.problem)
                await asyncio.sleep(0.05)

    async def until_more(self, count):
        wanted = self.samples + count
        await self.until(lambda: self.samples >= wanted)

    async def finish(self):
        self.source.stop()
        await self.running
        return self


@contextlib.asynccontextmanager
async def session(folder, device="native", *, radio=RADIO, scenario=None, config=None, **options):
    """Yield sensor, air and session."""
    air = Air(radio)
    register_in_process("radio-faults", lambda: air.port("collector"))
    sensor = await start_sensor(air, scenario or still(600.0, 7), device=device, **options)
    run = Session(folder, BleSource(address=sensor.address, transport=TRANSPORT, config=config))
    run.listen_to(sensor)
    try:
        yield sensor, air, run
    finally:
        run.source.stop()
        await asyncio.gather(run.running, return_exceptions=True)
        await sensor.stop()
        await close_host(TRANSPORT)
        await air.close()
