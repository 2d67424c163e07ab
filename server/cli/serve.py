"""``upright serve``: the dashboard with a sensor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import (
    Also,
    BarAxis,
    DataDir,
    Lan,
    LeverM,
    Lsl,
    MountName,
    NoBrowser,
    Port,
    Racks,
    Tls,
    Transport,
    mount_of,
    settings_of,
)

if TYPE_CHECKING:
    from analysis import Mount
    from server.live_session import Listeners
    from server.settings import Settings
    from server.wall.racks import Rack


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
    no_sensor: Annotated[
        bool, typer.Option("--no-sensor", help="Connect to none until the page asks for it.")
    ] = False,
    also: Also = None,
    rack: Racks = None,
    transport: Transport = None,
    lan: Lan = False,
    tls: Tls = None,
    port: Port = 8000,
    no_browser: NoBrowser = False,
    mount: MountName = None,
    bar_axis: BarAxis = None,
    lever_m: LeverM = None,
    lsl: Lsl = False,
    data_dir: DataDir = None,
) -> None:
    """Serve the dashboard, and record and show a sensor, or a watch that pushes."""
    from server.cli.lan import open_to_lan
    from server.cli.lsl import lsl_listeners
    from server.wall.racks import parse_rack

    racks = tuple(parse_rack(one) for one in rack or ())
    # A phone's app has no warning to click through and may refuse our certificate: a push comes without TLS.
    settings = open_to_lan(settings_of(data_dir, port), lan=lan, tls=tls, by_default=not push)
    opens_browser = not (no_browser or lan)
    if push or mqtt is not None:
        from server.cli.push import receive, wrist_mount

        if sensor is not None or also or no_sensor or lsl or racks or transport is not None:
            raise typer.BadParameter("a watch that pushes takes the place of a sensor; leave the other out")
        worn = wrist_mount(mount, bar_axis, lever_m)
        asyncio.run(receive(settings, worn, push, mqtt, opens_browser=opens_browser))
        return
    mounted = mount_of(mount, bar_axis, lever_m)
    asyncio.run(
        _run(
            settings,
            None if no_sensor else (sensor, also or []),
            transport,
            mounted,
            lsl_listeners(mounted, sensor, wanted=lsl),
            opens_browser=opens_browser,
            racks=racks,
        )
    )


async def _run(
    settings: Settings,
    wanted: tuple[str | None, list[str]] | None,
    transport: str | None,
    mount: Mount | None,
    listeners: Listeners,
    *,
    opens_browser: bool,
    racks: tuple[Rack, ...],
) -> None:
    from ingest.companions import Membership, SessionClock
    from server.cli.sensors import companions_for, source_for
    from server.cli.web import console, dashboard

    async with dashboard(
        settings, opens_browser=opens_browser, transport=transport, offers_sensors=True, racks=racks
    ) as page:
        page.controls.session = page.desk
        page.desk.listeners = listeners
        if wanted is not None:
            sensor, also = wanted
            membership = Membership(SessionClock.now())
            companions = companions_for(also, transport, settings, membership)
            source = source_for(sensor, transport, page.desk.known)
            console.print(f"Looking for {source.wanted} …")
            page.desk.connect(source, mount, membership, companions)
        await page.served
