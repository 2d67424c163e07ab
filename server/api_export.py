"""REST for the export of a session."""

from uuid import UUID

from fastapi import APIRouter, Query, Response

from server.export import FileFormat, Table, content, table_of
from server.store import Store

MEDIA_TYPES = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.PARQUET: "application/vnd.apache.parquet",
}


def add_export(router: APIRouter, store: Store) -> None:
    """Add the export."""

    @router.get(
        "/sessions/{recording_id}/export",
        summary="One table of a session as a file; columns: docs/export.md",
        response_class=Response,
    )
    def export(
        recording_id: UUID,
        table: Table = Table.REPS,
        file_format: FileFormat = Query(FileFormat.CSV, alias="format"),  # noqa: B008 -- FastAPI's way
    ) -> Response:
        session = store.session(recording_id)
        names = {one.id: one.name for one in store.athletes()}
        stamp = session.recording.started_at.strftime("%Y%m%dT%H%M%SZ")
        name = f"{stamp}-{str(recording_id)[:8]}-{table}.{file_format}"
        return Response(
            content(table_of(table, session, names), file_format, for_people=table is Table.SHEET),
            media_type=MEDIA_TYPES[file_format],
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )
