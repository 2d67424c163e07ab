"""The registry of sensors: one line for each driver, of Bluetooth sensors and of devices that push."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.devices.driver import DeviceDriver
from ingest.devices.native import NativeDriver
from ingest.devices.sensor_logger import SensorLoggerDriver
from ingest.errors import UnknownDriverError
from ingest.packets import CONTROL, DATA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.devices.driver import Driver

_DRIVERS: dict[str, DeviceDriver] = {driver.name: driver for driver in (NativeDriver(),)}
_PUSHED: dict[str, Driver] = {driver.name: driver for driver in (SensorLoggerDriver(),)}


_NO_MOTION: frozenset[str] = frozenset()
"""Sensors that do not measure how a bar moves: they are recorded beside one that does."""


def all_drivers() -> tuple[DeviceDriver, ...]:
    """Every driver of a Bluetooth sensor, in the order in which a scan should try them."""
    return tuple(_DRIVERS.values())


def pushed_drivers() -> tuple[Driver, ...]:
    """Every driver of a device that sends by itself, over HTTP or MQTT; no scan finds one."""
    return tuple(_PUSHED.values())


def bluetooth_driver_named(name: str) -> DeviceDriver:
    """Return one driver of a Bluetooth sensor.

    Raises
    ------
    UnknownDriverError
        If the registry has no such driver of that name.
    """
    try:
        return _DRIVERS[name]
    except KeyError:
        raise UnknownDriverError(name, _DRIVERS) from None


def driver_named(name: str) -> Driver:
    """Return one driver, of either kind.

    Raises
    ------
    UnknownDriverError
        If the registry has no driver of that name.
    """
    known: dict[str, Driver] = {**_DRIVERS, **_PUSHED}
    try:
        return known[name]
    except KeyError:
        raise UnknownDriverError(name, known) from None


def driver_for(name: str, service_uuids: Iterable[str]) -> DeviceDriver | None:
    """Return the driver of a sensor that advertises this name and these services, or None.

    Services decide first: a name can be changed by its owner.
    """
    advertised = {uuid.lower() for uuid in service_uuids}
    for driver in all_drivers():
        if advertised & set(driver.service_uuids):
            return driver
    return next((driver for driver in all_drivers() if name.startswith(driver.name_prefixes)), None)


def stream_channels(driver: Driver) -> frozenset[str]:
    """Return the channels whose bytes show that the sensor is streaming."""
    if not isinstance(driver, DeviceDriver):
        return frozenset({DATA})
    return frozenset(
        spec.channel for spec in driver.characteristics if spec.notify and spec.channel != CONTROL
    )


def is_bar_sensor(name: str) -> bool:
    """Tell whether a driver's sensor measures how a bar moves: acceleration and rate of turn."""
    return name not in _NO_MOTION
