"""Samples leave as tables and come back as they were."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analysis.imu import Gap, ImuBlock, SetLabel
from ingest.errors import ImportFileError
from ingest.imports.imu_csv import COLUMNS, read_imu_csv
from ingest.items import AccelBlock
from ingest.replay import open_recording
from ingest.sample_table import SAMPLE_INDEX, items_of, sample_facts, sample_table

PERIOD_S = 1 / 199.87


def some_items():
    """Three stretches of awkward numbers: 7 samples lost, then 1."""
    rng = np.random.default_rng(4)
    items: list[ImuBlock | Gap | SetLabel] = [SetLabel("deadlift", 142.5)]
    index = 0
    for length, missing in ((150, 7), (90, 1), (200, 0)):
        t_s = (index + np.arange(length, dtype=np.float64)) * PERIOD_S
        items.append(ImuBlock(t_s, rng.normal(0, 10, (length, 3)), rng.normal(0, 1, (length, 3)), index))
        index += length + missing
        if missing:
            items.append(Gap(float(t_s[-1]), index * PERIOD_S, missing, "lost by the radio"))
    return items


def joined(items):
    blocks = [item for item in items if isinstance(item, ImuBlock)]
    return tuple(
        np.concatenate([getattr(block, name) for block in blocks])
        for name in ("t_s", "specific_force_mps2", "gyro_radps")
    )


def gaps_in(items):
    return [(gap.start_s, gap.end_s, gap.missing) for gap in items if isinstance(gap, Gap)]


def write(table, path):
    if path.suffix == ".csv":
        table.write_csv(path)
    else:
        table.write_parquet(path)
    return path


@pytest.mark.parametrize("name", ["set.csv", "set.parquet"])
def test_samples_and_gaps_come_back_bit_for_bit_through_our_reader(name, tmp_path):
    items = some_items()
    recording = open_recording(write(sample_table(items), tmp_path / name))
    back = items_of(recording)
    for written, read in zip(joined(items), joined(back), strict=True):
        np.testing.assert_array_equal(written, read)
    assert gaps_in(back) == gaps_in(items)
    assert recording.counts.lost_samples == 8


def test_the_index_of_samples_shows_the_gaps():
    index = sample_table(some_items())[SAMPLE_INDEX].to_numpy()
    assert np.flatnonzero(np.diff(index) > 1).tolist() == [149, 239]
    assert index[-1] == 150 + 7 + 90 + 1 + 200 - 1


def test_samples_without_a_gyroscope_leave_its_columns_empty():
    block = next(item for item in some_items() if isinstance(item, ImuBlock))
    table = sample_table([AccelBlock(block.t_s, block.specific_force_mps2)])
    assert table["gx_radps"].null_count() == table.height == len(block)
    np.testing.assert_array_equal(table["az_mps2"].to_numpy(), block.specific_force_mps2[:, 2])


def test_nothing_makes_an_empty_table():
    assert sample_table([]).columns == [*COLUMNS, SAMPLE_INDEX]
    assert sample_table([]).height == 0


def test_facts_tell_gaps_and_labels(tmp_path):
    items = some_items()
    recording = open_recording(write(sample_table(items), tmp_path / "set.csv"))
    facts = sample_facts(recording, items)
    assert [gap["reason"] for gap in facts["gaps"]] == ["lost by the radio"] * 2
    assert facts["labels"] == [{"t_s": 0.0, "exercise_id": "deadlift", "load_kg": 142.5}]
    assert facts["recording_id"] is None
    assert facts["lost_samples"] == 8


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda table: table.drop("gy_radps"), "columns are missing: gy_radps"),
        (lambda table: table.with_columns(az_mps2=pl.lit(None, pl.Float64)), "line 2: .* holds nothing"),
        (lambda table: table.with_columns(az_mps2=pl.lit("x")), "holds 'x'"),
        (lambda table: table.with_columns(az_mps2=pl.lit(float("nan"))), "holds nan"),
    ],
)  # fmt: skip
def test_a_parquet_file_is_checked_like_a_table_of_text(change, what, tmp_path):
    path = tmp_path / "set.parquet"
    change(sample_table(some_items())).write_parquet(path)
    with pytest.raises(ImportFileError, match=what):
        read_imu_csv(path)


def test_what_is_no_parquet_file_is_told(tmp_path):
    path = tmp_path / "set.parquet"
    path.write_bytes(b"PAR1 and nothing of it")
    with pytest.raises(ImportFileError, match="is not a whole Parquet file"):
        read_imu_csv(path)
