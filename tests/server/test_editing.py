"""Edits over REST, the files that they leave, and results that are rebuilt from recordings and files."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from server.annotation_files import AnnotationFiles
from server.annotations import SessionAnnotation, SetAnnotation
from server.app import create_app
from server.export import Table, table_of
from server.live import LiveHub
from server.reanalysis import analyse_file, find_recording, rebuild_recording
from server.settings import Settings
from server.store import Store
from tests.server.conftest import ADDRESS
from tests.server.lifting import RecordingControls, make_set, recording
from tests.server.recordings import RECORDING_ID, mislabelled

ID = recording().recording_id
SESSION = f"/api/v1/sessions/{ID}"
NOBODY = "00000000-0000-0000-0000-000000000009"


@pytest.fixture
def stored(store):
    for index in range(3):
        store.save_set(recording(), make_set(index, start_s=100.0 * index))
    return store


@pytest.fixture
def anna(client):
    answer = client.post("/api/v1/athletes", json={"name": " Anna ", "body_mass_kg": 63})
    assert answer.status_code == 201
    return answer.json()


def patch(client, path, **changes):
    answer = client.patch(path, json=changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


# -- athletes


def test_athletes_are_added_listed_and_changed(client, anna, tmp_path):
    assert (anna["name"], anna["note"], anna["body_mass_kg"]) == ("Anna", "", 63)
    changed = patch(client, f"/api/v1/athletes/{anna['id']}", note="left-handed", body_mass_kg=None)
    assert changed == anna | {"note": "left-handed", "body_mass_kg": None}
    assert client.get("/api/v1/athletes").json() == [changed]
    (kept,) = json.loads((tmp_path / "athletes.json").read_text())["athletes"]
    assert (kept["id"], kept["name"], kept["note"]) == (anna["id"], "Anna", "left-handed")


def test_athletes_that_make_no_sense_are_refused(client, anna):
    for body in ({"name": " "}, {}, {"name": "B", "body_mass_kg": 5}, {"name": "B", "id": NOBODY}):
        assert client.post("/api/v1/athletes", json=body).status_code == 422
    taken = client.post("/api/v1/athletes", json={"name": "ANNA"})
    assert (taken.status_code, taken.json().keys()) == (409, {"code", "message", "hint"})
    assert client.patch(f"/api/v1/athletes/{NOBODY}", json={"note": "x"}).status_code == 404
    assert client.patch(f"/api/v1/athletes/{anna['id']}", json={"name": None}).status_code == 422


def test_athletes_return_from_their_file_when_the_database_is_gone(client, anna, tmp_path):
    with Store("sqlite://") as empty:
        create_app(Settings(data_dir=tmp_path), LiveHub(), empty, RecordingControls())
        assert [str(one.id) for one in empty.athletes()] == [anna["id"]]


def test_damaged_athletes_are_told_and_not_overwritten(client, anna, tmp_path):
    path = tmp_path / "athletes.json"
    path.write_text("{")
    answer = client.post("/api/v1/athletes", json={"name": "Ben"})
    assert answer.status_code == 409
    assert str(path) in answer.json()["hint"]
    assert path.read_text() == "{"
    assert client.get("/api/v1/athletes").json() == [anna]


def test_a_lost_athlete_is_not_taken_for_the_lifter_without_a_name(stored):
    stored.annotate(ID, SessionAnnotation(athlete_id=UUID(NOBODY)))
    assert stored.lifted_sets("back_squat", None) == ()
    assert len(stored.lifted_sets("back_squat", UUID(NOBODY))) == 3


@pytest.mark.usefixtures("stored")
def test_an_athlete_who_is_taken_out_leaves_the_sessions_to_nobody_named(client, store, anna, tmp_path):
    patch(client, SESSION, athlete_id=anna["id"], note="tired")
    before = client.get(SESSION).json()
    gone = client.delete(f"/api/v1/athletes/{anna['id']}")
    assert (gone.status_code, gone.json()) == (200, {"n_sessions": 1, "heir_id": None})
    assert client.get("/api/v1/athletes").json() == []
    after = client.get(SESSION).json()
    assert after["sets"] == before["sets"]
    assert after["session"] == before["session"] | {"athlete_id": None}
    assert len(store.lifted_sets("back_squat", None)) == 3
    assert anna["id"] not in "".join(path.read_text() for path in tmp_path.rglob("*.json"))
    assert client.delete(f"/api/v1/athletes/{anna['id']}").status_code == 404


@pytest.mark.usefixtures("stored")
def test_the_sessions_may_go_to_somebody_else(client, anna):
    ben = client.post("/api/v1/athletes", json={"name": "Ben"}).json()
    patch(client, SESSION, athlete_id=anna["id"])
    url = f"/api/v1/athletes/{anna['id']}"
    for heir in (anna["id"], NOBODY):
        assert client.delete(url, params={"heir_id": heir}).status_code == 422
    assert client.delete(url, params={"heir_id": ben["id"]}).json()["n_sessions"] == 1
    assert client.get(SESSION).json()["session"]["athlete_id"] == ben["id"]
    assert client.get("/api/v1/athletes").json() == [ben]


def test_an_athlete_is_taken_out_of_sessions_that_are_not_stored_now(client, anna, tmp_path):
    files = AnnotationFiles(tmp_path)
    files.keep_session(RECORDING_ID, SessionAnnotation(athlete_id=UUID(anna["id"]), note="away"))
    assert client.delete(f"/api/v1/athletes/{anna['id']}").json()["n_sessions"] == 1
    assert files.session(RECORDING_ID) == SessionAnnotation(note="away")


# -- sessions


@pytest.mark.usefixtures("stored")
def test_a_session_gets_an_athlete_a_title_and_a_note(client, store, anna):
    changed = patch(
        client, SESSION, athlete_id=anna["id"], title="Heavy", note="tired", velocity_feedback=True
    )
    assert (changed["athlete_id"], changed["title"], changed["note"]) == (anna["id"], "Heavy", "tired")
    store.save_recording(recording(1))
    mine = client.get("/api/v1/sessions", params={"athlete_id": anna["id"]}).json()
    assert [item["recording_id"] for item in mine] == [str(ID)]
    assert len(client.get("/api/v1/sessions").json()) == 2
    assert patch(client, SESSION, title=None, athlete_id=None)["title"] == "Monday squats"
    assert client.get("/api/v1/sessions", params={"athlete_id": anna["id"]}).json() == []
    assert client.get(SESSION).json()["session"]["note"] == "tired"


@pytest.mark.usefixtures("stored")
def test_a_running_session_keeps_what_was_said_of_it(client, hub, store):
    hub.start_session(recording())
    patch(client, SESSION, note="warm-up only")
    patch(client, f"{SESSION}/sets/0", rpe=7, note="easy")
    store.save_recording(replace(recording(), lost_samples=9))
    session = client.get(SESSION).json()
    assert (session["session"]["note"], session["session"]["lost_samples"]) == ("warm-up only", 9)
    assert session["sets"][0]["rpe"] == 7
    assert patch(client, f"{SESSION}/sets/0", load_kg=100)["set"]["load_kg"] == 100
    as_lift = patch(client, f"{SESSION}/sets/1", exercise_id="deadlift")
    assert "The session is running: the set was only relabelled" in as_lift["notice"]
    refused = client.post(f"{SESSION}/sets/0/split", json={"rep_index": 0, "at_s": 2.5, "reason": "two"})
    assert (refused.status_code, refused.json()["code"]) == (409, "edit_refused")


# -- sets


@pytest.mark.usefixtures("stored")
def test_a_corrected_load_counts_and_the_label_stays_visible(client, tmp_path):
    edited = patch(client, f"{SESSION}/sets/1", load_kg=150, rpe=8.5, note="belt", velocity_feedback=False)[
        "set"
    ]
    assert (edited["load_kg"], edited["labelled_load_kg"]) == (150, 140)
    assert (edited["rpe"], edited["note"], edited["velocity_feedback"]) == (8.5, "belt", False)
    assert client.get("/api/v1/sets").json()[1]["set"]["load_kg"] == 150
    back = patch(client, f"{SESSION}/sets/1", load_kg=None, rpe=None, note=None, velocity_feedback=None)[
        "set"
    ]
    assert (back["load_kg"], back["rpe"], back["note"]) == (140, None, "")
    assert "sets" not in json.loads((tmp_path / "annotations" / f"{ID}.json").read_text())


@pytest.mark.usefixtures("stored")
def test_an_excluded_rep_is_listed_and_does_not_count_until_it_does_again(client, store):
    before = client.get(f"{SESSION}/sets/0").json()
    edited = patch(client, f"{SESSION}/sets/0", excluded_reps=[{"rep_index": 0, "reason": "bounced"}])["set"]
    assert [rep["excluded_reason"] for rep in edited["reps"]] == ["bounced", "", "", "", ""]
    assert edited["velocity_loss_fraction"] < before["set"]["velocity_loss_fraction"]
    line = client.get("/api/v1/sets").json()[2]
    assert (line["n_reps"], line["best_mean_velocity_mps"]) == (4, pytest.approx(0.595))
    assert client.get("/api/v1/sessions").json()[0]["n_reps"] == 14
    # What is said later does not undo it; taking it back gives exactly what was there.
    assert patch(client, f"{SESSION}/sets/0", rpe=9)["set"]["reps"][0]["excluded_reason"] == "bounced"
    assert patch(client, f"{SESSION}/sets/0", excluded_reps=[], rpe=None) == before
    assert store.session(ID).sets[0] == make_set(0)


@pytest.mark.usefixtures("stored")
def test_a_corrected_lift_without_its_recording_is_relabelled_and_said(client, store):
    edited = patch(client, f"{SESSION}/sets/0", exercise_id="deadlift")
    assert "recording is not there" in edited["notice"]
    assert (edited["set"]["exercise_id"], edited["set"]["labelled_exercise_id"]) == ("deadlift", "back_squat")
    assert edited["set"]["analysed_exercise_id"] == "back_squat"
    assert [item.summary.index for item in store.lifted_sets("back_squat", None)] == [1, 2]
    assert [item.summary.index for item in store.lifted_sets("deadlift", None)] == [0]
    back = patch(client, f"{SESSION}/sets/0", exercise_id=None)
    assert back["notice"] == ""
    assert store.session(ID).sets[0] == make_set(0)


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("path", "body", "status_code"),
    [
        (f"{SESSION}/sets/9", {"rpe": 5}, 404),
        (f"/api/v1/sessions/{NOBODY}/sets/0", {"rpe": 5}, 404),
        (f"/api/v1/sessions/{NOBODY}", {"note": "x"}, 404),
        (SESSION, {"athlete_id": NOBODY}, 422),
        (SESSION, {"title": "x" * 201}, 422),
        (SESSION, {"recording_id": NOBODY}, 422),
        (f"{SESSION}/sets/0", {"exercise_id": "curl"}, 422),
        (f"{SESSION}/sets/0", {"rpe": 7.3}, 422),
        (f"{SESSION}/sets/0", {"rpe": 11}, 422),
        (f"{SESSION}/sets/0", {"load_kg": -1}, 422),
        (f"{SESSION}/sets/0", {"excluded_reps": [{"rep_index": 5, "reason": "x"}]}, 422),
        (f"{SESSION}/sets/0", {"excluded_reps": [{"rep_index": 0, "reason": ""}]}, 422),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused_and_changes_nothing(
    path, body, status_code, client, tmp_path
):
    before = client.get(SESSION).json()
    answer = client.patch(path, json=body)
    assert (answer.status_code, answer.json().keys()) == (status_code, {"code", "message", "hint"})
    assert client.get(SESSION).json() == before
    assert not (tmp_path / "annotations").exists()


@pytest.mark.usefixtures("stored")
def test_damaged_annotations_are_told_and_not_overwritten(client, tmp_path):
    before = patch(client, f"{SESSION}/sets/0", rpe=8)
    path = tmp_path / "annotations" / f"{ID}.json"
    path.write_text("not JSON")
    answer = client.patch(f"{SESSION}/sets/0", json={"rpe": 9})
    assert (answer.status_code, answer.json()["code"]) == (409, "annotations_unusable")
    assert path.read_text() == "not JSON"
    assert client.get(f"{SESSION}/sets/0").json() == before


def test_edits_pass_the_gate_like_everything_else(app):
    with TestClient(app, base_url=ADDRESS) as foreign:
        for headers in ({}, {"origin": "http://evil.example"}):
            assert foreign.patch(SESSION, json={"note": "x"}, headers=headers).status_code == 403
            assert foreign.post("/api/v1/athletes", json={"name": "x"}, headers=headers).status_code == 403


def test_lifted_sets_come_in_the_order_of_time_up_to_a_moment(store):
    for number in (1, 0):
        for index in range(2):
            store.save_set(recording(number), make_set(index, start_s=100.0 * index))
    store.annotate(recording(1).recording_id, SessionAnnotation(velocity_feedback=True))
    found = store.lifted_sets("back_squat", None)
    assert [(item.recording.recording_id.int, item.summary.index) for item in found] == [
        (1, 0),
        (1, 1),
        (2, 0),
        (2, 1),
    ]
    assert [item.velocity_feedback for item in found] == [None, None, True, True]
    assert store.lifted_sets("back_squat", None, found[3].lifted_at) == found[:3]
    assert store.lifted_sets("back_squat", None, found[0].lifted_at + timedelta(seconds=1)) == found[:1]
    assert store.lifted_sets("deadlift", None) == ()


# -- recordings


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    return mislabelled(tmp_path_factory.mktemp("recordings") / "renamed.mcap")


@pytest.fixture
def folder(recorded, tmp_path):
    """A data folder with a recording whose second set has the label of the first, which is another lift."""
    (tmp_path / "recordings").mkdir()
    shutil.copy(recorded, tmp_path / "recordings")
    return tmp_path


@pytest.fixture
def files(folder):
    return AnnotationFiles(folder)


def everything(store):
    session = store.session(RECORDING_ID)
    return session, {table: table_of(table, session, {}).to_dict(as_series=False) for table in Table}


def test_a_corrected_lift_is_analysed_anew_and_a_rebuild_gives_the_same(client, store, folder, files):
    path = folder / "recordings" / "renamed.mcap"
    raw = path.read_bytes()
    rebuild_recording(path, store, files)
    before = store.session(RECORDING_ID)
    address = f"/api/v1/sessions/{RECORDING_ID}"
    edited = patch(client, f"{address}/sets/1", exercise_id="deadlift", load_kg=142.5)
    one = edited["set"]
    assert (edited["notice"], one["index"], len(one["reps"])) == ("", 1, 3)
    assert (one["exercise_id"], one["analysed_exercise_id"]) == ("deadlift", "deadlift")
    assert (one["labelled_exercise_id"], one["labelled_load_kg"], one["load_kg"]) == (
        "back_squat",
        100,
        142.5,
    )
    # A deadlift starts on the floor: its first phase is the way up, which a squat's is not.
    assert all(rep["turning_point_s"] >= rep["concentric_end_s"] for rep in one["reps"])
    after = store.session(RECORDING_ID)
    assert after.sets[0] == before.sets[0]
    assert [item.labelled for item in after.stored_sets] == [item.labelled for item in before.stored_sets]
    assert [item.summary.exercise_id for item in after.stored_sets] == [
        "back_squat",
        "deadlift",
        "back_squat",
    ]

    patch(client, f"{address}/sets/1", excluded_reps=[{"rep_index": 2, "reason": "hitched"}], rpe=9.5)
    patch(client, f"{address}/sets/2", excluded_reps=[{"rep_index": 0, "reason": "x"}], load_kg=107.5)
    patch(client, address, title="Friday", velocity_feedback=False)
    expected = everything(store)
    with Store("sqlite://") as rebuilt:
        rebuild_recording(path, rebuilt, files)
        assert everything(rebuilt) == expected

    # Taken back, everything is as it was; the recording never changed.
    patch(client, f"{address}/sets/1", exercise_id=None, load_kg=None, excluded_reps=[], rpe=None)
    patch(client, f"{address}/sets/2", excluded_reps=[], load_kg=None)
    patch(client, address, title=None, velocity_feedback=None)
    assert store.session(RECORDING_ID) == before
    assert path.read_bytes() == raw


def test_two_sets_of_one_label_can_both_be_corrected(recorded):
    plain = analyse_file(recorded, SessionAnnotation()).sets
    said = tuple(
        SetAnnotation(item.summary.start_s, item.summary.end_s, exercise_id="deadlift") for item in plain[:2]
    )
    found = analyse_file(recorded, SessionAnnotation(sets=said)).sets
    by_label = {
        (item.summary.exercise_id, item.labelled.exercise_id, item.labelled.load_kg) for item in found
    }
    assert by_label == {("deadlift", "back_squat", 100.0), ("back_squat", "back_squat", 105.0)}


def test_a_lift_that_leaves_no_rep_is_refused_and_nothing_changes(client, store, folder, files, monkeypatch):
    rebuild_recording(folder / "recordings" / "renamed.mcap", store, files)
    before = everything(store)
    real = analyse_file

    def without_the_set(path, annotation):
        found = real(path, annotation)
        return replace(found, sets=(found.sets[0], found.sets[2]))

    monkeypatch.setattr("server.bringing.analyse_file", without_the_set)
    answer = client.patch(f"/api/v1/sessions/{RECORDING_ID}/sets/1", json={"exercise_id": "deadlift"})
    assert answer.status_code == 409
    assert "not a single rep" in answer.json()["message"]
    assert everything(store) == before
    assert files.session(RECORDING_ID) == SessionAnnotation()


def test_a_recording_that_cannot_be_read_is_told(client, store, folder, files):
    path = folder / "recordings" / "renamed.mcap"
    rebuild_recording(path, store, files)
    path.write_bytes(b"gone")
    assert find_recording(folder / "recordings", RECORDING_ID) is None
    edited = patch(client, f"/api/v1/sessions/{RECORDING_ID}/sets/1", exercise_id="deadlift")
    assert "relabelled" in edited["notice"]


def test_a_rebuild_tells_of_annotations_that_it_cannot_use_and_keeps_them(store, folder, files):
    path = folder / "recordings" / "renamed.mcap"
    files.keep_session(RECORDING_ID, SessionAnnotation(sets=(SetAnnotation(900, 910, rpe=5.0),)))
    assert "1 of its annotations" in rebuild_recording(path, store, files).problem
    files.session_path(RECORDING_ID).write_text("{")
    rebuilt = rebuild_recording(path, store, files)
    assert "cannot be used" in rebuilt.problem
    assert rebuilt.n_sets == len(store.session(RECORDING_ID).sets) == 3
    assert files.session_path(RECORDING_ID).read_text() == "{"


def test_a_database_of_before_annotations_keeps_its_sets(tmp_path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", "server:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        connection.execute(text("PRAGMA foreign_keys = ON"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.execute(
            text(
                "INSERT INTO recording VALUES "
                f"('{ID.hex}', '2026-11-02 17:30:00', 'old', 'T', 'sensor', '', 'shaft', 200, 0)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO training_set (recording_id, set_index, algorithm, exercise_id, load_kg, start_s,"
                " end_s, n_reps, sample_rate_hz, lost_samples, clipped_samples, rejected)"
                f" VALUES ('{ID.hex}', 0, 'old', 'back_squat', 140, 1, 9, 0, 200, 0, 0, '[]')"
            )
        )
    engine.dispose()
    with Store(url) as store:
        (old,) = store.session(ID).stored_sets
        assert (old.labelled.exercise_id, old.labelled.load_kg, old.note) == ("back_squat", 140, "")
        assert old.recording.athlete_id is None
