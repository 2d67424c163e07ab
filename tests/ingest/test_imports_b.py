"""Import formats: known motions come back, real files are read, the rest is refused with its reason."""

import contextlib
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analysis.imu import ImuBlock, MountPosition
from ingest.errors import ImportFileError
from ingest.imports import witmotion_binary
from ingest.imports.formats import FORMATS, recognise
from ingest.imports.imported import AccelKind, AccelUnit, BarPath, ImuTracks, ReferenceReps
from ingest.imports.importer import import_file
from ingest.imports.source import ImportSource, open_source
from tests.ingest import import_samples_b as samples

IMU = [
    name
    for name in samples.SAMPLES
    if name.split()[0] not in {"vitruve", "openbarbell", "wl-analysis", "kinovea", "aruco-path"}
]
DATA = Path(os.environ.get("UPRIGHT_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
EXPORTS = DATA / "vendor-exports"
needs_data = [pytest.mark.data, pytest.mark.skipif(not EXPORTS.is_dir(), reason=f"no recordings in {DATA}")]


def take(path):
    source = open_source(path)
    found = recognise(source)
    assert found is not None, path
    return found.read(source)


def imu(path):
    tracks = take(path)
    assert isinstance(tracks, ImuTracks)
    return tracks


def both(path):
    """Read acceleration and rate of turn."""
    tracks = imu(path)
    assert tracks.gyro is not None
    return tracks.accel, tracks.gyro


def reference(path):
    found = take(path)
    assert isinstance(found, ReferenceReps)
    return found


def bar(path):
    found = take(path)
    assert isinstance(found, BarPath)
    return found


def refused(path, what):
    with pytest.raises(ImportFileError, match=what) as caught:
        take(path)
    assert "\n" not in str(caught.value)


def at(t_s, values):
    """Interpolate the truth."""
    truth = samples.motion(2000.0)
    return np.stack([np.interp(t_s, truth.t_s, getattr(truth, values)[:, axis]) for axis in range(3)], axis=1)


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_each_sample_is_claimed_by_its_format_and_no_other(tmp_path, name):
    source = open_source(samples.SAMPLES[name](tmp_path))
    assert [one.name for one in FORMATS if one.recognises(source)] == [name.split()[0]]


@pytest.mark.parametrize("name", IMU)
def test_the_known_motion_comes_back(tmp_path, name):
    tracks = imu(samples.SAMPLES[name](tmp_path))
    sign = -1 if tracks.accel_kind is AccelKind.MINUS_SPECIFIC_FORCE else 1
    # The first 14 rows of this layout are empty, and its times begin at 0.
    zero_s = 0.0 if name == "coremotion-turn" else float(tracks.accel.t_s[0])
    t_s = tracks.accel.t_s - zero_s
    # Where acceleration jumps (at 14 and 22 s) any error of time shows; elsewhere only the file's rounding.
    calm = (np.abs(t_s - 14) > 0.1) & (np.abs(t_s - 22) > 0.1)
    loose = name == "witmotion-binary without time"  # its clock is measured, to 1 %
    error = np.abs(sign * tracks.accel.values - at(t_s, "force"))[calm]
    assert error.max() < (0.3 if loose else 0.006)  # 1 mg is 0.0098 m/s², rounded to the nearest
    assert len(t_s) > 900
    if tracks.gyro is not None:
        error = np.abs(tracks.gyro.values - at(tracks.gyro.t_s - zero_s, "turn"))
        assert error.max() < (0.02 if loose else 0.001)  # WitMotion's step is 0.0011 rad/s
    if tracks.attitude is not None:
        # Turned into the reference frame by its attitude, acceleration at rest is gravity, upwards.
        up = Rotation.from_quat(tracks.attitude.values, scalar_first=True).apply(sign * tracks.accel.values)
        np.testing.assert_allclose(up[t_s < 2], [[0, 0, samples.G]] * int((t_s < 2).sum()), atol=0.01)


@pytest.mark.parametrize("name", IMU)
def test_the_stream_of_each_sample_is_the_known_motion_in_the_right_sign(tmp_path, name):
    stream = import_file(samples.SAMPLES[name](tmp_path)).stream
    assert stream is not None
    blocks = [item for item in stream.items if isinstance(item, ImuBlock)]
    assert len(blocks) == len(stream.items)  # nothing is missing
    # Late gyroscopes shorten a recording at its front; its zero is then when both are there.
    late_s = {
        "polar-sensor-logger": 21 / 52,
        "verity-sense-json": 146 / 52,
        "coremotion-turn": 0.14,
        "sensorlog raw": 0.01,
    }
    t_s = np.concatenate([block.t_s for block in blocks]) + late_s.get(name, 0.0)
    force = np.concatenate([block.specific_force_mps2 for block in blocks])
    gyro = np.concatenate([block.gyro_radps for block in blocks])
    calm = (np.abs(t_s - 14) > 0.2) & (np.abs(t_s - 22) > 0.2)
    loose = name == "witmotion-binary without time"
    assert np.abs(force - at(t_s, "force"))[calm].max() < (0.3 if loose else 0.006)
    # Interpolated between samples of 52 Hz, or differentiated, the rate of turn is off by its bend.
    assert np.abs(gyro - at(t_s, "turn"))[calm].max() < (0.02 if loose else 0.005)


# --- WitMotion ---------------------------------------------------------------------------------------------


def test_damaged_packets_are_skipped_and_leave_a_hole_in_time(tmp_path):
    data = bytearray(samples.witmotion_log())
    whole = imu(samples.save(tmp_path, "a.txt", bytes(data)))
    data[44 * 500 + 13] ^= 0x10  # one acceleration
    data[44 * 700 : 44 * 720] = bytes(44 * 20)  # twenty samples
    tracks = imu(samples.save(tmp_path, "b.txt", bytes(data)))
    assert len(tracks.accel) == len(whole.accel) - 21
    assert tracks.accel.t_s.max() == whole.accel.t_s.max()
    assert any("891 damaged bytes" in note for note in tracks.notes)


def test_without_time_packets_damage_still_counts(tmp_path):
    data = bytearray(samples.witmotion_log(40.0, time=False))
    data[33 * 500 : 33 * 520] = bytes(33 * 20)
    tracks = imu(samples.save(tmp_path, "b.txt", bytes(data)))
    steps_s = np.diff(tracks.accel.t_s)
    assert steps_s.max() == pytest.approx(21 * float(np.median(steps_s)), rel=1e-6)


def test_a_measured_rate_is_right_to_a_percent_and_said(tmp_path):
    tracks = imu(samples.witmotion_binary_without_time(tmp_path))
    rate_hz = 1 / float(np.median(np.diff(tracks.accel.t_s)))
    assert rate_hz == pytest.approx(40.0, rel=0.01)
    assert any("measured as 40.0 Hz" in note for note in tracks.notes)


def test_a_usual_rate_is_taken_where_the_measured_one_is_near(tmp_path):
    tracks = imu(samples.save(tmp_path, "a.txt", samples.witmotion_log(50.0, time=False)))
    np.testing.assert_allclose(np.diff(tracks.accel.t_s), 0.02, atol=1e-9)


def test_without_time_and_angles_the_rate_is_unknown(tmp_path):
    refused(
        samples.save(tmp_path, "a.txt", samples.witmotion_log(time=False, angles=False)),
        "no angles to measure",
    )


def test_a_sensor_that_lay_still_tells_no_rate(tmp_path):
    data = samples.witmotion_log(40.0, time=False)[: 33 * 70]  # the rest at the beginning
    refused(samples.save(tmp_path, "a.txt", data), "turned too little")


def test_packets_of_other_sensors_alone_are_refused(tmp_path):
    data = b"".join(samples.packet(0x54, bytes(8)) for _ in range(300))
    refused(samples.save(tmp_path, "a.txt", data), "no acceleration packets")


def test_two_witmotion_sensors_in_one_table_are_refused_with_their_names(tmp_path):
    path = samples.witmotion_new_text(tmp_path)
    lines = path.read_text().split("\n")
    lines[2::2] = [line.replace("d6-a8", "ff-ff") for line in lines[2::2]]
    path.write_text("\n".join(lines))
    refused(path, r"mixes 2 sensors \(WT901BLE67\(d6.*WT901BLE67\(ff")


def test_a_chip_clock_that_stands_still_gives_way_to_the_computers(tmp_path):
    path = samples.witmotion_old_text(tmp_path)
    text = path.read_bytes().decode("gbk")
    stuck = [
        "\t".join([*fields[:2], "2026-07-05 10:14:03.000", *fields[3:]])
        for fields in (line.split("\t") for line in text.splitlines()[2:])
    ]
    path.write_text("\n".join([*text.splitlines()[:2], *stuck]), encoding="gbk")
    tracks = imu(path)
    assert np.median(np.diff(tracks.accel.t_s)) == pytest.approx(0.01, abs=1e-6)
    assert any("stands still" in note for note in tracks.notes)


def test_decimal_commas_between_commas_are_refused(tmp_path):
    path = samples.witmotion_new_text(tmp_path)
    head, *body = path.read_text().split("\n")
    path.write_text("\n".join([head, *(line.replace(".", ",") for line in body)]))
    refused(path, "decimal commas")


# --- Polar -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [0, 1])
def test_either_polar_file_finds_the_other(tmp_path, first):
    paths = samples.polar_pair(tmp_path)
    tracks = imu(paths[first])
    assert tracks.companions == (paths[1 - first],)
    assert tracks.gyro is not None
    assert tracks.gyro.t_s[0] == pytest.approx(0.4, abs=1e-6)
    assert tracks.accel_unit is AccelUnit.MILLI_G


def test_the_polar_file_of_the_same_time_is_taken(tmp_path):
    paths = samples.polar_pair(tmp_path)
    other = paths[1].read_text().replace(str(samples.POLAR_NS)[:6], str(samples.POLAR_NS + 10**15)[:6])
    samples.save(tmp_path, "Polar_A_GYRO.txt", other)
    samples.save(tmp_path, "broken.txt", b"\x1f\x8bnot gzip")
    assert imu(paths[0]).companions == (paths[1],)


def test_of_two_polar_sensors_at_the_same_time_the_halves_of_one_belong_together(tmp_path):
    paths = samples.polar_pair(tmp_path)
    for path in paths:
        samples.save(tmp_path, path.name.replace("CA549123", "BB000001"), path.read_bytes())
        samples.save(tmp_path, path.name.replace("CA549123", "CA549999"), path.read_bytes())
    assert imu(paths[0]).companions == (paths[1],)


def test_a_polar_gyroscope_alone_asks_for_its_partner(tmp_path):
    paths = samples.polar_pair(tmp_path)
    paths[0].unlink()
    refused(paths[1], "rate of turn alone; put the file")


def test_polar_acceleration_alone_has_no_rate_of_turn(tmp_path):
    paths = samples.polar_pair(tmp_path)
    paths[1].unlink()
    assert imu(paths[0]).gyro is None


def test_a_late_gyroscope_keeps_its_own_times(tmp_path):
    accel, gyro = both(samples.verity_json(tmp_path))
    assert gyro.t_s[0] - accel.t_s[0] == pytest.approx(2.8, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda a: a.update(magZ=a["magX"]), "same 1144 values for X and Z"),
        (lambda a: a.pop("timeStampsAcc"), "no times"),
        (lambda a: a.pop("magY"), "no rate of turn"),
        (lambda a: a.update(magY=a["magY"][:-1]), "different lengths"),
        (lambda a: a.update(timeStampsGyro=a["timeStampsGyro"][:9]), "no list timeStampsGyro"),
        (lambda a: a.update(accX="x"), "no accelerations as lists"),
    ],
)
def test_verity_arrays_that_cannot_be_trusted_are_refused_with_the_true_reason(tmp_path, change, what):
    arrays = samples.verity_arrays()
    change(arrays)
    refused(samples.save(tmp_path, "a.json", json.dumps(arrays)), what)


