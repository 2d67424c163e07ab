"""From the samples of a set to the motion of the bar and its reps: three passes of the same two steps.

Find the events on the best motion known so far; estimate the motion from the events. The first motion knows
only that the bar stays within reach, good enough to see which movements are reps; the last is drift-free with
a covariance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.attitude import Attitude, Known, integrate_attitude
from analysis.calibration import Calibration
from analysis.candidates import Surroundings
from analysis.exercises import Exercise, FirstPhase, StartsFrom
from analysis.filters import lowpass, runs
from analysis.homes import Rough, first_evidence, gather_evidence
from analysis.imu import MountPosition
from analysis.noise import blow_mask, integration_noise
from analysis.nominal import integrate_nominal, turned
from analysis.process import Problem
from analysis.repetitions import Candidate, FoundReps, find_reps
from analysis.smoother import Hypotheses, Smoothed, smooth
from analysis.stillness import quiet_mask, still_mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.config import AnalysisConfig
    from analysis.imu import BoolArray, FloatArray, Mount
    from analysis.results import Rep
    from analysis.samples import Samples

QUIET_SPEEDS_MPS = (0.12, 0.08, 0.06)
"""Fastest estimated velocity at which a quiet stretch is believed, per pass: looser while the estimate is."""

HOME_REACHES = (0.2, 0.15, 0.1)
"""How far from the extreme of height a bar that is home may be, per pass, as a fraction of the range."""

READING_MARGIN = 3.0
"""A later reading with as many reps is preferred unless it is less likely by more than this."""


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
    calibration : Calibration
        What may be told to the next stretch of the accelerometer.
    """

    samples: Samples
    attitude: Attitude
    solution: Smoothed
    velocity_mps: FloatArray
    still: BoolArray
    found: FoundReps
    calibration: Calibration

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
    known: Known | None = None,
    announced: Sequence[Rep] = (),
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
    known : Known, optional
        From an earlier estimate, used where this stretch has no still interval.
    announced : sequence of Rep
        Reps of this set that were found before, on shorter stretches. While the set is open their range of
        motion is expected of the others; when it closes they are a second hypothesis to the reading of the
        first, rough motion.
    passes : int
        1 to 3; fewer are faster and leave the scatter of home at its prior value.

    Returns
    -------
    MotionEstimate or None
        None if nothing in the stretch looks like a rep even on the first pass, or if it is too short to say.
    """
    if len(samples) < 2 * samples.rate_hz:
        return None
    config = _told(config, exercise, mount)
    still = still_mask(samples, config.stillness)
    attitude = integrate_attitude(samples, still, known)
    quiet = quiet_mask(samples, attitude.gyro_bias_radps, config.stillness)
    impact = blow_mask(samples, config.noise)
    final = passes == len(QUIET_SPEEDS_MPS)
    around = Surroundings(
        still=still,
        impact=impact,
        up=attitude.matrix[:, 2],
        range_m=None
        if final or not announced
        else float(np.median([r.range_of_motion_m for r in announced])),
        # A wrist that goes up at the end may have let go of the bar.
        may_end_at_top=final and mount.position is not MountPosition.WRIST,
    )
    scale = known.noise_scale if known is not None and not final else None
    calibration = _calibration(samples, still, known, config)
    scene = _Scene(samples, exercise, config, still, quiet, impact, around, scale)
    first = scene.first(_problem(samples, still, attitude, mount, calibration, config))
    hypotheses = [first]
    if final and announced and len(announced) != len(first.found.accepted):
        hypotheses.append(replace(first, found=_as_found(announced, samples, first.height_m, exercise)))
    hypotheses = [stage for stage in hypotheses if stage.found.accepted]
    if not hypotheses:
        return None
    stage = max((scene.refined(stage, 0) for stage in hypotheses), key=lambda stage: stage.found.score)
    for number in range(1, passes):
        stage = scene.refined(stage, number)
    nominal, solution = stage.problem.nominal, stage.solution
    bias = attitude.gyro_bias_radps + solution.gyro_bias_radps
    matrix = turned(nominal.matrix, solution.nodes, solution.psi_rad)
    attitude = replace(attitude, matrix=matrix, gyro_bias_radps=bias)
    calibration = calibration.after(solution.calibration(), config.calibration)
    return MotionEstimate(samples, attitude, solution, stage.velocity_mps, still, stage.found, calibration)


def _calibration(
    samples: Samples, still: BoolArray, known: Known | None, config: AnalysisConfig
) -> Calibration:
    """Take what is known of the accelerometer, as far as the stretch's own rest does not contradict it."""
    calibration = known.calibration if known is not None else None
    calibration = calibration or Calibration.unknown(config.calibration)
    # Each rest by itself: the bar may have rolled between them.
    rests = [samples.specific_force_mps2[start:stop].mean(axis=0) for start, stop in runs(still)]
    if any(calibration.is_contradicted_by(rest, config.calibration) for rest in rests):
        calibration = Calibration.unknown(config.calibration)
    return calibration.doubted(rests, config.calibration)


