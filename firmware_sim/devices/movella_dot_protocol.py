"""Bytes of the Movella DOT, as the sensor writes them.

From Movella's "DOT BLE Service Specification", document XD0506P revision C (July 2023): tables 5 to 7 and 12
to 21. Section numbers below are those of that document.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MEASUREMENT_SERVICE = 0x2000
CONFIGURATION_SERVICE = 0x1000
BATTERY_SERVICE = 0x3000
DEVICE_INFO, DEVICE_CONTROL, DEVICE_REPORT = 0x1001, 0x1002, 0x1004
CONTROL, LONG_PAYLOAD, MEDIUM_PAYLOAD, SHORT_PAYLOAD = 0x2001, 0x2002, 0x2003, 0x2004
BATTERY = 0x3001
COMPANY_ID = 2182
"""Movella Technologies B.V., in the advertisement (section 1.2)."""

LENGTHS = {LONG_PAYLOAD: 63, MEDIUM_PAYLOAD: 40, SHORT_PAYLOAD: 20}
"""Notifications have the characteristic's length; what a mode does not fill is 0 (table 12, 3.2 to 3.4)."""

RATE_QUANTITIES = 21
CUSTOM_MODE_5 = 26
PAYLOADS = {RATE_QUANTITIES: MEDIUM_PAYLOAD, CUSTOM_MODE_5: LONG_PAYLOAD}
"""The modes that this sensor does, and where their data come."""

STREAMING_RATES_HZ = (1, 4, 10, 12, 15, 20, 30, 60)
RECORDING_RATE_HZ = 120
DEFAULT_TAG = "Movella DOT"
MAX_TAG_BYTES = 16


def uuid(short: int) -> str:
    """UUID of a service or characteristic (section 1.1)."""
    return f"1517{short:04x}-4947-11e9-8646-d663bd873d93"


def encode_device_info(
    *,
    address: str,
    version: tuple[int, int, int],
    built: tuple[int, int, int, int, int, int],
    soft_device: int,
    serial: int,
    product: str = "XS-T02",
) -> bytes:
    """Write Device Info, 34 bytes (table 6).

    Parameters
    ----------
    address : str
        Bluetooth address; written with the last byte first, as all in the document is little-endian.
    version, built : tuple of int
        Firmware: major, minor, revision; year, month, day, hour, minute, second.
    soft_device, serial : int
        u32 and u64.
    product : str
        Six characters: XS-T01 or XS-T02.
    """
    mac = bytes.fromhex(address.replace(":", ""))[::-1]
    return mac + struct.pack("<3BH5BIQ6s", *version, *built, soft_device, serial, product.encode())


@dataclass(frozen=True, slots=True)
class DeviceControl:
    """Settings that can be read and written as a whole (table 7).

    Attributes
    ----------
    advertising_timeout, connected_timeout : tuple of 2 int
        Power saving after so many minutes and seconds.
    tag : str
        Name, at most 16 bytes.
    rate_hz : int
        Output rate.
    filter_profile : int
        0 general, 1 dynamic.
    """

    advertising_timeout: tuple[int, int] = (10, 0)
    connected_timeout: tuple[int, int] = (30, 0)
    tag: str = DEFAULT_TAG
    rate_hz: int = 60
    filter_profile: int = 0

    def encode(self) -> bytes:
        """Write the 32 bytes; the bits that say what to change are 0."""
        tag = self.tag.encode()
        return struct.pack(
            "<7BB16sHB5x",
            0,
            0,
            0,
            *self.advertising_timeout,
            *self.connected_timeout,
            len(tag),
            tag,
            self.rate_hz,
            self.filter_profile,
        )

    def changed(self, written: bytes) -> DeviceControl | None:
        """Give the settings after a write; None if it is not possible.

        Only the fields whose bit is set in the first byte are looked at.
        """
        if len(written) != 32:
            return None
        fields = struct.unpack("<7BB16sHB5x", written)
        visit, tag_length = fields[0], fields[7]
        rate_hz, profile = fields[9], fields[10]
        after = self
        if visit & 1 << 2:
            after = replace(
                after, advertising_timeout=(fields[3], fields[4]), connected_timeout=(fields[5], fields[6])
            )
        if visit & 1 << 3 and tag_length <= MAX_TAG_BYTES:
            after = replace(after, tag=fields[8][:tag_length].decode("ascii", errors="replace"))
        if visit & 1 << 4:
            if rate_hz not in (*STREAMING_RATES_HZ, RECORDING_RATE_HZ):
                return None
            after = replace(after, rate_hz=rate_hz)
        if visit & 1 << 5:
            if profile not in (0, 1):
                return None
            after = replace(after, filter_profile=profile)
        return after


def encode_control(*, measuring: bool, mode: int) -> bytes:
    """Write the value of Control (table 13)."""
    return bytes([1, int(measuring), mode])


def encode_battery(percent: int, *, charging: bool = False) -> bytes:
    """Write the battery characteristic (table 21)."""
    return bytes([percent, int(charging)])


def encode_measurement(
    mode: int,
    t_us: int,
    accel_mps2: Sequence[float],
    gyro_dps: Sequence[float],
    quaternion: Sequence[float] = (1.0, 0.0, 0.0, 0.0),
) -> bytes:
    """Write one sample (tables 14, 15, 17).

    Parameters
    ----------
    mode : int
        `RATE_QUANTITIES` or `CUSTOM_MODE_5`.
    t_us : int
        Sensor's clock, microseconds; wrapped here.
    accel_mps2, gyro_dps : 3 floats each
        Calibrated, sensor axes; at rest +9.81 upward.
    quaternion : 4 floats
        Scalar first, from sensor to local earth; only sent in `CUSTOM_MODE_5`.
    """
    attitude = quaternion if mode == CUSTOM_MODE_5 else ()
    values = (*attitude, *accel_mps2, *gyro_dps)
    filled = struct.pack(f"<I{len(values)}f", t_us % 2**32, *values)
    return filled.ljust(LENGTHS[PAYLOADS[mode]], b"\x00")
