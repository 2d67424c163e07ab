"""Reps that people split and merge: numbers from the recording, undone exactly, the same after a rebuild."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from analysis.regrouping import Merge, Split, regroup
from ingest.items import AccelBlock
from ingest.replay import open_recording
from server.annotation_files import AnnotationFiles
from server.app import create_app
from server.live import LiveHub
from server.reanalysis import rebuild_recording
from server.settings import Settings
from server.store import Store
from tests.server.conftest import ADDRESS
from tests.server.lifting import RecordingControls
from tests.server.recordings import RECORDING_ID, mislabelled

SESSION = f"/api/v1/sessions/{RECORDING_ID}"
SET = f"{SESSION}/sets/0"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A recording of squats, and its results."""
    folder = tmp_path_factory.mktemp("recorded")
    path = mislabelled(folder / "squats.mcap")
    with Store(f"sqlite:///{folder / 'results.db'}") as store:
        rebuild_recording(path, store, AnnotationFiles(folder))
    return folder


@pytest.fixture
def store(recorded, tmp_path):
    (tmp_path / "recordings").mkdir()
    shutil.copy(recorded / "squats.mcap", tmp_path / "recordings")
    shutil.copy(recorded / "results.db", tmp_path)
    with Store(f"sqlite:///{tmp_path / 'results.db'}") as opened:
        yield opened


@pytest.fixture
def recording_path(tmp_path):
    return tmp_path / "recordings" / "squats.mcap"


def post(client, path, status=200, **body):
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text[:300]
    return answer.json()


def inside(rep, fraction):
    return rep.start_s + fraction * (rep.end_s - rep.start_s)


def is_like(rep, other):
    """The same within two standard deviations: the set alone knows less than the session before it."""
    for name in ("mean_concentric_velocity", "range_of_motion"):
        unit = "mps" if "velocity" in name else "m"
        sd = getattr(other, f"{name}_sd_{unit}")
        assert getattr(rep, f"{name}_{unit}") == pytest.approx(getattr(other, f"{name}_{unit}"), abs=2 * sd)
        assert getattr(rep, f"{name}_sd_{unit}") == pytest.approx(sd, rel=0.5)
    assert rep.turning_point_s == pytest.approx(other.turning_point_s, abs=0.05)
    assert rep.measures.keys() == other.measures.keys()
    return True


# -- the numbers


@pytest.fixture(scope="module")
def squats(recorded):
    """The first set as it was found, and how to regroup it."""
    recording = open_recording(recorded / "squats.mcap")
    items = [item for _, some in recording.steps() for item in some]
    with Store(f"sqlite:///{recorded / 'results.db'}") as store:
        reps = store.set(RECORDING_ID, 0).summary.reps
    end_s = reps[-1].end_s
    assert end_s is not None
    part = [
        item
        for item in items
        if not isinstance(item, AccelBlock) and getattr(item, "t_s", [0.0])[0] < end_s + 5
    ]
    header = recording.header
    return reps, lambda given, *wishes: regroup(part, header.info, header.mount, "back_squat", given, wishes)


def test_two_reps_that_were_counted_as_one_have_their_own_numbers_when_it_is_split(squats):
    (one, other, last), regrouped = squats
    as_one = replace(one, concentric_end_s=other.concentric_end_s, end_s=other.end_s)
    result = regrouped((as_one, replace(last, index=1)), Split((one.end_s + other.start_s) / 2))
    assert [rep.index for rep in result.reps] == [0, 1, 2]
    assert is_like(result.reps[0], one)
    assert is_like(result.reps[1], other)
    assert result.reps[2].mean_concentric_velocity_mps == last.mean_concentric_velocity_mps
    assert (result.rejected, result.ignored) == ((), ())


def test_a_rep_that_was_counted_as_two_has_its_own_numbers_when_they_are_merged(squats):
    (one, other, last), regrouped = squats
    cut_s = inside(other, 0.7)
    halves = (
        replace(other, concentric_end_s=cut_s, end_s=cut_s),
        replace(other, index=2, start_s=cut_s, concentric_start_s=cut_s),
    )
    times = cut_s - 0.1, cut_s + 0.1
    result = regrouped((one, *halves, replace(last, index=3)), Merge(*times))
    assert [rep.index for rep in result.reps] == [0, 1, 2]
    assert is_like(result.reps[1], other)
    assert result.reps[1].quality.reasons[-1] == "2 reps counted as one by hand"


def test_what_is_no_rep_gets_no_numbers_but_a_reason(squats):
    (one, other, last), regrouped = squats
    # Split while it goes down: what is before has no lifting phase.
    result = regrouped((one, other, last), Split(inside(other, 0.2)))
    assert len(result.reps) == 3
    assert is_like(result.reps[1], other)
    assert "no lifting phase" in result.rejected[0].reason
    # A cut on the way up is uncertain in proportion: the phase has no edge there.
    cut = regrouped((one, other, last), Split(inside(other, 0.8))).reps[1]
    assert cut.mean_concentric_velocity_sd_mps > 5 * other.mean_concentric_velocity_sd_mps
    both = regrouped((one, other, last), Merge(one.turning_point_s, other.turning_point_s))
    assert "comes home in between" in both.rejected[0].reason
    assert regrouped((one, other, last), Split(last.end_s + 3), Merge(1.0, 1.0)).ignored == (0, 1)


