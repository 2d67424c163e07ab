"""Files of Polar sensors."""

import json

import pytest

from ingest.imports.imported import AccelUnit
from tests.ingest import import_samples_b as samples
from tests.ingest.importing import DATA, both, imu, needs_data, refused


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


@pytest.mark.parametrize(
    ("path", "what"),
    [
        pytest.param(
            DATA / "vendor-exports/polarveritysense_6DOF__30_.json",
            "same 500 values for X and Z",
            marks=needs_data,
        ),
        pytest.param(
            DATA / "vendor-exports/polarveritysense_Bench.json",
            "719 accelerations and no times",
            marks=needs_data,
        ),
        pytest.param(
            DATA / "vendor-exports/polarveritysense_Squat.json",
            "746 accelerations and no times",
            marks=needs_data,
        ),
    ],
)
def test_real_verity_files_are_refused_for_what_they_lack(path, what):
    refused(path, what)
