from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.events import RepFinished, SetPhase, SetProgress
from analysis.imu import Gap, SetLabel
from server.session import LinkState
from server.state import LiveState
from tests.server.lifting import make_rep, make_set, recording, status


@pytest.fixture
def state():
    started = LiveState()
    started.start(recording())
    return started


def rep_event(index, *, set_index=0, **changes):
    return RepFinished(set_index, "back_squat", 140.0, make_rep(index, **changes), 1.0)


def test_reps_gather_in_the_open_set(state):
    for index in range(3):
        state.take_rep(rep_event(index, velocity_mps=0.6 - 0.06 * index))
    open_set = state.snapshot(0).open_set
    assert [rep.index for rep in open_set.reps] == [0, 1, 2]
    assert (open_set.exercise_name, open_set.load_kg) == ("Back squat", 140.0)
    assert open_set.velocity_loss_fraction == pytest.approx(0.2)


def test_a_rep_that_is_told_again_replaces_itself(state):
    state.take_rep(rep_event(0, velocity_mps=0.6))
    state.take_rep(rep_event(0, velocity_mps=0.5))
    (rep,) = state.snapshot(0).open_set.reps
    assert rep.mean_concentric_velocity_mps == 0.5


def test_a_closed_set_leaves_the_open_place_and_has_the_final_numbers(state):
    state.take_rep(rep_event(0, velocity_mps=0.9))
    state.take_set(make_set(0))
    snapshot = state.snapshot(0)
    assert snapshot.open_set is None
    assert snapshot.sets[0].reps[0].mean_concentric_velocity_mps == 0.62


def test_a_late_close_does_not_close_the_next_set(state):
    state.take_rep(rep_event(0, set_index=1))
    state.take_set(make_set(0))
    assert state.snapshot(0).open_set.index == 1


def test_a_set_that_is_told_again_replaces_itself(state):
    state.take_set(make_set(0))
    state.take_set(make_set(0, n_reps=2))
    assert [len(item.reps) for item in state.snapshot(0).sets] == [2]


def test_the_verdicts_come_with_the_sets_and_judges_them_in_words(state):
    words = [state.take_set(make_set(index)).verdicts[0].word.value for index in range(6)]
    assert words[:4] == ["too little data"] * 4  # no baseline: five sets are needed
    assert words[-1] == "clearly worse"


def test_gaps_are_counted(state):
    state.take_gap(Gap(1.0, 1.1, 20))
    state.take_gap(Gap(2.0, 2.1, 5))
    snapshot = state.snapshot(0)
    assert (snapshot.n_gaps, snapshot.gap_samples) == (2, 25)


def test_a_new_session_empties_all_but_the_link(state):
    state.take_link(status(LinkState.CONNECTED))
    state.take_label(SetLabel("deadlift", 180.0))
    state.take_set(make_set(0))
    state.take_gap(Gap(1.0, 1.1, 20))
    state.start(recording(1))
    fresh = LiveState()
    fresh.start(recording(1))
    fresh.take_link(status(LinkState.CONNECTED))
    assert state.snapshot(0) == fresh.snapshot(0)


def test_the_end_keeps_the_sets(state):
    state.take_set(make_set(0))
    state.end()
    snapshot = state.snapshot(0)
    assert snapshot.session is None
    assert len(snapshot.sets) == 1


def test_unknown_is_null_and_never_nan(state):
    nan = float("nan")
    rep = replace(make_rep(0, drift_m=None), mean_concentric_velocity_mps=nan)
    text = state.take_rep(RepFinished(0, None, None, rep, 1.0)).to_json()
    assert "NaN" not in text
    assert '"mean_concentric_velocity_mps":null' in text
    assert '"forward_drift_m":null' in text
    assert '"exercise_name":null' in text


def test_what_is_typical_comes_with_the_rep_and_with_the_label(state):
    assert state.take_rep(rep_event(0)).typical.source == "none"
    for index in range(3):
        state.take_set(make_set(index))
    told = state.take_rep(rep_event(0, set_index=3)).typical
    assert told.source == "session"
    assert told.n_reps == 15
    assert told.usual.low < 0.022 < told.usual.high
    assert state.take_label(SetLabel("deadlift", 180.0)).typical.source == "none"
    assert state.take_label(SetLabel()).typical is None
    assert state.snapshot(0).typical is None


def test_the_rest_is_counted_in_the_sensors_time(state):
    assert state.snapshot(0).last_rep_age_s is None
    event = replace(rep_event(0, start_s=10.0), detected_s=14.5)
    assert state.take_rep(event).last_rep_age_s == pytest.approx(1.5)
    state.newest_s = 103.0
    assert state.snapshot(0).last_rep_age_s == pytest.approx(90.0)
    state.start(recording(1))
    assert state.snapshot(0).last_rep_age_s is None


def test_a_close_that_is_near_is_known_to_those_who_come_late(state):
    assert state.snapshot(0).progress is None
    said = state.take_progress(SetProgress(20.0, 0, SetPhase.CLOSING, 4.0)).progress
    assert (said.phase, said.closes_in_s) == (SetPhase.CLOSING, 4.0)
    state.newest_s = 23.0
    assert state.snapshot(0).progress.closes_in_s == pytest.approx(1.0)
