"""Takes edits: checks them, writes the annotation files, then brings the database up to them."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from analysis.exercises import CATALOGUE
from ingest.errors import IngestError
from server.annotating import middle_s
from server.annotations import Athlete, ExcludedRep, SetAnnotation, match_sets
from server.errors import AnnotationError, EditRefusedError, InvalidEditError, KeptFileError, NotFoundError
from server.reanalysis import analyse_file, find_recording
from server.removal import remove_athlete
from server.schemas import exercise_name
from server.settings import IMPORTS_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from uuid import UUID

    from server.annotation_files import AnnotationFiles
    from server.annotations import SessionAnnotation
    from server.reanalysis import Analysis
    from server.session import RecordingInfo
    from server.store import Store
    from server.stored import StoredSet

_CHANGES_NUMBERS = {"exercise_id", "load_kg", "excluded_reps"}
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


class Editor:
    """Changes annotations, one edit at a time. Call it outside the event loop.

    Parameters
    ----------
    store : Store
        Mirrors the annotations.
    files : AnnotationFiles
        The truth.
    recordings_dir : Path
        Where a recording is looked for when one of its exercises was corrected.
    is_running : callable
        Tells whether a session runs now.
    """

    def __init__(
        self,
        store: Store,
        files: AnnotationFiles,
        recordings_dir: Path,
        is_running: Callable[[UUID], bool],
    ) -> None:
        self._store, self._files, self._recordings_dir = store, files, recordings_dir
        self._is_running = is_running
        self._lock = threading.Lock()
        try:
            store.save_athletes(files.athletes())
        except AnnotationError as error:
            _log.warning(
                "%s", error
            )  # it is told again to whoever edits; what is stored can be seen meanwhile

    def add_athlete(self, name: str, note: str = "", body_mass_kg: float | None = None) -> Athlete:
        """Add an athlete.

        Raises
        ------
        EditRefusedError
            If the name is taken.
        AnnotationError
            If the file of athletes is damaged or cannot be written.
        """
        with self._lock:
            athletes = self._files.athletes()
            _check_name(name, athletes)
            athlete = Athlete(uuid4(), name, datetime.now(UTC), note, body_mass_kg)
            self._files.keep_athletes((*athletes, athlete))
            self._store.save_athletes((athlete,))
            return athlete

    def change_athlete(self, athlete_id: UUID, changes: Mapping[str, Any]) -> Athlete:
        """Change the given fields of an athlete.

        Raises
        ------
        NotFoundError, EditRefusedError, AnnotationError
            If there is no such athlete, the name is taken, or the file is damaged.
        """
        with self._lock:
            athletes = self._files.athletes()
            # Some may be known only from the sessions that name them, after their file was lost.
            known = {one.id: one for one in (*self._store.athletes(), *athletes)}
            if athlete_id not in known:
                raise NotFoundError(f"There is no athlete {athlete_id}.", "Open the list of athletes.")
            athlete = replace(known[athlete_id], **changes)
            others = tuple(one for one in athletes if one.id != athlete_id)
            _check_name(athlete.name, others)
            kept = tuple(athlete if one.id == athlete_id else one for one in athletes)
            self._files.keep_athletes(kept if len(others) < len(athletes) else (*athletes, athlete))
            self._store.save_athletes((athlete,))
            return athlete

    def has_recording(self, recording_id: UUID) -> bool:
        """Tell whether the recording of a session is there, so that its samples can be looked at."""
        imports_dir = self._recordings_dir.parent / IMPORTS_FOLDER
        return find_recording(self._recordings_dir, recording_id, imports_dir) is not None

    def remove_athlete(self, athlete_id: UUID, heir_id: UUID | None) -> int:
        """Take an athlete out, see `server.removal.remove_athlete`; return how many sessions he had."""
        with self._lock:
            return remove_athlete(self._store, self._files, athlete_id, heir_id)

    def edit_session(self, recording_id: UUID, changes: Mapping[str, Any]) -> RecordingInfo:
        """Change the given fields of a session's annotation; also while it runs.

        Raises
        ------
        NotFoundError, InvalidEditError, AnnotationError
            If there is no such session or athlete, or the file is damaged.
        """
        with self._lock:
            self._store.session(recording_id)
            athlete_id = changes.get("athlete_id")
            if athlete_id is not None and all(one.id != athlete_id for one in self._store.athletes()):
                raise InvalidEditError(f"There is no athlete {athlete_id}.", "Add the athlete first.")
            annotation = replace(self._files.session(recording_id), **changes)
            self._files.keep_session(recording_id, annotation)
            self._store.annotate(recording_id, annotation)
            return self._store.session(recording_id).recording

    def edit_set(
        self,
        recording_id: UUID,
        set_index: int,
        changes: Mapping[str, Any],
        excluded_reps: Sequence[tuple[int, str]] | None = None,
    ) -> EditedSet:
        """Change the given fields of a set's annotation.

        Parameters
        ----------
        recording_id, set_index
            Which set.
        changes : mapping
            Fields of `SetAnnotation` but for its times and excluded reps.
        excluded_reps : sequence of (int, str) or None
            Indices of all reps that do not count, with reasons; None: as before.

        Raises
        ------
        NotFoundError
            If there is no such set.
        InvalidEditError
            If there is no such exercise or rep.
        EditRefusedError
            If the session runs and the edit would change numbers, or if the corrected exercise leaves no rep.
        AnnotationError
            If the file is damaged or cannot be written; nothing is changed.
        """
        with self._lock:
            session = self._store.session(recording_id)
            places = {item.summary.index: place for place, item in enumerate(session.stored_sets)}
            if set_index not in places:
                raise NotFoundError(
                    f"There is no set {set_index} in session {recording_id}.", "Open the list of sessions."
                )
            stored = session.stored_sets[places[set_index]]
            changes = dict(changes)
            if excluded_reps is not None:
                changes["excluded_reps"] = _found_by_time(stored, excluded_reps)
            self._check(recording_id, changes)
            annotation = self._files.session(recording_id)
            spans = [(item.summary.start_s, item.summary.end_s) for item in session.stored_sets]
            place = match_sets(annotation.sets, spans).get(places[set_index])
            start_s, end_s = spans[places[set_index]]
            old = SetAnnotation(max(start_s, 0.0), end_s) if place is None else annotation.sets[place]
            new = replace(old, **changes)
            return self._apply(stored, annotation.with_set(place, new), new)

    def _check(self, recording_id: UUID, changes: Mapping[str, Any]) -> None:
        exercise_id = changes.get("exercise_id")
        if exercise_id is not None and exercise_id not in CATALOGUE:
            raise InvalidEditError(f"There is no exercise {exercise_id!r}.", "Choose one of the catalogue.")
        if changes.keys() & _CHANGES_NUMBERS and self._is_running(recording_id):
            raise EditRefusedError(
                "This session is running: exercise, load and reps can be corrected when it has ended.",
                "Effort, note and feedback can be said now.",
            )

    def _apply(self, stored: StoredSet, annotation: SessionAnnotation, new: SetAnnotation) -> EditedSet:
        recording_id = stored.recording.recording_id
        wanted = stored.labelled.exercise_id if new.exercise_id is None else new.exercise_id
        analysis, notice = None, ""
        if wanted != stored.analysed_exercise_id and not self._is_running(recording_id):
            analysis, notice = self._analysed_anew(stored, annotation, wanted)
        index = stored.summary.index
        if analysis is not None:
            index = _index_of(new, annotation, analysis, wanted)
        annotation = annotation.tidy()
        self._files.keep_session(recording_id, annotation)
        if analysis is None:
            self._store.annotate(recording_id, annotation)
        else:
            self._store.save_analysed(analysis.recording, analysis.sets, annotation)
        edited = self._store.set(recording_id, index)
        if analysis is not None and edited.analysed_exercise_id != wanted:
            # It is only there because of another correction: as labelled, nothing is found at that time.
            as_lift = _lift(edited.analysed_exercise_id)
            notice = f"The set was only relabelled, its reps are those found as {as_lift}."
        return EditedSet(edited, notice)

    def _analysed_anew(
        self, stored: StoredSet, annotation: SessionAnnotation, wanted: str | None
    ) -> tuple[Analysis | None, str]:
        """Analyse the set's recording with its new exercise; None, and why, where that is not possible."""
        as_lift = _lift(stored.analysed_exercise_id)
        relabelled = f"the set was only relabelled, its reps are still those found as {as_lift}."
        path = find_recording(
            self._recordings_dir, stored.recording.recording_id, self._files.data_dir / IMPORTS_FOLDER
        )
        if path is None:
            return None, f"The recording is not there: {relabelled}"
        try:
            return analyse_file(path, annotation), ""
        except (IngestError, KeptFileError, OSError) as error:
            _log.warning("cannot analyse %s as %s: %s", path.name, wanted, error)
            return None, f"The recording cannot be read ({error}): {relabelled}"


