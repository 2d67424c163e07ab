"""Turns the signal core's results into rows and back, without loss except that paths are thinned."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.results import (
    BarAxis,
    BarPath,
    Estimate,
    Quality,
    QualityState,
    RejectedMovement,
    Rep,
    SetSummary,
    StickingRegion,
    VelocityCurve,
)
from server.paths import thin
from server.session import RecordingInfo
from server.tables import PartRow, RecordingRow, RepRow, SetRow

if TYPE_CHECKING:
    from analysis.imu import FloatArray

_REP_NUMBERS = tuple(
    f.name for f in fields(Rep) if f.name not in {"index", "path", "quality", "curve", "measures"}
)
_RECORDING_FIELDS = tuple(f.name for f in fields(RecordingInfo))


def recording_values(recording: RecordingInfo) -> dict[str, Any]:
    """Column values of a recording."""
    return {name: getattr(recording, name) for name in _RECORDING_FIELDS}


def recording_from_row(row: RecordingRow) -> RecordingInfo:
    """Read a recording."""
    return RecordingInfo(**{name: getattr(row, name) for name in _RECORDING_FIELDS})


def set_to_row(recording: RecordingInfo, summary: SetSummary) -> SetRow:
    """Make the row of a set, with those of its reps and parts."""
    return SetRow(
        recording_id=recording.recording_id,
        set_index=summary.index,
        algorithm=recording.algorithm,
        exercise_id=summary.exercise_id,
        load_kg=summary.load_kg,
        start_s=summary.start_s,
        end_s=summary.end_s,
        n_reps=len(summary.reps),
        velocity_loss_fraction=summary.velocity_loss_fraction,
        sample_rate_hz=summary.sample_rate_hz,
        lost_samples=summary.lost_samples,
        clipped_samples=summary.clipped_samples,
        rejected=[asdict(item) for item in summary.rejected],
        bar_axis=asdict(summary.bar_axis),
        reps=[_rep_to_row(recording, summary, rep) for rep in summary.reps],
        parts=[PartRow(part=name, **asdict(estimate)) for name, estimate in summary.stability.items()],
    )


def set_from_row(row: SetRow) -> SetSummary:
    """Read a set with its reps and parts."""
    return SetSummary(
        index=row.set_index,
        exercise_id=row.exercise_id,
        load_kg=row.load_kg,
        start_s=row.start_s,
        end_s=row.end_s,
        reps=tuple(_rep_from_row(rep) for rep in row.reps),
        rejected=tuple(RejectedMovement(**item) for item in row.rejected),
        velocity_loss_fraction=row.velocity_loss_fraction,
        stability={part.part: Estimate(part.value, part.sd, part.reason) for part in row.parts},
        sample_rate_hz=row.sample_rate_hz,
        lost_samples=row.lost_samples,
        clipped_samples=row.clipped_samples,
        bar_axis=_bar_axis_from_json(row.bar_axis),
    )


def _bar_axis_from_json(stored: dict[str, Any] | None) -> BarAxis:
    """Read a bar axis; sets that were stored before it was looked for have none."""
    if stored is None:
        return BarAxis(reason="not looked for when this set was stored")
    axis = stored["axis"]
    return BarAxis(
        axis=None if axis is None else (axis[0], axis[1], axis[2]),
        sd_rad=stored["sd_rad"],
        source=stored["source"],
        reason=stored["reason"],
    )


def _rep_to_row(recording: RecordingInfo, summary: SetSummary, rep: Rep) -> RepRow:
    return RepRow(
        rep_index=rep.index,
        algorithm=recording.algorithm,
        sample_rate_hz=summary.sample_rate_hz,
        lost_samples=summary.lost_samples,
        quality_state=rep.quality.state.value,
        quality_reasons=list(rep.quality.reasons),
        path=_path_to_json(rep.path),
        curve=None if rep.curve is None else asdict(rep.curve),
        measures={name: asdict(estimate) for name, estimate in rep.measures.items()},
        **{name: getattr(rep, name) for name in _REP_NUMBERS},
    )


def _rep_from_row(row: RepRow) -> Rep:
    return Rep(
        index=row.rep_index,
        path=_path_from_json(row.path),
        curve=_curve_from_json(row.curve),
        measures={name: Estimate(**stored) for name, stored in (row.measures or {}).items()},
        quality=Quality(QualityState(row.quality_state), tuple(row.quality_reasons)),
        **{name: getattr(row, name) for name in _REP_NUMBERS},
    )


def _curve_from_json(stored: dict[str, Any] | None) -> VelocityCurve | None:
    """Read the shape of a velocity; reps that were stored before it was looked at have none."""
    if stored is None:
        return None
    values = dict(stored)
    sticking = values.pop("sticking")
    return VelocityCurve(sticking=None if sticking is None else StickingRegion(**sticking), **values)


def _path_to_json(path: BarPath) -> dict[str, Any]:
    few = thin(path)
    return {
        name: None if (values := getattr(few, name)) is None else values.tolist()
        for name in ("t_s", "forward_m", "up_m", "forward_sd_m")
    }


def _path_from_json(stored: dict[str, Any]) -> BarPath:
    def array(name: str) -> FloatArray | None:
        return None if stored[name] is None else np.array(stored[name], dtype=np.float64)

    return BarPath(
        t_s=np.array(stored["t_s"], dtype=np.float64),
        forward_m=array("forward_m"),
        up_m=np.array(stored["up_m"], dtype=np.float64),
        forward_sd_m=array("forward_sd_m"),
    )
