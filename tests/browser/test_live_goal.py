"""The end of a set as the lifter sees and hears it: simulated reps, a real browser, its sound stubbed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.events import RepFinished, SetFinished
from analysis.imu import SetLabel
from analysis.results import Quality, QualityState
from analysis.set_goal import SetGoal
from tests.browser.seen import boxes, expect_text, settle, text
from tests.server.lifting import make_rep, make_set, play

pytestmark = pytest.mark.browser

GOAL = SetGoal(0.2, (0.5, 0.65), 0.3, 6)
VELOCITIES = (0.60, 0.58, 0.55, 0.49, 0.47)
"""The last one is 22 % slower than the first."""
STUB = """() => {
window.tones = [];
window.contexts = 0;
window.AudioContext = class {
  constructor() { window.contexts += 1; this.state = "running"; this.currentTime = 0; this.destination = {}; }
  resume() {}
  createOscillator() {
    const frequency = { value: 0 };
    return { frequency, connect: (next) => next, start: () => window.tones.push(frequency.value), stop() {} };
  }
  createGain() {
    const gain = { setValueAtTime() {}, linearRampToValueAtTime() {} };
    return { gain, connect: (next) => next };
  }
};
}"""
HIGH, LOW, COUNTED, STOP = [1319], [392], [880], [988, 622]


def rep_events(goal, velocities=VELOCITIES, exercise_id="back_squat"):
    return [
        RepFinished(0, exercise_id, 140.0, make_rep(i, start_s=4.0 * i, velocity_mps=mps), 4.0 * i + 3, goal)
        for i, mps in enumerate(velocities)
    ]


@pytest.fixture
def lift(station, open_page):
    """Open the live screen of a set with a goal; return it with a function that lifts the next reps."""

    def begin(goal=GOAL, *, is_touched=True, **size):
        station.tell(play, station.hub, iter(()))
        station.tell(station.hub.publish_label, SetLabel("back_squat", 140.0, goal))
        page = open_page(**size)
        page.evaluate(STUB)
        page.wait_for_selector(".change:enabled")  # of reps that come with the snapshot nothing is heard
        if is_touched:
            page.locator("h1").first.click()

        def do(events):
            for event in events:
                station.tell(station.hub.publish_event, event)

        return page, do

    return begin


def tones(page):
    return page.evaluate("window.tones.splice(0)")


def test_each_rep_sounds_by_its_zone_and_the_stop_is_seen_and_heard(lift):
    page, do = lift()
    expect_text(
        page, ".goal-words", "Stop at 20 % loss · Stop below 0.30 m/s · Target 0.50–0.65 m/s · 6 reps"
    )
    events = rep_events(GOAL)
    do(events[:3])
    expect_text(page, ".hero-number", "0.55")
    assert "In target" in text(page, ".zone")
    assert page.locator(".bar.zone-in").count() == 3
    assert page.locator(".target-band").count() == 1
    assert tones(page) == HIGH * 3
    do(events[3:4])
    expect_text(page, ".zone", "Below target")
    expect_text(page, ".gauge", "Velocity loss 1")
    assert tones(page) == LOW
    assert not page.locator(".over").is_visible()
    do(events[4:])
    page.wait_for_selector(".over", state="visible")
    assert "STOP" in text(page, ".over-word")
    assert "Set over" in text(page, ".over")
    assert "the stop was 20 %" in text(page, ".over-reason")
    assert "5 ▼" in text(page, ".repbar:nth-child(5)")
    expect_text(page, "#spoken", "Set over. Velocity loss")
    assert tones(page) == STOP
    word = boxes(page, ".over-word strong")[0]
    # Letters of 80 px are 20 mm on a small laptop: over four times what the eye needs at 3 m.
    assert word["height"] > 110, "to be read from across the gym"


def test_the_state_survives_a_reload_and_ends_with_the_set(lift):
    page, do = lift()
    do(rep_events(GOAL))
    page.wait_for_selector(".over", state="visible")
    page.reload()
    page.wait_for_selector(".over", state="visible")
    do([SetFinished(replace(make_set(0), goal=GOAL))])
    page.wait_for_selector(".over", state="hidden")
    assert page.locator(".bar[class*=zone-]").count() == 5, "the closed set keeps its colours"


def test_sound_waits_for_a_gesture_and_says_so(lift):
    page, do = lift(is_touched=False)
    button = page.locator(".sound")
    assert "Tap for sound" in button.inner_text()
    assert "Browsers" in button.get_attribute("title")
    assert button.get_attribute("aria-label").startswith("Sound is off until you tap")
    do(rep_events(GOAL)[:1])
    page.wait_for_selector(".repbar")
    assert (page.evaluate("window.contexts"), tones(page)) == (0, [])
    button.click()
    page.get_by_role("dialog", name="Sound").get_by_role("button", name="Close").click()
    expect_text(page, ".sound", "Target")
    assert page.evaluate("window.contexts") == 1
    do(rep_events(GOAL)[1:2])
    expect_text(page, ".hero-number", "0.58")
    assert tones(page) == HIGH


def test_mute_is_remembered(lift):
    page, do = lift()
    expect_text(page, ".sound", "Target")
    page.locator(".sound").click()
    page.get_by_role("button", name="Off No sound").click()
    expect_text(page, ".sound", "Sound off")
    do(rep_events(GOAL)[:1])
    page.wait_for_selector(".repbar")
    assert tones(page) == []
    page.reload()
    expect_text(page, ".sound", "Sound off")
    page.keyboard.press("m")
    expect_text(page, ".sound", "Target")


def test_hidden_velocities_are_neither_seen_nor_heard_nor_told(lift):
    goal = replace(GOAL, velocity_feedback=False)
    page, do = lift(goal)
    events = rep_events(goal)
    do(events[:4])
    expect_text(page, ".hero-number", "4")
    expect_text(page, ".hero-unit", "of 6 reps")
    assert tones(page) == COUNTED * 4
    do(events[4:])
    page.wait_for_selector(".over", state="visible")
    assert tones(page) == STOP
    expect_text(page, "#spoken", "Set over.")
    seen = page.inner_text("main") + page.inner_text("#spoken")
    assert "0.4" not in seen
    assert "0.60" not in seen
    assert "± " not in seen
    for hidden in (".card-bars", ".card-strip", ".card-path", ".chip", ".gauge"):
        assert not page.locator(hidden).is_visible()
    summary = replace(make_set(0), velocity_feedback=False, goal=goal)
    do([SetFinished(summary)])
    page.wait_for_selector(".over", state="hidden")
    assert not page.locator(".card-bars").is_visible(), "nor between sets"


def test_a_rep_that_is_not_resolvable_never_ends_the_set(lift):
    page, do = lift()
    events = rep_events(GOAL)
    unknown = Quality(QualityState.NOT_RESOLVABLE, ("a third of the rep was lost",))
    do([*events[:4], replace(events[4], rep=replace(events[4].rep, quality=unknown))])
    expect_text(page, ".zone", "? Cannot tell: the velocity of rep 5 is not resolvable")
    assert not page.locator(".over").is_visible()
    assert tones(page)[-1:] == COUNTED


def test_the_goal_goes_to_the_session_and_is_remembered_for_the_exercise(lift, station):
    page, _ = lift(goal=None)

    def open_dialog():
        page.get_by_role("button", name="Change set").click()
        page.wait_for_function("() => document.querySelectorAll('dialog option').length > 10")

    open_dialog()
    page.get_by_label("Exercise").select_option("bench_press")
    page.locator("summary", has_text="Goal").click()
    page.locator("input[name=velocity_loss]").fill("15")
    page.locator("input[name=target_low]").fill("0.4")
    page.get_by_role("button", name="Save").click()
    expect_text(page, ".problem", "A target needs both velocities.")
    page.locator("input[name=target_high]").fill("0.6")
    page.locator("input[name=reps]").fill("5")
    page.locator("input[name=velocity_feedback]").uncheck()
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector("dialog", state="detached")
    (label,) = station.controls.labels
    assert label == SetLabel(
        "bench_press", 140.0, SetGoal(0.15, (0.4, 0.6), None, 5, velocity_feedback=False)
    )
    open_dialog()
    page.get_by_label("Exercise").select_option("deadlift")
    assert page.locator("input[name=velocity_loss]").input_value() == ""
    page.get_by_label("Exercise").select_option("bench_press")
    assert page.locator("input[name=velocity_loss]").input_value() == "15"
    assert "Stop at 15 % loss" in text(page, ".goal-fields summary")


def test_lifts_of_peak_velocity_are_judged_by_it(lift):
    goal = SetGoal(target_mps=(1.0, 1.2))
    page, do = lift(goal)
    do(rep_events(goal, (0.65,), "power_clean"))
    expect_text(page, ".metric-names .current", "Peak")
    expect_text(page, ".card-bars h2", "peak velocity")
    assert text(page, ".hero-number") == "1.10"
    expect_text(page, ".zone", "In target")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=str)
def test_the_goal_fits_the_screen(lift, size, scheme):
    page, do = lift(width=size[0], height=size[1], scheme=scheme)
    events = rep_events(GOAL)
    for some, last in ((events[:3], "0.55"), (events[3:], "0.47")):
        do(some)
        expect_text(page, ".hero-number", last)
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.wait_for_selector(".over", state="visible")
    word = boxes(page, ".over-word")[0]
    assert word["x"] >= 0
    assert word["y"] + word["height"] < size[1], "seen without scrolling"
