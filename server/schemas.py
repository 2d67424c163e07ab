"""What the browser gets: a pydantic model for each result, made from the signal core's dataclasses.

Unknown is null, never NaN or 0. Physical names keep their unit suffix. Directions: ``docs/frames.md``.
"""

from __future__ import annotations

import math
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from analysis.exercises import CATALOGUE
from server.rep_schemas import EstimateModel, Model, Number, RepModel
from server.session import LinkState, LinkStatus, RecordingInfo

if TYPE_CHECKING:
    from analysis.imu import SetLabel
    from analysis.results import (
        PartTrend,
        RejectedMovement,
        SessionTrend,
        SetSummary,
    )


def exercise_name(exercise_id: str | None) -> str | None:
    """Name for people; an id that the catalogue no longer has stands for itself."""
    if exercise_id is None:
        return None
    lift = CATALOGUE.get(exercise_id)
    return lift.name if lift else exercise_id


class ErrorModel(Model):
    """What went wrong, for programs (``code``) and people."""

    code: str
    message: str
    hint: str = ""


class RejectedModel(Model):
    """A movement that was not counted."""

    start_s: float
    end_s: float
    reason: str

    @classmethod
    def of(cls, rejected: RejectedMovement) -> RejectedModel:
        """Convert a rejected movement."""
        return cls.model_validate(rejected)


class BarAxisModel(Model):
    """Direction of the bar in the sensor frame; fields as in `analysis.results.BarAxis`."""

    axis: tuple[float, float, float] | None
    sd_rad: Number
    source: str
    reason: str = ""


class LabelModel(Model):
    """What the lifter says the next set is."""

    exercise_id: str | None = None
    exercise_name: str | None = None
    load_kg: Number = None

    @classmethod
    def of(cls, label: SetLabel) -> LabelModel:
        """Convert a label."""
        return cls(
            exercise_id=label.exercise_id,
            exercise_name=exercise_name(label.exercise_id),
            load_kg=label.load_kg,
        )


class OpenSetModel(LabelModel):
    """The set that is being lifted."""

    index: int
    reps: tuple[RepModel, ...]
    velocity_loss_fraction: Number


class SetModel(LabelModel):
    """One closed set; fields as in `analysis.results.SetSummary`."""

    index: int
    start_s: float
    end_s: float
    reps: tuple[RepModel, ...]
    rejected: tuple[RejectedModel, ...]
    velocity_loss_fraction: Number
    stability: dict[str, EstimateModel]
    sample_rate_hz: Number
    lost_samples: int
    clipped_samples: int
    bar_axis: BarAxisModel

    @classmethod
    def of_summary(cls, summary: SetSummary) -> SetModel:
        """Convert a closed set."""
        values = {field.name: getattr(summary, field.name) for field in fields(summary)}
        return cls.model_validate(
            values
            | {
                "exercise_name": exercise_name(summary.exercise_id),
                "reps": tuple(RepModel.of(rep) for rep in summary.reps),
                "rejected": tuple(RejectedModel.of(item) for item in summary.rejected),
                "stability": {name: EstimateModel.of(one) for name, one in summary.stability.items()},
            }
        )


class PartTrendModel(Model):
    """Change of one stability part across sets.

    ``change`` is the last set minus the first, in the part's unit, with ``change_sd``.
    """

    part: str
    set_indices: tuple[int, ...]
    values: tuple[Number, ...]
    sds: tuple[Number, ...]
    slope_per_set: Number
    slope_sd_per_set: Number
    words: str
    change: Number
    change_sd: Number

    @classmethod
    def of(cls, trend: PartTrend) -> PartTrendModel:
        """Convert a trend and add the change from the first set to the last."""
        has_change = len(trend.values) >= 2
        values = {field.name: getattr(trend, field.name) for field in fields(trend)}
        return cls.model_validate(
            values
            | {
                "change": trend.values[-1] - trend.values[0] if has_change else None,
                # The two means rest on different reps, so their errors are taken as independent.
                "change_sd": math.hypot(trend.sds[0], trend.sds[-1]) if has_change else None,
            }
        )


