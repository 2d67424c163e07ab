from __future__ import annotations

import pytest

from analysis.exercises import CATALOGUE
from analysis.logged_sets import LiftGroup
from ingest.imports.lift_names import NAMES, WORDS, LoadColumn, Origin, read_name, words_of


def test_the_table_names_lifts_of_the_catalogue_and_each_name_once():
    assert set(NAMES) == set(CATALOGUE)
    words = [words_of(name) for names in NAMES.values() for name in names]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("exercise_id", CATALOGUE)
def test_the_catalogues_own_names_are_understood(exercise_id):
    lift = read_name(CATALOGUE[exercise_id].name)
    assert (lift.exercise_id, lift.origin) == (exercise_id, Origin.TABLE)


@pytest.mark.parametrize(
    "name", ["Bent-Over Rows (BARBELL)", "barbell bent over row", "Row, bent over: barbell"]
)
def test_case_punctuation_plurals_and_order_do_not_matter(name):
    assert read_name(name).exercise_id == "bent_over_row"


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("Pendlay Row (Barbell)", LiftGroup.ROW),
        ("Seated Cable Row - Bar Wide Grip", LiftGroup.ROW),
        ("Snatch Pull (Barbell)", LiftGroup.SNATCH),
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
