"""The registry of sensors: one line for each driver, of Bluetooth sensors and of devices that push."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.devices import standard
from ingest.devices.bangle import BangleDriver
from ingest.devices.driver import DeviceDriver
from ingest.devices.heart_rate import HeartRateDriver
from ingest.devices.metamotion import MetaMotionDriver
from ingest.devices.movella_dot import MovellaDotDriver
from ingest.devices.movesense import MovesenseDriver
from ingest.devices.native import NativeDriver
from ingest.devices.openbarbell import OpenBarbellDriver
from ingest.devices.polar import PolarH10Driver, PolarVerityDriver
from ingest.devices.sensor_logger import SensorLoggerDriver
from ingest.devices.thingy52 import Thingy52Driver
from ingest.devices.witmotion import WitMotionDriver
from ingest.errors import UnknownDriverError
from ingest.packets import CONTROL, DATA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.devices.driver import Driver

_DRIVERS: dict[str, DeviceDriver] = {
    driver.name: driver
    for driver in (
        NativeDriver(),
        WitMotionDriver(),
        PolarVerityDriver(),
        PolarH10Driver(),
        MetaMotionDriver(),
        MovesenseDriver(),
        MovellaDotDriver(),
        Thingy52Driver(),
        BangleDriver(),
        OpenBarbellDriver(),
        HeartRateDriver(),
    )
}
_PUSHED: dict[str, Driver] = {driver.name: driver for driver in (SensorLoggerDriver(),)}
_COMMON_SERVICES = frozenset({standard.HEART_RATE_SERVICE})
"""Services that sensors of many kinds advertise beside their own."""
_NO_MOTION: frozenset[str] = frozenset({"polar_h10", "bangle", "openbarbell", "heart_rate"})
"""Sensors that do not measure how a bar moves: they are recorded beside one that does."""
_INSTRUMENTS: frozenset[str] = frozenset({"openbarbell"})
"""Reference instruments."""


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

    Services of one kind decide first: a name can be changed by its owner. Services of many kinds decide last:
    a chest strap that also measures motion should be known by its name before it counts as a mere strap.
    """
    advertised = {uuid.lower() for uuid in service_uuids}
    return (
        _driver_with(advertised - _COMMON_SERVICES)
        or next((driver for driver in all_drivers() if name.startswith(driver.name_prefixes)), None)
        or _driver_with(advertised)
    )


def _driver_with(service_uuids: set[str]) -> DeviceDriver | None:
    return next((driver for driver in all_drivers() if service_uuids & set(driver.service_uuids)), None)


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


def is_instrument(name: str) -> bool:
    """Tell whether a driver's device measures repetitions itself, to be compared with."""
    return name in _INSTRUMENTS
