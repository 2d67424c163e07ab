"""The virtual radio: one bumble `LocalLink`, one virtual controller per client, in this process or over TCP.

The cut is at HCI: ATT, GATT, L2CAP and disconnect reasons are genuine on both sides. bumble's stock
controller is perfect and has gaps; `AirController` adds the radio model and mends what
``tests/firmware_sim/test_air.py`` watches: a cancelled connection attempt that blocks all later ones, and
advertising data repeated as the scan response. Devices must use random static addresses: the link routes data
by them.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import deque
from typing import TYPE_CHECKING, cast

from bumble import hci, ll
from bumble.controller import Connection, Controller
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink, StreamPacketSink, StreamPacketSource

from firmware_sim.radio import RadioModel

if TYPE_CHECKING:
    from bumble.core import PhysicalTransport
    from bumble.transport.common import TransportSink

_ATT_CID = b"\x04\x00"
_HANDLE_VALUE_NOTIFICATION = 0x1B


class AirController(Controller):
    """A controller that moves data at connection events only, and completes packets only then."""

    def __init__(
        self,
        name: str,
        air: Air,
        *,
        source: StreamPacketSource | None = None,
        sink: TransportSink | None = None,
    ) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType]  # bumble leaves host_source untyped
            name, host_source=source, host_sink=sink, link=air.link, public_address=air.next_public_address()
        )
        self._air = air
        self._model = air.model
        self.le_acl_data_packet_length = self._model.acl_bytes
        self.total_num_le_acl_data_packets = self._model.acl_buffers
        # Legacy advertising only: the link's extended path has no scan responses.
        self.le_features = Controller.le_features & ~(
            hci.LeFeatureMask.LE_EXTENDED_ADVERTISING | hci.LeFeatureMask.LL_PRIVACY
        )
        self._queues: dict[int, deque[hci.HCI_AclDataPacket]] = {}
        self._events: dict[int, asyncio.TimerHandle] = {}
        self._silent_since_s: dict[int, float] = {}
        self._jammed_until_s = 0.0

    @property
    def jammed(self) -> bool:
        """Whether this one neither hears nor is heard now."""
        return self._air.jammed or asyncio.get_running_loop().time() < self._jammed_until_s

    def jam(self, duration_s: float) -> None:
        """Let nothing of or to this one through for a while; needs ``interval_s`` above 0."""
        self._jammed_until_s = asyncio.get_running_loop().time() + duration_s

    def on_hci_le_create_connection_cancel_command(self, _command: object) -> hci.HCI_StatusReturnParameters:
        """Forget the pending connection; the stock controller keeps it and refuses all later ones."""
        pending, self.pending_le_connection = self.pending_le_connection, None
        if not isinstance(pending, hci.HCI_LE_Create_Connection_Command):
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        cancelled = hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
            connection_handle=0,
            role=hci.Role.CENTRAL,
            peer_address_type=pending.peer_address.address_type,
            peer_address=pending.peer_address,
            connection_interval=0,
            peripheral_latency=0,
            supervision_timeout=0,
            central_clock_accuracy=0,
        )
        asyncio.get_running_loop().call_soon(self.send_hci_packet, cancelled)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def on_advertising_pdu(self, pdu: ll.AdvInd | ll.AdvExtInd) -> None:
        """Report advertising data and the true scan response; connect if that was asked for."""
        address = pdu.advertiser_address
        if self.jammed or self._peer_is_jammed(address):
            return
        if self.le_scan_enable:
            event = hci.HCI_LE_Advertising_Report_Event
            reports = [(event.EventType.ADV_IND, pdu.data)]
            peer = self._air.link.find_le_controller(address)
            if self.le_scan_type == 1 and peer is not None:
                reports.append((event.EventType.SCAN_RSP, peer.le_legacy_advertiser.scan_response_data))
            for event_type, data in reports:
                report = event.Report(
                    event_type=event_type,
                    address_type=address.address_type,
                    address=address,
                    data=data,
                    rssi=self._model.rssi_dbm,
                )
                self.send_hci_packet(event([report]))
        pending = self.pending_le_connection
        if pending is not None and pending.peer_address == address:
            self.create_le_connection(address)

    def on_hci_disconnect_command(self, command: hci.HCI_Disconnect_Command) -> None:
        """End a link; where the other side hears nothing, when it does again or the link dies of itself."""
        connection = self.find_connection_by_handle(command.connection_handle)
        if connection is None or self._hears(connection):
            super().on_hci_disconnect_command(command)
            return
        self._send_hci_command_status(hci.HCI_COMMAND_STATUS_PENDING, command.op_code)
        until_s = asyncio.get_running_loop().time() + self._model.supervision_s
        self._terminate(connection, command.reason, until_s)

    def _terminate(self, connection: Connection, reason: int, until_s: float) -> None:
        if self.find_connection_by_handle(connection.handle) is not connection:
            return
        loop = asyncio.get_running_loop()
        if self._hears(connection):
            connection.send_ll_control_pdu(ll.TerminateInd(reason))
            self.on_le_disconnected(connection, reason)
        elif loop.time() > until_s:
            self.drop(connection)
        else:
            loop.call_later(self._model.interval_s, self._terminate, connection, reason, until_s)

    def on_hci_acl_data_packet(self, packet: hci.HCI_AclDataPacket) -> None:
        """Queue data from the host for the next connection event."""
        if self._model.interval_s == 0:
            super().on_hci_acl_data_packet(packet)
            return
        connection = self.find_connection_by_handle(packet.connection_handle)
        if connection is None:
            return
        self._queues.setdefault(connection.handle, deque()).append(packet)
        if connection.handle not in self._events:
            self._schedule_event(connection)

    def on_link_acl_data(
        self, sender_address: hci.Address, transport: PhysicalTransport, data: bytes
    ) -> None:
        """Hand received data to the host, which may lose a notification."""
        notification = data[2:4] == _ATT_CID and data[4] == _HANDLE_VALUE_NOTIFICATION
        if notification and self._air.host_loses():
            return
        super().on_link_acl_data(sender_address, transport, data)

    def _schedule_event(self, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        interval_s = self._model.interval_s
        # Connection events lie on a grid.
        at_s = (int(loop.time() / interval_s) + 1) * interval_s
        self._events[connection.handle] = loop.call_at(at_s, self._connection_event, connection)

    def _connection_event(self, connection: Connection) -> None:
        handle = connection.handle
        self._events.pop(handle, None)
        if self.find_connection_by_handle(handle) is not connection:
            self._forget(handle)
            return
        queue = self._queues[handle]
        moved = 0
        reachable = self._hears(connection)
        while reachable and queue and moved < self._model.packets_per_event and self._air.packet_passes():
            self._silent_since_s.pop(handle, None)
            connection.assembler.feed_packet(queue.popleft())
            moved += 1
        if moved:
            completed = hci.HCI_Number_Of_Completed_Packets_Event(
                connection_handles=[handle], num_completed_packets=[moved]
            )
            self.send_hci_packet(completed)
        elif self._supervision_expired(handle):
            self.drop(connection)
            return
        if queue:
            self._schedule_event(connection)

    def _hears(self, connection: Connection) -> bool:
        return not (self.jammed or self._peer_is_jammed(connection.peer_address))

    def _peer_is_jammed(self, address: hci.Address) -> bool:
        peer = self._air.link.find_le_controller(address)
        return isinstance(peer, AirController) and peer.jammed

    def _supervision_expired(self, handle: int) -> bool:
        now_s = asyncio.get_running_loop().time()
        return now_s - self._silent_since_s.setdefault(handle, now_s) > self._model.supervision_s

    def _forget(self, handle: int) -> None:
        self._queues.pop(handle, None)
        self._silent_since_s.pop(handle, None)

    def drop(self, connection: Connection) -> None:
        """End a link on both sides, as a supervision timeout does."""
        reason = hci.HCI_CONNECTION_TIMEOUT_ERROR
        self._forget(connection.handle)
        peer = self._air.link.find_le_controller(connection.peer_address)
        if peer is not None and connection.self_address in peer.le_connections:
            connection.send_ll_control_pdu(ll.TerminateInd(reason))
        self.on_le_disconnected(connection, reason)

    def unplug(self) -> None:
        """Leave the air because the host is gone: stop advertising, end every link."""
        self.le_legacy_advertiser.stop()
        for event in self._events.values():
            event.cancel()
        self._events.clear()
        for connection in list(self.le_connections.values()):
            self.drop(connection)
        self.host = None
        if self in self._air.link.controllers:
            self._air.link.remove_controller(self)


class _TcpPort(StreamPacketSource):
    """One client on TCP with a controller of its own."""

    def __init__(self, air: Air) -> None:
        super().__init__()
        self._air = air
        self._controller: AirController | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        sink = StreamPacketSink(
            cast("asyncio.WriteTransport", transport)
        )  # a TCP transport can be written to
        self._controller = self._air.controller("tcp", source=self, sink=sink)

    def connection_lost(self, exc: BaseException | None) -> None:
        del exc
        if self._controller is not None:
            self._controller.unplug()
            self._controller = None


class Air:
    """The medium that every simulated and simulating device shares.

    Parameters
    ----------
    model : RadioModel, optional
        How it behaves.
    """

    def __init__(self, model: RadioModel | None = None) -> None:
        self.model = model or RadioModel()
        self.link = LocalLink()
        self._random = random.Random(self.model.seed)  # noqa: S311
        self._numbers = itertools.count(1)
        self._jammed_until_s = 0.0
        self._server: asyncio.Server | None = None

    def next_public_address(self) -> str:
        """Give an address that no other controller here has; devices must not use it as their own."""
        number = next(self._numbers)
        return f"00:1B:DC:00:{number >> 8 & 255:02X}:{number & 255:02X}"

    def controller(
        self, name: str, *, source: StreamPacketSource | None = None, sink: TransportSink | None = None
    ) -> AirController:
        """Add a controller to this air."""
        return AirController(name, self, source=source, sink=sink)

    def port(self, name: str) -> tuple[AirController, AsyncPipeSink]:
        """HCI source and sink for a host in this process."""
        controller = self.controller(name)
        return controller, AsyncPipeSink(controller)

    async def serve_tcp(self, host: str, port: int) -> int:
        """Accept hosts of other processes; each connection is one controller. Gives the port listened on."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _TcpPort(self), host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and end every link."""
        if self._server is not None:
            self._server.close()
        for controller in list(self.link.controllers):
            if isinstance(controller, AirController):
                controller.unplug()
        # Let cancelled timers and disconnect events run out.
        await asyncio.sleep(0)

    # -- what happens on the way

    @property
    def jammed(self) -> bool:
        """Whether nothing gets through now."""
        return asyncio.get_running_loop().time() < self._jammed_until_s

    def jam(self, duration_s: float) -> None:
        """Let nothing through for a while, as when a body stands in between; needs ``interval_s`` above 0."""
        self._jammed_until_s = asyncio.get_running_loop().time() + duration_s

    def packet_passes(self) -> bool:
        """Whether the packet that is on the air now is received."""
        return not self.jammed and self._random.random() >= self.model.packet_error_fraction

    def host_loses(self) -> bool:
        """Whether the receiving host loses the notification that arrives now."""
        fraction = self.model.host_drop_fraction
        return fraction > 0 and self._random.random() < fraction
