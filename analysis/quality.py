"""How far the numbers of a rep can be trusted, and which of them cannot be known at all.

Never a confident wrong number: what an assumption of the smoother does not cover either widens an interval
here or takes the number away, with the reason in words that a lifter understands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.exercises import Exercise, StartsFrom
from analysis.imu import Mount, MountPosition
from analysis.results import Quality, QualityState

if TYPE_CHECKING:
    from analysis.config import AnalysisConfig, MountConfig
    from analysis.definitions import Phase
    from analysis.estimator import MotionEstimate
    from analysis.imu import BoolArray


def widened(sds: tuple[float, float, float], mount: Mount, config: MountConfig) -> tuple[float, float, float]:
    """Add what the place of the sensor leaves unknown of the bar's motion.

    Parameters
    ----------
    sds : tuple of 3 float
        Standard deviations of mean velocity, peak velocity (m/s) and range of motion (m) of the sensor's
        place.
    mount : Mount
        Where the sensor sits.
    config : MountConfig
        How differently wrists and sleeves move.
    """
    extra = (0.0, 0.0, 0.0)
    if mount.position is MountPosition.WRIST:
        extra = config.wrist_sds
    elif mount.position is MountPosition.SLEEVE and not any(mount.lever_m):
        extra = config.sleeve_sds
    mean, peak, range_m = (float(np.hypot(sd, more)) for sd, more in zip(sds, extra, strict=True))
    return mean, peak, range_m


@dataclass(frozen=True, slots=True, eq=False)
class RepFacts:
    """What the judgement of one rep rests on.

    Attributes
    ----------
    motion : MotionEstimate
        That the rep was measured in.
    start, turn, last : int
        Samples: leaving home, turning point, end of the last phase.
    concentric : Phase
        The concentric phase.
    sds : tuple of 3 float
        Of mean velocity, peak velocity (m/s) and range of motion (m).
    exercise : Exercise or None
        The lift, if told.
    start_is_known : bool
        False if the stretch began in mid-movement.
    """

    motion: MotionEstimate
    start: int
    turn: int
    last: int
    concentric: Phase
    sds: tuple[float, float, float]
    exercise: Exercise | None
    start_is_known: bool

    def count(self, mask: BoolArray, first: int | None = None, last: int | None = None) -> int:
        """Count the samples of a mask inside the rep, or inside a part of it."""
        first, last = self.start if first is None else first, self.last if last is None else last
        return int(mask[max(first, 0) : last + 1].sum())

    def why_no_pitch(self, mount: Mount, config: AnalysisConfig) -> str:
        """Say why the pitch of the shaft is not resolvable; empty if it is."""
        if not self.start_is_known:
            return "began before the samples did"
        if self.gyro_is_missing():
            return "the sensor gave no rate of turn"
        return self._why_slipped(mount, config)

    def why_no_forward(self, mount: Mount, config: AnalysisConfig) -> str:
        """Say why fore-aft is not resolvable in this rep; empty if it is."""
        if mount.why_no_forward:
            return mount.why_no_forward
        if not self.start_is_known:
            return "began before the samples did"
        if self.gyro_is_missing():
            return "the sensor gave no rate of turn"
        if mount.position is MountPosition.SLEEVE and not any(mount.lever_m):
            turned = self._turned_about(mount)
            if turned > config.mounts.sleeve_turn_rad:
                return (
                    f"the sleeve turned by {np.degrees(turned):.0f}° and the sensor's lever arm is not known"
                )
        why_no_tilt = self.why_no_tilt(mount, config)
        if why_no_tilt:
            return why_no_tilt
        sd = self._forward_sd()
        if sd > config.mounts.resolvable_forward_sd_m:
            return f"uncertain by {sd * 100:.0f} cm"
        return ""

    def why_no_tilt(self, mount: Mount, config: AnalysisConfig) -> str:
        """Say why a bar whose axis is known has no tilt that is resolvable; empty if it has."""
        if not self.start_is_known:
            return "began before the samples did"
        if self.gyro_is_missing():
            return "the sensor gave no rate of turn"
        tilt = self._axis_tilt(mount)
        if tilt > config.mounts.axis_tilt_rad:
            return (
                f"the bar seems tilted by {np.degrees(tilt):.0f}°: mounted otherwise than stated, or slipped"
            )
        return ""

    def gyro_is_missing(self) -> bool:
        """Tell whether the rate of turn stands still while the rep goes on, as no real gyroscope does."""
        return bool(np.ptp(self.motion.samples.gyro_radps[self.start : self.last + 1], axis=0).max() == 0.0)

    def _turned_about(self, mount: Mount) -> float:
        """Largest turn of the sensor about the bar during the rep, rad."""
        rate = self.motion.samples.gyro_radps[self.start : self.last + 1] @ np.asarray(mount.bar_axis)
        return float(np.ptp(np.cumsum(rate)) / self.motion.samples.rate_hz)

    def _axis_tilt(self, mount: Mount) -> float:
        """How far the stated bar axis is from horizontal at the ends of the rep, rad; the larger."""
        matrix = self.motion.attitude.matrix[[self.start, self.last]]
        return float(np.abs(np.arcsin(np.clip(matrix[:, 2] @ np.asarray(mount.bar_axis), -1.0, 1.0))).max())

    def _why_slipped(self, mount: Mount, config: AnalysisConfig) -> str:
        """Say whether the sensor turned about the bar faster than a shaft does in a lift; empty if not."""
        axis = np.asarray(mount.bar_axis or (0.0, 0.0, 0.0))
        rate = self.motion.samples.gyro_radps[self.start : self.last + 1] @ axis
        fast = float(np.abs(rate).max()) if len(rate) else 0.0
        spins = self.exercise is not None and self.exercise.main_velocity == "peak"
        if fast > config.mounts.slip_radps and not spins:
            return f"the sensor turned at {np.degrees(fast):.0f}°/s: it slipped, or was hit"
        return ""

    def _forward_sd(self) -> float:
        """Horizontal standard deviation at the turning point in the worse direction, m."""
        covariance = self.motion.solution.displacement_covariances_m2(self.start, np.array([self.turn]))[0]
        return float(np.sqrt(max(np.linalg.eigvalsh(covariance[:2, :2])[-1], 0.0)))


def judge(facts: RepFacts, forward_sd_m: float | None, mount: Mount, config: AnalysisConfig) -> Quality:
    """Judge one rep.

    Parameters
    ----------
    facts : RepFacts
        The rep.
    forward_sd_m : float or None
        Standard deviation of its forward drift, m, where that is resolvable.
    mount : Mount
        Where the sensor sits.
    config : AnalysisConfig
        Limits.
    """
    limits, samples = config.mounts, facts.motion.samples
    unseen = unseen_reasons(facts)
    reasons = [*unseen, *_doubts(facts, forward_sd_m, mount, config)]
    state = QualityState.LOW_QUALITY if reasons else QualityState.GOOD
    seen = facts.last - facts.start + 1
    hopeless: list[str] = []
    if facts.count(samples.lost | samples.clipped) > limits.unseen_fraction * seen:
        hopeless.append("too much of the rep was not seen")
    if facts.sds[0] > limits.resolvable_velocity_sd_mps:
        hopeless.append("velocity not resolvable")
    if facts.gyro_is_missing():
        hopeless.append("the sensor gave no rate of turn: velocity not resolvable")
    if facts.motion.found.contradicted:
        hopeless.append("the set contradicts itself: what looked like a rep at first does not in the end")
    if samples.rate_hz < limits.resolvable_rate_hz:
        hopeless.append(f"sampled at {samples.rate_hz:.0f} Hz: too slow for velocity")
    if hopeless:
        state = QualityState.NOT_RESOLVABLE
    reasons += hopeless
    why = facts.why_no_forward(mount, config)
    if why:
        reasons.append(f"forward not resolvable: {why}")
    return Quality(state, tuple(reasons))


def unseen_reasons(facts: RepFacts) -> list[str]:
    """Give the reasons for doubt that lie in the samples."""
    samples = facts.motion.samples
    lost, clipped = facts.count(samples.lost), facts.count(samples.clipped)
    reasons: list[str] = []
    if lost:
        reasons.append(f"{lost} samples lost inside the rep and bridged")
    if clipped:
        near = int(0.1 * samples.rate_hz)
        turning = facts.count(samples.clipped, facts.turn - near, facts.turn + near)
        where = ", at the turning point" if turning else ""
        reasons.append(f"{clipped} samples at the sensor's limit{where}")
    return reasons


def _doubts(facts: RepFacts, forward_sd_m: float | None, mount: Mount, config: AnalysisConfig) -> list[str]:
    """Reasons that lie in what is known of the motion."""
    limits, motion = config.mounts, facts.motion
    reasons: list[str] = []
    if not motion.attitude.bias_known:
        reasons.append("the bar was never still: sensor bias unknown")
    if facts.sds[0] > limits.good_velocity_sd_mps:
        reasons.append(f"velocity uncertain by {facts.sds[0]:.2f} m/s")
    if forward_sd_m is not None and forward_sd_m > limits.good_forward_sd_m:
        reasons.append(f"path uncertain by {forward_sd_m * 100:.0f} cm")
    if motion.samples.rate_hz < limits.good_rate_hz:
        reasons.append(f"sampled at {motion.samples.rate_hz:.0f} Hz: peak velocity and impacts are blurred")
    floor = facts.exercise is not None and facts.exercise.starts_from is StartsFrom.FLOOR
    if mount.position is MountPosition.WRIST and floor:
        reasons.append("a lift from the floor on a wrist: impacts disturb the sensor")
    slipped = facts.why_no_pitch(mount, config) if mount.position is MountPosition.SHAFT else ""
    if slipped and facts.start_is_known and not facts.gyro_is_missing():
        reasons.append(f"pitch not resolvable: {slipped}")
    return reasons
