"""What can go wrong on the server, in a form that a person can act on.

::

    ServerError
    ├── PortInUseError          somebody else listens on the port
    ├── AddressUnavailableError the host has no such address
    ├── MissingTokenError       asked to listen beyond this computer without a token
    ├── StoreError              the results database cannot be opened or upgraded
    ├── NotFoundError           no such session or set
    └── LabelRefusedError       a label cannot be taken
"""

from __future__ import annotations


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


class StoreError(ServerError):
    """The results database cannot be opened or upgraded; it can be rebuilt from the recordings."""

    code = "store_unusable"


class NotFoundError(ServerError):
    """No such session or set."""

    code = "not_found"
    status = 404


class LabelRefusedError(ServerError):
    """A label cannot be taken: unknown exercise, or nothing is running."""

    code = "label_refused"
    status = 409
