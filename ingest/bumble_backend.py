"""A backend of bleak on top of bumble: the same `bleak.BleakClient`, on a virtual radio or on a dongle of
one's own.

Transports: ``inproc:<name>`` (registered by `register_in_process`), and all of bumble's, such as
``tcp-client:127.0.0.1:9100`` and ``usb:0``. One HCI host is shared by all scanners and clients of an event
loop, since one controller has one connection attempt and one scan at a time.

Both libraries change without notice in the places used here, so both are pinned;
``tests/ingest/test_bumble_backend.py`` is the canary of an upgrade.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import bleak
from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)
from bleak.uuids import normalize_uuid_str
from bumble import att, core, hci
from bumble.device import Advertisement, Connection, ConnectionParametersPreferences, Device, Peer
from bumble.transport import open_transport
from bumble.transport.common import TransportSink, TransportSource

IN_PROCESS_PREFIX = "inproc:"

PortFactory: TypeAlias = Callable[[], tuple[TransportSource, TransportSink]]
"""Makes the two ends of an HCI transport: what the host reads from and what it writes to."""

_MTU_WANTED = 517
"""The largest ATT MTU that the specification has a use for (Core 5.4, Vol 3 Part F 3.2.9: a value has 512 bytes)."""
_CONNECTION = {
    # 7.5 to 15 ms: a packet of 50 ms of samples then waits little, and a repetition is sent well before the
    # next one.
    hci.Phy.LE_1M: ConnectionParametersPreferences(
        connection_interval_min=7.5, connection_interval_max=15.0, supervision_timeout=4000
    )
}
_CLIENT_CONFIGURATION = "2902"

# bumble reports each notification without a subscriber and each lost link; bleak's callers hear of both
# elsewhere.
logging.getLogger("bumble").setLevel(logging.CRITICAL)

_factories: dict[str, PortFactory] = {}
_adapters: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, _Adapter]] = WeakKeyDictionary()


def register_in_process(name: str, factory: PortFactory) -> None:
    """Make ``inproc:<name>`` a transport."""
    _factories[name] = factory


def backends(transport: str) -> tuple[type[BaseBleakScanner], type[BaseBleakClient]]:
    """Return a scanner and a client class bound to a transport, for bleak's ``backend=``."""
    scanner = type("BleakScannerBumble", (BleakScannerBumble,), {"transport": transport})
    client = type("BleakClientBumble", (BleakClientBumble,), {"transport": transport})
    return scanner, client


def install(transport: str) -> None:
    """Make bleak code that knows nothing of backends use this transport, for the life of the process."""
    scanner, client = backends(transport)
    bleak.get_platform_scanner_backend_type = lambda: (scanner, "bumble")  # type: ignore[assignment]
    bleak.get_platform_client_backend_type = lambda: (client, "bumble")  # type: ignore[assignment]


async def close_transport(transport: str) -> None:
    """Switch off the host of a transport on this loop, if there is one."""
    adapter = _loop_adapters().pop(transport, None)
    if adapter is not None:
        await adapter.close()


def _loop_adapters() -> dict[str, _Adapter]:
    return _adapters.setdefault(asyncio.get_running_loop(), {})


