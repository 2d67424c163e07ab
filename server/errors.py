"""What can go wrong on the server, in a form that a person can act on.

::

    ServerError
    ├── PortInUseError          somebody else listens on the port
    ├── AddressUnavailableError the host has no such address
    ├── MissingTokenError       asked to listen beyond this computer without a token
    ├── AccessFileError         the tokens, or the certificate, cannot be read or written
    ├── RenewRefusedError       there are no tokens of our own to renew
    ├── PreferencesError        the file of preferences is damaged or cannot be written
    ├── StoreError              the results database cannot be opened or upgraded
    ├── NotFoundError           no such session, set or athlete
    ├── LabelRefusedError       a label cannot be taken
    ├── AnnotationError         a file of annotations is damaged or cannot be written
    ├── EditRefusedError        an annotation contradicts what is there
    ├── InvalidEditError        an annotation makes no sense
    ├── SensorBusyError         a sensor, or the desk, is at work already
    ├── SensorFailedError       no Bluetooth, or the sensor cannot be used
    ├── InvalidMountRequestError a mount contradicts itself
    ├── PushRefusedError        a message that a device pushed cannot be taken
    │   └── PushBusyError       another device is in session
    ├── ExportError             tables cannot be written
    ├── ReportError             a report cannot be written
    ├── KeptFileError           what is kept of an imported file is damaged or cannot be written
    ├── RecordingRunsError      a recording is being made and cannot be looked into yet
    ├── RecordingGoneError      the recording of a session is not on this computer
    ├── RecordingUnusableError  the recording of a session cannot be read
    ├── ComparisonError          two measurements cannot be compared
    ├── FileJobError            an import or export cannot go on: `server.files.errors`
    ├── InvalidRackError        a rack that a wall should follow is not described well
    ├── WallFileError           the file of followed racks is damaged or cannot be written
    └── LslUnavailableError     the Lab Streaming Layer is not installed
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class ServerError(Exception):
    """Base of everything that `server` raises on purpose.

    Attributes
    ----------
    code : str
        Stable, for programs.
    message : str
        What happened.
    hint : str
        What to do about it.
    """

    code = "server_error"
    status = 500

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint


class PortInUseError(ServerError):
    """Somebody else listens on the port.

    Attributes
    ----------
    host : str
        Address that was asked for.
    port : int
        Port that was asked for.
    """

    code = "port_in_use"

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"Port {port} on {host} is already in use.",
            f"Stop the other program or choose another port, for example --port {port + 1}.",
        )
        self.host = host
        self.port = port


class AddressUnavailableError(ServerError):
    """The computer has no such address, or may not use the port.

    Attributes
    ----------
    host : str
        Address that was asked for.
    port : int
        Port that was asked for.
    """

    code = "address_unavailable"

    def __init__(self, host: str, port: int, problem: str) -> None:
        super().__init__(
            f"Cannot listen on {host} port {port}: {problem}.",
            "Use 127.0.0.1, or an address of this computer, and a port above 1023.",
        )
        self.host = host
        self.port = port


class MissingTokenError(ServerError):
    """Asked to listen beyond this computer without a token.

    Attributes
    ----------
    host : str
        Address that was asked for.
    """

    code = "token_missing"

    def __init__(self, host: str) -> None:
        super().__init__(
            f"Listening on {host} lets other computers connect, and no token is set.",
            "Set UPRIGHT_TOKEN, or let the command line make one.",
        )
        self.host = host


class AccessFileError(ServerError):
    """The tokens, or the certificate, cannot be read or written.

    Attributes
    ----------
    path : Path
        The file.
    """

    code = "access_unusable"

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"{path} cannot be used: {problem}.",
            "Move it away to get a new one (every tablet then signs in again); its folder must be writable.",
        )
        self.path = path


class RenewRefusedError(ServerError):
    """There are no tokens of our own to renew."""

    code = "renew_refused"
    status = 409


class PreferencesError(ServerError):
    """The file of preferences is damaged or cannot be written.

    Attributes
    ----------
    path : Path
        The file.
    """

    code = "preferences_unusable"
    status = 409

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"The preferences in {path.name} cannot be used: {problem}.",
            f"Mend the file with a text editor, or move it away to begin anew: {path}.",
        )
        self.path = path


class StoreError(ServerError):
    """The results database cannot be opened or upgraded; it can be rebuilt from the recordings."""

    code = "store_unusable"


class NotFoundError(ServerError):
    """No such session, set or athlete."""

    code = "not_found"
    status = 404


class LabelRefusedError(ServerError):
    """A label cannot be taken: unknown exercise, or nothing is running."""

    code = "label_refused"
    status = 409


class AnnotationError(ServerError):
    """A file of annotations is damaged or cannot be written. Recordings and results are not touched.

    Attributes
    ----------
    path : Path
        The file.
    """

    code = "annotations_unusable"
    status = 409

    def __init__(self, path: Path, problem: str, *, damaged: bool = True) -> None:
        advice = (
            f"Mend it with a text editor, or move it away to go on without what it says: {path}."
            if damaged
            else f"Make room for it and see to it that {path.parent} can be written."
        )
        super().__init__(f"The annotations in {path.name} cannot be used: {problem}.", advice)
        self.path = path


class EditRefusedError(ServerError):
    """An annotation contradicts what is there: the session runs, the name is taken, no rep would be left."""

    code = "edit_refused"
    status = 409


class InvalidEditError(ServerError):
    """An annotation makes no sense: no such exercise, rep or athlete."""

    code = "invalid_request"
    status = 422


class PushRefusedError(ServerError):
    """A message that a device pushed cannot be taken."""

    code = "push_refused"
    status = 422


class PushBusyError(PushRefusedError):
    """It cannot be taken now: another device is in session, none is expected, or too much comes at once."""

    code = "push_busy"
    status = 409


class ExportError(ServerError):
    """Tables cannot be written.

    Attributes
    ----------
    folder : Path
        Where they should have gone.
    """

    code = "export_failed"

    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__(
            f"The tables cannot be written to {folder}: {problem}.", "Choose another with --out."
        )
        self.folder = folder


class ReportError(ServerError):
    """A report cannot be written."""

    code = "report_unwritable"


class SensorBusyError(ServerError):
    """Something is going on that has to end first."""

    code = "sensor_busy"
    status = 409


class SensorFailedError(ServerError):
    """No Bluetooth, or the sensor cannot be used."""

    code = "sensor_failed"
    status = 503


class InvalidMountRequestError(ServerError):
    """A mount contradicts itself."""

    code = "invalid_mount"
    status = 422


class KeptFileError(ServerError):
    """What is kept of an imported file is damaged or cannot be written.

    Attributes
    ----------
    path : Path
        The file or folder.
    """

    code = "import_unusable"

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"What is kept in {path} cannot be used: {problem}.", "Import the file again.")
        self.path = path


class RecordingRunsError(ServerError):
    """A recording is being made right now and cannot be looked into yet."""

    code = "recording_runs"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            "This recording is being made right now.", "It can be looked into when the session has ended."
        )


class RecordingGoneError(ServerError):
    """The recording of a session is not on this computer; its results are."""

    code = "recording_gone"
    status = 404

    def __init__(self) -> None:
        super().__init__(
            "The recording of this session is not on this computer.",
            "Its results are still here. Put the file back into the folder of recordings to look into it.",
        )


class RecordingUnusableError(ServerError):
    """The recording of a session cannot be read.

    Attributes
    ----------
    problem : str
        Why, in words.
    """

    code = "recording_unusable"
    status = 422

    def __init__(self, problem: str) -> None:
        super().__init__(f"This recording cannot be read: {problem}", "Its results are still here.")
        self.problem = problem


class ComparisonError(ServerError):
    """Two measurements cannot be compared: nothing tells which rep is which, or one of them has none."""

    code = "comparison_refused"
    status = 422


class InvalidRackError(ServerError):
    """A rack that a wall should follow is not described well, or there are too many."""

    code = "invalid_rack"
    status = 422


class WallFileError(ServerError):
    """The file of followed racks is damaged or cannot be written.

    Attributes
    ----------
    path : Path
        The file.
    """

    code = "wall_unusable"
    status = 409

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"The racks in {path.name} cannot be used: {problem}.",
            f"Mend {path}, or move it away and add the racks again.",
        )
        self.path = path


class LslUnavailableError(ServerError):
    """The Lab Streaming Layer is not installed."""

    code = "lsl_unavailable"
