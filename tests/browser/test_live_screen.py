"""Live at the rack: read from afar, used with chalk on the hands. Real server, real Chromium."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import axe_playwright_python
import pytest

from analysis.events import RepFinished, SensorGap, SetFinished, SetPhase, SetProgress, VelocitySample
from analysis.imu import Gap, SetLabel
from analysis.results import Quality, QualityState
from analysis.set_goal import SetGoal
from server.session import LinkState
from tests.browser.seen import boxes, expect_text, settle, text
from tests.browser.test_live_goal import STUB, tones
from tests.server.lifting import make_rep, make_set, play, recording, session_events, status

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GOAL = SetGoal(0.2, (0.5, 0.58), 0.3, 6)
VELOCITIES = (0.57, 0.60, 0.55, 0.49, 0.52)
UNSURE = Quality(QualityState.LOW_QUALITY, ("12 samples were lost during the rep",))
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
AUDIT = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const rules = { "color-contrast-enhanced": { enabled: true }, "target-size": { enabled: true } };
  const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags }, rules });
  return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(" ")}`));
}"""
SMALL = """() => [...document.querySelectorAll("main a, main button, main summary, main input, main select")]
  .filter((one) => one.checkVisibility())
  .filter((one) => Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height) < 63.9)
  .map((one) => one.className || one.textContent)"""
DIGIT_PX = """() => {
  const number = document.querySelector(".hero-number");
  const { fontWeight, fontSize, fontFamily } = getComputedStyle(number);
  const context = document.createElement("canvas").getContext("2d");
  context.font = `${fontWeight} ${fontSize} ${fontFamily}`;
  return context.measureText("5").actualBoundingBoxAscent;
}"""
TOO_LARGE = """() => {
  const { scrollWidth, scrollHeight } = document.documentElement;
  return [scrollWidth - innerWidth, scrollHeight - innerHeight];
}"""
TABLETS = {
    # CSS px of the window, and of an inch of the glass: diagonal over 10.1 and 10 inches.
    (1280, 800): 149.4,
    (800, 1280): 149.4,
    (1024, 768): 128.0,
    (768, 1024): 128.0,
}
PARTS = (
    ".hero-number",
    ".live-context",
    ".facts",
    ".gauge",
    ".repbar",
    ".barpath",
    ".chip",
    ".big-undo",
    ".big-set",
)


def reps(goal=GOAL, set_index=2, n=5, **changes):
    return [
        RepFinished(
            set_index,
            "back_squat",
            140.0,
            make_rep(i, start_s=300 + 4.0 * i, velocity_mps=mps, drift_m=0.012 + 0.005 * i, **changes),
            300 + 4.0 * i + 3.4,
            goal,
        )
        for i, mps in enumerate(VELOCITIES[:n])
    ]


@pytest.fixture
def lift(station, open_page):
    """Two sets are done; open the page and lift the given events of the third."""

    def begin(events=(), goal=GOAL, **size):
        station.tell(play, station.hub, session_events(2))
        station.tell(station.hub.publish_label, SetLabel("back_squat", 140.0, goal))
        for event in events:
            station.tell(station.hub.publish_event, event)
        page = open_page(**size)
        page.wait_for_selector(".repbar")
        return page

    return begin


def do(station, *events):
    for event in events:
        station.tell(station.hub.publish_event, event)


@pytest.mark.parametrize("size", TABLETS, ids=str)
def test_the_number_is_50_mm_high_and_all_the_rest_is_on_the_glass(lift, station, size):
    events = reps()
    events[2] = replace(events[2], rep=replace(events[2].rep, quality=UNSURE))
    page = lift(events, width=size[0], height=size[1])
    for _ in ("while lifting", "between sets"):
        settle(page)
        assert page.evaluate(DIGIT_PX) / TABLETS[size] * 25.4 >= 50
        assert page.evaluate(TOO_LARGE) == [0, 0]
        for part in PARTS:
            box = boxes(page, part)[-1]
            assert box["x"] >= 0, part
            assert box["y"] >= 0, part
            assert box["x"] + box["width"] <= size[0] + 1, part
            assert box["y"] + box["height"] <= size[1] + 1, part
        do(station, SetFinished(make_set(2)))
        expect_text(page, ".facts", "Set 3 done")


