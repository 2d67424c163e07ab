import pytest

from analysis.imu import Gap
from ingest.decoding import PacketDecoder
from ingest.devices import driver_named
from ingest.errors import WireError
from ingest.packets import RawPacket
from ingest.timeline import LOST

ANSWERS = ["03800400", "13800100", "0383a903", "13832900"]
ACC = "0305" + 3 * "000000000008"


def packets(count):
    """Packets of both in turn, each with its number in it."""
    for number in range(count):
        mark = number.to_bytes(2, "little").hex()
        yield from (f"0305{mark}00000008" + 2 * "000000000008", f"1305{mark}" + 32 * "0")


def fed(sent, period_s=0.0075):
    decoder = PacketDecoder(driver_named("metamotion"))
    items = []
    for index, payload in enumerate([*ANSWERS, *sent]):
        at_s = max(index - len(ANSWERS), 0) * period_s
        items += decoder.feed(RawPacket(at_s, "data", bytes.fromhex(payload)))
    return decoder, items + decoder.finish()


def test_what_one_stream_lost_is_counted_by_the_other():
    sent = list(packets(200))
    del sent[101], sent[200]  # a gyroscope's and, 100 packets on, an accelerometer's
    decoder, items = fed(sent)
    gaps = [item for item in items if isinstance(item, Gap)]
    assert [(gap.missing, gap.reason) for gap in gaps] == [(3, LOST)] * 2
    assert decoder.counts.samples == 600 - 6
    assert decoder.counts.duration_s == pytest.approx(599 / 200, rel=0.01)


def test_samples_whose_scale_is_not_known_are_refused():
    decoder = driver_named("metamotion").decoder()
    with pytest.raises(WireError, match="before their scale"):
        decoder.decode("data", bytes.fromhex(ACC))
    with pytest.raises(WireError, match="before the chip"):
        decoder.decode("data", bytes.fromhex("0383a903"))


def test_streams_of_different_rates_are_not_paired():
    decoder = driver_named("metamotion").decoder()
    for answer in ["03800400", "0383a903", "13832800"]:
        decoder.decode("data", bytes.fromhex(answer))
    with pytest.raises(WireError, match="different rates"):
        decoder.decode("data", bytes.fromhex(ACC))
