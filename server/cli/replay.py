"""``upright replay``: a recorded session in the dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import (
    AccelSign,
    AccelUnitName,
    BarAxis,
    ColumnNames,
    DataDir,
    Exercise,
    GyroSign,
    GyroUnitName,
    Lan,
    LeverM,
    LoadKg,
    MountName,
    NoBrowser,
    Port,
    Speed,
    Tls,
    change_of,
    import_options_of,
    label_of,
    settings_of,
)

if TYPE_CHECKING:
    from ingest.replay import ReplayableRecording
    from server.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("replay")(replay)


def replay(
    file: Annotated[
        Path, typer.Argument(help="A recording (.mcap), an imu-csv table or another file of docs/formats.md.")
    ],
    speed: Speed = 1.0,
    port: Port = 8000,
    lan: Lan = False,
    tls: Tls = None,
    no_browser: NoBrowser = False,
    once: Annotated[bool, typer.Option("--once", help="End with the recording.")] = False,
    exercise: Exercise = None,
    load_kg: LoadKg = None,
    mount: MountName = None,
    bar_axis: BarAxis = None,
    lever_m: LeverM = None,
    accel_unit: AccelUnitName = None,
    accel_sign: AccelSign = None,
    gyro_unit: GyroUnitName = None,
    gyro_sign: GyroSign = None,
    columns: ColumnNames = None,
    data_dir: DataDir = None,
) -> None:
    """Show a recorded or imported session in the dashboard, as if it happened now; nothing is stored."""
    from ingest.replay import ReplayOptions, open_recording
    from ingest.scaled_loop import run_scaled
    from server.cli.lan import open_to_lan

    label = label_of(exercise, load_kg)
    options = ReplayOptions(
        change_of(mount, bar_axis, lever_m),
        label.exercise_id,
        label.load_kg,
        import_options_of(accel_unit, accel_sign, gyro_unit, gyro_sign, columns),
    )
    recording = open_recording(file, options)
    settings = open_to_lan(settings_of(data_dir, port), lan=lan, tls=tls)
    run_scaled(
        _run(recording, file.name, settings, speed, opens_browser=not (no_browser or lan), once=once), speed
    )


async def _run(
    recording: ReplayableRecording,
    title: str,
    settings: Settings,
    speed: float,
    *,
    opens_browser: bool,
    once: bool,
) -> None:
    from server.cli.web import dashboard, until_first
    from server.live_session import SessionSink, replay_session

    async with dashboard(settings, opens_browser=opens_browser, speed=speed) as page:
        await until_first(page.served, replay_session(recording, title, SessionSink(page.hub, None)))
        if not once and not page.served.done():
            await page.served
