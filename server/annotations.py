"""What people say about recordings after the fact: who lifted, what it was, what does not count.

Annotations are laid over results and never change a recording; None is "as recorded".
`server.annotation_files` keeps them, `server.annotating` applies them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime  # noqa: TC003 -- pydantic reads the annotations
from typing import TYPE_CHECKING, Annotated, ClassVar, TypeAlias
from uuid import UUID  # noqa: TC003 -- as above

from pydantic import ConfigDict, Field, StringConstraints

if TYPE_CHECKING:
    from collections.abc import Sequence

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(max_length=2000)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
ExerciseId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
LoadKg = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
BodyMassKg = Annotated[float, Field(ge=20, le=400, allow_inf_nan=False)]
Rpe = Annotated[float, Field(ge=0, le=10, multiple_of=0.5)]
TimeS = Annotated[float, Field(ge=0, allow_inf_nan=False)]

MAX_SETS = 1000
"""Most annotated sets of one recording. 100 to 10000; a recording lasts about half an hour."""
MAX_EXCLUDED = 500
"""Most excluded reps of one set. 100 to 1000."""
MAX_REGROUPINGS = 100
"""Most splits and merges of one set. 20 to 500."""


@dataclass(frozen=True, slots=True)
class Athlete:
    """Somebody who lifts.

    Attributes
    ----------
    id : UUID
        For ever.
    name : str
        For people.
    created_at : datetime
        With time zone.
    note : str
        May be empty.
    body_mass_kg : float or None
        kg; None: not told.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: UUID
    name: Name
    created_at: datetime
    note: Note = ""
    body_mass_kg: BodyMassKg | None = None


@dataclass(frozen=True, slots=True)
class ExcludedRep:
    """A rep that does not count.

    Attributes
    ----------
    concentric_s : float
        A time within its concentric phase, s, by which it is found again.
    reason : str
        Why, in the lifter's words.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    concentric_s: TimeS
    reason: Reason


@dataclass(frozen=True, slots=True)
class SplitRep:
    """What was counted as one rep are two.

    Attributes
    ----------
    at_s : float
        Where one ends and the other begins, s; the rep is the one that this falls into.
    reason : str
        Why, in the lifter's words.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    at_s: TimeS
    reason: Reason


@dataclass(frozen=True, slots=True)
class MergedReps:
    """What was counted as several reps is one.

    Attributes
    ----------
    first_s, second_s : float
        Times within the first and the last of them, s, by which they are found again.
    reason : str
        Why, in the lifter's words.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    first_s: TimeS
    second_s: TimeS
    reason: Reason


Regrouping: TypeAlias = SplitRep | MergedReps


@dataclass(frozen=True, slots=True)
class SetAnnotation:
    """What is said of one set.

    Attributes
    ----------
    start_s, end_s : float
        When the set was, s. It is that of the set that overlaps this most, so that it survives another
        version of the algorithm.
    exercise_id : str or None
        What was really lifted; None: as labelled.
    load_kg : float or None
        What was really on the bar, kg; None: as labelled.
    rpe : float or None
        Rating of perceived exertion, 0 to 10 in halves.
    note : str
        May be empty.
    velocity_feedback : bool or None
        Whether the lifter was told the velocities; None: as the session says.
    excluded_reps : tuple of ExcludedRep
        Reps that are listed and do not count.
    regroupings : tuple of SplitRep or MergedReps
        In the order in which they were said: a later one may be of what an earlier one made.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    start_s: TimeS
    end_s: TimeS
    exercise_id: ExerciseId | None = None
    load_kg: LoadKg | None = None
    rpe: Rpe | None = None
    note: Note = ""
    velocity_feedback: bool | None = None
    excluded_reps: Annotated[tuple[ExcludedRep, ...], Field(max_length=MAX_EXCLUDED)] = ()
    regroupings: Annotated[tuple[Regrouping, ...], Field(max_length=MAX_REGROUPINGS)] = ()

    @property
    def says_nothing(self) -> bool:
        """Whether everything is as recorded."""
        return self == SetAnnotation(self.start_s, self.end_s)


@dataclass(frozen=True, slots=True)
class SessionAnnotation:
    """What is said of one session and its sets.

    Attributes
    ----------
    athlete_id : UUID or None
        Who lifted; None: the one lifter without a name.
    title : str or None
        None: as recorded.
    note : str
        May be empty.
    velocity_feedback : bool or None
        Whether the lifter was told the velocities, where a set does not say; None: not known.
    sets : tuple of SetAnnotation
        In the order of time; sets of which nothing is said are left out.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    athlete_id: UUID | None = None
    title: Title | None = None
    note: Note = ""
    velocity_feedback: bool | None = None
    sets: Annotated[tuple[SetAnnotation, ...], Field(max_length=MAX_SETS)] = ()

    def with_set(self, place: int | None, annotation: SetAnnotation) -> SessionAnnotation:
        """Return a copy in which one set's annotation is replaced, or added where ``place`` is None."""
        others = [one for i, one in enumerate(self.sets) if i != place]
        return replace(self, sets=tuple(sorted([*others, annotation], key=lambda one: one.start_s)))

    def tidy(self) -> SessionAnnotation:
        """Return a copy without the sets of which nothing is said."""
        return replace(self, sets=tuple(one for one in self.sets if not one.says_nothing))


def match_sets(
    annotations: Sequence[SetAnnotation], spans_s: Sequence[tuple[float, float]]
) -> dict[int, int]:
    """Find the annotation of each set: the pairs that overlap most come first, each has one partner at most.

    Parameters
    ----------
    annotations : sequence of SetAnnotation
        Of one session.
    spans_s : sequence of tuple of 2 float
        Start and end of each set, s.

    Returns
    -------
    dict of int to int
        Place among the sets: place among the annotations. Sets and annotations without partner are left out.
    """
    overlaps = sorted(
        (-overlap_s, span, place)
        for place, one in enumerate(annotations)
        for span, (start_s, end_s) in enumerate(spans_s)
        if (overlap_s := min(one.end_s, end_s) - max(one.start_s, start_s)) > 0
    )
    found: dict[int, int] = {}
    for _, span, place in overlaps:
        if span not in found and place not in found.values():
            found[span] = place
    return found
