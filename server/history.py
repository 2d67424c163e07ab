"""What was done to a session's annotations, and what undo and redo would do next. Pure.

A history is linear: undo takes the newest change back, a new change forgets what was undone. Each change
holds the whole annotation before and after it, so that undoing anything gives exactly what was there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime  # noqa: TC003 -- pydantic reads the annotations
from typing import Annotated, ClassVar
from uuid import UUID  # noqa: TC003 -- as above

from pydantic import ConfigDict, Field

from server.annotations import SessionAnnotation  # noqa: TC001 -- as above

MAX_CHANGES = 200
"""Changes of a session that are remembered. 50 to 1000; older ones can no longer be undone."""


@dataclass(frozen=True, slots=True)
class Change:
    """One edit.

    Attributes
    ----------
    id : UUID
        By which a screen says which change it means.
    at : datetime
        When, with time zone.
    who : str
        Where it came from, for people; may be empty.
    words : str
        What was done, for people: "Rep 3 of set 2 left out: spotter".
    set_index : int or None
        Which set it concerns; None: the session.
    before, after : SessionAnnotation
        What was said of the session.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: UUID
    at: datetime
    who: Annotated[str, Field(max_length=200)]
    words: Annotated[str, Field(max_length=4000)]
    set_index: int | None
    before: SessionAnnotation
    after: SessionAnnotation


@dataclass(frozen=True, slots=True)
class History:
    """The changes of one session.

    Attributes
    ----------
    done : tuple of Change
        Oldest first; the last is what undo takes back.
    undone : tuple of Change
        The last is what redo does again.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    done: tuple[Change, ...] = ()
    undone: tuple[Change, ...] = ()

    @property
    def undo(self) -> Change | None:
        """What undo would take back."""
        return self.done[-1] if self.done else None

    @property
    def redo(self) -> Change | None:
        """What redo would do again."""
        return self.undone[-1] if self.undone else None

    def with_change(self, change: Change) -> History:
        """Add a change; what was undone before it is forgotten."""
        return History((*self.done, change)[-MAX_CHANGES:], ())

    def undoing(self) -> History:
        """Take the newest change back; there must be one."""
        return History(self.done[:-1], (*self.undone, self.done[-1]))

    def redoing(self) -> History:
        """Do the change that was undone last again; there must be one."""
        return History((*self.done, self.undone[-1]), self.undone[:-1])

    def handed_over(self, athlete_id: UUID, heir_id: UUID | None) -> History:
        """Put somebody else in place of an athlete who is taken out."""

        def instead(said: SessionAnnotation) -> SessionAnnotation:
            return replace(said, athlete_id=heir_id) if said.athlete_id == athlete_id else said

        def changed(some: tuple[Change, ...]) -> tuple[Change, ...]:
            return tuple(replace(one, before=instead(one.before), after=instead(one.after)) for one in some)

        return History(changed(self.done), changed(self.undone))

    def settled(self, annotation: SessionAnnotation) -> History:
        """Fit the history to what is really said of the session.

        It is written before the annotation. If the program was killed between the two, the newest step did
        not happen; if somebody changed the annotation by hand, nothing of the history can be undone.
        """
        now = annotation.tidy()
        if _fits(self, now):
            return self
        for other in ([self.undoing()] if self.done else []) + ([self.redoing()] if self.undone else []):
            if _fits(other, now):
                # A change that never happened is no change that somebody undid.
                return replace(other, undone=()) if len(other.done) < len(self.done) else other
        return History()


def _fits(history: History, annotation: SessionAnnotation) -> bool:
    if history.undo is not None and history.undo.after != annotation:
        return False
    return history.redo is None or history.redo.before == annotation
