"""The page's files: kept in memory, compressed; a tablet asks for many of them before it shows anything."""

from __future__ import annotations

import gzip
import hashlib
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

FIRST_MODULES = ("app.js", "live/live.js")
"""What the page shows first is made by these and what they import."""

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".png": "image/png",
}
_IMPORT = re.compile(rb'^(?:import|export)\b[^"\';]*?(?:from\s*)?"(\.{1,2}/[^"]+)"', re.MULTILINE)
_LEAST_COMPRESSED_BYTES = 1000
"""Smaller answers fit into one packet anyway."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file as it is on the disk.

    Attributes
    ----------
    stamp : tuple of int
        Time of its last change, ns, and size; when they differ it is read again.
    tag : str
        ETag of its content.
    imports : tuple of str
        Modules that it imports at once, as paths below the folder.
    """

    stamp: tuple[int, int]
    content: bytes
    compressed: bytes | None
    tag: str
    imports: tuple[str, ...]


class PageFiles:
    """Answers with the files of a folder.

    Parameters
    ----------
    folder : Path
        What is below it is public.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, _Kept] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the file of the address: an ASGI application to be mounted.

        Raises
        ------
        HTTPException
            404, if there is none; 405 to whoever wants anything but read it.
        """
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(405)
        name = scope["path"].removeprefix(scope.get("root_path", "")).removeprefix("/")
        kept = self._find(name)
        media_type = _TYPES.get(posixpath.splitext(name)[1])
        if kept is None or media_type is None:
            raise HTTPException(404)
        response = _response(Request(scope), kept.content, kept.compressed, kept.tag, media_type)
        await response(scope, receive, send)

    async def index(self, request: Request) -> Response:
        """Answer with the page, which names the modules that it will need.

        Otherwise the browser learns of each only from the one that imports it, round trip after round trip.
        """
        kept = self._find("index.html")
        if kept is None:
            raise HTTPException(404)
        links = "".join(
            f'<link rel="modulepreload" href="/static/{name}">\n    ' for name in self.imported(FIRST_MODULES)
        )
        content = kept.content.replace(b'<script type="module"', links.encode() + b'<script type="module"', 1)
        return _response(request, content, None, _tag(content), _TYPES[".html"])

    def imported(self, names: Iterable[str]) -> list[str]:
        """List modules and all that they import at once, the nearest first; not what is loaded later."""
        found = dict.fromkeys(names)
        waiting = list(found)
        for name in waiting:
            kept = self._find(name)
            fresh = [one for one in (kept.imports if kept else ()) if one not in found]
            found |= dict.fromkeys(fresh)
            waiting += fresh
        return list(found)

    def _find(self, name: str) -> _Kept | None:
        inside = posixpath.normpath(name)
        if inside.startswith(("/", "..")) or "\\" in inside or ":" in inside:
            return None
        path = self._folder / inside
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            kept = self._kept.get(name)
            if kept is None or kept.stamp != stamp:
                kept = self._kept[name] = _read(path, name, stamp)
        except (OSError, ValueError):  # ValueError: a name with a null character
            return None
        return kept


def _read(path: Path, name: str, stamp: tuple[int, int]) -> _Kept:
    content = path.read_bytes()
    found = _IMPORT.findall(content) if name.endswith(".js") else ()
    folder = posixpath.dirname(name)
    imports = tuple(posixpath.normpath(posixpath.join(folder, one.decode())) for one in found)
    # No time in it: the same content gives the same bytes.
    compressed = gzip.compress(content, mtime=0) if len(content) >= _LEAST_COMPRESSED_BYTES else None
    return _Kept(stamp, content, compressed, _tag(content), imports)


def _tag(content: bytes) -> str:
    """Weak, because it stands for the content however it is encoded."""
    return f'W/"{hashlib.sha256(content).hexdigest()[:24]}"'


def _response(
    request: Request, content: bytes, compressed: bytes | None, tag: str, media_type: str
) -> Response:
    headers = {"etag": tag, "vary": "accept-encoding"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(compressed, headers=headers | {"content-encoding": "gzip"}, media_type=media_type)
    return Response(content, headers=headers, media_type=media_type)
