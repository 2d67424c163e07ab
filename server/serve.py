"""Runs the web application with uvicorn on the running event loop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
from typing import TYPE_CHECKING

import uvicorn

from server.errors import AddressUnavailableError, PortInUseError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Generator

    from fastapi import FastAPI

WS_MAX_BYTES = 64 * 1024
"""Largest message taken from a browser; the live socket is one-way, so any would do."""
KEEP_ALIVE_S = 60
"""Idle connections are closed after this long, s, by the loop's clock, which may be fast. 5 to 300."""
GRACEFUL_SHUTDOWN_S = 2
"""How long running requests may take at the end, s. 1 to 10."""
BACKLOG = 128
UNHEARD_MS = 30_000
"""A connection whose other end acknowledges nothing for so long, ms of wall time, is broken: a tablet that
left the Wi-Fi. 10000 to 120000. Without it the kernel tries for a quarter of an hour, and one of the places
for clients is taken."""


def bind(host: str, port: int) -> socket.socket:
    """Take the port before anything else is started.

    Parameters
    ----------
    host : str
        Address or name of this computer.
    port : int
        0: the operating system chooses.

    Returns
    -------
    socket.socket
        Bound, not yet listening; `socket.getsockname` tells the port.

    Raises
    ------
    PortInUseError
        If somebody else listens there.
    AddressUnavailableError
        If this computer has no such address or may not use the port.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise AddressUnavailableError(host, port, error.strerror or str(error)) from error
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere the option would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; connections inherit it from the listener
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_MS)
        listener.bind(address)
        # Linux lets two sockets bind with SO_REUSEADDR and refuses only the second listener.
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(host, port) from error
        raise AddressUnavailableError(host, port, error.strerror or str(error)) from error
    return listener


class _Server(uvicorn.Server):
    """A server that leaves the process's signal handlers alone if told so, and says when it is up."""

    def __init__(
        self, config: uvicorn.Config, *, handles_signals: bool, on_started: Callable[[], None] | None
    ) -> None:
        super().__init__(config)
        self._handles_signals = handles_signals
        self._on_started = on_started

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        if not self._handles_signals:
            yield
            return
        with super().capture_signals():
            yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and self._on_started is not None:
            self._on_started()


async def serve(
    app: FastAPI,
    host: str,
    port: int,
    *,
    listener: socket.socket | None = None,
    handles_signals: bool = True,
    on_started: Callable[[], None] | None = None,
    tls: ssl.SSLContext | None = None,
) -> None:
    """Serve until cancelled or, when it handles signals, interrupted; then say goodbye to every client.

    Parameters
    ----------
    app : FastAPI
        See `server.app.create_app`.
    host : str
        Address to listen on.
    port : int
        Port to listen on.
    listener : socket.socket or None
        From `bind`, when other things are started between binding and serving. None: bound here.
    handles_signals : bool
        Whether Ctrl-C and SIGTERM end the server; False when the caller takes care of them.
    on_started : callable or None
        Called once when connections are taken.
    tls : ssl.SSLContext or None
        From `server.tls.server_context`; None: without TLS.

    Raises
    ------
    PortInUseError, AddressUnavailableError
        From `bind`.
    """
    with listener or bind(host, port) as bound:
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,  # addresses may hold a token
            server_header=False,
            proxy_headers=False,
            ws_max_size=WS_MAX_BYTES,
            ws_per_message_deflate=False,
            # The loop's clock may run faster than a browser answers: no pings, TCP tells who is gone.
            ws_ping_interval=None,
            ws_ping_timeout=None,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
            ssl_context_factory=None if tls is None else lambda _config, _default: tls,
        )
        server = _Server(config, handles_signals=handles_signals, on_started=on_started)
        running = asyncio.create_task(server.serve(sockets=[bound]))
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            # Cancelling uvicorn itself would leave its connections and the lifespan behind.
            server.should_exit = True
            await running
            raise
