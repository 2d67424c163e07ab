"""How a lifter's sets differ from each other, and one day's from another's, without anything being wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from firmware_sim.lifter import SetHabit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware_sim.lifter import SetPlan


@dataclass(frozen=True, slots=True)
class SetScatter:
    """Standard deviations between whole sets: stance, grip and lean are taken anew each time.

    Between two repetitions of a set see `firmware_sim.lifter.BodyNoise`. Sizes are guesses of what is
    plausible: nobody has published them for a bar.

    Attributes
    ----------
    forward_m : float
        Forward at the turning point, m (2 to 5 mm).
    pitch_rad : float
        Pitch there, rad (0.5 to 1 degree).
    duration_fraction : float
        Duration of the concentric phase.
    finish_fraction : float
        Relative speed of its last third.
    day_fraction : float
        The same between the days of a lifter, over that between the sets of a day.
    """

    forward_m: float = 0.003
    pitch_rad: float = 0.012
    duration_fraction: float = 0.02
    finish_fraction: float = 0.02
    day_fraction: float = 1.0


def scattered(plans: Sequence[SetPlan], scatter: SetScatter, seed: Sequence[int]) -> tuple[SetPlan, ...]:
    """Give each of one day's sets a habit of its own: the day's of its lift and the set's.

    Parameters
    ----------
    plans : sequence of SetPlan
        In the order of time. What they have of a habit stays, the scatter is added.
    scatter : SetScatter
        How much.
    seed : sequence of int
        Of the lifter's day; sets of one lift do not depend on which others are done.
    """
    sizes = np.array(
        (scatter.forward_m, scatter.pitch_rad, scatter.duration_fraction, scatter.finish_fraction)
    )
    rngs: dict[str, np.random.Generator] = {}
    days: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = {}
    done: list[SetPlan] = []
    for plan in plans:
        lift = plan.exercise_id
        if lift not in rngs:
            rngs[lift] = np.random.default_rng((*seed, *lift.encode()))
            days[lift] = scatter.day_fraction * rngs[lift].standard_normal(4)
        drawn = sizes * (days[lift] + rngs[lift].standard_normal(4))
        habit = SetHabit(
            forward_m=plan.habit.forward_m + float(drawn[0]),
            pitch_rad=plan.habit.pitch_rad + float(drawn[1]),
            duration_fraction=plan.habit.duration_fraction + float(drawn[2]),
            finish_fraction=plan.habit.finish_fraction + float(drawn[3]),
        )
        done.append(replace(plan, habit=habit))
    return tuple(done)
