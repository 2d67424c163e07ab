"""Synthetic files in other people's layouts: one known motion, written as each program writes.

`SAMPLES` maps a name to a writer: it puts the files into a folder and returns the one to import. Nothing
here is anybody's data.
"""

from __future__ import annotations

import datetime as dt
import json
import struct
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial.transform import Rotation

from tests.ingest import import_samples_reference as reference
from tests.ingest.import_tables import rows, save

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

G = 9.80665
START = dt.datetime(2026, 7, 5, 10, 14, 3, 120_000)  # noqa: DTZ001  # programs write local times


@dataclass(frozen=True, eq=False)
class Motion:
    """What truly happened at ``t_s``: specific force (m/s²), rate of turn (rad/s), attitude (body to up)."""

    t_s: np.ndarray
    force: np.ndarray
    turn: np.ndarray
    quaternion: np.ndarray


def attitude(t_s):
    """Rest, then slow turns about two axes with rests between, then a small sway."""

    def ramp(start_s, length_s):
        x = np.clip((t_s - start_s) / length_s, 0, 1)
        return x**3 * (10 - 15 * x + 6 * x**2)

    roll = 0.3 + 0.9 * ramp(2, 1.5) - 0.7 * ramp(8, 1.5)
    pitch = -0.2 + 0.8 * ramp(5, 1.5) - 0.5 * ramp(11, 1.5)
    yaw = 0.4 * ramp(5, 3) + 0.1 * np.sin(2.5 * t_s) * ramp(13, 1)
    return Rotation.from_euler("ZYX", np.stack([yaw, pitch, roll], axis=1))


def height_acceleration(t_s):
    """Five reps of 0.3 m up and down from 14 s on."""
    w = 2 * np.pi / 1.6
    return np.where((t_s > 14) & (t_s < 22), 0.15 * w**2 * np.cos(w * (t_s - 14)), 0.0)


@cache
def motion(rate_hz=100.0, duration_s=25.0, offset_s=0.0):
    """Sample the motion."""
    t_s = offset_s + np.arange(round(rate_hz * duration_s)) / rate_hz
    step_s = 1e-4
    turns = attitude(t_s)
    rate = (attitude(t_s - step_s).inv() * attitude(t_s + step_s)).as_rotvec() / (2 * step_s)
    up = np.zeros((len(t_s), 3))
    up[:, 2] = G + height_acceleration(t_s)
    return Motion(t_s, turns.inv().apply(up), rate, turns.as_quat(scalar_first=True))


def stamps(t_s, pattern):
    """Write times as texts."""
    return [(START + dt.timedelta(seconds=round(float(t), 3))).strftime(pattern)[:-3] for t in t_s]


# --- WitMotion ---------------------------------------------------------------------------------------------


def packet(kind, payload):
    body = bytes((0x55, kind)) + payload
    return body + bytes((sum(body) & 0xFF,))


def clock_packet(t):
    now = START + dt.timedelta(seconds=round(float(t), 3))
    return packet(
        0x50,
        struct.pack(
            "<6BH",
            now.year - 2000,
            now.month,
            now.day,
            now.hour,
            now.minute,
            now.second,
            now.microsecond // 1000,
        ),
    )


def euler_angles(one):
    """Roll, pitch, yaw in rad."""
    return Rotation.from_quat(one.quaternion, scalar_first=True).as_euler("ZYX")[:, ::-1]


def witmotion_log(rate_hz=100.0, *, time=True, angles=True):
    one = motion(rate_hz)
    accel = np.round(one.force / (16 * G) * 32768).astype(int)
    turn = np.round(np.rad2deg(one.turn) / 2000 * 32768).astype(int)
    angle = np.round(euler_angles(one) / np.pi * 32768).astype(int)
    data = bytearray()
    for n, t in enumerate(one.t_s):
        if time:
            data += clock_packet(t)
        data += packet(0x51, struct.pack("<4h", *accel[n], 2530))
        data += packet(0x52, struct.pack("<4h", *turn[n], 2530))
        if angles:
            data += packet(0x53, struct.pack("<4h", *angle[n], 2530))
    return bytes(data)


