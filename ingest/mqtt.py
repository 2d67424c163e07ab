"""Messages from an MQTT broker that is there already: subscribe, and again for ever when it goes away."""

from __future__ import annotations

import asyncio
import logging
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import aiomqtt

from ingest.errors import BrokerAddressError

if TYPE_CHECKING:
    from collections.abc import Callable

_logger = logging.getLogger(__name__)

_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class MqttConfig:
    """Tuning of the subscription.

    Attributes
    ----------
    first_backoff_s, longest_backoff_s : float
        Pause before the first attempt to connect again, s, and where its doubling ends; 0.1 to 2, 5 to 60.
    timeout_s : float
        Of one exchange with the broker, s; 2 to 20.
    keepalive_s : int
        The broker hears from us at least this often, s; 10 to 120. A dead connection shows after half as
        long again.
    queue_messages : int
        Messages of the client that wait for us; what does not fit is lost, as QoS 0 allows.
    """

    first_backoff_s: float = 0.5
    longest_backoff_s: float = 30.0
    timeout_s: float = 10.0
    keepalive_s: int = 20
    queue_messages: int = 256


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where to subscribe.

    Attributes
    ----------
    host : str
        Name or address.
    port : int
        TCP port.
    topic : str
        May hold MQTT's wildcards.
    uses_tls : bool
        Whether the broker is checked and the connection encrypted.
    """

    host: str
    port: int
    topic: str
    uses_tls: bool = False

    @classmethod
    def parse(cls, text: str) -> BrokerAddress:
        """Read ``mqtt://HOST[:PORT]/TOPIC`` or ``mqtts://...``.

        Raises
        ------
        BrokerAddressError
            If it is anything else, or holds a password.
        """
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise BrokerAddressError("it is no address") from None
        if parts.username is not None or parts.password is not None:
            # Everybody on this computer can read a command line.
            raise BrokerAddressError("user and password do not belong into it; set them in the environment")
        topic = unquote(parts.path.removeprefix("/"))
        if parts.fragment:  # a "#" of MQTT's that the shell let through
            topic += "#" + parts.fragment
        elif text.endswith("#"):
            topic += "#"
        if parts.scheme not in _PORTS or not parts.hostname or not topic or parts.query:
            raise BrokerAddressError(
                "it is not of the form mqtt://HOST:PORT/TOPIC or mqtts://HOST:PORT/TOPIC"
            )
        return cls(parts.hostname, port or _PORTS[parts.scheme], topic, parts.scheme == "mqtts")

    def __str__(self) -> str:
        return f"{'mqtts' if self.uses_tls else 'mqtt'}://{self.host}:{self.port}/{self.topic}"


async def subscribe(
    address: BrokerAddress,
    take: Callable[[bytes], None],
    on_problem: Callable[[str], None],
    *,
    username: str | None = None,
    password: str | None = None,
    config: MqttConfig | None = None,
) -> None:
    """Hand on every message of a topic until cancelled, however often the broker goes away.

    Parameters
    ----------
    address : BrokerAddress
        Where.
    take : callable
        Called with the bytes of each message.
    on_problem : callable
        Called with words when the broker cannot be used, and with "" when it can (again).
    username, password : str or None
        For the broker.
    config : MqttConfig, optional
        Tuning.
    """
    config = config or MqttConfig()
    backoff_s = config.first_backoff_s
    while True:
        try:
            async with _client(address, username, password, config) as client:
                await client.subscribe(address.topic, qos=0)
                backoff_s = config.first_backoff_s
                on_problem("")
                async for message in client.messages:
                    if not message.retain:  # a retained one is from before, whatever it holds
                        take(bytes(message.payload))
        except aiomqtt.MqttError as error:
            words = f"the broker {address} cannot be used: {error}"
            _logger.info("%s", words)
            on_problem(words)
        await asyncio.sleep(backoff_s)
        backoff_s = min(2 * backoff_s, config.longest_backoff_s)


def _client(
    address: BrokerAddress, username: str | None, password: str | None, config: MqttConfig
) -> aiomqtt.Client:
    return aiomqtt.Client(
        address.host,
        address.port,
        username=username,
        password=password,
        timeout=config.timeout_s,
        keepalive=config.keepalive_s,
        max_queued_incoming_messages=config.queue_messages,
        tls_context=ssl.create_default_context() if address.uses_tls else None,
    )
