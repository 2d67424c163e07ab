"""Files of other people's programs, through the one way in: what went into them comes back."""

import numpy as np
import pytest

from analysis.imu import Gap, ImuBlock, MountPosition
from ingest.errors import ImportFileError
from ingest.imports.formats import FORMATS, LAST_RESORT, recognise
from ingest.imports.imported import AccelUnit, GyroUnit, ImuTracks
from ingest.imports.importer import ImportOptions, import_file
from ingest.imports.judging import Overrides
from ingest.imports.source import SourceConfig, open_source
from ingest.imports.training_log import TrainingLog
from ingest.replay import ReplayOptions, open_recording
from tests.ingest import import_samples as samples
from tests.ingest import import_samples_b as samples_b


def arrays(file):
    """Return time, specific force and rate of turn of an import."""
    blocks = [item for item in file.stream.items if isinstance(item, ImuBlock)]
    return (
        np.concatenate([block.t_s for block in blocks]),
        np.concatenate([block.specific_force_mps2 for block in blocks]),
        np.concatenate([block.gyro_radps for block in blocks]),
    )


def truth_at(t_s, values):
    truth = samples_b.motion(2000.0)
    return np.stack([np.interp(t_s, truth.t_s, getattr(truth, values)[:, axis]) for axis in range(3)], axis=1)


def refused(path, what, options=None, given=()):
    with pytest.raises(ImportFileError, match=what) as caught:
        import_file(path, given, options)
    assert "\n" not in str(caught.value)


def edit(path, change, encoding="utf-8"):
    """Change the lines of a file."""
    lines = path.read_text(encoding).splitlines()
    path.write_text("\n".join(change(lines)) + "\n", encoding=encoding)
    return path


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_a_sample_is_claimed_by_its_format_and_no_other(tmp_path, name):
    source = open_source(samples.SAMPLES[name](tmp_path))
    claimed = [one.name for one in FORMATS if one.recognises(source)]
    expected = samples.format_of(name)
    assert claimed == ([] if expected == LAST_RESORT.name else [expected])
    found = recognise(source)
    assert found is not None
    assert found.name == expected


@pytest.mark.parametrize("name", samples_b.SAMPLES)
def test_the_last_resort_leaves_files_of_vendors_alone(tmp_path, name):
    found = recognise(open_source(samples_b.SAMPLES[name](tmp_path)))
    assert found is not None
    assert found is not LAST_RESORT


@pytest.mark.parametrize("name", samples.RECORDINGS)
def test_the_known_motion_comes_back(tmp_path, name):
    file = import_file(samples.RECORDINGS[name](tmp_path))
    t_s, force, turn = arrays(file)
    assert file.stream is not None
    assert not any(isinstance(item, Gap) for item in file.stream.items)
    assert not [text for text in file.findings if text.startswith("WARNING")]
    assert t_s[-1] > 24.5
    # All samples begin at the motion's start but where a rate of turn had to be there first.
    calm = (np.abs(t_s - 14) > 0.1) & (np.abs(t_s - 22) > 0.1)  # where acceleration jumps, time errors show
    assert np.abs(force - truth_at(t_s, "force"))[calm].max() < 0.02  # 1 mg is 0.0098 m/s²
    # Differences of an attitude or a gyroscope at half the rate miss a little where the rate bends.
    assert np.abs(turn - truth_at(t_s, "turn")).max() < 0.02


@pytest.mark.parametrize("name", [name for name in samples.RECORDINGS if "imu-csv" not in name])
def test_physics_confirms_unit_and_sign(tmp_path, name):
    said = " ".join(import_file(samples.RECORDINGS[name](tmp_path)).findings)
    assert "is right" in said or "acceleration is in g" in said
    assert "Gravity turns as the gyroscope says" in said


def test_what_a_file_says_of_itself_is_kept(tmp_path):
    folder = tmp_path / "dot"
    folder.mkdir()
    dot = import_file(samples.dot_calibrated(folder)).imported
    assert isinstance(dot, ImuTracks)
    assert dot.sensor == "Xsens DOT Bar"
    assert dot.declared_rate_hz == 60
    assert dot.started_at is not None
    assert dot.started_at.isoformat() == "2026-07-05T10:14:03.120000+08:00"
    pair = import_file(samples.metabase(tmp_path)).imported
    assert isinstance(pair, ImuTracks)
    assert pair.sensor == "MbientLab MetaWear C42732BE255C"
    assert pair.started_at is not None
    assert pair.started_at.timestamp() == samples.EPOCH_S
    assert [path.name.split("_")[4] for path in pair.companions] == ["Gyroscope"]


