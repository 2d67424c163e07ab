"""Tables for other programs: every number, nothing made up, columns as documented."""

from __future__ import annotations

import io
from dataclasses import fields, replace

import polars as pl
import pytest

from analysis.exercises import CATALOGUE
from analysis.measures import MEASURES
from analysis.results import Estimate, Rep, StickingRegion, VelocityCurve
from analysis.stability.sentences import shown
from server.annotating import middle_s
from server.annotations import ExcludedRep, SessionAnnotation, SetAnnotation
from server.export import FileFormat, Table, content, join, table_of
from server.export_columns import DOCUMENT, NOT_NUMBERS, TABLES, base_of_sd, documented
from tests.server.lifting import make_rep, make_set, recording

ID = recording().recording_id
CURVE = VelocityCurve(0.4, 0.3, 0.01, 0.2, StickingRegion(0.6, 0.4, 0.5, 0.2, 0.5, 0.8, 0.02), 1, -1.9, None)


@pytest.fixture
def stored(store):
    rep = replace(
        make_rep(0, start_s=1.0),
        curve=CURVE,
        measures={
            "rounding_rad": Estimate(0.02, 0.004),
            "tilt_rad": Estimate(reason="not seen"),
            "of_long_ago": Estimate(1.0),
        },
    )
    summary = replace(make_set(0), reps=(rep, *make_set(0).reps[1:]))
    store.save_set(recording(title="", sensor_name=""), summary)
    store.save_set(
        recording(title="", sensor_name=""), make_set(1, drift_m=None, exercise_id=None, load_kg=None)
    )
    said = SetAnnotation(0, 30, excluded_reps=(ExcludedRep(middle_s(rep), "=bounced, twice"),), rpe=8.0)
    store.annotate(ID, SessionAnnotation(velocity_feedback=True, sets=(said,)))
    return store


def test_the_document_lists_the_columns_of_the_code():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert documented(text) == text, "run: uv run python -m server.export_columns"


def test_columns_have_one_name_each_and_every_number_has_one():
    for columns in TABLES.values():
        names = [column.name for column in columns]
        assert len(names) == len(set(names))
    reps = {column.name for column in TABLES["reps"]}
    assert {field.name for field in fields(Rep)} - NOT_NUMBERS <= reps
    for one in MEASURES.values():
        if one.scope == "rep":
            assert {one.id, f"{one.id}_sd", f"{one.id}_state"} <= reps
    assert all(f"curve_{field.name}" in reps for field in fields(VelocityCurve) if field.name != "sticking")


def test_a_standard_deviation_names_its_number():
    assert base_of_sd("range_of_motion_sd_m") == "range_of_motion_m"
    assert base_of_sd("lockout_ratio_sd") == "lockout_ratio"
    assert base_of_sd("range_of_motion_m") == ""


def test_reps_have_every_number_and_say_which_do_not_count(stored):
    reps = table_of(Table.REPS, stored.session(ID), {})
    assert reps.height == 10
    first = reps.row(0, named=True)
    rep = stored.session(ID).sets[0].reps[0]
    for name in {field.name for field in fields(Rep)} - NOT_NUMBERS:
        assert first[name] == getattr(rep, name), name
    assert (first["counts"], first["excluded_reason"]) == (False, "=bounced, twice")
    assert (first["rounding_rad"], first["rounding_rad_sd"], first["rounding_rad_state"]) == (
        0.02,
        0.004,
        "good",
    )
    assert (first["tilt_rad"], first["tilt_rad_state"]) == (None, "not_resolvable")
    assert (first["hold_sway_m"], first["hold_sway_m_state"]) == (None, None)
    assert (first["curve_reversals"], first["sticking_minimum_mps"]) == (1, 0.4)
    assert reps["curve_lockout_s"].to_list() == [0.2] + [None] * 9
    assert reps["forward_drift_m"].null_count() == 5
    assert reps.schema == {column.name: column.kind for column in TABLES["reps"]}


def test_sets_sessions_and_paths(stored):
    session = stored.session(ID)
    sets = table_of(Table.SETS, session, {})
    assert sets["n_reps"].to_list() == [4, 5]
    assert sets["n_excluded"].to_list() == [1, 0]
    assert sets["rpe"].to_list() == [8.0, None]
    assert sets["velocity_feedback"].to_list() == [True, True]
    assert sets["load_kg"].to_list() == [140.0, None]
    assert sets["forward_displacement_m_state"].to_list()[1] == "not_resolvable"
    (one,) = table_of(Table.SESSIONS, session, {}).rows(named=True)
    assert (one["n_sets"], one["n_reps"], one["title"], one["sensor_name"]) == (2, 9, None, None)
    assert one["started_at"] == recording().started_at
    paths = table_of(Table.PATHS, session, {})
    assert paths.height == 10 * len(session.sets[0].reps[0].path.t_s)
    assert paths.filter(pl.col("set_index") == 1)["forward_m"].null_count() == paths.height // 2


@pytest.mark.parametrize("table", list(Table))
def test_both_formats_come_back(table, stored):
    frame = join(table, [table_of(table, stored.session(ID), {})] * 2)
    assert pl.read_parquet(io.BytesIO(content(frame, FileFormat.PARQUET))).equals(frame)
    schema = {
        name: pl.String if kind == pl.Datetime("us", "UTC") else kind for name, kind in frame.schema.items()
    }
    back = pl.read_csv(io.BytesIO(content(frame, FileFormat.CSV)), schema=schema)
    assert back.equals(frame.with_columns(pl.col(pl.Datetime).dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")))


def test_no_sessions_give_empty_tables():
    for table in Table:
        assert join(table, []).columns == [column.name for column in TABLES[table]]


@pytest.mark.usefixtures("stored")
def test_a_session_is_exported_over_rest(client):
    address = f"/api/v1/sessions/{ID}/export"
    answer = client.get(address)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="20261102T173000Z-00000000-reps.csv"'
    )
    assert len(answer.text.splitlines()) == 11
    paths = client.get(address, params={"table": "paths", "format": "parquet"})
    assert pl.read_parquet(io.BytesIO(paths.content)).columns == [c.name for c in TABLES["paths"]]
    assert client.get(address, params={"table": "secrets"}).status_code == 422
    assert client.get(address, params={"format": "xlsx"}).status_code == 422
    assert client.get("/api/v1/sessions/00000000-0000-0000-0000-000000000009/export").status_code == 404


def test_the_coachs_sheet_counts_and_measures_as_the_page_does(stored):
    session = stored.session(ID)
    sheet = table_of(Table.SHEET, session, {})
    assert sheet.height == 10
    assert sheet.select("set", "rep").rows() == [(one, rep) for one in (1, 2) for rep in range(1, 6)]
    assert sheet["counts"].to_list() == [False] + [True] * 9
    first, rep = sheet.row(1, named=True), session.sets[0].reps[1]
    assert first["mean_velocity_mps"] == round(rep.mean_concentric_velocity_mps, 3)
    assert first["range_of_motion_cm"] == round(100 * rep.range_of_motion_m, 1)
    parts = CATALOGUE[session.sets[0].exercise_id].parts
    assert first["stability_measure"] == MEASURES[parts[0]].name
    # What is shown is what the page says of the rep: the same value, in its unit.
    value = rep.measures[parts[0]].value
    assert f"{first['stability_value']:.1f}" in shown(parts[0], value)
    assert first["stability_unit"] in shown(parts[0], value)
