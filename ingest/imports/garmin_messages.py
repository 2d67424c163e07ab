"""The messages of raw motion sensors in a FIT file.

Up to 30 samples in a message, each with its offset in ms from the message's time. Calibrated values are in
g and deg/s. Raw counts become such by ``three_d_sensor_calibration``: factor / divisor x orientation x
(count - level shift - offset) (FIT profile 21; the order of the steps as in the public decoder of VIRB
files, fit-rs).
"""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from fit_tool.decoder import FitDecoder
from fit_tool.exceptions import FitError
from fit_tool.profile.messages.accelerometer_data_message import AccelerometerDataMessage
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.gyroscope_data_message import GyroscopeDataMessage
from fit_tool.profile.messages.three_d_sensor_calibration_message import ThreeDSensorCalibrationMessage

from analysis.imu import FloatArray
from ingest.imports.imported import Track, track

if TYPE_CHECKING:
    from ingest.imports.source import ImportSource

_ACCEL_TYPE, _GYRO_TYPE = 0, 1
"""Of ``sensor_type`` in the FIT profile."""


@dataclass(slots=True)
class Channel:
    """What was read of one sensor so far.

    Attributes
    ----------
    t_s : list of (N,), s since 1970
        Of each message.
    values : list of (N, 3)
        Of each message, calibrated.
    calibration : _Calibration or None
        The last one that was read.
    uncalibrated : int
        Messages of counts that came before any calibration.
    """

    t_s: list[FloatArray] = field(default_factory=list[FloatArray])
    values: list[FloatArray] = field(default_factory=list[FloatArray])
    calibration: _Calibration | None = None
    uncalibrated: int = 0

    def track(self, scale: float, zero_s: float) -> Track | None:
        """Join the messages, scaled, with times from ``zero_s`` on; None if there are none."""
        if not self.t_s:
            return None
        return track(np.concatenate(self.t_s) - zero_s, np.concatenate(self.values) * scale)


@dataclass(frozen=True, slots=True, eq=False)
class _Calibration:
    """How counts become g or deg/s."""

    factor: float
    offset: FloatArray
    orientation: FloatArray

    def apply(self, counts: FloatArray) -> FloatArray:
        """Convert counts, (N, 3)."""
        return self.factor * (counts - self.offset) @ self.orientation.T


@dataclass(slots=True)
class Contents:
    """What a file holds.

    Attributes
    ----------
    accel, gyro : Channel
        g and deg/s.
    sensor : str
        Maker and product.
    messages : int
        Messages of any kind.
    """

    accel: Channel = field(default_factory=Channel)
    gyro: Channel = field(default_factory=Channel)
    sensor: str = "Garmin"
    messages: int = 0


def read_contents(source: ImportSource) -> Contents:
    """Go through the messages one by one: together they would take a hundred times the file's memory.

    Raises
    ------
    ImportFileError
        If the file is damaged.
    """
    contents = Contents()
    remedy = "the file is cut off or damaged: copy it again from the device"
    try:
        for record in FitDecoder().iter_records(source.data):
            contents.messages += 1
            _take(contents, record.message)
    except FitError as error:
        raise source.refused(f"is no whole FIT file ({_one_line(error)}); {remedy}") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # The checksum was right or the decoder would have said so: the library itself stumbled.
        raise source.refused(
            f"cannot be decoded ({type(error).__name__}: {_one_line(error)}); {remedy}"
        ) from None
    return contents


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]


def _take(contents: Contents, message: object) -> None:
    match message:
        case AccelerometerDataMessage():
            _add(
                contents.accel,
                message,
                (message.calibrated_accel_x, message.calibrated_accel_y, message.calibrated_accel_z),
                (message.accel_x, message.accel_y, message.accel_z),
            )
        case GyroscopeDataMessage():
            _add(
                contents.gyro,
                message,
                (message.calibrated_gyro_x, message.calibrated_gyro_y, message.calibrated_gyro_z),
                (message.gyro_x, message.gyro_y, message.gyro_z),
            )
        case ThreeDSensorCalibrationMessage():
            kind: Any = message.sensor_type
            channel = {_ACCEL_TYPE: contents.accel, _GYRO_TYPE: contents.gyro}.get(kind)
            if channel is not None:
                channel.calibration = _calibration(message)
        case FileIdMessage() if message.product_name:
            contents.sensor = f"Garmin {message.product_name}"[:60]
        case _:
            pass


def _add(
    channel: Channel,
    message: AccelerometerDataMessage | GyroscopeDataMessage,
    calibrated: tuple[Any, ...],
    raw: tuple[Any, ...],
) -> None:
    """Take the samples of one message: calibrated ones if it has them, else counts with a calibration."""
    offsets: Any = message.sample_time_offset
    if message.timestamp is None or offsets is None:
        return
    offset_ms = _numbers(offsets)
    # fit-tool gives ms since 1970.
    t_s = message.timestamp / 1000 + (message.timestamp_ms or 0) / 1000 + offset_ms / 1000
    values = _axes(calibrated, len(t_s))
    if values is None:
        counts = _axes(raw, len(t_s))
        if counts is None:
            return
        if channel.calibration is None:
            channel.uncalibrated += 1
            return
        values = channel.calibration.apply(counts)
    channel.t_s.append(t_s)
    channel.values.append(values)


def _axes(axes: tuple[Any, ...], count: int) -> FloatArray | None:
    """Put three lists of a message together, (N, 3); None unless each has one number for each time."""
    columns = [None if axis is None else _numbers(axis) for axis in axes]
    found = [column for column in columns if column is not None and len(column) == count]
    return np.stack(found, axis=1) if len(found) == len(axes) else None


def _numbers(values: Any) -> FloatArray:  # noqa: ANN401  # fit-tool does not say
    some = cast("list[Any]", values) if isinstance(values, list) else [values]
    return np.array([np.nan if one is None else one for one in some], dtype=np.float64)


def _calibration(message: ThreeDSensorCalibrationMessage) -> _Calibration | None:
    """Read a calibration; None if it lacks something."""
    factor, divisor, shift = message.calibration_factor, message.calibration_divisor, message.level_shift
    offset, orientation = message.offset_cal, message.orientation_matrix
    if None in (factor, divisor, shift, offset, orientation) or not divisor:
        return None
    offsets, matrix = _numbers(offset), _numbers(orientation)
    if len(offsets) != 3 or len(matrix) != 9 or factor is None or shift is None:
        return None
    return _Calibration(factor / divisor, offsets + shift, matrix.reshape(3, 3))
