"""The samples of a recording for other programs: a table that `read_imu_csv` reads back, and what it lacks.

Lost samples have no row. ``sample_index`` counts them, so that a reader sees how many are missing where.
Where a sensor has no gyroscope its columns are empty; such a table cannot be read back as a recording.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from analysis.document import gap_document
from analysis.imu import Gap, ImuBlock
from ingest.imports.imu_csv import COLUMNS
from ingest.items import AccelBlock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis.imu import FloatArray, StreamItem
    from ingest.items import TimelineItem
    from ingest.replay import ReplayableRecording

SCHEMA = "upright.samples/1"
SAMPLE_INDEX = "sample_index"


def items_of(recording: ReplayableRecording) -> list[TimelineItem]:
    """Return all items of a recording, in the order of time."""
    return [item for _, items in recording.steps() for item in items]


def core_items_of(recording: ReplayableRecording) -> list[StreamItem]:
    """Return what the signal core takes of a recording: all but samples without a gyroscope."""
    return [item for item in items_of(recording) if not isinstance(item, AccelBlock)]


def sample_table(items: Iterable[TimelineItem]) -> pl.DataFrame:
    """Put all samples into one table.

    Parameters
    ----------
    items : iterable of ImuBlock, AccelBlock, Gap or SetLabel
        Of one recording, in the order of time.

    Returns
    -------
    polars.DataFrame
        Columns of ``imu-csv`` (s, m/s², rad/s, sensor frame) and ``sample_index``, counted from the
        recording's first sample, lost ones included.
    """
    blocks = [item for item in items if isinstance(item, ImuBlock | AccelBlock)]
    values = [np.column_stack([one.t_s, one.specific_force_mps2, _gyro_radps(one)]) for one in blocks]
    index = [np.arange(one.first_index, one.first_index + len(one)) for one in blocks]
    whole = np.concatenate([np.empty((0, len(COLUMNS))), *values])
    table = pl.DataFrame(whole, schema=dict.fromkeys(COLUMNS, pl.Float64)).fill_nan(None)
    return table.with_columns(
        pl.Series(SAMPLE_INDEX, np.concatenate([np.empty(0, np.int64), *index]), pl.Int64)
    )


def _gyro_radps(block: ImuBlock | AccelBlock) -> FloatArray:
    return block.gyro_radps if isinstance(block, ImuBlock) else np.full((len(block), 3), np.nan)


def gaps_and_labels(items: Iterable[TimelineItem]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """List gaps with their reasons, and labels, each with the time of the last sample before it, s."""
    gaps: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    last_s = 0.0
    for item in items:
        if isinstance(item, ImuBlock | AccelBlock):
            last_s = float(item.t_s[-1])
        elif isinstance(item, Gap):
            gaps.append(gap_document(item))
        else:
            labels.append({"t_s": last_s, "exercise_id": item.exercise_id, "load_kg": item.load_kg})
    return gaps, labels


def sample_facts(recording: ReplayableRecording, items: Iterable[TimelineItem]) -> dict[str, Any]:
    """Say what a table of samples cannot: the sensor, its mount, gaps with their reasons, labels.

    Parameters
    ----------
    recording : ReplayableRecording
        The recording.
    items : iterable of ImuBlock, AccelBlock, Gap or SetLabel
        Its items.

    Returns
    -------
    dict
        For JSON; schema ``upright.samples/1``. A label's ``t_s`` is the time of the last sample before it.
    """
    header, counts = recording.header, recording.counts
    info, mount = header.info, header.mount
    gaps, labels = gaps_and_labels(items)
    return {
        "schema": SCHEMA,
        "recording_id": header.recording_id or None,
        "started_at": None if header.started_at is None else header.started_at.isoformat(),
        "sensor": {
            "model": info.model or None,
            "firmware": info.firmware or None,
            "nominal_rate_hz": info.sample_rate_hz,
            "accel_range_mps2": info.accel_range_mps2,
            "gyro_range_radps": info.gyro_range_radps,
        },
        "mount": {"position": mount.position.value, "bar_axis": mount.bar_axis, "lever_m": mount.lever_m},
        "sample_rate_hz": counts.sample_rate_hz,
        "samples": counts.samples,
        "lost_samples": counts.lost_samples,
        "clipped_samples": counts.clipped_samples,
        "gaps": gaps,
        "labels": labels,
    }
