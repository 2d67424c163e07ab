"""Corrections as people make them: forms on stored sessions, a real server, a real browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from analysis import SetLabel
from firmware_sim.lifter import SetPlan
from firmware_sim.scenarios import SessionStep
from server.annotation_files import AnnotationFiles
from server.annotations import Athlete, SessionAnnotation
from server.live_session import SessionSink
from server.reanalysis import rebuild_recording
from tests.browser.seen import expect_text, go, text
from tests.browser.test_stability_screens import train
from tests.server.lifting import make_set, recording, rep_events
from tests.server.recordings import RECORDING_ID, write_recording

pytestmark = pytest.mark.browser
FIRST = f"#/session/{recording().recording_id}"
LAST = f"#/session/{recording(3).recording_id}"
FORM = "dialog form"


@pytest.fixture
def trained(station):
    train(station.store, "front_squat", (0, 0, 0, 1))


def open_form(page):
    page.wait_for_selector("[data-key=edit-set]")
    page.keyboard.press("e")
    page.wait_for_selector(FORM)


def save(page, name="Save"):
    page.locator(FORM).get_by_role("button", name=name, exact=True).click()
    page.wait_for_selector("dialog", state="detached")


def states(page):
    return page.locator(".reps-card tbody tr td:last-child").all_inner_texts()


def verdicts(page, number):
    answer = page.request.get(f"{page.url.split('#')[0]}api/v1/sessions/{recording(number).recording_id}")
    return [(one["exercise_id"], one["baseline"]["words"].split(",")[0]) for one in answer.json()["verdicts"]]


def test_a_corrected_lift_leaves_the_baseline_and_says_what_was_recorded(trained, open_page):
    page = open_page(f"{FIRST}/set/1")
    assert verdicts(page, 3) == [("front_squat", "baseline of 3 sessions")]
    for index in range(5):
        expect_text(page, "h1", f"Set {index + 1}: Front squat")
        open_form(page)
        page.get_by_label("Exercise").select_option("deadlift")
        save(page)
        expect_text(page, ".said-notice", "only relabelled")
        expect_text(page, ".sub", "recorded as Front squat")
        if index < 4:
            page.get_by_role("button", name="Next set").click()
    assert [lift for lift, _ in verdicts(page, 0)] == ["deadlift"]
    assert verdicts(page, 3) == [("front_squat", "baseline 2 of 3 sessions")]


def test_load_effort_note_and_feedback_are_corrected_in_the_unit_that_was_chosen(trained, open_page):
    page = open_page(f"{LAST}/set/1")
    page.wait_for_selector(".big-numbers")
    page.keyboard.press("l")
    open_form(page)
    assert page.locator("input[name=load]").input_value() == "220.46"
    page.locator("input[name=load]").fill("225")
    page.locator("input[name=rpe]").fill("8.5")
    page.get_by_label("Velocities shown").select_option("no")
    page.locator(FORM).get_by_label("Note").fill("knees <b>in</b>")
    save(page)
    expect_text(page, ".rpe", "RPE 8.5")
    expect_text(page, ".said-card", "Velocities were hidden during the set")
    assert text(page, ".said-note") == "knees <b>in</b>"
    assert text(page, "h1") == "Set 1: Front squat, 225 lb"
    assert "recorded as 220.5 lb" in text(page, ".sub")
    page.keyboard.press("l")
    assert text(page, "h1") == "Set 1: Front squat, 102 kg"
    told = "Set 1: load 102.058 kg (225 lb), RPE 8.5, note changed, velocities hidden"
    assert text(page, ".history li").startswith(told)
    page.get_by_role("button", name=f"Undo: {told}").click()
    expect_text(page, "h1", "100 kg")
    expect_text(page, ".rpe", "not said")
    expect_text(page, ".said-notice", f"Undone: {told}")


def test_a_rep_is_left_out_and_comes_back_by_keys_alone(trained, open_page, station):
    page = open_page(f"{LAST}/set/1")
    expect_text(page, ".review-number strong", "0.62")
    before = station.store.session(recording(3).recording_id)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    page.wait_for_selector(FORM)
    page.locator("input[name=reason]").fill("  ")
    page.locator("input[name=reason]").fill("Bounced off the box")
    page.keyboard.press("Enter")
    expect_text(page, ".reps .left-out", "Left out: Bounced off the box")
    expect_text(page, ".review-number strong", "0.59")
    expect_text(page, "#spoken", "rep 1 left out")
    expect_text(page, ".rep-card", "Left out: Bounced off the box")
    struck = "getComputedStyle(document.querySelector('.reps .left-out td')).textDecorationLine"
    assert page.evaluate(struck) == "line-through"
    assert "4 reps, 1 left out" in text(page, ".sub")
    page.keyboard.press("u")
    expect_text(page, ".said-notice", "Undone: Rep 1 of set 1 left out: Bounced off the box")
    assert page.locator(".left-out").count() == 0
    assert station.store.session(recording(3).recording_id) == before
    page.keyboard.press("r")
    expect_text(page, ".said-notice", "Done again")
    page.wait_for_selector(".left-out")
    page.keyboard.press("x")
    page.wait_for_selector(".left-out", state="detached")
    expect_text(page, ".review-number strong", "0.62")
    assert page.url.endswith("/set/1/rep/1")
    page.keyboard.press("]")
    expect_text(page, "h1", "Set 2:")
    assert page.url.endswith("/set/2")
    assert station.store.session(recording(3).recording_id) == before


def test_a_rep_is_left_out_at_the_rack_and_taken_back_from_any_browser(station, open_page):
    sink = SessionSink(station.hub, station.store)
    station.tell(sink.start, recording())
    events = rep_events(make_set(0))
    for event in events[:3]:
        station.tell(sink.take, event)
    tablet, phone = open_page(), open_page(width=360, height=740)
    expect_text(tablet, ".big-exclude", "Leave out rep 3")
    assert tablet.locator(".big-undo").is_disabled()
    tablet.locator(".big-exclude").click()
    for page in (tablet, phone):
        expect_text(page, ".hero-caption", "Left out: not a rep, said at the rack")
        expect_text(page, ".big-exclude", "Leave out rep 2")
        expect_text(page, ".big-undo", "Undo: Rep 3 of set 1 left out")
    expect_text(tablet, "#spoken", "Rep 3 of set 1 left out")
    phone.locator(".big-undo").click()
    for page in (tablet, phone):
        expect_text(page, ".big-exclude", "Leave out rep 3")
        assert "Left out" not in text(page, ".hero-caption")
    tablet.keyboard.press("x")
    expect_text(phone, ".big-exclude", "Leave out rep 2")
    for event in events[3:]:
        station.tell(sink.take, event)
    expect_text(tablet, ".facts", "Set 1 done")
    assert station.store.set(recording().recording_id, 0).excluded == {2: "not a rep, said at the rack"}
    tablet.keyboard.press("u")
    expect_text(tablet, "#spoken", "Undone: Rep 3 of set 1 left out")
    assert station.store.set(recording().recording_id, 0).excluded == {}


def test_two_browsers_see_each_others_edits_at_once_and_nobody_undoes_the_wrong_one(station, open_page):
    sink = SessionSink(station.hub, station.store)
    station.tell(sink.start, recording())
    for event in [*rep_events(make_set(0)), *rep_events(make_set(1, start_s=100.0))]:
        station.tell(sink.take, event)
    lifter, coach = open_page("#/sets"), open_page("#/sets/set/2/rep/4")
    expect_text(lifter, "h1", "Set 2: Back squat")
    expect_text(coach, ".rep-card", "Rep 4")
    coach.keyboard.press("x")
    coach.locator(FORM).get_by_role("button", name="Failed rep").click()
    save(coach, "Leave out")
    told = "Rep 4 of set 2 left out: Failed rep"
    for page in (lifter, coach):
        expect_text(page, ".reps .left-out", "Left out: Failed rep")
        expect_text(page, "[data-key=undo]", f"Undo: {told}")
    station.tell(sink.take, rep_events(make_set(2, start_s=200.0))[0])
    lifter.keyboard.press("u")
    for page in (lifter, coach):
        page.wait_for_selector(".left-out", state="detached")
        expect_text(page, "[data-key=redo]", f"Redo: {told}")
        assert page.get_by_role("button", name="Nothing to undo").is_disabled()
    # Both press at once: only one of them means what is still there.
    with open_page.allowed("409"):
        for page in (lifter, coach):
            page.evaluate("document.querySelector('[data-key=redo]').click()")
        for page in (lifter, coach):
            page.wait_for_selector(".left-out")
    assert station.store.set(recording().recording_id, 1).excluded == {3: "Failed rep"}
    lifter.reload()
    expect_text(lifter, "[data-key=undo]", f"Undo: {told}")
    # The next set comes to who follows, not to who looks at one.
    for event in rep_events(make_set(2, start_s=200.0))[1:]:
        station.tell(sink.take, event)
    expect_text(lifter, "h1", "Set 3:")
    assert text(coach, "h1").startswith("Set 2:")


def test_a_rep_is_split_at_a_time_that_is_chosen_on_its_curve_and_is_whole_again(station, open_page):
    folder = station.settings.recordings_dir
    folder.mkdir(parents=True, exist_ok=True)
    step = SessionStep(SetPlan("back_squat", 3, rest="short"), 100.0, 0.0)
    path = write_recording(folder / "squats.mcap", (step,), {0: SetLabel("back_squat", 100.0)})
    rebuild_recording(path, station.store, AnnotationFiles(station.settings.data_dir))
    before = station.store.session(RECORDING_ID)
    page = open_page(f"#/session/{RECORDING_ID}/set/1/rep/2")
    page.set_default_timeout(20_000)
    expect_text(page, ".rep-card", "Rep 2")
    page.keyboard.press("s")
    page.wait_for_selector(".repcurve")
    page.locator("input[name=at_s]").focus()
    page.keyboard.press("Home")
    assert "0.20 s after its start" in text(page, "output")
    page.keyboard.press("ArrowRight")
    page.locator(FORM).get_by_role("button", name="Re-rack in it").click()
    save(page, "Split")
    expect_text(page, ".rep-card", "Split by hand")
    expect_text(page, ".rejected", "no lifting phase of its own")
    assert "✎ split" in states(page)[1]
    page.keyboard.press("j")
    page.wait_for_selector(FORM)
    page.locator(FORM).get_by_role("button", name="One rep in two").click()
    with open_page.allowed("409"):
        page.locator(FORM).get_by_role("button", name="Merge", exact=True).click()
        expect_text(page, ".problem", "They cannot be measured as one rep: the bar comes home in between.")
    page.keyboard.press("Escape")
    page.locator("[data-key=rep-restore]").click()
    expect_text(page, ".said-notice", "Rep 2 as it was found")
    assert station.store.session(RECORDING_ID) == before


def test_who_only_looks_on_has_nothing_to_press(trained, open_page):
    page = open_page()
    page.route("**/api/v1/me", lambda route: route.fulfill(json={"role": "view"}))
    page.goto(f"{page.url.split('#')[0]}{LAST}/set/1/rep/1")
    page.reload()
    expect_text(page, ".hint", "corrections need the token for lifting")
    assert page.locator("[data-key=edit-set], .rep-actions").count() == 0
    page.keyboard.press("x")
    assert page.locator("dialog").count() == 0


@pytest.mark.parametrize("width", [360, 1280])
def test_forms_fit_the_page_and_a_printed_review_the_paper(width, trained, open_page):
    page = open_page(f"{LAST}/set/1/rep/2", width=width, height=740)
    page.wait_for_selector(".rep-card .barpath")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    for key in ("s", "x", "e"):
        page.keyboard.press(key)
        page.wait_for_selector(FORM)
        wide = (
            "(() => { const d = document.querySelector('dialog'); return d.scrollWidth - d.clientWidth; })()"
        )
        assert page.evaluate(wide) <= 0
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")
    page.emulate_media(media="print")
    hidden = page.locator(".nav, .top, .set-strip, .page-tools, .rep-actions, .history, .csv")
    assert not any(one.is_visible() for one in hidden.all())
    assert page.locator(".compare-where b").is_visible()
    assert page.pdf(format="A4").count(b"/Type /Page\n") <= 2


def test_a_session_gets_a_title_a_note_and_a_new_athlete(station, trained, open_page):
    station.store.save_athletes((Athlete(UUID(int=7), "Ann", datetime.now(UTC)),))
    page = open_page(LAST)
    page.get_by_role("button", name="Edit session").press("Enter")
    page.get_by_label("Title").fill("Heavy day")
    page.get_by_label("Velocities shown").select_option("yes")
    page.locator(FORM).get_by_label("Note").fill("slept badly")
    page.get_by_role("combobox", name="Athlete", exact=True).select_option("new")
    page.get_by_label("Name of the new athlete").fill("   ")
    with open_page.allowed("422"):
        page.get_by_role("button", name="Save", exact=True).click()
        expect_text(page, ".problem", "Name: it must not be empty.")
    page.get_by_label("Name of the new athlete").fill("Bo")
    assert page.get_by_label("Title").input_value() == "Heavy day"
    save(page)
    expect_text(page, "h1", "Heavy day")
    assert re.match(r"Bo · .* · velocities shown to the lifter", text(page, ".sub"))
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
    assert page.get_by_role("combobox", name="Athlete").count() == 0
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
    go(page, "#/stability/all/front_squat")
    expect_text(page, ".sub", "over 2 sessions")
    page.get_by_label("Athlete").select_option("Bo")
    expect_text(page, ".empty", "No set of front squat")
    page.get_by_label("Athlete").select_option("Ann")
    expect_text(page, ".sub", "over 2 sessions")
    assert page.url.endswith(f"/front_squat/{people[0].id}")
    go(page, "#/stability/all/front_squat")
    expect_text(page, ".sub", "over 2 sessions")
