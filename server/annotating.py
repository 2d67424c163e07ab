"""Lays annotations over results. Pure: the same results and annotations always give the same."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from analysis.bar_axis import STATED
from analysis.exercises import CATALOGUE
from analysis.imu import Mount, MountPosition
from analysis.stability.parts import set_stability
from analysis.summary import velocity_loss
from server.paths import thin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.imu import SetLabel
    from analysis.regrouping import Regrouped
    from analysis.results import Rep, SetSummary
    from server.annotations import SetAnnotation


@dataclass(frozen=True, slots=True)
class AnnotatedSet:
    """A set as people corrected it.

    Attributes
    ----------
    summary : SetSummary
        With what counts: corrected exercise and load, means over the reps that count. All reps are listed.
    excluded : mapping of int to str
        Index of each rep that does not count: why.
    """

    summary: SetSummary
    excluded: Mapping[int, str] = field(default_factory=dict[int, str])


def annotate_set(
    analysed: SetSummary,
    labelled: SetLabel,
    annotation: SetAnnotation | None,
    mount_position: str,
    regrouped: Regrouped | None = None,
) -> AnnotatedSet:
    """Lay an annotation over a set.

    Parameters
    ----------
    analysed : SetSummary
        As the signal core made it, of the exercise that it was told.
    labelled : SetLabel
        What the recording says that the set is.
    annotation : SetAnnotation or None
        What is said of it; None: nothing.
    mount_position : str
        Where the sensor was, "shaft", "sleeve" or "wrist".
    regrouped : Regrouped or None
        Its reps as people bounded them; None: as they were found.

    Returns
    -------
    AnnotatedSet
        The set's numbers as analysed where nothing changes them.
    """
    exercise_id, load_kg, excluded = labelled.exercise_id, labelled.load_kg, dict[int, str]()
    if annotation is not None:
        exercise_id = exercise_id if annotation.exercise_id is None else annotation.exercise_id
        load_kg = load_kg if annotation.load_kg is None else annotation.load_kg
    found_as = analysed.exercise_id
    if regrouped is not None:
        rejected = sorted((*analysed.rejected, *regrouped.rejected), key=lambda one: one.start_s)
        analysed = replace(analysed, reps=regrouped.reps, rejected=tuple(rejected))
    if annotation is not None:
        excluded = excluded_of(analysed.reps, annotation)
    summary = replace(analysed, exercise_id=exercise_id, load_kg=load_kg)
    if exercise_id == found_as and not excluded and regrouped is None:
        return AnnotatedSet(summary)
    # As the store has them: a set gives the same numbers whether it comes from there or fresh from the core.
    reps = tuple(replace(rep, path=thin(rep.path)) for rep in counting(analysed.reps, excluded))
    axis = analysed.bar_axis
    is_stated = axis.source == STATED
    stability = set_stability(
        reps,
        None if exercise_id is None else CATALOGUE.get(exercise_id),
        Mount(MountPosition(mount_position), axis.axis if is_stated else None),
        axis.reason if is_stated else "",
    )
    return AnnotatedSet(
        replace(summary, stability=stability, velocity_loss_fraction=velocity_loss(reps)), excluded
    )


def counting(reps: tuple[Rep, ...], excluded: Mapping[int, str]) -> tuple[Rep, ...]:
    """Return the reps that count."""
    return tuple(rep for rep in reps if rep.index not in excluded)


def middle_s(rep: Rep) -> float:
    """Return the middle of a rep's concentric phase, s: by it an excluded rep is found again."""
    return (rep.concentric_start_s + rep.concentric_end_s) / 2


def excluded_of(reps: Sequence[Rep], annotation: SetAnnotation) -> dict[int, str]:
    """Find which reps do not count, and why."""
    return {
        rep.index: one.reason
        for one in annotation.excluded_reps
        for rep in reps
        if rep.concentric_start_s <= one.concentric_s <= rep.concentric_end_s
    }
