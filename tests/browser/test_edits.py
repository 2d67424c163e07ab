"""Corrections as people make them: forms on stored sessions, a real server, a real browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from server.annotations import Athlete, SessionAnnotation
from tests.browser.test_dashboard import expect_text, text
from tests.browser.test_stability_screens import train
from tests.server.lifting import make_set, play, recording, session_events

pytestmark = pytest.mark.browser
FIRST = f"#/session/{recording().recording_id}"
LAST = f"#/session/{recording(3).recording_id}"
FORM = "dialog form"


@pytest.fixture
def trained(station):
    train(station.store, "front_squat", (0, 0, 0, 1))


def cell(page, set_index, name):
    return page.locator(f".set-row >> nth={set_index}").locator(f"td[data-label='{name}']").inner_text()


def open_form(page, set_index=0):
    row = page.locator(".row-toggle").nth(set_index)
    if row.get_attribute("aria-expanded") == "false":
        row.press("Enter")
    page.locator(f"#set-{set_index} .edit").press("Enter")
    page.wait_for_selector(FORM)


def save(page):
    page.locator(FORM).get_by_role("button", name="Save").click()
    page.wait_for_selector("dialog", state="detached")


def test_a_corrected_lift_leaves_the_baseline_and_says_what_was_recorded(trained, open_page):
    page = open_page(LAST)
    expect_text(page, ".verdict-line", "baseline of 3 sessions")
    page.goto(page.url.replace(LAST, FIRST))
    expect_text(page, "h1", "Mon, 2 Nov 2026")
    for index in range(5):
        open_form(page, index)
        page.get_by_label("Exercise").select_option("deadlift")
        save(page)
        expect_text(page, f"#set-{index} .said-notice", "only relabelled")
    assert cell(page, 0, "Exercise") == "Deadlift, recorded front squat"
    assert "Deadlift" in text(page, ".verdict-line")
    page.goto(page.url.replace(FIRST, LAST))
    expect_text(page, ".verdict-line", "baseline 2 of 3 sessions")


def test_load_effort_note_and_feedback_are_corrected_in_the_unit_that_was_chosen(trained, open_page):
    page = open_page(LAST)
    page.wait_for_selector(".set-row")
    page.keyboard.press("l")
    open_form(page)
    assert page.locator("input[name=load]").input_value() == "220.46"
    page.locator("input[name=load]").fill("225")
    page.get_by_label("Effort").fill("8.5")
    page.get_by_label("Velocities shown").select_option("no")
    page.get_by_label("Note").fill("knees <b>in</b>")
    save(page)
    expect_text(page, "#set-0 .said", "RPE 8.5 · Velocities hidden")
    assert text(page, "#set-0 .said-note") == "knees <b>in</b>"
    assert cell(page, 0, "Load") == "225 lb, recorded 220.5"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Edit set 1"
    page.keyboard.press("l")
    assert cell(page, 0, "Load") == "102 kg, recorded 100"
    open_form(page)
    page.locator("input[name=load]").fill("")
    page.get_by_label("Velocities shown").select_option("")
    save(page)
    page.wait_for_function("() => !document.querySelector('.set-row').textContent.includes('recorded')")
    assert text(page, "#set-0 .said").startswith("Saved.\n\nRPE 8.5\n\nknees")


def test_a_rep_that_is_left_out_is_struck_through_and_in_no_mean(trained, open_page):
    page = open_page(LAST)
    page.wait_for_selector(".set-row")
    assert (cell(page, 0, "Reps"), cell(page, 0, "Best")) == ("5", "0.62 m/s")
    open_form(page)
    page.get_by_role("button", name="Leave out: rep 1").press("Enter")
    page.keyboard.type("Helped by a spotter")
    save(page)
    expect_text(page, ".reps .left-out", "Left out: Helped by a spotter")
    assert (cell(page, 0, "Reps"), cell(page, 0, "Best")) == ("4, 1 left out", "0.59 m/s")
    assert "24 reps" in text(page, ".sub")
    assert page.locator("#set-0 .repbar").count() == 4
    struck = "getComputedStyle(document.querySelector('.reps .left-out td')).textDecorationLine"
    assert page.evaluate(struck) == "line-through"
    page.goto(f"{page.url}/stability")
    page.wait_for_selector(".primary-part .rep-dot, .primary-part .rep-blamed")
    assert page.locator(".primary-part .rep-dot, .primary-part .rep-blamed").count() == 24
    page.go_back()
    page.wait_for_selector(".set-row")
    open_form(page)
    page.get_by_role("button", name="Count again: rep 1").click()
    save(page)
    page.wait_for_function("() => !document.querySelector('.left-out')")
    assert cell(page, 0, "Best") == "0.62 m/s"


def test_a_refused_edit_is_explained_and_keeps_what_was_typed(station, open_page):
    station.store.save_set(recording(), make_set(0))
    station.tell(play, station.hub, session_events(1))
    page = open_page(FIRST)
    page.wait_for_selector(".set-row")
    open_form(page)
    page.locator("input[name=load]").fill("150")
    page.get_by_label("Note").fill("felt light")
    with open_page.allowed("409"):
        page.get_by_role("button", name="Save").click()
        expect_text(page, ".problem", "This session is running")
    assert page.locator("input[name=load]").input_value() == "150"
    page.locator("input[name=load]").fill("140")
    save(page)
    expect_text(page, ".said-note", "felt light")


def test_a_session_gets_a_title_a_note_and_a_new_athlete(station, trained, open_page):
    station.store.save_athletes((Athlete(UUID(int=7), "Ann", datetime.now(UTC)),))
    page = open_page(LAST)
    page.get_by_role("button", name="Edit session").press("Enter")
    page.get_by_label("Title").fill("Heavy day")
    page.get_by_label("Velocities shown").select_option("yes")
    page.get_by_label("Note").fill("slept badly")
    page.get_by_role("combobox", name="Athlete", exact=True).select_option("new")
    page.get_by_label("Name of the new athlete").fill("   ")
    with open_page.allowed("422"):
        page.get_by_role("button", name="Save").click()
        expect_text(page, ".problem", "Name: it must not be empty.")
    page.get_by_label("Name of the new athlete").fill("Bo")
    assert page.get_by_label("Title").input_value() == "Heavy day"
    save(page)
    expect_text(page, "h1", "Heavy day")
    assert re.match(r"Bo · .* · velocities shown · 5 sets · 25 reps", text(page, ".sub"))
    assert text(page, ".page-head .said-note") == "slept badly"
    assert "baseline 0 of 3 sessions" in text(page, ".verdict-line"), "Bo has no earlier session"
    (bo,) = [one for one in station.store.athletes() if one.name == "Bo"]
    assert station.store.session(recording(3).recording_id).recording.athlete_id == bo.id


def test_sessions_and_weeks_are_chosen_by_athlete(station, trained, open_page):
    people = [
        Athlete(UUID(int=i), name, datetime.now(UTC) + timedelta(i)) for i, name in ((7, "Ann"), (8, "Bo"))
    ]
    page = open_page("#/sessions")
    page.wait_for_selector(".session-list")
    assert page.locator("select").count() == 0
    station.store.save_athletes(people)
    for number in (2, 3):
        annotation = SessionAnnotation(athlete_id=people[0].id)
        station.store.annotate(recording(number).recording_id, annotation)
    page.reload()
    expect_text(page, ".session-list", "Ann")
    assert page.locator(".session-list li").count() == 4
    page.get_by_label("Athlete").select_option("Ann")
    page.wait_for_function("() => document.querySelectorAll('.session-list li').length === 2")
    page.get_by_label("Athlete").select_option("Bo")
    expect_text(page, ".empty", "No session of Bo")
    page.get_by_label("Athlete").select_option("Nobody named")
    page.wait_for_function("() => document.querySelectorAll('.session-list li').length === 2")
    assert "Ann" not in text(page, ".session-list")
    page.evaluate("location.hash = '#/stability/all/front_squat'")
    expect_text(page, ".sub", "over 2 sessions")
    page.get_by_label("Athlete").select_option("Bo")
    expect_text(page, ".empty", "No set of front squat")
    page.get_by_label("Athlete").select_option("Ann")
    expect_text(page, ".sub", "over 2 sessions")
    assert page.url.endswith(f"/front_squat/{people[0].id}")
    page.evaluate("location.hash = '#/stability/all/front_squat'")
    expect_text(page, ".sub", "over 2 sessions")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_form_fits_the_page(width, trained, open_page):
    page = open_page(LAST, width=width, height=844)
    page.wait_for_selector(".set-row")
    open_form(page)
    page.get_by_role("button", name="Leave out: rep 2").click()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert (
        page.evaluate(
            "(() => { const d = document.querySelector('dialog'); return d.scrollWidth - d.clientWidth; })()"
        )
        <= 0
    )
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