# -- the laws


def test_split_then_merge_is_as_before_and_so_is_undo_of_anything(client, store):
    before = store.session(RECORDING_ID)
    rep = before.sets[0].reps[1]
    split = post(client, f"{SET}/split", rep_index=1, at_s=inside(rep, 0.8), reason="re-rack")["set"]
    after = store.session(RECORDING_ID)
    assert split["reps"][1]["made"] == "split"
    assert split["reps"][1]["made_reason"] == "re-rack"
    assert [one["made"] for one in split["reps"]].count("") == 2
    assert after != before
    assert after.sets[1:] == before.sets[1:]
    assert post(client, f"{SESSION}/undo")["words"] == "Undone: Rep 2 of set 1 split: re-rack"
    assert store.session(RECORDING_ID) == before
    post(client, f"{SESSION}/redo")
    assert store.session(RECORDING_ID) == after
    post(client, f"{SET}/exclude", rep_index=1, reason="failed", rep_start_s=rep.start_s)
    post(client, f"{SET}/restore", rep_index=1)
    assert store.session(RECORDING_ID) == after
    post(client, f"{SET}/restore", rep_index=1)
    assert store.session(RECORDING_ID) == before
    for _ in range(3):
        post(client, f"{SESSION}/undo")
    assert store.session(RECORDING_ID) == after
    assert post(client, f"{SESSION}/undo")["undo"] is None
    assert store.session(RECORDING_ID) == before


def test_two_parts_that_are_merged_are_the_rep_that_was_split(client, store):
    before = store.session(RECORDING_ID)
    other = before.sets[0].reps[1]
    # Late on the way up: what is left has a lifting phase too, if a short one.
    at_s = other.concentric_start_s + 0.55 * (other.concentric_end_s - other.concentric_start_s)
    split = post(client, f"{SET}/split", rep_index=1, at_s=at_s, reason="x")["set"]
    if len(split["reps"]) == 4:
        post(client, f"{SET}/merge", rep_index=1, reason="no, one")
    else:
        post(client, f"{SET}/restore", rep_index=1)
    assert store.session(RECORDING_ID) == before


def test_a_rebuild_and_a_restart_give_the_same_and_the_recording_never_changes(
    client, store, recording_path, tmp_path
):
    raw, before = recording_path.read_bytes(), store.session(RECORDING_ID)
    rep = before.sets[0].reps[0]
    post(client, f"{SET}/split", rep_index=0, at_s=inside(rep, 0.15), reason="walk-out")
    post(client, f"{SET}/exclude", rep_index=2, reason="spotter")
    client.patch(f"{SESSION}/sets/2", json={"load_kg": 107.5, "note": "belt"})
    edited = store.session(RECORDING_ID)
    files = AnnotationFiles(tmp_path)
    with Store("sqlite://") as rebuilt:
        assert rebuild_recording(recording_path, rebuilt, files).problem == ""
        assert rebuilt.session(RECORDING_ID) == edited
    # Another server, another browser: everything is undone there, one after the other.
    app = create_app(Settings(data_dir=tmp_path), LiveHub(), store, RecordingControls())
    with TestClient(app, base_url=ADDRESS, headers={"origin": ADDRESS}) as other:
        told = other.get(f"{SESSION}/history").json()
        assert [one["words"] for one in told["changes"]] == [
            "Set 3: load 107.5 kg (237 lb), note changed",
            "Rep 3 of set 1 left out: spotter",
            "Rep 1 of set 1 split: walk-out",
        ]
        assert [post(other, f"{SESSION}/undo")["set_index"] for _ in range(3)] == [2, 0, 0]
        assert [one["is_undone"] for one in other.get(f"{SESSION}/history").json()["changes"]] == [True] * 3
    assert store.session(RECORDING_ID) == before
    assert recording_path.read_bytes() == raw


def test_what_cannot_be_measured_is_refused_and_changes_nothing(client, store, recording_path):
    before = store.session(RECORDING_ID)
    rep = before.sets[0].reps[1]
    assert "lasts from" in post(client, f"{SET}/split", 422, rep_index=1, at_s=1.0, reason="x")["message"]
    bottom = post(client, f"{SET}/split", 409, rep_index=1, at_s=rep.turning_point_s, reason="x")
    assert "Neither part has a lifting phase" in bottom["message"]
    assert "comes home" in post(client, f"{SET}/merge", 409, rep_index=0, reason="x")["message"]
    post(client, f"{SET}/merge", 404, rep_index=2, reason="x")
    post(client, f"{SET}/restore", 409, rep_index=1)
    post(client, f"{SET}/exclude", rep_index=1, reason="x")
    out = post(client, f"{SET}/split", 409, rep_index=1, at_s=inside(rep, 0.8), reason="x")
    assert "left out" in out["message"]
    post(client, f"{SESSION}/undo")
    # Without the recording nothing is measured, but what was found comes back.
    post(client, f"{SET}/split", rep_index=1, at_s=inside(rep, 0.8), reason="x")
    recording_path.unlink()
    assert "not there" in post(client, f"{SET}/split", 409, rep_index=0, at_s=7.0, reason="x")["message"]
    post(client, f"{SESSION}/undo")
    assert store.session(RECORDING_ID) == before
    assert "not there" in post(client, f"{SESSION}/redo", 409)["message"]
