"""Logs and exports of WitMotion."""

import numpy as np
import pytest

from ingest.imports import witmotion_binary
from tests.ingest import import_samples_b as samples
from tests.ingest.importing import both, imu, real, refused


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


def test_the_table_of_witmotions_python_kit(tmp_path):
    path = samples.witmotion_old_text(tmp_path)
    expected = imu(path)
    _, header, *lines = path.read_bytes().decode("gbk").splitlines()
    fields = [line.split("\t")[2:] for line in (header.replace("ChipTime", "Chiptime"), *lines)]
    for row in fields[1:]:
        row[0] = row[0][:-4] + ":" + row[0][-3:]  # 2026-07-05 10:14:03:120
    path.write_text("\n".join("\t".join(row) for row in fields))
    tracks = imu(path)
    np.testing.assert_array_equal(tracks.accel.values, expected.accel.values)
    np.testing.assert_allclose(tracks.accel.t_s, expected.accel.t_s, atol=1e-6)


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


@pytest.mark.parametrize("path", [real("vendor-exports/witmotion_wt901sd_binary_example_data.TXT")])
def test_a_real_witmotion_log_without_time_is_measured(path):
    accel, gyro = both(path)
    assert len(accel) == len(gyro) == 2017
    # No truth is known; the rates by its three axes alone differ by 1.5 %.
    assert 1 / np.median(np.diff(accel.t_s)) == pytest.approx(38.75, rel=0.01)
    assert np.median(np.linalg.norm(accel.values, axis=1)) == pytest.approx(samples.G, rel=0.05)


def test_witmotion_is_not_seen_in_noise():
    noise = np.random.default_rng(3).integers(0, 256, 200_000, dtype=np.uint8).tobytes()
    assert len(witmotion_binary._packets(noise)) * 11 < 0.001 * len(noise)
