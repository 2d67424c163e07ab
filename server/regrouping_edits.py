"""What may be said of the bounds and the counting of a set's reps. Pure: from annotation to annotation."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.regrouping import is_by_hand
from server.annotating import middle_s
from server.annotations import ExcludedRep, MergedReps, SplitRep
from server.errors import EditRefusedError, InvalidEditError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.regrouping import Regrouped
    from analysis.results import Rep
    from server.annotations import Regrouping, SetAnnotation

SAME_REP_S = 0.3
"""A rep that starts further than this from where the page saw it is another one, s. 0.1 to 1."""
LEAST_PART_S = 0.2
"""A part of a rep is at least as long as this, s. 0.1 to 0.5."""


def rep_of(reps: Sequence[Rep], index: int, start_s: float | None) -> Rep:
    """Find a rep by its index and, as far as given, by when it started, s.

    Raises
    ------
    NotFoundError
        If there is none.
    EditRefusedError
        If there is another one by now.
    """
    rep = next((one for one in reps if one.index == index), None)
    if rep is None:
        raise NotFoundError(f"The set has no rep {index + 1}.", "Look at the set again.")
    if start_s is not None and abs(rep.start_s - start_s) > SAME_REP_S:
        raise EditRefusedError(
            "The reps of this set were changed meanwhile, so nothing was done.", "Look at the set again."
        )
    return rep


def excluding(said: SetAnnotation, rep: Rep, reason: str) -> SetAnnotation:
    """Leave a rep out; one that is out already gets the new reason."""
    others = counting_again(said, rep).excluded_reps
    out = (*others, ExcludedRep(middle_s(rep), reason))
    return replace(said, excluded_reps=tuple(sorted(out, key=lambda one: one.concentric_s)))


def counting_again(said: SetAnnotation, rep: Rep) -> SetAnnotation:
    """Let a rep count."""
    others = (one for one in said.excluded_reps if not _holds(rep, one.concentric_s))
    return replace(said, excluded_reps=tuple(others))


def splitting(said: SetAnnotation, rep: Rep, at_s: float, reason: str, *, is_out: bool) -> SetAnnotation:
    """Count a rep as two.

    Raises
    ------
    InvalidEditError
        If the time is not within the rep.
    EditRefusedError
        If it is left out.
    """
    _check_counts(is_out=is_out)
    end_s = max(rep.concentric_end_s, rep.end_s or 0.0)
    if not rep.start_s + LEAST_PART_S <= at_s <= end_s - LEAST_PART_S:
        raise InvalidEditError(
            f"The rep lasts from {rep.start_s:.1f} s to {end_s:.1f} s.", "Choose a time within it."
        )
    return replace(said, regroupings=(*said.regroupings, SplitRep(at_s, reason)))


def merging(said: SetAnnotation, one: Rep, other: Rep, reason: str, *, is_out: bool) -> SetAnnotation:
    """Count two neighbouring reps as one; two that were split from each other are simply whole again.

    Raises
    ------
    EditRefusedError
        If one of them is left out.
    """
    _check_counts(is_out=is_out)
    kept = tuple(
        wish
        for wish in said.regroupings
        if not (isinstance(wish, SplitRep) and middle_s(one) < wish.at_s < middle_s(other))
    )
    if len(kept) < len(said.regroupings):
        return replace(said, regroupings=kept)
    return replace(said, regroupings=(*kept, MergedReps(middle_s(one), middle_s(other), reason)))


def restoring(said: SetAnnotation, reps: Sequence[Rep], rep: Rep) -> SetAnnotation:
    """Take back what made a rep by hand.

    Raises
    ------
    EditRefusedError
        If it is as it was found.
    """
    made = made_by_hand(reps, said.regroupings).get(rep.index)
    if made is None:
        raise EditRefusedError("This rep counts and is as it was found.", "There is nothing to restore.")
    return replace(said, regroupings=tuple(wish for wish in said.regroupings if wish != made))


def made_by_hand(reps: Sequence[Rep], regroupings: Sequence[Regrouping]) -> dict[int, Regrouping]:
    """Find by which annotation each rep was made, by its index; reps as they were found are left out."""
    made: dict[int, Regrouping] = {}
    for place, rep in enumerate(reps):
        if not is_by_hand(rep):
            continue
        before_s = middle_s(reps[place - 1]) if place else -math.inf
        after_s = middle_s(reps[place + 1]) if place + 1 < len(reps) else math.inf
        end_s = max(rep.concentric_end_s, rep.end_s or 0.0)
        for wish in regroupings:
            times = (wish.at_s,) if isinstance(wish, SplitRep) else (wish.first_s, wish.second_s)
            if isinstance(wish, SplitRep):
                is_edge = before_s < wish.at_s <= rep.start_s or end_s <= wish.at_s < after_s
                is_edge = is_edge or abs(wish.at_s - rep.start_s) < LEAST_PART_S
                is_edge = is_edge or abs(wish.at_s - end_s) < LEAST_PART_S
            else:
                is_edge = all(rep.start_s < at_s < end_s for at_s in times)
            if is_edge:
                made[rep.index] = wish
    return made


def check_taken(said: SetAnnotation, n_before: int, result: Regrouped | None) -> None:
    """See that what was said last of a set's reps had its effect.

    Parameters
    ----------
    said : SetAnnotation
        With the new regrouping, or without one that was taken back.
    n_before : int
        Reps before it.
    result : Regrouped or None
        What came out; None: the reps are as they were found.

    Raises
    ------
    EditRefusedError
        If the reps cannot be measured like that.
    """
    if result is None:
        return
    is_split = isinstance(said.regroupings[-1], SplitRep)
    if len(said.regroupings) - 1 in result.ignored or len(result.reps) < n_before - (0 if is_split else 1):
        what = "Neither part has a lifting phase of its own" if is_split else _why_not_one(result)
        raise EditRefusedError(
            f"{what}. Nothing was changed.",
            "Choose a time between two reps, where the bar is at home."
            if is_split
            else "Leave one of them out.",
        )


def _why_not_one(result: Regrouped) -> str:
    why = result.rejected[-1].reason.partition(": ")[2] if result.rejected else "they are not neighbours"
    return f"They cannot be measured as one rep: {why}"


def _check_counts(*, is_out: bool) -> None:
    if is_out:
        raise EditRefusedError("A rep that is left out has no bounds to change.", "Let it count again first.")


def _holds(rep: Rep, at_s: float) -> bool:
    return rep.concentric_start_s <= at_s <= rep.concentric_end_s
