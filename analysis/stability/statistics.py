"""The few statistical methods that the verdicts rest on, with numpy and scipy.

Not by statsmodels, which has them all: it imports pandas, several seconds and 90 MB on a small computer, and
the first session that somebody opens would wait for it. Tests hold each method against it
(``docs/decisions/0013-statistics-without-statsmodels.md``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student_t

from analysis.stability.judgement import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.imu import FloatArray


HUBER_THRESHOLD = 1.345
"""Residuals beyond so many scales count less: 95 % efficient where they are normal (Huber 1981)."""
HUBER_STEPS = 500
"""Most take a dozen; a few observations with one far off take hundreds."""
HUBER_TOLERANCE = 1e-9
"""Relative change of the parameters at which the fit has converged."""
MAD_OF_NORMAL = 0.6744897501960817
"""Median absolute value of a standard normal variable."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A variance with the degrees of freedom that it was estimated from."""

    variance: float
    degrees: float

    @classmethod
    def of(cls, groups: Sequence[FloatArray]) -> Spread:
        """Pool the variance within groups; no degrees of freedom: variance 0."""
        degrees = float(sum(max(len(group) - 1, 0) for group in groups))
        deviations = [group - group.mean() for group in groups if len(group)]
        squares = float(sum(float(one @ one) for one in deviations))
        return cls(squares / degrees if degrees else 0.0, degrees)

    def scaled(self, factor: float) -> Spread:
        """Multiply the variance."""
        return Spread(self.variance * factor, self.degrees)


def combined(*spreads: Spread) -> Spread:
    """Add variances; degrees of freedom by Satterthwaite [1]_.

    Parts without degrees of freedom are taken as known exactly. Variances may be negative (a correction);
    the caller sees to it that the sum is not.

    References
    ----------
    .. [1] F. E. Satterthwaite, "An approximate distribution of estimates of variance components", Biometrics
       Bulletin 2(6), 1946.
    """
    variance = sum(spread.variance for spread in spreads)
    weight = sum(spread.variance**2 / spread.degrees for spread in spreads if spread.degrees > 0)
    degrees = variance**2 / weight if weight > 0 else np.inf
    return Spread(float(variance), float(degrees))


def mean_spread(values: FloatArray, sds: FloatArray) -> Spread:
    """Give the spread of a mean of values (n,) with standard deviations of their own (n,).

    Their scatter and their own variances over their number: ``(s² + mean(sd²)) / n``; one value has no
    scatter. The scatter has n - 1 degrees of freedom, the values' own variances are taken as known.
    """
    n = len(values)
    scatter = Spread.of([values]).scaled(1.0 / n)
    return combined(scatter, Spread(float((sds**2).mean()) / n, 0.0))


def mean_sd(values: FloatArray, sds: FloatArray) -> float:
    """Give the standard deviation of a mean; arguments as for `mean_spread`."""
    return float(np.sqrt(mean_spread(values, sds).variance))


def interval(value: float, spread: Spread, level: float) -> Interval:
    """Student's t interval about a value."""
    half = float(student_t.ppf(0.5 + level / 2, spread.degrees)) * float(np.sqrt(spread.variance))
    return Interval(value, value - half, value + half)


def p_value(value: float, spread: Spread) -> float:
    """Two-sided p-value of a value against zero."""
    if spread.variance <= 0:
        return 0.0 if value else 1.0
    beyond = abs(value) / float(np.sqrt(spread.variance))
    return 2.0 * float(student_t.sf(beyond, spread.degrees))


def holm(p_values: Sequence[float], alpha: float) -> list[float]:
    """Give what each p-value is held against by Holm's procedure [1]_: the step of its rank.

    After the first p-value that misses its step nothing is rejected any more: those steps are 0.

    References
    ----------
    .. [1] S. Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6, 1979.
    """
    steps = [0.0] * len(p_values)
    for rank, k in enumerate(sorted(range(len(p_values)), key=lambda k: p_values[k])):
        step = alpha / (len(p_values) - rank)
        if p_values[k] >= step:
            break
        steps[k] = step
    return steps


