"""Load-velocity profile and estimated one-repetition maximum (e1RM) of one lifter in one lift.

Velocity falls as load rises, in each lifter along an own curve; the load at which it has fallen to the
velocity of a 1RM is the e1RM. Definition, sources and limits: ``docs/metrics.md``. A number never comes
without its interval, and where the sets cannot carry one the profile says why and what to add.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student_t

from analysis.errors import InvalidPointError
from analysis.load_velocity_curve import LoadVelocityConfig, Sets, fit_curve
from analysis.results import Estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.imu import FloatArray
    from analysis.load_velocity_curve import CurveFit
    from analysis.velocity_priors import VelocityPrior


@dataclass(frozen=True, slots=True)
class LoadVelocityPoint:
    """The best rep of one set, done with the intent to be fast.

    Attributes
    ----------
    load_kg : float
        Bar and plates, kg; positive.
    velocity_mps : float
        Mean concentric velocity of the set's fastest rep, m/s; positive.
    velocity_sd_mps : float
        Its standard deviation as measured, m/s.
    age_days : float
        How long ago, days; 0 is now.
    """

    load_kg: float
    velocity_mps: float
    velocity_sd_mps: float = 0.0
    age_days: float = 0.0

    def __post_init__(self) -> None:
        for name, least in (
            ("load_kg", "positive"),
            ("velocity_mps", "positive"),
            ("velocity_sd_mps", "zero or more"),
            ("age_days", "zero or more"),
        ):
            value = float(getattr(self, name))
            if not np.isfinite(value) or value < 0.0 or (value == 0.0 and least == "positive"):
                raise InvalidPointError(name, f"{value} is not a number that is {least}")


@dataclass(frozen=True, slots=True)
class LeftOutPoint:
    """A set that did not count, and why."""

    point: LoadVelocityPoint
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class ProfileCurve:
    """The fitted curve, for drawing, from the lightest load to the e1RM.

    Attributes
    ----------
    load_kg : (N,) float64, kg
        Increasing. Beyond `FitQuality.heaviest_kg` the curve is extrapolated.
    velocity_mps, low_mps, high_mps : (N,) float64, m/s
        Velocity today and its 95 % band: of the curve, not of a single set.
    """

    load_kg: FloatArray
    velocity_mps: FloatArray
    low_mps: FloatArray
    high_mps: FloatArray


@dataclass(frozen=True, slots=True)
class FitQuality:
    """What the e1RM rests on.

    Attributes
    ----------
    sets, loads : int
        Sets that counted and different loads among them.
    lightest_kg, heaviest_kg : float
        Their range, kg.
    span_mps : float
        By how much velocity falls over that range, m/s.
    gap_mps : float
        From the curve at the heaviest load down to the 1RM velocity, m/s: how far the e1RM is extrapolated.
        Negative where a heavier load than the e1RM was lifted.
    scatter_mps : float
        Root mean square of the sets about the curve, m/s.
    bend : float
        See `VelocityPrior`; largely the prior's.
    oldest_days : float
        Age of the oldest set that counted, days.
    """

    sets: int
    loads: int
    lightest_kg: float
    heaviest_kg: float
    span_mps: float
    gap_mps: float
    scatter_mps: float
    bend: float
    oldest_days: float


@dataclass(frozen=True, slots=True, eq=False)
class LoadVelocityProfile:
    """A lifter's profile in one lift, or why there is none.

    Attributes
    ----------
    e1rm_kg : Estimate
        e1RM today and its standard deviation, kg; None with the reason where it is refused.
    interval_kg : tuple of 2 float or None
        95 % interval, kg; None exactly where the e1RM is.
    curve : ProfileCurve or None
        None where the e1RM is.
    quality : FitQuality or None
        None where nothing could be fitted; present in refusals that came after the fit.
    left_out : tuple of LeftOutPoint
        Sets that did not count.
    """

    e1rm_kg: Estimate
    interval_kg: tuple[float, float] | None = None
    curve: ProfileCurve | None = None
    quality: FitQuality | None = None
    left_out: tuple[LeftOutPoint, ...] = field(default=())


def load_velocity_profile(
    points: Sequence[LoadVelocityPoint],
    prior: VelocityPrior | None,
    config: LoadVelocityConfig | None = None,
) -> LoadVelocityProfile:
    """Fit a lifter's own curve and follow it to the velocity of a 1RM.

    The sets are assumed to have been done with full intent: a slow warm-up counts as weakness.

    Parameters
    ----------
    points : sequence of LoadVelocityPoint
        One lifter, one lift, in any order; one per set.
    prior : VelocityPrior or None
        Of the lift (`Exercise.profile_prior`); None, where there is none, ends in a refusal.
    config : LoadVelocityConfig, optional
        Defaults where absent.

    Returns
    -------
    LoadVelocityProfile
        The e1RM with standard deviation and Student's t interval, or the reason against one.

    Raises
    ------
    InvalidPointError
        Not here but by the points themselves, where a number cannot be.

    Notes
    -----
    The e1RM's variance is that of the fit (scatter of the sets, prior of the bend, drift of strength since)
    plus that of the 1RM velocity, carried over by the curve's slope there. Valid near the loads that were
    lifted; what breaks first is the assumption that the lifter's 1RM velocity is like other people's.

    References
    ----------
    .. [1] García-Ramos, "Resistance training intensity prescription methods based on lifting velocity
       monitoring", Int J Sports Med, 2024. doi:10.1055/a-2158-3848

    Examples
    --------
    >>> from analysis.velocity_priors import VelocityPrior
    >>> line = VelocityPrior(0.3, 0.02, 0.0, 0.0, "made up")
    >>> sets = [LoadVelocityPoint(load, 1.3 - 0.01 * load) for load in (40.0, 60.0, 80.0)]
    >>> round(load_velocity_profile(sets, line).e1rm_kg.value, 6)
    100.0
    """
    config = config or LoadVelocityConfig()
    if prior is None:
        return _refused("no velocity of a 1RM is published for this lift")
    recent = [point for point in points if point.age_days <= config.max_age_days]
    age = f"older than {config.max_age_days:g} days"
    left_out = [LeftOutPoint(point, age) for point in points if point.age_days > config.max_age_days]
    if not recent:
        return _refused(f"all sets are {age}: do new ones" if points else "no sets", left_out)
    while True:
        if reason := _too_few(recent, config):
            return _refused(reason, left_out)
        fit = fit_curve(_sets(recent), prior, config)
        if fit is None:
            return _refused("no curve fits these sets: they contradict each other", left_out)
        odd = int(np.argmax(np.abs(fit.deviation)))
        if abs(fit.deviation[odd]) <= config.set_aside_sds:
            return _judged(recent, fit, prior, config, left_out)
        if len(recent) <= config.min_agreeing:
            return _refused(f"{recent[odd].load_kg:g} kg were {_odd(fit, odd)}; repeat some", left_out)
        left_out.append(LeftOutPoint(recent.pop(odd), _odd(fit, odd)))


def _sets(points: Sequence[LoadVelocityPoint]) -> Sets:
    columns = [(p.load_kg, p.velocity_mps, p.velocity_sd_mps, p.age_days) for p in points]
    return Sets(*np.array(columns, dtype=np.float64).T)


def _refused(
    reason: str, left_out: Sequence[LeftOutPoint] = (), quality: FitQuality | None = None
) -> LoadVelocityProfile:
    return LoadVelocityProfile(Estimate(reason=reason), quality=quality, left_out=tuple(left_out))


def _too_few(points: Sequence[LoadVelocityPoint], config: LoadVelocityConfig) -> str:
    loads = len({point.load_kg for point in points})
    if loads >= config.min_loads:
        return ""
    return f"{loads} different load{'s' * (loads != 1)}, at least {config.min_loads} are needed"


def _odd(fit: CurveFit, index: int) -> str:
    residual = float(fit.residual_mps[index])
    return f"{abs(residual):.2f} m/s {'slower' if residual < 0 else 'faster'} than the other sets say"


def _judged(
    points: Sequence[LoadVelocityPoint],
    fit: CurveFit,
    prior: VelocityPrior,
    config: LoadVelocityConfig,
    left_out: Sequence[LeftOutPoint],
) -> LoadVelocityProfile:
    """Turn a fit into a profile, unless it carries no e1RM."""
    quality = _quality(points, fit)
    if fit.curve.slope_mps_per_kg + 2.0 * fit.slope_sd_mps_per_kg > 0.0:
        return _refused("velocity does not clearly fall with the load", left_out, quality)
    one_rm, of_fit = fit.curve.one_rm_kg, fit.one_rm_variance_kg2
    slope = float(fit.curve.slope_at(np.array(one_rm)))
    sd = float(np.sqrt(of_fit + (prior.one_rm_velocity_sd_mps / slope) ** 2))
    # Welch-Satterthwaite: only the fit's part of the variance was estimated from few residuals.
    dof = fit.dof * (sd**2 / of_fit) ** 2
    reach = float(student_t.ppf(0.5 + 0.5 * config.confidence, dof)) * sd
    interval = (one_rm - reach, one_rm + reach)
    if reason := _does_not_carry(quality, sd / one_rm, interval[1], config):
        return _refused(reason, left_out, quality)
    return LoadVelocityProfile(
        Estimate(one_rm, sd), interval, _drawn(fit, quality, config), quality, tuple(left_out)
    )


def _quality(points: Sequence[LoadVelocityPoint], fit: CurveFit) -> FitQuality:
    loads = sorted({point.load_kg for point in points})
    fast, slow = fit.curve.velocity_at(np.array((loads[0], loads[-1])))
    return FitQuality(
        sets=len(points),
        loads=len(loads),
        lightest_kg=loads[0],
        heaviest_kg=loads[-1],
        span_mps=float(fast - slow),
        gap_mps=float(slow) - fit.curve.one_rm_velocity_mps,
        scatter_mps=float(np.sqrt((fit.residual_mps**2).mean())),
        bend=fit.curve.bend,
        oldest_days=max(point.age_days for point in points),
    )


def _does_not_carry(
    quality: FitQuality, sd_fraction: float, upper_kg: float, config: LoadVelocityConfig
) -> str:
    """Why these sets carry no e1RM, and what would; empty if they do."""
    if quality.span_mps < config.min_span_mps:
        return (
            f"the loads span too little: from {quality.lightest_kg:g} to {quality.heaviest_kg:g} kg velocity "
            f"falls by {quality.span_mps:.2f} m/s, {config.min_span_mps:.2f} are needed; add a heavier or a "
            "lighter set"
        )
    longest = min(config.max_gap_mps, config.max_gap_to_span * quality.span_mps)
    if quality.gap_mps > longest:
        return (
            f"the extrapolation is too long: the heaviest load is {quality.gap_mps:.2f} m/s faster than a "
            f"1RM, these sets carry {longest:.2f}; add a heavier set"
        )
    if upper_kg < quality.heaviest_kg:
        return (
            f"{quality.heaviest_kg:g} kg were lifted, more than the interval allows: the velocity of a 1RM "
            "that is assumed does not fit this lifter"
        )
    if not 0.0 < sd_fraction <= config.max_sd_fraction:
        return f"the standard deviation would be {abs(sd_fraction):.0%} of the e1RM; add sets, new or heavier"
    return ""


def _drawn(fit: CurveFit, quality: FitQuality, config: LoadVelocityConfig) -> ProfileCurve:
    last = max(fit.curve.one_rm_kg, quality.heaviest_kg)
    load = np.linspace(quality.lightest_kg, last, config.curve_points)
    jacobian = fit.curve.jacobian(load)
    sd = np.sqrt(np.einsum("ni,ij,nj->n", jacobian, fit.covariance, jacobian))
    reach = student_t.ppf(0.5 + 0.5 * config.confidence, fit.dof) * sd
    velocity = fit.curve.velocity_at(load)
    return ProfileCurve(load, velocity, velocity - reach, velocity + reach)