def test_a_watch_is_on_the_wrist_unless_the_user_says_otherwise(tmp_path):
    path = samples.watch_ios(tmp_path)
    assert open_recording(path).header.mount.position is MountPosition.WRIST
    assert open_recording(path).header.kind == "sensor-logger-watch"


def test_phyphox_tells_when_it_was_by_its_events(tmp_path):
    tracks = import_file(samples.phyphox(tmp_path)).imported
    assert isinstance(tracks, ImuTracks)
    assert tracks.started_at is not None
    assert tracks.started_at.timestamp() == pytest.approx(samples.EPOCH_S, abs=1)


# --- halves of a recording ---------------------------------------------------------------------------------


def test_an_accelerometer_alone_is_refused_with_the_true_reason(tmp_path):
    path = samples.metabase(tmp_path)
    next(tmp_path.glob("*Gyroscope*")).unlink()
    refused(path, "no table of the gyroscope: orientation, velocity and drift cannot be computed")


def test_a_pair_may_lie_in_different_folders_if_both_are_named(tmp_path):
    path = samples.metabase(tmp_path)
    (tmp_path / "other").mkdir()
    gyro = next(tmp_path.glob("*Gyroscope*"))
    moved = gyro.rename(tmp_path / "other" / "renamed.csv")
    assert import_file(path, [path, moved]).companions == (moved,)


def test_two_candidates_for_the_other_half_are_not_guessed_between(tmp_path):
    path = samples.metabase(tmp_path).rename(tmp_path / "a.csv")
    gyro = next(tmp_path.glob("*Gyroscope*"))
    (tmp_path / "b.csv").write_bytes(gyro.read_bytes())
    refused(path, "may belong to several tables")


def test_halves_of_different_days_do_not_fit(tmp_path):
    path = samples.metabase(tmp_path)
    later = str(int(samples.EPOCH_S) + 864_000)
    gyro, now = next(tmp_path.glob("*Gyroscope*")), str(int(samples.EPOCH_S))
    edit(gyro, lambda lines: [line.replace(now[:6], later[:6]) for line in lines])
    refused(path, "not of the same time")


@pytest.mark.parametrize(
    ("gone", "what"),
    [("Gyroscope.csv", "no Gyroscope.csv beside it"), ("Gravity.csv", "no Gravity.csv beside it")],
)
def test_a_phone_without_a_needed_sensor_says_which(tmp_path, gone, what):
    path = samples.phone_ios(tmp_path)
    (tmp_path / gone).unlink()
    refused(path, what)


def test_a_table_of_sensor_logger_under_another_name_is_refused(tmp_path):
    refused(samples.phone_ios(tmp_path).rename(tmp_path / "squat.csv"), "only its name tells of which sensor")


def test_linear_acceleration_alone_is_refused_with_the_true_reason(tmp_path):
    path = samples.phyphox(tmp_path)
    edit(path, lambda lines: [line.replace("Acceleration", "Linear Acceleration") for line in lines])
    refused(path, "gravity was taken out, so up and down cannot be told")
    (tmp_path / "Gyroscope.csv").unlink()
    refused(path, "no gyroscope and gravity was taken out")


def test_the_description_of_a_recording_is_no_recording(tmp_path):
    samples.phyphox(tmp_path)
    refused(tmp_path / "meta" / "time.csv", "holds no samples")


# --- units and signs ---------------------------------------------------------------------------------------


def test_a_wrong_unit_of_acceleration_is_seen_corrected_and_said(tmp_path):
    path = samples.metabase(tmp_path)
    edit(path, lambda lines: [lines[0], *(scaled(line, 9.80665) for line in lines[1:])])
    file = import_file(path)
    assert any("the file says g" in text and "--accel-unit g" in text for text in file.findings)
    _, force, _ = arrays(file)
    assert np.median(np.linalg.norm(force, axis=1)) == pytest.approx(9.81, rel=0.01)


def scaled(line, factor, first=3):
    fields = line.split(",")
    return ",".join(fields[:first] + [f"{factor * float(field):.4f}" for field in fields[first:]])


def test_a_unit_that_is_none_is_refused_and_can_be_stated(tmp_path):
    path = samples.metabase(tmp_path)
    edit(path, lambda lines: [lines[0], *(scaled(line, 3.0) for line in lines[1:])])
    refused(path, "contradicts gravity.*--accel-unit")
    options = ImportOptions(Overrides(accel_unit=AccelUnit.G))
    assert any("as you say" in text for text in import_file(path, options=options).findings)


