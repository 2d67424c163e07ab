"""``upright import`` as a user meets it."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from server.imports import import_folders, load_reference, reference_folders
from tests.ingest import import_samples as samples
from tests.ingest import import_samples_b as samples_b

DATA = Path(os.environ.get("UPRIGHT_DATA", Path(__file__).parents[3] / ".." / "shared" / "data"))
EXPORTS = DATA / "vendor-exports"
SETS = "SELECT exercise_id, load_kg, n_reps FROM training_set"


def rows(data_dir, query):
    with closing(sqlite3.connect(data_dir / "results.db")) as connection:
        return connection.execute(query).fetchall()


def words(text):
    return " ".join(text.split())


@pytest.fixture
def watch(squats, tmp_path):
    """A simulated set of squats as a home-made logger would save it: g and degrees per second."""
    table = pl.read_csv(squats.csv)
    scaled = [(pl.col(f"a{axis}_mps2") / 9.80665).alias(f"acc_{axis} [g]") for axis in "xyz"]
    scaled += [pl.col(f"g{axis}_radps").degrees().alias(f"gyro_{axis} [dps]") for axis in "xyz"]
    path = tmp_path / "in" / "logger.csv"
    path.parent.mkdir()
    table.select((pl.col("t_s") * 1000).alias("time_ms"), *scaled).write_csv(path)
    return path


def test_a_dry_run_reports_and_keeps_nothing(upright, tmp_path):
    path = samples.metabase(tmp_path)
    data_dir = tmp_path / "data"
    done = upright("import", path, "--dry-run", "--data-dir", data_dir)
    assert done.code == 0
    said = words(done.out)
    assert "MetaBase (MbientLab)" in said
    assert "100.0 Hz" in said
    assert "no gaps" in said
    assert "g is right" in said
    assert "can be computed: reps, velocity, range of motion" in said
    assert "no forward drift" in said
    assert not data_dir.exists()


def test_an_import_gives_the_same_reps_as_the_table_it_was_made_of(upright, squats, watch, tmp_path):
    data_dir = tmp_path / "data"
    options = ["--exercise", "back_squat", "--load-kg", "140", "--bar-axis", squats.bar_axis]
    done = upright("import", watch, *options, "--lever-m", squats.lever_m, "--data-dir", data_dir)
    assert done.code == 0, done
    ((source, title),) = rows(data_dir, "SELECT source, title FROM recording")
    assert (source, title) == ("import", "logger.csv")
    ((exercise, load_kg, n_reps),) = rows(data_dir, SETS)
    assert (exercise, load_kg, n_reps) == ("back_squat", 140.0, len(squats.truths))
    document = json.loads(upright("analyze", squats.csv, *options, "--lever-m", squats.lever_m, "--json").out)
    expected = [rep["mean_concentric_velocity_mps"] for rep in document["sets"][0]["reps"]]
    again = json.loads(upright("analyze", watch, *options, "--lever-m", squats.lever_m, "--json").out)
    found = [rep["mean_concentric_velocity_mps"] for rep in again["sets"][0]["reps"]]
    assert found == pytest.approx(expected, abs=1e-6)
    assert again["recording"]["format"] == "table"
    assert any("is right" in text for text in again["recording"]["findings"])


def test_the_original_is_kept_unchanged_and_the_same_bytes_are_not_doubled(upright, watch, tmp_path):
    data_dir, before = tmp_path / "data", watch.read_bytes()
    upright("import", watch, "--data-dir", data_dir)
    renamed = watch.rename(watch.with_name("copy.csv"))
    again = upright("import", renamed, "--data-dir", data_dir)
    assert "was imported before" in words(again.out)
    (folder,) = import_folders(data_dir / "imports")
    assert (folder / "original" / "logger.csv").read_bytes() == before
    assert renamed.read_bytes() == before
    assert len(rows(data_dir, "SELECT * FROM recording")) == 1


def test_a_rebuild_imports_again_with_what_was_decided(upright, squats, watch, tmp_path):
    data_dir = tmp_path / "data"
    upright("import", watch, "--exercise", "back_squat", "--load-kg", "140", "--data-dir", data_dir,
            "--started-at", "2026-01-31T18:00")  # fmt: skip
    before = rows(data_dir, SETS), rows(data_dir, "SELECT started_at, title FROM recording")
    (data_dir / "results.db").unlink()
    watch.unlink()
    done = upright("rebuild", "--data-dir", data_dir)
    assert "1 sets from 1 recordings" in words(done.out)
    assert (rows(data_dir, SETS), rows(data_dir, "SELECT started_at, title FROM recording")) == before
    assert before[0][0][:2] == ("back_squat", 140.0)


def test_a_damaged_import_is_left_out_of_a_rebuild_and_named(upright, watch, tmp_path):
    data_dir = tmp_path / "data"
    upright("import", watch, "--data-dir", data_dir)
    (folder,) = import_folders(data_dir / "imports")
    (folder / "original" / "logger.csv").write_text("no more")
    done = upright("rebuild", "--data-dir", data_dir)
    assert done.code == 0
    assert "was changed since it was imported" in words(done.out)


def test_a_pair_of_files_is_one_import_whichever_is_named_first(upright, tmp_path):
    folder, data_dir = tmp_path / "in", tmp_path / "data"
    folder.mkdir()
    samples.metabase(folder)
    done = upright("import", *sorted(folder.iterdir(), reverse=True), "--data-dir", data_dir)
    assert done.code == 0, done
    assert len(import_folders(data_dir / "imports")) == 1
    upright("import", *sorted(folder.iterdir()), "--data-dir", data_dir)
    assert len(import_folders(data_dir / "imports")) == 1
    assert len(list(data_dir.glob("imports/*/original/*"))) == 2


def test_folders_are_walked_and_one_bad_file_stops_nobody(upright, tmp_path):
    folder = tmp_path / "in"
    (folder / "deeper").mkdir(parents=True)
    (folder / ".hidden").write_text("x")
    (folder / "a.pdf").write_text("hello")
    samples.imu_csv(folder / "deeper")
    samples_b.SAMPLES["vitruve"](folder)
    data_dir = tmp_path / "data"
    done = upright("import", folder, "--data-dir", data_dir)
    assert done.code == 1
    assert "refused a.pdf: unknown kind of file" in words(done.out)
    assert "2 of 3 files imported, 1 refused." in words(done.out)
    assert len(import_folders(data_dir / "imports")) == 1


@pytest.mark.parametrize("name", ["vitruve", "kinovea"])
def test_measurements_of_other_instruments_are_kept_to_compare_with(upright, tmp_path, name):
    folder, data_dir = tmp_path / "in", tmp_path / "data"
    folder.mkdir()
    path = samples_b.SAMPLES[name](folder)
    assert "kept as reference" in words(upright("import", path, "--data-dir", data_dir).out)
    assert "was kept before" in words(upright("import", path, "--data-dir", data_dir).out)
    (kept,) = reference_folders(data_dir / "references")
    content = json.loads((kept / "reference.json").read_text())
    assert content["kind"] in {"reps", "bar_path"}
    assert load_reference(kept).instrument == content["instrument"]
    assert [copy.read_bytes() for copy in (kept / "original").iterdir()] == [path.read_bytes()]


@pytest.mark.parametrize("name", ["training-log", "training-log, Hevy"])
def test_a_training_log_is_reported_with_the_way_to_the_audit(upright, tmp_path, name):
    done = upright("import", samples.SAMPLES[name](tmp_path), "--data-dir", tmp_path / "data")
    assert done.code == 0
    assert "19 sets of a training log; judge the programme with: upright audit" in words(done.out)


def test_a_contradiction_names_the_option_and_the_option_helps(upright, watch, tmp_path):
    table = pl.read_csv(watch)
    table.with_columns(pl.col("^gyro.*$") * -1).write_csv(watch)
    done = upright("import", watch, "--dry-run", "--data-dir", tmp_path / "data")
    assert done.code == 1
    assert "--gyro-sign minus" in words(done.out)
    assert upright("import", watch, "--dry-run", "--gyro-sign", "minus").code == 0
    assert upright("analyze", watch, "--gyro-sign", "minus", "--json").code == 0


@pytest.mark.parametrize(
    "options",
    [["--accel-unit", "lb"], ["--gyro-sign", "left"], ["--columns", "time=1"], ["--columns", "t"],
     ["--started-at", "yesterday"], ["--mount", "head"]],
)  # fmt: skip
def test_options_that_make_no_sense_are_a_mistake_of_usage(upright, watch, options):
    assert upright("import", watch, "--dry-run", *options).code == 2


def test_a_table_without_a_header_is_imported_with_columns(upright, watch):
    watch.write_text("\n".join(watch.read_text().splitlines()[1:]))
    columns = "t=1,ax=2,ay=3,az=4,gx=5,gy=6,gz=7"
    done = upright("import", watch, "--dry-run", "--columns", columns)
    assert done.code == 0, done
    assert "acceleration is in g" in words(done.out)


@pytest.mark.data
@pytest.mark.skipif(not EXPORTS.is_dir(), reason=f"no recordings in {DATA}")
def test_every_real_export_is_imported_or_refused_with_the_true_reason(upright, tmp_path):
    done = upright("import", EXPORTS, "--dry-run", "--data-dir", tmp_path / "data")
    assert done.code == 1
    refused = {
        words(line).split(": ", 1)[0].removeprefix("refused "): line
        for line in done.out.splitlines()
        if line.startswith("refused ")
    }
    reasons = {
        "README.txt": "unknown kind of file",
        "phyphox_linacc.csv": "has no gyroscope and gravity was taken out",
        "phyphox_meta_device.csv": "holds no samples",
        "phyphox_meta_time.csv": "holds no samples",
        "polarveritysense_6DOF__30_.json": "the same 500 values for X and Z",
        "polarveritysense_Bench.json": "no times",
        "polarveritysense_Squat.json": "no times",
        "squat_03_05_1_calibrated.csv": "without a time and without a gyroscope",
        "squat_03_05_1_uncalibrated.csv": "without a time and without a gyroscope",
        "squat_03_08_1_calibrated.csv": "without a time and without a gyroscope",
    }
    assert refused.keys() == reasons.keys()
    for name, reason in reasons.items():
        assert reason in refused[name]
    assert "14 of 24 files could be imported; nothing was kept, 10 refused." in words(done.out)
