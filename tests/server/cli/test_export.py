from __future__ import annotations

import polars as pl
import pytest

from server.annotation_files import AnnotationFiles
from server.annotations import SessionAnnotation, SetAnnotation
from server.store import Store
from tests.server.lifting import make_set, recording


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
