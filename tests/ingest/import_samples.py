"""Synthetic files in the layouts of the first half of the formats, all of one known motion.

`SAMPLES` maps a name, which begins with the name of the format, to a writer: it puts the files into a folder
and returns the one to import. Nothing here is anybody's data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from tests.ingest.import_samples_b import START, G, motion, rows, save

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EPOCH_S = 1_783_246_443.0
"""When the samples were recorded, s since 1970."""


def xyz(values):
    return [values[:, axis] for axis in range(3)]


def imu_csv(folder: Path) -> Path:
    one = motion()
    header = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps"
    return save(folder, "set.csv", rows(header, [one.t_s + 12.5, *xyz(one.force), *xyz(one.turn)]))


def metabase_table(values, unit, t_s):
    header = f"epoch (ms),time (01:00),elapsed (s),x-axis ({unit}),y-axis ({unit}),z-axis ({unit})"
    epoch = [f"{1000 * (EPOCH_S + t):.0f}" for t in t_s]
    clock = [(START).isoformat(timespec="milliseconds")] * len(t_s)
    return rows(header, [epoch, clock, t_s, *xyz(values)], formats={2: ".3f", 3: ".3f", 4: ".3f", 5: ".3f"})


def metabase(folder: Path) -> Path:
    accel, gyro = motion(100.0), motion(50.0)
    stem = "squat_MetaWear_2026-07-05T10.14.03.120_C42732BE255C"
    save(
        folder,
        f"{stem}_Gyroscope_50.000Hz_1.4.4.csv",
        metabase_table(np.rad2deg(gyro.turn), "deg/s", gyro.t_s),
    )
    return save(
        folder,
        f"{stem}_Accelerometer_100.000Hz_1.4.4.csv",
        metabase_table(accel.force / G, "g", accel.t_s),
    )


def metabase_gyroscope(folder: Path) -> Path:
    metabase(folder)
    return next(folder.glob("*Gyroscope*"))


def nanoseconds(t_s):
    return [f"{1e9 * EPOCH_S + round(1e9 * t):.0f}" for t in t_s]


def parts(one):
    """Split specific force into gravity (up) and the rest, as fusion software does."""
    up = Rotation.from_quat(one.quaternion, scalar_first=True).inv().apply([0.0, 0.0, G])
    return one.force - up, up


def wrist(folder: Path, scale: float) -> Path:
    one = motion()
    linear, up = parts(one)
    header = (
        "time,seconds_elapsed,rotationRateX,rotationRateY,rotationRateZ,gravityX,gravityY,gravityZ,"
        "accelerationX,accelerationY,accelerationZ,quaternionW,quaternionX,quaternionY,quaternionZ"
    )
    columns = [nanoseconds(one.t_s), one.t_s, *xyz(one.turn), *xyz(scale * up), *xyz(scale * linear)]
    return save(
        folder, "WristMotion.csv", rows(header, [*columns, *(one.quaternion[:, part] for part in range(4))])
    )


def watch_ios(folder: Path) -> Path:
    return wrist(folder, -1 / G)


def watch_standardised(folder: Path) -> Path:
    return wrist(folder, 1.0)


def phone_table(folder, name, one, values):
    header = "time,seconds_elapsed,z,y,x"
    return save(folder, name, rows(header, [nanoseconds(one.t_s), one.t_s, *xyz(values)[::-1]]))


def phone(folder: Path, *, platform: str, standardised: bool) -> Path:
    one, slow = motion(), motion(50.0)
    sign = -1.0 if platform == "ios" and not standardised else 1.0
    linear, up = parts(one)
    phone_table(folder, "Gravity.csv", one, sign * up)
    phone_table(folder, "Gyroscope.csv", slow, slow.turn)
    said = f"1.2,phone,1783246443120,{platform},Accelerometer|Gyroscope,{str(standardised).lower()}"
    save(
        folder,
        "Metadata.csv",
        f"version,device name,recording epoch time,platform,sensors,standardisation\n{said}\n",
    )
    if platform == "android":
        phone_table(folder, "TotalAcceleration.csv", one, one.force)
    return phone_table(folder, "Accelerometer.csv", one, sign * linear)


def phone_ios(folder: Path) -> Path:
    return phone(folder, platform="ios", standardised=False)


def phone_ios_standardised(folder: Path) -> Path:
    return phone(folder, platform="ios", standardised=True)


def phone_android(folder: Path) -> Path:
    return phone(folder, platform="android", standardised=False)


def phyphox_table(folder, name, what, unit, one, values):
    header = ",".join(['"Time (s)"', *(f'"{what} {axis} ({unit})"' for axis in "xyz"), '"Absolute"'])
    size = np.linalg.norm(values, axis=1)
    formats = dict.fromkeys(range(5), ".9E")
    return save(folder, name, rows(header, [one.t_s + 0.03, *xyz(values), size], formats=formats))


def phyphox(folder: Path) -> Path:
    one, slow = motion(), motion(80.0)
    (folder / "meta").mkdir(exist_ok=True)
    events = '"event","experiment time","system time","system time text"\n'
    save(folder / "meta", "time.csv", f'{events}"START",0.0E0,{EPOCH_S:.12E},"2026-07-05"\n')
    phyphox_table(folder, "Gyroscope.csv", "Gyroscope", "rad/s", slow, slow.turn)
    return phyphox_table(folder, "Accelerometer.csv", "Acceleration", "m/s^2", one, one.force)


def phyphox_semicolons(folder: Path) -> Path:
    """As phyphox writes for spreadsheets of countries with a decimal comma."""
    path = phyphox(folder)
    for table in (path, folder / "Gyroscope.csv"):
        table.write_text(table.read_text().replace(",", ";").replace(".", ","))
    return path


DOT_HEADER = (
    "sep=,\nDeviceTag:,Bar\nFirmwareVersion:,2.0.0\nAppVersion:,2021.0\nSyncStatus:,Synced\nOutputRate:,60Hz\n"
    "FilterProfile:,General\nMeasurement Mode:,Sensor fusion Mode - Extended(Quaternion)\n"
    "StartTime: ,2026-07-05_10:14:03_120 GMT+8\n© Xsens Technologies B. V. 2005-2021\n\n"
)
NEAR_WRAP = 2**32 - 5_000_000


def dot_clock(t_s):
    """Microseconds of a 32-bit counter that runs over during the recording."""
    return [f"{(NEAR_WRAP + round(1e6 * t)) % 2**32}" for t in t_s]


def dot_free_acceleration(folder: Path) -> Path:
    one = motion(60.0)
    turns = Rotation.from_quat(one.quaternion, scalar_first=True)
    free = turns.apply(one.force) - [0.0, 0.0, G]
    names = "PacketCounter,SampleTimeFine,Quat_W,Quat_X,Quat_Y,Quat_Z,FreeAcc_X,FreeAcc_Y,FreeAcc_Z,Status"
    count = [f"{n + 1}" for n in range(len(one.t_s))]
    columns = [count, dot_clock(one.t_s), *(one.quaternion[:, part] for part in range(4)), *xyz(free)]
    return save(folder, "dot.csv", DOT_HEADER + rows(names, [*columns, ["0"] * len(count)]))


def dot_calibrated(folder: Path) -> Path:
    one = motion(60.0)
    names = "PacketCounter,SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z,Status"
    count = [f"{n + 1}" for n in range(len(one.t_s))]
    columns = [count, dot_clock(one.t_s), *xyz(one.force), *xyz(np.rad2deg(one.turn)), ["0"] * len(count)]
    return save(folder, "dot.csv", DOT_HEADER + rows(names, columns))


def mt(folder: Path, *, gyro: bool) -> Path:
    """Tabs; the counter runs over at 65536; times were not exported."""
    one = motion()
    about = "// Start Time: Unknown\r\n// Update Rate: 100.0Hz\r\n// Firmware Version: 4.0.2\r\n"
    names = ["PacketCounter", "SampleTimeFine", "Year", "Acc_X", "Acc_Y", "Acc_Z"]
    count = [f"{(65000 + n) % 65536:05d}" for n in range(len(one.t_s))]
    nothing = [""] * len(count)
    columns = [count, nothing, nothing, *xyz(one.force)]
    if gyro:
        names += ["Gyr_X", "Gyr_Y", "Gyr_Z"]
        columns += xyz(one.turn)
    else:
        matrices = Rotation.from_quat(one.quaternion, scalar_first=True).as_matrix()
        for column in range(3):
            for row in range(3):
                names.append(f"Mat[{row + 1}][{column + 1}]")
                columns.append(matrices[:, row, column])
    return save(folder, "mt.txt", about + rows("\t".join(names), columns, delimiter="\t", end="\r\n"))


def mt_matrices(folder: Path) -> Path:
    return mt(folder, gyro=False)


def mt_gyroscope(folder: Path) -> Path:
    return mt(folder, gyro=True)


def table_utf16(folder: Path) -> Path:
    """A serial monitor's capture: UTF-16, a line before the header, remarks between rows."""
    one = motion()
    milliseconds = [f"{358 + 1000 * t:.0f}" for t in one.t_s]
    rep = ["0"] * len(one.t_s)
    header = "rep_id,t_ms,ax_mps2,ay_mps2,az_mps2,gx_rads,gy_rads,gz_rads,aZ_filt,vZ"
    columns = [rep, milliseconds, *xyz(one.force), *xyz(one.turn), rep, rep]
    lines = rows(header, columns, end="\r\n").split("\r\n")
    lines.insert(600, "# REP_SUMMARY,idx=1,dur_ms=2058")
    return save(folder, "serial.csv", "\r\n".join(["Ready.", *lines]).encode("utf-16"))


