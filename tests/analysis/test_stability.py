from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.exercises import CATALOGUE, find_exercise
from analysis.imu import Mount, MountPosition
from analysis.results import BarPath, Estimate, SessionTrend, SetStability
from analysis.stability import WORSE_SIGN, session_trend, set_stability
from tests.analysis.simulated import constructed_rep, constructed_set

SHAFT = Mount(bar_axis=(0.0, 1.0, 0.0))
SQUAT, DEADLIFT = find_exercise("back_squat"), find_exercise("deadlift")
PART = "forward_displacement_m"


def trend_of(values: list[float], sds: list[float], part: str = PART, exercise_id: str = "back_squat"):
    sets = [
        constructed_set(k, exercise_id, **{part: Estimate(v, sd)})
        for k, (v, sd) in enumerate(zip(values, sds, strict=True))
    ]
    ((found_id, parts),) = session_trend(sets).by_exercise
    assert found_id == exercise_id
    return next(p for p in parts if p.part == part)


# -- one set


def test_mean_combines_the_scatter_of_the_reps_with_their_own_uncertainty():
    values, own = np.array([0.01, 0.03, 0.05]), np.array([0.004, 0.005, 0.006])
    reps = [
        constructed_rep(forward_drift_m=float(v), forward_drift_sd_m=float(s))
        for v, s in zip(values, own, strict=True)
    ]
    part = set_stability(reps, SQUAT, SHAFT).forward_displacement_m
    assert part.value == pytest.approx(0.03)
    assert part.sd == pytest.approx(np.sqrt((values.var(ddof=1) + (own**2).mean()) / 3))
    assert part.reason == ""


def test_single_rep_has_its_own_uncertainty_and_says_that_scatter_is_unknown():
    part = set_stability([constructed_rep()], SQUAT, SHAFT).forward_displacement_m
    assert (part.value, part.sd) == (0.03, 0.004)
    assert "one rep" in part.reason


def test_reps_without_a_value_are_left_out_of_the_mean():
    reps = [constructed_rep(lockout_ratio=r) for r in (0.5, None, 0.7)]
    assert set_stability(reps, DEADLIFT, SHAFT).lockout_ratio.value == pytest.approx(0.6)
    none = set_stability([constructed_rep(lockout_ratio=None)], DEADLIFT, SHAFT).lockout_ratio
    assert none.value is None
    assert none.reason == "not seen in any rep"


@pytest.mark.parametrize("exercise", CATALOGUE.values(), ids=lambda exercise: exercise.id)
@pytest.mark.parametrize(
    "mount",
    [
        SHAFT,
        Mount(),
        Mount(MountPosition.SLEEVE, (0.0, 1.0, 0.0)),
        Mount(MountPosition.WRIST),
        Mount(MountPosition.WRIST, (0.0, 1.0, 0.0)),
    ],
    ids=["shaft", "no axis", "sleeve", "wrist", "wrist with axis"],
)
def test_part_has_a_value_or_a_reason(exercise, mount):
    knows_forward = mount.bar_axis is not None and mount.position is not MountPosition.WRIST
    knows_pitch = knows_forward and mount.position is MountPosition.SHAFT
    reps = [
        constructed_rep(
            forward_drift_m=0.03 if knows_forward else None, pitch_change_rad=0.1 if knows_pitch else None
        )
    ] * 4
    stability = set_stability(reps, exercise, mount)
    for field in fields(SetStability):
        part = getattr(stability, field.name)
        assert (part.value is None) == bool(part.reason)
        if field.name not in exercise.parts:
            assert part.reason == "does not apply to this lift"
        elif field.name == "uprightness_loss_rad":
            assert (part.value is not None) == knows_pitch
        elif field.name != "lockout_ratio":
            assert (part.value is not None) == knows_forward


def test_set_without_reps_says_so():
    stability = set_stability([], SQUAT, SHAFT)
    assert all(getattr(stability, field.name).reason == "no reps" for field in fields(SetStability))


def test_consistency_is_the_scatter_of_the_path_at_matched_height():
    """Paths that lean forward in proportion to depth, by 0, 2 and 4 cm at the bottom."""
    t_s = np.linspace(1.0, 3.0, 101)
    depth_fraction = 1 - np.abs(t_s - 2.0)
    leans_m = np.array([0.0, 0.02, 0.04])
    reps = [
        constructed_rep(path=BarPath(t_s, lean_m * depth_fraction, -0.6 * depth_fraction))
        for lean_m in leans_m
    ]
    part = set_stability(reps, SQUAT, SHAFT).path_consistency_m
    levels = np.linspace(0.05, 0.95, 20)
    expected = leans_m.std(ddof=1) * np.sqrt((levels**2).mean())
    assert part.value == pytest.approx(expected, rel=1e-6)
    assert part.sd == pytest.approx(expected / 2)  # sqrt(2 (n - 1)) with three reps
    assert set_stability(reps[:2], SQUAT, SHAFT).path_consistency_m.reason == "needs three reps"


# -- from set to set


