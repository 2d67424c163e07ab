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
    MountName,
    NoBrowser,
    Port,
    Transport,
    mount_of,
    settings_of,
)

if TYPE_CHECKING:
    from analysis import Mount
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
    push: Annotated[
        bool, typer.Option("--push", help="Take a watch by Sensor Logger's HTTP Push; prints what to type.")
    ] = False,
    mqtt: Annotated[
        str | None,
        typer.Option(
            help="Take a watch by Sensor Logger from a broker: mqtt://HOST:PORT/TOPIC, mqtts:// with TLS; "
            "UPRIGHT_MQTT_USERNAME and UPRIGHT_MQTT_PASSWORD if it asks for them.",
            show_default=False,
        ),
    ] = None,
    no_sensor: Annotated[bool, typer.Option("--no-sensor", help="Only show earlier sessions.")] = False,
    transport: Transport = None,
    lan: Annotated[bool, typer.Option("--lan", help="Let other computers connect; prints a token.")] = False,
    port: Port = 8000,
    no_browser: NoBrowser = False,
    mount: MountName = None,
    bar_axis: BarAxis = None,
    lever_m: LeverM = None,
    data_dir: DataDir = None,
) -> None:
    """Serve the dashboard, and record and show a sensor, or a watch that pushes."""
    settings = _open_to_lan(settings_of(data_dir, port)) if lan else settings_of(data_dir, port)
    pushes = push or mqtt is not None
    if pushes and (sensor is not None or no_sensor or transport is not None):
        raise typer.BadParameter("a watch that pushes takes the place of a sensor; leave the other out")
    mounted = mount_of(mount or ("wrist" if pushes else None), bar_axis, lever_m)
    if pushes:
        from server.cli.push import receive

        asyncio.run(receive(settings, mounted, push, mqtt, opens_browser=not (no_browser or lan)))
        return
    asyncio.run(
        _run(
            settings,
            None if no_sensor else (sensor, transport),
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
    wanted: tuple[str | None, str | None] | None,
    mount: Mount,
    *,
    opens_browser: bool,
) -> None:
    from server.cli.web import dashboard, until_first

    async with dashboard(settings, opens_browser=opens_browser) as page:
        if wanted is None:
            await page.served
        else:
            await until_first(page.served, _stream(page, settings, *wanted, mount))


async def _stream(
    page: Dashboard, settings: Settings, sensor: str | None, transport: str | None, mount: Mount
) -> None:
    """Stream the sensor for as long as the dashboard is served; without Bluetooth say so and serve on."""
    from ingest.errors import BluetoothUnavailableError
    from ingest.known_sensors import KnownSensors
    from server.cli.sensors import source_for
    from server.cli.web import console
    from server.live_session import LiveSession, SessionSink
    from server.session import LinkState, LinkStatus

    source = source_for(sensor, transport)
    session = LiveSession(
        source,
        source.driver,
        settings.recordings_dir,
        SessionSink(page.hub, page.store),
        mount=mount,
        known_sensors=KnownSensors(settings.sensors_dir),
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
