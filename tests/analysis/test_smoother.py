"""The smoother recovers what was wrong with the sensor, and its covariance is true under its own model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analysis.calibration import Calibration, CalibrationConfig
from analysis.config import NoiseConfig, SmootherConfig
from analysis.imu import STANDARD_GRAVITY_MPS2, FloatArray
from analysis.noise import integration_noise
from analysis.nominal import integrate_nominal, turned
from analysis.observations import Evidence, Rest, Stay
from analysis.process import Problem
from analysis.samples import Samples
from analysis.smoother import Hypotheses, Smoothed, smooth
from tests.analysis.simulated import samples_from

RATE_HZ = 100.0
CYCLE_S, CYCLES = 3.0, 5
N = int((CYCLES * CYCLE_S + 2.0) * RATE_HZ)
CONFIG = SmootherConfig(reach_m=(9.0, 9.0, 9.0))
NOISE = NoiseConfig()
DATA_SHEET = CalibrationConfig()
UP = np.array([0.0, 0.0, 1.0])
SEVERAL = replace(Hypotheses.of(CONFIG), noise_scales=(1.0, 4.0, 16.0))
ONE = Hypotheses((1.0,), CONFIG.home_vertical_m[:1], (0.01,), 1.0, CONFIG.home_vertical_m[0])


def lift() -> tuple[FloatArray, FloatArray, Rotation]:
    """Position of a bar that rests a second, goes down and up five times with its pitch, and rests again."""
    t_s = np.clip(np.arange(N) / RATE_HZ - 1.0, 0.0, CYCLES * CYCLE_S)
    phase = 2 * np.pi * t_s / CYCLE_S
    # sin^4 is twice continuously differentiable where it meets rest.
    down = np.sin(phase / 2) ** 4
    position = np.stack([0.05 * down, 0.01 * down, -0.6 * down], axis=1)
    pitch = 0.5 * down
    return position, pitch, Rotation.from_rotvec(pitch[:, None] * [0.0, 1.0, 0.0])


def homes() -> list[int]:
    return [int((1.0 + k * CYCLE_S) * RATE_HZ) for k in range(CYCLES + 1)]


def evidence() -> Evidence:
    rests = [Rest(i, (0.004, 0.004, 0.004), robust=False) for i in (10, 50, N - 60, N - 10)]
    rests += [Rest(i, (0.06, 0.06, 0.03)) for i in homes()]
    stays = [Stay(i, CONFIG.home_sway_m) for i in homes()]
    departures = [i + int(CYCLE_S * RATE_HZ / 2) for i in homes()[:-1]]
    return Evidence(tuple(rests), tuple(stays), tuple(departures))


def problem_of(
    tilt: FloatArray | None = None,
    bias: FloatArray | None = None,
    scale: FloatArray | None = None,
    noise: tuple[float, np.random.Generator] | None = None,
    config: SmootherConfig = CONFIG,
    lost: slice | None = None,
) -> tuple[Problem, FloatArray]:
    """Samples of the lift by a sensor with errors, linearised about its tilted strapdown; and the truth."""
    position, _, attitude = lift()
    world = np.gradient(np.gradient(position, 1 / RATE_HZ, axis=0), 1 / RATE_HZ, axis=0)
    force = attitude.inv().apply(world + STANDARD_GRAVITY_MPS2 * UP)
    gyro = np.zeros((N, 3))
    gyro[:-1] = (attitude[:-1].inv() * attitude[1:]).as_rotvec() * RATE_HZ
    gyro[1:] = 0.5 * (gyro[1:] + gyro[:-1])  # rate at the samples
    if scale is not None:
        force = force * (1 + scale)
    if bias is not None:
        force = force + bias
    if noise is not None:
        force = force + noise[0] * np.sqrt(RATE_HZ) * noise[1].standard_normal(force.shape)
    samples: Samples = samples_from(force, gyro, RATE_HZ)
    if lost is not None:
        samples.lost[lost] = True
    true = attitude.as_matrix()
    matrix = true if tilt is None else Rotation.from_rotvec(-tilt).as_matrix() @ true
    gathered = integration_noise(samples, replace(NOISE, cross_axis=0.0))
    nominal = integrate_nominal(samples, matrix, np.zeros(3))
    first = matrix[0]
    return (
        Problem(
            samples,
            nominal,
            matrix,
            first,
            config.initial_tilt_rad,
            4e-4,
            np.zeros(3),
            gathered,
            Calibration.unknown(DATA_SHEET),
        ),
        position,
    )


def solved(problem: Problem, known: Evidence | None = None, config: SmootherConfig = CONFIG) -> Smoothed:
    return smooth(problem, evidence() if known is None else known, config, SEVERAL)


def test_tilt_bias_and_scale_are_found_and_their_drift_is_gone():
    tilt, bias = np.array([0.01, -0.012, 0.0]), np.array([0.08, -0.05, 0.1])
    problem, position = problem_of(tilt, bias, np.array([0.004, -0.003, 0.005]))
    plain = problem.nominal.position_m[-1] - position[-1]
    assert np.linalg.norm(plain) > 5.0
    motion = solved(problem)
    # Tilt about the axis that the lift turns about is told from bias; about the other it is not, nor matters.
    assert motion.psi_rad[len(motion.psi_rad) // 2, 1] == pytest.approx(tilt[1], abs=0.003)
    # Relative to the start of the same cycle, as a rep is measured.
    for start in homes()[:-1]:
        turn = start + int(CYCLE_S * RATE_HZ / 2)
        moved = motion.position_m[turn] - motion.position_m[start]
        np.testing.assert_allclose(moved, position[turn] - position[start], atol=0.01)


def test_attitude_that_is_ten_degrees_wrong_is_put_right_by_linearising_anew():
    problem, position = problem_of(tilt=np.array([0.12, -0.13, 0.0]), config=CONFIG)
    problem = replace(problem, tilt_sd_rad=0.2)
    motion = solved(problem)
    for _ in range(3):
        matrix = turned(problem.nominal.matrix, motion.nodes, motion.psi_rad)
        problem = replace(problem, nominal=integrate_nominal(problem.samples, matrix, np.zeros(3)))
        motion = solved(problem)
    assert np.abs(motion.psi_rad[:, :2]).max() < 1e-3
    turn = homes()[2] + int(CYCLE_S * RATE_HZ / 2)
    moved = motion.position_m[turn] - motion.position_m[homes()[2]]
    np.testing.assert_allclose(moved, position[turn] - position[homes()[2]], atol=0.01)


def test_stated_deviations_are_true_under_the_smoothers_own_model():
    """Errors drawn from the priors, 40 times: mean squared normalised error near one."""
    rng = np.random.default_rng(7)
    start, turn = homes()[2], homes()[2] + int(CYCLE_S * RATE_HZ / 2)
    normalised = []
    for _ in range(40):
        problem, position = problem_of(
            tilt=np.append(rng.normal(0, CONFIG.initial_tilt_rad, 2), 0.0),
            bias=rng.normal(0, DATA_SHEET.bias_mps2, 3),
            scale=rng.normal(0, DATA_SHEET.scale, 3),
            noise=(NOISE.accel_mps2_per_rthz, rng),
        )
        motion = solved(problem)
        error = (motion.position_m[turn] - motion.position_m[start]) - (position[turn] - position[start])
        covariance = motion.displacement_covariances_m2(start, np.array([turn]))[0]
        normalised.append(error @ np.linalg.solve(covariance, error) / 3)
    # Home returns better here than the smoother may know (5 mm at best), so that it is rather too careful:
    # chi-square over 120 degrees of freedom would lie in 0.75 to 1.28.
    assert 0.1 < np.mean(normalised) < 1.28


def test_larger_noise_never_narrows_an_interval():
    problem, _ = problem_of()
    start, stops = homes()[1], np.arange(homes()[1], homes()[2], 10)
    narrow = solved(problem)
    chosen = Hypotheses(
        (narrow.noise_scale,),
        (narrow.home_level_m,),
        (narrow.home_scatter_m,),
        narrow.noise_scale,
        narrow.home_level_m,
    )
    for name in ("gyro_scale", "home_sway_m", "still_velocity_mps"):
        value = getattr(CONFIG, name)
        larger = replace(
            CONFIG, **{name: tuple(2 * v for v in value) if name == "home_sway_m" else 2 * value}
        )
        wide = smooth(problem, evidence(), larger, chosen)
        same = smooth(problem, evidence(), CONFIG, chosen)
        for axis in np.eye(3):
            a, b = (m.displacement_sds_m(start, stops, axis) for m in (same, wide))
            assert (b >= a - 1e-9).all(), name


def test_more_evidence_never_widens_an_interval():
    problem, _ = problem_of()
    known = evidence()
    less = Evidence(known.rests[:4], known.stays[:2], known.departures)
    start, turn = homes()[2], homes()[2] + 100
    some, all_ = (smooth(problem, e, CONFIG, ONE) for e in (less, known))
    for axis in np.eye(3):
        assert all_.displacement_sd_m(start, turn, axis) <= some.displacement_sd_m(start, turn, axis)
        assert all_.velocity_sd_mps(turn, axis) <= some.velocity_sd_mps(turn, axis)


def test_without_rest_or_home_the_result_drifts_and_says_so():
    problem, _ = problem_of()
    nothing = smooth(problem, Evidence((), ()), CONFIG, ONE)
    assert nothing.displacement_sd_m(0, N - 1, UP) > 10.0


def test_lost_samples_widen_the_interval_where_they_are_lost():
    whole, _ = problem_of()
    gap = slice(homes()[2] + 120, homes()[2] + 145)
    holed, _ = problem_of(lost=gap)
    before, inside = homes()[1] + 100, homes()[2] + 150
    a, b = (smooth(p, evidence(), CONFIG, ONE) for p in (whole, holed))
    assert b.velocity_sd_mps(inside, UP) > 2 * a.velocity_sd_mps(inside, UP)
    assert b.velocity_sd_mps(before, UP) < 1.5 * a.velocity_sd_mps(before, UP)


def test_noisier_samples_raise_the_noise_scale_and_widen_the_intervals():
    rng = np.random.default_rng(3)
    quiet, _ = problem_of(noise=(NOISE.accel_mps2_per_rthz, rng))
    loud, _ = problem_of(noise=(4 * NOISE.accel_mps2_per_rthz, rng))
    a, b = solved(quiet), solved(loud)
    assert a.noise_scale == 1.0
    assert b.noise_scale == 4.0
    start, turn = homes()[2], homes()[2] + 100
    assert b.displacement_sd_m(start, turn, UP) > 2 * a.displacement_sd_m(start, turn, UP)


def test_velocity_steps_at_a_blow_instead_of_ramping_between_nodes():
    """A blow that the sensor missed half of: the correction falls where the noise is."""
    problem, position = problem_of()
    at = homes()[2] + 70
    samples = problem.samples
    samples.specific_force_mps2[at, 2] += 100.0  # 1 m/s that never happened
    noise = integration_noise(samples, replace(NOISE, cross_axis=0.0))
    nominal = integrate_nominal(samples, problem.nominal.matrix, np.zeros(3))
    motion = solved(replace(problem, nominal=nominal, noise=noise))
    velocity = np.gradient(position[:, 2], 1 / RATE_HZ)
    for index in (at - 12, at + 12):
        assert motion.velocity_mps[index, 2] == pytest.approx(velocity[index], abs=0.1)
