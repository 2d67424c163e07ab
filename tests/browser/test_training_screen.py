"""The training screen: load-velocity profile and programme audit of a store, in a real browser."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.browser.seen import expect_text, go, next_screen, text, unfold
from tests.server.lifting import make_rep, make_set, recording

pytestmark = pytest.mark.browser
LOADS_KG = (60.0, 80.0, 100.0, 120.0)


def squat_set(rng, index, load_kg):
    """Three reps of a lifter who squats about 140 kg once."""
    velocity = 0.28 + (140.0 - load_kg) * 0.0085 + float(rng.normal(0, 0.01))
    reps = tuple(
        make_rep(
            k, velocity_mps=velocity - 0.03 * k, pitch_rad=0.03 + float(rng.normal(0, 0.004)), n_points=8
        )
        for k in range(3)
    )
    return replace(make_set(index, load_kg=load_kg, start_s=300.0 * index), reps=reps)


@pytest.fixture
def weeks(station):
    """Six weeks of squats, and three times eight rows at their end."""
    rng = np.random.default_rng(3)
    for number in range(6):
        started = datetime.now(UTC) - timedelta(days=7 * (5 - number), hours=1)
        info = recording(number, started_at=started, title="")
        for index, load_kg in enumerate(LOADS_KG):
            station.store.save_set(info, squat_set(rng, index, load_kg))
        for index in range(4, 7):
            row = make_set(index, n_reps=8, exercise_id="bent_over_row", load_kg=60.0, start_s=300.0 * index)
            station.store.save_set(info, row)


def test_a_profile_says_its_maximum_with_interval_source_and_sets(weeks, open_page):
    page = open_page("#/training/profile/back_squat")
    page.wait_for_selector(".profile-chart .curve")
    assert 125 < float(text(page, ".e1rm-words").removesuffix(" kg")) < 155
    assert re.match(r"95 % interval \d+ kg to \d+ kg", text(page, ".e1rm-interval"))
    trust = text(page, ".e1rm-trust")
    assert re.search(r"Confidence: (low|fair|good)", trust)
    assert all(
        word in trust for word in ("24 sets with 4 loads", "60 kg to 120 kg", "newest today", "beyond")
    )
    assert re.search(r"\d+ % beyond the heaviest set", text(page, ".far")), "140 is 17 % more than 120"
    assert page.locator(".curve.beyond").get_attribute("d").startswith("M")
    page.locator(".profile .explorable").focus()
    page.keyboard.press("End")
    expect_text(page, "#spoken", "Estimated 1RM: ")
    assert page.locator(".profile-chart .point").count() == 24
    assert page.locator(".screen-training table tbody tr").count() == 24
    assert "doi 10.1055" in text(page, ".threshold")
    assert "published" in text(page, ".threshold")
    page.keyboard.press("l")
    expect_text(page, ".e1rm-words", "lb")
    page.locator(".profile .twin summary").click()
    page.locator("table a").first.click()
    page.wait_for_function("() => /^#.session.[0-9a-f-]+.set.4$/.test(location.hash)")


def test_a_refused_profile_says_why_and_what_to_add(weeks, open_page):
    page = open_page()
    page.keyboard.press("5")
    page.wait_for_selector("a[data-screen=training][aria-current=page]")
    page.get_by_label("Exercise").select_option("bent_over_row")
    expect_text(page, ".e1rm", "Not known yet")
    assert "1 different load, at least" in text(page, ".e1rm-reason")
    assert "well-spaced loads" in text(page, ".e1rm-help")
    assert page.locator(".profile-chart .point").count() == 18
    page.get_by_label("Exercise").select_option("power_snatch")
    expect_text(page, ".hatched-box", "Not known")


def test_an_audit_finds_three_sets_of_eight_and_suggests_in_the_coachs_order(weeks, open_page):
    page = open_page("#/training")
    page.get_by_role("link", name="Programme").click()
    expect_text(page, ".findings", "heavy sets")
    findings = page.locator(".finding.warn").all_inner_texts()
    assert any("8 reps or more" in one for one in findings)
    page.locator(".finding summary").first.click()
    behind = page.locator(".finding table").first.inner_text()
    assert "Bent-over row" in behind
    link = page.locator(".finding table a").first
    assert re.fullmatch(r"#/session/[0-9a-f-]+/set/\d+", link.get_attribute("href"))
    assert page.locator(".finding table a").nth(1).get_attribute("href") == "#/sessions/nobody/bent_over_row"
    assert text(page, ".suggestions .opinion") == "coaching opinion"
    assert page.locator(".suggestions li").first.inner_text().startswith("Bent-over row")
    with next_screen(page):
        page.get_by_label("Weeks").select_option("4")
    page.wait_for_function("() => location.hash === '#/training/audit/4'")
    page.wait_for_function("() => document.querySelectorAll('main table').length > 0")


@pytest.mark.slow  # the gate has the matrix of all screens
@pytest.mark.parametrize("width", [390, 1280])
def test_the_training_screens_fit(width, weeks, open_page):
    page = open_page(width=width, height=844, scheme="dark")
    for screen in ("#/training/profile/back_squat", "#/training/profile/bent_over_row", "#/training/audit"):
        go(page, screen)
        unfold(page)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, screen
