"""A real server on a free port in a thread of its own, and a real Chromium that looks at it."""

from __future__ import annotations

import asyncio
import shutil
import threading
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import pytest

from server.app import create_app
from server.live import LiveHub
from server.serve import bind, serve
from server.settings import Settings
from server.store import Store
from tests.server.lifting import RecordingControls

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from server.sensor_desk import SensorDesk

CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first is the same engine without the windows around it, and needs half the processor time."""
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_S = 20


class Station:
    """Server, hub, store and controls; `tell` runs something on the server's own loop."""

    tls = None
    """Context of the server; None: it speaks plain http."""

    def __init__(self, folder, port=0):
        self.settings = Settings(data_dir=folder)
        self.listener = bind("127.0.0.1", port)
        self.port = self.listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.controls = RecordingControls()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(START_S)

    def _run(self):
        asyncio.run(self._main())

    @asynccontextmanager
    async def _opened_desk(self) -> AsyncGenerator[SensorDesk | None]:
        """Without sensors, as in a replay."""
        yield None

    async def _main(self):
        self._loop = asyncio.get_running_loop()
        self.hub = LiveHub()
        with Store(self.settings.results_url) as self.store:
            await self._serve()

    def _make_app(self, desk):
        return create_app(self.settings, self.hub, self.store, desk or self.controls, desk)

    async def _serve(self):
        async with self._opened_desk() as desk:
            app = self._make_app(desk)
            self._serving = asyncio.create_task(
                serve(
                    app,
                    "127.0.0.1",
                    self.port,
                    listener=self.listener,
                    handles_signals=False,
                    on_started=self._ready.set,
                    tls=self.tls,
                )
            )
            await asyncio.wait([self._serving])

    def tell(self, function, *arguments, **keywords):
        done = threading.Event()

        def run():
            function(*arguments, **keywords)
            done.set()

        self._loop.call_soon_threadsafe(run)
        assert done.wait(START_S)

    def stop(self):
        self._loop.call_soon_threadsafe(self._serving.cancel)
        self._thread.join(START_S)
        assert not self._thread.is_alive()


@pytest.fixture
def station(tmp_path):
    running = Station(tmp_path)
    yield running
    running.stop()


@pytest.fixture(scope="module")  # its loop must end before the asynchronous tests of other modules
def browser():
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield opened
        opened.close()


class Visitor:
    """Opens pages and notes every complaint: console errors, broken policy, requests to anybody else."""

    def __init__(self, browser, address):
        self._browser = browser
        self._address = address
        self._contexts = []
        self.complaints = []

    def __call__(self, hash_="#/live", *, width=1280, height=900, scheme="light"):
        context = self._browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on("console", lambda message: message.type in {"error", "warning"} and self._note(message.text))
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("request", self._check_request)
        page.goto(f"{self._address}/{hash_}")
        return page

    @contextmanager
    def allowed(self, word):
        """Forget complaints with this word in them."""
        before = len(self.complaints)
        yield
        self.complaints[before:] = [text for text in self.complaints[before:] if word not in text]

    def close(self):
        for context in self._contexts:
            context.close()

    def _note(self, text):
        self.complaints.append(text)

    def _check_request(self, request):
        if not request.url.startswith((self._address, "data:")):
            self._note(f"request to {request.url}")


@pytest.fixture
def open_page(browser, station):
    """Open pages that must not complain."""
    visitor = Visitor(browser, station.address)
    yield visitor
    visitor.close()
    assert visitor.complaints == []
