"""``upright doctor``: what is wrong with this computer, or with a recording."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import (
    BarAxis,
    DataDir,
    LeverM,
    MountName,
    Transport,
    change_of,
    make_data_dir,
    settings_of,
)

if TYPE_CHECKING:
    from rich.console import Console

    from server.examining import Examined

BYTES_PER_HOUR = 12_000_000
"""One sensor at 200 Hz: 20 packets of 132 bytes a second and their framing, bytes; measured 3.2 kB/s."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="A recording or a table to examine. Without it: this computer.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="FILE: print one JSON document.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", help="FILE: draw it as PNG, SVG or PDF.", show_default=False),
    ] = None,
    mount: MountName = None,
    bar_axis: BarAxis = None,
    lever_m: LeverM = None,
    transport: Transport = None,
    data_dir: DataDir = None,
) -> None:
    """Explain a recording and what can be computed from it, or check what Upright needs on this computer."""
    if file is None:
        if json or plot is not None:
            raise typer.BadParameter("give a FILE to examine", param_hint="--json, --plot")
        _examine_computer(transport, data_dir)
        return
    from rich.console import Console

    from ingest.replay import ReplayOptions, open_recording
    from server.examining import examine

    options = ReplayOptions(mount=change_of(mount, bar_axis, lever_m))
    with Console(stderr=True).status(f"Examining {file.name} …"):
        examined = examine(open_recording(file, options))
    tell(examined, file.name, as_json=json, plot=plot)


def tell(examined: Examined, name: str, *, as_json: bool, plot: Path | None) -> None:
    """Print what was found in a recording, and draw it if asked for.

    Raises
    ------
    ImportFileError
        If the plot cannot be written.
    """
    from rich.console import Console

    from server.checkup_plot import draw_checkup
    from server.cli.tables import print_json
    from server.examining import checkup_document
    from server.plotting import save

    if as_json:
        print_json(checkup_document(examined))
    else:
        _print(Console(), examined)
    if plot is not None:
        save(draw_checkup(examined.checkup, name), plot)
        if not as_json:
            Console().print(f"  drawn in {plot}", soft_wrap=True, markup=False)


def _print(console: Console, examined: Examined) -> None:
    from analysis import QualityState
    from server.checkup_words import findings
    from server.cli.tables import plain_table

    table = plain_table("What was found")
    table.add_column("", style="bold", no_wrap=True)
    table.add_column("")
    table.show_header = False
    for subject, sentences in findings(examined):
        table.add_row(subject, sentences, style="yellow" if subject == "units" else None)
    console.print(table)
    titles = {
        QualityState.GOOD: "What can be computed",
        QualityState.LOW_QUALITY: "What can be computed with doubts",
        QualityState.NOT_RESOLVABLE: "What cannot, and why",
    }
    for state, title in titles.items():
        by_reasons: dict[tuple[str, ...], list[str]] = {}
        for answer in examined.answers:
            if answer.state is state:
                by_reasons.setdefault(answer.reasons, []).append(answer.name)
        if not by_reasons:
            continue
        console.print(f"\n{title}", style="italic")
        for reasons, names in by_reasons.items():
            because = f": {'; '.join(reasons)}" if reasons else ""
            console.print(f"- {', '.join(names)}{because}", highlight=False, markup=False)


def _examine_computer(transport: str | None, data_dir: Path | None) -> None:
    """Check what Upright needs on this computer, and say what to do where something is missing."""
    import platform
    import shutil
    import sqlite3
    from importlib.metadata import version

    from rich.console import Console

    from ingest.ble_scan import scan as scan_radio

    console = Console()
    settings = settings_of(data_dir)
    console.print(f"Upright {version('upright')}, Python {platform.python_version()}, {platform.platform()}")
    console.print(f"bleak {version('bleak')}, bumble {version('bumble')}, SQLite {sqlite3.sqlite_version}")
    make_data_dir(settings)
    free = shutil.disk_usage(settings.recordings_dir).free
    hours = free / BYTES_PER_HOUR
    console.print(f"Data in {settings.data_dir}: {free / 1e9:.1f} GB free, {hours:,.0f} hours of one sensor")
    found = asyncio.run(scan_radio(transport, 3.0))
    ours = sum(sensor.driver is not None for sensor in found)
    console.print(
        f"Bluetooth works: {len(found)} devices in reach, {ours} of them sensors that Upright can read"
    )
