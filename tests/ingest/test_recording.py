import errno
import os
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.imu import Mount, MountPosition, SetLabel
from ingest.errors import RecordingError
from ingest.mcap_reader import read_recording
from ingest.packets import LinkEvent, RawPacket, label_packet, link_packet
from ingest.recording import Recorder, RecorderConfig
from ingest.recording_header import RecordingHeader
from ingest.recovery import recover_all, recover_part

HEADER = RecordingHeader(
    driver="native",
    sensor_name="Upright-1",
    address="AA:BB",
    model="Test bar",
    mount=Mount(MountPosition.SLEEVE, (0.0, 1.0, 0.0), (0.02, 0.0, 0.01)),
    started_at=datetime(2026, 11, 23, 18, 0, 0, 123456, tzinfo=UTC),
    speed=4.0,
)


def some_packets(native, count=200):
    packets = native.stream(count)
    packets.insert(50, label_packet(packets[50].received_at_s, SetLabel("back_squat", 142.5)))
    packets.insert(90, link_packet(packets[90].received_at_s, LinkEvent("lost", "Upright-1", "AA:BB")))
    packets.insert(120, RawPacket(packets[120].received_at_s, "magnetometer", b"\x00\xff"))
    return packets


def write(path, packets, **kwargs):
    recorder = Recorder(path, HEADER, **kwargs)
    for packet in packets:
        recorder.write(packet)
    return recorder


def test_what_is_written_is_read_back_bit_for_bit(tmp_path, native):
    packets = some_packets(native)
    path = write(tmp_path / "deep" / "set.mcap", packets).close()
    recording = read_recording(path)
    assert recording.packets == tuple(packets)
    assert recording.header == HEADER
    assert recording.damage.is_whole
    assert [file.name for file in path.parent.iterdir()] == ["set.mcap"]


def test_the_file_is_an_ordinary_mcap_file(tmp_path, native):
    from mcap.reader import make_reader

    packets = some_packets(native)
    path = write(tmp_path / "set.mcap", packets).close()
    with path.open("rb") as file:
        reader = make_reader(file)
        messages = list(reader.iter_messages(log_time_order=False))
        names = {metadata.name for metadata in reader.iter_metadata()}
    assert [message.data for _, _, message in messages] == [packet.payload for packet in packets]
    assert messages[1][1].topic == "/raw/data"
    assert messages[0][2].publish_time == 250_000_000
    assert messages[0][2].log_time == round(HEADER.started_at.timestamp() * 1e9) + 250_000_000
    assert names == {"upright"}


def test_no_more_than_a_quarter_of_a_second_waits_in_memory(tmp_path, native):
    recorder = Recorder(tmp_path / "set.mcap", HEADER)
    for packet in native.stream(100):
        recorder.write(packet)
        on_disk = read_recording(recorder.part_path).packets
        assert packet.received_at_s - on_disk[-1].received_at_s < 0.25
    recorder.close()


def test_a_recording_is_never_overwritten(tmp_path, native):
    path = write(tmp_path / "set.mcap", native.stream(5)).close()
    with pytest.raises(RecordingError, match="exists already"):
        Recorder(path, HEADER)


def test_a_closed_recorder_takes_nothing_more(tmp_path, native):
    recorder = write(tmp_path / "set.mcap", native.stream(5))
    recorder.close()
    assert recorder.close() == recorder.path
    with pytest.raises(RecordingError, match="closed"):
        recorder.write(native.stream(1)[0])


def test_a_cut_file_loses_its_tail_and_nothing_else(tmp_path, native):
    packets = some_packets(native, 120)
    path = write(tmp_path / "set.mcap", packets).close()
    data = path.read_bytes()
    cut = tmp_path / "cut.mcap.part"
    readable = 0
    last = 0
    for length in range(0, len(data), 97):
        cut.write_bytes(data[:length])
        try:
            recording = read_recording(cut)
        except RecordingError:
            assert length < 1500  # only while the header itself is cut off
            continue
        readable += 1
        assert recording.packets == tuple(packets[: len(recording.packets)])
        assert len(recording.packets) >= last
        last = len(recording.packets)
        assert not recording.damage.is_whole
    assert readable > 50
    assert last >= len(packets) - 1


def test_a_flipped_bit_costs_at_most_a_few_packets_and_never_passes_for_data(tmp_path, native):
    packets = some_packets(native, 120)
    path = write(tmp_path / "set.mcap", packets).close()
    data = path.read_bytes()
    end_of_data = len(data) - 700  # the summary after the data is for other people's readers
    rng = random.Random(3)
    flipped = tmp_path / "flipped.mcap"
    for _ in range(300):
        broken = bytearray(data)
        at = rng.randrange(8, end_of_data)
        broken[at] ^= 1 << rng.randrange(8)
        flipped.write_bytes(broken)
        recording = read_recording(flipped)
        found = {(packet.channel, packet.payload, packet.received_at_s) for packet in recording.packets}
        written = {(packet.channel, packet.payload, packet.received_at_s) for packet in packets}
        assert found <= written, at
        lost = len(packets) - len(recording.packets)
        assert lost <= 5, at
        restored = 1  # INFO comes back from its second copy
        assert recording.damage.missing_packets in (lost, lost + restored, 0)
        assert recording.header == HEADER
        assert any(packet.channel == "info" for packet in recording.packets)
        if lost:
            assert not recording.damage.is_whole


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"\x89MCAP0\r\n", bytes(5000), random.Random(1).randbytes(50_000)]
)
def test_a_file_that_is_no_recording_gives_one_clear_sentence(tmp_path, content):
    path = tmp_path / "bad.mcap"
    path.write_bytes(content)
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    assert str(caught.value).startswith("bad.mcap: ")
    assert "\n" not in str(caught.value)


