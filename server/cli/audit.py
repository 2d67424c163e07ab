"""``upright audit``: how a training log treats the upper back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from analysis.programme import ProgrammeAudit
    from analysis.programme_findings import Finding
    from ingest.imports.lift_names import Lift
    from ingest.imports.training_log import TrainingLog, TrainingLogOptions

MAX_LINES_SHOWN = 3
DATE_ORDERS = {"day-first": True, "month-first": False}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("audit")(audit)


def audit(
    file: Annotated[Path, typer.Argument(help="A log that Strong or Hevy exported (CSV).")],
    one_rm: Annotated[
        list[str] | None,
        typer.Option(
            "--one-rm",
            metavar="LIFT=KG",
            help="What you can lift once, such as bent_over_row=110; may be repeated. "
            "Other lifts are estimated from the log.",
            show_default=False,
        ),
    ] = None,
    body_mass_kg: Annotated[
        float | None, typer.Option(min=20, max=400, help="For pull-ups.", show_default=False)
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=LIFT",
            help="What a name of the log means: a lift such as bent_over_row, or one of snatch, clean, row, "
            "pull_up, pulldown, assistance, other; may be repeated.",
            show_default=False,
        ),
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="kg or lb, where the file does not say.", show_default=False)
    ] = None,
    date_order: Annotated[
        str | None,
        typer.Option(help="day-first or month-first, where the file does not say.", show_default=False),
    ] = None,
    weeks: Annotated[int, typer.Option(min=2, max=520, help="Judge the last so many weeks.")] = 12,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")] = False,
) -> None:
    """Ask of a training log whether the upper back is trained heavily. Needs no sensor."""
    from rich.console import Console

    from analysis.judged_sets import JudgingConfig
    from analysis.programme import ProgrammeConfig, audit_programme
    from analysis.programme_document import audit_document
    from ingest.imports.training_log import read_training_log
    from server.cli.tables import print_json

    log = read_training_log(file, _options(unit, date_order, name or []))
    found = audit_programme(
        log.sets,
        one_rep_max_kg=_one_rep_maxes(one_rm or [], log),
        body_mass_kg=body_mass_kg,
        config=ProgrammeConfig(judging=JudgingConfig(window_weeks=weeks)),
    )
    if json:
        print_json(audit_document(_log_document(file, log), found))
        return
    _print(Console(), file, log, found)


def _options(unit: str | None, date_order: str | None, names: list[str]) -> TrainingLogOptions:
    from ingest.imports.training_log import TrainingLogOptions, WeightUnit

    try:
        known_unit = None if unit is None else WeightUnit(unit)
    except ValueError:
        raise typer.BadParameter(f"{unit!r} is none of kg, lb", param_hint="--unit") from None
    if date_order is not None and date_order not in DATE_ORDERS:
        raise typer.BadParameter(
            f"{date_order!r} is none of {', '.join(DATE_ORDERS)}", param_hint="--date-order"
        )
    day_first = None if date_order is None else DATE_ORDERS[date_order]
    return TrainingLogOptions(known_unit, day_first, dict(_stated_lift(text) for text in names))


def _pair(text: str, option: str) -> tuple[str, str]:
    """Split at the last equals sign; names may hold others."""
    from ingest.imports.log_fields import plain

    key, equals, value = text.rpartition("=")
    if not (equals and key.strip() and value.strip()):
        raise typer.BadParameter(f"{text!r} is not of the form ...=...", param_hint=option)
    return plain(key), value.strip()


def _stated_lift(text: str) -> tuple[str, Lift]:
    from analysis.exercises import CATALOGUE
    from analysis.logged_sets import LiftGroup, group_of
    from ingest.imports.lift_names import Origin, lift_of

    name, meaning = _pair(text, "--name")
    if meaning in CATALOGUE:
        return name.casefold(), lift_of(meaning, group_of(meaning), name, Origin.STATED)
    if meaning in set(LiftGroup):
        return name.casefold(), lift_of(None, LiftGroup(meaning), name, Origin.STATED)
    known = ", ".join([*LiftGroup, *CATALOGUE])
    raise typer.BadParameter(f"{meaning!r} is none of {known}", param_hint="--name")


def _one_rep_maxes(texts: list[str], log: TrainingLog) -> dict[str, float]:
    known = {logged.lift for logged in log.sets}
    maxes: dict[str, float] = {}
    for text in texts:
        lift, load = _pair(text, "--one-rm")
        if lift.casefold() not in known:
            shown = ", ".join(sorted(known))
            raise typer.BadParameter(f"the log has no {lift!r}; it has: {shown}", param_hint="--one-rm")
        try:
            maxes[lift.casefold()] = float(load)
        except ValueError:
            raise typer.BadParameter(f"{load!r} is no number of kg", param_hint="--one-rm") from None
    return maxes


def _log_document(file: Path, log: TrainingLog) -> dict[str, Any]:
    return {
        "file": file.name,
        "format": log.format.value,
        "sets": len(log.sets),
        "sessions": log.sets[-1].session + 1,
        "first_date": log.sets[0].date.isoformat(),
        "last_date": log.sets[-1].date.isoformat(),
        "skipped_rows": dict(log.skipped),
        "notes": list(log.notes),
        "names": {
            name: {
                "exercise": lift.exercise_id,
                "group": None if lift.group is None else lift.group.value,
                "by": lift.origin.value,
            }
            for name, lift in sorted(log.lifts.items())
        },
    }


def _print(console: Console, file: Path, log: TrainingLog, found: ProgrammeAudit) -> None:
    from rich.markup import escape

    judged = found.judged
    console.print(
        f"{escape(file.name)} ({log.format.capitalize()}): {len(log.sets)} sets in "
        f"{log.sets[-1].session + 1} sessions, {log.sets[0].date} to {log.sets[-1].date}. "
        f"Judged: {len(judged.sets)} working sets in the last {len(found.weeks)} weeks with training; "
        f"left out: {judged.n_warm_ups} warm-ups, {judged.n_drops} drop sets."
    )
    console.print("\n[bold]Findings[/]")
    for finding in found.findings:
        sure = "" if finding.sureness == "sure" else " [yellow](probably)[/]"
        evidence = f"\n[dim]{escape(_evidence(finding, log))}[/]" if finding.sets else ""
        _print_item(console, "•", f"{escape(finding.sentence)}{sure}{evidence}")
    if found.suggestions:
        console.print(f"\n[bold]Suggestions[/], the coach's first choice first: {found.prescription}")
        for number, suggestion in enumerate(found.suggestions, 1):
            _print_item(console, f"{number}.", escape(suggestion.sentence))
    _print_weeks(console, found)
    _print_maxes(console, found)
    _print_reading(console, log, found)
    console.print(
        "  [dim]A coach's opinion with research on single bounds, untested as a whole: "
        "docs/programme_audit.md[/]"
    )


def _print_item(console: Console, mark: str, text: str) -> None:
    """Print an item of a list, its lines under each other."""
    from rich.table import Table

    item = Table.grid(padding=(0, 1, 0, 0))
    item.add_row(f" {mark}", text)
    console.print(item)


def _evidence(finding: Finding, log: TrainingLog) -> str:
    """Name the latest sets of a finding, equal ones together."""
    counts: dict[tuple[str, str], int] = {}
    for index in reversed(finding.sets):
        logged = log.sets[index]
        load = "" if logged.load_kg is None else f" at {logged.load_kg:.4g} kg"
        key = f"{logged.date} {logged.name}", f"{logged.reps}{load}"
        if key not in counts and len(counts) == MAX_LINES_SHOWN:
            break
        counts[key] = counts.get(key, 0) + 1
    more = len(finding.sets) - sum(counts.values())
    shown = "; ".join(f"{lift} {count} × {reps}" for (lift, reps), count in counts.items())
    return shown + (f"; and {more} sets before" if more else "")


def _print_weeks(console: Console, found: ProgrammeAudit) -> None:
    from server.cli.tables import plain_table

    table = plain_table("Weeks: working sets, and those for the upper back")
    table.add_column("week of", no_wrap=True)
    for column in ("sessions", "with upper back", "sets", "upper back", "heavy", "load unknown"):
        table.add_column(column, justify="right")
    for week in found.weeks:
        counts = (
            week.sessions,
            week.upper_back_sessions,
            week.sets,
            week.upper_back_sets,
            week.heavy_sets,
            week.perhaps_heavy_sets,
        )
        table.add_row(week.monday.isoformat(), *map(str, counts))
    console.print(table)


def _print_maxes(console: Console, found: ProgrammeAudit) -> None:
    """Say what the relative loads of the upper-back lifts rest on."""
    from rich.markup import escape

    from analysis.logged_sets import HEAVY_PULLS

    names = {
        item.logged.lift: item.logged.name for item in found.judged.sets if item.logged.group in HEAVY_PULLS
    }
    known = [(names[lift], one) for lift, one in found.judged.maxes.items() if lift in names]
    if known:
        texts = (
            f"{name} {'at least ' if one.is_lower_bound else ''}{one.load_kg:.0f} kg ({one.source})"
            for name, one in sorted(known, key=lambda pair: pair[0])
        )
        console.print(f"  1RM: {escape('; '.join(texts))}")


def _print_reading(console: Console, log: TrainingLog, found: ProgrammeAudit) -> None:
    """Say how the file was understood, as far as that is not plain."""
    from rich.markup import escape

    skipped = ", ".join(f"{count} {reason}" for reason, count in log.skipped.items())
    lines = [*log.notes, *([f"rows that are no sets: {skipped}"] if skipped else [])]
    if found.unknown_names:
        names = ", ".join(found.unknown_names)
        lines.append(f'names not known: {names}; say what they are: --name "{found.unknown_names[0]}=row"')
    for line in lines:
        console.print(f"  {escape(line)}")
