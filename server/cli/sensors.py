"""``upright scan`` and ``devices``: what there is."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import Transport  # noqa: TC001 -- typer reads it
from server.cli.terminal import terminal

if TYPE_CHECKING:
    from ingest.ble import BleSource
    from ingest.companions import Membership
    from ingest.known_sensors import KnownSensors
    from server.companion import Companion
    from server.settings import Settings

_ADDRESS = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f-]{36}")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("scan")(scan)
    app.command("devices")(devices)


def source_for(sensor: str | None, transport: str | None, known: KnownSensors) -> BleSource:
    """Make the source for a sensor given by name or address.

    None: a paired one, or the first that is found.
    """
    from ingest.ble import BleSource

    address = sensor if sensor is not None and _ADDRESS.fullmatch(sensor) else None
    name = None if address else sensor
    paired = [one.address for one in known.paired()]
    return BleSource(address=address, name=name, transport=transport, paired=paired)


def companions_for(
    also: list[str], transport: str | None, settings: Settings, membership: Membership
) -> list[Companion]:
    """Make the companions that the options name, ``NAME=WHERE`` each."""
    from ingest.known_sensors import KnownSensors
    from server.companion import Companion

    known = KnownSensors(settings.sensors_dir)
    made: list[Companion] = []
    for number, text in enumerate(also, start=2):
        sensor, _, role = text.partition("=")
        source = source_for(sensor, transport, known)
        member = membership.companion(role or f"sensor {number}")
        made.append(Companion(source, settings.companions_dir, member))
    return made


def scan(
    transport: Transport = None,
    timeout_s: Annotated[float, typer.Option(min=0.1, help="How long to listen, s.")] = 5.0,
    no_battery: Annotated[
        bool, typer.Option("--no-battery", help="Do not connect to our sensors to read their batteries.")
    ] = False,
) -> None:
    """List the Bluetooth sensors in reach."""
    from rich.table import Table

    from ingest.ble_scan import scan as scan_radio

    console = terminal()
    with console.status(f"Listening for {timeout_s:g} s …"):
        found = asyncio.run(scan_radio(transport, timeout_s, asks_batteries=not no_battery))
    if not found:
        console.print("Nothing advertises. Switch the sensor on and bring it near.")
        return
    table = Table()
    for column in ("name", "address", "signal dBm", "battery", "driver"):
        table.add_column(column)
    for sensor in found:
        charge = sensor.battery_charge_fraction
        battery = "–" if charge is None else f"{charge:.0%}"
        driver = sensor.driver or "not known"
        table.add_row(sensor.name or "–", sensor.address, str(sensor.rssi_dbm), battery, driver)
    console.print(table)


def devices() -> None:
    """List the kinds of sensors that Upright can read."""
    from rich.table import Table

    from ingest.devices import all_drivers, pushed_drivers

    table = Table()
    for column in ("driver", "what", "service"):
        table.add_column(column)
    for driver in all_drivers():
        table.add_row(driver.name, driver.title, "\n".join(driver.service_uuids))
    for driver in pushed_drivers():
        table.add_row(driver.name, driver.title, "pushes to `upright serve --push` or --mqtt")
    terminal().print(table)
