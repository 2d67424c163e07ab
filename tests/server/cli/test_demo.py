from __future__ import annotations

import asyncio
import io
import re
import shutil
from datetime import UTC, datetime
from uuid import UUID

import pytest
from rich.console import Console

from firmware_sim.demo import demo_session, earlier_demo_session
from ingest.mcap_reader import read_recording
from server.cli import earlier_sessions
from server.cli.earlier_sessions import WEEKS_AGO, EarlierSession, _prepare, prepare_earlier_sessions
from server.errors import StoreError
from server.settings import Settings
from server.store import Store

pytestmark = pytest.mark.timeout(240)  # three earlier sessions are made in processes of their own


def test_the_demo_prints_a_summary_of_what_was_lifted(demo):
    assert (demo.done.code, demo.done.err) == (0, "")
    lines = re.findall(
        r"^(\d+) (front squat|deadlift|bench press) (\d+) kg +(\d+) ", demo.done.out, re.MULTILINE
    )
    planned = [
        (str(i + 1), s.exercise_id.replace("_", " "), f"{s.load_kg:g}", str(len(s.reps)))
        for i, s in enumerate(demo_session().sets)
    ]
    assert lines == planned


def lift(demo, name: str) -> str:
    """Everything that is said of a lift, on one line."""
    _, _, rest = demo.done.out.partition(f"\n{name} ")
    found = re.split(r"baseline of 3 sessions", rest)[0]
    return " ".join(found.split())


def test_the_demo_sees_the_upper_back_give_way_and_says_what_that_is(demo):
    squat, deadlift, bench = (lift(demo, name) for name in ("Front squat", "Deadlift", "Bench press"))
    assert "clearly worse: You tipped further forward in the hole" in squat
    assert re.findall(r"rounds over in the hole, set (\d): Seen in reps", squat) == ["4", "5"]
    assert re.search(r"(clearly|probably) worse: The lockout slowed down", deadlift)
    assert "stalls at lockout, set 9: Seen in reps" in deadlift
    assert "no clear change: Sway of the path" in bench
    assert "unvalidated against trunk motion capture" in demo.done.out


def test_the_demo_leaves_its_recording_and_three_of_earlier_sessions(demo):
    names = [path.name for path in sorted((demo.folder / "recordings").iterdir())]
    assert len(names) == 4
    assert names[1:] == [EarlierSession(1, weeks).name for weeks in WEEKS_AGO]
    assert sorted(path.name for path in demo.folder.iterdir()) == ["recordings", "results.db"]
    headers = [read_recording(demo.folder / "recordings" / name).header for name in names]
    assert {header.source_kind for header in headers} == {"simulator"}
    days = [(headers[0].started_at - header.started_at).total_seconds() / 86400 for header in headers[1:]]
    assert days == pytest.approx([7, 14, 21], abs=0.01)


def test_every_set_of_the_earlier_sessions_has_the_reps_that_were_done(demo):
    with Store(f"sqlite:///{demo.folder / 'results.db'}") as store:
        for weeks in WEEKS_AGO:
            stored = store.session(EarlierSession(1, weeks).recording_id)
            planned = [(s.exercise_id, s.load_kg, len(s.reps)) for s in earlier_demo_session(1, weeks).sets]
            assert [(s.exercise_id, s.load_kg, len(s.reps)) for s in stored.sets] == planned
            assert stored.recording.lost_samples == 0


@pytest.fixture
def used(demo, tmp_path):
    """A copy of the demo's folder."""
    shutil.copytree(demo.folder, tmp_path, dirs_exist_ok=True)
    return Settings(data_dir=tmp_path)


def prepare(settings, seed):
    said = io.StringIO()
    with Store(settings.results_url) as store:
        asyncio.run(prepare_earlier_sessions(settings, seed, store, Console(file=said)))
        return said.getvalue(), {one.recording.recording_id for one in store.sessions()}


def stamps(settings):
    return {path.name: path.stat().st_mtime_ns for path in settings.recordings_dir.iterdir()}


def test_a_second_demo_of_the_same_seed_keeps_what_was_prepared(used):
    before = stamps(used)
    said, ids = prepare(used, 1)
    assert said == ""
    assert stamps(used) == before
    assert len(ids) == 4


def test_lost_results_come_back_from_the_recordings(used):
    lost = EarlierSession(1, 2).recording_id
    before = stamps(used)
    with Store(used.results_url) as store:
        sets = store.session(lost).sets
        store.clear(lost)
    said, _ = prepare(used, 1)
    assert "1 earlier sessions" in said
    assert stamps(used) == before
    with Store(used.results_url) as store:
        assert [one.stability for one in store.session(lost).sets] == [one.stability for one in sets]


def test_another_seed_replaces_the_earlier_sessions_and_nothing_else(used, monkeypatch):
    monkeypatch.setattr(earlier_sessions, "WEEKS_AGO", (1,))
    (live,) = used.recordings_dir.glob("2*.mcap")
    before = stamps(used)[live.name]
    said, ids = prepare(used, 2)
    assert "1 earlier sessions" in said
    assert set(stamps(used)) == {live.name, EarlierSession(2, 1).name}
    assert stamps(used)[live.name] == before
    assert EarlierSession(2, 1).recording_id in ids
    assert len(ids) == 2


def test_what_cannot_be_written_is_told_as_a_problem_of_the_folder(tmp_path):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be prepared"):
        _prepare(EarlierSession(1, 1), tmp_path, tmp_path / "file" / "below", datetime.now(UTC))
    (tmp_path / EarlierSession(1, 1).name).write_bytes(b"not a recording")
    with pytest.raises(StoreError, match="cannot be prepared"):
        _prepare(EarlierSession(1, 1), tmp_path, tmp_path, datetime.now(UTC))


def sessions(database):
    """Every session with its sets and reps; row numbers depend on what else was stored meanwhile."""
    with Store(f"sqlite:///{database}") as store:
        return [store.session(one.recording.recording_id) for one in store.sessions()]


def forget_earlier_sessions(folder):
    """Leave only what was lifted live: the rest was made as a rebuild does. Nothing may follow."""
    with Store(f"sqlite:///{folder / 'results.db'}") as store:
        for path in (folder / "recordings").glob("demo-*.mcap"):
            store.clear(UUID(read_recording(path).header.recording_id))
            path.unlink()


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
