from __future__ import annotations

import signal
import subprocess
import sys
import threading
from dataclasses import fields, replace

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from analysis.results import BarAxis, Rep, SetSummary
from analysis.set_goal import SetGoal
from server.errors import NotFoundError, StoreError
from server.paths import MAX_POINTS
from server.store import Store
from server.tables import Base
from tests.server.lifting import make_set, recording


def test_a_set_comes_back_as_it_was(store):
    summary = replace(make_set(0), goal=SetGoal(0.2, (0.5, 0.7), 0.3, 5, velocity_feedback=False))
    store.save_set(recording(), summary)
    assert store.session(recording().recording_id).sets == (summary,)
    assert store.set(recording().recording_id, 0).summary == summary


def test_every_field_of_rep_and_set_is_compared_so_none_can_be_forgotten():
    # `path` is left out of equality by the dataclass; the next test looks at it.
    assert [f.name for f in fields(Rep) if not f.compare] == ["path"]
    assert all(f.compare for f in fields(SetSummary))


def test_paths_keep_their_ends_and_stay_on_the_curve(store):
    summary = make_set(0)
    store.save_set(recording(), summary)
    was, got = summary.reps[0].path, store.set(recording().recording_id, 0).summary.reps[0].path
    assert len(got.t_s) == MAX_POINTS < len(was.t_s)
    assert (got.t_s[0], got.t_s[-1]) == (was.t_s[0], was.t_s[-1])
    np.testing.assert_array_equal(got.up_m, np.interp(got.t_s, was.t_s, was.up_m))


def test_a_path_without_fore_aft_stays_without(store):
    store.save_set(recording(), make_set(0, drift_m=None))
    path = store.set(recording().recording_id, 0).summary.reps[0].path
    assert path.forward_m is None
    assert path.forward_sd_m is None


def test_saving_a_set_again_replaces_it(store):
    store.save_set(recording(), make_set(0, n_reps=5))
    store.save_set(recording(), make_set(0, n_reps=3))
    (overview,) = store.sessions()
    assert (overview.n_sets, overview.n_reps) == (1, 3)


def test_rebuilding_gives_the_same_rows(store):
    def fill():
        for number in range(2):
            for index in range(3):
                store.save_set(recording(number), make_set(index))

    def everything():
        return [store.session(item.recording.recording_id) for item in store.sessions()]

    fill()
    before = everything()
    store.clear()
    assert store.sessions() == ()
    fill()
    assert everything() == before


def test_clearing_one_recording_leaves_the_others(store):
    store.save_set(recording(0), make_set(0))
    store.save_set(recording(1), make_set(0))
    store.clear(recording(0).recording_id)
    assert [item.recording for item in store.sessions()] == [recording(1)]
    assert [item.recording for item in store.sets()] == [recording(1)]


def test_sessions_come_newest_first_with_their_exercises(store):
    store.save_set(recording(0), make_set(0, exercise_id="deadlift"))
    store.save_set(recording(1), make_set(1, exercise_id=None))
    store.save_set(recording(1), make_set(0, exercise_id="back_squat"))
    store.save_recording(recording(2, title="empty"))
    listed = store.sessions()
    assert [item.recording for item in listed] == [recording(2, title="empty"), recording(1), recording(0)]
    assert [item.exercises for item in listed] == [(), ("back_squat",), ("deadlift",)]
    assert [item.n_sets for item in listed] == [0, 2, 1]


def test_the_start_time_keeps_its_moment_whatever_the_zone(store):
    store.save_recording(recording())
    (overview,) = store.sessions()
    assert overview.recording.started_at == recording().started_at
    assert overview.recording.started_at.tzinfo is not None


def test_unknown_session_and_set_are_said_to_be_unknown(store):
    with pytest.raises(NotFoundError):
        store.session(recording().recording_id)
    with pytest.raises(NotFoundError):
        store.set(recording().recording_id, 0)


def test_migrations_lead_to_the_tables_of_the_code(tmp_path):
    url = f"sqlite:///{tmp_path / 'results.db'}"
    Store(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_a_set_without_an_axis_comes_back_without(store):
    summary = replace(make_set(0), bar_axis=BarAxis(reason="a wrist has no bar axis"))
    store.save_set(recording(), summary)
    assert store.set(recording().recording_id, 0).summary == summary


def test_a_set_from_before_the_axis_was_looked_for_says_so(tmp_path):
    url = f"sqlite:///{tmp_path / 'results.db'}"
    with Store(url) as store:
        store.save_set(recording(), make_set(0))
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE training_set SET bar_axis = NULL"))
    engine.dispose()
    with Store(url) as store:
        (old,) = store.session(recording().recording_id).sets
    assert old.bar_axis.axis is None
    assert "not looked for" in old.bar_axis.reason


def test_tables_can_be_made_on_postgresql():
    for table in Base.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))


def test_opening_again_keeps_everything(tmp_path):
    url = f"sqlite:///{tmp_path / 'results.db'}"
    with Store(url) as store:
        store.save_set(recording(), make_set(0))
    with Store(url) as store:
        assert store.session(recording().recording_id).sets == (make_set(0),)


def test_a_file_that_is_no_database_is_refused_with_advice(tmp_path):
    path = tmp_path / "results.db"
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(StoreError, match="rebuild"):
        Store(f"sqlite:///{path}")


def test_two_threads_may_write_at_once(store):
    def write(number):
        for index in range(5):
            store.save_set(recording(number), make_set(index, n_reps=2))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [item.n_sets for item in store.sessions()] == [5, 5]


_WRITER = """
import sys
from server.store import Store
from tests.server.lifting import make_set, recording
with Store(sys.argv[1]) as store:
    for index in range(10_000):
        store.save_set(recording(), make_set(index, n_reps=2))
        print(index, flush=True)
"""


def test_a_killed_writer_loses_no_set_that_it_has_saved(tmp_path):
    url = f"sqlite:///{tmp_path / 'results.db'}"
    with subprocess.Popen([sys.executable, "-c", _WRITER, url], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        saved = [int(writer.stdout.readline()) for _ in range(8)]
        writer.send_signal(signal.SIGKILL)
        saved += [int(line) for line in writer.stdout.read().split()]
    with Store(url) as store:
        found = store.session(recording().recording_id).sets
    # One more may be there: committed, but killed before it could say so.
    assert [item.index for item in found][: len(saved)] == saved
    assert len(found) - len(saved) in {0, 1}


def test_numbers_that_are_null_stay_null(store):
    summary = replace(make_set(0, n_reps=1), load_kg=None, exercise_id=None)
    store.save_set(recording(), summary)
    assert store.set(recording().recording_id, 0).summary == summary
