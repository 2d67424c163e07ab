"""What can be computed from a recording and what cannot, with the reasons, before anything is computed.

The rules are those by which the signal core judges a rep (`analysis.quality`), asked of the whole recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.bar_axis import STATED, reported
from analysis.config import AnalysisConfig
from analysis.imu import Mount, MountPosition
from analysis.results import QualityState
from analysis.unit_check import Suspicion

if TYPE_CHECKING:
    from analysis.checkup import Checkup


@dataclass(frozen=True, slots=True)
class ComputableConfig:
    """When a recording's fault becomes a doubt about its numbers.

    Attributes
    ----------
    least_duration_s, least_moving_s : float
        A rep takes 1 to 4 s, and something before and after it, s.
    lost_fraction : float
        More lost samples than this are a doubt about the recording and not about single reps.
    repeated_fraction : float
        More repeated values than this say that the true rate is lower.
    uneven_fraction : float
        Standard deviation of the sampling step over the step, above which time stamps are doubtful.
    """

    least_duration_s: float = 3.0
    least_moving_s: float = 1.0
    lost_fraction: float = 0.01
    repeated_fraction: float = 0.05
    uneven_fraction: float = 0.1


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether one quantity can be computed.

    Attributes
    ----------
    quantity : str
        Stable, for programs.
    name : str
        For people.
    state : QualityState
        Good, of low quality, or not resolvable.
    reasons : tuple of str
        Why not, or what is doubtful; beside "good", what is to be borne in mind.
    """

    quantity: str
    name: str
    state: QualityState
    reasons: tuple[str, ...] = ()


_WRONG_UNITS = {
    Suspicion.FORCE_IN_G: "acceleration is in g; multiply it by 9.80665",
    Suspicion.NO_GRAVITY: "gravity was taken off the acceleration, so nothing tells which way is up",
    Suspicion.FORCE_SCALE: "the size of gravity is wrong: another unit, or a broken sensor",
    Suspicion.TURN_IN_DEGREES: "the rate of turn is in degrees per second; multiply it by 0.0174533",
    Suspicion.TURN_REVERSED: "the gyroscope's axes are not those of the accelerometer, or their signs differ",
    Suspicion.NO_TURN: "there is no rate of turn, so nothing keeps the level during a rep",
}


def computable(
    checkup: Checkup,
    mount: Mount,
    config: ComputableConfig | None = None,
    analysis: AnalysisConfig | None = None,
) -> tuple[Answer, ...]:
    """Say for each quantity whether it can be computed.

    Parameters
    ----------
    checkup : Checkup
        Of the recording.
    mount : Mount
        As stated.
    config : ComputableConfig
        When a fault becomes a doubt.
    analysis : AnalysisConfig
        The signal core's limits.
    """
    config, analysis = config or ComputableConfig(), analysis or AnalysisConfig()
    blocked = _blocked(checkup, config)
    seen = _seen(checkup, config, analysis)
    measured = [*seen, *_measured(checkup, analysis)]
    slow = _too_slow(checkup, analysis.mounts.resolvable_rate_hz, "velocity")
    shaking = _too_slow(checkup, 2.5 * analysis.measures.tremor_hz[1], "tremor")
    place, notes = _place(checkup, mount), _notes(mount, analysis)
    axis = reported(mount, checkup.mount.bar_axis, analysis.bar_axis)
    contradicted = [axis.reason] if axis.source == STATED and axis.reason else []
    along = [*measured, *place, *contradicted]
    forward = [mount.why_no_forward] if mount.why_no_forward else []
    pitch = [mount.why_no_pitch] if mount.why_no_pitch else []
    nothing: list[str] = []
    rows = (
        ("rep_count", "Repetitions", nothing, [*slow, *seen], nothing),
        ("velocity", "Mean and peak velocity", slow, [*measured, *place], notes),
        ("range_of_motion", "Range of motion", slow, [*measured, *place], notes),
        ("lockout", "Sticking region and lockout", slow, [*measured, *place], notes),
        ("forward_drift", "Forward path and drift", [*slow, *forward], along, nothing),
        ("pitch", "Pitch of the shaft", [*slow, *pitch], along, nothing),
        ("tilt", "Tilt: one side lags", [*slow, *forward], along, nothing),
        ("tremor", "Tremor", shaking, seen, nothing),
    )
    return tuple(
        _answer(quantity, name, [*blocked, *hopeless], doubts, borne)
        for quantity, name, hopeless, doubts, borne in rows
    )


