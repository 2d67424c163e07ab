"""Passes edits on: to the editor, outside the event loop, then to every screen that shows the session."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, TypeVar

from starlette.concurrency import run_in_threadpool

from server.errors import EditRefusedError
from server.schemas import ChangeModel
from server.state import LiveEdits

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from server.annotations import SetAnnotation
    from server.change_log import Outcome
    from server.editing import Editor
    from server.history import Change
    from server.live import LiveHub
    from server.set_place import SetPlace
    from server.store import Store

_T = TypeVar("_T")


class Corrections:
    """Corrects sessions so that every browser sees it at once. Lives on the event loop.

    Parameters
    ----------
    editor : Editor
        Does it.
    hub : LiveHub
        Tells the browsers.
    store : Store
        Has the sets as corrected.
    """

    def __init__(self, editor: Editor, hub: LiveHub, store: Store) -> None:
        self.editor, self._hub, self._store = editor, hub, store
        self._versions = count(1)
        hub.on_stored = editor.log.lay_over

    async def stored(self, recording_id: UUID, edit: Callable[[], _T]) -> _T:
        """Edit a stored session; its sets are shown anew where they are on the screens.

        Raises
        ------
        ServerError
            Whatever the editor refuses with.
        """
        result = await run_in_threadpool(edit)
        await self._tell(recording_id, "")
        return result

    async def live(
        self, set_index: int, change: Callable[[SetAnnotation, SetPlace], SetAnnotation], who: str
    ) -> Outcome:
        """Change what is said of a set on the screens, the open one among them.

        Raises
        ------
        ServerError
            If there is no session or no such set, and whatever the editor refuses with.
        """
        recording_id, places = self.shown(), self._hub.state.places
        return await self._step(
            recording_id, lambda: self.editor.change_place(recording_id, places, set_index, change, who)
        )

    async def undo(self, recording_id: UUID, change_id: UUID | None) -> Outcome:
        """Take the newest change back; see `ChangeLog.undo`."""
        return await self._step(recording_id, lambda: self.editor.log.undo(recording_id, change_id))

    async def redo(self, recording_id: UUID, change_id: UUID | None) -> Outcome:
        """Do what was taken back again; see `ChangeLog.redo`."""
        return await self._step(recording_id, lambda: self.editor.log.redo(recording_id, change_id))

    def shown(self) -> UUID:
        """Return the session on the screens.

        Raises
        ------
        EditRefusedError
            If there is none.
        """
        recording = self._hub.state.recording
        if recording is None:
            raise EditRefusedError("No session is on the screens.", "Choose one of the list of sessions.")
        return recording.recording_id

    async def _step(self, recording_id: UUID, step: Callable[[], Outcome]) -> Outcome:
        outcome = await run_in_threadpool(step)
        await self._tell(recording_id, outcome.words)
        return outcome

    async def _tell(self, recording_id: UUID, words: str) -> None:
        """Tell who looks at the session, and show it anew if it is on the live screens."""
        self._hub.publish_corrected(recording_id)
        recording = self._hub.state.recording
        if recording is None or recording.recording_id != recording_id:
            return
        # Numbered before it is read: what is read later is at least as new.
        version = next(self._versions)
        edits = await run_in_threadpool(self._read, recording_id, version)
        self._hub.publish_edits(edits, words or _newest(edits))

    def _read(self, recording_id: UUID, version: int) -> LiveEdits:
        outcome = self.editor.log.now(recording_id)
        stored = self._store.session(recording_id).stored_sets
        return LiveEdits(
            outcome.annotation,
            change_model(outcome.history.undo),
            change_model(outcome.history.redo),
            {one.summary.index: one for one in stored},
            version,
        )


def _newest(edits: LiveEdits) -> str:
    return "" if edits.undo is None else edits.undo.words


def change_model(change: Change | None) -> ChangeModel | None:
    """Say which change undo or redo would concern."""
    return None if change is None else ChangeModel(id=change.id, words=change.words)
