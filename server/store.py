"""Keeps the results of all sessions in a database that can be deleted and rebuilt.

The truth are the recordings and the annotations beside them (`server.annotation_files`).

SQLite by default, PostgreSQL by its address, the same code for both. There is one connection to SQLite, with
a rollback journal and without WAL: results are written once a set, so WAL would gain nothing, and versions of
SQLite up to 3.51.2 can corrupt a WAL database that two connections use at once. A lock lets one thread in.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from importlib import resources
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import (
    URL,
    Engine,
    StaticPool,
    create_engine,
    delete,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session, defer, selectinload

from server.annotations import Athlete, match_sets
from server.errors import NotFoundError, StoreError
from server.rows import (
    analysed_from_row,
    annotate_row,
    athlete_from_row,
    athlete_to_row,
    recording_from_row,
    recording_values,
    set_to_row,
    stored_set_from_row,
)
from server.session_list import SessionFilter, list_sessions, sessions_beside
from server.stored import AnalysedSet, RegroupedSet, SessionOverview, StoredSession, StoredSet
from server.tables import AthleteRow, RecordingRow, RepRow, SetRow

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Generator, Iterable, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType
    from uuid import UUID

    from analysis.results import SetSummary
    from server.annotations import SessionAnnotation
    from server.session import RecordingInfo

BUSY_TIMEOUT_S = 5.0
"""How long to wait while another program reads the SQLite file, s. 1 to 30; backups hold it for less."""


_WHOLE_SET = (selectinload(SetRow.reps), selectinload(SetRow.parts), selectinload(SetRow.recording))
"""What to read with a set at once."""

_WITHOUT_PATHS = (
    selectinload(SetRow.reps).options(
        defer(RepRow.path, raiseload=True), defer(RepRow.curve, raiseload=True)
    ),
    selectinload(SetRow.parts),
    selectinload(SetRow.recording),
)
"""The same for statistics over many sets."""


class Store:
    """The results database.

    Parameters
    ----------
    url : str
        SQLAlchemy address, for example ``sqlite:////var/lib/upright/results.db``; ``sqlite://`` is in memory.

    Raises
    ------
    StoreError
        If the database cannot be opened or upgraded.
    """

    def __init__(self, url: str) -> None:
        address = make_url(url)
        self._lock = threading.RLock()
        self._where = address.render_as_string(hide_password=True)
        try:
            self._engine = _open(address)
            self._migrate()
        except (DBAPIError, CommandError, OSError) as error:
            raise StoreError(
                f"The results database {self._where} cannot be opened or upgraded: {error}.",
                "Move it away and run `upright rebuild`; the recordings are not touched.",
            ) from error

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._engine.dispose()

    def save_recording(self, recording: RecordingInfo) -> None:
        """Insert or update a recording; its sets stay."""
        with self._write() as session:
            session.merge(RecordingRow(**recording_values(recording)))

    def save_set(self, recording: RecordingInfo, summary: SetSummary) -> None:
        """Insert a set and its recording; a set with the same recording and index is replaced."""
        with self._write() as session:
            session.merge(RecordingRow(**recording_values(recording)))
            old = session.scalar(
                select(SetRow).where(
                    SetRow.recording_id == recording.recording_id, SetRow.set_index == summary.index
                )
            )
            if old is not None:
                session.delete(old)
                session.flush()
            session.add(set_to_row(recording, summary))

    def clear(self, recording_id: UUID | None = None) -> None:
        """Forget the results of one recording, or of all and the athletes, before they are computed again."""
        with self._write() as session:
            # Deleted through the database's cascade: one statement, however many reps.
            if recording_id is None:
                session.execute(delete(RecordingRow))
                session.execute(delete(AthleteRow))
            else:
                session.execute(delete(RecordingRow).where(RecordingRow.recording_id == recording_id))

    def save_analysed(
        self, recording: RecordingInfo, sets: Sequence[AnalysedSet], annotation: SessionAnnotation
    ) -> None:
        """Replace all sets of a recording by those of a new analysis, with annotations applied."""
        with self._write() as session:
            session.merge(RecordingRow(**recording_values(recording)))
            session.execute(delete(SetRow).where(SetRow.recording_id == recording.recording_id))
            session.flush()
            session.add_all(set_to_row(recording, item.summary, item.labelled) for item in sets)
            session.flush()
            session.expire_all()
            fresh = {item.summary.index: item.regrouped for item in sets if item.regrouped is not None}
            _annotate(session, recording.recording_id, annotation, fresh)

    def annotate(
        self,
        recording_id: UUID,
        annotation: SessionAnnotation,
        regrouped: Mapping[int, RegroupedSet] | None = None,
    ) -> None:
        """Lay annotations over a session in place of those that were there before.

        ``regrouped`` are the reps of sets, by index, that were bounded otherwise and measured just now.

        Raises
        ------
        NotFoundError
            If there is no such session.
        """
        with self._write() as session:
            _annotate(session, recording_id, annotation, regrouped or {})

    def save_athletes(self, athletes: Iterable[Athlete]) -> None:
        """Insert or update athletes."""
        with self._write() as session:
            for athlete in athletes:
                session.merge(athlete_to_row(athlete))

    def athletes(self) -> tuple[Athlete, ...]:
        """List the athletes, in the order in which they were added."""
        with self._read() as session:
            rows = session.scalars(select(AthleteRow).order_by(AthleteRow.created_at, AthleteRow.id))
            return tuple(athlete_from_row(row) for row in rows)

    def remove_athlete(self, athlete_id: UUID) -> None:
        """Take an athlete out who has no sessions any more."""
        with self._write() as session:
            session.execute(delete(AthleteRow).where(AthleteRow.id == athlete_id))

    def n_recordings(self) -> int:
        """Count the recordings; cheap, so that somebody can notice new ones."""
        with self._read() as session:
            return session.scalar(select(func.count()).select_from(RecordingRow)) or 0

    def sessions(
        self, limit: int | None = 200, *, offset: int = 0, wanted: SessionFilter | None = None
    ) -> tuple[SessionOverview, ...]:
        """List the sessions that are wanted, newest first; ``offset`` leaves out so many newer ones."""
        with self._read() as session:
            return list_sessions(session, wanted or SessionFilter(), limit, offset)

    def beside(self, recording_id: UUID) -> tuple[UUID | None, UUID | None]:
        """Find the sessions of the same lifter before and after one.

        Raises
        ------
        NotFoundError
            If there is no such session.
        """
        with self._read() as session:
            return sessions_beside(session, recording_id)

    def session(self, recording_id: UUID) -> StoredSession:
        """Read a whole session.

        Raises
        ------
        NotFoundError
            If there is none with this id.
        """
        with self._read() as session:
            row = _session_row(session, recording_id)
            return StoredSession(
                recording_from_row(row), tuple(stored_set_from_row(item) for item in row.sets)
            )

    def analysed_sets(self, recording_id: UUID) -> tuple[SetSummary, ...]:
        """Read the sets of a session as the signal core made them, without annotations.

        Raises
        ------
        NotFoundError
            If there is no such session.
        """
        with self._read() as session:
            return tuple(analysed_from_row(row) for row in _session_row(session, recording_id).sets)

    def set(self, recording_id: UUID, set_index: int) -> StoredSet:
        """Read one set with its reps.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self._read() as session:
            row = session.scalar(
                select(SetRow)
                .where(SetRow.recording_id == recording_id, SetRow.set_index == set_index)
                .options(*_WHOLE_SET)
            )
            if row is None:
                raise NotFoundError(
                    f"There is no set {set_index} in session {recording_id}.", "Open the list of sessions."
                )
            return stored_set_from_row(row)

    def sets(self, *, exercise_id: str | None = None, limit: int = 200) -> tuple[StoredSet, ...]:
        """List sets, newest first."""
        with self._read() as session:
            query = (
                select(SetRow)
                .join(SetRow.recording)
                .order_by(RecordingRow.started_at.desc(), SetRow.set_index.desc())
                .limit(limit)
                .options(*_WHOLE_SET)
            )
            if exercise_id is not None:
                query = query.where(SetRow.exercise_id == exercise_id)
            return tuple(stored_set_from_row(row) for row in session.scalars(query))

    def lifted_sets(
        self, exercise_id: str, athlete_id: UUID | None, before: datetime | None = None
    ) -> tuple[StoredSet, ...]:
        """Read all sets of one lift of one athlete, in the order of time, as they count.

        Parameters
        ----------
        exercise_id : str
            Corrected where it was corrected.
        athlete_id : UUID or None
            None: the lifter without a name, to whom sessions without an athlete belong.
        before : datetime or None
            Only sets that started before this moment, with time zone.

        Returns
        -------
        tuple of StoredSet
            `StoredSet.reps` are those that count, `StoredSet.velocity_feedback` is what holds for the set.
            Reps have neither path nor curve: they are most of what is stored, and no statistics needs them.
        """
        with self._read() as session:
            query = (
                select(SetRow)
                .join(SetRow.recording)
                .where(SetRow.exercise_id == exercise_id)
                # Compares with NULL as "IS NULL", which is what the lifter without a name is.
                .where(RecordingRow.athlete_id == athlete_id)
                .order_by(RecordingRow.started_at, RecordingRow.recording_id, SetRow.set_index)
                .options(*_WITHOUT_PATHS)
            )
            if before is not None:
                query = query.where(RecordingRow.started_at < before)
            found = tuple(stored_set_from_row(row, with_paths=False) for row in session.scalars(query))
        return tuple(item for item in found if before is None or item.lifted_at < before)

    @contextmanager
    def _write(self) -> Generator[Session]:
        """Open a session that is committed in the end.

        Raises
        ------
        StoreError
            If the database takes nothing just now: the disk is full, or cannot be written.
        """
        with self._lock:
            try:
                with Session(self._engine) as session, session.begin():
                    yield session
            except OperationalError as error:
                raise StoreError(
                    f"The results cannot be written: {error.orig}.",
                    "Make room on the disk. Recordings go on; `upright rebuild` makes results of them again.",
                ) from error

    @contextmanager
    def _read(self) -> Generator[Session]:
        with self._lock, Session(self._engine) as session:
            yield session

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(resources.files("server") / "migrations"))
        config.set_main_option("path_separator", "os")
        with self._lock, self._engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _open(address: URL) -> Engine:
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True)
    engine = create_engine(
        address,
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_S},
    )

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA synchronous = FULL")

    event.listen(engine, "connect", prepare)
    return engine


