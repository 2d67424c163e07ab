"""An event loop whose clock runs faster than the wall's: the one injected clock of demo, replay and tests.

Firmware, radio model, watchdog, backoff and receive stamps all ask the running loop for the time, and so do
bumble, bleak and bleak-retry-connector. Scaling the loop scales them all, together, with no clock parameter
anywhere.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from _typeshed import FileDescriptorLike

T = TypeVar("T")


_SHORTEST_WAIT_S = 2e-5
"""Wall time that is not worth waiting for, s: Linux makes 50 us of it, much in a fast session."""


class _ScaledSelector(selectors.BaseSelector):
    """Waits a fraction of the time it is asked to and counts the wait in full.

    Time spent waiting runs ``speed`` times faster than the wall's; time spent working is counted once. So a
    slow machine makes the session longer instead of making queues overrun that would not at speed 1. Work is
    the processor time of the loop's thread: what other programs or a disk take from it is nobody's delay, nor
    is waking up late. At speed 1 all of that counts: the clock is the wall's, as in the ordinary loop.
    """

    def __init__(self, speed: float) -> None:
        # epoll and poll wait whole milliseconds, of which a fast session would spend more than it works;
        # select waits microseconds. It takes file descriptors below 1024, plenty for one session.
        self._inner = selectors.SelectSelector()
        self._speed = speed
        self._work_clock = time.monotonic if speed == 1 else time.thread_time
        self._now_s = time.monotonic()
        self._mark_s = self._work_clock()

    def now(self) -> float:
        """Scaled seconds, monotonic; to be called in the loop's thread."""
        work_s = self._work_clock()
        self._now_s += work_s - self._mark_s
        self._mark_s = work_s
        return self._now_s

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for at most ``timeout`` scaled seconds."""
        self.now()
        wait_s = None if timeout is None else max(timeout, 0) / self._speed
        began_s = time.monotonic()
        events = self._inner.select(0 if wait_s is not None and wait_s < _SHORTEST_WAIT_S else wait_s)
        waited_s = (time.monotonic() - began_s) * self._speed
        if timeout is not None and self._speed != 1:
            waited_s = min(waited_s, max(timeout, 0))
        self._now_s += waited_s
        self._mark_s = self._work_clock()
        return events

    def register(
        self, fileobj: FileDescriptorLike, events: int, data: object = None
    ) -> selectors.SelectorKey:
        """As in `selectors`."""
        return self._inner.register(fileobj, events, data)

    def unregister(self, fileobj: FileDescriptorLike) -> selectors.SelectorKey:
        """As in `selectors`."""
        return self._inner.unregister(fileobj)

    def modify(self, fileobj: FileDescriptorLike, events: int, data: object = None) -> selectors.SelectorKey:
        """As in `selectors`."""
        return self._inner.modify(fileobj, events, data)

    def get_map(self) -> Mapping[FileDescriptorLike, selectors.SelectorKey]:
        """As in `selectors`."""
        return self._inner.get_map()

    def close(self) -> None:
        """As in `selectors`."""
        self._inner.close()


class ScaledEventLoop(asyncio.SelectorEventLoop):
    """A selector event loop whose ``time()`` runs ``speed`` times faster than the wall's while it waits.

    Parameters
    ----------
    speed : float
        Above 0; 1 behaves like the ordinary loop.

    Raises
    ------
    ValueError
        If ``speed`` is not a positive finite number.
    """

    def __init__(self, speed: float) -> None:
        if not 0 < speed < float("inf"):
            raise ValueError(f"speed must be a positive number, got {speed}")
        self._scaled_selector = _ScaledSelector(speed)
        super().__init__(self._scaled_selector)

    def time(self) -> float:
        """Scaled seconds, monotonic."""
        return self._scaled_selector.now()


def run_scaled(main: Coroutine[Any, Any, T], speed: float = 1.0) -> T:
    """Run a coroutine on a loop whose clock runs ``speed`` times faster than the wall's."""
    with asyncio.Runner(loop_factory=lambda: ScaledEventLoop(speed)) as runner:
        return runner.run(main)
