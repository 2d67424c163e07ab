import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from analysis.calibration import Calibration, CalibrationConfig
from analysis.events import SensorGap, SetFinished
from analysis.imu import Gap, ImuBlock, Mount, SetLabel
from analysis.results import SetSummary
from ingest.collector import Collector, CollectorConfig
from ingest.devices import driver_named
from ingest.errors import RecordingError
from ingest.known_sensors import KnownSensors
from ingest.mcap_reader import read_recording
from ingest.packets import BATTERY, LinkEvent, RawPacket, link_packet
from ingest.recording import Recorder
from ingest.replay import open_recording
from ingest.scaled_loop import run_scaled
from ingest.session import run_recording

SUMMARY = SetSummary(0, None, None, 0.0, 1.0, (), (), None, {}, 200.0, 0, 0)


class Memory:
    """An analyzer that keeps what it is given; a gap is an event, every 200th block closes a set."""

    def __init__(self, info, mount, label):
        self.made_with = (info, mount, label)
        self.items = []
        self.finished = False
        self.learned = Calibration.unknown(CalibrationConfig())

    def push(self, item):
        self.items.append(item)
        if isinstance(item, Gap):
            return [SensorGap(item)]
        return [SetFinished(SUMMARY)] if len(self.items) % 200 == 0 else []

    def finish(self):
        self.finished = True
        return [SetFinished(SUMMARY)]


class Canned:
    """A source of packets made beforehand; ``at`` maps a packet's number to what happens before it."""

    def __init__(self, packets, at=None):
        self._packets, self._at = packets, at or {}

    async def packets(self) -> AsyncIterator[RawPacket]:
        for number, packet in enumerate(self._packets):
            if number in self._at:
                self._at[number]()
            yield packet
            await asyncio.sleep(0)


class Session:
    def __init__(self, folder, packets, at=None, config=None, recorder_factory=None, known_sensors=None):
        self.analyzers, self.events, self.statuses, self.paths = [], [], [], []
        self.heard = []
        number = iter(range(100))
        self.collector = Collector(
            Canned(packets, at and {n: (lambda f=f: f(self)) for n, f in at.items()}),
            driver_named("native"),
            self.make_analyzer,
            recorder_factory or (lambda header: Recorder(folder / f"{next(number)}.mcap", header)),
            mount=Mount(lever_m=(0.1, 0.0, 0.0)),
            on_items=lambda items, info: self.heard.extend((item, info) for item in items),
            on_event=self.events.append,
            on_status=self.statuses.append,
            on_recorded=self.paths.append,
            known_sensors=known_sensors,
            config=config,
        )

    def make_analyzer(self, *args):
        self.analyzers.append(Memory(*args))
        return self.analyzers[-1]

    def run(self):
        run_scaled(self.collector.run(), speed=100.0)
        return self


def connected(packets):
    link = link_packet(packets[0].received_at_s, LinkEvent("connected", "Upright-1", "AA:BB", 247, -61))
    return [link, *packets]


def assert_same_items(ours, theirs):
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert type(a) is type(b)
        if isinstance(a, ImuBlock):
            np.testing.assert_array_equal(a.t_s, b.t_s)
            np.testing.assert_array_equal(a.specific_force_mps2, b.specific_force_mps2)
            assert a.first_index == b.first_index
        else:
            assert a == b


def test_a_replay_gives_the_analyzer_exactly_what_the_live_session_gave_it(tmp_path, native):
    packets = connected(native.stream(300, skip=(40, 41, 42, 43, 90)))
    label = SetLabel("back_squat", 140.0)
    live = Session(
        tmp_path, packets, at={3: lambda s: s.collector.label(label), 150: lambda s: s.collector.label(label)}
    )
    live.run()
    replayed = []

    def make(*args):
        replayed.append(Memory(*args))
        return replayed[-1]

    events = run_recording(open_recording(live.paths[0]), make)
    assert replayed[0].made_with == live.analyzers[0].made_with
    assert_same_items(replayed[0].items, live.analyzers[0].items)
    assert events == live.events
    assert live.analyzers[0].finished


def test_everything_that_came_is_in_the_file_with_the_labels(tmp_path, native):
    packets = connected(native.stream(50))
    label = SetLabel("back_squat", 140.0)
    live = Session(tmp_path, packets, at={20: lambda s: s.collector.label(label)}).run()
    recording = read_recording(live.paths[0])
    assert [packet for packet in recording.packets if packet.channel != "label"] == packets
    assert len(recording.packets) == len(packets) + 1
    header = recording.header
    assert (header.sensor_name, header.address, header.model) == ("Upright-1", "AA:BB", "Test bar")
    assert header.mount.lever_m == (0.1, 0.0, 0.0)


