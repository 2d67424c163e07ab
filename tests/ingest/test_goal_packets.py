from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.imu import SetLabel
from analysis.set_goal import SetGoal
from ingest.packets import label_packet, parse_label
from ingest.replay import ReplayOptions

velocities = st.floats(0.02, 5.0)
targets = st.tuples(velocities, velocities).filter(lambda pair: pair[0] < pair[1])
goals = st.builds(
    SetGoal,
    st.none() | st.floats(0.01, 0.9),
    st.none() | targets,
    st.none() | velocities,
    st.none() | st.integers(1, 100),
    st.booleans(),
)


@given(goals)
def test_a_goal_survives_its_packet_and_the_options_of_a_replay(goal):
    label = parse_label(label_packet(1.0, SetLabel("deadlift", 180.0, goal)).payload)
    assert label == SetLabel("deadlift", 180.0, goal)
    assert ReplayOptions(load_kg=1.0).apply(label) == label


def test_labels_without_a_goal_are_written_and_read_as_before():
    payload = b'{"exercise_id": "deadlift", "load_kg": 180.0}'
    assert label_packet(1.0, SetLabel("deadlift", 180.0)).payload == payload
    assert parse_label(payload) == SetLabel("deadlift", 180.0, None)


def test_parts_of_a_goal_that_are_not_known_yet_are_left():
    assert parse_label(b'{"goal": {"reps": 5, "tempo": "3-1-0"}}') == SetLabel(goal=SetGoal(reps=5))


@pytest.mark.parametrize(
    "goal",
    [
        [],
        {"reps": 0},
        {"reps": 2.5},
        {"reps": True},
        {"target_mps": 0.5},
        {"target_mps": [0.5]},
        {"target_mps": [None, 0.5]},
        {"target_mps": [0.5, "x"]},
        {"velocity_feedback": "no"},
        {"min_velocity_mps": [1]},
    ],
    ids=str,
)
def test_what_is_no_goal_is_a_value_error(goal):
    with pytest.raises(ValueError, match=r"goal|reps|target_mps|low|high|min_velocity|object"):
        parse_label(json.dumps({"goal": goal}).encode())
