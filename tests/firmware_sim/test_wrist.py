from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from firmware_sim.lifts import LIFTS
from firmware_sim.mems import MemsSettings
from firmware_sim.motion import STANDARD_GRAVITY_MPS2, BarMotion
from firmware_sim.mount import WATCH_ABOVE, WATCH_BELOW, SensorMount
from firmware_sim.offline import simulate_offline
from firmware_sim.scenario import Scenario
from firmware_sim.scenarios import single_set, walking_about
from firmware_sim.wrist import STIFF, WristStyle

STEP_S = 1e-4
GRAVITY = np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2])
STILL_WRIST = WristStyle((0.0, 0.0), 0.0, 0.0)


def watched(lift: str = "back_squat", mount: SensorMount = WATCH_BELOW, **options) -> Scenario:
    return single_set(lift, 2, 100.0, 7, mems="ideal", mount=mount, **options)


def angles(motion: BarMotion, t_s: np.ndarray) -> tuple[Rotation, Rotation]:
    """Shaft to bar frame and forearm to shaft, independent of the package by scipy."""
    curves = (motion.yaw_rad, motion.tilt_rad, motion.pitch_rad)
    own = (motion.wrist.twist_rad, motion.wrist.deviation_rad, motion.wrist.flexion_rad)
    shaft, wrist = (np.column_stack([curve.evaluate(t_s)[0] for curve in three]) for three in (curves, own))
    return Rotation.from_euler("ZXY", shaft), Rotation.from_euler("ZXY", wrist)


def attitude(motion: BarMotion, t_s: np.ndarray) -> Rotation:
    shaft, wrist = angles(motion, t_s)
    return shaft * wrist


def position(scenario: Scenario, t_s: np.ndarray) -> np.ndarray:
    """Of the watch: the truth of the bar and the lever that turns with the forearm."""
    lever = attitude(scenario.motions[0], t_s).apply(scenario.mount.radial_m)
    return scenario.axis_point(t_s).position_m + lever


@pytest.fixture(scope="module")
def squats() -> Scenario:
    return watched()


def test_gyroscope_is_the_derivative_of_the_forearms_attitude(squats):
    motion, t_s = squats.motions[0], np.arange(3.0137, squats.duration_s - 1, 0.01)
    turned = attitude(motion, t_s - STEP_S).inv() * attitude(motion, t_s + STEP_S)
    assert np.allclose(squats.feel(t_s).gyro_radps, turned.as_rotvec() / (2 * STEP_S), atol=1e-5)


def test_specific_force_is_the_second_derivative_of_the_watchs_position(squats):
    t_s = np.arange(3.0137, squats.duration_s - 1, 0.01)
    before, now, after = (position(squats, t_s + shift) for shift in (-STEP_S, 0.0, STEP_S))
    expected = attitude(squats.motions[0], t_s).inv().apply((after - 2 * now + before) / STEP_S**2 + GRAVITY)
    # Rounding of 1e-16 m over STEP_S squared is 1e-8; the rest is truncation at heel strikes (20 Hz).
    assert np.allclose(squats.feel(t_s).specific_force_mps2, expected, atol=2e-3)


@pytest.mark.parametrize(("lift", "mount"), [("bench_press", WATCH_BELOW), ("deadlift", WATCH_ABOVE)])
def test_integrating_the_error_free_gyroscope_gives_back_the_attitude(lift, mount):
    scenario = watched(lift, mount, settings=MemsSettings(rate_hz=400))
    recording = simulate_offline(scenario)
    t_s, rotation = recording.t_true_s, Rotation.from_matrix(scenario.mount.rotation)
    middle = (recording.gyro_radps[1:] + recording.gyro_radps[:-1]) / 2
    turns = Rotation.from_rotvec(middle * np.diff(t_s)[:, None])
    reached = [rotation]
    for turn in turns:
        reached.append(reached[-1] * turn)
    truth = attitude(scenario.motions[0], t_s) * rotation
    # 400 Hz and the trapezoid rule.
    assert (truth.inv() * Rotation.concatenate(reached)).magnitude().max() < 2e-4


