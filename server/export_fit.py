"""A session as a FIT activity: its sets, with the rests between them, for watches' apps and training diaries.

FIT has whole seconds for moments, milliseconds for durations and sixteenths of a kilogram for weights. What
Upright measures beyond that has no place in it.
"""

# fit-tool has no stubs and no py.typed; its annotations are read from its source.
# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.activity_message import ActivityMessage
from fit_tool.profile.messages.event_message import EventMessage
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.lap_message import LapMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.messages.session_message import SessionMessage
from fit_tool.profile.messages.set_message import SetMessage
from fit_tool.profile.profile_type import (
    Activity,
    BenchPressExerciseName,
    DeadliftExerciseName,
    Event,
    EventType,
    ExerciseCategory,
    FileType,
    FitBaseUnit,
    LungeExerciseName,
    Manufacturer,
    OlympicLiftExerciseName,
    PullUpExerciseName,
    RowExerciseName,
    SessionTrigger,
    SetType,
    ShoulderPressExerciseName,
    Sport,
    SquatExerciseName,
    SubSport,
)

from analysis.exercises import CATALOGUE, LiftGroup

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from enum import Enum

    from fit_tool.data_message import DataMessage

    from server.stored import StoredSession, StoredSet

FIT_LIFTS: Mapping[str, tuple[ExerciseCategory, Enum]] = {
    "back_squat": (ExerciseCategory.SQUAT, SquatExerciseName.BARBELL_BACK_SQUAT),
    "front_squat": (ExerciseCategory.SQUAT, SquatExerciseName.BARBELL_FRONT_SQUAT),
    "split_squat": (ExerciseCategory.LUNGE, LungeExerciseName.BARBELL_SPLIT_SQUAT),
    "overhead_squat": (ExerciseCategory.SQUAT, SquatExerciseName.OVERHEAD_BARBELL_SQUAT),
    "deadlift": (ExerciseCategory.DEADLIFT, DeadliftExerciseName.BARBELL_DEADLIFT),
    "sumo_deadlift": (ExerciseCategory.DEADLIFT, DeadliftExerciseName.SUMO_DEADLIFT),
    "romanian_deadlift": (ExerciseCategory.DEADLIFT, DeadliftExerciseName.ROMANIAN_DEADLIFT),
    "bench_press": (ExerciseCategory.BENCH_PRESS, BenchPressExerciseName.BARBELL_BENCH_PRESS),
    "incline_bench_press": (ExerciseCategory.BENCH_PRESS, BenchPressExerciseName.INCLINE_BARBELL_BENCH_PRESS),
    "close_grip_bench_press": (
        ExerciseCategory.BENCH_PRESS,
        BenchPressExerciseName.CLOSE_GRIP_BARBELL_BENCH_PRESS,
    ),
    "overhead_press": (ExerciseCategory.SHOULDER_PRESS, ShoulderPressExerciseName.OVERHEAD_BARBELL_PRESS),
    "push_press": (ExerciseCategory.SHOULDER_PRESS, ShoulderPressExerciseName.BARBELL_PUSH_PRESS),
    "bent_over_row": (ExerciseCategory.ROW, RowExerciseName.BENT_OVER_ROW_WITH_BARBELL),
    "t_bar_row": (ExerciseCategory.ROW, RowExerciseName.T_BAR_ROW),
    "pull_up": (ExerciseCategory.PULL_UP, PullUpExerciseName.PULL_UP),
    "pulldown": (ExerciseCategory.PULL_UP, PullUpExerciseName.LAT_PULLDOWN),
    "power_snatch": (ExerciseCategory.OLYMPIC_LIFT, OlympicLiftExerciseName.BARBELL_POWER_SNATCH),
    "power_clean": (ExerciseCategory.OLYMPIC_LIFT, OlympicLiftExerciseName.BARBELL_POWER_CLEAN),
}
"""Category and name in the FIT profile of the lifts that it names."""

FIT_GROUPS: Mapping[LiftGroup, ExerciseCategory] = {
    LiftGroup.SNATCH: ExerciseCategory.OLYMPIC_LIFT,
    LiftGroup.CLEAN: ExerciseCategory.OLYMPIC_LIFT,
    LiftGroup.ROW: ExerciseCategory.ROW,
    LiftGroup.PULL_UP: ExerciseCategory.PULL_UP,
    LiftGroup.PULLDOWN: ExerciseCategory.PULL_UP,
}
"""Category of other lifts of these groups; all the rest are unknown to FIT."""


