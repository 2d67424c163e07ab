"""Simulated sets for the tests of `analysis`, simulated once each, and constructed results."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from analysis.config import AnalysisConfig
from analysis.estimator import MotionEstimate, estimate_motion
from analysis.events import Event, SetFinished, SetProgress, VelocitySample
from analysis.exercises import find_exercise
from analysis.imu import FloatArray, ImuBlock, Mount, SensorInfo, SetLabel
from analysis.pipeline import analyze
from analysis.results import BarPath, Estimate, Rep, SetSummary
from analysis.samples import Samples, samples_of
from firmware_sim.lifter import RestStyle
from firmware_sim.offline import OfflineRecording, simulate_offline
from firmware_sim.scenarios import single_set

LIFTS = ("back_squat", "front_squat", "bench_press", "overhead_press", "deadlift")
RESTS: tuple[RestStyle, ...] = ("paused", "short", "touch_and_go")


@cache
def simulate(
    exercise_id: str = "back_squat",
    seed: int = 201,
    rest: RestStyle = "short",
    mems: str = "BMI270",
    n_reps: int = 4,
) -> OfflineRecording:
    """One set, one second of rest after it. Seeds below 200 are for tuning and benchmarks."""
    return simulate_offline(single_set(exercise_id, n_reps, 100.0, seed, rest=rest, mems=mems), tail_s=1.0)


def info_of(recording: OfflineRecording) -> SensorInfo:
    return SensorInfo(recording.sample_rate_hz)


def mount_of(recording: OfflineRecording) -> Mount:
    return Mount(bar_axis=recording.bar_axis, lever_m=recording.lever_m)


def block_of(recording: OfflineRecording, start: int = 0, stop: int | None = None) -> ImuBlock:
    cut = slice(start, stop)
    return ImuBlock(
        recording.t_s[cut], recording.specific_force_mps2[cut], recording.gyro_radps[cut], first_index=start
    )


def label_of(recording: OfflineRecording) -> SetLabel:
    return SetLabel(recording.sets[0].exercise_id, recording.sets[0].load_kg)


@cache
def events_of(recording: OfflineRecording) -> list[Event]:
    """All events of a whole recording, pushed as one block."""
    return analyze([block_of(recording)], info_of(recording), mount_of(recording), label_of(recording))


def sets_in(events: list[Event]) -> list[SetSummary]:
    return [event.summary for event in events if isinstance(event, SetFinished)]


def only_set(events: list[Event]) -> SetSummary:
    (summary,) = sets_in(events)
    return summary


def without_strip(events: list[Event]) -> list[Event]:
    """Leave out what is for the screen only."""
    return [event for event in events if not isinstance(event, VelocitySample | SetProgress)]


@cache
def motion_of(
    exercise_id: str = "back_squat", seed: int = 201, rest: RestStyle = "short", mems: str = "BMI270"
) -> MotionEstimate:
    """Final motion of a whole simulated recording."""
    recording = simulate(exercise_id, seed, rest, mems)
    samples = samples_of([block_of(recording)], info_of(recording))
    motion = estimate_motion(samples, find_exercise(exercise_id), mount_of(recording), AnalysisConfig())
    if motion is None:
        raise LookupError(f"no motion was found in {exercise_id} {seed} {rest}")
    return motion


def samples_from(force: FloatArray, gyro: FloatArray, rate_hz: float = 200.0) -> Samples:
    """Perfectly sampled stretch, nothing lost or clipped."""
    n = len(force)
    return Samples(
        np.arange(n) / rate_hz, rate_hz, force, gyro, np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    )


def minimum_jerk(levels_m: list[float], legs_s: list[float], rate_hz: float) -> tuple[FloatArray, FloatArray]:
    """Height and velocity that go from level to level along minimum-jerk curves, at rest at each level.

    Leg ``k`` takes ``legs_s[k]`` from ``levels_m[k]`` to ``levels_m[k + 1]``.
    """
    heights, velocities = [], []
    for k, leg_s in enumerate(legs_s):
        u = np.arange(round(leg_s * rate_hz)) / round(leg_s * rate_hz)
        rise = levels_m[k + 1] - levels_m[k]
        heights.append(levels_m[k] + rise * (10 * u**3 - 15 * u**4 + 6 * u**5))
        velocities.append(rise / leg_s * 30 * u**2 * (1 - u) ** 2)
    return np.concatenate([*heights, [levels_m[-1]]]), np.concatenate([*velocities, [0.0]])


_REP = Rep(
    index=0,
    start_s=1.0,
    turning_point_s=2.0,
    concentric_start_s=2.1,
    concentric_end_s=3.0,
    end_s=3.0,
    mean_concentric_velocity_mps=0.5,
    mean_concentric_velocity_sd_mps=0.005,
    peak_concentric_velocity_mps=0.8,
    peak_concentric_velocity_sd_mps=0.01,
    mean_propulsive_velocity_mps=0.5,
    range_of_motion_m=0.6,
    range_of_motion_sd_m=0.006,
    forward_drift_m=0.03,
    forward_drift_sd_m=0.004,
    max_forward_m=0.04,
    pitch_change_rad=0.1,
    lockout_ratio=0.6,
    eccentric_velocity_mps=0.6,
    path=BarPath(np.linspace(1.0, 3.0, 21), np.zeros(21), np.linspace(0.0, -0.6, 21)),
)


def constructed_rep(**changes: object) -> Rep:
    """A plausible squat rep with some fields changed."""
    return replace(_REP, **changes)  # pyright: ignore[reportArgumentType]  # names are the fields' names


def constructed_set(index: int = 0, exercise_id: str | None = "back_squat", **parts: Estimate) -> SetSummary:
    """A set of one constructed rep with the given stability parts."""
    return SetSummary(
        index=index,
        exercise_id=exercise_id,
        load_kg=100.0,
        start_s=1.0,
        end_s=3.0,
        reps=(_REP,),
        rejected=(),
        velocity_loss_fraction=None,
        stability=parts,
        sample_rate_hz=200.0,
        lost_samples=0,
        clipped_samples=0,
    )
