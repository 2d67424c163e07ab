"""What the browser gets: a pydantic model for each result, made from the signal core's dataclasses.

Unknown is null, never NaN or 0. Physical names keep their unit suffix. Directions: ``docs/frames.md``.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from analysis.exercises import CATALOGUE
from analysis.stability.judged_weeks import LiftHistory
from server.goal_schemas import AdviceModel, GoalModel, GoalRequest
from server.rep_schemas import EstimateModel, Model, Number, RepModel
from server.session import LinkState, LinkStatus, RecordingInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.exercises import Exercise
    from analysis.imu import SetLabel
    from analysis.results import (
        RejectedMovement,
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
    goal: GoalModel | None = None

    @classmethod
    def of(cls, label: SetLabel) -> LabelModel:
        """Convert a label."""
        return cls(
            exercise_id=label.exercise_id,
            exercise_name=exercise_name(label.exercise_id),
            load_kg=label.load_kg,
            goal=GoalModel.of(label.goal),
        )


class OpenSetModel(LabelModel):
    """The set that is being lifted."""

    advice: AdviceModel | None = None

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
    velocity_feedback: bool | None = None
    advice: AdviceModel | None = None

    @classmethod
    def of_summary(cls, summary: SetSummary, excluded: Mapping[int, str] | None = None) -> SetModel:
        """Convert a closed set, and say why reps do not count."""
        out = excluded or {}
        values = {field.name: getattr(summary, field.name) for field in fields(summary)}
        return cls.model_validate(
            values
            | {
                "exercise_name": exercise_name(summary.exercise_id),
                "goal": GoalModel.of(summary.goal),
                "advice": AdviceModel.among(summary.reps, out, summary.goal, summary.exercise_id),
                "reps": tuple(RepModel.of(rep, out.get(rep.index, "")) for rep in summary.reps),
                "rejected": tuple(RejectedModel.of(item) for item in summary.rejected),
                "stability": {name: EstimateModel.of(one) for name, one in summary.stability.items()},
            }
        )


class CompanionModel(Model):
    """A sensor recorded beside the one on the bar; fields as in `server.session.CompanionStatus`."""

    role: str
    state: LinkState
    sensor_name: str | None
    battery_fraction: Number
    heart_rate_bpm: int | None
    received_samples: int
    lost_samples: int
    reason: str


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
    heart_rate_bpm: int | None
    companions: tuple[CompanionModel, ...]
    reconnects: int

    @classmethod
    def of(cls, status: LinkStatus) -> LinkModel:
        """Convert a status."""
        return cls.model_validate(status)


class ChangeModel(Model):
    """A change that undo would take back, or redo do again: its id, and what it did, for people."""

    id: UUID
    words: str


class SessionModel(Model):
    """One session; fields as in `server.session.RecordingInfo`.

    ``athlete_id`` null: the lifter without a name; ``velocity_feedback`` null: not known.
    """

    recording_id: UUID
    started_at: datetime
    algorithm: str
    title: str
    source: str
    sensor_name: str
    mount_position: str
    sample_rate_hz: Number
    lost_samples: int
    athlete_id: UUID | None
    note: str
    velocity_feedback: bool | None

    @classmethod
    def of(cls, recording: RecordingInfo) -> SessionModel:
        """Convert a recording."""
        return cls.model_validate(recording)


class SessionSummaryModel(SessionModel):
    """One line of the list of sessions."""

    n_sets: int
    n_reps: int
    exercises: tuple[str, ...]
    tonnage_kg: Number
    duration_s: Number


class SessionPlaceModel(Model):
    """What is around a session: the same lifter's sessions before and after it, and its recording."""

    previous_id: UUID | None
    next_id: UUID | None
    has_recording: bool


class LiftHistoryModel(Model):
    """One lift across weeks; ``history`` is null where no set of it is stored."""

    exercise_id: str
    exercise_name: str
    history: LiftHistory | None


class MeasureModel(Model):
    """One measure; fields as in `analysis.measures.Measure`."""

    id: str
    name: str
    unit: str
    worse: int
    resolution: float
    explain: str
    scope: str
    research: bool


class ThresholdModel(Model):
    """Velocity of a one-repetition maximum: in lifts that are trained by peak velocity the peak."""

    velocity_mps: float
    sd_mps: float
    source: str
    confidence: str


class ExerciseModel(Model):
    """One lift of the catalogue; fields as in `analysis.exercises.Exercise`, threshold null if not known."""

    id: str
    name: str
    main_velocity: str
    parts: tuple[str, ...]
    role: str
    trains: str
    threshold: ThresholdModel | None = None

    @classmethod
    def of(cls, lift: Exercise) -> ExerciseModel:
        """Convert a lift."""
        prior = lift.one_rm_velocity
        return cls(
            id=lift.id,
            name=lift.name,
            main_velocity=lift.main_velocity,
            parts=lift.parts,
            role=lift.role.value,
            trains=lift.trains,
            threshold=None
            if prior is None
            else ThresholdModel(
                velocity_mps=prior.one_rm_velocity_mps,
                sd_mps=prior.one_rm_velocity_sd_mps,
                source=prior.source,
                confidence=prior.confidence.value,
            ),
        )


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
    goal: GoalRequest | None = None
