"""Squats: the bar lies on the trunk, which the upper back has to hold upright."""

from __future__ import annotations

from analysis.lifts.entry import PATH, Exercise, FirstPhase, Role, StartsFrom
from analysis.velocity_priors import Confidence, VelocityPrior

_UPRIGHT = ("uprightness_loss_rad", "rounding_rad", "forward_displacement_m", "path_consistency_m")
_BEND = (
    "bend: pooled over 52 profiles of 26 lifters, 0.18 with a free bar and 0.16 in a Smith machine "
    "(benchmarks/load_velocity.py); 0.15 by a general equation of the full squat, quoted from memory"
)

BACK_SQUAT_1RM = VelocityPrior(
    0.28,
    0.05,
    0.17,
    0.10,
    "0.32 ± 0.03 (80 men, doi 10.1055/s-0043-102933), 0.24 ± 0.06 (17 men, doi "
    f"10.1519/JSC.0000000000001657), 0.27 ± 0.02 (26 lifters, benchmark below); {_BEND}",
    Confidence.PUBLISHED,
)
"""Mean velocity of a back squat's 1RM."""

SQUATS = (
    Exercise(
        "back_squat",
        "Back squat",
        FirstPhase.DOWN,
        StartsFrom.RACK,
        (0.25, 0.95),
        parts=_UPRIGHT,
        role=Role.DEPENDENT,
        trains="legs; the upper back holds the trunk upright",
        one_rm_velocity=BACK_SQUAT_1RM,
        aliases=(
            "Squat",
            "Squat (Barbell)",
            "Back Squat (Barbell)",
            "High Bar Squat",
            "Low Bar Squat",
        ),
    ),
    Exercise(
        "front_squat",
        "Front squat",
        FirstPhase.DOWN,
        StartsFrom.RACK,
        (0.25, 0.95),
        parts=_UPRIGHT,
        role=Role.DEPENDENT,
        trains="legs; the upper back keeps the bar from falling forward in the hole",
        one_rm_velocity=VelocityPrior(
            0.30,
            0.06,
            0.17,
            0.12,
            f"slope as in back squats (Spitz 2019), value from memory; {_BEND}",
            Confidence.FROM_MEMORY,
        ),
        aliases=("Front Squat (Barbell)",),
    ),
    Exercise(
        "split_squat",
        "Split squat",
        FirstPhase.DOWN,
        StartsFrom.RACK,
        (0.20, 0.80),
        parts=_UPRIGHT,
        role=Role.DEPENDENT,
        trains="legs, one at a time; the upper back holds the trunk upright",
        aliases=("Split Squat (Barbell)", "Bulgarian Split Squat (Barbell)"),
    ),
    Exercise(
        "overhead_squat",
        "Overhead squat",
        FirstPhase.DOWN,
        StartsFrom.RACK,
        (0.25, 0.95),
        # The bar is not on the trunk: its pitch says nothing about uprightness.
        parts=PATH,
        role=Role.DEPENDENT,
        trains="legs and shoulders; the upper back holds the bar overhead",
        aliases=("Overhead Squat (Barbell)",),
    ),
)
