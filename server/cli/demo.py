"""``upright demo``: a simulated gym session through everything, in one command."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import DataDir, Lan, NoBrowser, Port, Speed, Tls, settings_of
from server.cli.terminal import terminal

if TYPE_CHECKING:
    from analysis import Event, LiftVerdict, SetSummary
    from firmware_sim.air import Air
    from firmware_sim.peripheral import SimulatedPeripheral
    from firmware_sim.scenario import Scenario
    from server.live_session import LiveSession
    from server.settings import Settings

TRANSPORT = "inproc:demo"
TAIL_S = 8.0
"""After the last rep the bar lies still for this long, so that the last set closes by itself."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    speed: Speed = 1.0,
    port: Port = 8000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another day.")] = 1,
    lan: Lan = False,
    tls: Tls = None,
    no_browser: NoBrowser = False,
    once: Annotated[bool, typer.Option("--once", help="End with the session and print a summary.")] = False,
    device: Annotated[
        str,
        typer.Option("--device", help="Kind of sensor, such as witmotion; see `upright simulate --help`."),
    ] = "native",
    data_dir: DataDir = None,
) -> None:
    """Simulate a gym session: lifter, bar, sensor, Bluetooth, collector, analysis, dashboard.

    Three earlier sessions of the same lifter are prepared meanwhile, to compare with. A device that does not
    measure how a bar moves (a strap, an OpenBarbell) is worn beside the native sensor on the bar.
    """
    from ingest.scaled_loop import run_scaled
    from server.cli.lan import open_to_lan

    settings = open_to_lan(settings_of(data_dir, port), lan=lan, tls=tls)
    if data_dir is None:  # a demo does not mix with real training
        settings = settings.model_copy(update={"data_dir": settings.data_dir / "demo"})
    sets, verdicts = run_scaled(
        _run(settings, seed, speed, device, opens_browser=not (no_browser or lan), once=once), speed
    )
    if once:
        from server.cli.tables import print_session

        print_session(terminal(), sets, verdicts)


async def _run(
    settings: Settings, seed: int, speed: float, device: str, *, opens_browser: bool, once: bool
) -> tuple[list[SetSummary], tuple[LiftVerdict, ...]]:
    from analysis import Mount, MountPosition, SetFinished
    from firmware_sim.air import Air
    from firmware_sim.demo import demo_session
    from firmware_sim.radio import RadioModel
    from ingest.ble import BleSource
    from ingest.bumble_host import register_in_process
    from ingest.companions import Membership, SessionClock
    from server.cli.earlier_sessions import prepare_earlier_sessions
    from server.cli.web import console, dashboard, until_first
    from server.companion import Companion
    from server.judging import Judge
    from server.live_session import LiveSession, SessionSink

    sets: list[SetSummary] = []
    verdicts: tuple[LiftVerdict, ...] = ()

    def remember(event: Event) -> None:
        if isinstance(event, SetFinished):
            sets.append(event.summary)

    async with dashboard(settings, opens_browser=opens_browser, speed=speed) as page:
        scenario = demo_session(seed)
        air = Air(RadioModel(interval_s=0.015, packet_error_fraction=0.05))
        register_in_process(TRANSPORT.removeprefix("inproc:"), lambda: air.port("collector"))
        sensors = await _sensors(air, scenario, device)
        sensor = sensors[0]
        source = BleSource(address=sensor.address, transport=TRANSPORT)
        membership = Membership(SessionClock.now())
        companions = [
            Companion(
                BleSource(address=other.address, transport=TRANSPORT),
                settings.companions_dir,
                membership.companion("beside it"),
                source_kind="simulator",
            )
            for other in sensors[1:]
        ]
        sink = SessionSink(page.hub, page.store, remember)
        session = LiveSession(
            source,
            source.driver,
            settings.recordings_dir,
            sink,
            mount=Mount(MountPosition.SHAFT, scenario.bar_axis, scenario.lever_m),
            source_kind="simulator",
            speed=speed,
            membership=membership,
            companions=companions,
        )
        page.controls.session = session
        earlier = asyncio.create_task(
            prepare_earlier_sessions(settings, seed, page.store, console), name="earlier sessions"
        )
        running = asyncio.create_task(session.run(), name="session")
        try:
            await until_first(page.served, running, _lift(sensor, scenario, session))
            if not page.served.done():
                source.stop()
                await running
                await until_first(page.served, earlier)
                if sink.recording is not None:
                    verdicts = Judge(page.store).session(sink.recording, sets)
            if not once and not page.served.done():
                await page.served
        finally:
            running.cancel()
            earlier.cancel()
            await asyncio.gather(running, earlier, return_exceptions=True)
            for one in sensors:
                await one.stop()
            await air.close()
    return sets, verdicts


async def _sensors(air: Air, scenario: Scenario, device: str) -> list[SimulatedPeripheral]:
    """Put the sensor that is asked for on the air; the bar's comes first."""
    from firmware_sim.devices import NATIVE, start_sensor
    from ingest.ble_scan import scan
    from ingest.devices import is_bar_sensor
    from server.cli.earlier_sessions import SENSOR_NAME

    if device == NATIVE:
        return [await start_sensor(air, scenario, name=SENSOR_NAME)]
    wanted = await start_sensor(air, scenario, device=device, number=2)
    (found,) = await scan(TRANSPORT, 1.0)
    if found.driver is not None and is_bar_sensor(found.driver):
        return [wanted]
    return [await start_sensor(air, scenario, name=SENSOR_NAME), wanted]


async def _lift(sensor: SimulatedPeripheral, scenario: Scenario, session: LiveSession) -> None:
    """Act as the lifter at the tablet: label each set before it starts; return when the bar lies still."""
    from analysis import SetLabel

    loop = asyncio.get_running_loop()
    async for scheduled in sensor.labels():
        await session.label(SetLabel(scheduled.exercise_id, scheduled.load_kg))
    started_s = sensor.lifter_started_s or loop.time()
    await asyncio.sleep(max(started_s + scenario.duration_s + TAIL_S - loop.time(), 0.0))