# --- Apple -------------------------------------------------------------------------------------------------


def test_rows_that_sensorlog_repeats_are_taken_once(tmp_path):
    tracks = imu(samples.sensorlog_motion(tmp_path))
    assert len(tracks.accel) == len(samples.motion().t_s)
    assert tracks.position is MountPosition.WRIST  # only a watch has a heart rate
    assert tracks.started_at is not None
    assert tracks.started_at.isoformat() == "2026-07-05T10:14:03.120000+02:00"


def test_sensorlog_without_gravity_and_raw_acceleration_says_what_to_switch_on(tmp_path):
    path = samples.sensorlog_motion(tmp_path)
    path.write_text(path.read_text().replace("motionGravity", "motionMagneticField"))
    refused(path, "accelerations without gravity")


@pytest.mark.parametrize(("scale", "unit"), [(1.0, AccelUnit.G), (samples.G, AccelUnit.MPS2)])
def test_the_unit_of_a_coremotion_table_is_told_by_gravity(tmp_path, scale, unit):
    path = samples.coremotion_turn(tmp_path, 1.0)
    if scale != 1.0:
        head, *lines = path.read_text().strip().split("\n")
        numbers = [line.split(",") for line in lines]
        scaled = [
            ",".join(f"{float(f) * scale:.6f}" if f and 4 <= n < 10 else f for n, f in enumerate(fields))
            for fields in numbers
        ]
        path.write_text("\n".join([head, *scaled]))
    tracks = imu(path)
    assert tracks.accel_unit is unit
    assert np.linalg.norm(tracks.accel.values[50]) == pytest.approx(samples.G, rel=1e-3)
    assert tracks.accel.dropped == 14


