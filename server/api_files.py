"""REST under ``/api/v1/files``: imports and exports as jobs with progress, see ``docs/import_export.md``."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime
from starlette.responses import StreamingResponse

from server.files.desk import FileDesk
from server.files.schemas import ExportRequest, JobModel, JobsModel, KeepRequest, LookRequest
from server.store import Store

UPLOAD_PATH = "/api/v1/files/uploads"
"""The one path whose body may be as large as a recording."""
_PIECE = 1 << 18


def add_files(router: APIRouter, desk: FileDesk, store: Store) -> None:
    """Add the routes. Those that touch jobs run on the event loop, where the jobs are."""
    _add_imports(router, desk)
    _add_exports(router, desk, store)

    @router.get("/files/jobs", summary="Imports and exports of this run of the server, newest first")
    async def jobs() -> JobsModel:
        return desk.board.jobs()

    @router.get("/files/jobs/{job_id}", summary="How far an import or export is")
    async def job(job_id: UUID) -> JobModel:
        return desk.board.job(job_id).model()

    @router.delete("/files/jobs/{job_id}", summary="Cancel, discard or delete; nothing of it stays")
    async def cancel(job_id: UUID) -> JobModel:
        return await desk.board.cancel(job_id)


def _add_imports(router: APIRouter, desk: FileDesk) -> None:
    @router.post(
        UPLOAD_PATH.removeprefix(router.prefix),
        summary="Take one file, its bytes as the body; look at it when no more of its import follow",
        openapi_extra={
            "requestBody": {"content": {"application/octet-stream": {"schema": {"format": "binary"}}}}
        },
    )
    async def upload(
        request: Request,
        name: Annotated[str, Query(min_length=1, max_length=1000, description="With folders, if any.")],
        job: Annotated[UUID | None, Query(description="Add it to this import.")] = None,
        *,
        more: Annotated[bool, Query(description="Others of the same import follow.")] = False,
        modified: Annotated[
            AwareDatetime | None, Query(description="When the file was last written.")
        ] = None,
    ) -> JobModel:
        length = request.headers.get("content-length", "")
        return await desk.receive(
            name,
            request.stream(),
            announced_bytes=int(length) if length.isdecimal() else None,
            modified_at=modified,
            job_id=job,
            has_more=more,
        )

    @router.post("/files/jobs/{job_id}/look", summary="Look at a file again, with what a person says of it")
    async def look(job_id: UUID, request: LookRequest) -> JobModel:
        return desk.look_again(job_id, request)

    @router.post("/files/jobs/{job_id}/keep", summary="Keep and analyse what was found")
    async def keep(job_id: UUID, request: KeepRequest) -> JobModel:
        return desk.keep(job_id, request)


def _add_exports(router: APIRouter, desk: FileDesk, store: Store) -> None:
    @router.post("/files/exports", summary="Begin an export of one or many sessions")
    async def export(request: ExportRequest) -> JobModel:
        return desk.export(request, await asyncio.to_thread(_sessions_of, request, store))

    @router.get(
        "/files/jobs/{job_id}/download",
        summary="The file of an export; deleted once it was fetched whole",
        response_class=StreamingResponse,
    )
    async def download(job_id: UUID) -> StreamingResponse:
        exported, path = desk.download(job_id)
        loop = asyncio.get_running_loop()

        def pieces() -> Iterator[bytes]:
            yield from _pieces(path)
            loop.call_soon_threadsafe(desk.downloaded, job_id)  # only if nobody left before the end

        headers = {
            "content-length": str(exported.bytes),
            "content-disposition": f'attachment; filename="{exported.name}"',
        }
        return StreamingResponse(pieces(), media_type="application/octet-stream", headers=headers)


def _sessions_of(request: ExportRequest, store: Store) -> list[UUID]:
    """List the sessions that are meant, the oldest first."""
    if request.sessions is not None:
        return list(dict.fromkeys(request.sessions))
    return [
        item.recording.recording_id
        for item in reversed(store.sessions(None, athlete_id=request.athlete_id))
        if request.since is None or item.recording.started_at >= request.since
    ]


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
