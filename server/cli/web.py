"""The dashboard around a running session."""

from __future__ import annotations

import asyncio
import contextlib
import webbrowser
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.recovery import recover_all
from server.access import Access
from server.app import create_app
from server.cli.lan import dashboard_url, open_for_others, say_who_may_come
from server.cli.options import make_data_dir
from server.cli.terminal import terminal
from server.errors import LabelRefusedError
from server.judging import Judge
from server.live import HubConfig, LiveHub
from server.sensor_desk import SensorDesk
from server.serve import bind, serve
from server.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine, Sequence
    from typing import Any

    from analysis import SetLabel
    from server.push import PushReception
    from server.session import Controls
    from server.settings import Settings
    from server.wall.racks import Rack

console = terminal()


class NothingRuns:
    """Controls of a dashboard without a sensor; also stands in until a session is there."""

    def __init__(self) -> None:
        self.session: Controls | None = None

    async def label(self, label: SetLabel) -> None:
        """Pass the label on to the session.

        Raises
        ------
        LabelRefusedError
            If no session runs.
        """
        if self.session is None:
            raise LabelRefusedError(
                "No session is running.", "Connect a sensor, then say what the next set is."
            )
        await self.session.label(label)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard that is being served."""

    url: str
    settings: Settings
    hub: LiveHub
    store: Store
    controls: NothingRuns
    desk: SensorDesk
    served: asyncio.Task[None]
    access: Access


@contextlib.asynccontextmanager
async def dashboard(
    settings: Settings,
    *,
    opens_browser: bool,
    speed: float = 1.0,
    transport: str | None = None,
    offers_sensors: bool = False,
    reception: PushReception | None = None,
    racks: Sequence[Rack] = (),
    screen: str = "",
) -> AsyncGenerator[Dashboard]:
    """Serve the dashboard while the block runs.

    Parameters
    ----------
    settings : Settings
        Where to listen, where the data are.
    opens_browser : bool
        Open the page in the user's browser once it is served.
    speed : float
        Of the running loop's clock: browsers get no more messages a second than at speed 1.
    transport : str, optional
        Where the radio is.
    offers_sensors : bool
        Whether the page may look for sensors, pair and connect them.
    reception : PushReception or None
        Takes what a device pushes.
    racks : sequence of Rack
        Other racks that the wall follows.
    screen : str
        Which screen to open, such as "wall".

    Raises
    ------
    ServerError
        If the port is taken or the results cannot be opened.
    """
    with bind(settings.host, settings.port) as listener:
        port = int(listener.getsockname()[1])
        recover_recordings(settings)
        settings = settings.model_copy(update={"port": port})
        access = Access.of(settings)
        tls = open_for_others(access, settings) if settings.lan else None
        url = dashboard_url(settings) + (screen and f"#/{screen}")
        controls = NothingRuns()
        with Store(settings.results_url) as store:
            judge = Judge(store)
            hub = LiveHub(_in_wall_time(HubConfig(), speed), judge.session, judge.typical)
            desk = SensorDesk(settings, hub, store, transport)
            offered = desk if offers_sensors else None
            app = create_app(settings, hub, store, controls, offered, reception, access, racks)

            def started() -> None:
                console.print(f"Dashboard: [bold]{url}[/]  (Ctrl-C ends)", soft_wrap=True)
                if settings.lan:
                    say_who_may_come(console, access)
                if opens_browser:
                    webbrowser.open(url)

            served = asyncio.create_task(
                serve(app, settings.host, port, listener=listener, on_started=started, tls=tls),
                name="dashboard",
            )
            try:
                yield Dashboard(url, settings, hub, store, controls, desk, served, access)
            finally:
                await desk.close()
                served.cancel()
                await asyncio.gather(served, return_exceptions=True)


def _in_wall_time(config: HubConfig, speed: float) -> HubConfig:
    """Stretch what browsers wait for: they live in wall time, whatever the loop's clock does."""
    return replace(config, batch_s=config.batch_s * speed, heartbeat_s=config.heartbeat_s * speed)


def recover_recordings(settings: Settings) -> None:
    """Repair what a killed process left behind, and say so.

    Raises
    ------
    StoreError
        If the data folder cannot be used.
    """
    make_data_dir(settings)
    for report in [*recover_all(settings.recordings_dir), *recover_all(settings.companions_dir)]:
        if report.path is None:
            console.print(f"[yellow]could not recover {report.part_path.name}[/]: {report.problem}")
        else:
            console.print(f"recovered {report.path.name}: {report.packets} packets")


async def until_first(*works: asyncio.Task[Any] | Coroutine[Any, Any, Any]) -> None:
    """Wait until one of the works ends; raise what it raised.

    Coroutines are started here and cancelled in the end; tasks go on, they belong to the caller.
    """
    own = [asyncio.create_task(work) for work in works if not isinstance(work, asyncio.Task)]
    try:
        done, _ = await asyncio.wait(
            [*own, *(work for work in works if isinstance(work, asyncio.Task))],
            return_when=asyncio.FIRST_COMPLETED,
        )
        for task in done:
            task.result()
    finally:
        for task in own:
            task.cancel()
        await asyncio.gather(*own, return_exceptions=True)
