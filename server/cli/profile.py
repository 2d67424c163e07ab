"""``upright profile``: the load-velocity profile of a lift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import DataDir, open_results, settings_of
from server.cli.terminal import terminal

if TYPE_CHECKING:
    from rich.console import Console

    from analysis.lift_profile import LiftProfile


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("profile")(profile)


def profile(
    exercise: Annotated[str, typer.Argument(help="Catalogue id, such as back_squat.")],
    data_dir: DataDir = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")] = False,
) -> None:
    """Estimate from the stored sets of a lift what you can lift once, or say why that cannot be done."""
    from datetime import UTC, datetime

    from analysis import CATALOGUE, UnknownExerciseError
    from analysis.lift_profile import lift_profile_document
    from server.cli.tables import print_json
    from server.training import store_profile

    settings = settings_of(data_dir)
    if exercise not in CATALOGUE:
        raise UnknownExerciseError(exercise, CATALOGUE)
    with open_results(settings) as store:
        found = store_profile(store, CATALOGUE[exercise], datetime.now(UTC))
    if json:
        print_json(lift_profile_document(found))
    else:
        _print(terminal(), found)


def _print(console: Console, found: LiftProfile) -> None:
    from rich.markup import escape

    _print_sets(console, found)
    profile = found.profile
    one, interval = profile.e1rm_kg, profile.interval_kg
    if one.value is None or one.sd is None or interval is None:
        console.print(f"  [bold]No estimated 1RM:[/] {escape(one.reason)}.")
    else:
        console.print(
            f"  [bold]Estimated 1RM {one.value:.1f} ± {one.sd:.1f} kg[/], "
            f"95 % interval {interval[0]:.1f} to {interval[1]:.1f} kg"
        )
    if quality := profile.quality:
        console.print(
            f"  {quality.sets} sets of {quality.loads} loads, {quality.lightest_kg:g} to "
            f"{quality.heaviest_kg:g} kg, the oldest {quality.oldest_days:.0f} days old; they scatter by "
            f"{quality.scatter_mps:.3f} m/s; extrapolated over {max(quality.gap_mps, 0.0):.2f} m/s"
        )
    if prior := found.exercise.profile_prior:
        console.print(
            f"  1RM at {prior.one_rm_velocity_mps:.2f} ± {prior.one_rm_velocity_sd_mps:.2f} m/s "
            f"({prior.confidence}; upright exercises {found.exercise.id})"
        )


def _print_sets(console: Console, found: LiftProfile) -> None:
    from server.cli.tables import plain_table, with_sd

    if not found.sets:
        console.print(f"No sets of {found.exercise.name.lower()} are stored.")
        return
    table = plain_table(f"{found.exercise.name}: the fastest rep of each set")
    table.add_column("date", no_wrap=True)
    for column in ("kg", "m/s", "reps"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("left out")
    for one in found.sets:
        lifted = one.lifted
        table.add_row(
            f"{lifted.at.astimezone():%Y-%m-%d}",
            "–" if lifted.load_kg is None else f"{lifted.load_kg:g}",
            with_sd(lifted.velocity_mps, lifted.velocity_sd_mps, digits=3),
            str(lifted.reps),
            one.left_out,
        )
    console.print(table)
