"""TLS for uvicorn, with an answer for browsers that come to its port without."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_BODY = "This is Upright, and it speaks TLS: open {url}/ (with https, not http).\n"
_ANSWER = (
    "HTTP/1.1 307 Temporary Redirect\r\n"
    "location: {url}/\r\n"
    "content-type: text/plain; charset=utf-8\r\n"
    "content-length: {length}\r\n"
    "cache-control: no-store\r\n"
    "connection: close\r\n"
    "\r\n"
    "{body}"
)


class _Connection(ssl.SSLObject):
    """A server's end of a connection that answers plain HTTP before it gives up."""

    outgoing: ssl.MemoryBIO
    answer: bytes = b""
    _was_told = False

    def do_handshake(self) -> None:
        """Begin TLS; where HTTP comes instead, leave the answer to be sent.

        Raises
        ------
        ssl.SSLError
            As usual. After the answer, at the next bytes, or when the time for a handshake is over.
        """
        try:
            super().do_handshake()
        except ssl.SSLError as error:
            if error.reason != "HTTP_REQUEST" or self._was_told:
                raise
            self._was_told = True
            self.outgoing.write(self.answer)
            # "Wants to read" has what waits sent, which a failure has not.
            raise ssl.SSLWantReadError from error


class TellingContext(ssl.SSLContext):
    """A server's context whose connections send whoever speaks plain HTTP to the right address."""

    sslobject_class = _Connection
    answer: bytes

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,  # noqa: FBT001, FBT002 -- the signature of the standard library
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """Make a connection that knows where to leave its answer."""
        connection = super().wrap_bio(incoming, outgoing, server_side, server_hostname, session)
        if isinstance(connection, _Connection):
            connection.outgoing, connection.answer = outgoing, self.answer
        return connection


def server_context(certificate: Path, url: str) -> ssl.SSLContext:
    """Make the context to serve with.

    Parameters
    ----------
    certificate : Path
        PEM with certificate and key.
    url : str
        Where plain HTTP is sent, without a last slash. Only its address: a token that came without TLS was
        read by whoever listens.
    """
    context = TellingContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate)
    body = _BODY.format(url=url)
    context.answer = _ANSWER.format(url=url, length=len(body), body=body).encode()
    return context
