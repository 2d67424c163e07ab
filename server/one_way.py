"""Serves a WebSocket on which only the server speaks."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from starlette.websockets import WebSocketDisconnect

from server.live import ClientOverrunError

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from server.live import Outbox

WS_TRY_AGAIN_LATER = 1013
"""Close code: the client was too slow, or there are too many; it connects again and gets a snapshot."""

GOODBYE_S = 1.0
"""How long to try to tell a slow client that it is too slow, s. 0.1 to 5."""


async def serve_client(websocket: WebSocket, outbox: Outbox) -> None:
    """Send until the client leaves or cannot keep up, whichever comes first."""
    tasks = {
        asyncio.create_task(_send_all(websocket, outbox)),
        asyncio.create_task(_wait_for_goodbye(websocket)),
        asyncio.create_task(outbox.overrun()),
    }
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        # Not gather: it forgets why it was cancelled, and Starlette's test client needs to know.
        await asyncio.wait(tasks)
    for task in done:
        task.result()
    if outbox.is_overrun:
        # A client that reads nothing takes no goodbye either: it is not waited for.
        with contextlib.suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(GOODBYE_S):
                await websocket.close(WS_TRY_AGAIN_LATER, "too slow")


async def _send_all(websocket: WebSocket, outbox: Outbox) -> None:
    with contextlib.suppress(WebSocketDisconnect, ClientOverrunError):
        while True:
            await websocket.send_text(await outbox.get())


async def _wait_for_goodbye(websocket: WebSocket) -> None:
    """Read and ignore what the client says: the live socket is one-way."""
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await websocket.receive_text()
