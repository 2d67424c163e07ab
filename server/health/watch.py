"""Watches this server while it runs: the disk, and how late the event loop is."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from server.health.computer import Results, results
from server.health.disk import Disk, DiskMeter, space_of
from server.health.findings import disk_finding
from server.health.log_buffer import LogBuffer
from server.messages import DiskNotice

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from server.health.disk import SpaceOf
    from server.live import LiveHub
    from server.settings import Settings

_log = logging.getLogger(__name__)

DISK_EVERY_S = 5.0
"""Time between two looks at the disk, s. 1 to 30: the last ten minutes must be noticed."""
LAG_EVERY_S = 0.5
"""Time between two looks at how late the loop is, s. 0.1 to 2."""
LAG_KEPT = 120
"""Looks that are kept: a minute."""
RESULTS_EVERY_S = 600.0
"""How long an answer of the results database about its integrity holds, s."""


class HealthWatch:
    """Looks after a running server; tells every screen when the disk gets full.

    Parameters
    ----------
    settings : Settings
        Where the data are.
    hub : LiveHub
        Tells the screens.
    space : callable
        Asks for the room on the disk of a folder.
    """

    def __init__(self, settings: Settings, hub: LiveHub, space: SpaceOf = space_of) -> None:
        self._settings, self._hub = settings, hub
        self._meter = DiskMeter(settings, space)
        self._measuring = asyncio.Lock()
        self._lags_s: deque[float] = deque(maxlen=LAG_KEPT)
        self._started_s: float | None = None
        self._results: tuple[float, Results] | None = None
        self.log = LogBuffer()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Watch while the block runs."""
        self._started_s = asyncio.get_running_loop().time()
        tasks = [
            asyncio.create_task(self._watch_disk(), name="disk"),
            asyncio.create_task(self._watch_loop(), name="lag"),
        ]
        with self.log.listening():
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def uptime_s(self) -> float | None:
        """Since when it watches, s by the loop's clock."""
        return None if self._started_s is None else asyncio.get_running_loop().time() - self._started_s

    def lag_s(self, share: float) -> float | None:
        """How late the event loop was at most, in this share of the last minute, s; None: not known yet."""
        if not self._lags_s:
            return None
        return sorted(self._lags_s)[min(int(share * len(self._lags_s)), len(self._lags_s) - 1)]

    async def disk(self) -> Disk:
        """Look at the disk now."""
        async with self._measuring:
            return await asyncio.to_thread(self._meter.measure, asyncio.get_running_loop().time())

    async def results(self) -> Results:
        """Look at the results database, unless that was done a short while ago."""
        now_s = asyncio.get_running_loop().time()
        if self._results is None or now_s - self._results[0] >= RESULTS_EVERY_S:
            self._results = now_s, await asyncio.to_thread(results, self._settings)
        return self._results[1]

    async def _watch_disk(self) -> None:
        while True:
            try:
                self._tell(await self.disk())
            except OSError:  # a disk that behaves strangely is what this is for
                _log.exception("the disk could not be looked at")
            await asyncio.sleep(DISK_EVERY_S)

    def _tell(self, disk: Disk) -> None:
        found = disk_finding(disk)
        notice = None
        if found is not None and found.level != "note":
            notice = DiskNotice(level=found.level, title=found.title, text=found.text)
        before = self._hub.state.disk
        if notice == before:
            return
        if notice is not None and (before is None or before.level != notice.level):
            _log.warning("%s. %s", notice.title, notice.text)
        self._hub.publish_disk(notice)

    async def _watch_loop(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due_s = loop.time() + LAG_EVERY_S
            await asyncio.sleep(LAG_EVERY_S)
            self._lags_s.append(max(loop.time() - due_s, 0.0))
