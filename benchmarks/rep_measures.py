"""Numbers of reps by the definition profile, from a pipeline's motion, with its own or with given events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from opponents import Homes, Motion, OpponentConfig, Recording, find_legs
from scipy.signal import butter, sosfiltfilt

from analysis.config import AnalysisConfig, DefinitionProfile
from analysis.definitions import find_phase, phase_velocity, turning_index
from analysis.samples import Samples
from analysis.stillness import still_mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis import Rep
    from analysis.estimator import MotionEstimate
    from analysis.imu import FloatArray

HOLD_MPS = 0.02
"""Our own speed below which the bar is held between reps; the zero velocity that opponents are given."""

MIN_HOLD_S = 0.2
OUTER_REACH_S = 1.0
"""The home before the first and after the last rep is looked for this far from it."""


@dataclass(frozen=True)
class RepNumbers:
    """One rep, as a pipeline measured it; seconds on the recording's clock."""

    concentric_start_s: float
    concentric_end_s: float
    mean_mps: float
    peak_mps: float
    range_m: float
    forward_drift_m: float | None

    @classmethod
    def ours(cls, rep: Rep) -> RepNumbers:
        """Take over a rep of `SetAnalyzer`."""
        return cls(
            rep.concentric_start_s,
            rep.concentric_end_s,
            rep.mean_concentric_velocity_mps,
            rep.peak_concentric_velocity_mps,
            rep.range_of_motion_m,
            rep.forward_drift_m,
        )


def given_homes(
    reps: Sequence[Rep], motions: Sequence[MotionEstimate], t_s: FloatArray, recording: Recording
) -> Homes:
    """Homes of our own result, in the form in which opponents take them.

    Between two reps: the longest hold of the bar, or the instant of least speed; the same within a second
    before the first and after the last rep.
    """
    speed = np.full(len(t_s), np.inf)
    for motion in motions:
        first = int(np.searchsorted(t_s, motion.samples.t_s[0]))
        speed[first : first + len(motion.velocity_mps)] = np.abs(motion.velocity_mps[: len(t_s) - first])
    ends_s = [reps[0].start_s - OUTER_REACH_S] + [rep.end_s or rep.concentric_end_s for rep in reps]
    starts_s = [rep.start_s for rep in reps] + [ends_s[-1] + OUTER_REACH_S]
    spans: list[tuple[int, int]] = []
    for end_s, start_s in zip(ends_s, starts_s, strict=True):
        first, last = np.clip(np.searchsorted(t_s, (end_s, start_s)), 0, len(t_s) - 1)
        spans.append(_hold(speed, int(first), int(last), recording.rate_hz))
    lost = np.zeros(len(t_s), dtype=np.bool_)
    samples = Samples(t_s, recording.rate_hz, recording.force_mps2, recording.gyro_radps, lost, lost)
    return Homes(tuple(spans), still_mask(samples, AnalysisConfig().stillness))


def _hold(speed: FloatArray, first: int, last: int, rate_hz: float) -> tuple[int, int]:
    slow = speed[first : last + 1] < HOLD_MPS
    edges = np.flatnonzero(np.diff(np.concatenate(([0], slow.astype(np.int8), [0]))))
    holds = [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    longest = max(holds, key=lambda ab: ab[1] - ab[0], default=(0, 0))
    if longest[1] - longest[0] < MIN_HOLD_S * rate_hz:
        instant = first + int(np.argmin(speed[first : last + 1]))
        return instant, instant
    return first + longest[0], first + longest[1]


def measure_own(
    motion: Motion, recording: Recording, t_s: FloatArray, bar_axis: FloatArray | None, config: OpponentConfig
) -> list[RepNumbers]:
    """Find the reps of a motion on its own height and measure them."""
    profile, rate_hz = DefinitionProfile(), recording.rate_hz
    height, velocity = motion.position_m[:, 2], _profile_velocity(motion, rate_hz, profile)
    legs = find_legs(height, velocity, config)
    out: list[RepNumbers] = []
    for order, (low, top) in enumerate(legs):
        concentric = find_phase(height, velocity, low, top, 1, profile)
        if concentric is None:
            continue
        drift = None
        if recording.up_first:
            after = legs[order + 1][0] if order + 1 < len(legs) else len(height) - 1
            turn = turning_index(height, low, after, top, profile.pause_band_m)
            drift = forward_drift_m(motion, bar_axis, concentric.start, turn)
        else:
            before = legs[order - 1][1] if order else max(low - round(4 * rate_hz), 0)
            home = before + int(np.argmax(height[before : low + 1]))
            first = find_phase(height, velocity, home, low, -1, profile)
            if first is not None:
                turn = turning_index(height, home, top, low, profile.pause_band_m)
                drift = forward_drift_m(motion, bar_axis, first.start, turn)
        speed = phase_velocity(height, velocity, concentric, 1, rate_hz, profile)
        times_s = float(t_s[concentric.start]), float(t_s[concentric.stop])
        out.append(RepNumbers(*times_s, speed.mean_mps, speed.peak_mps, speed.range_m, drift))
    return out


def measure_given(
    motion: Motion, recording: Recording, t_s: FloatArray, bar_axis: FloatArray | None, reps: Sequence[Rep]
) -> list[RepNumbers]:
    """Measure a motion over the phases of our reps."""
    profile, rate_hz = DefinitionProfile(), recording.rate_hz
    height, velocity = motion.position_m[:, 2], _profile_velocity(motion, rate_hz, profile)
    out: list[RepNumbers] = []
    for rep in reps:
        begin, turn, start, stop = (
            int(np.searchsorted(t_s, time_s))
            for time_s in (rep.start_s, rep.turning_point_s, rep.concentric_start_s, rep.concentric_end_s)
        )
        # As `phase_velocity` has it, written out because that bears no phase in which the height falls, and a
        # poor opponent's may: such a rep must count against it.
        range_m = float(height[stop] - height[start])
        mean_mps = range_m * rate_hz / (stop - start)
        peak_mps = float(velocity[start : stop + 1].max())
        drift = forward_drift_m(motion, bar_axis, begin, turn)
        numbers = RepNumbers(rep.concentric_start_s, rep.concentric_end_s, mean_mps, peak_mps, range_m, drift)
        out.append(numbers)
    return out


def forward_drift_m(motion: Motion, bar_axis: FloatArray | None, start: int, turn: int) -> float | None:
    """Forward position at the turning point minus that at the start; forward = bar axis x up.

    None without an attitude or without a bar axis.
    """
    if motion.attitude is None or bar_axis is None:
        return None
    left = motion.attitude[start : turn + 1].apply(bar_axis).mean(axis=0)
    forward = np.cross(left, (0.0, 0.0, 1.0))
    displacement = motion.position_m[turn] - motion.position_m[start]
    return float(displacement @ forward / np.linalg.norm(forward))


def _profile_velocity(motion: Motion, rate_hz: float, profile: DefinitionProfile) -> FloatArray:
    """Vertical velocity through the definition's zero-phase low-pass."""
    sections = butter(2, profile.lowpass_hz, fs=rate_hz, output="sos")
    return np.asarray(sosfiltfilt(sections, motion.velocity_mps[:, 2]))
