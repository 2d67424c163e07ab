"""``upright scan`` and ``devices``: what there is."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import Transport  # noqa: TC001 -- typer reads it

if TYPE_CHECKING:
    from ingest.ble import BleSource

_ADDRESS = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f-]{36}")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("scan")(scan)
    app.command("devices")(devices)


def source_for(sensor: str | None, transport: str | None) -> BleSource:
    """Make the source for a sensor given by name or address; None: the first that is found."""
    from ingest.ble import BleSource

    if sensor is not None and _ADDRESS.fullmatch(sensor):
        return BleSource(address=sensor, transport=transport)
    return BleSource(name=sensor, transport=transport)


def scan(
    transport: Transport = None,
    timeout_s: Annotated[float, typer.Option(min=0.1, help="How long to listen, s.")] = 5.0,
) -> None:
    """List the Bluetooth sensors in reach."""
    from rich.console import Console
    from rich.table import Table

    from ingest.ble import scan as scan_radio

    console = Console()
    with console.status(f"Listening for {timeout_s:g} s …"):
        found = asyncio.run(scan_radio(transport, timeout_s))
    if not found:
        console.print("Nothing advertises. Switch the sensor on and bring it near.")
        return
    table = Table()
    for column in ("name", "address", "signal dBm", "driver"):
        table.add_column(column)
    for sensor in found:
        table.add_row(sensor.name or "–", sensor.address, str(sensor.rssi_dbm), sensor.driver or "not known")
    console.print(table)


def devices() -> None:
    """List the kinds of sensors that Upright can read."""
    from rich.console import Console
    from rich.table import Table

    from ingest.devices import all_drivers

    table = Table()
    for column in ("driver", "what", "service"):
        table.add_column(column)
    for driver in all_drivers():
        table.add_row(driver.name, driver.title, "\n".join(driver.service_uuids))
    Console().print(table)
