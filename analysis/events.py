"""What `SetAnalyzer.push` returns: a closed union, matched with ``assert_never``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from analysis.imu import Gap
    from analysis.results import Rep, SetSummary
    from analysis.set_goal import SetGoal


@dataclass(frozen=True, slots=True)
class VelocitySample:
    """Provisional vertical velocity for the live strip, about 30 a second. Never stored, never final.

    Attributes
    ----------
    t_s : float
        Time since the recording's first sample, s.
    velocity_mps : float
        Vertical, upward positive, m/s, causal estimate.
    height_m : float
        Above a slowly adapting zero, m, causal estimate.
    """

    t_s: float
    velocity_mps: float
    height_m: float


@dataclass(frozen=True, slots=True)
class RepFinished:
    """A rep closed while its set is still open. `SetFinished` may revise it.

    Attributes
    ----------
    set_index : int
        The open set.
    exercise_id, load_kg
        Its label.
    rep : Rep
        The rep as known now.
    detected_s : float
        Time of the sample on which the rep was closed, s.
    goal : SetGoal or None
        What the set is meant to be, as labelled.
    """

    set_index: int
    exercise_id: str | None
    load_kg: float | None
    rep: Rep
    detected_s: float
    goal: SetGoal | None = None


@dataclass(frozen=True, slots=True)
class SetFinished:
    """A set closed; its numbers are final for this algorithm version."""

    summary: SetSummary


class SetPhase(StrEnum):
    """How far the set that comes or is open has got."""

    IDLE = "idle"
    """Nothing of note has moved since the last set closed."""
    OPEN = "open"
    """Something of note has moved: a set may be under way."""
    CLOSING = "closing"
    """There are reps and the bar rests: the set closes soon unless it moves again."""


@dataclass(frozen=True, slots=True)
class SetProgress:
    """The set opened by itself, is about to close by itself, or goes on after all. For the screen only.

    Attributes
    ----------
    t_s : float
        Time of the sample that told, s.
    set_index : int
        Of the set that is open, else of the next one.
    phase : SetPhase
        See there.
    closes_in_s : float or None
        While it is closing: how long it stays open if nothing moves, s.
    """

    t_s: float
    set_index: int
    phase: SetPhase
    closes_in_s: float | None = None


@dataclass(frozen=True, slots=True)
class SensorGap:
    """Samples were lost."""

    gap: Gap


Event: TypeAlias = VelocitySample | RepFinished | SetFinished | SetProgress | SensorGap