def test_a_wrong_unit_of_the_gyroscope_is_seen_corrected_and_said(tmp_path):
    path = samples.metabase(tmp_path)
    gyro = next(tmp_path.glob("*Gyroscope*"))
    edit(gyro, lambda lines: [lines[0], *(scaled(line, np.pi / 180) for line in lines[1:])])
    file = import_file(path)
    assert any("the file says deg/s" in text and "--gyro-unit deg/s" in text for text in file.findings)
    _, _, turn = arrays(file)
    t_s = arrays(file)[0]
    assert np.abs(turn - truth_at(t_s, "turn")).max() < 0.02


def test_a_gyroscope_that_turns_the_other_way_is_refused_and_can_be_turned(tmp_path):
    path = samples.metabase(tmp_path)
    gyro = next(tmp_path.glob("*Gyroscope*"))
    edit(gyro, lambda lines: [lines[0], *(scaled(line, -1.0) for line in lines[1:])])
    refused(path, "the other way round.*--gyro-sign minus")
    t_s, _, turn = arrays(import_file(path, options=ImportOptions(Overrides(gyro_sign=-1))))
    assert np.abs(turn - truth_at(t_s, "turn")).max() < 0.02


def test_an_attitude_that_contradicts_the_sign_is_refused_and_can_be_overruled(tmp_path):
    path = samples.watch_ios(tmp_path)
    # Up and down swapped: g, but with the sign of Android.
    edit(path, lambda lines: [lines[0], *(flipped(line) for line in lines[1:])])
    refused(path, "contradicts itself.*--accel-sign")
    options = ImportOptions(Overrides(accel_sign=1))
    t_s, force, _ = arrays(import_file(path, options=options))
    assert np.abs(force - truth_at(t_s, "force"))[t_s < 13].max() < 0.02


def flipped(line):
    fields = line.split(",")
    return ",".join(fields[:5] + [f"{-float(field):.6f}" for field in fields[5:11]] + fields[11:])


def test_a_gyroscope_without_a_unit_that_hardly_turns_has_to_be_told(tmp_path):
    rng = np.random.default_rng(5)
    t_s = np.arange(1000) / 100
    force = rng.normal([0, 0, 9.81], 0.02, (1000, 3))
    turn = rng.normal(0, 0.002, (1000, 3))
    text = samples_b.rows("time,ax,ay,az,gx,gy,gz", [t_s, *samples.xyz(force), *samples.xyz(turn)])
    path = samples_b.save(tmp_path, "still.csv", text)
    refused(path, "--gyro-unit rad/s or --gyro-unit deg/s")
    options = ImportOptions(Overrides(gyro_unit=GyroUnit.RADPS))
    np.testing.assert_allclose(arrays(import_file(path, options=options))[2], turn, atol=1e-6)


def test_imu_csv_is_warned_about_and_never_changed(tmp_path):
    path = samples.imu_csv(tmp_path)
    edit(path, lambda lines: [lines[0], *(scaled(line, 1 / 9.80665, first=1) for line in lines[1:])])
    file = import_file(path)
    assert any("WARNING" in text and "these are g" in text for text in file.findings)
    _, force, _ = arrays(file)
    assert np.median(np.linalg.norm(force, axis=1)) == pytest.approx(1.0, rel=0.01)


# --- tables of home-made loggers ---------------------------------------------------------------------------


def test_columns_can_be_named_by_number_in_a_table_without_a_header(tmp_path):
    path = edit(samples.imu_csv(tmp_path), lambda lines: lines[1:])
    refused(path, "7 columns of numbers and no header.*--columns")
    columns = {"t": "1", "ax": "2", "ay": "3", "az": "4", "gx": "5", "gy": "6", "gz": "7"}
    t_s, force, turn = arrays(import_file(path, options=ImportOptions(columns=columns)))
    assert np.abs(force - truth_at(t_s, "force"))[t_s < 13].max() < 0.02
    assert np.abs(turn - truth_at(t_s, "turn")).max() < 0.02


