from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analysis.attitude import integrate_attitude
from analysis.bar_axis import (
    BarAxisConfig,
    bar_axis_of_set,
    find_bar_axis,
    most_certain,
    option_text,
    reported,
)
from analysis.config import AnalysisConfig
from analysis.document import set_document
from analysis.imu import (
    STANDARD_GRAVITY_MPS2,
    FloatArray,
    Mount,
    MountPosition,
)
from analysis.pipeline import analyze
from analysis.results import BarAxis, QualityState, SetSummary
from analysis.stillness import still_mask
from firmware_sim.mount import SensorMount
from firmware_sim.offline import OfflineRecording, simulate_offline
from firmware_sim.scenarios import single_set
from tests.analysis.simulated import (
    block_of,
    constructed_rep,
    info_of,
    label_of,
    motion_of,
    only_set,
    samples_from,
    simulate,
)

DEFAULT = BarAxisConfig()

RATE_HZ = 200.0
ROTATIONS = st.tuples(*(st.floats(-1.0, 1.0) for _ in range(4))).filter(lambda q: np.linalg.norm(q) > 0.1)


def apart_rad(one, other) -> float:
    """Angle between two lines."""
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    return float(np.arccos(min(abs(float(np.dot(one, other))) / lengths, 1.0)))


def within_reps(motion):
    mask = np.zeros(len(motion.samples), dtype=np.bool_)
    for candidate in motion.found.accepted:
        mask[candidate.start : candidate.stop + 1] = True
    return mask


@cache
def found_in(lift: str = "back_squat", seed: int = 201) -> BarAxis:
    motion = motion_of(lift, seed)
    velocity = motion.solution.velocity_mps
    return find_bar_axis(
        motion.attitude.matrix,
        motion.samples.rate_hz,
        velocity_mps=velocity,
        within=within_reps(motion),
    )


def summary_of(recording: OfflineRecording, mount: Mount) -> SetSummary:
    return only_set(analyze([block_of(recording)], info_of(recording), mount, label_of(recording)))


def rolled(turn_rad: float, seconds: float = 3.0, wobble_rad: float = 0.01, seed: int = 1):
    """Samples of a bar that lies still and is then rolled about a skew axis of the sensor; the axis."""
    t = np.arange(round((seconds + 2.0) * RATE_HZ)) / RATE_HZ
    u = np.clip((t - 1.0) / seconds, 0.0, 1.0)
    roll = turn_rad * (10 * u**3 - 15 * u**4 + 6 * u**5)
    moving = (u > 0) & (u < 1)
    tilt = wobble_rad * np.sin(2 * np.pi * 1.1 * t) * np.sin(np.pi * u) ** 2
    to_bar = Rotation.from_rotvec([0.3, -0.7, 0.5])
    # Tilt about the room's forward axis, then the roll about the bar, then the sensor's own mounting.
    attitude = Rotation.from_rotvec(np.outer(tilt, [1.0, 0.0, 0.0])) * Rotation.from_rotvec(
        np.outer(roll, [0.0, 1.0, 0.0])
    )
    sensor = attitude * to_bar
    steps = (sensor[:-1].inv() * sensor[1:]).as_rotvec() * RATE_HZ
    gyro = np.concatenate([steps[:1], 0.5 * (steps[1:] + steps[:-1]), steps[-1:]])
    noise = np.random.default_rng(seed)
    force = sensor.inv().apply([0.0, 0.0, STANDARD_GRAVITY_MPS2])
    force += 0.02 * noise.standard_normal(force.shape) * np.where(moving, 3.0, 1.0)[:, None]
    gyro += 0.001 * noise.standard_normal(gyro.shape)
    return samples_from(force, gyro), to_bar.inv().apply([0.0, 1.0, 0.0])


# -- accuracy


