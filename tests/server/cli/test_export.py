from __future__ import annotations

import json

import polars as pl
import pytest

from ingest.replay import open_recording
from ingest.sample_table import items_of, sample_table
from server.annotation_files import AnnotationFiles
from server.annotations import SessionAnnotation, SetAnnotation
from server.store import Store
from tests.server.lifting import make_set, recording
from tests.server.test_export_fit import of_kind


@pytest.fixture
def data_dir(tmp_path):
    with Store(f"sqlite:///{tmp_path / 'results.db'}") as store:
        for number in range(2):
            store.save_set(recording(number), make_set(0))
    return tmp_path


def test_all_sessions_are_exported_oldest_first(upright, data_dir):
    out = data_dir / "new" / "tables"
    done = upright("export", "--all", "--format", "parquet", "--out", out, "--data-dir", data_dir)
    assert (done.code, done.err) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == [
        "paths.parquet",
        "reps.parquet",
        "sessions.parquet",
        "sets.parquet",
        "sheet.parquet",
    ]
    ids = [str(recording(number).recording_id) for number in range(2)]
    assert pl.read_parquet(out / "sessions.parquet")["recording_id"].to_list() == ids
    assert f"10 rows in {out / 'reps.parquet'}" in done.out


def test_one_session_is_exported(upright, data_dir):
    wanted = recording(1).recording_id
    assert upright("export", "--session", wanted, "--out", data_dir, "--data-dir", data_dir).code == 0
    assert pl.read_csv(data_dir / "reps.csv")["recording_id"].unique().to_list() == [str(wanted)]


def test_either_one_or_all(upright, data_dir):
    for options in ([], ["--all", "--session", recording().recording_id], ["--session", "7"]):
        assert upright("export", *options, "--out", data_dir, "--data-dir", data_dir).code == 2


def test_what_cannot_be_exported_is_told(refused, data_dir):
    unknown = recording(5).recording_id
    assert "There is no session" in refused(
        "export", "--session", unknown, "--out", data_dir, "--data-dir", data_dir
    )
    blocker = data_dir / "file"
    blocker.touch()
    line = refused("export", "--all", "--out", blocker / "x", "--data-dir", data_dir)
    assert "cannot be written" in line


@pytest.fixture
def recorded(upright, squats, tmp_path):
    """A data folder with one recording and its results."""
    folder = tmp_path / "data" / "recordings"
    folder.mkdir(parents=True)
    (folder / "squats.mcap").write_bytes(squats.mcap.read_bytes())
    assert upright("rebuild", "--data-dir", folder.parent).code == 0
    return folder.parent


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_samples_of_a_recording_leave_and_come_back_through_our_reader(
    file_format, upright, recorded, tmp_path
):
    out = tmp_path / "samples"
    options = ("--all", "--raw", "--format", file_format, "--out", out, "--data-dir", recorded)
    done = upright("export", *options)
    assert (done.code, done.err) == (0, "")
    (path,) = out.glob(f"*-samples.{file_format}")
    source = recorded / "recordings" / "squats.mcap"
    back, original = (sample_table(items_of(open_recording(one))) for one in (path, source))
    assert back.equals(original)
    facts = json.loads(path.with_suffix(".json").read_text())
    assert facts["samples"] == back.height
    assert [label["exercise_id"] for label in facts["labels"]] == ["back_squat"]
    analyses = [json.loads(upright("analyze", one, "--json").out) for one in (path, source)]
    assert len(analyses[0]["sets"][0]["reps"]) == len(analyses[1]["sets"][0]["reps"]) == 3


def test_samples_come_straight_from_a_file_too(upright, squats, tmp_path):
    done = upright("export", "--raw", "--file", squats.csv, "--out", tmp_path, "--format", "parquet")
    assert (done.code, done.err) == (0, "")
    table = pl.read_parquet(tmp_path / "squats-samples.parquet")
    assert table.drop("sample_index").equals(pl.read_csv(squats.csv).select(table.columns[:-1]))


def test_an_activity_of_each_session_is_written(upright, recorded, tmp_path):
    out = tmp_path / "fit"
    done = upright("export", "--all", "--format", "fit", "--out", out, "--data-dir", recorded)
    assert (done.code, done.err) == (0, "")
    (path,) = out.glob("*.fit")
    (one,) = of_kind(path.read_bytes(), "set")
    assert (one["repetitions"], one["weight"], one["category"]) == (3, 120.0, "squat")


def test_a_session_without_sets_has_no_activity(upright, tmp_path):
    with Store(f"sqlite:///{tmp_path / 'results.db'}") as store:
        store.save_recording(recording())
    done = upright("export", "--all", "--format", "fit", "--out", tmp_path / "fit", "--data-dir", tmp_path)
    assert done.code == 0
    assert "it has no sets" in done.out


def test_a_dataset_is_written_into_a_folder_of_its_own(upright, refused, recorded, tmp_path):
    out = tmp_path / "bids"
    options = ("export", "--all", "--format", "motion-bids", "--out", out, "--data-dir", recorded)
    assert upright(*options).code == 0
    assert (out / "dataset_description.json").is_file()
    assert len(list(out.glob("sub-00/ses-001/motion/*_motion.tsv"))) == 1
    assert "it is not empty" in refused(*options)


def test_a_session_without_its_recording_is_left_out_and_told(upright, refused, data_dir, tmp_path):
    options = ("export", "--all", "--out", tmp_path / "out", "--data-dir", data_dir)
    done = upright(*options, "--raw")
    assert done.code == 0
    assert done.out.count("its recording is not there") == 2
    assert "None of these sessions has its recording" in refused(*options, "--format", "motion-bids")


@pytest.mark.parametrize(
    "options",
    [
        ("--all", "--file", "x.csv", "--raw"),
        ("--file", "x.csv"),
        ("--all", "--raw", "--format", "fit"),
        ("--all", "--names"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options, upright, tmp_path):
    assert upright("export", *options, "--out", tmp_path).code == 2


def test_a_rebuild_applies_annotations_and_names_those_that_are_damaged(upright, squats, tmp_path):
    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "squats.mcap").write_bytes(squats.mcap.read_bytes())
    upright("rebuild", "--data-dir", tmp_path)
    url = f"sqlite:///{tmp_path / 'results.db'}"
    with Store(url) as store:
        (session,) = store.sessions()
    recording_id = session.recording.recording_id
    files = AnnotationFiles(tmp_path)
    files.keep_session(recording_id, SessionAnnotation(note="n", sets=(SetAnnotation(0, 99, load_kg=77.0),)))
    assert upright("rebuild", "--data-dir", tmp_path).code == 0
    with Store(url) as store:
        assert [item.load_kg for item in store.session(recording_id).sets] == [77.0]
    files.session_path(recording_id).write_text("{")
    files.athletes_path.write_text("{")
    done = upright("rebuild", "--data-dir", tmp_path)
    told = " ".join(done.out.split())
    assert "without athletes:" in told
    assert "annotations of squats.mcap:" in told
    assert "1 sets from 1 recordings" in told
