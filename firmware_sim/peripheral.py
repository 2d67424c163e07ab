"""A simulated sensor as others see it: a genuine GATT server on bumble, fed by MEMS and lifter.

`SimulatedPeripheral` is what all sensors have in common; each module of `firmware_sim.devices` adds what its
device says and obeys. The lifter begins when data are first asked for, so that nobody misses the first set,
and goes on whatever the link does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, TypedDict, TypeVar

from bumble import data_types
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, Service
from bumble.hci import Address

from firmware_sim.air import AirController
from firmware_sim.characteristics import Endpoint, Read, Write
from firmware_sim.errors import InvalidSettingError
from firmware_sim.faults import Faults
from firmware_sim.identity import Battery, Identity
from firmware_sim.outbox import Outbox
from firmware_sim.sampler import Sampler

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from bumble.core import DataType
    from bumble.transport.common import TransportSink, TransportSource

    from firmware_sim.air import Air
    from firmware_sim.mems import MemsSettings, MemsStream
    from firmware_sim.scenarios import Scenario, ScheduledSet

logger = logging.getLogger(__name__)

MAX_NAME_BYTES = 29
"""A legacy scan response holds 31 bytes, two of them for length and type."""
ADVERTISING_INTERVAL_S = 0.1
BATTERY_CHECK_S = 1.0


def default_address(number: int) -> str:
    """Give a random static address (the two top bits are 1); the virtual radio cannot route public ones."""
    return f"C0:55:50:00:{number >> 8 & 255:02X}:{number & 255:02X}"


class SensorOptions(TypedDict, total=False):
    """Keyword options that every simulated sensor takes, see `SimulatedPeripheral`."""

    max_mtu: int | None
    battery: Battery | None
    faults: Faults | None
    lifter_started: asyncio.Future[float] | None


class SimulatedPeripheral(ABC):
    """A sensor on the radio.

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
    max_mtu : int, optional
        Largest ATT MTU that it agrees to, 23 to 517; the device's own by default.
    battery : Battery, optional
        At power-on.
    faults : Faults, optional
        What is wrong with it.
    lifter_started : asyncio.Future of float, optional
        Shared by the sensors of one lifter, who begins when the first of them is asked for data: loop time of
        that. Alone if not given.

    Raises
    ------
    InvalidSettingError
        If the name is too long or the MTU outside its range.
    """

    DEFAULT_MTU: ClassVar[int] = 247
    HAS_BATTERY_SERVICE: ClassVar[bool] = True

    def __init__(
        self,
        source: TransportSource,
        sink: TransportSink,
        scenario: Scenario,
        *,
        name: str,
        address: str,
        max_mtu: int | None = None,
        battery: Battery | None = None,
        faults: Faults | None = None,
        lifter_started: asyncio.Future[float] | None = None,
    ) -> None:
        if len(name.encode()) > MAX_NAME_BYTES:
            raise InvalidSettingError("name", f"{name!r} is longer than {MAX_NAME_BYTES} bytes of UTF-8")
        mtu = self.DEFAULT_MTU if max_mtu is None else max_mtu
        if not 23 <= mtu <= 517:
            raise InvalidSettingError("max_mtu", f"must lie in 23 to 517, not {mtu}")
        self.scenario = scenario
        self.name = name
        self.address = address
        self.faults = faults or Faults()
        self._battery = battery or Battery()
        self._source = source
        self._loop = asyncio.get_running_loop()
        self._lifter_started = lifter_started or self._loop.create_future()
        self._powered_on_s = self._loop.time()
        self._dead = False
        self._connection: Connection | None = None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._endpoints: list[Endpoint] = []
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
        self._device.gatt_server.max_mtu = mtu
        self._outbox = Outbox(self._device, self.faults)
        self._power_on()
        self._battery_shown = self.battery_percent()
        self._battery_level = self._endpoint(
            "2A19",
            Characteristic.Properties.READ | Characteristic.Properties.NOTIFY,
            read=lambda _: bytes([self.battery_percent()]),
        )
        self._device.add_services([*self._services(), *self._common_services()])
        self._device.advertising_data = bytes(AdvertisingData(self._advertised()))
        self._device.scan_response_data = bytes(AdvertisingData([data_types.CompleteLocalName(name)]))
        self._device.on(Device.EVENT_CONNECTION, self._on_connection)

    # -- what a device adds

    @abstractmethod
    def _power_on(self) -> None:
        """Forget all state: clock and counters start now."""

    @abstractmethod
    def _services(self) -> list[Service]:
        """Give the device's own services; called once."""

    @abstractmethod
    def _identity(self) -> Identity:
        """Tell what Device Information says."""

    @abstractmethod
    def _advertised_services(self) -> list[UUID]:
        """Name the services in the advertisement, all of the same length."""

    @abstractmethod
    def _link_lost(self) -> None:
        """Forget what ends with the link; tasks and queue are gone already."""

    # -- for tests and the composition root

    @property
    def lifter_started_s(self) -> float | None:
        """Loop time at which the lifter began; None before data were first asked for."""
        return self._lifter_started.result() if self._lifter_started.done() else None

    @property
    def connected(self) -> bool:
        """Whether a central is connected."""
        return self._connection is not None

    @property
    def sent_packets(self) -> int:
        """Notifications handed to the radio since the object was made, without those of the battery."""
        return self._outbox.sent

    @property
    def overflowed_packets(self) -> int:
        """Notifications lost in the sensor because the radio was too slow."""
        return self._outbox.overflowed

    def battery_percent(self) -> int:
        """Charge left, 0 to 100."""
        return self._battery.percent_after(self._loop.time() - self._powered_on_s)

    async def start(self) -> None:
        """Power the controller and advertise; advertising resumes after every lost link."""
        await self._device.power_on()
        await self._device.start_advertising(auto_restart=True)
        self._run("battery", self._watch_battery())

    async def stop(self) -> None:
        """Switch off."""
        self._end_all()
        if not self._dead:
            await self._device.stop_advertising()
            await self.drop_link()

    async def drop_link(self) -> None:
        """End the link from the sensor's side, if there is one."""
        if self._connection is not None:
            await self._connection.disconnect()

    async def reset(self) -> None:
        """Power-on reset: the link dies, clock and counters start again; the lifter does not notice."""
        self._end_streams()
        self._powered_on_s = self._loop.time()
        self._power_on()
        await self.drop_link()

    def out_of_range(self, duration_s: float) -> None:
        """Neither hear nor be heard for a while; the link dies by its supervision timeout if there is one.

        Raises
        ------
        InvalidSettingError
            If the sensor is not on a virtual radio of this process.
        """
        self._controller().jam(duration_s)

    def lose_power(self) -> None:
        """Go dead without a word, for good.

        Raises
        ------
        InvalidSettingError
            If the sensor is not on a virtual radio of this process.
        """
        controller = self._controller()
        self._dead = True
        self._end_all()
        controller.unplug()

    async def labels(self) -> AsyncIterator[ScheduledSet]:
        """Yield each set when the lifter would label it."""
        started_s = await asyncio.shield(self._lifter_started)
        for scheduled in self.scenario.sets:
            await asyncio.sleep(max(0.0, started_s + scheduled.label_at_s - self._loop.time()))
            yield scheduled

    def _controller(self) -> AirController:
        if not isinstance(self._source, AirController):
            raise InvalidSettingError("radio", "only a virtual radio can do that")
        return self._source

    # -- services

    def _endpoint(
        self,
        uuid: str,
        properties: Characteristic.Properties,
        *,
        read: Read | None = None,
        write: Write | None = None,
        on_listen: Callable[[Endpoint], None] | None = None,
    ) -> Endpoint:
        """Make a characteristic that this sensor looks after."""
        server = self._device.gatt_server
        endpoint = Endpoint(
            server, self.faults, uuid, properties, read=read, write=write, on_listen=on_listen
        )
        self._endpoints.append(endpoint)
        return endpoint

    def _common_services(self) -> list[Service]:
        information = [
            self._endpoint(uuid, Characteristic.Properties.READ, read=lambda _, value=value: value)
            for uuid, value in self._identity().values().items()
        ]
        services = [Service("180A", [one.characteristic for one in information])] if information else []
        if self.HAS_BATTERY_SERVICE:
            services.append(Service("180F", [self._battery_level.characteristic]))
        return services

    def _advertised(self) -> list[DataType]:
        """Structures of the advertisement; the name is in the scan response."""
        flags = (
            AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
        )
        structures: list[DataType] = [data_types.Flags(flags)]
        services = self._advertised_services()
        if services:
            short = len(services[0].to_bytes()) == 2
            kind = (
                data_types.CompleteListOf16BitServiceUUIDs
                if short
                else data_types.CompleteListOf128BitServiceUUIDs
            )
            structures.append(kind(services))
        return structures

    # -- events of the link

    def _on_connection(self, connection: Connection) -> None:
        self._connection = connection
        connection.on(Connection.EVENT_DISCONNECTION, self._on_disconnection)
        self._run("outbox", self._outbox.empty(connection))

    def _on_disconnection(self, reason: int) -> None:
        logger.info("%s: link lost, reason 0x%02x", self.name, reason)
        self._connection = None
        for endpoint in self._endpoints:
            endpoint.forget_listeners()
        self._end_streams()
        self._link_lost()

    # -- tasks

    def _run(self, name: str, work: Coroutine[object, object, None]) -> None:
        """Run as this sensor's task of that name, instead of the one before."""
        self._end(name)
        task = asyncio.create_task(work, name=f"{self.name} {name}")
        task.add_done_callback(self._report_failure)
        self._tasks[name] = task

    def _running(self, name: str) -> bool:
        return name in self._tasks and not self._tasks[name].done()

    def _end(self, name: str) -> None:
        task = self._tasks.pop(name, None)
        if task is not None and task is not asyncio.current_task():  # a sensor may reset itself
            task.cancel()

    def _end_streams(self) -> None:
        """End all that lives with the link, and forget what waited for it."""
        for name in [name for name in self._tasks if name != "battery"]:
            self._end(name)
        self._outbox.clear()

    def _end_all(self) -> None:
        self._end_streams()
        self._end("battery")

    def _report_failure(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("%s: the simulated sensor failed", task.get_name(), exc_info=error)

    # -- data

    def _open_stream(self, settings: MemsSettings, first_sample_s: float) -> MemsStream:
        """Sample from this loop time on; the lifter begins with the first stream."""
        if not self._lifter_started.done():
            self._lifter_started.set_result(first_sample_s)
        return self.scenario.stream(settings, first_sample_s - self._lifter_started.result())

    def _sampler(self, settings: MemsSettings) -> Sampler:
        """Sample from now on; one oscillator drives all, so streams of one rate fall together."""
        period_s = 1 / (settings.rate_hz * (1 + self.scenario.unit.odr_error_fraction))
        since_s = self._loop.time() - self._powered_on_s
        first_sample_s = self._powered_on_s + math.ceil(since_s / period_s) * period_s
        return Sampler(self._open_stream(settings, first_sample_s), first_sample_s)

    def _radio_has_room(self, connection: Connection) -> bool:
        return self._outbox.has_room(connection)

    async def _notify(self, connection: Connection, endpoint: Endpoint, payload: bytes) -> None:
        """Send a notification now; see `Outbox.notify`."""
        await self._outbox.notify(connection, endpoint, payload)

    def _post(self, endpoint: Endpoint, payload: bytes) -> None:
        """Queue a notification; it leaves as soon as the radio takes it."""
        self._outbox.post(endpoint, payload)

    def _indicate(self, connection: Connection, endpoint: Endpoint, payload: bytes) -> None:
        """Queue an indication."""
        self._outbox.add_answer(endpoint, payload)
        if not self._running("answers"):
            self._run("answers", self._outbox.give_answers(connection))

    async def _watch_battery(self) -> None:
        """Notify the charge when it changes; die when there is none left."""
        while True:
            await asyncio.sleep(BATTERY_CHECK_S)
            percent = self.battery_percent()
            if percent != self._battery_shown:
                self._battery_shown = percent
                connection = self._connection
                if connection is not None and self._battery_level.notified and not self.faults.mute:
                    level = self._battery_level.characteristic
                    await self._device.notify_subscriber(connection, level, bytes([percent]))
            if percent == 0:
                with contextlib.suppress(InvalidSettingError):  # a real dongle stays powered
                    self.lose_power()
                return


PeripheralT = TypeVar("PeripheralT", bound=SimulatedPeripheral)


async def put_on_air(
    air: Air, name: str, create: Callable[[TransportSource, TransportSink], PeripheralT]
) -> PeripheralT:
    """Make a sensor on the air of this process and let it advertise."""
    peripheral = create(*air.port(name))
    await peripheral.start()
    return peripheral
