"""The formats that files can have: one line for each.

A file's format is told by its content, never by its name alone, and no file is claimed by two. A module of a
format offers ``FORMAT``; its synthetic sample is in ``tests/ingest/import_samples*.py``, its row in
``docs/formats.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.imports import (
    aruco_path,
    bar_centre_table,
    coremotion_table,
    garmin_fit,
    imu_csv,
    kinovea,
    metabase,
    openbarbell,
    phyphox,
    polar_text,
    sensor_logger,
    sensor_table,
    sensorlog,
    training_log_format,
    verity_json,
    vitruve,
    witmotion_binary,
    witmotion_text,
    wl_analysis,
    xsens,
)

if TYPE_CHECKING:
    from ingest.imports.imported import ImportFormat
    from ingest.imports.source import ImportSource

FORMATS: tuple[ImportFormat, ...] = (
    imu_csv.FORMAT,
    metabase.FORMAT,
    sensor_logger.WRIST,
    sensor_logger.PHONE,
    phyphox.FORMAT,
    xsens.DOT,
    xsens.MT,
    witmotion_binary.FORMAT,
    witmotion_text.FORMAT,
    polar_text.FORMAT,
    verity_json.FORMAT,
    sensorlog.FORMAT,
    coremotion_table.FORMAT_WITH_ATTITUDE,
    coremotion_table.FORMAT_WITH_TURN,
    garmin_fit.FORMAT,
    vitruve.FORMAT,
    openbarbell.FORMAT,
    wl_analysis.FORMAT,
    kinovea.FORMAT,
    aruco_path.FORMAT,
    bar_centre_table.FORMAT,
    training_log_format.FORMAT,
)
"""Formats of vendors and apps; no two of them claim one file."""

LAST_RESORT = sensor_table.FORMAT
"""Any table whose columns say what they are; asked when nobody else claims the file."""


def recognise(source: ImportSource) -> ImportFormat | None:
    """Find the format of a file; None if it is of none that is known."""
    if source.columns:
        return LAST_RESORT  # who says what the columns are means them, whoever wrote the file
    return next((one for one in (*FORMATS, LAST_RESORT) if one.recognises(source)), None)
