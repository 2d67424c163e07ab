"""A plain bumble central for tests of the radio and the sensor: no code of ours on its side."""

from __future__ import annotations

import logging

import pytest
from bumble.core import UUID
from bumble.device import Connection, Device, Peer
from bumble.hci import Address

from firmware_sim import protocol
from firmware_sim.air import Air

# Notifications that are under way while a link ends are reported as errors by bumble: harmless here.
logging.getLogger("bumble").setLevel(logging.CRITICAL)


class Central:
    """Connects, writes, reads and collects notifications."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.packets: list[bytes] = []

    @classmethod
    async def on(cls, air: Air) -> Central:
        device = Device.with_hci("central", Address("F0:00:00:00:00:01"), *air.port("central"))
        await device.power_on()
        return cls(device)

    async def connect(self, address: str, mtu: int = 247) -> Connection:
        connection = await self.device.connect(Address(address), timeout=10)
        self.connection = connection
        self.peer = Peer(connection)
        if mtu > 23:
            await self.peer.request_mtu(mtu)
        await self.peer.discover_services()
        await self.peer.discover_characteristics()
        return connection

    def characteristic(self, uuid: str):
        return self.peer.get_characteristics_by_uuid(UUID(uuid))[0]

    async def command(self, payload: bytes) -> None:
        await self.characteristic(protocol.CTRL_UUID).write_value(payload, with_response=True)

    async def stream(self) -> None:
        await self.characteristic(protocol.DATA_UUID).subscribe(
            lambda value: self.packets.append(bytes(value))
        )
        await self.command(b"\x01")

    @property
    def numbers(self) -> list[int]:
        """Sequence numbers received."""
        return [int.from_bytes(packet[2:4], "little") for packet in self.packets]


@pytest.fixture
def central_on():
    return Central.on
