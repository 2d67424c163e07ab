import numpy as np
import pytest

from firmware_sim.choreography import choreograph
from firmware_sim.errors import InvalidSettingError, UnknownLiftError
from firmware_sim.lifter import Faults, SetPlan
from firmware_sim.lifts import LIFTS
from firmware_sim.truth import set_truth


def mean_of(plan: SetPlan, quantity: str, seed: int = 3) -> float:
    reps = set_truth(choreograph(plan, 0.0, np.random.default_rng(seed)), 0.0)
    return float(np.mean([getattr(rep, quantity) for rep in reps]))


@pytest.mark.parametrize("lift", sorted(LIFTS))
@pytest.mark.parametrize("rest", ["paused", "short", "touch_and_go", "cluster", "dead_stop"])
def test_a_set_begins_and_ends_exactly_still(lift, rest):
    planned = choreograph(SetPlan(lift, 3, rest=rest), 10.0, np.random.default_rng(2))
    motion = planned.motion
    for t_s in (np.arange(10.0, 12.0, 0.01), np.arange(motion.end_s - 1.0, motion.end_s, 0.01)):
        point = motion.axis_point(t_s, 0.3)
        assert np.abs(point.velocity_mps).max() < 1e-9
        assert np.ptp(point.position_m, axis=0).max() < 1e-9
    assert motion.axis_point(np.array([motion.end_s]), 0.0).position_m[0, 2] == pytest.approx(0.0, abs=1e-9)
    assert len(planned.phases) == 3


@pytest.mark.parametrize("lift", sorted(LIFTS))
def test_nothing_jumps(lift):
    motion = choreograph(SetPlan(lift, 3), 0.0, np.random.default_rng(4)).motion
    point = motion.axis_point(np.arange(0.0, motion.end_s, 1e-3), 0.3)
    assert np.abs(np.diff(point.velocity_mps, axis=0)).max() < 0.12  # m/s in 1 ms, at the hardest landing
    assert np.abs(np.diff(point.pitch_rad)).max() < 0.01


def test_the_same_seed_gives_the_same_set_and_another_seed_another():
    one, same, other = (
        choreograph(SetPlan("deadlift", 2), 0.0, np.random.default_rng(seed)).motion.end_s
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other


@pytest.mark.parametrize(
    ("lift", "fault", "quantity", "least"),
    [
        ("front_squat", "forward_in_hole", "forward_drift_m", 0.04),
        ("front_squat", "rounding", "pitch_change_rad", 0.17),
        ("deadlift", "forward_off_floor", "max_forward_m", 0.03),
    ],
)
def test_a_fault_shows_where_it_should(lift, fault, quantity, least):
    gross = Faults(**{fault: 1.0})
    clean = SetPlan(lift, 3)
    faulty = SetPlan(lift, 3, faults=gross, fresh_faults=gross)
    assert mean_of(faulty, quantity) - mean_of(clean, quantity) > least


def test_a_stalled_lockout_is_slow_at_the_top():
    gross = Faults(lockout_stall=1.0)
    ratios = []
    for plan in (SetPlan("deadlift", 2), SetPlan("deadlift", 2, faults=gross, fresh_faults=gross)):
        planned = choreograph(plan, 0.0, np.random.default_rng(3))
        rep = set_truth(planned, 0.0)[0]
        point = planned.motion.axis_point(np.arange(rep.concentric_start_s, rep.concentric_end_s, 1e-3), 0.0)
        height, velocity = point.position_m[:, 2], point.velocity_mps[:, 2]
        top = height > height[0] + 0.7 * rep.range_of_motion_m
        ratios.append(velocity[top].mean() / velocity.max())
    assert ratios[1] < 0.75 * ratios[0]


def test_an_uneven_press_tilts():
    gross = Faults(uneven_press=1.0)
    planned = choreograph(
        SetPlan("bench_press", 1, faults=gross, fresh_faults=gross), 0.0, np.random.default_rng(3)
    )
    phases = planned.phases[0]
    base = planned.motion.tilt_rad.base
    assert base is not None
    during = base.evaluate(np.linspace(phases.second_start_s, phases.second_end_s, 200))[0]
    assert during.min() == pytest.approx(-0.06, abs=0.002)


def test_a_tired_lifter_is_slower():
    fresh, tired = (SetPlan("back_squat", 3, set_index=index) for index in (0, 4))
    quantity = "mean_concentric_velocity_mps"
    assert mean_of(tired, quantity) < 0.85 * mean_of(fresh, quantity)


def test_unknown_lifts_and_impossible_plans_are_refused():
    with pytest.raises(UnknownLiftError) as caught:
        choreograph(SetPlan("curl", 3), 0.0, np.random.default_rng(1))
    assert caught.value.name == "curl"
    with pytest.raises(InvalidSettingError):
        SetPlan("deadlift", 0)
    with pytest.raises(InvalidSettingError):
        SetPlan("deadlift", 3, effort_fraction=1.5)


@pytest.mark.parametrize(
    "options",
    [
        {"half_reps": (3,)},
        {"fails_at": 3},
        {"half_reps": (1,), "fails_at": 1},
        {"rebound_fraction": 0.9},
        {"cluster_size": 0},
    ],
)
def test_plans_that_contradict_themselves_are_refused(options):
    with pytest.raises(InvalidSettingError):
        SetPlan("deadlift", 3, **options)


@pytest.mark.parametrize("options", [{"start": "floor"}, {"dropped": True}])
def test_plans_that_the_lift_does_not_allow_are_refused(options):
    with pytest.raises(InvalidSettingError):
        choreograph(SetPlan("back_squat", 3, **options), 0.0, np.random.default_rng(1))
