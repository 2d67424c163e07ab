"""``upright exercises``: the catalogue of lifts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import DataDir, settings_of
from server.cli.terminal import terminal

if TYPE_CHECKING:
    from rich.console import Console

    from analysis import Exercise


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("exercises")(exercises)


def exercises(
    exercise_id: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="Say everything about this lift.", show_default=False),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """List the lifts that Upright knows, your own among them. How to add one: docs/exercises.md."""
    from analysis import find_exercise

    settings = settings_of(data_dir)
    lift = find_exercise(exercise_id)
    console = terminal()
    if lift is None:
        _print_all(console)
        console.print(f"  Your own lifts: {settings.lifts_dir}/ID.toml", soft_wrap=True, markup=False)
    else:
        _print_one(console, lift)


def _role(lift: Exercise) -> str:
    return lift.role.replace("_", " ")


def _print_all(console: Console) -> None:
    from rich.markup import escape

    from analysis import CATALOGUE
    from server.cli.tables import plain_table

    table = plain_table("Lifts")
    for column in ("id", "name", "first", "role", "velocity"):
        table.add_column(column, no_wrap=column == "id")
    table.add_column("1RM m/s", justify="right", no_wrap=True)
    table.add_column("how sure")
    for lift in CATALOGUE.values():
        prior = lift.one_rm_velocity
        table.add_row(
            lift.id,
            escape(lift.name),
            lift.first_phase.value,
            _role(lift).replace("upper back ", ""),
            lift.main_velocity,
            "–" if prior is None else f"{prior.one_rm_velocity_mps:.2f}",
            "–" if prior is None else prior.confidence.value,
        )
    console.print(table)
    console.print("  role: to the upper back. 1RM m/s: the velocity of a one-repetition maximum.")


def _print_one(console: Console, lift: Exercise) -> None:
    from rich.markup import escape
    from rich.table import Table

    from analysis.measures import MEASURES

    prior = lift.one_rm_velocity
    low, high = lift.usual_rom_m
    goes = "" if lift.concentric_sign > 0 else "; the hard part goes down"
    lines = [
        ("id", lift.id),
        ("goes first", lift.first_phase.value + goes),
        ("starts from", lift.starts_from.value),
        ("usual range of motion", f"{low:g} to {high:g} m"),
        ("trained by", f"{lift.main_velocity} velocity"),
        ("role", _role(lift)),
        ("trains", lift.trains or "not told"),
        ("in the programme audit", lift.group.replace("_", " ")),
        (
            "judged by",
            ", ".join(MEASURES[part].name.lower() for part in lift.parts) or "nothing: shown, not judged",
        ),
    ]
    if prior is None:
        lines.append(("velocity of a 1RM", "not known, so that there is no load-velocity profile"))
    else:
        velocity = f"{prior.one_rm_velocity_mps:.2f} ± {prior.one_rm_velocity_sd_mps:.2f} m/s"
        lines += [
            ("velocity of a 1RM", f"{velocity} ({lift.main_velocity}), {prior.confidence}"),
            ("bend of the curve", f"{prior.bend:.2f} ± {prior.bend_sd:.2f}"),
            ("source", prior.source),
        ]
    lines.append(("other names", ", ".join(lift.aliases) or "none"))
    console.print(f"[bold]{escape(lift.name)}[/]")
    table = Table.grid(padding=(0, 2, 0, 0))
    for key, value in lines:
        table.add_row(f"  {key}", escape(value))
    console.print(table)
