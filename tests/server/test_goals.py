from __future__ import annotations

from dataclasses import asdict, fields, replace

import pytest

from analysis.events import RepFinished
from analysis.imu import SetLabel
from analysis.set_goal import RepAdvice, SetAdvice, SetGoal
from server.goal_schemas import AdviceModel, GoalModel, GoalRequest, RepAdviceModel
from server.state import LiveState
from tests.server.lifting import make_rep, make_set, recording

GOAL = SetGoal(0.2, (0.5, 0.7), 0.3, 5)


def names(dataclass):
    return {field.name for field in fields(dataclass)}


@pytest.fixture
def state():
    started = LiveState()
    started.start(recording())
    return started


def lift(state, *velocities, goal: SetGoal | None = GOAL, exercise_id="back_squat"):
    open_set = None
    for i, mps in enumerate(velocities):
        rep = make_rep(i, velocity_mps=mps)
        open_set = state.take_rep(RepFinished(0, exercise_id, 140.0, rep, 1.0, goal)).open_set
    assert open_set is not None
    return open_set


def test_no_field_is_lost_on_the_way_to_the_browser():
    assert names(SetGoal) == set(GoalModel.model_fields) == set(GoalRequest.model_fields)
    assert names(SetAdvice) == set(AdviceModel.model_fields)
    assert names(RepAdvice) == set(RepAdviceModel.model_fields)


def test_reps_carry_the_advice_and_the_snapshot_has_it_too(state):
    assert not lift(state, 0.60, 0.58).advice.stop
    open_set = lift(state, 0.60, 0.58, 0.47)
    assert open_set.advice.stop
    assert open_set.advice.stopped_at == 2
    assert [rep.zone for rep in open_set.advice.reps] == ["in", "in", "below"]
    assert state.snapshot(0).open_set == open_set


def test_a_set_without_a_goal_has_no_advice(state):
    open_set = lift(state, 0.60, 0.30, goal=None)
    assert (open_set.goal, open_set.advice) == (None, None)


def test_a_lift_is_judged_by_its_main_velocity(state):
    open_set = lift(state, 0.60, exercise_id="power_clean")
    assert open_set.advice.main_velocity == "peak"
    assert open_set.advice.reps[0].velocity_mps == pytest.approx(1.02)


def test_a_closed_set_keeps_its_goal_and_says_what_was_shown(state):
    lift(state, 0.60)
    closed = state.take_set(replace(make_set(0), goal=GOAL, velocity_feedback=True)).set
    assert closed.goal == GoalModel(**asdict(GOAL))
    assert len(closed.advice.reps) == 5
    assert closed.velocity_feedback is True
    assert state.take_set(make_set(1)).set.goal is None


@pytest.mark.usefixtures("state")
def test_a_goal_comes_with_the_label(client, controls):
    goal = {"velocity_loss_stop_fraction": 0.2, "target_mps": [0.5, 0.7], "velocity_feedback": False}
    answer = client.post("/api/v1/live/label", json={"exercise_id": "deadlift", "goal": goal})
    assert answer.status_code == 200
    wanted = SetGoal(0.2, (0.5, 0.7), velocity_feedback=False)
    assert controls.labels == [SetLabel("deadlift", None, wanted)]
    assert answer.json()["goal"] == goal | {"min_velocity_mps": None, "reps": None}
    assert client.get("/api/v1/live").json()["label"]["goal"] == answer.json()["goal"]


@pytest.mark.parametrize(
    "goal",
    [
        {"velocity_loss_stop_fraction": 20},
        {"target_mps": [0.7, 0.5]},
        {"target_mps": [0.5]},
        {"reps": 2.5},
        {"reps": 0},
        {"velocity_feedback": "no"},
        {"tempo": 3},
    ],
    ids=str,
)
def test_what_is_no_goal_is_refused_with_the_reason(goal, client, controls):
    answer = client.post("/api/v1/live/label", json={"goal": goal})
    assert answer.status_code == 422
    assert answer.json().keys() == {"code", "message", "hint"}
    assert controls.labels == []


def test_what_was_shown_is_none_until_it_is_stored(store):
    """The recording has it; the column comes with its own migration."""
    store.save_set(recording(), make_set(0))
    assert store.set(recording().recording_id, 0).summary.velocity_feedback is None
