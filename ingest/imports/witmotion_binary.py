"""Binary logs of WitMotion sensors (WT901SDCL and others), often named ``.TXT``.

Packets of 11 bytes: ``55``, the kind, four little-endian 16-bit numbers, and the low byte of the sum of the
ten bytes before. Kind ``50`` is the time, ``51`` acceleration (16 g is 32768), ``52`` rate of turn (2000
deg/s is 32768), ``53`` angles (180 deg is 32768; roll about x, pitch about y, yaw about z, turned z first,
then y, x). Which kinds there are is a setting. Source: WitMotion, WT901SDCL datasheet v20-0605, section
6.1.

Time is an option that is off by default. Without it, the sampling period is measured: it is the number that
makes the rate of turn agree with the angles of the same file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from analysis.imu import STANDARD_GRAVITY_MPS2, BoolArray, FloatArray, IntArray
from ingest.imports.clock_texts import wall_clock
from ingest.imports.imported import AccelKind, AccelUnit, GyroUnit, ImportFormat, ImuTracks, Track, track

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ingest.imports.source import ImportSource

_PACKET = 11
_HEADER = 0x55
_TIME, _ACCEL, _GYRO, _ANGLE = 0x50, 0x51, 0x52, 0x53
_FIRST_KIND, _LAST_KIND = 0x50, 0x5F
_ACCEL_LSB_MPS2 = 16 * STANDARD_GRAVITY_MPS2 / 32768
_GYRO_LSB_RADPS = np.deg2rad(2000) / 32768
_ANGLE_LSB_RAD = np.pi / 32768


@dataclass(frozen=True, slots=True)
class WitMotionConfig:
    """Limits.

    Attributes
    ----------
    max_bytes : int
        Largest log that is read, bytes. 50 MB are an hour and a half at 200 Hz.
    head_bytes : int
        So much is looked at to recognise a log, bytes; some hundred packets.
    min_packets_fraction : float
        A log is recognised if packets with a right checksum fill more than this of its beginning; 0.3 to
        0.95. By chance it is under 1e-5.
    min_time_fraction : float
        Time packets are the clock if at least this fraction of the samples has one; 0.5 to 1.
    lag : int
        Steps over which angles are compared with the rate of turn, samples; 1 to 20. Over one step the noise
        of the angles shows.
    min_agreement : float
        Least correlation of the angles with the integrated rate of turn that a measured period needs;
        0.9 to 0.999. In the file at hand it is 0.998.
    min_turn_rad : float
        Least angle that the sensor turned through, all told, rad; below it nothing can be measured.
    usual_rates_hz : tuple of float
        Rates that can be set (datasheet, 6.2.9).
    usual_rate_fraction : float
        A measured rate nearer to a usual one than this fraction is that; measuring is good to about 1 %.
    """

    max_bytes: int = 50_000_000
    head_bytes: int = 4_096
    min_packets_fraction: float = 0.6
    min_time_fraction: float = 0.9
    lag: int = 10
    min_agreement: float = 0.97
    min_turn_rad: float = 2.0
    usual_rates_hz: tuple[float, ...] = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 125.0, 200.0)
    usual_rate_fraction: float = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class _Samples:
    """Packets, ordered into samples.

    Attributes
    ----------
    count : (N,)
        Number of each sample, by its place in the file: damaged ones are skipped in it.
    accel, gyro, angle : (N, 3)
        Raw numbers; NaN where a packet is missing.
    time_s : (N,)
        Of the time packet, s since 1970; NaN where there is none.
    """

    count: FloatArray
    accel: FloatArray
    gyro: FloatArray
    angle: FloatArray
    time_s: FloatArray


def _recognises(source: ImportSource, config: WitMotionConfig | None = None) -> bool:
    config = config or WitMotionConfig()
    head = source.data[: config.head_bytes]
    return len(head) >= 4 * _PACKET and len(_packets(head)) * _PACKET > config.min_packets_fraction * len(
        head
    )


def _read(source: ImportSource, config: WitMotionConfig | None = None) -> ImuTracks:
    config = config or WitMotionConfig()
    if len(source.data) > config.max_bytes:
        raise source.refused(f"is larger than {config.max_bytes // 1_000_000} MB; cut it into sets")
    starts = _packets(source.data)
    if len(starts) < 2:
        raise source.refused("holds no packets of WitMotion; copy it again from the sensor")
    bytes_ = np.frombuffer(source.data, dtype=np.uint8)
    samples = _samples(bytes_, starts)
    if np.isfinite(samples.accel).all(axis=1).sum() < 2:
        raise source.refused("holds no acceleration packets (55 51); switch them on in the sensor's settings")
    notes = ["Taken as ±16 g and ±2000 deg/s: the file does not state its ranges."]
    damaged = len(bytes_) - _PACKET * len(starts)
    if damaged:
        notes.append(f"{damaged} damaged bytes were skipped.")
    t_s, how = _times(source, samples, config)
    gyro = track(t_s, samples.gyro * _GYRO_LSB_RADPS)
    first_s = samples.time_s[np.isfinite(samples.time_s)]
    return ImuTracks(
        accel=track(t_s, samples.accel * _ACCEL_LSB_MPS2),
        accel_kind=AccelKind.SPECIFIC_FORCE,
        accel_unit=AccelUnit.G,
        gyro=gyro if len(gyro) else None,
        gyro_unit=GyroUnit.DPS,
        attitude=attitude_of_angles(t_s, samples.angle * _ANGLE_LSB_RAD),
        sensor="WitMotion",
        started_at=wall_clock(float(first_s[0])) if len(first_s) else None,
        notes=(*notes, how),
    )


def _packets(data: bytes) -> IntArray:
    """Find where packets with a right checksum begin; none overlaps another."""
    bytes_ = np.frombuffer(data, dtype=np.uint8)
    count = len(bytes_) - _PACKET + 1
    if count < 1:
        return np.zeros(0, dtype=np.intp)
    total = np.zeros(count, dtype=np.uint8)
    for place in range(_PACKET - 1):
        total += bytes_[place : place + count]  # the sum's low byte is what uint8 keeps
    kind = bytes_[1 : 1 + count]
    good = (bytes_[:count] == _HEADER) & (kind >= _FIRST_KIND) & (kind <= _LAST_KIND)
    starts = np.flatnonzero(good & (total == bytes_[_PACKET - 1 :]))
    return starts[_apart(starts)]


def _apart(starts: IntArray) -> BoolArray:
    """Mark, from the front, those that begin after the last marked one has ended."""
    kept = np.ones(len(starts), dtype=np.bool_)
    if len(starts) < 2 or int(np.diff(starts).min()) >= _PACKET:
        return kept
    end = -1
    for place, start in enumerate(starts):
        kept[place] = start >= end
        if kept[place]:
            end = start + _PACKET
    return kept


def _samples(bytes_: NDArray[np.uint8], starts: IntArray) -> _Samples:
    """Order packets into samples: within one the kinds go up."""
    kinds = bytes_[starts + 1]
    first = np.concatenate([[True], kinds[1:] <= kinds[:-1]])
    sample = np.cumsum(first) - 1
    total = int(sample[-1]) + 1
    payload = bytes_[starts[:, None] + np.arange(2, 10)]
    words = payload.copy().view("<i2").astype(np.float64)
    columns = {kind: np.full((total, 3), np.nan) for kind in (_ACCEL, _GYRO, _ANGLE)}
    for kind, column in columns.items():
        here = kinds == kind
        column[sample[here]] = words[here, :3]
    time_s = np.full(total, np.nan)
    here = kinds == _TIME
    time_s[sample[here]] = _clock(payload[here])
    # By its bytes a sample counts even if it was damaged and skipped. Its length is the usual distance.
    places = np.asarray(starts[first], dtype=np.float64)
    length = float(np.median(np.diff(places))) if total > 1 else float(_PACKET)
    count = np.asarray(np.round((places - places[0]) / length), dtype=np.float64)
    return _Samples(count, columns[_ACCEL], columns[_GYRO], columns[_ANGLE], time_s)


def _clock(payload: NDArray[np.uint8]) -> FloatArray:
    """Read time packets, (N, 8): year since 2000, month, day, hour, minute, second, milliseconds."""
    year, month, day, hour, minute, second = (payload[:, place].astype(np.int64) for place in range(6))
    milli = payload[:, 6].astype(np.int64) + 256 * payload[:, 7].astype(np.int64)
    months = (year + 30) * 12 + month - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1
    seconds = days * 86_400.0 + hour * 3600 + minute * 60 + second + milli / 1000
    sane = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (milli < 1000)
    sane &= (hour < 24) & (minute < 60) & (second < 60)
    return np.where(sane, seconds, np.nan)


def _times(source: ImportSource, samples: _Samples, config: WitMotionConfig) -> tuple[FloatArray, str]:
    """Find the time of each sample, and say how."""
    known = np.isfinite(samples.time_s)
    if known.mean() >= config.min_time_fraction:
        return samples.time_s, "Time is that of the sensor's time packets (55 50)."
    rate_hz = _measured_rate_hz(source, samples, config)
    usual_hz = min(config.usual_rates_hz, key=lambda usual: abs(usual / rate_hz - 1))
    how = (
        f"No time packets: rate measured as {rate_hz:.1f} Hz (to about 1 %) by comparing gyroscope and angles"
    )
    if abs(usual_hz / rate_hz - 1) < config.usual_rate_fraction:
        rate_hz = usual_hz
        how = f"No time packets: {rate_hz:g} Hz, the usual rate that gyroscope and angles agree with"
    return samples.count / rate_hz, f"{how}; lost packets cannot be seen."


def _measured_rate_hz(source: ImportSource, samples: _Samples, config: WitMotionConfig) -> float:
    """Find the rate at which the rate of turn is the change of the angles.

    Raises
    ------
    ImportFileError
        If there are no angles, or the sensor hardly turned.
    """
    remedy = (
        "switch on the output of the time in the sensor's settings, or export text with WitMotion's program"
    )
    turn, angle = _turns(samples, config.lag)
    if not len(turn):
        raise source.refused(f"holds no time packets (55 50), and no angles to measure the rate by; {remedy}")
    agreement = float((turn * angle).sum() / np.sqrt((turn**2).sum() * (angle**2).sum() + 1e-30))
    turned_rad = float(np.linalg.norm(angle, axis=1).sum()) / config.lag
    if turned_rad < config.min_turn_rad or agreement < config.min_agreement:
        raise source.refused(
            "holds no time packets (55 50), and the sensor turned too little to measure its rate by its "
            f"angles; {remedy}"
        )
    return float((turn**2).sum() / (turn * angle).sum())


def attitude_of_angles(t_s: FloatArray, angles_rad: FloatArray) -> Track | None:
    """Make an attitude of WitMotion's angles.

    Parameters
    ----------
    t_s : (N,) float
        Times, s; NaN where there is none.
    angles_rad : (N, 3) float
        Roll, pitch, yaw; NaN where there is none.

    Returns
    -------
    Track or None
        Unit quaternions, scalar first, body to reference; None if there are no angles.
    """
    angles = track(t_s, angles_rad)
    if not len(angles):
        return None
    return Track(angles.t_s, _rotation(angles.values).as_quat(scalar_first=True), angles.dropped)


def _rotation(angles_rad: FloatArray) -> Rotation:
    return Rotation.from_euler("ZYX", angles_rad[:, ::-1])


def _turns(samples: _Samples, lag: int) -> tuple[FloatArray, FloatArray]:
    """Return the summed rate of turn (rad/s) over ``lag`` steps and the angles' rotation (rad), (M, 3)."""
    gyro = samples.gyro * _GYRO_LSB_RADPS
    whole = np.isfinite(gyro).all(axis=1) & np.isfinite(samples.angle).all(axis=1)
    if np.count_nonzero(whole) <= lag:
        return np.zeros((0, 3)), np.zeros((0, 3))
    count, gyro = samples.count[whole], gyro[whole]
    attitude = _rotation(samples.angle[whole] * _ANGLE_LSB_RAD)
    rotation = (attitude[:-lag].inv() * attitude[lag:]).as_rotvec()
    summed = np.vstack([np.zeros(3), np.cumsum((gyro[1:] + gyro[:-1]) / 2, axis=0)])
    # Only where no sample is missing, and where a half turn cannot be taken for its opposite.
    kept = (count[lag:] - count[:-lag] == lag) & (np.linalg.norm(rotation, axis=1) < np.pi / 2)
    return (summed[lag:] - summed[:-lag])[kept], rotation[kept]


FORMAT = ImportFormat("witmotion-binary", "WitMotion log, binary", _recognises, _read)
