"""The simulated sensor as others see it: a genuine GATT server on bumble, fed by firmware, MEMS and lifter.

The lifter begins at the first START command, so that nobody misses the first set, and goes on whatever the
link does.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bumble import att, data_types
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from bumble.profiles.battery_service import BatteryService
from bumble.profiles.device_information_service import DeviceInformationService

from firmware_sim import protocol
from firmware_sim.errors import CommandRefusedError, InvalidSettingError
from firmware_sim.firmware import Firmware, FirmwareConfig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bumble.transport.common import TransportSink, TransportSource

    from firmware_sim.air import Air
    from firmware_sim.mems import MemsSettings, MemsStream
    from firmware_sim.scenarios import Scenario, ScheduledSet

logger = logging.getLogger(__name__)

MANUFACTURER = "Upright simulator"
MAX_NAME_BYTES = 29
"""A legacy scan response holds 31 bytes, two of them for length and type."""
RADIO_QUEUE_PACKETS = 6
"""Notifications handed to the radio ahead of their event; the rest waits in the firmware's FIFO."""
ADVERTISING_INTERVAL_S = 0.1


def default_address(number: int) -> str:
    """Give a random static address (the two top bits are 1); the virtual radio cannot route public ones."""
    return f"C0:55:50:00:{number >> 8 & 255:02X}:{number & 255:02X}"


def _refuse_read(connection: Connection) -> bytes:
    raise att.ATT_Error(att.ATT_READ_NOT_PERMITTED_ERROR, message=str(connection.peer_address))


def _refuse_write(connection: Connection, value: bytes) -> None:
    raise att.ATT_Error(
        att.ATT_WRITE_NOT_PERMITTED_ERROR, message=f"{connection.peer_address}: {value.hex()}"
    )


def _characteristic(
    uuid: str,
    properties: Characteristic.Properties,
    *,
    read: Callable[[Connection], bytes] = _refuse_read,
    write: Callable[[Connection, bytes], None] = _refuse_write,
) -> Characteristic[bytes]:
    """Make a characteristic that refuses what it does not offer; bumble itself would accept every write."""
    both = Characteristic.Permissions.READABLE | Characteristic.Permissions.WRITEABLE
    return Characteristic(uuid, properties, both, CharacteristicValue(read=read, write=write))


