"""Bytes of PMD against the vendor's own vectors: AccDataTest.kt, GyrDataTest.kt, PmdSettingTest.kt."""

import struct

import numpy as np
import pytest

from firmware_sim.devices import pmd


def rows(*samples):
    return np.array(samples, dtype=np.int64)


def float_bits(*values):
    return [struct.unpack("<i", struct.pack("<f", value))[0] for value in values]


def unpacked(content, channels=3, reference_bytes=2):
    """Undo the compression, one bit after the other; padding is skipped."""
    size = reference_bytes * channels
    reference = [
        int.from_bytes(content[at : at + reference_bytes], "little", signed=True)
        for at in range(0, size, reference_bytes)
    ]
    out, rest = [reference], content[size:]
    while rest:
        bits, count = rest[0], rest[1]
        length = -(-bits * count * channels // 8)
        number = int.from_bytes(rest[2 : 2 + length], "little")
        for _ in range(count):
            row = []
            for channel in range(channels):
                value = number & (1 << bits) - 1
                number >>= bits
                row.append(out[-1][channel] + value - (value >> bits - 1 << bits))
            out.append(row)
        rest = rest[2 + length :]
    return out


def test_raw_acceleration_is_that_of_the_vendors_vector():
    content = pmd.encode_raw(rows((-9, -1, 999), (-8, -2, 997)))
    frame = pmd.encode_frame(pmd.ACC, 2_000_000_000, 1, content)
    assert frame == bytes.fromhex("02 0094357700000000 01 F7FF FFFF E703 F8FF FEFF E503")


def test_compressed_rotation_is_that_of_the_vendors_vector():
    content, count = pmd.encode_deltas(rows((-22, 8, 13), (-23, 11, 16)), 200)
    frame = pmd.encode_frame(pmd.GYRO, 0x7FFF_FFFF_FFFF_FFFF, pmd.DELTA, content)
    assert frame == bytes.fromhex("05 FFFFFFFFFFFFFF7F 80 EAFF 0800 0D00 03 01 DF00")
    assert count == 2


def test_a_block_of_differences_is_that_of_the_vendors_vectors():
    # Acceleration (-15, 20, 1008), (-20, 17, 1008) in six bits. Of the last byte, two bits are data; the
    # vector has a stray bit in the padding, the encoder zeros.
    block = pmd.encode_block(rows((-5, -3, 0)), 6)
    expected = bytes.fromhex("06 01 7B 0F 08")
    assert block[:-1] == expected[:-1]
    assert block[-1] & 0b11 == expected[-1] & 0b11
    # Rotation type 1, (1, 10, 20), (10, 20, 1.1): differences of the bit patterns of floats, in 28 bits.
    before, after = float_bits(1.0, 10.0, 20.0), float_bits(10.0, 20.0, 1.1)
    block = pmd.encode_block(np.subtract(rows(after), rows(before)), 28)
    assert block == bytes.fromhex("1C 01 0000A0010000 08CDCCEC0D")


def test_settings_of_a_start_are_those_that_the_vendors_sdk_sends():
    settings = pmd.parse_settings(bytes.fromhex("00 01 3400 01 01 1000 02 01 0800 04 01 03"))
    assert settings == {pmd.RATE: [52], pmd.RESOLUTION: [16], pmd.RANGE: [8], pmd.CHANNELS: [3]}
    offered = pmd.StreamSettings((52,), (8,), channels=3)
    assert offered.chosen(settings) == (52, 8)
    assert offered.encode() == bytes.fromhex("00 01 3400 01 01 1000 02 01 0800 04 01 03")


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("00 01 3300 01 01 1000 02 01 0800 04 01 03", pmd.INVALID_RATE),
        ("00 01 3400 01 01 0E00 02 01 0800 04 01 03", pmd.INVALID_RESOLUTION),
        ("00 01 3400 01 01 1000 02 01 0400 04 01 03", pmd.INVALID_RANGE),
        ("00 01 3400 01 01 1000 02 01 0800 04 01 04", pmd.INVALID_CHANNELS),
        ("00 01 3400 01 01 1000 02 01 0800", pmd.INVALID_CHANNELS),
        ("00 01 3400 01 01 1000 02 01 0800 04 01 03 00", pmd.INVALID_PARAMETER),
        ("01 01 1000 02 01 0800 04 01 03", pmd.INVALID_PARAMETER),
        ("00 01 34", pmd.INVALID_PARAMETER),
        ("00 01 3400 01 01 1000 02 01 0800 04 01 03 63 01 00", pmd.INVALID_PARAMETER),
    ],
)
def test_settings_that_are_not_offered_are_refused_with_the_code_that_says_why(settings, code):
    offered = pmd.StreamSettings((52,), (8,), channels=3)
    with pytest.raises(pmd.PmdRefusal) as caught:
        offered.chosen(pmd.parse_settings(bytes.fromhex(settings)))
    assert caught.value.code == code


@pytest.mark.parametrize("spread", [1, 30, 3000, 32767])
def test_what_is_compressed_can_be_unpacked(spread):
    samples = np.random.default_rng(spread).integers(-spread, spread + 1, (36, 3))
    content, count = pmd.encode_deltas(samples, 219)
    assert len(content) <= 219
    assert count >= 30
    assert unpacked(content) == samples[:count].tolist()
