"""The dashboard as people see it: a real server, a scripted session, a real browser."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from analysis import SetLabel
from analysis.events import RepFinished, SetFinished, VelocitySample
from analysis.set_goal import SetGoal
from server.session import LinkState
from tests.browser.conftest import Station
from tests.browser.seen import expect_text, go, text
from tests.server.lifting import make_set, play, recording, session_events, status

pytestmark = pytest.mark.browser
SIZES = ((360, 740), (820, 1180), (1920, 1080))
STORED = f"#/session/{recording().recording_id}"
SCREENS = (
    "#/live",
    "#/sets",
    "#/stability",
    "#/stability/all/back_squat",
    "#/sessions",
    "#/training",
    "#/training/audit",
    STORED,
    f"{STORED}/stability",
)


@pytest.fixture
def lifted(station):
    """Two sets closed, two reps of the third done, and three sessions stored."""
    for number in range(3):
        for index in range(4):
            station.store.save_set(recording(number), make_set(index))
    events = list(session_events(4))
    closed = [i for i, event in enumerate(events) if isinstance(event, SetFinished)]
    reps = [i for i, event in enumerate(events) if isinstance(event, RepFinished)]
    station.tell(play, station.hub, iter(events[: reps[11] + 1]))
    assert closed[1] < reps[11] < closed[2]
    return events[reps[11] + 1 :]


@pytest.mark.slow  # the gate has the matrix of all screens
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_screen_fits_and_breaks_no_rule(size, scheme, lifted, open_page, station):
    page = open_page("#/health", width=size[0], height=size[1], scheme=scheme)
    for screen in SCREENS:
        go(page, screen)
        too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert too_wide <= 0, f"{screen} is {too_wide} px too wide at {size}"


def test_reps_arrive_and_are_told_to_those_who_listen(lifted, open_page, station):
    page = open_page()
    expect_text(page, ".hero-number", "0.54")
    expect_text(page, ".live-context", "Back squat · 140 kg")
    assert page.locator(".repbar").count() == 2
    for event in lifted[: next(i for i, e in enumerate(lifted) if isinstance(e, RepFinished)) + 1]:
        station.tell(station.hub.publish_event, event)
    expect_text(page, ".hero-number", "0.51")
    assert page.locator(".repbar").count() == 3
    expect_text(page, "#spoken", "Rep 3: 0.51 metres per second, forward 28 millimetres")
    expect_text(page, ".chip", "Forward 28 mm, typical 22 ± 7")
    assert page.locator(".barpath .ghost").count() == 2


def test_a_doubtful_rep_is_marked_by_sign_pattern_and_words(lifted, open_page, station):
    page = open_page()
    for event in lifted:
        if isinstance(event, RepFinished):
            station.tell(station.hub.publish_event, event)
            if event.rep.index == 3:
                break
    page.wait_for_selector(".bar.low_quality.last")
    assert "4 !" in text(page, ".repbar:nth-child(4)")
    assert "12 samples were lost" in text(page, ".hero-caption")


def test_the_strip_draws_what_comes(lifted, open_page, station):
    page = open_page()
    expect_text(page, ".hero-number", "0.54")
    inked = """(more = 0) => {
        const canvas = document.querySelector("canvas.strip");
        const rgba = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        const n = rgba.filter((value, i) => i % 4 === 3 && value > 0).length;
        return n > more && n;
    }"""
    # Chromium advises pages that read a canvas often; only this test does.
    with open_page.allowed("readback"):
        before = page.wait_for_function(inked).json_value()  # the lines of the scale: it has its size
        for event in lifted[:200]:
            if isinstance(event, VelocitySample):
                station.tell(station.hub.publish_event, event)
        page.wait_for_function(inked, arg=before + 200)


def test_a_wrist_shows_the_reason_instead_of_a_path(open_page, station):
    station.tell(play, station.hub, session_events(1, drift_m=None))
    page = open_page()
    expect_text(page, ".hatched-box", "a wrist has no bar axis")
    assert page.locator(".barpath").count() == 0
    assert text(page, ".chip strong") == "Forward not resolvable"


def test_a_lost_link_is_counted_and_dimmed_and_comes_back(lifted, open_page, station):
    page = open_page()
    expect_text(page, ".hero-number", "0.54")
    lost = status(LinkState.LOST, last_sample_age_s=4.0, reason="The sensor is out of range")
    station.tell(station.hub.publish_status, lost)
    expect_text(page, ".notice", "Sensor lost 5")
    assert page.locator(".live.stale").count() == 1
    assert text(page, ".hero-number") == "0.54"
    station.tell(station.hub.publish_status, status())
    page.wait_for_selector(".live:not(.stale)")


def test_a_sensor_that_never_streamed_says_why(open_page, station):
    page = open_page()
    refused = status(LinkState.LOST, reason="pair it in this computer's Bluetooth settings")
    station.tell(station.hub.publish_status, refused)
    expect_text(page, ".notice", "pair it in this computer's Bluetooth settings")


def test_bytes_that_cannot_be_understood_are_told_of_while_the_link_is_up(lifted, open_page, station):
    page = open_page()
    expect_text(page, ".hero-number", "0.54")
    strange = status(reason="what the sensor sends cannot be understood")
    station.tell(station.hub.publish_status, strange)
    expect_text(page, ".notice", "What the sensor sends cannot be understood")
    station.tell(station.hub.publish_status, status())
    page.wait_for_selector(".live:not(.stale)")


def test_a_stored_set_keeps_its_stop(station, open_page):
    goal = SetGoal(velocity_loss_stop_fraction=0.2)
    station.store.save_set(recording(), replace(make_set(0), goal=goal))
    open_page(f"{STORED}/set/1").get_by_text("the dashed line is where the set was to stop, 20 %").wait_for()


def test_sets_open_to_their_reps_and_say_what_was_not_counted(lifted, open_page, station):
    page = open_page("#/sets")
    page.wait_for_selector(".set-row")
    assert page.locator(".set-row").count() == 4
    page.locator(".set-tab").first.press("Enter")
    expect_text(page, "h1", "Set 1:")
    assert page.locator(".reps tbody tr").count() == 5
    assert "walk-out" in text(page, ".rejected")
    losses = page.locator("figure[aria-labelledby=figure-loss]")
    # The first rep loses nothing against itself; each of the others has its interval.
    assert (losses.locator(".point").count(), losses.locator(".errorbar").count()) == (5, 4)
    for event in lifted:
        station.tell(station.hub.publish_event, event)
    expect_text(page, "#spoken", "Set 4 done")
    page.wait_for_timeout(300)  # it is read again then
    assert text(page, "h1").startswith("Set 1:"), "the set that somebody looks at stays"


def test_earlier_sessions_open_from_the_list(lifted, open_page):
    page = open_page("#/sessions")
    page.locator(".session-list a").last.click()
    expect_text(page, "h1", "Monday squats")
    assert page.locator(".set-link").count() == 4
    page.get_by_role("link", name="Stability").last.click()
    expect_text(page, ".verdict-words", "Too little data")


def test_a_label_goes_to_the_session_in_the_unit_that_was_chosen(lifted, open_page, station):
    page = open_page()
    expect_text(page, ".live-context", "140 kg")
    page.keyboard.press("l")
    expect_text(page, ".live-context", "308.5 lb")
    page.get_by_role("button", name="Change set").click()
    page.wait_for_function("() => document.querySelectorAll('dialog option').length > 10")
    page.get_by_label("Exercise").select_option("deadlift")
    page.locator("input[name=load]").fill("400")
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector("dialog", state="detached")
    (label,) = station.controls.labels
    assert label.exercise_id == "deadlift"
    assert label.load_kg == pytest.approx(400 * 0.45359237)


def test_what_another_screen_says_of_the_next_set_is_seen_and_heard(lifted, open_page, station):
    page = open_page()
    page.clock.install()
    page.reload()
    for event in lifted:
        station.tell(station.hub.publish_event, event)
    expect_text(page, ".live-context", "Back squat")
    assert page.locator(".live-changed").is_hidden()
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 2"))
    station.tell(station.hub.publish_label, SetLabel("deadlift", 180.0))
    page.wait_for_selector(".live-changed")
    expect_text(page, ".live-context", "Next: Deadlift · 180 kg")
    expect_text(page, "#spoken", "Next set: Deadlift · 180 kg.")
    page.clock.fast_forward(4000)  # not all at once: 5 s of silence are a broken connection to the page
    station.tell(station.hub.publish_label, SetLabel("deadlift", 180.0))
    station.tell(station.hub.publish_status, status(battery_fraction=0.08))
    expect_text(page, ".notice", "Battery at 8 %")  # the second label came before
    page.clock.fast_forward(3999)
    assert page.locator(".live-changed").is_visible()
    page.clock.fast_forward(1)
    assert page.locator(".live-changed").is_hidden(), "8 s after the first: saying the same twice is no news"


def test_a_screen_that_is_left_at_once_leaves_no_complaint(lifted, open_page):
    """The wall has a connection of its own, which still opens then."""
    page = open_page("#/wall")
    page.wait_for_selector("h1")
    for _ in range(5):
        page.evaluate("location.hash = '#/health'")
        page.wait_for_selector("h1:has-text('Health')")
        page.evaluate("location.hash = '#/wall'")
        page.evaluate("location.hash = '#/live'")
        page.wait_for_selector(".live")


def test_help_says_what_the_screen_is_for_also_without_keys(lifted, open_page):
    page = open_page()
    page.get_by_role("button", name="Help").click()
    help_ = page.get_by_role("dialog", name="Help: Live")
    help_.wait_for()
    assert "Leave out" in help_.inner_text()
    help_.get_by_role("button", name="Close").click()
    page.keyboard.press("3")
    page.wait_for_selector("h1:has-text('Upper-back stability')")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Help: Stability").wait_for()
    # A phone has it behind "More": its header has no room.
    phone = open_page(width=360, height=740)
    phone.get_by_role("button", name="More").click()
    phone.locator("#more").get_by_role("button", name="Help").click()
    phone.get_by_role("dialog", name="Help: Live").wait_for()


def test_a_refused_label_is_explained_in_the_dialog(lifted, open_page, station):
    station.controls.is_running = False
    page = open_page()
    page.get_by_role("button", name="Change set").click()
    with open_page.allowed("409"):
        page.get_by_role("button", name="Save").click()
        expect_text(page, ".problem", "No session runs.")


def test_colours_follow_the_system_until_chosen(open_page, station):
    page = open_page(scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    page.keyboard.press("t")
    assert page.evaluate(background) != dark
    page.keyboard.press("t")
    assert page.evaluate(background) == dark
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_keys_lead_to_every_screen_with_one_heading_each(lifted, open_page):
    page = open_page()
    screens = (
        ("2", "sets", "Set "),
        ("3", "stability", "Upper-back"),
        ("4", "sessions", "Sessions"),
        ("5", "training", "Training"),
        ("1", "live", "squat"),
    )
    for key, name, heading in screens:
        page.keyboard.press(key)
        page.wait_for_selector(f"a[data-screen={name}][aria-current=page]")
        page.wait_for_selector(f"main h1:has-text('{heading}')")  # that of the screen before is gone by then
        assert page.locator("main h1").count() == 1


def test_the_page_follows_a_restarted_server_without_a_reload(tmp_path, browser):
    first = Station(tmp_path)
    page = browser.new_page()
    page.goto(f"{first.address}/#/live")
    first.tell(play, first.hub, session_events(1))
    expect_text(page, ".hero-number", "0.52")
    page.evaluate("window.wasHere = true")
    first.stop()
    expect_text(page, ".notice", "Dashboard disconnected")
    second = Station(tmp_path, first.port)
    second.tell(play, second.hub, session_events(2))
    expect_text(page, ".hero-number", "0.49")
    assert page.evaluate("window.wasHere")
    assert page.locator(".live.stale").count() == 0
    page.close()
    second.stop()


def test_the_reducer_is_pure_and_ignores_what_it_has_seen(open_page, station):
    page = open_page()
    result = page.evaluate("""async () => {
        const { initialState, reduce } = await import("/static/core/state.js");
        const frozen = Object.freeze({ ...initialState, seq: 5, sets: Object.freeze([{ index: 0 }]) });
        const old = reduce(frozen, { type: "set", seq: 5, set: { index: 9 }, verdicts: [] }, 0);
        const next = reduce(frozen, { type: "set", seq: 6, set: { index: 1 }, verdicts: [] }, 0);
        return [old === frozen, next.sets.map((set) => set.index), next.seq, frozen.sets.length];
    }""")
    assert result == [True, [0, 1], 6, 1]


def test_a_long_session_keeps_the_page_quick(lifted, open_page, station):
    page = open_page()
    expect_text(page, ".hero-number", "0.54")
    begin_s = time.perf_counter()
    for _ in range(5):
        station.tell(play, station.hub, session_events(4))
    expect_text(page, ".hero-number", "0.43")
    # 100 reps with their velocity at once; a page that redraws all for each sample takes minutes.
    assert time.perf_counter() - begin_s < 10