class ExerciseTrendModel(Model):
    """All parts of one exercise, the primary part first."""

    exercise_id: str
    exercise_name: str
    parts: tuple[PartTrendModel, ...]


class TrendModel(Model):
    """Change of the stability parts across sets, by exercise."""

    exercises: tuple[ExerciseTrendModel, ...] = ()

    @classmethod
    def of(cls, trend: SessionTrend) -> TrendModel:
        """Convert a trend; parts come in the order of the catalogue, the primary part first."""
        return cls(
            exercises=tuple(
                ExerciseTrendModel(
                    exercise_id=exercise_id,
                    exercise_name=exercise_name(exercise_id) or exercise_id,
                    parts=tuple(PartTrendModel.of(part) for part in _ordered(exercise_id, parts)),
                )
                for exercise_id, parts in trend.by_exercise
            )
        )


def _ordered(exercise_id: str, parts: tuple[PartTrend, ...]) -> list[PartTrend]:
    """Sort parts as the catalogue lists them; unknown parts go last, in their own order."""
    lift = CATALOGUE.get(exercise_id)
    order = {name: place for place, name in enumerate(lift.parts)} if lift else {}
    return sorted(parts, key=lambda part: order.get(part.part, len(order)))


class LinkModel(Model):
    """State of the link to the sensor; fields as in `server.session.LinkStatus`."""

    state: LinkState
    sensor_name: str | None
    battery_fraction: Number
    sample_rate_hz: Number
    received_samples: int
    lost_samples: int
    lost_fraction: Number
    last_sample_age_s: Number
    reason: str

    @classmethod
    def of(cls, status: LinkStatus) -> LinkModel:
        """Convert a status."""
        return cls.model_validate(status)


class SessionModel(Model):
    """One session; fields as in `server.session.RecordingInfo`."""

    recording_id: UUID
    started_at: datetime
    algorithm: str
    title: str
    source: str
    sensor_name: str
    mount_position: str
    sample_rate_hz: Number
    lost_samples: int

    @classmethod
    def of(cls, recording: RecordingInfo) -> SessionModel:
        """Convert a recording."""
        return cls.model_validate(recording)


class SessionSummaryModel(SessionModel):
    """One line of the list of sessions."""

    n_sets: int
    n_reps: int
    exercises: tuple[str, ...]


class SessionDetailModel(Model):
    """A whole session, in the form that the live snapshot has too."""

    session: SessionModel
    sets: tuple[SetModel, ...]
    trend: TrendModel


class StoredSetModel(Model):
    """One closed set with the session that it belongs to."""

    session: SessionModel
    set: SetModel


class SetLineModel(StoredSetModel):
    """One line of a list of sets: the set's reps are left out, and these stand for them."""

    n_reps: int
    best_mean_velocity_mps: Number


class TrendPointModel(Model):
    """One set among all sessions: where a point of a long trend comes from."""

    recording_id: UUID
    started_at: datetime
    set_index: int
    load_kg: Number
    n_reps: int
    best_mean_velocity_mps: Number
    stability: dict[str, EstimateModel]


class LongTrendModel(Model):
    """All sets of one exercise across sessions, with the change of each part over them."""

    exercise_id: str
    exercise_name: str
    points: tuple[TrendPointModel, ...]
    trend: TrendModel


class ExerciseModel(Model):
    """One lift of the catalogue."""

    id: str
    name: str
    main_velocity: str
    parts: tuple[str, ...]


class StatusModel(Model):
    """What the server is doing."""

    version: str
    session: SessionModel | None
    link: LinkModel | None
    n_clients: int


class LabelRequest(BaseModel):
    """What the lifter says the next set is; null: not told."""

    model_config = ConfigDict(extra="forbid")

    exercise_id: str | None = Field(default=None, max_length=64)
    load_kg: float | None = Field(default=None, ge=0, le=1000, allow_inf_nan=False)
