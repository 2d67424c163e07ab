"""Driver of the OpenBarbell V3, a reference instrument on a string; see `docs/sensors/openbarbell.md`."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from ingest.devices.driver import Battery, CharacteristicSpec, Decoded, Startup, Write
from ingest.errors import WireError
from ingest.instruments import InstrumentRep, RepBegun
from ingest.packets import DATA

NAME = "openbarbell"

_VALUE = struct.Struct("<f")
_STARTS = frozenset({-1234.0, -2345.0, -3456.0})
"""Begin a repetition, by generation of the instrument."""
_V3_START, _SETTINGS, _BULK_END = -3456.0, -9999.0, -6789.0
_VALUES_BEFORE_SETTINGS = 20
_NUMBER, _MEAN_MPS, _RANGE_MM, _PEAK_MPS, _DURATION_US = 0, 1, 2, 3, 6
_MISMATCH_FRACTION = 0.03
"""Mean velocity against range of motion over duration: the instrument cuts the range to whole mm of at least
150 and its time to whole ms, 1 % together; more means that a value is missing and another doubled."""


@dataclass(frozen=True, slots=True)
class OpenBarbellDriver:
    """OpenBarbell V3."""

    name: str = NAME
    title: str = "OpenBarbell V3"
    service_uuids: tuple[str, ...] = ()
    name_prefixes: tuple[str, ...] = ("OB ",)
    """Its service is that of every RFduino."""
    characteristics: tuple[CharacteristicSpec, ...] = (
        CharacteristicSpec(DATA, "00002221-0000-1000-8000-00805f9b34fb", notify=True),
    )
    stop_steps: tuple[Write, ...] = ()
    slowest_packet_period_s: float = 1200.0
    """It is silent between repetitions, so only a broken link tells that it is gone."""

    def start(self) -> Startup:
        """Do nothing: it sends once somebody has subscribed."""
        yield from ()

    def decoder(self) -> OpenBarbellDecoder:
        """Return a decoder for one new stream."""
        return OpenBarbellDecoder()


class OpenBarbellDecoder:
    """Collects the numbers of one repetition, one in a notification, between their marks."""

    def __init__(self) -> None:
        self.link_renewed()

    def decode(self, channel: str, payload: bytes) -> tuple[Decoded, ...]:
        """Decode one payload; a repetition comes with the number that ends its results.

        Raises
        ------
        WireError
            If the bytes are no number, or numbers of a repetition are missing.
        """
        if channel != DATA:
            return ()
        if len(payload) != _VALUE.size:
            raise _refuse(f"{len(payload)} bytes, expected {_VALUE.size}", payload)
        (value,) = _VALUE.unpack(payload)
        if not math.isfinite(value):
            self.link_renewed()
            raise _refuse("not a number", payload)
        bulk_ended, self._bulk_ended = self._bulk_ended, False
        if value in _STARTS:
            return self._begin(value, payload)
        if value == _BULK_END:
            self._bulk_ended = True
            return ()
        if value == _SETTINGS:
            return (self._rep(payload),)
        if bulk_ended:
            return _battery(value)
        if self._values is not None and len(self._values) <= _VALUES_BEFORE_SETTINGS:
            self._values.append(value)
        return ()

    def link_renewed(self) -> None:
        """Forget a repetition that is half told."""
        self._values: list[float] | None = None
        self._bulk_ended = False

    def _begin(self, mark: float, payload: bytes) -> tuple[Decoded, ...]:
        """Open a group. The mark before it, alone, was a movement too short to count."""
        cut_off = bool(self._values)
        self._values = [] if mark == _V3_START else None
        if mark != _V3_START:
            raise _refuse(f"repetition of an older instrument ({mark:g})", payload)
        if cut_off:
            raise _refuse("the repetition before has no end", payload)
        return (RepBegun(),)

    def _rep(self, payload: bytes) -> InstrumentRep:
        values, self._values = self._values, None
        if values is None:
            raise _refuse("results without a beginning", payload)
        if len(values) != _VALUES_BEFORE_SETTINGS:
            raise _refuse(f"{len(values)} results, expected {_VALUES_BEFORE_SETTINGS}", payload)
        number, mean_mps, peak_mps = values[_NUMBER], values[_MEAN_MPS], values[_PEAK_MPS]
        range_m, duration_s = values[_RANGE_MM] / 1000, values[_DURATION_US] / 1e6
        if min(number, mean_mps, peak_mps, range_m, duration_s) <= 0 or number != round(number):
            raise _refuse(f"results that no repetition has: {values[:7]}", payload)
        if abs(range_m / duration_s / mean_mps - 1) > _MISMATCH_FRACTION:
            raise _refuse(f"results that contradict each other: {values[:7]}", payload)
        return InstrumentRep(
            index=round(number),
            mean_velocity_mps=mean_mps,
            peak_velocity_mps=peak_mps,
            range_of_motion_m=range_m,
            duration_s=duration_s,
        )


def _battery(percent: float) -> tuple[Decoded, ...]:
    """Read what follows the bulk data; a value that was lost there leaves something else in its place."""
    return (Battery(percent / 100),) if 0 <= percent <= 100 else ()


def _refuse(reason: str, payload: bytes) -> WireError:
    return WireError(NAME, DATA, reason, payload)
