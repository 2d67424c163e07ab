"""``upright export``: results and samples for other programs."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from server.cli.options import DataDir, make_data_dir, settings_of
from server.cli.terminal import terminal

if TYPE_CHECKING:
    from collections.abc import Iterable


class Format(enum.StrEnum):
    """How exports are written; the first two as in `server.export`, which takes long to import."""

    CSV = "csv"
    PARQUET = "parquet"
    FIT = "fit"
    MOTION_BIDS = "motion-bids"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    out: Annotated[Path, typer.Option("--out", help="Folder for the files; made if it is not there.")],
    session: Annotated[
        UUID | None, typer.Option("--session", help="Id of one session.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All sessions.")] = False,
    file_format: Annotated[
        Format,
        typer.Option(
            "--format",
            help="csv, parquet: a coach's sheet, sessions, sets, reps and bar paths as tables. "
            "fit: an activity of each session. motion-bids: a dataset of samples and events.",
        ),
    ] = Format.CSV,
    raw: Annotated[
        bool, typer.Option("--raw", help="Samples of the sensor instead of results; csv or parquet.")
    ] = False,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="With --raw: this recording instead of a session.", show_default=False),
    ] = None,
    names: Annotated[
        bool,
        typer.Option("--names", help="motion-bids: label athletes by their names instead of by numbers."),
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Write sessions for spreadsheets and other programs; what is in them: docs/export.md. Replaces files."""
    _check(session, everything=everything, file_format=file_format, raw=raw, file=file, names=names)
    from server import export_files
    from server.export import FileFormat
    from server.store import Store

    settings = settings_of(data_dir)
    console = terminal()
    if file is not None:
        name = file.name.split(".")[0]
        with terminal(stderr=True).status(f"Reading {file.name} …"):
            told = [export_files.write_samples_of(file, name, out, FileFormat(file_format.value))]
    else:
        make_data_dir(settings)
        with Store(settings.results_url) as store:
            all_ids = [one.recording.recording_id for one in store.sessions(None)]
            ids = _tracked(all_ids[::-1] if session is None else [session])
            if raw:
                told = export_files.write_samples(
                    store,
                    ids,
                    settings.recordings_dir,
                    out,
                    FileFormat(file_format.value),
                    settings.imports_dir,
                )
            elif file_format is Format.FIT:
                told = export_files.write_activities(store, ids, out)
            elif file_format is Format.MOTION_BIDS:
                told = export_files.write_bids(
                    store,
                    ids,
                    settings.recordings_dir,
                    out,
                    uses_names=names,
                    imports_dir=settings.imports_dir,
                )
            else:
                told = export_files.write_tables(store, ids, out, FileFormat(file_format.value))
    for line in told:
        console.print(line, soft_wrap=True, highlight=False, markup=False)


def _check(
    session: UUID | None,
    *,
    everything: bool,
    file_format: Format,
    raw: bool,
    file: Path | None,
    names: bool,
) -> None:
    """Refuse options that contradict each other.

    Raises
    ------
    typer.BadParameter
        If they do.
    """
    if sum((session is not None, everything, file is not None)) != 1:
        given = "give one of --session ID, --all and, with --raw, --file FILE"
        raise typer.BadParameter(given, param_hint="--session, --all, --file")
    if file is not None and not raw:
        raise typer.BadParameter("only samples come straight from a file: add --raw", param_hint="--file")
    if raw and file_format not in {Format.CSV, Format.PARQUET}:
        raise typer.BadParameter("samples are written as csv or parquet", param_hint="--raw")
    if names and file_format is not Format.MOTION_BIDS:
        raise typer.BadParameter("is for --format motion-bids", param_hint="--names")


def _tracked(ids: Iterable[UUID]) -> Iterable[UUID]:
    from rich.progress import track

    console = terminal(stderr=True)
    return track(
        list(ids), description="exporting", console=console, transient=True, disable=not console.is_terminal
    )
