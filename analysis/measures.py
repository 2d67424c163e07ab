"""What is measured of each rep and set: names, units, which way is worse, how it is defined.

One place for all of it: the signal core fills these in, the statistics judge them, store, page and report
show them by this table. To add a measure, add one entry here and its computation in
``analysis/rep_measures.py`` (of a rep) or ``analysis/stability/parts.py`` (of a set). Definitions with their
sources: ``docs/metrics.md``. A bar sensor does not measure the thoracic spine: all of this is a declared
proxy, unvalidated against trunk motion capture.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Measure:
    """One quantity.

    Attributes
    ----------
    id : str
        As in stored results; ends with its unit.
    name : str
        For people.
    unit : str
        SI: "m", "rad", "m/s", "s", "W/kg", "m²", "m/s²" or "" (a ratio).
    worse : int
        +1 where more is worse, -1 where less is worse, 0 where neither is.
    resolution : float
        What the sensor can tell apart at best, in the unit; the smallest worthwhile change is never less.
    scope : str
        "rep", or "set" where it takes several reps.
    research : bool
        Shown, never judged: nobody knows yet what it means for a lifter.
    explain : str
        The definition in one sentence, for the page.
    """

    id: str
    name: str
    unit: str
    worse: Literal[-1, 0, 1]
    resolution: float
    explain: str
    scope: Literal["rep", "set"] = "rep"
    research: bool = False


_ALL = (
    Measure(
        "forward_displacement_m",
        "Forward displacement",
        "m",
        1,
        0.004,
        "How far forward of the rep's start the bar is where it turns round: at the bottom, or at the top.",
    ),
    Measure(
        "max_forward_m",
        "Most forward",
        "m",
        1,
        0.004,
        "The most forward position of the bar during the rep, from its start.",
    ),
    Measure(
        "forward_floor_to_knee_m",
        "Forward, floor to knee",
        "m",
        1,
        0.004,
        "How far the bar swings forward of where it lay before it passes the knee.",
    ),
    Measure(
        "forward_knee_to_lockout_m",
        "Forward, knee to lockout",
        "m",
        1,
        0.004,
        "How far the bar moves forward from the knee to the lockout; negative: it was reined in.",
    ),
    Measure(
        "uprightness_loss_rad",
        "Uprightness loss",
        "rad",
        1,
        0.005,
        "How much further forward the bar has rolled with the back at the deepest point than when standing.",
    ),
    Measure(
        "ascent_pitch_rad",
        "Pitch in the ascent",
        "rad",
        1,
        0.005,
        "How far forward the bar has rolled over the first half of the way up, relative to standing.",
    ),
    Measure(
        "rounding_rad",
        "Rounding over",
        "rad",
        1,
        0.005,
        "How much further the bar rolls forward between the deepest point and half-way up: hips rise first.",
    ),
    Measure(
        "early_pull_angle_rad",
        "Direction of the early pull",
        "rad",
        1,
        0.005,
        "Angle of the mean force on the bar from vertical, forward positive, in the drive's first half.",
    ),
    Measure(
        "late_pull_angle_rad",
        "Direction of the late pull",
        "rad",
        1,
        0.005,
        "Angle of the mean force on the bar from vertical, away from you positive, up to its fastest point.",
    ),
    Measure(
        "start_ratio",
        "Speed off the floor",
        "",
        -1,
        0.02,
        "Mean speed over the first 30 % of the lift, as a share of the rep's peak.",
    ),
    Measure(
        "lockout_ratio",
        "Lockout speed",
        "",
        -1,
        0.02,
        "Mean speed over the last 30 % of the lift, as a share of the rep's peak. Lower: a slower finish.",
    ),
    Measure(
        "lockout_velocity_mps",
        "Velocity at lockout",
        "m/s",
        -1,
        0.01,
        "Mean vertical velocity over the last 30 % of the range of motion.",
    ),
    Measure(
        "lockout_s", "Time at lockout", "s", 1, 0.02, "Time spent in the last 30 % of the range of motion."
    ),
    Measure(
        "stall_fraction",
        "Height of the stall",
        "",
        0,
        0.02,
        "Height of the slowest point of the sticking region, as a share of the range of motion.",
    ),
    Measure(
        "path_sway_m",
        "Sway of the path",
        "m",
        1,
        0.003,
        "How far the bar's path strays from the mean path of the set's other reps, at the same height.",
    ),
    Measure(
        "tilt_rad",
        "Tilt",
        "rad",
        1,
        0.005,
        "Largest turn of the bar out of level during the lift: one side lags.",
    ),
    Measure(
        "side_velocity_difference_mps",
        "Difference between the sides",
        "m/s",
        1,
        0.01,
        "Largest difference of vertical velocity between two points of the bar one metre apart.",
    ),
    Measure(
        "hold_sway_m",
        "Sway at lockout",
        "m",
        1,
        0.002,
        "Root mean square of the bar's forward sway while it is held at the top.",
    ),
    Measure(
        "tremor_mps2",
        "Tremor",
        "m/s²",
        0,
        0.02,
        "Root mean square of the bar's acceleration between 6 and 12 Hz; bar whip lies there as well.",
        research=True,
    ),
    Measure(
        "path_length_ratio",
        "Path length",
        "",
        1,
        0.005,
        "Length of the bar's side-view path over its height gained in the lift; 1 is a straight line up.",
    ),
    Measure(
        "loop_area_m2",
        "Loop area",
        "m²",
        0,
        0.0005,
        "Area between the way down and the way up in the side view.",
    ),
    Measure("peak_velocity_mps", "Peak velocity", "m/s", -1, 0.01, "Fastest vertical velocity of the lift."),
    Measure(
        "time_to_peak_s",
        "Time to peak velocity",
        "s",
        1,
        0.01,
        "From the start of the concentric phase to its peak velocity.",
    ),
    Measure(
        "peak_specific_power_wpkg",
        "Peak power",
        "W/kg",
        -1,
        0.2,
        "Peak of force times velocity on the bar, per kilogram of the bar's load (not of the body).",
    ),
    Measure("eccentric_velocity_mps", "Velocity down", "m/s", 0, 0.01, "Mean speed of the eccentric phase."),
    Measure("eccentric_s", "Time down", "s", 0, 0.02, "Duration of the eccentric phase."),
    Measure(
        "time_under_tension_s",
        "Time under tension",
        "s",
        0,
        0.05,
        "From the start of the rep's first phase to the end of its last.",
    ),
    Measure(
        "path_consistency_m",
        "Path scatter",
        "m",
        1,
        0.003,
        "How much the bar's path differs from rep to rep at the same height.",
        scope="set",
    ),
    Measure(
        "spectral_arc_length",
        "Smoothness (SPARC)",
        "",
        0,
        0.02,
        "Spectral arc length of the concentric speed; nearer to zero is smoother.",
        research=True,
    ),
    Measure(
        "log_dimensionless_jerk",
        "Smoothness (LDLJ)",
        "",
        0,
        0.05,
        "Log dimensionless jerk of the concentric speed; nearer to zero is smoother.",
        research=True,
    ),
)

MEASURES: Mapping[str, Measure] = MappingProxyType({measure.id: measure for measure in _ALL})
"""Every measure by its id."""
