"""From the samples of a set to the motion of the bar and its reps: three passes of the same two steps.

Find the events on the best motion known so far; estimate the motion from the events. The first motion knows
only that the bar stays within reach, good enough to see which movements are reps; the last is drift-free with
a covariance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.attitude import Attitude, integrate_attitude
from analysis.drift import (
    DriftSolution,
    ErrorModel,
    Reach,
    build_error_model,
    integrate_nominal,
    remove_drift,
)
from analysis.filters import lowpass
from analysis.homes import Rough, find_jumps, gather_evidence, still_rests
from analysis.repetitions import FoundReps, find_reps
from analysis.stillness import quiet_mask, still_mask

if TYPE_CHECKING:
    from analysis.config import AnalysisConfig
    from analysis.exercises import Exercise
    from analysis.imu import BoolArray, FloatArray, Mount
    from analysis.samples import Samples

QUIET_SPEEDS_MPS = (0.22, 0.10, 0.07)
"""Fastest estimated velocity at which a quiet stretch is believed, per pass: looser while the estimate is."""


@dataclass(frozen=True, slots=True, eq=False)
class MotionEstimate:
    """Motion of the bar's axis over one stretch, and the reps in it.

    Attributes
    ----------
    samples, attitude, solution
        Inputs and the corrected motion with its covariance.
    velocity_mps : (N,) float64
        Vertical, through the definition profile's low-pass, upward positive.
    still : (N,) bool
        Where the bar lay on rack or floor.
    found : FoundReps
        Reps and rejected movements.
    """

    samples: Samples
    attitude: Attitude
    solution: DriftSolution
    velocity_mps: FloatArray
    still: BoolArray
    found: FoundReps

    @property
    def height_m(self) -> FloatArray:
        """Height of the bar's axis, m, above that of the first sample."""
        return self.solution.position_m[:, 2]


def estimate_motion(
    samples: Samples,
    exercise: Exercise | None,
    mount: Mount,
    config: AnalysisConfig,
    *,
    known_bias_radps: FloatArray | None = None,
    passes: int = len(QUIET_SPEEDS_MPS),
) -> MotionEstimate | None:
    """Estimate the motion of one set and find its reps.

    Parameters
    ----------
    samples : Samples
        At least about two seconds.
    exercise : Exercise or None
        None: direction and range of motion are inferred.
    mount : Mount
        Lever arm.
    config : AnalysisConfig
        Everything tuned.
    known_bias_radps : (3,) float64, optional
        Gyro bias from an earlier still interval, used where this stretch has none.
    passes : int
        1 to 3; fewer are faster and leave the scatter of home at its prior value.

    Returns
    -------
    MotionEstimate or None
        None if nothing in the stretch looks like a rep even on the first pass, or if it is too short to say.
    """
    if len(samples) < 2 * samples.rate_hz:
        return None
    rate_hz = samples.rate_hz
    still = still_mask(samples, config.stillness)
    attitude = integrate_attitude(samples, still, known_bias_radps)
    nominal = integrate_nominal(samples, attitude, np.asarray(mount.lever_m, dtype=np.float64))
    model = build_error_model(samples, attitude, nominal, find_jumps(samples, config.drift), config.drift)
    solution = _first_solution(model, samples, still, config)
    height, velocity = _vertical(solution, rate_hz, config)
    found = find_reps(height, velocity, rate_hz, exercise, config.reps, still=still)
    if not found.accepted:
        return None
    quiet = quiet_mask(samples, attitude.gyro_bias_radps, config.stillness)
    for max_quiet_mps in QUIET_SPEEDS_MPS[:passes]:
        rough = Rough(height, velocity, max_quiet_mps)
        sign = found.first_sign
        evidence = gather_evidence(samples, still, quiet, rough, found.accepted, sign, config)
        last = max_quiet_mps == QUIET_SPEEDS_MPS[-1]
        scatters_m = config.drift.home_horizontal_candidates_m if last else (config.drift.home_horizontal_m,)
        solution = remove_drift(model, evidence.rests, evidence.returns, evidence.reaches, scatters_m)
        height, velocity = _vertical(solution, rate_hz, config)
        found = find_reps(height, velocity, rate_hz, exercise, config.reps, still=still)
        if not found.accepted:
            return None
    return MotionEstimate(samples, attitude, solution, velocity, still, found)


def _first_solution(
    model: ErrorModel, samples: Samples, still: BoolArray, config: AnalysisConfig
) -> DriftSolution:
    """Solve for the motion from next to nothing: the bar stays within reach and lies still at times.

    Unlike a high-pass filter this bears a stretch that begins or ends in mid-movement.
    """
    spacing = max(int(config.drift.first_reach_s * samples.rate_hz), 1)
    anchor = int(np.argmax(still)) if still.any() else len(samples) // 2
    reaches = [
        Reach(anchor, index, config.drift.first_reach_m)
        for index in range(0, len(samples), spacing)
        if index != anchor
    ]
    return remove_drift(model, still_rests(samples, still, config.drift), (), reaches, (1.0,))


def _vertical(
    solution: DriftSolution, rate_hz: float, config: AnalysisConfig
) -> tuple[FloatArray, FloatArray]:
    """Take height, m, and vertical velocity through the definition's low-pass, m/s."""
    velocity = lowpass(solution.velocity_mps[:, 2], config.definition.lowpass_hz, rate_hz)
    return solution.position_m[:, 2], velocity