def witmotion_binary(folder):
    return save(folder, "WIT0001.TXT", witmotion_log())


def witmotion_binary_without_time(folder):
    return save(folder, "WIT0002.TXT", witmotion_log(40.0, time=False))


def witmotion_old_text(folder):
    one = motion()
    header = (
        "StartTime: 2026-07-05 10:14:03.120 WT901 \n"
        "address\tTime(s)\tChipTime\tax(g)\tay(g)\taz(g)\twx(deg/s)\twy(deg/s)\twz(deg/s)\tAngleX(deg)\tAngleY(deg)\t"
        "AngleZ(deg)\tT(°)\t"
    )
    columns = [
        ["0x50"] * len(one.t_s),
        [f" {text}" for text in stamps(one.t_s, "%H:%M:%S.%f")],
        stamps(one.t_s, "%Y-%m-%d %H:%M:%S.%f"),
        *(one.force / G).T,
        *np.rad2deg(one.turn).T,
        *np.rad2deg(euler_angles(one)).T,
        one.t_s * 0 + 25,
    ]
    text = rows(header, columns, "\t", "\r\n", dict.fromkeys(range(14), ".4f"))
    return save(folder, "200705101403.txt", text.encode("gbk"))


def witmotion_new_text(folder):
    one = motion()
    header = (
        "Time,Device name,Chip Time(),Acceleration X(g),Acceleration Y(g),Acceleration Z(g),"
        "Angular velocity X(°/s),Angular velocity Y(°/s),Angular velocity Z(°/s),Temperature(℃)"
    )
    now = [START + dt.timedelta(seconds=round(float(t), 3)) for t in one.t_s]
    columns = [
        stamps(one.t_s, "%H:%M:%S.%f"),
        ["WT901BLE67(d6-a8-b9-ee-a0-b7)"] * len(one.t_s),
        [
            f" {n.year}-{n.month}-{n.day} {n.hour}:{n.minute}:{n.second}:{n.microsecond // 1000:03d}"
            for n in now
        ],
        *(one.force / G).T,
        *np.rad2deg(one.turn).T,
        one.t_s * 0 + 25,
    ]
    return save(folder, "data_0.csv", rows(header, columns, formats=dict.fromkeys(range(10), ".4f")))


# --- Polar -------------------------------------------------------------------------------------------------

POLAR_NS = 834_363_823_499_951_360


def polar_text(folder):
    return polar_pair(folder)[0]


def polar_pair(folder, gyro_late_s=0.4):
    """Write ACC and GYRO; the gyroscope starts later and on its own stamps."""
    accel, gyro = motion(52.0), motion(52.0, 24.0, gyro_late_s)
    paths = []
    for name, one, unit, values, form in (
        ("ACC", accel, "mg", accel.force / G * 1000, ".0f"),
        ("GYRO", gyro, "dps", np.rad2deg(gyro.turn), ".3f"),
    ):
        header = "Phone timestamp;sensor timestamp [ns];" + ";".join(f"{axis} [{unit}]" for axis in "XYZ")
        ns = [str(POLAR_NS + int(t * 1e9)) for t in one.t_s]
        columns = [stamps(one.t_s, "%Y-%m-%dT%H:%M:%S.%f"), ns, *values.T]
        text = rows(header, columns, ";", formats=dict.fromkeys(range(5), form))
        paths.append(save(folder, f"Polar_Sense_CA549123_20260705_101403_{name}.txt", text))
    return paths


def verity_arrays(gyro_names=("magX", "magY", "magZ")):
    accel, gyro = motion(52.0), motion(52.0, 22.0, 2.8)
    arrays = {f"acc{axis}": accel.force[:, n].tolist() for n, axis in enumerate("XYZ")}
    arrays |= {name: gyro.turn[:, n].tolist() for n, name in enumerate(gyro_names)}
    arrays["timeStampsAcc"] = [536_581_049_397_084_200 + int(t * 1e9) for t in accel.t_s]
    arrays["timeStampsGyro"] = [536_581_049_397_084_200 + int(t * 1e9) for t in gyro.t_s]
    return arrays


