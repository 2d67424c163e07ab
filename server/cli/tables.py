"""Results in the terminal: as tables for people, as JSON for programs."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.table import Table

from analysis.bar_axis import option_text
from analysis.results import Estimate, QualityState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from analysis import BarAxis, PartTrend, Rep, SessionTrend, SetSummary


@dataclass(frozen=True, slots=True)
class PartStyle:
    """How a stability part is written; ``factor`` leads to ``unit``, ``digits`` are the decimals."""

    name: str
    header: str
    factor: float
    unit: str
    digits: int


PARTS = {
    "forward_displacement_m": PartStyle("forward displacement", "fwd mm", 1000.0, "mm", 0),
    "uprightness_loss_rad": PartStyle("uprightness loss", "upright °", 57.29578, "°", 1),
    "lockout_ratio": PartStyle("lockout ratio", "lockout", 1.0, "", 2),
    "path_consistency_m": PartStyle("path scatter", "path mm", 1000.0, "mm", 0),
}


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


def print_session(console: Console, sets: Sequence[SetSummary], trend: SessionTrend) -> None:
    """Print one line per set, and how stability changed across the sets."""
    table = plain_table("Session")
    table.add_column("set", no_wrap=True)
    for column in ("reps", "m/s", "loss", *(part.header for part in PARTS.values())):
        table.add_column(column, justify="right", no_wrap=True)
    for summary in sets:
        velocities = [rep.mean_concentric_velocity_mps for rep in summary.reps]
        loss = summary.velocity_loss_fraction
        table.add_row(
            set_title(summary),
            str(len(summary.reps)),
            f"{sum(velocities) / len(velocities):.2f}" if velocities else "–",
            "–" if loss is None else f"{loss:.0%}",
            *(
                with_sd(estimate.value, estimate.sd, style.factor, style.digits)
                for part, style in PARTS.items()
                for estimate in (summary.stability.get(part, Estimate()),)
            ),
        )
    console.print(table)
    for exercise_id, parts in trend.by_exercise:
        for part in parts:
            if part.part not in PARTS:
                continue
            console.print(f"  {exercise_id.replace('_', ' ')}, {PARTS[part.part].name}: {_change(part)}")
    console.print("  [dim]Declared proxies, unvalidated against trunk motion capture: docs/metrics.md[/]")


def _change(part: PartTrend) -> str:
    if part.slope_per_set is None:
        return part.words
    style = PARTS[part.part]
    slope = f"{part.slope_per_set * style.factor:+.{style.digits + 1}f} {style.unit}".rstrip()
    return f"{part.words} ({slope} per set)"
