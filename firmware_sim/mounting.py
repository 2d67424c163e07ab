"""A sensor is mounted: the bar lies still, is rolled a quarter turn and back, and is lifted slowly once."""

from __future__ import annotations

from typing import Unpack

import numpy as np

from firmware_sim.choreography import choreograph
from firmware_sim.curves import Curve, random_waves, smooth_path
from firmware_sim.motion import BarMotion
from firmware_sim.scenario import Scenario, ScheduledSet
from firmware_sim.scenarios import LABEL_DELAY_S, SetOptions, plan_of, sensor_of
from firmware_sim.truth import set_truth

STILL_S = 8.0
"""The bar lies still for so long before the roll, s."""
_ROLL_S = (0.0, 1.4, 3.2, 4.6)
"""Times of the quarter turn forward, the hold and the way back, s."""
_BETWEEN_S = 4.0
"""From the roll to the rep, s: the lifter walks to the middle of the bar."""
SLEEVE_WAIT_S = 24.0
"""A sensor on the sleeve does not turn with the shaft: the sleeve is turned by hand so much later, s."""


def mounting(seed: int = 1, repeats: int = 1, **options: Unpack[SetOptions]) -> Scenario:
    """Still, one roll of the bar with its top going forward, one slow squat.

    A sensor on the sleeve does not feel the roll; later the sleeve is turned by hand in the same way.

    Parameters
    ----------
    seed : int
        Everything random follows from it.
    repeats : int
        How often, for people whose first try at pairing fails.
    **options
        The sensor's, as in `firmware_sim.scenarios.session`.
    """
    mount, unit, settings = sensor_of(seed, options)
    rng = np.random.default_rng((seed, 11))
    motions: list[BarMotion] = []
    sets: list[ScheduledSet] = []
    start_s = 0.0
    for index in range(repeats):
        motions.append(_roll(start_s + STILL_S, rng, on_sleeve=False))
        if mount.position == "sleeve":
            motions.append(_roll(motions[-1].end_s + SLEEVE_WAIT_S, rng, on_sleeve=True))
        motion, lifted = _rep(motions[-1].end_s + _BETWEEN_S, (seed, 1, index), mount.along_m)
        motions.append(motion)
        sets.append(lifted)
        start_s = lifted.end_s
    return Scenario("mounting", seed, start_s, tuple(sets), tuple(motions), mount, unit, settings)


def _rep(start_s: float, seed: tuple[int, ...], along_m: float) -> tuple[BarMotion, ScheduledSet]:
    """Give one slow squat."""
    slow: SetOptions = {"effort_fraction": 0.6, "surroundings": "plain"}
    planned = choreograph(plan_of("back_squat", 1, slow), start_s, np.random.default_rng(seed))
    lifted = ScheduledSet(
        exercise_id="back_squat",
        load_kg=20.0,
        label_at_s=start_s + LABEL_DELAY_S,
        start_s=start_s,
        end_s=planned.motion.end_s,
        reps=set_truth(planned, along_m),
    )
    return planned.motion, lifted


def _roll(start_s: float, rng: np.random.Generator, *, on_sleeve: bool) -> BarMotion:
    """Give a quarter turn (70 to 100 degrees) and back; hands make it neither smooth nor quite level."""
    turn_rad = float(np.radians(rng.uniform(70, 100)))
    t_s = [start_s + at_s for at_s in _ROLL_S]
    gate = smooth_path([t_s[0], t_s[0] + 0.3, t_s[-1] - 0.3, t_s[-1]], [0.0, 1.0, 1.0, 0.0])
    turning = smooth_path(t_s, [0.0, turn_rad, turn_rad, 0.0])

    def unsteady(rms: float) -> Curve:
        return Curve(None, random_waves(rng, rms=rms, band_hz=(0.5, 3.0), count=4), gate)

    still = Curve(smooth_path(t_s, [0.0] * 4))
    return BarMotion(
        start_s=t_s[0],
        end_s=t_s[-1],
        forward_m=unsteady(0.003),
        left_m=unsteady(0.001),
        up_m=unsteady(0.001),
        pitch_rad=still if on_sleeve else Curve(turning),
        tilt_rad=unsteady(0.004),
        yaw_rad=unsteady(0.004),
        sleeve_pitch_rad=Curve(turning) if on_sleeve else still,
    )
