"""An OpenBarbell V3 whose string is tied to the bar where the sensor would sit; see `openbarbell_protocol`.

It stands straight below the bar, so that its string measures height. It counts what the string does, whether
that is a repetition or not.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Unpack

import numpy as np
from bumble import data_types
from bumble.core import UUID
from bumble.gatt import Characteristic, Service

from firmware_sim.devices import openbarbell_protocol as ob
from firmware_sim.identity import Identity
from firmware_sim.peripheral import SensorOptions, SimulatedPeripheral

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bumble.core import DataType
    from bumble.device import Connection
    from bumble.transport.common import TransportSink, TransportSource

    from firmware_sim.characteristics import Endpoint
    from firmware_sim.scenario import Scenario

GRID_HZ = 1000.0
"""Of the bar's height; ticks are interpolated between."""
NO_COMPANY = 0
"""RFduino's firmware puts its text behind this company identifier."""
PACE_S = 0.01
"""From one number to the next, so that a slow radio keeps up."""


def announcements(
    scenario: Scenario, config: ob.InstrumentConfig, clock_rate: float
) -> Iterator[tuple[float, ob.MeasuredRep | None]]:
    """Give in order (scenario time in s, repetition); None when a movement upwards has begun."""
    instrument = ob.Instrument(config)
    for motion in scenario.motions:
        t_s = np.arange(motion.start_s, motion.end_s, 1 / GRID_HZ)
        height_m = motion.axis_point(t_s, scenario.mount.along_m).position_m[:, 2]
        for at_s, upwards in ob.ticks(t_s, height_m, config.tick_um):
            t_us = round(at_s * clock_rate * 1e6)
            if upwards:
                if instrument.up(t_us):
                    yield at_s, None
            elif (rep := instrument.down(t_us)) is not None:
                yield at_s, rep


class OpenBarbellPeripheral(SimulatedPeripheral):
    """The instrument; parameters as `SimulatedPeripheral`.

    Not simulated: its buttons, its display, and the commands that change them.
    """

    DEFAULT_MTU = 23
    HAS_BATTERY_SERVICE = False

    def __init__(
        self,
        source: TransportSource,
        sink: TransportSink,
        scenario: Scenario,
        *,
        name: str,
        address: str,
        **options: Unpack[SensorOptions],
    ) -> None:
        number = name.rpartition(" ")[2]
        self._config = ob.InstrumentConfig(unit_number=int(number) if number.isdecimal() else 0)
        super().__init__(source, sink, scenario, name=name, address=address, **options)

    def _power_on(self) -> None:
        rate = 1 + self.scenario.unit.clock_error_fraction
        self._announced = announcements(self.scenario, self._config, rate)
        self._next = next(self._announced, None)

    def _services(self) -> list[Service]:
        properties = Characteristic.Properties
        self._numbers = self._endpoint(ob.NOTIFY_UUID, properties.NOTIFY, on_listen=self._on_listen)
        taken = [
            self._endpoint(uuid, properties.WRITE | properties.WRITE_WITHOUT_RESPONSE, write=_ignore)
            for uuid in (ob.WRITE_UUID, ob.DISCONNECT_UUID)
        ]
        endpoints = (self._numbers, *taken)
        return [Service(ob.SERVICE_UUID, [one.characteristic for one in endpoints])]

    def _identity(self) -> Identity:
        return Identity(manufacturer=None)

    def _advertised_services(self) -> list[UUID]:
        return [UUID(ob.SERVICE_UUID)]

    def _advertised(self) -> list[DataType]:
        text = data_types.ManufacturerSpecificData(NO_COMPANY, ob.ADVERTISED_TEXT)
        return [*super()._advertised(), text]

    def _link_lost(self) -> None:
        """Nothing: it measures on, and what it would have said is lost."""

    def _on_listen(self, endpoint: Endpoint) -> None:
        if not endpoint.notified:
            self._end("numbers")
            return
        if not self._lifter_started.done():
            self._lifter_started.set_result(self._loop.time())
        self._run("numbers", self._tell(self._lifter_started.result()))

    async def _tell(self, lifter_started_s: float) -> None:
        """Send what is measured when it is measured, until cancelled; nothing of what is past."""
        listening_since_s = self._loop.time()
        while self._next is not None:
            due_s = lifter_started_s + self._next[0]
            await asyncio.sleep(max(0.0, due_s - self._loop.time()))
            rep, self._next = self._next[1], next(self._announced, None)
            if due_s >= listening_since_s:
                await self._send(rep)

    async def _send(self, rep: ob.MeasuredRep | None) -> None:
        """Send one number after the other; the firmware waits for the radio between them."""
        values = [ob.START] if rep is None else ob.group(rep, self.battery_percent(), self._config)
        for value in values:
            self._post(self._numbers, ob.encode_float(value))
            await asyncio.sleep(PACE_S)


def _ignore(connection: Connection, payload: bytes) -> None:
    """Take a command and do nothing."""
    del connection, payload
