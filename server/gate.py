"""The one gate that every request passes, HTTP and WebSocket alike, before any of our code answers.

It refuses a foreign ``Host`` (DNS rebinding), a missing or foreign ``Origin`` on WebSockets and on methods
that change something (other pages in the same browser), and, when there are tokens, whoever has none, or one
of a role that may not do what is asked (`server.roles`). It is plain ASGI because HTTP middleware never sees
a WebSocket.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse

from server.access import Access
from server.roles import READS, ROLE_KEY, Role, least_role
from server.sign_in import STYLE_PATH, sign_in_page, sign_in_style

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from server.settings import Settings

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
        Says on which address we listen and by which names we may be called.
    access : Access or None
        Which token lets in whom. None: as the settings say.

    Raises
    ------
    MissingTokenError
        If other computers could connect and no token is set.
    """

    def __init__(self, app: ASGIApp, settings: Settings, access: Access | None = None) -> None:
        self._app = app
        self._access = access or Access.of(settings)
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
        role = self._role(scope, headers, given)
        refusal = self._refusal(scope, headers, role)
        if role is not None:
            scope[ROLE_KEY] = role
        if scope["type"] == "websocket":
            if refusal is not None:
                await send({"type": "websocket.close", "code": WS_POLICY_VIOLATION, "reason": refusal.code})
            else:
                inside = self._until_renewed if self._access.needs_token else self._app
                await inside(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_security_headers(MutableHeaders(scope=message))
            await send(message)

        if refusal is not None:
            answer = _answer(refusal, scope, headers)
        elif given is not None:
            answer = self._exchange(scope, given)
        else:
            answer = self._app
        await answer(scope, receive, send_with_headers)

    async def _until_renewed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a WebSocket on; close it when the tokens are renewed, since nobody is signed in any more."""
        inside = asyncio.ensure_future(self._app(scope, receive, send))
        renewed = asyncio.ensure_future(self._access.until_renewed())
        try:
            await asyncio.wait({inside, renewed}, return_when=asyncio.FIRST_COMPLETED)
            if inside.done():
                inside.result()
                return
            inside.cancel()
            await asyncio.wait({inside})
            with contextlib.suppress(RuntimeError):  # it was being closed just then
                await send({"type": "websocket.close", "code": WS_POLICY_VIOLATION, "reason": "signed_out"})
        finally:
            # When we are cancelled ourselves, what is inside has to end first.
            renewed.cancel()
            inside.cancel()
            await asyncio.wait({inside, renewed})

    def _refusal(self, scope: Scope, headers: Headers, role: Role | None) -> Refusal | None:
        """Find the first reason to refuse, or None."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_our_name(hosts[0]):
            return _BAD_HOST
        method = "GET" if scope["type"] == "websocket" else scope["method"]
        changes_something = scope["type"] == "websocket" or method not in READS
        origins = headers.getlist("origin")
        # A page of another server can neither leave its Origin out nor set this header without asking.
        is_push = self._is_push(scope, headers)
        if is_push and role is None:
            return _BAD_PUSH_TOKEN
        if changes_something and not origins and not is_push:
            return _BAD_ORIGIN
        if any(not _is_same_origin(origin, hosts[0]) for origin in origins):
            return _BAD_ORIGIN
        if role is None:
            return _BAD_TOKEN
        least = least_role(method, scope["path"])
        return None if role.may(least) else _not_for(role, least)

    def _role(self, scope: Scope, headers: Headers, given: str | None) -> Role | None:
        """Say who asks; None: nobody we know."""
        if not self._access.needs_token:
            return Role.ADMIN
        if self._is_push(scope, headers):
            candidates = [_bearer(headers), headers.get("authorization", "").strip()]
        else:
            # A token in the address comes first: it takes the place of the cookie.
            candidates = [given, _bearer(headers), _cookie(headers, cookie_name(scope))]
        found = (self._access.role_of(candidate) for candidate in candidates)
        return next((role for role in found if role is not None), None)

    def _is_push(self, scope: Scope, headers: Headers) -> bool:
        return self._access.needs_token and scope["path"] == PUSH_PATH and "origin" not in headers

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

    def _token_in_address(self, scope: Scope) -> str | None:
        """Find the token in the address of a page; never looked for where nothing could be exchanged."""
        if not self._access.needs_token or scope["type"] != "http" or scope["method"] not in READS:
            return None
        return dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("token")

    def _exchange(self, scope: Scope, token: str) -> RedirectResponse:
        """Put the token into a cookie and take it out of the address, so that it is in no history."""
        rest = [(k, v) for k, v in parse_qsl(scope["query_string"].decode("latin-1")) if k != "token"]
        # Not scope["path"] with leading slashes kept: "//elsewhere" would lead to another server.
        path = "/" + scope["path"].lstrip("/\\")
        response = RedirectResponse(path + (f"?{urlencode(rest)}" if rest else ""), status_code=303)
        if self._access.role_of(token) is not None:  # otherwise the cookie was the one that counted
            sign_in(response, scope, token)
        return response


def sign_in(response: Response, scope: Scope, token: str) -> None:
    """Give a browser the cookie by which it is known from now on."""
    response.set_cookie(
        cookie_name(scope),
        token,
        max_age=COOKIE_LIFETIME_S,
        httponly=True,
        samesite="strict",
        secure=scope.get("scheme") == "https",
    )


def sign_out(response: Response, scope: Scope) -> None:
    """Let a browser forget who it is; the token stays good for others."""
    response.delete_cookie(
        cookie_name(scope), httponly=True, samesite="strict", secure=scope.get("scheme") == "https"
    )


def _answer(refusal: Refusal, scope: Scope, headers: Headers) -> Response:
    if refusal is _BAD_TOKEN and scope["method"] == "GET" and scope["path"] == STYLE_PATH:
        return sign_in_style()
    if refusal is _BAD_TOKEN and scope["method"] in READS and "text/html" in headers.get("accept", ""):
        return sign_in_page(refusal.status, was_tried="token=" in scope["query_string"].decode("latin-1"))
    content = {"code": refusal.code, "message": refusal.message, "hint": refusal.hint}
    return JSONResponse(content, refusal.status)


def _not_for(role: Role, least: Role) -> Refusal:
    return Refusal(
        403,
        "role_refused",
        f"This browser is signed in for {role.doing}, which does not allow that.",
        f"Sign in with the token for {least.doing}; whoever started Upright has it.",
    )


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
