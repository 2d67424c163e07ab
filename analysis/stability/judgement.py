"""What is said of a lifter's stability: changes, indices, signs, with the numbers behind every word.

Values are SI, in the unit of their measure (`analysis.measures.MEASURES`). Intervals are 90 %. Unknown is
None, and a reason stands beside it. Definitions: ``docs/metrics.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SLOPE, ENDS, SET, DAY = "slope", "last minus first", "set", "day"
"""What a verdict may rest on: the sets of a session together or its two ends, one set, the day as a whole."""


class Word(StrEnum):
    """Verdict on a change."""

    CLEARLY_WORSE = "clearly worse"
    PROBABLY_WORSE = "probably worse"
    NO_CLEAR_CHANGE = "no clear change"
    PROBABLY_BETTER = "probably better"
    CLEARLY_BETTER = "clearly better"
    TOO_LITTLE_DATA = "too little data"


class Seen(StrEnum):
    """Whether one of the article's signs shows."""

    SEEN = "seen"
    NOT_SEEN = "not seen"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SetPoint:
    """One part in one set.

    Attributes
    ----------
    set_index : int
        Within its session.
    value : float or None
        Mean over the reps that have it, as measured; None: in none.
    sd : float or None
        Standard deviation of that mean.
    adjusted : float or None
        The same after the effects of load and velocity are taken out; equal to ``value`` before there is a
        baseline.
    interval : Interval or None
        About ``adjusted``: how well these reps pin the mean down.
    n_reps : int
        Reps that have it.
    load_kg, velocity_mps : float or None
        Of the set; mean concentric velocity over those reps.
    """

    set_index: int
    value: float | None
    sd: float | None
    adjusted: float | None
    n_reps: int
    load_kg: float | None
    velocity_mps: float | None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class SetChange:
    """One part in one set against the first sets of its session.

    Attributes
    ----------
    set_index : int
        Within its session.
    word, sentence
        The verdict on this set, and how sure it is.
    against : tuple of int
        Indices of the sets that it is held against: the first two, for the second set the first.
    difference : float or None
        Of the adjusted means.
    interval : Interval or None
        The same with what ordinary sets of this lifter scatter by; None before there is a baseline.
    p_value, alpha : float or None
        Two-sided; what it was held against.
    """

    set_index: int
    word: Word
    sentence: str = ""
    against: tuple[int, ...] = ()
    difference: float | None = None
    interval: Interval | None = None
    p_value: float | None = None
    alpha: float | None = None


@dataclass(frozen=True, slots=True)
class BlamedRep:
    """A rep that lies outside the lifter's usual band, on the worse side."""

    set_index: int
    rep_index: int
    value: float


@dataclass(frozen=True, slots=True)
class Significance:
    """How the verdict on one change was reached.

    Attributes
    ----------
    of : str
        What was tested: `SLOPE` over all sets, or `ENDS`, the last set against the first. Where a baseline
        allows both, the surer one, with its p-value doubled for having looked twice. `SET`: one set against
        the first ones; `DAY`: the first sets against the lifter's ordinary days.
    method : str
        "sets": Student's t from the scatter of at least five means about their line; "baseline": from the
        lifter's own baseline; "none".
    p_value : float or None
        Two-sided.
    alpha : float or None
        What it was held against: that of the primary part, or Holm's step for the others.
    degrees : float or None
        Of freedom.
    """

    of: str = "slope"
    method: str = "none"
    p_value: float | None = None
    alpha: float | None = None
    degrees: float | None = None


UNTESTED = Significance()
"""There was nothing to test."""


