"""The Files screen: a file comes in, is asked about, becomes a session, and goes out again."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from tests.ingest import import_samples as samples
from tests.ingest.importing import DATA

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE_MS = 90_000
"""A process that loads scipy on a busy machine takes ten seconds and more."""
REAL = DATA / "vendor-exports" / "sensorlogger_ios_WristMotion.csv"


def choose(page, *paths):
    page.locator("input[type=file]").first.set_input_files([str(path) for path in paths])


def exported(page):
    """Press Export and return the file that the browser saves."""
    told = page.locator("#screen").get_by_text("Downloaded; the server's copy is deleted.")
    before = told.count()
    page.get_by_role("button", name="Export", exact=True).click()
    link = page.get_by_role("link", name="Download")
    link.wait_for(timeout=PATIENCE_MS)
    with page.expect_download() as saving:
        link.click()
    told.nth(before).wait_for()
    return saving.value.suggested_filename, Path(saving.value.path()).read_bytes()


def test_a_file_becomes_a_session_and_goes_out_again(open_page, tmp_path):
    page = open_page("#/files")
    page.get_by_role("heading", name="There is nothing to export yet").wait_for()

    # The drop zone is not the only way: a button of 48 px opens the same, by the keyboard too.
    button = page.get_by_role("button", name="Choose files")
    assert button.evaluate("one => one.getBoundingClientRect().height") >= 48
    with page.expect_file_chooser() as chooser:
        button.press("Enter")
    chooser.value.set_files(str(samples.imu_csv(tmp_path)))

    page.get_by_role("heading", name="set.csv").wait_for(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Keep", exact=True).wait_for(timeout=PATIENCE_MS)
    assert page.locator("#screen").get_by_text("would be kept").count()
    assert "waits for your decision" in page.locator("#spoken").text_content()
    page.get_by_label("Exercise").select_option("back_squat")
    page.get_by_label("Load, kg, bar included").fill("102.5")
    page.get_by_role("button", name="Keep", exact=True).click()
    opening = page.get_by_role("link", name="Open the session")
    opening.wait_for(timeout=PATIENCE_MS)
    session_id = opening.get_attribute("href").rsplit("/", 1)[-1]
    opening.click()
    page.locator("#screen").get_by_text("102.5 kg").first.wait_for()

    page.goto(page.url.split("#")[0] + f"#/files/export/{session_id}")
    page.get_by_role("heading", name="Export", exact=True).wait_for()
    assert page.get_by_label("Picked sessions").is_checked()
    assert page.locator(".files-picks input:checked").count() == 1
    name, data = exported(page)
    assert name.endswith("-sheet.csv")
    assert "102.5" in data.decode("utf-8-sig")
    page.locator("input[value=sheet]").uncheck()
    page.locator("input[value=reps]").check()
    page.locator("input[value=sets]").check()
    name, data = exported(page)
    assert name.endswith("-reps-sets.zip")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sets = pl.read_csv(archive.read("sets.csv"))
    assert sets["load_kg"].to_list() == [102.5] * sets.height
    assert sets["recording_id"].unique().to_list() == [session_id]


def test_what_cannot_be_taken_says_why_and_what_is_asked_can_be_answered(open_page, tmp_path):
    page = open_page("#/files", width=360, height=740, scheme="dark")
    letter = tmp_path / "letter.csv"
    letter.write_text("Dear coach,\nno numbers here\n")
    choose(page, letter)
    page.locator("#screen").get_by_text("Refused; nothing was kept.").wait_for(timeout=PATIENCE_MS)

    log = tmp_path / "strong.csv"
    log.write_text(
        "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,RPE\n"
        '2026-01-05 18:00:00,"Pull",1h,"Bent Over Row (Barbell)",1,100,5,0,0,"",8\n'
    )
    choose(page, log)
    page.get_by_label("Weights are in").select_option("kg", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Look again").click()
    page.locator("#screen").get_by_text("the log itself is not kept").wait_for(timeout=PATIENCE_MS)
    assert page.get_by_role("button", name="Keep", exact=True).count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Close").click()
    page.locator("#screen").get_by_text("Discarded; nothing was kept.").wait_for()


def test_a_server_that_goes_away_during_an_upload_is_told(open_page, tmp_path):
    page = open_page("#/files")
    page.route("**/files/uploads?*", lambda route: route.abort())
    with open_page.allowed("ERR_FAILED"):
        choose(page, samples.imu_csv(tmp_path))
        page.locator("#screen").get_by_text("The upload broke off: the server does not answer.").wait_for()
        page.unroute("**/files/uploads?*")
        page.get_by_role("button", name="Send again").click()
        page.get_by_role("button", name="Discard").wait_for(timeout=PATIENCE_MS)


@pytest.mark.data
@pytest.mark.skipif(not REAL.is_file(), reason="the recordings of UPRIGHT_DATA are not here")
def test_a_real_recording_of_a_watch_is_understood(open_page):
    page = open_page("#/files")
    choose(page, REAL)
    page.locator("#screen").get_by_text("Sensor Logger, watch (WristMotion)").wait_for(timeout=PATIENCE_MS)
    assert page.locator("#screen").get_by_text("taken to be on the wrist").count() == 1
    assert page.get_by_label("Where the sensor sat").count() == 0  # the file says it
    page.get_by_role("button", name="Discard").click()
    page.locator("#screen").get_by_text("Discarded; nothing was kept.").wait_for()