def test_integrating_both_gives_the_path_of_the_watch_and_minus_its_lever_that_of_the_bar(squats):
    t_s = np.arange(0.0, squats.duration_s, 1 / 2000)
    feel, turned = squats.feel(t_s), attitude(squats.motions[0], t_s)
    acceleration = turned.apply(feel.specific_force_mps2) - GRAVITY
    velocity = np.vstack((np.zeros(3), np.cumsum((acceleration[1:] + acceleration[:-1]) / 4000, axis=0)))
    moved = np.vstack((np.zeros(3), np.cumsum((velocity[1:] + velocity[:-1]) / 4000, axis=0)))
    path = position(squats, t_s)
    assert np.abs(moved - (path - path[0])).max() < 0.002
    bar = velocity - turned.apply(np.cross(feel.gyro_radps, squats.mount.radial_m))
    assert np.abs(bar - squats.axis_point(t_s).velocity_mps).max() < 0.002


@pytest.mark.parametrize("lift", ["back_squat", "power_clean"])
def test_a_still_wrist_without_a_lever_is_the_shaft(lift):
    on_axis = SensorMount(along_m=0.4, radius_m=0.0)
    wrist = watched(lift, replace(on_axis, position="wrist"), wrist=STILL_WRIST)
    t_s = np.arange(0.0, wrist.duration_s, 0.005)
    one, other = wrist.feel(t_s), watched(lift, on_axis).feel(t_s)
    assert np.allclose(one.specific_force_mps2, other.specific_force_mps2, atol=1e-9)
    assert np.allclose(one.gyro_radps, other.gyro_radps, atol=1e-12)


def test_a_stiff_forearm_with_a_lever_is_a_sensor_on_a_rod_from_the_shaft(squats):
    motion, t_s = squats.motions[0], np.arange(0.0, squats.duration_s, 0.005)
    stiff = replace(motion, wrist=STIFF).feel_on_wrist(t_s, 0.4, np.array([0.02, 0.0, -0.08]))
    rod = motion.feel(t_s, np.array([0.02, 0.4, -0.08]))
    assert np.allclose(stiff.specific_force_mps2, rod.specific_force_mps2, atol=1e-9)
    assert np.allclose(stiff.gyro_radps, rod.gyro_radps, atol=1e-12)


@pytest.mark.parametrize("lift", sorted(LIFTS))
def test_the_truth_is_that_of_the_bar_and_the_watchs_path_differs_by_centimetres(lift):
    scenario = watched(lift)
    clamped = watched(lift, SensorMount(along_m=WATCH_BELOW.along_m))
    assert scenario.sets == clamped.sets
    t_s = np.arange(0.0, scenario.duration_s, 0.01)
    bar_m = clamped.axis_point(t_s).position_m
    assert np.array_equal(scenario.axis_point(t_s).position_m, bar_m)
    off_m = position(scenario, t_s) - bar_m
    # Where the elbows turn over, the shaft turns with the hands by a quarter and more, and the lever with it.
    thrown = LIFTS[lift].explosive
    turns_over = thrown is not None and thrown.turnover_rad != 0
    assert 0.01 < np.linalg.norm(off_m - off_m[0], axis=1).max() < (0.16 if turns_over else 0.08)
    assert np.linalg.norm(off_m, axis=1) == pytest.approx(0.08)


