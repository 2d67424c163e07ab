"""The programme audit in the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from analysis.logged_sets import HEAVY_PULLS
from analysis.programme_findings import counted
from server.cli.tables import plain_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from analysis.logged_sets import LoggedSet
    from analysis.programme import ProgrammeAudit
    from analysis.programme_findings import Finding

MAX_LINES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Audited:
    """What was audited, and the result.

    Attributes
    ----------
    title : str
        Where the sets come from.
    sets : sequence of LoggedSet
        At least one, in the order of time.
    found : ProgrammeAudit
        The result.
    notes : sequence of str
        What a person should know about the sets.
    skipped : mapping of str to int
        What was left out, by the reason.
    document : dict
        ``upright.audit/1``.
    is_file : bool
        An imported log, whose names the user can explain.
    """

    title: str
    sets: Sequence[LoggedSet]
    found: ProgrammeAudit
    notes: Sequence[str]
    skipped: Mapping[str, int]
    document: dict[str, Any]
    is_file: bool = True


def print_audit(console: Console, audited: Audited) -> None:
    """Print what was found, with its evidence and what it rests on."""
    sets, found = audited.sets, audited.found
    judged = found.judged
    n_weeks = len(found.weeks)
    last = "week" if n_weeks == 1 else f"{n_weeks} weeks"
    console.print(
        f"{escape(audited.title)}: {counted(len(sets), 'set')} in "
        f"{counted(sets[-1].session + 1, 'session')}, {sets[0].date} to {sets[-1].date}. "
        f"Judged: {counted(len(judged.sets), 'working set')} in the last {last} with training; "
        f"left out: {counted(judged.n_warm_ups, 'warm-up')}, {counted(judged.n_drops, 'drop set')}."
    )
    console.print("\n[bold]Findings[/]")
    for finding in found.findings:
        sure = "" if finding.sureness == "sure" else " [yellow](probably)[/]"
        evidence = f"\n[dim]{escape(_evidence(finding, sets))}[/]" if finding.sets else ""
        _print_item(console, "•", f"{escape(finding.sentence)}{sure}{evidence}")
    if found.suggestions:
        console.print(f"\n[bold]Suggestions[/], the coach's first choice first: {found.prescription}")
        for number, suggestion in enumerate(found.suggestions, 1):
            _print_item(console, f"{number}.", escape(suggestion.sentence))
    _print_weeks(console, found)
    _print_maxes(console, found)
    _print_reading(console, audited)
    console.print(
        "  [dim]A coach's opinion with research on single bounds, untested as a whole: "
        "docs/programme_audit.md[/]"
    )


def _print_item(console: Console, mark: str, text: str) -> None:
    """Print an item of a list, its lines under each other."""
    item = Table.grid(padding=(0, 1, 0, 0))
    item.add_row(f" {mark}", text)
    console.print(item)


def _evidence(finding: Finding, sets: Sequence[LoggedSet]) -> str:
    """Name the latest sets of a finding, equal ones together."""
    counts: dict[tuple[str, str], int] = {}
    for index in reversed(finding.sets):
        logged = sets[index]
        load = "" if logged.load_kg is None else f" at {logged.load_kg:.4g} kg"
        key = f"{logged.date} {logged.name}", f"{logged.reps}{load}"
        if key not in counts and len(counts) == MAX_LINES_SHOWN:
            break
        counts[key] = counts.get(key, 0) + 1
    more = len(finding.sets) - sum(counts.values())
    shown = "; ".join(f"{lift} {count} × {reps}" for (lift, reps), count in counts.items())
    return shown + (f"; and {more} sets before" if more else "")


def _print_weeks(console: Console, found: ProgrammeAudit) -> None:
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


def _print_reading(console: Console, audited: Audited) -> None:
    """Say how the sets were understood, as far as that is not plain."""
    found = audited.found
    skipped = ", ".join(f"{count} {reason}" for reason, count in audited.skipped.items())
    what = "rows that are no sets" if audited.is_file else "left out"
    lines = [*audited.notes, *([f"{what}: {skipped}"] if skipped else [])]
    if found.unknown_names and audited.is_file:
        names = ", ".join(found.unknown_names)
        lines.append(f'names not known: {names}; say what they are: --name "{found.unknown_names[0]}=row"')
    for line in lines:
        console.print(f"  {escape(line)}")
