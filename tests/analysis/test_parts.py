from __future__ import annotations

import numpy as np
import pytest

from analysis.exercises import CATALOGUE, find_exercise
from analysis.imu import Mount, MountPosition
from analysis.results import BarPath, Estimate
from analysis.stability.parts import RESTS_ON_AXIS, set_stability
from tests.analysis.simulated import constructed_rep

SHAFT = Mount(bar_axis=(0.0, 1.0, 0.0))
SQUAT, DEADLIFT = find_exercise("back_squat"), find_exercise("deadlift")
PART = "forward_displacement_m"


def rep_with(**measures: Estimate):
    return constructed_rep(measures=measures)


def test_mean_combines_the_scatter_of_the_reps_with_their_own_uncertainty():
    values, own = np.array([0.01, 0.03, 0.05]), np.array([0.004, 0.005, 0.006])
    reps = [
        rep_with(forward_displacement_m=Estimate(float(v), float(s)))
        for v, s in zip(values, own, strict=True)
    ]
    part = set_stability(reps, SQUAT, SHAFT)[PART]
    assert part.value == pytest.approx(0.03)
    assert part.sd == pytest.approx(np.sqrt((values.var(ddof=1) + (own**2).mean()) / 3))
    assert part.reason == ""


def test_single_rep_has_its_own_uncertainty_and_says_that_scatter_is_unknown():
    part = set_stability([rep_with(forward_displacement_m=Estimate(0.03, 0.004))], SQUAT, SHAFT)[PART]
    assert (part.value, part.sd) == (0.03, 0.004)
    assert "one rep" in part.reason


def test_reps_without_a_value_are_left_out_of_the_mean():
    reps = [rep_with(lockout_ratio=Estimate(r)) for r in (0.5, None, 0.7)]
    assert set_stability(reps, DEADLIFT, SHAFT)["lockout_ratio"].value == pytest.approx(0.6)
    none = set_stability([rep_with(lockout_ratio=Estimate(reason="too slow"))], DEADLIFT, SHAFT)[
        "lockout_ratio"
    ]
    assert none == Estimate(reason="too slow")


@pytest.mark.parametrize("exercise", CATALOGUE.values(), ids=lambda exercise: exercise.id)
@pytest.mark.parametrize(
    "mount",
    [SHAFT, Mount(), Mount(MountPosition.WRIST), Mount(MountPosition.WRIST, (0.0, 1.0, 0.0))],
    ids=["shaft", "no axis", "wrist", "wrist with axis"],
)
def test_part_has_a_value_or_a_reason(exercise, mount):
    knows_axis = mount.bar_axis is not None and mount.position is not MountPosition.WRIST
    measures = {name: Estimate(0.03, 0.001) for name in exercise.parts}
    stability = set_stability([constructed_rep(measures=measures)] * 4, exercise, mount)
    assert tuple(stability) == exercise.parts
    for name, part in stability.items():
        assert (part.value is None) == bool(part.reason)
        if name != "path_consistency_m":
            assert (part.value is None) == (name in RESTS_ON_AXIS and not knows_axis)


def test_set_without_reps_says_so():
    assert {one.reason for one in set_stability([], SQUAT, SHAFT).values()} == {"no reps"}


def test_what_is_no_part_of_the_lift_is_averaged_all_the_same():
    stability = set_stability(
        [rep_with(eccentric_s=Estimate(1.0)), rep_with(eccentric_s=Estimate(2.0))], SQUAT, SHAFT
    )
    assert stability["eccentric_s"].value == pytest.approx(1.5)


def test_consistency_is_the_scatter_of_the_path_at_matched_height():
    """Paths that lean forward in proportion to depth, by 0, 2 and 4 cm at the bottom."""
    t_s = np.linspace(1.0, 3.0, 101)
    depth_fraction = 1 - np.abs(t_s - 2.0)
    leans_m = np.array([0.0, 0.02, 0.04])
    reps = [
        constructed_rep(path=BarPath(t_s, lean_m * depth_fraction, -0.6 * depth_fraction))
        for lean_m in leans_m
    ]
    part = set_stability(reps, SQUAT, SHAFT)["path_consistency_m"]
    levels = (np.arange(100) + 0.5) / 100
    expected = leans_m.std(ddof=1) * np.sqrt((levels**2).mean())
    assert part.value == pytest.approx(expected, rel=1e-6)
    assert part.sd == pytest.approx(expected / 2)  # sqrt(2 (n - 1)) with three reps
    assert set_stability(reps[:2], SQUAT, SHAFT)["path_consistency_m"].value is None


def test_what_rests_on_a_doubted_bar_axis_is_not_averaged():
    reps = [rep_with(lockout_ratio=Estimate(0.5), tilt_rad=Estimate(0.1))] * 3
    stability = set_stability(reps, SQUAT, SHAFT, "the bar points elsewhere")
    doubted = Estimate(reason="the bar points elsewhere")
    assert {stability[name] for name in ("forward_displacement_m", "path_consistency_m", "tilt_rad")} == {
        doubted
    }
    assert stability["lockout_ratio"].value == 0.5
