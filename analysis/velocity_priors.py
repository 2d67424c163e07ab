"""What is known of a lift's load-velocity curve before its lifter has done a single set.

Part of the catalogue of lifts, kept beside it because every number here carries its source. A lift without an
entry has no published velocity of the one-repetition maximum (1RM): its load-velocity profile ends in a
refusal. To add one, add an entry to ``VELOCITY_PRIORS``.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from analysis.errors import InvalidPointError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class VelocityPrior:
    """Velocity at the 1RM and bend of the load-velocity curve: normal distributions over lifters.

    Attributes
    ----------
    one_rm_velocity_mps, one_rm_velocity_sd_mps : float
        Mean concentric velocity of a 1RM (the "minimum velocity threshold") and its standard deviation
        between lifters, sessions and studies, m/s.
    bend, bend_sd : float
        How much steeper load falls where the bar is fast: between the 1RM velocity and
        `LoadVelocityConfig.bend_span_mps` above it the slope of load over velocity goes from ``1 - bend`` to
        ``1 + bend`` times its mean. Zero is a straight line; within -0.5 and 0.5. A standard deviation of
        zero fixes it.
    source : str
        Where the numbers come from.
    """

    one_rm_velocity_mps: float
    one_rm_velocity_sd_mps: float
    bend: float
    bend_sd: float
    source: str

    def __post_init__(self) -> None:
        if not 0.0 < self.one_rm_velocity_mps < 3.0:
            raise InvalidPointError(
                "one_rm_velocity_mps", f"{self.one_rm_velocity_mps} is not within 0 and 3"
            )
        if not 0.0 <= self.one_rm_velocity_sd_mps < 1.0:
            raise InvalidPointError(
                "one_rm_velocity_sd_mps", f"{self.one_rm_velocity_sd_mps} is not within 0 and 1"
            )
        if not (abs(self.bend) <= 0.5 and 0.0 <= self.bend_sd <= 1.0):
            raise InvalidPointError("bend", f"{self.bend} ± {self.bend_sd} is not within -0.5 and 0.5")


_STRAIGHT = (
    "bend: general equations in mean propulsive velocity bend by -0.20 (prone bench pull) to -0.10 (bench "
    "press), both quoted from memory; straight lines are reported to fit deadlifts"
)
_SQUAT_BEND = (
    "bend: pooled over 52 profiles of 26 lifters, 0.18 with a free bar and 0.16 in a Smith machine "
    "(benchmarks/load_velocity.py); 0.15 by a general equation of the full squat, quoted from memory"
)

VELOCITY_PRIORS: Mapping[str, VelocityPrior] = MappingProxyType(
    {
        "back_squat": VelocityPrior(
            0.28,
            0.05,
            0.17,
            0.10,
            "0.32 ± 0.03 (80 men, doi 10.1055/s-0043-102933), 0.24 ± 0.06 (17 men, doi "
            f"10.1519/JSC.0000000000001657), 0.27 ± 0.02 (26 lifters, benchmark below); {_SQUAT_BEND}",
        ),
        "front_squat": VelocityPrior(
            0.30, 0.06, 0.17, 0.12, f"slope as in back squats (Spitz 2019), value from memory; {_SQUAT_BEND}"
        ),
        "bench_press": VelocityPrior(
            0.16, 0.04, -0.05, 0.15, f"0.16 ± 0.04 (120 men, doi 10.1055/s-0030-1248333); {_STRAIGHT}"
        ),
        "incline_bench_press": VelocityPrior(
            0.17, 0.05, -0.05, 0.15, f"taken from the bench press, no own figure found; {_STRAIGHT}"
        ),
        "deadlift": VelocityPrior(
            0.15, 0.04, 0.0, 0.15, f"0.12 to 0.20, from memory; 0.03 within a lifter (Ruf 2018); {_STRAIGHT}"
        ),
        "overhead_press": VelocityPrior(
            0.19,
            0.05,
            -0.05,
            0.15,
            f"seated press, from memory, spread of 25 % (Balsalobre 2018); {_STRAIGHT}",
        ),
        "bent_over_row": VelocityPrior(
            0.52, 0.08, -0.05, 0.15, f"prone bench pull as a stand-in, from memory; {_STRAIGHT}"
        ),
    }
)
"""By exercise id. Lifts that are trained by peak velocity have none: no threshold is published for them."""
