"""REST under ``/api/v1``: reports as one HTML file, see ``docs/report.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID  # noqa: TC003 -- FastAPI reads the types at run time

from fastapi import APIRouter, Query, Response

from analysis.exercises import CATALOGUE
from server.errors import NotFoundError
from server.gate import REPORT_SECURITY_POLICY
from server.store import Store  # noqa: TC001 -- as above

if TYPE_CHECKING:
    from server.reporting.page import Report

HTML: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {}}, "description": "One self-contained page."}
}


class HtmlResponse(Response):
    """A page that may have styles inside, and no scripts."""

    media_type = "text/html"


def add_reports(router: APIRouter, store: Store) -> None:
    """Add the routes. Plain functions: FastAPI runs them outside the event loop."""

    @router.get(
        "/sessions/{recording_id}/report",
        summary="Report on one session, HTML",
        response_class=HtmlResponse,
        responses=HTML,
    )
    def session_page(
        recording_id: UUID, exercise_id: Annotated[str | None, Query(max_length=64)] = None
    ) -> Response:
        from server.reporting.page import session_report  # noqa: PLC0415 -- matplotlib takes a second

        _check(exercise_id)
        return _answer(session_report(store, recording_id, exercise_id=exercise_id))

    @router.get(
        "/report",
        summary="Report on a block of weeks, HTML",
        response_class=HtmlResponse,
        responses=HTML,
    )
    def block_page(
        weeks: Annotated[int, Query(ge=1, le=520, description="Back from the newest session.")] = 8,
        exercise_id: Annotated[str | None, Query(max_length=64)] = None,
    ) -> Response:
        from server.reporting.page import block_report  # noqa: PLC0415 -- as above

        _check(exercise_id)
        return _answer(block_report(store, weeks, exercise_id=exercise_id))


def _check(exercise_id: str | None) -> None:
    if exercise_id is not None and exercise_id not in CATALOGUE:
        raise NotFoundError(f"There is no exercise {exercise_id!r}.", "Choose one of the catalogue.")


def _answer(report: Report) -> Response:
    return HtmlResponse(
        report.html,
        headers={
            "content-disposition": f'inline; filename="{report.name}.html"',
            "content-security-policy": REPORT_SECURITY_POLICY,
        },
    )
