"""How the live page feels, measured in a real Chromium that looks at a real server in another process.

    uv run python benchmarks/page.py [--minutes 30] [--quick] [--markdown docs/page.md]

The server analyses a simulated session in real time (``page_server.py``); a script in the page
(``page_probe.js``) notes what is painted when. A rep's delay runs from the moment at which its event is
handed to the hub to the end of the frame that shows its number, by one clock. The strip's frames are those in
which its canvas was drawn on. The heap is read after a forced garbage collection; what that itself holds up
is left out. A page is usable when the number of the last rep is painted and a press of the unit's button
changes it, counted from the start of the navigation, with an empty cache. Processors are throttled by
Chromium (``Emulation.setCPUThrottlingRate``). First visits are made by a browser that is not watched
meanwhile (``page_visit.py``); the session has its sets by then, which come with the first message.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import page_server
from page_visit import BareChromium, Visit, bare_chromium
from playwright.sync_api import sync_playwright
from report import NO_VALUE, Report, ReportTable, argument_parser
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from playwright.sync_api import Browser, CDPSession, Page

MOST_REP_DELAY_MS = 150.0
LEAST_FRAMES, LEAST_FRAMES_THROTTLED = 30.0, 20.0
MOST_HEAP_MB = 5.0
MOST_USABLE_S, MOST_USABLE_THROTTLED_S = 1.0, 3.0
"""What is promised."""
FRAMES_TOLERANCE = 0.97
"""30 samples a second in batches do not fall into each second alike: one frame in a second may be missing."""
THROTTLE = 4
SETTLE_S = 5.0
"""After the page is there; what loading takes is measured by itself."""
SIZE = (1280, 800)
PROBE = Path(__file__).with_name("page_probe.js")
CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@dataclass
class Watched:
    """What was seen of a page that stays open.

    Attributes
    ----------
    reps : dict
        Painted when, by set and rep, wall time, s.
    strip, frames, batches : list of int
        In each second: frames in which the strip was drawn, all frames, messages with velocity.
    long_tasks_ms : list of (float, float)
        Those of more than 50 ms: when by the page's clock, and how long.
    counts : list of dict
        Minute, heap in MB, DOM nodes and listeners, each time after garbage collection.
    processor : float
        Of one core, that the page's process took.
    """

    reps: dict[tuple[int, int], float] = field(default_factory=dict)
    strip: list[int] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    long_tasks_ms: list[tuple[float, float]] = field(default_factory=list)
    counts: list[dict[str, float]] = field(default_factory=list)
    processor: float = 0.0


class Server:
    """The server's process and what it says of reps."""

    def __init__(self, folder: Path, minutes: float, seed: int) -> None:
        context = get_context("spawn")
        self._hears, tells = context.Pipe(duplex=False)
        arguments = (folder, minutes, seed, tells)
        self._process = context.Process(target=page_server.run, args=arguments, daemon=True)
        self._process.start()
        self.address = f"http://127.0.0.1:{_wait(self._hears)}"
        self.reps: dict[tuple[int, int], float] = {}

    def hear(self) -> None:
        """Take what was said so far."""
        while self._hears.poll():
            set_index, rep, told_s = self._hears.recv()
            self.reps[set_index, rep] = told_s

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.join()


def _wait(hears: Connection) -> int:
    if not hears.poll(120):
        sys.exit("the server did not start")
    return int(hears.recv())


def open_page(browser: Browser, address: str, throttle: float) -> tuple[Page, CDPSession]:
    """Open the live page in a fresh context, throttled from the start of the navigation."""
    page = browser.new_context(viewport={"width": SIZE[0], "height": SIZE[1]}).new_page()
    page.add_init_script(path=PROBE)
    devtools = page.context.new_cdp_session(page)
    for domain in ("Network", "Performance"):
        devtools.send(f"{domain}.enable")
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    page.goto(f"{address}/#/live", wait_until="commit")
    return page, devtools


def chain(browser: Browser, address: str) -> int:
    """Count how many requests of a first visit have to be answered one after the other."""
    causes: dict[str, str | None] = {}
    page, devtools = open_page(browser, "about:blank#", 1)
    devtools.on("Network.requestWillBeSent", lambda event: causes.update([_cause(event)]))
    page.goto(f"{address}/#/live", wait_until="commit")
    page.wait_for_function("() => probe.usableAt !== null", timeout=60_000)
    page.context.close()
    return max(_depth(name, causes) for name in causes)


def _cause(event: dict[str, Any]) -> tuple[str, str | None]:
    """Name a request and whatever asked for it."""
    initiator = event["initiator"]
    frames = initiator.get("stack", {}).get("callFrames", [])
    return event["request"]["url"].split("#")[0], initiator.get("url") or (
        frames[0]["url"] if frames else None
    )


def _depth(name: str, causes: dict[str, str | None]) -> int:
    """How many requests had to be answered one after the other before this one was."""
    seen: set[str] = set()
    walked: str | None = name
    while walked is not None and walked not in seen:
        seen.add(walked)
        walked = (causes.get(walked) or "").split("#")[0] or None
    return len(seen)


