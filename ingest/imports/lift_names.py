"""What the lifts of other people's logs are: whole names from the catalogue, and one table of telling words.

To teach a name, add it to the aliases of its lift in ``analysis/lifts/``. Case, punctuation, plurals and the
order of the words do not matter: "Rows, Bent-Over (Barbell)" is "bent over row barbell". A name of no lift is
looked through for the words of ``WORDS``; what matches nothing stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from analysis.exercises import find_exercise_by_name
from analysis.lifts.names import words_of
from analysis.logged_sets import LiftGroup


class LoadColumn(StrEnum):
    """What the weight column of a log holds for a lift."""

    EXTERNAL = "external"
    """The weight that is lifted; nothing or 0 is not logged."""
    ADDED = "added"
    """What is added to the body; nothing is 0."""
    ASSISTANCE = "assistance"
    """What a machine takes off the body."""
    MEANINGLESS = "meaningless"
    """Rubber bands, rows with the body: the number, if any, is not the load."""


class Origin(StrEnum):
    """How a name was understood."""

    TABLE = "table"
    WORD = "word"
    STATED = "stated"
    """The user said so."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Lift:
    """What a name means.

    Attributes
    ----------
    exercise_id : str or None
        In the catalogue; None where it has no such lift.
    group : LiftGroup or None
        None if nobody knows.
    load : LoadColumn
        What the weight column holds.
    origin : Origin
        How the name was understood.
    """

    exercise_id: str | None
    group: LiftGroup | None
    load: LoadColumn
    origin: Origin


WORDS: tuple[tuple[LiftGroup, str], ...] = (
    (LiftGroup.ASSISTANCE, "upright row, face pull, rear delt, reverse fly, reverse flye, shrug, pullover"),
    (LiftGroup.ASSISTANCE, "pull apart, pullapart, straight arm pulldown, scapular"),
    # One hand or a small weight, no barbell.
    (LiftGroup.ASSISTANCE, "dumbbell snatch, kettlebell snatch, dumbbell clean, kettlebell clean"),
    (LiftGroup.ASSISTANCE, "dumbbell high pull, kettlebell high pull"),
    (LiftGroup.OTHER, "deadlift, squat, snatch balance, drop snatch, snatch press, pull through, rowing"),
    (LiftGroup.SNATCH, "snatch"),
    (LiftGroup.CLEAN, "clean, high pull"),
    (LiftGroup.PULL_UP, "pull up, pullup, chin up, chinup, muscle up"),
    (LiftGroup.PULLDOWN, "pulldown, pull down, vertical traction"),
    (LiftGroup.ROW, "row"),
    (LiftGroup.OTHER, "press, bench, jerk, thruster, dip, push up, pushup, pushdown, pressdown, wall ball"),
    (
        LiftGroup.OTHER,
        "curl, extension, hyperextension, skullcrusher, kickback, tricep, bicep, forearm, wrist",
    ),
    (
        LiftGroup.OTHER,
        "raise, fly, flye, flies, crossover, pec deck, butterfly, rotation, handstand, dead hang",
    ),
    (LiftGroup.OTHER, "lunge, leg, calf, glute, hip, bridge, step up, hamstring, nordic, good morning"),
    (LiftGroup.OTHER, "adduction, abduction, adductor, abductor, rack pull, swing, superman, bird dog"),
    (LiftGroup.OTHER, "ab, crunch, plank, sit up, situp, rollout, twist, woodchop, dead bug, dragon flag"),
    (LiftGroup.OTHER, "hollow, carry, farmer, sled, jump, burpee, running, run, walking, walk, treadmill"),
    (LiftGroup.OTHER, "cycling, bike, elliptical, swimming, stair, hiking, rope, yoga, pilates, stretching"),
    (LiftGroup.OTHER, "warm up, mobility, aerobic, hiit"),
)
"""Telling words by group; the first entry that matches counts: all its words, in any order."""

_LOADS = (
    ("assisted", LoadColumn.ASSISTANCE),
    ("band", LoadColumn.MEANINGLESS),
    ("negative", LoadColumn.MEANINGLESS),
)


def lift_of(exercise_id: str | None, group: LiftGroup | None, name: str, origin: Origin) -> Lift:
    """Complete what is known of a name by what its weight column holds."""
    words = words_of(name)
    load = LoadColumn.ADDED if group is LiftGroup.PULL_UP else LoadColumn.EXTERNAL
    if group is LiftGroup.ROW and words & {"inverted", "bodyweight", "suspension", "trx", "ring"}:
        load = LoadColumn.MEANINGLESS
    for word, special in _LOADS:
        if group in {LiftGroup.PULL_UP, LiftGroup.ROW} and word in words:
            load = special
    return Lift(exercise_id, group, load, origin)


_BY_WORD = [(words_of(entry), group) for group, entries in WORDS for entry in entries.split(", ")]


def read_name(name: str) -> Lift:
    """Say what a lift is by its name."""
    known = find_exercise_by_name(name)
    if known is not None:
        return lift_of(known.id, known.group, name, Origin.TABLE)
    words = words_of(name)
    for telling, group in _BY_WORD:
        if telling <= words:
            return lift_of(None, group, name, Origin.WORD)
    return lift_of(None, None, name, Origin.UNKNOWN)
