"""What a set is meant to be and when it should end: velocity-loss stop, target, slowest velocity, reps.

Pure: the same reps and the same goal always give the same advice, so that a replay repeats what the lifter
saw. What the numbers rest on: ``docs/live_goals.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from scipy.special import ndtr

from analysis.errors import InvalidGoalError
from analysis.intervals import Z95
from analysis.results import QualityState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.results import Rep

MEAN, PEAK = "mean", "peak"
"""The velocities that a lift can be trained by (`analysis.exercises.Exercise.main_velocity`)."""
_LEAST_SD_MPS = 1e-6


class Zone(StrEnum):
    """Where a rep's velocity lies against its target."""

    BELOW = "below"
    IN = "in"
    ABOVE = "above"


class StopKind(StrEnum):
    """Which limit ended the set."""

    VELOCITY_LOSS = "velocity_loss"
    MIN_VELOCITY = "min_velocity"
    REPS = "reps"


@dataclass(frozen=True, slots=True)
class NamedZone:
    """A range of mean velocity that coaches have a name for."""

    name: str
    below_mps: float


@dataclass(frozen=True, slots=True)
class SetGoalConfig:
    """Tuned numbers of the advice.

    Attributes
    ----------
    stop_probability : float
        A limit counts as passed from this probability on; 0.5 to 0.95. At 0.5 the rule is unbiased: of sets
        whose true loss is exactly at the stop, half end. Below it, sets end that were not done; above it, one
        more rep costs the fatigue that the stop was to spare.
    most_loss_sd : float
        A velocity loss with a larger standard deviation than this is not told from none, so the set is never
        ended by it, fraction; 0.05 to 0.2. At 0.12, stops of 10 % and 30 % can just be told apart.
    named_zones : tuple of NamedZone
        Coaching convention, not a law: Mann, Ivey & Sayers (2015), Strength Cond J 37(6), 52-57, and Mann's
        books; named from memory, mean velocity of barbell lifts. Other authors draw the borders elsewhere,
        and what a velocity means differs between lifts and lifters. The last one is open upwards.
    """

    stop_probability: float = 0.5
    most_loss_sd: float = 0.12
    named_zones: tuple[NamedZone, ...] = (
        NamedZone("absolute strength", 0.5),
        NamedZone("accelerative strength", 0.75),
        NamedZone("strength-speed", 1.0),
        NamedZone("speed-strength", 1.3),
        NamedZone("starting strength", math.inf),
    )

    def named_zone(self, mean_velocity_mps: float) -> str:
        """Name the zone of a mean velocity."""
        return next(zone.name for zone in self.named_zones if mean_velocity_mps < zone.below_mps)


@dataclass(frozen=True, slots=True)
class SetGoal:
    """What the lifter means to do in a set. None: no such limit.

    Attributes
    ----------
    velocity_loss_stop_fraction : float or None
        End the set when the velocity has fallen by this fraction of the set's fastest rep.
    target_mps : tuple of 2 float, or None
        Lowest and highest velocity that is aimed at, m/s.
    min_velocity_mps : float or None
        End the set when a rep is slower than this, m/s.
    reps : int or None
        End the set after this many.
    velocity_feedback : bool
        Whether the lifter is shown velocities during the set; they raise velocity by about 8 % (Weakley et
        al. 2023, doi 10.1007/s40279-023-01877-2), so sets with and without are not alike.

    Raises
    ------
    InvalidGoalError
        If a value is outside its bounds.
    """

    LOSS_BOUNDS: ClassVar[tuple[float, float]] = (0.01, 0.9)
    VELOCITY_BOUNDS_MPS: ClassVar[tuple[float, float]] = (0.02, 5.0)
    REPS_BOUNDS: ClassVar[tuple[int, int]] = (1, 100)

    velocity_loss_stop_fraction: float | None = None
    target_mps: tuple[float, float] | None = None
    min_velocity_mps: float | None = None
    reps: int | None = None
    velocity_feedback: bool = True

    def __post_init__(self) -> None:
        _check("velocity_loss_stop_fraction", self.velocity_loss_stop_fraction, self.LOSS_BOUNDS)
        _check("min_velocity_mps", self.min_velocity_mps, self.VELOCITY_BOUNDS_MPS)
        _check("reps", self.reps, self.REPS_BOUNDS)
        if self.target_mps is None:
            return
        low, high = self.target_mps
        _check("target_mps", low, self.VELOCITY_BOUNDS_MPS)
        _check("target_mps", high, self.VELOCITY_BOUNDS_MPS)
        if low >= high:
            raise InvalidGoalError("target_mps", f"{low:g} to {high:g} m/s is no range; give the lower first")

    def zone(self, velocity_mps: float) -> Zone | None:
        """Place a velocity against the target; None without one."""
        if self.target_mps is None:
            return None
        low, high = self.target_mps
        if velocity_mps < low:
            return Zone.BELOW
        return Zone.ABOVE if velocity_mps > high else Zone.IN


