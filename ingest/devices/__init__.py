"""The registry of sensors: one line for each driver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.devices.native import NativeDriver
from ingest.errors import UnknownDriverError

if TYPE_CHECKING:
    from ingest.devices.driver import DeviceDriver

_DRIVERS: dict[str, DeviceDriver] = {driver.name: driver for driver in (NativeDriver(),)}


def all_drivers() -> tuple[DeviceDriver, ...]:
    """Every driver, in the order in which a scan should try them."""
    return tuple(_DRIVERS.values())


def driver_named(name: str) -> DeviceDriver:
    """Return one driver.

    Raises
    ------
    UnknownDriverError
        If the registry has no driver of that name.
    """
    try:
        return _DRIVERS[name]
    except KeyError:
        raise UnknownDriverError(name, _DRIVERS) from None


def driver_for_services(uuids: list[str]) -> DeviceDriver | None:
    """Return the driver of a sensor that advertises these service UUIDs, or None."""
    advertised = {uuid.lower() for uuid in uuids}
    return next((driver for driver in _DRIVERS.values() if advertised & set(driver.service_uuids)), None)
