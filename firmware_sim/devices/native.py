"""The sensor with Upright's own open profile, ``docs/wire_protocol.md``."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from bumble import att
from bumble.core import UUID
from bumble.gatt import Characteristic, Service

from firmware_sim import protocol
from firmware_sim.errors import CommandRefusedError
from firmware_sim.firmware import Firmware, FirmwareConfig
from firmware_sim.identity import Identity
from firmware_sim.peripheral import SensorOptions, SimulatedPeripheral, default_address, put_on_air

if TYPE_CHECKING:
    from bumble.device import Connection
    from bumble.transport.common import TransportSink, TransportSource

    from firmware_sim.air import Air
    from firmware_sim.characteristics import Endpoint
    from firmware_sim.scenarios import Scenario

_START = b"\x01"


class NativePeripheral(SimulatedPeripheral):
    """A sensor with the native profile, Battery Service and Device Information.

    Parameters
    ----------
    source, sink, scenario, name, address
        As `SimulatedPeripheral`.
    config : FirmwareConfig, optional
        What was burnt into the firmware, the battery among it; the device id defaults to one made of the
        address.
    **options
        As `SimulatedPeripheral`.
    """

    def __init__(
        self,
        source: TransportSource,
        sink: TransportSink,
        scenario: Scenario,
        *,
        name: str,
        address: str,
        config: FirmwareConfig | None = None,
        **options: Unpack[SensorOptions],
    ) -> None:
        self._config = config or replace(
            FirmwareConfig(), device_id=b"\x00\x00" + bytes.fromhex(address.replace(":", ""))
        )
        super().__init__(source, sink, scenario, name=name, address=address, **options)

    @property
    def firmware(self) -> Firmware:
        """The firmware that runs now; `reset` replaces it."""
        return self._firmware

    def battery_percent(self) -> int:
        """Charge left, 0 to 100."""
        return self._firmware.battery_percent(self._loop.time())

    def _power_on(self) -> None:
        unit = self.scenario.unit
        self._firmware = Firmware(
            self._open_stream,
            self.scenario.settings,
            clock_error_fraction=unit.clock_error_fraction,
            model=unit.model.name,
            powered_on_s=self._loop.time(),
            config=self._config,
        )

    def _services(self) -> list[Service]:
        properties = Characteristic.Properties
        self._data = self._endpoint(protocol.DATA_UUID, properties.NOTIFY, on_listen=self._on_listen)
        ctrl = self._endpoint(protocol.CTRL_UUID, properties.WRITE, write=self._on_command)
        info = self._endpoint(
            protocol.INFO_UUID, properties.READ, read=lambda _: self._firmware.info(self._loop.time())
        )
        endpoints = (self._data, ctrl, info)
        return [Service(protocol.SERVICE_UUID, [one.characteristic for one in endpoints])]

    def _identity(self) -> Identity:
        version = ".".join(str(part) for part in self._config.version)
        return Identity(model=self.scenario.unit.model.name, firmware=version)

    def _advertised_services(self) -> list[UUID]:
        return [UUID(protocol.SERVICE_UUID)]

    def _link_lost(self) -> None:
        self._firmware.link_lost()

    def _on_listen(self, endpoint: Endpoint) -> None:
        if endpoint.notified and self.faults.stream_unasked and self._connection is not None:
            self._obey(self._connection, _START)

    def _on_command(self, connection: Connection, payload: bytes) -> None:
        if payload == _START and self.faults.refuse_start is not None:
            raise att.ATT_Error(self.faults.refuse_start)
        self._obey(connection, payload)

    def _obey(self, connection: Connection, payload: bytes) -> None:
        try:
            self._firmware.command(payload, self._loop.time())
        except CommandRefusedError as error:
            raise att.ATT_Error(error.att_error) from error
        if not self._firmware.streaming:
            self._end("stream")
        elif not self._running("stream"):
            self._run("stream", self._stream(connection))

    async def _stream(self, connection: Connection) -> None:
        """Build and send packets until cancelled."""
        while True:
            due_s = self._firmware.next_packet_s() or self._loop.time()
            # Always gives way to others, even when rounding puts the packet a hair before its time.
            await asyncio.sleep(max(0.0, due_s - self._loop.time()))
            now_s = self._loop.time()
            if not self._data.notified:
                self._firmware.let_pass(now_s)
                continue
            self._firmware.build(now_s, connection.att_mtu)
            while self._firmware.waiting and self._radio_has_room(connection):
                payload = self._firmware.take(connection.att_mtu)
                await self._notify(connection, self._data, payload)


async def start_native(
    air: Air,
    scenario: Scenario,
    *,
    name: str = "Upright-1",
    address: str | None = None,
    config: FirmwareConfig | None = None,
    **options: Unpack[SensorOptions],
) -> NativePeripheral:
    """Put a native sensor on the air of this process and let it advertise."""

    def create(source: TransportSource, sink: TransportSink) -> NativePeripheral:
        at = address or default_address(1)
        return NativePeripheral(source, sink, scenario, name=name, address=at, config=config, **options)

    return await put_on_air(air, name, create)
