"""Reps in a bar path: the definitions of our own, on what a camera saw."""

import numpy as np
import pytest

from analysis.exercises import find_exercise
from analysis.path_reps import reps_of_path
from firmware_sim.scenarios import single_set


@pytest.mark.parametrize("exercise", ["back_squat", "deadlift"])
def test_a_path_without_error_gives_the_true_reps(exercise):
    scenario = single_set(exercise, 4, 100.0, seed=7)
    t_s = np.arange(0.0, scenario.duration_s + 2, 1 / 60)
    height_m = scenario.axis_point(t_s).position_m[:, 2]
    found = reps_of_path(t_s, height_m, find_exercise(exercise))
    truth = scenario.sets[0].reps
    assert len(found) == len(truth)
    for one, true in zip(found, truth, strict=True):
        # Sixty frames a second: a frame is a hundredth of a phase.
        assert one.mean_velocity_mps == pytest.approx(true.mean_concentric_velocity_mps, abs=0.01)
        assert one.peak_velocity_mps == pytest.approx(true.peak_concentric_velocity_mps, abs=0.02)
        assert one.range_of_motion_m == pytest.approx(true.range_of_motion_m, abs=0.01)
        assert one.concentric_end_s - one.concentric_start_s == pytest.approx(
            one.range_of_motion_m / one.mean_velocity_mps, rel=0.01
        )


def test_a_path_of_less_than_a_second_has_no_reps():
    t_s = np.linspace(0, 0.5, 20)
    assert reps_of_path(t_s, 0.5 * t_s, None) == []
