"""Opens the live socket of another rack: with its token, and to nobody but that rack.

The request carries the Origin that the rack's own page has. Origins protect a browser's user from other
pages in the same browser; a program that follows a rack is no browser, and what lets it in is the token.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
import ssl
from typing import TYPE_CHECKING

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, InvalidStatus, InvalidURI
from websockets.typing import Origin

from server.wall.tile import Contact

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

    from server.wall.racks import Rack

LIVE_PATH = "/api/v1/live"
OPEN_S = 8.0
"""How long a rack may take to answer, s. 3 to 20."""
PING_S = 5.0
"""Time between two questions whether it is still there, and for the answer, s. 2 to 20."""
MAX_MESSAGE_BYTES = 32 << 20
"""A snapshot with all bar paths of a long session has some megabytes. 8 to 64 MB."""
MAX_WAITING = 64
"""Messages that may wait to be read. 16 to 256."""


class RackRefusedError(Exception):
    """The rack answered, and cannot be followed; somebody has to do something."""


async def open_live(rack: Rack) -> ClientConnection:
    """Connect to a rack's live socket.

    Raises
    ------
    RackRefusedError
        If it does not let us in, or is not the one that it should be.
    OSError, TimeoutError, websockets.exceptions.InvalidHandshake
        If it does not answer, or not as a rack does.
    """
    secured = await secured_for(rack)
    headers = {} if rack.token is None else {"Authorization": f"Bearer {rack.token}"}
    scheme = "wss" if rack.scheme == "https" else "ws"
    try:
        return await connect(
            f"{scheme}://{rack.netloc}{LIVE_PATH}",
            host=rack.host,  # given, so that no redirect can lead the token elsewhere
            port=rack.port,
            ssl=secured,
            server_hostname=rack.host if secured is not None else None,
            origin=Origin(rack.address),
            additional_headers=headers,
            user_agent_header=None,
            proxy=None,
            compression=None,
            open_timeout=OPEN_S,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            close_timeout=1.0,
            max_size=MAX_MESSAGE_BYTES,
            max_queue=MAX_WAITING,
        )
    except InvalidStatus as error:
        raise RackRefusedError(_refusal(error.response.status_code)) from None
    except ssl.SSLCertVerificationError as error:
        raise RackRefusedError(f"Its certificate is not trusted: {error.verify_message}.") from None
    except InvalidURI:
        raise RackRefusedError("Its address cannot be used.") from None


def problem_words(error: Exception) -> str:
    """Say why a rack is not heard, without its token."""
    if isinstance(error, TimeoutError):
        return "It does not answer."
    if isinstance(error, ConnectionRefusedError):
        return "Its computer answers, but Upright does not run there, or on another port."
    if isinstance(error, ssl.SSLError):
        return "It does not speak https, or not as expected."
    if isinstance(error, InvalidHandshake):
        return "What answers there is not Upright, or one that is just starting."
    if isinstance(error, socket.gaierror):
        return "There is no computer of that name here."
    if isinstance(error, OSError) and not isinstance(error, ConnectionError):
        return f"It cannot be reached: {error.strerror or 'the network does not lead there'}."
    return "The connection broke."


def _refusal(status: int) -> str:
    """Say what the rack's answer means; its gate turns every refusal of a socket into 403."""
    if status in {401, 403, 421}:
        return (
            "It refuses to be followed: the token is missing or no longer right, or its server does not "
            "answer to that name. Take the address that it printed."
        )
    if status in {404, 405}:
        return "Something else than Upright answers there."
    return f"It answered with {status}."


async def secured_for(rack: Rack) -> ssl.SSLContext | None:
    """Make what its certificate is checked with; None without TLS.

    With a fingerprint, the certificate that the rack shows is compared with it, and then it alone is trusted:
    neither its name nor who signed it matters, and nothing is sent before.

    Raises
    ------
    RackRefusedError
        If its certificate is another one, or not trusted.
    OSError, TimeoutError
        If it does not answer.
    """
    if rack.scheme != "https":
        return None
    if rack.fingerprint is None:
        return await asyncio.to_thread(ssl.create_default_context)  # reads the system's certificates
    shown = await _shown_certificate(rack)
    if not hmac.compare_digest(hashlib.sha256(shown).hexdigest(), rack.fingerprint):
        raise RackRefusedError(
            "Its certificate is not the one of the fingerprint. Compare with what the rack's server prints; "
            "if it made a new certificate, take the rack away and add it again."
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # it is its own authority
    context.load_verify_locations(cadata=shown)
    return context


async def _shown_certificate(rack: Rack) -> bytes:
    """Ask for the certificate without saying anything."""
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    async with asyncio.timeout(OPEN_S):
        _, writer = await asyncio.open_connection(rack.host, rack.port, ssl=blind, server_hostname=rack.host)
        try:
            transport: ssl.SSLObject = writer.get_extra_info("ssl_object")
            shown = transport.getpeercert(binary_form=True)
        finally:
            writer.close()
    if shown is None:
        raise RackRefusedError("It shows no certificate.")
    return shown


def contact_of(error: Exception) -> Contact:
    """Tell whether trying again may help by itself."""
    return Contact.REFUSED if isinstance(error, RackRefusedError) else Contact.UNREACHABLE