def table_without_units(folder: Path) -> Path:
    """Semicolons, decimal commas, g and °/s without saying so."""
    one = motion()
    columns = [[f"{t:.4f}" for t in one.t_s], *xyz(one.force / G), *xyz(np.rad2deg(one.turn))]
    text = rows("Time;Acc X;Acc Y;Acc Z;Gyro X;Gyro Y;Gyro Z", columns, delimiter=";")
    return save(folder, "logger.csv", text.replace(".", ","))


def strong_log(folder: Path) -> Path:
    header = "Date,Workout Name,Duration,Exercise Name,Set Order,Weight (kg),Reps,Distance,Seconds,Notes,RPE"
    lines = [f"2026-07-{day:02d} 18:00:00,Legs,1h,Squat (Barbell),1,100,5,0,0,," for day in range(1, 20)]
    return save(folder, "strong.csv", "\n".join([header, *lines]) + "\n")


def hevy_log(folder: Path) -> Path:
    header = "title,start_time,end_time,exercise_title,set_index,set_type,weight_kg,reps,rpe"
    july = [f"{day} Jul 2026" for day in range(1, 20)]
    lines = [f'Legs,"{day}, 18:00","{day}, 19:00",Squat (Barbell),0,normal,100,5,8' for day in july]
    return save(folder, "hevy.csv", "\n".join([header, *lines]) + "\n")


RECORDINGS: dict[str, Callable[[Path], Path]] = {
    "imu-csv": imu_csv,
    "metabase": metabase,
    "metabase, its gyroscope named": metabase_gyroscope,
    "sensor-logger-watch": watch_ios,
    "sensor-logger-watch, standardised": watch_standardised,
    "sensor-logger": phone_ios,
    "sensor-logger, standardised": phone_ios_standardised,
    "sensor-logger, Android": phone_android,
    "phyphox": phyphox,
    "phyphox, decimal commas": phyphox_semicolons,
    "xsens-dot": dot_free_acceleration,
    "xsens-dot, calibrated": dot_calibrated,
    "xsens-mt": mt_matrices,
    "xsens-mt, gyroscope": mt_gyroscope,
    "table": table_utf16,
    "table, without units": table_without_units,
}
"""Recordings of `motion`."""
SAMPLES = RECORDINGS | {"training-log": strong_log, "training-log, Hevy": hevy_log}


def format_of(name: str) -> str:
    """Return the name of the format of a sample."""
    return name.partition(",")[0]
