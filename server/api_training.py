"""REST under ``/api/v1`` about training: the load-velocity profile of a lift and the programme audit."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from analysis.exercises import CATALOGUE
from analysis.lift_profile import lift_profile_document
from server.errors import NotFoundError
from server.store import Store
from server.training import audit_store, store_profile

AthleteId = Annotated[
    UUID | None, Query(description="Whose sets; left out: those of the lifter without a name.")
]


def add_training(router: APIRouter, store: Store) -> None:
    """Add the routes. Plain functions: FastAPI runs them outside the event loop."""

    @router.get("/profile", summary="Load-velocity profile of a lift, or why there is none")
    def profile(
        exercise_id: Annotated[str, Query(max_length=64)],
        athlete_id: AthleteId = None,
        as_of: Annotated[
            AwareDatetime | None, Query(description="The day that it is for; left out: today.")
        ] = None,
    ) -> dict[str, Any]:
        """Answer the document ``upright.profile/1``: points, curve for drawing, e1RM with its interval."""
        lift = CATALOGUE.get(exercise_id)
        if lift is None:
            raise NotFoundError(f"There is no exercise {exercise_id!r}.", "Choose one of the catalogue.")
        return lift_profile_document(store_profile(store, lift, as_of or datetime.now(UTC), athlete_id))

    @router.get("/audit", summary="Whether the stored sets train the upper back for strength")
    def audit(
        athlete_id: AthleteId = None,
        weeks: Annotated[int, Query(ge=2, le=520, description="Judge the last so many weeks.")] = 12,
        body_mass_kg: Annotated[
            float | None, Query(ge=20, le=400, allow_inf_nan=False, description="For pull-ups.")
        ] = None,
    ) -> dict[str, Any]:
        """Answer the document ``upright.audit/1``."""
        return audit_store(store, body_mass_kg=body_mass_kg, weeks=weeks, athlete_id=athlete_id).document()