@pytest.mark.parametrize(
    ("step_m", "words"),
    [
        (0.010, "clearly worse"),  # slope sd for five sets of sd 5 mm: 5 / sqrt(10) = 1.58 mm
        (0.0035, "probably worse"),
        (0.001, "no clear change"),
        (0.0, "no clear change"),
        (-0.001, "no clear change"),
        (-0.0035, "probably better"),
        (-0.010, "clearly better"),
    ],
)
def test_words_follow_the_slope_over_its_standard_deviation(step_m, words):
    part = trend_of([0.02 + k * step_m for k in range(5)], [0.005] * 5)
    assert part.words == words
    assert part.slope_per_set == pytest.approx(step_m, abs=1e-12)
    assert part.slope_sd_per_set == pytest.approx(0.005 / np.sqrt(10))


def test_less_is_worse_for_the_lockout():
    values = [0.7 - 0.1 * k for k in range(4)]
    assert trend_of(values, [0.02] * 4, "lockout_ratio", "deadlift").words == "clearly worse"
    assert trend_of(values[::-1], [0.02] * 4, "lockout_ratio", "deadlift").words == "clearly better"


def test_every_part_of_the_catalogue_has_a_direction():
    assert {part for exercise in CATALOGUE.values() for part in exercise.parts} <= set(WORSE_SIGN)


def test_two_sets_are_too_little_data():
    part = trend_of([0.0, 1.0], [0.001] * 2)
    assert (part.slope_per_set, part.slope_sd_per_set, part.words) == (None, None, "too little data")


@given(
    st.lists(st.tuples(st.floats(-0.1, 0.1), st.floats(0.001, 0.02)), min_size=3, max_size=8),
)
def test_slope_is_the_weighted_least_squares_one_and_never_narrower_than_the_sets_allow(points):
    values, sds = (list(column) for column in zip(*points, strict=True))
    part = trend_of(values, sds)
    x = np.arange(len(values))
    expected = np.polyfit(x, values, 1, w=1 / np.array(sds))[0]
    assert part.slope_per_set == pytest.approx(expected, abs=1e-9)
    weight = 1 / np.array(sds) ** 2
    centred = x - np.average(x, weights=weight)
    assert part.slope_sd_per_set is not None
    assert part.slope_sd_per_set >= 1 / np.sqrt((weight * centred**2).sum()) * (1 - 1e-9)


def test_sets_that_scatter_more_than_they_say_widen_the_slope():
    calm = trend_of([0.02] * 5, [0.001] * 5)
    wild = trend_of([0.02, 0.05, 0.02, 0.05, 0.02], [0.001] * 5)
    assert calm.slope_sd_per_set is not None
    assert wild.slope_sd_per_set is not None
    assert wild.slope_sd_per_set > 5 * calm.slope_sd_per_set
    assert wild.words == "no clear change"


def test_noise_without_a_trend_is_called_clear_as_rarely_as_promised():
    rng = np.random.default_rng(7)
    words = [trend_of(rng.normal(0.02, 0.005, 6).tolist(), [0.005] * 6).words for _ in range(2000)]
    clear = np.mean([w.startswith("clearly") for w in words])
    any_change = np.mean([w != "no clear change" for w in words])
    # Two-sided 1 % and 10 %; widening by the scatter only makes them rarer. 3 standard errors on top.
    assert clear < 0.01 + 3 * np.sqrt(0.01 * 0.99 / 2000)
    assert any_change < 0.10 + 3 * np.sqrt(0.10 * 0.90 / 2000)


def test_sets_without_the_part_are_left_out_and_named_by_index():
    sets = [
        constructed_set(
            k, forward_displacement_m=Estimate(0.01 * k, 0.001) if k != 1 else Estimate(reason="no")
        )
        for k in range(4)
    ]
    parts = dict(session_trend(sets).by_exercise)["back_squat"]
    part = next(p for p in parts if p.part == PART)
    assert part.set_indices == (0, 2, 3)
    assert part.values == (0.0, 0.02, 0.03)


def test_exercises_are_kept_apart_and_unlabelled_sets_left_out():
    sets = [constructed_set(0, "deadlift"), constructed_set(1, None), constructed_set(2, "back_squat")]
    found = session_trend(sets)
    assert [exercise_id for exercise_id, _ in found.by_exercise] == ["deadlift", "back_squat"]
    for exercise_id, parts in found.by_exercise:
        assert tuple(part.part for part in parts) == CATALOGUE[exercise_id].parts
    assert session_trend([]) == SessionTrend()


def test_three_sets_never_say_clearly():
    steep = [constructed_set(k, forward_displacement_m=Estimate(0.05 * k, 0.001)) for k in range(3)]
    words = {part.part: part.words for part in session_trend(steep).by_exercise[0][1]}
    assert words["forward_displacement_m"] == "probably worse"


def test_what_rests_on_a_doubted_bar_axis_is_not_averaged():
    stability = set_stability([constructed_rep()] * 3, SQUAT, SHAFT, "the bar points elsewhere")
    doubted = Estimate(reason="the bar points elsewhere")
    assert stability.forward_displacement_m == doubted
    assert stability.path_consistency_m == doubted
    assert stability.uprightness_loss_rad == doubted
