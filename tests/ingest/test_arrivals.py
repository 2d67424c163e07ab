from dataclasses import replace

import pytest

from ingest.arrivals import arrivals_of
from ingest.packets import DATA, RawPacket
from ingest.recording import Recorder
from ingest.recording_header import RecordingHeader
from ingest.replay import open_recording
from ingest.sample_table import sample_table
from tests.ingest.test_sample_table import some_items


def record(path, packets):
    recorder = Recorder(path, RecordingHeader(driver="native"))
    for packet in packets:
        recorder.write(packet)
    return open_recording(recorder.close())


def late(packets, place, by_s):
    packets[place] = replace(packets[place], received_at_s=packets[place].received_at_s + by_s)
    return packets


def test_punctual_packets_are_not_late(tmp_path, native):
    found = arrivals_of(record(tmp_path / "set.mcap", native.stream(40)))
    assert found is not None
    assert found.packets == 40
    assert found.interval_s == pytest.approx(native.packet_s)
    assert found.longest_silence_s == pytest.approx(native.packet_s, abs=1e-6)
    assert found.latest_s == pytest.approx(0.0, abs=1e-6)


def test_one_late_packet_shows_in_the_latest_and_in_the_silence(tmp_path, native):
    packets = late(native.stream(60), 30, 0.03)
    found = arrivals_of(record(tmp_path / "set.mcap", packets))
    assert found is not None
    assert found.latest_s == pytest.approx(0.03, abs=1e-4)  # the fitted clock moves by some microseconds
    assert found.late_s < 1e-3
    assert found.longest_silence_s == pytest.approx(native.packet_s + 0.03)


def test_a_lost_packet_is_a_silence_and_not_lateness(tmp_path, native):
    found = arrivals_of(record(tmp_path / "set.mcap", native.stream(60, skip={20, 21})))
    assert found is not None
    assert found.packets == 58
    assert found.longest_silence_s == pytest.approx(3 * native.packet_s)
    assert found.latest_s == pytest.approx(0.0, abs=1e-4)


def test_a_recording_counts_packets_that_broke_their_protocol(tmp_path, native):
    packets = native.stream(20)
    packets.insert(5, RawPacket(packets[4].received_at_s, DATA, b"\xff\x00"))
    assert record(tmp_path / "set.mcap", packets).header.refused_packets == 1


def test_a_table_has_no_arrivals_and_no_packets(tmp_path):
    path = tmp_path / "set.csv"
    sample_table(some_items()).write_csv(path)
    recording = open_recording(path)
    assert arrivals_of(recording) is None
    assert recording.header.refused_packets is None


def test_one_packet_tells_nothing(tmp_path, native):
    assert arrivals_of(record(tmp_path / "set.mcap", native.stream(1))) is None
