import numpy as np
import pytest

from firmware_sim.choreography import choreograph
from firmware_sim.lifter import SetPlan
from firmware_sim.lifts import LIFTS
from firmware_sim.truth import set_truth


def planned_set(lift: str, n_reps: int = 3, seed: int = 3, **options):
    return choreograph(SetPlan(lift, n_reps, **options), 0.0, np.random.default_rng(seed))


def height_at(planned, t_s: float) -> float:
    return float(planned.motion.axis_point(np.array([t_s]), 0.0).position_m[0, 2])


@pytest.mark.parametrize(
    ("lift", "start"), [(one.id, start) for one in LIFTS.values() for start in one.starts]
)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_busy_set_has_the_same_number_of_repetitions_and_begins_and_ends_still(lift, start, seed):
    planned = planned_set(lift, seed=seed, start=start, surroundings="busy")
    reps = set_truth(planned, 0.35)
    assert len(reps) == 3
    usual_m = LIFTS[lift].rom_m if start != "floor" or not LIFTS[lift].explosive else 0.0
    for rep in reps:
        assert rep.range_of_motion_m > 0.9 * usual_m
    motion = planned.motion
    for t_s in (np.arange(0.0, 1.9, 0.01), np.arange(motion.end_s - 1.0, motion.end_s, 0.01)):
        point = motion.axis_point(t_s, 0.3)
        assert np.abs(point.velocity_mps).max() < 1e-9
    end = motion.axis_point(np.array([motion.end_s]), 0.0)
    assert end.position_m[0, 2] == pytest.approx(0.0, abs=1e-9)
    assert end.pitch_rad[0] == pytest.approx(0.0, abs=1e-9)


def test_handling_lies_outside_the_repetitions_and_is_written_down():
    planned = planned_set("romanian_deadlift", start="hang", surroundings="busy")
    what = [aside.what for aside in planned.surroundings]
    assert what == ["plates loaded", "gripped", "picked up", "put down", "plates taken off"]
    for rep in set_truth(planned, 0.35):
        assert rep.end_s is not None
        assert not any(rep.start_s < one.end_s and one.start_s < rep.end_s for one in planned.surroundings)


def test_some_bars_are_unracked_in_vain():
    vain = [
        any(
            one.what == "unracked in vain"
            for one in planned_set("bench_press", 1, seed, surroundings="busy").surroundings
        )
        for seed in range(12)
    ]
    assert any(vain)
    assert not all(vain)


def test_plain_surroundings_are_only_what_must_be():
    assert planned_set("deadlift").surroundings == ()
    assert [one.what for one in planned_set("back_squat").surroundings] == ["unracked", "racked"]
    assert [one.what for one in planned_set("hang_clean").surroundings] == ["picked up", "put down"]


@pytest.mark.parametrize("lift", ["back_squat", "deadlift", "hang_clean"])
def test_between_clusters_the_bar_lies_for_8_to_15_s(lift):
    planned = planned_set(lift, 4, rest="cluster", cluster_size=2)
    assert len(set_truth(planned, 0.35)) == 4
    one, two = planned.phases[1].second_end_s, planned.phases[2].first_start_s
    velocity = planned.motion.axis_point(np.arange(one, two, 0.01), 0.3).velocity_mps
    still_s = 0.01 * np.count_nonzero(np.abs(velocity).max(axis=1) < 1e-9)
    assert 7.5 < still_s < 15.5


@pytest.mark.parametrize(("lift", "down"), [("bench_press", "turn"), ("deadlift", "home")])
def test_in_a_dead_stop_the_bar_lies_still_on_pins_or_floor(lift, down):
    planned = planned_set(lift, 3, rest="dead_stop")
    for before, after in zip(planned.phases, planned.phases[1:], strict=False):
        start, end = (
            (before.first_end_s, before.second_start_s)
            if down == "turn"
            else (before.second_end_s, after.first_start_s)
        )
        assert end - start >= 1.0
        middle = planned.motion.axis_point(np.array([end - 0.05]), 0.3)
        assert np.abs(middle.velocity_mps).max() < 1e-9


def test_a_rebound_throws_the_bar_up_again():
    speeds = []
    for rebound in (0.0, 0.6):
        planned = planned_set("deadlift", 3, rest="touch_and_go", rebound_fraction=rebound)
        after_s = planned.phases[1].first_start_s + 0.03
        base = planned.motion.up_m.base
        assert base is not None
        speeds.append(base.evaluate(np.array([after_s]))[1][0])
    assert speeds[1] > speeds[0] + 0.05


@pytest.mark.parametrize(
    "lift", ["back_squat", "overhead_press", "deadlift", "romanian_deadlift", "t_bar_row"]
)
def test_half_repetitions_go_half_way_and_do_not_count(lift):
    planned = planned_set(lift, 4, half_reps=(1, 3))
    assert len(set_truth(planned, 0.0)) == 2
    for half in planned.rejected:
        assert half.what == "half rep"
        t_s = np.arange(half.start_s, half.end_s, 0.002)
        moved_m = np.ptp(planned.motion.axis_point(t_s, 0.0).position_m[:, 2])
        assert moved_m == pytest.approx(0.5 * LIFTS[lift].rom_m, rel=0.12)


@pytest.mark.parametrize("lift", sorted(LIFTS))
def test_a_failed_repetition_ends_the_set_and_does_not_count(lift):
    planned = planned_set(lift, 4, fails_at=2)
    assert len(set_truth(planned, 0.0)) == 2
    assert [one.what for one in planned.rejected] == ["failed rep"]
    failed = planned.rejected[0]
    assert failed.start_s > planned.phases[1].second_end_s
    last = planned.motion.axis_point(np.arange(planned.motion.end_s - 1, planned.motion.end_s, 0.01), 0.3)
    assert np.abs(last.velocity_mps).max() < 1e-9
    if not LIFTS[lift].explosive:
        # It stalls between a third and two thirds of the range and goes down again.
        height = planned.motion.axis_point(np.arange(failed.start_s, failed.end_s, 1e-3), 0.0).position_m[
            :, 2
        ]
        gained_m = height.max() - height[0] if LIFTS[lift].up_first else height[-1500:].max() - height.min()
        assert 0.3 * LIFTS[lift].rom_m < gained_m < 0.8 * LIFTS[lift].rom_m


def test_a_squat_that_is_lost_lies_on_pins_below_the_turning_point():
    planned = planned_set("back_squat", 2, fails_at=1)
    assert height_at(planned, planned.motion.end_s) < -0.5
