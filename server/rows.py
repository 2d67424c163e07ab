"""Turns the signal core's results into rows and back, without loss except that paths are thinned."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import TypeAdapter
from sqlalchemy.orm import object_session

from analysis.imu import SetLabel
from analysis.regrouping import Regrouped
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
from analysis.set_goal import SetGoal
from server.annotating import annotate_set
from server.annotations import Athlete, Regrouping, SetAnnotation
from server.paths import thin
from server.session import RecordingInfo
from server.stored import RegroupedSet, StoredSet
from server.tables import AthleteRow, PartRow, RecordingRow, RepRow, SetRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.imu import FloatArray

_REP_NUMBERS = tuple(
    f.name for f in fields(Rep) if f.name not in {"index", "path", "quality", "curve", "measures"}
)
_RECORDING_FIELDS = tuple(f.name for f in fields(RecordingInfo))
_RECORDING_ANNOTATIONS = {"athlete_id", "note", "velocity_feedback"}
_REGROUPINGS = TypeAdapter(tuple[Regrouping, ...])
_GOAL = TypeAdapter(SetGoal)
_ATHLETE_FIELDS = tuple(f.name for f in fields(Athlete))


def recording_values(recording: RecordingInfo) -> dict[str, Any]:
    """Column values of a recording, but for its annotations: a session that goes on must not undo them."""
    return {
        name: getattr(recording, name) for name in _RECORDING_FIELDS if name not in _RECORDING_ANNOTATIONS
    }


def recording_from_row(row: RecordingRow) -> RecordingInfo:
    """Read a recording."""
    recording = RecordingInfo(**{name: getattr(row, name) for name in _RECORDING_FIELDS})
    return recording if row.given_title is None else replace(recording, title=row.given_title)


def athlete_to_row(athlete: Athlete) -> AthleteRow:
    """Make the row of an athlete."""
    return AthleteRow(**{name: getattr(athlete, name) for name in _ATHLETE_FIELDS})


def athlete_from_row(row: AthleteRow) -> Athlete:
    """Read an athlete."""
    return Athlete(**{name: getattr(row, name) for name in _ATHLETE_FIELDS})


def set_to_row(recording: RecordingInfo, summary: SetSummary, labelled: SetLabel | None = None) -> SetRow:
    """Make the row of a set as analysed, with those of its reps and parts.

    ``labelled`` is what the recording says where the set was analysed as something else.
    """
    if labelled is None:
        labelled = SetLabel(summary.exercise_id, summary.load_kg)
    return SetRow(
        labelled_exercise_id=labelled.exercise_id,
        labelled_load_kg=labelled.load_kg,
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
        recorded_velocity_feedback=summary.velocity_feedback,
        goal=None if summary.goal is None else asdict(summary.goal),
        reps=[_rep_to_row(recording.algorithm, summary, rep) for rep in summary.reps],
        parts=_part_rows(summary.stability),
    )


def annotate_row(row: SetRow, annotation: SetAnnotation | None, fresh: RegroupedSet | None = None) -> None:
    """Lay an annotation over a set's row in place of any that was there before.

    ``fresh`` are its reps as they were bounded and measured just now. Without it, reps stay as they are
    bounded, unless the annotation says no more of it: then those that were found come back.
    """
    analysed = analysed_from_row(row)
    said = annotation or SetAnnotation(0.0, 0.0)
    present = _regrouped_from_row(row)
    if not said.regroupings:
        wanted = None
    else:
        wanted = fresh if fresh is not None and fresh.regroupings == said.regroupings else present
    edited = annotate_set(
        analysed,
        _label(row),
        annotation,
        row.recording.mount_position,
        None if wanted is None else wanted.result,
    )
    row.rpe, row.note, row.velocity_feedback = said.rpe, said.note, said.velocity_feedback
    new = edited.summary
    row.exercise_id, row.load_kg = new.exercise_id, new.load_kg
    row.n_reps = len(new.reps) - len(edited.excluded)
    if wanted is not present:
        _exchange_reps(row, new)
        row.rejected = [asdict(item) for item in new.rejected]
        row.regroupings = (
            None if wanted is None else _REGROUPINGS.dump_python(wanted.regroupings, mode="json")
        )
    for rep in row.reps:
        rep.excluded_reason = edited.excluded.get(rep.rep_index)
    if dict(new.stability) != {part.part: _estimate(part) for part in row.parts}:
        # The old parts have the same keys: changed where they can be, not deleted and added.
        have = {part.part: part for part in row.parts}
        row.parts = [_updated(have.get(part.part), part) for part in _part_rows(new.stability)]
    row.velocity_loss_fraction = new.velocity_loss_fraction
    before = _numbers(analysed)
    if wanted is not None:
        before |= {
            "reps": [rep_to_json(rep) for rep in analysed.reps],
            "rejected": [asdict(one) for one in analysed.rejected],
        }
        row.analysed = before
    else:
        row.analysed = None if _numbers(new) == before else before


def _exchange_reps(row: SetRow, new: SetSummary) -> None:
    """Put other reps in place of a set's: the old ones have the same keys, so they must be gone first."""
    session = object_session(row)
    row.reps = []
    if session is not None:
        session.flush()
    row.reps = [_rep_to_row(row.algorithm, new, rep) for rep in new.reps]


