"""What an edit did, in words for people: "Rep 3 of set 2 left out: spotter". Sets and reps count from 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.schemas import exercise_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from server.annotations import ExcludedRep, SetAnnotation

KG_PER_LB = 0.45359237


def load_words(load_kg: float | None) -> str:
    """Say a load in both units, as nobody knows who reads it."""
    if load_kg is None:
        return "as recorded"
    return f"{load_kg:g} kg ({round(2 * load_kg / KG_PER_LB) / 2:g} lb)"


def set_words(
    set_index: int, before: SetAnnotation, after: SetAnnotation, rep_at: Callable[[float], int | None]
) -> str:
    """Say what changed in what is said of a set; empty if nothing did.

    Parameters
    ----------
    set_index : int
        Of the set, from 0.
    before, after : SetAnnotation
        What was and is said of it.
    rep_at : callable
        Finds the index of the rep that holds a time, s.
    """
    name = f"set {set_index + 1}"
    told = [*_reps_words(name, before.excluded_reps, after.excluded_reps, rep_at), *_fields(before, after)]
    if not told:
        return ""
    own = [words for words in told if not words.startswith("Rep")]
    whole = [words for words in told if words.startswith("Rep")]
    if own:
        whole.append(f"{name.capitalize()}: {', '.join(own)}")
    return "; ".join(whole)


def session_words(changes: Mapping[str, Any], athlete: str | None) -> str:
    """Say which fields of a session changed."""
    words = {
        "athlete_id": f"lifter {athlete or 'nobody named'}",
        "title": f"title “{changes['title']}”" if changes.get("title") else "title as recorded",
        "note": "note changed" if changes.get("note") else "note removed",
        "velocity_feedback": f"velocities {_SEEN[changes.get('velocity_feedback')]}",
    }
    return "Session: " + ", ".join(words[name] for name in words if name in changes)


def _reps_words(
    name: str,
    before: Sequence[ExcludedRep],
    after: Sequence[ExcludedRep],
    rep_at: Callable[[float], int | None],
) -> list[str]:
    def rep(one: ExcludedRep) -> str:
        index = rep_at(one.concentric_s)
        return "Rep" if index is None else f"Rep {index + 1}"

    was = {one.concentric_s: one.reason for one in before}
    now = {one.concentric_s: one.reason for one in after}
    out = [
        f"{rep(one)} of {name} left out: {one.reason}"
        for one in after
        if was.get(one.concentric_s) != one.reason
    ]
    back = [f"{rep(one)} of {name} counts again" for one in before if one.concentric_s not in now]
    return out + back


def _fields(before: SetAnnotation, after: SetAnnotation) -> list[str]:
    told: list[str] = []
    if after.exercise_id != before.exercise_id:
        told.append(exercise_name(after.exercise_id) or "exercise as recorded")
    if after.load_kg != before.load_kg:
        told.append(f"load {load_words(after.load_kg)}")
    if after.rpe != before.rpe:
        told.append("no RPE" if after.rpe is None else f"RPE {after.rpe:g}")
    if after.note != before.note:
        told.append("note changed" if after.note else "note removed")
    if after.velocity_feedback != before.velocity_feedback:
        told.append(f"velocities {_SEEN[after.velocity_feedback]}")
    return told


_SEEN = {None: "as recorded", True: "shown", False: "hidden"}
