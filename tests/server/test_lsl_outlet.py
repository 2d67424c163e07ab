"""The Lab Streaming Layer: what goes out comes in, at the sensor's time on this computer's clock."""

from __future__ import annotations

import importlib
import json
import logging
from uuid import uuid4

import numpy as np
import pytest

from analysis.events import RepFinished, SensorGap, SetFinished
from analysis.imu import Gap, ImuBlock, Mount, SensorInfo, SetLabel
from server.errors import LslUnavailableError
from server.lsl_outlet import CHANNELS, LocalTimes, LslOutlet, guarded
from tests.server.lifting import make_set

RESOLVE_S = 10.0
PULL_S = 5.0
INFO = SensorInfo(200.0, model="BMI270", firmware="1.2")


def test_the_offset_is_that_of_the_most_punctual_packet():
    times = LocalTimes()
    assert times.offset_s is None
    rng = np.random.default_rng(3)
    delays = rng.uniform(0.004, 0.05, 400)
    stamps = []
    for k, delay_s in enumerate(delays):
        first_s = 0.05 * k
        times.arrived(first_s, first_s + 0.045, 1000.0 + first_s + 0.045 + delay_s)
        assert times.offset_s is not None
        stamps += [first_s + times.offset_s, first_s + 0.045 + times.offset_s]
    # Corrections are spread over packets, each by less than a sampling period.
    assert times.offset_s == pytest.approx(1000.0 + delays[:-20].min(), abs=1e-3)
    assert (np.diff(stamps) > 0).all()


def test_a_new_file_begins_at_zero_and_has_its_own_offset():
    times = LocalTimes()
    times.arrived(0.0, 0.05, 500.06)
    times.arrived(0.055, 0.105, 500.111)
    assert times.offset_s == pytest.approx(500.006)
    times.arrived(0.0, 0.05, 502.06)
    assert times.offset_s == pytest.approx(502.01)


@pytest.fixture
def lsl():
    try:
        return importlib.import_module("pylsl")
    except (ImportError, RuntimeError) as error:  # the latter without the native library
        pytest.skip(f"the Lab Streaming Layer is not installed: {error}")


@pytest.fixture
def streams(lsl):
    """An outlet and the inlets of its two streams, found over the network as another program would."""
    source_id = f"test-{uuid4()}"
    outlet = LslOutlet(Mount(), source_id)
    first = block(0, 1)
    outlet.take_items([first], INFO)  # the stream of samples opens with the first
    inlets = []
    for name in (source_id, f"{source_id}-markers"):
        found = lsl.resolve_byprop("source_id", name, timeout=RESOLVE_S)
        if not found:
            pytest.skip("this computer's network has no multicast, by which streams are found")
        inlet = lsl.StreamInlet(found[0])
        inlet.open_stream(timeout=PULL_S)
        inlets.append(inlet)
    yield outlet, *inlets
    for inlet in inlets:
        inlet.close_stream()


def block(first, count, period_s=0.005):
    rng = np.random.default_rng(first)
    t_s = (first + np.arange(count, dtype=np.float64)) * period_s
    return ImuBlock(t_s, rng.normal(0, 9, (count, 3)), rng.normal(0, 1, (count, 3)), first)


def pull(inlet, count):
    values, times = [], []
    while len(values) < count:
        more, when = inlet.pull_chunk(timeout=PULL_S, max_samples=count - len(values))
        assert more, f"{len(values)} of {count} came"
        values += more
        times += when
    return values, times


def test_samples_come_in_bit_for_bit_at_the_sensors_own_pace(streams, lsl):
    outlet, inlet, _ = streams
    sent = [block(1, 10), block(11, 10), block(40, 10)]
    outlet.take_items([sent[0]], INFO)
    before_s = lsl.local_clock()
    outlet.take_items([sent[1], Gap(0.1, 0.2, 19, "lost by the radio"), sent[2]], INFO)
    values, times = pull(inlet, 30)
    expected = np.concatenate([np.hstack([one.specific_force_mps2, one.gyro_radps]) for one in sent])
    np.testing.assert_array_equal(np.array(values), expected)
    t_s = np.concatenate([one.t_s for one in sent])
    np.testing.assert_allclose(np.diff(times[:10]), np.diff(t_s[:10]), atol=1e-9)
    np.testing.assert_allclose(np.diff(times[10:]), np.diff(t_s[10:]), atol=1e-9)
    # The last sample has just been taken: its stamp is the present, give or take a slow machine.
    assert abs(times[-1] - before_s) < 1.0


def test_the_stream_describes_itself(streams):
    _, inlet, _ = streams
    info = inlet.info(PULL_S)
    assert (info.name(), info.type(), info.nominal_srate()) == ("Upright", "IMU", 200.0)
    assert info.get_channel_labels() == [label for label, _, _ in CHANNELS]
    assert info.get_channel_units() == ["m/s^2"] * 3 + ["rad/s"] * 3
    assert info.desc().child("setup").child_value("model") == "BMI270"


def test_reps_sets_labels_and_gaps_are_markers_at_their_own_time(streams):
    outlet, _, markers = streams
    summary = make_set(0, n_reps=2)
    rep = summary.reps[0]
    outlet.take_items([SetLabel("back_squat", 140.0), Gap(0.0, 0.1, 19, "lost by the radio")], INFO)
    outlet.take_event(RepFinished(0, "back_squat", 140.0, rep, 4.5))
    outlet.take_event(SetFinished(summary))
    outlet.take_event(SensorGap(Gap(0.0, 0.1, 19)))  # said by the items already
    values, times = pull(markers, 4)
    said = [json.loads(text) for (text,) in values]
    assert [one["event"] for one in said] == ["label", "gap", "rep", "set"]
    assert (said[0]["exercise_id"], said[1]["missing"], said[3]["n_reps"]) == ("back_squat", 19, 2)
    assert said[2]["mean_concentric_velocity_mps"] == rep.mean_concentric_velocity_mps
    offset_s = times[2] - said[2]["t_s"]
    assert said[2]["t_s"] == rep.end_s
    assert times[3] - said[3]["t_s"] == pytest.approx(offset_s, abs=1e-9)


def test_nothing_is_marked_before_the_clock_is_known(lsl):
    outlet = LslOutlet(Mount(), f"test-{uuid4()}")
    outlet.take_event(SetFinished(make_set(0)))


def test_a_listener_that_fails_is_heard_of_once_and_ends_nothing(caplog):
    calls = []

    def listener(value):
        calls.append(value)
        raise OSError("no network")

    safe = guarded(listener)
    with caplog.at_level(logging.ERROR):
        safe(1)
        safe(2)
    assert calls == [1]
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("problem", "advice"),
    [(ImportError("no pylsl"), "--extra lsl"), (RuntimeError("no liblsl"), "liblsl")],
)
def test_what_is_not_installed_is_told(problem, advice, monkeypatch):
    def missing(name):
        raise problem

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(LslUnavailableError, match=advice):
        LslOutlet(Mount(), "x")
