import json
from dataclasses import replace

import numpy as np
import pytest

from analysis.calibration import Calibration, CalibrationConfig
from ingest.errors import KnownSensorError
from ingest.known_sensors import KnownSensors, calibration_from_json, calibration_to_json
from ingest.recording_header import RecordingHeader

LEARNED = Calibration.of(
    np.array([0.1, -0.2, 0.05, 0.001, 0.002, -0.003]), np.diag([0.01, 0.01, 0.02, 0.001, 0.001, 0.001]) ** 2
)
ADDRESS = "F0:DE:AD:00:00:01"


def test_sensor_that_was_never_seen_is_unknown(tmp_path):
    assert KnownSensors(tmp_path / "sensors").calibration(ADDRESS) is None
    assert KnownSensors(tmp_path).calibration("") is None


def test_what_was_learned_comes_back_and_has_aged(tmp_path):
    shelf = KnownSensors(tmp_path / "sensors")
    shelf.keep(ADDRESS, LEARNED)
    back = shelf.calibration(ADDRESS)
    assert back is not None
    assert back.mean == LEARNED.mean
    assert (back.sd > LEARNED.sd).all()
    np.testing.assert_allclose(back.sd, LEARNED.aged(CalibrationConfig()).sd)


def test_two_sensors_do_not_mix(tmp_path):
    shelf = KnownSensors(tmp_path)
    shelf.keep(ADDRESS, LEARNED)
    assert shelf.calibration("F0:DE:AD:00:00:02") is None


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"schema": "upright.sensor/9", "calibration": null}', '{"schema": "upright.sensor/1"}'],
)
def test_damaged_file_says_what_to_do(tmp_path, content):
    shelf = KnownSensors(tmp_path)
    shelf.keep(ADDRESS, LEARNED).write_text(content)
    with pytest.raises(KnownSensorError, match="calibrate it again, or delete the file"):
        shelf.calibration(ADDRESS)


def test_folder_that_cannot_be_written_is_an_explained_error(tmp_path):
    (tmp_path / "sensors").write_text("a file where the folder should be")
    with pytest.raises(KnownSensorError):
        KnownSensors(tmp_path / "sensors").keep(ADDRESS, LEARNED)


@pytest.mark.parametrize(
    "content", [3, {}, {"mean": [1], "covariance": []}, {"mean": [0] * 6, "covariance": [[0] * 6] * 6}]
)
def test_json_that_is_no_calibration_is_refused(content):
    with pytest.raises(ValueError, match="not a calibration"):
        calibration_from_json(content)


def test_recording_says_what_was_known_of_its_sensor():
    header = RecordingHeader(driver="native", address=ADDRESS, calibration=LEARNED)
    back, _ = RecordingHeader.from_metadata(header.to_metadata({}))
    assert back.calibration is not None
    assert back.calibration.mean == LEARNED.mean
    np.testing.assert_array_equal(back.calibration.covariance, LEARNED.covariance)
    none, _ = RecordingHeader.from_metadata(replace(header, calibration=None).to_metadata({}))
    assert none.calibration is None
    assert json.loads(json.dumps(calibration_to_json(LEARNED))) == calibration_to_json(LEARNED)
