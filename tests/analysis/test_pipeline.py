"""When sets open and close, and what is said on the way. What must hold in general is in test_laws.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.errors import UnknownExerciseError
from analysis.estimator import MotionEstimate
from analysis.events import RepFinished, SensorGap, SetFinished, VelocitySample
from analysis.imu import Gap, ImuBlock, SetLabel
from analysis.pipeline import SetAnalyzer, analyze
from firmware_sim.offline import OfflineRecording, simulate_offline
from firmware_sim.scenarios import single_set
from tests.analysis.simulated import (
    block_of,
    events_of,
    info_of,
    label_of,
    mount_of,
    only_set,
    sets_in,
    simulate,
    without_strip,
)


def rested(tail_s: float) -> OfflineRecording:
    """A set of deadlifts and a bar that lies still afterwards."""
    return simulate_offline(single_set("deadlift", 2, 100.0, 211), tail_s=tail_s)


def analyzer_of(recording: OfflineRecording, config: AnalysisConfig | None = None) -> SetAnalyzer:
    return SetAnalyzer(info_of(recording), mount_of(recording), label_of(recording), config)


def test_set_closes_by_itself_when_the_bar_has_been_still_long_enough():
    recording = rested(12.0)
    analyzer = analyzer_of(recording)
    assert not analyzer.set_is_open
    events = analyzer.push(block_of(recording))
    assert len(only_set(events).reps) == 2
    assert not analyzer.set_is_open
    assert without_strip(analyzer.finish()) == []


def test_set_stays_open_until_then_and_finish_closes_it():
    recording = rested(0.5)
    analyzer = analyzer_of(recording)
    events = analyzer.push(block_of(recording))
    assert sets_in(events) == []
    assert analyzer.set_is_open
    assert len(only_set(analyzer.finish()).reps) == 2


def test_label_closes_the_set_and_names_the_next():
    recording = rested(0.5)
    analyzer = analyzer_of(recording)
    analyzer.push(block_of(recording))
    (summary,) = sets_in(analyzer.push(SetLabel("back_squat", 60.0)))
    assert summary.exercise_id == "deadlift"
    assert not analyzer.set_is_open


def test_unknown_exercise_is_refused_when_it_is_told():
    recording = rested(0.5)
    with pytest.raises(UnknownExerciseError):
        SetAnalyzer(info_of(recording), label=SetLabel("jump_rope"))
    with pytest.raises(UnknownExerciseError):
        analyzer_of(recording).push(SetLabel("jump_rope"))


def test_strip_comes_at_its_rate_in_the_order_of_time():
    recording = simulate()
    strip = [event for event in events_of(recording) if isinstance(event, VelocitySample)]
    steps_s = np.diff([sample.t_s for sample in strip])
    # 200 Hz over a whole number of samples that is nearest to 30 Hz.
    assert steps_s.min() > 0
    assert np.median(steps_s) == pytest.approx(7 / 200, rel=0.01)
    assert strip[-1].t_s > recording.t_s[-1] - 0.2


def test_rep_is_reported_within_two_seconds_of_its_end():
    recording = simulate()
    for event in events_of(recording):
        if isinstance(event, RepFinished):
            last_s = max(event.rep.concentric_end_s, event.rep.end_s or 0.0)
            assert 0 <= event.detected_s - last_s < 2.0


def test_gap_is_passed_on_as_an_event():
    recording = simulate()
    gap = Gap(float(recording.t_s[99]), float(recording.t_s[200]), 100, "lost by the radio")
    analyzer = analyzer_of(recording)
    analyzer.push(block_of(recording, 0, 100))
    assert SensorGap(gap) in analyzer.push(gap)


def test_final_motion_is_handed_over_before_the_set_is_reported():
    recording = simulate()
    seen: list[MotionEstimate] = []
    analyzer = SetAnalyzer(
        info_of(recording), mount_of(recording), label_of(recording), on_motion=seen.append
    )
    analyzer.push(block_of(recording))
    assert seen == []
    summary = only_set(analyzer.finish())
    (motion,) = seen
    assert len(motion.found.accepted) == len(summary.reps)


def test_set_that_never_ends_is_closed_by_force_and_no_rep_is_lost_or_counted_twice():
    recording = simulate("back_squat", 212, n_reps=8)
    config = AnalysisConfig()
    config = replace(config, live=replace(config.live, max_set_s=15.0))
    events = analyze(
        [block_of(recording)], info_of(recording), mount_of(recording), label_of(recording), config
    )
    found = sets_in(events)
    assert len(found) > 1
    starts_s = [rep.start_s for summary in found for rep in summary.reps]
    assert starts_s == sorted(starts_s)
    assert min(np.diff(starts_s)) > 1.0
    assert len(starts_s) == 8


def test_idle_stream_keeps_a_bounded_number_of_samples():
    rest = simulate()
    n, rate_hz = 40_000, rest.sample_rate_hz
    noise = np.random.default_rng(4).normal((0.0, 0.0, 9.81, 0.0, 0.0, 0.0), 1e-3, (n, 6))
    analyzer = analyzer_of(rest)
    analyzer.push(ImuBlock(np.arange(n) / rate_hz, noise[:, :3], noise[:, 3:]))
    kept = AnalysisConfig().live.idle_keep_s * rate_hz
    assert len(analyzer._buffer) <= kept + analyzer._tick_samples


def test_analyze_is_the_loop_over_push():
    recording = simulate()
    analyzer = analyzer_of(recording)
    events = [*analyzer.push(block_of(recording)), *analyzer.finish()]
    assert events == events_of(recording)
    assert isinstance(events[-1], SetFinished)


def test_empty_stream_has_no_events():
    assert analyze([], info_of(simulate())) == []
