"""The screen of sensors: a real server with sensors on the virtual radio in scaled time, a real browser."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from firmware_sim.air import Air
from firmware_sim.devices import start_sensor
from firmware_sim.mounting import mounting
from firmware_sim.peripheral import default_address
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import still
from ingest.ble_scan import FoundSensor
from ingest.bumble_host import close_host, register_in_process
from ingest.scaled_loop import run_scaled
from server.errors import SensorFailedError
from server.sensor_desk import SensorDesk
from server.session import CompanionStatus, LinkState, LinkStatus
from tests.browser.conftest import Station, Visitor
from tests.browser.seen import expect_text, text
from tests.server.lifting import play, status

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

NAME = "test-sensors-screen"
BAR, STRAP = default_address(1), default_address(2)
QUICK = 4.0
UNHURRIED = 1.5
"""Between the roll and the rep are 3 s of the lifter's, in which the page is asked and answers."""
PATIENCE_MS = 45_000


class SensorStation(Station):
    """A server whose clock is fast, with a bar sensor and a strap on the air."""

    def __init__(self, folder, speed, scenario):
        self._speed = speed
        self._scenario = scenario
        super().__init__(folder)

    def _run(self):
        run_scaled(self._main(), self._speed)

    @asynccontextmanager
    async def _opened_desk(self):
        air = Air(RadioModel(packet_error_fraction=0.05))
        register_in_process(NAME, lambda: air.port("collector"))
        sensors = [
            await start_sensor(air, self._scenario, name="Bar", address=BAR),
            await start_sensor(air, still(900.0, 322), device="heart-rate", name="Strap", address=STRAP),
        ]
        self.settings.recordings_dir.mkdir(parents=True)
        self.desk = SensorDesk(self.settings, self.hub, self.store, f"inproc:{NAME}")
        try:
            yield self.desk
        finally:
            await self.desk.close()
            for sensor in sensors:
                await sensor.stop()
            await close_host(f"inproc:{NAME}")
            await air.close()


@pytest.fixture
def gym(tmp_path, browser):
    """Open pages of a server with sensors."""
    opened = []

    def open_at(speed, scenario=None):
        running = SensorStation(tmp_path, speed, scenario or mounting(321))
        visitor = Visitor(browser, running.address)
        opened.append((running, visitor))
        page = visitor("#/sensors")
        page.wait_for_selector(".desk, .pairing, .live")
        return running, visitor, page

    yield open_at
    for running, visitor in opened:
        visitor.close()
        running.stop()
    assert [visitor.complaints for _, visitor in opened] == [[] for _ in opened]


def scan(page):
    page.get_by_role("button", name="Look").click()
    page.wait_for_selector("progress", state="visible")
    page.wait_for_selector(".found-table", timeout=PATIENCE_MS)


def pair(page, name):
    page.get_by_role("button", name=f"Pair {name}").click()
    page.get_by_role("button", name="Begin").click()


