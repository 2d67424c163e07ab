"""Measures of a rep against closed forms, and laws that hold for every one of them."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.drops import falls_freely
from analysis.exercises import CATALOGUE, find_exercise
from analysis.imu import Mount, MountPosition
from analysis.measure_config import MeasureConfig
from analysis.measures import MEASURES
from analysis.path_measures import sway_m
from analysis.pipeline import analyze
from analysis.rep_measures import applicable
from analysis.results import Estimate
from analysis.stability.parts import BINS, with_path_sway
from tests.analysis.simulated import (
    block_of,
    constructed_rep,
    events_of,
    info_of,
    label_of,
    mount_of,
    only_set,
    samples_from,
    simulate,
)


@pytest.mark.parametrize(
    "exercise", [None, *CATALOGUE.values()], ids=lambda lift: getattr(lift, "id", "untold")
)
def test_every_part_of_a_lift_is_measured(exercise):
    names = applicable(exercise)
    assert set(names) <= {name for name, measure in MEASURES.items() if measure.scope == "rep"}
    if exercise is not None:
        assert set(exercise.parts) - {"path_consistency_m", "path_sway_m"} <= set(names)


@pytest.mark.parametrize("lift", ["back_squat", "deadlift", "t_bar_row"])
def test_true_value_is_within_four_standard_deviations(lift):
    recording = simulate(lift, mems="ideal")
    reps = only_set(events_of(recording)).reps
    for rep, truth in zip(reps, recording.sets[0].reps, strict=True):
        assert set(applicable(find_exercise(lift))) <= set(rep.measures)
        for name, true in truth.measures.items():
            estimate = rep.measures.get(name, Estimate())
            if true is None or estimate.value is None:
                continue
            assert estimate.sd is not None
            assert abs(estimate.value - true) < 4 * estimate.sd + MEASURES[name].resolution


@pytest.mark.parametrize(
    "mount", [Mount(), Mount(MountPosition.WRIST), Mount(MountPosition.SLEEVE, (0.0, 1.0, 0.0))]
)
def test_what_the_mount_hides_has_a_reason(mount):
    recording = simulate()
    events = analyze([block_of(recording)], info_of(recording), mount, label_of(recording))
    for rep in only_set(events).reps:
        assert rep.measures["uprightness_loss_rad"].value is None
        for estimate in rep.measures.values():
            assert (estimate.value is None) <= bool(estimate.reason)


def test_sway_is_that_about_a_line():
    t = np.linspace(0.0, 1.0, 2001)
    assert sway_m(0.3 + 2.0 * t) == pytest.approx(0.0, abs=1e-12)
    assert sway_m(0.1 * t + 0.01 * np.cos(2 * np.pi * 20 * t)) == pytest.approx(0.01 / np.sqrt(2), rel=0.01)


def test_path_sway_does_not_depend_on_the_number_of_reps():
    rng = np.random.default_rng(5)

    def mean_square(n):
        base = constructed_rep().path
        squares = []
        for _ in range(400):
            reps = [
                constructed_rep(
                    path=type(base)(base.t_s, np.full(len(base.t_s), 0.01 * rng.standard_normal()), base.up_m)
                )
                for _ in range(n)
            ]
            squares += [(rep.measures["path_sway_m"].value or 0.0) ** 2 for rep in with_path_sway(reps)]
        return np.mean(squares)

    assert BINS > 0
    assert mean_square(3) == pytest.approx(1e-4, rel=0.15)
    assert mean_square(8) == pytest.approx(1e-4, rel=0.15)


def test_two_reps_have_no_sway():
    reps = with_path_sway([constructed_rep()] * 2)
    assert all("three reps" in rep.measures["path_sway_m"].reason for rep in reps)


@pytest.mark.parametrize(("fall_s", "falls"), [(0.3, True), (0.12, False)])
def test_a_falling_bar_feels_no_weight(fall_s, falls):
    force = np.tile([0.0, 0.0, 9.81], (200, 1))
    force[50 : 50 + round(200 * fall_s)] = 0.4
    samples = samples_from(force, np.zeros_like(force))
    assert falls_freely(samples, 0, 200, MeasureConfig()) is falls


def test_lowered_bar_was_not_dropped():
    reps = only_set(events_of(simulate("deadlift"))).reps
    assert [rep.dropped for rep in reps] == [False] * len(reps)
    assert mount_of(simulate("deadlift")).bar_axis is not None