@pytest.mark.parametrize("lift", ["back_squat", "bench_press", "deadlift", "overhead_press", "bent_over_row"])
def test_it_bends_by_10_to_25_degrees_with_the_height_in_the_repetition(lift):
    scenario = watched(lift, wrist=WristStyle(scatter_fraction=0.0, wobble_rad=0.0))
    motion = scenario.motions[0]
    for rep in scenario.sets[0].reps:
        assert rep.end_s is not None
        t_s = np.arange(rep.start_s, rep.end_s, 0.01)
        flexion = motion.wrist.flexion_rad.evaluate(t_s)[0]
        assert 10.0 < np.rad2deg(flexion.max()) * 1.03 < 26.0
        height = motion.up_m.evaluate(t_s)[0]
        assert abs(np.corrcoef(flexion, height)[0, 1]) > 0.95


def test_a_half_repetition_bends_half_and_rest_is_straight():
    style = WristStyle((0.3, 0.3), 0.0, 0.0)
    scenario = watched("back_squat", wrist=style, half_reps=(1,))
    (half,) = scenario.sets[0].rejected
    (whole,) = scenario.sets[0].reps
    assert whole.end_s is not None
    bent = scenario.motions[0].wrist.flexion_rad
    peaks = [
        bent.evaluate(np.arange(start_s, end_s, 0.01))[0].max()
        for start_s, end_s in ((whole.start_s, whole.end_s), (half.start_s, half.end_s))
    ]
    assert peaks[0] == pytest.approx(0.3, abs=1e-3)
    assert 0.10 < peaks[1] < 0.20
    assert not bent.evaluate(np.array([0.0, whole.start_s - 0.5, scenario.duration_s])).any()


def test_a_watch_on_a_bar_that_lies_still_reads_gravity_alone(squats):
    for t_s in (0.5, squats.duration_s - 0.5, squats.duration_s + 100.0):
        feel = squats.feel(np.array([t_s]))
        assert np.linalg.norm(feel.specific_force_mps2) == pytest.approx(STANDARD_GRAVITY_MPS2, abs=1e-6)
        assert np.abs(feel.gyro_radps).max() < 1e-6


@pytest.mark.parametrize(
    ("lift", "options"),
    [
        ("hang_snatch", {"dropped": True, "fails_at": 1}),
        ("back_squat", {"surroundings": "busy", "fails_at": 1}),
        ("deadlift", {"rest": "touch_and_go", "rebound_fraction": 0.6, "surroundings": "busy"}),
        ("push_press", {"half_reps": (0,)}),
        ("power_clean", {"fails_at": 1}),
    ],
)
def test_whatever_happens_to_the_bar_the_wrist_turns_no_faster_than_a_wrist_can(lift, options):
    scenario = watched(lift, **options)
    t_s = np.arange(0.0, scenario.duration_s, 0.002)
    bent, speed, acceleration = scenario.motions[0].wrist.flexion_rad.evaluate(t_s)
    assert np.abs(bent).max() < np.deg2rad(40)
    assert np.abs(speed).max() < 3.0
    assert np.abs(acceleration).max() < 60.0


def test_the_wrist_is_drawn_for_each_set_from_the_seed_and_moves_no_other_draw():
    one, same = watched(), watched()
    other = single_set("back_squat", 2, 100.0, 8, mems="ideal", mount=WATCH_BELOW)
    t_s = np.arange(0.0, one.duration_s, 0.01)
    bent, again, differently = (
        scenario.motions[0].wrist.flexion_rad.evaluate(t_s) for scenario in (one, same, other)
    )
    assert np.array_equal(bent, again)
    assert not np.allclose(bent, differently, atol=0.01)
    assert watched(mount=SensorMount()).motions[0].wrist is STIFF


def test_someone_who_walks_about_wobbles_and_bends_nothing():
    scenario = walking_about(10.0, mems="ideal", mount=WATCH_BELOW)
    t_s = np.arange(0.0, 10.0, 0.01)
    bent = scenario.motions[0].wrist.flexion_rad.evaluate(t_s)[0]
    assert 0.005 < bent.std() < 0.03
    assert np.ptp(scenario.motions[0].wrist.twist_rad.evaluate(t_s)[0]) > 0.01
