from __future__ import annotations

import sqlite3
from contextlib import closing
from uuid import UUID

import pytest

from ingest.mcap_reader import read_recording
from server.store import Store


def rows(database):
    """Every row of every table, in a fixed order."""
    with closing(sqlite3.connect(database)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in tables}


def sessions(database):
    """Every session with its sets and reps; row numbers depend on what else was stored meanwhile."""
    with Store(f"sqlite:///{database}") as store:
        return [store.session(one.recording.recording_id) for one in store.sessions()]


def forget_earlier_sessions(folder):
    """Leave only what was lifted live: the rest was made by the same code as a rebuild."""
    with Store(f"sqlite:///{folder / 'results.db'}") as store:
        for path in (folder / "recordings").glob("demo-*.mcap"):
            store.clear(UUID(read_recording(path).header.recording_id))
            path.unlink()


@pytest.mark.timeout(240)
def test_a_rebuild_gives_the_same_as_the_live_session(demo, upright):
    forget_earlier_sessions(demo.folder)
    database = demo.folder / "results.db"
    live = sessions(database)
    database.unlink()
    done = upright("rebuild", "--data-dir", demo.folder)
    assert (done.code, done.err) == (0, "")
    assert "13 sets from 1 recordings" in done.out
    assert sum(len(item.reps) for one in live for item in one.stored_sets) == 5 * 5 + 4 * 4 + 4 * 5
    assert sessions(database) == live


def test_a_rebuild_over_an_existing_database_doubles_nothing(squats, upright, tmp_path):
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "squats.mcap").write_bytes(squats.mcap.read_bytes())
    upright("rebuild", "--data-dir", tmp_path)
    before = rows(tmp_path / "results.db")
    upright("rebuild", "--data-dir", tmp_path)
    assert rows(tmp_path / "results.db") == before


def test_a_bad_recording_is_left_out_and_named(upright, squats, tmp_path):
    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "bad.mcap").write_bytes(b"not a recording")
    (folder / "good.mcap").write_bytes(squats.mcap.read_bytes())
    done = upright("rebuild", "--data-dir", tmp_path)
    assert done.code == 0
    assert "left out bad.mcap" in done.out
    assert "1 sets from 1 recordings" in " ".join(done.out.split())


def test_a_recording_that_a_killed_process_left_is_recovered_first(upright, squats, tmp_path):
    folder = tmp_path / "recordings"
    folder.mkdir()
    content = squats.mcap.read_bytes()
    (folder / "cut.mcap.part").write_bytes(content[: len(content) * 8 // 10])
    done = upright("rebuild", "--data-dir", tmp_path)
    assert "recovered cut.mcap" in done.out
    assert read_recording(folder / "cut.mcap").damage.is_whole
    assert not (folder / "cut.mcap.part").exists()
