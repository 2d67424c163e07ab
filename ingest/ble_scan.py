"""Bluetooth: what advertises, which driver knows it, and which of them is the one that is wanted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError

from ingest.bleak_errors import translate
from ingest.bumble_backend import backends
from ingest.devices import driver_for, is_bar_sensor, standard
from ingest.errors import AmbiguousSensorError, DeviceNotFoundError, WireError

if TYPE_CHECKING:
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

BLEAK_ERRORS = (BleakError, TimeoutError, EOFError, OSError)
"""What bleak and its backends raise when the radio or the other side fails."""
SETTLE_S = 0.8
"""How long to listen on after the first match, s; 0.5 to 2. Sensors advertise every 0.1 to 1 s."""
BATTERY_TIMEOUT_S = 4.0
"""How long a sensor may take to tell its battery during a scan, s; 2 to 10."""


@dataclass(frozen=True, slots=True)
class FoundSensor:
    """A device that advertises.

    Attributes
    ----------
    name, address : str
        As advertised; on macOS the address is a UUID.
    rssi_dbm : int
        Signal strength, dBm.
    driver : str or None
        Name of the driver that knows it; None: not one of our sensors.
    battery_charge_fraction : float or None
        0 to 1; None where it was not asked or does not tell.
    """

    name: str
    address: str
    rssi_dbm: int
    driver: str | None
    battery_charge_fraction: float | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sensor is wanted.

    Attributes
    ----------
    address, name : str or None
        Of the one; neither: the first bar sensor, a paired one if there is any.
    driver : str or None
        Kind of sensor that it must be, where neither address nor name is given.
    paired : frozenset of str
        Addresses, upper case, of sensors that were paired.
    """

    address: str | None = None
    name: str | None = None
    driver: str | None = None
    paired: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Say it in words."""
        if self.name or self.address:
            return self.name or self.address or ""
        kind = f"any {self.driver} sensor" if self.driver else "any bar sensor"
        return f"a paired sensor, or {kind}" if self.paired else kind

    def matches(self, found: FoundSensor) -> bool:
        """Tell whether a device is the one, or one of the kind."""
        if self.address is not None:
            return found.address.lower() == self.address.lower()
        if self.name is not None:
            return found.name == self.name
        if self.driver is not None:
            return found.driver == self.driver
        return found.driver is not None and is_bar_sensor(found.driver)

    def choose(self, matches: list[FoundSensor]) -> FoundSensor:
        """Return the best of several matches: a paired one, then the strongest.

        Raises
        ------
        AmbiguousSensorError
            If two have the name that was asked for and not just one of them is paired.
        """
        paired = [found for found in matches if found.address.upper() in self.paired]
        if self.name is not None and len(matches) > 1 and len(paired) != 1:
            raise AmbiguousSensorError(self.name, [(one.address, one.rssi_dbm) for one in matches])
        return max(paired or matches, key=lambda found: found.rssi_dbm)


async def find(
    wanted: Wanted, backend: type[Any] | None, timeout_s: float, settle_s: float = SETTLE_S
) -> tuple[BLEDevice, FoundSensor]:
    """Listen until the wanted sensor advertises.

    Without an address it listens on for a moment, to prefer a paired one and to see whether a name is unique.

    Parameters
    ----------
    wanted : Wanted
        Which one.
    backend : type or None
        Of the scanner; None: the system's own.
    timeout_s, settle_s : float
        Longest search, and how long to listen on after the first match, s.

    Raises
    ------
    DeviceNotFoundError
        If nothing matches.
    AmbiguousSensorError
        If two sensors have the name.
    """
    matches: dict[str, tuple[BLEDevice, FoundSensor]] = {}
    first = asyncio.Event()

    def on_advertisement(device: BLEDevice, advertisement: AdvertisementData) -> None:
        found = _found(device, advertisement)
        if wanted.matches(found):
            matches[found.address] = (device, found)
            first.set()

    arguments: dict[str, Any] = {} if backend is None else {"backend": backend}
    async with BleakScanner(on_advertisement, **arguments):
        try:
            async with asyncio.timeout(timeout_s):
                await first.wait()
        except TimeoutError:
            raise DeviceNotFoundError(str(wanted)) from None
        if wanted.address is None:
            await asyncio.sleep(settle_s)
    return matches[wanted.choose([found for _, found in matches.values()]).address]


async def scan(
    transport: str | None = None, timeout_s: float = 5.0, *, asks_batteries: bool = False
) -> list[FoundSensor]:
    """Listen for a while; return what advertises, our own sensors first, then the strongest.

    Parameters
    ----------
    transport : str, optional
        A transport of `ingest.bumble_host`; None: the system's own Bluetooth.
    timeout_s : float
        How long to listen, s.
    asks_batteries : bool
        Connect to each of our sensors for a moment and read its battery.

    Raises
    ------
    BluetoothUnavailableError
        If this machine has no usable Bluetooth.
    """
    arguments: dict[str, Any] = {} if transport is None else {"backend": backends(transport)[0]}
    try:
        devices = await BleakScanner.discover(timeout=timeout_s, return_adv=True, **arguments)
    except BLEAK_ERRORS as error:
        raise translate(error, "a scan") from error
    sensors: list[FoundSensor] = []
    for device, advertisement in devices.values():
        found = _found(device, advertisement)
        if asks_batteries and found.driver is not None:
            found = replace(found, battery_charge_fraction=await _battery(device, transport))
        sensors.append(found)
    return sorted(sensors, key=lambda sensor: (sensor.driver is None, -sensor.rssi_dbm, sensor.address))


def _found(device: BLEDevice, advertisement: AdvertisementData) -> FoundSensor:
    name = advertisement.local_name or device.name or ""
    driver = driver_for(name, advertisement.service_uuids)
    return FoundSensor(name, device.address, advertisement.rssi, driver.name if driver else None)


async def _battery(device: BLEDevice, transport: str | None) -> float | None:
    """Read the Battery Service of a sensor; None where it has none, is busy or does not answer in time."""
    arguments: dict[str, Any] = {} if transport is None else {"backend": backends(transport)[1]}
    try:
        async with (
            asyncio.timeout(BATTERY_TIMEOUT_S),
            BleakClient(device, timeout=BATTERY_TIMEOUT_S, **arguments) as client,
        ):
            value = bytes(await client.read_gatt_char(standard.BATTERY_SPEC.uuid))
        return standard.decode_battery(value).charge_fraction
    except (*BLEAK_ERRORS, WireError):
        return None
