"""The command line, and the composition root: the only place that joins simulator, collector and server.

Commands import what they need when they run, so that ``--help`` is instant. Exit codes: 0 done, 1 failed,
2 usage.
"""

from __future__ import annotations

import logging
import os
import sys

import typer
from rich.logging import RichHandler
from rich.markup import escape

from server.cli import (
    analyze,
    audit,
    calibrate,
    compare,
    demo,
    doctor,
    exercises,
    export,
    imports,
    maintenance,
    pair,
    plot,
    profile,
    record,
    replay,
    report,
    sensors,
    serve,
    simulate,
    wall,
)
from server.cli.terminal import terminal

app = typer.Typer(
    name="upright",
    help="Measures what the bar does, and what that says about a lifter's upper back.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (
    demo,
    analyze,
    exercises,
    profile,
    audit,
    plot,
    compare,
    report,
    replay,
    imports,
    serve,
    record,
    calibrate,
    simulate,
    sensors,
    pair,
    doctor,
    export,
    maintenance,
    wall,
):
    module.register(app)

errors = terminal(stderr=True)


def main() -> None:
    """Run a command; turn every error that we raise on purpose into one line and exit code 1."""
    # The core's systems are small: threads inside its linear algebra cost more than they bring.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    handler = RichHandler(console=errors, show_path=False)
    handler.setLevel(logging.WARNING)  # the Health screen's own handler takes more
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler])
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # the top loop: what is ours is explained, the rest is re-raised
        if not _is_explained(error):
            raise
        errors.print(f"[bold red]upright:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(1)


def _is_explained(error: BaseException) -> bool:
    """Tell whether the error's message says what happened and what to do."""
    from analysis.errors import AnalysisError
    from firmware_sim.errors import FirmwareSimError
    from ingest.errors import IngestError
    from server.errors import ServerError

    return isinstance(error, AnalysisError | FirmwareSimError | IngestError | ServerError)
