"""What any Bluetooth sensor may offer beside its own profile: battery, device information, heart rate.

From the Bluetooth SIG's Battery Service 1.1, Device Information Service 1.2 and Heart Rate Service 1.0. Every
source reads and records these where they are present, whatever the driver.
"""

from __future__ import annotations

import struct

from ingest.devices.driver import Battery, CharacteristicSpec, Decoded, DeviceText, HeartRate
from ingest.errors import WireError
from ingest.packets import BATTERY, HEART_RATE

NAME = "standard"
_BASE = "-0000-1000-8000-00805f9b34fb"
_TEXTS = {"model": "2a24", "serial": "2a25", "firmware": "2a26", "manufacturer": "2a29"}
_TEXT_PREFIX = "device_"
_MAX_TEXT_BYTES = 512
"""Largest value of an attribute (Core 5.4, Vol 3 Part F 3.2.9)."""

HEART_RATE_SERVICE = f"0000180d{_BASE}"
HEART_RATE_SPEC = CharacteristicSpec(HEART_RATE, f"00002a37{_BASE}", notify=True, required=False)
BATTERY_SPEC = CharacteristicSpec(BATTERY, f"00002a19{_BASE}", read_first=True, notify=True, required=False)
CHARACTERISTICS: tuple[CharacteristicSpec, ...] = (
    *(
        CharacteristicSpec(_TEXT_PREFIX + field, f"0000{number}{_BASE}", read_first=True, required=False)
        for field, number in _TEXTS.items()
    ),
    BATTERY_SPEC,
    HEART_RATE_SPEC,
)
CHANNELS = frozenset(spec.channel for spec in CHARACTERISTICS)

_BATTERY_UNKNOWN = 255
_WIDE_RATE, _CONTACT, _CONTACT_KNOWN, _ENERGY, _RR = 0x01, 0x02, 0x04, 0x08, 0x10
_RR_TICKS_PER_S = 1024


def decode_standard(channel: str, payload: bytes) -> tuple[Decoded, ...]:
    """Decode a payload of one of `CHANNELS`.

    Raises
    ------
    WireError
        If the bytes break the standard.
    """
    if channel == BATTERY:
        return (decode_battery(payload),)
    if channel == HEART_RATE:
        return (_heart_rate(payload),)
    if len(payload) > _MAX_TEXT_BYTES:
        raise WireError(NAME, channel, f"{len(payload)} bytes of text", payload)
    # Firmware pads with NUL and is not always UTF-8; a name must not cost the stream.
    text = payload.split(b"\0")[0].decode(errors="replace").strip()
    return (DeviceText(channel.removeprefix(_TEXT_PREFIX), text),)


def decode_battery(payload: bytes) -> Battery:
    """Decode a Battery Level.

    Raises
    ------
    WireError
        If it is no percentage.
    """
    if len(payload) != 1:
        raise WireError(NAME, BATTERY, f"{len(payload)} bytes, expected 1", payload)
    percent = payload[0]
    if percent == _BATTERY_UNKNOWN:
        return Battery(None)
    if percent > 100:
        raise WireError(NAME, BATTERY, f"{percent} percent", payload)
    return Battery(percent / 100)


def _heart_rate(payload: bytes) -> HeartRate:
    if not payload:
        raise WireError(NAME, HEART_RATE, "empty", payload)
    flags = payload[0]
    wide = bool(flags & _WIDE_RATE)
    after_rate = 3 if wide else 2
    after_energy = after_rate + (2 if flags & _ENERGY else 0)
    if len(payload) < after_energy:
        raise WireError(NAME, HEART_RATE, f"{len(payload)} bytes are too few for its flags", payload)
    rr_bytes = payload[after_energy:]
    if len(rr_bytes) % 2 or (rr_bytes and not flags & _RR):
        raise WireError(NAME, HEART_RATE, f"{len(rr_bytes)} bytes after the rate", payload)
    return HeartRate(
        rate_bpm=int.from_bytes(payload[1:after_rate], "little"),
        rr_intervals_s=tuple(ticks / _RR_TICKS_PER_S for (ticks,) in struct.iter_unpack("<H", rr_bytes)),
        contact=bool(flags & _CONTACT) if flags & _CONTACT_KNOWN else None,
    )
