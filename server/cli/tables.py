"""Results as tables in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from analysis.results import QualityState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from analysis import Estimate, Rep, SessionTrend, SetSummary

PART_NAMES = {
    "forward_displacement_m": ("forward displacement", 1000.0, "mm"),
    "uprightness_loss_rad": ("uprightness loss", 57.29578, "°"),
    "lockout_ratio": ("lockout ratio", 1.0, ""),
    "path_consistency_m": ("path scatter", 1000.0, "mm"),
}
"""Name, factor and unit of each stability part, for people."""


def with_sd(value: float | None, sd: float | None, factor: float = 1.0, digits: int = 2) -> str:
    """Write a number with its standard deviation, a dash where it is not known."""
    if value is None:
        return "–"
    spread = "" if sd is None else f" ± {sd * factor:.{digits}f}"
    return f"{value * factor:.{digits}f}{spread}"


def set_title(summary: SetSummary) -> str:
    """Name a set in one line."""
    exercise = (summary.exercise_id or "lift not named").replace("_", " ")
    load = "" if summary.load_kg is None else f", {summary.load_kg:g} kg"
    return f"Set {summary.index + 1}: {exercise}{load}"


def print_reps(console: Console, summary: SetSummary) -> None:
    """Print the reps of one set."""
    table = Table(title=set_title(summary), title_justify="left")
    for column in ("rep", "start s", "mean m/s", "peak m/s", "range m", "forward mm", "max mm", "quality"):
        table.add_column(column, justify="left" if column == "quality" else "right")
    for rep in summary.reps:
        table.add_row(*_rep_cells(rep))
    console.print(table)
    for movement in summary.rejected:
        console.print(f"  not counted, {movement.start_s:.1f}–{movement.end_s:.1f} s: {movement.reason}")
    if summary.velocity_loss_fraction is not None:
        console.print(f"  velocity loss {summary.velocity_loss_fraction:.0%}")


def _rep_cells(rep: Rep) -> tuple[str, ...]:
    good = rep.quality.state is QualityState.GOOD
    reasons = "; ".join(rep.quality.reasons)
    return (
        str(rep.index + 1),
        f"{rep.start_s:.1f}",
        with_sd(rep.mean_concentric_velocity_mps, rep.mean_concentric_velocity_sd_mps, digits=3),
        with_sd(rep.peak_concentric_velocity_mps, rep.peak_concentric_velocity_sd_mps, digits=3),
        with_sd(rep.range_of_motion_m, rep.range_of_motion_sd_m, digits=3),
        with_sd(rep.forward_drift_m, rep.forward_drift_sd_m, 1000, 0),
        with_sd(rep.max_forward_m, None, 1000, 0),
        ("good" if good else rep.quality.state.value.replace("_", " ")) + (f": {reasons}" if reasons else ""),
    )


def print_session(console: Console, sets: Sequence[SetSummary], trend: SessionTrend) -> None:
    """Print one line per set, and how stability changed across the sets."""
    table = Table(title="Session", title_justify="left")
    for column in ("set", "reps", "mean m/s", "loss", *(name for name, _, _ in PART_NAMES.values())):
        table.add_column(column, justify="left" if column == "set" else "right")
    for summary in sets:
        velocities = [rep.mean_concentric_velocity_mps for rep in summary.reps]
        loss = summary.velocity_loss_fraction
        table.add_row(
            set_title(summary),
            str(len(summary.reps)),
            f"{sum(velocities) / len(velocities):.2f}" if velocities else "–",
            "–" if loss is None else f"{loss:.0%}",
            *(_part(getattr(summary.stability, part), part) for part in PART_NAMES),
        )
    console.print(table)
    for exercise_id, parts in trend.by_exercise:
        for part in parts:
            name, factor, unit = PART_NAMES[part.part]
            slope = (
                "" if part.slope_per_set is None else f" ({part.slope_per_set * factor:+.1f} {unit} per set)"
            )
            console.print(f"  {exercise_id.replace('_', ' ')}, {name}: {part.words}{slope}")
    console.print(
        "  [dim]Declared proxies, unvalidated against trunk motion capture; see docs/metrics.md.[/]"
    )


def _part(estimate: Estimate, part: str) -> str:
    _, factor, unit = PART_NAMES[part]
    digits = 2 if part == "lockout_ratio" else 0
    text = with_sd(estimate.value, estimate.sd, factor, digits)
    return text if text == "–" else f"{text} {unit}".strip()
