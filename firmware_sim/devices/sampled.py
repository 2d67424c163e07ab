"""What simulated sensors have in common that send their samples as they come, in batches of one size."""

from __future__ import annotations

import asyncio
from abc import ABC
from typing import TYPE_CHECKING

from firmware_sim.errors import CommandRefusedError
from firmware_sim.outbox import ATT_NOTIFICATION_OVERHEAD_BYTES
from firmware_sim.peripheral import SimulatedPeripheral

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bumble.device import Connection

    from firmware_sim.characteristics import Endpoint
    from firmware_sim.mems import Int16Array, MemsSettings

VALUE_NOT_ALLOWED = 0x13
"""ATT error of a write whose value is not possible (Core 5.4, Vol 3 Part F 3.4.1.1); bumble knows no name."""


class SampledPeripheral(SimulatedPeripheral, ABC):
    """A sensor whose clock starts when it is switched on, and whose sampling when data are asked for."""

    def _clock_s(self, loop_s: float) -> float:
        """Give the time on the sensor's own clock, s since it was switched on."""
        rate = 1 + self.scenario.unit.clock_error_fraction
        return (loop_s - self._powered_on_s) * rate

    async def _batches(self, settings: MemsSettings, count: int) -> AsyncIterator[tuple[float, Int16Array]]:
        """Sample from now on; give (loop time of the first sample, raw (count, 6)) as each is complete."""
        sampler = self._sampler(settings)
        while True:
            # Always gives way to others, even when rounding puts the batch a hair before its time.
            await asyncio.sleep(max(0.0, sampler.instant_s(count - 1) - self._loop.time()))
            if sampler.due(self._loop.time()) >= count:
                yield sampler.instant_s(), sampler.take(count)

    def _post_if_it_fits(self, connection: Connection, endpoint: Endpoint, payload: bytes) -> None:
        """Queue a notification of a length that cannot be changed; on a smaller MTU nothing arrives."""
        if len(payload) <= connection.att_mtu - ATT_NOTIFICATION_OVERHEAD_BYTES:
            self._post(endpoint, payload)

    def _refuse_start_if_faulty(self) -> None:
        """Refuse, where the faults say so.

        Raises
        ------
        CommandRefusedError
            With the error of the faults.
        """
        if self.faults.refuse_start is not None:
            raise CommandRefusedError(self.faults.refuse_start, "a fault of this sensor")
