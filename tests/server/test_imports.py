"""Imports that are kept, as the server finds and analyses them again."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from analysis.imu import MountPosition
from ingest.imports.importer import import_file
from server.annotations import SessionAnnotation, SetAnnotation
from server.errors import KeptFileError
from server.imports import IMPORT_JSON, ImportDecision, find_import, keep_import, load_import, open_import
from server.reanalysis import analyse_file, find_recording
from tests.ingest import import_samples as samples

MOMENT = datetime(2026, 1, 31, 18, tzinfo=UTC)
DECISION = ImportDecision("back_squat", 100.0, MountPosition.SLEEVE, (0.0, 1.0, 0.0), started_at=MOMENT)


@pytest.fixture
def kept(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    path = samples.table_without_units(folder)
    return keep_import(tmp_path / "imports", import_file(path), DECISION)


def test_what_was_decided_is_read_back(kept):
    again = load_import(kept.kept.folder)
    assert again.decision == DECISION
    assert again.started_at == MOMENT
    info, recording = open_import(again)
    assert (info.source, info.started_at, info.mount_position) == ("import", MOMENT, "sleeve")
    assert recording.header.mount.bar_axis == (0.0, 1.0, 0.0)
    assert recording.header.initial_label.load_kg == 100.0


def test_an_import_is_found_by_the_id_of_its_session(kept, tmp_path):
    imports = tmp_path / "imports"
    (tmp_path / "recordings").mkdir()
    assert find_recording(tmp_path / "recordings", kept.kept.id, imports) == kept.kept.folder
    assert find_import(imports, uuid4()) is None


def test_a_corrected_exercise_is_analysed_from_the_original(kept):
    (found,) = analyse_file(kept.kept.folder, SessionAnnotation()).sets
    said = SetAnnotation(found.summary.start_s, found.summary.end_s, exercise_id="front_squat")
    analysis = analyse_file(kept.kept.folder, SessionAnnotation(sets=(said,)))
    assert [one.summary.exercise_id for one in analysis.sets] == ["front_squat"]
    assert analysis.sets[0].labelled.exercise_id == "back_squat"
    assert analysis.recording.recording_id == kept.kept.id


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("upright.import/1", "upright.import/9"),
        ("back_squat", 'x", "nonsense": "'),
        ("2026-01-31", "yesterday"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(kept, old, new):
    path = kept.kept.folder / IMPORT_JSON
    path.write_text(path.read_text().replace(old, new))
    if new.startswith("x"):
        path.write_text(path.read_text().replace('"load_kg": 100.0', '"load_kg": "heavy"'))
    with pytest.raises(KeptFileError):
        load_import(kept.kept.folder)


def test_a_file_without_a_date_has_that_of_its_writing_and_says_so(tmp_path):
    path = samples.table_without_units(tmp_path)
    one = keep_import(tmp_path / "imports", import_file(path), ImportDecision())
    assert not one.is_dated
    assert one.started_at.timestamp() == pytest.approx(path.stat().st_mtime - 24.99, abs=0.1)
