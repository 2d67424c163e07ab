"""``upright serve``: the dashboard with a sensor."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import (
    Also,
    BarAxis,
    DataDir,
    LeverM,
    MountName,
    NoBrowser,
    Port,
    Transport,
    mount_of,
    settings_of,
)

if TYPE_CHECKING:
    from analysis import Mount
    from server.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    sensor: Annotated[
        str | None,
        typer.Option(help="Name or address. Default: the first that is found.", show_default=False),
    ] = None,
    no_sensor: Annotated[
        bool, typer.Option("--no-sensor", help="Connect to none until the page asks for it.")
    ] = False,
    also: Also = None,
    transport: Transport = None,
    lan: Annotated[bool, typer.Option("--lan", help="Let other computers connect; prints a token.")] = False,
    port: Port = 8000,
    no_browser: NoBrowser = False,
    mount: MountName = None,
    bar_axis: BarAxis = None,
    lever_m: LeverM = None,
    data_dir: DataDir = None,
) -> None:
    """Serve the dashboard, and record and show a sensor."""
    settings = _open_to_lan(settings_of(data_dir, port)) if lan else settings_of(data_dir, port)
    mounted = mount_of(mount, bar_axis, lever_m)
    asyncio.run(
        _run(
            settings,
            None if no_sensor else (sensor, also or []),
            transport,
            mounted,
            opens_browser=not (no_browser or lan),
        )
    )


def _open_to_lan(settings: Settings) -> Settings:
    """Listen on every address, by every name of this computer, behind a token."""
    from pydantic import SecretStr

    from server.cli.web import lan_address
    from server.settings import new_token

    names = {socket.gethostname(), f"{socket.gethostname()}.local", lan_address()}
    changes: dict[str, object] = {
        "host": "0.0.0.0",  # noqa: S104 -- that is what --lan asks for; a token guards it
        "token": settings.token or SecretStr(new_token()),
        "allowed_hosts": (*settings.allowed_hosts, *sorted(names)),
    }
    return settings.model_copy(update=changes)


async def _run(
    settings: Settings,
    wanted: tuple[str | None, list[str]] | None,
    transport: str | None,
    mount: Mount | None,
    *,
    opens_browser: bool,
) -> None:
    from ingest.companions import Membership, SessionClock
    from server.cli.sensors import companions_for, source_for
    from server.cli.web import console, dashboard

    async with dashboard(
        settings, opens_browser=opens_browser, transport=transport, offers_sensors=True
    ) as page:
        page.controls.session = page.desk
        if wanted is not None:
            sensor, also = wanted
            membership = Membership(SessionClock.now())
            companions = companions_for(also, transport, settings, membership)
            source = source_for(sensor, transport, page.desk.known)
            console.print(f"Looking for {source.wanted} …")
            page.desk.connect(source, mount, membership, companions)
        await page.served