def verity_json(folder):
    return save(folder, "set.json", json.dumps(verity_arrays()))


# --- Apple -------------------------------------------------------------------------------------------------


def apple_columns(one):
    """Return CoreMotion's user acceleration and gravity in g: their sum is minus the specific force."""
    down = (
        -Rotation.from_quat(one.quaternion, scalar_first=True)
        .inv()
        .apply(np.tile([0.0, 0, 1], (len(one.t_s), 1)))
    )
    return -one.force / G - down, down


def sensorlog_motion(folder):
    one = motion()
    user, gravity = apple_columns(one)
    header = (
        "loggingTime(txt),motionTimestamp_sinceReboot(s),motionRotationRateX(rad/s),motionRotationRateY(rad/s),"
        "motionRotationRateZ(rad/s),motionUserAccelerationX(G),motionUserAccelerationY(G),motionUserAccelerationZ(G),"
        "motionQuaternionX(R),motionQuaternionY(R),motionQuaternionZ(R),motionQuaternionW(R),motionGravityX(G),"
        "motionGravityY(G),motionGravityZ(G),heartRateBPM(N)"
    )
    columns = [
        [f"{text}+02:00" for text in stamps(one.t_s, "%Y-%m-%dT%H:%M:%S.%f")],
        8123.456 + one.t_s,
        *one.turn.T,
        *user.T,
        *one.quaternion[:, [1, 2, 3, 0]].T,
        *gravity.T,
        ["" for _ in one.t_s],
    ]
    # Logged at twice the sensor's rate: every row comes twice.
    twice = [
        np.repeat(column, 2) if isinstance(column, np.ndarray) else [c for c in column for _ in "ab"]
        for column in columns
    ]
    return save(folder, "2026-07-05_10_14_03_my_watch.csv", rows(header, twice))


def sensorlog_raw(folder):
    accel, gyro = motion(), motion(100.0, 25.0, 0.003)
    header = (
        "loggingTime(txt);loggingSample(N);accelerometerTimestamp_sinceReboot(s);accelerometerAccelerationX(G);"
        "accelerometerAccelerationY(G);accelerometerAccelerationZ(G);gyroTimestamp_sinceReboot(s);"
        "gyroRotationX(rad/s);gyroRotationY(rad/s);gyroRotationZ(rad/s)"
    )
    columns = [
        [f"{text} +0200" for text in stamps(accel.t_s, "%Y-%m-%d %H:%M:%S.%f")],
        [str(n) for n in range(len(accel.t_s))],
        99.5 + accel.t_s,
        *(-accel.force / G).T,
        99.5 + gyro.t_s,
        *gyro.turn.T,
    ]
    return save(folder, "log.csv", rows(header, columns, ";").replace(".", ","))


def coremotion_attitude(folder):
    one = motion(200.0)
    user, gravity = apple_columns(one)
    columns = [15_382.769205 + one.t_s, *user.T, *gravity.T, *one.quaternion.T]
    return save(folder, "watch.csv", rows("t,ua_x,ua_y,ua_z,g_x,g_y,g_z,q_w,q_x,q_y,q_z", columns))


def coremotion_turn(folder, scale=1.0):
    one = motion()
    user, gravity = apple_columns(one)
    columns = [one.t_s, *one.turn.T, *(scale * gravity).T, *(scale * user).T, (one.t_s > 14).astype(int)]
    text = rows("t,gx,gy,gz,gravx,gravy,gravz,uax,uay,uaz,active", columns, formats={10: "d"})
    lines = text.split("\n")
    lines[1:15] = [f"{n / 100:.2f},,,,,,,,,,0" for n in range(14)]
    return save(folder, "set.csv", "\n".join(lines))


# --- Garmin ------------------------------------------------------------------------------------------------


def garmin_fit(folder):
    return save(folder, "2026-07-05.fit", fit_bytes())


def garmin_fit_calibrated(folder):
    return save(folder, "calibrated.fit", fit_bytes(raw=False))


