from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from analysis import exercises
from analysis.exercises import CATALOGUE
from server.app import create_app
from server.live import LiveHub
from server.settings import Settings
from server.store import Store
from tests.server.lifting import RecordingControls

ZERCHER = 'name = "Zercher squat"\nfirst = "down"\nstarts_from = "rack"\nusual_rom_m = [0.25, 0.95]\n'


@pytest.fixture(autouse=True)
def forgets_own_lifts():
    """Each test is a process of its own as far as added lifts go."""
    known, words = dict(exercises._lifts), dict(exercises._ids_by_words)
    yield
    exercises._lifts.clear()
    exercises._lifts.update(known)
    exercises._ids_by_words.clear()
    exercises._ids_by_words.update(words)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lifts").mkdir()
    (tmp_path / "lifts" / "zercher_squat.toml").write_text(ZERCHER, encoding="utf-8")
    return tmp_path


def words(text):
    return " ".join(text.split())


def test_the_table_names_every_lift(upright, tmp_path):
    done = upright("exercises", "--data-dir", tmp_path)
    assert (done.code, done.err) == (0, "")
    for lift in CATALOGUE.values():
        assert lift.id in done.out
    assert f"{tmp_path}/lifts/ID.toml" in done.out
    assert "zercher" not in done.out


@pytest.mark.parametrize("exercise_id", CATALOGUE)
def test_everything_about_one_comes_with_its_source(upright, tmp_path, exercise_id):
    lift = CATALOGUE[exercise_id]
    text = words(upright("exercises", exercise_id, "--data-dir", tmp_path).out)
    assert lift.name in text
    for alias in lift.aliases:
        assert alias in text
    if lift.one_rm_velocity is None:
        assert "not known, so that there is no load-velocity profile" in text
    else:
        assert words(lift.one_rm_velocity.source) in text
        assert f"({lift.main_velocity}), {lift.one_rm_velocity.confidence}" in text


def test_an_unknown_one_is_an_error(refused, tmp_path):
    assert "unknown exercise 'curl'" in refused("exercises", "curl", "--data-dir", tmp_path)


def test_a_lift_of_the_users_own_is_everywhere(upright, folder, squats):
    assert "zercher_squat" in upright("exercises", "--data-dir", folder).out
    done = upright("analyze", squats.csv, "--exercise", "zercher_squat", "--data-dir", folder)
    assert done.code == 0
    assert "zercher squat" in done.out
    with Store("sqlite://") as store:
        app = create_app(Settings(data_dir=folder), LiveHub(), store, RecordingControls())
        with TestClient(app, base_url="http://127.0.0.1:8000") as client:
            listed = {item["id"]: item for item in client.get("/api/v1/exercises").json()}
            label = client.post(
                "/api/v1/live/label",
                json={"exercise_id": "zercher_squat"},
                headers={"origin": "http://127.0.0.1:8000"},
            )
    assert listed["zercher_squat"]["name"] == "Zercher squat"
    assert listed["zercher_squat"]["threshold"] is None
    assert label.json()["exercise_name"] == "Zercher squat"


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("back_squat.toml", ZERCHER, "back_squat.toml: there is a lift with this id already"),
        (
            "my_press.toml",
            ZERCHER.replace("Zercher squat", "Military press"),
            "my_press.toml: the name 'Military press' is overhead_press already",
        ),
        ("odd.toml", ZERCHER.replace("down", "sideways"), "odd.toml: first: 'sideways' is none of"),
    ],
)
def test_a_bad_file_ends_the_command_in_one_sentence(refused, tmp_path, name, text, problem):
    (tmp_path / "lifts").mkdir()
    (tmp_path / "lifts" / name).write_text(text, encoding="utf-8")
    assert problem in refused("exercises", "--data-dir", tmp_path)
    assert CATALOGUE["back_squat"].name == "Back squat"
