"""The lifter's heart: its rate follows the work at the bar with a lag, and its beats are uneven.

Made up: a first-order response with round numbers, for something that a heart-rate strap can send. It is no
model of physiology, and no result may be drawn from it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from firmware_sim.motion import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firmware_sim.scenario import ScheduledSet


@dataclass(frozen=True, slots=True)
class HeartConfig:
    """Numbers of the response; all of them guesses of a plausible size.

    Attributes
    ----------
    rest_bpm : float
        Standing in the gym between sets, 1/min (60 to 100).
    max_bpm : float
        The rate that it never exceeds, 1/min (150 to 210).
    bpm_per_w : float
        Rise that a set would reach if it went on for ever, per mean lifting power, (1/min)/W (0.2 to 0.6).
    rise_s, fall_s : float
        Time constants during a set and after it, s (15 to 40, 40 to 90).
    breath_hz, breath_fraction : float
        Breathing swings the interval between beats by this fraction of it (0.2 to 0.3 Hz, 0.01 to 0.05).
    jitter_fraction : float
        Standard deviation of what is left, as a fraction of the interval (0.002 to 0.02).
    """

    rest_bpm: float = 78.0
    max_bpm: float = 185.0
    bpm_per_w: float = 0.35
    rise_s: float = 25.0
    fall_s: float = 60.0
    breath_hz: float = 0.25
    breath_fraction: float = 0.02
    jitter_fraction: float = 0.006


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Between two instants the rate tends to one target; closed form."""

    start_s: float
    start_bpm: float
    target_bpm: float
    constant_s: float

    def at(self, t_s: float) -> float:
        fading = math.exp(-(t_s - self.start_s) / self.constant_s)
        return self.target_bpm + (self.start_bpm - self.target_bpm) * fading


def lifting_power_w(scheduled: ScheduledSet) -> float:
    """Mean power that raises the bar, over the whole set, W; lowering it counts nothing."""
    raised_m = sum(rep.range_of_motion_m for rep in scheduled.reps)
    return scheduled.load_kg * STANDARD_GRAVITY_MPS2 * raised_m / (scheduled.end_s - scheduled.start_s)


class Heart:
    """The heart of the lifter of a session.

    Parameters
    ----------
    sets : sequence of ScheduledSet
        What is lifted, in the order of time.
    seed : int
        Of the unevenness of the beats.
    config : HeartConfig, optional
        Numbers of the response.
    """

    def __init__(self, sets: Sequence[ScheduledSet], seed: int, config: HeartConfig | None = None) -> None:
        self._config = cfg = config or HeartConfig()
        self._seed = seed
        self._stretches = [_Stretch(-math.inf, cfg.rest_bpm, cfg.rest_bpm, 1.0)]
        for scheduled in sets:
            target = min(cfg.max_bpm, cfg.rest_bpm + cfg.bpm_per_w * lifting_power_w(scheduled))
            self._tend(scheduled.start_s, target)
            self._tend(scheduled.end_s, cfg.rest_bpm)

    def _tend(self, from_s: float, target_bpm: float) -> None:
        now_bpm = self.rate_bpm(from_s)
        rising = target_bpm > now_bpm
        constant_s = self._config.rise_s if rising else self._config.fall_s
        self._stretches.append(_Stretch(from_s, now_bpm, target_bpm, constant_s))

    def rate_bpm(self, t_s: float) -> float:
        """Rate at a scenario time, 1/min; that of rest before the first set, however long."""
        stretch = next(one for one in reversed(self._stretches) if one.start_s <= t_s)
        return stretch.target_bpm if stretch.start_s == -math.inf else stretch.at(t_s)

    def beats(self, from_s: float = 0.0) -> Iterator[float]:
        """Give the scenario times of all beats from ``from_s`` on, s; the first at ``from_s`` itself."""
        cfg, rng = self._config, np.random.default_rng((self._seed, 180))
        t_s = from_s
        while True:
            yield t_s
            breath = cfg.breath_fraction * math.sin(2 * math.pi * cfg.breath_hz * t_s)
            uneven = 1 + breath + cfg.jitter_fraction * float(rng.standard_normal())
            t_s += 60 / self.rate_bpm(t_s) * uneven

    def intervals(self, from_s: float = 0.0) -> Iterator[tuple[float, float]]:
        """Give (scenario time of a beat, interval since the beat before it), s, without end."""
        for before_s, beat_s in pairwise(self.beats(from_s)):
            yield beat_s, beat_s - before_s
