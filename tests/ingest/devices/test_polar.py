import json
import struct
from pathlib import Path

import numpy as np
import pytest

from analysis.imu import Gap, ImuBlock
from ingest.decoding import PacketDecoder
from ingest.devices import driver_named
from ingest.devices.polar_pmd import choose
from ingest.errors import WireError
from ingest.items import AccelBlock
from ingest.packets import CONTROL, DATA, RawPacket

WIRE = Path(__file__).parents[2] / "data" / "wire"
FULL = {0: (26.0, 52.0, 104.0, 208.0, 416.0), 1: (16.0,), 2: (2.0, 4.0, 8.0, 16.0), 4: (3.0,)}


def opened(name):
    """A decoder that has heard the answers to its start."""
    decoder = driver_named(name).decoder()
    stream = json.loads((WIRE / f"{name}.json").read_text(encoding="utf-8"))["streams"][0]
    for packet in stream["packets"]:
        decoder.decode(packet["channel"], bytes.fromhex(packet["hex"]))
    return decoder, [(packet["channel"], bytes.fromhex(packet["hex"])) for packet in stream["packets"]]


def frame(measurement, stamp_ns, count, kind=0x81):
    """`count` equal samples: a first one and differences of no bits."""
    return struct.pack("<BQB3hBB", measurement, stamp_ns, kind, 0, 0, 1000, 0, count - 1)


@pytest.mark.parametrize("name", ["polar_verity", "polar_h10"])
def test_samples_before_their_start_was_answered_have_no_scale(name):
    decoder = driver_named(name).decoder()
    with pytest.raises(WireError, match="before their start"):
        decoder.decode(DATA, frame(2, 10**9, 4))


@pytest.mark.parametrize(
    ("rates", "limit", "expected"),
    [
        ((26, 52, 104, 208, 416), 208, 208),
        ((26, 52, 104), 208, 104),
        ((52,), 208, 52),
        ((25, 50, 100, 200), 208, 200),
        ((416,), 208, None),
        ((), 208, None),
    ],
)
def test_the_highest_common_rate_within_the_limit_is_chosen(rates, limit, expected):
    choice = choose({2: FULL, 5: {**FULL, 0: tuple(map(float, rates))}}, limit)
    if expected is None or expected not in FULL[0]:
        assert choice is None
    else:
        assert choice is not None
        assert choice.rate_hz == expected
        assert choice.ranges == {2: 16, 5: 16}


@pytest.mark.parametrize("without", [1, 2])
def test_an_offer_that_says_too_little_is_not_chosen_from(without):
    assert choose({2: {key: values for key, values in FULL.items() if key != without}}, 208) is None


def test_a_frame_with_more_samples_than_a_packet_can_hold_is_refused():
    decoder, _ = opened("polar_h10")
    head = frame(2, 10**9, 1)[:-2]
    with pytest.raises(WireError, match="a block of 255"):
        decoder.decode(DATA, head + b"\x00\xff" * 5)


def test_a_verity_without_a_gyroscope_still_records_its_accelerometer():
    _, answers = opened("polar_verity")
    decoder = PacketDecoder(driver_named("polar_verity"))
    items = []
    for channel, payload in answers:
        items += decoder.feed(RawPacket(0.0, channel, payload))
    for n in range(60):  # 0.25 s each: 15 s
        stamp_ns = 10**15 + round((52 * n + 51) / 208 * 1e9)
        items += decoder.feed(RawPacket(0.25 * n, DATA, frame(2, stamp_ns, 52, kind=0x81)))
    items += decoder.finish()
    assert items
    assert all(isinstance(item, AccelBlock) for item in items)
    # 6 s of them wait for a gyroscope: what has gone out is from before.
    assert decoder.counts.duration_s == pytest.approx(15 - 6, abs=0.3)


def test_a_frame_of_the_gyroscope_is_no_description():
    _, answers = opened("polar_verity")
    decoder = PacketDecoder(driver_named("polar_verity"))
    for channel, payload in answers:
        decoder.feed(RawPacket(0.0, channel, payload))
        assert decoder.tells_of_itself
    decoder.feed(RawPacket(1.0, DATA, frame(5, 10**15, 4, kind=0x80)))
    assert not decoder.tells_of_itself
    decoder.feed(RawPacket(1.0, CONTROL, bytes.fromhex("f003020000")))
    assert decoder.tells_of_itself


def test_two_streams_of_a_clock_that_is_half_a_percent_fast_are_paired_and_timed():
    """209 Hz by the sensor's clock, frames of 40 at different times, stamps rounded to 1/32768 s."""
    _, answers = opened("polar_verity")
    decoder = PacketDecoder(driver_named("polar_verity"))
    for channel, payload in answers:
        decoder.feed(RawPacket(0.0, channel, payload))
    rate_hz, base_ns, tick_ns = 209.0, 536500800 * 10**9, 1e9 / 32768
    events = []
    for n in range(100):
        for measurement, shift_s in ((2, 0.0), (5, 0.0213)):
            last_s = (40 * n + 39) / rate_hz + shift_s
            stamp_ns = base_ns + round(round(last_s * 1e9 / tick_ns) * tick_ns)
            events.append((last_s + 0.02, frame(measurement, stamp_ns, 40, kind=0x80)))
    items = [
        item for at_s, payload in sorted(events) for item in decoder.feed(RawPacket(at_s, DATA, payload))
    ]
    assert not [item for item in items if isinstance(item, Gap)]
    times = np.concatenate([item.t_s for item in items if isinstance(item, ImuBlock)])
    # All but the first 5 samples, that no gyroscope precedes, and the last that wait for one.
    assert len(times) >= 3990
    rates = (len(times) - 1) / (times[-1] - times[0])
    assert rates == pytest.approx(rate_hz, rel=2e-4)  # 30.5 µs a frame over 19 s
    # After the first frame, whose period is the label's.
    assert np.abs(np.diff(times[40:]) * rate_hz - 1).max() < 0.05