def test_a_missing_file_gives_one_clear_sentence(tmp_path):
    with pytest.raises(RecordingError, match=r"cannot be read: No such file"):
        read_recording(tmp_path / "none.mcap")


def test_a_full_disk_stays_visible_and_recording_resumes(tmp_path, native, monkeypatch):
    space = 1500
    real_write = os.write

    def limited_write(descriptor, data):
        nonlocal space
        if space <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = real_write(descriptor, bytes(data[:space]))  # a short write, as a full disk gives
        space -= taken
        return taken

    monkeypatch.setattr("ingest.recording.os.write", limited_write)
    packets = native.stream(100)
    recorder = Recorder(tmp_path / "set.mcap", HEADER)
    for packet in packets[:60]:
        recorder.write(packet)
    assert "the disk is full" in recorder.error
    assert recorder.waiting_bytes > 0
    space = 1_000_000
    for packet in packets[60:]:
        recorder.write(packet)
    assert recorder.error == ""
    assert read_recording(recorder.close()).packets == tuple(packets)


def test_a_disk_that_stays_full_bounds_memory_and_leaves_a_part_file(tmp_path, native, monkeypatch):
    recorder = Recorder(tmp_path / "set.mcap", HEADER, RecorderConfig(max_waiting_bytes=2000))

    def full(descriptor, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ingest.recording.os.write", full)
    for packet in native.stream(400):
        recorder.write(packet)
    assert recorder.refused > 0
    assert recorder.waiting_bytes < 4000
    with pytest.raises(RecordingError, match="the disk is full"):
        recorder.close()
    assert recorder.part_path.exists()


def test_recovery_finishes_a_part_file_and_keeps_what_it_cannot_read(tmp_path, native):
    packets = native.stream(80)
    recorder = write(tmp_path / "a.mcap", packets)
    recorder.flush()
    data = recorder.part_path.read_bytes()
    recorder.close()
    (tmp_path / "b.mcap.part").write_bytes(data[:-200])
    (tmp_path / "c.mcap.part").write_bytes(b"nonsense")
    damaged = bytearray(data)
    damaged[len(data) // 2] ^= 4
    (tmp_path / "d.mcap.part").write_bytes(damaged)
    reports = {report.part_path.name: report for report in recover_all(tmp_path)}
    assert reports["b.mcap.part"].path == tmp_path / "b.mcap"
    assert read_recording(tmp_path / "b.mcap").header == HEADER
    assert "not a recording" in reports["c.mcap.part"].problem
    damage = reports["d.mcap.part"].damage
    assert damage is not None
    assert damage.damaged_places == 1
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["a.mcap", "b.mcap", "c.mcap.unreadable", "d.mcap", "d.mcap.damaged"]
    assert recover_all(tmp_path) == []


def test_recovery_does_not_overwrite_a_recording_of_the_same_name(tmp_path, native):
    path = write(tmp_path / "a.mcap", native.stream(10)).close()
    (tmp_path / "a.mcap.part").write_bytes(path.read_bytes()[:-300])
    report = recover_part(tmp_path / "a.mcap.part")
    assert report.path == tmp_path / "a-2.mcap"


KILLED = """
import sys, time
from pathlib import Path
from ingest.packets import DATA, INFO, RawPacket
from ingest.recording import Recorder
from ingest.recording_header import RecordingHeader
recorder = Recorder(Path(sys.argv[1]), RecordingHeader(driver="native"))
n = 0
while True:  # one packet each millisecond, stamped 50 ms apart
    recorder.write(RawPacket(n * 0.05, INFO if n == 0 else DATA, n.to_bytes(4, "little") * 33))
    print(n, flush=True)
    n += 1
    time.sleep(0.001)
"""


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_process_loses_less_than_a_quarter_of_a_second(tmp_path, seed):
    packets_before_the_kill = random.Random(seed).randrange(5, 150)
    path = tmp_path / "set.mcap"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        lines = iter(process.stdout)
        for _ in range(packets_before_the_kill):
            next(lines)
        process.send_signal(signal.SIGKILL)
        acknowledged = packets_before_the_kill + sum(1 for line in lines if line.endswith("\n"))
    (report,) = recover_all(tmp_path)
    assert report.path is not None
    recording = read_recording(report.path)
    numbers = [int.from_bytes(packet.payload[:4], "little") for packet in recording.packets]
    assert numbers == list(range(len(numbers)))
    assert (acknowledged - len(numbers)) * 0.05 < 0.25


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(head=st.integers(0, 3000), tail=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path, native, head, tail):
    source = tmp_path / "source.mcap"
    if not source.exists():
        write(source, native.stream(40)).close()
    path = tmp_path / "any.mcap"
    path.write_bytes(source.read_bytes()[:head] + tail)
    written = {(packet.channel, packet.payload) for packet in native.stream(40)}
    try:
        recording = read_recording(path)
    except RecordingError:
        return
    assert {(packet.channel, packet.payload) for packet in recording.packets} <= written