@pytest.mark.parametrize(
    ("lift", "largest_sd_deg"),
    [
        ("back_squat", 3.0),
        ("front_squat", 5.0),
        ("bench_press", 9.0),
        ("overhead_press", 4.0),
        ("deadlift", 8.0),
        ("bent_over_row", 5.0),
    ],
)
@pytest.mark.parametrize("seed", [201, 202])
def test_axis_of_a_simulated_set_is_the_true_one_within_its_deviation(lift, largest_sd_deg, seed):
    found = found_in(lift, seed)
    assert found.axis is not None
    assert found.sd_rad is not None
    assert np.degrees(found.sd_rad) < largest_sd_deg
    # The clamp sits half a degree askew of what is stated, which is the truth here.
    assert apart_rad(found.axis, simulate(lift, seed).bar_axis) < 4 * found.sd_rad
    assert apart_rad(found.axis, simulate(lift, seed).bar_axis) < np.radians(10)


def test_sleeve_that_spins_turns_about_the_same_axis():
    scenario = single_set(
        "back_squat", 4, 100.0, 203, mount=SensorMount("sleeve", along_m=0.75, radius_m=0.035, turned_rad=0.6)
    )
    recording = simulate_offline(scenario, tail_s=1.0)
    summary = summary_of(recording, Mount(MountPosition.SLEEVE))
    assert summary.bar_axis.axis is not None
    assert summary.bar_axis.sd_rad is not None
    assert apart_rad(summary.bar_axis.axis, recording.bar_axis) < 4 * summary.bar_axis.sd_rad < np.radians(12)


@pytest.mark.parametrize("turn_rad", [0.8, np.pi / 2, -np.pi, 2 * np.pi])
def test_one_roll_of_the_bar_is_enough(turn_rad):
    samples, axis = rolled(turn_rad)
    attitude = integrate_attitude(samples, still_mask(samples, AnalysisConfig().stillness))
    found = find_bar_axis(attitude.matrix, samples.rate_hz)
    assert found.axis is not None
    assert found.sd_rad is not None
    assert np.degrees(found.sd_rad) < 4.0
    assert apart_rad(found.axis, axis) < 3 * found.sd_rad


# -- laws


@settings(max_examples=25, deadline=None)
@given(ROTATIONS)
def test_turning_the_sensor_in_its_case_turns_the_axis(quaternion):
    motion, before = motion_of(), found_in()
    turn = Rotation.from_quat(quaternion)
    after = find_bar_axis(
        motion.attitude.matrix @ turn.inv().as_matrix(),
        motion.samples.rate_hz,
        velocity_mps=motion.solution.velocity_mps,
        within=within_reps(motion),
    )
    assert after.axis is not None
    assert before.axis is not None
    assert apart_rad(after.axis, turn.apply(before.axis)) < 1e-6
    assert after.sd_rad == pytest.approx(before.sd_rad, rel=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.floats(-np.pi, np.pi))
def test_heading_of_the_room_does_not_matter(heading_rad):
    motion, before = motion_of(), found_in()
    room = Rotation.from_rotvec([0.0, 0.0, heading_rad]).as_matrix()
    after = find_bar_axis(
        room @ motion.attitude.matrix,
        motion.samples.rate_hz,
        velocity_mps=motion.solution.velocity_mps @ room.T,
        within=within_reps(motion),
    )
    assert after.axis == pytest.approx(before.axis, abs=1e-9)


def test_renaming_the_sensors_axes_renames_the_axis():
    recording = simulate()
    plain = summary_of(recording, Mount()).bar_axis.axis
    order = [2, 0, 1]
    renamed = replace(
        recording,
        specific_force_mps2=recording.specific_force_mps2[:, order],
        gyro_radps=recording.gyro_radps[:, order],
    )
    assert plain is not None
    # A renamed sensor is another one to its scale errors, so that equality is not exact.
    assert summary_of(renamed, Mount()).bar_axis.axis == pytest.approx([plain[k] for k in order], abs=1e-3)


def test_sign_makes_the_largest_component_positive_and_length_is_one():
    for lift in ("back_squat", "deadlift"):
        axis = np.array(found_in(lift).axis)
        assert axis[np.argmax(np.abs(axis))] > 0
        assert np.linalg.norm(axis) == pytest.approx(1.0)


