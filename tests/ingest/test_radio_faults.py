"""Every fault of radio and sensor that a training meets: what is told, what is recorded, how it comes back.

Simulated sensors on the virtual radio, in scaled time; source, collector and recorder are the real ones.
`tests/ingest/test_ble.py` and `tests/contract/test_one_path.py` have the plain lost link, the reset, silence.
"""

import asyncio
import contextlib
from collections import Counter
from typing import Any

import numpy as np
import pytest

from analysis.calibration import Calibration, CalibrationConfig
from analysis.imu import Gap, ImuBlock
from firmware_sim import protocol
from firmware_sim.air import Air
from firmware_sim.devices import start_sensor
from firmware_sim.faults import Faults
from firmware_sim.firmware import FirmwareConfig
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import still
from ingest.ble import BleSource, LinkState
from ingest.bumble_host import close_host, register_in_process
from ingest.collector import Collector
from ingest.errors import AmbiguousSensorError
from ingest.mcap_reader import read_recording
from ingest.packets import LINK, parse_link
from ingest.recording import Recorder
from ingest.replay import open_recording
from ingest.scaled_loop import run_scaled

SPEED = 25.0
TRANSPORT = "inproc:radio-faults"
KINDS = ["native", "witmotion", "polar-verity"]
RADIO = RadioModel(interval_s=0.015, packet_error_fraction=0.05)


class Deaf:
    """An analyzer that finds nothing: these tests are about what reaches it."""

    learned = Calibration.unknown(CalibrationConfig())

    def push(self, item):
        del item
        return []

    def finish(self):
        return []


class Session:
    """A collector with its recorder; ``items`` went to the analysis, ``statuses`` to the page."""

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

    async def until_told(self, words, timeout_s=60.0):
        await self.until(lambda: any(words in problem for problem in self.problems), timeout_s)

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

    @property
    def gaps(self):
        return [item for item in self.items if isinstance(item, Gap)]

    @property
    def blocks(self):
        return [item for item in self.items if isinstance(item, ImuBlock)]

    @property
    def recorded(self):
        return read_recording(self.paths[0]).packets

    @property
    def links(self):
        return [
            (packet.received_at_s, parse_link(packet.payload))
            for packet in self.recorded
            if packet.channel == LINK
        ]

    @property
    def reasons(self):
        return [link.reason for _, link in self.links if link.event == "lost"]


@contextlib.asynccontextmanager
async def session(folder, device="native", *, radio=RADIO, by="address", **options):
    """Yield sensor, air and session; leave everything switched off."""
    air = Air(radio)
    register_in_process("radio-faults", lambda: air.port("collector"))
    sensor = await start_sensor(air, still(600.0, 7), device=device, **options)
    run = Session(folder, BleSource(transport=TRANSPORT, **{by: getattr(sensor, by)}))
    run.listen_to(sensor)
    try:
        yield sensor, air, run
    finally:
        run.source.stop()
        await asyncio.gather(run.running, return_exceptions=True)
        await sensor.stop()
        await close_host(TRANSPORT)
        await air.close()


def assert_nothing_is_invented(run, *, counted=True):
    """The file holds what was sent and no more; where samples are missing there is a gap, and none inside it.

    A sensor that does not count is timed by arrivals: there only the order and the gaps can be checked.
    """
    assert read_recording(run.paths[0]).damage.is_whole
    streamed = [p.payload for p in run.recorded if p.channel == "data"]
    assert not Counter(streamed) - Counter(run.sent)
    again = [item for _, items in open_recording(run.paths[0]).steps() for item in items]
    assert [one for one in again if isinstance(one, Gap)] == run.gaps
    assert sum(len(block) for block in run.blocks) == run.collector.status.counts.samples
    last_s, period_s, gap = None, 1.7 / 200, None
    for item in run.items:
        if isinstance(item, Gap):
            assert last_s is None or item.start_s == last_s
            assert item.end_s > item.start_s
            gap = item
            continue
        times_s = item.t_s if last_s is None or gap is not None else np.concatenate(([last_s], item.t_s))
        assert np.all(np.diff(times_s) > 0)
        if counted:
            assert np.all(np.diff(times_s) < period_s)
        if gap is not None:
            assert item.t_s[0] == pytest.approx(gap.end_s, abs=1e-6)
        last_s, gap = item.t_s[-1], None


