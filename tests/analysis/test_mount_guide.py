"""Mounting against the simulator's truth: a still bar, a roll, a slow rep."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.imu import Gap, ImuBlock, MountPosition, SensorInfo
from analysis.mount_guide import MountGuide, MountStep
from analysis.mounting import MountingConfig, check_rest
from analysis.samples import samples_of
from firmware_sim.mount import SensorMount
from firmware_sim.mounting import mounting
from firmware_sim.offline import simulate_offline
from firmware_sim.scenarios import still

SEEDS = range(301, 307)  # below 300: tuning
TURNED = [SensorMount(), SensorMount(around_rad=0.4, turned_rad=2.2)]


def angle_deg(one, other):
    cosine = np.dot(one, other) / np.linalg.norm(one) / np.linalg.norm(other)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def blocks_of(recording, rows=20):
    for start in range(0, len(recording.t_s), rows):
        cut = slice(start, start + rows)
        yield ImuBlock(
            recording.t_s[cut], recording.specific_force_mps2[cut], recording.gyro_radps[cut], start
        )


def guided(recording, **options) -> tuple[Any, list[MountStep]]:
    info = SensorInfo(recording.sample_rate_hz)
    guide = MountGuide(info, **options)
    steps = []
    for block in blocks_of(recording):
        state = guide.push(block)
        if state.step is MountStep.DIRECTION:
            state = guide.tell_direction(top_went_forward=True)
        if not steps or steps[-1] is not state.step:
            steps.append(state.step)
    return guide, steps


@pytest.mark.parametrize("mount", TURNED)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_axis_points_to_the_lifters_left_within_its_standard_deviation(mount, seed):
    scenario = mounting(seed, mount=mount)
    guide, steps = guided(simulate_offline(scenario, tail_s=3.0))
    assert steps == [MountStep.STILL, MountStep.ROLL, MountStep.REP, MountStep.DONE]
    state = guide.state
    assert state.mount.position is MountPosition.SHAFT
    true_axis = (
        np.array([0.0, 1.0, 0.0]) @ scenario.mount.rotation
    )  # with the misalignment that nobody states
    off_rad = np.radians(angle_deg(state.mount.bar_axis, true_axis))
    assert off_rad < 3 * state.roll.axis_sd_rad
    assert off_rad < 0.03  # 1.7 degrees: the clamp itself is set to half a degree
    assert 0.9 < state.rest.gravity_mps2 / 9.80665 < 1.1
    off_m = state.rep.range_of_motion_m - scenario.sets[0].reps[0].range_of_motion_m
    assert abs(off_m) < 2.5 * state.rep.range_of_motion_sd_m  # twelve cases: 1 % each by chance


def test_the_other_answer_turns_the_axis_round():
    recording = simulate_offline(mounting(301), tail_s=1.0)
    guide = MountGuide(SensorInfo(recording.sample_rate_hz))
    for block in blocks_of(recording):
        if guide.push(block).step is MountStep.DIRECTION:
            break
    state: Any = guide.tell_direction(top_went_forward=False)
    assert angle_deg(state.mount.bar_axis, np.negative(state.roll.axis)) < 1e-4


def test_a_sensor_that_does_not_turn_with_the_shaft_sits_on_the_sleeve():
    scenario = mounting(302, mount=SensorMount("sleeve", along_m=0.75, radius_m=0.035))
    guide, _ = guided(simulate_offline(scenario, tail_s=3.0))
    assert guide.state.mount.position is MountPosition.SLEEVE
    true_axis = np.array([0.0, 1.0, 0.0]) @ scenario.mount.rotation
    assert angle_deg(guide.state.mount.bar_axis, true_axis) < 2


def test_a_wrist_only_has_to_lie_still():
    recording = simulate_offline(still(8.0, 303), tail_s=0.0)
    guide, steps = guided(recording, position=MountPosition.WRIST)
    assert steps == [MountStep.STILL, MountStep.REP]
    assert guide.state.mount.bar_axis is None
    assert guide.skip_rep().step is MountStep.DONE


def test_a_gap_starts_the_rest_anew():
    recording = simulate_offline(still(12.0, 304), tail_s=0.0)
    guide = MountGuide(SensorInfo(recording.sample_rate_hz))
    for block in blocks_of(recording):
        if block.t_s[0] < 4.5:
            guide.push(block)
    guide.push(Gap(4.5, 4.6, 20))
    late = [block for block in blocks_of(recording) if 4.6 < block.t_s[0] < 8.0]
    assert all(guide.push(block).step is MountStep.STILL for block in late)


def rest_of(seed=305):
    recording = simulate_offline(still(6.0, seed), tail_s=0.0)
    return samples_of(list(blocks_of(recording)), SensorInfo(recording.sample_rate_hz))


def test_noise_and_bias_are_those_of_the_sensor():
    scenario = still(6.0, 305)
    rest = check_rest(rest_of(), MountingConfig())
    assert not rest.refusal
    # 20 %: the simulated digital low-pass takes from the upper end of the band that second differences see.
    assert rest.accel_noise_mps2_per_rthz == pytest.approx(scenario.unit.model.accel_noise_mps2_rthz, rel=0.4)
    assert np.linalg.norm(rest.gyro_bias_radps) > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: replace(s, specific_force_mps2=2 * s.specific_force_mps2), "instead of 9.81"),
        (lambda s: replace(s, specific_force_mps2=s.specific_force_mps2 * 0 + [0, 0, 9.8]), "do not change"),
        (lambda s: replace(s, gyro_radps=s.gyro_radps + 0.3), "°/s at rest"),
        (lambda s: replace(s, clipped=~s.clipped), "limit of the range"),
        (lambda s: replace(s, gyro_radps=s.gyro_radps * 100), "noisier"),
    ],
)
def test_a_sensor_that_cannot_be_believed_is_refused_with_the_reason(change, words):
    assert words in check_rest(change(rest_of()), MountingConfig()).refusal


# Both signs wrong together cannot be seen in a roll: docs/sensors/README.md says so.
@pytest.mark.parametrize("sign", [(1, -1), (1, 57.3), (1, 1 / 57.3), (0.5, 1)])
def test_a_sensor_with_wrong_signs_or_units_cannot_pass_the_roll(sign):
    recording = simulate_offline(mounting(306), tail_s=1.0)
    guide = MountGuide(SensorInfo(recording.sample_rate_hz, gyro_range_radps=3000.0))
    problems = set()
    for block in blocks_of(recording):
        wrong = ImuBlock(
            block.t_s, sign[0] * block.specific_force_mps2, sign[1] * block.gyro_radps, block.first_index
        )
        problems.add(guide.push(wrong).problem)
        assert guide.state.step in {MountStep.STILL, MountStep.ROLL}
    told = ("disagree", "noisier", "°/s", "instead of 9.81", "not still", "too little")
    assert any(words in problem for words in told for problem in problems) or sign[1] < 0.1
