"""Looking into a recording: a real server, a real recording of the simulator's, a real Chromium."""

from __future__ import annotations

import csv
import re

import pytest

from server.annotation_files import AnnotationFiles
from server.explorer.computing import compute
from server.explorer.desk import SignalDesk
from server.reanalysis import rebuild_recording
from tests.browser.seen import expect_text, text
from tests.server.lifting import make_set, play, recording, session_events
from tests.server.recordings import RECORDING_ID, mislabelled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
HERE = f"#/explorer/{RECORDING_ID}"
FIRST_MS = 60_000
"""Plotly has 5 MB: a second where nothing else runs."""


@pytest.fixture
def recorded(station):
    station.settings.recordings_dir.mkdir()
    path = mislabelled(station.settings.recordings_dir / "some.mcap")
    rebuild_recording(path, station.store, AnnotationFiles(station.settings.data_dir))
    compute(SignalDesk(station.settings, lambda _: False).job_for(RECORDING_ID))
    return station


def drawn(page):
    page.wait_for_selector(".explorer-plot .main-svg", timeout=FIRST_MS)


def window(page):
    found = re.match(r"([\d.−]+) s to ([\d.]+) s, (.*)", text(page, ".explorer-where"))
    assert found
    return float(found[1]), float(found[2]), found[3]


def test_from_the_list_to_a_rep_its_table_its_file_and_its_path(recorded, open_page):
    recorded.store.save_set(recording(), make_set(0, exercise_id="deadlift"))
    page = open_page("#/explorer")
    expect_text(page, ".sub", "2 recordings")
    assert page.evaluate("typeof window.Plotly") == "undefined", "not before it is needed"
    page.get_by_label("Lift").select_option("deadlift")
    page.wait_for_function("() => document.querySelectorAll('.session-list li').length === 1")
    assert page.locator(f"a[href='{HERE}']").count() == 0
    page.get_by_label("Lift").select_option("back_squat")
    page.locator(f"a[href='{HERE}']").click()
    drawn(page)
    expect_text(page, ".explorer-where", "least and largest of every")
    whole = window(page)
    expect_text(page, ".explorer-facts", "Hz measured")

    page.keyboard.press("]")
    expect_text(page, ".explorer-rep", "Set 1, rep 1")
    expect_text(page, ".explorer-where", "every sample")
    assert page.url.endswith("/set/1/rep/1")
    assert text(page, "#spoken").startswith("Set 1, rep 1: measured well")
    low, high, _ = window(page)
    page.keyboard.press("]")
    expect_text(page, ".explorer-rep", "Set 1, rep 2")
    page.wait_for_function(
        "low => !document.querySelector('.explorer-where').textContent.startsWith(low)", arg=f"{low:.2f}"
    )
    assert window(page)[0] > low
    page.keyboard.press("[")
    page.wait_for_function(
        "low => document.querySelector('.explorer-where').textContent.startsWith(low)", arg=f"{low:.2f}"
    )
    page.keyboard.press("+")
    page.wait_for_function(
        "low => !document.querySelector('.explorer-where').textContent.startsWith(low)", arg=f"{low:.2f}"
    )
    near = window(page)
    assert near[1] - near[0] == pytest.approx((high - low) / 2, abs=0.02)

    expect_text(page, ".explorer-path h2", "Bar path of set 1, rep 1")
    assert page.locator(".explorer-view .explorer-band").count() == 2, (
        "flat views where no graphics processor draws"
    )
    page.get_by_role("button", name="Forward", exact=True).click()
    assert page.get_by_role("button", name="Forward", exact=True).get_attribute("aria-pressed") == "false"
    page.locator(".explorer-twin summary").click()
    page.wait_for_selector(".explorer-twin thead th")
    page.wait_for_function(
        "() => !document.querySelector('.explorer-twin thead').textContent.includes('forward')"
    )
    head = page.locator(".explorer-twin thead th").all_inner_texts()
    assert head[0] == "t_s"
    assert "velocity_sd_mps" in head, "and what is not shown is not there"
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as CSV: signals that are visible").click()
    with saved.value.path().open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    times = [float(row["t_s"]) for row in rows]
    assert (min(times), max(times)) == pytest.approx(near[:2], abs=0.02)
    assert len(rows) == pytest.approx(200 * (near[1] - near[0]), abs=3)
    page.keyboard.press("Home")
    expect_text(page, ".explorer-where", "least and largest of every")
    assert window(page) == whole


def test_an_address_leads_to_a_rep_and_the_colours_follow_the_theme(recorded, open_page):
    page = open_page(f"{HERE}/set/2/rep/1", width=360, height=740)
    drawn(page)
    expect_text(page, ".explorer-rep", "Set 2, rep 1")
    line = "getComputedStyle(document.querySelector('.explorer-plot .scatterlayer .js-line')).stroke"
    light = page.evaluate(line)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"before => {line} !== before", arg=light)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.locator(".explorer-found summary").first.click()
    page.locator(".explorer-rep-button").nth(1).click()
    expect_text(page, ".explorer-rep", "Set 1, rep 2")
    with open_page.allowed("GL Driver Message"), open_page.allowed("willReadFrequently"):
        page.get_by_role("button", name="3-D").click()
        page.wait_for_selector(".explorer-3d canvas", timeout=FIRST_MS)
        expect_text(page, ".explorer-path", "Drag to turn it")
        page.wait_for_timeout(500)


def test_what_cannot_be_looked_into_says_why(station, open_page):
    page = open_page("#/explorer")
    expect_text(page, ".empty", "Nothing is recorded yet")
    station.store.save_set(recording(), make_set(0))
    with open_page.allowed("404"):
        page.evaluate("id => { location.hash = `#/explorer/${id}` }", str(recording().recording_id))
        expect_text(page, ".empty", "not on this computer")
    assert page.get_by_role("link", name="Open its results").is_visible()
    station.tell(play, station.hub, session_events(1))
    with open_page.allowed("409"):
        page.get_by_role("button", name="Try again").click()
        expect_text(page, ".empty", "being made right now")
    with open_page.allowed("404"):
        station.tell(station.hub.end_session)
        expect_text(page, ".empty", "not on this computer")
