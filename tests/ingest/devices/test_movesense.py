import struct

import numpy as np
import pytest

from analysis.imu import Gap, ImuBlock
from ingest.decoding import PacketDecoder
from ingest.devices.driver import DeviceSamples
from ingest.devices.movesense import MovesenseDriver
from ingest.errors import StartRefusedError, WireError
from ingest.packets import RawPacket
from tests.ingest.devices.answering import run_start, written

HELLO = bytes([1, 100, 1]) + b"174630000192\0Movesense\0ab\0app\0" + b"2.1.3\0"
OK, NOT_FOUND = b"\xc8\x00", b"\x94\x01"
CONFIG = [("control", b"\x04\x65/Meas/Acc/Config"), ("control", b"\x04\x66/Meas/Gyro/Config")]


def sensor_with(rates):
    def answer(step):
        command = step.write.payload
        reply = HELLO
        if command[0] == 1:
            reply = bytes([1, command[1]]) + (OK if int(command[2:].split(b"/")[-1]) in rates else NOT_FOUND)
        assert step.is_reply(reply)
        assert not step.is_reply(bytes([2, command[1]]) + reply[2:])
        return reply

    return answer


@pytest.mark.parametrize(
    ("rates", "asked"), [({104, 208}, [104]), ({208}, [104, 208]), ({52, 26}, [104, 208, 52])]
)
def test_the_start_falls_back_to_the_first_rate_that_the_sensor_takes(rates, asked):
    steps = run_start(MovesenseDriver(), sensor_with(rates))
    references = {104: 1, 208: 2, 52: 3}
    assert written(steps) == [
        ("control", b"\x00\x64"),
        *CONFIG,
        *(("control", bytes([1, references[rate]]) + f"/Meas/IMU6/{rate}".encode()) for rate in asked),
    ]


def test_a_sensor_without_any_rate_is_refused_in_words():
    with pytest.raises(StartRefusedError, match="IMU6"):
        run_start(MovesenseDriver(), sensor_with({26}))


def test_old_firmware_that_confirms_nothing_is_not_waited_for():
    steps = run_start(MovesenseDriver(), lambda _: b"\x01\x64Hello")
    assert written(steps) == [("control", b"\x00\x64"), ("control", b"\x01\x01/Meas/IMU6/104")]


def packet(index, k=8):
    """Stamp and samples whose acceleration along x is their number."""
    numbers = np.arange(index * k, (index + 1) * k, dtype="<f4")
    force = np.stack([numbers, np.zeros(k), np.full(k, 9.81)], axis=1).astype("<f4")
    return struct.pack("<I", round(1000 + index * k * 1000 / 104)) + force.tobytes() + bytes(12 * k)


def halves(index):
    whole = packet(index)
    return [b"\x02\x01" + whole[:150], b"\x03\x01" + whole[150:]]


def test_a_packet_with_a_part_lost_is_lost_whole_and_never_mixed_with_the_next():
    """Every single notification of twelve packets is left out in turn."""
    sent = [half for index in range(12) for half in halves(index)]
    for lost in range(len(sent)):
        decoder = PacketDecoder(MovesenseDriver())
        items = []
        for number, payload in enumerate(sent):
            if number != lost:
                items += decoder.feed(RawPacket(number * 0.04, "data", payload))
        items += decoder.finish()
        blocks = [item for item in items if isinstance(item, ImuBlock)]
        numbers = np.concatenate([block.specific_force_mps2[:, 0] for block in blocks])
        expected = [n for n in range(96) if n // 8 != lost // 2]
        np.testing.assert_array_equal(numbers, expected)
        inside = 0 < lost // 2 < 11
        assert [gap.missing for gap in items if isinstance(gap, Gap)] == ([8] if inside else [])
        assert decoder.refused == (0 if lost == len(sent) - 1 else 1), lost


def test_the_second_part_after_a_loss_completes_the_packet_that_began_last():
    decoder = MovesenseDriver().decoder()
    (first, _), (again, rest) = halves(0), halves(1)
    assert decoder.decode("data", first) == ()
    with pytest.raises(WireError, match="second part"):
        decoder.decode("data", again)
    (_, samples) = decoder.decode("data", rest)
    assert isinstance(samples, DeviceSamples)
    assert samples.specific_force_mps2[:, 0].tolist() == list(range(8, 16))


def test_half_a_packet_does_not_outlive_the_link():
    decoder = MovesenseDriver().decoder()
    (first, rest), _ = halves(0), halves(1)
    decoder.decode("data", first)
    decoder.link_renewed()
    with pytest.raises(WireError, match="without its first"):
        decoder.decode("data", rest)
