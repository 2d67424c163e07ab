"""The one gate that every request passes, HTTP and WebSocket alike, before any of our code answers.

It refuses a foreign ``Host`` (DNS rebinding), a missing or foreign ``Origin`` on WebSockets and on methods
that change something (other pages in the same browser), and, when a token is set, whoever does not have it.
It is plain ASGI because HTTP middleware never sees a WebSocket.
"""

from __future__ import annotations

import hmac
import ipaddress
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse

from server.errors import MissingTokenError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from server.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD"})
"""Methods that change nothing. OPTIONS is not among them: nobody calls this server from another origin."""

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)

REPORT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Of a report, which is one file with its styles inside: no scripts, nothing loaded. The only other one."""

SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

COOKIE_LIFETIME_S = 30 * 24 * 3600
"""A tablet on a rack stays signed in for a month; the token changes sooner in practice."""

WS_POLICY_VIOLATION = 1008
"""Close code (RFC 6455 section 7.4.1); before ``accept`` the server turns it into HTTP 403."""


class Refusal(NamedTuple):
    """Why a request is refused."""

    status: int
    code: str
    message: str
    hint: str


PUSH_PATH = "/api/v1/push/sensor-logger"
"""Where a phone pushes: no browser, so it sends no Origin, and has to show the token instead."""

_BAD_HOST = Refusal(
    421, "host_refused", "This server does not answer to that name.", "Use the address that it printed."
)
_BAD_ORIGIN = Refusal(
    403, "origin_refused", "Requests from other pages are refused.", "Open the dashboard itself."
)
_BAD_TOKEN = Refusal(
    401, "token_refused", "A token is needed.", "Open the address that the server printed, with its token."
)


_BAD_PUSH_TOKEN = Refusal(
    401,
    "token_refused",
    "A token is needed.",
    "Type the Authorization header that the server printed into Sensor Logger.",
)


class SecurityGate:
    """ASGI middleware that refuses what does not belong here, and adds the security headers to every answer.

    Parameters
    ----------
    app : ASGI application
        What is behind the gate.
    settings : Settings
        Says on which address we listen, by which names we may be called and which token is needed.

    Raises
    ------
    MissingTokenError
        If other computers could connect and no token is set.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        if settings.listens_beyond_this_computer and settings.token is None:
            raise MissingTokenError(settings.host)
        self._app = app
        self._token = None if settings.token is None else settings.token.get_secret_value().encode()
        self._names = LOOPBACK_NAMES | {name.lower() for name in settings.allowed_hosts}
        # A page that rebinds DNS has a name in Host, never a bare address, so addresses are safe to accept.
        self._accepts_addresses = settings.listens_beyond_this_computer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request pass or answer it here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = self._token_in_address(scope)
        refusal = self._refusal(scope, headers, given)
        if scope["type"] == "websocket":
            if refusal is not None:
                await send({"type": "websocket.close", "code": WS_POLICY_VIOLATION, "reason": refusal.code})
            else:
                await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_security_headers(MutableHeaders(scope=message))
            await send(message)

        if refusal is not None:
            content = {"code": refusal.code, "message": refusal.message, "hint": refusal.hint}
            await JSONResponse(content, refusal.status)(scope, receive, send_with_headers)
        elif given is not None:
            await self._exchange(scope, given)(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope, headers: Headers, given: str | None) -> Refusal | None:
        """Find the first reason to refuse, or None."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_our_name(hosts[0]):
            return _BAD_HOST
        changes_something = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        origins = headers.getlist("origin")
        if self._token is not None and scope.get("path") == PUSH_PATH and not origins:
            # A page of another server can neither leave its Origin out nor set this header without asking.
            given_by_app = headers.get("authorization", "").strip()
            known = self._is_token(_bearer(headers)) or self._is_token(given_by_app)
            return None if known else _BAD_PUSH_TOKEN
        if changes_something and not origins:
            return _BAD_ORIGIN
        if any(not _is_same_origin(origin, hosts[0]) for origin in origins):
            return _BAD_ORIGIN
        if self._token is not None and not self._has_token(scope, headers, given):
            return _BAD_TOKEN
        return None

    def _is_our_name(self, host: str) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            name, _port = parts.hostname, parts.port
        except ValueError:
            return False
        if name is None or parts.username is not None or parts.path or parts.query or parts.fragment:
            return False
        if name in self._names or f"[{name}]" in self._names:
            return True
        if not self._accepts_addresses:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _has_token(self, scope: Scope, headers: Headers, given: str | None) -> bool:
        candidates = [given, _bearer(headers), _cookie(headers, cookie_name(scope))]
        return any(self._is_token(candidate) for candidate in candidates)

    def _is_token(self, candidate: str | None) -> bool:
        if candidate is None or self._token is None:
            return False
        return hmac.compare_digest(candidate.encode(), self._token)

    def _token_in_address(self, scope: Scope) -> str | None:
        """Find the token in the address of a page; never looked for where nothing could be exchanged."""
        if self._token is None or scope["type"] != "http" or scope["method"] not in SAFE_METHODS:
            return None
        return dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("token")

    def _exchange(self, scope: Scope, token: str) -> RedirectResponse:
        """Put the token into a cookie and take it out of the address, so that it is in no history."""
        rest = [(k, v) for k, v in parse_qsl(scope["query_string"].decode("latin-1")) if k != "token"]
        # Not scope["path"] with leading slashes kept: "//elsewhere" would lead to another server.
        path = "/" + scope["path"].lstrip("/\\")
        response = RedirectResponse(path + (f"?{urlencode(rest)}" if rest else ""), status_code=303)
        response.set_cookie(
            cookie_name(scope),
            token,
            max_age=COOKIE_LIFETIME_S,
            httponly=True,
            samesite="strict",
            secure=scope.get("scheme") == "https",
        )
        return response


def cookie_name(scope: Scope) -> str:
    """Name the cookie after the port: browsers do not keep cookies of two ports of one host apart."""
    server = scope.get("server")
    return f"upright_{server[1] if server else 0}"


def _bearer(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    return token if scheme.lower() == "bearer" else None


def _cookie(headers: Headers, name: str) -> str | None:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return None if morsel is None else morsel.value


def _is_same_origin(origin: str, host: str) -> bool:
    """Compare an Origin with the Host, which has been checked already."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower()


def _add_security_headers(headers: MutableHeaders) -> None:
    is_report = headers.get("content-security-policy") == REPORT_SECURITY_POLICY
    for name, value in SECURITY_HEADERS.items():
        headers[name] = value
    if is_report:
        headers["content-security-policy"] = REPORT_SECURITY_POLICY
    headers.setdefault("cache-control", "no-cache")
