from __future__ import annotations

import pytest

from analysis.exercises import CATALOGUE
from analysis.lifts.names import words_of
from analysis.logged_sets import LiftGroup
from ingest.imports.lift_names import WORDS, LoadColumn, Origin, read_name


def test_each_name_of_the_catalogue_is_told_once():
    words = [words_of(name) for lift in CATALOGUE.values() for name in (lift.name, *lift.aliases)]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("exercise_id", CATALOGUE)
def test_the_catalogues_names_are_understood(exercise_id):
    lift = CATALOGUE[exercise_id]
    for name in (lift.name, *lift.aliases):
        read = read_name(name)
        assert (read.exercise_id, read.group, read.origin) == (exercise_id, lift.group, Origin.TABLE)


@pytest.mark.parametrize(
    "name", ["Bent-Over Rows (BARBELL)", "barbell bent over row", "Row, bent over: barbell"]
)
def test_case_punctuation_plurals_and_order_do_not_matter(name):
    assert read_name(name).exercise_id == "bent_over_row"


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("Meadows Row (Barbell)", LiftGroup.ROW),
        ("Seated Cable Row - Bar Wide Grip", LiftGroup.ROW),
        ("Snatch High Pull (Barbell)", LiftGroup.SNATCH),
        ("Clean and Jerk (Barbell)", LiftGroup.CLEAN),
        ("Clean High Pull (Barbell)", LiftGroup.CLEAN),
        ("Chin Up (Weighted)", LiftGroup.PULL_UP),
        ("Lat Pulldown - Wide Grip (Cable)", LiftGroup.PULLDOWN),
        # Words that would mislead
        ("Upright Row (Cable)", LiftGroup.ASSISTANCE),
        ("Straight Arm Lat Pulldown (Cable)", LiftGroup.ASSISTANCE),
        ("Kettlebell Snatch", LiftGroup.ASSISTANCE),
        ("Snatch Grip Deadlift", LiftGroup.OTHER),
        ("Rowing (Machine)", LiftGroup.OTHER),
        ("Cable Pull Through", LiftGroup.OTHER),
        ("Push Up", LiftGroup.OTHER),
        ("Squat (Smith Machine)", LiftGroup.OTHER),
        ("Romanian Deadlift (Dumbbell)", LiftGroup.OTHER),
        # Nobody knows
        ("Remo con Barra", None),
        ("Exercise 7", None),
        ("", None),
    ],
)
def test_other_names_are_understood_by_a_word_or_not_at_all(name, group):
    lift = read_name(name)
    assert (lift.exercise_id, lift.group) == (None, group)
    assert lift.origin is (Origin.UNKNOWN if group is None else Origin.WORD)


@pytest.mark.parametrize(
    ("name", "load"),
    [
        ("Bent Over Row (Barbell)", LoadColumn.EXTERNAL),
        ("Pull Up", LoadColumn.ADDED),
        ("Chin Up (Weighted)", LoadColumn.ADDED),
        ("Pull Up (Assisted)", LoadColumn.ASSISTANCE),
        ("Pull Up (Band)", LoadColumn.MEANINGLESS),
        ("Inverted Row (Bodyweight)", LoadColumn.MEANINGLESS),
        ("Banded Squat", LoadColumn.EXTERNAL),
    ],
)
def test_the_weight_column_means_what_the_lift_makes_of_it(name, load):
    assert read_name(name).load is load


def test_every_entry_of_the_words_can_match():
    seen = []
    for _, entries in WORDS:
        for entry in entries.split(", "):
            assert words_of(entry)
            assert not any(earlier <= words_of(entry) for earlier in seen), f"{entry} is never reached"
            seen.append(words_of(entry))