def test_lift_that_shows_more_is_known_better():
    squat, bench = found_in("back_squat").sd_rad, found_in("bench_press").sd_rad
    assert squat is not None
    assert bench is not None
    assert squat < bench


# -- what does not tell


def test_still_sensor_has_no_axis_and_says_why():
    found = find_bar_axis(np.tile(np.eye(3), (1000, 1, 1)), RATE_HZ, velocity_mps=np.zeros((1000, 3)))
    assert (found.axis, found.sd_rad) == (None, None)
    assert "open by" in found.reason


def test_bar_that_moves_every_way_alike_has_no_axis():
    noise = np.random.default_rng(5)
    turns = np.cumsum(noise.standard_normal((4000, 2)) * 0.002, axis=0)
    matrix = Rotation.from_rotvec(np.column_stack([turns, np.zeros(4000)])).as_matrix()
    velocity = np.cumsum(noise.standard_normal((4000, 3)) * 0.01, axis=0)
    found = find_bar_axis(matrix, RATE_HZ, velocity_mps=velocity)
    assert found.axis is None
    assert "open by" in found.reason


def test_nothing_to_look_at_gives_none():
    nothing = np.zeros(1000, dtype=np.bool_)
    found = find_bar_axis(np.tile(np.eye(3), (1000, 1, 1)), RATE_HZ, within=nothing)
    assert found.axis is None
    assert "too little" in found.reason


def test_axis_that_is_known_too_badly_is_not_given():
    motion = motion_of("bench_press")
    strict = replace(DEFAULT, largest_sd_rad=0.01)
    found = find_bar_axis(motion.attitude.matrix, motion.samples.rate_hz, config=strict)
    assert (found.axis, found.sd_rad) == (None, None)


def test_wrist_has_no_bar_axis():
    motion = motion_of()
    for axis in (None, (0.0, 1.0, 0.0)):
        mount = Mount(MountPosition.WRIST, axis)
        found = reported(mount, bar_axis_of_set(motion, [constructed_rep()], mount, DEFAULT), DEFAULT)
        assert (found.axis, found.reason) == (None, "a wrist has no bar axis")


def test_sensor_without_a_gyroscope_tells_nothing():
    motion = motion_of()
    mute = replace(
        motion, samples=replace(motion.samples, gyro_radps=np.zeros_like(motion.samples.gyro_radps))
    )
    assert "no rate of turn" in bar_axis_of_set(mute, [constructed_rep()], Mount(), DEFAULT).reason


# -- what is said of it


def test_unstated_axis_is_reported_as_found_with_how_to_give_it_a_sign():
    recording = simulate()
    summary = summary_of(recording, Mount(lever_m=recording.lever_m))
    found = summary.bar_axis
    assert found.source == "data"
    assert found.axis is not None
    x, y, z = found.axis
    assert f"--bar-axis={option_text((x, y, z))} if" in found.reason
    assert f"--bar-axis={option_text((-x, -y, -z))}" in found.reason
    for rep in summary.reps:
        assert rep.forward_drift_m is None
        assert rep.quality.state is QualityState.GOOD
        assert any("--bar-axis" in reason for reason in rep.quality.reasons)


def test_stated_axis_stays_as_stated_and_is_not_doubted():
    recording = simulate()
    summary = summary_of(recording, Mount(bar_axis=recording.bar_axis, lever_m=recording.lever_m))
    assert summary.bar_axis == BarAxis(recording.bar_axis, None, "stated", "")


def test_stated_axis_that_the_motion_contradicts_is_doubted_and_kept():
    recording = simulate()
    x, y, z = recording.bar_axis
    up = motion_of().attitude.matrix[0, 2]
    wrong = np.cross(up, (x, y, z))  # level as well, but fore-aft
    stated = (float(wrong[0]), float(wrong[1]), float(wrong[2]))
    summary = summary_of(recording, Mount(bar_axis=stated, lever_m=recording.lever_m))
    assert summary.bar_axis.source == "stated"
    assert apart_rad(summary.bar_axis.axis, stated) < 0.01
    assert "mounted otherwise than stated" in summary.bar_axis.reason
    for rep in summary.reps:
        assert rep.forward_drift_m is not None
        assert rep.quality.state is not QualityState.GOOD
        assert any("contradicts the stated bar axis" in reason for reason in rep.quality.reasons)


