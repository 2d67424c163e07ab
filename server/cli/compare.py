"""``upright compare``: what one instrument measured against what another did."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import (
    AccelSign,
    AccelUnitName,
    BarAxis,
    ColumnNames,
    DataDir,
    Exercise,
    GyroSign,
    GyroUnitName,
    LeverM,
    LoadKg,
    MountName,
    change_of,
    import_options_of,
    label_of,
    settings_of,
)
from server.cli.terminal import terminal

if TYPE_CHECKING:
    from rich.console import Console

    from server.comparing import ComparedRep, Comparison

BY = ("time", "order")
_SHORT = {
    "mean_velocity_mps": "mean m/s",
    "peak_velocity_mps": "peak m/s",
    "mean_propulsive_velocity_mps": "propulsive",
    "range_of_motion_m": "range m",
    "forward_drift_m": "drift mm",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare")(compare)


def compare(
    measured: Annotated[
        Path, typer.Argument(help="A recording (.mcap), an imu-csv table or another file of docs/formats.md.")
    ],
    reference: Annotated[
        str,
        typer.Argument(
            help="A recording of an OpenBarbell or of a second sensor, a table of reps, a bar path; or the "
            "id or the name of one that `upright import` keeps.",
        ),
    ],
    exercise: Exercise = None,
    load_kg: LoadKg = None,
    mount: MountName = None,
    bar_axis: BarAxis = None,
    lever_m: LeverM = None,
    reference_mount: Annotated[
        str | None,
        typer.Option("--reference-mount", help="As --mount, of a second sensor.", show_default=False),
    ] = None,
    reference_bar_axis: Annotated[
        str | None,
        typer.Option("--reference-bar-axis", help="As --bar-axis, of a second sensor.", show_default=False),
    ] = None,
    reference_lever_m: Annotated[
        str | None,
        typer.Option("--reference-lever-m", help="As --lever-m, of a second sensor.", show_default=False),
    ] = None,
    measured_set: Annotated[
        str | None,
        typer.Option("--set", help="Only this set of MEASURED, by its number.", show_default=False),
    ] = None,
    reference_set: Annotated[
        str | None,
        typer.Option(
            "--reference-set", help="Only this set of REFERENCE, by its number or name.", show_default=False
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            help="time or order: how reps are paired. Default: by time if both were recorded in one session, "
            "else by order.",
            show_default=False,
        ),
    ] = None,
    skip_measured: Annotated[
        str | None,
        typer.Option(help="Reps of MEASURED that have no partner: 1,12.", show_default=False),
    ] = None,
    skip_reference: Annotated[
        str | None,
        typer.Option(help="Reps of REFERENCE that have no partner: 1,12.", show_default=False),
    ] = None,
    accel_unit: AccelUnitName = None,
    accel_sign: AccelSign = None,
    gyro_unit: GyroUnitName = None,
    gyro_sign: GyroSign = None,
    columns: ColumnNames = None,
    data_dir: DataDir = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", help="Draw it as PNG, SVG or PDF.", show_default=False),
    ] = None,
) -> None:
    """Compare velocities and ranges of motion rep by rep: mean difference, limits of agreement, in words."""
    from ingest.replay import ReplayOptions, open_recording
    from server.cli.offline import run_offline
    from server.cli.tables import print_json
    from server.compare_plot import draw_comparison
    from server.compare_sides import find_reference, imu_side
    from server.comparing import CompareOptions, Side, comparison_document, only_set
    from server.comparing import compare as compare_sides
    from server.plotting import save

    if by is not None and by not in BY:
        raise typer.BadParameter(f"{by!r} is none of {', '.join(BY)}", param_hint="--by")
    how = CompareOptions(
        by, _numbers(skip_measured, "--skip-measured"), _numbers(skip_reference, "--skip-reference")
    )
    settings = settings_of(data_dir)
    label = label_of(exercise, load_kg)
    imports = import_options_of(accel_unit, accel_sign, gyro_unit, gyro_sign, columns)
    options = ReplayOptions(change_of(mount, bar_axis, lever_m), label.exercise_id, label.load_kg, imports)
    recording = open_recording(measured, options)
    # A companion was recorded without a label: it was on the same bar.
    lift = recording.header.label
    other_options = ReplayOptions(
        change_of(reference_mount, reference_bar_axis, reference_lever_m), lift.exercise_id, lift.load_kg
    )
    name, found = find_reference(reference, settings.references_dir, lift.exercise_id, other_options)
    ours = imu_side(measured.name, recording, run_offline(recording)[0])
    theirs = found if isinstance(found, Side) else imu_side(name, found, run_offline(found)[0])
    ours = ours if measured_set is None else only_set(ours, f"set {measured_set}")
    theirs = theirs if reference_set is None else only_set(theirs, reference_set)
    comparison = compare_sides(ours, theirs, how)
    if json:
        print_json(comparison_document(comparison))
    else:
        tell(terminal(), comparison)
    if plot is not None:
        save(draw_comparison(comparison), plot)
        if not json:
            terminal().print(f"  drawn in {plot}", soft_wrap=True, markup=False)


def _numbers(text: str | None, option: str) -> frozenset[int]:
    try:
        return frozenset(int(part) for part in (text or "").split(",") if text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no list of numbers such as 1,12", param_hint=option) from None


def tell(console: Console, comparison: Comparison) -> None:
    """Print a comparison: reps side by side, statistics, words."""
    from server.compare_words import meaning, paired_words

    _print_reps(console, comparison)
    console.print(f"  {paired_words(comparison)}", soft_wrap=True, markup=False, highlight=False)
    _print_agreement(console, comparison)
    for sentence in meaning(comparison):
        console.print(f"- {sentence}", soft_wrap=True, markup=False, highlight=False)


def _print_reps(console: Console, comparison: Comparison) -> None:
    """Print the reps side by side, those without a partner among them."""
    from server.cli.tables import plain_table

    names = list(comparison.agreements)
    measured, reference = comparison.measured, comparison.reference
    table = plain_table(f"{measured.name} | {reference.name}")
    for column in ("rep", "of ref.", *(_SHORT[name] for name in names)):
        table.add_column(column, justify="right", no_wrap=True)
    partner = dict(comparison.pairing.pairs)
    waiting = list(comparison.pairing.alone_reference)
    rows: list[tuple[int | None, int | None]] = []
    for i in range(len(measured.reps)):
        while i in partner and waiting and waiting[0] < partner[i]:
            rows.append((None, waiting.pop(0)))
        rows.append((i, partner.get(i)))
    rows += [(None, j) for j in waiting]
    for i, j in rows:
        ours, theirs = (None if at is None else side.reps[at] for side, at in ((measured, i), (reference, j)))
        table.add_row(_number(i), _number(j), *(_both(ours, theirs, name) for name in names))
    console.print(table)


def _number(position: int | None) -> str:
    return "–" if position is None else str(position + 1)


def _both(ours: ComparedRep | None, theirs: ComparedRep | None, name: str) -> str:
    values = [None if one is None else one.values.get(name) for one in (ours, theirs)]
    if name == "forward_drift_m":
        return " | ".join("–" if value is None else f"{1000 * value:.0f}" for value in values)
    return " | ".join("–" if value is None else f"{value:.3f}" for value in values)


def _print_agreement(console: Console, comparison: Comparison) -> None:
    from server.cli.tables import plain_table, with_sd
    from server.compare_words import DECIMALS, unit_of
    from server.comparing import QUANTITIES

    table = plain_table("Measured minus reference")
    for column in ("", "pairs", "mean ± its error", "SD", "95 % limits", "RMSE", "r"):
        table.add_column(column, justify="right" if column else "left", no_wrap=bool(column))
    for name, one in comparison.agreements.items():
        limits = "–" if one.limits is None else " to ".join(f"{limit:+.{DECIMALS}f}" for limit in one.limits)
        table.add_row(
            f"{QUANTITIES[name]}, {unit_of(name)}",
            str(one.pairs),
            with_sd(one.mean_difference, one.mean_difference_se, digits=DECIMALS),
            with_sd(one.sd_of_differences, None, digits=DECIMALS),
            limits,
            f"{one.rmse:.{DECIMALS}f}",
            "–" if one.correlation is None else f"{one.correlation:.2f}",
        )
    console.print(table)
