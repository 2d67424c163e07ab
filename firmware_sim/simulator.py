"""The simulator as a service: sensors on an air on TCP, or one on a real dongle; truth in a file beside."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from bumble.core import BaseBumbleError
from bumble.transport import open_transport
from usb1 import USBError  # pyright: ignore[reportMissingTypeStubs]  # has none

from firmware_sim.air import Air
from firmware_sim.devices import NATIVE, create_sensor, device_kind, start_sensor
from firmware_sim.errors import InvalidSettingError
from firmware_sim.scenarios import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bumble.transport.common import Transport

    from firmware_sim.peripheral import SimulatedPeripheral
    from firmware_sim.radio import RadioModel

MAX_SENSORS = 64
_DONGLE = "usb:"


def parse_transport(transport: str) -> tuple[str, int]:
    """Host and port of ``tcp:HOST:PORT``.

    Raises
    ------
    InvalidSettingError
        If it is anything else.
    """
    kind, _, rest = transport.partition(":")
    host, _, port = rest.rpartition(":")
    if kind != "tcp" or not host or not port.isdecimal():
        raise InvalidSettingError(
            "transport", f"{transport!r} is not of the form tcp:HOST:PORT, as tcp:127.0.0.1:9100, nor usb:0"
        )
    return host, int(port)


def is_dongle(transport: str) -> bool:
    """Whether this is a real Bluetooth controller, as ``usb:0``."""
    return transport.startswith(_DONGLE)


def parse_devices(texts: Sequence[str], count: int = 1) -> tuple[str, ...]:
    """One device name per sensor, of ``NAME`` (``count`` of it) or ``NAME:COUNT``, each; none means native.

    Raises
    ------
    UnknownDeviceError
        If there is no device of a name.
    InvalidSettingError
        If a count is no number of 1 or more, or there are more than 64 sensors.
    """
    names: list[str] = []
    for text in texts or (NATIVE,):
        name, colon, number = text.partition(":")
        device_kind(name)
        if colon and not (number.isdecimal() and int(number) >= 1):
            raise InvalidSettingError("device", f"{text!r}: the count after the colon is 1 or more")
        names += [name] * (int(number) if colon else count)
    if not 1 <= len(names) <= MAX_SENSORS:
        raise InvalidSettingError("device", f"1 to {MAX_SENSORS} sensors can be simulated, not {len(names)}")
    return tuple(names)


async def start_sensors(
    air: Air, scenarios: Sequence[Scenario], devices: Sequence[str], *, together: bool = False
) -> tuple[SimulatedPeripheral, ...]:
    """Put one sensor per device name on the air, numbered from 1; scenarios are taken in turn.

    ``together``: all are on the lifter of the first scenario, who begins when the first is asked for data.

    Raises
    ------
    InvalidSettingError
        If there is no scenario or no sensor.
    UnknownDeviceError
        If there is no device of a name.
    """
    if not scenarios or not devices:
        raise InvalidSettingError("count", "at least one scenario and one sensor are needed")
    started = asyncio.get_running_loop().create_future() if together else None
    return tuple(
        [
            await start_sensor(
                air,
                scenarios[0].beside(index) if together else scenarios[index % len(scenarios)],
                device=device,
                number=index + 1,
                lifter_started=started,
            )
            for index, device in enumerate(devices)
        ]
    )


def write_truths(path: Path, sensors: Sequence[SimulatedPeripheral]) -> None:
    """Write what truly happens to every sensor as one JSON document; never sent over the air."""
    document = {
        "schema": "upright.simulator_truth/1",
        "sensors": [{"name": s.name, "address": s.address, "truth": s.scenario.truth()} for s in sensors],
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


async def serve_simulator(
    scenarios: Scenario | Sequence[Scenario],
    transport: str = "tcp:127.0.0.1:9100",
    *,
    radio: RadioModel | None = None,
    device: str | Sequence[str] = NATIVE,
    count: int = 1,
    together: bool = False,
    truth_path: Path | None = None,
    on_ready: Callable[[int], None] | None = None,
) -> None:
    """Serve simulated sensors until cancelled.

    Parameters
    ----------
    scenarios : Scenario or sequence of Scenario
        What the lifters do; taken in turn where there are more sensors.
    transport : str
        ``tcp:HOST:PORT`` to listen on; port 0 takes a free one. Clients dial ``tcp-client:HOST:PORT``. Or a
        real Bluetooth controller as ``usb:0``, which one sensor advertises with: written, never tried.
    radio : RadioModel, optional
        How the air behaves; a real controller has an air of its own.
    device : str or sequence of str
        Which devices, each as `parse_devices` reads it.
    count : int
        Number of sensors of each device that has no number of its own.
    together : bool
        All sensors are on one lifter, see `start_sensors`.
    truth_path : Path, optional
        Where to write the truth.
    on_ready : callable, optional
        Called with the port (0 on a real controller) once everything advertises.

    Raises
    ------
    InvalidSettingError
        If the transport, the device or the count makes no sense, or the controller cannot be opened.
    OSError
        If the port cannot be listened on.
    """
    listed = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
    devices = parse_devices([device] if isinstance(device, str) else device, count)

    def ready(port: int, sensors: Sequence[SimulatedPeripheral]) -> None:
        if truth_path is not None:
            write_truths(truth_path, sensors)
        if on_ready is not None:
            on_ready(port)

    if is_dongle(transport):
        await _serve_on_dongle(listed, transport, devices, ready)
        return
    host, port = parse_transport(transport)
    air = Air(radio)
    try:
        bound_port = await air.serve_tcp(host, port)
        ready(bound_port, await start_sensors(air, listed, devices, together=together))
        await asyncio.get_running_loop().create_future()
    finally:
        await air.close()


async def _serve_on_dongle(
    scenarios: Sequence[Scenario],
    transport: str,
    devices: Sequence[str],
    ready: Callable[[int, Sequence[SimulatedPeripheral]], None],
) -> None:
    """Advertise one sensor over the air until cancelled. Never tried: there was no dongle to try it with."""
    if not scenarios or len(devices) != 1:
        raise InvalidSettingError("device", f"{transport} is one controller: it can be one sensor")
    async with await _open_dongle(transport) as dongle:
        sensor = create_sensor(dongle.source, dongle.sink, scenarios[0], device=devices[0])
        await sensor.start()
        try:
            ready(0, (sensor,))
            # Only ends when the dongle is pulled out.
            await dongle.source.terminated
        finally:
            await sensor.stop()


async def _open_dongle(transport: str) -> Transport:
    try:
        return await open_transport(transport)
    except (BaseBumbleError, USBError, OSError, ValueError) as error:
        hint = "is a Bluetooth controller plugged in there, not in use by the system, and may you open it?"
        raise InvalidSettingError("transport", f"cannot open {transport} ({error}); {hint}") from error
