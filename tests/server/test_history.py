"""The history of a session's annotations: linear, and never ahead of what is really said."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.annotation_files import AnnotationFiles
from server.annotations import ExcludedRep, MergedReps, SessionAnnotation, SetAnnotation, SplitRep
from server.errors import AnnotationError
from server.history import MAX_CHANGES, Change, History

ID = UUID(int=3)


def said(note):
    return SessionAnnotation(note=note) if note else SessionAnnotation()


def change(number, before, after):
    now = datetime(2026, 11, 2, tzinfo=UTC)
    return Change(UUID(int=number), now, "this computer", f"to {after}", None, said(before), said(after))


@pytest.fixture
def history():
    return History().with_change(change(1, "", "a")).with_change(change(2, "a", "b"))


def test_a_new_change_forgets_what_was_undone(history):
    back = history.undoing()
    assert (back.undo.words, back.redo.words) == ("to a", "to b")
    assert back.redoing() == history
    assert back.with_change(change(3, "a", "c")).redo is None


@given(st.lists(st.sampled_from(["change", "undo", "redo"]), max_size=30))
def test_undo_and_redo_always_lead_from_what_is_said_to_what_was_said(steps):
    history, now = History(), ""
    for number, step in enumerate(steps):
        if step == "change":
            history, now = history.with_change(change(number, now, str(number))), str(number)
        elif step == "undo" and history.undo:
            now, history = history.undo.before.note, history.undoing()
        elif step == "redo" and history.redo:
            now, history = history.redo.after.note, history.redoing()
        assert history.settled(said(now)) == history


def test_a_step_that_was_cut_off_did_not_happen(history):
    assert history.settled(said("a")).undo == history.done[0]
    assert history.settled(said("a")).redo is None
    assert history.undoing().settled(said("b")) == history
    assert history.settled(said("by hand")) == History()


def test_old_changes_are_forgotten():
    history = History()
    for number in range(MAX_CHANGES + 5):
        history = history.with_change(change(number, str(number), str(number + 1)))
    assert len(history.done) == MAX_CHANGES
    assert history.done[0].id == UUID(int=5)


def test_the_file_gives_back_what_was_kept(tmp_path, history):
    files = AnnotationFiles(tmp_path)
    assert files.history(ID) == History()
    regroupings = (SplitRep(3.25, "re-rack"), MergedReps(4.0, 6.5, "one"))
    one = SetAnnotation(1.0, 9.0, excluded_reps=(ExcludedRep(2.5, "x"),), regroupings=regroupings)
    last = Change(UUID(int=9), datetime.now(UTC), "", "x", 0, said("b"), SessionAnnotation(sets=(one,)))
    files.keep_history(ID, history.with_change(last).undoing())
    assert files.history(ID) == history.with_change(last).undoing()
    files.history_path(ID).write_text("{")
    with pytest.raises(AnnotationError):
        files.history(ID)
