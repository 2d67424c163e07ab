"""Garmin FIT files with raw motion sensors: ``accelerometer_data`` and ``gyroscope_data`` messages.

Watches write these messages for some activities only, and few of them the gyroscope's.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2
from ingest.imports.imported import AccelKind, AccelUnit, GyroUnit, ImportFormat, ImuTracks

if TYPE_CHECKING:
    from ingest.imports.garmin_messages import Contents
    from ingest.imports.source import ImportSource

_SIGNATURE = slice(8, 12)


@dataclass(frozen=True, slots=True)
class FitImportConfig:
    """Limits.

    Attributes
    ----------
    max_bytes : int
        Largest file that is read, bytes. An hour of six axes at 100 Hz is 6.6 MB; 8 MB take half a minute
        and 300 MB of memory.
    """

    max_bytes: int = 8_000_000


def _recognises(source: ImportSource) -> bool:
    return source.data[_SIGNATURE] == b".FIT" and source.data[0] in (12, 14)


def _read(source: ImportSource, config: FitImportConfig | None = None) -> ImuTracks:
    config = config or FitImportConfig()
    if len(source.data) > config.max_bytes:
        raise source.refused(f"is larger than {config.max_bytes // 1_000_000} MB; cut it into sets")
    from ingest.imports.garmin_messages import read_contents  # noqa: PLC0415  # fit-tool takes half a second

    contents = read_contents(source)
    for name, channel in (("acceleration", contents.accel), ("rate of turn", contents.gyro)):
        if channel.uncalibrated and not channel.t_s:
            raise source.refused(
                f"holds raw counts of the {name} and no calibration for them (three_d_sensor_calibration), "
                "so their unit is unknown"
            )
    if not contents.accel.t_s:
        raise source.refused(
            f"is a FIT file of {contents.messages} messages without raw acceleration (accelerometer_data): "
            "an ordinary activity holds no motion that could be measured"
        )
    first_s = float(contents.accel.t_s[0][0])
    accel = contents.accel.track(STANDARD_GRAVITY_MPS2, first_s)
    if accel is None or not contents.gyro.t_s:
        count = sum(len(t_s) for t_s in contents.accel.t_s)
        raise source.refused(
            f"holds {count} samples of acceleration and no rate of turn (gyroscope_data): without a "
            "gyroscope orientation, velocity and drift cannot be computed; few Garmin devices record it"
        )
    return ImuTracks(
        accel=accel,
        accel_kind=AccelKind.UNKNOWN,
        accel_unit=AccelUnit.G,
        gyro=contents.gyro.track(np.pi / 180, first_s),
        gyro_unit=GyroUnit.DPS,
        sensor=contents.sensor,
        started_at=dt.datetime.fromtimestamp(first_s, dt.UTC) if 0 < first_s < 1e10 else None,
        notes=_notes(contents),
    )


def _notes(contents: Contents) -> tuple[str, ...]:
    left_out = contents.accel.uncalibrated + contents.gyro.uncalibrated
    return (f"{left_out} messages before their calibration are left out.",) if left_out else ()


FORMAT = ImportFormat("garmin-fit", "Garmin FIT with raw motion sensors", _recognises, _read)