def line(x: FloatArray, y: FloatArray, relative_sd: FloatArray) -> tuple[float, Spread]:
    """Fit a weighted straight line; its scatter about the line says how uncertain the slope is.

    Parameters
    ----------
    x, y : (n,) float64
        At least three points.
    relative_sd : (n,) float64
        Standard deviations up to a common factor.

    Returns
    -------
    slope : float
        Of y over x.
    spread : Spread
        Of the slope, n - 2 degrees of freedom.
    """
    (slope, _), covariance = np.polyfit(x, y, 1, w=1.0 / relative_sd, cov=True)
    return float(slope), Spread(float(covariance[0, 0]), float(len(x) - 2))


def _least_squares(design: FloatArray, y: FloatArray) -> FloatArray:
    return np.array(np.linalg.lstsq(design, y)[0], dtype=np.float64)


def huber_fit(design: FloatArray, y: FloatArray) -> FloatArray:
    """Fit a linear model robustly: Huber's weights, scale by the median absolute residual [1]_.

    Parameters
    ----------
    design : (n, k) float64
        Of full rank.
    y : (n,) float64
        Observations.

    Returns
    -------
    (k,) float64
        The parameters, by least squares weighted anew until they stay the same.

    References
    ----------
    .. [1] P. J. Huber, "Robust statistics", Wiley, 1981, sections 7.3 and 7.8.
    """
    found = _least_squares(design, y)
    for _ in range(HUBER_STEPS):
        residual = np.abs(y - design @ found)
        limit = HUBER_THRESHOLD * float(np.median(residual)) / MAD_OF_NORMAL
        if limit == 0.0:  # most observations are met exactly
            return found
        root = np.sqrt(limit / np.maximum(residual, limit))
        before, found = found, _least_squares(design * root[:, np.newaxis], y * root)
        if np.allclose(found, before, rtol=HUBER_TOLERANCE, atol=0.0):
            break
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """Effects of covariates.

    Attributes
    ----------
    slopes : (k,) float64
        Of y over each covariate.
    covariance : (k, k) float64
        Of the slopes.
    degrees : float
        Of freedom of the residuals behind the covariance.
    """

    slopes: FloatArray
    covariance: FloatArray
    degrees: float

    def shift(self, covariates: FloatArray) -> FloatArray:
        """Give what covariates (n, k), counted from the centre, add to y, (n,)."""
        return covariates @ self.slopes

    def spread_of(self, contrast: FloatArray) -> Spread:
        """Spread of the shift of a contrast of covariates (k,)."""
        return Spread(float(contrast @ self.covariance @ contrast), self.degrees)


def robust_effects(y: FloatArray, covariates: FloatArray, prior_scales: FloatArray) -> Effects:
    """Regress y robustly (Huber) on covariates whose effects are small beforehand.

    Parameters
    ----------
    y : (n,) float64
        Observations.
    covariates : (n, k) float64
        Counted from their centre.
    prior_scales : (k,) float64
        A covariate of this size shifts y by one standard deviation of its scatter, give or take: a prior of
        mean zero, entered as one observation for each covariate (ridge regression [1]_). Where y was seen
        over a wide range of a covariate it hardly counts; where not, the effect stays near zero and its
        covariance says how much it may be nevertheless.

    References
    ----------
    .. [1] A. E. Hoerl, R. W. Kennard, "Ridge regression: biased estimation for nonorthogonal problems",
       Technometrics 12(1), 1970.
    """
    n, k = len(covariates), int(covariates.shape[1])
    design = np.block([[np.ones((n, 1)), covariates], [np.zeros((k, 1)), np.diag(prior_scales)]])
    target = np.concatenate((y, np.zeros(k)))
    degrees = float(n - 1)
    if float(np.ptp(y)) == 0.0:
        return Effects(np.zeros(k), np.zeros((k, k)), degrees)
    slopes = huber_fit(design, target)[1:]
    residual: FloatArray = y - y.mean() - (covariates - covariates.mean(axis=0)) @ slopes
    scatter = float((residual**2).sum()) / max(n - 1, 1)
    covariance: FloatArray = np.array(scatter * np.linalg.inv(design.T @ design)[1:, 1:], dtype=np.float64)
    return Effects(slopes, covariance, degrees)