def test_a_phone_scrolls_and_has_the_number_and_the_bars_first(lift):
    page = lift(reps(), width=360, height=740)
    order = [boxes(page, part)[0]["y"] for part in (".hero-number", ".card-bars", ".card-path")]
    assert order == sorted(order)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.set_viewport_size({"width": 640, "height": 400})  # 1280 x 800 at 200 %
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_has_its_contrast_and_large_buttons(lift, station, open_page, scheme):
    empty = open_page(scheme=scheme)
    expect_text(empty, "main", "upright demo")
    page = lift(reps(), scheme=scheme)
    lost = status(LinkState.LOST, last_sample_age_s=4.0, reason="out of range")
    states = [
        (".hero-number", lambda: None),
        (".facts dt:has-text('Set 3 done')", lambda: do(station, SetFinished(make_set(2)))),
        (".over", lambda: do(station, *reps(replace(GOAL, reps=3), set_index=3))),
        (".live.stale", lambda: station.tell(station.hub.publish_status, lost)),
    ]
    for one in (empty, page):
        one.evaluate(AXE)
    for shows, begin in states:
        begin()
        page.wait_for_selector(shows)
        settle(page)
        assert page.evaluate(AUDIT) == []
        assert page.evaluate(SMALL) == []
    empty.close()


def test_a_tap_on_the_number_shows_another_one_and_is_remembered(lift):
    page = lift(reps())
    expect_text(page, ".hero-number", "0.52")
    seen = []
    for _ in range(4):
        page.locator(".number-box").click()
        seen.append(
            (text(page, ".hero-number"), text(page, ".hero-unit"), text(page, ".metric-names .current"))
        )
    assert seen == [
        ("0.88", "m/s", "Peak"),
        ("61", "cm", "Range"),
        ("32", "mm", "Forward"),
        ("0.52", "m/s", "Mean"),
    ]
    page.keyboard.press("v")
    page.reload()
    expect_text(page, ".hero-number", "0.88")


def test_the_chip_compares_with_what_is_typical_and_never_stands_bare(lift, station):
    page = lift(reps(n=1))
    expect_text(page, ".chip", "Forward 12 mm ± 4, typical 22 ± 7")
    expect_text(page, ".chip", "this session · baseline 0 of 3")
    assert text(page, ".chip-glyph") == "?", "outside, but its own uncertainty reaches into the band"
    do(station, *reps(n=2)[1:])
    expect_text(page, ".chip", "Forward 17 mm, typical")
    assert text(page, ".chip-glyph") == "="
    far = make_rep(1, start_s=304, drift_m=0.06)
    do(station, RepFinished(2, "back_squat", 140.0, far, 308.0, GOAL))
    expect_text(page, ".chip-glyph", "▲")
    do(station, RepFinished(2, "deadlift", 180.0, replace(far, index=2), 312.0, GOAL))
    expect_text(page, ".chip", "typical: need 3 more sessions")


def test_bars_tell_each_state_by_sign_and_pattern(lift, station):
    events = reps()
    unknown = Quality(QualityState.NOT_RESOLVABLE, ("a third of the rep was lost",))
    events[2] = replace(events[2], rep=replace(events[2].rep, quality=UNSURE))
    events[4] = replace(events[4], rep=replace(events[4].rep, quality=unknown))
    page = lift(events)
    signs = [" ".join(one.split()) for one in page.locator(".repbar-index").all_inner_texts()]
    assert signs == ["1 ●", "2 ▲", "3 ● !", "4 ▼", "5 ?"]
    expect_text(page, ".bars-legend", "▲ fast")
    patterns = page.eval_on_selector_all(
        ".bar",
        "all => all.map((one) => getComputedStyle(one).backgroundImage + getComputedStyle(one).outlineStyle)",
    )
    assert len(set(patterns)) == 5
    do(station, *[replace(one, rep=replace(one.rep, index=i)) for i, one in enumerate(reps() * 5)])
    page.wait_for_function("() => document.querySelectorAll('.repbar').length === 20")
    assert page.eval_on_selector(".card-bars", "(box) => box.scrollWidth - box.clientWidth") <= 0


