"""Results in the terminal: as tables for people, as JSON for programs."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Any

from rich.table import Table

from analysis.bar_axis import option_text
from analysis.exercises import CATALOGUE
from analysis.intervals import Z95
from analysis.measures import MEASURES
from analysis.results import Estimate, QualityState
from analysis.stability.judgement import Seen, Word
from analysis.stability.parts import UNTOLD_PARTS
from analysis.stability.sentences import shown
from analysis.stability.signs import sign_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from analysis import BarAxis, LiftVerdict, Rep, SetSummary


def print_json(document: dict[str, Any]) -> None:
    """Print one JSON document."""
    json.dump(document, sys.stdout, allow_nan=False, indent=1)
    sys.stdout.write("\n")


def plain_table(title: str) -> Table:
    """Make a table that fits a terminal of 80 columns."""
    return Table(title=f"\n{title}", title_justify="left", box=None, padding=(0, 1, 0, 0), pad_edge=False)


def with_sd(value: float | None, sd: float | None, factor: float = 1.0, digits: int = 2) -> str:
    """Write a number with its standard deviation, a dash where it is not known."""
    if value is None:
        return "–"
    spread = "" if sd is None else f" ± {sd * factor:.{digits}f}"
    return f"{value * factor:.{digits}f}{spread}"


def set_title(summary: SetSummary) -> str:
    """Name a set in one line."""
    exercise = (summary.exercise_id or "lift not named").replace("_", " ")
    load = "" if summary.load_kg is None else f" {summary.load_kg:g} kg"
    return f"{summary.index + 1} {exercise}{load}"


def print_reps(console: Console, summary: SetSummary) -> None:
    """Print the reps of one set."""
    table = plain_table(f"Set {set_title(summary)}")
    for column in ("rep", "at s", "mean m/s", "peak m/s", "range m", "forward mm", "quality"):
        table.add_column(
            column, justify="left" if column == "quality" else "right", no_wrap=column != "quality"
        )
    for rep in summary.reps:
        table.add_row(*_rep_cells(rep))
    console.print(table)
    for movement in summary.rejected:
        console.print(f"  not counted, {movement.start_s:.1f}–{movement.end_s:.1f} s: {movement.reason}")
    if summary.velocity_loss_fraction is not None:
        console.print(f"  velocity loss {summary.velocity_loss_fraction:.0%}")
    if summary.bar_axis.reason:
        console.print(f"  bar axis{_axis_text(summary.bar_axis)}: {summary.bar_axis.reason}")


def _axis_text(bar_axis: BarAxis) -> str:
    """Write a bar axis with its standard deviation; nothing where there is none."""
    if bar_axis.axis is None:
        return ""
    spread = "" if bar_axis.sd_rad is None else f" ± {math.degrees(bar_axis.sd_rad):.1f}°"
    return f" {option_text(bar_axis.axis)}{spread}"


def _rep_cells(rep: Rep) -> tuple[str, ...]:
    good = rep.quality.state is QualityState.GOOD
    reasons = "; ".join(rep.quality.reasons)
    return (
        str(rep.index + 1),
        f"{rep.start_s:.1f}",
        with_sd(rep.mean_concentric_velocity_mps, rep.mean_concentric_velocity_sd_mps, digits=3),
        with_sd(rep.peak_concentric_velocity_mps, rep.peak_concentric_velocity_sd_mps, digits=3),
        with_sd(rep.range_of_motion_m, rep.range_of_motion_sd_m),
        with_sd(rep.forward_drift_m, rep.forward_drift_sd_m, 1000, 0),
        ("good" if good else rep.quality.state.value.replace("_", " ")) + (f": {reasons}" if reasons else ""),
    )


def print_session(console: Console, sets: Sequence[SetSummary], verdicts: Sequence[LiftVerdict]) -> None:
    """Print one line per set, lift by lift, and what is to be said of each lift."""
    judged = {verdict.exercise_id: verdict for verdict in verdicts}
    for exercise_id in dict.fromkeys(summary.exercise_id for summary in sets):
        of_lift = [summary for summary in sets if summary.exercise_id == exercise_id]
        _print_lift(console, of_lift)
        if exercise_id in judged:
            _print_verdict(console, judged[exercise_id])
    console.print("  [dim]Declared proxies, unvalidated against trunk motion capture: docs/metrics.md[/]")


def _print_lift(console: Console, sets: Sequence[SetSummary]) -> None:
    exercise = CATALOGUE.get(sets[0].exercise_id or "")
    parts = exercise.parts if exercise else UNTOLD_PARTS
    table = plain_table(exercise.name if exercise else "Lift not named")
    table.add_column("set", no_wrap=True)
    for column in ("reps", "m/s", "loss", *(MEASURES[part].name.lower() for part in parts)):
        table.add_column(column, justify="right")
    for summary in sets:
        velocities = [rep.mean_concentric_velocity_mps for rep in summary.reps]
        loss = summary.velocity_loss_fraction
        table.add_row(
            set_title(summary),
            str(len(summary.reps)),
            f"{sum(velocities) / len(velocities):.2f}" if velocities else "–",
            "–" if loss is None else f"{loss:.0%}",
            *(_part_cell(part, summary.stability.get(part, Estimate())) for part in parts),
        )
    console.print(table)


def _part_cell(part: str, estimate: Estimate) -> str:
    if estimate.value is None:
        return "–"
    spread = "" if estimate.sd is None else f" ± {shown(part, Z95 * estimate.sd)}"
    return shown(part, estimate.value) + spread


def _print_verdict(console: Console, verdict: LiftVerdict) -> None:
    console.print(f"  [bold]{verdict.headline}[/]: {verdict.sentence}", soft_wrap=True)
    for part in verdict.parts[1:]:
        if part.word not in {Word.NO_CLEAR_CHANGE, Word.TOO_LITTLE_DATA}:
            console.print(f"  {part.word.value}: {part.sentence}", soft_wrap=True)
    for finding in verdict.signs:
        if finding.seen is Seen.SEEN:
            console.print(
                f"  {sign_name(finding.sign)}, set {finding.set_index + 1}: {finding.sentence}",
                soft_wrap=True,
            )
    for warning in verdict.warnings:
        console.print(f"  [yellow]{warning}[/]", soft_wrap=True)
    console.print(f"  [dim]{verdict.baseline.words}[/]")