def test_status_tells_link_rate_and_losses(tmp_path, native):
    live = Session(tmp_path, connected(native.stream(100, skip=(50,)))).run()
    status = live.statuses[-1]
    assert (status.link, status.sensor_name, status.mtu, status.rssi_dbm) == (
        "connected",
        "Upright-1",
        247,
        -61,
    )
    assert (status.counts.samples, status.counts.lost_samples, status.connections) == (990, 10, 1)
    assert status.counts.sample_rate_hz == pytest.approx(200, rel=1e-3)
    assert live.statuses[0].link == "connected"
    assert status.recording_problem == ""


def test_long_sessions_are_cut_into_files_at_the_end_of_a_set(tmp_path, native):
    packets = connected(native.stream(500))
    config = CollectorConfig(rotate_after_s=6.0, rotate_at_latest_s=1000.0)
    label = SetLabel("deadlift", 180.0)
    live = Session(tmp_path, packets, at={10: lambda s: s.collector.label(label)}, config=config).run()
    assert len(live.paths) == 3  # a set closes every 200 items, 10 s
    total = 0
    for path in live.paths:
        replay = open_recording(path)
        assert replay.header.label == label
        assert replay.header.info.model == "Test bar"
        assert next(iter(replay.steps()))[1]
        total += replay.counts.samples
    assert total == 5000
    assert all(analyzer.finished for analyzer in live.analyzers)
    assert live.statuses[-1].connections == 1


def test_a_forgotten_sensor_does_not_fill_one_file_for_ever(tmp_path, native):
    config = CollectorConfig(rotate_after_s=1000.0, rotate_at_latest_s=5.0)
    live = Session(tmp_path, connected(native.stream(180)), config=config).run()
    assert len(live.paths) == 2
    assert [open_recording(path).counts.samples for path in live.paths] == pytest.approx([1000, 800], abs=20)


def test_a_hundred_battery_levels_do_not_push_out_what_the_sensor_said_of_itself(tmp_path, native):
    config = CollectorConfig(rotate_after_s=1000.0, rotate_at_latest_s=5.0)
    packets = connected(native.stream(180))
    levels = [RawPacket(packets[60].received_at_s, BATTERY, bytes([100 - n])) for n in range(100)]
    session = Session(tmp_path, [*packets[:61], *levels, *packets[61:]], config=config).run()
    for path in session.paths:
        assert open_recording(path).counts.samples > 0


def test_a_bug_in_the_analysis_does_not_cost_the_recording(tmp_path, native):
    packets = connected(native.stream(100))

    def fail(_):
        raise ZeroDivisionError("a bug of ours")

    live = Session(tmp_path, packets)
    live.collector._on_event = fail
    live.run()
    assert "ZeroDivisionError" in live.statuses[-1].analysis_problem
    assert read_recording(live.paths[0]).packets == tuple(packets)
    assert [file.name for file in tmp_path.iterdir()] == ["0.mcap"]


def test_a_folder_that_cannot_be_written_is_said_at_the_first_packet(tmp_path, native):
    (tmp_path / "file").write_text("in the way")
    live = Session(tmp_path / "file" / "deeper", connected(native.stream(5)))
    with pytest.raises(RecordingError, match="cannot be created"):
        live.run()


def test_without_a_recorder_nothing_is_written_and_all_is_analysed(tmp_path, native):
    live = Session(tmp_path, connected(native.stream(100)))
    live.collector._recorder_factory = None
    live.run()
    assert live.paths == []
    assert sum(len(item) for item in live.analyzers[0].items) == 1000


def test_what_a_sensor_taught_is_kept_and_recalled(tmp_path, native):
    shelf = KnownSensors(tmp_path / "sensors")
    first = Session(tmp_path, connected(native.stream(50)), known_sensors=shelf).run()
    assert first.analyzers[0].made_with[0].calibration is None
    assert shelf.calibration("AA:BB") is not None
    again = tmp_path / "again"
    again.mkdir()
    second = Session(again, connected(native.stream(50)), known_sensors=shelf).run()
    known = second.analyzers[0].made_with[0].calibration
    assert known is not None
    assert read_recording(second.paths[0]).header.calibration == known


def test_damaged_file_of_a_sensor_does_not_stop_a_session(tmp_path, native):
    shelf = KnownSensors(tmp_path / "sensors")
    shelf.keep("AA:BB", Calibration.unknown(CalibrationConfig())).write_text("{")
    live = Session(tmp_path, connected(native.stream(50)), known_sensors=shelf).run()
    assert live.analyzers[0].made_with[0].calibration is None
    assert live.analyzers[0].finished


def test_a_listener_hears_the_items_that_a_replay_gives_each_file_from_zero(tmp_path, native):
    packets = connected(native.stream(300, skip=(40, 41, 42, 43, 298)))
    config = CollectorConfig(rotate_after_s=5.0, rotate_at_latest_s=6.0)
    live = Session(tmp_path, packets, at={150: lambda s: s.collector.label(SetLabel())}, config=config).run()
    assert len(live.paths) > 1
    replayed = [item for path in live.paths for _, items in open_recording(path).steps() for item in items]
    assert_same_items([item for item, _ in live.heard], replayed)
    assert {info.model for _, info in live.heard} == {"Test bar"}
