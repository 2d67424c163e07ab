"""``upright serve``: the dashboard with a sensor."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import (
    BarAxis,
    DataDir,
    LeverM,
    Lsl,
    MountName,
    NoBrowser,
    Port,
    Transport,
    mount_of,
    settings_of,
)

if TYPE_CHECKING:
    from analysis import Mount
    from server.cli.lsl import Listeners
    from server.cli.web import Dashboard
    from server.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    sensor: Annotated[
        str | None,
        typer.Option(help="Name or address. Default: the first that is found.", show_default=False),
    ] = None,
    no_sensor: Annotated[bool, typer.Option("--no-sensor", help="Only show earlier sessions.")] = False,
    transport: Transport = None,
    lan: Annotated[bool, typer.Option("--lan", help="Let other computers connect; prints a token.")] = False,
    port: Port = 8000,
    no_browser: NoBrowser = False,
    mount: MountName = None,
    bar_axis: BarAxis = None,
    lever_m: LeverM = None,
    lsl: Lsl = False,
    data_dir: DataDir = None,
) -> None:
    """Serve the dashboard, and record and show a sensor."""
    from server.cli.lsl import lsl_listeners

    if lsl and no_sensor:
        raise typer.BadParameter("needs a sensor to publish", param_hint="--lsl")
    settings = _open_to_lan(settings_of(data_dir, port)) if lan else settings_of(data_dir, port)
    mounted = mount_of(mount, bar_axis, lever_m)
    asyncio.run(
        _run(
            settings,
            None if no_sensor else (sensor, transport),
            mounted,
            lsl_listeners(mounted, sensor, wanted=lsl),
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
    wanted: tuple[str | None, str | None] | None,
    mount: Mount,
    listeners: Listeners,
    *,
    opens_browser: bool,
) -> None:
    from server.cli.web import dashboard, until_first

    async with dashboard(settings, opens_browser=opens_browser) as page:
        if wanted is None:
            await page.served
        else:
            await until_first(page.served, _stream(page, settings, *wanted, mount, listeners))


async def _stream(
    page: Dashboard,
    settings: Settings,
    sensor: str | None,
    transport: str | None,
    mount: Mount,
    listeners: Listeners,
) -> None:
    """Stream the sensor for as long as the dashboard is served; without Bluetooth say so and serve on."""
    from ingest.errors import BluetoothUnavailableError
    from ingest.known_sensors import KnownSensors
    from server.cli.sensors import source_for
    from server.cli.web import console
    from server.live_session import LiveSession, SessionSink
    from server.session import LinkState, LinkStatus

    on_items, on_event = listeners
    source = source_for(sensor, transport)
    session = LiveSession(
        source,
        source.driver,
        settings.recordings_dir,
        SessionSink(page.hub, page.store, on_event),
        mount=mount,
        known_sensors=KnownSensors(settings.sensors_dir),
        on_items=on_items,
    )
    page.controls.session = session
    try:
        await session.run()
    except BluetoothUnavailableError as error:
        console.print(f"[yellow]no sensor:[/] {error}")
        page.hub.publish_status(LinkStatus(LinkState.LOST, reason=str(error)))
        await page.served
    finally:
        source.stop()
