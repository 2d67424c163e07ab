"""BleSource against the simulated sensor: real HCI, ATT and GATT, in one process, in scaled time."""

import asyncio
import contextlib

import pytest

from analysis.imu import Gap, ImuBlock
from firmware_sim.air import Air
from firmware_sim.devices.native import start_native
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import still
from ingest.ble import BleConfig, BleSource, LinkState
from ingest.ble_scan import scan
from ingest.bumble_host import close_host, register_in_process
from ingest.decoding import PacketDecoder
from ingest.errors import BluetoothUnavailableError
from ingest.packets import LINK, parse_link
from ingest.scaled_loop import ScaledEventLoop, run_scaled

SPEED = 10.0
TRANSPORT = "inproc:test-ble"


class Rig:
    """An air, a sensor and a source; ``received`` is what has come so far."""

    def __init__(self, air, sensor, **options):
        self.air, self.sensor = air, sensor
        self.source = BleSource(transport=TRANSPORT, **options)
        self.received = []
        self.reader = asyncio.create_task(self._read())

    async def _read(self):
        async for packet in self.source.packets():
            self.received.append(packet)

    async def until(self, condition, timeout_s=60.0):
        async with asyncio.timeout(timeout_s):
            while not condition():  # noqa: ASYNC110 -- a condition on many things, polled on the scaled clock
                await asyncio.sleep(0.05)

    async def until_samples(self, count):
        await self.until(lambda: sum(packet.channel == "data" for packet in self.received) >= count / 10)

    async def finish(self):
        self.source.stop()
        await self.reader

    def decoded(self):
        decoder = PacketDecoder(self.source.driver)
        items = [item for packet in self.received for item in decoder.feed(packet)]
        return items + decoder.finish(), decoder

    def links(self):
        return [parse_link(packet.payload) for packet in self.received if packet.channel == LINK]


@contextlib.asynccontextmanager
async def rig(**options):
    air = Air(RadioModel(packet_error_fraction=0.05))
    register_in_process("test-ble", lambda: air.port("collector"))
    sensor = await start_native(air, still(600.0), name="Upright-T")
    test = Rig(air, sensor, **options)
    try:
        yield test
    finally:
        await test.finish()
        await sensor.stop()
        await close_host(TRANSPORT)
        await air.close()


def gaps(items):
    return [item for item in items if isinstance(item, Gap)]


def test_a_sensor_is_found_streamed_and_left_quiet():
    async def session():
        async with rig() as test:
            await test.until_samples(600)
            assert test.source.state == LinkState.STREAMING
            await test.finish()
            assert test.source.state == LinkState.STOPPED
            assert not test.sensor.firmware.streaming
            items, decoder = test.decoded()
            assert test.received[0].channel == LINK
            channels = [packet.channel for packet in test.received]
            assert channels.index("device_model") < channels.index("info") < channels.index("data")
            assert not gaps(items)
            assert decoder.counts.sample_rate_hz == pytest.approx(200, rel=0.02)  # a sensor's own oscillator
            assert decoder.battery_charge_fraction is not None
            assert [(link.event, link.reason) for link in test.links()] == [
                ("connected", ""),
                ("lost", "stopped"),
            ]
            assert test.links()[0].name == "Upright-T"
            assert test.links()[0].rssi_dbm == -50
            times = [packet.received_at_s for packet in test.received]
            assert times == sorted(times)
            assert all(round(time_s * 1e9) / 1e9 == time_s for time_s in times)

    run_scaled(session(), SPEED)


def test_a_dropped_link_is_renewed_and_the_gap_is_marked():
    async def session():
        async with rig() as test:
            await test.until_samples(400)
            await test.sensor.drop_link()
            await test.until(lambda: test.source.connections == 2)
            before = len(test.received)
            await test.until(lambda: len(test.received) > before + 30)
            items, decoder = test.decoded()
            (gap,) = gaps(items)
            assert 0.3 < gap.end_s - gap.start_s < 10
            assert gap.missing == pytest.approx((gap.end_s - gap.start_s) * 200, rel=0.05)
            assert decoder.counts.restarts == 0
            assert [link.event for link in test.links()] == ["connected", "lost", "connected"]

    run_scaled(session(), SPEED)


