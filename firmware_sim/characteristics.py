"""Characteristics of simulated sensors: refuse what is not offered, know who listens, obey the faults."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from bumble import att
from bumble.device import Connection
from bumble.gatt import (
    GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR,
    Characteristic,
    CharacteristicValue,
    Descriptor,
)

from firmware_sim.faults import Faults, FaultyExit

if TYPE_CHECKING:
    from bumble.gatt_server import Server

Read: TypeAlias = Callable[[Connection], bytes]
Write: TypeAlias = Callable[[Connection, bytes], None]

_READABLE_AND_WRITEABLE = Characteristic.Permissions.READABLE | Characteristic.Permissions.WRITEABLE


def _refuse_read(connection: Connection) -> bytes:
    raise att.ATT_Error(att.ATT_READ_NOT_PERMITTED_ERROR, message=str(connection.peer_address))


def _refuse_write(connection: Connection, value: bytes) -> None:
    raise att.ATT_Error(
        att.ATT_WRITE_NOT_PERMITTED_ERROR, message=f"{connection.peer_address}: {value.hex()}"
    )


def short_uuid(characteristic: Characteristic[bytes]) -> str:
    """UUID in small letters with dashes, 16-bit ones as their four digits."""
    return characteristic.uuid.to_hex_str("-").lower()


class Endpoint:
    """One characteristic.

    bumble accepts every write and answers every read; this refuses what is not offered, and asks for a bond
    where the faults want one, also before a subscription.

    Parameters
    ----------
    server : Server
        Keeps the subscriptions.
    faults : Faults
        Of the sensor.
    uuid : str
        Of the characteristic.
    properties : Characteristic.Properties
        What it offers.
    read, write : callable, optional
        Give the value; take a value, or raise ``att.ATT_Error``.
    on_listen : callable, optional
        Called when a central subscribes or unsubscribes.
    """

    def __init__(
        self,
        server: Server,
        faults: Faults,
        uuid: str,
        properties: Characteristic.Properties,
        *,
        read: Read | None = None,
        write: Write | None = None,
        on_listen: Callable[[Endpoint], None] | None = None,
    ) -> None:
        self._server = server
        self._faults = faults
        self._read = read or _refuse_read
        self._write = write or _refuse_write
        self._on_listen = on_listen
        self.notified = False
        """Whether the central wants notifications."""
        self.indicated = False
        """Whether the central wants indications."""
        self.exit = FaultyExit(faults)
        """Where its notifications leave."""
        speaks = Characteristic.Properties.NOTIFY | Characteristic.Properties.INDICATE
        self.characteristic: Characteristic[bytes] = Characteristic(
            uuid,
            properties,
            _READABLE_AND_WRITEABLE,
            CharacteristicValue(read=self._answer_read, write=self._take_write),
            [self._subscription_descriptor()] if properties & speaks else [],
        )
        self.characteristic.on(Characteristic.EVENT_SUBSCRIPTION, self._on_subscription)

    @property
    def listening(self) -> bool:
        """Whether the central wants either."""
        return self.notified or self.indicated

    def forget_listeners(self) -> None:
        """Know that the link is gone."""
        self.notified = self.indicated = False

    def _subscription_descriptor(self) -> Descriptor:
        """Client Characteristic Configuration that can demand a bond; bumble would add one that cannot."""

        def read(bearer: att.Bearer) -> bytes:
            return self._server.read_cccd(bearer, self.characteristic)  # pyright: ignore[reportUnknownMemberType]

        def write(bearer: att.Bearer, value: bytes) -> None:
            if isinstance(bearer, Connection):
                self._demand_bond(bearer)
            self._server.write_cccd(bearer, self.characteristic, value)  # pyright: ignore[reportUnknownMemberType]

        return Descriptor(
            GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR,
            att.Attribute.READABLE | att.Attribute.WRITEABLE,
            att.AttributeValueV2(read, write),
        )

    def _demand_bond(self, connection: Connection) -> None:
        if self._faults.needs_bond and not connection.is_encrypted:
            raise att.ATT_Error(att.ATT_INSUFFICIENT_AUTHENTICATION_ERROR)

    def _answer_read(self, connection: Connection) -> bytes:
        self._demand_bond(connection)
        replaced = self._faults.replaced_reads.get(short_uuid(self.characteristic))
        return self._read(connection) if replaced is None else replaced

    def _take_write(self, connection: Connection, value: bytes) -> None:
        self._demand_bond(connection)
        self._write(connection, bytes(value))

    def _on_subscription(self, bearer: object, notify: bool, indicate: bool) -> None:  # noqa: FBT001
        del bearer
        self.notified, self.indicated = notify, indicate
        if self._on_listen is not None:
            self._on_listen(self)
