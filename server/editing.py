"""Takes edits of sessions and sets: says what each would change, and checks that it makes sense."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from analysis.exercises import CATALOGUE
from server.annotating import middle_s
from server.annotations import ExcludedRep, SetAnnotation, match_sets
from server.change_log import ChangeLog
from server.edit_words import session_words, set_words
from server.errors import InvalidEditError, NotFoundError
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
    from uuid import UUID

    from server.annotation_files import AnnotationFiles
    from server.annotations import SessionAnnotation
    from server.bringing import Bringer, Prepared
    from server.change_log import Outcome
    from server.session import RecordingInfo
    from server.store import Store
    from server.stored import StoredSet


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


class Editor:
    """Turns what people ask for into changes of annotations.

    Call it outside the event loop: an edit may read a recording again.

    Parameters
    ----------
    store : Store
        Mirrors the annotations.
    files : AnnotationFiles
        The truth.
    bringer : Bringer
        Brings the store up to them.

    Attributes
    ----------
    log : ChangeLog
        What was changed, and takes it back.
    """

    def __init__(self, store: Store, files: AnnotationFiles, bringer: Bringer) -> None:
        self._store, self._files, self._bringer = store, files, bringer
        self.log = ChangeLog(store, files, bringer)

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
        with self.log.alone(recording_id):
            self._store.session(recording_id)
            athlete_id = changes.get("athlete_id")
            known = {one.id: one.name for one in self._store.athletes()}
            if athlete_id is not None and athlete_id not in known:
                raise InvalidEditError(f"There is no athlete {athlete_id}.", "Add the athlete first.")
            annotation = replace(self._files.session(recording_id), **changes)
            words = session_words(changes, known.get(athlete_id) if athlete_id else None)
            self.log.change(recording_id, annotation, words, None, who)
            return self._store.session(recording_id).recording

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
        with self.log.alone(recording_id):
            self.log.check_is_stored(recording_id)
            place = next((i for i, one in enumerate(places) if one.index == set_index), None)
            if place is None:
                raise NotFoundError(
                    f"There is no set {set_index + 1} in this session.", "Look at the screen again."
                )
            annotation = self._files.session(recording_id)
            old, found = _said_of(annotation, places, place)
            new = change(old, places[place])
            words = set_words(set_index, old, new, places[place].rep_at)
            return self.log.change(recording_id, annotation.with_set(found, new), words, set_index, who)

    def _edit_stored(
        self,
        recording_id: UUID,
        set_index: int,
        change: Callable[[SetAnnotation, StoredSet], SetAnnotation],
        who: str,
        words: str = "",
    ) -> EditedSet:
        with self.log.alone(recording_id):
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
            outcome = self.log.change(recording_id, whole, told, set_index, who, check)
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
