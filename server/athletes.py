"""Adds and changes athletes: first in their file, which is the truth, then in the store."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from server.annotations import Athlete
from server.errors import AnnotationError, EditRefusedError, NotFoundError
from server.removal import remove_athlete

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from server.annotation_files import AnnotationFiles
    from server.store import Store

_log = logging.getLogger(__name__)


class Roster:
    """The athletes. Call it outside the event loop.

    Parameters
    ----------
    store : Store
        Mirrors the file.
    files : AnnotationFiles
        The truth.
    """

    def __init__(self, store: Store, files: AnnotationFiles) -> None:
        self._store, self._files = store, files
        self._lock = threading.Lock()
        try:
            store.save_athletes(files.athletes())
        except AnnotationError as error:
            # It is told again to whoever edits; what is stored can be seen meanwhile.
            _log.warning("%s", error)

    def add(self, name: str, note: str = "", body_mass_kg: float | None = None) -> Athlete:
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

    def change(self, athlete_id: UUID, changes: Mapping[str, Any]) -> Athlete:
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

    def remove(self, athlete_id: UUID, heir_id: UUID | None) -> int:
        """Take an athlete out, see `server.removal.remove_athlete`; return how many sessions he had."""
        with self._lock:
            return remove_athlete(self._store, self._files, athlete_id, heir_id)


def _check_name(name: str, others: Sequence[Athlete]) -> None:
    if any(one.name.casefold() == name.casefold() for one in others):
        raise EditRefusedError(f"There is already an athlete {name!r}.", "Choose another name.")
