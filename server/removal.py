"""Takes an athlete out. Recordings and results stay: the sessions go to somebody else, or to nobody named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from server.errors import InvalidEditError, NotFoundError
from server.session_list import SessionFilter

if TYPE_CHECKING:
    from uuid import UUID

    from server.annotation_files import AnnotationFiles
    from server.store import Store


def remove_athlete(store: Store, files: AnnotationFiles, athlete_id: UUID, heir_id: UUID | None) -> int:
    """Take an athlete out of everything that names him; last out of the list, so that it can be done again.

    Parameters
    ----------
    store, files
        Database and truth.
    athlete_id : UUID
        Whom.
    heir_id : UUID or None
        Whose the sessions are from now on; None: nobody's.

    Returns
    -------
    int
        How many sessions changed hands.

    Raises
    ------
    NotFoundError
        If there is no such athlete.
    InvalidEditError
        If the heir is no other athlete.
    AnnotationError
        If a file is damaged or cannot be written; what was changed before stays so.
    """
    known = {one.id for one in (*store.athletes(), *files.athletes())}
    if athlete_id not in known:
        raise NotFoundError(f"There is no athlete {athlete_id}.", "Open the list of athletes.")
    if heir_id is not None and (heir_id == athlete_id or heir_id not in known):
        raise InvalidEditError("The sessions can only go to another athlete.", "Choose one of the list.")
    theirs_stored = store.sessions(None, wanted=SessionFilter(athlete_id=athlete_id))
    stored = {item.recording.recording_id for item in theirs_stored}
    said = {recording_id: files.session(recording_id) for recording_id in stored | files.annotated()}
    theirs = {key: one for key, one in said.items() if one.athlete_id == athlete_id or key in stored}
    for recording_id, annotation in theirs.items():
        changed = replace(annotation, athlete_id=heir_id)
        history = files.history(recording_id)
        if history.done or history.undone:  # so that undo brings nobody back who is gone
            files.keep_history(recording_id, history.handed_over(athlete_id, heir_id))
        files.keep_session(recording_id, changed)
        if recording_id in stored:
            store.annotate(recording_id, changed)
    files.keep_athletes(tuple(one for one in files.athletes() if one.id != athlete_id))
    store.remove_athlete(athlete_id)
    return len(theirs)
