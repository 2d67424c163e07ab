"""What can go wrong between the sensor and the signal core.

::

    IngestError
    ├── DeviceNotFoundError        no sensor with that address or name answered the scan
    ├── AmbiguousSensorError       several sensors have the name that was asked for
    ├── UnsupportedSensorError     no driver knows the device
    ├── ConnectionLostError        the link broke, or an operation over it failed
    ├── BluetoothUnavailableError  this machine has no usable Bluetooth
    ├── StartRefusedError          the sensor answered that it cannot stream
    ├── PairingNeededError         the sensor answers paired computers only
    ├── PairingFailedError         a pairing ended before its end
    ├── UnknownDriverError         a driver name that the registry does not have
    ├── WireError                  a sensor sent bytes that its protocol forbids
    ├── BrokerAddressError         the address of an MQTT broker makes no sense
    ├── RecordingError             a recording cannot be written or read
    ├── KnownSensorError           what is kept of a sensor cannot be read or written
    ├── LiftFileError              a file with a lift of the user's own makes no sense
    └── ImportFileError            somebody else's file cannot be imported
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class IngestError(Exception):
    """Base of everything that `ingest` raises on purpose."""


class DeviceNotFoundError(IngestError):
    """No sensor answered.

    Attributes
    ----------
    wanted : str
        The address, the name or the kind of sensor that was looked for.
    """

    def __init__(self, wanted: str) -> None:
        super().__init__(
            f"no sensor found for {wanted}; switch it on, bring it near, and end other connections"
        )
        self.wanted = wanted


class AmbiguousSensorError(IngestError):
    """Two sensors have the name that was asked for.

    Attributes
    ----------
    name : str
        The name.
    """

    def __init__(self, name: str, found: Iterable[tuple[str, int]]) -> None:
        listed = ", ".join(f"{address} ({rssi_dbm} dBm)" for address, rssi_dbm in found)
        super().__init__(f"several sensors are called {name!r}: {listed}; name the one by its address")
        self.name = name


class UnsupportedSensorError(IngestError):
    """A device that no driver knows.

    Attributes
    ----------
    name : str
        Its name or address.
    """

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} advertises nothing that Upright knows; `upright devices` lists what it reads"
        )
        self.name = name


class ConnectionLostError(IngestError):
    """The link broke, or an operation over it failed. Connecting again may help.

    Attributes
    ----------
    what : str
        What happened, in words.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"Bluetooth link failed: {what}")
        self.what = what


class BluetoothUnavailableError(IngestError):
    """No usable Bluetooth on this machine. Trying again does not help.

    Attributes
    ----------
    why : str
        What is missing, in words.
    hint : str
        What to do about it, one line.
    """

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(f"Bluetooth is not available: {why}; {hint}")
        self.why = why
        self.hint = hint


class StartRefusedError(IngestError):
    """The sensor answered that it cannot stream. Trying again helps once its reason is gone.

    Attributes
    ----------
    reason : str
        Its answer in words, and what to do.
    """

    def __init__(self, title: str, reason: str) -> None:
        super().__init__(f"{title} does not start: {reason}")
        self.reason = reason


class PairingNeededError(IngestError):
    """The sensor answers paired computers only. Trying again helps once it is paired."""

    def __init__(self, wanted: str) -> None:
        super().__init__(
            f"{wanted} answers only when it is paired: pair it in this computer's Bluetooth settings "
            "(end its pairing with other devices first); then the stream starts by itself"
        )


class PairingFailedError(IngestError):
    """A pairing ended before the sensor's mount was known.

    Attributes
    ----------
    problem : str
        What was wrong last; empty if it was only stopped.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(f"the sensor was not paired: {problem or 'it was stopped'}")
        self.problem = problem


class UnknownDriverError(IngestError):
    """A driver name that the registry does not have.

    Attributes
    ----------
    name : str
        The name that was asked for.
    """

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"unknown sensor driver {name!r}; known are: {', '.join(sorted(known))}")
        self.name = name


class WireError(IngestError):
    """A sensor sent bytes that its protocol forbids.

    Attributes
    ----------
    driver, channel : str
        Who refused the bytes, and on which channel they came.
    reason : str
        The rule that they break.
    payload_hex : str
        The bytes themselves.
    """

    def __init__(self, driver: str, channel: str, reason: str, payload: bytes) -> None:
        super().__init__(f"{driver}/{channel}: {reason}; payload {payload.hex() or '(empty)'}")
        self.driver = driver
        self.channel = channel
        self.reason = reason
        self.payload_hex = payload.hex()


class BrokerAddressError(IngestError):
    """The address of an MQTT broker makes no sense. It is not repeated: it may hold a password.

    Attributes
    ----------
    problem : str
        What is wrong with it.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(f"the address of the MQTT broker cannot be used: {problem}")
        self.problem = problem


class RecordingError(IngestError):
    """A recording cannot be written or read.

    Attributes
    ----------
    path : Path
        The file.
    what : str
        What is wrong with it and what to do.
    """

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path.name}: {what}")
        self.path = path
        self.what = what


class KnownSensorError(IngestError):
    """What is kept of a sensor cannot be read or written.

    Attributes
    ----------
    path : Path
        The file.
    """

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"what is known of the sensor in {path.name} cannot be used: {problem}; "
            "it is measured as if it were new (calibrate it again, or delete the file)"
        )
        self.path = path


class ImportFileError(IngestError):
    """Somebody else's file cannot be imported.

    Attributes
    ----------
    path : Path
        The file.
    line : int or None
        Line of the offence, counted from 1, the header included; None where no single line is at fault.
    what : str
        What is wrong and what was expected.
    """

    def __init__(self, path: Path, line: int | None, what: str) -> None:
        where = path.name if line is None else f"{path.name}, line {line}"
        super().__init__(f"{where}: {what}")
        self.path = path
        self.line = line
        self.what = what


class LiftFileError(IngestError):
    """A file with a lift of the user's own makes no sense.

    Attributes
    ----------
    path : Path
        The file.
    problem : str
        What is wrong with it, and what is allowed.
    """

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"lift file {path}: {problem}; see docs/exercises.md")
        self.path = path
        self.problem = problem
