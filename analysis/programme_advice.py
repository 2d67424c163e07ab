"""What the coach would add: variations of lifts that the lifter already does.

They are easier to learn and easier to programme than something new. Olympic variations come first, in the
coach's order; heavy rows are for those who do not do the Olympic lifts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.exercises import CATALOGUE
from analysis.logged_sets import OLYMPIC, LiftGroup, group_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.judged_sets import JudgedSet, JudgingConfig

OLYMPIC_ORDER = ("muscle_snatch", "hang_snatch", "muscle_clean", "hang_clean")
"""The coach's order."""
ROWS = ("bent_over_row", "t_bar_row")
HINGES = frozenset({"deadlift", "romanian_deadlift"})
"""Their starting position is that of a row."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggestion.

    Attributes
    ----------
    exercise_id : str
        In the catalogue.
    variation_of : tuple of str
        Lifts of the log, as it names them, that make it easy to learn; empty where there is none.
    is_done : bool
        The lifter does it already, but it is not trained for strength.
    sentence : str
        For people, with the reason.
    """

    exercise_id: str
    variation_of: tuple[str, ...]
    is_done: bool
    sentence: str


def prescription(judging: JudgingConfig) -> str:
    """Say how the suggested lifts are meant, in words."""
    return (
        f"heavy ({judging.heavy_fraction:.0%} of your 1RM or more, {judging.heavy_reps} reps or fewer), "
        "in the first third of the session"
    )


def suggest(sets: Sequence[JudgedSet]) -> tuple[Suggestion, ...]:
    """Suggest lifts, the coach's first choice first.

    Parameters
    ----------
    sets : sequence of JudgedSet
        The working sets: what the lifter does.

    Returns
    -------
    tuple of Suggestion
        Never empty.
    """
    names = {
        group: _names(item for item in sets if item.logged.group is group)
        for group in (*OLYMPIC, LiftGroup.ROW)
    }
    done = {item.logged.exercise_id for item in sets}
    olympic = [
        _variation(exercise_id, names[group_of(exercise_id)], done)
        for exercise_id in OLYMPIC_ORDER
        if names[group_of(exercise_id)]
    ]
    if olympic:
        return tuple(olympic)
    if rows := names[LiftGroup.ROW]:
        known_first = sorted(ROWS, key=lambda exercise_id: exercise_id not in done)
        return tuple(_variation(exercise_id, rows, done, _NO_OLYMPIC) for exercise_id in known_first)
    hinges = _names(item for item in sets if item.logged.exercise_id in HINGES)
    reason = f"it starts where your {_and(hinges)} starts" if hinges else "it needs no other lift first"
    sentence = f"{CATALOGUE[ROWS[0]].name}: {reason}. {_NO_OLYMPIC}"
    return (Suggestion(ROWS[0], hinges, is_done=False, sentence=sentence),)


_NO_OLYMPIC = "Rows are for those who do not do the Olympic lifts; this log has none."


def _variation(
    exercise_id: str, names: tuple[str, ...], done: set[str | None], because: str = ""
) -> Suggestion:
    is_done = exercise_id in done
    reason = "you do it already" if is_done else f"a variation of your {_and(names)}, so that little is new"
    sentence = f"{CATALOGUE[exercise_id].name}: {reason}. {because}".strip()
    return Suggestion(exercise_id, names, is_done, sentence)


def _and(names: tuple[str, ...]) -> str:
    return " and ".join(names)


def _names(sets: Iterable[JudgedSet]) -> tuple[str, ...]:
    """Name the two most frequent lifts, ties by name."""
    counts = Counter(item.logged.name for item in sets)
    return tuple(sorted(counts, key=lambda name: (-counts[name], name))[:2])
