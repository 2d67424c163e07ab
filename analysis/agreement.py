"""How far two instruments agree that measured the same repetitions: Bland and Altman's statistics.

Sources: J. M. Bland and D. G. Altman, "Statistical methods for assessing agreement between two methods of
clinical measurement", Lancet 327 (1986) 307-310; "Measuring agreement in method comparison studies",
Statistical Methods in Medical Research 8 (1999) 135-160, section 2 for the standard error of the limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from analysis.errors import InvalidFieldError
from analysis.intervals import Z95

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.imu import FloatArray

LIMITS_Z = Z95
"""Half the width of the limits of agreement, standard deviations: 95 % of a normal distribution."""
LEAST_FOR_CORRELATION = 3
"""Two points always lie on a line."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What pairs of one quantity say; differences are measured minus reference, all in the quantity's unit.

    Attributes
    ----------
    pairs : int
        Repetitions for which both have a value.
    mean_difference : float
        The bias.
    mean_difference_se : float or None
        Its standard error; None of a single pair.
    mean_difference_interval : tuple of 2 float, or None
        95 % confidence interval of the bias, by Student's t.
    sd_of_differences : float or None
        Standard deviation of the differences; None of a single pair.
    limits : tuple of 2 float, or None
        Limits of agreement: 95 % of the differences lie between them if they are normal.
    limits_se : float or None
        Standard error of each limit.
    rmse : float
        Root of the mean squared difference, bias included.
    correlation : float or None
        Pearson's; None below three pairs or where one side never changes. It says whether both order the
        repetitions alike, not whether they agree.
    """

    pairs: int
    mean_difference: float
    mean_difference_se: float | None
    mean_difference_interval: tuple[float, float] | None
    sd_of_differences: float | None
    limits: tuple[float, float] | None
    limits_se: float | None
    rmse: float
    correlation: float | None


def agreement(measured: Sequence[float], reference: Sequence[float]) -> Agreement | None:
    """Compare pairs of one quantity.

    Parameters
    ----------
    measured, reference : sequence of float
        Paired by position; finite, same unit.

    Returns
    -------
    Agreement or None
        None without a pair.

    Raises
    ------
    InvalidFieldError
        If the two differ in length or a value is not finite.

    Notes
    -----
    The repetitions of a set are not independent of each other, so that limits from one set tell less than
    their number of pairs suggests.

    Examples
    --------
    >>> agreement([0.5, 0.75], [0.25, 0.25]).mean_difference
    0.375
    """
    ours, theirs = (np.asarray(one, dtype=np.float64) for one in (measured, reference))
    if ours.shape != theirs.shape or ours.ndim != 1:
        raise InvalidFieldError("pairs", f"{len(ours)} values against {len(theirs)}")
    if not (np.isfinite(ours).all() and np.isfinite(theirs).all()):
        raise InvalidFieldError("pairs", "not every value is finite")
    n = len(ours)
    if n == 0:
        return None
    differences = ours - theirs
    bias, rmse = float(differences.mean()), float(np.sqrt(np.mean(differences**2)))
    if n == 1:
        return Agreement(1, bias, None, None, None, None, None, rmse, None)
    sd = float(differences.std(ddof=1))
    se = sd / np.sqrt(n)
    reach = float(stdtrit(n - 1, 0.975)) * se
    return Agreement(
        pairs=n,
        mean_difference=bias,
        mean_difference_se=float(se),
        mean_difference_interval=(bias - reach, bias + reach),
        sd_of_differences=sd,
        limits=(bias - LIMITS_Z * sd, bias + LIMITS_Z * sd),
        limits_se=float(sd * np.sqrt(1 / n + LIMITS_Z**2 / (2 * (n - 1)))),
        rmse=rmse,
        correlation=_correlation(ours, theirs),
    )


def _correlation(ours: FloatArray, theirs: FloatArray) -> float | None:
    if len(ours) < LEAST_FOR_CORRELATION or np.ptp(ours) == 0 or np.ptp(theirs) == 0:
        return None
    return float(np.corrcoef(ours, theirs)[0, 1])