def _check(name: str, value: float | None, bounds: tuple[float, float]) -> None:
    low, high = bounds
    if value is not None and not low <= value <= high:
        raise InvalidGoalError(name, f"{value:g} is not between {low:g} and {high:g}")


@dataclass(frozen=True, slots=True)
class RepAdvice:
    """One rep against the goal.

    Attributes
    ----------
    velocity_mps, sd_mps : float or None
        The lift's main velocity and its standard deviation, m/s; None where not resolvable.
    zone : Zone or None
        Against the target; None without a target or a velocity.
    named_zone : str or None
        See `SetGoalConfig.named_zones`; None for lifts that are trained by peak velocity.
    """

    velocity_mps: float | None = None
    sd_mps: float | None = None
    zone: Zone | None = None
    named_zone: str | None = None


@dataclass(frozen=True, slots=True)
class SetAdvice:
    """How a set stands against its goal.

    Attributes
    ----------
    main_velocity : str
        "mean" or "peak".
    reps : tuple of RepAdvice
        In the order of the reps.
    loss_fraction, loss_sd : float or None
        Velocity loss of the last resolvable rep against the set's fastest, with its standard deviation; None
        below two.
    stop_probability : float or None
        That the loss of the last rep exceeds the stop; None where there is no stop, or it cannot be told.
    stop : bool
        The set should end, or should have ended at an earlier rep: a faster rep after it does not undo it.
    stop_kind : StopKind or None
        Which limit was passed first.
    stopped_at : int or None
        Place of the rep that passed it, counted from 0.
    can_tell : bool
        Whether the last rep could be judged.
    reason : str
        Why the set should end, or why it cannot be told, in a lifter's words.
    """

    main_velocity: str = MEAN
    reps: tuple[RepAdvice, ...] = ()
    loss_fraction: float | None = None
    loss_sd: float | None = None
    stop_probability: float | None = None
    stop: bool = False
    stop_kind: StopKind | None = None
    stopped_at: int | None = None
    can_tell: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Loss:
    """Velocity loss of the last of some reps."""

    fraction: float
    sd: float
    probability: float | None


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What the last of some reps says by itself."""

    kind: StopKind | None = None
    can_tell: bool = True
    reason: str = ""


def advise(
    reps: Sequence[Rep], goal: SetGoal, main_velocity: str = MEAN, config: SetGoalConfig | None = None
) -> SetAdvice:
    """Tell how a set stands against its goal after the last of its reps.

    Parameters
    ----------
    reps : sequence of Rep
        Of the set so far.
    goal : SetGoal
        What the lifter means to do.
    main_velocity : str
        "mean" or "peak": the velocity that the lift is trained by.
    config : SetGoalConfig, optional
        Tuned numbers.

    Returns
    -------
    SetAdvice
        With the first limit that was passed, if one was.
    """
    config = config or SetGoalConfig()
    told = tuple(_rep_advice(rep, goal, main_velocity, config) for rep in reps)
    stopped_at: int | None = None
    judged = _Judgement()
    for place in range(len(told)):
        judged = _judge(told[: place + 1], goal, config)
        if judged.kind is not None:
            stopped_at = place
            break
    loss = _loss(told, goal)
    return SetAdvice(
        main_velocity=main_velocity,
        reps=told,
        loss_fraction=None if loss is None else loss.fraction,
        loss_sd=None if loss is None else loss.sd,
        stop_probability=None
        if loss is None or loss.sd > config.most_loss_sd or told[-1].velocity_mps is None
        else loss.probability,
        stop=stopped_at is not None,
        stop_kind=judged.kind,
        stopped_at=stopped_at,
        can_tell=judged.can_tell,
        reason=judged.reason,
    )


def _rep_advice(rep: Rep, goal: SetGoal, main_velocity: str, config: SetGoalConfig) -> RepAdvice:
    if main_velocity == PEAK:
        mps, sd_mps = rep.peak_concentric_velocity_mps, rep.peak_concentric_velocity_sd_mps
    else:
        mps, sd_mps = rep.mean_concentric_velocity_mps, rep.mean_concentric_velocity_sd_mps
    is_known = math.isfinite(mps) and math.isfinite(sd_mps) and mps > 0
    if rep.quality.state is QualityState.NOT_RESOLVABLE or not is_known:
        return RepAdvice()
    named = config.named_zone(mps) if main_velocity == MEAN else None
    return RepAdvice(mps, sd_mps, goal.zone(mps), named)


def _judge(told: Sequence[RepAdvice], goal: SetGoal, config: SetGoalConfig) -> _Judgement:
    """Judge the last of these reps; nothing is ever concluded from one that is not resolvable."""
    last = told[-1]
    if last.velocity_mps is None or last.sd_mps is None:
        words = f"Cannot tell: the velocity of rep {len(told)} is not resolvable"
        if goal.reps is not None and len(told) >= goal.reps:
            words += f"; {len(told)} of {goal.reps} reps counted"
        return _Judgement(can_tell=False, reason=words)
    if goal.reps is not None and len(told) >= goal.reps:
        return _Judgement(StopKind.REPS, reason=f"{len(told)} of {goal.reps} reps")
    if goal.min_velocity_mps is not None:
        slower = _normal((goal.min_velocity_mps - last.velocity_mps) / max(last.sd_mps, _LEAST_SD_MPS))
        if slower >= config.stop_probability:
            words = f"{last.velocity_mps:.2f} m/s: slower than {goal.min_velocity_mps:.2f} m/s"
            return _Judgement(StopKind.MIN_VELOCITY, reason=words)
    loss = _loss(told, goal)
    if loss is None or loss.probability is None or goal.velocity_loss_stop_fraction is None:
        return _Judgement()
    words = f"{100 * loss.fraction:.0f} % ± {100 * Z95 * loss.sd:.0f}"
    if loss.sd > config.most_loss_sd:
        return _Judgement(can_tell=False, reason=f"Cannot tell: velocity loss {words} is too uncertain")
    if loss.probability >= config.stop_probability:
        stop = f"{100 * goal.velocity_loss_stop_fraction:.0f} %"
        return _Judgement(StopKind.VELOCITY_LOSS, reason=f"Velocity loss {words}: the stop was {stop}")
    return _Judgement()


def _loss(told: Sequence[RepAdvice], goal: SetGoal) -> _Loss | None:
    """Compare the last resolvable rep with the fastest; None below two."""
    known = [(one.velocity_mps, one.sd_mps) for one in told if one.velocity_mps and one.sd_mps is not None]
    if len(known) < 2:
        return None
    mps = np.array([velocity for velocity, _ in known])
    sds = np.maximum(np.array([sd for _, sd in known]), _LEAST_SD_MPS)
    stop = goal.velocity_loss_stop_fraction
    place = int(np.argmax(mps))
    if place == len(mps) - 1:
        return _Loss(0.0, float(sds[-1] / mps[-1]), None if stop is None else 0.0)
    fastest, fastest_sd = _fastest_mps(mps, sds), float(sds[place])
    kept = float(mps[-1]) / fastest
    sd = math.hypot(float(sds[-1]), kept * fastest_sd) / fastest
    probability = None
    if stop is not None:  # the last rep against its own limit: exact, where the ratio's spread is not normal
        limit = (1 - stop) * fastest
        probability = _normal((limit - float(mps[-1])) / math.hypot(float(sds[-1]), (1 - stop) * fastest_sd))
    return _Loss(max(0.0, 1 - kept), sd, probability)


def _fastest_mps(mps: np.ndarray, sds: np.ndarray) -> float:
    """Estimate the velocity of the fastest rep without the luck that made it look the fastest.

    Of several reps that are about equally fast, the one whose error is largest looks fastest, which would
    exaggerate every loss. What that adds is estimated by what it adds again when errors of the same size are
    put on the reps as measured, and taken off.
    """
    top = float(mps.max())
    reach = 6 * float(sds.max())
    grid = np.linspace(top - reach, top + reach, 601)
    below = ndtr((grid[:, None] - mps) / sds).prod(axis=1)
    expected = top + reach - float(np.trapezoid(below, grid))
    return top - (expected - top)


def _normal(z: float) -> float:
    """Probability that a standard normal is below z."""
    return 0.5 * math.erfc(-z / math.sqrt(2))
