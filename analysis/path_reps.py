"""Repetitions in a bar path that another instrument saw, by the definition profile of our own.

Height is all that is needed: the same code that reads the estimated height of an IMU reads this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.config import AnalysisConfig
from analysis.filters import lowpass
from analysis.rep_motion import Bounds, find_phases
from analysis.repetitions import find_reps

if TYPE_CHECKING:
    from analysis.exercises import Exercise
    from analysis.imu import FloatArray

GRID_HZ = 100.0
"""Videos have 25 to 240 frames a second; a phase needs a few samples in each tenth of a second."""


@dataclass(frozen=True, slots=True)
class PathRep:
    """One repetition of a bar path.

    Attributes
    ----------
    concentric_start_s, concentric_end_s : float
        On the path's own clock, s.
    mean_velocity_mps, peak_velocity_mps, mean_propulsive_velocity_mps : float
        Of the concentric phase, m/s.
    range_of_motion_m : float
        m.
    """

    concentric_start_s: float
    concentric_end_s: float
    mean_velocity_mps: float
    peak_velocity_mps: float
    mean_propulsive_velocity_mps: float
    range_of_motion_m: float


def reps_of_path(
    t_s: FloatArray, height_m: FloatArray, exercise: Exercise | None, config: AnalysisConfig | None = None
) -> list[PathRep]:
    """Find the repetitions of a path.

    Parameters
    ----------
    t_s : (N,) float64, s
        Strictly increasing, at least two.
    height_m : (N,) float64, m
        Up positive, any zero.
    exercise : Exercise or None
        Gives first phase and plausible range; None: both inferred.
    config : AnalysisConfig, optional
        Definitions.
    """
    config = config or AnalysisConfig()
    grid_s = np.arange(t_s[0], t_s[-1], 1 / GRID_HZ)
    if len(grid_s) < GRID_HZ:
        return []
    height = lowpass(np.interp(grid_s, t_s, height_m), config.definition.lowpass_hz, GRID_HZ)
    velocity = np.gradient(height) * GRID_HZ
    found = find_reps(height, velocity, GRID_HZ, exercise, config.reps)
    concentric_sign = 1 if exercise is None else exercise.concentric_sign
    reps: list[PathRep] = []
    for one in found.accepted:
        bounds = Bounds(one.start, one.turn, one.stop, found.first_sign, concentric_sign)
        phases = find_phases(height, velocity, bounds, GRID_HZ, config.definition)
        if phases is None:
            continue
        start_s, end_s = (t_s[0] + at / GRID_HZ for at in (phases.concentric.begin, phases.concentric.end))
        speed = phases.speed
        reps.append(
            PathRep(
                float(start_s),
                float(end_s),
                float(speed.mean_mps),
                float(speed.peak_mps),
                float(speed.propulsive_mps),
                float(speed.range_m),
            )
        )
    return reps
