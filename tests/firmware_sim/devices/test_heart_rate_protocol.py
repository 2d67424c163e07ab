import pytest

from firmware_sim.devices.heart_rate_protocol import encode_measurement

# By hand from the flags of 2A37: bit 0 rate u16, bits 1 and 2 contact, bit 3 energy, bit 4 intervals.


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ({"rate_bpm": 72}, "00 48"),
        # The vector of ble.md's vectors.py: contact, one interval of 932/1024 s.
        ({"rate_bpm": 72, "in_contact": True, "intervals": [932]}, "16 48 a4 03"),
        ({"rate_bpm": 72, "in_contact": False}, "04 48"),
        ({"rate_bpm": 60, "energy_kj": 300, "intervals": [1024, 1000]}, "18 3c 2c 01 00 04 e8 03"),
        ({"rate_bpm": 300}, "01 2c 01"),
        ({"rate_bpm": 60, "wide_rate": True}, "01 3c 00"),
        ({"rate_bpm": 60, "energy_kj": 70000}, "08 3c ff ff"),
    ],
)
def test_measurements_by_hand(options, written):
    assert encode_measurement(**options).hex(" ") == written
