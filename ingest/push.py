"""A device that sends by itself, over HTTP or MQTT, as a source of packets.

Whoever receives its messages gives them to `PushSource.take`; they are recorded as they came. A device that
pushes has no link: it is "connected" while messages come.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.packets import DATA, LinkEvent, RawPacket, link_packet, whole_nanoseconds

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


@dataclass(frozen=True, slots=True)
class PushConfig:
    """Tuning of the source.

    Attributes
    ----------
    silent_after_s : float
        Without a message for this long the device counts as silent, s; 10 to 120. Above the lag of a watch
        behind its phone (5 to 10 s) and the longest batch period that is of use here.
    queue_messages : int
        Messages that wait for the collector; 16 to 256. It takes each at once, so a full queue means that
        something is stuck, or that somebody floods it.
    """

    silent_after_s: float = 30.0
    queue_messages: int = 64


class PushSource:
    """The packets of one device that pushes.

    Parameters
    ----------
    device_id : str
        As the device calls itself.
    name : str
        For people.
    config : PushConfig, optional
        Tuning.
    """

    def __init__(self, device_id: str, name: str, config: PushConfig | None = None) -> None:
        self.device_id = device_id
        self._name = name
        self._config = config or PushConfig()
        self._queue: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
        self._stopped = False
        self._last_s = asyncio.get_running_loop().time()

    @property
    def is_silent(self) -> bool:
        """Whether nothing has come for so long that the device seems gone."""
        return asyncio.get_running_loop().time() - self._last_s > self._config.silent_after_s

    def take(self, payload: bytes) -> bool:
        """Take one message as it came; tell whether there was room for it."""
        if self._stopped or self._queue.qsize() >= self._config.queue_messages:
            return False
        self._last_s = asyncio.get_running_loop().time()
        self._queue.put_nowait((self._last_s, payload))
        return True

    def stop(self) -> None:
        """End the stream: `packets` returns once it has given out what came before."""
        if not self._stopped:
            self._stopped = True
            self._queue.put_nowait(None)

    async def packets(self) -> AsyncGenerator[RawPacket]:
        """Yield the messages and what happens to the link, until `stop`."""
        loop = asyncio.get_running_loop()
        origin_s = loop.time()
        connected = False
        while True:
            try:
                async with asyncio.timeout(self._config.silent_after_s if connected else None):
                    taken = await self._queue.get()
            except TimeoutError:
                connected = False
                reason = f"no message for {self._config.silent_after_s:g} s"
                yield self._link(loop.time() - origin_s, "lost", reason)
                continue
            if taken is None:
                break
            received_at_s = whole_nanoseconds(max(taken[0] - origin_s, 0.0))
            if not connected:
                connected = True
                yield self._link(received_at_s, "connected")
            yield RawPacket(received_at_s, DATA, taken[1])
        if connected:
            yield self._link(loop.time() - origin_s, "lost", "stopped")

    def _link(self, at_s: float, event: str, reason: str = "") -> RawPacket:
        return link_packet(at_s, LinkEvent(event, self._name, self.device_id, reason=reason))
