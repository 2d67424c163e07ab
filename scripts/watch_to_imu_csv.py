"""Convert a watch recording (columns t, ua_*, g_*, q_*) to the plain import format ``imu-csv``.

    uv run python scripts/watch_to_imu_csv.py RECORDING.csv.gz OUT.csv
    uv run python scripts/watch_to_imu_csv.py FOLDER OUT_FOLDER      # every recording of a folder

CoreMotion reports user acceleration and gravity in g with the opposite sign of an accelerometer, so the
specific force is -(ua + g). These recordings hold no rate of turn: it is derived from the attitude quaternion
(body to reference).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl
from rich.progress import track
from scipy.spatial.transform import Rotation

STANDARD_GRAVITY_MPS2 = 9.80665


def convert(source: Path, target: Path) -> None:
    """Write ``source`` as imu-csv to ``target``."""
    table = pl.read_csv(source).drop_nulls().unique(subset="t", keep="first", maintain_order=True)
    t_s = table["t"].to_numpy()
    user = table.select("ua_x", "ua_y", "ua_z").to_numpy()
    gravity = table.select("g_x", "g_y", "g_z").to_numpy()
    force_mps2 = -(user + gravity) * STANDARD_GRAVITY_MPS2
    attitude = Rotation.from_quat(table.select("q_w", "q_x", "q_y", "q_z").to_numpy(), scalar_first=True)
    # Body rate over each interval from the relative rotation, then averaged onto the samples (central
    # difference).
    interval_radps = (attitude[:-1].inv() * attitude[1:]).as_rotvec() / np.diff(t_s)[:, None]
    gyro_radps = np.vstack(
        [interval_radps[:1], (interval_radps[1:] + interval_radps[:-1]) / 2, interval_radps[-1:]]
    )
    columns = {"t_s": t_s - t_s[0]}
    columns |= {f"a{axis}_mps2": force_mps2[:, i] for i, axis in enumerate("xyz")}
    columns |= {f"g{axis}_radps": gyro_radps[:, i] for i, axis in enumerate("xyz")}
    pl.DataFrame(columns).write_csv(target, float_precision=6)


def main() -> int:
    """Convert one file, or all of a folder."""
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    if not source.exists():
        print(f"{source} does not exist; give a recording or a folder of recordings", file=sys.stderr)
        return 1
    if source.is_file():
        convert(source, target)
        return 0
    target.mkdir(parents=True, exist_ok=True)
    for path in track(sorted(source.glob("*.csv.gz")), description="converting"):
        convert(path, target / path.name.replace(".csv.gz", ".csv"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
