"""What is known of a lift's load-velocity curve before its lifter has done a single set.

The numbers of each lift stand in its entry of the catalogue (``analysis/lifts/``), with their source and how
sure they are. A lift without them has no load-velocity profile: it ends in a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from analysis.errors import InvalidPointError


class Confidence(StrEnum):
    """How sure a number is."""

    PUBLISHED = "published"
    """Measured on this lift, and the source was read."""
    FROM_MEMORY = "from memory"
    """Published, but quoted from memory: look it up before you rely on it."""
    ASSUMED = "assumed"
    """Taken from a similar lift, or a guess."""


@dataclass(frozen=True, slots=True)
class VelocityPrior:
    """Velocity at the 1RM and bend of the load-velocity curve: normal distributions over lifters.

    Attributes
    ----------
    one_rm_velocity_mps, one_rm_velocity_sd_mps : float
        Concentric velocity of a 1RM (the "minimum velocity threshold") and its standard deviation between
        lifters, sessions and studies, m/s. Mean velocity; the peak in lifts that are trained
        by it.
    bend, bend_sd : float
        How much steeper load falls where the bar is fast: between the 1RM velocity and
        `LoadVelocityConfig.bend_span_mps` above it the slope of load over velocity goes from ``1 - bend`` to
        ``1 + bend`` times its mean. Zero is a straight line; within -0.5 and 0.5. A standard deviation of
        zero fixes it.
    source : str
        Where the numbers come from.
    confidence : Confidence
        How sure the velocity is; of the bend the source says it.
    """

    one_rm_velocity_mps: float
    one_rm_velocity_sd_mps: float
    bend: float
    bend_sd: float
    source: str
    confidence: Confidence = Confidence.ASSUMED

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


STRAIGHT = (
    "bend: general equations in mean propulsive velocity bend by -0.20 (prone bench pull) to -0.10 (bench "
    "press), both quoted from memory; straight lines are reported to fit deadlifts"
)
"""Source of the bend of all lifts but squats."""