def test_columns_of_coremotion_with_another_gravity_are_something_else(tmp_path):
    refused(samples.coremotion_turn(tmp_path, 0.3), "neither 1 g nor 9.8")


# --- Garmin ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"gyro": False}, "2500 samples of acceleration and no rate of turn"),
        ({"calibrated": False}, "raw counts of the acceleration and no calibration"),
    ],
)
def test_a_fit_file_that_cannot_be_measured_says_why(tmp_path, options, what):
    refused(samples.save(tmp_path, "a.fit", samples.fit_bytes(**options)), what)


def test_a_fit_file_that_was_cut_off_or_changed_is_refused(tmp_path):
    data = samples.fit_bytes()
    refused(samples.save(tmp_path, "a.fit", data[:-500]), "no whole FIT file")
    refused(samples.save(tmp_path, "b.fit", data[:5000] + b"\x07" + data[5001:]), "no whole FIT file")


def with_right_checksums(data):
    """Mend length and checksums of a FIT file that was changed."""
    from fit_tool.utils.crc import crc16

    body = bytearray(data)
    body[4:8] = (len(body) - body[0]).to_bytes(4, "little")
    body[12:14] = crc16(bytes(body[:12])).to_bytes(2, "little")
    return bytes(body) + crc16(bytes(body)).to_bytes(2, "little")


