"""SensorLog and tables of CoreMotion."""

import numpy as np
import pytest

from analysis.imu import MountPosition
from ingest.imports.imported import AccelUnit
from tests.ingest import import_samples_b as samples
from tests.ingest.importing import imu, refused


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