def fit_activity(session: StoredSession) -> bytes:
    """Write a session as a FIT activity.

    Parameters
    ----------
    session : StoredSession
        With at least one set. Reps that somebody excluded are not counted.

    Returns
    -------
    bytes
        A whole file: file_id, a running timer, one ``set`` message for each set and each rest between two,
        then lap, session and activity.
    """
    started_at = session.recording.started_at
    ended_at = started_at + timedelta(seconds=max(item.summary.end_s for item in session.stored_sets))
    builder = FitFileBuilder(auto_define=True, strict=True)
    for message in (
        _file_id(session),
        _timer(started_at, EventType.START),
        _record(started_at),
        *_sets(session),
        _record(ended_at),
        _timer(ended_at, EventType.STOP_ALL),
        *_totals(started_at, ended_at),
    ):
        builder.add(message)
    return builder.build_bytes()


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _file_id(session: StoredSession) -> DataMessage:
    message = FileIdMessage()
    message.type = FileType.ACTIVITY
    message.manufacturer = Manufacturer.DEVELOPMENT.value
    message.product = 0
    # Readers tell files apart by serial number and time; 0 would mean that there is none.
    message.serial_number = session.recording.recording_id.int % 0xFFFF_FFFF or 1
    message.time_created = _ms(session.recording.started_at)
    return message


def _timer(moment: datetime, what: EventType) -> DataMessage:
    message = EventMessage()
    message.timestamp = _ms(moment)
    message.event = Event.TIMER
    message.event_type = what
    return message


def _record(moment: datetime) -> DataMessage:
    """Make a record that says nothing but that time went by: readers want at least one in an activity."""
    message = RecordMessage()
    message.timestamp = _ms(moment)
    return message


def _sets(session: StoredSession) -> Iterator[DataMessage]:
    """Yield sets and the rests between them, numbered through."""
    items = sorted(session.stored_sets, key=lambda item: item.summary.start_s)
    number = itertools.count()
    for item, after in itertools.zip_longest(items, items[1:]):
        yield _active(item, next(number))
        if after is not None and after.summary.start_s > item.summary.end_s:
            rest_s = item.summary.end_s, after.summary.start_s
            yield _timed(session.recording.started_at, *rest_s, SetType.REST, next(number))


def _timed(started_at: datetime, start_s: float, end_s: float, kind: SetType, number: int) -> SetMessage:
    message = SetMessage()
    message.timestamp = _ms(started_at + timedelta(seconds=end_s))
    message.start_time = _ms(started_at + timedelta(seconds=start_s))
    message.duration = round(end_s - start_s, 3)
    message.set_type = kind.value
    message.message_index = number
    return message


def _active(item: StoredSet, number: int) -> DataMessage:
    summary = item.summary
    message = _timed(item.recording.started_at, summary.start_s, summary.end_s, SetType.ACTIVE, number)
    message.repetitions = len(item.reps)
    if summary.load_kg is not None:
        message.weight = summary.load_kg
        message.weight_display_unit = FitBaseUnit.KILOGRAM.value
    category, name = _fit_lift(summary.exercise_id)
    message.category = [category.value]
    if name is not None:
        message.category_subtype = [name.value]
    return message


def _fit_lift(exercise_id: str | None) -> tuple[ExerciseCategory, Enum | None]:
    exercise = CATALOGUE.get(exercise_id or "")
    if exercise is None:
        return ExerciseCategory.UNKNOWN, None
    by_group = FIT_GROUPS.get(exercise.group, ExerciseCategory.UNKNOWN)
    return FIT_LIFTS.get(exercise.id, (by_group, None))


def _totals(started_at: datetime, ended_at: datetime) -> Iterator[DataMessage]:
    """Yield lap, session and activity: one of each."""
    duration_s = round((ended_at - started_at).total_seconds(), 3)
    lap, session, activity = LapMessage(), SessionMessage(), ActivityMessage()
    lap.event, session.event, activity.event = Event.LAP, Event.SESSION, Event.ACTIVITY
    for part in (lap, session):
        part.message_index = 0
        part.start_time = _ms(started_at)
        part.total_elapsed_time = duration_s
        part.sport, part.sub_sport = Sport.TRAINING, SubSport.STRENGTH_TRAINING
    session.first_lap_index, session.num_laps = 0, 1
    session.trigger = SessionTrigger.ACTIVITY_END
    activity.num_sessions = 1
    activity.type = Activity.MANUAL
    for message in (lap, session, activity):
        message.timestamp = _ms(ended_at)
        message.event_type = EventType.STOP
        message.total_timer_time = duration_s
        yield message
