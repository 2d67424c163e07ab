"""Judges stored and running sessions: gives the statistics the lifter's earlier sets of the same lift."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.stability.history import Conditions, LiftedSet
from analysis.stability.judge import judge_lift, judge_weeks
from analysis.stability.typical import Now, Typical, typical_rep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import TypeAlias
    from uuid import UUID

    from analysis.imu import SetLabel
    from analysis.results import SetSummary
    from analysis.stability.judged_weeks import LiftHistory
    from analysis.stability.judgement import LiftVerdict
    from server.session import RecordingInfo
    from server.store import Store
    from server.stored import StoredSession, StoredSet

    Lifts: TypeAlias = dict[str, list[LiftedSet]]


def _conditions(recording: RecordingInfo) -> Conditions:
    return Conditions(recording.mount_position, recording.sensor_name, recording.algorithm)


def lifted(recording: RecordingInfo, summary: SetSummary) -> LiftedSet:
    """Take a set that was just closed as the statistics want it."""
    conditions = _conditions(recording)
    return LiftedSet.of(summary, str(recording.recording_id), recording.started_at, conditions)


def lifted_as_stored(item: StoredSet) -> LiftedSet:
    """Take a stored set: corrected, without the reps that do not count."""
    recording = item.recording
    conditions = Conditions(recording.mount_position, recording.sensor_name, item.algorithm)
    return replace(
        lifted(recording, item.summary),
        reps=item.reps,
        conditions=conditions,
        velocity_feedback=item.velocity_feedback,
    )


class Judge:
    """Judges lifts of a session against what the store knows of the same lifter's sessions before it.

    Earlier sets are read once for each session and lift, and again when there are new recordings: a running
    session asks after every set.

    Parameters
    ----------
    store : Store
        Results of all sessions.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read_for: tuple[UUID, int] | None = None
        self._earlier: dict[str, list[LiftedSet]] = {}

    def session(self, recording: RecordingInfo, sets: Sequence[SetSummary]) -> tuple[LiftVerdict, ...]:
        """Judge every lift of a running session, in the order in which they were done."""
        return self._judge(recording, _by_lift((one.exercise_id, lifted(recording, one)) for one in sets))

    def typical(
        self, recording: RecordingInfo, label: SetLabel, sets: Sequence[SetSummary]
    ) -> Typical | None:
        """Say what is typical of a rep of the lift that is lifted now; None if nobody said which it is."""
        if label.exercise_id is None:
            return None
        return _typical(recording, label, sets, self._earlier_sets(recording, [label.exercise_id]))

    def stored(self, found: StoredSession) -> tuple[LiftVerdict, ...]:
        """Judge every lift of a stored session."""
        sets = ((item.summary.exercise_id, lifted_as_stored(item)) for item in found.stored_sets)
        return self._judge(found.recording, _by_lift(sets))

    def weeks(
        self, exercise_id: str, athlete_id: UUID | None = None, since: datetime | None = None
    ) -> LiftHistory | None:
        """Judge one lift of one lifter across all sessions, or those since a moment."""
        stored = self._store.lifted_sets(exercise_id, athlete_id)
        return judge_weeks(exercise_id, [lifted_as_stored(item) for item in stored], since=since)

    def _judge(self, recording: RecordingInfo, lifts: Lifts) -> tuple[LiftVerdict, ...]:
        return _verdicts(lifts, self._earlier_sets(recording, lifts))

    def _earlier_sets(self, recording: RecordingInfo, lifts: Iterable[str]) -> Lifts:
        read_for = recording.recording_id, self._store.n_recordings()
        if read_for != self._read_for:
            self._read_for, self._earlier = read_for, {}
        for exercise_id in lifts:
            if exercise_id not in self._earlier:
                stored = self._store.lifted_sets(exercise_id, recording.athlete_id, recording.started_at)
                self._earlier[exercise_id] = [lifted_as_stored(item) for item in stored]
        return self._earlier


def judged_alone(recording: RecordingInfo, sets: Sequence[SetSummary]) -> tuple[LiftVerdict, ...]:
    """Judge a session of which nothing earlier is known, such as a file."""
    return _verdicts(_by_lift((one.exercise_id, lifted(recording, one)) for one in sets), {})


def typical_alone(recording: RecordingInfo, label: SetLabel, sets: Sequence[SetSummary]) -> Typical | None:
    """Say what is typical of a rep where nothing earlier is known."""
    return None if label.exercise_id is None else _typical(recording, label, sets, {})


def _typical(
    recording: RecordingInfo,
    label: SetLabel,
    sets: Sequence[SetSummary],
    earlier: Mapping[str, Sequence[LiftedSet]],
) -> Typical:
    lift = str(label.exercise_id)
    same = [lifted(recording, one) for one in sets if one.exercise_id == lift]
    now = Now(_conditions(recording), recording.started_at, label.load_kg)
    return typical_rep(now, same, earlier.get(lift, ()))


def _by_lift(sets: Iterable[tuple[str | None, LiftedSet]]) -> Lifts:
    """Group sets by the lift that they were said to be, in order."""
    lifts: Lifts = {}
    for exercise_id, one in sets:
        if exercise_id is not None:
            lifts.setdefault(exercise_id, []).append(one)
    return lifts


def _verdicts(lifts: Lifts, earlier: Mapping[str, Sequence[LiftedSet]]) -> tuple[LiftVerdict, ...]:
    found = (judge_lift(lift, sets, earlier.get(lift, ())) for lift, sets in lifts.items())
    return tuple(verdict for verdict in found if verdict is not None)
