"""What the store hands out: sessions and sets, with annotations applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from server.annotating import counting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.imu import SetLabel
    from analysis.regrouping import Regrouped
    from analysis.results import Rep, SetSummary
    from server.annotations import Regrouping
    from server.session import RecordingInfo


@dataclass(frozen=True, slots=True)
class SessionOverview:
    """One line of the list of sessions.

    Attributes
    ----------
    recording : RecordingInfo
        The session.
    n_sets, n_reps : int
        Closed sets, and the reps in them that count.
    exercises : tuple of str
        Lifts in their order.
    tonnage_kg : float or None
        Load times reps over the sets whose load is known, kg; None: of none.
    duration_s : float or None
        From the beginning of the first set to the end of the last, s; None without sets.
    """

    recording: RecordingInfo
    n_sets: int
    n_reps: int
    exercises: tuple[str, ...]
    tonnage_kg: float | None = None
    duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class RegroupedSet:
    """The reps of a set as people bounded them, measured on its recording.

    Attributes
    ----------
    regroupings : tuple of SplitRep or MergedReps
        What was said.
    result : Regrouped
        What it gave.
    """

    regroupings: tuple[Regrouping, ...]
    result: Regrouped


@dataclass(frozen=True, slots=True)
class AnalysedSet:
    """A set as the signal core made it.

    Attributes
    ----------
    summary : SetSummary
        Of the exercise that the core was told, which may be a corrected one.
    labelled : SetLabel
        What the recording says.
    regrouped : RegroupedSet or None
        Its reps as people bounded them; None: as they were found.
    """

    summary: SetSummary
    labelled: SetLabel
    regrouped: RegroupedSet | None = None


@dataclass(frozen=True, slots=True)
class StoredSet:
    """A set with the session that it belongs to.

    Attributes
    ----------
    recording : RecordingInfo
        Its session.
    summary : SetSummary
        With corrections applied; all its reps, also those that do not count.
    algorithm : str
        Name and version of what computed it.
    labelled : SetLabel
        What the recording says that the set is.
    analysed_exercise_id : str or None
        As which lift its reps were found and measured.
    rpe, note, own_velocity_feedback
        As in `server.annotations.SetAnnotation`.
    excluded : mapping of int to str
        Index of each rep that does not count: why.
    regroupings : tuple of SplitRep or MergedReps
        By which its reps were bounded; empty: as they were found.
    """

    recording: RecordingInfo
    summary: SetSummary
    algorithm: str
    labelled: SetLabel
    analysed_exercise_id: str | None
    rpe: float | None = None
    note: str = ""
    own_velocity_feedback: bool | None = None
    excluded: Mapping[int, str] = field(default_factory=dict[int, str])
    regroupings: tuple[Regrouping, ...] = ()

    @property
    def reps(self) -> tuple[Rep, ...]:
        """The reps that count."""
        return counting(self.summary.reps, self.excluded)

    @property
    def velocity_feedback(self) -> bool | None:
        """Whether the lifter was told the velocities: as said of the set, recorded, said of the session."""
        said = (self.own_velocity_feedback, self.summary.velocity_feedback, self.recording.velocity_feedback)
        return next((one for one in said if one is not None), None)

    @property
    def lifted_at(self) -> datetime:
        """When the set started."""
        return self.recording.started_at + timedelta(seconds=self.summary.start_s)


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A whole session.

    Attributes
    ----------
    recording : RecordingInfo
        The session.
    stored_sets : tuple of StoredSet
        In the order of their index.
    """

    recording: RecordingInfo
    stored_sets: tuple[StoredSet, ...]

    @property
    def sets(self) -> tuple[SetSummary, ...]:
        """The sets without what people say of them beside corrections."""
        return tuple(item.summary for item in self.stored_sets)