def _answer(quantity: str, name: str, hopeless: list[str], doubts: list[str], notes: list[str]) -> Answer:
    if hopeless:
        return Answer(quantity, name, QualityState.NOT_RESOLVABLE, tuple(hopeless))
    if doubts:
        return Answer(quantity, name, QualityState.LOW_QUALITY, (*doubts, *notes))
    return Answer(quantity, name, QualityState.GOOD, tuple(notes))


def _blocked(checkup: Checkup, config: ComputableConfig) -> list[str]:
    """Give what makes every number impossible."""
    if not checkup.samples:
        return ["there are no samples of accelerometer and gyroscope together"]
    blocked = [_WRONG_UNITS[one] for one in checkup.suspicions]
    if checkup.duration_s < config.least_duration_s:
        blocked.append(f"{checkup.duration_s:.1f} s are too short for a repetition")
    elif checkup.mount.moving_s < config.least_moving_s:
        blocked.append("the sensor hardly moved")
    return blocked


def _seen(checkup: Checkup, config: ComputableConfig, analysis: AnalysisConfig) -> list[str]:
    """Give doubts about how well the motion was seen at all."""
    doubts: list[str] = []
    bridged_s = analysis.reps.max_bridged_gap_s
    long = sum(gap.end_s - gap.start_s > bridged_s or not gap.missing for gap in checkup.gaps)
    if long:
        doubts.append(f"gaps longer than {bridged_s:g} s: {long}; no repetition is counted across them")
    lost = checkup.lost_samples / max(checkup.lost_samples + checkup.samples, 1)
    if lost > config.lost_fraction:
        doubts.append(f"{lost:.1%} of the samples are missing; reps in which they are missing are marked")
    rate = checkup.rate
    if rate.repeated_fraction > config.repeated_fraction:
        doubts.append(
            f"{rate.repeated_fraction:.0%} of the samples repeat the one before: the true rate is lower"
        )
    if (
        rate.measured_hz is not None
        and rate.step_sd_s is not None
        and rate.step_sd_s * rate.measured_hz > config.uneven_fraction
    ):
        doubts.append(f"time stamps are uneven, by {rate.step_sd_s * rate.measured_hz:.0%} of their step")
    return doubts


def _measured(checkup: Checkup, analysis: AnalysisConfig) -> list[str]:
    """Give further doubts about numbers that come from integration."""
    doubts: list[str] = []
    if checkup.clipping.samples:
        doubts.append(f"{checkup.clipping.samples} samples are clipped; reps in which they are are marked")
    if not checkup.still_s:
        doubts.append("the sensor was never still, so the bias of its gyroscope is not known")
    rate_hz = checkup.rate.measured_hz
    if rate_hz is not None and rate_hz < analysis.mounts.good_rate_hz:
        doubts.append(f"sampled at {rate_hz:.0f} Hz: peak velocity and impacts are blurred")
    return doubts


def _too_slow(checkup: Checkup, least_hz: float, what: str) -> list[str]:
    rate_hz = checkup.rate.measured_hz
    if rate_hz is None or rate_hz >= least_hz:
        return []
    return [f"sampled at {rate_hz:.0f} Hz: too slow for {what}"]


def _place(checkup: Checkup, mount: Mount) -> list[str]:
    """Say where the sensor seems to have been, if that is not what was stated."""
    positions = checkup.mount.positions
    if not positions or mount.position in positions:
        return []
    fits = " or ".join(one.value for one in positions)
    return [f"stated on the {mount.position.value}, but it turned like one on the {fits}"]


def _notes(mount: Mount, analysis: AnalysisConfig) -> list[str]:
    """Say what the stated place costs in certainty."""
    limits = analysis.mounts
    if mount.position is MountPosition.WRIST:
        return [f"a wrist moves differently from the bar, by ±{limits.wrist_sds[0]:g} m/s"]
    if mount.position is MountPosition.SLEEVE and not any(mount.lever_m):
        return [f"a sleeve whose lever arm is not known costs ±{limits.sleeve_sds[0]:g} m/s: state --lever-m"]
    return []
