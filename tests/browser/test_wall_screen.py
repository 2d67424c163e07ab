"""The wall as people in a gym see it: real racks, one of which goes away and comes back."""

from __future__ import annotations

import pytest

from analysis.events import RepFinished
from analysis.set_goal import SetGoal
from server.session import LinkState
from tests.browser.conftest import Station
from tests.server.lifting import make_rep, play, recording, status
from tests.server.scripted_rack import two_reps_into_the_second_set

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WAIT_MS = 30_000
"""A rack is looked for again after 8 s at the latest."""


@pytest.fixture
def rack(tmp_path):
    folder = tmp_path / "rack"
    folder.mkdir()
    racks = [Station(folder)]
    yield racks
    racks[-1].stop()


def has(page, selector, words, timeout=WAIT_MS):
    page.locator(selector).filter(has_text=words).first.wait_for(timeout=timeout)


def test_from_the_empty_wall_to_a_rack_that_is_lost_and_comes_back(open_page, station, rack):
    page = open_page("#/wall", width=1024, height=768)
    has(page, ".wall-empty", "No rack is on this wall yet")
    page.get_by_role("button", name="Add a rack").click()
    page.get_by_label("Name", exact=True).fill("Rack 2")
    page.locator("[name=address]").fill("gopher://nowhere")
    with open_page.allowed("422"):  # Chromium notes the refusal in its console
        page.get_by_role("button", name="Add rack").click()
        has(page, ".racks .problem", "is not one of an Upright server")
        page.locator("[name=address]").fill(f"{rack[0].address}/?token=not-needed-here")
        page.get_by_role("button", name="Add rack").click()
        has(page, ".rack-list", "Rack 2")
    assert "not-needed-here" not in page.content()
    page.get_by_role("button", name="Done").click()

    rack[0].tell(play, rack[0].hub, two_reps_into_the_second_set())
    has(page, ".tile.is-lifting", "Back squat · 120 kg")
    has(page, ".tile-number", "0.56")  # 0.565 as the live screen rounds it
    has(page, ".tile-reps", "2 reps")
    too_high = page.evaluate("document.documentElement.scrollHeight - window.innerHeight")
    assert too_high <= 0

    port, folder = rack[0].port, rack[0].settings.data_dir
    rack[0].stop()
    has(page, ".tile.is-old .tile-state", "Lost")
    has(page, ".tile-number", "0.56")  # what it said last is kept
    has(page, ".wall-head .sub", "1 rack: 1 lost")
    rack.append(Station(folder, port))
    rack[1].tell(play, rack[1].hub, two_reps_into_the_second_set())
    has(page, ".tile.is-lifting:not(.is-old)", "Lifting")
    has(page, ".wall-head .sub", "1 rack: 1 lifting")


def test_the_own_sensor_hidden_velocities_and_a_lost_sensor(open_page, station):
    goal = SetGoal(reps=5, velocity_feedback=False)

    def lift():
        station.hub.start_session(recording())
        station.hub.publish_status(status())
        rep = make_rep(0, velocity_mps=0.4321)
        station.hub.publish_event(RepFinished(0, "back_squat", 140.0, rep, 3.0, goal))

    page = open_page("#/wall", width=360, height=740)
    page.locator(".wall-empty").wait_for()
    station.tell(lift)
    has(page, ".tile", "This rack")
    has(page, ".tile-value", "velocities hidden")
    assert page.locator(".tile-number").inner_text() == "1"
    assert "0.43" not in page.locator(".wall").inner_text()
    page.keyboard.press("l")
    has(page, ".tile", "308.5 lb")
    station.tell(
        station.hub.publish_status, status(LinkState.LOST, reason="out of reach", last_sample_age_s=7.0)
    )
    has(page, ".tile.is-old .tile-state", "Lost 7 s")
    has(page, ".tile-state", "Lost 9 s")  # counted by the page itself
    has(page, ".tile-reason", "Sensor: out of reach")
