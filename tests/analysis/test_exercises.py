from __future__ import annotations

import pytest

from analysis.errors import UnknownExerciseError
from analysis.exercises import CATALOGUE, FirstPhase, find_exercise
from analysis.measures import MEASURES

DESIGN_IDS = [
    "back_squat",
    "front_squat",
    "deadlift",
    "romanian_deadlift",
    "bench_press",
    "incline_bench_press",
    "overhead_press",
    "push_press",
    "bent_over_row",
    "t_bar_row",
    "hang_snatch",
    "muscle_snatch",
    "hang_clean",
    "muscle_clean",
    "power_clean",
    "pull_up",
    "pulldown",
    "split_squat",
]


def test_catalogue_has_every_id_of_the_design_and_no_other():
    assert set(CATALOGUE) == set(DESIGN_IDS)


@pytest.mark.parametrize("exercise", CATALOGUE.values(), ids=lambda exercise: exercise.id)
def test_entry_is_consistent(exercise):
    low, high = exercise.usual_rom_m
    assert 0 < low < high < 2.0
    assert exercise.concentric_sign in (-1, 1)
    assert exercise.main_velocity in ("mean", "peak")
    assert set(exercise.parts) <= set(MEASURES)
    assert exercise.name


@pytest.mark.parametrize(
    ("exercise_id", "first"),
    [
        ("back_squat", FirstPhase.DOWN),
        ("bench_press", FirstPhase.DOWN),
        ("deadlift", FirstPhase.UP),
        ("bent_over_row", FirstPhase.UP),
        ("overhead_press", FirstPhase.UP),
        ("push_press", FirstPhase.UP),
        ("hang_clean", FirstPhase.UP),
        ("pull_up", FirstPhase.UP),
    ],
)
def test_first_phase_is_that_of_the_design(exercise_id, first):
    assert CATALOGUE[exercise_id].first_phase is first


def test_pulldown_alone_is_concentric_downward():
    assert [e.id for e in CATALOGUE.values() if e.concentric_sign < 0] == ["pulldown"]


def test_lookup_returns_the_entry_none_for_none_and_names_the_known_ids_otherwise():
    assert find_exercise(None) is None
    assert find_exercise("deadlift") is CATALOGUE["deadlift"]
    with pytest.raises(UnknownExerciseError, match="back_squat") as caught:
        find_exercise("dead_lift")
    assert caught.value.exercise_id == "dead_lift"
