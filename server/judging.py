"""Judges stored and running sessions: gives the statistics the lifter's earlier sets of the same lift."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.stability.history import Conditions, LiftedSet
from analysis.stability.judge import judge_lift, judge_weeks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from analysis.results import SetSummary
    from analysis.stability.judgement import LiftHistory, LiftVerdict
    from server.session import RecordingInfo
    from server.store import Store

MOST_SETS = 1000
"""Sets of one lift that are looked back on. 200 to 5000; 1000 are some years of training."""


def lifted(recording: RecordingInfo, summary: SetSummary) -> LiftedSet:
    """Take a set as the statistics want it."""
    conditions = Conditions(recording.mount_position, recording.sensor_name, recording.algorithm)
    return LiftedSet.of(summary, str(recording.recording_id), recording.started_at, conditions)


class Judge:
    """Judges lifts of a session against what the store knows of the sessions before it.

    Earlier sets are read once for each session and lift: a running session asks after every set.

    Parameters
    ----------
    store : Store
        Results of all sessions.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._session: UUID | None = None
        self._earlier: dict[str, list[LiftedSet]] = {}

    def session(self, recording: RecordingInfo, sets: Sequence[SetSummary]) -> tuple[LiftVerdict, ...]:
        """Judge every lift of a session, in the order in which they were done."""
        if recording.recording_id != self._session:
            self._session, self._earlier = recording.recording_id, {}
        verdicts: list[LiftVerdict] = []
        for exercise_id in _lifts(sets):
            if exercise_id not in self._earlier:
                self._earlier[exercise_id] = [
                    one for one in self._all(exercise_id) if one.started_at < recording.started_at
                ]
            own = [lifted(recording, one) for one in sets if one.exercise_id == exercise_id]
            verdict = judge_lift(exercise_id, own, self._earlier[exercise_id])
            if verdict is not None:
                verdicts.append(verdict)
        return tuple(verdicts)

    def weeks(self, exercise_id: str) -> LiftHistory | None:
        """Judge one lift across all sessions."""
        return judge_weeks(exercise_id, self._all(exercise_id))

    def _all(self, exercise_id: str) -> list[LiftedSet]:
        stored = self._store.sets(exercise_id=exercise_id, limit=MOST_SETS)
        return [lifted(item.recording, item.summary) for item in stored]


def judged_alone(recording: RecordingInfo, sets: Sequence[SetSummary]) -> tuple[LiftVerdict, ...]:
    """Judge a session of which nothing earlier is known, such as a file."""
    verdicts = (
        judge_lift(
            exercise_id, [lifted(recording, one) for one in sets if one.exercise_id == exercise_id], ()
        )
        for exercise_id in _lifts(sets)
    )
    return tuple(verdict for verdict in verdicts if verdict is not None)


def _lifts(sets: Iterable[SetSummary]) -> dict[str, None]:
    """List the lifts that were named, in order."""
    return dict.fromkeys(one.exercise_id for one in sets if one.exercise_id is not None)
