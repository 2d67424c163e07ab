"""What the signal core says: reps, sets, sessions, each number with its uncertainty and its quality.

Unknown is None, never 0 or NaN. Times are seconds from the recording's first sample. Frames:
``docs/frames.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.imu import FloatArray
    from analysis.set_goal import SetGoal


class QualityState(StrEnum):
    """How far a result can be trusted."""

    GOOD = "good"
    LOW_QUALITY = "low_quality"
    NOT_RESOLVABLE = "not_resolvable"


@dataclass(frozen=True, slots=True)
class Quality:
    """A state with the reasons for it, in words that a lifter understands."""

    state: QualityState = QualityState.GOOD
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with its standard deviation; where it cannot be known it is None and ``reason`` says why.

    A reason beside a value says what is doubtful about it.
    """

    value: float | None = None
    sd: float | None = None
    reason: str = ""

    @property
    def state(self) -> QualityState:
        """Not resolvable without a value, low quality with a reason beside one, else good."""
        if self.value is None:
            return QualityState.NOT_RESOLVABLE
        return QualityState.LOW_QUALITY if self.reason else QualityState.GOOD


@dataclass(frozen=True, slots=True, eq=False)
class BarPath:
    """The bar's axis during one rep, for drawing: side view, thinned to about 50 Hz.

    Attributes
    ----------
    t_s : (N,) float64, s
        Time since the recording's first sample.
    forward_m : (N,) float64 or None, bar frame, m
        Forward of the rep's start, forward positive. None where fore-aft is not resolvable.
    up_m : (N,) float64, bar frame, m
        Above the rep's start.
    forward_sd_m : (N,) float64 or None, m
        Standard deviation of ``forward_m``.
    """

    t_s: FloatArray
    forward_m: FloatArray | None
    up_m: FloatArray
    forward_sd_m: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class StickingRegion:
    """Where a concentric phase slows down on its way: first peak of speed, minimum after it, next peak.

    Attributes
    ----------
    first_peak_mps, minimum_mps, second_peak_mps : float
        Speeds, m/s.
    first_peak_fraction, minimum_fraction, second_peak_fraction : float
        Heights at which they occur, fraction of the range of motion.
    dip_sd_mps : float
        Standard deviation of the difference between the first peak and the minimum, m/s.
    """

    first_peak_mps: float
    minimum_mps: float
    second_peak_mps: float
    first_peak_fraction: float
    minimum_fraction: float
    second_peak_fraction: float
    dip_sd_mps: float


@dataclass(frozen=True, slots=True)
class VelocityCurve:
    """Shape of the concentric phase's velocity; definitions and sources in ``docs/metrics.md``.

    Attributes
    ----------
    time_to_peak_s : float
        From the concentric start to the peak velocity, s.
    lockout_velocity_mps, lockout_velocity_sd_mps : float
        Mean over the last 30 % of the range of motion, m/s.
    lockout_s : float
        Time spent there, s.
    sticking : StickingRegion or None
        None where there is none.
    reversals : int
        How often the bar went back on its way (hitching).
    spectral_arc_length, log_dimensionless_jerk : float or None
        Smoothness, research measures: dimensionless, the nearer to zero the smoother.
    """

    time_to_peak_s: float
    lockout_velocity_mps: float
    lockout_velocity_sd_mps: float
    lockout_s: float
    sticking: StickingRegion | None
    reversals: int
    spectral_arc_length: float | None
    log_dimensionless_jerk: float | None


