from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.candidates import Surroundings
from analysis.config import RepConfig
from analysis.exercises import CATALOGUE
from analysis.repetitions import FoundReps, find_reps
from tests.analysis.simulated import minimum_jerk

CONFIG = RepConfig()
RATE_HZ = 200.0
SQUAT, DEADLIFT = CATALOGUE["back_squat"], CATALOGUE["deadlift"]


def find(levels_m: list[float], exercise_id: str | None = "back_squat", leg_s: float = 1.0) -> FoundReps:
    """Reps of a bar that goes from level to level, with a second of rest at either end."""
    levels = [levels_m[0], *levels_m, levels_m[-1]]
    height, velocity = minimum_jerk(levels, [1.0, *[leg_s] * (len(levels_m) - 1), 1.0], RATE_HZ)
    exercise = None if exercise_id is None else CATALOGUE[exercise_id]
    return find_reps(height, velocity, RATE_HZ, exercise, CONFIG)


def reasons(found: FoundReps) -> str:
    return "; ".join(rejection.reason for rejection in found.rejected)


@given(st.lists(st.tuples(st.floats(0.5, 0.7), st.floats(-0.03, 0.03)), min_size=1, max_size=8))
def test_every_full_rep_counts_and_is_bounded_by_its_extremes(reps):
    levels = [0.0]
    for depth_m, home_m in reps:
        levels += [-depth_m, home_m]
    found = find(levels)
    assert len(found.accepted) == len(reps)
    assert found.rejected == ()
    for k, candidate in enumerate(found.accepted):
        assert candidate.turn == pytest.approx((2 * k + 2) * RATE_HZ, abs=3)
        assert candidate.out_m == pytest.approx(levels[2 * k] - levels[2 * k + 1], abs=0.002)
        assert candidate.back_m == pytest.approx(levels[2 * k + 2] - levels[2 * k + 1], abs=0.002)


def test_half_rep_is_rejected_by_name():
    found = find([0.0, -0.6, 0.0, -0.6, 0.0, -0.3, 0.0, -0.6, 0.0])
    assert len(found.accepted) == 3
    assert reasons(found) == "half rep: 50% of this set's range of motion"
    assert found.rejected[0].start == pytest.approx(5 * RATE_HZ, abs=3)


def test_failed_rep_is_rejected_by_name():
    found = find([0.0, -0.6, 0.0, -0.6, 0.0, -0.6, -0.3, -0.6])
    assert len(found.accepted) == 2
    assert "not completed: came back 50% of the way" in reasons(found)


def test_rep_that_stops_at_the_bottom_of_the_recording_is_no_rep():
    assert len(find([0.0, -0.6, 0.0, -0.6, 0.0, -0.6]).accepted) == 2


def test_unracking_and_reracking_are_no_reps():
    """Off the hooks by 6 cm and back; too small to be worth a word."""
    found = find([0.0, 0.06, 0.0, -0.6, 0.0, -0.6, 0.0, 0.06, 0.0])
    assert len(found.accepted) == 2
    assert found.rejected == ()


def test_picking_up_before_and_putting_down_after_are_no_reps():
    """From the floor to the shoulders, two front squats, back to the floor."""
    found = find([0.0, 1.1, 0.5, 1.1, 0.5, 1.1, 0.0], "front_squat")
    assert len(found.accepted) == 2
    assert all(candidate.out_m == pytest.approx(0.6, abs=0.01) for candidate in found.accepted)


def test_way_up_that_follows_a_much_smaller_way_down_is_rejected_by_name():
    found = find([0.0, -0.6, 0.0, -0.6, 0.0, -0.3, 0.4])
    assert len(found.accepted) == 2
    assert "no first phase of its own: picked up, put down or re-racked" in reasons(found)


def test_movement_larger_than_the_lift_is_rejected_by_name():
    found = find([0.0, -0.6, 0.0, -0.6, 0.0, -1.4, 0.0], leg_s=1.5)
    assert len(found.accepted) == 2
    assert "1.40 m, more than this lift allows" in reasons(found)


def test_creeping_movement_is_no_rep():
    found = find([0.0, -0.6, 0.0, -0.6, 0.0], leg_s=20.0)  # peak 1.875 x 0.6 / 20 = 0.056 m/s
    assert found.accepted == ()


def test_slow_movement_is_rejected_by_name():
    found = find([0.0, -0.6, 0.0, -0.6, 0.0], leg_s=12.0)  # peak 0.094 m/s
    assert found.accepted == ()
    assert "slower than 0.12 m/s" in reasons(found)


def test_hesitation_and_a_small_reversal_on_the_way_are_part_of_one_rep():
    """Down, up half-way, a second's stop, up; and down, most of the way up, a hitch of 5 cm, up."""
    levels = [0.0, -0.6, 0.0, -0.6, -0.3, -0.3, 0.0, -0.6, -0.2, -0.25, 0.0, -0.6, 0.0]
    assert len(find(levels).accepted) == 4


