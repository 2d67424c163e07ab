"""``upright export``: results as tables for other programs."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from server.cli.options import DataDir, make_data_dir, settings_of

if TYPE_CHECKING:
    import polars as pl

    from server.export import FileFormat
    from server.store import Store


class Format(enum.StrEnum):
    """How tables are written; as in `server.export`, which takes long to import."""

    CSV = "csv"
    PARQUET = "parquet"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    out: Annotated[Path, typer.Option("--out", help="Folder for the tables; made if it is not there.")],
    session: Annotated[
        UUID | None, typer.Option("--session", help="Id of one session.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All sessions.")] = False,
    file_format: Annotated[Format, typer.Option("--format", help="Kind of file.")] = Format.CSV,
    data_dir: DataDir = None,
) -> None:
    """Write sessions, sets, reps and bar paths as tables: one file each, tables of before are replaced."""
    if (session is None) != everything:
        raise typer.BadParameter("give either --session ID or --all", param_hint="--session, --all")
    from rich.console import Console

    from server.export import FileFormat
    from server.store import Store

    settings = settings_of(data_dir)
    make_data_dir(settings)
    with Store(settings.results_url) as store:
        ids = [item.recording.recording_id for item in store.sessions(None)] if session is None else [session]
        written = _write(store, ids[::-1], out, FileFormat(file_format.value))
    console = Console()
    for path, n_rows in written:
        console.print(f"{n_rows} rows in {path}", soft_wrap=True, highlight=False)


def _write(store: Store, ids: list[UUID], out: Path, file_format: FileFormat) -> list[tuple[Path, int]]:
    from rich.console import Console
    from rich.progress import track

    from server.errors import ExportError
    from server.export import Table, content, join, table_of

    names = {one.id: one.name for one in store.athletes()}
    frames: dict[Table, list[pl.DataFrame]] = {table: [] for table in Table}
    console = Console(stderr=True)
    for recording_id in track(
        ids, description="exporting", console=console, transient=True, disable=not console.is_terminal
    ):
        stored = store.session(recording_id)
        for table in Table:
            frames[table].append(table_of(table, stored, names))
    written: list[tuple[Path, int]] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for table in Table:
            path = out / f"{table}.{file_format}"
            whole = join(table, frames[table])
            waiting = path.with_name(path.name + ".part")
            waiting.write_bytes(content(whole, file_format))
            waiting.replace(path)
            written.append((path, whole.height))
    except OSError as error:
        raise ExportError(out, error.strerror or str(error)) from error
    return written
