"""Deadlifts: the upper back reins the bar in."""

from __future__ import annotations

from analysis.lifts.entry import PATH, Exercise, FirstPhase, Role, StartsFrom
from analysis.velocity_priors import STRAIGHT, Confidence, VelocityPrior

_DEADLIFT = ("lockout_ratio", "forward_floor_to_knee_m", "forward_knee_to_lockout_m", "late_pull_angle_rad")

DEADLIFTS = (
    Exercise(
        "deadlift",
        "Deadlift",
        FirstPhase.UP,
        StartsFrom.FLOOR,
        (0.30, 0.85),
        parts=_DEADLIFT,
        role=Role.DEPENDENT,
        trains="hips and back; the upper back reins in a bar that gets in front",
        one_rm_velocity=VelocityPrior(
            0.15,
            0.04,
            0.0,
            0.15,
            f"0.12 to 0.20, from memory; 0.03 within a lifter (Ruf 2018); {STRAIGHT}",
            Confidence.FROM_MEMORY,
        ),
        aliases=("Deadlift (Barbell)", "Conventional Deadlift"),
    ),
    Exercise(
        "sumo_deadlift",
        "Sumo deadlift",
        FirstPhase.UP,
        StartsFrom.FLOOR,
        (0.25, 0.80),
        parts=_DEADLIFT,
        role=Role.DEPENDENT,
        trains="hips and legs; the upper back reins in a bar that gets in front",
        one_rm_velocity=VelocityPrior(
            0.15, 0.05, 0.0, 0.15, f"taken from the deadlift, no own figure found; {STRAIGHT}"
        ),
        aliases=("Sumo Deadlift (Barbell)",),
    ),
    Exercise(
        "romanian_deadlift",
        "Romanian deadlift",
        FirstPhase.DOWN,
        StartsFrom.RACK,
        (0.25, 0.80),
        parts=PATH,
        role=Role.DEPENDENT,
        trains="hamstrings and hips; the upper back keeps the bar close",
        aliases=("Romanian Deadlift (Barbell)", "RDL", "RDL (Barbell)"),
    ),
)