@dataclass(frozen=True, slots=True)
class Rep:
    """One repetition, by the definition profile ``upright-1`` of ``analysis/definitions.py``.

    Attributes
    ----------
    index : int
        Counted from 0 within its set.
    start_s, concentric_start_s, concentric_end_s : float
        Start of the first phase, start and end of the concentric phase, s.
    turning_point_s : float
        Height extremum between the two phases, s.
    end_s : float or None
        End of the last phase, s; None if the bar was dropped or the phase was not seen.
    mean_concentric_velocity_mps, peak_concentric_velocity_mps, mean_propulsive_velocity_mps : float
        Vertical, m/s, with standard deviations beside them.
    range_of_motion_m : float
        Height gained in the concentric phase, m.
    forward_drift_m : float or None
        Forward position at the turning point minus that at the start, m, forward positive.
    max_forward_m : float or None
        Most forward position between start and end, same zero, m.
    pitch_change_rad : float or None
        Pitch of the shaft about its long axis at the turning point relative to the rep's start, rad, forward
        positive; None on a sleeve or wrist.
    lockout_ratio : float or None
        Mean velocity in the last 30 % of the range of motion over the peak velocity.
    pitch_change_sd_rad, lockout_ratio_sd : float or None
        Their standard deviations; None with them, and in results from before these were known.
    curve : VelocityCurve or None
        Shape of the concentric phase; None in results from before it was looked at.
    measures : mapping of str to Estimate
        Those of `analysis.measures.MEASURES` that apply to the lift, by id; empty while the set is open and
        in results from before they were looked at.
    dropped : bool or None
        The bar was let go after the concentric phase and fell; None where that was not seen.
    eccentric_velocity_mps : float or None
        Mean speed of the eccentric phase, m/s.
    path : BarPath
        For drawing.
    quality : Quality
        Good, low quality or not resolvable, with reasons.
    """

    index: int
    start_s: float
    turning_point_s: float
    concentric_start_s: float
    concentric_end_s: float
    end_s: float | None
    mean_concentric_velocity_mps: float
    mean_concentric_velocity_sd_mps: float
    peak_concentric_velocity_mps: float
    peak_concentric_velocity_sd_mps: float
    mean_propulsive_velocity_mps: float
    range_of_motion_m: float
    range_of_motion_sd_m: float
    forward_drift_m: float | None
    forward_drift_sd_m: float | None
    max_forward_m: float | None
    pitch_change_rad: float | None
    lockout_ratio: float | None
    eccentric_velocity_mps: float | None
    path: BarPath = field(compare=False)
    quality: Quality = Quality()
    pitch_change_sd_rad: float | None = None
    lockout_ratio_sd: float | None = None
    curve: VelocityCurve | None = None
    measures: Mapping[str, Estimate] = field(default_factory=dict[str, Estimate], hash=False)
    dropped: bool | None = None


@dataclass(frozen=True, slots=True)
class RejectedMovement:
    """Something that moved like a rep and was not counted, with the reason."""

    start_s: float
    end_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class BarAxis:
    """Direction of the bar's long axis in the sensor.

    Attributes
    ----------
    axis : tuple of 3 float, or None
        Unit vector, sensor frame. If stated it points to the lifter's left; if found from the data its sign
        means nothing and makes the largest component positive. None: not known.
    sd_rad : float or None
        Standard deviation of its direction, rad; None where it was stated.
    source : str
        "stated" or "data".
    reason : str
        Why there is none; how to give a found axis its sign; how a stated one contradicts the motion.
    """

    axis: tuple[float, float, float] | None = None
    sd_rad: float | None = None
    source: str = "data"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SetSummary:
    """All that is known of one set once it is closed.

    Attributes
    ----------
    index : int
        Counted from 0 within the recording.
    exercise_id : str or None
        As labelled; None: nobody said.
    load_kg : float or None
        As labelled, kg.
    start_s, end_s : float
        From the first rep's start to the last rep's end, s.
    reps : tuple of Rep
        Counted repetitions.
    rejected : tuple of RejectedMovement
        Movements that were not counted, with reasons.
    velocity_loss_fraction : float or None
        1 - slowest of the reps after the fastest / fastest, by mean concentric velocity; None below two reps.
    stability : mapping of str to Estimate
        Mean over the reps, with the standard deviation of that mean, of each of `analysis.measures.MEASURES`
        that applies to the lift, by id; definitions and limits in ``docs/metrics.md``.
    sample_rate_hz : float
        Measured, not nominal, Hz.
    lost_samples, clipped_samples : int
        Within the set.
    bar_axis : BarAxis
        As stated, or as found from the reps' motion.
    velocity_feedback : bool or None
        Whether the lifter was shown velocities during the set, as the goal said; None: nobody said.
    goal : SetGoal or None
        What the set was meant to be; None: nobody said.
    """

    index: int
    exercise_id: str | None
    load_kg: float | None
    start_s: float
    end_s: float
    reps: tuple[Rep, ...]
    rejected: tuple[RejectedMovement, ...]
    velocity_loss_fraction: float | None
    stability: Mapping[str, Estimate]
    sample_rate_hz: float
    lost_samples: int
    clipped_samples: int
    bar_axis: BarAxis = BarAxis()
    velocity_feedback: bool | None = None
    goal: SetGoal | None = None