def test_the_set_says_what_it_does_by_itself_and_the_rest_is_timed(lift, station):
    page = lift()
    expect_text(page, ".set-line", "Ready for set 3")
    assert text(page, ".facts dt >> nth=1") == "Rest"
    do(station, SetProgress(299.0, 2, SetPhase.OPEN))
    expect_text(page, ".set-line", "Set 3 starts with the first rep")
    do(station, *reps(n=1))
    expect_text(page, ".set-line", "Set 3 started")
    expect_text(page, ".facts", "1of 6 reps")
    do(station, SetProgress(306.0, 2, SetPhase.CLOSING, 4.0))
    expect_text(page, ".set-line", "Set 3 closes in 4 s")
    page.reload()
    expect_text(page, ".set-line", "Set 3 closes in")
    do(
        station,
        SetFinished(make_set(2)),
        SetProgress(310.0, 3, SetPhase.IDLE),
        VelocitySample(396.0, 0.0, 0.0),
    )
    page.evaluate("localStorage.setItem('upright.rest.wanted_s', '90')")
    page.reload()
    expect_text(page, ".facts", "✓ 1:30 are over")


def test_the_set_is_ended_and_changed_with_large_buttons(lift, station):
    page = lift(reps(), width=1024, height=768)
    page.wait_for_selector(".big-set:enabled")
    page.keyboard.press(" ")
    expect_text(page, "#spoken", "Set ended.")
    expect_text(page, ".big-set", "Set ended")
    assert station.controls.labels == [SetLabel("back_squat", 140.0, GOAL)]
    page.keyboard.press("c")
    page.wait_for_function("() => document.querySelectorAll('dialog option').length > 20")
    page.get_by_role("button", name="Add 2.5 kg").click()
    assert page.locator("input[name=load]").input_value() == "142.5"
    page.get_by_role("button", name="Take off 10 kg").click()
    assert page.locator("input[name=load]").input_value() == "132.5"
    page.locator(".quick .choice", has_text="120 kg").click()
    page.get_by_label("Rest between sets").select_option("120")
    heights = page.eval_on_selector_all(
        "dialog button, dialog select, dialog input[type=number]",
        "all => all.filter((one) => one.checkVisibility()).map((one) => one.offsetHeight)",
    )
    assert min(heights) >= 48
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector("dialog", state="detached")
    assert station.controls.labels[-1].load_kg == 120.0
    expect_text(page, ".facts", "of 2:00")


def test_what_is_wrong_is_said_with_what_to_do(lift, station, open_page):
    page = lift(reps())
    for why, title in (
        ("the sensor turned at 420°/s: it slipped, or was hit", "The sensor may have slipped"),
        ("7 samples at the sensor's limit", "The sensor reached its limit"),
    ):
        rep = make_rep(5, start_s=330, quality=Quality(QualityState.LOW_QUALITY, (why,)))
        do(station, RepFinished(2, "back_squat", 140.0, rep, 334.0, GOAL))
        station.tell(station.hub.publish_status, status())  # a sensor that says nothing is more urgent
        expect_text(page, ".notice", title)
    do(station, RepFinished(2, "back_squat", 140.0, make_rep(5, start_s=330), 334.0, GOAL))
    station.tell(station.hub.publish_status, status(battery_fraction=0.08))
    expect_text(page, ".notice", "Battery at 8 %")
    station.tell(
        station.hub.publish_status, status(LinkState.LOST, last_sample_age_s=3.0, reason="out of range")
    )
    expect_text(page, ".notice", "Sensor lost")
    assert page.locator(".live.stale").count() == 1
    station.tell(station.hub.publish_status, status())
    do(station, SensorGap(Gap(334.0, 338.2, 840, "link")))
    expect_text(page, ".notice", "4200 ms are missing (840 samples)")
    assert page.locator(".live.stale").count() == 0
    station.tell(station.hub.publish_status, status(last_sample_age_s=5.0))
    expect_text(page, ".notice", "No data for 5")


