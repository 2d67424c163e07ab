import numpy as np
import pytest

from firmware_sim.choreography import choreograph
from firmware_sim.lifter import SetPlan
from firmware_sim.lifts import LIFTS
from firmware_sim.motion import STANDARD_GRAVITY_MPS2
from firmware_sim.truth import set_truth

CAUGHT = ("hang_clean", "power_clean", "hang_snatch")
THROWN = sorted(lift.id for lift in LIFTS.values() if lift.explosive)


def planned_set(lift: str, n_reps: int = 2, seed: int = 3, **options):
    return choreograph(SetPlan(lift, n_reps, **options), 0.0, np.random.default_rng(seed))


def heights(planned, start_s: float, end_s: float) -> np.ndarray:
    return planned.motion.axis_point(np.arange(start_s, end_s, 1e-3), 0.0).position_m[:, 2]


@pytest.mark.parametrize("lift", CAUGHT)
def test_the_bar_falls_into_the_catch_by_some_centimetres_and_is_stood_up_with(lift):
    planned = planned_set(lift)
    for rep in set_truth(planned, 0.0):
        height = heights(planned, rep.concentric_start_s, rep.concentric_end_s)
        fall_m = (np.maximum.accumulate(height) - height).max()
        assert 0.03 < fall_m < 0.13
        # The phase goes on after the catch: to standing, the height extremum.
        caught = int(np.argmax(np.maximum.accumulate(height) - height))
        assert height[-1] > height[caught] + 0.2


@pytest.mark.parametrize("lift", ["muscle_clean", "muscle_snatch", "push_press"])
def test_what_is_muscled_or_pushed_up_is_never_dropped_on_the_way(lift):
    planned = planned_set(lift)
    for rep in set_truth(planned, 0.0):
        height = heights(planned, rep.concentric_start_s + 0.01, rep.concentric_end_s)
        assert (np.maximum.accumulate(height) - height).max() < 0.003  # breathing and tremor


@pytest.mark.parametrize("lift", sorted(set(THROWN) - {"power_clean"}))
def test_the_countermovement_is_no_phase_of_the_repetition(lift):
    planned = planned_set(lift)
    for rep, phases in zip(set_truth(planned, 0.0), planned.phases, strict=True):
        before = heights(planned, phases.first_start_s, rep.start_s)
        assert before[0] - before[-1] > 0.07
        assert rep.start_s == rep.concentric_start_s


def test_a_pull_from_the_floor_has_two_velocity_peaks():
    planned = planned_set("power_clean")
    for rep in set_truth(planned, 0.0):
        t_s = np.arange(rep.concentric_start_s, rep.concentric_end_s, 1e-3)
        speed = planned.motion.axis_point(t_s, 0.0).velocity_mps[:, 2]
        top = int(np.argmax(speed))
        first = int(np.argmax(speed[: int(0.55 * top)]))
        assert speed[first:top].min() < speed[first] - 0.03
        assert 0.5 < speed[first] / speed[top] < 0.85


@pytest.mark.parametrize("lift", sorted(set(THROWN) - {"push_press"}))
def test_the_shaft_turns_over_and_back(lift):
    planned = planned_set(lift)
    t_s = np.arange(0.0, planned.motion.end_s, 1e-3)
    pitch = planned.motion.pitch_rad.evaluate(t_s)
    assert np.radians(-180) < pitch[0].min() < np.radians(-135)
    # 200 to 600 degrees per second in the turnover.
    assert np.radians(350) < np.abs(pitch[1]).max() < np.radians(620)


@pytest.mark.parametrize("lift", ["power_clean", "hang_snatch", "muscle_snatch"])
def test_a_dropped_bar_falls_freely_bounces_and_has_no_end(lift):
    planned = planned_set(lift, dropped=True)
    for rep, phases in zip(set_truth(planned, 0.0), planned.phases, strict=True):
        assert rep.end_s is None
        impact_s = phases.second_end_s
        falling = np.arange(phases.second_start_s + 0.16, impact_s - 0.05, 1e-3)
        # 3 %: the contact is fitted to the height by scaling the whole fall.
        assert np.allclose(planned.motion.up_m.evaluate(falling)[2], -STANDARD_GRAVITY_MPS2, rtol=0.03)
        height = heights(planned, impact_s - 0.01, impact_s + 2.0)
        assert -0.01 < height.min() < 0.08  # contact begins some centimetres high: the plates give
        after = heights(planned, impact_s + 0.1, impact_s + 1.0)
        assert 0.05 < after.max() < 0.5
        assert heights(planned, impact_s + 2.0, impact_s + 2.01)[0] == pytest.approx(0.0, abs=1e-6)


def test_a_lost_pull_falls_in_front_and_ends_the_set():
    planned = planned_set("hang_snatch", 3, fails_at=1)
    assert len(planned.phases) == 1
    (failed,) = planned.rejected
    assert failed.what == "failed rep"
    impact = planned.motion.axis_point(np.array([failed.end_s]), 0.0).position_m[0]
    assert impact[0] > 0.1


def test_half_a_pull_goes_back_to_the_hang():
    planned = planned_set("hang_clean", 3, half_reps=(1,))
    assert [one.what for one in planned.rejected] == ["half rep"]
    assert len(set_truth(planned, 0.0)) == 2
    full_m = LIFTS["hang_clean"].rom_m
    half = heights(planned, planned.rejected[0].start_s, planned.rejected[0].end_s)
    assert 0.35 * full_m < half.max() - half[0] < 0.65 * full_m
