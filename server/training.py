"""What stored sets say of a lifter's training: load-velocity profile and programme audit of the store.

The one place where stored sets become what the signal core's profile (`MeasuredSet`) and audit (`LoggedSet`)
take.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from analysis.exercises import CATALOGUE
from analysis.judged_sets import JudgingConfig
from analysis.lift_profile import LiftProfile, MeasuredSet, lift_profile
from analysis.logged_sets import LoggedSet, group_of
from analysis.programme import ProgrammeAudit, ProgrammeConfig, audit_programme
from analysis.programme_document import audit_document
from analysis.results import QualityState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from analysis.exercises import Exercise
    from server.store import Store
    from server.stored import StoredSet

MAX_SETS = 1000
"""Newest sets that are read. 200 to 5000; 1000 are four sessions of twenty sets a week, for twelve weeks."""

SESSION_PAUSE = timedelta(hours=2)
"""A longer pause begins another session. 1 to 4 hours; a session has a recording per half hour."""

NOT_NAMED = "lift not named"


@dataclass(frozen=True, slots=True)
class StoreAudit:
    """The audit of the stored sets.

    Attributes
    ----------
    sets : tuple of LoggedSet
        What was audited, in the order of time.
    n_sessions : int
        Among them.
    e1rm_kg : mapping of str to float
        Estimated 1RM by lift, of those whose profile carries one, kg.
    notes : tuple of str
        What a person should know about the sets.
    skipped : mapping of str to int
        Stored sets that were left out, by the reason.
    found : ProgrammeAudit
        The result.
    places : tuple of (str, int)
        Of each set: its recording and its index there.
    """

    sets: tuple[LoggedSet, ...]
    n_sessions: int
    e1rm_kg: Mapping[str, float]
    notes: tuple[str, ...]
    skipped: Mapping[str, int]
    found: ProgrammeAudit
    places: tuple[tuple[str, int], ...]

    def document(self) -> dict[str, Any]:
        """Build the document ``upright.audit/1``."""
        log = {
            "source": "store",
            "sets": len(self.sets),
            "sessions": self.n_sessions,
            "first_date": self.sets[0].date.isoformat() if self.sets else None,
            "last_date": self.sets[-1].date.isoformat() if self.sets else None,
            "skipped_rows": dict(self.skipped),
            "notes": list(self.notes),
        }
        document = audit_document(log, self.found)
        for logged in document["working_sets"]:
            logged["recording_id"], logged["set_index"] = self.places[logged["index"]]
        return document


def measured_set(item: StoredSet) -> MeasuredSet:
    """Make of a stored set what a load-velocity profile takes: its fastest rep of good quality."""
    good = [rep for rep in item.reps if rep.quality.state is QualityState.GOOD]
    fastest = max(good, key=lambda rep: rep.mean_concentric_velocity_mps, default=None)
    return MeasuredSet(
        at=item.lifted_at,
        load_kg=item.summary.load_kg,
        velocity_mps=None if fastest is None else fastest.mean_concentric_velocity_mps,
        velocity_sd_mps=None if fastest is None else fastest.mean_concentric_velocity_sd_mps,
        reps=len(item.reps),
        recording_id=str(item.recording.recording_id),
        set_index=item.summary.index,
    )


def logged_sets(items: Iterable[StoredSet]) -> tuple[LoggedSet, ...]:
    """Make of stored sets what the programme audit takes, in the order of time.

    Sets without reps are left out. A set of an unnamed lift has no
    group; a lift that the catalogue no longer has is known by its id alone.
    """
    logged: list[LoggedSet] = []
    last: datetime | None = None
    session, position = -1, 0
    for item in _in_order(items):
        at = item.lifted_at
        if last is None or at - last > SESSION_PAUSE:
            session, position = session + 1, 0
        last = item.recording.started_at + timedelta(seconds=item.summary.end_s)
        exercise_id = item.summary.exercise_id
        lift = None if exercise_id is None else CATALOGUE.get(exercise_id)
        logged.append(
            LoggedSet(
                date=at.astimezone().date(),
                session=session,
                position=position,
                name=lift.name if lift else exercise_id or NOT_NAMED,
                exercise_id=lift.id if lift else None,
                group=group_of(lift.id) if lift else None,
                load_kg=item.summary.load_kg,
                reps=len(item.reps),
                rpe=item.rpe,
            )
        )
        position += 1
    return tuple(logged)


def _in_order(items: Iterable[StoredSet]) -> list[StoredSet]:
    """Sort sets that have reps by time: the order of the logged sets."""
    return sorted((item for item in items if item.reps), key=lambda item: item.lifted_at)


def store_profile(
    store: Store, exercise: Exercise, as_of: datetime, athlete_id: UUID | None = None
) -> LiftProfile:
    """Fit the load-velocity profile of one lift of one athlete from the sets until then.

    ``athlete_id`` None: the lifter without a name.
    """
    stored = store.lifted_sets(exercise.id, athlete_id, as_of)
    return lift_profile(exercise, [measured_set(item) for item in stored], as_of)


def audit_store(
    store: Store,
    *,
    one_rep_max_kg: Mapping[str, float] | None = None,
    body_mass_kg: float | None = None,
    weeks: int | None = None,
    athlete_id: UUID | None = None,
) -> StoreAudit:
    """Audit the stored sets, with the e1RM of each lift whose load-velocity profile carries one.

    Parameters
    ----------
    store : Store
        Where the sets are.
    one_rep_max_kg : mapping of str to float, optional
        What the lifter can lift once, by lift, kg; goes before the profiles.
    body_mass_kg : float, optional
        For pull-ups, kg.
    weeks : int, optional
        Judge the last so many weeks.
    athlete_id : UUID, optional
        Whose sets; None: those of the lifter without a name.

    Raises
    ------
    InvalidLoggedSetError
        If a 1RM or the body mass is no positive number.
    """
    stored = [item for item in store.sets(limit=MAX_SETS) if item.recording.athlete_id == athlete_id]
    sets = logged_sets(stored)
    e1rm_kg = _e1rms_kg(stored)
    judging = JudgingConfig() if weeks is None else JudgingConfig(window_weeks=weeks)
    found = audit_programme(
        sets,
        one_rep_max_kg=e1rm_kg | dict(one_rep_max_kg or {}),
        body_mass_kg=body_mass_kg,
        config=ProgrammeConfig(judging=judging),
    )
    skipped = Counter(sets_without_reps=len(stored) - len(sets))
    return StoreAudit(
        sets=sets,
        n_sessions=sets[-1].session + 1 if sets else 0,
        e1rm_kg=e1rm_kg,
        notes=tuple(_notes(stored, sets)),
        skipped={name: count for name, count in skipped.items() if count},
        found=found,
        places=tuple((str(item.recording.recording_id), item.summary.index) for item in _in_order(stored)),
    )


def _e1rms_kg(stored: Sequence[StoredSet]) -> dict[str, float]:
    """Estimate the 1RM of each lift on the day of the last set: the audit asks how heavy those sets were."""
    if not stored:
        return {}
    as_of = max(item.lifted_at for item in stored)
    by_lift: dict[str, list[MeasuredSet]] = {}
    for item in stored:
        exercise_id = item.summary.exercise_id
        if exercise_id is not None and exercise_id in CATALOGUE:
            by_lift.setdefault(exercise_id, []).append(measured_set(item))
    profiles = {name: lift_profile(CATALOGUE[name], sets, as_of) for name, sets in by_lift.items()}
    return {
        name: found.profile.e1rm_kg.value
        for name, found in profiles.items()
        if found.profile.e1rm_kg.value is not None
    }


def _notes(stored: Sequence[StoredSet], sets: Sequence[LoggedSet]) -> Iterable[str]:
    if all(logged.rpe is None for logged in sets):
        yield "nobody stated how hard the sets were"
    if len(stored) == MAX_SETS:
        yield f"only the newest {MAX_SETS} stored sets were read"
    if unnamed := sum(logged.name == NOT_NAMED for logged in sets):
        yield f"the lift of {unnamed} sets is not known; say it on the page before each set"
    if unloaded := sum(logged.load_kg is None for logged in sets):
        yield f"the load of {unloaded} sets is not known; say it on the page before each set"
