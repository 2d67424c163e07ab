"""``upright record``: record a sensor without a dashboard."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import (
    BarAxis,
    DataDir,
    Exercise,
    LeverM,
    LoadKg,
    MountName,
    Transport,
    label_of,
    mount_of,
    settings_of,
)

if TYPE_CHECKING:
    from analysis import Event, Mount, SetLabel
    from server.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("record")(record)


def record(
    sensor: Annotated[
        str | None,
        typer.Option(help="Name or address. Default: the first that is found.", show_default=False),
    ] = None,
    duration_s: Annotated[
        float | None, typer.Option(min=0.1, help="Stop after this time, s.", show_default=False)
    ] = None,
    transport: Transport = None,
    exercise: Exercise = None,
    load_kg: LoadKg = None,
    mount: MountName = None,
    bar_axis: BarAxis = None,
    lever_m: LeverM = None,
    data_dir: DataDir = None,
) -> None:
    """Record a sensor until Ctrl-C; reps are printed as they are found."""
    label = label_of(exercise, load_kg)
    mounted = mount_of(mount, bar_axis, lever_m)
    asyncio.run(_run(settings_of(data_dir), sensor, transport, duration_s, label, mounted))


async def _run(
    settings: Settings,
    sensor: str | None,
    transport: str | None,
    duration_s: float | None,
    label: SetLabel,
    mount: Mount,
) -> None:
    from ingest.errors import DeviceNotFoundError
    from ingest.known_sensors import KnownSensors
    from server.cli.sensors import source_for
    from server.cli.web import console, recover_recordings
    from server.live_session import LiveSession, SessionSink
    from server.store import Store

    recover_recordings(settings)
    source = source_for(sensor, transport)
    with Store(settings.results_url) as store:
        session = LiveSession(
            source,
            source.driver,
            settings.recordings_dir,
            SessionSink(None, store, _print_event),
            mount=mount,
            known_sensors=KnownSensors(settings.sensors_dir),
        )
        console.print(f"Looking for {source.wanted} … (Ctrl-C ends)")
        running = asyncio.create_task(session.run())
        await asyncio.sleep(0)  # the session must run before it takes a label
        if not running.done():
            await session.label(label)
        try:
            await asyncio.wait([running], timeout=duration_s)
        finally:
            source.stop()
            await running
    if not session.recorded:
        raise DeviceNotFoundError(source.wanted)
    for path, counts in session.recorded:
        console.print(f"Recorded {path}: {counts.samples} samples, {counts.lost_samples} lost")


def _print_event(event: Event) -> None:
    from analysis import RepFinished, SetFinished
    from server.cli.tables import print_reps, with_sd
    from server.cli.web import console

    if isinstance(event, RepFinished):
        rep = event.rep
        velocity = with_sd(rep.mean_concentric_velocity_mps, rep.mean_concentric_velocity_sd_mps, digits=3)
        console.print(f"rep {rep.index + 1}: {velocity} m/s")
    elif isinstance(event, SetFinished):
        print_reps(console, event.summary)
