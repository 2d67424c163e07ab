"""Calibration: what is known of an accelerometer, and how it is learned."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analysis.calibration import Calibration, CalibrationConfig, from_rests
from analysis.errors import CalibrationError
from analysis.imu import STANDARD_GRAVITY_MPS2, ImuBlock
from analysis.pipeline import SetAnalyzer
from analysis.results import SetSummary
from firmware_sim.offline import OfflineRecording, simulate_offline
from firmware_sim.scenarios import single_set
from tests.analysis.simulated import block_of, info_of, label_of, mount_of, only_set

CONFIG = CalibrationConfig()
BIAS = np.array([0.15, -0.12, 0.2])
SCALE = np.array([0.008, -0.006, 0.004])
SIDES = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], dtype=np.float64)


def measured(up: np.ndarray) -> np.ndarray:
    """What a sensor with BIAS and SCALE reads at rest with ``up`` upward: f0 = f - b - s f."""
    return (STANDARD_GRAVITY_MPS2 * up + BIAS) / (1.0 - SCALE)


def test_six_positions_find_bias_and_scale():
    found = from_rests(measured(SIDES), CONFIG)
    # The prior pulls a little: 0.12 m/s² against 0.025 m/s² per rest.
    np.testing.assert_allclose(found.mean[:3], BIAS, atol=0.005)
    np.testing.assert_allclose(found.mean[3:], SCALE, atol=0.001)
    corrected = found.corrected(measured(SIDES))
    np.testing.assert_allclose(np.linalg.norm(corrected, axis=1), STANDARD_GRAVITY_MPS2, atol=0.01)


def test_hands_need_not_lay_the_sensor_down_exactly():
    rng = np.random.default_rng(4)
    skew = Rotation.from_rotvec(rng.normal(0.0, 0.12, (6, 3)))
    found = from_rests(measured(skew.apply(SIDES)), CONFIG)
    np.testing.assert_allclose(found.mean[:3], BIAS, atol=0.006)
    assert (found.sd[:3] < 0.25 * CONFIG.bias_mps2).all()


def test_stated_deviations_hold_under_cross_axis_errors():
    rng = np.random.default_rng(5)
    normalised = []
    for _ in range(200):
        bias, scale = rng.normal(0, CONFIG.bias_mps2, 3), rng.normal(0, CONFIG.scale, 3)
        cross = rng.normal(0, 0.004, (3, 3)) * (1 - np.eye(3))
        force = (STANDARD_GRAVITY_MPS2 * SIDES @ (np.eye(3) + cross).T + bias) / (1.0 - scale)
        found = from_rests(force + rng.normal(0, CONFIG.gravity_sd_mps2, (6, 3)) * SIDES, CONFIG)
        error = np.array(found.mean) - np.concatenate([bias, scale])
        normalised.append(error @ found.information @ error / 6)
    assert 0.85 < np.mean(normalised) < 1.15  # chi-square over 1200 degrees of freedom: 0.92 to 1.08


def test_missing_side_is_named():
    with pytest.raises(CalibrationError, match=r"no rest with -z up"):
        from_rests(measured(SIDES[:5]), CONFIG)


def test_time_widens_but_never_beyond_the_data_sheet():
    learned = from_rests(measured(SIDES), CONFIG)
    unknown = Calibration.unknown(CONFIG)
    for later in (learned.rested(CONFIG), learned.aged(CONFIG)):
        assert (later.sd > learned.sd).all()
        assert later.mean == learned.mean
    worn = learned
    for _ in range(200):
        worn = worn.aged(CONFIG)
    assert (worn.sd <= unknown.sd * (1 + 1e-9)).all()
    np.testing.assert_allclose(worn.sd, unknown.sd, rtol=1e-6)


def test_what_a_set_gathered_counts_for_a_part_and_costs_nothing_that_was_known():
    before = from_rests(measured(SIDES), CONFIG)
    nothing_new = before.after(before, CONFIG)
    np.testing.assert_allclose(nothing_new.sd, before.sd, rtol=1e-9)
    np.testing.assert_allclose(nothing_new.mean, before.mean, atol=1e-12)
    surer = Calibration.of(np.array(before.mean) + 0.001, 0.1 * np.array(before.covariance))
    after = before.after(surer, CONFIG)
    assert (surer.sd < after.sd).all()
    assert (after.sd < before.sd).all()
    assert (np.array(before.mean) < after.mean).all()
    assert (np.array(after.mean) < surer.mean).all()


@pytest.mark.parametrize("sds", [0.0, 1.0, 2.0, 3.5])
def test_a_rest_that_gravity_does_not_explain_casts_doubt(sds):
    known = Calibration.unknown(CONFIG)
    _, sd = known.surplus(np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2]), CONFIG)
    usual, odd = (np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2 + z * sd]) for z in (0.0, sds))
    left = known.doubted([usual, odd], CONFIG)
    np.testing.assert_allclose(left.sd / known.sd, max(np.sqrt((1 + sds**2) / 2), 1.0), rtol=0.01)
    assert left.mean == known.mean


@pytest.mark.parametrize(
    "covariance", [np.zeros((6, 6)), np.diag([1.0, 1, 1, 1, 1, -1]), np.full((6, 6), np.nan)]
)
def test_covariance_that_is_none_is_refused(covariance):
    with pytest.raises(CalibrationError, match="positive definite"):
        Calibration.of(np.zeros(6), covariance)


def test_mean_that_is_not_finite_is_refused():
    with pytest.raises(CalibrationError, match="finite"):
        Calibration.of(np.full(6, np.nan), np.eye(6))


SCENARIO = single_set("back_squat", 5, 100.0, 231)


@cache
def lifted() -> OfflineRecording:
    return simulate_offline(SCENARIO, tail_s=1.0)


def analysed(calibration: Calibration | None = None) -> tuple[SetSummary, Calibration]:
    recording = lifted()
    info = replace(info_of(recording), calibration=calibration)
    analyzer = SetAnalyzer(info, mount_of(recording), label_of(recording))
    events = [*analyzer.push(block_of(recording)), *analyzer.finish()]
    assert analyzer.learned is not None
    return only_set(events), analyzer.learned


def test_set_teaches_the_sensors_bias():
    """What a set says of the bias is true by its own measure, and nearer than the data sheet."""
    _, learned = analysed()
    error = (learned.bias_mps2 - SCENARIO.unit.accel_bias_mps2) / learned.sd[:3]
    assert np.abs(error).max() < 3.0
    # Across gravity a bias looks like a tilt, and along it like a scale error: what a set tells well is the
    # error along gravity in the position that the sensor was in.
    rest = lifted().specific_force_mps2[:200].mean(axis=0)
    gradient = np.concatenate([rest, rest**2]) / np.linalg.norm(rest)
    sd = np.sqrt(gradient @ np.array(learned.covariance) @ gradient)
    assert sd < 0.35 * CONFIG.bias_mps2  # what a set believes, doubled by distrust


def test_calibration_that_is_given_narrows_what_is_told_of_a_rep():
    known = Calibration.of(
        np.concatenate([SCENARIO.unit.accel_bias_mps2, np.zeros(3)]), np.diag(CONFIG.variances(0.01, 0.006))
    )
    told, _ = analysed(known)
    alone, _ = analysed()
    for a, b in zip(told.reps, alone.reps, strict=True):
        assert a.forward_drift_sd_m is not None
        assert b.forward_drift_sd_m is not None
        assert a.forward_drift_sd_m < b.forward_drift_sd_m
        assert a.range_of_motion_sd_m <= b.range_of_motion_sd_m


def test_calibration_of_another_sensor_is_not_believed():
    bias = SCENARIO.unit.accel_bias_mps2
    wrong = Calibration.of(np.concatenate([bias + 0.4, np.zeros(3)]), np.diag(CONFIG.variances(0.01, 0.001)))
    rest = lifted().specific_force_mps2[:200].mean(axis=0)
    assert wrong.is_contradicted_by(rest, CONFIG)
    assert not Calibration.unknown(CONFIG).is_contradicted_by(rest, CONFIG)
    told, _ = analysed(wrong)
    alone, _ = analysed()
    assert told.reps[0].mean_concentric_velocity_mps == alone.reps[0].mean_concentric_velocity_mps


def test_bar_that_rolls_between_two_rests_casts_no_doubt():
    """The mean over both rests would be shorter than gravity."""
    recording = lifted()
    force = recording.specific_force_mps2.copy()
    last = len(force) - round(0.8 * recording.sample_rate_hz)
    roll = Rotation.from_rotvec(np.deg2rad(60.0) * np.array(recording.bar_axis))
    force[last:] = roll.apply(force[last:])
    block = ImuBlock(recording.t_s, force, recording.gyro_radps)
    bias = SCENARIO.unit.accel_bias_mps2
    known = Calibration.of(np.concatenate([bias, np.zeros(3)]), np.diag(CONFIG.variances(0.02, 0.001)))
    analyzer = SetAnalyzer(replace(info_of(recording), calibration=known), mount_of(recording))
    analyzer.push(block)
    analyzer.finish()
    assert analyzer.learned is not None
    assert (analyzer.learned.sd[:3] < 2 * known.sd[:3]).all()
