"""A rack in a process of its own, which a test may kill: ``scripted_rack PORT FOLDER``.

It has lifted one set of squats and is in the second. With UPRIGHT_TOKEN in the environment, it asks for it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from itertools import takewhile
from pathlib import Path

from analysis.events import RepFinished
from server.app import create_app
from server.live import LiveHub
from server.serve import bind, serve
from server.settings import Settings
from server.store import Store
from tests.server.lifting import RecordingControls, play, session_events


def two_reps_into_the_second_set():
    """Yield events up to the second rep of the second set."""
    yield from takewhile(
        lambda event: not (isinstance(event, RepFinished) and (event.set_index, event.rep.index) == (1, 2)),
        session_events(2),
    )


async def main(port: int, folder: Path) -> None:
    """Serve until killed."""
    settings = Settings(data_dir=folder)
    hub = LiveHub()
    with Store(settings.results_url) as store, bind("127.0.0.1", port) as listener:
        play(hub, two_reps_into_the_second_set())
        app = create_app(settings, hub, store, RecordingControls())
        await serve(
            app,
            "127.0.0.1",
            port,
            listener=listener,
            on_started=lambda: print("started", listener.getsockname()[1], flush=True),
        )


if __name__ == "__main__":
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
