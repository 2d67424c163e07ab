import numpy as np
import pytest

from firmware_sim.choreography import choreograph
from firmware_sim.lifter import BodyNoise, Fatigue, SetPlan
from firmware_sim.truth import set_truth

QUIET = BodyNoise(
    home_scatter_m=0.0,
    home_up_scatter_m=0.0,
    rom_scatter_fraction=0.0,
    duration_scatter_fraction=0.0,
    path_scatter_m=0.0,
    pitch_scatter_fraction=0.0,
    sway_m=0.0,
    breathing_m=0.0,
    tremor_mps2=(0.0, 0.0),
    pitch_sway_rad=0.0,
    tilt_sway_rad=0.0,
    yaw_sway_rad=0.0,
    impact_per_s=(0.0, 0.0),
)
RESTED = Fatigue(per_rep=0.0, per_set=0.0)


def truth_of(lift: str, **options):
    planned = choreograph(
        SetPlan(lift, 3, noise=QUIET, fatigue=RESTED, **options), 0.0, np.random.default_rng(1)
    )
    return planned, set_truth(planned, 0.0)


@pytest.mark.parametrize("lift", ["back_squat", "front_squat", "bench_press", "overhead_press", "deadlift"])
def test_range_of_motion_and_velocity_follow_the_definitions(lift):
    planned, reps = truth_of(lift)
    for rep, phases in zip(reps, planned.phases, strict=True):
        full = abs(
            np.diff(planned.motion.up_m.evaluate(np.array([phases.first_start_s, phases.first_end_s]))[0])[0]
        )
        # The rule cuts off slow ends: less than 15 % of the range may be missing, a few percent are.
        assert 0.95 * full < rep.range_of_motion_m <= full + 1e-6
        duration_s = rep.concentric_end_s - rep.concentric_start_s
        assert rep.mean_concentric_velocity_mps == pytest.approx(rep.range_of_motion_m / duration_s)
        assert rep.peak_concentric_velocity_mps > rep.mean_concentric_velocity_mps
        # No braking below -g in a loaded lift: the propulsive phase is the whole.
        assert rep.mean_propulsive_velocity_mps == pytest.approx(rep.mean_concentric_velocity_mps)
        assert rep.end_s is not None
        assert rep.start_s < rep.turning_point_s < rep.end_s


def test_turning_point_of_a_hold_is_its_middle():
    planned, reps = truth_of("deadlift")
    for rep, phases in zip(reps, planned.phases, strict=True):
        middle_s = (phases.first_end_s + phases.second_start_s) / 2
        # The approach and the departure differ in speed, which moves the middle of the 5 mm band a little.
        assert rep.turning_point_s == pytest.approx(middle_s, abs=0.05)


def test_phases_follow_the_lift():
    down_first, up_first = truth_of("back_squat")[1][0], truth_of("deadlift")[1][0]
    assert down_first.start_s < down_first.concentric_start_s
    assert down_first.concentric_end_s == down_first.end_s
    assert up_first.concentric_start_s == up_first.start_s
    assert up_first.concentric_end_s < up_first.turning_point_s


def test_forward_is_measured_from_the_start_and_signed():
    squat = truth_of("back_squat")[1][0]
    assert squat.forward_drift_m == pytest.approx(0.032, abs=0.002)
    assert squat.max_forward_m >= squat.forward_drift_m
    pull = truth_of("deadlift")[1][0]
    assert pull.forward_drift_m == pytest.approx(-0.030, abs=0.002)


def test_velocity_of_a_sticking_lift_counts_the_whole_ascent():
    reps = truth_of("back_squat", effort_fraction=1.0)[1]
    assert all(rep.concentric_end_s - rep.concentric_start_s > 2.0 for rep in reps)
    assert all(rep.range_of_motion_m > 0.5 for rep in reps)
