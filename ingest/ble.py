"""Bluetooth: find sensors, and stream one of them for as long as it takes.

`BleSource` connects, starts the stream, watches it, and connects again for ever. Its callbacks only stamp and
queue; decoding is somebody else's work. Everything is paced by the running loop's clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bleak import BleakClient
from bleak_retry_connector import establish_connection

from ingest.ble_scan import BLEAK_ERRORS, FoundSensor, Wanted, find
from ingest.bleak_errors import translate
from ingest.bumble_backend import backends
from ingest.devices import bluetooth_driver_named, standard, stream_channels
from ingest.driver_link import DriverLink
from ingest.errors import (
    AmbiguousSensorError,
    BluetoothUnavailableError,
    ConnectionLostError,
    DeviceNotFoundError,
    IngestError,
    PairingNeededError,
    StartRefusedError,
    UnsupportedSensorError,
)
from ingest.packets import LinkEvent, RawPacket, link_packet, whole_nanoseconds

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from bleak.backends.device import BLEDevice

    from ingest.devices.driver import CharacteristicSpec, DeviceDriver

_logger = logging.getLogger(__name__)
_HOPELESS = (BluetoothUnavailableError, AmbiguousSensorError, UnsupportedSensorError)
"""Errors that trying again does not mend, where there was no connection yet."""
_SMALLEST_MTU = 23
"""What a link has where the MTU was not exchanged, bytes (Core 5.4, Vol 3 Part F 3.2.8)."""
_STALL_S = 0.02
"""A timer that is late by more than this tells of a stalled computer, s; a busy loop is late by less."""
_TOO_SMALL = (
    f"; the link carries {_SMALLEST_MTU - 3} bytes at a time, too few for most sensors: "
    "use another Bluetooth adapter"
)


class LinkState(StrEnum):
    """What the source is doing."""

    IDLE = "idle"
    SEARCHING = "searching"
    CONNECTING = "connecting"
    STREAMING = "streaming"
    WAITING = "waiting"
    """Between two attempts."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class BleConfig:
    """Tuning of the link.

    Attributes
    ----------
    scan_timeout_s : float
        One search, s; 5 to 30. Sensors advertise every 0.1 to 1 s and scanners listen part of the time.
    connect_attempts : int
        Attempts of bleak-retry-connector before we search again; 1 to 5.
    operation_timeout_s : float
        One read, write or subscription, s; an ATT transaction fails after 30 (Core 5.4, Vol 3 Part F 3.3.3).
    mute_after_s, mute_after_packets : float
        A stream without data for this long, and for this many of the driver's slowest packets, is dead even
        though the link stands, s; 1 and 3. Connected but mute is a common failure of sensors and of hosts.
    first_backoff_s, backoff_factor, longest_backoff_s : float
        Pause before the first new attempt, its growth, and its limit, s; 0.5, 2 and 30.
    backoff_jitter_fraction : float
        Up to this fraction is added, so that several hosts do not retry in step; 0 to 0.5.
    queue_packets : int
        Packets that may wait for the consumer; 4096 are over three minutes of one sensor.
    """

    scan_timeout_s: float = 10.0
    connect_attempts: int = 2
    operation_timeout_s: float = 10.0
    mute_after_s: float = 1.0
    mute_after_packets: float = 3.0
    first_backoff_s: float = 0.5
    backoff_factor: float = 2.0
    longest_backoff_s: float = 30.0
    backoff_jitter_fraction: float = 0.2
    queue_packets: int = 4096


