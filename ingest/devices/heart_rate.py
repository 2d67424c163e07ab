"""Driver of any strap that has the standard Heart Rate Service and no driver of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.devices import standard

if TYPE_CHECKING:
    from ingest.devices.driver import CharacteristicSpec, Decoded, Startup, Write

NAME = "heart_rate"


@dataclass(frozen=True, slots=True)
class HeartRateDriver:
    """A heart-rate strap or watch of any make."""

    name: str = NAME
    title: str = "heart-rate strap"
    service_uuids: tuple[str, ...] = (standard.HEART_RATE_SERVICE,)
    name_prefixes: tuple[str, ...] = ()
    characteristics: tuple[CharacteristicSpec, ...] = (replace(standard.HEART_RATE_SPEC, required=True),)
    stop_steps: tuple[Write, ...] = ()
    slowest_packet_period_s: float = 10.0
    """One measurement a second is usual; a strap that has lost the skin may pause."""

    def start(self) -> Startup:
        """Do nothing: it sends once somebody has subscribed."""
        yield from ()

    def decoder(self) -> HeartRateDecoder:
        """Return a decoder for one new stream."""
        return HeartRateDecoder()


class HeartRateDecoder:
    """Decodes what the standard says; there is nothing else."""

    def decode(self, channel: str, payload: bytes) -> tuple[Decoded, ...]:
        """Decode one payload.

        Raises
        ------
        WireError
            If the bytes break the standard.
        """
        return standard.decode_standard(channel, payload) if channel in standard.CHANNELS else ()

    def link_renewed(self) -> None:
        """Do nothing: every packet stands alone."""
