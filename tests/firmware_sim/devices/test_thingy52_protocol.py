import pytest

from firmware_sim.devices import thingy52_protocol as thingy


def test_uuids_follow_the_base():
    assert thingy.uuid(0x0406) == "ef680406-9b35-4933-9b10-52ffa9740042"


def test_the_default_configuration_is_that_of_the_firmware():
    # m_motion.h: 1000, 500, 500 ms, 10 Hz, wake on motion.
    assert thingy.MotionConfig().encode().hex(" ") == "e8 03 f4 01 f4 01 0a 00 01"


def test_a_raw_packet_by_hand():
    # Q6.10: -0.5 g -> 512 = 0x0200 after the firmware's sign; +1 g -> -1024 = 0xFC00.
    # Q11.5: 10.5 dps -> 336 = 0x0150; -0.01 dps -> -1 (towards minus infinity).
    # Q12.4: 48.0 uT -> 768 = 0x0300.
    payload = thingy.encode_raw((-0.5, 0.0, 1.0), (10.5, -0.01, 0.0), (48.0, 0.0, -1.0))
    assert payload.hex(" ") == "00 02 00 00 00 fc 50 01 ff ff 00 00 00 03 00 00 f0 ff"


def test_values_saturate_at_whole_units():
    # m_motion.c: from 31 g on it is 31 g, from 1023 dps on 1023 dps; below -32 g it is -32 g.
    payload = thingy.encode_raw((-40.0, 40.0, -31.0), (2000.0, -2000.0, 1022.99))
    assert payload[:12].hex(" ") == "00 7c 00 80 00 7c e0 7f 00 80 df 7f"


@pytest.mark.parametrize(
    "change",
    [
        {"frequency_hz": 4},
        {"frequency_hz": 201},
        {"step_interval_ms": 99},
        {"temperature_interval_ms": 5001},
        {"compass_interval_ms": 1001},
        {"wake_on_motion": 2},
    ],
)
def test_configurations_outside_the_limits_are_refused(change):
    assert thingy.parse_config(thingy.MotionConfig(**change).encode()) is None


def test_configurations_are_understood():
    config = thingy.MotionConfig(frequency_hz=200, wake_on_motion=0)
    assert thingy.parse_config(config.encode()) == config
    assert thingy.parse_config(config.encode()[:8]) is None
    assert thingy.parse_config(config.encode() + b"\x00") is None
