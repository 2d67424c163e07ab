"""What the nodes of the smoother, and samples, are too coarse for: errors of a rep's measures in closed form.

Between two nodes the error of velocity is a Brownian bridge, whose variance is on average a sixth of what
white noise gathers over the interval; that of position is its integral. Times are no finer than samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2
from analysis.path_measures import drive_times, hold_samples, sway_m
from analysis.speed_measures import peak_time

if TYPE_CHECKING:
    from analysis.config import AnalysisConfig
    from analysis.rep_motion import RepMotion

WHITE_SHARE = 0.5
"""Part of the stated noise density of the gyroscope that is white: the rest covers cross-axis errors."""

SHORTER = 0.9
"""A hold that ended a tenth earlier, by the same rule on slightly other velocities."""


def fine_variances(motion: RepMotion, noise_scale: float, config: AnalysisConfig) -> dict[str, float]:
    """Give the variance that each measure has on top of what the directions of error give it.

    Parameters
    ----------
    motion : RepMotion
        The rep.
    noise_scale : float
        What multiplies the accelerometer's noise density.
    config : AnalysisConfig
        Noise densities, spacing of nodes.
    """
    node_s, grain_s = config.smoother.node_s, np.sqrt(1 / 12) / motion.rate_hz
    density = noise_scale * config.noise.accel_mps2_per_rthz
    bridge_mps = density * np.sqrt(node_s / 6)
    sds = (
        _of_times(motion, density, grain_s, config)
        | _of_speeds(motion, bridge_mps, grain_s)
        | _of_turns(motion, config)
        | _of_the_side_view(motion, density, bridge_mps, config)
    )
    return {name: float(sd) ** 2 for name, sd in sds.items()}


def _of_times(motion: RepMotion, density: float, grain_s: float, config: AnalysisConfig) -> dict[str, float]:
    """Give the peak's time by the noise of acceleration over its curvature; the others to half a sample."""
    peak, rate_hz = motion.phases.concentric.peak, motion.rate_hz
    reach = max(round(0.5 / config.definition.lowpass_hz * rate_hz / 2), 1)
    around = motion.up_mps[max(peak - reach, 0)], motion.up_mps[min(peak + reach, len(motion.up_mps) - 1)]
    curvature = abs(2 * motion.up_mps[peak] - sum(around)) / (reach / rate_hz) ** 2
    noise_mps2 = density * np.sqrt(config.definition.lowpass_hz)
    longest_s = abs(peak_time(motion) - motion.phases.concentric.begin) / rate_hz
    peak_s = min(noise_mps2 / max(curvature, 1e-6), longest_s)
    half = 0.5 * grain_s
    return {
        "time_to_peak_s": float(np.hypot(np.hypot(half, peak_s), config.measures.peak_time_sd_s)),
        "spectral_arc_length": config.measures.arc_length_sd,
        "log_dimensionless_jerk": config.measures.jerk_sd,
        "lockout_s": half,
        "eccentric_s": grain_s,
        "time_under_tension_s": grain_s,
    }


def _of_speeds(motion: RepMotion, bridge_mps: float, grain_s: float) -> dict[str, float]:
    speed, phase = motion.phases.speed, motion.phases.concentric
    relative = bridge_mps / speed.peak_mps
    part_s = 0.3 * (phase.end - phase.begin) / motion.rate_hz
    return {
        "start_ratio": float(np.hypot(relative, 0.5 * grain_s / part_s)),
        "lockout_ratio": speed.lockout_ratio * float(np.hypot(relative, 0.5 * grain_s / speed.lockout_s)),
        "lockout_velocity_mps": speed.lockout_ratio * speed.peak_mps * 0.5 * grain_s / speed.lockout_s,
        "peak_velocity_mps": bridge_mps,
        "peak_specific_power_wpkg": STANDARD_GRAVITY_MPS2 * bridge_mps,
        "stall_fraction": speed.mean_mps * grain_s / speed.range_m,
    }


def _of_turns(motion: RepMotion, config: AnalysisConfig) -> dict[str, float]:
    white = WHITE_SHARE * config.noise.gyro_radps_per_rthz
    from_turn_s = max(motion.half_way() - motion.phases.turn, 1) / motion.rate_hz
    return {
        "rounding_rad": white * np.sqrt(from_turn_s),
        "side_velocity_difference_mps": config.measures.grip_distance_m
        * white
        * np.sqrt(config.definition.lowpass_hz),
    }


def _of_the_side_view(
    motion: RepMotion, density: float, bridge_mps: float, config: AnalysisConfig
) -> dict[str, float]:
    forward_m, forward_mps = motion.forward_m, motion.forward_mps
    if forward_m is None or forward_mps is None:
        return {}
    sds: dict[str, float] = {}
    spans_s = np.diff(drive_times(motion)) / motion.rate_hz
    for name, span_s in zip(("early_pull_angle_rad", "late_pull_angle_rad"), spans_s, strict=True):
        gained_mps = min(np.sqrt(2) * bridge_mps, density * np.sqrt(span_s))
        sds[name] = float(gained_mps / (STANDARD_GRAVITY_MPS2 * span_s))
    # An end that is off in time takes in a stretch of the force there instead of the mean one.
    peak = motion.phases.concentric.peak
    near = slice(max(peak - 2, 0), peak + 3)
    push = float(np.gradient(forward_mps[near]).mean()) * motion.rate_hz / STANDARD_GRAVITY_MPS2
    late = np.interp(drive_times(motion), np.arange(len(forward_mps)), forward_mps)
    mean = (late[2] - late[1]) / (STANDARD_GRAVITY_MPS2 * spans_s[1])
    turned = abs(push - mean) * config.measures.peak_time_sd_s / spans_s[1]
    sds["late_pull_angle_rad"] = float(np.hypot(sds["late_pull_angle_rad"], turned))
    stop, length = motion.phases.concentric.stop, hold_samples(motion, forward_mps, config)
    if length >= config.measures.hold_least_s * motion.rate_hz:
        whole, shorter = (
            sway_m(forward_m[stop : stop + count]) for count in (length, max(int(SHORTER * length), 3))
        )
        position_m = bridge_mps * config.smoother.node_s / np.pi
        sds["hold_sway_m"] = float(np.hypot(whole - shorter, position_m))
    return sds
