"""First visits of a page, in a Chromium that nobody watches: what ``page.py`` measures of them.

Playwright is told of each request and each answer, which takes the browser about 12 ms apiece: as long as all
else of a visit together. Here only the start and the end of a visit are told over the DevTools protocol.
"""

from __future__ import annotations

import json
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from websockets.sync.client import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from websockets.sync.connection import Connection

START_S = 30.0
READY_S = 1.0
"""A fresh page gets so long until it is sent anywhere: starting a process is no part of a visit."""
VISIT_S = 60.0
POLL_S = 0.5
"""How often it is asked whether the page is usable; what it answers is by its own clock."""

_SEEN = """probe.usableAt === null ? null : JSON.stringify([probe.paintedAt, probe.usableAt,
    ...["navigation", "resource"].flatMap((type) => performance.getEntriesByType(type))
        .filter((entry) => entry.startTime < probe.usableAt)
        .reduce(([n, bytes], entry) => [n + 1, bytes + entry.transferSize], [0, 0])])"""


@dataclass(frozen=True)
class Visit:
    """One first visit: painted and usable after, s; requests and bytes until then."""

    painted_s: float
    usable_s: float
    requests: int
    kilobytes: float


class BareChromium:
    """A browser that is spoken to only in DevTools' own words.

    Parameters
    ----------
    socket : Connection
        To the browser.
    size : tuple of int
        Of the pages, CSS px.
    script : str
        Put into each page before anything else; says ``probe.paintedAt`` and ``probe.usableAt``, ms.
    """

    def __init__(self, socket: Connection, size: tuple[int, int], script: str) -> None:
        self._socket = socket
        self._size = size
        self._script = script
        self._n = 0

    def visit(self, address: str, throttle: float) -> Visit:
        """Visit a page once, with an empty cache.

        Raises
        ------
        TimeoutError
            If it never becomes usable.
        """
        context = self._call("Target.createBrowserContext")["browserContextId"]
        width, height = self._size
        target = self._call(
            "Target.createTarget", url="about:blank", browserContextId=context, width=width, height=height
        )["targetId"]
        page = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._call("Page.enable", page)
        self._call("Page.addScriptToEvaluateOnNewDocument", page, source=self._script)
        self._call(
            "Emulation.setDeviceMetricsOverride",
            page,
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        time.sleep(READY_S)
        self._call("Emulation.setCPUThrottlingRate", page, rate=throttle)
        self._call("Page.navigate", page, url=address)
        painted_ms, usable_ms, requests, n_bytes = self._wait(page)
        self._call("Target.disposeBrowserContext", browserContextId=context)
        return Visit(painted_ms / 1000, usable_ms / 1000, int(requests), n_bytes / 1000)

    def _wait(self, page: str) -> list[float]:
        until_s = time.monotonic() + VISIT_S
        while time.monotonic() < until_s:
            time.sleep(POLL_S)
            answer = self._call("Runtime.evaluate", page, expression=_SEEN)["result"]
            if "value" in answer and answer["value"] is not None:
                return json.loads(answer["value"])
        raise TimeoutError(f"the page was not usable within {VISIT_S:g} s")

    def _call(self, method: str, session: str | None = None, **parameters: object) -> dict[str, Any]:
        self._n += 1
        asked = {"id": self._n, "method": method, "params": parameters}
        self._socket.send(json.dumps(asked if session is None else asked | {"sessionId": session}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._n:  # the rest is news that nobody waits for
                return answer["result"]


@contextmanager
def bare_chromium(
    executable: str, arguments: list[str], folder: Path, size: tuple[int, int], script: str
) -> Iterator[BareChromium]:
    """Run a browser whose profile is in a folder.

    Raises
    ------
    TimeoutError
        If it does not start.
    """
    # Port 0: the browser takes a free one and writes it into its folder.
    command = [
        executable,
        "--headless=new",
        *arguments,
        "--remote-debugging-port=0",
        f"--user-data-dir={folder}",
    ]
    process = subprocess.Popen([*command, "about:blank"], stderr=subprocess.DEVNULL)
    try:
        with connect(_debugger(folder), max_size=None) as socket:
            yield BareChromium(socket, size, script)
    finally:
        process.terminate()
        process.wait()


def _debugger(folder: Path) -> str:
    said = folder / "DevToolsActivePort"
    until_s = time.monotonic() + START_S
    while time.monotonic() < until_s:
        if said.exists() and len(lines := said.read_text(encoding="utf-8").split()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.1)
    raise TimeoutError(f"Chromium did not start within {START_S:g} s")
