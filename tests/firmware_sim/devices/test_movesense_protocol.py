import struct

import numpy as np
import pytest

from firmware_sim.devices import movesense_protocol as gsp
from firmware_sim.errors import PacketTooLongError

# github.com/sensein/movesense-py tests/fixtures/validation/fixture.json: payload of /Meas/Acc/52, after code
# and reference.
ACC_52 = bytes.fromhex(
    "03de010055ab8bbf69f78d4081dd0a412b1387bf975a8d4020840b41e79190bf076d8e401bf10a412b1387bf316e8d40b9660b41"
)
ACC_52_MPS2 = [
    (-1.09117, 4.43645, 8.67908),
    (-1.05527, 4.41731, 8.71976),
    (-1.12945, 4.45081, 8.68386),
    (-1.05527, 4.41970, 8.71258),
]


def test_a_published_packet_comes_out_byte_for_byte_from_its_own_numbers():
    samples = np.frombuffer(ACC_52, "<f4", offset=4).reshape(4, 3).astype(np.float64)
    # The five digits printed beside the vector are rounded: half of the last one.
    np.testing.assert_allclose(samples, ACC_52_MPS2, atol=5.1e-6)
    assert gsp.encode_data(99, 122371, [samples]) == b"\x02\x63" + ACC_52


def test_accelerometer_comes_before_gyroscope_as_whole_blocks():
    accel, gyro = np.full((8, 3), 1.0), np.full((8, 3), 2.0)
    message = gsp.encode_data(7, 0, [accel, gyro])
    assert len(message) == 198  # ble.md: IMU6/104
    assert message[6:] == struct.pack("<24f", *[1.0] * 24) + struct.pack("<24f", *[2.0] * 24)


def test_long_messages_are_cut_in_two_and_the_second_goes_on_from_its_third_byte():
    message = gsp.encode_data(5, 1, [np.arange(24.0).reshape(8, 3), np.zeros((8, 3))])
    first, second = gsp.split_data(message, 158)
    assert len(first) == 158
    assert (first[0], first[1], second[0], second[1]) == (2, 5, 3, 5)
    assert first + second[2:] == message
    assert gsp.split_data(message, 198) == [message]


def test_what_does_not_fit_into_two_is_refused():
    with pytest.raises(PacketTooLongError):
        gsp.split_data(b"\x02\x05" + bytes(60), 20)
    assert len(gsp.split_data(b"\x02\x05" + bytes(36), 20)) == 2


@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("/Meas/IMU6/104", gsp.Resource("IMU6", 104)),
        ("/Meas/Acc/52", gsp.Resource("Acc", 52)),
        ("/Meas/Gyro/208", gsp.Resource("Gyro", 208)),
        ("/Meas/IMU6/100", None),
        ("/Meas/IMU6", None),
        ("/Meas/IMU6/104/", None),
        ("", None),
    ],
)
def test_only_documented_paths_are_found(path, resource):
    assert gsp.resource_at(path) == resource


def test_paths_may_or_may_not_end_with_nul():
    for payload in (b"\x01\x09/Meas/Acc/52\x00", b"\x01\x09/Meas/Acc/52"):
        command = gsp.parse_command(payload)
        assert command is not None
        assert (command.code, command.reference, command.path) == (1, 9, "/Meas/Acc/52")
    assert gsp.parse_command(b"\x01") is None


def test_packets_hold_what_the_sensor_measured_by_others_holds():
    # movesense-commander: 4 samples at 52 Hz; ble.md: 8 at 104 Hz.
    assert [gsp.Resource("Acc", rate).samples_per_packet for rate in gsp.RATES_HZ] == [4, 8, 16]


def test_results_and_hello_by_hand():
    assert gsp.encode_result(3, 404) == b"\x01\x03\x94\x01"
    assert gsp.encode_hello(4, ["17", "HR+"]) == b"\x01\x04\x0117\x00HR+\x00"
