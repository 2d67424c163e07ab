"""Takes edits: checks them, writes the annotation files, then brings the database up to them."""

from __future__ import annotations

import logging
import math
import threading
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from analysis.exercises import CATALOGUE
from server.annotating import middle_s
from server.annotations import ExcludedRep, SetAnnotation, match_sets
from server.edit_words import session_words, set_words
from server.errors import AnnotationError, EditRefusedError, InvalidEditError, NotFoundError
from server.history import Change
from server.regrouping_edits import (
    check_taken,
    counting_again,
    excluding,
    merging,
    rep_of,
    restoring,
    splitting,
)
from server.set_place import SetPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from server.annotation_files import AnnotationFiles
    from server.annotations import SessionAnnotation
    from server.bringing import Bringer, Prepared
    from server.history import History
    from server.session import RecordingInfo
    from server.store import Store
    from server.stored import StoredSet

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EditedSet:
    """A set after an edit.

    Attributes
    ----------
    stored : StoredSet
        As it is now; its index may have changed.
    notice : str
        What could not be done, in words; empty if all was.
    """

    stored: StoredSet
    notice: str = ""


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


class Editor:
    """Changes annotations, one edit of a session at a time, and takes changes back.

    Call it outside the event loop: an edit may read a recording again.

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

    # -- whole sessions

    def has_recording(self, recording_id: UUID) -> bool:
        """Tell whether the recording of a session is there, so that its samples can be looked at."""
        return self._bringer.has_recording(recording_id)

    def edit_session(self, recording_id: UUID, changes: Mapping[str, Any], who: str = "") -> RecordingInfo:
        """Change the given fields of a session's annotation; also while it runs.

        Raises
        ------
        NotFoundError, InvalidEditError, AnnotationError
            If there is no such session or athlete, or a file is damaged.
        """
        with self._locks[recording_id]:
            self._store.session(recording_id)
            athlete_id = changes.get("athlete_id")
            known = {one.id: one.name for one in self._store.athletes()}
            if athlete_id is not None and athlete_id not in known:
                raise InvalidEditError(f"There is no athlete {athlete_id}.", "Add the athlete first.")
            annotation = replace(self._files.session(recording_id), **changes)
            words = session_words(changes, known.get(athlete_id) if athlete_id else None)
            self._change(recording_id, annotation, words, None, who)
            return self._store.session(recording_id).recording

    # -- sets

    def edit_set(
        self,
        recording_id: UUID,
        set_index: int,
        changes: Mapping[str, Any],
        excluded_reps: Sequence[tuple[int, str]] | None = None,
        who: str = "",
    ) -> EditedSet:
        """Change the given fields of a set's annotation; also while its session runs.

        Parameters
        ----------
        recording_id, set_index
            Which set.
        changes : mapping
            Fields of `SetAnnotation` but for its times and what is said of its reps.
        excluded_reps : sequence of (int, str) or None
            Indices of all reps that do not count, with reasons; None: as before.
        who : str
            Where it comes from, for the history.

        Raises
        ------
        NotFoundError
            If there is no such set.
        InvalidEditError
            If there is no such exercise or rep.
        EditRefusedError
            If the corrected exercise leaves no rep.
        AnnotationError
            If a file is damaged or cannot be written; nothing is changed.
        """
        exercise_id = changes.get("exercise_id")
        if exercise_id is not None and exercise_id not in CATALOGUE:
            raise InvalidEditError(f"There is no exercise {exercise_id!r}.", "Choose one of the catalogue.")

        def changed(said: SetAnnotation, stored: StoredSet) -> SetAnnotation:
            if excluded_reps is not None:
                said = replace(said, excluded_reps=_found_by_time(stored, excluded_reps))
            return replace(said, **changes)

        return self._edit_stored(recording_id, set_index, changed, who)

    def exclude(
        self, recording_id: UUID, set_index: int, rep_index: int, reason: str, start_s: float | None, who: str
    ) -> EditedSet:
        """Leave a rep out, with the reason; the same for a rep that is out already changes the reason.

        Raises
        ------
        NotFoundError, EditRefusedError, AnnotationError
            If there is no such rep, another one is there now, or a file is damaged.
        """

        def changed(said: SetAnnotation, stored: StoredSet) -> SetAnnotation:
            return excluding(said, rep_of(stored.summary.reps, rep_index, start_s), reason)

        return self._edit_stored(recording_id, set_index, changed, who)

    def restore(
        self, recording_id: UUID, set_index: int, rep_index: int, start_s: float | None, who: str
    ) -> EditedSet:
        """Let a rep that is left out count again; bring back the reps of which one was made by hand.

        Raises
        ------
        NotFoundError, EditRefusedError, AnnotationError
            If there is no such rep, there is nothing to restore, or a file is damaged.
        """

        def changed(said: SetAnnotation, stored: StoredSet) -> SetAnnotation:
            rep = rep_of(stored.summary.reps, rep_index, start_s)
            if rep_index in stored.excluded:
                return counting_again(said, rep)
            return restoring(said, stored.summary.reps, rep)

        return self._edit_stored(
            recording_id,
            set_index,
            changed,
            who,
            f"Rep {rep_index + 1} of set {set_index + 1} as it was found",
        )

    def split(
        self, recording_id: UUID, set_index: int, rep_index: int, at_s: float, reason: str, who: str
    ) -> EditedSet:
        """Count one rep as two, from a time on, s.

        Raises
        ------
        NotFoundError, InvalidEditError, EditRefusedError, AnnotationError
            If there is no such rep, the time is not within it, the recording cannot be read, no part could be
            measured, or a file is damaged.
        """

        def changed(said: SetAnnotation, stored: StoredSet) -> SetAnnotation:
            rep = rep_of(stored.summary.reps, rep_index, None)
            return splitting(said, rep, at_s, reason, is_out=rep_index in stored.excluded)

        words = f"Rep {rep_index + 1} of set {set_index + 1} split: {reason}"
        return self._edit_stored(recording_id, set_index, changed, who, words)

    def merge(
        self,
        recording_id: UUID,
        set_index: int,
        rep_index: int,
        reason: str,
        start_s: float | None,
        who: str,
    ) -> EditedSet:
        """Count a rep and the one after it as one.

        Raises
        ------
        NotFoundError, EditRefusedError, AnnotationError
            If there are no such reps, the recording cannot be read, the rep could not be measured, or a file
            is damaged.
        """

        def changed(said: SetAnnotation, stored: StoredSet) -> SetAnnotation:
            reps = stored.summary.reps
            one, other = rep_of(reps, rep_index, start_s), rep_of(reps, rep_index + 1, None)
            return merging(
                said, one, other, reason, is_out=bool({rep_index, rep_index + 1} & set(stored.excluded))
            )

        words = f"Reps {rep_index + 1} and {rep_index + 2} of set {set_index + 1} merged: {reason}"
        return self._edit_stored(recording_id, set_index, changed, who, words)

    def change_place(
        self,
        recording_id: UUID,
        places: Sequence[SetPlace],
        set_index: int,
        change: Callable[[SetAnnotation, SetPlace], SetAnnotation],
        who: str,
    ) -> Outcome:
        """Change what is said of one of the sets of a running session, the open one among them.

        Raises
        ------
        NotFoundError, EditRefusedError, AnnotationError
            If there is no such set, the session is not stored, or a file is damaged.
        """
        with self._locks[recording_id]:
            self._check_is_stored(recording_id)
            place = next((i for i, one in enumerate(places) if one.index == set_index), None)
            if place is None:
                raise NotFoundError(
                    f"There is no set {set_index + 1} in this session.", "Look at the screen again."
                )
            annotation = self._files.session(recording_id)
            old, found = _said_of(annotation, places, place)
            new = change(old, places[place])
            words = set_words(set_index, old, new, places[place].rep_at)
            return self._change(recording_id, annotation.with_set(found, new), words, set_index, who)

    # -- history

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

    def undo(self, recording_id: UUID, change_id: UUID | None = None, who: str = "") -> Outcome:
        """Take the newest change of a session back.

        Parameters
        ----------
        recording_id : UUID
            Which session.
        change_id : UUID or None
            The change that is meant; None: whichever is the newest.
        who : str
            Where it comes from.

        Raises
        ------
        NotFoundError, EditRefusedError, AnnotationError
            If there is no such session, nothing to take back, somebody was quicker, or a file is damaged.
        """
        return self._step(recording_id, change_id, who, is_undo=True)

    def redo(self, recording_id: UUID, change_id: UUID | None = None, who: str = "") -> Outcome:
        """Do the change of a session that was taken back last again; see `undo`."""
        return self._step(recording_id, change_id, who, is_undo=False)

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

    # -- inside

    def _edit_stored(
        self,
        recording_id: UUID,
        set_index: int,
        change: Callable[[SetAnnotation, StoredSet], SetAnnotation],
        who: str,
        words: str = "",
    ) -> EditedSet:
        with self._locks[recording_id]:
            session = self._store.session(recording_id)
            places = [_place(item) for item in session.stored_sets]
            place = next((i for i, one in enumerate(places) if one.index == set_index), None)
            if place is None:
                raise NotFoundError(
                    f"There is no set {set_index} in session {recording_id}.", "Open the list of sessions."
                )
            annotation = self._files.session(recording_id)
            old, found = _said_of(annotation, places, place)
            new = change(old, session.stored_sets[place])
            told = words if new.regroupings != old.regroupings else ""
            told = told or set_words(set_index, old, new, places[place].rep_at)
            n_reps = len(session.stored_sets[place].summary.reps)

            def check(prepared: Prepared) -> None:
                fresh = prepared.regrouped.get(set_index)
                if len(new.regroupings) > len(old.regroupings):
                    check_taken(new, n_reps, None if fresh is None else fresh.result)

            whole = annotation.with_set(found, new)
            outcome = self._change(recording_id, whole, told, set_index, who, check)
            return EditedSet(self._set_of(recording_id, set_index, new), outcome.notice)

    def _set_of(self, recording_id: UUID, set_index: int, said: SetAnnotation) -> StoredSet:
        """Find an edited set again; its index may be another after its recording was analysed anew."""
        stored = self._store.session(recording_id).stored_sets
        spans = {one.summary.index: (one.summary.start_s, one.summary.end_s) for one in stored}
        start_s, end_s = spans.get(set_index, (math.inf, math.inf))
        if not (start_s < said.end_s and said.start_s < end_s):
            places = match_sets((said,), [*spans.values()])
            set_index = next((stored[place].summary.index for place in places), set_index)
        return self._store.set(recording_id, set_index)

    def _check_is_stored(self, recording_id: UUID) -> None:
        try:
            self._store.session(recording_id)
        except NotFoundError:
            raise EditRefusedError(
                "This session is not stored, so nothing of it can be corrected.",
                "A replay is only shown; record or import it to correct it.",
            ) from None

    def _history(self, recording_id: UUID) -> History:
        return self._files.history(recording_id).settled(self._files.session(recording_id))

    def _change(
        self,
        recording_id: UUID,
        annotation: SessionAnnotation,
        words: str,
        set_index: int | None,
        who: str,
        check: Callable[[Prepared], None] = lambda _: None,
    ) -> Outcome:
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

    def _step(self, recording_id: UUID, change_id: UUID | None, who: str, *, is_undo: bool) -> Outcome:
        del who
        with self._locks[recording_id]:
            self._check_is_stored(recording_id)
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


def _place(item: StoredSet) -> SetPlace:
    one = item.summary
    return SetPlace(one.index, one.start_s, one.end_s, one.reps)


def _said_of(
    annotation: SessionAnnotation, places: Sequence[SetPlace], place: int
) -> tuple[SetAnnotation, int | None]:
    """Find what is said of a set, and where that is in the annotation."""
    spans = [(one.start_s, one.end_s) for one in places]
    found = match_sets(annotation.sets, spans).get(place)
    start_s, end_s = spans[place]
    return (SetAnnotation(max(start_s, 0.0), end_s) if found is None else annotation.sets[found]), found


def _found_by_time(stored: StoredSet, excluded_reps: Sequence[tuple[int, str]]) -> tuple[ExcludedRep, ...]:
    reps = {rep.index: rep for rep in stored.summary.reps}
    given = dict(excluded_reps)
    if missing := sorted(given.keys() - reps.keys()):
        raise InvalidEditError(f"The set has no rep {missing[0]}.", f"It has {len(reps)}, counted from 0.")
    return tuple(ExcludedRep(middle_s(reps[index]), given[index]) for index in sorted(given))
