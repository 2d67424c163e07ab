"""What can go wrong in the simulator.

::

    FirmwareSimError
    ├── UnknownLiftError        a lift that the simulated lifter does not know
    ├── UnknownScenarioError    a scenario name that does not exist
    ├── UnknownMemsError        a sensor preset that does not exist
    ├── UnknownDeviceError      a device that cannot be simulated
    ├── InvalidSettingError     a setting outside its range
    ├── PacketTooLongError      a packet that does not fit into one notification
    ├── CommandRefusedError     a CTRL command that the firmware answers with an ATT application error
    └── PushFailedError         a server does not take what a simulated watch pushes
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class FirmwareSimError(Exception):
    """Base of everything that `firmware_sim` raises on purpose."""


class _UnknownNameError(FirmwareSimError):
    """A name that is not in a catalogue.

    Attributes
    ----------
    name : str
        What was asked for.
    known : tuple of str
        What there is.
    """

    kind = "name"

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.known = tuple(sorted(known))
        super().__init__(f"unknown {self.kind} {name!r}; choose one of: {', '.join(self.known)}")


class UnknownLiftError(_UnknownNameError):
    """A lift that the simulated lifter does not know."""

    kind = "lift"


class UnknownScenarioError(_UnknownNameError):
    """A scenario name that does not exist."""

    kind = "scenario"


class UnknownMemsError(_UnknownNameError):
    """A sensor preset that does not exist."""

    kind = "sensor preset"


class UnknownDeviceError(_UnknownNameError):
    """A device that cannot be simulated."""

    kind = "device"


class InvalidSettingError(FirmwareSimError):
    """A setting outside its range.

    Attributes
    ----------
    setting : str
        Name of the setting.
    problem : str
        What is wrong and what is allowed.
    """

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(f"{setting}: {problem}")
        self.setting = setting
        self.problem = problem


class PacketTooLongError(FirmwareSimError):
    """A packet that does not fit into one notification.

    Attributes
    ----------
    length, limit : int
        Bytes of the packet and MTU - 3.
    """

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(
            f"a notification of {length} bytes does not fit into {limit}; send fewer samples per packet"
        )
        self.length = length
        self.limit = limit


class CommandRefusedError(FirmwareSimError):
    """A CTRL command that the firmware answers with an ATT application error.

    Attributes
    ----------
    att_error : int
        0x80 unknown command, 0x81 wrong length or value, 0x82 not while streaming.
    """

    def __init__(self, att_error: int, problem: str) -> None:
        super().__init__(f"command refused with ATT error 0x{att_error:02x}: {problem}")
        self.att_error = att_error


class PushFailedError(FirmwareSimError):
    """A server does not take what a simulated watch pushes.

    Attributes
    ----------
    answer : str
        What it said, or why it cannot be reached.
    """

    def __init__(self, answer: str) -> None:
        super().__init__(
            f"the server does not take the message ({answer}); start `upright serve --push` and give this "
            "command its address and, in UPRIGHT_TOKEN, its token"
        )
        self.answer = answer
