"""Bytes of the Bluetooth SIG's Heart Rate Service, as a chest strap writes them.

From "Heart Rate Service 1.0" and the GATT specification supplement (Heart Rate Measurement, 2A37).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SERVICE_UUID = "180D"
MEASUREMENT_UUID = "2A37"
LOCATION_UUID = "2A38"
CONTROL_UUID = "2A39"

CHEST = 1
RESET_ENERGY = 1
CONTROL_NOT_SUPPORTED = 0x80
"""ATT application error of the service: Control Point Not Supported."""

TICKS_PER_S = 1024
"""Unit of the intervals between beats."""

_WIDE_RATE, _IN_CONTACT, _KNOWS_CONTACT, _HAS_ENERGY, _HAS_INTERVALS = 1, 2, 4, 8, 16


def encode_measurement(
    rate_bpm: int,
    *,
    intervals: Sequence[int] = (),
    in_contact: bool | None = None,
    energy_kj: int | None = None,
    wide_rate: bool = False,
) -> bytes:
    """Write a measurement.

    Parameters
    ----------
    rate_bpm : int
        Beats per minute.
    intervals : sequence of int
        Between beats, oldest first, 1/1024 s.
    in_contact : bool, optional
        Whether the strap touches the skin; None: it cannot tell.
    energy_kj : int, optional
        Spent since the last reset; stays at 65535.
    wide_rate : bool
        Write the rate with 16 bits even where 8 suffice.
    """
    wide = wide_rate or rate_bpm > 255
    flags = _WIDE_RATE if wide else 0
    if in_contact is not None:
        flags |= _KNOWS_CONTACT | (_IN_CONTACT if in_contact else 0)
    written = rate_bpm.to_bytes(2 if wide else 1, "little")
    if energy_kj is not None:
        flags |= _HAS_ENERGY
        written += min(energy_kj, 0xFFFF).to_bytes(2, "little")
    if intervals:
        flags |= _HAS_INTERVALS
        written += b"".join(min(one, 0xFFFF).to_bytes(2, "little") for one in intervals)
    return bytes([flags]) + written
