"""Keeps annotations in small files beside the recordings: they, not the database, are the truth.

``<data_dir>/annotations/<recording_id>.json`` for each session that was edited, with
``<recording_id>.history.json`` beside it for undo, ``<data_dir>/athletes.json`` for all athletes.
Made to be read by people, changed at once or not at all.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from server.annotations import Athlete, SessionAnnotation
from server.errors import AnnotationError
from server.history import History
from server.whole_files import replace_file

if TYPE_CHECKING:
    from pathlib import Path

SESSION_SCHEMA = "upright.annotations/1"
HISTORY_SCHEMA = "upright.history/1"
ATHLETES_SCHEMA = "upright.athletes/1"

_T = TypeVar("_T")
_SESSION = TypeAdapter(SessionAnnotation)
_HISTORY = TypeAdapter(History)
_ATHLETES = TypeAdapter(tuple[Athlete, ...])


@dataclass(frozen=True, slots=True)
class AnnotationFiles:
    """The files of one data folder.

    Attributes
    ----------
    data_dir : Path
        See `server.settings.Settings`; folders are made when something is written.
    """

    data_dir: Path

    @property
    def athletes_path(self) -> Path:
        """Where the athletes are."""
        return self.data_dir / "athletes.json"

    def session_path(self, recording_id: UUID) -> Path:
        """Where the annotations of a session are."""
        return self.data_dir / "annotations" / f"{recording_id}.json"

    def session(self, recording_id: UUID) -> SessionAnnotation:
        """Read what is said of a session; nothing is said where there is no file.

        Raises
        ------
        AnnotationError
            If the file is damaged.
        """
        found = _of_recording(self.session_path(recording_id), SESSION_SCHEMA, recording_id, _SESSION)
        return SessionAnnotation() if found is None else found

    def keep_session(self, recording_id: UUID, annotation: SessionAnnotation) -> None:
        """Write what is said of a session.

        Raises
        ------
        AnnotationError
            If it cannot be written.
        """
        said = _SESSION.dump_python(annotation.tidy(), mode="json", exclude_defaults=True)
        _write(
            self.session_path(recording_id),
            {"schema": SESSION_SCHEMA, "recording_id": str(recording_id), **said},
        )

    def history_path(self, recording_id: UUID) -> Path:
        """Where the changes of a session's annotations are."""
        return self.data_dir / "annotations" / f"{recording_id}.history.json"

    def history(self, recording_id: UUID) -> History:
        """Read the changes of a session's annotations; none where there is no file.

        Raises
        ------
        AnnotationError
            If the file is damaged.
        """
        found = _of_recording(self.history_path(recording_id), HISTORY_SCHEMA, recording_id, _HISTORY)
        return History() if found is None else found

    def keep_history(self, recording_id: UUID, history: History) -> None:
        """Write the changes of a session's annotations.

        Raises
        ------
        AnnotationError
            If they cannot be written.
        """
        said = _HISTORY.dump_python(history, mode="json", exclude_defaults=True)
        _write(
            self.history_path(recording_id),
            {"schema": HISTORY_SCHEMA, "recording_id": str(recording_id), **said},
        )

    def annotated(self) -> set[UUID]:
        """List the recordings of which something is said."""
        found: set[UUID] = set()
        for path in (self.data_dir / "annotations").glob("*.json"):
            with contextlib.suppress(ValueError):  # not one of ours
                found.add(UUID(path.stem))
        return found

    def athletes(self) -> tuple[Athlete, ...]:
        """Read the athletes, in the order in which they were added.

        Raises
        ------
        AnnotationError
            If the file is damaged.
        """
        content = _read(self.athletes_path, ATHLETES_SCHEMA)
        return () if content is None else _valid(self.athletes_path, _ATHLETES, content.get("athletes"))

    def keep_athletes(self, athletes: tuple[Athlete, ...]) -> None:
        """Write the athletes.

        Raises
        ------
        AnnotationError
            If they cannot be written.
        """
        said = _ATHLETES.dump_python(athletes, mode="json", exclude_defaults=True)
        _write(self.athletes_path, {"schema": ATHLETES_SCHEMA, "athletes": said})


def _of_recording(path: Path, schema: str, recording_id: UUID, adapter: TypeAdapter[_T]) -> _T | None:
    """Read a file of one recording; None if there is none."""
    content = _read(path, schema)
    if content is None:
        return None
    if content.pop("recording_id", None) != str(recording_id):
        raise AnnotationError(path, "it is of another recording")
    return _valid(path, adapter, content)


def _read(path: Path, schema: str) -> dict[str, Any] | None:
    """Read a file's content but for its schema; None if there is no file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise AnnotationError(path, str(error)) from error
    if not isinstance(content, dict):
        raise AnnotationError(path, "it holds no JSON object")
    found = cast("dict[str, Any]", content)
    if (written := found.pop("schema", None)) != schema:
        raise AnnotationError(path, f"its schema is {written!r}, not {schema!r}")
    return found


def _valid(path: Path, adapter: TypeAdapter[_T], content: Any) -> _T:  # noqa: ANN401 -- whatever it holds
    try:
        return adapter.validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise AnnotationError(path, f"{where or 'content'}: {first['msg']}") from error


def _write(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    try:
        replace_file(path, text)
    except OSError as error:
        raise AnnotationError(path, f"it cannot be written: {error.strerror}", damaged=False) from error
