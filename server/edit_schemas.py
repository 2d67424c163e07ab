"""What the browser may say about sessions, sets and athletes. A field that is left out stays as it is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from server.annotations import (
    MAX_EXCLUDED,
    BodyMassKg,
    ExerciseId,
    LoadKg,
    Name,
    Note,
    Reason,
    Rpe,
    Title,
)
from server.rep_schemas import Model, Number


class AthleteModel(Model):
    """Somebody who lifts; fields as in `server.annotations.Athlete`."""

    id: UUID
    name: str
    created_at: datetime
    note: str
    body_mass_kg: Number


class _Edit(BaseModel):
    """Base of all edits: nothing unknown is taken."""

    model_config = ConfigDict(extra="forbid")

    def changes(self) -> dict[str, Any]:
        """Return the fields that were given; text that was taken away is empty."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: "" if name == "note" and value is None else value for name, value in given.items()}


class AthleteRequest(_Edit):
    """A new athlete."""

    name: Name
    note: Note = ""
    body_mass_kg: BodyMassKg | None = None


class AthleteChange(_Edit):
    """What changes of an athlete."""

    name: Name = ""
    note: Note | None = None
    body_mass_kg: BodyMassKg | None = None


class RemovedAthleteModel(Model):
    """What became of the sessions of an athlete who was taken out."""

    n_sessions: int
    heir_id: UUID | None


class SessionChange(_Edit):
    """What changes of a session; null: as recorded, nobody, not known."""

    athlete_id: UUID | None = None
    title: Title | None = None
    note: Note | None = None
    velocity_feedback: bool | None = None


class ExcludedRepRequest(_Edit):
    """A rep that does not count, and why."""

    rep_index: Annotated[int, Field(ge=0, le=10_000)]
    reason: Reason


class SetChange(_Edit):
    """What changes of a set; null: as labelled, not said. ``excluded_reps`` are all that do not count."""

    exercise_id: ExerciseId | None = None
    load_kg: LoadKg | None = None
    rpe: Rpe | None = None
    note: Note | None = None
    velocity_feedback: bool | None = None
    excluded_reps: Annotated[tuple[ExcludedRepRequest, ...], Field(max_length=MAX_EXCLUDED)] = ()
