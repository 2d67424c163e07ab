"""Where the app Sensor Logger pushes a watch's motion to."""

from fastapi import APIRouter, Request

from server.errors import PushBusyError
from server.gate import PUSH_PATH
from server.push import PushReception
from server.rep_schemas import Model


class PushedModel(Model):
    """What was taken."""

    device_id: str
    message_id: int
    motion_rows: int


def add_push(router: APIRouter, reception: PushReception | None) -> None:
    """Add what devices push to; ``None``: nothing is expected, and the answer says so."""

    @router.post(
        PUSH_PATH.removeprefix(router.prefix), summary="Take one message of the app Sensor Logger as it is"
    )
    async def sensor_logger(request: Request) -> PushedModel:
        if reception is None:
            raise PushBusyError(
                "This server expects no watch.", "Start it with `upright serve --lan --push`."
            )
        message = reception.take(await request.body())
        return PushedModel(
            device_id=message.device_id, message_id=message.message_id, motion_rows=len(message.motion)
        )
