"""``upright plot``: a set as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plot")(plot)


def plot(
    file: Annotated[
        Path, typer.Argument(help="A recording (.mcap), an imu-csv table or another file of docs/formats.md.")
    ],
    exercise: Exercise = None,
    load_kg: LoadKg = None,
    mount: MountName = None,
    bar_axis: BarAxis = None,
    lever_m: LeverM = None,
    accel_unit: AccelUnitName = None,
    accel_sign: AccelSign = None,
    gyro_unit: GyroUnitName = None,
    gyro_sign: GyroSign = None,
    columns: ColumnNames = None,
    data_dir: DataDir = None,
    set_number: Annotated[
        int | None, typer.Option("--set", min=1, help="Only this set.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="PNG, SVG or PDF; of several sets each gets its number.", show_default=False
        ),
    ] = None,
) -> None:
    """Draw velocity, height with its segmentation, and the bar path of each set."""
    from ingest.errors import ImportFileError
    from ingest.replay import ReplayOptions, open_recording
    from server.cli.offline import run_offline
    from server.plotting import draw_set, save

    settings_of(data_dir)  # the user's own lifts
    label = label_of(exercise, load_kg)
    options = ReplayOptions(
        change_of(mount, bar_axis, lever_m),
        label.exercise_id,
        label.load_kg,
        import_options_of(accel_unit, accel_sign, gyro_unit, gyro_sign, columns),
    )
    recording = open_recording(file, options)
    sets, gaps, motions = run_offline(recording)
    wanted = [s for s in sets if s.reps and (set_number is None or s.index == set_number - 1)]
    if not wanted:
        known = f"it has sets {1} to {len(sets)}" if sets and set_number else "no reps were found in it"
        raise ImportFileError(file, None, f"nothing to draw: {known}")
    console = terminal()
    for summary in wanted:
        # The last motion that covers the set is the final one.
        motion = next(
            m for m in reversed(motions) if m.samples.t_s[0] <= summary.reps[-1].start_s <= m.samples.t_s[-1]
        )
        path = _path_for(out, file, summary.index + 1, alone=len(wanted) == 1)
        save(draw_set(summary, motion, gaps), path)
        console.print(str(path), soft_wrap=True)


def _path_for(out: Path | None, file: Path, number: int, *, alone: bool) -> Path:
    if out is None:
        return Path(f"{file.name.split('.')[0]}-set{number}.png")
    return out if alone else out.with_stem(f"{out.stem}-set{number}")