def _regrouped_from_row(row: SetRow) -> RegroupedSet | None:
    """Read the reps as people bounded them, if they did; what could not be measured is among the rejected."""
    if row.regroupings is None or row.analysed is None:
        return None
    found = {(one["start_s"], one["end_s"], one["reason"]) for one in row.analysed.get("rejected", ())}
    rejected = (RejectedMovement(**item) for item in row.rejected)
    left = tuple(one for one in rejected if (one.start_s, one.end_s, one.reason) not in found)
    reps = tuple(_rep_from_row(rep, with_paths=True) for rep in row.reps)
    return RegroupedSet(_regroupings(row), Regrouped(reps, left))


def _regroupings(row: SetRow) -> tuple[Regrouping, ...]:
    return _REGROUPINGS.validate_python(tuple(row.regroupings or ()))


def _updated(old: PartRow | None, new: PartRow) -> PartRow:
    if old is None:
        return new
    old.value, old.sd, old.reason = new.value, new.sd, new.reason
    return old


def _numbers(summary: SetSummary) -> dict[str, Any]:
    """Return what annotations can change of what the signal core said; loads change nothing there."""
    return {
        "exercise_id": summary.exercise_id,
        "velocity_loss_fraction": summary.velocity_loss_fraction,
        "stability": {name: asdict(summary.stability[name]) for name in sorted(summary.stability)},
    }


def analysed_from_row(row: SetRow) -> SetSummary:
    """Read a set as the signal core made it, without annotations."""
    summary = replace(set_from_row(row), load_kg=row.labelled_load_kg)
    if row.analysed is None:
        return summary
    if "reps" in row.analysed:
        summary = replace(
            summary,
            reps=tuple(_rep_from_row(RepRow(**rep), with_paths=True) for rep in row.analysed["reps"]),
            rejected=tuple(RejectedMovement(**item) for item in row.analysed["rejected"]),
        )
    return replace(
        summary,
        exercise_id=row.analysed["exercise_id"],
        velocity_loss_fraction=row.analysed["velocity_loss_fraction"],
        stability={name: Estimate(**stored) for name, stored in row.analysed["stability"].items()},
    )


def _label(row: SetRow) -> SetLabel:
    return SetLabel(row.labelled_exercise_id, row.labelled_load_kg)


def _part_rows(stability: Mapping[str, Estimate]) -> list[PartRow]:
    return [PartRow(part=name, **asdict(estimate)) for name, estimate in stability.items()]


def _estimate(part: PartRow) -> Estimate:
    return Estimate(part.value, part.sd, part.reason)


def stored_set_from_row(row: SetRow, *, with_paths: bool = True) -> StoredSet:
    """Read a set with its session and annotations; without paths its reps have no curve either."""
    return StoredSet(
        recording=recording_from_row(row.recording),
        summary=set_from_row(row, with_paths=with_paths),
        algorithm=row.algorithm,
        labelled=_label(row),
        analysed_exercise_id=row.exercise_id if row.analysed is None else row.analysed["exercise_id"],
        rpe=row.rpe,
        note=row.note,
        own_velocity_feedback=row.velocity_feedback,
        excluded={rep.rep_index: rep.excluded_reason for rep in row.reps if rep.excluded_reason is not None},
        regroupings=_regroupings(row),
    )


def set_from_row(row: SetRow, *, with_paths: bool = True) -> SetSummary:
    """Read a set with its reps and parts; without paths its reps have no curve either."""
    return SetSummary(
        index=row.set_index,
        exercise_id=row.exercise_id,
        load_kg=row.load_kg,
        start_s=row.start_s,
        end_s=row.end_s,
        reps=tuple(_rep_from_row(rep, with_paths=with_paths) for rep in row.reps),
        rejected=tuple(RejectedMovement(**item) for item in row.rejected),
        velocity_loss_fraction=row.velocity_loss_fraction,
        stability={part.part: _estimate(part) for part in row.parts},
        sample_rate_hz=row.sample_rate_hz,
        lost_samples=row.lost_samples,
        clipped_samples=row.clipped_samples,
        bar_axis=_bar_axis_from_json(row.bar_axis),
        velocity_feedback=row.recorded_velocity_feedback,
        goal=None if row.goal is None else _GOAL.validate_python(row.goal),
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


def _rep_to_row(algorithm: str, summary: SetSummary, rep: Rep) -> RepRow:
    return RepRow(
        algorithm=algorithm,
        sample_rate_hz=summary.sample_rate_hz,
        lost_samples=summary.lost_samples,
        **rep_to_json(rep),
    )


def rep_to_json(rep: Rep) -> dict[str, Any]:
    """Column values of a rep, all of which JSON can hold."""
    return {
        "rep_index": rep.index,
        "quality_state": rep.quality.state.value,
        "quality_reasons": list(rep.quality.reasons),
        "path": _path_to_json(rep.path),
        "curve": None if rep.curve is None else asdict(rep.curve),
        "measures": {name: asdict(estimate) for name, estimate in rep.measures.items()},
        **{name: getattr(rep, name) for name in _REP_NUMBERS},
    }


def _rep_from_row(row: RepRow, *, with_paths: bool) -> Rep:
    return Rep(
        index=row.rep_index,
        path=_path_from_json(row.path) if with_paths else BarPath(np.empty(0), None, np.empty(0)),
        curve=_curve_from_json(row.curve) if with_paths else None,
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