def _session_row(session: Session, recording_id: UUID) -> RecordingRow:
    """Read the row of a session with all that belongs to it."""
    row = session.scalar(
        select(RecordingRow)
        .where(RecordingRow.recording_id == recording_id)
        .options(
            selectinload(RecordingRow.sets).selectinload(SetRow.reps),
            selectinload(RecordingRow.sets).selectinload(SetRow.parts),
        )
    )
    if row is None:
        raise NotFoundError(f"There is no session {recording_id}.", "Open the list of sessions.")
    return row


def _annotate(
    session: Session,
    recording_id: UUID,
    annotation: SessionAnnotation,
    regrouped: Mapping[int, RegroupedSet],
) -> None:
    row = _session_row(session, recording_id)
    athlete_id = annotation.athlete_id
    if athlete_id is not None and session.get(AthleteRow, athlete_id) is None:
        # Lost with the file of athletes: a session of somebody must not become one of nobody.
        name = f"Unknown {str(athlete_id)[:8]}"
        session.add(athlete_to_row(Athlete(athlete_id, name, row.started_at)))
        session.flush()
    row.athlete_id, row.given_title = athlete_id, annotation.title
    row.note, row.velocity_feedback = annotation.note, annotation.velocity_feedback
    places = match_sets(annotation.sets, [(item.start_s, item.end_s) for item in row.sets])
    for index, item in enumerate(row.sets):
        said = annotation.sets[places[index]] if index in places else None
        annotate_row(item, said, regrouped.get(item.set_index))