class BleSource:
    """Streams one sensor's packets; a `PacketSource`.

    Parameters
    ----------
    driver : DeviceDriver, optional
        Kind of sensor; if not given, the one that knows the sensor that is found.
    address, name : str, optional
        Which one; the first that is found if neither is given.
    transport : str, optional
        A transport of `ingest.bumble_host`; None: the system's own Bluetooth.
    config : BleConfig, optional
        Tuning.
    paired : iterable of str
        Addresses of sensors that were paired: they are taken before strangers.
    seed : int
        Of the jitter.

    Attributes
    ----------
    state : LinkState
        What the source is doing.
    connections, dropped : int
        Connections made, and packets dropped because nobody fetched them.
    problem : str
        Why there is no stream now, in words; empty while there is.
    """

    def __init__(
        self,
        driver: DeviceDriver | None = None,
        *,
        address: str | None = None,
        name: str | None = None,
        transport: str | None = None,
        config: BleConfig | None = None,
        paired: Iterable[str] = (),
        seed: int = 0,
    ) -> None:
        self.driver = driver
        self.state = LinkState.IDLE
        self.connections = 0
        self.dropped = 0
        self.problem = ""
        kind = None if driver is None else driver.name
        self._wanted = Wanted(address, name, kind, frozenset(one.upper() for one in paired))
        self._backends = None if transport is None else backends(transport)
        self._config = config or BleConfig()
        self._random = random.Random(seed)  # noqa: S311 -- jitter, not a secret
        self._queue: asyncio.Queue[RawPacket | None] = asyncio.Queue(self._config.queue_packets)
        self._stopping = asyncio.Event()
        self._origin_s = 0.0
        self._last_data_s = 0.0
        self._flowed = False  # data came since the last start
        self._streams: frozenset[str] = frozenset() if driver is None else stream_channels(driver)

    @property
    def wanted(self) -> str:
        """The sensor in words."""
        return str(self._wanted)

    def stop(self) -> None:
        """End the stream: `packets` returns soon."""
        self._stopping.set()

    def now_s(self) -> float:
        """Seconds since the source started, on the clock that stamps packets."""
        return whole_nanoseconds(asyncio.get_running_loop().time() - self._origin_s)

    async def packets(self) -> AsyncGenerator[RawPacket]:
        """Yield packets until `stop`.

        Raises
        ------
        BluetoothUnavailableError
            If this machine has no usable Bluetooth. Once connected, the source tries again instead.
        AmbiguousSensorError, UnsupportedSensorError
            If the name is that of two sensors, or the sensor is of no kind that is known.
        """
        self._origin_s = asyncio.get_running_loop().time()
        work = asyncio.create_task(self._run(), name=f"ble {self.wanted}")
        try:
            while (packet := await self._queue.get()) is not None:
                yield packet
            await work
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            self.state = LinkState.STOPPED

    async def _run(self) -> None:
        try:
            await self._connect_for_ever()
        finally:
            while self._queue.full():
                self._queue.get_nowait()
            self._queue.put_nowait(None)

    async def _connect_for_ever(self) -> None:
        backoff_s = self._config.first_backoff_s
        while not self._stopping.is_set():
            connections = self.connections
            refused = False
            try:
                await self._stream_once()
            except IngestError as error:
                if isinstance(error, _HOPELESS) and self.connections == 0:
                    raise
                self.problem = str(error)
                _logger.info("%s", error)
                refused = self._is_refusal(error)
                if isinstance(error, DeviceNotFoundError | BluetoothUnavailableError):
                    # Neither costs the sensor anything: it is back at once when it is near again, and so is
                    # an adapter that is plugged in again.
                    backoff_s = self._config.first_backoff_s
            if self._stopping.is_set():
                break
            if self.connections > connections and not refused:
                backoff_s = self._config.first_backoff_s
            self.state = LinkState.WAITING
            await self._sleep(backoff_s * (1 + self._random.random() * self._config.backoff_jitter_fraction))
            backoff_s = min(backoff_s * self._config.backoff_factor, self._config.longest_backoff_s)

    def _is_refusal(self, error: IngestError) -> bool:
        """Tell whether the sensor was reached and does not stream: then asking it often does not help."""
        mute = self.state is LinkState.STREAMING and not self._flowed
        return mute or isinstance(error, StartRefusedError | PairingNeededError)

    async def _sleep(self, seconds: float) -> None:
        """Sleep, unless stopped."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _stream_once(self) -> None:
        """Find, connect, stream until the link is lost, the stream falls mute or the source is stopped."""
        lost = asyncio.Event()
        client: BleakClient | None = None
        link: DriverLink | None = None
        reason = "closed"
        self._flowed = False
        try:
            device, found, driver = await self._find()
            client = await self._connect(device, lost)
            connected = LinkEvent(
                "connected", found.name, found.address, client.mtu_size, found.rssi_dbm, driver=driver.name
            )
            self._put(link_packet(self.now_s(), connected))
            self.connections += 1
            try:
                link = await self._start_stream(client, driver)
                self.state, self.problem = LinkState.STREAMING, ""
                reason = await self._watch(lost, driver.slowest_packet_period_s)
                if not self._flowed and client.is_connected and client.mtu_size <= _SMALLEST_MTU:
                    reason += _TOO_SMALL
            except BLEAK_ERRORS as error:
                told = translate(error, self.wanted)
                reason = str(told)
                raise told from error
            except IngestError as error:
                reason = str(error)
                raise
            finally:
                self._put(
                    link_packet(self.now_s(), LinkEvent("lost", found.name, found.address, reason=reason))
                )
        except BLEAK_ERRORS as error:
            raise translate(error, self.wanted) from error
        finally:
            if client is not None:
                await self._hang_up(client, link if self._stopping.is_set() else None)
        if not self._stopping.is_set():
            raise ConnectionLostError(f"{self.wanted}: {reason}")

    async def _find(self) -> tuple[BLEDevice, FoundSensor, DeviceDriver]:
        """Scan for the sensor, the same as before if there was one."""
        self.state = LinkState.SEARCHING
        backend = None if self._backends is None else self._backends[0]
        device, found = await find(self._wanted, backend, self._config.scan_timeout_s)
        if self.driver is None:
            if found.driver is None:
                raise UnsupportedSensorError(found.name or found.address)
            self.driver = bluetooth_driver_named(found.driver)
            self._streams = stream_channels(self.driver)
        # Another of the same name or kind must not take its place after a lost link.
        self._wanted = replace(self._wanted, address=found.address)
        return device, found, self.driver

    async def _connect(self, device: BLEDevice, lost: asyncio.Event) -> BleakClient:
        """Connect with a new client: one that has been connected before may keep stale state."""
        self.state = LinkState.CONNECTING

        def on_disconnect(_: BleakClient) -> None:
            lost.set()

        arguments: dict[str, Any] = {} if self._backends is None else {"backend": self._backends[1]}
        return await establish_connection(
            BleakClient,
            device,
            self.wanted,
            on_disconnect,
            max_attempts=self._config.connect_attempts,
            **arguments,
        )

    async def _start_stream(self, client: BleakClient, driver: DeviceDriver) -> DriverLink:
        """Read what comes first, subscribe, start: the sensor forgets its subscribers with the link."""
        link = DriverLink(client, driver.title, self._take, self._config.operation_timeout_s)
        present = {found.uuid for service in client.services for found in service.characteristics}
        own = driver.characteristics
        known = {spec.channel for spec in own}
        # Descriptions first: a file's header is written when the sensor's own bytes begin.
        for spec in (*(spec for spec in standard.CHARACTERISTICS if spec.channel not in known), *own):
            uuid = next((uuid for uuid in (spec.uuid, *spec.alternatives) if uuid in present), None)
            if uuid is not None:
                await self._open(link, spec, uuid, client)
            elif spec.required:
                raise ConnectionLostError(
                    f"{self.wanted} lacks the {spec.channel} characteristic; is it one?"
                )
        await link.run(driver.start())
        self._last_data_s = asyncio.get_running_loop().time()  # a start of many steps is no silence
        return link

    async def _open(self, link: DriverLink, spec: CharacteristicSpec, uuid: str, client: BleakClient) -> None:
        try:
            await link.open(spec, uuid)
        except BLEAK_ERRORS as error:
            if spec.required or not client.is_connected:
                raise
            _logger.info("%s: %s cannot be had: %s", self.wanted, spec.channel, error)

    def _take(self, channel: str, payload: bytes) -> None:
        now_s = asyncio.get_running_loop().time()
        if channel in self._streams:
            self._last_data_s = now_s
            self._flowed = self._flowed or self.state is LinkState.STREAMING
        self._put(RawPacket(whole_nanoseconds(now_s - self._origin_s), channel, payload))

    def _put(self, packet: RawPacket) -> None:
        try:
            self._queue.put_nowait(packet)
        except asyncio.QueueFull:
            self.dropped += 1

    async def _watch(self, lost: asyncio.Event, slowest_packet_period_s: float) -> str:
        """Wait for the end of the stream; return the reason in words."""
        loop = asyncio.get_running_loop()
        patience_s = max(self._config.mute_after_s, self._config.mute_after_packets * slowest_packet_period_s)
        ends = [asyncio.create_task(lost.wait()), asyncio.create_task(self._stopping.wait())]
        try:
            while True:
                remaining_s = self._last_data_s + patience_s - loop.time()
                if remaining_s <= 0:
                    return f"no data for {patience_s:.1f} s"
                done, _ = await asyncio.wait(ends, timeout=remaining_s, return_when=asyncio.FIRST_COMPLETED)
                overdue_s = loop.time() - self._last_data_s - patience_s
                if not done and overdue_s > _STALL_S:
                    # This computer stood still, not the sensor: what came meanwhile has yet to be taken.
                    self._last_data_s = loop.time()
                if done:
                    return "stopped" if self._stopping.is_set() else "the link broke"
        finally:
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)

    async def _hang_up(self, client: BleakClient, link: DriverLink | None) -> None:
        """Leave the sensor quiet and the link closed, as far as it still listens."""
        with contextlib.suppress(*BLEAK_ERRORS):
            async with asyncio.timeout(self._config.operation_timeout_s):
                if link is not None and self.driver is not None and client.is_connected:
                    for step in self.driver.stop_steps:
                        await link.write(step)
        with contextlib.suppress(*BLEAK_ERRORS):
            async with asyncio.timeout(self._config.operation_timeout_s):
                await client.disconnect()
