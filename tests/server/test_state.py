from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.events import RepFinished
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