@pytest.mark.parametrize("seed", range(20))
def test_a_fit_file_that_was_changed_with_its_checksum_is_read_or_refused(tmp_path, seed):
    random = np.random.default_rng(seed)
    data = bytearray(samples.fit_bytes(raw=bool(seed % 2))[:-2])
    for place in random.integers(14, random.choice([400, len(data)]), random.choice([1, 3, 20, 200])):
        data[place] = random.integers(256)
    with contextlib.suppress(ImportFileError):
        import_file(samples.save(tmp_path, "a.fit", with_right_checksums(data)))


def test_an_ordinary_activity_holds_no_motion(tmp_path):
    from fit_tool.fit_file_builder import FitFileBuilder
    from fit_tool.profile.messages.file_id_message import FileIdMessage

    builder = FitFileBuilder(auto_define=True)
    message = FileIdMessage()
    message.time_created = 1_782_000_000_000
    builder.add(message)
    refused(samples.save(tmp_path, "a.fit", builder.build().to_bytes()), "without raw acceleration")


# --- reference instruments ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["vitruve", "openbarbell"])
def test_reference_reps_come_back_in_their_sets(tmp_path, name):
    found = reference(samples.SAMPLES[name](tmp_path))
    assert [rep.rep_index for rep in found.reps] == [0, 1, 2, 0, 1, 2]
    assert [rep.mean_velocity_mps for rep in found.reps] == [mean for mean, *_ in samples.REPS * 2]
    assert [rep.peak_velocity_mps for rep in found.reps] == [peak for _, _, peak, _ in samples.REPS * 2]
    assert [rep.range_of_motion_m for rep in found.reps] == [reach for *_, reach in samples.REPS * 2]
    loads_kg = np.repeat(samples.LOADS_KG, 3).tolist()
    assert [rep.load_kg for rep in found.reps] == pytest.approx(loads_kg, rel=1e-6)
    assert len({rep.set_name for rep in found.reps}) == 2


def test_vitruve_in_pounds_and_with_eccentric_rows(tmp_path):
    path = samples.vitruve(tmp_path, "Weight (lb)", 1 / 0.45359237)
    path.write_text(path.read_text().replace("1,2,concentric", "1,2,eccentric").replace(",0.6,", ",,"))
    found = reference(path)
    assert [rep.load_kg for rep in found.reps] == pytest.approx([60, 60, 62.5, 62.5, 62.5], rel=1e-4)
    assert [rep.mean_velocity_mps for rep in found.reps] == [0.62, None, 0.62, 0.65, None]
    assert "1 rows that are no concentric rep" in found.notes[0]


def test_names_and_addresses_of_athletes_are_not_taken(tmp_path):
    assert "a@b" not in repr(take(samples.vitruve(tmp_path)))


