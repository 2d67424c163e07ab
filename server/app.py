"""Puts the parts together: gate, REST, WebSocket and the dashboard's files."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from importlib import metadata, resources
from uuid import UUID

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from ingest.devices.sensor_logger_message import MAX_MESSAGE_BYTES
from server.access import Access
from server.annotation_files import AnnotationFiles
from server.api import make_router
from server.api_access import make_access_router
from server.api_files import UPLOAD_PATH
from server.api_health import add_health
from server.api_signals import add_plotly
from server.api_wall import add_wall
from server.editing import Editor
from server.errors import ServerError
from server.explorer.desk import SignalDesk
from server.files.desk import FileDesk
from server.files.limits import MAX_UPLOAD_BYTES
from server.gate import PUSH_PATH, SecurityGate
from server.health.watch import HealthWatch
from server.live import LiveHub
from server.preferences import PreferenceFile
from server.push import PushReception
from server.schemas import ErrorModel
from server.sensor_desk import SensorDesk
from server.session import Controls
from server.settings import Settings
from server.store import Store
from server.wall.racks import Rack, WallFile
from server.wall.wall import Wall

MAX_BODY_BYTES = 64 * 1024
"""Largest request body. 4 to 1024 kB; the largest that the API knows, an edit, rarely has 1 kB."""
WALL_FILE = "wall.json"
"""Of the data folder."""
TOO_LARGE_HINT = "Send less at once; in Sensor Logger choose a shorter batch period."
TOO_LARGE_FILE_HINT = (
    f"Files of more than {MAX_UPLOAD_BYTES // 1_000_000} MB are not taken: cut it into sets."
)

_log = logging.getLogger(__name__)


class BodyLimit:
    """Refuses bodies that are larger than anything we know; what a watch pushes, and files, may be longer.

    Parameters
    ----------
    app : ASGI application
        What is behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._usual = RequestBodyLimitMiddleware(app, MAX_BODY_BYTES)
        self._of_paths = {
            PUSH_PATH: RequestBodyLimitMiddleware(app, MAX_MESSAGE_BYTES),
            UPLOAD_PATH: RequestBodyLimitMiddleware(app, MAX_UPLOAD_BYTES),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the limit of its path."""
        path = scope.get("path", "")
        limited = self._of_paths.get(path, self._usual)
        if scope["type"] == "http" and _announced_bytes(scope) > limited.max_body_size:
            await _error(413, "too_large", "Content Too Large", _too_large_hint(path))(scope, receive, send)
        else:  # what comes in pieces is counted
            await limited(scope, receive, send)


def _too_large_hint(path: str) -> str:
    return TOO_LARGE_FILE_HINT if path == UPLOAD_PATH else TOO_LARGE_HINT


def _announced_bytes(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isdecimal() else 0


def _error(status: int, code: str, message: str, hint: str = "") -> JSONResponse:
    return JSONResponse(ErrorModel(code=code, message=message, hint=hint).model_dump(), status)


def create_app(
    settings: Settings,
    hub: LiveHub,
    store: Store,
    controls: Controls,
    desk: SensorDesk | None = None,
    reception: PushReception | None = None,
    access: Access | None = None,
    racks: Sequence[Rack] = (),
) -> FastAPI:
    """Make the web application.

    Parameters
    ----------
    settings : Settings
        Whom to listen to, where recordings and annotations are.
    hub : LiveHub
        Live state and its clients.
    store : Store
        Results of all sessions. Closed by whoever opened it.
    controls : Controls
        Takes labels for the running session.
    desk : SensorDesk or None
        What the page may do with sensors; None: nothing, as in a replay.
    reception : PushReception or None
        Takes what a device pushes; None: nothing is expected.
    access : Access or None
        Which token lets in whom. None: as the settings say.
    racks : sequence of Rack
        Other racks that the wall follows beside those that are kept.

    Raises
    ------
    MissingTokenError
        If other computers could connect and no token is set.
    InvalidRackError
        If there are more racks than a wall shows.
    """
    access = access or Access.of(settings)
    wall = Wall(WallFile(settings.data_dir / WALL_FILE), hub, store, racks)
    watch = HealthWatch(settings, hub)

    def is_running(recording_id: UUID) -> bool:
        return hub.state.session is not None and hub.state.session.recording_id == recording_id

    signals = SignalDesk(settings, is_running)
    files = FileDesk(settings, store)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        _log.info("dashboard starts")
        await files.board.open()
        try:
            async with watch.running(), wall.running():
                yield
        finally:
            signals.close()
            await files.board.close()
        _log.info("dashboard stops")

    app = FastAPI(
        title="Upright",
        version=metadata.version("upright"),
        summary="What the bar does, and what that says about a lifter's upper back.",
        lifespan=lifespan,
        docs_url=None,  # both documentation pages load scripts from a CDN, which the policy forbids
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityGate, settings=settings, access=access)  # added last: outermost
    editor = Editor(
        store,
        AnnotationFiles(settings.data_dir),
        settings.recordings_dir,
        is_running,
    )
    router = make_router(hub, store, controls, editor, signals, desk, reception, files)
    add_wall(router, wall)
    add_health(router, watch, hub, store, settings, wall, access)
    app.include_router(router)
    app.include_router(make_access_router(access, PreferenceFile(settings.data_dir)))
    _add_pages(app)
    add_plotly(app)
    _add_error_handlers(app)
    return app


def _add_pages(app: FastAPI) -> None:
    static = resources.files("server") / "static"

    @app.get("/", include_in_schema=False)
    async def index() -> FileResponse:
        return FileResponse(str(static / "index.html"))

    app.mount("/static", StaticFiles(directory=str(static)), name="static")


def _add_error_handlers(app: FastAPI) -> None:
    """Answer every error as ``{code, message, hint}``."""

    async def of_ours(_request: Request, error: Exception) -> Response:
        if not isinstance(error, ServerError):
            raise error
        return _error(error.status, error.code, error.message, error.hint)

    async def of_validation(_request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part not in {"body", "query", "path"})
        return _error(
            422, "invalid_request", f"{where or 'request'}: {first['msg']}.", "See the API description."
        )

    async def of_http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        codes = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
        status = error.status_code
        hint = _too_large_hint(request.url.path) if status == 413 else ""
        return _error(status, codes.get(status, "http_error"), str(error.detail), hint)

    handlers: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
        ServerError: of_ours,
        RequestValidationError: of_validation,
        HTTPException: of_http,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
