from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analysis.attitude import Known
from analysis.config import AnalysisConfig
from analysis.estimator import estimate_motion
from analysis.exercises import find_exercise
from analysis.imu import STANDARD_GRAVITY_MPS2
from analysis.samples import samples_of
from tests.analysis.simulated import block_of, info_of, motion_of, mount_of, samples_from, simulate

CONFIG = AnalysisConfig()
SQUAT = find_exercise("back_squat")


def whole(seed: int = 201):
    recording = simulate("back_squat", seed)
    return samples_of([block_of(recording)], info_of(recording)), mount_of(recording)


def test_too_short_a_stretch_says_nothing():
    samples, mount = whole()
    assert estimate_motion(samples.part(0, 390), SQUAT, mount, CONFIG) is None


def test_stretch_without_a_rep_says_nothing():
    force = np.tile((0.0, 0.0, STANDARD_GRAVITY_MPS2), (2000, 1))
    samples = samples_from(force, np.zeros((2000, 3)))
    assert estimate_motion(samples, SQUAT, whole()[1], CONFIG) is None


def test_height_is_that_of_the_solution_and_still_is_where_the_bar_lies():
    motion = motion_of()
    np.testing.assert_array_equal(motion.height_m, motion.solution.position_m[:, 2])
    assert motion.still[100:300].all()
    first = motion.found.accepted[0]
    assert not motion.still[first.start : first.stop].any()
    assert np.abs(motion.velocity_mps[motion.still]).max() < 0.03


@pytest.mark.parametrize("passes", [1, 2, 3])
def test_every_number_of_passes_finds_the_same_reps(passes):
    samples, mount = whole()
    motion = estimate_motion(samples, SQUAT, mount, CONFIG, passes=passes)
    assert motion is not None
    final = motion_of()
    assert len(motion.found.accepted) == len(final.found.accepted) == 4
    for rough, exact in zip(motion.found.accepted, final.found.accepted, strict=True):
        assert rough.out_m == pytest.approx(exact.out_m, abs=0.05)


def test_scatter_of_home_is_chosen_by_the_final_pass_among_its_candidates():
    samples, mount = whole()
    early = estimate_motion(samples, SQUAT, mount, CONFIG, passes=2)
    assert early is not None
    candidates = CONFIG.smoother.home_scatters_m
    assert early.solution.home_scatter_m == candidates[len(candidates) // 2]
    assert motion_of().solution.home_scatter_m in candidates


def test_known_bias_replaces_the_rest_that_the_stretch_lacks():
    samples, mount = whole()
    final = motion_of()
    moving = samples.part(final.found.accepted[0].start - 100, final.found.accepted[-1].stop + 100)
    unknown = estimate_motion(moving, SQUAT, mount, CONFIG)
    known = estimate_motion(moving, SQUAT, mount, CONFIG, known=Known(final.attitude.gyro_bias_radps))
    assert known is not None
    assert unknown is not None
    assert known.attitude.bias_known
    assert not unknown.attitude.bias_known
    assert len(known.found.accepted) == len(unknown.found.accepted) == 4
    # It is refined, not replaced.
    np.testing.assert_allclose(known.attitude.gyro_bias_radps, final.attitude.gyro_bias_radps, atol=2e-3)


def test_arbitrary_heading_of_the_world_does_not_matter():
    """Turning the case about the vertical turns the estimator's world; distances stay."""
    samples, mount = whole()
    up = motion_of().attitude.matrix[0].T @ (0.0, 0.0, 1.0)
    case = Rotation.from_rotvec(1.1 * up)
    config = replace(
        CONFIG,
        smoother=replace(CONFIG.smoother, gyro_scale=0.0),
        calibration=replace(CONFIG.calibration, scale=1e-6),
    )
    x, y, z = (float(value) for value in case.apply(mount.lever_m))
    turned = replace(
        samples,
        specific_force_mps2=case.apply(samples.specific_force_mps2),
        gyro_radps=case.apply(samples.gyro_radps),
    )
    a = estimate_motion(samples, SQUAT, mount, config)
    b = estimate_motion(turned, SQUAT, replace(mount, lever_m=(x, y, z)), config)
    assert a is not None
    assert b is not None
    distance = [
        np.linalg.norm(m.solution.position_m[:, :2] - m.solution.position_m[0, :2], axis=1) for m in (a, b)
    ]
    np.testing.assert_allclose(distance[0], distance[1], atol=1e-6)
    np.testing.assert_allclose(a.height_m, b.height_m, atol=1e-6)
