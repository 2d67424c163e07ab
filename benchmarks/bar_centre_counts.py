"""Rep counts on real lifts: an IMU at the middle of the bar over a bursty radio.

    uv run python benchmarks/bar_centre_counts.py [--markdown docs/accuracy.md]

Needs the recordings of ``bar-centre-imu`` in ``UPRIGHT_DATA`` (or beside the repository, in
``../shared/data``). Rows arrive in bursts and every second row may repeat the last values: repeated values
are left out, the rest is put on an even 50 Hz grid, and grid points further than 80 ms from any row are
missing. Only sets whose samples came often enough for that are asked for an exact count; the others are
reported. Curls are not in the catalogue and go in without a lift.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from report import Report, ReportTable, argument_parser, data_folder
from rich.console import Console
from rich.progress import track

from analysis import Gap, ImuBlock, Mount, SensorInfo, SetFinished, SetLabel, StreamItem, analyze

if TYPE_CHECKING:
    from pathlib import Path

RATE_HZ = 50.0
NEAR_S = 0.08
USABLE_HZ, USABLE_GAP_S = 40.0, 0.25
EXERCISES = {
    "dead": "deadlift",
    "rdl": "romanian_deadlift",
    "row": "bent_over_row",
    "shoulder": "overhead_press",
    "squat": "back_squat",
}


def stream(path: Path) -> list[StreamItem]:
    """Read a recording as blocks and gaps on an even grid."""
    table = pl.read_csv(path, has_header=False).drop_nulls().to_numpy().astype(float)
    t_s, values = table[:, 1] / 1000.0, table[:, 2:8]
    fresh = np.concatenate([[True], (np.diff(values, axis=0) != 0).any(axis=1)])
    order = np.argsort(t_s[fresh], kind="stable")
    t_s, values = t_s[fresh][order], values[fresh][order]
    later = np.concatenate([[True], np.diff(t_s) > 0])
    t_s, values = t_s[later], values[later]
    grid = np.arange(t_s[0], t_s[-1], 1 / RATE_HZ)
    even = np.column_stack([np.interp(grid, t_s, values[:, k]) for k in range(6)])
    after = np.clip(np.searchsorted(t_s, grid), 1, len(t_s) - 1)
    known = np.minimum(np.abs(t_s[after] - grid), np.abs(grid - t_s[after - 1])) < NEAR_S
    items: list[StreamItem] = []
    edges = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(np.int8), [0]])))
    last = 0
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if items:
            missing = int(start - last)
            items.append(Gap((last - 1) / RATE_HZ, start / RATE_HZ, missing, "missing rows"))
        cut = slice(start, stop)
        items.append(ImuBlock(np.arange(start, stop) / RATE_HZ, even[cut, :3], even[cut, 3:], int(start)))
        last = stop
    return items


def main() -> int:
    """Count the reps of every recording."""
    options = argument_parser(__doc__).parse_args()
    console, folder = Console(width=120), data_folder("bar-centre-imu")
    if not folder.is_dir():
        console.print(f"{folder} is not there; set UPRIGHT_DATA to the folder that holds bar-centre-imu")
        return 1
    report = Report(
        "Rep counts of an IMU on the middle of the bar", "uv run python benchmarks/bar_centre_counts.py"
    )
    table = ReportTable("Counts", ("lift", "usable sets", "exact", "all sets", "exact, all"))
    rows = list(pl.read_csv(folder / "index.csv").iter_rows(named=True))
    results: list[tuple[str, bool, int, int, str]] = []
    for row in track(rows, description="sets", console=console):
        items = stream(folder / f"{row['file']}.csv.gz")
        label = SetLabel(EXERCISES.get(row["exercise"]))
        info = SensorInfo(RATE_HZ, accel_range_mps2=4 * 9.80665)
        events = analyze(items, info, Mount(), label)
        found = sum(len(event.summary.reps) for event in events if isinstance(event, SetFinished))
        usable = row["uniq_hz"] >= USABLE_HZ and row["maxgap"] <= USABLE_GAP_S
        results.append((row["exercise"], usable, row["reps"], found, row["file"]))
    for lift in [*sorted({lift for lift, *_ in results}), "all"]:
        group = [r for r in results if lift in (r[0], "all")]
        good = [r for r in group if r[1]]
        table.add(
            lift,
            str(len(good)),
            str(sum(r[2] == r[3] for r in good)),
            str(len(group)),
            str(sum(r[2] == r[3] for r in group)),
        )
    report.tables.append(table)
    report.remarks.append(
        f"Usable: at least {USABLE_HZ:.0f} fresh rows a second, no gap above {USABLE_GAP_S} s."
    )
    report.remarks += [
        f"Usable and not exact: {name}: {found} instead of {true}"
        for _, usable, true, found, name in results
        if usable and true != found
    ]
    report.publish(console, options.markdown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
