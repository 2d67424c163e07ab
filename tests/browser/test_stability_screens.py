"""The stability screens as people see them: constructed sessions, a real server, a real browser."""

from __future__ import annotations

import re
from uuid import UUID

import numpy as np
import pytest

from analysis.events import SetFinished, VelocitySample
from tests.browser.seen import expect_text, go, next_screen, text, unfold
from tests.server.lifting import make_set, play, recording, session_events

pytestmark = pytest.mark.browser
N_SETS = 5
LAST = recording(3).recording_id


def training_measures(rng, fatigue):
    """Measures of a rep: ordinary scatter, and what comes apart by ``fatigue`` (0: nothing)."""
    own = float(rng.normal(0, 0.005))

    def of_rep(index):
        def noise(sd):
            return float(rng.normal(0, sd))

        return {
            "uprightness_loss_rad": 0.05 + own + 0.05 * fatigue + noise(0.006),
            "rounding_rad": 0.03 + 0.05 * fatigue * (index + 1) / 3 + noise(0.006),
            "forward_displacement_m": 0.014 + 0.006 * fatigue + noise(0.004),
        }

    return of_rep


def train(store, exercise_id, fatigues, *, n_sets=N_SETS, first_id=0, **mounts):
    """Fill a store with sessions a week apart; sets four and five of each come apart by its fatigue."""
    rng = np.random.default_rng(5)
    for number, fatigue in enumerate(fatigues):
        mount = mounts.get("before" if number < mounts.get("n_before", 0) else "now", "shaft")
        info = recording(number, title="", recording_id=UUID(int=first_id + number + 1), mount_position=mount)
        for index in range(n_sets):
            measures = training_measures(rng, fatigue * max(0, index - 2))
            drift_m = 0.014 + float(rng.normal(0, 0.002)) + 0.008 * fatigue * max(0, index - 2)
            summary = make_set(
                index, exercise_id=exercise_id, load_kg=100.0, drift_m=drift_m, measures=measures
            )
            store.save_set(info, summary)


def first_words(pattern, words):
    found = re.match(pattern, words)
    assert found, words
    return found


@pytest.fixture
def trained(station):
    train(station.store, "front_squat", (0, 0, 0, 1))
    return f"#/session/{LAST}"


def test_a_verdict_has_its_word_sign_sentence_and_baseline(trained, open_page):
    page = open_page(f"{trained}/stability")
    expect_text(page, ".verdict-words", "lear")
    assert text(page, ".verdict-sure").startswith("How sure: ")
    assert text(page, ".verdict-glyph") in {"▼", "▽", "="}
    assert "90 % interval" in text(page, ".verdict-sentence")
    assert text(page, ".verdict-aside").startswith("Sets 4 and 5 lie beyond the band of your ordinary sets")
    assert "Baseline of 3 sessions" in text(page, ".baseline-words")
    assert page.locator(".pips").count() == 0
    assert page.locator(".part h3").first.inner_text() == "Uprightness loss, °: each set"
    assert "unvalidated against trunk motion capture" in text(page, ".note")
    page.get_by_text("How to read this").click()
    assert page.locator(".how li").count() == 3


def test_a_young_baseline_is_counted_and_gives_no_index(station, open_page):
    train(station.store, "back_squat", (0, 0, 0), n_sets=3)
    page = open_page(f"#/session/{recording(2).recording_id}/stability")
    expect_text(page, ".verdict-words", "Too little data")
    assert text(page, ".baseline-words") == "Baseline 2 of 3 sessions: no index yet"
    assert page.locator(".pip.full").count() == 2
    assert page.locator(".usual").count() == 0
    assert "baseline 2 of 3 sessions" in text(page, ".index .hatched-box").lower()


def test_band_and_table_say_the_same_as_the_chart(trained, open_page):
    page = open_page(f"{trained}/stability")
    chart = page.locator(".primary-part .trend")
    chart.wait_for()
    assert chart.locator(".usual").count() == 1
    assert "your ordinary sets" in text(page, ".primary-part .legend")
    dots = [one.get_attribute("data-words") for one in chart.locator(".point").all()]
    page.locator(".primary-part .twin summary", has_text="Table").click()
    rows = page.locator(".primary-part .twin table tbody tr").all_inner_texts()
    shown = [re.split(r"\t", row) for row in rows]
    assert [f"{row[0]}: {row[1]}" for row in shown] == [
        first_words(r"Set \d: [\d.]+", dot)[0] for dot in dots
    ]
    assert chart.locator(".rep-dot, .rep-blamed").count() == 5 * N_SETS
    page.get_by_text("Numbers behind this").first.click()
    numbers = text(page, ".primary-part .numbers")
    assert all(
        words in numbers for words in ("Typical error", "minimal detectable change", "Least that matters")
    )