def watch(page: Page, devtools: CDPSession, server: Server, seconds: float, every_s: float) -> Watched:
    """Look at an open page for a while."""
    seen = Watched()
    page.wait_for_function("() => probe.usableAt !== null", timeout=60_000)
    page.wait_for_timeout(1000 * SETTLE_S)
    page.evaluate("""() => {
        Object.assign(probe, { seconds: {}, longTasks: [], reps: [] });
        probe.disturbed.add(String(Math.floor(performance.now() / 1000)));
    }""")
    begun_s, worked_s = time.monotonic(), _processor_s(page)
    while (passed_s := time.monotonic() - begun_s) < seconds:
        page.wait_for_timeout(1000 * min(every_s, seconds - passed_s))
        server.hear()
        _gather(page, seen)
        own_from_ms = page.evaluate("performance.now()")
        devtools.send("HeapProfiler.collectGarbage")
        counts = devtools.send("Memory.getDOMCounters")
        heap = devtools.send("Runtime.getHeapUsage")["usedSize"] / 1e6
        seen.counts.append({"minute": (time.monotonic() - begun_s) / 60, "heap": heap, **counts})
        own_until_ms = page.evaluate("performance.now()")
        page.wait_for_timeout(50)
        page.evaluate(
            """([from, until]) => {
                probe.longTasks = probe.longTasks.filter(([start]) => start < from || start > until);
                for (let second = Math.floor(from / 1000); second <= until / 1000; second += 1)
                    probe.disturbed.add(String(second));
            }""",
            [own_from_ms, own_until_ms],
        )
    seen.processor = (_processor_s(page) - worked_s) / (time.monotonic() - begun_s)
    return seen


def _processor_s(page: Page) -> float:
    """Time that the renderers have had of the processors so far, s."""
    assert page.context.browser is not None
    devtools = page.context.browser.new_browser_cdp_session()
    processes = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
    devtools.detach()
    return sum(one["cpuTime"] for one in processes if one["type"] == "renderer")


def _gather(page: Page, seen: Watched) -> None:
    """Take what the page has noted, except the second that is not over."""
    reps, seconds, tasks = page.evaluate("""() => {
        const now = String(Math.floor(performance.now() / 1000));
        const { [now]: current, ...past } = probe.seconds;
        const whole = Object.keys(past).filter((second) => !probe.disturbed.has(second));
        const taken = [probe.reps, whole.map((second) => past[second]), probe.longTasks];
        probe.reps = []; probe.longTasks = []; probe.seconds = current ? { [now]: current } : {};
        return taken;
    }""")
    seen.reps |= {(set_index, rep): painted_s for set_index, rep, painted_s in reps}
    seen.strip += [second["strip"] for second in seconds]
    seen.frames += [second["frames"] for second in seconds]
    seen.batches += [second["batches"] for second in seconds]
    seen.long_tasks_ms += [(start, duration) for start, duration in tasks]


def delays_ms(seen: Watched, server: Server) -> np.ndarray:
    """From the hub to the painted number, of each rep that was seen."""
    return np.array([1000 * (at - server.reps[key]) for key, at in seen.reps.items() if key in server.reps])


