import struct

import numpy as np
import pytest

from analysis.imu import SensorInfo
from ingest.devices.driver import DeviceSamples
from ingest.devices.native import NativeDriver
from ingest.errors import WireError

# By hand from docs/wire_protocol.md: 8 g, 1000 dps, 100 Hz (100000 mHz = 0x000186A0), k 5, 77 %, version 2.7.
INFO = bytes.fromhex("0100 0800 e803 a0860100 05 4d 0207 0102030405060708 0300 426172")
# seq 0x0102, t 0x01020304 us, period 10000 us, two samples; the second is at its limits.
DATA = bytes.fromhex(
    "0102 0201 04030201 1027 02 03 0010 0000 00f0 0040 0000 00c0 ff7f 0080 0180 0000 0000 0000"
)


def decoder():
    fresh = NativeDriver().decoder()
    assert isinstance(fresh.decode("info", INFO)[0], SensorInfo)
    return fresh


def decode_data(payload):
    (samples,) = decoder().decode("data", payload)
    assert isinstance(samples, DeviceSamples)
    return samples


def test_info_as_in_the_document():
    (info,) = NativeDriver().decoder().decode("info", INFO)
    assert info == SensorInfo(100.0, 8 * 9.80665, 1000 * (np.pi / 180), "Bar", "2.7", "0102030405060708")


def test_samples_as_in_the_document():
    samples = decode_data(DATA)
    assert (samples.sequence, samples.ticks_us, samples.period_us) == (0x0102, 0x01020304, 10_000)
    assert (samples.dropped, samples.restarted, samples.clipped) == (3, True, 1)
    # 0x1000 = 4096 of 32768 at 8 g is 1 g; 0x4000 = 16384 at 1000 dps is 500 dps
    np.testing.assert_allclose(samples.specific_force_mps2[0], [9.80665, 0, -9.80665], rtol=1e-12)
    assert samples.gyro_radps is not None
    np.testing.assert_allclose(samples.gyro_radps[0], np.radians([500, 0, -500]), rtol=1e-12)


def test_values_at_the_limit_are_not_altered():
    force = decode_data(DATA).specific_force_mps2[1]
    np.testing.assert_allclose(force, np.array([32767, -32768, -32767]) * 8 * 9.80665 / 32768, rtol=1e-12)


def test_an_unknown_channel_means_nothing():
    assert decoder().decode("magnetometer", b"whatever") == ()


def test_unknown_flag_bits_are_ignored():
    samples = decode_data(DATA[:1] + b"\xfc" + DATA[2:])
    assert not samples.restarted


@pytest.mark.parametrize(
    ("channel", "payload", "reason"),
    [
        ("data", b"", "shorter"),
        ("data", DATA[:11], "shorter"),
        ("data", b"\x02" + DATA[1:], "version 2"),
        ("data", DATA[:10] + b"\x00" + DATA[11:], "0 samples"),
        ("data", DATA[:10] + b"\x15" + DATA[11:], "21 samples"),
        ("data", DATA[:8] + b"\x00\x00" + DATA[10:], "period of 0"),
        ("data", DATA[:-1], "bytes, expected"),
        ("data", DATA + b"\x00", "bytes, expected"),
        ("info", INFO[:23], "shorter"),
        ("info", b"\x00" + INFO[1:], "version 0"),
        ("info", INFO + b"x", "model name"),
        ("info", INFO[:22] + struct.pack("<H", 33) + b"x" * 33, "model name"),
        ("info", INFO[:-1] + b"\xff", "UTF-8"),
        ("info", INFO[:2] + b"\x00\x00" + INFO[4:], "range or a rate of 0"),
    ],
)
def test_what_the_document_forbids_is_refused_with_the_bytes(channel, payload, reason):
    with pytest.raises(WireError, match=reason) as caught:
        decoder().decode(channel, payload)
    assert caught.value.payload_hex == payload.hex()
    assert (caught.value.driver, caught.value.channel) == ("native", channel)


def test_samples_before_info_are_refused_because_they_have_no_scale():
    with pytest.raises(WireError, match="before INFO"):
        NativeDriver().decoder().decode("data", DATA)
