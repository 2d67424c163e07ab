"""REST for who may come in, and as what."""

from importlib import metadata

from fastapi import APIRouter, Request

from server.access import Access
from server.rep_schemas import Model
from server.roles import ROLE_KEY, Role


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


def make_access_router(access: Access) -> APIRouter:
    """Make the router with what concerns access; the gate sees to it that only ``admin`` gets there."""
    router = APIRouter(prefix="/api/v1")

    @router.get("/me", summary="What the browser that asks may do")
    async def me(request: Request) -> MeModel:
        return MeModel(
            role=request.scope[ROLE_KEY],
            is_lan=access.is_lan,
            is_secure=request.url.scheme == "https",
            version=metadata.version("upright"),
        )

    return router
