"""``upright analyze``: reps and sets of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    from analysis import Gap, Mount, SetSummary
    from analysis.estimator import MotionEstimate
    from ingest.replay import ReplayableRecording
    from server.session import RecordingInfo


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("analyze")(analyze)


def analyze(
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
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")] = False,
    trajectory: Annotated[
        Path | None,
        typer.Option(
            help="Write the bar's path with its uncertainty as Parquet. Without --bar-axis, x is fore-aft "
            "and y lateral by the axis that was found; their signs mean nothing.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Find the reps of a recorded or imported session and print them."""
    from rich.markup import escape

    from analysis.document import analysis_document
    from ingest.replay import ReplayOptions, open_recording
    from server.cli.import_report import warnings_of
    from server.cli.offline import run_offline
    from server.cli.tables import print_json, print_reps, print_session
    from server.judging import judged_alone

    settings_of(data_dir)  # the user's own lifts
    label = label_of(exercise, load_kg)
    options = ReplayOptions(
        change_of(mount, bar_axis, lever_m),
        label.exercise_id,
        label.load_kg,
        import_options_of(accel_unit, accel_sign, gyro_unit, gyro_sign, columns),
    )
    recording = open_recording(file, options)
    for warning in warnings_of(recording.header.findings):
        terminal(stderr=True).print(f"[yellow]{escape(warning)}[/]", soft_wrap=True)
    sets, gaps, motions = run_offline(recording)
    verdicts = judged_alone(_nameless(recording), sets)
    if trajectory is not None:
        _write_trajectory(trajectory, motions, sets, recording.header.mount)
    if json:
        print_json(analysis_document(_recording_document(recording, gaps), sets, verdicts))
        return
    console = terminal()
    for summary in sets:
        print_reps(console, summary)
    if sets:
        print_session(console, sets, verdicts)
    else:
        console.print("No reps found.")
    counts = recording.counts
    rate = "?" if counts.sample_rate_hz is None else f"{counts.sample_rate_hz:.2f}"
    console.print(
        f"  {counts.duration_s:.1f} s at {rate} Hz, {counts.samples} samples, {counts.lost_samples} lost"
        f" in {len(gaps)} gaps, {counts.clipped_samples} clipped; file {recording.header.damage}"
    )


def _nameless(recording: ReplayableRecording) -> RecordingInfo:
    """Describe a file of which only the mount matters for what its sets say."""
    from datetime import UTC, datetime
    from uuid import UUID

    from analysis import ALGORITHM_VERSION
    from server.session import RecordingInfo

    started_at = recording.header.started_at or datetime.now(UTC)
    position = recording.header.mount.position.value
    return RecordingInfo(UUID(int=0), started_at, ALGORITHM_VERSION, mount_position=position)


def _recording_document(recording: ReplayableRecording, gaps: list[Gap]) -> dict[str, Any]:
    from analysis.document import gap_document

    counts = recording.counts
    return {
        "sample_rate_hz": counts.sample_rate_hz,
        "duration_s": counts.duration_s,
        "samples": counts.samples,
        "lost_samples": counts.lost_samples,
        "clipped_samples": counts.clipped_samples,
        "gaps": [gap_document(gap) for gap in gaps],
        "damage": recording.header.damage,
        "format": recording.header.kind,
        "findings": list(recording.header.findings),
    }


def _write_trajectory(
    path: Path, motions: list[MotionEstimate], sets: list[SetSummary], mount: Mount
) -> None:
    """Write every uninterrupted stretch that holds reps, each from its own first rep, without overlaps.

    Where no bar axis was stated, the one that was found stands in for it: x is fore-aft and y lateral, but
    nobody knows which way is forward.
    """
    import polars as pl

    from analysis.trajectory import trajectory_table
    from ingest.errors import ImportFileError

    tables: list[pl.DataFrame] = []
    mounts = set_mounts(sets, mount)
    written_s = -float("inf")
    for motion in motions:
        t_s = motion.samples.t_s
        inside = [(s.index, rep) for s in sets for rep in s.reps if t_s[0] <= rep.start_s <= t_s[-1]]
        inside = [(index, rep) for index, rep in inside if rep.start_s > written_s]
        if not inside:
            continue
        index, first = inside[0]
        table = pl.DataFrame(trajectory_table(motion, mounts[index], first.start_s)).fill_nan(None)
        table = table.filter(pl.col("t_s") > written_s)
        tables.append(table.with_columns(pl.lit(index).alias("set_index")))
        written_s = float(t_s[-1])
    if not tables:
        raise ImportFileError(path, None, "nothing to write: no reps were found, so there is no path")
    try:
        pl.concat(tables).write_parquet(path)
    except OSError as error:
        raise ImportFileError(path, None, f"cannot be written: {error.strerror or error}") from error


def set_mounts(sets: list[SetSummary], mount: Mount) -> dict[int, Mount]:
    """Give each set's mount by its index, with the axis that was found where none was stated.

    The sign of a found axis means nothing, so that it is made to agree from set to set.
    """
    from dataclasses import replace

    mounts: dict[int, Mount] = {}
    before: tuple[float, float, float] | None = None
    for summary in sets:
        axis = summary.bar_axis.axis
        if mount.bar_axis is None and axis is not None:
            if before is not None and sum(one * other for one, other in zip(axis, before, strict=True)) < 0:
                axis = (-axis[0], -axis[1], -axis[2])
            before = axis
            mounts[summary.index] = replace(mount, bar_axis=axis)
        else:
            mounts[summary.index] = mount
    return mounts
