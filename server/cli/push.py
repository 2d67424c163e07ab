"""The part of ``upright serve`` that takes a watch by HTTP Push or from an MQTT broker."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis import Mount
    from ingest.mqtt import BrokerAddress
    from ingest.push import PushSource
    from server.access import Access
    from server.cli.web import Dashboard
    from server.push import PushReception
    from server.settings import Settings


def wrist_mount(name: str | None, bar_axis: str | None, lever_m: str | None) -> Mount:
    """Put the mount options together; a watch is on the wrist if nothing else is said.

    Raises
    ------
    typer.BadParameter
        If the position is unknown or a vector is malformed.
    """
    from analysis import Mount
    from server.cli.options import change_of

    return change_of(name or "wrist", bar_axis, lever_m).apply(Mount())


async def receive(
    settings: Settings, mount: Mount, by_http: bool, broker: str | None, *, opens_browser: bool
) -> None:
    """Serve the dashboard, and record and show what a watch pushes.

    Parameters
    ----------
    settings : Settings
        A token is made for HTTP Push where there is none.
    mount : Mount
        How the watch is worn.
    by_http : bool
        Whether HTTP Push is taken.
    broker : str or None
        Address of an MQTT broker to take messages from.
    opens_browser : bool
        See `server.cli.web.dashboard`.

    Raises
    ------
    BrokerAddressError
        If the broker's address makes no sense.
    ServerError, IngestError
        From the dashboard and from recording.
    """
    from pydantic import SecretStr

    from ingest.mqtt import BrokerAddress
    from server.cli.web import dashboard, until_first
    from server.push import PushReception
    from server.settings import new_token

    address = None if broker is None else BrokerAddress.parse(broker)
    if by_http and settings.token is None and not settings.lan:
        settings = settings.model_copy(update={"token": SecretStr(new_token())})
    pages: list[Dashboard] = []  # it needs the reception, and the reception's sessions need it

    async def run_session(source: PushSource) -> None:
        await _run_session(source, pages[0], mount)

    reception = PushReception(run_session)
    async with dashboard(
        settings, opens_browser=opens_browser, reception=reception if by_http else None
    ) as page:
        pages.append(page)
        works = [reception.run()]
        if by_http:
            _say_what_to_type(page.settings, page.access)
        if address is not None:
            works.append(_subscribe(address, page, reception))
        await until_first(page.served, *works)


async def _run_session(source: PushSource, page: Dashboard, mount: Mount) -> None:
    from ingest.devices import driver_named
    from ingest.devices.sensor_logger_message import NAME
    from ingest.known_sensors import KnownSensors
    from server.live_session import LiveSession, SessionSink

    session = LiveSession(
        source,
        driver_named(NAME),
        page.settings.recordings_dir,
        SessionSink(page.hub, page.store),
        mount=mount,
        known_sensors=KnownSensors(page.settings.sensors_dir),
    )
    page.controls.session = session
    await session.run()


def _say_what_to_type(settings: Settings, access: Access) -> None:
    """Tell what goes into the app. The token is for one who can read this screen."""
    from server.cli.lan import server_url
    from server.cli.web import console
    from server.gate import PUSH_PATH
    from server.roles import Role

    tokens = access.tokens
    token = tokens.get(Role.LIFT) or tokens[Role.ADMIN]
    console.print("In Sensor Logger (Settings, Data Streaming, HTTP Push):")
    console.print(f"  Push URL              {server_url(settings)}{PUSH_PATH}", soft_wrap=True)
    console.print(f"  Authorization Header  Bearer {token}", soft_wrap=True)
    console.print('  and "Standardise Units & Frames" on (Settings, Sensor Configuration)')
    if settings.tls:
        console.print("[yellow]An app may refuse the certificate; if nothing comes: --no-tls.[/]")
    if not settings.listens_beyond_this_computer:
        console.print("[yellow]A phone cannot reach this address; start with --lan.[/]")


async def _subscribe(address: BrokerAddress, page: Dashboard, reception: PushReception) -> None:
    from ingest.mqtt import subscribe
    from server.cli.web import console
    from server.errors import PushRefusedError
    from server.session import LinkState, LinkStatus

    told: set[str] = set()

    def take(payload: bytes) -> None:
        try:
            reception.take(payload)
        except PushRefusedError as error:
            # Nobody answers over MQTT, so it is said here; once, since the app repeats itself.
            if str(error) not in told:
                told.add(str(error))
                console.print(f"[yellow]message from {address} refused:[/] {error}", soft_wrap=True)
                page.hub.publish_status(LinkStatus(LinkState.LOST, reason=str(error)))

    def on_problem(words: str) -> None:
        if words:
            console.print(f"[yellow]{words}[/]; trying again", soft_wrap=True)
            page.hub.publish_status(LinkStatus(LinkState.LOST, reason=words))
        else:
            console.print(f"Listening to {address}", soft_wrap=True)

    secret = page.settings.mqtt_password
    await subscribe(
        address,
        take,
        on_problem,
        username=page.settings.mqtt_username,
        password=None if secret is None else secret.get_secret_value(),
    )
