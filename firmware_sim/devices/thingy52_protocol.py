"""Bytes of the motion service of Nordic's Thingy:52, as the sensor writes them.

From the documentation of its firmware (nordicsemiconductor.github.io/Nordic-Thingy52-FW, "Firmware
architecture" and ble_tms.h) and its public source: limits and answers in ``ble_tms.c``, fixed-point formats
and saturation in ``m_motion.c``, defaults in ``m_motion.h``, the accelerometer's sign in ``drv_motion.c``.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIGURATION_SERVICE = 0x0100
MOTION_SERVICE = 0x0400
CONFIG, RAW = 0x0401, 0x0406
FIRMWARE_VERSION = 0x0107

ACCEL_FRACTION_BITS, GYRO_FRACTION_BITS, COMPASS_FRACTION_BITS = 10, 5, 4
_BITS = 16

_INTERVAL_MS = (100, 5000)
_COMPASS_INTERVAL_MS = (100, 1000)
_FREQUENCY_HZ = (5, 200)


def uuid(short: int) -> str:
    """UUID of a service or characteristic."""
    return f"ef68{short:04x}-9b35-4933-9b10-52ffa9740042"


@dataclass(frozen=True, slots=True)
class MotionConfig:
    """Value of the configuration characteristic; the defaults are the firmware's.

    Attributes
    ----------
    step_interval_ms, temperature_interval_ms, compass_interval_ms : int
        100 to 5000, 100 to 5000, 100 to 1000.
    frequency_hz : int
        Of the raw data, 5 to 200.
    wake_on_motion : int
        0 or 1.
    """

    step_interval_ms: int = 1000
    temperature_interval_ms: int = 500
    compass_interval_ms: int = 500
    frequency_hz: int = 10
    wake_on_motion: int = 1

    def encode(self) -> bytes:
        """Write the 9 bytes."""
        return struct.pack(
            "<4HB",
            self.step_interval_ms,
            self.temperature_interval_ms,
            self.compass_interval_ms,
            self.frequency_hz,
            self.wake_on_motion,
        )


def parse_config(payload: bytes) -> MotionConfig | None:
    """Understand a written configuration; None if length or a value is wrong."""
    if len(payload) != 9:
        return None
    config = MotionConfig(*struct.unpack("<4HB", payload))
    possible = (
        _INTERVAL_MS[0] <= config.step_interval_ms <= _INTERVAL_MS[1]
        and _INTERVAL_MS[0] <= config.temperature_interval_ms <= _INTERVAL_MS[1]
        and _COMPASS_INTERVAL_MS[0] <= config.compass_interval_ms <= _COMPASS_INTERVAL_MS[1]
        and _FREQUENCY_HZ[0] <= config.frequency_hz <= _FREQUENCY_HZ[1]
        and config.wake_on_motion <= 1
    )
    return config if possible else None


def _fixed(value: float, fraction_bits: int) -> int:
    """Round towards minus infinity, as the firmware's shift does; saturate at whole units, as it does."""
    largest = (1 << (_BITS - 1 - fraction_bits)) - 1
    held = largest if math.floor(value) >= largest else max(value, -largest - 1)
    return math.floor(held * (1 << fraction_bits))


def encode_raw(
    force_g: Sequence[float], gyro_dps: Sequence[float], compass_ut: Sequence[float] = (0.0, 0.0, 0.0)
) -> bytes:
    """Write one raw-data notification, 18 bytes.

    Parameters
    ----------
    force_g : 3 floats
        Specific force, g: +1 upward at rest. It is sent NEGATED: the firmware turns the accelerometer round,
        so that it reads +1 g along the axis that points down.
    gyro_dps, compass_ut : 3 floats each
        Degrees per second and microtesla.
    """
    accel = [_fixed(-value, ACCEL_FRACTION_BITS) for value in force_g]
    gyro = [_fixed(value, GYRO_FRACTION_BITS) for value in gyro_dps]
    compass = [_fixed(value, COMPASS_FRACTION_BITS) for value in compass_ut]
    return struct.pack("<9h", *accel, *gyro, *compass)