class _Adapter:
    """One HCI host, shared by the scanners and clients of one loop and transport."""

    def __init__(self, transport: str) -> None:
        self.connecting = asyncio.Lock()
        self._transport = transport
        self._opened: Any = None  # bumble's Transport
        self._starting = asyncio.Lock()
        self._scanning = asyncio.Lock()
        self._scanners: list[BleakScannerBumble] = []
        self._device: Device | None = None

    @classmethod
    async def get(cls, transport: str) -> _Adapter:
        """Return the running host of a transport; start it if it is the first time."""
        adapters = _loop_adapters()
        adapter = adapters.setdefault(transport, cls(transport))
        async with adapter._starting:
            if adapter._device is None:
                try:
                    await adapter._power_on()
                except (OSError, core.BaseBumbleError, ValueError, KeyError) as error:
                    adapters.pop(transport, None)
                    raise BleakBluetoothNotAvailableError(
                        f"no Bluetooth controller at {transport}: {error}",
                        BleakBluetoothNotAvailableReason.NO_BLUETOOTH,
                    ) from error
        return adapter

    @property
    def device(self) -> Device:
        """Bumble's host."""
        if self._device is None:
            raise BleakError(f"the Bluetooth host of {self._transport} is switched off")
        return self._device

    async def _power_on(self) -> None:
        if self._transport.startswith(IN_PROCESS_PREFIX):
            source, sink = _factories[self._transport.removeprefix(IN_PROCESS_PREFIX)]()
        else:
            self._opened = await open_transport(self._transport)
            source, sink = self._opened
            adapters, transport = _loop_adapters(), self._transport
            # A lost transport (the other process died, the dongle was pulled out): the next user opens it
            # anew.
            source.terminated.add_done_callback(lambda _: adapters.pop(transport, None))
        # Never a public address: bumble's virtual link routes by the random one.
        device = Device.with_hci("upright", hci.Address.generate_static_address(), source, sink)
        device.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
        await device.power_on()
        self._device = device

    async def close(self) -> None:
        if self._opened is not None:
            await self._opened.close()
        self._device = None

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        for scanner in list(self._scanners):
            scanner.on_advertisement(advertisement)

    async def add_scanner(self, scanner: BleakScannerBumble, *, active: bool) -> None:
        async with self._scanning:
            self._scanners.append(scanner)
            if len(self._scanners) == 1:
                await self.device.start_scanning(active=active)

    async def remove_scanner(self, scanner: BleakScannerBumble) -> None:
        async with self._scanning:
            if scanner in self._scanners:
                self._scanners.remove(scanner)
                if not self._scanners and self._device is not None:
                    await self._device.stop_scanning()


