"""A gym of scripted racks: real servers on free ports of this computer, and a wall that follows them."""

from __future__ import annotations

import asyncio
import contextlib
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import connect
from websockets.typing import Origin

from server.app import create_app
from server.live import LiveHub
from server.serve import bind, serve
from server.settings import Settings
from server.store import Store
from tests.server.lifting import RecordingControls

WAIT_S = 30
"""Nothing here takes a second on an idle machine; the gate runs several tests at once."""


@dataclass
class Station:
    """A server that runs on the test's own loop."""

    address: str
    hub: LiveHub
    store: Store
    port: int


@asynccontextmanager
async def station(folder, *, port=0, token=None, racks=()):
    """Serve a rack, or a wall, while the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(data_dir=folder, token=token)
    hub = LiveHub()
    with Store(settings.results_url) as store, bind("127.0.0.1", port) as listener:
        app = create_app(settings, hub, store, RecordingControls(), racks=racks)
        started = asyncio.Event()
        port = listener.getsockname()[1]
        task = asyncio.create_task(
            serve(app, "127.0.0.1", port, listener=listener, on_started=started.set, handles_signals=False)
        )
        await asyncio.wait_for(started.wait(), WAIT_S)
        try:
            yield Station(f"http://127.0.0.1:{port}", hub, store, port)
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


class Screen:
    """A screen that shows the wall: what it knows after all that came."""

    def __init__(self, socket):
        self._socket = socket
        self.wall: dict[str, Any] = {}
        self.tiles: dict[str, dict[str, Any]] = {}
        self.seqs: list[int] = []

    async def take(self) -> dict[str, Any]:
        """Take the next message."""
        text = await self._socket.recv()
        self.last_text = text
        message = json.loads(text)
        if message["type"] == "heartbeat":
            return message
        self.seqs.append(message["seq"])
        if message["type"] == "wall":
            self.wall = message
            self.tiles = {tile["name"]: tile for tile in message["tiles"]}
        else:
            self.tiles[message["tile"]["name"]] = message["tile"]
        return message

    async def until(self, condition) -> None:
        """Take messages until the tiles, by name, are as wanted."""
        async with asyncio.timeout(WAIT_S):
            while not condition(self.tiles):
                await self.take()


@asynccontextmanager
async def screen(wall: Station):
    """Show the wall while the block runs."""
    url = f"ws://127.0.0.1:{wall.port}/api/v1/wall"
    async with connect(url, origin=Origin(wall.address), ping_interval=None) as socket:
        shown = Screen(socket)
        await asyncio.wait_for(shown.take(), WAIT_S)
        yield shown


def in_state(name, *states):
    """Condition: the rack is there and in one of the states."""
    return lambda tiles: name in tiles and tiles[name]["state"] in states