def assert_every_sample_is_the_sensors(run):
    """Each native packet of the file is in the result once, in the order of the sensor's clock."""
    packets = {p.payload for p in run.recorded if p.channel == "data"}
    in_order = sorted(packets, key=lambda payload: int.from_bytes(payload[4:8], "little"))
    raw = np.concatenate([np.frombuffer(p, "<i2", offset=12).reshape(-1, 6) for p in in_order])
    force = np.concatenate([block.specific_force_mps2 for block in run.blocks])
    scale = 16 * 9.80665 / 32768
    np.testing.assert_array_equal(np.round(force / scale), raw[:, :3])


def run(body, speed=SPEED):
    return run_scaled(body, speed)


async def drop(sensor):
    await sensor.drop_link()


async def leave(sensor):
    sensor.out_of_range(6.0)  # longer than the supervision timeout


async def restart(sensor):
    await sensor.reset()


@pytest.mark.parametrize("device", KINDS)
@pytest.mark.parametrize("fault", [drop, leave, restart])
def test_a_lost_link_comes_back_by_itself_with_a_gap_in_the_file(tmp_path, device, fault):
    async def body():
        async with session(tmp_path, device) as (sensor, _, live):
            await live.until_more(500)
            await fault(sensor)
            await live.until(lambda: live.source.connections == 2)
            await live.until_more(300)
            assert live.source.problem == ""
            await live.finish()
            assert any(status.link == "lost" for status in live.statuses)
            assert live.reasons[0] == "the link broke" or live.reasons[0].startswith("no data for")
            assert live.reasons[-1] == "stopped"
            assert any(gap.end_s - gap.start_s > 0.5 for gap in live.gaps)
            assert_nothing_is_invented(live, counted=device == "native")
            counts = live.collector.status.counts
            if device == "native":
                assert counts.restarts == (fault is restart)
                assert counts.gaps == 1
            return live

    run(body())


def test_a_battery_that_dies_is_told_of_and_the_charged_sensor_goes_on(tmp_path):
    # 3 % are gone within four seconds.
    dying = FirmwareConfig(battery_percent=3, battery_drain_per_h=2700.0)

    async def body():
        async with session(tmp_path, config=dying) as (sensor, air, live):
            await live.until_more(400)
            await live.until_told("switch it on")
            assert live.source.state is not LinkState.STREAMING
            assert min(s.battery_charge_fraction or 1 for s in live.statuses) <= 0.02
            charged = await start_sensor(air, still(600.0, 7), address=sensor.address)
            live.listen_to(charged)
            await live.until_more(300)
            await live.finish()
            assert_nothing_is_invented(live)
            assert [gap.reason for gap in live.gaps] == ["sensor restarted"]
            assert (live.collector.status.battery_charge_fraction or 0.0) > 0.5
            await charged.stop()

    run(body())


def test_duplicates_vanish_and_swapped_packets_are_put_in_order(tmp_path):
    async def body():
        faults = Faults(duplicate_every=5, swap_every=7)
        async with session(tmp_path, faults=faults) as (_, _, live):
            await live.until_more(1200)
            await live.finish()
            counts = live.collector.status.counts
            assert counts.duplicates >= 15
            assert counts.late_packets == 0
            assert live.gaps == []
            assert_nothing_is_invented(live)
            assert_every_sample_is_the_sensors(live)

    run(body())


