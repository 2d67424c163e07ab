"""How the simulated radio behaves: connection events, errors, retransmission, loss above the link layer."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_sim.errors import InvalidSettingError


@dataclass(frozen=True, slots=True)
class RadioModel:
    """A connection-event model of Bluetooth LE.

    The link layer repeats a packet until it gets through or the supervision timeout ends the link, so an
    error costs time, never data; loss comes from full queues and from hosts, which `host_drop_fraction`
    stands for.

    Attributes
    ----------
    interval_s : float
        Connection interval, s (0.0075 to 4; phones 0.015 to 0.045, Linux 0.03 to 0.05); 0: no model, instant
        delivery.
    packets_per_event : int
        Packets of at most ``acl_bytes`` moved in one event (4 to 6 on phones).
    packet_error_fraction : float
        Share of packets that must be repeated, 0 to 1.
    supervision_s : float
        The link dies when nothing gets through for this long, s (Linux 0.42, Apple 2 to 6).
    host_drop_fraction : float
        Share of notifications that the receiver's host stack loses silently, 0 to 1.
    acl_bytes : int
        Largest packet of the controllers, 27 without and 251 with data length extension.
    acl_buffers : int
        Packets that a controller holds; a host must wait when they are full.
    rssi_dbm : int
        Reported with advertisements.
    seed : int
        Of every random decision of the radio.
    """

    interval_s: float = 0.015
    packets_per_event: int = 6
    packet_error_fraction: float = 0.0
    supervision_s: float = 4.0
    host_drop_fraction: float = 0.0
    acl_bytes: int = 251
    acl_buffers: int = 16
    rssi_dbm: int = -50
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("packet_error_fraction", "host_drop_fraction"):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidSettingError(name, f"must lie in 0 to 1, not {getattr(self, name)}")
        if self.interval_s < 0 or self.supervision_s <= 0:
            raise InvalidSettingError("interval_s, supervision_s", "must not be negative, the latter not 0")
        if not 27 <= self.acl_bytes <= 251:
            raise InvalidSettingError("acl_bytes", f"must lie in 27 to 251, not {self.acl_bytes}")


INSTANT = RadioModel(interval_s=0.0)
"""A perfect radio, for tests that are not about radio."""