def test_the_modes_of_the_sound_keep_to_themselves(lift, station):
    page = lift()
    page.evaluate(STUB)
    page.evaluate("""() => {
        window.said = [];
        window.SpeechSynthesisUtterance = function (words) { this.words = words; };
        const value = { cancel() {}, getVoices: () => [], speak: (one) => window.said.push(one.words) };
        Object.defineProperty(window, "speechSynthesis", { value });
    }""")

    def choose(name):
        page.locator(".sound").click()
        page.locator(".big-choice", has_text=name).click()
        expect_text(page, ".sound", name)
        tones(page)
        page.evaluate("window.said.splice(0)")

    choose("Read aloud")
    do(station, *reps(n=2))
    expect_text(page, ".hero-number", "0.60")
    assert page.evaluate("window.said.splice(0)") == ["0.57", "0.60"]
    assert tones(page) == []
    hidden = replace(GOAL, velocity_feedback=False)
    do(station, *reps(hidden, n=3)[2:])
    expect_text(page, ".hero-number", "3")
    assert page.evaluate("window.said.splice(0)") == ["3"], "the count, not the velocity"
    do(station, SetFinished(make_set(2)))
    choose("Velocity loss")
    slow = [
        replace(one, rep=replace(one.rep, mean_concentric_velocity_mps=mps))
        for one, mps in zip(
            reps(replace(GOAL, target_mps=None, min_velocity_mps=None), set_index=3),
            (0.60, 0.58, 0.50, 0.45, 0.45),
            strict=True,
        )
    ]
    do(station, *slow[:2])
    expect_text(page, ".hero-number", "0.58")
    assert tones(page) == [], "3 % of 20 %: silent"
    do(station, slow[2])
    expect_text(page, ".hero-number", "0.50")
    assert tones(page) == [740, 740], "17 %: near"
    do(station, slow[3])
    page.wait_for_selector(".over", state="visible")
    assert tones(page) == [988, 622]
    do(station, SetFinished(make_set(3)))
    choose("Tempo")
    do(station, SetProgress(500.0, 4, SetPhase.OPEN))
    page.wait_for_function("() => window.tones.length >= 2")
    assert tones(page)[:2] == [440, 440], "two seconds of the way down"
    do(station, SetProgress(503.0, 4, SetPhase.IDLE))
    expect_text(page, ".set-line", "Ready for set 5")
    tones(page)
    page.wait_for_timeout(1200)
    assert tones(page) == [], "it ends with the set"


def test_the_numbers_stand_in_tables_and_go_to_files(lift):
    page = lift(reps())
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Numbers of this set")
    assert dialog.locator("tbody tr").first.inner_text().split()[:3] == ["1", "0.57", "0.02"]
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="Save as CSV: Reps of set 3").click()
    lines = Path(saved.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("Rep,")
    assert len(lines) == 6


def test_the_screen_stays_awake_while_a_session_runs(lift, station, open_page):
    station.store.save_recording(recording())
    page = lift()
    page.evaluate("""() => {
        window.locks = [];
        const request = async () => {
            window.locks.push("taken");
            return Object.assign(new EventTarget(), { release: () => window.locks.push("released") });
        };
        Object.defineProperty(navigator, "wakeLock", { value: { request } });
        location.hash = "#/sets";
    }""")
    page.wait_for_selector(".set-row")
    page.keyboard.press("1")
    page.wait_for_function("() => window.locks.join() === 'taken'")
    station.tell(station.hub.end_session)
    page.wait_for_function("() => window.locks.join() === 'taken,released'")


def test_the_strip_sleeps_and_nothing_else_is_touched_by_velocity(lift, station):
    page = lift(reps())
    # Of unknown age: else it is told after 2 s that the sensor is silent, and the path gets another place.
    station.tell(station.hub.publish_status, status(battery_fraction=0.5, last_sample_age_s=None))
    expect_text(page, "#badge", "50 %")
    settle(page)
    page.evaluate("""() => {
        window.frames = 0;
        window.changes = 0;
        const ask = window.requestAnimationFrame.bind(window);
        window.requestAnimationFrame = (run) => {
            window.frames += 1;
            window.askedAt = performance.now();
            return ask(run);
        };
        const observer = new MutationObserver((all) => { window.changes += all.length; });
        const all = { subtree: true, childList: true, characterData: true, attributes: true };
        const places = document.querySelectorAll(".hero, .card-bars, .card-path");
        for (const place of places) observer.observe(place, all);
    }""")
    for i in range(60):
        do(station, VelocitySample(400 + i / 30, 0.4, 0.0))
    # Not by frames, as playwright usually looks: it might count its own.
    page.wait_for_function("() => window.frames > 4", polling=50)
    page.wait_for_function("() => performance.now() - window.askedAt > 300", polling=50)  # asleep
    assert page.evaluate("window.changes") == 0
