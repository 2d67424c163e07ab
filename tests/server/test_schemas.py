from __future__ import annotations

from dataclasses import fields

from analysis.results import Rep, SetSummary
from server.messages import LiveMessage
from server.paths import MAX_POINTS
from server.schemas import RepModel, SetModel, exercise_name
from tests.server.lifting import make_rep


def names(dataclass):
    return {field.name for field in fields(dataclass)}


def test_no_field_of_the_signal_core_is_lost_on_the_way_to_the_browser():
    assert names(Rep) | {"excluded_reason", "made", "made_reason"} == set(RepModel.model_fields)
    assert names(SetSummary) | {"exercise_name", "advice"} == set(SetModel.model_fields)


def test_paths_are_thinned_to_tenths_of_a_millimetre():
    path = RepModel.of(make_rep(0)).path
    for values in (path.t_s, path.forward_m, path.up_m, path.forward_sd_m):
        assert values is not None
        assert len(values) == MAX_POINTS
        assert all(value is not None and round(value, 4) == value for value in values)


def test_an_exercise_that_the_catalogue_does_not_know_stands_for_itself():
    assert exercise_name("back_squat") == "Back squat"
    assert exercise_name("zercher_squat") == "zercher_squat"
    assert exercise_name(None) is None


def test_every_live_message_names_its_type_and_schema():
    types = set()
    for message in LiveMessage.__args__:
        assert message.model_fields["schema_version"].default == 1
        types.add(message.model_fields["type"].default)
    lasting = {"snapshot", "rep", "set", "edit", "corrected", "progress", "gap", "link", "label", "session"}
    assert types == lasting | {"velocity", "heartbeat", "health"}
