"""Repairing what is left behind, and nothing else."""

from __future__ import annotations

from ingest.file_lock import is_held
from ingest.mcap_reader import read_recording
from ingest.packets import DATA, RawPacket
from ingest.recording import Recorder
from ingest.recording_header import RecordingHeader
from ingest.recovery import being_written, recover_all


def packets(first, count):
    return [RawPacket(0.05 * n, DATA, bytes([n % 256] * 20)) for n in range(first, first + count)]


def test_a_recording_that_grows_is_left_alone_and_loses_nothing(tmp_path):
    recorder = Recorder(tmp_path / "live.mcap", RecordingHeader(driver="native"))
    for packet in packets(0, 40):
        recorder.write(packet)
    assert being_written(tmp_path) == [recorder.part_path]
    assert recover_all(tmp_path) == []
    for packet in packets(40, 40):
        recorder.write(packet)
    path = recorder.close()
    assert len(read_recording(path).packets) == 80
    assert being_written(tmp_path) == []


def test_the_lock_goes_with_the_recorder(tmp_path):
    recorder = Recorder(tmp_path / "live.mcap", RecordingHeader(driver="native"))
    assert is_held(recorder.part_path)
    path = recorder.close()
    assert not is_held(path)
    assert not is_held(tmp_path / "nothing.mcap.part")