def _told(config: AnalysisConfig, exercise: Exercise | None, mount: Mount) -> AnalysisConfig:
    """Use what the lift's name says of where the bar may be.

    A bar that is pulled from the floor, slowly, comes back to the floor; a wrist need not: the hands let go
    and grip anew. A bar that is thrown goes further than any slow lift, and is dropped from there.
    """
    if exercise is None:
        return config
    smoother = config.smoother
    if exercise.main_velocity == "peak":
        high_m = smoother.thrown_fraction * exercise.usual_rom_m[1]
        first, outside = smoother.first_reach_m, smoother.reach_m
        smoother = replace(
            smoother,
            thrown=True,
            first_reach_m=(*first[:2], max(first[2], high_m)),
            reach_m=(*outside[:2], max(outside[2], high_m)),
        )
    elif exercise.starts_from is StartsFrom.FLOOR and mount.position is not MountPosition.WRIST:
        smoother = replace(
            smoother, home_vertical_m=smoother.home_vertical_m[:-1] or smoother.home_vertical_m
        )
    return replace(config, smoother=smoother)


@dataclass(frozen=True, slots=True, eq=False)
class _Stage:
    """The motion and its reps as known after a pass."""

    problem: Problem
    solution: Smoothed
    height_m: FloatArray
    velocity_mps: FloatArray
    found: FoundReps


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """What stays the same from pass to pass."""

    samples: Samples
    exercise: Exercise | None
    config: AnalysisConfig
    still: BoolArray
    quiet: BoolArray
    impact: BoolArray
    around: Surroundings
    noise_scale: float | None

    def first(self, problem: Problem) -> _Stage:
        """Estimate the motion from next to nothing."""
        smoother = self.config.smoother
        evidence = first_evidence(self.samples, self.still, self.quiet, smoother)
        hypotheses = Hypotheses.of(smoother, self.noise_scale)
        solution = smooth(problem, evidence, smoother, hypotheses)
        return self._read(problem, solution)

    def refined(self, stage: _Stage, number: int) -> _Stage:
        """Find the events on the motion known so far, estimate it from them and read it again."""
        smoother, before = self.config.smoother, stage.found
        problem = _relinearised(stage.problem, stage.solution, self.config)
        rough = Rough(stage.height_m, stage.velocity_mps, QUIET_SPEEDS_MPS[number], HOME_REACHES[number])
        evidence = gather_evidence(
            self.samples,
            self.still,
            self.quiet,
            self.impact,
            rough,
            before.accepted,
            before.first_sign,
            self.config,
        )
        solution = smooth(problem, evidence, smoother, self._hypotheses(stage.solution, number))
        now = self._read(problem, solution)
        return replace(now, found=_better(before, now.found, now.height_m))

    def _hypotheses(self, before: Smoothed, number: int) -> Hypotheses:
        """Narrow down, then look again around what was chosen, and last at the horizontal scatter."""
        every = Hypotheses.of(self.config.smoother, before.noise_scale)
        if number == len(QUIET_SPEEDS_MPS) - 1:
            return replace(every, level_m=before.home_level_m)
        levels_m = every.levels_m if number == 0 else (before.home_level_m,)
        return replace(
            every,
            noise_scales=(before.noise_scale,),
            levels_m=levels_m,
            level_m=levels_m[0],
            scatters_m=(every.scatters_m[len(every.scatters_m) // 2],),
        )

    def _read(self, problem: Problem, solution: Smoothed) -> _Stage:
        rate_hz = self.samples.rate_hz
        height, velocity = _vertical(solution, rate_hz, self.config)
        found = find_reps(height, velocity, rate_hz, self.exercise, self.config.reps, self.around)
        return _Stage(problem, solution, height, velocity, found)


def _as_found(
    reps: Sequence[Rep], samples: Samples, height_m: FloatArray, exercise: Exercise | None
) -> FoundReps:
    """Put reps that were found before onto the samples of this stretch."""
    candidates: list[Candidate] = []
    sign = -1 if exercise is not None and exercise.first_phase is FirstPhase.DOWN else 1
    for rep in reps:
        times = (rep.start_s, rep.turning_point_s, max(rep.concentric_end_s, rep.end_s or 0.0))
        start, turn, stop = (min(int(i), len(samples) - 1) for i in np.searchsorted(samples.t_s, times))
        if exercise is None:
            sign = -1 if rep.turning_point_s <= rep.concentric_start_s else 1
        if 0 < start < turn < stop:
            out_m, back_m = (abs(float(height_m[turn] - height_m[i])) for i in (start, stop))
            candidates.append(Candidate(start, turn, stop, out_m, back_m))
    return FoundReps(tuple(candidates), (), sign)


def _problem(
    samples: Samples,
    still: BoolArray,
    attitude: Attitude,
    mount: Mount,
    calibration: Calibration,
    config: AnalysisConfig,
) -> Problem:
    smoother = config.smoother
    levelled = attitude.bias_known
    return Problem(
        samples=samples,
        nominal=integrate_nominal(samples, attitude.matrix, attitude.gyro_bias_radps),
        strapdown=attitude.strapdown,
        initial=attitude.matrix[0],
        tilt_sd_rad=smoother.initial_tilt_rad if levelled else smoother.initial_tilt_moving_rad,
        gyro_bias_sd_radps=smoother.gyro_bias_still_radps if levelled else smoother.gyro_bias_radps,
        lever_m=np.asarray(mount.lever_m, dtype=np.float64),
        noise=integration_noise(samples, config.noise, still),
        calibration=calibration,
    )


def _relinearised(problem: Problem, solution: Smoothed, config: AnalysisConfig) -> Problem:
    """Correct the nominal attitude where its error is not small enough to count as linear."""
    if np.linalg.norm(solution.psi_rad, axis=1).max() < config.smoother.relinearise_rad:
        return problem
    matrix = turned(problem.nominal.matrix, solution.nodes, solution.psi_rad)
    bias = problem.samples.gyro_radps[0] - problem.nominal.gyro_radps[0]
    return replace(problem, nominal=integrate_nominal(problem.samples, matrix, bias))


def _better(before: FoundReps, now: FoundReps, height_m: FloatArray) -> FoundReps:
    """Keep the likelier reading of the set; a later one is finer, an earlier one may be right.

    A piece of evidence that was misjudged bends the motion of the next pass, and a rep that fell out of the
    evidence once would never come back.
    """
    as_many = len(now.accepted) >= len(before.accepted)
    margin = READING_MARGIN if as_many else 0.0
    if now.score > before.score - margin:
        return now
    turned = [
        replace(rep, turn=rep.start + int(np.argmax(before.first_sign * height_m[rep.start : rep.stop + 1])))
        for rep in before.accepted
    ]
    return replace(before, accepted=tuple(turned), contradicted=not now.accepted)


def _vertical(solution: Smoothed, rate_hz: float, config: AnalysisConfig) -> tuple[FloatArray, FloatArray]:
    """Take height, m, and vertical velocity through the definition's low-pass, m/s."""
    velocity = lowpass(solution.velocity_mps[:, 2], config.definition.lowpass_hz, rate_hz)
    return solution.position_m[:, 2], velocity
