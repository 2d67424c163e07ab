from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from server.store import Store
from tests.server.lifting import make_set, recording
from tests.server.test_training import LOADS_KG, squat_set


def words(text):
    return " ".join(text.split())


@pytest.fixture
def folder(tmp_path):
    """Two sessions of squats, and one set of rows."""
    with Store(f"sqlite:///{tmp_path / 'results.db'}") as store:
        now = datetime.now(UTC) - timedelta(hours=1)
        infos = [recording(0, started_at=now - timedelta(days=7)), recording(1, started_at=now)]
        for info in infos:
            for index, load_kg in enumerate(LOADS_KG):
                store.save_set(info, squat_set(index, load_kg))
        row = make_set(4, n_reps=1, exercise_id="bent_over_row", load_kg=60.0, start_s=1300.0)
        store.save_set(infos[-1], row)
    return tmp_path


def test_the_estimate_comes_with_its_interval_sets_and_source(upright, folder):
    done = upright("profile", "back_squat", "--data-dir", folder)
    assert (done.code, done.err) == (0, "")
    text = words(done.out)
    assert "Estimated 1RM 1" in text
    assert "95 % interval" in text
    assert "8 sets of 4 loads, 60 to 120 kg, the oldest 7 days old" in text
    assert "1RM at 0.28 ± 0.05 m/s (published; upright exercises back_squat)" in text
    assert text.count("± 0.011") == 8


def test_json_is_one_document(upright, folder):
    document = json.loads(upright("profile", "back_squat", "--data-dir", folder, "--json").out)
    assert document["schema"] == "upright.profile/1"
    assert len(document["points"]) == 8


def test_a_refusal_says_why(upright, folder):
    text = words(upright("profile", "bent_over_row", "--data-dir", folder).out)
    assert "No estimated 1RM: 1 different load, at least 3 are needed." in text
    assert "(assumed; upright exercises bent_over_row)" in text
    text = words(upright("profile", "muscle_snatch", "--data-dir", folder).out)
    assert "No sets of muscle snatch are stored." in text
    assert "trained by peak velocity" in text


def test_what_is_not_there_is_an_error_and_makes_no_folder(refused, tmp_path):
    assert "unknown exercise 'curl'" in refused("profile", "curl", "--data-dir", tmp_path)
    nowhere = tmp_path / "nowhere"
    for command in (("profile", "deadlift"), ("audit",)):
        assert f"There are no results in {nowhere}" in refused(*command, "--data-dir", nowhere)
    assert not nowhere.exists()


def test_audit_without_a_file_audits_the_store(upright, folder):
    done = upright("audit", "--data-dir", folder)
    assert (done.code, done.err) == (0, "")
    text = words(done.out)
    assert "Stored sets: 9 sets in 2 sessions" in text
    assert "Cannot tell: 2 sessions with working sets" in text
    assert "nobody stated how hard the sets were" in text
    document = json.loads(upright("audit", "--data-dir", folder, "--json").out)
    assert document["log"]["source"] == "store"
    assert {one["lift"]: one["source"] for one in document["one_rep_maxes"]}["back_squat"] == "profile"


def test_audit_of_the_store_takes_a_stated_1rm_and_no_options_of_files(upright, folder):
    options = ("--data-dir", folder)
    document = json.loads(upright("audit", *options, "--one-rm", "bent_over_row=90", "--json").out)
    assert {one["lift"]: one["load_kg"] for one in document["one_rep_maxes"]}["bent_over_row"] == 90
    for option in (("--unit", "kg"), ("--date-order", "day-first"), ("--name", "Remo=row")):
        done = upright("audit", *options, *option)
        assert done.code == 2
        assert "needs a file" in done.err
    done = upright("audit", *options, "--one-rm", "deadlift=200")
    assert done.code == 2
    assert "has no 'deadlift'" in words(done.err.replace("│", " "))


def test_one_is_not_written_as_many(upright, tmp_path):
    with Store(f"sqlite:///{tmp_path / 'results.db'}") as store:
        store.save_set(recording(), make_set(0))
    text = words(upright("audit", "--data-dir", tmp_path).out)
    assert "Stored sets: 1 set in 1 session," in text
    assert "Judged: 1 working set in the last week with training" in text
    assert "Cannot tell: 1 session with working sets" in text


def test_a_store_without_reps_has_nothing_to_audit(refused, tmp_path):
    Store(f"sqlite:///{tmp_path / 'results.db'}").close()
    assert "There are no sets with reps" in refused("audit", "--data-dir", tmp_path)
