"""The tables of the results database. All of it can be rebuilt from the recordings and the annotations.

Only types that SQLite and PostgreSQL share. A change needs a migration in ``server/migrations/versions``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    DateTime,
    Double,
    ForeignKey,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with time zone, kept as UTC. SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a moment into UTC."""
        del dialect
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give a moment its zone back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables; names of constraints are fixed so that migrations can refer to them."""

    type_annotation_map: ClassVar = {float: Double}  # said outright: the default differs between versions
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class AthleteRow(Base):
    """Somebody who lifts. Fields as in `server.annotations.Athlete`."""

    __tablename__ = "athlete"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(2000))
    body_mass_kg: Mapped[float | None]


class RecordingRow(Base):
    """One recording, which is one session. Fields as in `server.session.RecordingInfo`.

    ``athlete_id`` and what follows are annotations; a ``given_title`` counts instead of ``title``.
    """

    __tablename__ = "recording"

    recording_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    algorithm: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(40))
    sensor_name: Mapped[str] = mapped_column(String(100))
    mount_position: Mapped[str] = mapped_column(String(20))
    sample_rate_hz: Mapped[float | None]
    lost_samples: Mapped[int]
    athlete_id: Mapped[UUID | None] = mapped_column(ForeignKey("athlete.id"), index=True)
    given_title: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(2000), default="", server_default="")
    velocity_feedback: Mapped[bool | None]
    sets: Mapped[list[SetRow]] = relationship(
        back_populates="recording", cascade="all, delete-orphan", order_by="SetRow.set_index"
    )


class SetRow(Base):
    """One closed set. Fields as in `analysis.results.SetSummary`, with annotations applied.

    ``labelled_*`` and ``recorded_*`` are what the recording says; ``analysed`` is what the signal core said
    where annotations changed it, null where the columns say the same. ``regroupings`` are the annotations by
    which the reps were bounded, null where they are as found.
    """

    __tablename__ = "training_set"
    __table_args__ = (UniqueConstraint("recording_id", "set_index"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[UUID] = mapped_column(ForeignKey("recording.recording_id", ondelete="CASCADE"))
    set_index: Mapped[int]
    algorithm: Mapped[str] = mapped_column(String(100))
    exercise_id: Mapped[str | None] = mapped_column(String(64), index=True)
    load_kg: Mapped[float | None]
    start_s: Mapped[float]
    end_s: Mapped[float]
    n_reps: Mapped[int]
    velocity_loss_fraction: Mapped[float | None]
    sample_rate_hz: Mapped[float]
    lost_samples: Mapped[int]
    clipped_samples: Mapped[int]
    rejected: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    bar_axis: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    labelled_exercise_id: Mapped[str | None] = mapped_column(String(64))
    labelled_load_kg: Mapped[float | None]
    analysed: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    regroupings: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    rpe: Mapped[float | None]
    note: Mapped[str] = mapped_column(String(2000), default="", server_default="")
    velocity_feedback: Mapped[bool | None]
    recorded_velocity_feedback: Mapped[bool | None]
    goal: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    recording: Mapped[RecordingRow] = relationship(back_populates="sets")
    reps: Mapped[list[RepRow]] = relationship(cascade="all, delete-orphan", order_by="RepRow.rep_index")
    parts: Mapped[list[PartRow]] = relationship(cascade="all, delete-orphan", order_by="PartRow.part")


class PartRow(Base):
    """One measure of one set. Fields as in `analysis.results.Estimate`."""

    __tablename__ = "stability_part"

    set_id: Mapped[int] = mapped_column(ForeignKey("training_set.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[float | None]
    sd: Mapped[float | None]
    reason: Mapped[str] = mapped_column(String(400))


class RepRow(Base):
    """One rep. Fields as in `analysis.results.Rep`; the path is thinned (the recording has all of it)."""

    __tablename__ = "rep"

    set_id: Mapped[int] = mapped_column(ForeignKey("training_set.id", ondelete="CASCADE"), primary_key=True)
    rep_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    algorithm: Mapped[str] = mapped_column(String(100))
    sample_rate_hz: Mapped[float]
    lost_samples: Mapped[int]
    start_s: Mapped[float]
    turning_point_s: Mapped[float]
    concentric_start_s: Mapped[float]
    concentric_end_s: Mapped[float]
    end_s: Mapped[float | None]
    mean_concentric_velocity_mps: Mapped[float]
    mean_concentric_velocity_sd_mps: Mapped[float]
    peak_concentric_velocity_mps: Mapped[float]
    peak_concentric_velocity_sd_mps: Mapped[float]
    mean_propulsive_velocity_mps: Mapped[float]
    range_of_motion_m: Mapped[float]
    range_of_motion_sd_m: Mapped[float]
    forward_drift_m: Mapped[float | None]
    forward_drift_sd_m: Mapped[float | None]
    max_forward_m: Mapped[float | None]
    pitch_change_rad: Mapped[float | None]
    lockout_ratio: Mapped[float | None]
    eccentric_velocity_mps: Mapped[float | None]
    quality_state: Mapped[str] = mapped_column(String(20))
    quality_reasons: Mapped[list[str]] = mapped_column(JSON)
    path: Mapped[dict[str, Any]] = mapped_column(JSON)
    pitch_change_sd_rad: Mapped[float | None]
    lockout_ratio_sd: Mapped[float | None]
    curve: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    measures: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    dropped: Mapped[bool | None]
    excluded_reason: Mapped[str | None] = mapped_column(String(200))
