"""The Health screen, and the line about the disk above every screen."""

from __future__ import annotations

import zipfile
from collections import namedtuple

import pytest

from server.health.disk import TYPICAL_BYTES_PER_HOUR
from server.session import LinkState
from tests.server.lifting import play, session_events, status

Usage = namedtuple("Usage", "total free")
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def has(page, selector, words):
    page.locator(selector).filter(has_text=words).first.wait_for()


def test_words_first_then_numbers_then_a_file_for_whoever_helps(open_page, station, tmp_path, monkeypatch):
    # The computer that runs the tests may well be too busy.
    monkeypatch.setattr("server.health.report.lag_finding", lambda _lag_s: None)
    station.tell(play, station.hub, session_events(2))
    page = open_page("#/health")
    has(page, ".health-headline.good", "All is well")
    for title in ("Disk", "Sensor link", "This computer", "Versions"):
        has(page, ".health-group h2", title)
    has(page, ".health-group", "24,000")
    has(page, ".health-group", "SQLite")
    has(page, ".disk-hours", "free")
    has(page, ".disk-hours", "Nothing was recorded yet")

    station.tell(station.hub.publish_status, status(LinkState.LOST, reason="out of reach"))
    page.keyboard.press("r")
    has(page, ".health-headline.warn", "The sensor is lost")
    has(page, "#spoken", "The sensor is lost")

    page.keyboard.press("c")
    shown = page.locator(".health-text")
    page.get_by_role("button", name="Copied").or_(shown).wait_for()
    if shown.is_visible():  # where a browser lets nobody copy
        page.keyboard.press("Escape")

    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download diagnostics").click()
    saved = tmp_path / "diagnostics.zip"
    waiting.value.save_as(saved)
    assert waiting.value.suggested_filename.startswith("upright-diagnostics-")
    with zipfile.ZipFile(saved) as archive:
        assert {"README.txt", "health.json", "log.txt"} <= set(archive.namelist())


@pytest.fixture
def disk(monkeypatch):
    """A disk of which the test says how much is free, looked at all the time."""
    room = {"free": 100 * TYPICAL_BYTES_PER_HOUR}
    monkeypatch.setattr("server.health.watch.DISK_EVERY_S", 0.1)
    monkeypatch.setattr("server.health.disk.shutil.disk_usage", lambda _folder: Usage(10**12, room["free"]))
    return room


def test_a_disk_that_fills_up_is_told_on_every_screen(disk, station, open_page):
    page = open_page("#/live")
    page.locator("main h1, main .notice").first.wait_for()
    assert page.locator("#disk").is_hidden()
    disk["free"] = int(0.7 * TYPICAL_BYTES_PER_HOUR)
    for screen in ("#/live", "#/sessions", "#/wall", "#/health"):
        page.evaluate("hash => { location.hash = hash; }", screen)
        has(page, "#disk.warn", "room for 42 minutes")
    has(page, ".health-headline.warn", "room for 42 minutes")
    late = open_page("#/sessions", width=360, height=740)
    has(late, "#disk", "room for 42 minutes")
    assert late.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    disk["free"] = 0
    has(page, "#disk.bad", "✕ The disk is full")
    disk["free"] = 100 * TYPICAL_BYTES_PER_HOUR
    page.locator("#disk").wait_for(state="hidden")
