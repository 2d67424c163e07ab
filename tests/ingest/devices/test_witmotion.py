import random

from ingest.devices import driver_named
from ingest.devices.driver import DeviceSamples
from ingest.errors import WireError

RATE = bytes.fromhex("557103000b00" + 28 * "0")


def frame(number):
    return b"\x55\x61" + number.to_bytes(2, "little") + bytes.fromhex("00000008") + 12 * b"\x00"


def numbers(decoder, packets):
    """Numbers of the frames that come out, by their first axis."""
    found = []
    for packet in packets:
        try:
            values = decoder.decode("data", packet)
        except WireError:
            continue
        for value in values:
            if isinstance(value, DeviceSamples):
                found += [round(x / 9.80665 * 2048) for x in value.specific_force_mps2[:, 0]]
    return found


def opened():
    decoder = driver_named("witmotion").decoder()
    decoder.decode("data", RATE)
    return decoder


def test_frames_come_out_however_the_chain_is_cut():
    chain = b"".join(frame(number) for number in range(1, 101))
    draw = random.Random(3)
    for _ in range(50):
        cuts = sorted(draw.sample(range(1, len(chain)), 80))
        pieces = [chain[a:b] for a, b in zip([0, *cuts], [*cuts, len(chain)], strict=True)]
        assert numbers(opened(), pieces) == list(range(1, 101))


def test_the_stream_is_in_step_again_after_any_lost_piece():
    pieces = [frame(number)[at : at + 20] for number in range(1, 31) for at in (0,)]
    split = [piece for whole in pieces for piece in (whole[:12], whole[12:])]
    for lost in range(len(split)):
        found = numbers(opened(), split[:lost] + split[lost + 1 :])
        assert set(found) <= set(range(1, 31))
        assert len(found) >= 28
        assert found == sorted(found)


def test_a_new_link_forgets_half_a_frame_and_the_rate():
    decoder = opened()
    decoder.decode("data", frame(1)[:12])
    decoder.link_renewed()
    assert decoder.decode("data", frame(2)) == ()
    assert numbers(decoder, [RATE, frame(3)]) == [3]
