import json
from pathlib import Path

import pytest

from firmware_sim import protocol
from firmware_sim.errors import CommandRefusedError, InvalidSettingError

VECTORS = json.loads((Path(__file__).parents[1] / "data/wire/native.json").read_text(encoding="utf-8"))
DATA = [vector for vector in VECTORS["streams"] if "samples" in vector["expect"]]
INFO = [vector for vector in VECTORS["streams"] if "info" in vector["expect"]]
G_MPS2, RADPS_PER_DPS = 9.80665, 0.017453292519943295


@pytest.mark.parametrize("vector", DATA, ids=lambda v: v["name"])
def test_data_packets_match_the_golden_vectors(vector):
    expect = vector["wire"]
    written = protocol.encode_data(
        flags=expect["flags"],
        seq=expect["seq"],
        t_us=expect["t_us"],
        period_us=expect["period_us"],
        dropped=expect["dropped"],
        samples=expect["samples_raw"],
    )
    assert written.hex() == vector["packets"][-1]["hex"]


@pytest.mark.parametrize("vector", DATA, ids=lambda v: v["name"])
def test_physical_values_of_the_golden_vectors_follow_the_document(vector):
    expect = vector["wire"]
    for raw, force, gyro in zip(
        expect["samples_raw"], expect["specific_force_mps2"], expect["gyro_radps"], strict=True
    ):
        assert force == pytest.approx([r * expect["accel_range_g"] / 32768 * G_MPS2 for r in raw[:3]])
        assert gyro == pytest.approx([r * expect["gyro_range_dps"] / 32768 * RADPS_PER_DPS for r in raw[3:]])


@pytest.mark.parametrize("vector", INFO, ids=lambda v: v["name"])
def test_info_matches_the_golden_vectors(vector):
    expect = vector["wire"]
    major, minor = (int(part) for part in expect["firmware"].split("."))
    written = protocol.encode_info(
        streaming=expect["streaming"],
        accel_range_g=expect["accel_range_g"],
        gyro_range_dps=expect["gyro_range_dps"],
        rate_hz=expect["rate_mhz"] // 1000,
        samples_per_packet=expect["samples_per_packet"],
        battery_percent=expect["battery_percent"],
        firmware=(major, minor),
        device_id=bytes.fromhex(expect["device_id"]),
        model=expect["model"],
    )
    assert written.hex() == vector["packets"][-1]["hex"]


def test_running_counts_wrap_and_dropped_saturates():
    packet = protocol.encode_data(
        flags=0, seq=65536 + 3, t_us=2**32 + 5, period_us=5000, dropped=999, samples=[[0] * 6]
    )
    assert packet[2:4] == b"\x03\x00"
    assert packet[4:8] == b"\x05\x00\x00\x00"
    assert packet[11] == 255


@pytest.mark.parametrize(("mtu", "k"), [(23, 0), (26, 0), (27, 1), (185, 14), (247, 19), (517, 20)])
def test_the_largest_batch_fits_into_one_notification(mtu, k):
    assert protocol.samples_that_fit(mtu) == k
    assert 12 + 12 * k <= mtu - 3 or k == 0


def test_impossible_packets_are_not_written():
    for samples, period_us in (([], 5000), ([[0] * 6] * 21, 5000), ([[0] * 6], 0)):
        with pytest.raises(InvalidSettingError):
            protocol.encode_data(flags=0, seq=0, t_us=0, period_us=period_us, dropped=0, samples=samples)


@pytest.mark.parametrize(
    ("payload", "command"),
    [
        ("01", protocol.Start()),
        ("02", protocol.Stop()),
        ("03c800", protocol.SetRate(200)),
        ("039001", protocol.SetRate(400)),
        ("0410d007", protocol.SetRange(16, 2000)),
        ("04027d00", protocol.SetRange(2, 125)),
        ("0514", protocol.SetBatch(20)),
    ],
)
def test_commands_are_understood(payload, command):
    assert protocol.parse_command(bytes.fromhex(payload)) == command


@pytest.mark.parametrize(
    ("payload", "att_error"),
    [
        ("", 0x80),
        ("00", 0x80),
        ("06", 0x80),
        ("0100", 0x81),
        ("03c8", 0x81),
        ("03c900", 0x81),
        ("0403d007", 0x81),
        ("04100000", 0x81),
        ("0500", 0x81),
        ("0515", 0x81),
    ],
)
def test_nonsense_is_refused_with_the_error_of_the_document(payload, att_error):
    with pytest.raises(CommandRefusedError) as caught:
        protocol.parse_command(bytes.fromhex(payload))
    assert caught.value.att_error == att_error
