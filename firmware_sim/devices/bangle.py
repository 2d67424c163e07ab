"""A Bangle.js 2 with nothing installed, as ``docs/sensors/bangle.md`` uses it; see `bangle_protocol`."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from bumble import data_types
from bumble.core import UUID, AdvertisingData
from bumble.gatt import Characteristic, Service

from firmware_sim.devices import bangle_protocol as bangle
from firmware_sim.devices.parts import KX023
from firmware_sim.devices.sampled import SampledPeripheral
from firmware_sim.identity import Identity
from firmware_sim.mems import MemsSettings
from firmware_sim.outbox import ATT_NOTIFICATION_OVERHEAD_BYTES

if TYPE_CHECKING:
    from bumble.device import Connection
    from bumble.transport.common import TransportSink, TransportSource

    from firmware_sim.characteristics import Endpoint
    from firmware_sim.peripheral import SensorOptions
    from firmware_sim.scenario import Scenario

FIRMWARE = "2v27"
RANGES = MemsSettings(rate_hz=bangle.RATE_HZ, accel_range_g=bangle.RANGE_G)
INFO_PERIOD_S = 60.0


class BanglePeripheral(SampledPeripheral):
    """A watch; parameters as `SimulatedPeripheral`."""

    DEFAULT_MTU = 131
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
        # The chip's filter has its corner at half the rate (ODCNTL), all others of the simulator near it.
        felt = scenario.on_sensor(replace(KX023, lowpass_odr_fraction=0.45), RANGES)
        super().__init__(source, sink, felt, name=name, address=address, **options)
        flags = data_types.Flags(AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE)
        self._device.advertising_data = bytes(AdvertisingData([flags, data_types.CompleteLocalName(name)]))
        services = data_types.CompleteListOf128BitServiceUUIDs([UUID(bangle.SERVICE_UUID)])
        self._device.scan_response_data = bytes(AdvertisingData([services]))

    def _power_on(self) -> None:
        self._prompt = bangle.Prompt()

    def _services(self) -> list[Service]:
        properties = Characteristic.Properties
        typed = self._endpoint(
            bangle.RX_UUID, properties.WRITE | properties.WRITE_WITHOUT_RESPONSE, write=self._on_typed
        )
        self._screen = self._endpoint(bangle.TX_UUID, properties.NOTIFY, on_listen=self._on_listen)
        return [Service(bangle.SERVICE_UUID, [typed.characteristic, self._screen.characteristic])]

    def _identity(self) -> Identity:
        return Identity(manufacturer=None)

    def _advertised_services(self) -> list[UUID]:
        return []

    def _link_lost(self) -> None:
        self._prompt = bangle.Prompt()

    def _on_listen(self, endpoint: Endpoint) -> None:
        if endpoint.notified and self.faults.stream_unasked and self._connection is not None:
            self._begin(self._connection)

    def _on_typed(self, connection: Connection, payload: bytes) -> None:
        told, written = self._prompt.hear(payload)
        self._write(connection, written)
        for heard in told:
            if heard is bangle.Heard.START and self.faults.refuse_start is None:
                self._begin(connection)
            elif heard is bangle.Heard.STOP:
                self._end("samples")
                self._end("information")

    def _begin(self, connection: Connection) -> None:
        self._run("information", self._inform(connection))
        self._run("samples", self._stream(connection))

    def _write(self, connection: Connection, text: bytes) -> None:
        """Send bytes of the stream, cut to what fits."""
        room = connection.att_mtu - ATT_NOTIFICATION_OVERHEAD_BYTES
        for at in range(0, len(text), room):
            self._post(self._screen, text[at : at + room])

    async def _inform(self, connection: Connection) -> None:
        while True:
            told = bangle.encode_info(
                battery_percent=self.battery_percent(), firmware=FIRMWARE, address=self.address.lower()
            )
            self._write(connection, told)
            await asyncio.sleep(INFO_PERIOD_S)

    async def _stream(self, connection: Connection) -> None:
        """Send a line for every ten samples until cancelled."""
        started_s = self._clock_s(self._loop.time())
        period_s = 1 / bangle.RATE_HZ / (1 + self.scenario.unit.odr_error_fraction)
        seq = 0
        async for first_s, raw in self._batches(self.scenario.settings, bangle.SAMPLES_PER_LINE):
            last_s = first_s + (bangle.SAMPLES_PER_LINE - 1) * period_s
            first_ms, last_ms = (_polled_ms(self._clock_s(at) - started_s) for at in (first_s, last_s))
            rows = raw[:, :3].tolist()
            self._write(connection, bangle.encode_samples(seq, first_ms, last_ms - first_ms, rows))
            seq += 1


def _polled_ms(t_s: float) -> int:
    """Time at which the firmware's poll finds a sample of this time, whole milliseconds."""
    return round(math.ceil(t_s / bangle.POLL_S) * bangle.POLL_S * 1000)
