"""What a recording is found to be like, against simulated ones of which the truth is known."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from analysis.checkup import check_up, quiet_rests
from analysis.computable import computable
from analysis.imu import STANDARD_GRAVITY_MPS2, Gap, ImuBlock, Mount, MountPosition, SensorInfo
from analysis.results import QualityState
from analysis.unit_check import Suspicion
from firmware_sim.mems import MemsSettings
from firmware_sim.mems_models import PRESETS
from firmware_sim.mount import SensorMount
from firmware_sim.offline import simulate_offline
from firmware_sim.scenarios import single_set, still

STATED = Mount(bar_axis=(0.0, 1.0, 0.0))
MOUNTS = {
    MountPosition.SHAFT: SensorMount(),
    MountPosition.SLEEVE: SensorMount("sleeve", 0.75, 0.035),
    MountPosition.WRIST: SensorMount("wrist", 0.35, 0.08),
}


@cache
def lifted(exercise_id="back_squat", position=MountPosition.SHAFT, settings=None, seed=211):
    options = {} if settings is None else {"settings": settings}
    scenario = single_set(exercise_id, 3, 80.0, seed, mount=MOUNTS[position], **options)
    return simulate_offline(scenario, tail_s=2.0)


def block(t_s, force, gyro, first=0):
    return ImuBlock(t_s, force, gyro, first)


def whole(recording, force_factor=1.0, gyro_factor=1.0):
    return [
        block(recording.t_s, force_factor * recording.specific_force_mps2, gyro_factor * recording.gyro_radps)
    ]


def with_gaps(recording, holes):
    """The recording without the samples of each hole, half-open ranges."""
    items, begin = [], 0
    for start, stop in (*holes, (len(recording.t_s), None)):
        cut = slice(begin, start)
        items.append(
            block(recording.t_s[cut], recording.specific_force_mps2[cut], recording.gyro_radps[cut], begin)
        )
        if stop is not None:
            edges = float(recording.t_s[start - 1]), float(recording.t_s[stop])
            items.append(Gap(*edges, stop - start, "lost by the radio"))
            begin = stop
    return items


def states(checkup, mount=STATED):
    return {answer.quantity: answer.state for answer in computable(checkup, mount)}


def reasons(checkup, mount=STATED):
    return {answer.quantity: "; ".join(answer.reasons) for answer in computable(checkup, mount)}


INFO = SensorInfo(200.0)


@pytest.mark.parametrize("mems", ["BMI270", "ICM-42688"])
def test_a_still_sensor_shows_its_rate_noise_bias_and_gravity(mems):
    scenario = still(20.0, seed=7, mems=mems)
    recording = simulate_offline(scenario)
    found = check_up(whole(recording), INFO)
    unit, model = scenario.unit, PRESETS[mems]
    assert found.rate.measured_hz == pytest.approx(
        200.0 * (1 + unit.odr_error_fraction) / (1 + unit.clock_error_fraction), rel=1e-6
    )
    (rest,) = found.rests
    assert rest.duration_s == pytest.approx(20.0, abs=0.1)
    # The sensor's own low-pass takes 5 % off; rounding to 16 bits adds to a quiet sensor's.
    assert rest.accel_noise_mps2_rthz == pytest.approx(model.accel_noise_mps2_rthz, rel=0.25)
    assert rest.gyro_noise_radps_rthz == pytest.approx(model.gyro_noise_radps_rthz, rel=0.25)
    # Beside the bias: 0.025 °/s per g of sensitivity to force, and its wander.
    np.testing.assert_allclose(rest.gyro_radps, unit.gyro_bias_radps, atol=3e-3)
    assert rest.gravity_mps2 == pytest.approx(STANDARD_GRAVITY_MPS2, abs=0.6)
    assert found.orientations == 1
    assert found.still_s == pytest.approx(20.0, abs=0.2)
    assert (found.gaps, found.clipping.samples, found.suspicions) == ((), 0, ())
    assert found.mount.positions == ()


def test_a_rest_in_which_something_rocks_says_nothing_of_the_sensor():
    (rest,) = check_up(whole(simulate_offline(still(5.0, seed=7))), INFO).rests
    rocking = replace(rest, gyro_radps=(0.0, 0.1, 0.0), gyro_noise_radps_rthz=5 * rest.gyro_noise_radps_rthz)
    assert quiet_rests([rest, rest, rocking, rest]) == (rest, rest, rest)
    assert quiet_rests([]) == ()


def test_of_a_still_sensor_nothing_can_be_computed():
    found = check_up(whole(simulate_offline(still(20.0, seed=7))), INFO)
    assert set(states(found).values()) == {QualityState.NOT_RESOLVABLE}
    assert "hardly moved" in reasons(found)["rep_count"]


def test_a_whole_set_on_a_shaft_has_no_fault():
    found = check_up(whole(lifted()), INFO)
    assert (found.gaps, found.clipping.samples, found.suspicions) == ((), 0, ())
    assert len(found.rests) == 2  # on the rack, before and after
    assert set(states(found).values()) == {QualityState.GOOD}
    assert set(reasons(found).values()) == {""}


def test_gaps_are_counted_and_only_long_ones_break_the_recording():
    holes = [(900, 930), (1500, 1640), (2000, 2001)]
    found = check_up(with_gaps(lifted(), holes), INFO)
    assert [gap.missing for gap in found.gaps] == [30, 140, 1]
    assert found.lost_samples == 171
    assert found.samples == len(lifted().t_s) - 171
    assert len(found.stretches) == 2
    assert found.rate.largest_step_s == pytest.approx(1 / 200, rel=0.01)
    assert "gaps longer than 0.5 s: 1" in reasons(found)["rep_count"]
    assert states(found)["velocity"] is QualityState.LOW_QUALITY


def test_a_sensor_that_restarted_breaks_the_recording_however_short_it_was():
    one, gap, other = with_gaps(lifted(), [(1500, 1520)])
    found = check_up([one, Gap(gap.start_s, gap.end_s, 0, "sensor restarted"), other], INFO)
    assert len(found.stretches) == 2
    assert "gaps longer" in reasons(found)["rep_count"]


def test_clipping_at_the_stated_range_is_found_where_it_happened():
    settings = MemsSettings(accel_range_g=2)
    recording = lifted("hang_clean", settings=settings)
    info = SensorInfo(200.0, accel_range_mps2=2 * STANDARD_GRAVITY_MPS2)
    limit = 2 * STANDARD_GRAVITY_MPS2
    true = (np.abs(recording.specific_force_mps2) >= 0.999 * limit).any(axis=1)
    assert true.sum() > 10
    found = check_up(whole(recording), info)
    assert found.clipping.samples == true.sum()
    assert all(name.startswith("a") for name in found.clipping.by_axis)
    starts = [start_s for start_s, _ in found.clipping.intervals]
    assert starts[0] == recording.t_s[np.flatnonzero(true)[0]]
    inside = sum(((recording.t_s >= a) & (recording.t_s <= b)).sum() for a, b in found.clipping.intervals)
    assert inside >= true.sum()
    assert "clipped" in reasons(found)["velocity"]
    assert states(found)["rep_count"] is QualityState.GOOD


def test_a_limit_that_nobody_stated_is_found_by_its_plateau():
    recording = lifted("hang_clean")
    held = np.clip(recording.specific_force_mps2, -23.0, 23.0)
    count = int((np.abs(held) == 23.0).any(axis=1).sum())
    assert count >= 3
    found = check_up([block(recording.t_s, held, recording.gyro_radps)], INFO)
    assert found.clipping.samples == count
    assert set(found.clipping.limits.values()) == {23.0}
    assert not check_up(whole(recording), INFO).clipping.samples


@pytest.mark.parametrize("exercise_id", ["deadlift", "overhead_press"])
def test_a_wrist_is_suspected_and_named_where_a_shaft_was_stated(exercise_id):
    found = check_up(whole(lifted(exercise_id, MountPosition.WRIST)), INFO)
    assert found.mount.positions == (MountPosition.WRIST,)
    assert found.mount.bar_axis.axis is None
    assert "turned like one on the wrist" in reasons(found)["velocity"]
    wrist = Mount(MountPosition.WRIST)
    assert states(found, wrist)["forward_drift"] is QualityState.NOT_RESOLVABLE
    assert states(found, wrist)["velocity"] is QualityState.GOOD
    assert "wrist has no bar axis" in reasons(found, wrist)["pitch"]
    assert "±0.04 m/s" in reasons(found, wrist)["velocity"]


@pytest.mark.parametrize("exercise_id", ["back_squat", "deadlift", "bench_press", "bent_over_row"])
@pytest.mark.parametrize("position", [MountPosition.SHAFT, MountPosition.SLEEVE])
def test_a_bar_is_never_taken_for_a_wrist(exercise_id, position):
    guess = check_up(whole(lifted(exercise_id, position)), INFO).mount
    assert set(guess.positions) == {MountPosition.SHAFT, MountPosition.SLEEVE}


def test_the_bar_axis_is_found_within_its_standard_deviation():
    axis = check_up(whole(lifted()), INFO).mount.bar_axis
    assert axis.axis is not None
    assert axis.sd_rad is not None
    off_rad = np.arccos(min(abs(float(np.dot(axis.axis, lifted().bar_axis))), 1.0))
    # A clamp fits to about half a degree; three standard deviations beside it.
    assert off_rad < 3 * axis.sd_rad + 0.02


def test_a_stated_axis_that_the_motion_contradicts_is_doubted():
    found = check_up(whole(lifted()), INFO)
    wrong = Mount(bar_axis=(1.0, 0.0, 0.0))
    assert states(found, wrong)["forward_drift"] is QualityState.LOW_QUALITY
    assert "mounted otherwise than stated" in reasons(found, wrong)["forward_drift"]
    assert states(found, wrong)["velocity"] is QualityState.GOOD


def test_without_a_stated_axis_forward_has_no_sign_and_on_a_sleeve_there_is_no_pitch():
    found = check_up(whole(lifted()), INFO)
    assert "--bar-axis" in reasons(found, Mount())["forward_drift"]
    on_sleeve = Mount(MountPosition.SLEEVE, (0.0, 1.0, 0.0))
    assert "sleeve" in reasons(found, on_sleeve)["pitch"]
    assert states(found, on_sleeve)["forward_drift"] is QualityState.GOOD
    assert "--lever-m" in reasons(found, on_sleeve)["velocity"]


@pytest.mark.parametrize(
    ("force_factor", "gyro_factor", "suspicion"),
    [
        (1 / STANDARD_GRAVITY_MPS2, 1.0, Suspicion.FORCE_IN_G),
        (1.3, 1.0, Suspicion.FORCE_SCALE),
        (1.0, 180 / np.pi, Suspicion.TURN_IN_DEGREES),
        (1.0, -1.0, Suspicion.TURN_REVERSED),
        (1.0, 0.0, Suspicion.NO_TURN),
    ],
)
def test_wrong_units_are_told_and_forbid_every_number(force_factor, gyro_factor, suspicion):
    found = check_up(whole(lifted(), force_factor, gyro_factor), INFO)
    assert found.suspicions == (suspicion,)
    assert set(states(found).values()) == {QualityState.NOT_RESOLVABLE}


def test_linear_acceleration_is_told_from_what_an_accelerometer_feels():
    recording = lifted()
    force = recording.specific_force_mps2 - recording.specific_force_mps2[:200].mean(axis=0)
    found = check_up([block(recording.t_s, force, recording.gyro_radps)], INFO)
    assert Suspicion.NO_GRAVITY in found.suspicions
    assert "which way is up" in reasons(found)["rep_count"]


@pytest.mark.parametrize("position", list(MountPosition))
@pytest.mark.parametrize("exercise_id", ["back_squat", "overhead_press", "hang_clean"])
def test_right_units_raise_no_suspicion(exercise_id, position):
    assert check_up(whole(lifted(exercise_id, position)), INFO).suspicions == ()


def test_repeated_values_and_uneven_stamps_are_doubts():
    recording = lifted()
    twice = np.arange(len(recording.t_s)) // 2 * 2
    repeated = check_up(
        [block(recording.t_s, recording.specific_force_mps2[twice], recording.gyro_radps[twice])], INFO
    )
    assert repeated.rate.repeated_fraction == pytest.approx(0.5, abs=0.01)
    assert "repeat the one before" in reasons(repeated)["velocity"]
    # Steps of 4 and 6 ms instead of 5.
    t_s = recording.t_s + np.where(np.arange(len(recording.t_s)) % 2, 0.0005, -0.0005)
    uneven = check_up([block(t_s, recording.specific_force_mps2, recording.gyro_radps)], INFO)
    assert uneven.rate.step_sd_s == pytest.approx(0.001, rel=0.01)
    assert "uneven" in reasons(uneven)["velocity"]


@pytest.mark.parametrize(
    ("every", "state", "what"),
    [(5, QualityState.LOW_QUALITY, "blurred"), (12, QualityState.NOT_RESOLVABLE, "too slow for velocity")],
)
def test_a_slow_sensor_is_told(every, state, what):
    recording = lifted()
    slow = [
        block(recording.t_s[::every], recording.specific_force_mps2[::every], recording.gyro_radps[::every])
    ]
    found = check_up(slow, SensorInfo(200.0 / every))
    assert states(found)["velocity"] is state
    assert what in reasons(found)["velocity"]
    assert (states(found)["rep_count"] is QualityState.GOOD) == (every == 5)
    assert (states(found)["tremor"] is QualityState.GOOD) == (every == 5)


def test_a_sensor_that_never_rests_has_an_unknown_bias():
    recording = lifted()
    moving = slice(700, 2000)
    found = check_up(
        [
            block(
                recording.t_s[moving] - recording.t_s[700],
                recording.specific_force_mps2[moving],
                recording.gyro_radps[moving],
            )
        ],
        INFO,
    )
    assert (found.rests, found.still_s) == ((), 0.0)
    assert "never still" in reasons(found)["velocity"]


def test_nothing_and_next_to_nothing_are_examined_too():
    empty = check_up([], INFO)
    assert empty.samples == 0
    assert set(reasons(empty).values()) == {"there are no samples of accelerometer and gyroscope together"}
    one = check_up([block(np.zeros(1), np.full((1, 3), 5.6), np.zeros((1, 3)))], INFO)
    assert one.rate.measured_hz is None
    assert set(states(one).values()) == {QualityState.NOT_RESOLVABLE}