def assert_fits(page):
    for width, height in ((390, 844), (820, 1180), (1280, 900)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, width


def wait_for(page, words):
    page.locator(".instruct strong", has_text=words).wait_for(timeout=PATIENCE_MS)


def test_a_sensor_and_a_strap_are_paired_stream_together_and_are_forgotten(gym):
    # Rolled once and then left alone: the step of the test rep lasts until it is skipped.
    whole = mounting(321)
    _, _, page = gym(QUICK, replace(whole, motions=whole.motions[:1], sets=()))
    expect_text(page, ".sensor-list", "No sensor is paired yet")
    scan(page)
    bar = page.locator(".found-table tr", has_text="Bar").inner_text()
    assert re.search(r"Upright bar sensor\s+(Strong|Good|Weak), −\d+ dBm\s+87 %", bar)

    assert_fits(page)
    pair(page, "Bar")
    wait_for(page, "Lay the bar down")
    wait_for(page, "Roll the bar, top forward")
    assert "Gravity at rest" in text(page, ".figures")
    wait_for(page, "Which way did the top go first?")
    page.get_by_role("button", name="Forward, away from me").click()
    wait_for(page, "One slow rep: back squat")
    page.get_by_role("button", name="Skip the test rep").click()
    wait_for(page, "Paired")
    assert_fits(page)
    assert "Test rep: skipped" in text(page, ".steps")
    assert re.search(r"True rate\s+[\d.]+ Hz\s+the sensor claims 200 Hz", text(page, ".figures"))
    assert text(page, ".figures-verdict") == "✓ The sensor measures as it should."
    page.get_by_role("button", name="Done").click()
    expect_text(
        page, ".sensor-list", "Upright bar sensor · On the bar's shaft · Not calibrated, which is optional"
    )

    pair(page, "Strap")
    wait_for(page, "Paired")
    page.get_by_role("button", name="Done").click()
    expect_text(page, ".sensor-list", "Heart-rate strap · Not on the bar")

    page.get_by_role("button", name="Connect Bar").click()
    page.get_by_label("Strap", exact=True).check()
    assert page.get_by_label("Where Strap sits").input_value() == "chest"
    page.get_by_role("dialog").get_by_role("button", name="Connect", exact=True).click()
    page.locator(
        ".session-card", has_text=re.compile(r"Recording from Bar.*[1-9]\d* samples", re.S)
    ).wait_for(timeout=PATIENCE_MS)
    expect_text(page, ".sub", "a session is running")
    assert page.get_by_role("button", name="Pair Bar").is_disabled()
    assert_fits(page)
    page.get_by_role("link", name="Live screen", exact=True).click()
    heart = page.locator(".live .link-line", has_text=re.compile(r"Heart rate\s*\d+ bpm"))
    heart.wait_for(timeout=PATIENCE_MS)
    assert re.search(r"Chest: Strap\s*connected", text(page, ".link-line"))

    page.keyboard.press("6")
    page.get_by_role("button", name="Disconnect").click()
    expect_text(page, "main", "The session has ended. Its results stay.")
    page.get_by_role("button", name="Forget Bar").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget").click()
    expect_text(page, "main", "Bar is forgotten.")
    assert page.locator(".sensor-list li").count() == 1


def test_the_test_rep_is_measured_and_told(gym):
    _, _, page = gym(UNHURRIED)
    scan(page)
    pair(page, "Bar")
    page.get_by_role("button", name="Forward, away from me").click(timeout=PATIENCE_MS)
    wait_for(page, "Paired")
    assert re.search(r"Test rep\s+0\.\d\d m/s ± 0\.\d\d\s+over 0\.\d\d m ± 0\.\d\d", text(page, ".figures"))


def test_a_pairing_is_found_again_after_a_reload_and_can_be_given_up(gym):
    # Nobody rolls the bar: the step lasts.
    _, visitor, page = gym(QUICK, still(900.0, 321))
    scan(page)
    pair(page, "Bar")
    wait_for(page, "Roll the bar")
    page.reload()
    wait_for(page, "Roll the bar")
    # Another browser is told of it, and walks into it only if somebody wants that.
    other = visitor("#/sensors")
    expect_text(other, "main", "Another screen is pairing a sensor")
    assert other.locator(".instruct").count() == 0
    other.get_by_role("button", name="Go on here").click()
    wait_for(other, "Roll the bar")
    page.get_by_role("button", name="Give up").click()
    expect_text(page, "main", "Given up: nothing of it was kept.")
    expect_text(page, ".sensor-list", "No sensor is paired yet")


def test_a_sensor_on_the_wrist_is_not_rolled(gym):
    _, _, page = gym(QUICK)
    scan(page)
    page.get_by_role("button", name="Pair Bar").click()
    page.get_by_label("Where it sits").select_option("wrist")
    page.get_by_role("button", name="Begin").click()
    wait_for(page, "Rest your arm")
    wait_for(page, "One slow rep")
    assert "Roll" not in text(page, ".steps")


def test_a_sensor_that_does_not_answer_is_explained_and_can_be_given_up(gym):
    station, _, page = gym(QUICK)

    async def find_ghost(_timeout_s, *, asks_batteries):
        del asks_batteries
        return [FoundSensor("Ghost", default_address(9), -88, "native"), FoundSensor("TV", "A", -50, None)]

    station.desk.scan = find_ghost
    page.get_by_role("button", name="Look").click()
    expect_text(page, ".found", "1 other device that Upright does not know")
    assert not page.get_by_text("TV", exact=True).is_visible(), "folded away"
    pair(page, "Ghost")
    expect_text(page, ".pairing-problem", default_address(9), timeout=PATIENCE_MS)
    page.get_by_role("button", name="Give up").click()
    expect_text(page, "main", "Given up: nothing of it was kept.")


def test_no_bluetooth_and_a_busy_desk_are_told_in_the_words_of_the_server(gym):
    station, visitor, page = gym(UNHURRIED)
    search = station.desk.scan

    async def fail(_timeout_s, *, asks_batteries):
        del asks_batteries
        raise SensorFailedError("Bluetooth is not available: there is no adapter; plug one in")

    with visitor.allowed("status of 503"):
        station.desk.scan = fail
        page.get_by_role("button", name="Look").click()
        expect_text(page, ".notice.bad", "The search did not work")
        expect_text(page, ".notice.bad", "Bluetooth is not available: there is no adapter")
    station.tell(station.hub.publish_status, LinkStatus(LinkState.LOST, reason="the adapter is gone"))
    expect_text(page, ".session-card", "The last session could not go on")
    expect_text(page, ".session-card", "The adapter is gone")
    station.desk.scan = search
    other = visitor("#/sensors")
    other.wait_for_selector(".desk")
    with visitor.allowed("status of 409"):
        other.get_by_role("button", name="Look").click()
        other.wait_for_selector("progress", state="visible")
        page.get_by_role("button", name="Look").click()
        expect_text(page, ".notice.warn", "A search is going on.")
        other.wait_for_selector(".found-table", timeout=PATIENCE_MS)


def test_without_a_desk_the_screen_says_where_sensors_belong(station, open_page):
    page = open_page()
    page.wait_for_selector(".live")
    with open_page.allowed("status of 404"):  # the browser's own note
        page.keyboard.press("6")
        expect_text(page, "h1", "Sensors belong to “upright serve”")


def test_live_tells_heart_rate_and_companions_in_words(station, open_page):
    station.tell(play, station.hub, iter(()))
    page = open_page("#/live")
    page.wait_for_selector(".live")
    assert not page.locator(".link-line").is_visible(), "nothing where there is none"
    strap = CompanionStatus("chest", LinkState.CONNECTED, "Strap", 0.4, 142)
    back = CompanionStatus("upper back", LinkState.CONNECTED, "IMU-2", None)
    station.tell(station.hub.publish_status, status(companions=(strap, back)))
    expect_text(page, ".link-line", "142 bpm, Strap")
    lines = page.locator(".link-line li").all_inner_texts()
    assert [" ".join(line.split()) for line in lines] == [
        "♥ Heart rate 142 bpm, Strap",
        "✓ Chest: Strap connected, battery 40 %",
        "✓ Upper back: IMU-2 connected",
    ]
    gone = CompanionStatus("chest", LinkState.LOST, "Strap", 0.4, 142, reason="it is too far away")
    station.tell(station.hub.publish_status, status(companions=(gone, back)))
    expect_text(page, "#spoken", "Chest: Strap, lost, it is too far away.")
    assert "bpm" not in text(page, ".link-line"), "the last rate of a lost strap is not the lifter's"
    page.locator("#badge").click()
    details = page.locator("#link-details").inner_text()
    assert "Lost, it is too far away" in details
    assert "Gaps" in details