@pytest.mark.parametrize(
    ("apart_deg", "sd_deg", "doubted"),
    [(25.0, 2.0, True), (25.0, 8.0, False), (15.0, 2.0, False), (90.0, 9.0, True), (180.0, 1.0, False)],
)
def test_doubt_needs_both_many_deviations_and_a_large_angle(apart_deg, sd_deg, doubted):
    angle = np.radians(apart_deg)
    found = BarAxis((float(np.sin(angle)), float(np.cos(angle)), 0.0), float(np.radians(sd_deg)))
    assert bool(reported(Mount(bar_axis=(0.0, 1.0, 0.0)), found, DEFAULT).reason) is doubted


def test_nothing_found_is_reported_with_its_reason():
    nothing = BarAxis(reason="too little")
    assert reported(Mount(), nothing, DEFAULT) == nothing
    assert reported(Mount(bar_axis=(0.0, 1.0, 0.0)), nothing, DEFAULT).reason == ""


def test_of_several_stretches_the_most_certain_speaks():
    sure, unsure, mute = BarAxis((0.0, 1.0, 0.0), 0.02), BarAxis((1.0, 0.0, 0.0), 0.1), BarAxis(reason="why")
    assert most_certain([mute, unsure, sure]) == sure
    assert most_certain([mute, BarAxis(reason="other")]) == mute
    assert most_certain([]).axis is None


@given(ROTATIONS)
def test_axis_survives_being_written_as_an_option(quaternion):
    axis: FloatArray = Rotation.from_quat(quaternion).apply([0.0, 1.0, 0.0])
    x, y, z = (float(component) for component in axis)
    a, b, c = (float(part) for part in option_text((x, y, z)).split(","))
    again = Mount(bar_axis=(a, b, c)).bar_axis
    assert again is not None
    assert apart_rad(again, axis) < 0.002


@pytest.mark.parametrize(
    ("axis", "text"),
    [((0.0, 1.0, 0.0), "0,1,0"), ((-0.0, -1.0, 0.0001), "0,-1,0"), ((0.6, -0.0004, -0.8), "0.6,0,-0.8")],
)
def test_option_is_short_and_has_no_negative_zero(axis, text):
    assert option_text(axis) == text


def test_document_says_axis_deviation_source_and_reason():
    recording = simulate()
    found = set_document(summary_of(recording, Mount()))["bar_axis"]
    assert set(found) == {"axis", "sd_rad", "source", "reason"}
    assert found["source"] == "data"
    assert len(found["axis"]) == 3
    assert 0 < found["sd_rad"] < DEFAULT.largest_sd_rad
    stated = set_document(summary_of(recording, Mount(bar_axis=recording.bar_axis)))["bar_axis"]
    assert stated == {
        "axis": list(recording.bar_axis),
        "sd_rad": None,
        "source": "stated",
        "reason": None,
    }
    wrist = set_document(summary_of(recording, Mount(MountPosition.WRIST)))["bar_axis"]
    assert wrist == {"axis": None, "sd_rad": None, "source": "data", "reason": "a wrist has no bar axis"}


def test_stating_the_found_axis_gives_forward_a_sign():
    recording = simulate("overhead_press", 205)
    found = summary_of(recording, Mount()).bar_axis.axis
    assert found is not None
    sign = np.sign(np.dot(found, recording.bar_axis))
    x, y, z = (float(sign * component) for component in found)
    told = summary_of(recording, Mount(bar_axis=(x, y, z), lever_m=recording.lever_m))
    best = summary_of(recording, Mount(bar_axis=recording.bar_axis, lever_m=recording.lever_m))
    for one, other in zip(told.reps, best.reps, strict=True):
        assert one.forward_drift_m == pytest.approx(other.forward_drift_m, abs=0.005)
