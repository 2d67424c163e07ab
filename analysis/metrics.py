"""From an estimated motion to the numbers of each rep, with their standard deviations and quality."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.drops import was_dropped
from analysis.imu import FloatArray, Mount, MountPosition
from analysis.quality import RepFacts, judge, widened
from analysis.rep_measures import Scene, rep_measures
from analysis.rep_motion import Bounds, find_phases
from analysis.results import BarPath, Rep
from analysis.speed_measures import mean_speed_mps
from analysis.velocity_curve import UP, lockout_ratio_sd, measure_curve

if TYPE_CHECKING:
    from analysis.config import AnalysisConfig, DefinitionProfile
    from analysis.definitions import Phase, PhaseVelocity
    from analysis.estimator import MotionEstimate
    from analysis.exercises import Exercise
    from analysis.repetitions import Candidate

PATH_RATE_HZ = 50.0
"""Points a second that are kept of a bar path: drawing needs no more."""

CREEP_REACH_S = 1.0
"""The end of a phase is not looked for further than this from where it was found."""


def measure_rep(
    motion: MotionEstimate,
    candidate: Candidate,
    index: int,
    exercise: Exercise | None,
    mount: Mount,
    config: AnalysisConfig,
    *,
    is_final: bool = True,
) -> Rep | None:
    """Measure one rep.

    Parameters
    ----------
    motion : MotionEstimate
        That the rep was found in.
    candidate : Candidate
        Where.
    index : int
        Of the rep within its set.
    exercise, mount, config
        As told.
    is_final : bool
        With all of its `Rep.measures`; while a set is open nobody asks for them, and they cost as much as
        everything else.

    Returns
    -------
    Rep or None
        None if no concentric phase can be bounded.
    """
    profile, rate_hz = config.definition, motion.samples.rate_hz
    sign = motion.found.first_sign
    height, velocity = motion.height_m, motion.velocity_mps
    concentric_sign = 1 if exercise is None else exercise.concentric_sign
    bounds = Bounds(candidate.start, candidate.turn, candidate.stop, sign, concentric_sign)
    phases = find_phases(height, velocity, bounds, rate_hz, profile)
    if phases is None:
        return None
    first, second, concentric, turn = phases.first, phases.second, phases.concentric, phases.turn
    # A stretch that begins in mid-movement (after a gap) does not show where its first rep started.
    start_is_known = first.start > 0 or bool(motion.still[0])
    if not start_is_known and concentric is first:
        return None
    speed, other = phases.speed, phases.eccentric
    sds = widened(_velocity_sds(motion, concentric, speed, concentric_sign, profile), mount, config.mounts)
    last = phases.last
    facts = RepFacts(motion, first.start, turn, last, concentric, sds, exercise, start_is_known)
    why_no_forward = facts.why_no_forward(mount, config)
    forward = None if why_no_forward else forward_direction(motion, mount, first.start, last)
    drift, drift_sd, max_forward = _forward_drift(motion, forward, first.start, turn, last)
    why_no_pitch = mount.why_no_pitch or facts.why_no_pitch(mount, config)
    scene = Scene(facts, bounds, forward, why_no_forward, why_no_pitch, mount, exercise, config)
    pitch, pitch_sd = (
        (None, None) if why_no_pitch else _pitch_change(motion, mount, first.start, turn, config)
    )
    eccentric = None if other is None else mean_speed_mps(other, height, rate_hz)
    t_s = motion.samples.t_s

    def at(index: float) -> float:
        return float(np.interp(index, np.arange(len(t_s)), t_s))

    return Rep(
        index=index,
        start_s=at(first.begin),
        turning_point_s=float(t_s[turn]),
        concentric_start_s=at(concentric.begin),
        concentric_end_s=at(concentric.end),
        end_s=None if second is None else at(second.end),
        mean_concentric_velocity_mps=speed.mean_mps,
        mean_concentric_velocity_sd_mps=sds[0],
        peak_concentric_velocity_mps=speed.peak_mps,
        peak_concentric_velocity_sd_mps=sds[1],
        mean_propulsive_velocity_mps=speed.propulsive_mps,
        range_of_motion_m=speed.range_m,
        range_of_motion_sd_m=sds[2],
        forward_drift_m=drift,
        forward_drift_sd_m=drift_sd,
        max_forward_m=max_forward,
        pitch_change_rad=pitch,
        lockout_ratio=speed.lockout_ratio,
        eccentric_velocity_mps=eccentric,
        path=_path(motion, forward, first.start, last),
        quality=judge(facts, drift_sd, mount, config),
        pitch_change_sd_rad=pitch_sd,
        lockout_ratio_sd=lockout_ratio_sd(motion, concentric, speed),
        curve=measure_curve(motion, concentric, speed, concentric_sign, config.curve),
        measures=rep_measures(scene) if is_final else {},
        dropped=was_dropped(facts, second, mount, config),
    )


def travel_m(motion: MotionEstimate, rep: Rep) -> float:
    """Horizontal distance that says whether the bar was carried, as far as it is certain.

    Parameters
    ----------
    motion : MotionEstimate
        That the rep was measured in.
    rep : Rep
        From `measure_rep`.

    Returns
    -------
    float
        The larger of the distance from the rep's start to its end and half the furthest excursion between, m,
        each less two of its standard deviations.
    """
    last_s = max(rep.concentric_end_s, rep.end_s or 0.0)
    start, stop = np.searchsorted(motion.samples.t_s, (rep.start_s, last_s))
    path = motion.solution.position_m[start : stop + 1, :2] - motion.solution.position_m[start, :2]
    distance = np.linalg.norm(path, axis=1)
    furthest = int(np.argmax(distance))
    ends = np.array([len(distance) - 1, furthest])
    covariance = motion.solution.displacement_covariances_m2(start, start + ends)[:, :2, :2]
    sds = np.sqrt(np.maximum(np.linalg.eigvalsh(covariance)[:, -1], 0.0))
    certain = np.maximum(distance[ends] - 2.0 * sds, 0.0)
    return float(max(certain[0], 0.5 * certain[1]))


def _velocity_sds(
    motion: MotionEstimate, phase: Phase, speed: PhaseVelocity, sign: int, profile: DefinitionProfile
) -> tuple[float, float, float]:
    """Find the standard deviations of mean velocity, peak velocity and range of motion.

    A velocity error shifts the edges of the phase as well as its range, and the two effects on the mean
    partly cancel, so both are taken from the joint covariance of height and velocity at the edges.
    """
    solution = motion.solution
    duration_s = (phase.end - phase.begin) / motion.samples.rate_hz
    covariance = solution.ends_covariance(phase.start, phase.stop, sign * UP)
    begin_s, end_s = (_edge_delay_s_per_mps(motion, phase, edge, sign, profile) for edge in (-1, 1))
    threshold = profile.threshold_of(speed.peak_mps)
    # What a phase that lasts longer by 1 s loses of its mean.
    lost = (threshold - speed.mean_mps) / duration_s
    to_range = np.array([-1.0, threshold * begin_s, 1.0, threshold * end_s])
    to_mean = np.array([-1.0 / duration_s, lost * begin_s, 1.0 / duration_s, lost * end_s])
    range_sd, mean_sd = (float(np.sqrt(max(row @ covariance @ row, 0.0))) for row in (to_range, to_mean))
    return mean_sd, solution.velocity_sd_mps(phase.peak, UP), range_sd


def _edge_delay_s_per_mps(
    motion: MotionEstimate, phase: Phase, edge: int, sign: int, profile: DefinitionProfile
) -> float:
    """How much longer a phase gets at its start (edge -1) or end (+1) per m/s of velocity error there, s.

    The edge is where velocity crosses a threshold: known to milliseconds where the bar stops briskly, much
    less where it creeps, and not in proportion. Hence three-point Gauss-Hermite quadrature over the velocity
    error (nodes 0 and +-sqrt(3), weights 2/3 and 1/6) instead of a slope.
    """
    at, found = (phase.stop, phase.end) if edge > 0 else (phase.start, phase.begin)
    rate_hz = motion.samples.rate_hz
    sd_mps = motion.solution.velocity_sd_mps(at, UP)
    speed = sign * motion.velocity_mps
    threshold = profile.threshold_of(float(speed[phase.peak]))
    limits = (phase.peak, int(np.clip(at + edge * CREEP_REACH_S * rate_hz, 0, len(speed) - 1)))
    errors_mps = np.array([-1.0, 1.0]) * np.sqrt(3.0) * sd_mps
    shifts = np.array([_crossing(speed, at, edge, threshold + error, limits) - found for error in errors_mps])
    variance = (shifts**2).sum() / 6.0 - (shifts.sum() / 6.0) ** 2
    return float(np.sqrt(variance)) / rate_hz / sd_mps


def _crossing(speed: FloatArray, near: int, edge: int, level: float, limits: tuple[int, int]) -> float:
    """Find where speed, going outward (edge -1 or +1) near a sample, falls below a level; in samples."""
    inmost, outmost = limits
    while near != inmost and speed[near] < level:
        near -= edge
    while near != outmost and speed[near] >= level:
        near += edge
    if near == inmost:
        return float(near)
    inside, outside = speed[near - edge], speed[near]
    if not inside > level >= outside:
        return float(near)
    return near - edge * float((level - outside) / (inside - outside))


def forward_direction(motion: MotionEstimate, mount: Mount, start: int, stop: int) -> FloatArray | None:
    """Find the world-frame unit vector that points forward, bar axis (left) x up; None where not known."""
    if mount.bar_axis is None or mount.why_no_forward:
        return None
    matrices = motion.attitude.matrix[start : stop + 1]
    left = (matrices @ np.asarray(mount.bar_axis)).mean(axis=0)
    forward = np.cross(left, UP)
    length = float(np.linalg.norm(forward))
    return forward / length if length > 0.5 else None  # a bar that stands upright has no fore-aft


def _forward_drift(
    motion: MotionEstimate, forward: FloatArray | None, start: int, turn: int, last: int
) -> tuple[float | None, float | None, float | None]:
    if forward is None:
        return None, None, None
    along = (motion.solution.position_m[start : last + 1] - motion.solution.position_m[start]) @ forward
    sd = motion.solution.displacement_sd_m(start, turn, forward)
    return float(along[turn - start]), sd, float(along.max())


def _pitch_change(
    motion: MotionEstimate, mount: Mount, start: int, turn: int, config: AnalysisConfig
) -> tuple[float | None, float | None]:
    """Turn of the shaft about its own axis between two samples, rad, forward (about +y) positive; and its sd.

    A bias of the gyroscope grows with time, its noise with the root of time, its scale error with the turn.
    """
    if mount.bar_axis is None or mount.position is not MountPosition.SHAFT:
        return None, None
    axis = np.asarray(mount.bar_axis)
    # Integrating the rate about the axis needs no gravity direction and is exact for a turn about a fixed
    # axis.
    rate = (motion.samples.gyro_radps[start : turn + 1] - motion.attitude.gyro_bias_radps) @ axis
    pitch = float(np.trapezoid(rate) / motion.samples.rate_hz)
    duration_s = (turn - start) / motion.samples.rate_hz
    sds = (
        motion.solution.gyro_bias_sd_radps(axis) * duration_s,
        config.noise.gyro_radps_per_rthz * np.sqrt(duration_s),
        config.smoother.gyro_scale * pitch,
    )
    return pitch, float(np.linalg.norm(sds))


def _path(motion: MotionEstimate, forward: FloatArray | None, start: int, last: int) -> BarPath:
    step = max(round(motion.samples.rate_hz / PATH_RATE_HZ), 1)
    index = np.unique(np.append(np.arange(start, last, step), last))
    position = motion.solution.position_m[index] - motion.solution.position_m[start]
    along = None if forward is None else position @ forward
    sds = None if forward is None else motion.solution.displacement_sds_m(start, index, forward)
    return BarPath(motion.samples.t_s[index], along, position[:, 2], sds)
