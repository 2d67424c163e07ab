"""The heart of the simulated lifter: made up, so that heart-rate services have something plausible to say.

The rate approaches a target that grows with the mechanical power of the set, as a first-order response:
quickly while a set is lifted, slowly towards rest after it. No claim is made about anybody's heart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firmware_sim.motion import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from firmware_sim.scenario import Scenario, ScheduledSet


@dataclass(frozen=True, slots=True)
class HeartModel:
    """How this heart answers to work; all figures are made up within what adults show.

    Attributes
    ----------
    rest_bpm, highest_bpm : float
        Rate standing about, and under the hardest set, 1/min (60 to 90, 160 to 200).
    full_power_w : float
        Mean mechanical power of a set that drives the rate to the highest, W (200 to 400).
    rise_s, fall_s : float
        Time constants during and after a set, s (15 to 40, 40 to 90).
    variation_fraction : float
        1-sigma of the interval between beats over its mean (0.01 to 0.05).
    """

    rest_bpm: float = 72.0
    highest_bpm: float = 178.0
    full_power_w: float = 300.0
    rise_s: float = 25.0
    fall_s: float = 55.0
    variation_fraction: float = 0.02


class Heart:
    """The heart during one scenario.

    Parameters
    ----------
    scenario : Scenario
        What is lifted, and the seed of the variation.
    model : HeartModel, optional
        How it answers.
    """

    def __init__(self, scenario: Scenario, model: HeartModel | None = None) -> None:
        self._model = model or HeartModel()
        self._sets = scenario.sets
        self._rng = np.random.default_rng((scenario.seed, 10))
        self._next_beat_s: float | None = None

    def rate_bpm(self, t_s: float) -> float:
        """Heart rate at a scenario time, 1/min; at rest before time 0."""
        model = self._model
        rate, now_s = model.rest_bpm, 0.0
        for one in self._sets:
            if one.start_s >= t_s:
                break
            rate = _towards(rate, model.rest_bpm, (one.start_s - now_s) / model.fall_s)
            now_s = min(one.end_s, t_s)
            rate = _towards(rate, self._target_bpm(one), (now_s - one.start_s) / model.rise_s)
        return _towards(rate, model.rest_bpm, max(t_s - now_s, 0.0) / model.fall_s)

    def beats(self, now_s: float, rate_bpm: float) -> list[float]:
        """Intervals between beats, s, that end since the last call and until now, any clock, s."""
        if self._next_beat_s is None:
            self._next_beat_s = now_s
        intervals: list[float] = []
        while self._next_beat_s <= now_s:
            spread = self._model.variation_fraction * float(self._rng.standard_normal())
            intervals.append(60 / rate_bpm * (1 + spread))
            self._next_beat_s += intervals[-1]
        return intervals

    def _target_bpm(self, one: ScheduledSet) -> float:
        model = self._model
        work_j = one.load_kg * STANDARD_GRAVITY_MPS2 * sum(rep.range_of_motion_m for rep in one.reps)
        share = min(work_j / max(one.end_s - one.start_s, 1.0) / model.full_power_w, 1.0)
        return model.rest_bpm + share * (model.highest_bpm - model.rest_bpm)


def _towards(value: float, target: float, time_constants: float) -> float:
    return target + (value - target) * math.exp(-time_constants)
