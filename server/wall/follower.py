"""Follows racks: one task for each, which connects, listens and connects again."""

from __future__ import annotations

import asyncio
import logging
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed, WebSocketException

from server.live import ClientOverrunError
from server.wall.contact import RackRefusedError, contact_of, open_live, problem_words
from server.wall.heard import UnknownProtocolError, read_message
from server.wall.tile import Contact

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.live import LiveHub
    from server.wall.racks import Rack
    from server.wall.tile import RackView

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FollowerConfig:
    """Tuned constants.

    Attributes
    ----------
    first_retry_s, last_retry_s : float
        Time until the first and between later attempts to connect, s; doubled each time. 0.2 to 2, 4 to 30.
    refused_retry_s : float
        The same where somebody has to do something first, s. 10 to 120.
    jitter : float
        Share by which each wait is made longer or shorter by chance, so that sixteen racks behind one access
        point do not call at the same moment. 0 to 0.5.
    """

    first_retry_s: float = 0.5
    last_retry_s: float = 8.0
    refused_retry_s: float = 20.0
    jitter: float = 0.25


async def follow_rack(
    rack: Rack, view: RackView, tell: Callable[[], None], config: FollowerConfig | None = None
) -> None:
    """Follow another rack until cancelled.

    Parameters
    ----------
    rack : Rack
        Whom to follow.
    view : RackView
        Takes what is heard.
    tell : callable
        Called after each change of the view.
    config : FollowerConfig, optional
        Tuned constants.
    """
    config = config or FollowerConfig()
    loop = asyncio.get_running_loop()
    retry_s = config.first_retry_s
    while True:
        heard_before_s = view.heard_at_s
        reason, contact = "", Contact.UNREACHABLE
        try:
            await _listen(rack, view, tell)
        except RackRefusedError as error:
            reason, contact = str(error), contact_of(error)
        except UnknownProtocolError:
            reason, contact = "It is another version of Upright. Update the older one.", Contact.REFUSED
        except ValueError:
            reason = "What it sends cannot be understood."
        except (OSError, WebSocketException) as error:
            reason = problem_words(error)
        if view.contact is not contact:
            _log.info("rack %s: %s", rack.name, reason)
        view.lose(contact, reason, loop.time())
        tell()
        if view.heard_at_s != heard_before_s:
            retry_s = config.first_retry_s
        wait_s = config.refused_retry_s if contact is Contact.REFUSED else retry_s
        await asyncio.sleep(wait_s * (1 + config.jitter * random.uniform(-1, 1)))  # noqa: S311 -- no secret
        retry_s = min(2 * retry_s, config.last_retry_s)


async def _listen(rack: Rack, view: RackView, tell: Callable[[], None]) -> None:
    """Take what a rack says until the connection breaks.

    Raises
    ------
    RackRefusedError, UnknownProtocolError, ValueError, OSError, WebSocketException
        Whatever went wrong.
    """
    loop = asyncio.get_running_loop()
    async with await open_live(rack) as socket:
        try:
            async for text in socket:
                message = read_message(text if isinstance(text, str) else text.decode())
                if message is not None:
                    view.take(message, loop.time())
                    tell()
        except ConnectionClosed:
            pass
    raise ConnectionError("The connection broke.")


async def follow_own(hub: LiveHub, view: RackView, tell: Callable[[], None]) -> None:
    """Follow this server's own sensor until cancelled, as a page of it would."""
    loop = asyncio.get_running_loop()
    while True:
        with hub.client(is_inner=True) as outbox:
            try:
                while True:
                    message = read_message(await outbox.get())
                    if message is not None:
                        view.take(message, loop.time())
                        tell()
            except ClientOverrunError:
                continue
