import asyncio

import numpy as np
import pytest

from analysis.imu import ImuBlock, Mount, MountPosition, SetLabel
from ingest.errors import ImportFileError, RecordingError
from ingest.imports.imu_csv import COLUMNS
from ingest.packets import DATA, RawPacket, label_packet
from ingest.recording import Recorder
from ingest.recording_header import RecordingHeader
from ingest.replay import MountChange, ReplayOptions, open_recording, paced
from ingest.scaled_loop import run_scaled


def record(path, packets):
    recorder = Recorder(path, RecordingHeader(driver="native", mount=Mount(MountPosition.SLEEVE)))
    for packet in packets:
        recorder.write(packet)
    return recorder.close()


def labelled(native, count=100):
    packets = native.stream(count)
    packets.insert(3, label_packet(packets[3].received_at_s, SetLabel("bench_press", 100.0)))
    return packets


def test_a_recording_gives_its_steps_on_its_own_time(tmp_path, native):
    replay = open_recording(record(tmp_path / "set.mcap", labelled(native)))
    steps = list(replay.steps())
    assert [due_s for due_s, _ in steps[:4]] == pytest.approx([0.01, 0.06, 0.11, 0.11])
    assert steps[2][1] == [SetLabel("bench_press", 100.0)]
    assert replay.header.kind == "mcap"
    assert replay.header.label == SetLabel("bench_press", 100.0)
    assert replay.header.mount.position == MountPosition.SLEEVE
    assert replay.header.info.model == "Test bar"
    assert replay.counts.samples == 1000
    again = list(replay.steps())
    assert len(again) == len(steps)
    one, other = steps[5][1][0], again[5][1][0]
    assert isinstance(one, ImuBlock)
    assert isinstance(other, ImuBlock)
    np.testing.assert_array_equal(one.t_s, other.t_s)


def test_options_change_parts_of_the_mount_and_fill_in_labels(tmp_path, native):
    options = ReplayOptions(mount=MountChange(MountPosition.WRIST), exercise_id="deadlift", load_kg=105.0)
    replay = open_recording(record(tmp_path / "set.mcap", labelled(native)), options)
    assert replay.header.mount.position == MountPosition.WRIST
    labels = [item for _, items in replay.steps() for item in items if isinstance(item, SetLabel)]
    # What the lifter said then wins; the options fill in what nobody said.
    assert labels[0].exercise_id == "bench_press"
    assert replay.header.initial_label == SetLabel("deadlift", 105.0)


def test_a_table_is_replayed_like_a_recording(tmp_path):
    path = tmp_path / "set.csv"
    lines = [",".join(COLUMNS)] + [f"{5 + n * 0.01:.3f},0,0,9.81,0,0,0" for n in range(250)]
    path.write_text("\n".join(lines))
    replay = open_recording(path, ReplayOptions(exercise_id="deadlift"))
    steps = list(replay.steps())
    assert replay.header.kind == "imu-csv"
    assert replay.header.info.sample_rate_hz == pytest.approx(100, rel=1e-6)
    assert replay.header.initial_label.exercise_id == "deadlift"
    assert [due_s for due_s, _ in steps] == pytest.approx([0.99, 1.99, 2.49])
    assert isinstance(steps[0][1][0], ImuBlock)


def test_paced_waits_on_the_loops_clock(tmp_path, native):
    replay = open_recording(record(tmp_path / "set.mcap", labelled(native)))

    async def play():
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        return [loop.time() - start_s async for _ in paced(replay.steps())]

    times = run_scaled(play(), speed=50.0)
    due = [due_s for due_s, _ in replay.steps()]
    assert all(time_s >= due_s - 1e-3 for time_s, due_s in zip(times, due, strict=True))
    assert times[-1] == pytest.approx(due[-1], abs=1.5)  # a busy machine may be late, never early


def test_a_recording_without_info_says_so(tmp_path, native):
    path = record(tmp_path / "set.mcap", [RawPacket(1.0, DATA, native.data(1))])
    with pytest.raises(RecordingError, match="no description of its sensor"):
        open_recording(path)


def test_unknown_kinds_and_missing_files_are_named(tmp_path):
    (tmp_path / "notes.pdf").write_text("hello")
    with pytest.raises(ImportFileError, match="unknown kind of file"):
        open_recording(tmp_path / "notes.pdf")
    with pytest.raises(ImportFileError, match="no such file"):
        open_recording(tmp_path / "none.mcap")
    (tmp_path / "bad.mcap").write_text("hello")
    with pytest.raises(RecordingError):
        open_recording(tmp_path / "bad.mcap")
