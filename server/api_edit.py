"""REST for athletes and for what people say of sessions and sets. Plain functions: they may take seconds."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from server.edit_schemas import (
    AthleteChange,
    AthleteModel,
    AthleteRequest,
    RemovedAthleteModel,
    SessionChange,
    SetChange,
)
from server.editing import Editor
from server.schemas import SessionModel
from server.store import Store
from server.stored_schemas import StoredSetModel

SetIndex = Annotated[int, Path(ge=0, le=2**31 - 1)]


def add_athletes(router: APIRouter, editor: Editor, store: Store) -> None:
    """Add what concerns athletes."""

    @router.get("/athletes", summary="All athletes, in the order in which they were added")
    def athletes() -> list[AthleteModel]:
        return [AthleteModel.model_validate(one) for one in store.athletes()]

    @router.post("/athletes", summary="Add an athlete", status_code=201)
    def add_athlete(request: AthleteRequest) -> AthleteModel:
        added = editor.add_athlete(request.name, request.note, request.body_mass_kg)
        return AthleteModel.model_validate(added)

    @router.patch("/athletes/{athlete_id}", summary="Change an athlete; what is left out stays")
    def change_athlete(athlete_id: UUID, request: AthleteChange) -> AthleteModel:
        return AthleteModel.model_validate(editor.change_athlete(athlete_id, request.changes()))

    @router.delete(
        "/athletes/{athlete_id}",
        summary="Take an athlete out; the sessions stay and go to another athlete, or to nobody named",
    )
    def remove_athlete(athlete_id: UUID, heir_id: UUID | None = None) -> RemovedAthleteModel:
        n_sessions = editor.remove_athlete(athlete_id, heir_id)
        return RemovedAthleteModel(n_sessions=n_sessions, heir_id=heir_id)


def add_edits(router: APIRouter, editor: Editor) -> None:
    """Add what concerns corrections."""

    @router.patch(
        "/sessions/{recording_id}", summary="Say whose session it is and more; what is left out stays"
    )
    def change_session(recording_id: UUID, request: SessionChange) -> SessionModel:
        return SessionModel.of(editor.edit_session(recording_id, request.changes()))

    @router.patch(
        "/sessions/{recording_id}/sets/{set_index}",
        summary="Correct a set; what is left out stays. A corrected exercise analyses the recording anew",
    )
    def change_set(recording_id: UUID, set_index: SetIndex, request: SetChange) -> StoredSetModel:
        changes = request.changes()
        excluded = None
        if changes.pop("excluded_reps", None) is not None:
            excluded = [(one.rep_index, one.reason) for one in request.excluded_reps]
        edited = editor.edit_set(recording_id, set_index, changes, excluded)
        return StoredSetModel.of(edited.stored, edited.notice)
