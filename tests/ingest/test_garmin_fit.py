"""Garmin FIT files."""

import contextlib

import numpy as np
import pytest

from ingest.errors import ImportFileError
from ingest.imports.importer import import_file
from tests.ingest import import_samples_b as samples
from tests.ingest.importing import refused


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
