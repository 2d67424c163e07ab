"""``upright doctor``: what is wrong with this computer, a sensor or a recording."""

from __future__ import annotations

import asyncio
import re
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
from server.cli.terminal import terminal

if TYPE_CHECKING:
    from rich.console import Console

    from ingest.replay import ReplayOptions
    from server.examining import Examined
    from server.listening import Heard
    from server.settings import Settings

_FILE_ENDING = re.compile(r"\.[A-Za-z]{2,7}$")
"""Sensors have numbers after a dot, if any."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE|SENSOR]",
            help="A recording or a table to examine, or a sensor, by its name or address, to listen to. "
            "Without it: this computer.",
            show_default=False,
        ),
    ] = None,
    duration_s: Annotated[
        float, typer.Option(min=1.0, max=3600.0, help="SENSOR: listen for so many seconds.")
    ] = 10.0,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", help="Draw it as PNG, SVG or PDF.", show_default=False),
    ] = None,
    mount: MountName = None,
    bar_axis: BarAxis = None,
    lever_m: LeverM = None,
    transport: Transport = None,
    data_dir: DataDir = None,
) -> None:
    """Explain a recording or a sensor and what can be computed from it, or check this computer."""
    if what is None:
        if json or plot is not None:
            raise typer.BadParameter("give a FILE or a SENSOR to examine", param_hint="--json, --plot")
        _examine_computer(transport, data_dir)
        return
    from ingest.replay import ReplayOptions, open_recording
    from server.examining import examine

    options = ReplayOptions(mount=change_of(mount, bar_axis, lever_m))
    if not _is_file(what):
        _examine_sensor(what, settings_of(data_dir), transport, duration_s, options, as_json=json, plot=plot)
        return
    file = Path(what)
    with terminal(stderr=True).status(f"Examining {file.name} …"):
        examined = examine(open_recording(file, options))
    tell(examined, file.name, as_json=json, plot=plot)


def _is_file(what: str) -> bool:
    """Tell a file from a sensor: it is there, or written as only files are."""
    looks_like_one = "/" in what or "\\" in what or _FILE_ENDING.search(what) is not None
    return looks_like_one or Path(what).exists()


def _examine_sensor(
    sensor: str,
    settings: Settings,
    transport: str | None,
    duration_s: float,
    options: ReplayOptions,
    *,
    as_json: bool,
    plot: Path | None,
) -> None:
    """Listen to a sensor for a while and explain what came; keep nothing."""
    import tempfile

    from ingest.known_sensors import KnownSensors
    from ingest.replay import open_recording
    from server.cli.sensors import source_for
    from server.examining import examine
    from server.listening import listen

    known = KnownSensors(settings.sensors_dir)
    source = source_for(sensor, transport, known)
    with tempfile.TemporaryDirectory(prefix="upright-doctor-") as folder:
        with terminal(stderr=True).status(f"Listening to {source.wanted} for {duration_s:g} s …"):
            heard = asyncio.run(listen(source, Path(folder), duration_s, known))
        if heard.path is None or not heard.status.counts.samples:
            _tell_silent(heard, as_json=as_json, plot=plot)
            return
        examined = examine(open_recording(heard.path, options))
    tell(examined, heard.status.sensor_name or sensor, as_json=as_json, plot=plot, heard=heard)


def _tell_silent(heard: Heard, *, as_json: bool, plot: Path | None) -> None:
    """Say what there is to be said of a sensor that sent no samples.

    Raises
    ------
    SensorFailedError
        If it should have sent some, or was to be drawn.
    """
    from ingest.devices import is_bar_sensor
    from server.checkup_words import link_words
    from server.cli.tables import print_json
    from server.errors import SensorFailedError
    from server.examining import SCHEMA
    from server.listening import link_document

    if plot is not None or is_bar_sensor(heard.driver):
        raise SensorFailedError(
            f"{link_words(heard)} It sent no samples, so there is nothing to examine.",
            "Switch it off and on, and try again; `upright scan` shows what is in reach.",
        )
    if as_json:
        print_json({"schema": SCHEMA, "link": link_document(heard), "samples": 0})
        return
    console = terminal()
    console.print(f"link: {link_words(heard)}", soft_wrap=True, markup=False, highlight=False)
    console.print("It measures no motion of a bar: `record --also` records it beside a sensor that does.")


def tell(
    examined: Examined, name: str, *, as_json: bool, plot: Path | None, heard: Heard | None = None
) -> None:
    """Print what was found in a recording, and draw it if asked for.

    ``heard``: it was made just now, of a sensor.

    Raises
    ------
    ImportFileError
        If the plot cannot be written.
    """
    from server.checkup_plot import draw_checkup
    from server.cli.tables import print_json
    from server.examining import checkup_document
    from server.listening import link_document
    from server.plotting import save

    if as_json:
        link = {} if heard is None else {"link": link_document(heard)}
        print_json(checkup_document(examined) | link)
    else:
        _print(terminal(), examined, heard)
    if plot is not None:
        save(draw_checkup(examined.checkup, name), plot)
        if not as_json:
            terminal().print(f"  drawn in {plot}", soft_wrap=True, markup=False)


def _print(console: Console, examined: Examined, heard: Heard | None) -> None:
    from analysis import QualityState
    from server.checkup_words import findings, link_words
    from server.cli.tables import plain_table

    table = plain_table("What was found")
    table.add_column("", style="bold", no_wrap=True)
    table.add_column("")
    table.show_header = False
    if heard is not None:
        table.add_row("link", link_words(heard))
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
    from ingest.ble_scan import scan as scan_radio
    from server.health.computer import results, versions
    from server.health.disk import DiskMeter
    from server.health.findings import disk_finding, hours_words, integrity_finding, sqlite_finding

    console = terminal()
    settings = settings_of(data_dir)
    console.print(", ".join(f"{name} {value}" for name, value in versions().items()), soft_wrap=True)
    make_data_dir(settings)
    disk = DiskMeter(settings).measure(0.0)
    room = "unknown room" if disk.free_bytes is None else f"{disk.free_bytes / 1e9:.1f} GB free"
    lasts = "" if disk.expected_hours is None else f", {hours_words(disk.expected_hours)} of one sensor"
    console.print(f"Data in {settings.data_dir}: {room}{lasts}", soft_wrap=True)
    findings = (
        disk_finding(disk),
        integrity_finding(results(settings).integrity),
        sqlite_finding(versions()["SQLite"]),
    )
    for found in findings:
        if found is not None:
            style = {"bad": "bold red", "warn": "yellow"}.get(found.level, "dim")
            console.print(f"[{style}]{found.title}.[/] {found.text}", soft_wrap=True, highlight=False)
    found_sensors = asyncio.run(scan_radio(transport, 3.0))
    ours = sum(sensor.driver is not None for sensor in found_sensors)
    console.print(
        f"Bluetooth works: {len(found_sensors)} devices in reach, "
        f"{ours} of them sensors that Upright can read"
    )
