"""What comes between page and server: a killed server, no network, a sleeping tablet, a connection that is
open on one side only. The page says so, comes back by itself, is complete, and shows nothing twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import threading
import time

import pytest

from tests.browser import killable
from tests.browser.conftest import START_S
from tests.browser.seen import expect_text
from tests.server.lifting import make_set, play, recording, session_events, status

pytestmark = pytest.mark.browser
SILENT_S = 5
"""After so long the page takes silence for a broken connection (`core/socket.js`)."""


class Killable:
    """Servers in processes of their own, one after the other on the same port."""

    def __init__(self, folder):
        self._folder = folder
        # Not fork: this process has threads. The fork server imports once for all of them.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.browser.killable"])
        self._process = None
        self.port = 0

    def start(self, n_sets):
        hears, tells = self._context.Pipe(duplex=False)
        self._process = self._context.Process(
            target=killable.run, args=(self._folder, self.port, n_sets, tells)
        )
        self._process.start()
        assert hears.poll(2 * START_S), "the server did not start"
        self.port = hears.recv()

    def kill(self):
        if self._process is not None:
            self._process.kill()
            self._process.join(START_S)
            self._process = None


@pytest.fixture
def servers(tmp_path):
    running = Killable(tmp_path)
    yield running
    running.kill()


class Wire:
    """A port that leads to a server's until it is cut: then nothing comes through and nobody is told."""

    def __init__(self, port):
        self._target = port
        self._cut = asyncio.Event()
        self.has_one_waiting = threading.Event()
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)
        self._thread.start()
        assert self._is_ready.wait(START_S)

    async def _main(self):
        self._loop = asyncio.get_running_loop()
        self._done = asyncio.Event()
        self._writers = []
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._is_ready.set()
        await self._done.wait()
        server.close()
        for writer in self._writers:
            writer.close()

    async def _connect(self, reader, writer):
        if self._cut.is_set():
            self._writers.append(writer)  # accepted, as a router does, and left waiting
            self.has_one_waiting.set()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers += [writer, far_writer]
        async with asyncio.TaskGroup() as both:
            both.create_task(self._carry(reader, far_writer))
            both.create_task(self._carry(far_reader, writer))

    async def _carry(self, reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if self._cut.is_set():
                    return
                writer.write(data)
                await writer.drain()
            writer.close()

    def cut(self):
        self._loop.call_soon_threadsafe(self._cut.set)

    def mend(self):
        self._loop.call_soon_threadsafe(self._cut.clear)

    def close(self):
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(START_S)


@pytest.fixture
def watched(station):
    """A session with one set of five reps, stored and on the screens."""
    station.store.save_set(recording(), make_set(0))
    station.tell(play, station.hub, session_events(1))
    return station


def play_on(station, n_sets):
    """Publish what comes after the first set, up to so many sets."""
    before = len(list(session_events(1)))
    for event in list(session_events(n_sets))[before:]:
        station.tell(station.hub.publish_event, event)


def remember_what_is_said(page):
    page.evaluate("""() => {
        window.said = [];
        const note = () => window.said.push(document.getElementById("spoken").textContent);
        new MutationObserver(note).observe(document.getElementById("spoken"), { childList: true });
        window.wasHere = true;
    }""")


def time_return(page):
    """Let the page itself time how long after the network is back the number is that of the second set."""
    page.evaluate("""() => {
        const number = document.querySelector(".hero-number");
        window.addEventListener("online", () => {
            const begin = performance.now();
            const look = () => {
                if (number.textContent === "0.49") window.returnedMs ??= performance.now() - begin;
            };
            new MutationObserver(look).observe(number, { childList: true });
        });
    }""")


def returned_ms(page):
    return page.wait_for_function("() => window.returnedMs").json_value()


def assert_complete_without_reload(page, n_sets):
    assert page.evaluate("window.wasHere")
    page.wait_for_selector(".live:not(.stale)")
    # The notice had the strip's place when the snapshot came.
    page.wait_for_function("() => document.querySelector('canvas.strip').width > 100")
    page.evaluate("location.hash = '#/sets'")
    page.wait_for_selector(".set-row")
    assert page.locator(".set-row").count() == n_sets
    said = page.evaluate("window.said")
    assert len(said) == len(set(said)), "a sentence was spoken twice"


def test_a_killed_server_that_starts_again_finds_its_page_waiting(servers, browser):
    servers.start(1)
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{servers.port}/#/live")
    expect_text(page, ".hero-number", "0.52")
    remember_what_is_said(page)
    servers.kill()
    expect_text(page, ".notice", "Dashboard disconnected")
    assert page.locator(".live.stale").count() == 1
    assert page.inner_text(".hero-number") == "0.52", "the last value stays, dimmed"
    page.wait_for_function("() => /for [1-9]\\S* s/.test(document.querySelector('.notice').textContent)")
    servers.start(2)
    expect_text(page, ".hero-number", "0.49", timeout=12_000)
    assert_complete_without_reload(page, 2)
    page.close()


def test_no_network_is_told_and_does_not_cost_a_wait_when_it_is_back(watched, open_page):
    page = open_page()
    expect_text(page, ".hero-number", "0.52")
    remember_what_is_said(page)
    with open_page.allowed("ERR_INTERNET_DISCONNECTED"):
        page.context.set_offline(True)
        expect_text(page, ".notice", "Dashboard disconnected", timeout=1000 * (SILENT_S + 4))
        play_on(watched, 2)
        page.wait_for_timeout(4500)  # three attempts have failed: the fourth would be 4 s away
        time_return(page)
        page.context.set_offline(False)
        assert returned_ms(page) < 1500
    watched.tell(watched.hub.publish_status, status())  # else it soon says that the sensor is silent
    assert_complete_without_reload(page, 2)


@pytest.mark.skipif(os.name != "posix", reason="processes can be stopped on POSIX systems only")
def test_a_page_that_slept_wakes_up_complete(watched, browser, open_page):
    page = open_page()
    expect_text(page, ".hero-number", "0.52")
    remember_what_is_said(page)
    devtools = browser.new_browser_cdp_session()
    processes = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
    renderers = [process["id"] for process in processes if process["type"] == "renderer"]
    try:
        for process in renderers:  # as a tablet does with its pages: no timer, no event, no goodbye
            os.kill(process, signal.SIGSTOP)
        play_on(watched, 2)
        time.sleep(SILENT_S + 1)
    finally:
        for process in renderers:
            os.kill(process, signal.SIGCONT)
    watched.tell(watched.hub.publish_status, status())
    expect_text(page, ".hero-number", "0.49", timeout=3000)
    assert_complete_without_reload(page, 2)


def test_a_connection_that_is_open_on_one_side_only_is_noticed_by_its_silence(watched, browser):
    wire = Wire(watched.port)
    page = browser.new_page()
    # What is being loaded when the wire is cut never comes: a browser cannot ask for a module again.
    page.goto(f"http://127.0.0.1:{wire.port}/#/sets")
    page.wait_for_selector(".set-row")
    page.evaluate("async () => (await import('/static/core/screens.js')).loadOthers()")
    page.evaluate("location.hash = '#/live'")
    expect_text(page, ".hero-number", "0.52")
    remember_what_is_said(page)
    page.wait_for_timeout(1000 * (SILENT_S + 1))
    assert page.locator(".notice", has_text="disconnected").count() == 0, "a quiet server is no broken one"
    wire.cut()
    play_on(watched, 2)
    # Read in the moment in which it stands there: a step later it counts on.
    counted = page.wait_for_function(
        """() => {
            const { textContent } = document.querySelector('.notice');
            return textContent.includes('Dashboard disconnected') && textContent;
        }""",
        timeout=1000 * (SILENT_S + 3),
    ).json_value()
    assert "for 5" in counted or "for 6" in counted, f"counted from the last word that came: {counted}"
    assert wire.has_one_waiting.wait(START_S)
    wire.mend()
    page.wait_for_timeout(2600)  # an attempt that hangs is younger than that at first
    time_return(page)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    assert returned_ms(page) < 2000
    watched.tell(watched.hub.publish_status, status())
    assert_complete_without_reload(page, 2)
    page.close()
    wire.close()


def test_stored_screens_read_again_what_they_missed(servers, browser):
    servers.start(1)
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{servers.port}/#/sessions")
    expect_text(page, ".session-list", "1 set")
    page.evaluate("window.wasHere = true")
    servers.kill()
    page.wait_for_selector(".outage:not([hidden])")
    servers.start(2)
    expect_text(page, ".session-list", "2 sets", timeout=12_000)
    assert page.evaluate("window.wasHere")
    page.wait_for_selector(".outage", state="hidden")
    page.close()


def test_a_screen_whose_answer_comes_late_does_not_draw_over_the_next(watched, open_page):
    page = open_page("#/live")
    expect_text(page, ".hero-number", "0.52")

    def answer_late(route):
        page.wait_for_timeout(700)
        route.continue_()

    page.route("**/api/v1/athletes*", answer_late)
    with page.expect_response("**/api/v1/athletes*"):
        with page.expect_request("**/api/v1/athletes*"):
            page.evaluate("location.hash = '#/sessions'")
        page.evaluate("location.hash = '#/live'")
    expect_text(page, ".hero-number", "0.52")
    page.wait_for_timeout(200)
    assert page.locator(".session-list").count() == 0
    assert page.locator("main h1").count() == 1
    assert page.inner_text(".hero-number") == "0.52"
