"""A server in a process of its own, which a test may kill."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from server.app import create_app
from server.live import LiveHub
from server.serve import bind, serve
from server.settings import Settings
from server.store import Store
from tests.server.lifting import RecordingControls, make_set, play, recording, session_events

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path


def run(folder: Path, port: int, n_sets: int, told: Connection) -> None:
    """Serve a session with so many sets, stored and on the screen, until killed; tells its port."""
    asyncio.run(_run(folder, port, n_sets, told))


async def _run(folder: Path, port: int, n_sets: int, told: Connection) -> None:
    settings = Settings(data_dir=folder)
    hub = LiveHub()
    with bind("127.0.0.1", port) as listener, Store(settings.results_url) as store:
        for index in range(n_sets):
            store.save_set(recording(), make_set(index))
        play(hub, session_events(n_sets))
        app = create_app(settings, hub, store, RecordingControls())
        bound = listener.getsockname()[1]
        await serve(app, "127.0.0.1", bound, listener=listener, on_started=lambda: told.send(bound))
