"""The list of sessions: which are wanted, what each line says, and which stand beside one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, func, or_, select

from server.errors import NotFoundError
from server.rows import recording_from_row
from server.stored import SessionOverview
from server.tables import RecordingRow, SetRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions are wanted; without anything all.

    Attributes
    ----------
    athlete_id : UUID or None
        Those of one athlete.
    is_unnamed : bool
        Those of the lifter without a name.
    exercise_id : str or None
        Those with a set of this lift.
    words : str
        Those whose title, or whose note or that of a set, has this text in it, in capitals or not.
    """

    athlete_id: UUID | None = None
    is_unnamed: bool = False
    exercise_id: str | None = None
    words: str = ""

    def applied_to(self, query: Select[RecordingRow]) -> Select[RecordingRow]:
        """Narrow a query down."""
        if self.athlete_id is not None:
            query = query.where(RecordingRow.athlete_id == self.athlete_id)
        if self.is_unnamed:
            query = query.where(RecordingRow.athlete_id.is_(None))
        if self.exercise_id is not None:
            query = query.where(RecordingRow.sets.any(SetRow.exercise_id == self.exercise_id))
        return query.where(_mentions(self.words)) if self.words else query


def _mentions(words: str) -> ColumnElement[bool]:
    title = func.coalesce(RecordingRow.given_title, RecordingRow.title)
    return or_(
        title.icontains(words, autoescape=True),
        RecordingRow.note.icontains(words, autoescape=True),
        RecordingRow.sets.any(SetRow.note.icontains(words, autoescape=True)),
    )


def list_sessions(
    session: Session, wanted: SessionFilter, limit: int | None, offset: int
) -> tuple[SessionOverview, ...]:
    """List sessions, newest first; ``limit`` None: all that are older than the first ``offset``."""
    newest = RecordingRow.started_at.desc(), RecordingRow.recording_id
    query = wanted.applied_to(select(RecordingRow)).order_by(*newest).limit(limit).offset(offset)
    rows = session.scalars(query).all()
    ids = [row.recording_id for row in rows]
    lifts = _lifts(session, ids)
    sums = _sums(session, ids)
    found: list[SessionOverview] = []
    for row in rows:
        n_sets, n_reps, tonnage_kg, duration_s = sums.get(row.recording_id, (0, 0, None, None))
        exercises = tuple(lifts.get(row.recording_id, ()))
        found.append(
            SessionOverview(recording_from_row(row), n_sets, n_reps, exercises, tonnage_kg, duration_s)
        )
    return tuple(found)


def _sums(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[int, int, float | None, float | None]]:
    """Add up sets, reps, tonnage (kg) and duration (s) of sessions."""
    tonnage_kg: ColumnElement[float | None] = func.sum(SetRow.load_kg * SetRow.n_reps)
    duration_s = func.max(SetRow.end_s) - func.min(SetRow.start_s)
    n_reps: ColumnElement[int] = func.sum(SetRow.n_reps)
    rows = session.execute(
        select(SetRow.recording_id, func.count(), n_reps, tonnage_kg, duration_s)
        .where(SetRow.recording_id.in_(ids))
        .group_by(SetRow.recording_id)
    )
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}


def _lifts(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Lifts of sessions, each once, in their order."""
    lifts: dict[UUID, list[str]] = {}
    rows = session.execute(
        select(SetRow.recording_id, SetRow.exercise_id)
        .where(SetRow.recording_id.in_(ids))
        .order_by(SetRow.set_index)
    )
    for recording_id, exercise_id in rows:
        found = lifts.setdefault(recording_id, [])
        if exercise_id is not None and exercise_id not in found:
            found.append(exercise_id)
    return lifts


def sessions_beside(session: Session, recording_id: UUID) -> tuple[UUID | None, UUID | None]:
    """Find the sessions of the same lifter before and after one.

    Raises
    ------
    NotFoundError
        If there is no such session.
    """
    here = session.get(RecordingRow, recording_id)
    if here is None:
        raise NotFoundError(f"There is no session {recording_id}.", "Open the list of sessions.")
    # Compares with NULL as "IS NULL", which is what the lifter without a name is.
    same = select(RecordingRow.recording_id).where(RecordingRow.athlete_id == here.athlete_id)
    moment = RecordingRow.started_at
    before = same.where(moment < here.started_at).order_by(moment.desc()).limit(1)
    after = same.where(moment > here.started_at).order_by(moment).limit(1)
    return session.scalar(before), session.scalar(after)
