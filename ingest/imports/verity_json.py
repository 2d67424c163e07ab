"""Arrays of a Polar Verity Sense as a home-made web page saves them: one JSON object, ``accX``, ``accY``, ...

Acceleration is in m/s², the rate of turn in rad/s (its steps are those of 1 deg/s) and named ``magX`` or
``gyroX``, stamps are in ns of the sensor. Known from three public files, of which none can be measured: two
have neither time nor rate of turn, in the third one axis of the rate of turn is a copy of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingest.imports.imported import AccelKind, AccelUnit, GyroUnit, ImportFormat, ImuTracks, Track, track
from ingest.imports.json_file import as_list, as_object, looks_like_json, number, numbers, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.imu import FloatArray
    from ingest.imports.source import ImportSource

_ACCEL = ("accX", "accY", "accZ")
_GYRO = (("magX", "magY", "magZ"), ("gyroX", "gyroY", "gyroZ"))
_ACCEL_TIME, _GYRO_TIME = "timeStampsAcc", "timeStampsGyro"


def _recognises(source: ImportSource) -> bool:
    return looks_like_json(source, *_ACCEL)


def _read(source: ImportSource) -> ImuTracks:
    arrays = as_object(read_json(source))
    accel = _vectors(source, arrays, _ACCEL)
    if accel is None:
        raise source.refused("holds no accelerations as lists accX, accY, accZ")
    if _ACCEL_TIME not in arrays:
        raise source.refused(
            f"holds {len(accel)} accelerations and no times ({_ACCEL_TIME}); without times and a rate of "
            "turn a lift cannot be measured: record with both sensors and stamps"
        )
    gyro = next((found for names in _GYRO if (found := _vectors(source, arrays, names)) is not None), None)
    if gyro is None:
        raise source.refused("holds no rate of turn (magX or gyroX); record with the gyroscope on")
    _refuse_copied_axes(source, gyro)
    zero_ns = _stamps(source, arrays, _ACCEL_TIME, len(accel))[0]
    return ImuTracks(
        accel=_track(source, arrays, _ACCEL_TIME, accel, zero_ns),
        accel_kind=AccelKind.SPECIFIC_FORCE,
        accel_unit=AccelUnit.MPS2,
        gyro=_track(source, arrays, _GYRO_TIME, gyro, zero_ns),
        gyro_unit=GyroUnit.RADPS,
        sensor="Polar Verity Sense",
        notes=("Taken as m/s² and rad/s: the file names no units.",),
    )


def _vectors(source: ImportSource, arrays: Mapping[str, object], names: tuple[str, ...]) -> FloatArray | None:
    """Put three lists together, (N, 3); None if they are not there.

    Raises
    ------
    ImportFileError
        If their lengths differ: then nobody knows which numbers belong together.
    """
    columns = [numbers(arrays.get(name)) for name in names]
    found = [column for column in columns if column is not None]
    if len(found) < len(names):
        return None
    if len({len(column) for column in found}) > 1:
        lengths = ", ".join(f"{name} {len(column)}" for name, column in zip(names, found, strict=True))
        raise source.refused(f"has lists of different lengths ({lengths}); export it again")
    return np.stack(found, axis=1)


def _refuse_copied_axes(source: ImportSource, gyro: FloatArray) -> None:
    for one, other in ((0, 1), (0, 2), (1, 2)):
        if len(gyro) > 2 and np.array_equal(gyro[:, one], gyro[:, other]) and np.ptp(gyro[:, one]) > 0:
            pair = f"{'XYZ'[one]} and {'XYZ'[other]}"
            raise source.refused(
                f"has the same {len(gyro)} values for {pair} of the rate of turn: the program that saved it "
                "wrote one axis twice and lost another, so the sensor's attitude is unknown; nothing can be "
                "measured from it"
            )


def _stamps(source: ImportSource, arrays: Mapping[str, object], name: str, count: int) -> list[object]:
    stamps = as_list(arrays.get(name))
    if len(stamps) != count or not count:
        raise source.refused(f"has no list {name} with one time for each of {count} values; export it again")
    return stamps


def _track(
    source: ImportSource, arrays: Mapping[str, object], name: str, values: FloatArray, zero_ns: object
) -> Track:
    stamps = _stamps(source, arrays, name, len(values))
    # As floats, whole numbers of ns are rounded to 64: nothing here.
    t_ns = np.array([number(stamp) for stamp in stamps]) - number(zero_ns)
    return track(t_ns / 1e9, values)


FORMAT = ImportFormat("verity-sense-json", "Polar Verity Sense arrays, JSON", _recognises, _read)
