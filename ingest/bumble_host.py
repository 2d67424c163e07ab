"""One Bluetooth host for each event loop and transport, shared by every scanner and client.

One controller has one connection attempt and one scan at a time, so they must share. Transports:
``inproc:<name>`` (registered by `register_in_process`), and all of bumble's, such as
``tcp-client:127.0.0.1:9100`` and ``usb:0``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import TypeAlias
from weakref import WeakKeyDictionary

from bumble import core, hci
from bumble.device import Advertisement, Connection, ConnectionParametersPreferences, Device
from bumble.transport import open_transport
from bumble.transport.common import Transport, TransportSink, TransportSource

from ingest.errors import BluetoothUnavailableError

IN_PROCESS_PREFIX = "inproc:"

PortFactory: TypeAlias = Callable[[], tuple[TransportSource, TransportSink]]
"""Makes the two ends of an HCI transport: what the host reads from and what it writes to."""

_CONNECTION = {
    # 7.5 to 15 ms: a packet of 50 ms of samples waits little, and is repeated well before the next one.
    hci.Phy.LE_1M: ConnectionParametersPreferences(
        connection_interval_min=7.5, connection_interval_max=15.0, supervision_timeout=4000
    )
}

AdvertisementListener: TypeAlias = Callable[[Advertisement], None]

# bumble reports each notification without a subscriber and each lost link; our callers hear of both
# elsewhere.
logging.getLogger("bumble").setLevel(logging.CRITICAL)

_factories: dict[str, PortFactory] = {}
_hosts: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, BumbleHost]] = WeakKeyDictionary()


def register_in_process(name: str, factory: PortFactory) -> None:
    """Make ``inproc:<name>`` a transport."""
    _factories[name] = factory


async def running_host(transport: str) -> BumbleHost:
    """Return the host of a transport on this loop; switch it on if it is the first time.

    Raises
    ------
    BluetoothUnavailableError
        If there is no controller at the other end of the transport.
    """
    hosts = _hosts.setdefault(asyncio.get_running_loop(), {})
    host = hosts.setdefault(transport, BumbleHost(transport))
    try:
        await host.power_on(on_lost=lambda: hosts.pop(transport, None))
    except (OSError, core.BaseBumbleError, ValueError) as error:
        hosts.pop(transport, None)
        hint = "start what serves it, or plug the dongle in"
        raise BluetoothUnavailableError(f"no controller at {transport} ({error})", hint) from error
    return host


async def close_host(transport: str) -> None:
    """Switch off the host of a transport on this loop, if there is one."""
    host = _hosts.get(asyncio.get_running_loop(), {}).pop(transport, None)
    if host is not None:
        await host.close()


class BumbleHost:
    """A running HCI host."""

    def __init__(self, transport: str) -> None:
        self._connecting = asyncio.Lock()
        self._spec = transport
        self._transport: Transport | None = None
        self._starting = asyncio.Lock()
        self._scanning = asyncio.Lock()
        self._listeners: list[AdvertisementListener] = []
        self._device: Device | None = None

    @property
    def device(self) -> Device:
        """Bumble's own object.

        Raises
        ------
        BluetoothUnavailableError
            If the host is switched off.
        """
        if self._device is None:
            raise BluetoothUnavailableError(
                f"the host of {self._spec} is switched off", "scan or connect anew"
            )
        return self._device

    async def power_on(self, on_lost: Callable[[], object]) -> None:
        """Open the transport and start the controller, once; call ``on_lost`` when the transport ends."""
        async with self._starting:
            if self._device is not None:
                return
            source, sink = await self._open(on_lost)
            # Never a public address: bumble's virtual link routes by the random one.
            device = Device.with_hci("upright", hci.Address.generate_static_address(), source, sink)
            device.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)
            await device.power_on()
            self._device = device

    async def _open(self, on_lost: Callable[[], object]) -> tuple[TransportSource, TransportSink]:
        if self._spec.startswith(IN_PROCESS_PREFIX):
            name = self._spec.removeprefix(IN_PROCESS_PREFIX)
            if name not in _factories:
                raise ValueError(f"nothing registered as {name}")
            return _factories[name]()
        self._transport = await open_transport(self._spec)

        def lost(_: object) -> None:
            on_lost()

        self._transport.source.terminated.add_done_callback(lost)
        return self._transport.source, self._transport.sink

    async def close(self) -> None:
        """Close the transport."""
        self._device = None
        if self._transport is not None:
            await self._transport.close()

    async def connect(self, address: hci.Address) -> Connection:
        """Connect, whenever it takes; cancel the call to give up."""
        async with self._connecting:
            try:
                return await self.device.connect(
                    address, timeout=None, connection_parameters_preferences=_CONNECTION
                )
            except asyncio.CancelledError:
                await self._abandon(address)
                raise

    async def _abandon(self, address: hci.Address) -> None:
        """Clear a cancelled attempt: bumble leaves it with the controller, which then refuses every other."""
        device = self.device
        with contextlib.suppress(core.BaseBumbleError):
            cancel = hci.HCI_LE_Create_Connection_Cancel_Command()  # pyright: ignore[reportUnknownVariableType] -- bumble
            await device.send_sync_command(cancel)  # pyright: ignore[reportUnknownArgumentType] -- bumble
        connection = device.find_connection_by_bd_addr(address)
        if connection is not None:  # it was made just before we gave up
            with contextlib.suppress(core.BaseBumbleError):
                await connection.disconnect()

    async def listen(self, listener: AdvertisementListener, *, active: bool) -> None:
        """Scan, and hand every advertisement to the listener."""
        async with self._scanning:
            self._listeners.append(listener)
            if len(self._listeners) == 1:
                await self.device.start_scanning(active=active)

    async def stop_listening(self, listener: AdvertisementListener) -> None:
        """Stop handing advertisements on; the scan ends with its last listener."""
        async with self._scanning:
            if listener in self._listeners:
                self._listeners.remove(listener)
                if not self._listeners and self._device is not None:
                    await self._device.stop_scanning()

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        for listener in list(self._listeners):
            listener(advertisement)
