"""Every lift moves as the sources in `firmware_sim.lifts` and `firmware_sim.lifts_olympic` say."""

import numpy as np
import pytest

from firmware_sim.choreography import choreograph
from firmware_sim.lifter import SetPlan
from firmware_sim.lifts import LIFTS
from firmware_sim.truth import set_truth

# Range of motion, m, and peak velocity at 72 % effort, m/s. Slow lifts: domain notes, widened by one scatter
# of the lifter; thrown lifts: peak velocities published for cleans (1.2 to 2.1) and noted for snatches.
EXPECTED = {
    ("back_squat", "rack"): ((0.49, 0.60), (0.40, 1.09)),
    ("front_squat", "rack"): ((0.50, 0.60), (0.40, 1.00)),
    ("split_squat", "rack"): ((0.34, 0.46), (0.35, 0.90)),
    ("bench_press", "rack"): ((0.39, 0.52), (0.25, 0.85)),
    ("incline_bench_press", "rack"): ((0.37, 0.48), (0.25, 0.85)),
    ("overhead_press", "rack"): ((0.45, 0.60), (0.30, 1.00)),
    ("push_press", "rack"): ((0.52, 0.75), (1.10, 1.60)),
    ("deadlift", "floor"): ((0.55, 0.71), (0.40, 1.19)),
    ("romanian_deadlift", "rack"): ((0.40, 0.55), (0.35, 0.90)),
    ("romanian_deadlift", "hang"): ((0.40, 0.55), (0.35, 0.90)),
    ("bent_over_row", "floor"): ((0.36, 0.51), (0.60, 1.10)),
    ("bent_over_row", "hang"): ((0.36, 0.51), (0.60, 1.10)),
    ("t_bar_row", "floor"): ((0.30, 0.45), (0.50, 1.00)),
    ("t_bar_row", "hang"): ((0.30, 0.45), (0.50, 1.00)),
    ("hang_clean", "hang"): ((0.75, 1.10), (1.30, 2.00)),
    ("muscle_clean", "hang"): ((0.75, 1.10), (1.30, 2.00)),
    ("muscle_clean", "floor"): ((1.05, 1.40), (1.30, 2.00)),
    ("power_clean", "floor"): ((1.05, 1.40), (1.30, 2.00)),
    ("power_clean", "hang"): ((0.75, 1.10), (1.30, 2.00)),
    ("hang_snatch", "hang"): ((1.10, 1.50), (1.60, 2.40)),
    ("muscle_snatch", "hang"): ((1.10, 1.50), (1.60, 2.40)),
    ("muscle_snatch", "floor"): ((1.50, 1.80), (1.60, 2.40)),
}


def test_every_start_of_every_lift_is_expected_something_of():
    assert set(EXPECTED) == {(lift.id, start) for lift in LIFTS.values() for start in lift.starts}


@pytest.mark.parametrize(("lift", "start"), sorted(EXPECTED))
def test_range_and_peak_velocity_are_those_of_the_sources(lift, start):
    (low_m, high_m), (slow_mps, fast_mps) = EXPECTED[lift, start]
    for seed in (3, 4):
        planned = choreograph(SetPlan(lift, 3, start=start), 0.0, np.random.default_rng(seed))
        for rep in set_truth(planned, 0.35):
            assert low_m < rep.range_of_motion_m < high_m
            assert slow_mps < rep.peak_concentric_velocity_mps < fast_mps


@pytest.mark.parametrize("lift", sorted(LIFTS))
def test_a_heavier_bar_moves_slower(lift):
    peaks = []
    for effort in (0.4, 0.72, 0.95):
        planned = choreograph(SetPlan(lift, 2, effort_fraction=effort), 0.0, np.random.default_rng(3))
        peaks.append(np.mean([rep.peak_concentric_velocity_mps for rep in set_truth(planned, 0.35)]))
    assert peaks[0] > peaks[1] > peaks[2]


@pytest.mark.parametrize("lift", sorted(LIFTS))
def test_repetitions_follow_each_other(lift):
    planned = choreograph(SetPlan(lift, 4), 0.0, np.random.default_rng(8))
    reps = set_truth(planned, 0.35)
    assert len(reps) == 4
    at_s = 0.0
    for rep in reps:
        assert rep.end_s is not None
        assert at_s < rep.start_s < rep.turning_point_s < rep.end_s
        at_s = rep.end_s
    up_first = LIFTS[lift].up_first
    assert all((rep.concentric_end_s <= rep.turning_point_s) == up_first for rep in reps)


@pytest.mark.parametrize("lift", sorted(LIFTS))
def test_a_straight_path_has_no_drift_however_tired_the_lifter(lift):
    plan = SetPlan(lift, 4, set_index=3, straight_path=True)
    reps = set_truth(choreograph(plan, 0.0, np.random.default_rng(8)), 0.35)
    arc = LIFTS[lift].pivot_radius_m > 0
    for rep in reps:
        # What remains is tremor: 0.35 m/s2 at 8 Hz is 0.2 mm.
        assert arc or abs(rep.forward_drift_m) < 5e-4
        assert arc or abs(rep.max_forward_m) < 1e-3
    if not LIFTS[lift].explosive:
        assert reps[3].mean_concentric_velocity_mps < 0.95 * reps[0].mean_concentric_velocity_mps


@pytest.mark.parametrize("start", ["floor", "hang"])
def test_a_t_bar_stays_on_its_arc(start):
    lift = LIFTS["t_bar_row"]
    planned = choreograph(SetPlan("t_bar_row", 3, start=start), 0.0, np.random.default_rng(5))
    t_s = np.arange(0.0, planned.motion.end_s, 0.003)
    point = planned.motion.axis_point(t_s, 0.0)
    rest_m = np.sqrt(lift.pivot_radius_m**2 - lift.pivot_height_m**2)
    forward, height = point.position_m[:, 0] + rest_m, point.position_m[:, 2] + lift.pivot_height_m
    # Breathing and tremor move a hand-held bar by millimetres.
    assert np.abs(np.hypot(forward, height) - lift.pivot_radius_m).max() < 0.004
    angle = np.arctan2(height, forward) - np.arcsin(lift.pivot_height_m / lift.pivot_radius_m)
    # The far end in front rises: negative pitch; the rest is 8 mrad of sway.
    assert np.abs(point.pitch_rad + angle).max() < 0.03
    assert angle.max() > 0.18