@dataclass(frozen=True, slots=True)
class DayChange:
    """The fresh reps of a session against those of the lifter's ordinary days.

    Another claim than that of a change within the session: all its sets may be worse alike.

    Attributes
    ----------
    difference : Interval
        Of the means, without the effects of load and velocity.
    test : Significance
        Of `DAY`.
    word, sentence
        The verdict.
    """

    difference: Interval
    test: Significance
    word: Word = Word.TOO_LITTLE_DATA
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class PartChange:
    """How one part changed across the sets of a session.

    Attributes
    ----------
    part : str
        Id of the measure.
    primary : bool
        The one part of the lift that the headline judges.
    word, sentence
        The verdict, and what a coach would say.
    points : tuple of SetPoint
        Every set of the lift in the session.
    slope_per_set : float or None
        Of the adjusted means.
    change : Interval or None
        From the first set to the last, by the slope.
    last_minus_first : Interval or None
        Of the two means themselves.
    test : Significance
        Behind the word.
    typical_error, minimal_detectable_change, smallest_worthwhile_change : float or None
        Standard error of a set's mean in this lifter; 1.96 sqrt(2) times that; and the larger of 0.2
        standard deviations between sessions and the sensor's resolution.
    usual : Interval or None
        Median of this lifter's ordinary sets and the band in which 90 % of them lie.
    outside_usual : tuple of int
        Indices of the sets beyond that band on the worse side: of ordinary sets 1 in 20 is.
    usual_sentence : str
        The same in words; empty before there is a band.
    day : DayChange or None
        The day as a whole, where there is a baseline; only that of the primary part gets a word.
    sets : tuple of SetChange
        Each set but the first against the first ones.
    blamed : tuple of BlamedRep
        Reps outside the band of ordinary reps, the worst first.
    reasons : tuple of str
        Why there is too little data; what was not corrected for.
    """

    part: str
    primary: bool
    word: Word
    sentence: str
    points: tuple[SetPoint, ...]
    slope_per_set: float | None = None
    change: Interval | None = None
    last_minus_first: Interval | None = None
    test: Significance = UNTESTED
    typical_error: float | None = None
    minimal_detectable_change: float | None = None
    smallest_worthwhile_change: float | None = None
    usual: Interval | None = None
    outside_usual: tuple[int, ...] = ()
    usual_sentence: str = ""
    day: DayChange | None = None
    sets: tuple[SetChange, ...] = ()
    blamed: tuple[BlamedRep, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def judged(self) -> Interval | None:
        """The change that the word is about."""
        return self.last_minus_first if self.test.of == ENDS else self.change


@dataclass(frozen=True, slots=True)
class BaselineState:
    """How far the lifter's baseline of a lift is.

    Attributes
    ----------
    ready : bool
        There is one.
    sessions, sessions_needed, reps, reps_needed : int
        Counted under the conditions of today.
    words : str
        "baseline 2 of 3 sessions".
    """

    ready: bool
    sessions: int
    sessions_needed: int
    reps: int
    reps_needed: int
    words: str


@dataclass(frozen=True, slots=True)
class MissingPart:
    """A part that the index could not use."""

    part: str
    reason: str


@dataclass(frozen=True, slots=True)
class SetIndex:
    """Stability index of one set, 0 to 100; 100 is the lifter's own ordinary day.

    Never compare it between people.
    """

    set_index: int
    index: Interval | None
    parts: tuple[str, ...] = ()
    missing: tuple[MissingPart, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RepEvidence:
    """What one rep says of a sign.

    Attributes
    ----------
    rep_index : int
        Within its set.
    seen : Seen
        In this rep.
    how_much : float or None
        In the unit of ``unit``.
    probability : float or None
        That it exceeds the threshold.
    words : str
        For people.
    """

    rep_index: int
    seen: Seen
    how_much: float | None
    probability: float | None
    words: str


@dataclass(frozen=True, slots=True)
class SignFinding:
    """One of the article's signs in one set."""

    sign: str
    set_index: int
    seen: Seen
    sentence: str
    evidence: tuple[RepEvidence, ...] = ()


@dataclass(frozen=True, slots=True)
class LiftVerdict:
    """All that is said of one lift in one session.

    Attributes
    ----------
    exercise_id : str
        The lift.
    word : Word
        Of the primary part across the sets.
    headline : str
        What stands large, beginning with a `Word`: the word, or what it would hide. "No clear change" is
        true of a session whose worse sets were not the last, or whose sets were all worse than on the
        lifter's ordinary days.
    sentence, test
        Behind the headline; where it is not the word, the sentence says the word as well.
    baseline : BaselineState
        Before this session.
    parts : tuple of PartChange
        The primary part first.
    index : tuple of SetIndex
        One for each set.
    signs : tuple of SignFinding
        Of each sign that belongs to the lift, for each set.
    warnings : tuple of str
        What makes the sets hard to compare.
    """

    exercise_id: str
    word: Word
    sentence: str
    headline: str
    test: Significance
    baseline: BaselineState
    parts: tuple[PartChange, ...]
    index: tuple[SetIndex, ...] = ()
    signs: tuple[SignFinding, ...] = ()
    warnings: tuple[str, ...] = ()
