"""``upright calibrate`` as a real process."""

import json

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2

SIDES = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], dtype=float)
BIAS = np.array([0.2, -0.1, 0.15])
ADDRESS = "F0:00:00:00:00:07"


def laid_on_its_sides(path, sides=SIDES, rate_hz=100.0):
    """Three seconds on each side, a second of turning between: imu-csv."""
    rng = np.random.default_rng(1)
    force, gyro = [], []
    for up in sides:
        force.append(STANDARD_GRAVITY_MPS2 * up + BIAS + rng.normal(0, 0.01, (300, 3)))
        gyro.append(rng.normal(0, 0.001, (300, 3)))
        force.append(rng.normal(0, 6.0, (100, 3)))
        gyro.append(rng.normal(0, 1.0, (100, 3)))
    rows = np.column_stack(
        [np.arange(400 * len(sides)) / rate_hz, np.concatenate(force), np.concatenate(gyro)]
    )
    header = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps"
    np.savetxt(path, rows, delimiter=",", header=header, comments="", fmt="%.6f")
    return path


def test_six_sides_are_told_and_kept(upright, tmp_path):
    table = laid_on_its_sides(tmp_path / "sides.csv")
    done = upright("calibrate", table, "--address", ADDRESS, "--data-dir", tmp_path / "data")
    assert done.code == 0, done.err
    assert "kept for" in done.out
    (kept,) = (tmp_path / "data" / "sensors").glob("*.json")
    mean = json.loads(kept.read_text())["calibration"]["mean"]
    np.testing.assert_allclose(mean[:3], BIAS, atol=0.02)


def test_without_an_address_it_is_told_and_not_kept(upright, tmp_path):
    done = upright("calibrate", laid_on_its_sides(tmp_path / "sides.csv"), "--data-dir", tmp_path / "data")
    assert done.code == 0, done.err
    assert "name it with --address" in " ".join(done.out.split())
    assert not (tmp_path / "data").exists()


def test_missing_sides_are_named(upright, tmp_path):
    done = upright("calibrate", laid_on_its_sides(tmp_path / "sides.csv", SIDES[:4]))
    assert done.code == 1
    assert "no rest with +z, -z up" in " ".join(done.err.split())
    assert "Traceback" not in done.err


def test_sensor_that_never_lay_still_is_refused(upright, tmp_path):
    table = laid_on_its_sides(tmp_path / "sides.csv")
    lines = table.read_text().splitlines()
    (tmp_path / "shaken.csv").write_text("\n".join([lines[0], *lines[211:401]]) + "\n")
    done = upright("calibrate", tmp_path / "shaken.csv")
    assert done.code == 1
    assert "never lay still" in done.err
