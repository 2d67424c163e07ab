"""Presses: the upper back is the platform to press from."""

from __future__ import annotations

from analysis.lifts.entry import Exercise, FirstPhase, Role, StartsFrom
from analysis.velocity_priors import STRAIGHT, Confidence, VelocityPrior

_PLATFORM = ("path_sway_m", "tilt_rad", "hold_sway_m", "lockout_ratio")
_BENCH = "chest, shoulders and arms; the upper back is the platform"
_OVERHEAD = "shoulders and arms; the upper back is the platform"

PRESSES = (
    Exercise(
        "bench_press",
        "Bench press",
        FirstPhase.DOWN,
        StartsFrom.RACK,
        (0.15, 0.60),
        parts=_PLATFORM,
        role=Role.DEPENDENT,
        trains=_BENCH,
        one_rm_velocity=VelocityPrior(
            0.16,
            0.04,
            -0.05,
            0.15,
            f"0.16 ± 0.04 (120 men, doi 10.1055/s-0030-1248333); {STRAIGHT}",
            Confidence.PUBLISHED,
        ),
        aliases=("Bench Press (Barbell)", "Flat Bench Press (Barbell)"),
    ),
    Exercise(
        "incline_bench_press",
        "Incline bench press",
        FirstPhase.DOWN,
        StartsFrom.RACK,
        (0.15, 0.60),
        parts=_PLATFORM,
        role=Role.DEPENDENT,
        trains=_BENCH,
        one_rm_velocity=VelocityPrior(
            0.17, 0.05, -0.05, 0.15, f"taken from the bench press, no own figure found; {STRAIGHT}"
        ),
        aliases=("Incline Bench Press (Barbell)", "Incline Bench"),
    ),
    Exercise(
        "close_grip_bench_press",
        "Close-grip bench press",
        FirstPhase.DOWN,
        StartsFrom.RACK,
        (0.15, 0.65),
        parts=_PLATFORM,
        role=Role.DEPENDENT,
        trains="arms, chest and shoulders; the upper back is the platform",
        one_rm_velocity=VelocityPrior(
            0.17, 0.05, -0.05, 0.15, f"taken from the bench press, no own figure found; {STRAIGHT}"
        ),
        aliases=("Bench Press - Close Grip (Barbell)",),
    ),
    Exercise(
        "overhead_press",
        "Overhead press",
        FirstPhase.UP,
        StartsFrom.RACK,
        (0.30, 0.80),
        parts=_PLATFORM,
        role=Role.DEPENDENT,
        trains=_OVERHEAD,
        one_rm_velocity=VelocityPrior(
            0.19,
            0.05,
            -0.05,
            0.15,
            f"seated press, from memory, spread of 25 % (Balsalobre 2018); {STRAIGHT}",
            Confidence.FROM_MEMORY,
        ),
        aliases=(
            "Overhead Press (Barbell)",
            "OHP",
            "Military Press",
            "Standing Military Press (Barbell)",
            "Strict Military Press (Barbell)",
        ),
    ),
    Exercise(
        "push_press",
        "Push press",
        FirstPhase.UP,
        StartsFrom.RACK,
        (0.30, 0.90),
        main_velocity="peak",
        parts=_PLATFORM,
        role=Role.DEPENDENT,
        trains="legs, shoulders and arms; the upper back is the platform",
        aliases=("Push Press (Barbell)",),
    ),
)
