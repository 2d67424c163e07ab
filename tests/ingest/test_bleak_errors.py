import inspect

import bleak.exc
import bleak_retry_connector
import pytest
from bleak.exc import BleakBluetoothNotAvailableReason as Reason

from ingest.bleak_errors import TRANSLATIONS, translate
from ingest.errors import (
    BluetoothUnavailableError,
    ConnectionLostError,
    DeviceNotFoundError,
    IngestError,
    PairingNeededError,
    StartRefusedError,
)

RETRY_ERRORS = {bleak_retry_connector.BleakConnectionError, bleak_retry_connector.BleakAbortedError}


def errors_of(module):
    classes = inspect.getmembers(module, inspect.isclass)
    return {
        kind for _, kind in classes if issubclass(kind, Exception) and issubclass(kind, bleak.exc.BleakError)
    }


def test_every_error_of_bleak_has_a_translation_of_its_own():
    assert errors_of(bleak.exc) <= set(TRANSLATIONS)


def test_every_error_of_the_retry_connector_is_translated():
    assert errors_of(bleak_retry_connector) <= set(TRANSLATIONS) | RETRY_ERRORS
    for kind in RETRY_ERRORS:
        assert isinstance(translate(kind("failed"), "Upright-1"), ConnectionLostError)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_why_bluetooth_is_missing_has_a_hint(reason):
    error = translate(bleak.exc.BleakBluetoothNotAvailableError("no radio", reason), "a scan")
    assert isinstance(error, BluetoothUnavailableError)
    assert error.hint


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (bleak.exc.BleakDeviceNotFoundError("AA:BB", "gone"), DeviceNotFoundError),
        (bleak.exc.BleakGATTProtocolError(0x82), StartRefusedError),
        (bleak.exc.BleakGATTProtocolError(0x05), PairingNeededError),
        (bleak.exc.BleakGATTProtocolError(0x0F), PairingNeededError),
        (bleak.exc.BleakGATTProtocolError(0x03), ConnectionLostError),
        (bleak.exc.BleakCharacteristicNotFoundError("2a19"), ConnectionLostError),
        (
            bleak.exc.BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["no"]),
            BluetoothUnavailableError,
        ),
        (bleak.exc.BleakDBusError("org.bluez.Error.Failed", ["le-connection-abort"]), ConnectionLostError),
        (FileNotFoundError(2, "No such file or directory"), BluetoothUnavailableError),
        (TimeoutError(), ConnectionLostError),
        (EOFError(), ConnectionLostError),
        (bleak.exc.BleakError("anything"), ConnectionLostError),
    ],
)
def test_each_error_becomes_one_of_ours_in_one_line(error, kind):
    ours = translate(error, "Upright-1")
    assert type(ours) is kind
    assert isinstance(ours, IngestError)
    assert "\n" not in str(ours)
