from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from analysis.config import ALGORITHM_VERSION
from analysis.document import (
    SCHEMA,
    analysis_document,
    gap_document,
    rep_document,
    set_document,
    trend_document,
)
from analysis.imu import Gap, Mount, SetLabel
from analysis.pipeline import analyze
from analysis.results import Estimate, RejectedMovement, Rep, SetSummary
from analysis.stability.history import Conditions, LiftedSet
from analysis.stability.judge import judge_lift
from tests.analysis.simulated import (
    block_of,
    constructed_rep,
    constructed_set,
    events_of,
    info_of,
    only_set,
    simulate,
)

SET_FIELDS = [
    "index",
    "exercise",
    "load_kg",
    "start_s",
    "end_s",
    "reps",
    "rejected",
    "velocity_loss_fraction",
    "stability",
]
REP_FIELDS = [
    "index",
    "start_s",
    "concentric_start_s",
    "concentric_end_s",
    "end_s",
    "mean_concentric_velocity_mps",
    "mean_concentric_velocity_sd_mps",
    "peak_concentric_velocity_mps",
    "peak_concentric_velocity_sd_mps",
    "mean_propulsive_velocity_mps",
    "range_of_motion_m",
    "range_of_motion_sd_m",
    "forward_drift_m",
    "forward_drift_sd_m",
    "max_forward_m",
    "quality",
]
RECORDING = {
    "sample_rate_hz": 200.1,
    "duration_s": 61.2,
    "samples": 12250,
    "lost_samples": 30,
    "clipped_samples": 0,
    "gaps": [gap_document(Gap(1.0, 1.2, 30, "lost by the radio"))],
}


def document(sets: list[SetSummary]):
    return analysis_document(RECORDING, sets, ())


def test_document_of_a_real_set_has_every_field_of_the_contract():
    found = document([only_set(events_of(simulate()))])
    assert {"schema", "algorithm", "recording", "sets", "trend"} <= set(found)
    assert (found["schema"], found["algorithm"]) == ("upright.analysis/1", ALGORITHM_VERSION)
    assert found["schema"] == SCHEMA
    assert found["recording"] == RECORDING
    (one,) = found["sets"]
    assert set(SET_FIELDS) <= set(one)
    assert len(one["reps"]) == 4
    for rep in one["reps"]:
        assert set(REP_FIELDS) <= set(rep)
        assert set(rep["quality"]) == {"state", "reasons"}
        assert rep["quality"]["state"] in ("good", "low_quality", "not_resolvable")
        assert "path" not in rep


@pytest.mark.parametrize("mount", [None, Mount()])
def test_document_is_strict_json_and_survives_the_round_trip(mount):
    recording = simulate()
    events = analyze([block_of(recording)], info_of(recording), mount, SetLabel())
    found = document([only_set(events)])
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_unknown_is_none():
    rep = rep_document(constructed_rep(forward_drift_m=None, max_forward_m=None, end_s=None))
    assert rep["forward_drift_m"] is rep["max_forward_m"] is rep["end_s"] is None
    one = set_document(replace(constructed_set(exercise_id=None), load_kg=None))
    assert one["exercise"] is one["load_kg"] is one["velocity_loss_fraction"] is None


def test_rejected_movements_carry_times_and_reason():
    one = set_document(replace(constructed_set(), rejected=(RejectedMovement(4.0, 5.0, "half rep"),)))
    assert one["rejected"] == [{"start_s": 4.0, "end_s": 5.0, "reason": "half rep"}]


def test_measures_come_with_their_state():
    measures = {"forward_displacement_m": Estimate(0.02, 0.003), "tilt_rad": Estimate(reason="no axis")}
    expected = {
        "forward_displacement_m": {"value": 0.02, "sd": 0.003, "state": "good", "reason": None},
        "tilt_rad": {"value": None, "sd": None, "state": "not_resolvable", "reason": "no axis"},
    }
    assert set_document(replace(constructed_set(), stability=measures))["stability"] == expected
    assert rep_document(constructed_rep(measures=measures))["measures"] == expected


def test_every_field_of_a_rep_but_its_path_is_in_the_document():
    assert set(rep_document(constructed_rep())) == {field.name for field in fields(Rep)} - {"path"}


def test_trend_is_by_exercise_with_the_numbers_behind_each_word():
    started_at = datetime(2026, 11, 2, tzinfo=UTC)
    measured = {"uprightness_loss_rad": Estimate(0.1, 0.002)}
    reps = tuple(constructed_rep(index=k, measures=measured) for k in range(3))
    sets = [
        LiftedSet.of(replace(constructed_set(k), reps=reps), "one", started_at, Conditions("shaft", "", ""))
        for k in range(5)
    ]
    verdict = judge_lift("back_squat", sets, ())
    assert verdict is not None
    found = trend_document([verdict])["back_squat"]
    assert found["word"] == "no clear change"
    assert found["parts"][0]["part"] == "uprightness_loss_rad"
    assert [point["value"] for point in found["parts"][0]["points"]] == [pytest.approx(0.1)] * 5
    assert json.loads(json.dumps(found, allow_nan=False)) == json.loads(json.dumps(found))
    assert trend_document([]) == {}
