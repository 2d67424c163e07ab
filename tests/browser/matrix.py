"""Drives every screen of the registry at one size and theme, and collects what is wrong with each."""

from __future__ import annotations

from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from axe_playwright_python.base import AXE_SCRIPT

from analysis.events import RepFinished
from ingest.known_sensors import KnownSensor, KnownSensors
from server.annotation_files import AnnotationFiles
from server.explorer.computing import compute
from server.explorer.desk import SignalDesk
from server.reanalysis import rebuild_recording
from server.sensor_desk import SensorDesk
from tests.browser.conftest import Station
from tests.browser.seen import CHECKS
from tests.server.lifting import make_set, play, recording, session_events, status
from tests.server.recordings import RECORDING_ID, mislabelled

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from playwright.sync_api import Browser, ConsoleMessage

PHONE, TABLET, WALL = (360, 740), (1024, 768), (1920, 1080)
SIZES = (PHONE, TABLET, WALL)
THEMES = ("light", "dark")
TARGET_PX, LIVE_TARGET_PX = 48, 64
STORED = f"session/{recording().recording_id}"

DEEPER = {
    "stability": ("stability/all/back_squat",),
    "sessions": (STORED, f"{STORED}/stability", f"session/{RECORDING_ID}"),
    "training": ("training/profile/back_squat", "training/audit"),
    "explorer": (f"explorer/{RECORDING_ID}",),
    "settings": ("settings/athletes", "settings/lifts", "settings/access"),
}
"""Addresses within a screen that look different from its first one."""


class Gym(Station):
    """A server with a desk for sensors, but no radio."""

    @asynccontextmanager
    async def _opened_desk(self) -> AsyncGenerator[SensorDesk]:
        known = KnownSensors(self.settings.sensors_dir)
        known.save(KnownSensor("D0:00:00:00:00:01", "Upright-01", "native"))
        known.save(KnownSensor("D0:00:00:00:00:02", "Strap", "heart-rate"))
        yield SensorDesk(self.settings, self.hub, self.store)


def furnish(station: Station) -> None:
    """Three weeks of a scripted lifter in the store, one recording of the simulator's, a set being lifted."""
    now = datetime.now(UTC)
    for number in range(3):
        info = recording(number, started_at=now - timedelta(days=7 * (3 - number)))
        for index in range(4):
            station.store.save_set(info, make_set(index, load_kg=100.0 + 10 * index))
    station.settings.recordings_dir.mkdir(parents=True, exist_ok=True)
    path = mislabelled(station.settings.recordings_dir / "simulated.mcap")
    rebuild_recording(path, station.store, AnnotationFiles(station.settings.data_dir))
    compute(
        SignalDesk(station.settings, lambda _: False).job_for(RECORDING_ID)
    )  # once, not while each test waits
    events = list(session_events(4))
    reps = [i for i, event in enumerate(events) if isinstance(event, RepFinished)]
    station.tell(play, station.hub, iter(events[: reps[12] + 1]))
    station.tell(station.hub.publish_status, status())


@dataclass
class Walk:
    """One page that goes through all screens.

    Attributes
    ----------
    found : dict
        Complaints by address.
    """

    browser: Browser
    station: Station
    size: tuple[int, int]
    theme: str
    found: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    at: str = "begin"

    def __enter__(self) -> Walk:
        width, height = self.size
        self._context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if self.theme == "dark" else "light",
            has_touch=width < 1200,
        )
        self.page = self._context.new_page()
        self.page.set_default_timeout(8000)
        self.page.add_init_script(AXE_SCRIPT)
        self.page.add_init_script(CHECKS)
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.note("error", str(error)))
        self.page.on("request", lambda request: self._look_at(request.url))
        self.page.goto(f"{self.station.address}/#/{self.at}")
        return self

    def __exit__(self, *_error: object) -> None:
        self._context.close()

    def note(self, kind: str, *complaints: str) -> None:
        """Keep complaints about the screen that is shown."""
        self.found[self.at] += [f"{kind}: {complaint}" for complaint in complaints]

    def _listen(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.note("console", said.text)

    def _look_at(self, url: str) -> None:
        if not url.startswith((self.station.address, "data:", "blob:")):
            self.note("request", url)

    def addresses(self) -> list[str]:
        """Every screen that the page knows, and what is deeper in some of them."""
        ids = self.page.evaluate(
            "async () => (await import('/static/core/screens.js')).SCREENS.map((screen) => screen.id)"
        )
        return [address for id_ in ids for address in (id_, *DEEPER.get(id_, ()))]

    def go(self, address: str) -> None:
        """Show a screen and wait until it is there."""
        self.at = address
        self.page.evaluate("address => checks.leaveFor(address)", address)
        if not self.page.evaluate("checks.settled(150, 20000)"):
            self.note("loading", "is not there after 20 s, or has no heading")
        if address == "live":  # the scripted sensor says that it is alive
            self.station.tell(self.station.hub.publish_status, status())

    def check(self, name: str, *arguments: object) -> None:
        """Run a check of ``checks.js``."""
        self.note(name, *self.page.evaluate(f"given => checks.{name}(...given)", list(arguments)))

    def layout(self) -> None:
        """Look for what is too wide, cut off, over something else, too small to hit."""
        is_live = self.at == "live"
        for name in ("tooWide", "cutOff", "overlapping", "overlappingTargets", "headings"):
            self.check(name)
        self.check("smallTargets", LIVE_TARGET_PX if is_live else TARGET_PX, TARGET_PX)

    def axe(self) -> None:
        """Let axe look; on the live screen contrast is 7:1."""
        rules = {"color-contrast-enhanced": {"enabled": True}} if self.at == "live" else None
        self.note("axe", *self.page.evaluate("rules => checks.axeFinds(rules)", rules))

    def keyboard(self) -> None:
        """Walk with Tab from one end to the other; open the overlay of keys and leave it again."""
        stops = self.page.evaluate("checks.startKeyboardPath()")
        for _ in range(stops + 6):
            self.page.keyboard.press("Tab")
        self.check("keyboardPath")
        self.page.evaluate("document.activeElement?.blur()")
        self.page.keyboard.press("?")
        dialog = self.page.locator("dialog[open]")
        if dialog.count() != 1:
            self.note("keyboard", "? does not open the overlay of keys")
            return
        self.layout_of_dialog()
        self.page.keyboard.press("Escape")
        if dialog.count():
            self.note("keyboard", "Escape does not close the overlay of keys")

    def layout_of_dialog(self) -> None:
        """A dialog fits and says what it is."""
        for name in ("tooWide", "cutOff"):
            self.check(name)

    def magnified(self) -> None:
        """200 % zoom: half as many pixels; not less than 320, which WCAG asks for (1.4.10)."""
        width, height = self.size
        self.page.set_viewport_size({"width": max(width // 2, 320), "height": max(height // 2, 256)})
        self._settle()
        found = self.page.evaluate("[...checks.tooWide(), ...checks.cutOff()]")
        self.note("200 %", *found)
        self.page.set_viewport_size({"width": width, "height": height})
        self._settle()

    def _settle(self) -> None:
        """Charts are drawn anew a frame after the window has another size, on a busy machine later."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.page.evaluate("checks.settled(100, 5000)")

    def adapted(self) -> None:
        """Forced colours, and rest for those who asked for it."""
        self.page.emulate_media(forced_colors="active", reduced_motion="reduce")
        for name in ("edgeless", "moving"):
            self.check(name)
        self.page.emulate_media(forced_colors="none", reduced_motion="no-preference")
