from __future__ import annotations

import io
from uuid import UUID

import pytest

from server.cli import report
from server.store import Store
from tests.server.lifting import make_set, recording


@pytest.fixture
def folder(tmp_path):
    """Two sessions of squats."""
    with Store(f"sqlite:///{tmp_path / 'results.db'}") as store:
        for week in range(2):
            store.save_set(recording(week, title=f"Week {week}"), make_set(0))
    return tmp_path


def test_the_newest_session_lands_in_this_folder(upright, folder, monkeypatch):
    monkeypatch.chdir(folder)
    for extra in ((), ("--last",)):
        done = upright("report", "--data-dir", folder, *extra)
        assert (done.code, done.err) == (0, "")
        name = done.out.strip()
        assert name.startswith("upright-session-2026-11-09-")
        assert "<h1>Week 1</h1>" in (folder / name).read_text(encoding="utf-8")


def test_a_session_by_its_id_and_a_block(upright, folder):
    out = folder / "out.html"
    assert upright("report", UUID(int=1), "--data-dir", folder, "-o", out).code == 0
    assert "<h1>Week 0</h1>" in out.read_text(encoding="utf-8")
    options = ("--weeks", 3, "--exercise", "back_squat")
    assert upright("report", *options, "--data-dir", folder, "--out", out).code == 0
    assert "<h1>3 weeks</h1>" in out.read_text(encoding="utf-8")


def test_what_is_not_there_is_an_error(refused, folder, tmp_path):
    message = refused("report", UUID(int=7), "--data-dir", folder)
    assert f"There is no session {UUID(int=7)}. The newest: {UUID(int=2)} of 9 Nov 2026" in message
    assert "unknown exercise 'curl'" in refused("report", "--exercise", "curl", "--data-dir", folder)
    assert "There are no results in" in refused("report", "--data-dir", tmp_path / "nowhere")
    bad = folder / "missing" / "out.html"
    assert "cannot be written" in refused("report", "--data-dir", folder, "--out", bad)


def test_options_that_exclude_each_other(upright, folder):
    for options in ((UUID(int=1), "--last"), (UUID(int=1), "--weeks", 2), ("--last", "--weeks", 2)):
        assert upright("report", *options, "--data-dir", folder).code == 2


def test_a_bar_appears_only_after_a_while(monkeypatch):
    from rich.console import Console

    monkeypatch.setattr(report, "PATIENCE_S", 0.05)
    console = Console(force_terminal=True, width=80, record=True, file=io.StringIO())
    with report.Waiting(console) as waiting:
        waiting._timer.join()
        waiting.update(1, 3)
        waiting._progress.refresh()
    assert "drawing" in console.export_text()
