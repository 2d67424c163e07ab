"""Every sample of a format is claimed by one, and its known motion comes back."""

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analysis.imu import ImuBlock
from ingest.errors import ImportFileError
from ingest.imports.formats import FORMATS
from ingest.imports.imported import AccelKind
from ingest.imports.importer import import_file
from ingest.imports.source import ImportSource, open_source
from tests.ingest import import_samples_b as samples
from tests.ingest.importing import at, imu, real

IMU = [
    name
    for name in samples.SAMPLES
    if name.split()[0] not in {"vitruve", "openbarbell", "wl-analysis", "kinovea", "aruco-path"}
]


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


@settings(max_examples=60)
@given(st.binary(min_size=1, max_size=600))
def test_any_bytes_are_read_or_refused_by_every_format(data):
    source = ImportSource(Path("x.csv"), data)
    for one in FORMATS:
        if one.recognises(source):
            with contextlib.suppress(ImportFileError):
                one.read(source)


@pytest.mark.parametrize("path", [real("bar-centre-imu/dead_a_set1_reps10_1.csv.gz")])
def test_a_real_bar_centre_table(path):
    tracks = imu(path)
    assert np.median(np.linalg.norm(tracks.accel.values, axis=1)) == pytest.approx(samples.G, rel=0.1)
