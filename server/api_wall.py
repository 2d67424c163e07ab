"""REST and WebSocket of the wall."""

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ConfigDict, Field

from server.one_way import WS_TRY_AGAIN_LATER, serve_client
from server.wall.racks import rack_at
from server.wall.wall import Wall, WallSnapshot


class RackRequest(BaseModel):
    """A rack to follow: the address that its server printed, with or without token and fingerprint."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    address: str = Field(min_length=1, max_length=2000)
    token: str | None = Field(default=None, max_length=1000)
    fingerprint: str | None = Field(default=None, max_length=200)


class WallChange(BaseModel):
    """What a wall is told; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    own_name: str | None = Field(default=None, max_length=200)
    shows_names: bool | None = None


def add_wall(router: APIRouter, wall: Wall) -> None:
    """Add what concerns the wall. Nothing ever tells a rack's token."""

    @router.get("/wall", summary="The wall, as the WebSocket's first message")
    async def shown() -> WallSnapshot:
        return wall.snapshot()

    @router.patch("/wall", summary="Name this server's own rack, or say whether lifters are named")
    async def change(request: WallChange) -> WallSnapshot:
        wall.change(own_name=request.own_name, shows_names=request.shows_names)
        return wall.snapshot()

    @router.post("/wall/racks", summary="Follow another rack", status_code=201)
    async def add(request: RackRequest) -> WallSnapshot:
        wall.add(rack_at(request.name, request.address, token=request.token, fingerprint=request.fingerprint))
        return wall.snapshot()

    @router.delete("/wall/racks/{rack_id}", summary="Follow a rack no longer")
    async def remove(rack_id: str) -> WallSnapshot:
        wall.remove(rack_id)
        return wall.snapshot()

    @router.websocket("/wall")
    async def watch(websocket: WebSocket) -> None:
        await websocket.accept()
        if wall.is_full:
            await websocket.close(WS_TRY_AGAIN_LATER, "too many clients")
            return
        with wall.client() as outbox:
            await serve_client(websocket, outbox)
