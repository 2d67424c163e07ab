"""``upright report``: a session, or a block of weeks, as one HTML file."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import DataDir, open_results, settings_of
from server.cli.terminal import terminal

if TYPE_CHECKING:
    from rich.console import Console

PATIENCE_S = 2.0
"""A progress bar appears after so long, s. 1 to 5."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(
    session_id: Annotated[
        str | None,
        typer.Argument(metavar="[SESSION_ID]", help="Default: the newest.", show_default=False),
    ] = None,
    last: Annotated[bool, typer.Option("--last", help="The newest session, as without an id.")] = False,
    weeks: Annotated[
        int | None,
        typer.Option(
            min=1, max=520, help="Instead: so many weeks, back from the newest session.", show_default=False
        ),
    ] = None,
    exercise: Annotated[
        str | None, typer.Option("--exercise", help="Only this lift, by its id.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="HTML file. Default: by date, in this folder.", show_default=False),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Write a report: verdicts, signs, plots and tables as one HTML file that needs nothing else."""
    if session_id is not None and (last or weeks is not None):
        option = "--last" if last else "--weeks"
        raise typer.BadParameter(f"{option} and a session id exclude each other", param_hint=option)
    if last and weeks is not None:
        raise typer.BadParameter("--last and --weeks exclude each other", param_hint="--weeks")
    settings = settings_of(data_dir)

    from analysis import find_exercise
    from server.errors import ReportError
    from server.reporting.page import block_report, parse_session_id, session_report

    find_exercise(exercise)
    with open_results(settings) as store, Waiting(terminal(stderr=True)) as waiting:
        if weeks is not None:
            found = block_report(store, weeks, exercise_id=exercise, progress=waiting.update)
        else:
            wanted = None if session_id is None else parse_session_id(store, session_id)
            found = session_report(store, wanted, exercise_id=exercise, progress=waiting.update)
    path = out or Path(f"{found.name}.html")
    try:
        path.write_text(found.html, encoding="utf-8")
    except OSError as error:
        raise ReportError(f"{path} cannot be written: {error.strerror}.", "Choose another --out.") from error
    terminal().print(str(path), soft_wrap=True, markup=False)


class Waiting:
    """A progress bar that appears only if it takes long, and only on a terminal."""

    def __init__(self, console: Console) -> None:
        from rich.progress import Progress

        self._progress = Progress(console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task("judging", total=None)
        self._timer = threading.Timer(PATIENCE_S, self._progress.start)
        self._timer.daemon = True

    def __enter__(self) -> Waiting:
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()
        self._timer.join()
        self._progress.stop()

    def update(self, done: int, total: int) -> None:
        """Say how many plots of how many are drawn."""
        self._progress.update(self._task, description="drawing", completed=done, total=total)
