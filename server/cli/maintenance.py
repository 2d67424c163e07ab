"""``upright rebuild``: results anew from the recordings and imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cli.options import DataDir, settings_of
from server.cli.terminal import terminal

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rebuild")(rebuild)


def rebuild(data_dir: DataDir = None) -> None:
    """Recreate the results database from recordings, imports and annotations, none of which change."""
    from rich.markup import escape
    from rich.progress import track

    from ingest.errors import IngestError
    from ingest.recovery import being_written
    from server.annotation_files import AnnotationFiles
    from server.cli.web import recover_recordings
    from server.errors import AnnotationError, KeptFileError, StoreError
    from server.imports import import_folders
    from server.reanalysis import rebuild_recording
    from server.store import Store

    console, progress_console = terminal(), terminal(stderr=True)
    settings = settings_of(data_dir)
    recover_recordings(settings)
    if busy := being_written(settings.recordings_dir):
        problem = f"{busy[0].name} is being recorded now, so the results are in use."
        raise StoreError(problem, "End `upright serve`, `record` or `demo` first.")
    files = AnnotationFiles(settings.data_dir)
    paths = [*sorted(settings.recordings_dir.rglob("*.mcap")), *import_folders(settings.imports_dir)]
    n_sets = n_failed = 0
    with Store(settings.results_url) as store:
        store.clear()
        try:
            store.save_athletes(files.athletes())
        except AnnotationError as error:
            console.print(f"[yellow]without athletes:[/] {escape(str(error))}")
        for path in track(
            paths,
            description="rebuilding",
            console=progress_console,
            transient=True,
            disable=not progress_console.is_terminal,
        ):
            try:
                rebuilt = rebuild_recording(path, store, files)
                n_sets += rebuilt.n_sets
                if rebuilt.problem:
                    console.print(f"[yellow]annotations of {path.name}:[/] {escape(rebuilt.problem)}")
            except (IngestError, KeptFileError) as error:
                n_failed += 1
                console.print(f"[yellow]left out {path.name}:[/] {escape(str(error))}")
    console.print(f"{n_sets} sets from {len(paths) - n_failed} recordings in {settings.results_url}")
