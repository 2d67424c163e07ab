"""REST under ``/api/v1`` for looking into a recording; what is in the answers: ``docs/explorer.md``.

Plain functions: FastAPI runs them outside the event loop. An answer that is not there yet has status 202 and
says how far the work on it is; ask again.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID  # noqa: TC003 -- FastAPI reads the types at run time

from fastapi import APIRouter, FastAPI, Query, Request, Response

from server.errors import NotFoundError
from server.explorer.desk import Progress, SignalDesk, Signals
from server.explorer.overlay import overlay_of, path_of
from server.explorer.plotly import PlotlyFile, plotly_file
from server.explorer.window import window_of
from server.store import Store  # noqa: TC001 -- as above

if TYPE_CHECKING:
    from server.stored import StoredSession

PLOTLY_PATH = "/vendor/plotly.min.js"
MAX_POINTS = 4000
"""Most points of a signal in one answer. 1000 to 20000: no screen is wider."""

Time = Annotated[float | None, Query(ge=0, le=1e7, allow_inf_nan=False)]


def add_signals(router: APIRouter, store: Store, desk: SignalDesk) -> None:
    """Add what concerns single recordings."""

    @router.get(
        "/sessions/{recording_id}/signals",
        summary="Measured and derived signals of a window of a recording, with what was found in it",
        response_class=Response,
    )
    def signals(
        recording_id: UUID,
        from_s: Time = None,
        to_s: Time = None,
        points: Annotated[int, Query(ge=10, le=MAX_POINTS)] = 1000,
    ) -> Response:
        session = store.session(recording_id)
        found = desk.signals(recording_id)
        if isinstance(found, Progress):
            return _waits(found)
        return _json(_document(session, found, from_s, to_s, points))

    @router.get(
        "/sessions/{recording_id}/path3d",
        summary="Path of the bar in reps of a set: forward, left, up, in metres from each rep's start",
        response_class=Response,
    )
    def path3d(
        recording_id: UUID,
        set_index: Annotated[int, Query(ge=0, le=100_000, alias="set")],
        rep: Annotated[int | None, Query(ge=0, le=100_000)] = None,
    ) -> Response:
        stored = store.set(recording_id, set_index)
        reps = [one for one in stored.summary.reps if rep is None or one.index == rep]
        if rep is not None and not reps:
            raise NotFoundError(f"The set has no rep {rep}.", f"It has {len(stored.summary.reps)}.")
        found = desk.signals(recording_id)
        if isinstance(found, Progress) or found.progress is not None:
            return _waits(found if isinstance(found, Progress) else _progress_of(found))
        paths = [path_of(found.table, found.facts, stored, one) for one in reps]
        return _json({"schema": "upright.path3d/1", "set": set_index, "reps": paths})

    @router.get(
        "/sessions/{recording_id}/checkup",
        summary="What a recording is like: rate, gaps, clipping, noise, mount, as `upright doctor` says it",
        response_class=Response,
    )
    def checkup(recording_id: UUID) -> Response:
        store.session(recording_id)
        found = desk.signals(recording_id)
        if isinstance(found, Progress):
            return _waits(found)
        if found.facts["checkup"] is None:
            return _waits(_progress_of(found))
        return _json(found.facts["checkup"])

    @router.get(
        "/plotly", summary="Where Plotly's JavaScript is, and what must be in a page before it is loaded"
    )
    def plotly() -> dict[str, Any]:
        file = _installed()
        return {
            "url": f"{PLOTLY_PATH}?v={file.digest}",
            "version": file.version,
            "bytes": len(file.packed),
            "style_ids": file.style_ids,
        }


def add_plotly(app: FastAPI) -> None:
    """Serve Plotly's JavaScript from the installed package."""

    @app.get(PLOTLY_PATH, include_in_schema=False)
    def script(request: Request, v: str = "") -> Response:
        file = _installed()
        # An address that names the content never changes what it says.
        lasts = "private, max-age=31536000, immutable" if v == file.digest else "no-cache"
        packed = "gzip" in request.headers.get("accept-encoding", "")
        tag = f'"{file.digest}{"-gzip" if packed else ""}"'
        headers = {"cache-control": lasts, "etag": tag, "vary": "accept-encoding"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        if packed:
            headers["content-encoding"] = "gzip"
        content = file.packed if packed else file.plain
        return Response(content, media_type="text/javascript; charset=utf-8", headers=headers)


def _document(
    session: StoredSession, found: Signals, from_s: float | None, to_s: float | None, points: int
) -> dict[str, Any]:
    t_s = found.table["t_s"]
    start_s, end_s = (float(t_s[0]), float(t_s[-1])) if len(t_s) else (0.0, 0.0)
    low_s, high_s = sorted((start_s if from_s is None else from_s, end_s if to_s is None else to_s))
    window = window_of(found.table, low_s, high_s, points)
    if found.facts["why_no_forward"]:
        # A direction that was found from the motion has no sign: good for a shape, not for "forward".
        window["channels"].pop("forward_m", None)
    head = {
        "schema": "upright.signals/1",
        "recording_id": str(session.recording.recording_id),
        "start_s": start_s,
        "end_s": end_s,
        "total_samples": len(t_s),
        "damage": found.facts["damage"],
        "algorithm": found.facts["algorithm"],
        "why_no_forward": found.facts["why_no_forward"],
        "progress": None if found.progress is None else asdict(found.progress),
    }
    return head | window | overlay_of(session, found.facts, low_s, high_s)


def _installed() -> PlotlyFile:
    file = plotly_file()
    if file is None:
        raise NotFoundError(
            "Plotly, which draws these charts, is not installed on the server.",
            "Install it there: uv pip install plotly.",
        )
    return file


def _progress_of(found: Signals) -> Progress:
    return found.progress or Progress("analysing", 1.0)


def _waits(progress: Progress) -> Response:
    return _json({"progress": asdict(progress)}, 202)


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(content, allow_nan=False), status, media_type="application/json")
