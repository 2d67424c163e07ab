"""What a sensor sends in a scenario, byte for byte, without a radio and without waiting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firmware_sim.firmware import Firmware, FirmwareConfig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware_sim.mems import MemsSettings, MemsStream
    from firmware_sim.scenario import Scenario

_START = b"\x01"
_LOOKAHEAD_S = 10.0
"""Simulated in one go, s; twice as fast as a second at a time."""


@dataclass(frozen=True, slots=True)
class SentPacket:
    """A DATA notification and when its last sample was taken, scenario time, s."""

    at_s: float
    payload: bytes


class UnhurriedSensor:
    """The firmware of a sensor on a perfect link, powered on and started when the scenario begins.

    Parameters
    ----------
    scenario : Scenario
        What happens.
    config : FirmwareConfig, optional
        What was burnt into the firmware.
    mtu : int
        ATT MTU of the link.

    Raises
    ------
    CommandRefusedError
        Never: the firmware takes START when it does not stream.
    """

    def __init__(self, scenario: Scenario, config: FirmwareConfig | None = None, mtu: int = 247) -> None:
        def open_stream(settings: MemsSettings, first_sample_s: float) -> MemsStream:
            return scenario.stream(settings, first_sample_s)

        self._mtu = mtu
        self._firmware = Firmware(
            open_stream,
            scenario.settings,
            clock_error_fraction=scenario.unit.clock_error_fraction,
            model=scenario.unit.model.name,
            powered_on_s=0.0,
            config=replace(config or FirmwareConfig(), lookahead_s=_LOOKAHEAD_S),
        )
        self.info = self._firmware.info(0.0)
        """Value of the INFO characteristic before the start."""
        self._firmware.command(_START, 0.0)

    def packets(self, until_s: float) -> Iterator[SentPacket]:
        """Yield the packets that are complete by ``until_s``; a later call goes on."""
        while (due_s := self._firmware.next_packet_s()) is not None and due_s <= until_s:
            self._firmware.build(due_s, self._mtu)
            while self._firmware.waiting:
                yield SentPacket(due_s, self._firmware.take(self._mtu))
