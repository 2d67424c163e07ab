"""REST for athletes and for what people say of sessions, sets and reps.

Edits may take seconds, as they may read a recording again: they are made outside the event loop.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request

from analysis.exercises import CATALOGUE
from server.annotations import SetAnnotation
from server.athletes import Roster
from server.corrections import Corrections
from server.edit_schemas import (
    AthleteChange,
    AthleteModel,
    AthleteRequest,
    ExcludeRequest,
    HistoryModel,
    LiveExcludeRequest,
    LiveRestoreRequest,
    LiveSetChange,
    MergeRequest,
    OutcomeModel,
    RemovedAthleteModel,
    RestoreRequest,
    SessionChange,
    SetChange,
    SplitRequest,
    StepRequest,
)
from server.editing import EditedSet
from server.errors import InvalidEditError
from server.regrouping_edits import counting_again, excluding, rep_of
from server.roles import ROLE_KEY, Role
from server.schemas import SessionModel
from server.set_place import SetPlace
from server.store import Store
from server.stored_schemas import StoredSetModel

SetIndex = Annotated[int, Path(ge=0, le=2**31 - 1)]


def add_athletes(router: APIRouter, roster: Roster, store: Store) -> None:
    """Add what concerns athletes."""

    @router.get("/athletes", summary="All athletes, in the order in which they were added")
    def athletes() -> list[AthleteModel]:
        return [AthleteModel.model_validate(one) for one in store.athletes()]

    @router.post("/athletes", summary="Add an athlete", status_code=201)
    def add_athlete(request: AthleteRequest) -> AthleteModel:
        added = roster.add(request.name, request.note, request.body_mass_kg)
        return AthleteModel.model_validate(added)

    @router.patch("/athletes/{athlete_id}", summary="Change an athlete; what is left out stays")
    def change_athlete(athlete_id: UUID, request: AthleteChange) -> AthleteModel:
        return AthleteModel.model_validate(roster.change(athlete_id, request.changes()))

    @router.delete(
        "/athletes/{athlete_id}",
        summary="Take an athlete out; the sessions stay and go to another athlete, or to nobody named",
    )
    def remove_athlete(athlete_id: UUID, heir_id: UUID | None = None) -> RemovedAthleteModel:
        n_sessions = roster.remove(athlete_id, heir_id)
        return RemovedAthleteModel(n_sessions=n_sessions, heir_id=heir_id)


def add_edits(router: APIRouter, corrections: Corrections) -> None:
    """Add what concerns corrections of stored sessions."""
    editor = corrections.editor

    @router.patch(
        "/sessions/{recording_id}", summary="Say whose session it is and more; what is left out stays"
    )
    async def change_session(recording_id: UUID, request: Request, wish: SessionChange) -> SessionModel:
        edited = await corrections.stored(
            recording_id, lambda: editor.edit_session(recording_id, wish.changes(), who_asks(request))
        )
        return SessionModel.of(edited)

    @router.patch(
        "/sessions/{recording_id}/sets/{set_index}",
        summary="Correct a set; what is left out stays. A corrected exercise analyses the recording anew",
    )
    async def change_set(
        recording_id: UUID, set_index: SetIndex, request: Request, wish: SetChange
    ) -> StoredSetModel:
        changes = wish.changes()
        excluded = None
        if changes.pop("excluded_reps", None) is not None:
            excluded = [(one.rep_index, one.reason) for one in wish.excluded_reps]
        return await _edited(
            corrections,
            recording_id,
            lambda: editor.edit_set(recording_id, set_index, changes, excluded, who_asks(request)),
        )

    @router.get("/sessions/{recording_id}/history", summary="What was done to a session, the newest first")
    def history(recording_id: UUID) -> HistoryModel:
        return HistoryModel.of(editor.log.history(recording_id))

    @router.post("/sessions/{recording_id}/undo", summary="Take the newest change of a session back")
    async def undo(recording_id: UUID, wish: StepRequest | None = None) -> OutcomeModel:
        return OutcomeModel.of(await corrections.undo(recording_id, None if wish is None else wish.id))

    @router.post("/sessions/{recording_id}/redo", summary="Do what was taken back last again")
    async def redo(recording_id: UUID, wish: StepRequest | None = None) -> OutcomeModel:
        return OutcomeModel.of(await corrections.redo(recording_id, None if wish is None else wish.id))


def add_rep_edits(router: APIRouter, corrections: Corrections) -> None:
    """Add what concerns single reps of stored sessions."""
    editor = corrections.editor
    address = "/sessions/{recording_id}/sets/{set_index}"

    @router.post(f"{address}/exclude", summary="Leave a rep out, with the reason")
    async def exclude(
        recording_id: UUID, set_index: SetIndex, request: Request, wish: ExcludeRequest
    ) -> StoredSetModel:
        return await _edited(
            corrections,
            recording_id,
            lambda: editor.exclude(
                recording_id, set_index, wish.rep_index, wish.reason, wish.rep_start_s, who_asks(request)
            ),
        )

    @router.post(f"{address}/restore", summary="Let a rep count again, or be as it was found")
    async def restore(
        recording_id: UUID, set_index: SetIndex, request: Request, wish: RestoreRequest
    ) -> StoredSetModel:
        return await _edited(
            corrections,
            recording_id,
            lambda: editor.restore(
                recording_id, set_index, wish.rep_index, wish.rep_start_s, who_asks(request)
            ),
        )

    @router.post(f"{address}/split", summary="Count one rep as two; the recording is read again")
    async def split(
        recording_id: UUID, set_index: SetIndex, request: Request, wish: SplitRequest
    ) -> StoredSetModel:
        return await _edited(
            corrections,
            recording_id,
            lambda: editor.split(
                recording_id, set_index, wish.rep_index, wish.at_s, wish.reason, who_asks(request)
            ),
        )

    @router.post(f"{address}/merge", summary="Count a rep and the next as one; the recording is read again")
    async def merge(
        recording_id: UUID, set_index: SetIndex, request: Request, wish: MergeRequest
    ) -> StoredSetModel:
        return await _edited(
            corrections,
            recording_id,
            lambda: editor.merge(
                recording_id, set_index, wish.rep_index, wish.reason, wish.rep_start_s, who_asks(request)
            ),
        )


def add_live_edits(router: APIRouter, corrections: Corrections) -> None:
    """Add what concerns the session on the screens, be it running or just over."""

    @router.post("/live/exclude", summary="Leave a rep out, of the open set or of a closed one")
    async def exclude(request: Request, wish: LiveExcludeRequest) -> OutcomeModel:
        def change(said: SetAnnotation, place: SetPlace) -> SetAnnotation:
            return excluding(said, rep_of(place.reps, wish.rep_index, wish.rep_start_s), wish.reason)

        return OutcomeModel.of(await corrections.live(wish.set_index, change, who_asks(request)))

    @router.post("/live/restore", summary="Let a rep that is left out count again")
    async def restore(request: Request, wish: LiveRestoreRequest) -> OutcomeModel:
        def change(said: SetAnnotation, place: SetPlace) -> SetAnnotation:
            return counting_again(said, rep_of(place.reps, wish.rep_index, wish.rep_start_s))

        return OutcomeModel.of(await corrections.live(wish.set_index, change, who_asks(request)))

    @router.post("/live/set", summary="Correct a closed set; what is left out stays")
    async def change_set(request: Request, wish: LiveSetChange) -> OutcomeModel:
        changes = wish.changes()
        del changes["set_index"]
        if wish.exercise_id is not None and wish.exercise_id not in CATALOGUE:
            raise InvalidEditError(
                f"There is no exercise {wish.exercise_id!r}.", "Choose one of the catalogue."
            )
        return OutcomeModel.of(
            await corrections.live(
                wish.set_index, lambda said, _: replace(said, **changes), who_asks(request)
            )
        )

    @router.post("/live/undo", summary="Take the newest change of the session on the screens back")
    async def undo(wish: StepRequest | None = None) -> OutcomeModel:
        change_id = None if wish is None else wish.id
        return OutcomeModel.of(await corrections.undo(corrections.shown(), change_id))

    @router.post("/live/redo", summary="Do what was taken back last again")
    async def redo(wish: StepRequest | None = None) -> OutcomeModel:
        change_id = None if wish is None else wish.id
        return OutcomeModel.of(await corrections.redo(corrections.shown(), change_id))


async def _edited(
    corrections: Corrections, recording_id: UUID, edit: Callable[[], EditedSet]
) -> StoredSetModel:
    edited = await corrections.stored(recording_id, edit)
    return StoredSetModel.of(edited.stored, edited.notice)


def who_asks(request: Request) -> str:
    """Say where a request comes from, for the history."""
    host = "" if request.client is None else request.client.host
    role = request.scope.get(ROLE_KEY)
    where = "this computer" if host in {"127.0.0.1", "::1", "localhost"} else host
    return f"{where}, {role.doing}" if isinstance(role, Role) and role is not Role.ADMIN else where
