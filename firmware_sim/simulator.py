"""The simulator as a service: an air on TCP with sensors on it, and the truth in a file beside."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from firmware_sim.air import Air
from firmware_sim.errors import InvalidSettingError
from firmware_sim.peripheral import NativePeripheral, default_address, start_sensor
from firmware_sim.scenarios import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from firmware_sim.radio import RadioModel


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
            "transport", f"{transport!r} is not of the form tcp:HOST:PORT, as tcp:127.0.0.1:9100"
        )
    return host, int(port)


async def start_sensors(air: Air, scenarios: Sequence[Scenario], count: int) -> tuple[NativePeripheral, ...]:
    """Put ``count`` sensors on the air, named Upright-1 and so on; scenarios are taken in turn.

    Raises
    ------
    InvalidSettingError
        If there is no scenario or no sensor.
    """
    if not scenarios or count < 1:
        raise InvalidSettingError("count", "at least one scenario and one sensor are needed")
    return tuple(
        [
            await start_sensor(
                air,
                scenarios[index % len(scenarios)],
                name=f"Upright-{index + 1}",
                address=default_address(index + 1),
            )
            for index in range(count)
        ]
    )


def write_truths(path: Path, sensors: Sequence[NativePeripheral]) -> None:
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
    count: int = 1,
    truth_path: Path | None = None,
    on_ready: Callable[[int], None] | None = None,
) -> None:
    """Serve simulated sensors until cancelled.

    Parameters
    ----------
    scenarios : Scenario or sequence of Scenario
        What the lifters do; taken in turn where there are more sensors.
    transport : str
        ``tcp:HOST:PORT`` to listen on; port 0 takes a free one. Clients dial ``tcp-client:HOST:PORT``.
    radio : RadioModel, optional
        How the air behaves.
    count : int
        Number of sensors.
    truth_path : Path, optional
        Where to write the truth.
    on_ready : callable, optional
        Called with the port once everything advertises.

    Raises
    ------
    InvalidSettingError
        If the transport or the count makes no sense.
    OSError
        If the port cannot be listened on.
    """
    host, port = parse_transport(transport)
    air = Air(radio)
    listed = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
    try:
        bound_port = await air.serve_tcp(host, port)
        sensors = await start_sensors(air, listed, count)
        if truth_path is not None:
            write_truths(truth_path, sensors)
        if on_ready is not None:
            on_ready(bound_port)
        await asyncio.get_running_loop().create_future()
    finally:
        await air.close()
