"""Brings the store up to what is said of a session: reads its recording again where that changes reps."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.errors import IngestError
from server.annotations import match_sets
from server.errors import EditRefusedError, KeptFileError
from server.reanalysis import analyse_file, find_recording, regroup_file
from server.schemas import exercise_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from uuid import UUID

    from server.annotations import SessionAnnotation, SetAnnotation
    from server.reanalysis import Analysis
    from server.store import Store
    from server.stored import RegroupedSet, StoredSession, StoredSet

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the store needs to follow an annotation.

    Attributes
    ----------
    recording_id : UUID
        Of the session.
    annotation : SessionAnnotation
        What is to be said of it.
    analysis : Analysis or None
        The whole recording analysed anew; None: not needed, or not possible.
    regrouped : mapping of int to RegroupedSet
        Sets whose reps were bounded otherwise.
    notice : str
        What could not be done, in words; empty if all was.
    """

    recording_id: UUID
    annotation: SessionAnnotation
    analysis: Analysis | None = None
    regrouped: Mapping[int, RegroupedSet] = field(default_factory=dict[int, "RegroupedSet"])
    notice: str = ""


class Bringer:
    """Brings the store up to annotations.

    Parameters
    ----------
    store : Store
        Mirrors the annotations.
    recordings_dir, imports_dir : Path
        Where a recording is looked for.
    is_running : callable
        Tells whether a session runs now: its recording is still being written.
    """

    def __init__(
        self, store: Store, recordings_dir: Path, imports_dir: Path, is_running: Callable[[UUID], bool]
    ) -> None:
        self._store, self._is_running = store, is_running
        self._recordings_dir, self._imports_dir = recordings_dir, imports_dir

    def prepare(
        self, recording_id: UUID, before: SessionAnnotation | None, after: SessionAnnotation
    ) -> Prepared:
        """Read the recording again as far as an annotation needs it; this may take seconds.

        Parameters
        ----------
        recording_id : UUID
            Of the session.
        before : SessionAnnotation or None
            What was said of it; None: look whether anything was left undone.
        after : SessionAnnotation
            What is to be said.

        Raises
        ------
        EditRefusedError
            If reps are bounded otherwise and cannot be measured: the session runs, or its recording cannot be
            read.
        """
        session = self._store.session(recording_id)
        said = _by_set(session, after)
        was = said if before is None else _by_set(session, before)
        relabelled = [
            (item, _wanted(item, said[item.summary.index]))
            for item in session.stored_sets
            if _wanted(item, said[item.summary.index]) != item.analysed_exercise_id
            and (
                before is None
                or _wanted(item, was[item.summary.index]) != _wanted(item, said[item.summary.index])
            )
        ]
        regroups = any(
            _regroupings(said[one.summary.index]) not in ((), one.regroupings) for one in session.stored_sets
        )
        running = self._is_running(recording_id)
        if regroups and running:
            raise EditRefusedError(
                "This session is running: reps can be split and merged when it has ended.",
                "They can be left out now.",
            )
        if relabelled and running:
            return Prepared(recording_id, after, notice=_only(relabelled[0][0], "The session is running"))
        if not relabelled and not regroups:
            return Prepared(recording_id, after)
        path = find_recording(self._recordings_dir, recording_id, self._imports_dir)
        problem = "The recording is not there"
        if path is not None:
            try:
                return self._read(path, after, session, relabelled)
            except (IngestError, KeptFileError, OSError) as error:
                _log.warning("cannot read %s again: %s", path.name, error)
                problem = f"The recording cannot be read ({error})"
        if regroups:
            raise EditRefusedError(
                f"{problem}: reps that are split or merged cannot be measured, so nothing was changed.",
                "They can be left out.",
            )
        return Prepared(recording_id, after, notice=_only(relabelled[0][0], problem))

    def has_recording(self, recording_id: UUID) -> bool:
        """Tell whether the recording of a session is there."""
        return find_recording(self._recordings_dir, recording_id, self._imports_dir) is not None

    def apply(self, prepared: Prepared) -> None:
        """Write to the store."""
        if prepared.analysis is None:
            self._store.annotate(prepared.recording_id, prepared.annotation, prepared.regrouped)
        else:
            self._store.save_analysed(
                prepared.analysis.recording, prepared.analysis.sets, prepared.annotation
            )

    def _read(
        self,
        path: Path,
        annotation: SessionAnnotation,
        session: StoredSession,
        relabelled: list[tuple[StoredSet, str | None]],
    ) -> Prepared:
        recording_id = session.recording.recording_id
        if not relabelled:
            fresh = regroup_file(path, self._store.analysed_sets(recording_id), annotation)
            return Prepared(recording_id, annotation, regrouped=fresh)
        analysis = analyse_file(path, annotation)
        spans = [(one.summary.start_s, one.summary.end_s) for one in analysis.sets]
        found = {of: place for place, of in match_sets(annotation.sets, spans).items()}
        before = [(one.summary.start_s, one.summary.end_s) for one in session.stored_sets]
        own = match_sets(annotation.sets, before)
        notice = ""
        for item, wanted in relabelled:
            of = own.get(session.stored_sets.index(item))
            place = _overlapping(spans, item) if of is None else found.get(of)
            if place is None or not analysis.sets[place].summary.reps:
                raise EditRefusedError(
                    f"As {_lift(wanted)} not a single rep is found in this set, so nothing was changed.",
                    "Choose another exercise.",
                )
            got = analysis.sets[place].summary.exercise_id
            if got != wanted:
                # It is only there because of another correction: as labelled, nothing is found at that time.
                notice = f"The set was only relabelled, its reps are those found as {_lift(got)}."
        fresh = {one.summary.index: one.regrouped for one in analysis.sets if one.regrouped is not None}
        return Prepared(recording_id, annotation, analysis, fresh, notice)


def _by_set(session: StoredSession, annotation: SessionAnnotation) -> dict[int, SetAnnotation | None]:
    """Find what is said of each set, by its index."""
    spans = [(one.summary.start_s, one.summary.end_s) for one in session.stored_sets]
    places = match_sets(annotation.sets, spans)
    return {
        one.summary.index: annotation.sets[places[place]] if place in places else None
        for place, one in enumerate(session.stored_sets)
    }


def _wanted(item: StoredSet, said: SetAnnotation | None) -> str | None:
    return item.labelled.exercise_id if said is None or said.exercise_id is None else said.exercise_id


def _regroupings(said: SetAnnotation | None) -> tuple[object, ...]:
    return () if said is None else said.regroupings


def _overlapping(spans: list[tuple[float, float]], item: StoredSet) -> int | None:
    one = item.summary
    return next((i for i, (start, end) in enumerate(spans) if start < one.end_s and one.start_s < end), None)


def _only(item: StoredSet, problem: str) -> str:
    as_lift = _lift(item.analysed_exercise_id)
    return f"{problem}: the set was only relabelled, its reps are still those found as {as_lift}."


def _lift(exercise_id: str | None) -> str:
    return exercise_name(exercise_id) or "an unknown lift"
