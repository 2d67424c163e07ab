"""Accuracy on real lifts: a watch at 200 Hz against a linear position transducer, rep by rep.

    uv run python benchmarks/watch_accuracy.py [--all]

Needs the recordings of ``watch-lpt`` in ``UPRIGHT_DATA`` (or beside the repository, in
``../shared/data``); nothing of them is stored here. Each recording goes through the import and
`SetAnalyzer` like any file. Only clean sets (without a note in the source's list) unless ``--all``.
Velocities are compared in sets whose rep count came out right, because truth and recording are aligned by
rep number only. How reps are read and what blows do (`RepConfig`, part of `NoiseConfig`) and the extra
uncertainty of a wrist were chosen on these recordings; what else is tuned was not.
"""

from __future__ import annotations

import argparse
import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console
from rich.progress import track
from rich.table import Table

from analysis import MountPosition, SetFinished
from ingest.replay import MountChange, ReplayOptions, open_recording
from ingest.session import run_recording
from server.live_session import make_analyzer

ROOT = Path(__file__).resolve().parent.parent

EXERCISES = {
    "bench": "bench_press",
    "squat": "back_squat",
    "barbell_row": "bent_over_row",
    "incline_bench": "incline_bench_press",
    "spoto_press": "bench_press",
}
"""The source's names where they differ from the catalogue's."""


@dataclass(frozen=True)
class Comparison:
    """One set: counts, and errors of mean velocity (m/s) and range of motion (m) where the counts agree."""

    set_id: str
    lift: str
    true_reps: int
    found_reps: int
    velocity_errors: list[float]
    range_errors: list[float]
    inside: list[bool]
    """Whether the transducer's mean velocity lies inside our 95 % interval."""


def data_dir() -> Path:
    """Where the recordings are."""
    return Path(os.environ.get("UPRIGHT_DATA", ROOT.parent / "shared" / "data")) / "watch-lpt"


def compare(
    source: Path, set_id: str, lift: str, position: str, true_reps: int, truth: pl.DataFrame
) -> Comparison:
    """Analyse one recording and compare."""
    mount = MountChange(MountPosition.WRIST if position == "wrist" else MountPosition.SLEEVE)
    options = ReplayOptions(mount=mount, exercise_id=EXERCISES.get(lift, lift))
    events = run_recording(open_recording(source, options), make_analyzer)
    reps = [rep for event in events if isinstance(event, SetFinished) for rep in event.summary.reps]
    velocity: list[float] = []
    ranges: list[float] = []
    inside: list[bool] = []
    if len(reps) == true_reps == len(truth):
        found = np.array([(rep.mean_concentric_velocity_mps, rep.range_of_motion_m) for rep in reps])
        errors = found - truth.select("mean_velocity", "rom_m").to_numpy()
        velocity, ranges = errors[:, 0].tolist(), errors[:, 1].tolist()
        sds = np.array([rep.mean_concentric_velocity_sd_mps for rep in reps])
        inside = (np.abs(errors[:, 0]) < 1.96 * sds).tolist()
    return Comparison(set_id, lift, true_reps, len(reps), velocity, ranges, inside)


def report(comparisons: list[Comparison], console: Console) -> None:
    """Print the table."""
    table = Table(title="Watch against transducer")
    columns = (
        "lift",
        "sets",
        "count exact",
        "reps",
        "MCV bias m/s",
        "MCV RMSE",
        "MCV SD",
        "inside 95 %",
        "ROM bias cm",
        "ROM RMSE cm",
    )
    for column in columns:
        table.add_column(column, justify="left" if column == "lift" else "right")
    for lift in sorted({c.lift for c in comparisons}):
        group = [c for c in comparisons if c.lift == lift]
        velocity = np.array([e for c in group for e in c.velocity_errors])
        ranges = 100 * np.array([e for c in group for e in c.range_errors])
        cells = ["–"] * 6
        if len(velocity):
            cells = [
                f"{velocity.mean():+.3f}",
                f"{np.sqrt((velocity**2).mean()):.3f}",
                f"{velocity.std():.3f}",
                f"{np.mean([i for c in group for i in c.inside]):.0%}",
                f"{ranges.mean():+.1f}",
                f"{np.sqrt((ranges**2).mean()):.1f}",
            ]
        exact = sum(c.found_reps == c.true_reps for c in group)
        table.add_row(lift, str(len(group)), f"{exact} of {len(group)}", str(len(velocity)), *cells)
    console.print(table)
    exact = sum(c.found_reps == c.true_reps for c in comparisons)
    console.print(f"rep count exact in {exact} of {len(comparisons)} sets; within one in "
                  f"{sum(abs(c.found_reps - c.true_reps) <= 1 for c in comparisons)}")  # fmt: skip
    for c in comparisons:
        if c.found_reps != c.true_reps:
            console.print(f"  {c.set_id}: {c.found_reps} instead of {c.true_reps}")


def main() -> int:
    """Compare every recording."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--all", action="store_true", help="also the sets that the source marks as doubtful")
    options = parser.parse_args()
    console = Console(width=140)
    folder = data_dir()
    if not folder.is_dir():
        console.print(f"{folder} is not there; set UPRIGHT_DATA to the folder that holds watch-lpt")
        return 1
    recordings = pl.read_csv(folder / "recordings.csv")
    if not options.all:
        recordings = recordings.filter(pl.col("note").is_null() | (pl.col("note") == ""))
    truths = pl.read_csv(folder / "lpt_reps.csv")
    comparisons = [
        compare(
            folder / row["file"],
            row["set_id"],
            row["lift"],
            row["mount"],
            row["true_reps"],
            truths.filter(pl.col("set_id") == row["set_id"]).sort("true_rep"),
        )
        for row in track(list(recordings.iter_rows(named=True)), description="sets", console=console)
    ]
    report(comparisons, console)
    return 0


if __name__ == "__main__":
    sys.exit(main())