class BleakScannerBumble(BaseBleakScanner):
    """Scanner for bleak's ``backend=``; see `backends`."""

    transport = ""

    def __init__(
        self,
        detection_callback: Any,
        service_uuids: list[str] | None = None,
        scanning_mode: str = "active",
        **_: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode == "active"
        self._adapter: _Adapter | None = None

    async def start(self) -> None:
        """As in bleak."""
        self.seen_devices = {}
        self._adapter = await _Adapter.get(self.transport)
        await self._adapter.add_scanner(self, active=self._active)

    async def stop(self) -> None:
        """As in bleak."""
        adapter, self._adapter = self._adapter, None
        if adapter is not None:
            await adapter.remove_scanner(self)

    def on_advertisement(self, advertisement: Advertisement) -> None:
        """Take one report; advertisement and scan response of a device are merged."""
        found = _parse_advertisement(advertisement)
        address = (
            advertisement.address.to_string(use_qualifier=False)
            if False
            else str(advertisement.address).split("/")[0]
        )
        if address in self.seen_devices:
            old = self.seen_devices[address][1]
            found = found._replace(
                local_name=found.local_name or old.local_name,
                service_uuids=found.service_uuids or old.service_uuids,
            )
        if not self.is_allowed_uuid(found.service_uuids):
            return
        details = {"address": advertisement.address}
        device = self.create_or_update_device(address, address, found.local_name, details, found)
        self.call_detection_callbacks(device, found)


_Type = core.AdvertisingData.Type
_SERVICE_LISTS = {
    _Type.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS: 2,
    _Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS: 2,
    _Type.INCOMPLETE_LIST_OF_32_BIT_SERVICE_CLASS_UUIDS: 4,
    _Type.COMPLETE_LIST_OF_32_BIT_SERVICE_CLASS_UUIDS: 4,
    _Type.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS: 16,
    _Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS: 16,
}
_SERVICE_DATA = {
    _Type.SERVICE_DATA_16_BIT_UUID: 2,
    _Type.SERVICE_DATA_32_BIT_UUID: 4,
    _Type.SERVICE_DATA_128_BIT_UUID: 16,
}


def _parse_advertisement(advertisement: Advertisement) -> AdvertisementData:
    """Translate bumble's report to bleak's; the fields are those of the Core Specification Supplement, Part A."""
    name: str | None = None
    manufacturer: dict[int, bytes] = {}
    service_data: dict[str, bytes] = {}
    services: list[str] = []
    tx_power: int | None = None
    for kind, raw in advertisement.data.ad_structures:
        if kind == _Type.COMPLETE_LOCAL_NAME or (kind == _Type.SHORTENED_LOCAL_NAME and name is None):
            name = raw.decode("utf-8", "replace")
        elif kind == _Type.MANUFACTURER_SPECIFIC_DATA:
            manufacturer[int.from_bytes(raw[:2], "little")] = bytes(raw[2:])
        elif kind == _Type.TX_POWER_LEVEL:
            tx_power = int.from_bytes(raw[:1], "little", signed=True)
        elif kind in _SERVICE_LISTS:
            size = _SERVICE_LISTS[kind]
            services += [_uuid(raw[at : at + size]) for at in range(0, len(raw) - size + 1, size)]
        elif kind in _SERVICE_DATA and len(raw) >= _SERVICE_DATA[kind]:
            size = _SERVICE_DATA[kind]
            service_data[_uuid(raw[:size])] = bytes(raw[size:])
    return AdvertisementData(
        name, manufacturer, service_data, services, tx_power, advertisement.rssi, (advertisement,)
    )


def _uuid(raw: bytes) -> str:
    return _uuid_text(core.UUID.from_bytes(bytes(raw)))


def _uuid_text(uuid: core.UUID) -> str:
    return normalize_uuid_str(uuid.to_hex_str("-"))


class BleakClientBumble(BaseBleakClient):
    """Client for bleak's ``backend=``; see `backends`."""

    transport = ""

    def __init__(
        self, address_or_ble_device: BLEDevice | str, *, services: set[str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(address_or_ble_device, **kwargs)
        self._wanted_services = services
        self._hci_address: hci.Address | None = None
        self._name = self.address.replace(":", "-")
        if isinstance(address_or_ble_device, BLEDevice):
            self._hci_address = address_or_ble_device.details["address"]
            self._name = address_or_ble_device.name or self._name
        self._connection: Connection | None = None
        self._gone = asyncio.Event()
        self._subscriptions: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        """As in bleak."""
        return self._name

    @property
    def mtu_size(self) -> int:
        """As in bleak."""
        return self._need_connection().att_mtu

    @property
    def is_connected(self) -> bool:
        """As in bleak."""
        return self._connection is not None

    async def connect(self, pair: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002 -- bleak's signature
        """As in bleak."""
        if self._connection is not None:
            raise BleakError("Client is already connected")
        adapter = await _Adapter.get(self.transport)
        try:
            async with asyncio.timeout(kwargs.get("timeout", self._timeout)):
                address = self._hci_address or await self._find_address()
                async with adapter.connecting:
                    connection = await adapter.device.connect(
                        address, timeout=None, connection_parameters_preferences=_CONNECTION
                    )
                self._connection = connection
                self._gone.clear()
                connection.on(Connection.EVENT_DISCONNECTION, self._on_disconnection)
                with self._translated_errors():
                    peer = Peer(connection)
                    await peer.request_mtu(_MTU_WANTED)
                    if pair:
                        await connection.pair()
                    self.services = await self._discover(peer)
        except core.BaseBumbleError as error:
            await self._hang_up()
            raise BleakError(f"connecting failed: {error}") from error
        except BaseException:
            await self._hang_up()
            raise

    async def _find_address(self) -> hci.Address:
        device = await bleak.BleakScanner.find_device_by_address(
            self.address, timeout=self._timeout, backend=backends(self.transport)[0]
        )
        if device is None:
            raise BleakDeviceNotFoundError(self.address, f"Device with address {self.address} was not found.")
        self._hci_address = device.details["address"]
        return device.details["address"]

    async def _discover(self, peer: Peer) -> BleakGATTServiceCollection:
        collection = BleakGATTServiceCollection()
        for service in await peer.discover_services():
            uuid = _uuid_text(service.uuid)
            if self._wanted_services and uuid not in self._wanted_services:
                continue
            ours = BleakGATTService(service, service.handle, uuid)
            collection.add_service(ours)
            for characteristic in await service.discover_characteristics():
                await self._add_characteristic(collection, ours, characteristic)
        return collection

    async def _add_characteristic(
        self, collection: BleakGATTServiceCollection, service: BleakGATTService, characteristic: Any
    ) -> None:
        ours = BleakGATTCharacteristic(
            characteristic,
            characteristic.handle,
            _uuid_text(characteristic.uuid),
            list(gatt_char_props_to_strs(characteristic.properties)),
            lambda: self.mtu_size - 3,
            service,
        )
        collection.add_characteristic(ours)
        for descriptor in await characteristic.discover_descriptors():
            collection.add_descriptor(
                BleakGATTDescriptor(descriptor, descriptor.handle, _uuid_text(descriptor.type), ours)
            )

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self.services = None
        self._subscriptions.clear()
        self._gone.set()
        if self._disconnected_callback is not None:
            asyncio.get_running_loop().call_soon(self._disconnected_callback)

    async def disconnect(self) -> None:
        """As in bleak."""
        if self._connection is not None:
            with contextlib.suppress(core.BaseBumbleError):
                await self._connection.disconnect()
            await self._gone.wait()

    async def _hang_up(self) -> None:
        """Leave no half-open link behind when connecting fails."""
        with contextlib.suppress(BleakError, core.BaseBumbleError, TimeoutError):
            async with asyncio.timeout(self._timeout):
                await self.disconnect()

    async def pair(self, *_args: Any, **_kwargs: Any) -> None:
        """As in bleak."""
        with self._translated_errors():
            await self._need_connection().pair()

    async def unpair(self) -> None:
        """Not offered: no keys are kept."""
        raise BleakError("this backend keeps no bonds, so there is nothing to unpair")

    def _need_connection(self) -> Connection:
        if self._connection is None:
            raise BleakError("Not connected")
        return self._connection

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **_: Any
    ) -> bytearray:
        """As in bleak; nothing is cached."""
        self._need_connection()
        with self._translated_errors():
            return bytearray(await characteristic.obj.read_value())

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **_: Any
    ) -> bytearray:
        """As in bleak; nothing is cached."""
        self._need_connection()
        with self._translated_errors():
            return bytearray(await descriptor.obj.read_value())

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: Any, response: bool
    ) -> None:
        """As in bleak."""
        self._need_connection()
        with self._translated_errors():
            await characteristic.obj.write_value(bytes(data), with_response=response)

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: Any) -> None:
        """As in bleak."""
        self._need_connection()
        with self._translated_errors():
            await descriptor.obj.write_value(bytes(data), with_response=True)

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: Callable[[bytearray], None], **_: Any
    ) -> None:
        """As in bleak."""
        self._need_connection()
        if characteristic.handle in self._subscriptions:
            raise BleakError("Characteristic notifications already started")
        if characteristic.get_descriptor(_CLIENT_CONFIGURATION) is None:
            raise BleakError("the characteristic has no client configuration, so it cannot notify")

        def on_value(value: bytes) -> None:
            callback(bytearray(value))

        self._subscriptions[characteristic.handle] = on_value
        with self._translated_errors():
            await characteristic.obj.subscribe(on_value)

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """As in bleak."""
        self._need_connection()
        on_value = self._subscriptions.pop(characteristic.handle, None)
        if on_value is not None:
            with self._translated_errors():
                await characteristic.obj.unsubscribe(on_value)

    @contextlib.contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Turn bumble's errors into bleak's. bumble CANCELS the pending request when the link drops."""
        try:
            yield
        except att.ATT_Error as error:
            raise BleakGATTProtocolError(int(error.error_code)) from error
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self.is_connected and (task is None or not task.cancelling()):
                raise BleakError("disconnected") from None
            raise
        except (core.BaseBumbleError, TimeoutError) as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise BleakError(f"GATT request failed: {error or type(error).__name__}") from error