def test_a_sensor_that_resets_is_anchored_anew():
    async def session():
        async with rig() as test:
            await test.until_samples(400)
            await test.sensor.reset()
            await test.until(lambda: test.source.connections == 2)
            before = len(test.received)
            await test.until(lambda: len(test.received) > before + 30)
            items, decoder = test.decoded()
            assert decoder.counts.restarts == 1
            assert [gap.reason for gap in gaps(items)] == ["sensor restarted"]
            t_s = [time_s for item in items if isinstance(item, ImuBlock) for time_s in item.t_s]
            assert t_s == sorted(t_s)

    run_scaled(session(), SPEED)


def test_a_connected_but_mute_sensor_is_left_and_tried_again():
    async def session():
        async with rig() as test:
            await test.until_samples(300)
            test.sensor.faults.mute = True
            await test.until(lambda: test.source.connections == 2)
            test.sensor.faults.mute = False
            before = len(test.received)
            await test.until(lambda: len(test.received) > before + 30)
            lost = next(link for link in test.links() if link.event == "lost")
            assert lost.reason == "no data for 1.2 s"
            items, _ = test.decoded()
            assert len(gaps(items)) == 1

    run_scaled(session(), SPEED)


def stall(seconds):
    """Let time pass in which the loop does not run; sleeping would not, as its clock counts work alone."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, ScaledEventLoop)
    loop._scaled_selector._now_s += seconds


def test_a_computer_that_stalls_does_not_give_up_a_good_link():
    async def session():
        async with rig() as test:
            for _ in range(5):
                await test.until_samples(10 * len(test.received) + 200)
                stall(1.5)  # longer than the patience with silence
            await test.until_samples(10 * len(test.received) + 200)
            assert [link.event for link in test.links()] == ["connected"]

    run_scaled(session(), SPEED)


def test_a_jammed_radio_ends_by_supervision_and_comes_back():
    async def session():
        async with rig() as test:
            await test.until_samples(300)
            test.air.jam(8.0)
            await test.until(lambda: test.source.connections == 2)
            before = len(test.received)
            await test.until(lambda: len(test.received) > before + 30)
            _, decoder = test.decoded()
            assert decoder.counts.lost_samples > 200

    run_scaled(session(), SPEED)


def test_a_consumer_that_never_fetches_costs_packets_not_memory():
    async def session():
        async with rig(config=BleConfig(queue_packets=20)) as test:
            await test.until_samples(100)
            for _ in range(50):  # without a turn of the loop, so that nobody can fetch
                test.source._put(test.received[-1])
            assert test.source.dropped >= 30

    run_scaled(session(), SPEED)


def test_a_sensor_that_is_off_is_searched_for_with_growing_pauses():
    async def session():
        async with rig(
            name="Somebody-else", config=BleConfig(scan_timeout_s=0.5, longest_backoff_s=1.0)
        ) as test:
            await test.until(lambda: test.source.problem)
            assert "Somebody-else" in test.source.problem
            await asyncio.sleep(5)
            assert test.received == []
            assert test.source.connections == 0

    run_scaled(session(), SPEED)


def test_scan_names_our_sensors_and_their_driver():
    async def session():
        async with rig(name="nobody") as test:
            await test.finish()
            (found,) = await scan(TRANSPORT, 1.0)
            assert (found.name, found.driver, found.rssi_dbm) == ("Upright-T", "native", -50)

    run_scaled(session(), SPEED)


@pytest.mark.parametrize("transport", ["inproc:nothing-here", "tcp-client:127.0.0.1:1", "no-such-kind:1"])
def test_no_controller_at_the_transport_is_said_in_one_line(transport):
    with pytest.raises(BluetoothUnavailableError) as caught:
        run_scaled(scan(transport, 0.1))
    assert "\n" not in str(caught.value)

    async def stream():
        async for _ in BleSource(transport=transport).packets():
            pass

    with pytest.raises(BluetoothUnavailableError):
        run_scaled(stream())