def test_look_alike_that_does_not_land_where_the_others_do_is_no_rep():
    """Bending down to the bar and letting go of it look like a deadlift; only its reps end on the floor."""
    levels = [0.0, 0.55, 0.0, 0.0, 0.6, 0.0, 0.0, 0.6, 0.0, 0.0, 0.6, 0.0]
    height, velocity = minimum_jerk([0.0, *levels, 0.0], [1.0] * 13, RATE_HZ)
    impact = np.zeros(len(height), dtype=np.bool_)
    for end_s in (6.0, 9.0, 12.0):
        impact[int(end_s * RATE_HZ) - 10 : int(end_s * RATE_HZ) + 10] = True
    held = np.tile([0.0, 0.0, 1.0], (len(height), 1))
    held[: int(3.2 * RATE_HZ)] = (0.8, 0.0, 0.6)  # the wrist hangs otherwise before the bar is gripped
    found = find_reps(height, velocity, RATE_HZ, DEADLIFT, CONFIG, Surroundings(impact=impact, up=held))
    assert len(found.accepted) == 3
    assert found.accepted[0].start >= 3 * RATE_HZ


@pytest.mark.parametrize(("may_end", "reps"), [(True, 3), (False, 2)])
def test_last_pull_may_lack_its_way_back_only_where_that_is_allowed(may_end, reps):
    height, velocity = minimum_jerk([0.0, 0.0, 0.6, 0.0, 0.6, 0.0, 0.6, 0.6], [1.0] * 7, RATE_HZ)
    found = find_reps(height, velocity, RATE_HZ, DEADLIFT, CONFIG, Surroundings(may_end_at_top=may_end))
    assert len(found.accepted) == reps
    if may_end:
        assert found.accepted[-1].back_m == 0.0


def test_range_that_is_known_already_decides_between_templates():
    """Two large movements and two small ones: either could be the reps."""
    levels = [0.0, -0.6, 0.0, -0.6, 0.0, -0.35, 0.0, -0.35, 0.0]
    height, velocity = minimum_jerk([0.0, *levels, 0.0], [1.0] * 10, RATE_HZ)
    for range_m in (0.6, 0.35):
        found = find_reps(height, velocity, RATE_HZ, SQUAT, CONFIG, Surroundings(range_m=range_m))
        assert [round(rep.out_m, 2) for rep in found.accepted] == [range_m, range_m]


@pytest.mark.parametrize(("exercise_id", "sign"), [("back_squat", -1), ("deadlift", 1)])
def test_first_direction_is_that_of_the_lift(exercise_id, sign):
    found = find([0.0, sign * 0.6, 0.0, sign * 0.6, 0.0], exercise_id)
    assert found.first_sign == sign
    assert len(found.accepted) == 2


@pytest.mark.parametrize("sign", [-1, 1])
def test_first_direction_is_that_of_the_first_movement_where_the_lift_is_not_told(sign):
    found = find([0.0, sign * 0.6, 0.0, sign * 0.6, 0.0], None)
    assert found.first_sign == sign
    assert len(found.accepted) == 2


def test_bar_that_rests_at_the_bottom_goes_up_first_whatever_moved_first():
    levels = [0.3, 0.0, 0.0, 0.6, 0.0, 0.0, 0.6, 0.0, 0.0]
    height, velocity = minimum_jerk(levels, [1.0] * 8, RATE_HZ)
    still = (np.abs(velocity) < 1e-6) & (np.abs(height) < 0.01)
    assert find_reps(height, velocity, RATE_HZ, None, CONFIG, Surroundings(still=still)).first_sign == 1


def test_range_of_motion_of_a_pulldown_is_that_of_its_way_down():
    # Judged by the way down (0.4 m), not by the way up (0.5 m).
    tall = replace(CATALOGUE["pulldown"], usual_rom_m=(0.30, 0.36))
    height, velocity = minimum_jerk([0.0, 0.0, -0.4, 0.1, 0.1], [1.0] * 4, RATE_HZ)
    assert len(find_reps(height, velocity, RATE_HZ, tall, CONFIG).accepted) == 1
    pushed = replace(tall, concentric_sign=1)
    assert len(find_reps(height, velocity, RATE_HZ, pushed, CONFIG).accepted) == 0


def test_bar_that_does_not_move_has_no_reps():
    found = find_reps(np.zeros(1000), np.zeros(1000), RATE_HZ, SQUAT, CONFIG)
    assert found == FoundReps((), (), -1)
    assert find_reps(np.zeros(1000), np.zeros(1000), RATE_HZ, DEADLIFT, CONFIG).accepted == ()
