from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis import exercises
from analysis.errors import DuplicateExerciseError, InvalidExerciseError, UnknownExerciseError
from analysis.exercises import (
    CATALOGUE,
    Exercise,
    FirstPhase,
    Role,
    StartsFrom,
    add_lift,
    find_exercise,
    find_exercise_by_name,
)
from analysis.logged_sets import UPPER_BACK
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
FURTHER_IDS = [
    "overhead_squat",
    "sumo_deadlift",
    "close_grip_bench_press",
    "pendlay_row",
    "seal_row",
    "power_snatch",
    "snatch_pull",
    "clean_pull",
]


def lift(**changes: Any):
    """A lift of a user's own."""
    known: dict[str, Any] = {
        "id": "zercher_squat",
        "name": "Zercher squat",
        "usual_rom_m": (0.2, 0.9),
        "first_phase": FirstPhase.DOWN,
        "starts_from": StartsFrom.RACK,
    }
    return Exercise(**known | changes)


@pytest.fixture
def growing_catalogue(monkeypatch):
    """Let a test add lifts and forget them."""
    monkeypatch.setattr(exercises, "_lifts", dict(CATALOGUE))
    monkeypatch.setattr(exercises, "CATALOGUE", exercises._lifts)
    monkeypatch.setattr(exercises, "_ids_by_words", dict(exercises._ids_by_words))


def test_catalogue_has_every_id_of_the_design_and_what_was_added_to_it():
    assert set(CATALOGUE) == set(DESIGN_IDS + FURTHER_IDS)


@pytest.mark.usefixtures("growing_catalogue")
def test_an_added_lift_is_found_by_id_name_and_alias():
    added = lift(aliases=("Zercher Squats (Barbell)",))
    add_lift(added)
    assert find_exercise("zercher_squat") is added
    assert find_exercise_by_name("squat, ZERCHER") is added
    assert find_exercise_by_name("Barbell Zercher Squat") is added


@pytest.mark.usefixtures("growing_catalogue")
@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"id": "back_squat"}, "back_squat: there is a lift with this id already"),
        ({"name": "Squats, back"}, "the name 'Squats, back' is back_squat already"),
        ({"aliases": ("OHP",)}, "the name 'OHP' is overhead_press already"),
    ],
)
def test_nothing_of_the_catalogue_is_overridden(changes, problem):
    with pytest.raises(DuplicateExerciseError, match=problem):
        add_lift(lift(**changes))
    assert "zercher_squat" not in exercises.CATALOGUE
    assert exercises.CATALOGUE["back_squat"].name == "Back squat"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"id": "Zercher Squat"}, "id: 'Zercher Squat' is not up to 64 small letters"),
        ({"id": "x" * 65}, "id: "),
        ({"name": " - "}, "name: must have a letter"),
        ({"aliases": ("()",)}, "aliases: each must have"),
        ({"usual_rom_m": (0.9, 0.2)}, "usual_rom_m: 0.9 and 0.2 are not two growing numbers"),
        ({"usual_rom_m": (float("nan"), 0.2)}, "usual_rom_m: "),
        ({"usual_rom_m": (0.2, 4.0)}, "usual_rom_m: "),
        ({"concentric_sign": 0}, "concentric_sign: 0 is none of 1, -1"),
        ({"main_velocity": "median"}, "main_velocity: 'median' is none of mean, peak"),
        ({"parts": ("bounce_m",)}, "parts: 'bounce_m' is none of .*path_consistency_m"),
        ({"parts": ("tremor_mps2",)}, "parts: 'tremor_mps2' is none of"),
        ({"parts": ("tilt_rad", "tilt_rad")}, "parts: each may be named once"),
    ],
)
def test_a_lift_that_cannot_be_is_an_error_that_says_what_is_allowed(changes, problem):
    with pytest.raises(InvalidExerciseError, match=problem):
        lift(**changes)


def test_roles_are_those_of_the_coach():
    def with_role(role):
        return {lift.id for lift in CATALOGUE.values() if lift.role in {role, Role.BOTH}}

    assert {"muscle_snatch", "hang_snatch", "muscle_clean", "hang_clean"} <= with_role(Role.BUILDER)
    assert {"bent_over_row", "t_bar_row", "pull_up"} <= with_role(Role.BUILDER)
    assert {"back_squat", "front_squat", "deadlift", "overhead_press", "bench_press"} <= with_role(
        Role.DEPENDENT
    )
    assert all(lift.trains for lift in CATALOGUE.values())


def test_what_builds_the_upper_back_is_what_the_audit_counts():
    for lift in CATALOGUE.values():
        assert (lift.role in {Role.BUILDER, Role.BOTH}) == (lift.group in UPPER_BACK)


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


def test_only_one_room_adds_lifts():
    root = Path(exercises.__file__).resolve().parents[1]
    callers = {
        path.relative_to(root).as_posix()
        for package in ("analysis", "ingest", "server", "firmware_sim")
        for path in (root / package).rglob("*.py")
        if "add_lift(" in path.read_text(encoding="utf-8")
    }
    assert callers == {"analysis/exercises.py", "server/own_lifts.py"}
