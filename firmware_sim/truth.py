"""Truth of each repetition: the definition profile ``upright-1`` applied to the true motion.

Written from section 7 of the design, independently of the analysis package. The point is the one on the bar's
axis at the sensor's place along the bar, which is what a cord tied there would see.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import butter, sosfiltfilt

from firmware_sim.measure_truth import (
    MeasureDefinitions,
    TrueSignals,
    TrueSpans,
    shaking,
    true_measures,
)
from firmware_sim.motion import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firmware_sim.curves import FloatArray
    from firmware_sim.staging import PlannedSet, RepPhases

PROFILE = "upright-1"
"""Name of the definition profile."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """Numbers of the definition profile ``upright-1``.

    Attributes
    ----------
    rate_hz : float
        Grid on which the closed form is evaluated, Hz.
    lowpass_hz : float
        Zero-phase low-pass on vertical velocity, Hz (second-order Butterworth, run both ways).
    floor_mps, floor_fraction : float
        A phase ends where velocity falls below the larger of these two, the latter of the phase's peak.
    remaining_fraction : float
        ... and less than this share of the range of motion remains.
    turn_band_m : float
        The turning point is the middle of the time spent within this of the extremum, m.
    """

    rate_hz: float = 1000.0
    lowpass_hz: float = 8.0
    floor_mps: float = 0.03
    floor_fraction: float = 0.06
    remaining_fraction: float = 0.15
    turn_band_m: float = 0.005


@dataclass(frozen=True, slots=True)
class RepTruth:
    """One repetition as it truly was.

    Attributes
    ----------
    start_s, concentric_start_s, concentric_end_s, turning_point_s : float
        Scenario time, s.
    end_s : float or None
        Scenario time, s; None if the bar was dropped.
    mean_concentric_velocity_mps, peak_concentric_velocity_mps, mean_propulsive_velocity_mps : float
        Vertical, m/s.
    range_of_motion_m : float
        Height gained in the concentric phase, m.
    forward_drift_m, max_forward_m : float
        Forward of the position at ``start_s``: at the turning point, and the most forward until ``end_s`` or
        until the bar was let go, m.
    pitch_change_rad : float
        Pitch of the shaft at the turning point minus that at ``start_s``, rad.
    measures : mapping of str to float or None
        Those of `firmware_sim.measure_truth`, by id.
    """

    start_s: float
    concentric_start_s: float
    concentric_end_s: float
    turning_point_s: float
    end_s: float | None
    mean_concentric_velocity_mps: float
    peak_concentric_velocity_mps: float
    mean_propulsive_velocity_mps: float
    range_of_motion_m: float
    forward_drift_m: float
    max_forward_m: float
    pitch_change_rad: float
    measures: Mapping[str, float | None] = field(default_factory=dict[str, "float | None"], hash=False)

    def as_dict(self) -> dict[str, object]:
        """For the JSON file of truths."""
        return asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    t_s: FloatArray
    forward_m: FloatArray
    height_m: FloatArray
    velocity_mps: FloatArray
    pitch_rad: FloatArray
    signals: TrueSignals

    def index(self, t_s: float) -> int:
        return int(np.searchsorted(self.t_s, t_s))


def set_truth(
    planned: PlannedSet, along_m: float, definitions: Definitions | None = None
) -> tuple[RepTruth, ...]:
    """Apply the definition profile to every repetition of a set.

    Parameters
    ----------
    planned : PlannedSet
        The set.
    along_m : float
        Place of the sensor along the bar, to the left of its middle, m.
    definitions : Definitions, optional
        The profile.
    """
    profile = definitions or Definitions()
    motion = planned.motion
    t_s = np.arange(motion.start_s, motion.end_s, 1 / profile.rate_hz)
    point = motion.axis_point(t_s, along_m)
    sections = butter(2, profile.lowpass_hz, fs=profile.rate_hz, output="sos")
    velocity = np.asarray(sosfiltfilt(sections, point.velocity_mps, axis=0))
    tilt, tilt_rate, _ = motion.tilt_rad.evaluate(t_s)
    signals = TrueSignals(
        rate_hz=profile.rate_hz,
        forward_m=point.position_m[:, 0],
        up_m=point.position_m[:, 2],
        forward_mps=velocity[:, 0],
        up_mps=velocity[:, 2],
        pitch_rad=point.pitch_rad,
        tilt_rad=tilt,
        tilt_rate_radps=np.asarray(sosfiltfilt(sections, np.asarray(tilt_rate, dtype=np.float64))),
        shaking_mps2=shaking(point.velocity_mps, profile.rate_hz, MeasureDefinitions()),
        fixed_end=planned.fixed_end,
    )
    grid = _Grid(
        t_s=t_s,
        forward_m=signals.forward_m,
        height_m=signals.up_m,
        velocity_mps=signals.up_mps,
        pitch_rad=point.pitch_rad,
        signals=signals,
    )
    return tuple(_rep_truth(grid, phases, planned.first_sign, profile) for phases in planned.phases)


def _rep_truth(grid: _Grid, phases: RepPhases, first_sign: float, profile: Definitions) -> RepTruth:
    turn = _turning_index(grid, phases, first_sign, profile)
    before, after = grid.index(phases.home_before_s), grid.index(phases.home_after_s)
    first = _phase(grid, before, turn, first_sign, profile)
    start = first[0]
    other: tuple[int, int] | None = None
    if phases.dropped:
        end, con_start, con_end = grid.index(phases.second_start_s), *first
    else:
        second = _phase(grid, turn, after, -first_sign, profile)
        end = second[1]
        (con_start, con_end), other = (first, second) if first_sign > 0 else (second, first)
    duration_s = grid.t_s[con_end] - grid.t_s[con_start]
    rom_m = grid.height_m[con_end] - grid.height_m[con_start]
    forward = grid.forward_m - grid.forward_m[start]
    peak_mps = float(grid.velocity_mps[con_start : con_end + 1].max())
    slow_mps = max(profile.floor_mps, profile.floor_fraction * peak_mps)
    spans = TrueSpans(start, end, turn, (con_start, con_end), other, slow_mps)
    return RepTruth(
        start_s=float(grid.t_s[start]),
        concentric_start_s=float(grid.t_s[con_start]),
        concentric_end_s=float(grid.t_s[con_end]),
        turning_point_s=float(grid.t_s[turn]),
        end_s=None if phases.dropped else float(grid.t_s[end]),
        mean_concentric_velocity_mps=float(rom_m / duration_s),
        peak_concentric_velocity_mps=peak_mps,
        mean_propulsive_velocity_mps=_propulsive(grid, con_start, con_end),
        range_of_motion_m=float(rom_m),
        forward_drift_m=float(forward[turn]),
        max_forward_m=float(forward[start : end + 1].max()),
        pitch_change_rad=float(grid.pitch_rad[turn] - grid.pitch_rad[start]),
        measures=true_measures(grid.signals, spans, MeasureDefinitions()),
    )


def _turning_index(grid: _Grid, phases: RepPhases, first_sign: float, profile: Definitions) -> int:
    """Middle of the time within the band around the height extremum."""
    low, high = grid.index(phases.home_before_s), grid.index(phases.home_after_s)
    height = grid.height_m[low:high] * first_sign
    top = int(np.argmax(height))
    outside = np.flatnonzero(height < height[top] - profile.turn_band_m)
    left = outside[outside < top][-1] + 1
    right = outside[outside > top][0] - 1
    return low + int(left + right) // 2


def _phase(grid: _Grid, low: int, high: int, sign: float, profile: Definitions) -> tuple[int, int]:
    """Start and end of the phase that lies between two rests, outward from its peak."""
    speed = sign * grid.velocity_mps[low : high + 1]
    height = sign * grid.height_m[low : high + 1]
    peak = int(np.argmax(speed))
    threshold = max(profile.floor_mps, profile.floor_fraction * float(speed[peak]))
    bottom, top = float(height.min()), float(height.max())
    margin = profile.remaining_fraction * (top - bottom)
    slow = speed < threshold
    starts = np.flatnonzero(slow[:peak] & (height[:peak] - bottom < margin))
    ends = np.flatnonzero(slow[peak:] & (top - height[peak:] < margin))
    start = int(starts[-1]) if len(starts) else 0
    end = peak + int(ends[0]) if len(ends) else len(speed) - 1
    return low + start, low + end


def _propulsive(grid: _Grid, start: int, end: int) -> float:
    """Mean velocity until acceleration falls below -g for the first time after the start."""
    acceleration = np.gradient(grid.velocity_mps[start : end + 1], grid.t_s[start : end + 1])
    braking: Sequence[int] = np.flatnonzero(acceleration < -STANDARD_GRAVITY_MPS2).tolist()
    stop = start + braking[0] if braking else end
    return float((grid.height_m[stop] - grid.height_m[start]) / (grid.t_s[stop] - grid.t_s[start]))
