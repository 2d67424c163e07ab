from __future__ import annotations

import sqlite3
from contextlib import closing

from ingest.mcap_reader import read_recording


def rows(database):
    """Every row of every table, in a fixed order."""
    with closing(sqlite3.connect(database)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in tables}


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
