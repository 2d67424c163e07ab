"""Sessions as people find them, and one session at a glance: a real server, a real browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest

from server.annotations import Athlete, SessionAnnotation
from tests.browser.seen import expect_text, go, text, unfold
from tests.browser.test_stability_screens import training_measures
from tests.server.lifting import make_set, recording

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ANN = Athlete(UUID(int=77), "Ann", datetime(2026, 1, 1, tzinfo=UTC))
LOADS_KG = (40.0, 70.0, 100.0, 100.0, 100.0)


def save_session(store, number, rng, *, athlete_id=None, note=""):
    """Two warm-ups and three working sets of front squats, three days before the one with the next number."""
    started = datetime.now(UTC) - timedelta(days=3 * (59 - number), hours=1)
    info = recording(number, started_at=started, title="")
    for index, load_kg in enumerate(LOADS_KG):
        measures = training_measures(rng, 0.0)
        summary = make_set(
            index, exercise_id="front_squat", load_kg=load_kg, start_s=180.0 * index, measures=measures
        )
        store.save_set(info, summary)
    store.annotate(info.recording_id, SessionAnnotation(athlete_id=athlete_id, note=note))
    return info


@pytest.fixture
def sessions(station):
    rng = np.random.default_rng(2)
    station.store.save_athletes((ANN,))
    return [
        save_session(
            station.store, n, rng, athlete_id=ANN.id if n > 57 else None, note="slept badly" * (n == 10)
        )
        for n in range(60)
    ]


def test_a_session_is_understood_at_a_glance(sessions, open_page):
    base = f"#/session/{sessions[57].recording_id}"
    page = open_page(base)
    expect_text(page, ".totals", "Lifted")
    totals = re.sub(r"\s+", " ", text(page, ".totals"))
    assert "Sets 5 Reps 25 Lifted 2 050 kg load times reps" in totals
    page.keyboard.press("l")
    expect_text(page, ".totals", "lb")
    assert page.locator(".set-lines:visible tbody tr").count() == 3, "warm-ups are behind a word"
    assert "lighter than 80 %" in page.inner_text(".rule")
    page.locator(".warm-ups > summary").click()
    assert page.locator(".set-lines:visible tbody tr").count() == 5
    spark = page.locator(".warm-ups ~ div .sparkline").first
    assert re.match(r"Mean velocity of each rep: 0\.56, .*low quality", spark.get_attribute("aria-label"))
    assert page.locator(".warm-ups ~ div .spark").count() == 15
    assert "shaft" in text(page, ".sensor-facts")
    expect_text(page, ".take-along", "not on this computer")
    assert (
        page.locator(".take-along a", has_text="More formats").get_attribute("href")
        == f"#/files/export/{base[10:]}"
    )
    page.wait_for_selector("a.neighbour[aria-label='Earlier session']")
    assert page.locator("a.neighbour[aria-label='Later session']").count() == 0, "the later ones are Ann's"
    page.keyboard.press("[")
    page.wait_for_function("(id) => location.hash.endsWith(id)", arg=str(sessions[56].recording_id))
    page.wait_for_selector("a.neighbour[aria-label='Later session']")
    page.keyboard.press("]")
    page.wait_for_function("(id) => location.hash.endsWith(id)", arg=str(sessions[57].recording_id))
    page.locator(f"a[href='{base}/set/5']").click()
    page.wait_for_function("(hash) => location.hash === hash", arg=f"{base}/set/5")


def test_sessions_are_found_by_week_athlete_lift_and_words(sessions, open_page):
    page = open_page("#/sessions")
    page.wait_for_selector(".session-list")
    assert page.locator(".session-list li").count() == 50
    assert page.locator(".week h2").first.inner_text() in {"This week", "Last week"}
    assert re.search(r"\d sessions? · \d+ sets · \d+ reps · [\d\s]+ kg", text(page, ".week-head .hint"))
    page.get_by_role("button", name="Older sessions").click()
    page.wait_for_function("() => document.querySelectorAll('.session-list li').length === 60")
    assert page.locator(".older").count() == 0
    page.keyboard.press("/")
    page.keyboard.type("slept")
    page.wait_for_function("() => document.querySelectorAll('.session-list li').length === 1")
    assert text(page, ".page-head .sub") == "1 session found"
    page.get_by_label("Search title and notes").fill("nothing like it")
    expect_text(page, ".empty", "No session is found")
    page.get_by_label("Athlete").select_option(label="Ann")
    page.wait_for_function("() => document.querySelectorAll('.session-list li').length === 2")
    page.get_by_label("Lift").select_option("deadlift")
    expect_text(page, ".empty", "No session of Ann is found")


def test_no_session_yet_says_how_to_get_one(station, open_page):
    page = open_page("#/sessions")
    expect_text(page, ".empty", "upright demo")
    assert page.locator("[role=search]").count() == 0


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1024, "light"), (1920, "dark")])
def test_the_session_screens_fit(width, scheme, sessions, open_page):
    page = open_page(width=width, height=768, scheme=scheme)
    for screen in ("#/sessions", f"#/session/{sessions[57].recording_id}"):
        go(page, screen)
        unfold(page)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, screen
    small = page.evaluate("""() =>
        [...document.querySelectorAll('main a, main button, main summary, main select')]
        .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 47.5)
        .map((one) => `${one.className} ${one.textContent}`)""")
    assert small == [], "targets of 48 px"
