"""What is said of a lifter's stability across weeks; conventions as in `analysis.stability.judgement`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 -- the server reads the types at run time

from analysis.stability.judgement import (
    UNTESTED,
    BaselineState,
    Interval,
    SetIndex,
    SignFinding,
    Significance,
    Word,
)


@dataclass(frozen=True, slots=True)
class SessionPoint:
    """One part in one session: mean of its working sets.

    ``joined`` is False for sessions before a break; they are shown and not used.
    """

    session_id: str
    started_at: datetime
    value: float | None
    adjusted: float | None
    n_sets: int
    n_reps: int
    load_kg: float | None
    joined: bool


@dataclass(frozen=True, slots=True)
class PartHistory:
    """How one part changed across weeks; fields as in `PartChange`, by session and per week."""

    part: str
    primary: bool
    word: Word
    sentence: str
    points: tuple[SessionPoint, ...]
    slope_per_week: float | None = None
    change: Interval | None = None
    test: Significance = UNTESTED
    smallest_worthwhile_change: float | None = None
    usual: Interval | None = None
    reasons: tuple[str, ...] = ()

    @property
    def judged(self) -> Interval | None:
        """The change that the word is about."""
        return self.change


@dataclass(frozen=True, slots=True)
class TrendBreak:
    """From here on sets are not compared with earlier ones."""

    session_id: str
    started_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class SessionIndex:
    """Indices of the sets of one session, and the signs seen in it."""

    session_id: str
    started_at: datetime
    index: tuple[SetIndex, ...] = ()
    signs: tuple[SignFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class LiftHistory:
    """All that is said of one lift across weeks."""

    exercise_id: str
    word: Word
    sentence: str
    baseline: BaselineState
    parts: tuple[PartHistory, ...]
    sessions: tuple[SessionIndex, ...] = ()
    breaks: tuple[TrendBreak, ...] = ()
    warnings: tuple[str, ...] = field(default=())