def growth(counts: list[dict[str, float]], name: str) -> float:
    """Mean of the last samples against that of the first, the very first left out."""
    values = [sample[name] for sample in counts[1:]] or [sample[name] for sample in counts]
    n = max(1, min(3, len(values) // 2))
    return float(np.mean(values[-n:]) - np.mean(values[:n]))


class Judged:
    """A table whose rows stand beside what is promised."""

    def __init__(self, title: str) -> None:
        self.table = ReportTable(title, ("figure", "promised", "measured", "holds"))
        self.holds = True

    def add(self, figure: str, promised: str, measured: str, *, holds: bool | None) -> None:
        """Add a row; None: nothing is promised."""
        self.holds &= holds is not False
        self.table.add(figure, promised, measured, {True: "yes", False: "**no**", None: NO_VALUE}[holds])


def judge_stream(judged: Judged, seen: Watched, delays: np.ndarray, least_frames: float, name: str) -> None:
    """Rows of a page that was looked at for a while."""
    if len(delays):
        p50, p95 = (float(np.percentile(delays, q)) for q in (50, 95))
        judged.add(
            f"rep on the page, {len(delays)} reps, {name}",
            f"p95 within {MOST_REP_DELAY_MS:g} ms",
            f"p50 {p50:.0f}, p95 {p95:.0f}, longest {delays.max():.0f} ms",
            holds=p95 <= MOST_REP_DELAY_MS if name == "full speed" else None,
        )
    strip = np.array(seen.strip or [0])
    judged.add(
        f"strip, frames a second, {name}",
        f"{least_frames:g}",
        f"mean {strip.mean():.1f}, in 95 % of the seconds at least {np.percentile(strip, 5):.0f}, fewest "
        f"{strip.min()}; {np.mean(seen.batches or [0]):.0f} messages a second",
        holds=bool(strip.mean() >= FRAMES_TOLERANCE * least_frames),
    )
    tasks = seen.long_tasks_ms
    judged.add(
        f"tasks over 50 ms, {name}",
        "none" if name == "full speed" else NO_VALUE,
        f"{len(tasks)}"
        + "".join(f", {ms:.0f} ms at {start_ms / 60_000:.1f} min" for start_ms, ms in tasks[:4]),
        holds=not tasks if name == "full speed" else None,
    )
    judged.add(
        f"processor that the page takes, {name}",
        NO_VALUE,
        f"{100 * seen.processor:.0f} % of a core",
        holds=None,
    )


def judge_growth(judged: Judged, seen: Watched) -> None:
    """Rows of what must not grow."""
    heap = growth(seen.counts, "heap")
    judged.add(
        f"heap after {seen.counts[-1]['minute']:.0f} min",
        f"grows by less than {MOST_HEAP_MB:g} MB",
        f"{heap:+.2f} MB, {seen.counts[-1]['heap']:.1f} MB in the end",
        holds=heap < MOST_HEAP_MB,
    )
    for name, words in (("nodes", "DOM nodes"), ("jsEventListeners", "event listeners")):
        judged.add(
            words, "flat", f"{growth(seen.counts, name):+.0f} of {seen.counts[-1][name]:.0f}", holds=None
        )


def judge_visits(judged: Judged, browser: BareChromium, address: str, times: int, n_chain: int) -> None:
    """Rows of first visits."""
    promises = {1: MOST_USABLE_S, THROTTLE: MOST_USABLE_THROTTLED_S}
    visits: list[Visit] = []
    for throttle, promised_s in promises.items():
        visits = [browser.visit(f"{address}/#/live", throttle) for _ in range(times)]
        usable = sorted(one.usable_s for one in visits)
        median = float(np.median(usable))
        painted = float(np.median([one.painted_s for one in visits]))
        judged.add(
            "first visit usable" + (f", {throttle}x throttled" if throttle > 1 else ""),
            f"{promised_s:g} s",
            f"{median:.2f} s (longest of {times}: {usable[-1]:.2f}); painted {painted:.2f} s",
            holds=median <= promised_s,
        )
    judged.add(
        "what a first visit asks for",
        NO_VALUE,
        f"{visits[-1].requests} requests, {visits[-1].kilobytes:.0f} kB, at most {n_chain} one after another",
        holds=None,
    )


def machine(browser: Browser) -> Iterator[str]:
    """Say what this was measured on."""
    model = next(
        (line.split(":")[1].strip() for line in _cpu_info() if line.startswith("model name")),
        platform.machine(),
    )
    yield (
        f"{os.cpu_count()} cores ({model}), load {os.getloadavg()[0]:.1f} at the end, of which about 1 is "
        f"of this benchmark; Chromium {browser.version}, headless, painting in software, "
        f"page {SIZE[0]} x {SIZE[1]}; server on the same machine."
    )
    yield "Long tasks and frames of the seconds in which this benchmark itself collects garbage are left out."


def _cpu_info() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def chromium() -> str:
    """Find the browser."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None) or sys.exit("no Chromium is installed")


def main() -> None:
    """Measure and print."""
    parser = argument_parser(__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long the strip is watched")
    parser.add_argument("--quick", action="store_true", help="a minute, for development")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    minutes, throttled_s, times, every_s = (
        (1.0, 20.0, 2, 10.0) if options.quick else (options.minutes, 60.0, 5, 30.0)
    )
    command = "uv run python benchmarks/page.py" + (
        " --quick" if options.quick else f" --minutes {minutes:g}"
    )
    report = Report("The live page", command)
    judged = Judged("what is promised of the live page")
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        sync_playwright() as playwright,
    ):
        server = Server(Path(folder), minutes + throttled_s / 60 + 3, options.seed)
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGS)
        try:
            page, devtools = open_page(browser, server.address, 1)
            seen = watch(page, devtools, server, 60 * minutes, every_s)
            judge_stream(judged, seen, delays_ms(seen, server), LEAST_FRAMES, "full speed")
            judge_growth(judged, seen)
            page.context.close()
            page, devtools = open_page(browser, server.address, THROTTLE)
            seen = watch(page, devtools, server, throttled_s, throttled_s)
            judge_stream(
                judged, seen, delays_ms(seen, server), LEAST_FRAMES_THROTTLED, f"{THROTTLE}x throttled"
            )
            page.context.close()
            n_chain = chain(browser, server.address)
            report.remarks += machine(browser)
            browser.close()
            with bare_chromium(chromium(), CHROMIUM_ARGS, Path(profile), SIZE, PROBE.read_text()) as bare:
                judge_visits(judged, bare, server.address, times, n_chain)
        finally:
            server.close()
    report.tables.append(judged.table)
    report.publish(Console(width=140), options.markdown)
    if not judged.holds:
        sys.exit("what is promised does not hold")


if __name__ == "__main__":
    main()
