"""A Movesense sensor with its default firmware, 2.3 or later, see `movesense_protocol`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from bumble import att
from bumble.core import UUID
from bumble.gatt import Characteristic, Service

from firmware_sim.devices import movesense_protocol as gsp
from firmware_sim.devices.parts import LSM6DSL
from firmware_sim.devices.sampled import SampledPeripheral
from firmware_sim.errors import PacketTooLongError
from firmware_sim.identity import Identity
from firmware_sim.mems import MemsSettings, to_physical
from firmware_sim.mems_models import RADPS_PER_DPS
from firmware_sim.outbox import ATT_NOTIFICATION_OVERHEAD_BYTES

if TYPE_CHECKING:
    from bumble.device import Connection
    from bumble.transport.common import TransportSink, TransportSource

    from firmware_sim.characteristics import Endpoint
    from firmware_sim.mems import Int16Array
    from firmware_sim.peripheral import SensorOptions
    from firmware_sim.scenario import Scenario

FIRMWARE = "2.3.1"
RANGES = MemsSettings(rate_hz=104, accel_range_g=8, gyro_range_dps=2000)
"""Its ranges cannot be set over GSP; 8 g and 2000 dps are taken for its defaults."""
_UNASKED = gsp.Resource("IMU6", 104)


class MovesensePeripheral(SampledPeripheral):
    """A Movesense; parameters as `SimulatedPeripheral`. Its name ends with its serial number."""

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
        felt = scenario.on_sensor(LSM6DSL, RANGES)
        super().__init__(source, sink, felt, name=name, address=address, **options)

    @property
    def _serial(self) -> str:
        return self.name.split()[-1]

    def _power_on(self) -> None:
        self._subscribed: set[int] = set()

    def _services(self) -> list[Service]:
        properties = Characteristic.Properties
        command = self._endpoint(gsp.COMMAND_UUID, properties.WRITE, write=self._on_command)
        self._data = self._endpoint(gsp.DATA_UUID, properties.NOTIFY, on_listen=self._on_listen)
        return [Service(gsp.SERVICE_UUID, [command.characteristic, self._data.characteristic])]

    def _identity(self) -> Identity:
        return Identity(model="Movesense HR+", firmware=FIRMWARE, serial=self._serial)

    def _advertised_services(self) -> list[UUID]:
        return [UUID(gsp.ADVERTISED_UUID)]

    def _link_lost(self) -> None:
        self._subscribed.clear()

    def _on_listen(self, endpoint: Endpoint) -> None:
        if endpoint.notified and self.faults.stream_unasked and self._connection is not None:
            self._begin(1, _UNASKED, self._connection)

    def _on_command(self, connection: Connection, payload: bytes) -> None:
        command = gsp.parse_command(payload)
        if command is None:
            raise att.ATT_Error(att.ATT_INVALID_ATTRIBUTE_LENGTH_ERROR)
        match command.code:
            case gsp.HELLO:
                texts = (self._serial, "Movesense HR+", self.address, "Default", FIRMWARE)
                self._answer(gsp.encode_hello(command.reference, texts))
            case gsp.SUBSCRIBE:
                self._subscribe(connection, command)
            case gsp.UNSUBSCRIBE:
                known = command.reference in self._subscribed
                self._cease(command.reference)
                self._answer(gsp.encode_result(command.reference, gsp.OK if known else gsp.NOT_FOUND))
            case gsp.GET if command.path == "/System/Energy/Level":
                level = bytes([self.battery_percent()])
                self._answer(gsp.encode_result(command.reference, gsp.OK, level))
            case gsp.GET:
                self._answer(gsp.encode_result(command.reference, gsp.NOT_FOUND))
            case _:
                self._answer(gsp.encode_result(command.reference, gsp.NOT_IMPLEMENTED))

    def _answer(self, message: bytes) -> None:
        if self._connection is not None:
            self._post_if_it_fits(self._connection, self._data, message)

    def _subscribe(self, connection: Connection, command: gsp.Command) -> None:
        resource = gsp.resource_at(command.path)
        status = self._refusal(command, resource)
        self._answer(gsp.encode_result(command.reference, status))
        if resource is not None and status == gsp.OK:
            self._begin(command.reference, resource, connection)

    def _refusal(self, command: gsp.Command, resource: gsp.Resource | None) -> int:
        """Status of a subscription; only 404 and 507 are known of the device, the others are a guess."""
        if self.faults.refuse_start is not None:
            return self.faults.refuse_start
        if command.reference == 0:
            return gsp.BAD_REQUEST
        if resource is None:
            return gsp.NOT_FOUND
        if command.reference in self._subscribed:
            return gsp.CONFLICT
        if len(self._subscribed) >= gsp.MAX_SUBSCRIPTIONS:
            return gsp.NO_STORAGE
        return gsp.OK

    def _begin(self, reference: int, resource: gsp.Resource, connection: Connection) -> None:
        self._subscribed.add(reference)
        self._run(f"subscription {reference}", self._feed(reference, resource, connection))

    def _cease(self, reference: int) -> None:
        self._subscribed.discard(reference)
        self._end(f"subscription {reference}")

    async def _feed(self, reference: int, resource: gsp.Resource, connection: Connection) -> None:
        """Send one resource until cancelled."""
        settings = replace(self.scenario.settings, rate_hz=resource.rate_hz)
        async for first_s, raw in self._batches(settings, resource.samples_per_packet):
            message = self._message(reference, resource, settings, first_s, raw)
            limit = connection.att_mtu - ATT_NOTIFICATION_OVERHEAD_BYTES
            try:
                pieces = gsp.split_data(message, limit)
            except PacketTooLongError:
                continue
            for piece in pieces:
                self._post(self._data, piece)

    def _message(
        self, reference: int, resource: gsp.Resource, settings: MemsSettings, first_s: float, raw: Int16Array
    ) -> bytes:
        values = to_physical(raw, settings)
        accel, gyro = values[:, :3], values[:, 3:] / RADPS_PER_DPS
        blocks = {"Acc": [accel], "Gyro": [gyro], "IMU6": [accel, gyro]}[resource.kind]
        return gsp.encode_data(reference, int(self._clock_s(first_s) * 1000), blocks)
