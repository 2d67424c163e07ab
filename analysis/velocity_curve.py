"""What the velocity of one concentric phase looks like: sticking region, reversals, lockout, smoothness.

Speed is vertical, positive in the direction of the phase, through the definition profile's low-pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.filters import runs
from analysis.results import StickingRegion, VelocityCurve

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.definitions import Phase, PhaseVelocity
    from analysis.estimator import MotionEstimate
    from analysis.imu import FloatArray

UP = np.array([0.0, 0.0, 1.0])
"""World frame."""


@dataclass(frozen=True, slots=True)
class CurveConfig:
    """When a dip of speed is one.

    Attributes
    ----------
    least_dip_fraction, least_dip_mps : float
        A sticking region is as deep as the larger of the two: fraction of the first peak, and m/s. 0.05 to
        0.2, and two times what simulated tremor leaves after the low-pass.
    dip_sds : float
        ... and as this many of its own standard deviations.
    reversal_mps, reversal_m : float
        The bar goes back (hitching) if it is faster than this the other way and loses more than this.
    spectrum_hz, spectrum_least, spectrum_padding : float, float, int
        Spectral arc length, as in [1]_: highest frequency, Hz, least amplitude, and powers of two of zero
        padding.

    References
    ----------
    .. [1] S. Balasubramanian, A. Melendez-Calderon, A. Roby-Brami, E. Burdet, "On the analysis of movement
       smoothness", J. NeuroEng. Rehabil. 12:112, 2015. doi:10.1186/s12984-015-0090-9
    """

    least_dip_fraction: float = 0.1
    least_dip_mps: float = 0.03
    dip_sds: float = 2.0
    reversal_mps: float = 0.02
    reversal_m: float = 0.005
    spectrum_hz: float = 10.0
    spectrum_least: float = 0.05
    spectrum_padding: int = 4


def measure_curve(
    motion: MotionEstimate, phase: Phase, velocity: PhaseVelocity, sign: int, config: CurveConfig
) -> VelocityCurve:
    """Describe the velocity of one concentric phase.

    Parameters
    ----------
    motion : MotionEstimate
        That the phase was found in.
    phase : Phase
        Concentric.
    velocity : PhaseVelocity
        Of the phase.
    sign : int
        +1 if it goes up.
    config : CurveConfig
        When a dip is one.
    """
    rate_hz, solution = motion.samples.rate_hz, motion.solution
    cut = slice(phase.start, phase.stop + 1)
    speed, height = sign * motion.velocity_mps[cut], sign * motion.height_m[cut]

    def difference_sd_mps(one: int, other: int) -> float:
        covariance = solution.ends_covariance(phase.start + one, phase.start + other, UP)
        return float(np.sqrt(max(covariance[1, 1] + covariance[3, 3] - 2 * covariance[1, 3], 0.0)))

    return VelocityCurve(
        time_to_peak_s=(phase.peak - phase.begin) / rate_hz,
        lockout_velocity_mps=velocity.lockout_ratio * velocity.peak_mps,
        lockout_velocity_sd_mps=solution.velocity_sd_mps((velocity.lockout_start + phase.stop) // 2, UP),
        lockout_s=velocity.lockout_s,
        sticking=find_sticking_region(speed, height, difference_sd_mps, config),
        reversals=count_reversals(speed, height, config),
        spectral_arc_length=spectral_arc_length(speed, rate_hz, config),
        log_dimensionless_jerk=log_dimensionless_jerk(speed, rate_hz),
    )


def lockout_ratio_sd(motion: MotionEstimate, phase: Phase, velocity: PhaseVelocity) -> float:
    """Give the standard deviation of the lockout ratio: errors of both velocities, which are alike.

    First order: ``d(l / p) = (dl - l / p dp) / p``.
    """
    middle = (velocity.lockout_start + phase.stop) // 2
    covariance = motion.solution.ends_covariance(phase.peak, middle, UP)
    row = np.array([0.0, -velocity.lockout_ratio, 0.0, 1.0]) / velocity.peak_mps
    return float(np.sqrt(max(row @ covariance @ row, 0.0)))


def find_sticking_region(
    speed_mps: FloatArray,
    height_m: FloatArray,
    difference_sd_mps: Callable[[int, int], float],
    config: CurveConfig,
) -> StickingRegion | None:
    """Find the deepest dip of speed between two peaks.

    Parameters
    ----------
    speed_mps, height_m : (N,) float64
        Of the concentric phase, in its direction.
    difference_sd_mps : callable
        Standard deviation of the difference of the speeds at two samples, m/s.
    config : CurveConfig
        How deep a dip must be.

    Returns
    -------
    StickingRegion or None
        None where speed rises to one peak and falls: fresh and light reps have no sticking region.

    References
    ----------
    .. [1] R. van den Tillaar, G. Ettema, "A comparison of successful and unsuccessful attempts in maximal
       bench pressing", Med. Sci. Sports Exerc. 41(11), 2009.
    """
    before = np.maximum.accumulate(speed_mps)
    after = np.maximum.accumulate(speed_mps[::-1])[::-1]
    depth = np.minimum(before, after) - speed_mps
    low = int(np.argmax(depth))
    first = int(np.argmax(speed_mps[: low + 1]))
    second = low + int(np.argmax(speed_mps[low:]))
    dip_sd = difference_sd_mps(first, low)
    least = max(
        config.least_dip_mps, config.least_dip_fraction * float(speed_mps[first]), config.dip_sds * dip_sd
    )
    if depth[low] < least:
        return None
    fraction = (height_m - height_m[0]) / (height_m[-1] - height_m[0])
    return StickingRegion(
        *(float(speed_mps[i]) for i in (first, low, second)),
        *(float(fraction[i]) for i in (first, low, second)),
        dip_sd_mps=dip_sd,
    )


def count_reversals(speed_mps: FloatArray, height_m: FloatArray, config: CurveConfig) -> int:
    """Count how often the bar went back on its way (hitching); arguments as for `find_sticking_region`."""
    back = runs(speed_mps < -config.reversal_mps)
    lost = (
        float(height_m[start : stop + 1].max() - height_m[start : stop + 1].min()) for start, stop in back
    )
    return sum(height > config.reversal_m for height in lost)


def spectral_arc_length(speed_mps: FloatArray, rate_hz: float, config: CurveConfig) -> float | None:
    """Smoothness of a speed profile, dimensionless and negative: nearer to zero is smoother.

    Minus the arc length of the amplitude spectrum, normalised to its value at 0 Hz and to the bandwidth, up
    to the highest frequency at which it still exceeds ``spectrum_least`` (SPARC [1]_ of `CurveConfig`).

    Returns
    -------
    float or None
        None for a profile without a mean.
    """
    size = 2 ** (int(np.ceil(np.log2(len(speed_mps)))) + config.spectrum_padding)
    amplitude = np.abs(np.fft.rfft(speed_mps, size))
    frequency_hz = np.fft.rfftfreq(size, 1.0 / rate_hz)
    if amplitude[0] <= 0:
        return None
    amplitude = amplitude / amplitude[0]
    seen = np.flatnonzero((frequency_hz <= config.spectrum_hz) & (amplitude >= config.spectrum_least))
    band = slice(0, int(seen[-1]) + 1)
    width_hz = float(frequency_hz[band][-1])
    if width_hz == 0:
        return None
    steps = np.hypot(np.diff(frequency_hz[band]) / width_hz, np.diff(amplitude[band]))
    return -float(steps.sum())


def log_dimensionless_jerk(speed_mps: FloatArray, rate_hz: float) -> float | None:
    """Smoothness of a speed profile, dimensionless: larger (less negative) is smoother.

    ``-ln(T^3 / peak^2 * integral of jerk^2)``, with jerk the second derivative of speed (LDLJ-V). A
    minimum-jerk movement has ``-ln(204.8) = -5.32``, whatever its length and size.

    Returns
    -------
    float or None
        None where nothing moves, or nothing changes.
    """
    peak = float(np.abs(speed_mps).max())
    if peak == 0 or len(speed_mps) < 5:
        return None
    jerk = np.gradient(np.gradient(speed_mps, 1.0 / rate_hz), 1.0 / rate_hz)
    duration_s = (len(speed_mps) - 1) / rate_hz
    dimensionless = duration_s**3 / peak**2 * float(np.trapezoid(jerk**2, dx=1.0 / rate_hz))
    return -float(np.log(dimensionless)) if dimensionless > 0 else None