def test_impossible_values_of_openbarbell_are_none_and_removed_reps_go(tmp_path):
    state = samples.openbarbell_state()
    first, second = state.values()
    first["reps"][0]["data"][2] = "Infinity"
    first["reps"][1]["data"][2] = "299792458"
    first["reps"][2]["data"][3] = "9001"
    second["reps"][0]["removed"] = True
    second["reps"][1]["isValid"] = False
    second["reps"].append({"data": "x"})
    second["metric"] = "stones"
    found = reference(samples.save(tmp_path, "a.json", json.dumps(list(state.values()))))
    assert [rep.mean_velocity_mps for rep in found.reps] == [None, None, 0.6, 0.6]
    assert [rep.range_of_motion_m is None for rep in found.reps] == [False, False, True, False]
    assert found.reps[-1].load_kg is None
    assert any("3 reps" in note for note in found.notes)
    assert any("3 impossible" in note for note in found.notes)


@pytest.mark.parametrize(
    ("name", "rate_hz", "scale"),
    [
        ("wl-analysis", 24.0, 1.0),
        ("kinovea", 30.0, 100.0),
        ("kinovea text", 25.0, 100.0),
        ("aruco-path", 20.0, 1.0),
    ],
)
def test_a_bar_path_comes_back_with_up_positive(tmp_path, name, rate_hz, scale):
    path = bar(samples.SAMPLES[name](tmp_path))
    t_s, across, up = samples.bar_points(rate_hz, path.t_s[-1] + 1 / rate_hz)
    np.testing.assert_allclose(path.t_s, t_s[: len(path.t_s)], atol=0.006)  # hundredths of a second
    step = 0.006 * scale
    np.testing.assert_allclose(path.x_m, scale * across, atol=step)
    np.testing.assert_allclose(path.y_m - path.y_m[0], scale * (up - up[0]), atol=2 * step)
    assert path.scale_known is (scale == 1.0)


def change_lines(path, change):
    """Write a table anew with each line after the header changed."""
    head, *lines = path.read_text().splitlines()
    path.write_text("\n".join([head, *(change(n, line.split(";")) for n, line in enumerate(lines))]))


def test_times_that_a_spreadsheet_program_damaged_are_mended_where_frames_prove_it(tmp_path):
    def damage(n, fields):
        time = fields[0]
        if n == 61:
            time = "02. Mrz"  # 2.03
        elif time >= "1":
            time = f"{float(time) * 1000:.0f}"
        return ";".join([time, *fields[1:]])

    path = samples.kinovea(tmp_path)
    change_lines(path, damage)
    found = bar(path)
    t_s, *_ = samples.bar_points(30.0, 3.0)
    np.testing.assert_allclose(found.t_s, np.delete(t_s, 61), atol=0.001)
    assert any("59 times had lost their decimal point" in note for note in found.notes)
    assert any("made dates of them" in note for note in found.notes)


def test_a_path_of_frames_has_no_time(tmp_path):
    path = samples.kinovea(tmp_path)
    change_lines(path, lambda n, fields: ";".join([str(n), *fields[1:]]))
    refused(path, "neither seconds nor milliseconds")


def test_a_video_on_its_side_is_said(tmp_path):
    path = samples.kinovea(tmp_path)
    change_lines(path, lambda _, fields: ";".join([fields[0], fields[2], fields[1], *fields[3:]]))
    assert "lay on its side" in " ".join(bar(path).notes)


def test_frame_numbers_that_contradict_the_times_are_refused(tmp_path):
    path = samples.wl_analysis(tmp_path)
    head, table = path.read_text().split("\nFrame number")
    lines = table.split("\n")
    lines[300:] = [line.replace(",12,", ",19,").replace(",13,", ",19,") for line in lines[300:]]
    path.write_text(head + "\nFrame number" + "\n".join(lines))
    refused(path, "frame numbers contradict")


# --- any bytes ---------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.binary(min_size=1, max_size=600))
def test_any_bytes_are_read_or_refused_by_every_format(data):
    source = ImportSource(Path("x.csv"), data)
    for one in FORMATS:
        if one.recognises(source):
            with contextlib.suppress(ImportFileError):
                one.read(source)


# --- real files --------------------------------------------------------------------------------------------


def real(name):
    return pytest.param(EXPORTS / name, id=name, marks=needs_data)


