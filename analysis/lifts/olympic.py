"""Variations of the snatch and the clean, and their pulls, in the order in which the coach teaches them.

They are trained by peak velocity. The only published velocity of a 1RM that we found is a peak
velocity, of the hang power clean.
"""

from __future__ import annotations

from analysis.lifts.entry import Exercise, FirstPhase, LiftGroup, Role, StartsFrom
from analysis.velocity_priors import Confidence, VelocityPrior

_PULL = ("late_pull_angle_rad", "forward_displacement_m", "peak_velocity_mps", "path_consistency_m")
_BUILDS = "upper back, from a fast pull"
_BUILDS_FROM_FLOOR = "legs, hips and upper back; from the floor the upper back has to rein the bar in"

OLYMPIC_LIFTS = (
    Exercise(
        "hang_snatch",
        "Hang snatch",
        FirstPhase.UP,
        StartsFrom.FLOOR,
        (0.60, 1.60),
        main_velocity="peak",
        parts=_PULL,
        role=Role.BUILDER,
        trains=_BUILDS,
        group=LiftGroup.SNATCH,
        aliases=("Hang Snatch (Barbell)",),
    ),
    Exercise(
        "muscle_snatch",
        "Muscle snatch",
        FirstPhase.UP,
        StartsFrom.FLOOR,
        (0.80, 1.80),
        main_velocity="peak",
        parts=_PULL,
        role=Role.BUILDER,
        trains=_BUILDS,
        group=LiftGroup.SNATCH,
        aliases=("Muscle Snatch (Barbell)",),
    ),
    Exercise(
        "power_snatch",
        "Power snatch",
        FirstPhase.UP,
        StartsFrom.FLOOR,
        (0.80, 1.80),
        main_velocity="peak",
        parts=_PULL,
        role=Role.BOTH,
        trains=_BUILDS_FROM_FLOOR,
        group=LiftGroup.SNATCH,
        aliases=("Power Snatch (Barbell)",),
    ),
    Exercise(
        "snatch_pull",
        "Snatch pull",
        FirstPhase.UP,
        StartsFrom.FLOOR,
        (0.50, 1.30),
        main_velocity="peak",
        parts=_PULL,
        role=Role.BOTH,
        trains=_BUILDS_FROM_FLOOR,
        group=LiftGroup.SNATCH,
        aliases=("Snatch Pull (Barbell)",),
    ),
    Exercise(
        "hang_clean",
        "Hang clean",
        FirstPhase.UP,
        StartsFrom.FLOOR,
        (0.40, 1.20),
        main_velocity="peak",
        parts=_PULL,
        role=Role.BUILDER,
        trains=_BUILDS,
        group=LiftGroup.CLEAN,
        one_rm_velocity=VelocityPrior(
            1.74,
            0.30,
            0.0,
            0.15,
            "peak velocity of the hang power clean (Suchomel 2024, doi 10.1519/jsc.0000000000004845); bend: "
            "not known, and not used: a load-velocity profile follows mean velocity",
            Confidence.PUBLISHED,
        ),
        aliases=("Hang Clean (Barbell)",),
    ),
    Exercise(
        "muscle_clean",
        "Muscle clean",
        FirstPhase.UP,
        StartsFrom.FLOOR,
        (0.50, 1.40),
        main_velocity="peak",
        parts=_PULL,
        role=Role.BUILDER,
        trains=_BUILDS,
        group=LiftGroup.CLEAN,
        aliases=("Muscle Clean (Barbell)",),
    ),
    Exercise(
        "power_clean",
        "Power clean",
        FirstPhase.UP,
        StartsFrom.FLOOR,
        (0.60, 1.40),
        main_velocity="peak",
        parts=_PULL,
        role=Role.BOTH,
        trains=_BUILDS_FROM_FLOOR,
        group=LiftGroup.CLEAN,
        aliases=("Power Clean (Barbell)",),
    ),
    Exercise(
        "clean_pull",
        "Clean pull",
        FirstPhase.UP,
        StartsFrom.FLOOR,
        (0.40, 1.20),
        main_velocity="peak",
        parts=_PULL,
        role=Role.BOTH,
        trains=_BUILDS_FROM_FLOOR,
        group=LiftGroup.CLEAN,
        aliases=("Clean Pull (Barbell)",),
    ),
)
