"""What the browser may say about sessions, sets and athletes. A field that is left out stays as it is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
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
    TimeS,
    Title,
)
from server.rep_schemas import Model, Number
from server.schemas import ChangeModel

if TYPE_CHECKING:
    from server.change_log import Outcome
    from server.history import History


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


class ExcludeRequest(ExcludedRepRequest):
    """A rep that does not count; ``rep_start_s`` as the page sees it, so that no other rep is hit."""

    rep_start_s: TimeS | None = None


class RestoreRequest(_Edit):
    """A rep that counts again, or was made by hand and is as it was found again."""

    rep_index: Annotated[int, Field(ge=0, le=10_000)]
    rep_start_s: TimeS | None = None


class SplitRequest(_Edit):
    """A rep that is two from a time on, s."""

    rep_index: Annotated[int, Field(ge=0, le=10_000)]
    at_s: TimeS
    reason: Reason


class MergeRequest(ExcludeRequest):
    """A rep that is one with the rep after it."""


class LiveExcludeRequest(ExcludeRequest):
    """A rep of a set on the screens that does not count."""

    set_index: Annotated[int, Field(ge=0, le=10_000)]


class LiveRestoreRequest(RestoreRequest):
    """A rep of a set on the screens that counts again."""

    set_index: Annotated[int, Field(ge=0, le=10_000)]


class LiveSetChange(_Edit):
    """What changes of a closed set on the screens; what is left out stays."""

    set_index: Annotated[int, Field(ge=0, le=10_000)]
    exercise_id: ExerciseId | None = None
    load_kg: LoadKg | None = None
    rpe: Rpe | None = None
    note: Note | None = None


class StepRequest(_Edit):
    """Undo or redo; with ``id`` only if that change is still the next one."""

    id: UUID | None = None


class HistoryLineModel(Model):
    """One change of a session; ``is_undone`` if it was taken back."""

    id: UUID
    at: datetime
    who: str
    words: str
    set_index: int | None
    is_undone: bool


class StepsModel(Model):
    """What undo and redo would do next; null: nothing."""

    undo: ChangeModel | None
    redo: ChangeModel | None

    @classmethod
    def next_of(cls, history: History) -> dict[str, ChangeModel | None]:
        """Name the changes of undo and redo."""
        return {
            name: None if one is None else ChangeModel.model_validate(one)
            for name, one in (("undo", history.undo), ("redo", history.redo))
        }


class HistoryModel(StepsModel):
    """What was done to a session, the newest first."""

    changes: tuple[HistoryLineModel, ...]

    @classmethod
    def of(cls, history: History) -> HistoryModel:
        """Convert a history."""
        told = [
            HistoryLineModel(
                id=one.id,
                at=one.at,
                who=one.who,
                words=one.words,
                set_index=one.set_index,
                is_undone=is_undone,
            )
            for some, is_undone in ((history.undone, True), (history.done[::-1], False))
            for one in some
        ]
        return cls(changes=tuple(told), **cls.next_of(history))


class OutcomeModel(StepsModel):
    """What an edit, an undo or a redo did, in words; ``notice`` says what of it could not be done."""

    words: str
    set_index: int | None
    notice: str

    @classmethod
    def of(cls, outcome: Outcome) -> OutcomeModel:
        """Convert an outcome."""
        return cls(
            words=outcome.words,
            set_index=outcome.set_index,
            notice=outcome.notice,
            **cls.next_of(outcome.history),
        )