def test_a_column_that_is_not_there_is_named(tmp_path):
    path = samples.table_without_units(tmp_path)
    refused(path, "no column 'clock'", ImportOptions(columns={"t": "clock"}))


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ("Acc X,Acc Y,Acc Z,Gyro X,Gyro Y,Gyro Z,note", "no column that is a time"),
        ("time,Acc X,Acc Y,Acc Z,a,b,c", "gyroscope, without which"),
        ("time,Gyro X,Gyro Y,Gyro Z,a,b,c", "an acceleration"),
        ("one,two,three,four,five,six,seven", "unknown kind of file"),
    ],
)
def test_a_table_that_lacks_something_says_what(tmp_path, header, what):
    path = edit(samples.imu_csv(tmp_path), lambda lines: [header, *lines[1:]])
    refused(path, what)


@pytest.mark.parametrize("factor", [1e3, 1e6, 1e9])
def test_the_unit_of_time_is_found_by_the_rate(tmp_path, factor):
    def change(lines):
        moved = [line.split(",", 1) for line in lines[1:]]
        return ["timestamp,ax,ay,az,wx_radps,wy_radps,wz_radps",
                *(f"{factor * float(time):.0f},{rest}" for time, rest in moved)]  # fmt: skip

    file = import_file(edit(samples.imu_csv(tmp_path), change))
    assert file.stream is not None
    assert file.stream.counts.sample_rate_hz == pytest.approx(100, rel=1e-4)


def test_three_columns_without_time_and_gyroscope_are_refused_as_what_they_are(tmp_path):
    text = "\n".join("0.1,-0.3,0.9" for _ in range(400))
    refused(samples_b.save(tmp_path, "a.csv", text), "three axes without a time and without a gyroscope")


# --- encodings and limits ----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_encodings_are_found(tmp_path, encoding):
    path = samples.table_without_units(tmp_path)
    path.write_text(
        path.read_text().replace("Acc X;", "Acc X;Ä;", 1).replace("\n", "\n", 1), encoding=encoding
    )
    lines = path.read_text(encoding).splitlines()
    kept = [lines[0], *(line.replace(";", ";0;", 2).replace(";0;", ";", 1) for line in lines[1:])]
    path.write_text("\n".join(kept), encoding=encoding)
    assert open_source(path).head_lines[0].startswith("Time;Acc X;Ä;Acc Y")
    t_s, force, _ = arrays(import_file(path))
    assert np.abs(force - truth_at(t_s, "force"))[t_s < 13].max() < 0.02


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(600_000_000)  # holes: nothing is on the disk
    refused(path, "larger than 500 MB")


def test_a_small_gzip_of_a_huge_file_is_refused(tmp_path):
    import gzip

    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(bytes(3_000_000)))
    refused(path, "larger than 1 MB", ImportOptions(source=SourceConfig(max_bytes=1_000_000)))


def test_a_gzip_is_read_and_a_cut_one_refused(tmp_path):
    import gzip

    packed = gzip.compress(samples.imu_csv(tmp_path).read_bytes())
    whole, cut = tmp_path / "a.csv.gz", tmp_path / "b.csv.gz"
    whole.write_bytes(packed)
    cut.write_bytes(packed[: len(packed) // 2])
    assert import_file(whole).format.name == "imu-csv"
    refused(cut, "cut off")


def test_folders_and_missing_files_are_named(tmp_path):
    refused(tmp_path, "is a folder")
    refused(tmp_path / "none.csv", "no such file")


# --- what is no recording ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["training-log", "training-log, Hevy"])
def test_a_training_log_is_recognised_and_points_to_the_audit(tmp_path, name):
    path = samples.SAMPLES[name](tmp_path)
    log = import_file(path).imported
    assert isinstance(log, TrainingLog)
    assert len(log.sets) == 19
    with pytest.raises(ImportFileError, match="upright audit"):
        open_recording(path)


def test_a_rep_table_is_no_recording_but_can_be_compared_with(tmp_path):
    with pytest.raises(ImportFileError, match="to compare with"):
        open_recording(samples_b.SAMPLES["vitruve"](tmp_path))


def test_options_of_a_replay_reach_the_importer(tmp_path):
    options = ReplayOptions(imports=ImportOptions(Overrides(accel_unit=AccelUnit.MPS2)))
    replay = open_recording(samples.metabase(tmp_path), options)
    assert any("m/s2, as you say" in text for text in replay.header.findings)


def test_zip_files_and_recordings_of_our_own_say_what_to_do(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("Accelerometer.csv", "time,seconds_elapsed,z,y,x\n")
    refused(tmp_path / "export.zip", "is a zip archive: unpack it and import the folder")
    (tmp_path / "set.mcap").write_bytes(b"\x89MCAP0\r\n" + bytes(100))
    refused(tmp_path / "set.mcap", "is a recording of Upright: copy it to the folder recordings")
