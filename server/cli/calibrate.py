"""``upright calibrate``: a sensor's accelerometer from rests on its six sides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import DataDir, settings_of
from server.cli.terminal import terminal

if TYPE_CHECKING:
    import numpy as np
    from rich.table import Table

    from analysis.calibration import Calibration
    from ingest.replay import ReplayableRecording


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("calibrate")(calibrate)


def calibrate(
    file: Annotated[
        Path, typer.Argument(help="A recording in which the sensor lay still on each of its six sides.")
    ],
    address: Annotated[
        str | None,
        typer.Option(help="Of the sensor, where the file does not say.", show_default=False),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Calibrate a sensor: record it lying still on each of its six sides, three seconds each, then run this.

    Nothing needs to be level: at rest the sensor feels gravity and nothing else, whichever way it lies.
    """
    from analysis.calibration import CalibrationConfig, from_rests
    from ingest.errors import ImportFileError
    from ingest.known_sensors import KnownSensors
    from ingest.replay import open_recording

    recording = open_recording(file)
    rests = _rests(recording)
    if not len(rests):
        raise ImportFileError(
            file,
            None,
            "the sensor never lay still for a second; lay it on a table, on each of its six sides in turn",
        )
    found = from_rests(rests, CalibrationConfig())
    console = terminal()
    console.print(_table(found))
    before, after = (_misfit_mps2(force) for force in (rests, found.corrected(rests)))
    console.print(f"  gravity in {len(rests)} rests: {before:.3f} m/s² off before, {after:.3f} m/s² after")
    wanted = address or recording.header.address
    if not wanted:
        console.print("  not kept: the file does not say which sensor it is; name it with --address")
        return
    path = KnownSensors(settings_of(data_dir).sensors_dir).keep(wanted, found)
    console.print(f"  kept for {wanted} in {path}", soft_wrap=True)


def _rests(recording: ReplayableRecording) -> np.ndarray:
    """Mean specific force of each rest, (K, 3) m/s²; none reaches across a gap."""
    import numpy as np

    from analysis.calibration import find_rests
    from analysis.config import StillnessConfig
    from analysis.samples import stretches_of
    from ingest.sample_table import core_items_of

    stretches = stretches_of(core_items_of(recording), recording.header.info)
    rests = [find_rests(samples, StillnessConfig()) for samples in stretches]
    return np.concatenate([np.empty((0, 3)), *rests])


def _misfit_mps2(force_mps2: np.ndarray) -> float:
    import numpy as np

    from analysis.imu import STANDARD_GRAVITY_MPS2

    surplus = np.linalg.norm(force_mps2, axis=1) - STANDARD_GRAVITY_MPS2
    return float(np.sqrt((surplus**2).mean()))


def _table(calibration: Calibration) -> Table:
    from rich.table import Table

    table = Table(title="Accelerometer, ± one standard deviation")
    for column in ("axis", "bias m/s²", "scale error %"):
        table.add_column(column, justify="right")
    for k, axis in enumerate("xyz"):
        bias, scale = calibration.mean[k], 100 * calibration.mean[k + 3]
        bias_sd, scale_sd = calibration.sd[k], 100 * calibration.sd[k + 3]
        table.add_row(axis, f"{bias:+.3f} ± {bias_sd:.3f}", f"{scale:+.2f} ± {scale_sd:.2f}")
    return table
