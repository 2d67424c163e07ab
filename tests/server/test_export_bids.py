"""A Motion-BIDS dataset has what the standard's schema asks for, and its samples come back as they were."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID

import numpy as np
import polars as pl
import pytest
from bidsschematools.schema import load_schema

from analysis.imu import Gap, ImuBlock, MountPosition
from ingest.replay import open_recording
from ingest.sample_table import items_of, sample_table
from server.annotations import Athlete, SessionAnnotation
from server.export_bids import CHANNELS, NOBODY, BidsDataset, bids_labels, channels_table, motion_table
from tests.ingest.test_sample_table import some_items
from tests.server.lifting import make_set, recording

ID = recording().recording_id
STARTED_AT = datetime(2026, 11, 2, 17, 30, 5, 250_000, tzinfo=UTC)
ATHLETES = (
    Athlete(UUID(int=101), "Ánna O'Hara", STARTED_AT),
    Athlete(UUID(int=102), "anna ohara", STARTED_AT),
    Athlete(UUID(int=103), "Анна", STARTED_AT),
)


@cache
def bids():
    return load_schema()


def required(fields):
    return {
        name for name, one in fields.items() if (one if isinstance(one, str) else one["level"]) == "required"
    }


def read_table(path, **options):
    return pl.read_csv(path, separator="\t", null_values="n/a", **options)


@pytest.fixture
def source(tmp_path):
    """A recording with two gaps."""
    path = tmp_path / "set.csv"
    sample_table(some_items()).write_csv(path)
    return open_recording(path)


@pytest.fixture
def dataset(tmp_path, store, source):
    store.save_athletes(ATHLETES)
    store.save_set(recording(title="Secret", sensor_name="Anna's sensor"), make_set(0, n_reps=2))
    said = SessionAnnotation(athlete_id=ATHLETES[0].id, note="sore knee")
    store.annotate(ID, said)
    session = store.session(ID)
    labels = bids_labels([session.recording], store.athletes())
    folder = tmp_path / "bids"
    writer = BidsDataset(folder)
    writer.add(labels[ID], session, source)
    writer.finish()
    return folder


def motion_file(dataset, ending):
    (path,) = (dataset / "sub-01" / "ses-001" / "motion").glob(f"*_{ending}")
    return path


def test_every_field_that_the_schema_requires_is_there(dataset):
    sidecar = json.loads(motion_file(dataset, "motion.json").read_text())
    for rule in bids().rules.sidecars.motion.values():
        assert required(rule.fields) <= set(sidecar)
    description = json.loads((dataset / "dataset_description.json").read_text())
    assert required(bids().rules.json.dataset.dataset_description.fields) <= set(description)
    channels = read_table(motion_file(dataset, "channels.tsv"))
    rule = bids().rules.tabular_data.motion.motionChannels
    names = [bids().objects.columns[key].name for key in rule.initial_columns]
    assert channels.columns[: len(names)] == names
    allowed = {bids().objects.columns[key].name for key in rule.columns}
    assert set(channels.columns) <= allowed
    events = read_table(motion_file(dataset, "events.tsv"))
    assert events.columns[:3] == ["onset", "duration", "trial_type"]
    assert read_table(dataset / "participants.tsv").to_dicts() == [{"participant_id": "sub-01"}]


def test_channels_are_those_that_the_schema_knows(dataset):
    channels = read_table(motion_file(dataset, "channels.tsv"))
    columns = bids().objects.columns
    assert set(channels["type"]) <= set(columns.type__channels.enum)
    assert set(channels["component"].drop_nulls()) <= set(columns.component.enum)
    sidecar = json.loads(motion_file(dataset, "motion.json").read_text())
    for kind, count in channels["type"].value_counts().iter_rows():
        assert sidecar[f"{kind}ChannelCount"] == count
    assert sidecar["MotionChannelCount"] == channels.height


def test_names_of_files_have_the_entities_that_the_schema_requires(dataset):
    rule = bids().rules.files.raw.motion.motion
    entities = {bids().objects.entities[key].name for key in required(rule.entities)}
    for ending in ("motion.tsv", "motion.json", "channels.tsv", "events.tsv"):
        parts = motion_file(dataset, ending).name.split("_")[:-1]
        assert entities <= {part.split("-")[0] for part in parts}


def test_samples_come_back_bit_for_bit_and_lost_ones_are_rows_of_nothing(dataset, source):
    names = read_table(motion_file(dataset, "channels.tsv"))["name"].to_list()
    table = read_table(motion_file(dataset, "motion.tsv"), has_header=False, new_columns=names)
    blocks = [item for item in items_of(source) if isinstance(item, ImuBlock)]
    kept = table.drop_nulls()
    np.testing.assert_array_equal(kept["latency"], np.concatenate([block.t_s for block in blocks]))
    force = np.concatenate([block.specific_force_mps2 for block in blocks])
    np.testing.assert_array_equal(kept.select("acc_x", "acc_y", "acc_z").to_numpy(), force)
    gyro = np.concatenate([block.gyro_radps for block in blocks])
    np.testing.assert_array_equal(kept.select("gyro_x", "gyro_y", "gyro_z").to_numpy(), gyro)
    empty = table.select(pl.all_horizontal(pl.all().is_null())).to_series()
    assert np.flatnonzero(empty.to_numpy()).tolist() == [*range(150, 157), 247]


def test_sets_reps_and_gaps_are_events(dataset, source):
    events = read_table(motion_file(dataset, "events.tsv"))
    assert sorted(events["trial_type"]) == ["gap", "gap", "rep", "rep", "set"]
    assert events["onset"].is_sorted()
    one = make_set(0, n_reps=2)
    (row,) = events.filter(trial_type="set").to_dicts()
    assert (row["onset"], row["duration"]) == (one.start_s, one.end_s - one.start_s)
    assert (row["exercise_id"], row["load_kg"], row["rep_index"]) == ("back_squat", 140.0, None)
    reps = events.filter(trial_type="rep")
    velocities = [rep.mean_concentric_velocity_mps for rep in one.reps]
    assert reps["mean_concentric_velocity_mps"].to_list() == velocities
    assert reps["counts"].to_list() == [True, True]
    gaps = [item for item in items_of(source) if isinstance(item, Gap)]
    assert events.filter(trial_type="gap")["onset"].to_list() == [gap.start_s for gap in gaps]
    assert events.filter(trial_type="gap")["lost_samples"].to_list() == [7, 1]


def test_nothing_personal_is_in_any_file(dataset):
    text = "\n".join(path.read_text(encoding="utf-8") for path in dataset.rglob("*") if path.is_file())
    for secret in ("nna", "Hara", "Secret", "knee", "2026-11", str(ID), str(ATHLETES[0].id)):
        assert secret not in text


def test_dates_are_moved_by_whole_days_and_times_of_day_stay(dataset):
    (scans,) = (dataset / "sub-01" / "ses-001").glob("*_scans.tsv")
    (row,) = read_table(scans).to_dicts()
    assert row["acq_time"] == "1900-01-01T17:30:00.000000Z"
    assert (scans.parent / row["filename"]).is_file()


def test_sessions_are_numbered_for_each_athlete_and_keep_their_distance_in_days():
    anna, other = ATHLETES[0].id, ATHLETES[1].id
    infos = [
        replace(recording(number), athlete_id=athlete)
        for number, athlete in enumerate((anna, other, anna, None, anna))
    ]
    labels = bids_labels(reversed(infos), ATHLETES)
    found = [labels[info.recording_id] for info in infos]
    assert [label.stem for label in found] == [
        "sub-01_ses-001",
        "sub-02_ses-001",
        "sub-01_ses-002",
        f"sub-{NOBODY}_ses-001",
        "sub-01_ses-003",
    ]
    assert found[0].moved_days == found[2].moved_days == found[4].moved_days
    assert STARTED_AT + timedelta(days=found[0].moved_days) == STARTED_AT.replace(1900, 1, 1)


def test_names_become_labels_only_on_request_and_only_once():
    infos = [replace(recording(k), athlete_id=one.id) for k, one in enumerate(ATHLETES)]
    labels = bids_labels(infos, ATHLETES, uses_names=True)
    # The second differs by nothing that a file system must tell apart, the third has no letter of BIDS.
    assert [labels[info.recording_id].subject for info in infos] == ["AnnaOHara", "02", "03"]


def test_a_name_of_digits_is_not_taken_for_another_athletes_number():
    athletes = (replace(ATHLETES[0], name="02"), ATHLETES[2])
    infos = [replace(recording(k), athlete_id=one.id) for k, one in enumerate(athletes)]
    labels = bids_labels(infos, athletes, uses_names=True)
    assert [labels[info.recording_id].subject for info in infos] == ["01", "02"]


@pytest.mark.parametrize("position", list(MountPosition))
def test_every_mount_has_its_tracked_point(position):
    table = channels_table(position)
    assert table.height == len(CHANNELS)
    assert table["tracked_point"].n_unique() == 1


def test_a_recording_without_samples_makes_an_empty_table():
    assert motion_table([]).shape == (0, len(CHANNELS))
