import logging

import pytest

from analysis.imu import Gap, ImuBlock, SetLabel
from ingest.decoding import PacketDecoder
from ingest.devices import driver_named
from ingest.packets import BATTERY, DATA, LABEL, LinkEvent, RawPacket, label_packet, link_packet


def run(packets):
    decoder = PacketDecoder(driver_named("native"))
    items = [item for packet in packets for item in decoder.feed(packet)]
    return items + decoder.finish(), decoder


def blocks(items):
    return [item for item in items if isinstance(item, ImuBlock)]


def test_packets_become_blocks_once_info_has_come(native):
    items, decoder = run(native.stream(20))
    assert len(items) == 20
    assert decoder.info is not None
    assert decoder.info.model == "Test bar"
    assert decoder.counts.samples == 200
    assert blocks(items)[0].t_s[0] == 0
    assert blocks(items)[0].specific_force_mps2[0, 2] == pytest.approx(9.80665)


def test_bad_bytes_are_counted_and_logged_once_and_are_never_fatal(native, caplog):
    packets = native.stream(20)
    bad = [RawPacket(2.0, DATA, b"junk"), RawPacket(2.1, LABEL, b"\xff"), RawPacket(2.2, DATA, b"junk")]
    with caplog.at_level(logging.WARNING, "ingest.decoding"):
        items, decoder = run([*packets[:10], *bad, *packets[10:]])
    assert decoder.refused == 3
    assert decoder.counts.samples == 200
    assert len(caplog.records) == 2
    assert not [item for item in items if isinstance(item, Gap)]


def test_a_lost_link_makes_no_gap_by_itself_but_the_next_data_packet_does(native):
    packets = native.stream(10)
    lost = link_packet(0.8, LinkEvent("lost"))
    connected = link_packet(5.0, LinkEvent("connected", "Upright-1"))
    items, decoder = run([*packets, lost, connected])
    assert not [item for item in items if isinstance(item, Gap)]
    assert decoder.link is not None
    assert decoder.link.name == "Upright-1"
    items, _ = run([*packets, lost, connected, *native.stream(5, first=100)])
    (gap,) = [item for item in items if isinstance(item, Gap)]
    assert gap.missing == 900


def test_a_label_keeps_its_place_among_the_samples(native):
    packets = native.stream(10, skip=(4,))  # packet 5 waits for the missing 4 when the label comes
    label = SetLabel("deadlift", 180.0)
    items, decoder = run([*packets[:6], label_packet(0.55, label), *packets[6:]])
    at = items.index(label)
    assert sum(len(block) for block in blocks(items[:at])) == 50
    assert decoder.label == label


def test_battery_is_told(native):
    _, decoder = run([*native.stream(2), RawPacket(1.0, BATTERY, b"\x32")])
    assert decoder.battery_charge_fraction == 0.5