def test_duplicates_and_swaps_of_two_streams_that_are_paired_vanish_too(tmp_path):
    async def body():
        async with session(tmp_path, "polar-verity", faults=Faults(duplicate_every=5)) as (_, _, live):
            await live.until_more(1200)
            await live.finish()
            assert live.gaps == []
            # Counting frames twice would add a fifth.
            assert live.collector.status.counts.sample_rate_hz == pytest.approx(208, rel=0.03)
            assert_nothing_is_invented(live, counted=False)

    run(body())


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("native", "use another Bluetooth adapter"),
        ("polar-verity", "the link's packets are too small for it"),
    ],
)
def test_the_smallest_mtu_is_named_where_a_sensor_cannot_live_with_it(tmp_path, device, words):
    async def body():
        async with session(tmp_path, device, max_mtu=23) as (_, _, live):
            await live.until_told(words)
            assert live.samples == 0

    run(body())


def test_frames_of_20_bytes_pass_through_the_smallest_mtu(tmp_path):
    async def body():
        async with session(tmp_path, "witmotion", max_mtu=23) as (_, _, live):
            await live.until_more(600)
            await live.finish()
            assert live.problems == []
            assert live.links[0][1].mtu == 23
            assert_nothing_is_invented(live, counted=False)

    run(body())


@pytest.mark.parametrize("device", KINDS)
def test_a_slow_link_costs_samples_which_are_gaps_and_nothing_else(tmp_path, device):
    async def body():
        async with session(tmp_path, device) as (sensor, _, live):
            await live.until_more(400)
            sensor.faults.gap_s = 0.25
            await live.until_more(250)
            sensor.faults.gap_s = 0.0
            await live.until_more(1000)
            await live.finish()
            assert_nothing_is_invented(live, counted=device == "native")
            counts = live.collector.status.counts
            if device == "native":
                assert_every_sample_is_the_sensors(live)
                assert counts.lost_samples == counts.dropped_by_sensor > 100
                assert {gap.reason for gap in live.gaps} == {"dropped by the sensor"}

    run(body())


def test_another_firmware_version_that_speaks_the_same_streams(tmp_path):
    async def body():
        faults = Faults(replaced_reads={"2a26": b"9.9"})
        async with session(tmp_path, faults=faults) as (_, _, live):
            await live.until_more(300)
            await live.finish()
            assert live.collector.status.sensor_problem == ""
            assert_nothing_is_invented(live)

    run(body())


def test_a_firmware_that_speaks_another_protocol_is_told_of_and_recorded_all_the_same(tmp_path):
    async def body():
        faults = Faults(replaced_reads={protocol.INFO_UUID: b"\x07"})
        async with session(tmp_path, faults=faults) as (sensor, _, live):
            await live.until(lambda: live.collector.status.sensor_problem)
            problem = live.collector.status.sensor_problem
            assert "cannot be understood (shorter than its" in problem
            assert "firmware" in problem
            assert live.samples == 0
            faults.replaced_reads.clear()
            await sensor.drop_link()
            await live.until_more(300)
            assert live.collector.status.sensor_problem == ""
            await live.finish()
            recorded = sum(packet.channel == "data" for packet in live.recorded)
            assert recorded >= live.samples / 10 + 15  # what was not understood is there too
            assert_nothing_is_invented(live)

    run(body())


def test_two_sensors_of_one_name_are_told_apart_by_address(tmp_path):
    async def body():
        twin_address = "C0:55:50:00:00:02"
        async with session(tmp_path) as (sensor, air, live):
            twin = await start_sensor(air, still(600.0, 8), name=sensor.name, address=twin_address)
            by_name = BleSource(name=sensor.name, transport=TRANSPORT)
            with pytest.raises(AmbiguousSensorError, match="name the one by its address") as caught:
                await anext(by_name.packets())
            assert twin_address in str(caught.value)
            await live.until_more(300)
            await sensor.drop_link()  # the twin must not take its place
            await live.until(lambda: live.source.connections == 2)
            await live.until_more(100)
            await live.finish()
            assert {link.address for _, link in live.links} == {sensor.address}
            assert not twin.connected
            assert_nothing_is_invented(live)
            await twin.stop()

    run(body())