def test_the_index_says_what_it_is_made_of(trained, open_page):
    page = open_page(f"{trained}/stability")
    page.locator(".index .trend").wait_for()
    assert "never between people" in page.inner_text(".index")
    assert "Made of: Uprightness loss" in page.inner_text(".index")
    assert "Without: Path scatter" in page.inner_text(".index")
    assert page.locator(".index .point").count() == N_SETS


def test_signs_are_told_set_by_set_with_words(trained, open_page):
    page = open_page(f"{trained}/stability")
    page.wait_for_selector(".sign")
    words = page.locator(".sign-word").all_inner_texts()
    assert len(words) == N_SETS
    assert words[0] == "not seen"
    assert words[-1] == "seen"
    page.locator(".sign").first.press("Enter")
    expect_text(page, ".sign-said", "Set 1. Not seen")
    assert page.locator(".sign[aria-pressed=true]").count() == 1
    assert page.evaluate("document.activeElement.className") == "sign calm", "the keyboard stays where it was"


def test_a_rep_to_blame_is_one_click_away(trained, open_page):
    page = open_page(f"{trained}/stability")
    page.wait_for_selector(".blame a")
    name = text(page, ".blame a")
    set_number, rep_number = first_words(r"Set (\d), rep (\d)", name).groups()
    page.locator(".blame a").first.click()
    page.wait_for_function(
        "(hash) => location.hash === hash", arg=f"{trained}/set/{set_number}/rep/{rep_number}"
    )
    expect_text(page, ".rep-card", "Uprightness loss")
    assert re.search(r"\bother reps \d+\.\d° to \d+\.\d°", text(page, ".rep-card"))
    # Its head is in view, below the page's own that stays.
    page.wait_for_function(
        """() => {
            const { top } = document.querySelector(".rep-card").getBoundingClientRect();
            return top >= document.querySelector("header").offsetHeight && top < innerHeight / 2;
        }"""
    )
    assert "Among the reps furthest outside your ordinary ones" in text(page, ".rep-card")
    assert re.search(r"\byour ordinary sets \d+\.\d° to \d+\.\d°", text(page, ".rep-card"))


def test_a_chosen_set_is_shown_rep_by_rep(trained, open_page):
    page = open_page(f"{trained}/stability")
    page.wait_for_selector(".choice")
    page.locator(".choice").nth(1).click()
    expect_text(page, ".choice[aria-pressed=true]", "2")
    assert "in set 2" in page.locator(".within .trend").get_attribute("aria-label")
    assert page.locator(".overlay .over-line").count() == 2
    assert page.locator(".over-label").all_text_contents() == ["set 1", "set 5"]


def test_a_live_session_keeps_what_is_open_when_a_set_closes(station, open_page):
    events = [event for event in session_events(5) if not isinstance(event, VelocitySample)]
    ends = [k for k, event in enumerate(events) if isinstance(event, SetFinished)]
    station.tell(play, station.hub, iter(events[: ends[3] + 1]))
    page = open_page("#/stability")
    expect_text(page, ".verdict-words", "Too little data")
    page.get_by_text("Numbers behind this").first.click()
    for event in events[ends[3] + 1 :]:
        station.tell(station.hub.publish_event, event)
    page.wait_for_selector(".choice[aria-label='Set 5']")
    assert page.locator("details[open] .numbers").count() == 1
    assert page.locator(".by-sets li").count() == 2, "sets 1 to 3 are lighter than 80 % of 180 kg"


def test_a_part_that_cannot_be_known_says_why(station, open_page):
    station.tell(play, station.hub, session_events(4, drift_m=None))
    page = open_page("#/stability")
    page.wait_for_selector(".part .hatched-box")
    assert "wrist" in page.inner_text("main")


def test_weeks_have_breaks_and_say_what_is_not_compared(station, open_page):
    train(station.store, "front_squat", [0] * 7, n_before=2, before="hub")
    page = open_page("#/stability/all/front_squat")
    expect_text(page, ".breaks", "mount: hub before, shaft now")
    chart = page.locator(".primary-part .trend")
    assert chart.locator(".break").count() == 1
    assert chart.locator(".point.faint").count() == 2
    assert chart.locator(".point").count() == 7
    assert re.search(r"per week \(90 % interval", page.inner_text(".primary-part"))
    page.locator(".primary-part .twin summary", has_text="Table").click()
    assert page.locator(".primary-part .twin table tbody tr").count() == 7
    assert page.locator(".sign-grid tbody tr").count() == 7


def test_a_sign_that_comes_back_shows_in_the_grid(trained, open_page):
    page = open_page("#/stability/all/front_squat")
    page.wait_for_selector(".sign-grid")
    assert page.locator(".sign-grid tbody tr").first.locator(".sign-cell.bad").count() >= 1
    assert "seen in 1 of 4 sessions" in page.inner_text(".signs")
    page.locator(".sign-cell.bad").first.click()
    page.wait_for_function("(base) => location.hash.startsWith(`${base}/set/`)", arg=trained)


