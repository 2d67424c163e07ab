"""Bluetooth: find sensors, and stream one of them for as long as it takes.

`BleSource` connects, starts the stream, watches it, and connects again for ever. Its callbacks only stamp and
queue; decoding is somebody else's work. Everything is paced by the running loop's clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError
from bleak_retry_connector import establish_connection

from ingest.bleak_errors import translate
from ingest.bumble_backend import backends
from ingest.devices import bluetooth_driver_named, driver_for, standard, stream_channels
from ingest.devices.native import NAME as NATIVE
from ingest.driver_link import DriverLink
from ingest.errors import (
    BluetoothUnavailableError,
    ConnectionLostError,
    DeviceNotFoundError,
    IngestError,
    StartRefusedError,
)
from ingest.packets import LinkEvent, RawPacket, link_packet, whole_nanoseconds

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

    from ingest.devices.driver import CharacteristicSpec, DeviceDriver

_logger = logging.getLogger(__name__)
_BLEAK_ERRORS = (BleakError, TimeoutError, EOFError, OSError)


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


@dataclass(frozen=True, slots=True)
class FoundSensor:
    """A device that advertises.

    Attributes
    ----------
    name, address : str
        As advertised; on macOS the address is a UUID.
    rssi_dbm : int
        Signal strength, dBm.
    driver : str or None
        Name of the driver that knows it; None: not one of our sensors.
    """

    name: str
    address: str
    rssi_dbm: int
    driver: str | None


async def scan(transport: str | None = None, timeout_s: float = 5.0) -> list[FoundSensor]:
    """Listen for a while; return what advertises, our own sensors first, then the strongest.

    Parameters
    ----------
    transport : str, optional
        A transport of `ingest.bumble_host`; None: the system's own Bluetooth.
    timeout_s : float
        How long to listen, s.

    Raises
    ------
    BluetoothUnavailableError
        If this machine has no usable Bluetooth.
    """
    arguments: dict[str, Any] = {} if transport is None else {"backend": backends(transport)[0]}
    try:
        found = await BleakScanner.discover(timeout=timeout_s, return_adv=True, **arguments)
    except _BLEAK_ERRORS as error:
        raise translate(error, "a scan") from error
    sensors = [_found(device, advertisement) for device, advertisement in found.values()]
    return sorted(sensors, key=lambda sensor: (sensor.driver is None, -sensor.rssi_dbm, sensor.address))


def _found(device: BLEDevice, advertisement: AdvertisementData) -> FoundSensor:
    name = advertisement.local_name or device.name or ""
    driver = driver_for(name, advertisement.service_uuids)
    return FoundSensor(name, device.address, advertisement.rssi, driver.name if driver else None)


class BleSource:
    """Streams one sensor's packets; a `PacketSource`.

    Parameters
    ----------
    driver : DeviceDriver, optional
        Kind of sensor; the native one if not given.
    address, name : str, optional
        Which one; the first that is found if neither is given.
    transport : str, optional
        A transport of `ingest.bumble_host`; None: the system's own Bluetooth.
    config : BleConfig, optional
        Tuning.
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
        seed: int = 0,
    ) -> None:
        self.driver = driver or bluetooth_driver_named(NATIVE)
        self.state = LinkState.IDLE
        self.connections = 0
        self.dropped = 0
        self.problem = ""
        self._address, self._name = address, name
        self._backends = None if transport is None else backends(transport)
        self._config = config or BleConfig()
        self._random = random.Random(seed)  # noqa: S311 -- jitter, not a secret
        self._queue: asyncio.Queue[RawPacket | None] = asyncio.Queue(self._config.queue_packets)
        self._stopping = asyncio.Event()
        self._origin_s = 0.0
        self._last_data_s = 0.0
        self._streams = stream_channels(self.driver)

    @property
    def wanted(self) -> str:
        """The sensor in words."""
        return self._name or self._address or f"any {self.driver.title}"

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
            try:
                await self._stream_once()
            except IngestError as error:
                if isinstance(error, BluetoothUnavailableError) and self.connections == 0:
                    raise
                self.problem = str(error)
                _logger.info("%s", error)
            if self._stopping.is_set():
                break
            if self.connections > connections:
                backoff_s = self._config.first_backoff_s
            self.state = LinkState.WAITING
            await self._sleep(backoff_s * (1 + self._random.random() * self._config.backoff_jitter_fraction))
            backoff_s = min(backoff_s * self._config.backoff_factor, self._config.longest_backoff_s)

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
        try:
            device, rssi_dbm = await self._find()
            client = await self._connect(device, lost)
            name = self._name or device.name or ""
            connected = LinkEvent("connected", name, device.address, client.mtu_size, rssi_dbm)
            self._put(link_packet(self.now_s(), connected))
            self.connections += 1
            try:
                link = await self._start_stream(client)
                self.state, self.problem = LinkState.STREAMING, ""
                reason = await self._watch(lost)
            except (*_BLEAK_ERRORS, StartRefusedError) as error:
                reason = str(error) or type(error).__name__
                raise
            finally:
                self._put(link_packet(self.now_s(), LinkEvent("lost", name, device.address, reason=reason)))
        except _BLEAK_ERRORS as error:
            raise translate(error, self.wanted) from error
        finally:
            if client is not None:
                await self._hang_up(client, link if self._stopping.is_set() else None)
        if not self._stopping.is_set():
            raise ConnectionLostError(f"{self.wanted}: {reason}")

    async def _find(self) -> tuple[BLEDevice, int]:
        """Scan for the sensor; return it with its signal strength, dBm."""
        self.state = LinkState.SEARCHING
        found: list[tuple[BLEDevice, int]] = []

        def is_wanted(device: BLEDevice, advertisement: AdvertisementData) -> bool:
            if self._address is not None and device.address.lower() != self._address.lower():
                return False
            if self._name is not None and self._name not in (advertisement.local_name, device.name):
                return False
            if self._address is None and self._name is None:
                advertised = advertisement.local_name or device.name or ""
                if driver_for(advertised, advertisement.service_uuids) is not self.driver:
                    return False
            found.append((device, advertisement.rssi))
            return True

        arguments: dict[str, Any] = {} if self._backends is None else {"backend": self._backends[0]}
        await BleakScanner.find_device_by_filter(is_wanted, timeout=self._config.scan_timeout_s, **arguments)
        if not found:
            raise DeviceNotFoundError(self.wanted)
        return found[0]

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

    async def _start_stream(self, client: BleakClient) -> DriverLink:
        """Read what comes first, subscribe, start: the sensor forgets its subscribers with the link."""
        link = DriverLink(client, self.driver.title, self._take, self._config.operation_timeout_s)
        present = {found.uuid for service in client.services for found in service.characteristics}
        own = self.driver.characteristics
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
        self._last_data_s = asyncio.get_running_loop().time()
        await link.run(self.driver.start())
        return link

    async def _open(self, link: DriverLink, spec: CharacteristicSpec, uuid: str, client: BleakClient) -> None:
        try:
            await link.open(spec, uuid)
        except _BLEAK_ERRORS as error:
            if spec.required or not client.is_connected:
                raise
            _logger.info("%s: %s cannot be had: %s", self.wanted, spec.channel, error)

    def _take(self, channel: str, payload: bytes) -> None:
        now_s = asyncio.get_running_loop().time()
        if channel in self._streams:
            self._last_data_s = now_s
        self._put(RawPacket(whole_nanoseconds(now_s - self._origin_s), channel, payload))

    def _put(self, packet: RawPacket) -> None:
        try:
            self._queue.put_nowait(packet)
        except asyncio.QueueFull:
            self.dropped += 1

    async def _watch(self, lost: asyncio.Event) -> str:
        """Wait for the end of the stream; return the reason in words."""
        loop = asyncio.get_running_loop()
        patience_s = max(
            self._config.mute_after_s, self._config.mute_after_packets * self.driver.slowest_packet_period_s
        )
        ends = [asyncio.create_task(lost.wait()), asyncio.create_task(self._stopping.wait())]
        try:
            while True:
                remaining_s = self._last_data_s + patience_s - loop.time()
                if remaining_s <= 0:
                    return f"no data for {patience_s:.1f} s"
                done, _ = await asyncio.wait(ends, timeout=remaining_s, return_when=asyncio.FIRST_COMPLETED)
                if done:
                    return "stopped" if self._stopping.is_set() else "the link broke"
        finally:
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)

    async def _hang_up(self, client: BleakClient, link: DriverLink | None) -> None:
        """Leave the sensor quiet and the link closed, as far as it still listens."""
        with contextlib.suppress(*_BLEAK_ERRORS):
            async with asyncio.timeout(self._config.operation_timeout_s):
                if link is not None and client.is_connected:
                    for step in self.driver.stop_steps:
                        await link.write(step)
        with contextlib.suppress(*_BLEAK_ERRORS):
            async with asyncio.timeout(self._config.operation_timeout_s):
                await client.disconnect()
