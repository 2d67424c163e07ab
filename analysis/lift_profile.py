"""The load-velocity profile of one lifter in one lift from the sets that were lifted, and its JSON document.

The document ``upright.profile/1`` is what ``upright profile --json`` prints and ``GET /api/v1/profile``
answers. Plain dictionaries, unknown is None. Fields may be added, never renamed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from analysis.load_velocity import LoadVelocityPoint, load_velocity_profile
from analysis.results import Estimate

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from analysis.exercises import Exercise
    from analysis.load_velocity import FitQuality, LoadVelocityProfile, ProfileCurve
    from analysis.load_velocity_curve import LoadVelocityConfig

SCHEMA = "upright.profile/1"
DAY_S = 86400.0

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MeasuredSet:
    """A set as a profile needs it.

    Attributes
    ----------
    at : datetime.datetime
        When, with time zone.
    load_kg : float or None
        Bar and plates, kg; None: nobody said.
    velocity_mps, velocity_sd_mps : float or None
        Mean concentric velocity of the fastest rep of good quality and its standard deviation, m/s; None
        where the set has no such rep.
    reps : int
        All that were counted.
    recording_id : str or None
        Where the set is.
    set_index : int or None
        ... and which one it is there.
    """

    at: dt.datetime
    load_kg: float | None
    velocity_mps: float | None
    velocity_sd_mps: float | None
    reps: int
    recording_id: str | None = None
    set_index: int | None = None


@dataclass(frozen=True, slots=True)
class ProfileSet:
    """A set and what the profile made of it.

    Attributes
    ----------
    lifted : MeasuredSet
        The set.
    age_days : float
        How long ago, days.
    left_out : str
        Why it does not count; empty if it does.
    """

    lifted: MeasuredSet
    age_days: float
    left_out: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LiftProfile:
    """A profile with the sets behind it.

    Attributes
    ----------
    exercise : Exercise
        The lift.
    as_of : datetime.datetime
        The day that the e1RM is for.
    sets : tuple of ProfileSet
        In the order of time.
    profile : LoadVelocityProfile
        The result or its refusal.
    """

    exercise: Exercise
    as_of: dt.datetime
    sets: tuple[ProfileSet, ...]
    profile: LoadVelocityProfile


def lift_profile(
    exercise: Exercise,
    sets: Sequence[MeasuredSet],
    as_of: dt.datetime,
    config: LoadVelocityConfig | None = None,
) -> LiftProfile:
    """Fit the profile of one lifter in one lift.

    Parameters
    ----------
    exercise : Exercise
        The lift; its `Exercise.profile_prior` says what is known of the curve beforehand.
    sets : sequence of MeasuredSet
        Of this lift and this lifter, in any order. Those without a load or a velocity are named and left out.
    as_of : datetime.datetime
        Now, with time zone: strength drifts, and the e1RM is that day's. A set of the future counts as new.
    config : LoadVelocityConfig, optional
        Defaults where absent.
    """
    points: dict[int, LoadVelocityPoint] = {}
    judged: list[ProfileSet] = []
    for lifted in sorted(sets, key=lambda one: one.at):
        age_days = max((as_of - lifted.at).total_seconds() / DAY_S, 0.0)
        point, reason = _point(lifted, age_days)
        if point is not None:
            points[len(judged)] = point
        judged.append(ProfileSet(lifted, age_days, reason))
    profile = load_velocity_profile(list(points.values()), exercise.profile_prior, config)
    if exercise.main_velocity == "peak":
        reason = "this lift is trained by peak velocity, and a profile follows mean velocity"
        profile = replace(profile, e1rm_kg=Estimate(reason=reason))
    reasons = {id(one.point): one.reason for one in profile.left_out}
    for place, point in points.items():
        judged[place] = replace(judged[place], left_out=reasons.get(id(point), ""))
    return LiftProfile(exercise, as_of, tuple(judged), profile)


def _point(lifted: MeasuredSet, age_days: float) -> tuple[LoadVelocityPoint | None, str]:
    if lifted.load_kg is None or lifted.load_kg <= 0:
        return None, "no load was stated"
    if lifted.velocity_mps is None or lifted.velocity_mps <= 0:
        return None, "no rep of good quality"
    return LoadVelocityPoint(lifted.load_kg, lifted.velocity_mps, lifted.velocity_sd_mps or 0.0, age_days), ""


def lift_profile_document(found: LiftProfile) -> Json:
    """Build the document.

    ``e1rm_kg`` is null where ``reason`` says why; ``curve`` is for drawing, beyond
    ``quality.heaviest_kg`` it is extrapolated; ``recency`` says how old the sets are.
    """
    exercise, profile = found.exercise, found.profile
    return {
        "schema": SCHEMA,
        "exercise_id": exercise.id,
        "exercise_name": exercise.name,
        "as_of": found.as_of.isoformat(),
        "threshold": threshold_document(exercise),
        "e1rm_kg": _rounded(profile.e1rm_kg.value, 2),
        "e1rm_sd_kg": _rounded(profile.e1rm_kg.sd, 2),
        "interval_kg": None
        if profile.interval_kg is None
        else [round(end, 2) for end in profile.interval_kg],
        "reason": profile.e1rm_kg.reason,
        "points": [_point_document(one) for one in found.sets],
        "curve": None if profile.curve is None else _curve_document(profile.curve),
        "quality": None if profile.quality is None else _quality_document(profile.quality),
        "recency": _recency_document(found),
    }


def threshold_document(exercise: Exercise) -> Json | None:
    """Say what is known of the lift's velocity in a 1RM, or None."""
    prior = exercise.one_rm_velocity
    if prior is None:
        return None
    return {
        "velocity": exercise.main_velocity,
        "velocity_mps": prior.one_rm_velocity_mps,
        "sd_mps": prior.one_rm_velocity_sd_mps,
        "source": prior.source,
        "confidence": prior.confidence.value,
    }


def _point_document(one: ProfileSet) -> Json:
    lifted = one.lifted
    return {
        "recording_id": lifted.recording_id,
        "set_index": lifted.set_index,
        "at": lifted.at.isoformat(),
        "age_days": round(one.age_days, 3),
        "load_kg": lifted.load_kg,
        "velocity_mps": _rounded(lifted.velocity_mps, 4),
        "velocity_sd_mps": _rounded(lifted.velocity_sd_mps, 4),
        "reps": lifted.reps,
        "left_out": one.left_out or None,
    }


def _curve_document(curve: ProfileCurve) -> Json:
    return {
        "load_kg": [round(float(value), 3) for value in curve.load_kg],
        **{
            name: [round(float(value), 4) for value in getattr(curve, name)]
            for name in ("velocity_mps", "low_mps", "high_mps")
        },
    }


def _quality_document(quality: FitQuality) -> Json:
    values: Json = {name: getattr(quality, name) for name in quality.__slots__}
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}


def _recency_document(found: LiftProfile) -> Json:
    counted = [one.age_days for one in found.sets if not one.left_out]
    return {
        "newest_days": round(min(counted), 3) if counted else None,
        "oldest_days": round(max(counted), 3) if counted else None,
        "sets": len(counted),
        "left_out": len(found.sets) - len(counted),
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