@pytest.mark.parametrize("path", [real("witmotion_wt901sd_binary_example_data.TXT")])
def test_a_real_witmotion_log_without_time_is_measured(path):
    accel, gyro = both(path)
    assert len(accel) == len(gyro) == 2017
    # No truth is known; the rates by its three axes alone differ by 1.5 %.
    assert 1 / np.median(np.diff(accel.t_s)) == pytest.approx(38.75, rel=0.01)
    assert np.median(np.linalg.norm(accel.values, axis=1)) == pytest.approx(samples.G, rel=0.05)


@pytest.mark.parametrize(
    ("path", "what"),
    [
        pytest.param(
            EXPORTS / "polarveritysense_6DOF__30_.json", "same 500 values for X and Z", marks=needs_data
        ),
        pytest.param(
            EXPORTS / "polarveritysense_Bench.json", "719 accelerations and no times", marks=needs_data
        ),
        pytest.param(
            EXPORTS / "polarveritysense_Squat.json", "746 accelerations and no times", marks=needs_data
        ),
    ],
)
def test_real_verity_files_are_refused_for_what_they_lack(path, what):
    refused(path, what)


@pytest.mark.parametrize("path", [real("vitruve/20260615-ROW_vitruve.csv")])
def test_a_real_vitruve_table(path):
    found = reference(path)
    assert len(found.reps) == 52
    assert len({rep.set_name for rep in found.reps}) == 5
    assert all(rep.mean_velocity_mps and rep.range_of_motion_m and rep.load_kg for rep in found.reps)


@pytest.mark.parametrize(
    "path", [pytest.param(DATA / "lpt-velocity-profiles/TestData.json", marks=needs_data)]
)
def test_a_real_openbarbell_state(path):
    found = reference(path)
    assert len(found.reps) == 162
    velocities = [rep.mean_velocity_mps for rep in found.reps if rep.mean_velocity_mps is not None]
    assert len(velocities) == 160  # one is infinite, one the speed of light
    assert 0.05 < min(velocities) < max(velocities) < 2


@pytest.mark.parametrize(
    ("path", "duration_s", "farthest_m", "at_s"),
    [
        # The app's own summary gives the time of the farthest point in ms, where the table has whole seconds.
        pytest.param(
            EXPORTS / "wl_analysis/20260527-SQ-1_wl_analysis.txt.gz", 44.8, -0.79, 30.233, marks=needs_data
        ),
        pytest.param(
            EXPORTS / "wl_analysis/20260529-DL-1_wl_analysis.txt.gz", 35.4, 0.64, 13.883, marks=needs_data
        ),
    ],
)
def test_a_real_path_of_wl_analysis_keeps_the_time_of_its_summary(path, duration_s, farthest_m, at_s):
    found = bar(path)
    assert found.t_s[-1] == pytest.approx(duration_s, abs=0.1)
    farthest = found.t_s[np.abs(found.y_m - farthest_m) < 0.006]
    assert np.abs(farthest - at_s).min() < 0.042  # one frame


@pytest.mark.parametrize("path", [real("snatch_trajectory_kinovea_semicolon.csv")])
def test_a_real_path_of_kinovea_that_a_spreadsheet_program_damaged(path):
    found = bar(path)
    assert not found.scale_known
    assert found.t_s[-1] == pytest.approx(3.96, abs=0.01)
    steps_s = np.diff(found.t_s)
    assert np.median(steps_s) == pytest.approx(0.034, abs=0.001)
    assert steps_s.max() < 0.07  # where a date was
    assert "lay on its side" in " ".join(found.notes)


@pytest.mark.parametrize(
    "path", [real("smartclips/220131-213734_backsquat.csv"), real("smartclips/220305-153233_backsquat.csv")]
)
def test_a_real_aruco_path_is_turned_over(path):
    found = bar(path)
    assert found.scale_known
    assert np.ptp(found.y_m) == pytest.approx(1.3, abs=0.2)
    assert found.y_m.max() <= 0


@pytest.mark.parametrize(
    "path", [pytest.param(DATA / "bar-centre-imu/dead_a_set1_reps10_1.csv.gz", marks=needs_data)]
)
def test_a_real_bar_centre_table(path):
    tracks = imu(path)
    assert np.median(np.linalg.norm(tracks.accel.values, axis=1)) == pytest.approx(samples.G, rel=0.1)


def test_witmotion_is_not_seen_in_noise():
    noise = np.random.default_rng(3).integers(0, 256, 200_000, dtype=np.uint8).tobytes()
    assert len(witmotion_binary._packets(noise)) * 11 < 0.001 * len(noise)