@cache
def fit_bytes(*, gyro=True, raw=True, calibrated=True):
    """Write messages of 25 samples; ``calibrated`` says whether raw counts have their calibration."""
    from fit_tool.fit_file_builder import FitFileBuilder
    from fit_tool.profile.messages.accelerometer_data_message import AccelerometerDataMessage
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.messages.gyroscope_data_message import GyroscopeDataMessage

    one = motion()
    zero_ms = round(START.replace(tzinfo=dt.UTC, microsecond=0).timestamp() * 1000)
    builder = FitFileBuilder(auto_define=True)
    first = FileIdMessage()
    first.time_created = zero_ms
    builder.add(first)
    if raw and calibrated:
        builder.add_all([_calibration(zero_ms, 0, 1, 4096), _calibration(zero_ms, 1, 2000, 32768)])
    for start in range(0, len(one.t_s), 25):
        part = slice(start, start + 25)
        messages: list[tuple[Any, ...]] = [(AccelerometerDataMessage(), "accel", one.force[part] / G, 4096.0)]
        if gyro:
            messages.append((GyroscopeDataMessage(), "gyro", np.rad2deg(one.turn[part]), 32768 / 2000))
        for message, name, values, per_unit in messages:
            message.timestamp = zero_ms + start // 100 * 1000
            message.timestamp_ms = start % 100 * 10
            message.sample_time_offset = [10 * n for n in range(len(values))]
            # The sensor's axes are turned against the device's; see _calibration.
            counts = np.round((values @ ORIENTATION) * per_unit).astype(int) + 32768 + np.array(OFFSETS)
            for n, axis in enumerate("xyz"):
                if raw:
                    setattr(message, f"{name}_{axis}", counts[:, n].tolist())
                else:
                    setattr(message, f"calibrated_{name}_{axis}", values[:, n].tolist())
            builder.add(message)
    return builder.build().to_bytes()


ORIENTATION = np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])
OFFSETS = (12, -7, 30)


def _calibration(zero_ms, sensor, factor, divisor):
    from fit_tool.profile.messages.three_d_sensor_calibration_message import ThreeDSensorCalibrationMessage

    message = ThreeDSensorCalibrationMessage()
    message.timestamp = zero_ms
    message.sensor_type = sensor
    message.calibration_factor = factor
    message.calibration_divisor = divisor
    message.level_shift = 32768
    message.offset_cal = list(OFFSETS)
    message.orientation_matrix = ORIENTATION.ravel().tolist()
    return message


# --- bar centre --------------------------------------------------------------------------------------------


def bar_centre(folder):
    one = motion()
    columns = [
        ["1"] * len(one.t_s),
        [str(1_024_535 + round(1000 * t)) for t in one.t_s],
        *one.force.T,
        *one.turn.T,
        one.t_s * 0 + 47.15,
        one.t_s * 0 - 64.762,
        one.t_s * 0 + 32.476,
    ]
    text = rows("", columns, formats=dict.fromkeys(range(11), ".3f"))
    return save(folder, "set.csv", text.lstrip("\n"))


SAMPLES: dict[str, Callable[[Path], Path]] = {
    "witmotion-binary": witmotion_binary,
    "witmotion-binary without time": witmotion_binary_without_time,
    "witmotion-text old": witmotion_old_text,
    "witmotion-text new": witmotion_new_text,
    "polar-sensor-logger": polar_text,
    "verity-sense-json": verity_json,
    "sensorlog motion": sensorlog_motion,
    "sensorlog raw": sensorlog_raw,
    "coremotion-attitude": coremotion_attitude,
    "coremotion-turn": coremotion_turn,
    "garmin-fit": garmin_fit,
    "garmin-fit calibrated": garmin_fit_calibrated,
    "bar-centre": bar_centre,
    "vitruve": reference.vitruve,
    "openbarbell": reference.openbarbell,
    "wl-analysis": reference.wl_analysis,
    "kinovea": reference.kinovea,
    "kinovea text": reference.kinovea_text,
    "aruco-path": reference.aruco,
}
"""Names begin with the name of the format."""