def test_an_adapter_that_is_unplugged_is_told_of_and_taken_up_again(tmp_path):
    async def body():
        air = Air(RADIO)
        port = await air.serve_tcp("127.0.0.1", 0)
        transport = f"tcp-client:127.0.0.1:{port}"
        sensor = await start_sensor(air, still(600.0, 7))
        live = Session(tmp_path, BleSource(address=sensor.address, transport=transport))
        live.listen_to(sensor)
        try:
            await live.until_more(300)
            assert air._server is not None
            air._server.close()
            for controller in list(air.link.controllers):
                if controller.name == "tcp":
                    plug: Any = controller.host
                    plug.transport.abort()
            await live.until_told("plug the dongle in")
            await asyncio.sleep(10)  # longer pauses must not have grown meanwhile
            await air.serve_tcp("127.0.0.1", port)
            back_s = asyncio.get_running_loop().time()
            await live.until_more(100)
            assert asyncio.get_running_loop().time() - back_s < 5.0
            await live.finish()
            assert live.reasons[0] == "the link broke"
            assert len(live.gaps) == 1
            assert_nothing_is_invented(live)
            assert_every_sample_is_the_sensors(live)
        finally:
            live.source.stop()
            await asyncio.gather(live.running, return_exceptions=True)
            await sensor.stop()
            await close_host(transport)
            await air.close()

    run(body())


@pytest.mark.parametrize("device", KINDS)
def test_data_that_flow_without_a_start_are_taken(tmp_path, device):
    async def body():
        async with session(tmp_path, device, faults=Faults(stream_unasked=True)) as (_, _, live):
            await live.until_more(600)
            await live.finish()
            assert live.problems == []
            assert_nothing_is_invented(live, counted=device == "native")

    run(body())


def pauses_s(live):
    """Times from the end of one link to the next, s: how long a refused start takes is the radio's affair."""
    lost_s = [time_s for time_s, link in live.links if link.event == "lost"]
    connected_s = [time_s for time_s, link in live.links if link.event == "connected"]
    return [next_s - end_s for end_s, next_s in zip(lost_s, connected_s[1:], strict=False)]


@pytest.mark.parametrize(
    ("device", "error", "words"),
    [
        ("native", 0x82, "its error 0x82; end other connections, or switch it off and on"),
        ("witmotion", 1, "set 200 Hz with WitMotion's own app"),
        ("polar-verity", 13, "it is in its charger; take it out"),
    ],
)
def test_a_refused_start_says_what_to_do_and_is_tried_again_ever_more_seldom(tmp_path, device, error, words):
    async def body():
        faults = Faults(refuse_start=error)
        async with session(tmp_path, device, faults=faults) as (_, _, live):
            await live.until_told(words)
            await live.until(lambda: live.source.connections >= 4)
            faults.refuse_start = None
            await live.until_more(400)
            assert live.source.problem == ""
            await live.finish()
            assert any(words in reason for reason in live.reasons)
            pauses = pauses_s(live)
            assert pauses[2] > pauses[1] + 0.5 > pauses[0] + 0.5
            assert_nothing_is_invented(live, counted=False)

    run(body())


@pytest.mark.parametrize("device", KINDS)
def test_a_sensor_that_wants_pairing_says_so_and_streams_once_it_is_paired(tmp_path, device):
    async def body():
        faults = Faults(needs_bond=True)
        async with session(tmp_path, device, faults=faults) as (_, _, live):
            await live.until_told("pair it in this computer's Bluetooth settings")
            await live.until(lambda: live.source.connections >= 4)
            faults.needs_bond = False  # as after pairing: the same requests are answered now
            await live.until_more(400)
            assert live.source.problem == ""
            await live.finish()
            pauses = pauses_s(live)
            assert pauses[2] > pauses[1] + 0.5 > pauses[0] + 0.5
            assert_nothing_is_invented(live, counted=device == "native")

    run(body())
