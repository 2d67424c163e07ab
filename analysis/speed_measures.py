"""Measures of one rep that lie in its vertical motion: ratios, times, the stall, power, smoothness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2
from analysis.velocity_curve import find_sticking_region, log_dimensionless_jerk, spectral_arc_length

if TYPE_CHECKING:
    from analysis.config import AnalysisConfig
    from analysis.definitions import Phase
    from analysis.imu import FloatArray
    from analysis.rep_motion import Numbers, RepMotion

NO_OTHER_PHASE = "the other phase was not seen"
NO_STICKING = "no sticking region"

SPEED_IDS = (
    "start_ratio", "lockout_ratio", "lockout_velocity_mps", "lockout_s", "stall_fraction",
    "peak_velocity_mps", "time_to_peak_s", "eccentric_velocity_mps", "eccentric_s",
    "time_under_tension_s", "spectral_arc_length", "log_dimensionless_jerk",
)  # fmt: skip


def speed_numbers(motion: RepMotion, dip_sd_mps: float, config: AnalysisConfig) -> Numbers:
    """Work out the measures of speed and time.

    Parameters
    ----------
    motion : RepMotion
        The rep.
    dip_sd_mps : float
        Standard deviation of the depth of a dip of speed, m/s.
    config : AnalysisConfig
        Definitions.
    """
    phases, rate_hz = motion.phases, motion.rate_hz
    phase, speed = phases.concentric, phases.speed
    along = velocity_along(motion)[phase.start : phase.stop + 1]
    numbers: Numbers = {
        "start_ratio": _start_velocity_mps(motion, config.measures.start_fraction) / speed.peak_mps,
        "lockout_ratio": speed.lockout_ratio,
        "lockout_velocity_mps": speed.lockout_ratio * speed.peak_mps,
        "lockout_s": speed.lockout_s,
        "peak_velocity_mps": float(along.max()),
        "time_to_peak_s": (peak_time(motion) - phase.begin) / rate_hz,
        "peak_specific_power_wpkg": _peak_power_wpkg(motion),
    }
    return numbers | _curve_numbers(motion, dip_sd_mps, config) | _other_phase(motion)


def velocity_along(motion: RepMotion) -> FloatArray:
    """Velocity in the direction of the concentric phase, m/s; of a bar with a fixed end along its arc."""
    upward = motion.bounds.concentric_sign * motion.up_mps
    if motion.side_mps is None:
        return upward
    return np.sign(upward) * np.hypot(upward, motion.side_mps)


def peak_time(motion: RepMotion) -> float:
    """When the concentric velocity peaks, in samples and parts of them: vertex of the parabola around it."""
    peak = motion.phases.concentric.peak
    if not 0 < peak < len(motion.up_mps) - 1:
        return float(peak)
    before, at, after = motion.bounds.concentric_sign * motion.up_mps[peak - 1 : peak + 2]
    bend = before - 2 * at + after
    return peak + (0.5 * float((before - after) / bend) if bend < 0 else 0.0)


def _start_velocity_mps(motion: RepMotion, fraction: float) -> float:
    """Mean velocity over the first part of the range of motion."""
    phase, part_m = motion.phases.concentric, fraction * motion.phases.speed.range_m
    height = motion.bounds.concentric_sign * motion.up_m[phase.start : phase.stop + 1]
    bottom = float(np.interp(phase.begin - phase.start, np.arange(len(height)), height))
    after = max(int(np.argmax(height >= bottom + part_m)), 1)
    step = height[after] - height[after - 1]
    at = phase.start + after - (float((height[after] - bottom - part_m) / step) if step > 0 else 0.0)
    return part_m * motion.rate_hz / max(at - phase.begin, 0.5)


def _peak_power_wpkg(motion: RepMotion) -> float:
    """Peak of force times velocity per mass: a v + g v_up over the concentric phase."""
    phase = motion.phases.concentric
    cut = slice(phase.start, phase.stop + 1)
    power = STANDARD_GRAVITY_MPS2 * motion.up_mps[cut]
    for velocity in (motion.up_mps, motion.side_mps):
        if velocity is not None:
            power = power + velocity[cut] * np.gradient(velocity[cut]) * motion.rate_hz
    return float(power.max())


def _curve_numbers(motion: RepMotion, dip_sd_mps: float, config: AnalysisConfig) -> Numbers:
    phase, sign = motion.phases.concentric, motion.bounds.concentric_sign
    cut = slice(phase.start, phase.stop + 1)
    speed, height = sign * motion.up_mps[cut], sign * motion.up_m[cut]
    sticking = find_sticking_region(speed, height, lambda _one, _other: dip_sd_mps, config.curve)
    arc = spectral_arc_length(speed, motion.rate_hz, config.curve)
    jerk = log_dimensionless_jerk(speed, motion.rate_hz)
    return {
        "stall_fraction": NO_STICKING if sticking is None else sticking.minimum_fraction,
        "spectral_arc_length": "no mean speed" if arc is None else arc,
        "log_dimensionless_jerk": "too short" if jerk is None else jerk,
    }


def mean_speed_mps(phase: Phase, height_m: FloatArray, rate_hz: float) -> float:
    """Height gained or lost in a phase over its duration, m/s."""
    inside = np.arange(phase.start, phase.stop + 1)
    begin, end = np.interp((phase.begin, phase.end), inside, height_m[inside])
    return abs(float(end - begin)) * rate_hz / (phase.end - phase.begin)


def _other_phase(motion: RepMotion) -> Numbers:
    phases, rate_hz = motion.phases, motion.rate_hz
    other = phases.eccentric
    numbers: Numbers = dict.fromkeys(
        ("eccentric_velocity_mps", "eccentric_s", "time_under_tension_s"), NO_OTHER_PHASE
    )
    if phases.second is not None:
        numbers["time_under_tension_s"] = (phases.second.end - phases.first.begin) / rate_hz
    if other is not None:
        numbers["eccentric_s"] = (other.end - other.begin) / rate_hz
        numbers["eccentric_velocity_mps"] = mean_speed_mps(other, motion.up_m, rate_hz)
    return numbers
