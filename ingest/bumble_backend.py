"""A backend of bleak on top of bumble: the same `bleak.BleakClient`, on a virtual radio or on a dongle.

Both libraries change without notice in the places used here, so both are pinned;
``tests/ingest/test_bumble_backend.py`` is the canary of an upgrade. Transports: see `ingest.bumble_host`.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import bleak
from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
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
from bumble.device import Advertisement, Connection, Peer

from ingest.bumble_host import BumbleHost, running_host
from ingest.errors import BluetoothUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from bleak.args import SizedBuffer
    from bumble.gatt_client import CharacteristicProxy

_MTU_WANTED = 517
"""The largest ATT MTU of use: a value has at most 512 bytes (Core 5.4, Vol 3 Part F 3.2.9)."""
_CLIENT_CONFIGURATION = "2902"


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


async def _bleak_host(transport: str) -> BumbleHost:
    try:
        return await running_host(transport)
    except BluetoothUnavailableError as error:
        reason = BleakBluetoothNotAvailableReason.NO_BLUETOOTH
        raise BleakBluetoothNotAvailableError(error.why, reason) from error


class BleakScannerBumble(BaseBleakScanner):
    """Scanner for bleak's ``backend=``; see `backends`."""

    transport = ""

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None = None,
        scanning_mode: str = "active",
        **_: object,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode == "active"
        self._host: BumbleHost | None = None

    async def start(self) -> None:
        """As in bleak."""
        self.seen_devices = {}
        self._host = await _bleak_host(self.transport)
        await self._host.listen(self._on_advertisement, active=self._active)

    async def stop(self) -> None:
        """As in bleak."""
        host, self._host = self._host, None
        if host is not None:
            await host.stop_listening(self._on_advertisement)

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        """Take one report; advertisement and scan response of a device are merged."""
        found = _parse_advertisement(advertisement)
        address = advertisement.address.to_string(with_type_qualifier=False)
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
    """Translate bumble's report to bleak's; fields as in the Core Specification Supplement, Part A."""
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
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        services: set[str] | None = None,
        **kwargs: Any,  # noqa: ANN401 -- bleak's signature
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

    async def connect(
        self,
        pair: bool = False,  # noqa: FBT001, FBT002 -- bleak's signature
        **kwargs: Any,  # noqa: ANN401 -- bleak's signature
    ) -> None:
        """As in bleak."""
        if self._connection is not None:
            raise BleakError("Client is already connected")
        host = await _bleak_host(self.transport)
        try:
            async with asyncio.timeout(kwargs.get("timeout", self._timeout)):
                address = self._hci_address or await self._find_address()
                connection = await host.connect(address)
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
            await service.discover_characteristics()  # pyright: ignore[reportUnknownMemberType] -- untyped default
            for characteristic in service.characteristics:
                await self._add_characteristic(collection, ours, characteristic)
        return collection

    async def _add_characteristic(
        self,
        collection: BleakGATTServiceCollection,
        service: BleakGATTService,
        characteristic: CharacteristicProxy[bytes],
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

    async def pair(self, *_args: object, **_kwargs: object) -> None:
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

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_: object) -> bytearray:
        """As in bleak; nothing is cached."""
        self._need_connection()
        with self._translated_errors():
            return bytearray(await characteristic.obj.read_value())

    async def read_gatt_descriptor(self, descriptor: BleakGATTDescriptor, **_: object) -> bytearray:
        """As in bleak; nothing is cached."""
        self._need_connection()
        with self._translated_errors():
            return bytearray(await descriptor.obj.read_value())

    async def write_gatt_char(
        self,
        characteristic: BleakGATTCharacteristic,
        data: SizedBuffer,
        response: bool,  # noqa: FBT001 -- bleak's signature
    ) -> None:
        """As in bleak."""
        self._need_connection()
        with self._translated_errors():
            await characteristic.obj.write_value(bytes(data), with_response=response)

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """As in bleak."""
        self._need_connection()
        with self._translated_errors():
            await descriptor.obj.write_value(bytes(data), with_response=True)

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: Callable[[bytearray], None], **_: object
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
    def _translated_errors(self) -> Generator[None]:
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
