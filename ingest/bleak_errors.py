"""Turns bleak's errors into ours, so that nothing above this package needs to know bleak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)
from bleak_retry_connector import BleakNotFoundError, BleakOutOfConnectionSlotsError

from ingest.errors import (
    BluetoothUnavailableError,
    ConnectionLostError,
    DeviceNotFoundError,
    IngestError,
    PairingNeededError,
    StartRefusedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_NO_STACK = (
    "is a Bluetooth adapter plugged in and the Bluetooth service running? `upright demo` needs neither"
)
_DENIED = "allow this program to use Bluetooth in the system settings"
_HINTS = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: _NO_STACK,
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: "this adapter knows no Low Energy; use another one",
    BleakBluetoothNotAvailableReason.POWERED_OFF: "switch Bluetooth on",
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: _DENIED,
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: "ask the administrator to allow Bluetooth",
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: _DENIED,
    BleakBluetoothNotAvailableReason.UNKNOWN: _NO_STACK,
}
_NEEDS_PAIRING = {0x05, 0x08, 0x0C, 0x0F}
"""Insufficient authentication, authorization, key size, encryption (Core 5.4, Vol 3 Part F 3.4.1.1)."""
_APPLICATION_ERRORS = range(0x80, 0xA0)
"""The sensor's own (same table)."""
_NO_BLUEZ = ("org.freedesktop.DBus.Error.ServiceUnknown", "org.bluez.Error.NotReady")


def translate(error: Exception, wanted: str) -> IngestError:
    """Return our error for one of bleak's, or of the system below it.

    Parameters
    ----------
    error : Exception
        A `BleakError`, `TimeoutError`, `EOFError` or `OSError`.
    wanted : str
        The sensor, for the message.
    """
    for kind, make in TRANSLATIONS.items():
        if isinstance(error, kind):
            return make(error, wanted)
    if isinstance(error, TimeoutError):
        return ConnectionLostError(f"{wanted} did not answer in time")
    if isinstance(error, OSError):  # no D-Bus, no BlueZ: bleak lets the socket's error through
        return BluetoothUnavailableError(f"its service cannot be reached ({error})", _NO_STACK)
    return ConnectionLostError(f"{wanted}: {error or type(error).__name__}")


def _unavailable(error: Exception, _: str) -> IngestError:
    if isinstance(error.__cause__, BluetoothUnavailableError):
        return error.__cause__  # from our own backend, which knows better what to do
    reason = getattr(error, "reason", BleakBluetoothNotAvailableReason.UNKNOWN)
    return BluetoothUnavailableError(str(error.args[0]), _HINTS[reason])


def _not_found(_: Exception, wanted: str) -> IngestError:
    return DeviceNotFoundError(wanted)


def _lost(error: Exception, wanted: str) -> IngestError:
    return ConnectionLostError(f"{wanted}: {error or type(error).__name__}")


def _gatt(error: Exception, wanted: str) -> IngestError:
    code = int(error.args[0])
    if code in _NEEDS_PAIRING:
        return PairingNeededError(wanted)
    if code in _APPLICATION_ERRORS:
        return StartRefusedError(
            wanted, f"it answers with its error 0x{code:02x}; end other connections, or switch it off and on"
        )
    return ConnectionLostError(f"{wanted}: {error.args[1]} (0x{code:02x})")


def _dbus(error: Exception, wanted: str) -> IngestError:
    if getattr(error, "dbus_error", "") in _NO_BLUEZ:
        return BluetoothUnavailableError(str(error), _NO_STACK)
    return _lost(error, wanted)


TRANSLATIONS: dict[type[Exception], Callable[[Exception, str], IngestError]] = {
    BleakBluetoothNotAvailableError: _unavailable,
    BleakDeviceNotFoundError: _not_found,
    BleakNotFoundError: _not_found,
    BleakCharacteristicNotFoundError: _lost,
    BleakGATTProtocolError: _gatt,
    BleakDBusError: _dbus,
    BleakOutOfConnectionSlotsError: _lost,
    BleakError: _lost,
}
"""From special to general; the first match counts."""
