import asyncio
import json

import pytest
from bumble.device import Device, Peer
from bumble.hci import Address
from bumble.transport import open_transport
from bumble.transport.common import Transport

from firmware_sim import simulator
from firmware_sim.air import Air
from firmware_sim.errors import InvalidSettingError
from firmware_sim.peripheral import default_address
from firmware_sim.radio import INSTANT
from firmware_sim.scenarios import single_set, still
from firmware_sim.simulator import parse_transport, serve_simulator


def test_transport_is_host_and_port():
    assert parse_transport("tcp:127.0.0.1:9100") == ("127.0.0.1", 9100)
    for wrong in ("9100", "tcp:9100", "udp:127.0.0.1:9100", "tcp:127.0.0.1:"):
        with pytest.raises(InvalidSettingError):
            parse_transport(wrong)


async def test_no_sensor_is_refused():
    with pytest.raises(InvalidSettingError):
        await serve_simulator([], "tcp:127.0.0.1:0")


async def test_one_sensor_can_advertise_with_a_controller_of_its_own(monkeypatch):
    # No dongle was ever there: a virtual controller stands in for it, over the same code.
    air = Air(INSTANT)

    async def open_virtual(spec):
        assert spec == "usb:0"
        controller, sink = air.port("dongle")
        controller.terminated = asyncio.get_running_loop().create_future()
        return Transport(controller, sink)

    monkeypatch.setattr(simulator, "open_transport", open_virtual)
    ready = asyncio.get_running_loop().create_future()
    server = asyncio.create_task(
        serve_simulator(still(10.0), "usb:0", device="witmotion", on_ready=ready.set_result)
    )
    assert await asyncio.wait_for(ready, 10) == 0
    device = Device.with_hci("central", Address("F0:00:00:00:00:01"), *air.port("central"))
    await device.power_on()
    connection = await device.connect(Address(default_address(1)), timeout=5)
    await connection.disconnect()
    server.cancel()
    with pytest.raises(asyncio.CancelledError):
        await server
    await air.close()


async def test_two_sensors_do_not_fit_on_one_dongle():
    with pytest.raises(InvalidSettingError, match="one sensor"):
        await serve_simulator(still(10.0), "usb:0", count=2)


async def test_another_process_would_reach_every_sensor_over_tcp(tmp_path):
    port = asyncio.get_running_loop().create_future()
    truth_path = tmp_path / "truth.json"
    server = asyncio.create_task(
        serve_simulator(
            [still(10.0), single_set("deadlift", 1, 100.0, seed=1)],
            "tcp:127.0.0.1:0",
            radio=INSTANT,
            count=3,
            truth_path=truth_path,
            on_ready=port.set_result,
        )
    )
    transport = await open_transport(f"tcp-client:127.0.0.1:{await asyncio.wait_for(port, 10)}")
    device = Device.with_hci("central", Address("F0:00:00:00:00:01"), transport.source, transport.sink)
    await device.power_on()
    for number in (1, 2, 3):
        connection = await device.connect(Address(default_address(number)), timeout=5)
        assert await Peer(connection).request_mtu(247) == 247
        await connection.disconnect()
    await transport.close()
    await asyncio.sleep(0.05)
    server.cancel()
    with pytest.raises(asyncio.CancelledError):
        await server
    document = json.loads(truth_path.read_text(encoding="utf-8"))
    assert [sensor["name"] for sensor in document["sensors"]] == ["Upright-1", "Upright-2", "Upright-3"]
    assert len(document["sensors"][1]["truth"]["sets"][0]["reps"]) == 1
