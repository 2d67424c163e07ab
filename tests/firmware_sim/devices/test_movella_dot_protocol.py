import struct

import pytest

from firmware_sim.devices import movella_dot_protocol as dot


def test_uuids_follow_the_base():
    assert dot.uuid(0x2003) == "15172003-4947-11e9-8646-d663bd873d93"


def test_rate_quantities_are_28_bytes_in_a_notification_of_40():
    # Table 12: medium payload 40 bytes; table 15: rate quantities 28; 3.3: unused bytes are 0.
    payload = dot.encode_measurement(21, 0x01020304, (0.0, 0.0, 9.80665), (1.0, -2.0, 0.5))
    assert payload.hex() == (
        "0403020100000000000000000ae81c410000803f000000c00000003f" + "00" * 12
    )  # 0x411CE80A is the float32 next to 9.80665


def test_custom_mode_5_has_the_quaternion_first():
    payload = dot.encode_measurement(26, 7, (1.0, 2.0, 3.0), (4.0, 5.0, 6.0), (0.5, 0.5, -0.5, -0.5))
    assert len(payload) == 63
    assert struct.unpack("<I10f", payload[:44]) == (7, 0.5, 0.5, -0.5, -0.5, 1, 2, 3, 4, 5, 6)
    assert payload[44:] == bytes(19)


def test_the_clock_wraps_after_2_to_the_32():
    payload = dot.encode_measurement(21, 2**32 + 5, (0, 0, 0), (0, 0, 0))
    assert payload[:4] == b"\x05\x00\x00\x00"


def test_device_info_is_34_bytes_in_the_order_of_the_table():
    info = dot.encode_device_info(
        address="D4:22:CD:00:A6:83",
        version=(2, 6, 0),
        built=(2023, 7, 4, 12, 30, 59),
        soft_device=0x0100,
        serial=0xD422CD00A683,
    )
    assert info.hex(" ") == (
        "83 a6 00 cd 22 d4 02 06 00 e7 07 07 04 0c 1e 3b 00 01 00 00 "
        "83 a6 00 cd 22 d4 00 00 58 53 2d 54 30 32"
    )


def test_device_control_is_32_bytes_with_the_defaults_of_the_table():
    assert dot.DeviceControl().encode().hex(" ") == (
        "00 00 00 0a 00 1e 00 0b 4d 6f 76 65 6c 6c 61 20 44 4f 54 00 00 00 00 00 3c 00 00 00 00 00 00 00"
    )


def written(visit: int, **changes: int) -> bytes:
    raw = bytearray(dot.DeviceControl().encode())
    raw[0] = visit
    raw[24:26] = changes.get("rate", 60).to_bytes(2, "little")
    raw[26] = changes.get("profile", 0)
    raw[7] = changes.get("tag_length", 3)
    return bytes(raw)


def test_only_fields_whose_bit_is_set_change():
    control = dot.DeviceControl()
    assert control.changed(written(0, rate=20)) == control
    assert control.changed(written(0x10, rate=20, profile=1)) == dot.DeviceControl(rate_hz=20)
    assert control.changed(written(0x20, rate=20, profile=1)) == dot.DeviceControl(filter_profile=1)
    assert control.changed(written(0x08)) == dot.DeviceControl(tag="Mov")
    assert control.changed(written(0x08, tag_length=17)) == control


@pytest.mark.parametrize("payload", [b"", bytes(31), written(0x10, rate=50), written(0x20, profile=2)])
def test_impossible_settings_are_refused(payload):
    assert dot.DeviceControl().changed(payload) is None


def test_battery_and_control_by_hand():
    assert dot.encode_battery(87) == b"\x57\x00"
    assert dot.encode_control(measuring=True, mode=21) == b"\x01\x01\x15"
