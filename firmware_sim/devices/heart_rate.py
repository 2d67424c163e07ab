"""A heart-rate strap with the standard service on the lifter's chest; see `firmware_sim.heart`."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Unpack

from bumble import att
from bumble.core import UUID
from bumble.gatt import Characteristic, Service

from firmware_sim.devices import heart_rate_protocol as hr
from firmware_sim.heart import Heart
from firmware_sim.identity import Identity
from firmware_sim.peripheral import SensorOptions, SimulatedPeripheral

if TYPE_CHECKING:
    from bumble.device import Connection
    from bumble.transport.common import TransportSink, TransportSource

    from firmware_sim.characteristics import Endpoint
    from firmware_sim.scenario import Scenario

PERIOD_S = 1.0
"""The service wants about one notification per second."""
ENERGY_EVERY = 10
"""Energy is told with every tenth measurement, as the service suggests."""
KJ_PER_BEAT = 0.1
"""Made up."""
MOST_INTERVALS = 7
"""As many fit into 20 bytes beside a 16-bit rate and energy."""


class HeartRatePeripheral(SimulatedPeripheral):
    """A strap.

    Parameters
    ----------
    source, sink, scenario, name, address, **options
        As `SimulatedPeripheral`.
    wide_rate : bool
        Write the rate with 16 bits, as some straps do.
    """

    def __init__(
        self,
        source: TransportSource,
        sink: TransportSink,
        scenario: Scenario,
        *,
        name: str,
        address: str,
        wide_rate: bool = False,
        **options: Unpack[SensorOptions],
    ) -> None:
        self._wide_rate = wide_rate
        super().__init__(source, sink, scenario, name=name, address=address, **options)

    def _power_on(self) -> None:
        self._energy_kj = 0.0

    def _services(self) -> list[Service]:
        properties = Characteristic.Properties
        self._measurement = self._endpoint(hr.MEASUREMENT_UUID, properties.NOTIFY, on_listen=self._on_listen)
        location = self._endpoint(hr.LOCATION_UUID, properties.READ, read=lambda _: bytes([hr.CHEST]))
        control = self._endpoint(hr.CONTROL_UUID, properties.WRITE, write=self._on_control)
        endpoints = (self._measurement, location, control)
        return [Service(hr.SERVICE_UUID, [one.characteristic for one in endpoints])]

    def _identity(self) -> Identity:
        return Identity(model="Chest strap", firmware="1.0", serial=self.address.replace(":", ""))

    def _advertised_services(self) -> list[UUID]:
        return [UUID(hr.SERVICE_UUID)]

    def _link_lost(self) -> None:
        """Nothing: the heart goes on."""

    def _on_control(self, connection: Connection, payload: bytes) -> None:
        del connection
        if payload != bytes([hr.RESET_ENERGY]):
            raise att.ATT_Error(hr.CONTROL_NOT_SUPPORTED)
        self._energy_kj = 0.0

    def _on_listen(self, endpoint: Endpoint) -> None:
        if not endpoint.notified:
            self._end("beats")
            return
        if not self._lifter_started.done():
            self._lifter_started.set_result(self._loop.time())
        self._run("beats", self._tell(self._lifter_started.result()))

    async def _tell(self, lifter_started_s: float) -> None:
        """Send a measurement every second until cancelled, with the intervals that ended since the last."""
        heart = Heart(self.scenario)
        for count in itertools.count(1):
            await asyncio.sleep(PERIOD_S)
            now_s = self._loop.time() - lifter_started_s
            rate_bpm = heart.rate_bpm(now_s)
            ended_s = heart.beats(now_s, rate_bpm)
            self._energy_kj += KJ_PER_BEAT * len(ended_s)
            value = self._value(rate_bpm, ended_s, with_energy=count % ENERGY_EVERY == 0)
            self._post(self._measurement, value)

    def _value(self, rate_bpm: float, ended_s: list[float], *, with_energy: bool) -> bytes:
        clock_rate = 1 + self.scenario.unit.clock_error_fraction
        ticks = [round(interval_s * clock_rate * hr.TICKS_PER_S) for interval_s in ended_s]
        return hr.encode_measurement(
            round(rate_bpm),
            intervals=ticks[-MOST_INTERVALS:],
            in_contact=True,
            energy_kj=int(self._energy_kj) if with_energy else None,
            wide_rate=self._wide_rate,
        )
