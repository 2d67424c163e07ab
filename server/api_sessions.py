"""REST under ``/api/v1`` about many sessions: their list, what is around one, one lift across weeks."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from analysis.exercises import CATALOGUE
from server.editing import Editor
from server.errors import NotFoundError
from server.judging import Judge
from server.schemas import LiftHistoryModel, SessionModel, SessionPlaceModel, SessionSummaryModel
from server.session_list import SessionFilter
from server.store import Store

MAX_ROWS = 1000
"""Most rows of any answer. 100 to 10000; 1000 sets are a year of training."""

IsUnnamed = Annotated[bool, Query(description="Only those of the lifter without a name.")]


def add_sessions(router: APIRouter, store: Store, editor: Editor) -> None:
    """Add the routes. Plain functions: FastAPI runs them outside the event loop."""

    @router.get("/sessions", summary="Sessions, newest first; filtered and page by page")
    def sessions(
        *,
        limit: Annotated[int, Query(ge=1, le=MAX_ROWS)] = 200,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        athlete_id: UUID | None = None,
        is_unnamed: IsUnnamed = False,
        exercise_id: Annotated[str | None, Query(max_length=64)] = None,
        words: Annotated[str, Query(max_length=100, description="In title or notes.")] = "",
    ) -> list[SessionSummaryModel]:
        wanted = SessionFilter(athlete_id, is_unnamed, exercise_id, words.strip())
        return [
            SessionSummaryModel(
                **dict(SessionModel.of(item.recording)),
                n_sets=item.n_sets,
                n_reps=item.n_reps,
                exercises=item.exercises,
                tonnage_kg=item.tonnage_kg,
                duration_s=item.duration_s,
            )
            for item in store.sessions(limit, offset=offset, wanted=wanted)
        ]

    @router.get("/sessions/{recording_id}/place", summary="Sessions before and after one, and its recording")
    def place(recording_id: UUID) -> SessionPlaceModel:
        previous_id, next_id = store.beside(recording_id)
        return SessionPlaceModel(
            previous_id=previous_id, next_id=next_id, has_recording=editor.has_recording(recording_id)
        )

    @router.get(
        "/stability", summary="One lift of one lifter across weeks; without an athlete: the unnamed one"
    )
    def stability(
        exercise_id: Annotated[str, Query(max_length=64)],
        athlete_id: UUID | None = None,
        weeks: Annotated[int | None, Query(ge=1, le=520, description="Only the last so many weeks.")] = None,
    ) -> LiftHistoryModel:
        if exercise_id not in CATALOGUE:
            raise NotFoundError(f"There is no exercise {exercise_id!r}.", "Choose one of the catalogue.")
        since = None if weeks is None else datetime.now(UTC) - timedelta(weeks=weeks)
        return LiftHistoryModel(
            exercise_id=exercise_id,
            exercise_name=CATALOGUE[exercise_id].name,
            history=Judge(store).weeks(exercise_id, athlete_id, since),
        )
