"""Tuned numbers of the measures of a rep, with unit, sensible range and source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MeasureConfig:
    """Where the measures of a rep look, and what their standard deviations rest on.

    Attributes
    ----------
    knee_fraction : float
        Height of the knee in a deadlift, fraction of the range of motion; 0.40 to 0.50. Tibia about 0.50 m,
        less 0.225 m of the plate's radius, over 0.58 m from there to the lockout at about 0.80 m: 0.47; the
        bar passes just below the joint.
    start_fraction : float
        First part of the range of motion that counts as its start; as the lockout, 0.25 to 0.33.
    grip_distance_m : float
        Distance of the two points whose velocities are compared, m: about that of the hands, 0.5 to 1.
    hold_least_s, hold_longest_s : float
        A bar that is held for less shows no sway, and no more than this is looked at, s; 0.3 to 0.5, 1 to 3.
    hold_forward_mps : float
        Faster fore-aft than this is walking, not holding, m/s; sway of a standing lifter reaches 0.03.
    tremor_hz : tuple of 2 float
        Band of physiological tremor, Hz.
    tremor_gain_sd : float
        Standard deviation of the gain of filter and sampling in that band, fraction; from the simulator at
        100 and 200 Hz.
    free_fall_fraction, free_fall_s : float
        A bar falls freely while specific force is below this fraction of gravity, for at least this long, s.
        A bar let go at 0.3 m falls for 0.25 s; the fall into a catch is free for 0.1 to 0.15 s.
    free_fall_reach_s : float
        A bar is dropped within this time after the concentric phase, s.
    peak_time_sd_s : float
        How well the time of the peak velocity is known beyond what the motion's covariance says, s. Fitted
        to the simulator's tuning seeds (3 to 5 ms); the cause is not established.
    arc_length_sd, jerk_sd : float
        The same of the two measures of smoothness, which depend on where the phase ends and on the sampling
        rate. Fitted likewise: the errors' root mean square there.
    axis_sd_rad : float
        How well a stated bar axis is known, rad: a case strapped against a shaft, 0.5 to 1 degree. A bar that
        rolls seems to tilt by as much of it.
    modes : int
        Independent directions of error that are followed, of forward and of vertical motion; 4 to 8: the rest
        is below 2 % of the variance.
    mode_nodes : int
        Nodes at which their covariance is taken; 8 to 20.
    """

    knee_fraction: float = 0.45
    start_fraction: float = 0.30
    grip_distance_m: float = 1.0
    hold_least_s: float = 0.3
    hold_longest_s: float = 2.0
    hold_forward_mps: float = 0.10
    tremor_hz: tuple[float, float] = (6.0, 12.0)
    tremor_gain_sd: float = 0.01
    free_fall_fraction: float = 0.3
    free_fall_s: float = 0.2
    free_fall_reach_s: float = 4.0
    peak_time_sd_s: float = 0.004
    arc_length_sd: float = 0.03
    jerk_sd: float = 0.10
    axis_sd_rad: float = 0.01
    modes: int = 6
    mode_nodes: int = 14
