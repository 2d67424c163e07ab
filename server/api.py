"""REST and WebSocket under ``/api/v1``: thin, everything is done by the hub and the store."""

from importlib import metadata
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, WebSocket

from analysis.exercises import CATALOGUE
from analysis.imu import SetLabel
from analysis.measures import MEASURES
from server.api_edit import SetIndex, add_athletes, add_edits, add_live_edits, add_rep_edits
from server.api_export import add_export
from server.api_files import add_files
from server.api_push import add_push
from server.api_report import add_reports
from server.api_sensors import add_sensors
from server.api_sessions import MAX_ROWS, add_sessions
from server.api_signals import add_signals
from server.api_training import add_training
from server.athletes import Roster
from server.corrections import Corrections
from server.errors import LabelRefusedError
from server.explorer.desk import SignalDesk
from server.files.desk import FileDesk
from server.judging import Judge
from server.live import LiveHub
from server.one_way import WS_TRY_AGAIN_LATER, serve_client
from server.push import PushReception
from server.schemas import (
    ErrorModel,
    ExerciseModel,
    LabelModel,
    LabelRequest,
    MeasureModel,
    StatusModel,
)
from server.sensor_desk import SensorDesk
from server.session import Controls
from server.store import Store
from server.stored_schemas import SessionDetailModel, SetLineModel, StoredSetModel

Limit = Annotated[int, Query(ge=1, le=MAX_ROWS)]


def make_router(
    hub: LiveHub,
    store: Store,
    controls: Controls,
    roster: Roster,
    corrections: Corrections,
    signals: SignalDesk,
    desk: SensorDesk | None = None,
    reception: PushReception | None = None,
    files: FileDesk | None = None,
) -> APIRouter:
    """Make the router with everything under ``/api/v1``; without a desk, nothing of what it does."""
    router = APIRouter(
        prefix="/api/v1",
        responses={404: {"model": ErrorModel}, 409: {"model": ErrorModel}, 422: {"model": ErrorModel}},
    )
    _add_live(router, hub, controls)
    add_sessions(router, store, corrections.editor)
    _add_results(router, store)
    add_training(router, store)
    add_athletes(router, roster, store)
    add_edits(router, corrections)
    add_rep_edits(router, corrections)
    add_live_edits(router, corrections)
    add_export(router, store)
    add_reports(router, store)
    add_signals(router, store, signals)
    add_push(router, reception)
    if desk is not None:
        add_sensors(router, desk)
    if files is not None:
        add_files(router, files, store)
    return router


def _add_live(router: APIRouter, hub: LiveHub, controls: Controls) -> None:
    """Add what concerns the running session."""

    @router.get("/status", summary="What the server is doing")
    async def status() -> StatusModel:
        return StatusModel(
            version=metadata.version("upright"),
            session=hub.state.session,
            link=hub.state.link,
            n_clients=hub.n_clients,
        )

    @router.get("/exercises", summary="The catalogue of lifts")
    async def exercises() -> list[ExerciseModel]:
        return [ExerciseModel.of(lift) for lift in CATALOGUE.values()]

    @router.get("/measures", summary="What is measured, with units and definitions")
    async def measures() -> list[MeasureModel]:
        return [MeasureModel.model_validate(measure) for measure in MEASURES.values()]

    @router.get("/live", summary="The complete live state, as the WebSocket's first message")
    async def live_snapshot() -> Response:
        return Response(hub.snapshot(), media_type="application/json")

    @router.post("/live/label", summary="Say what the next set is; closes the set that is open")
    async def label(request: LabelRequest) -> LabelModel:
        if request.exercise_id is not None and request.exercise_id not in CATALOGUE:
            raise LabelRefusedError(
                f"There is no exercise {request.exercise_id!r}.", "Choose one of the catalogue."
            )
        goal = None if request.goal is None else request.goal.to_goal()
        wanted = SetLabel(request.exercise_id, request.load_kg, goal)
        await controls.label(wanted)
        hub.publish_label(wanted)
        return LabelModel.of(wanted)

    @router.websocket("/live")
    async def live(websocket: WebSocket) -> None:
        await websocket.accept()
        if hub.is_full:
            await websocket.close(WS_TRY_AGAIN_LATER, "too many clients")
            return
        with hub.client() as outbox:
            await serve_client(websocket, outbox)


def _add_results(router: APIRouter, store: Store) -> None:
    """Add what concerns earlier sessions. Plain functions: FastAPI runs them outside the event loop."""

    @router.get("/sessions/{recording_id}", summary="One session with its sets, reps and verdicts")
    def session(recording_id: UUID) -> SessionDetailModel:
        found = store.session(recording_id)
        return SessionDetailModel.of(found, Judge(store).stored(found))

    @router.get("/sets", summary="Sets of all sessions without their reps, newest first")
    def sets(
        exercise_id: Annotated[str | None, Query(max_length=64)] = None, limit: Limit = 200
    ) -> list[SetLineModel]:
        return [SetLineModel.of_line(item) for item in store.sets(exercise_id=exercise_id, limit=limit)]

    @router.get("/sessions/{recording_id}/sets/{set_index}", summary="One set with its reps")
    def one_set(recording_id: UUID, set_index: SetIndex) -> StoredSetModel:
        return StoredSetModel.of(store.set(recording_id, set_index))
