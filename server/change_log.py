"""What was changed of each session, step by step: every change goes through here, and can be taken back."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from server.errors import AnnotationError, EditRefusedError, NotFoundError
from server.history import Change

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.annotation_files import AnnotationFiles
    from server.annotations import SessionAnnotation
    from server.bringing import Bringer, Prepared
    from server.history import History
    from server.store import Store

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an edit, an undo or a redo did.

    Attributes
    ----------
    words : str
        For people.
    annotation : SessionAnnotation
        What is said of the session now.
    history : History
        What undo and redo would do next.
    set_index : int or None
        Which set it concerned, if only one.
    notice : str
        What could not be done, in words; empty if all was.
    """

    words: str
    annotation: SessionAnnotation
    history: History
    set_index: int | None = None
    notice: str = ""


class ChangeLog:
    """Changes annotations, one change of a session at a time, and takes changes back.

    Call it outside the event loop: a change may read a recording again.

    Parameters
    ----------
    store : Store
        Mirrors the annotations.
    files : AnnotationFiles
        The truth.
    bringer : Bringer
        Brings the store up to them.
    """

    def __init__(self, store: Store, files: AnnotationFiles, bringer: Bringer) -> None:
        self._store, self._files, self._bringer = store, files, bringer
        self._locks: defaultdict[UUID, threading.Lock] = defaultdict(threading.Lock)

    def alone(self, recording_id: UUID) -> threading.Lock:
        """Return the lock of a session: held from reading what is said of it until `change` has written."""
        return self._locks[recording_id]

    def history(self, recording_id: UUID) -> History:
        """Read what undo and redo would do in a session, and what was done.

        Raises
        ------
        NotFoundError, AnnotationError
            If there is no such session, or a file is damaged.
        """
        with self._locks[recording_id]:
            self._store.session(recording_id)
            return self._history(recording_id)

    def now(self, recording_id: UUID) -> Outcome:
        """Read what is said of a session, and its history."""
        with self._locks[recording_id]:
            return Outcome("", self._files.session(recording_id), self._history(recording_id))

    def undo(self, recording_id: UUID, change_id: UUID | None = None) -> Outcome:
        """Take the newest change of a session back.

        Parameters
        ----------
        recording_id : UUID
            Which session.
        change_id : UUID or None
            The change that is meant; None: whichever is the newest.

        Raises
        ------
        NotFoundError, EditRefusedError, AnnotationError
            If there is no such session, nothing to take back, somebody was quicker, or a file is damaged.
        """
        return self._step(recording_id, change_id, is_undo=True)

    def redo(self, recording_id: UUID, change_id: UUID | None = None) -> Outcome:
        """Do the change of a session that was taken back last again; see `undo`."""
        return self._step(recording_id, change_id, is_undo=False)

    def lay_over(self, recording_id: UUID) -> None:
        """Lay what is said of a session over a set of it that was stored just now."""
        with self._locks[recording_id]:
            try:
                annotation = self._files.session(recording_id)
            except AnnotationError as error:
                _log.warning("%s", error)
                return
            if annotation.sets:
                self._store.annotate(recording_id, annotation)

    def change(
        self,
        recording_id: UUID,
        annotation: SessionAnnotation,
        words: str,
        set_index: int | None,
        who: str,
        check: Callable[[Prepared], None] = lambda _: None,
    ) -> Outcome:
        """Write what is said of a session from now on. Hold `alone`.

        Parameters
        ----------
        recording_id : UUID
            Which session.
        annotation : SessionAnnotation
            What is said now.
        words : str
            What that changes, for people.
        set_index : int or None
            Which set it concerns, if only one.
        who : str
            Where it comes from.
        check : callable
            Refuses by raising, once the new numbers are there and before anything is written.

        Raises
        ------
        EditRefusedError, AnnotationError
            If ``check`` or the bringer refuses, or a file is damaged or cannot be written.
        """
        before, history = self._files.session(recording_id).tidy(), self._history(recording_id)
        after = annotation.tidy()
        if after == before:
            # Nothing new is said; what could not be done when it was said may be possible now.
            prepared = self._bringer.prepare(recording_id, None, after)
            self._bringer.apply(prepared)
            return Outcome("", after, history, set_index, prepared.notice)
        prepared = self._bringer.prepare(recording_id, before, after)
        check(prepared)
        change = Change(uuid4(), datetime.now(UTC), who, words, set_index, before, after)
        return self._keep(prepared, history.with_change(change), words, set_index)

    def check_is_stored(self, recording_id: UUID) -> None:
        """Refuse to change what would be lost.

        Raises
        ------
        EditRefusedError
            If the session is not in the store.
        """
        try:
            self._store.session(recording_id)
        except NotFoundError:
            raise EditRefusedError(
                "This session is not stored, so nothing of it can be corrected.",
                "A replay is only shown; record or import it to correct it.",
            ) from None

    def _history(self, recording_id: UUID) -> History:
        return self._files.history(recording_id).settled(self._files.session(recording_id))

    def _step(self, recording_id: UUID, change_id: UUID | None, *, is_undo: bool) -> Outcome:
        with self._locks[recording_id]:
            self.check_is_stored(recording_id)
            history = self._history(recording_id)
            change = history.undo if is_undo else history.redo
            what = "undo" if is_undo else "redo"
            done = "undone" if is_undo else "done again"
            if change is None:
                raise EditRefusedError(f"There is nothing to {what} in this session.")
            if change_id not in {None, change.id}:
                raise EditRefusedError(
                    f"Somebody made another change meanwhile, so nothing was {done}.",
                    "Look at what was changed, then choose again.",
                )
            moved = history.undoing() if is_undo else history.redoing()
            wanted = change.before if is_undo else change.after
            words = f"{'Undone' if is_undo else 'Done again'}: {change.words}"
            prepared = self._bringer.prepare(recording_id, self._files.session(recording_id), wanted)
            return self._keep(prepared, moved, words, change.set_index)

    def _keep(self, prepared: Prepared, history: History, words: str, set_index: int | None) -> Outcome:
        """Write the files, the history first, then the store; see `History.settled`."""
        self._files.keep_history(prepared.recording_id, history)
        self._files.keep_session(prepared.recording_id, prepared.annotation)
        self._bringer.apply(prepared)
        return Outcome(words, prepared.annotation, history, set_index, prepared.notice)
