import base64
import re
import struct
from pathlib import Path

import numpy as np

from analysis.imu import Gap
from ingest.decoding import PacketDecoder
from ingest.devices.bangle import BangleDriver
from ingest.devices.driver import Write
from ingest.items import AccelBlock
from ingest.packets import RawPacket

PAGE = (Path(__file__).parents[3] / "docs" / "sensors" / "bangle.md").read_text(encoding="utf-8")


def line(sequence, stamp_ms, samples):
    head = struct.pack("<BBHIHH", 1, len(samples), sequence, stamp_ms, 90, 0)
    body = np.asarray(samples, dtype="<i2").tobytes()
    checksum = (sum(head) + sum(body)) % 65536
    packet = head[:10] + struct.pack("<H", checksum) + body
    return b"~" + base64.b64encode(packet) + b"\r\n"


def test_what_is_typed_is_what_the_page_says():
    start, stop = re.findall(r"```js\n(.*?)\n```", PAGE, re.DOTALL)
    steps = [step for step in BangleDriver().start() if isinstance(step, Write)]
    typed = b"".join(step.payload for step in steps)
    assert typed == b"\x03\x10" + start.encode() + b"\n"
    assert b"".join(step.payload for step in BangleDriver().stop_steps) == b"\x03\x10" + stop.encode() + b"\n"
    assert max(len(step.payload) for step in steps) <= 20


def test_good_lines_around_a_bad_one_are_not_lost():
    good, bad = line(1, 1000, [[0, 0, -4096]] * 10), b"~AAAA\r\n"
    decoder = PacketDecoder(BangleDriver())
    for number, payload in enumerate([good + bad + line(2, 1100, [[1, 0, -4096]] * 10), b"", b">", b""]):
        decoder.feed(RawPacket(number * 0.1, "data", payload))
    decoder.finish()
    assert decoder.counts.samples == 20
    assert decoder.refused == 1


def polled_stamps(rate_hz, lines, poll_s=0.009, seed=3):
    """Stamps of each line's first sample: the first poll after it, in ms, as in the page."""
    phase_s = np.random.default_rng(seed).uniform(0, poll_s)
    sampled_s = np.arange(lines) * 10 / rate_hz + 0.02
    polled_s = np.ceil((sampled_s - phase_s) / poll_s) * poll_s + phase_s
    return np.round(polled_s * 1000).astype(int)


def items_of(stamps_ms, lost=()):
    decoder = PacketDecoder(BangleDriver())
    items = []
    for number, stamp_ms in enumerate(stamps_ms):
        if number not in lost:
            text = line(number % 65536, int(stamp_ms), [[0, 0, -4096]] * 10)
            items += decoder.feed(RawPacket(0.03 + stamp_ms / 1000, "data", text))
    return decoder, items + decoder.finish()


def test_stamps_of_a_poll_give_no_false_gap_and_the_true_rate():
    """A chip 1 % fast or slow, polled every 9 ms: a minute and a half of lines."""
    for rate_hz in (99.0, 100.0, 100.3, 101.0):
        decoder, items = items_of(polled_stamps(rate_hz, 900))
        assert not [item for item in items if isinstance(item, Gap)], rate_hz
        t_s = np.concatenate([item.t_s for item in items if isinstance(item, AccelBlock)])
        assert np.all(np.diff(t_s) > 0)
        settled = np.diff(t_s[2000:])
        # A tenth of a stamp's error of at most 10 ms falls between two lines, the rest is even.
        assert abs(settled - 1 / rate_hz).max() < 1.5e-3
        assert decoder.counts.sample_rate_hz is not None
        assert abs(decoder.counts.sample_rate_hz / rate_hz - 1) < 1e-3


def test_lost_lines_are_counted_exactly():
    decoder, items = items_of(polled_stamps(99.5, 600), lost={100, 200, 201, 400})
    assert [gap.missing for gap in items if isinstance(gap, Gap)] == [10, 20, 10]
    assert decoder.counts.samples + decoder.counts.lost_samples == 6000
