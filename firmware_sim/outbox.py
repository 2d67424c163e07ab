"""The way out of a simulated sensor: what waits for the radio, and what the faults make of it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from firmware_sim.errors import PacketTooLongError

if TYPE_CHECKING:
    from bumble.device import Connection, Device

    from firmware_sim.characteristics import Endpoint
    from firmware_sim.faults import Faults

RADIO_QUEUE_PACKETS = 6
"""Notifications handed to the radio ahead of their event; the rest waits in the sensor's own queue."""
OUTBOX_PACKETS = 64
"""Notifications that wait in the sensor; when it is full the oldest is lost."""
ATT_NOTIFICATION_OVERHEAD_BYTES = 3


class Outbox:
    """Queue of notifications and of indications of one sensor.

    Parameters
    ----------
    device : Device
        Sends them.
    faults : Faults
        Of the sensor.
    """

    def __init__(self, device: Device, faults: Faults) -> None:
        self._device = device
        self._faults = faults
        self._waiting: deque[tuple[Endpoint, bytes]] = deque()
        self._filled = asyncio.Event()
        self._answers: deque[tuple[Endpoint, bytes]] = deque()
        self._last_sent_s = float("-inf")
        self.sent = 0
        """Notifications handed to the radio."""
        self.overflowed = 0
        """Notifications lost because the radio was too slow."""

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._answers.clear()

    def has_room(self, connection: Connection) -> bool:
        """Whether the radio takes another notification now."""
        queue = self._device.host.get_data_packet_queue(connection.handle)
        return queue is not None and queue.pending < RADIO_QUEUE_PACKETS and self._rest_s() <= 0

    async def notify(self, connection: Connection, endpoint: Endpoint, payload: bytes) -> None:
        """Hand a notification to the radio, through what is wrong with the sensor.

        Raises
        ------
        PacketTooLongError
            If it does not fit; bumble itself would cut it silently.
        """
        limit = connection.att_mtu - ATT_NOTIFICATION_OVERHEAD_BYTES
        if len(payload) > limit:
            raise PacketTooLongError(len(payload), limit)
        if not endpoint.notified:
            return
        for leaving in endpoint.exit.leaving(payload):
            self._last_sent_s = asyncio.get_running_loop().time()
            await self._device.notify_subscriber(connection, endpoint.characteristic, leaving)
            self.sent += 1

    def post(self, endpoint: Endpoint, payload: bytes) -> None:
        """Queue a notification behind those that wait already."""
        self._waiting.append((endpoint, payload))
        if len(self._waiting) > OUTBOX_PACKETS:
            self._waiting.popleft()
            self.overflowed += 1
        self._filled.set()

    def add_answer(self, endpoint: Endpoint, payload: bytes) -> None:
        """Queue an indication for `give_answers`."""
        self._answers.append((endpoint, payload))

    async def give_answers(self, connection: Connection) -> None:
        """Send the indications, each after the central has confirmed the one before."""
        while self._answers:
            endpoint, payload = self._answers.popleft()
            await self._device.indicate_subscriber(connection, endpoint.characteristic, payload)

    async def empty(self, connection: Connection) -> None:
        """Send what is posted as fast as the radio takes it, until cancelled."""
        queue = self._device.host.get_data_packet_queue(connection.handle)
        flowed = asyncio.Event()
        if queue is None:
            return
        queue.on("flow", flowed.set)
        try:
            while True:
                self._filled.clear()
                flowed.clear()
                while self._waiting and self.has_room(connection):
                    await self.notify(connection, *self._waiting.popleft())
                if not self._waiting:
                    await self._filled.wait()
                elif queue.pending >= RADIO_QUEUE_PACKETS:
                    await flowed.wait()
                else:
                    await asyncio.sleep(max(0.0, self._rest_s()))
        finally:
            queue.remove_listener("flow", flowed.set)  # pyright: ignore[reportUnknownMemberType]

    def _rest_s(self) -> float:
        """Time until a slow link takes the next notification; 0 or less: now."""
        return self._last_sent_s + self._faults.gap_s - asyncio.get_running_loop().time()
