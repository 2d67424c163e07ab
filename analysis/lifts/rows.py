"""Rows, pull-ups and pulldowns: they build the upper back."""

from __future__ import annotations

from analysis.lifts.entry import Exercise, FirstPhase, LiftGroup, Role, StartsFrom
from analysis.velocity_priors import STRAIGHT, Confidence, VelocityPrior

_ROW = ("forward_displacement_m", "peak_velocity_mps", "path_consistency_m")
_PULLS = "upper back and arms"

ROWS_AND_PULL_UPS = (
    Exercise(
        "bent_over_row",
        "Bent-over row",
        FirstPhase.UP,
        StartsFrom.FLOOR,
        (0.15, 0.70),
        parts=_ROW,
        role=Role.BUILDER,
        trains=_PULLS,
        group=LiftGroup.ROW,
        one_rm_velocity=VelocityPrior(
            0.52, 0.08, -0.05, 0.15, f"prone bench pull as a stand-in, from memory; {STRAIGHT}"
        ),
        aliases=("Bent Over Row (Barbell)", "Row (Barbell)"),
    ),
    Exercise(
        "pendlay_row",
        "Pendlay row",
        FirstPhase.UP,
        StartsFrom.FLOOR,
        (0.15, 0.70),
        parts=_ROW,
        role=Role.BUILDER,
        trains=_PULLS,
        group=LiftGroup.ROW,
        one_rm_velocity=VelocityPrior(
            0.52, 0.08, -0.05, 0.15, f"prone bench pull as a stand-in, from memory; {STRAIGHT}"
        ),
        aliases=("Pendlay Row (Barbell)",),
    ),
    Exercise(
        "seal_row",
        "Seal row",
        FirstPhase.UP,
        StartsFrom.FLOOR,
        (0.15, 0.70),
        parts=_ROW,
        role=Role.BUILDER,
        trains="upper back and arms, without the lower back",
        group=LiftGroup.ROW,
        one_rm_velocity=VelocityPrior(
            0.52, 0.08, -0.05, 0.15, f"it is the prone bench pull; {STRAIGHT}", Confidence.FROM_MEMORY
        ),
        aliases=(
            "Seal Row (Barbell)",
            "Bench Pull (Barbell)",
            "Prone Bench Pull (Barbell)",
            "Chest Supported Row (Barbell)",
        ),
    ),
    Exercise(
        "t_bar_row",
        "T-bar row",
        FirstPhase.UP,
        StartsFrom.FLOOR,
        (0.15, 0.70),
        parts=_ROW,
        fixed_end=True,
        role=Role.BUILDER,
        trains=_PULLS,
        group=LiftGroup.ROW,
        aliases=("T Bar Row (Barbell)", "T Bar Row (Plate Loaded)"),
    ),
    Exercise(
        "pull_up",
        "Pull-up",
        FirstPhase.UP,
        StartsFrom.RACK,
        (0.25, 0.90),
        parts=(),
        role=Role.BUILDER,
        trains=_PULLS,
        group=LiftGroup.PULL_UP,
        aliases=("Pullup", "Pull Up (Weighted)", "Pull Up (Assisted)", "Pull Up (Band)"),
    ),
    Exercise(
        "pulldown",
        "Pulldown",
        FirstPhase.DOWN,
        StartsFrom.RACK,
        (0.25, 0.90),
        concentric_sign=-1,
        parts=(),
        role=Role.BUILDER,
        trains=_PULLS,
        group=LiftGroup.PULLDOWN,
        aliases=("Lat Pulldown", "Lat Pulldown (Cable)", "Lat Pulldown (Machine)"),
    ),
)
