"""``upright wall``: what several racks do, on one screen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import DataDir, Lan, NoBrowser, Port, Tls, settings_of

if TYPE_CHECKING:
    from server.settings import Settings
    from server.wall.racks import Rack


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("wall")(wall)


def wall(
    racks: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RACK]...",
            help='NAME=URL, such as "Rack 2=https://192.168.1.20:8000/?token=…", as its server printed '
            "it with --lan. The page can add racks too, and keeps them.",
            show_default=False,
        ),
    ] = None,
    lan: Lan = False,
    tls: Tls = None,
    port: Port = 8000,
    no_browser: NoBrowser = False,
    data_dir: DataDir = None,
) -> None:
    """Show up to 16 racks on one screen. Each is an Upright server of its own; this one has no sensor."""
    from server.cli.lan import open_to_lan
    from server.wall.racks import parse_rack

    given = [parse_rack(one) for one in racks or ()]
    settings = open_to_lan(settings_of(data_dir, port), lan=lan, tls=tls)
    asyncio.run(_run(settings, given, opens_browser=not (no_browser or lan)))


async def _run(settings: Settings, racks: list[Rack], *, opens_browser: bool) -> None:
    from server.cli.web import dashboard

    async with dashboard(settings, opens_browser=opens_browser, racks=racks, screen="wall") as page:
        await page.served