def _index_of(
    new: SetAnnotation, annotation: SessionAnnotation, analysis: Analysis, wanted: str | None
) -> int:
    """Find the edited set after its recording was analysed anew."""
    spans = [(item.summary.start_s, item.summary.end_s) for item in analysis.sets]
    for place, of_annotation in match_sets(annotation.sets, spans).items():
        if annotation.sets[of_annotation] is new and analysis.sets[place].summary.reps:
            return analysis.sets[place].summary.index
    raise EditRefusedError(
        f"As {_lift(wanted)} not a single rep is found in this set, so nothing was changed.",
        "Choose another exercise.",
    )


def _lift(exercise_id: str | None) -> str:
    return exercise_name(exercise_id) or "an unknown lift"


def _found_by_time(stored: StoredSet, excluded_reps: Sequence[tuple[int, str]]) -> tuple[ExcludedRep, ...]:
    reps = {rep.index: rep for rep in stored.summary.reps}
    given = dict(excluded_reps)
    if missing := sorted(given.keys() - reps.keys()):
        raise InvalidEditError(f"The set has no rep {missing[0]}.", f"It has {len(reps)}, counted from 0.")
    return tuple(ExcludedRep(middle_s(reps[index]), given[index]) for index in sorted(given))


def _check_name(name: str, others: Sequence[Athlete]) -> None:
    if any(one.name.casefold() == name.casefold() for one in others):
        raise EditRefusedError(f"There is already an athlete {name!r}.", "Choose another name.")
