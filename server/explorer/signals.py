"""All signals of a recording on one row per sample: what was measured, and what the signal core made of it.

Where nothing is known a value is NaN in the table and null for whoever asks. Derived signals are those of the
final estimate of each set; between sets nothing is estimated, so nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from analysis.imu import ImuBlock
from analysis.samples import at_full_scale
from analysis.trajectory import heading_of, trajectory_table
from ingest.items import AccelBlock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.checkup import Clipping
    from analysis.estimator import MotionEstimate
    from analysis.imu import FloatArray, Mount, SensorInfo
    from analysis.results import SetSummary
    from ingest.items import TimelineItem

RAW = ("ax_mps2", "ay_mps2", "az_mps2", "gx_radps", "gy_radps", "gz_radps")
"""Specific force and rate of turn, sensor frame."""
AXES = ("ax", "ay", "az", "gx", "gy", "gz")
"""The same as `analysis.checkup` names them."""
DERIVED = (
    "velocity_mps", "velocity_sd_mps", "height_m", "height_sd_m", "forward_m", "forward_sd_m", "left_m",
    "left_sd_m",
)  # fmt: skip
"""Vertical velocity through the definition's low-pass; position of the bar from the start of its set's first
rep, bar frame, each with its standard deviation."""
OF_REP = ("rep_start_s", "rep_forward_sd_m", "rep_left_sd_m", "rep_up_sd_m")
"""Within a rep: when it starts, and the standard deviations of the way from there."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a recording whose motion was estimated.

    Attributes
    ----------
    start_s, end_s : float
        s since the recording's first sample.
    direction : str or None
        What gives fore-aft its direction: "stated", or "found" from the motion, without a sign. None: nothing
        does.
    reason : str
        Why forward is not known; empty where it is.
    """

    start_s: float
    end_s: float
    direction: str | None
    reason: str


def raw_table(items: Iterable[TimelineItem], info: SensorInfo) -> pl.DataFrame:
    """Put the samples into a table.

    Parameters
    ----------
    items : iterable of ImuBlock, AccelBlock, Gap or SetLabel
        Of one recording, in the order of time.
    info : SensorInfo
        Full scales.

    Returns
    -------
    polars.DataFrame
        ``t_s``, `RAW` and ``clipped``, a row for each sample; lost samples have none. Rates of turn are NaN
        where the sensor has no gyroscope.
    """
    blocks = [item for item in items if isinstance(item, ImuBlock | AccelBlock)]
    t_s = np.concatenate([np.empty(0), *(one.t_s for one in blocks)])
    force = np.concatenate([np.empty((0, 3)), *(one.specific_force_mps2 for one in blocks)])
    gyro = np.concatenate([np.empty((0, 3)), *(_gyro_radps(one) for one in blocks)])
    imu = np.hstack([force, gyro])
    clipped = at_full_scale(imu, info).any(axis=1)
    return pl.DataFrame({"t_s": t_s} | dict(zip(RAW, imu.T, strict=True)) | {"clipped": clipped})


def _gyro_radps(block: ImuBlock | AccelBlock) -> FloatArray:
    return block.gyro_radps if isinstance(block, ImuBlock) else np.full((len(block), 3), np.nan)


def with_unstated_limits(table: pl.DataFrame, clipping: Clipping) -> pl.DataFrame:
    """Mark also the samples at a limit that nobody stated, as `analysis.checkup` finds it."""
    at_limit = np.array(table["clipped"].to_numpy(), dtype=np.bool_)
    for axis, limit in clipping.limits.items():
        at_limit |= np.abs(table[RAW[AXES.index(axis)]].to_numpy()) >= limit
    return table.with_columns(pl.Series("clipped", at_limit))


def with_motion(
    table: pl.DataFrame, motions: Sequence[MotionEstimate], sets: Sequence[SetSummary], mount: Mount
) -> tuple[pl.DataFrame, list[Stretch]]:
    """Add what the signal core made of the samples.

    Parameters
    ----------
    table : polars.DataFrame
        As `raw_table` made it.
    motions : sequence of MotionEstimate
        Final motion of each stretch that holds reps, in the order of time.
    sets : sequence of SetSummary
        What was found in them.
    mount : Mount
        As recorded.

    Returns
    -------
    table : polars.DataFrame
        With `DERIVED` and `OF_REP`, NaN where nothing is known.
    stretches : list of Stretch
        Where something is.
    """
    t_s = table["t_s"].to_numpy()
    columns: dict[str, FloatArray] = {name: np.full(len(t_s), np.nan) for name in (*DERIVED, *OF_REP)}
    stretches: list[Stretch] = []
    written_s = -np.inf
    for motion in motions:
        samples = motion.samples
        held = _set_of(sets, float(samples.t_s[0]), float(samples.t_s[-1]), written_s)
        mount_of_set, direction = _directed(mount, held)
        origin_s = float(samples.t_s[0])
        if held is not None:
            origin_s = next(rep.start_s for rep in held.reps if rep.start_s >= samples.t_s[0])
        measured = ~samples.lost & (samples.t_s > written_s)
        rows = np.searchsorted(t_s, samples.t_s[measured])
        found = _columns(motion, mount_of_set, origin_s) | _of_reps(motion, mount_of_set, held)
        for name, values in found.items():
            columns[name][rows] = values[measured]
        reason = mount.why_no_forward
        if not reason and np.isnan(found["forward_m"]).all():
            reason = "the bar stands upright in the sensor, so that it has no fore-aft"
        first_s = float(samples.t_s[np.argmax(measured)]) if measured.any() else origin_s
        stretches.append(Stretch(first_s, float(samples.t_s[-1]), direction, reason))
        written_s = max(written_s, float(samples.t_s[-1]))
    return table.with_columns(**{name: pl.Series(values) for name, values in columns.items()}), stretches


def _set_of(sets: Sequence[SetSummary], start_s: float, end_s: float, written_s: float) -> SetSummary | None:
    """Find the set whose reps lie in a stretch."""
    for summary in sets:
        if any(max(start_s, written_s) <= rep.start_s <= end_s for rep in summary.reps):
            return summary
    return None


def _directed(mount: Mount, held: SetSummary | None) -> tuple[Mount, str | None]:
    """Return the mount with an axis that was found where none was stated, and where its direction is from."""
    if not mount.why_no_forward:
        return mount, "stated"
    if held is None or held.bar_axis.axis is None:
        return mount, None
    found = replace(mount, bar_axis=held.bar_axis.axis)
    return (found, "found") if not found.why_no_forward else (mount, None)


def _columns(motion: MotionEstimate, mount: Mount, origin_s: float) -> dict[str, FloatArray]:
    path = trajectory_table(motion, mount, origin_s)
    return {
        "velocity_mps": motion.velocity_mps,
        "velocity_sd_mps": path["vz_sd_mps"],
        "height_m": path["z_m"],
        "height_sd_m": path["z_sd_m"],
        "forward_m": path["x_m"],
        "forward_sd_m": np.where(np.isnan(path["x_m"]), np.nan, path["x_sd_m"]),
        "left_m": path["y_m"],
        "left_sd_m": np.where(np.isnan(path["y_m"]), np.nan, path["y_sd_m"]),
    }


def _of_reps(motion: MotionEstimate, mount: Mount, held: SetSummary | None) -> dict[str, FloatArray]:
    """Say how sure the way from each rep's own start is: less is unknown of it than of the whole set's."""
    t_s = motion.samples.t_s
    columns: dict[str, FloatArray] = {name: np.full(len(t_s), np.nan) for name in OF_REP}
    heading = heading_of(motion, mount)
    to_bar = np.eye(3) if heading is None else heading
    for rep in () if held is None else held.reps:
        start, stop = np.searchsorted(t_s, (rep.start_s, max(rep.concentric_end_s, rep.end_s or 0.0)))
        inside = np.arange(int(start), min(int(stop) + 1, len(t_s)))
        if len(inside) < 2:
            continue
        covariance = motion.solution.displacement_covariances_m2(int(inside[0]), inside)
        variances = np.diagonal(to_bar @ covariance @ to_bar.T, axis1=1, axis2=2)
        columns["rep_start_s"][inside] = rep.start_s
        sds = np.sqrt(np.maximum(variances, 0.0))
        for name, values in zip(OF_REP[1:], sds.T, strict=True):
            columns[name][inside] = values
    return columns
