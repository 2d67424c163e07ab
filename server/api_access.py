"""REST for who may come in, and as what, and for what the users of a server agreed on."""

import io
from importlib import metadata

import segno
from fastapi import APIRouter, Request, Response

from server.access import Access
from server.errors import NotFoundError
from server.gate import sign_in, sign_out
from server.preferences import PreferenceFile, Preferences
from server.rep_schemas import Model
from server.roles import ROLE_KEY, Role

_SECRET = {"cache-control": "no-store"}
"""Of answers with tokens."""
_QUIET_ZONE = 4
"""Empty modules around a code: what the standard asks for."""


class MeModel(Model):
    """Who asks, and over what.

    Attributes
    ----------
    role : Role
        What the browser that asks may do.
    is_lan : bool
        Whether other computers can connect.
    is_secure : bool
        Whether this request came by TLS.
    version : str
        Of Upright.
    """

    role: Role
    is_lan: bool
    is_secure: bool
    version: str


class AccessModel(Model):
    """Who can connect.

    Attributes
    ----------
    is_lan : bool
        Whether other computers can connect.
    url : str or None
        By which address they reach the server, without a token.
    fingerprint : str or None
        SHA-256 of the certificate; null without TLS.
    names : tuple of str
        Names and addresses that the certificate is valid for.
    can_renew : bool
        Whether there are tokens that can be renewed.
    """

    is_lan: bool
    url: str | None
    fingerprint: str | None
    names: tuple[str, ...]
    can_renew: bool


class TokenModel(Model):
    """A token, and the address that signs in by it."""

    role: Role
    token: str
    url: str | None


def make_access_router(access: Access, preferences: PreferenceFile) -> APIRouter:
    """Make the router; the gate sees to it that only ``admin`` gets to what concerns access."""
    router = APIRouter(prefix="/api/v1")

    @router.get("/me", summary="What the browser that asks may do")
    async def me(request: Request) -> MeModel:
        return MeModel(
            role=request.scope[ROLE_KEY],
            is_lan=access.is_lan,
            is_secure=request.url.scheme == "https",
            version=metadata.version("upright"),
        )

    @router.post("/me/sign-out", status_code=204, summary="Let this browser forget its token")
    async def leave(request: Request, response: Response) -> None:
        sign_out(response, request.scope)

    @router.get("/preferences", summary="The goals that are offered for each lift")
    def agreed() -> Preferences:
        return preferences.read()

    @router.put("/preferences", summary="Replace the goals that are offered for each lift")
    def agree(request: Preferences) -> Preferences:
        return preferences.keep(request)

    _add_access(router, access)
    return router


def _add_access(router: APIRouter, access: Access) -> None:
    def tokens() -> list[TokenModel]:
        return [
            TokenModel(role=role, token=token, url=_address(access, token))
            for role, token in sorted(access.tokens.items(), key=lambda item: list(Role).index(item[0]))
        ]

    @router.get("/access", summary="Who can connect")
    async def who_can_connect() -> AccessModel:
        reach = access.reach
        return AccessModel(
            is_lan=access.is_lan,
            url=None if reach is None else reach.url,
            fingerprint=None if reach is None else reach.fingerprint,
            names=() if reach is None else reach.names,
            can_renew=access.can_renew,
        )

    @router.get("/access/tokens", summary="The token of each role; none on a server of one computer alone")
    async def show_tokens(response: Response) -> list[TokenModel]:
        response.headers.update(_SECRET)
        return tokens()

    @router.get(
        "/access/code.svg",
        summary="A QR code that signs a tablet in",
        response_class=Response,
        responses={200: {"content": {"image/svg+xml": {}}}},
    )
    async def code(role: Role = Role.LIFT) -> Response:
        address = _address(access, access.tokens.get(role))
        if address is None:
            raise NotFoundError(
                "There is nothing to scan: only this computer can connect.",
                "Start it with `upright serve --lan`.",
            )
        drawn = io.BytesIO()
        segno.make(address, micro=False).save(drawn, kind="svg", border=_QUIET_ZONE, light="#fff", scale=4)
        return Response(drawn.getvalue(), media_type="image/svg+xml", headers=_SECRET)

    @router.post("/access/renew", summary="Make new tokens: signs everybody out but the browser that asks")
    async def renew(request: Request, response: Response) -> list[TokenModel]:
        access.renew()
        sign_in(response, request.scope, access.tokens[Role.ADMIN])
        response.headers.update(_SECRET)
        return tokens()


def _address(access: Access, token: str | None) -> str | None:
    return None if access.reach is None or token is None else f"{access.reach.url}/?token={token}"
