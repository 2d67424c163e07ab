"""From the reps of a set's uninterrupted stretches to the summary of the set."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from analysis.bar_axis import STATED, bar_axis_of_set, most_certain, reported
from analysis.drops import falls_freely
from analysis.exercises import Exercise, find_exercise
from analysis.imu import MountPosition
from analysis.metrics import measure_rep, travel_m
from analysis.results import BarAxis, Quality, QualityState, RejectedMovement, Rep, SetSummary
from analysis.stability.parts import RESTS_ON_AXIS, set_stability, with_path_sway

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.config import AnalysisConfig
    from analysis.estimator import MotionEstimate
    from analysis.imu import Gap, Mount, SetLabel
    from analysis.repetitions import Rejection

GAP_REACH_S = 4.0
"""A gap this close to a rep may have swallowed another: it is mentioned."""


DROP_REACH_S = 1.0
"""A bar that falls within this time after a movement was dropped in it."""


@dataclass(frozen=True, slots=True)
class SegmentReps:
    """What was found in one stretch without a long gap."""

    reps: tuple[Rep, ...]
    rejected: tuple[RejectedMovement, ...]
    rate_hz: float
    lost_samples: int
    clipped_samples: int
    gap_after: Gap | None = None
    bar_axis: BarAxis = field(default_factory=BarAxis)
    """As the motion shows it, whatever was stated."""

    @classmethod
    def of(
        cls,
        motion: MotionEstimate | None,
        exercise: Exercise | None,
        mount: Mount,
        config: AnalysisConfig,
        gap_after: Gap | None,
    ) -> SegmentReps:
        """Measure the reps of a stretch; ``gap_after`` is the long gap that ended it, if one did."""
        reps: list[Rep] = []
        rejected: list[RejectedMovement] = []
        if motion is not None:
            t_s = motion.samples.t_s
            reps, rejected = _lifted(motion, exercise, mount, config)
            rejected += [
                RejectedMovement(
                    float(t_s[r.start]), float(t_s[r.stop]), r.reason + _dropped(motion, r, mount, config)
                )
                for r in motion.found.rejected
            ]
        if gap_after is not None:
            rejected.append(
                RejectedMovement(
                    gap_after.start_s, gap_after.end_s, "samples lost: no rep is counted across a gap"
                )
            )
        if motion is None or not reps:
            rate_hz = 0.0 if motion is None else motion.samples.rate_hz
            return cls((), tuple(rejected), rate_hz, 0, 0, gap_after)
        first, last = reps[0].start_s, reps[-1].end_s or reps[-1].concentric_end_s
        inside = (motion.samples.t_s >= first) & (motion.samples.t_s <= last)
        lost, clipped = (
            int((motion.samples.lost & inside).sum()),
            int((motion.samples.clipped & inside).sum()),
        )
        bar_axis = bar_axis_of_set(motion, reps, mount, config.bar_axis)
        return cls(tuple(reps), tuple(rejected), motion.samples.rate_hz, lost, clipped, gap_after, bar_axis)


def _dropped(motion: MotionEstimate, movement: Rejection, mount: Mount, config: AnalysisConfig) -> str:
    """Add to a reason that the bar was dropped, if it was."""
    if mount.position is MountPosition.WRIST:
        return ""
    stop = movement.stop + round(DROP_REACH_S * motion.samples.rate_hz)
    falls = falls_freely(motion.samples, movement.start, stop, config.measures)
    return "; the bar was dropped" if falls else ""


def _lifted(
    motion: MotionEstimate, exercise: Exercise | None, mount: Mount, config: AnalysisConfig
) -> tuple[list[Rep], list[RejectedMovement]]:
    """Measure the candidates of a stretch; leave out those in which the bar was carried about.

    Where most of them were carried, the rest is carrying too, with steps that happened to end where they
    began.
    """
    measured = [
        (rep, travel_m(motion, rep))
        for candidate in motion.found.accepted
        if (rep := measure_rep(motion, candidate, 0, exercise, mount, config)) is not None
    ]
    carried = [travelled > config.reps.max_travel_m for _, travelled in measured]
    mostly_carried = 2 * sum(carried) > len(measured)
    reps: list[Rep] = []
    rejected: list[RejectedMovement] = []
    for (rep, travelled), is_carried in zip(measured, carried, strict=True):
        if is_carried or mostly_carried:
            reason = f"carried {travelled:.1f} m, not lifted" if is_carried else "among carrying"
            rejected.append(RejectedMovement(rep.start_s, rep.end_s or rep.concentric_end_s, reason))
        else:
            reps.append(replace(rep, index=len(reps)))
    return reps, rejected


def summarise_set(
    index: int,
    label: SetLabel,
    mount: Mount,
    segments: Sequence[SegmentReps],
    config: AnalysisConfig,
    announced: Sequence[Rep] = (),
) -> SetSummary | None:
    """Put the stretches of a set together.

    Parameters
    ----------
    index, label, mount
        Of the set.
    segments : sequence of SegmentReps
        In the order of time.
    config : AnalysisConfig
        When a stated bar axis is doubted.
    announced : sequence of Rep
        Reps that were reported while the set was open.

    Returns
    -------
    SetSummary or None
        None if there is not a single rep and none was announced. If reps were announced and none is left, the
        summary has no reps and says why, so that nobody goes on showing them.
    """
    reps = tuple(
        replace(rep, index=i) for i, rep in enumerate(rep for segment in segments for rep in segment.reps)
    )
    known = reps or tuple(announced)
    if not known:
        return None
    start_s = known[0].start_s
    end_s = known[-1].end_s or known[-1].concentric_end_s
    rejected = tuple(
        r
        for segment in segments
        for r in segment.rejected
        if start_s - GAP_REACH_S <= r.end_s and r.start_s <= end_s + GAP_REACH_S
    )
    bar_axis = reported(
        mount, most_certain(segment.bar_axis for segment in segments if segment.reps), config.bar_axis
    )
    doubt = bar_axis.reason if bar_axis.source == STATED else ""
    reps = with_path_sway(reps)
    if doubt:
        reps = tuple(_doubted(rep) for rep in reps)
    gaps = [segment.gap_after for segment in segments if segment.gap_after is not None]
    rejected += tuple(
        RejectedMovement(rep.start_s, rep.end_s or rep.concentric_end_s, "not confirmed when the set closed")
        for rep in announced
        if not any(_overlap(rep, other) for other in reps)
    )
    return SetSummary(
        index=index,
        exercise_id=label.exercise_id,
        load_kg=label.load_kg,
        start_s=start_s,
        end_s=end_s,
        reps=reps,
        rejected=rejected,
        velocity_loss_fraction=velocity_loss(reps),
        stability=set_stability(reps, find_exercise(label.exercise_id), mount, doubt),
        sample_rate_hz=max(segment.rate_hz for segment in segments),
        lost_samples=sum(segment.lost_samples for segment in segments)
        + sum(gap.missing for gap in gaps if start_s <= gap.start_s and gap.end_s <= end_s),
        clipped_samples=sum(segment.clipped_samples for segment in segments),
        bar_axis=bar_axis,
        velocity_feedback=None if label.goal is None else label.goal.velocity_feedback,
        goal=label.goal,
    )


def _doubted(rep: Rep) -> Rep:
    """Mark what rests on a stated bar axis that the motion contradicts, if the rep has any of it."""
    if rep.forward_drift_m is None and rep.pitch_change_rad is None:
        return rep
    state = rep.quality.state
    if state is QualityState.GOOD:
        state = QualityState.LOW_QUALITY
    reason = "forward and pitch are doubtful: the motion contradicts the stated bar axis"
    measures = {
        name: replace(estimate, reason="the motion contradicts the stated bar axis")
        if name in RESTS_ON_AXIS and estimate.value is not None
        else estimate
        for name, estimate in rep.measures.items()
    }
    return replace(rep, quality=Quality(state, (*rep.quality.reasons, reason)), measures=measures)


def _overlap(one: Rep, other: Rep) -> bool:
    """Tell whether two estimates are of the same rep: their concentric phases overlap."""
    return one.concentric_start_s < other.concentric_end_s and other.concentric_start_s < one.concentric_end_s


def velocity_loss(reps: Sequence[Rep]) -> float | None:
    """Compute 1 - slowest of the reps after the fastest / fastest, by mean velocity; None below two reps."""
    if len(reps) < 2:
        return None
    velocities = [rep.mean_concentric_velocity_mps for rep in reps]
    fastest = max(range(len(reps)), key=velocities.__getitem__)
    return 1.0 - min(velocities[fastest:]) / velocities[fastest]