class NativePeripheral:
    """A sensor with the native profile, Battery Service and Device Information.

    Parameters
    ----------
    source, sink : TransportSource, TransportSink
        HCI ends of its controller.
    scenario : Scenario
        What its lifter does.
    name : str
        In the scan response, at most 29 bytes.
    address : str
        Random static Bluetooth address.
    config : FirmwareConfig, optional
        What was burnt into the firmware; the device id defaults to one made of the address.
    max_mtu : int
        Largest ATT MTU that it agrees to, 23 to 517.

    Raises
    ------
    InvalidSettingError
        If the name is too long.
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
        max_mtu: int = 247,
    ) -> None:
        if len(name.encode()) > MAX_NAME_BYTES:
            raise InvalidSettingError("name", f"{name!r} is longer than {MAX_NAME_BYTES} bytes of UTF-8")
        self.scenario = scenario
        self.name = name
        self.address = address
        self._config = config or replace(
            FirmwareConfig(), device_id=b"\x00\x00" + bytes.fromhex(address.replace(":", ""))
        )
        self._loop = asyncio.get_running_loop()
        self._lifter_started: asyncio.Future[float] = self._loop.create_future()
        self._firmware = self._power_on()
        self._connection: Connection | None = None
        self._subscribed = False
        self._task: asyncio.Task[None] | None = None
        self._sent = 0
        self._battery_shown = self._firmware.battery_percent(self._loop.time())
        interval_ms = ADVERTISING_INTERVAL_S * 1000
        self._device = Device.from_config_with_hci(
            DeviceConfiguration(
                name=name,
                address=Address(address),
                advertising_interval_min=interval_ms,
                advertising_interval_max=interval_ms,
            ),
            source,
            sink,
        )
        self._battery = BatteryService(lambda _: self._firmware.battery_percent(self._loop.time()))
        self._data = _characteristic(protocol.DATA_UUID, Characteristic.Properties.NOTIFY)
        self._add_services(max_mtu)
        self._device.on(Device.EVENT_CONNECTION, self._on_connection)
        self._data.on(Characteristic.EVENT_SUBSCRIPTION, self._on_subscription)

    # -- for tests and the composition root

    @property
    def lifter_started_s(self) -> float | None:
        """Loop time at which the lifter began; None before the first START."""
        return self._lifter_started.result() if self._lifter_started.done() else None

    @property
    def connected(self) -> bool:
        """Whether a central is connected."""
        return self._connection is not None

    @property
    def sent_packets(self) -> int:
        """DATA notifications handed to the radio since the object was made."""
        return self._sent

    @property
    def firmware(self) -> Firmware:
        """The firmware that runs now; `reset` replaces it."""
        return self._firmware

    async def start(self) -> None:
        """Power the controller and advertise; advertising resumes after every lost link."""
        await self._device.power_on()
        await self._device.start_advertising(auto_restart=True)

    async def stop(self) -> None:
        """Switch off."""
        self._stop_streaming()
        await self._device.stop_advertising()
        await self.drop_link()

    async def drop_link(self) -> None:
        """End the link from the sensor's side, if there is one."""
        if self._connection is not None:
            await self._connection.disconnect()

    async def reset(self) -> None:
        """Power-on reset: the link dies, clock and counters start again; the lifter does not notice."""
        self._stop_streaming()
        self._firmware = self._power_on()
        await self.drop_link()

    async def labels(self) -> AsyncIterator[ScheduledSet]:
        """Yield each set when the lifter would label it."""
        started_s = await asyncio.shield(self._lifter_started)
        for scheduled in self.scenario.sets:
            await asyncio.sleep(max(0.0, started_s + scheduled.label_at_s - self._loop.time()))
            yield scheduled

    # -- set-up

    def _power_on(self) -> Firmware:
        unit = self.scenario.unit
        return Firmware(
            self._open_stream,
            self.scenario.settings,
            clock_error_fraction=unit.clock_error_fraction,
            model=unit.model.name,
            powered_on_s=self._loop.time(),
            config=self._config,
        )

    def _open_stream(self, settings: MemsSettings, first_sample_s: float) -> MemsStream:
        if not self._lifter_started.done():
            self._lifter_started.set_result(first_sample_s)
        return self.scenario.stream(settings, first_sample_s - self._lifter_started.result())

    def _add_services(self, max_mtu: int) -> None:
        ctrl = _characteristic(protocol.CTRL_UUID, Characteristic.Properties.WRITE, write=self._on_command)
        info = _characteristic(protocol.INFO_UUID, Characteristic.Properties.READ, read=self._read_info)
        version = ".".join(str(part) for part in self._config.version)
        self._device.add_services(
            [
                Service(protocol.SERVICE_UUID, [self._data, ctrl, info]),
                self._battery,
                DeviceInformationService(
                    manufacturer_name=MANUFACTURER,
                    model_number=self.scenario.unit.model.name,
                    firmware_revision=version,
                ),
            ]
        )
        self._device.gatt_server.max_mtu = max_mtu
        flags = (
            AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
        )
        self._device.advertising_data = bytes(
            AdvertisingData(
                [
                    data_types.Flags(flags),
                    data_types.CompleteListOf128BitServiceUUIDs([UUID(protocol.SERVICE_UUID)]),
                ]
            )
        )
        self._device.scan_response_data = bytes(AdvertisingData([data_types.CompleteLocalName(self.name)]))

    # -- events of the link

    def _on_connection(self, connection: Connection) -> None:
        self._connection = connection
        connection.on(Connection.EVENT_DISCONNECTION, self._on_disconnection)

    def _on_disconnection(self, reason: int) -> None:
        logger.info("%s: link lost, reason 0x%02x", self.name, reason)
        self._connection = None
        self._subscribed = False
        self._stop_streaming()
        self._firmware.link_lost()

    def _on_subscription(self, bearer: object, notify: bool, indicate: bool) -> None:  # noqa: FBT001
        del bearer, indicate
        self._subscribed = notify

    def _read_info(self, connection: Connection) -> bytes:
        del connection
        return self._firmware.info(self._loop.time())

    def _on_command(self, connection: Connection, payload: bytes) -> None:
        try:
            self._firmware.command(bytes(payload), self._loop.time())
        except CommandRefusedError as error:
            raise att.ATT_Error(error.att_error) from error
        if not self._firmware.streaming:
            self._stop_streaming()
        elif self._task is None:
            self._task = asyncio.create_task(self._stream(connection), name=f"{self.name} stream")

    def _stop_streaming(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    # -- data

    async def _stream(self, connection: Connection) -> None:
        """Build and send packets until cancelled."""
        queue = self._device.host.get_data_packet_queue(connection.handle)
        while queue is not None:
            due_s = self._firmware.next_packet_s() or self._loop.time()
            # Always gives way to others, even when rounding puts the packet a hair before its time.
            await asyncio.sleep(max(0.0, due_s - self._loop.time()))
            now_s = self._loop.time()
            if not self._subscribed:
                self._firmware.let_pass(now_s)
                continue
            self._firmware.build(now_s, connection.att_mtu)
            while self._firmware.waiting and queue.pending < RADIO_QUEUE_PACKETS:
                payload = self._firmware.take(connection.att_mtu)
                await self._device.notify_subscriber(connection, self._data, payload)
                self._sent += 1
            await self._show_battery(now_s)

    async def _show_battery(self, now_s: float) -> None:
        percent = self._firmware.battery_percent(now_s)
        if percent != self._battery_shown:
            self._battery_shown = percent
            await self._device.notify_subscribers(self._battery.battery_level_characteristic, percent)


async def start_sensor(
    air: Air,
    scenario: Scenario,
    *,
    name: str = "Upright-1",
    address: str | None = None,
    config: FirmwareConfig | None = None,
    max_mtu: int = 247,
) -> NativePeripheral:
    """Put a sensor on the air of this process and let it advertise."""
    source, sink = air.port(name)
    peripheral = NativePeripheral(
        source,
        sink,
        scenario,
        name=name,
        address=address or default_address(1),
        config=config,
        max_mtu=max_mtu,
    )
    await peripheral.start()
    return peripheral
