"""The curve of a load-velocity profile and its robust fit: numbers only, no judgement.

Velocity falls as load rises, almost along a line, and the line bends: with light loads the bar has to be
braked before the end, so mean velocity gains less there. With ``u`` the velocity above the one at the 1RM and
``U`` a fixed span::

    x(u) = (1 - bend) u + (bend / U) u² = intercept + slope load

This has a closed inverse, is a plain straight line where the bend is zero, and its bend does not depend on
the lifter's strength: it can be compared between lifters without dividing a load by a 1RM. Four or five sets
cannot carry a free bend; a normal prior holds it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from analysis.imu import FloatArray
    from analysis.velocity_priors import VelocityPrior

_MOST_BEND = 0.6
"""Beyond it the curve would turn within the velocities of a slow lift."""

_LEAST_STEEPNESS = 0.2
"""Of ``x(u)``. A parabola turns; before it does, the curve goes on about straight."""

_SETTLED = 1e-6
"""Largest change of a velocity (m/s), the scale or a weight after which the iteration ends."""


@dataclass(frozen=True, slots=True)
class LoadVelocityConfig:
    """How a load-velocity profile is fitted and when it is refused.

    Attributes
    ----------
    scatter_mps : float
        Standard deviation of a lifter's best mean velocity from set to set, m/s; 0.02 to 0.05. Between what
        is published from day to day at the 1RM (0.04 in squats, Banyard 2018; 0.03 in deadlifts, Ruf 2018)
        and residuals of one session (0.02, the benchmark's lifters).
    scatter_dof : float
        Degrees of freedom with which that is known of a new lifter (to 30 %); 2 to 10. The lifter's own
        residuals add theirs.
    misfit_fraction : float
        A parabola is not the truth: standard deviation of a velocity's departure from it, as a fraction of
        the distance to the 1RM velocity; 0 to 0.08. Assumed; on the benchmark's data mean errors change by
        less than half a kilogram over 0 to 0.06.
    bend_span_mps : float
        Span over which `VelocityPrior.bend` is defined, m/s. A definition, not a setting.
    drift_per_root_day : float
        Strength drifts as a random walk: standard deviation after one day, fraction of the load; 0.004 to
        0.014. 0.8 % gives 2 % in a week, as much as a 1RM repeats (Banyard 2017), and 5 % in six weeks, half
        of what beginners gained in them (González-Badillo 2010).
    max_age_days : float
        Older sets say nothing that is worth having, days; the drift is 8 % then.
    robust_dof : float
        Degrees of freedom of the t distribution by which a set is weighted; 3 to 6, fewer is more robust.
    set_aside_sds : float
        A set further from the curve than this many standard deviations is set aside and named.
    min_agreeing : int
        ... if at least so many others remain; with fewer nobody knows which one is wrong.
    min_loads : int
        Fewer different loads are refused.
    min_span_mps : float
        ... and loads over which the velocity falls by less than this, m/s: eight times the scatter.
    max_gap_mps, max_gap_to_span : float
        ... and extrapolations further than this below the slowest velocity, m/s, or further than this
        multiple of the span.
    max_sd_fraction : float
        ... and results with a larger standard deviation, fraction of the e1RM: nobody can load a bar by them.
    confidence : float
        Of intervals and bands.
    curve_points : int
        Length of the curve for drawing.
    iterations : int
        At most; most fits take twenty, contradictory sets many more.
    """

    scatter_mps: float = 0.025
    scatter_dof: float = 6.0
    misfit_fraction: float = 0.04
    bend_span_mps: float = 0.75
    drift_per_root_day: float = 0.008
    max_age_days: float = 90.0
    robust_dof: float = 4.0
    set_aside_sds: float = 4.0
    min_agreeing: int = 4
    min_loads: int = 3
    min_span_mps: float = 0.20
    max_gap_mps: float = 0.50
    max_gap_to_span: float = 1.0
    max_sd_fraction: float = 0.08
    confidence: float = 0.95
    curve_points: int = 60
    iterations: int = 400


@dataclass(frozen=True, slots=True, eq=False)
class Sets:
    """The sets of one lift, as arrays.

    Attributes
    ----------
    load_kg : (N,) float64, kg
        Loads.
    velocity_mps : (N,) float64, m/s
        Mean concentric velocity of each set's best rep.
    velocity_sd_mps : (N,) float64, m/s
        What the sensor adds to the lifter's own scatter.
    age_days : (N,) float64, days
        How long ago.
    """

    load_kg: FloatArray
    velocity_mps: FloatArray
    velocity_sd_mps: FloatArray
    age_days: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One load-velocity curve.

    Attributes
    ----------
    intercept_mps, slope_mps_per_kg : float
        Of the straight coordinate ``x`` over load, m/s and m/s per kg.
    bend : float
        See `VelocityPrior`.
    one_rm_velocity_mps, span_mps : float
        Where the curve's zero is and over which span its bend is meant, m/s.
    """

    intercept_mps: float
    slope_mps_per_kg: float
    bend: float
    one_rm_velocity_mps: float
    span_mps: float

    @property
    def one_rm_kg(self) -> float:
        """Load at the 1RM velocity, kg."""
        return -self.intercept_mps / self.slope_mps_per_kg

    def straightened(self, velocity_mps: FloatArray) -> FloatArray:
        """Return ``x`` of these velocities, (N,) m/s."""
        above = velocity_mps - self.one_rm_velocity_mps
        return above * (1.0 + self.bend * (above / self.span_mps - 1.0))

    def steepness(self, load_kg: FloatArray) -> FloatArray:
        """Change of ``x`` with velocity at these loads, (N,)."""
        x = self.intercept_mps + self.slope_mps_per_kg * load_kg
        square = (1.0 - self.bend) ** 2 + 4.0 * self.bend / self.span_mps * x
        return np.sqrt(np.maximum(square, _LEAST_STEEPNESS**2))

    def velocity_at(self, load_kg: FloatArray) -> FloatArray:
        """Velocity with these loads, (N,) m/s: the closed inverse of `straightened`."""
        x = self.intercept_mps + self.slope_mps_per_kg * load_kg
        return self.one_rm_velocity_mps + 2.0 * x / (1.0 - self.bend + self.steepness(load_kg))

    def slope_at(self, load_kg: FloatArray) -> FloatArray:
        """Change of velocity with load, (N,) m/s per kg."""
        return self.slope_mps_per_kg / self.steepness(load_kg)

    def jacobian(self, load_kg: FloatArray) -> FloatArray:
        """Change of `velocity_at` with intercept, slope and bend, (N, 3)."""
        above = self.velocity_at(load_kg) - self.one_rm_velocity_mps
        by_bend = above * (1.0 - above / self.span_mps)
        columns = np.column_stack((np.ones(len(load_kg)), load_kg, by_bend))
        return columns / self.steepness(load_kg)[:, None]


@dataclass(frozen=True, slots=True, eq=False)
class CurveFit:
    """A fitted curve and how well it is known.

    Attributes
    ----------
    curve : Curve
        The fit.
    covariance : (3, 3) float64
        Of intercept (m/s), slope (m/s per kg) and bend, the 1RM velocity taken as exact.
    residual_mps : (N,) float64, m/s
        Velocity of each set minus the curve's, drift of strength taken out.
    deviation : (N,) float64
        The same in standard deviations.
    weight : (N,) float64
        What the t distribution left of each set, 1 or less.
    scale : float
        Variance of the scatter relative to the assumed one.
    dof : float
        Degrees of freedom of that.
    """

    curve: Curve
    covariance: FloatArray
    residual_mps: FloatArray
    deviation: FloatArray
    weight: FloatArray
    scale: float
    dof: float

    @property
    def one_rm_variance_kg2(self) -> float:
        """Variance of the e1RM, the 1RM velocity taken as exact, kg²."""
        gradient = -np.array((1.0, self.curve.one_rm_kg, 0.0)) / self.curve.slope_mps_per_kg
        return float(gradient @ self.covariance @ gradient)

    @property
    def slope_sd_mps_per_kg(self) -> float:
        """Standard deviation of the slope, m/s per kg."""
        return float(np.sqrt(self.covariance[1, 1]))


def starting_curve(sets: Sets, prior: VelocityPrior, config: LoadVelocityConfig) -> Curve:
    """Theil-Sen line in the straight coordinate: medians, so that a quarter of the sets may be wrong.

    Needs two different loads. The slope may come out positive.
    """
    flat = Curve(0.0, 0.0, prior.bend, prior.one_rm_velocity_mps, config.bend_span_mps)
    x = flat.straightened(sets.velocity_mps)
    first, second = np.triu_indices(len(x), 1)
    run = sets.load_kg[second] - sets.load_kg[first]
    slope = float(np.median((x[second] - x[first])[run != 0.0] / run[run != 0.0]))
    return replace(flat, intercept_mps=float(np.median(x - slope * sets.load_kg)), slope_mps_per_kg=slope)


def fit_curve(sets: Sets, prior: VelocityPrior, config: LoadVelocityConfig) -> CurveFit | None:
    """Fit the curve by generalised least squares under t-distributed scatter.

    Velocities are taken to scatter about the curve, loads to be exact. Strength drifts as a random walk back
    from today, alike for all sets of a day: that weighs old sets less and widens the e1RM by what no number
    of old sets can tell.

    Parameters
    ----------
    sets : Sets
        At least three, of two different loads or more.
    prior : VelocityPrior
        Of the lift.
    config : LoadVelocityConfig
        See there.

    Returns
    -------
    CurveFit or None
        None if the iteration does not settle. The slope may come out positive.

    Notes
    -----
    Iteratively reweighted Gauss-Newton. Weights are those of the t distribution, capped at one. The scale of
    the scatter is the configured one, corrected by the residuals as by a scaled inverse chi-square prior of
    ``scatter_dof`` degrees of freedom. Fails first where several sets of a day were all done without intent:
    they agree with each other and look like strength.
    """
    start = starting_curve(sets, prior, config)
    above = sets.velocity_mps - start.one_rm_velocity_mps
    variance = config.scatter_mps**2 + sets.velocity_sd_mps**2 + (config.misfit_fraction * above) ** 2
    fit = _step(start, np.ones(len(above)), 1.0, sets, variance, prior, config)
    for _ in range(config.iterations):
        last, fit = fit, _step(fit.curve, fit.weight, fit.scale, sets, variance, prior, config)
        moved = fit.curve.velocity_at(sets.load_kg) - last.curve.velocity_at(sets.load_kg)
        changes = (*moved, *(fit.weight - last.weight), fit.scale - last.scale)
        if max(map(abs, changes)) < _SETTLED:
            return fit
    return None


def _step(
    curve: Curve,
    weight: FloatArray,
    scale: float,
    sets: Sets,
    variance: FloatArray,
    prior: VelocityPrior,
    config: LoadVelocityConfig,
) -> CurveFit:
    """One step of Gauss-Newton, and the weights and scale of the residuals before it."""
    # A lifter who is stronger by a fraction lifts each load as one lighter by it: velocity changes by this.
    gain = sets.load_kg * curve.slope_at(sets.load_kg)
    shared_days = np.minimum.outer(sets.age_days, sets.age_days)
    drift = config.drift_per_root_day**2 * shared_days * np.outer(gain, gain)
    scatter = scale * variance / weight
    precision = np.asarray(np.linalg.inv(np.diag(scatter) + drift), dtype=np.float64)
    residual = sets.velocity_mps - curve.velocity_at(sets.load_kg)
    own = scatter * (precision @ residual)
    stepped, covariance = _gauss_newton(curve, sets.load_kg, residual, precision, prior)
    dof = config.scatter_dof + len(own) - 2
    new_scale = float((config.scatter_dof + (weight * own**2 / variance).sum()) / dof)
    deviation = own / np.sqrt(variance * max(new_scale, 1.0))
    return CurveFit(
        curve=stepped,
        covariance=covariance,
        residual_mps=own,
        deviation=deviation,
        weight=np.minimum((config.robust_dof + 1.0) / (config.robust_dof + deviation**2), 1.0),
        scale=new_scale,
        dof=dof,
    )


def _gauss_newton(
    curve: Curve, load_kg: FloatArray, residual: FloatArray, precision: FloatArray, prior: VelocityPrior
) -> tuple[Curve, FloatArray]:
    """Curve after one step, and covariance of intercept, slope and bend, (3, 3)."""
    # The slope is counted over the heaviest load, to make the matrix well conditioned, and the bend in
    # standard deviations of its prior: a fixed one then needs no code of its own.
    unit = np.array((1.0, 1.0 / load_kg.max(), prior.bend_sd))
    jacobian = curve.jacobian(load_kg) * unit
    from_prior = (prior.bend - curve.bend) / prior.bend_sd if prior.bend_sd > 0.0 else 0.0
    information = jacobian.T @ precision @ jacobian + np.diag((0.0, 0.0, 1.0))
    covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
    step = unit * (covariance @ (jacobian.T @ precision @ residual + np.array((0.0, 0.0, from_prior))))
    stepped = replace(
        curve,
        intercept_mps=curve.intercept_mps + float(step[0]),
        slope_mps_per_kg=curve.slope_mps_per_kg + float(step[1]),
        bend=float(np.clip(curve.bend + step[2], -_MOST_BEND, _MOST_BEND)),
    )
    return stepped, covariance * np.outer(unit, unit)