def test_whether_the_third_set_was_worse_and_how_sure_that_is_can_be_read(trained, open_page):
    page = open_page(f"{trained}/stability")
    page.wait_for_selector(".by-sets li")
    said = page.locator(".by-sets li").all_inner_texts()
    assert [one.split()[:2] for one in said] == [["Set", str(k + 1)] for k in range(N_SETS)]
    assert re.search(
        r"Set 3, no clear change: Uprightness loss .+° against sets 1 and 2 \(90 % interval", said[2]
    )
    assert "How sure: nothing points to a change; chance alone does as much in" in said[2]
    worse = r"Set 5 was (clearly|probably) worse: .+ \+\d.\d° against sets 1 and 2 \(90 % interval \+"
    assert re.search(worse, said[4])
    assert re.search(r"How sure: (very|fairly) sure", said[4])
    assert not re.search(r"95 %", page.inner_text("main")), "one level of intervals on a screen"
    page.locator(".by-set-name").nth(4).click()
    page.wait_for_function("(hash) => location.hash === hash", arg=f"{trained}/set/5")


def test_a_chart_is_gone_through_by_keys_and_pointer(trained, open_page):
    page = open_page(f"{trained}/stability")
    chart = page.locator(".primary-part .explorable")
    chart.focus()
    page.keyboard.press("ArrowRight")
    expect_text(page, "#spoken", "Set 1: ")
    assert "90 % interval" in text(page, ".primary-part .tip")
    page.keyboard.press("ArrowDown")
    expect_text(page, "#spoken", "Set 1, rep 1: ")
    page.keyboard.press("End")
    expect_text(page, "#spoken", "Set 5: ")
    page.keyboard.press("Escape")
    assert page.locator(".primary-part .tip").is_hidden()
    page.locator(".primary-part .point").nth(1).hover()
    expect_text(page, ".primary-part .tip", "Set 2: ")
    with page.expect_download() as saved:
        page.locator(".primary-part .csv").click()
    assert saved.value.suggested_filename == "uprightness-loss-of-each-set-front-squat.csv"
    lines = saved.value.path().read_text().splitlines()
    assert lines[0].startswith('Set,"Uprightness loss, °"')
    assert len(lines) == 1 + N_SETS
    page.locator(".primary-part .point").nth(1).click()
    page.wait_for_function("(hash) => location.hash === hash", arg=f"{trained}/set/2")


def test_one_set_alone_and_a_wrist_say_why_nothing_is_judged(station, open_page):
    train(station.store, "front_squat", (0,), n_sets=1)
    page = open_page(f"#/session/{recording(0).recording_id}/stability")
    expect_text(page, ".verdict-sentence", "one set: nothing to compare it with")
    assert text(page, ".verdict-sure") == "How sure: cannot be told yet."
    assert page.locator(".pip").count() == 3


def test_weeks_can_begin_later(station, open_page):
    train(station.store, "front_squat", [0] * 3)
    page = open_page("#/stability/all/front_squat")
    page.wait_for_selector(".primary-part")
    with next_screen(page):
        page.get_by_label("Since").select_option("4")
    page.wait_for_function("() => location.hash === '#/stability/all/front_squat/nobody/4'")
    page.wait_for_selector(".primary-part, .empty")


@pytest.mark.slow  # the gate has the matrix of all screens
@pytest.mark.parametrize("width", [390, 1280])
def test_the_screens_fit_and_break_no_rule(width, trained, open_page):
    page = open_page(width=width, height=844, scheme="dark")
    for screen in (f"{trained}/stability", f"{trained}/set/5/rep/2", "#/stability/all/front_squat"):
        go(page, screen)
        unfold(page)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, screen


def test_how_sure_the_words_are_follows_from_the_odds_beside_them(station, open_page):
    cases = {
        ("clearly worse", 0.002, 0.025): "very sure; chance alone does as much in about 1 of 500",
        ("probably worse", 0.02, 0.025): "fairly sure, not certain; chance alone does as much in about 1 of",
        ("probably better", 0.0001, 0.025): "very sure that it changed, less that it matters; chance",
        ("no clear change", 0.0001, 0.025): "sure that it changed, but by less than matters; chance",
        ("no clear change", 0.04, 0.025): "a hint, too weak to call it a change; chance",
        ("no clear change", 0.04, 0.0): "a hint, too weak to call it a change; chance",
        ("no clear change", 0.12, 0.025): "hardly a hint of a change; chance alone does as much in about 1",
        ("no clear change", 0.3, 0.025): "nothing points to a change; chance alone does as much in about 1",
        ("too little data", None, None): "cannot be told yet.",
    }
    page = open_page("#/stability")
    said = page.evaluate(
        """async (cases) => {
          const { sureWords } = await import("/static/stability/sure.js");
          return cases.map(([word, p, alpha]) => sureWords(word, { p_value: p, alpha }, "sets"));
        }""",
        [list(case) for case in cases],
    )
    for wanted, words in zip(cases.values(), said, strict=True):
        assert words.startswith(f"How sure: {wanted}"), words
