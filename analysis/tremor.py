"""Tremor of the bar: how much it shakes in the band in which hands do."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import butter, sosfiltfilt

from analysis.results import Estimate

if TYPE_CHECKING:
    from analysis.config import AnalysisConfig
    from analysis.definitions import Phase
    from analysis.estimator import MotionEstimate
    from analysis.imu import FloatArray

MARGIN_S = 0.5
"""The filter settles on this much beside the phase."""


@lru_cache(maxsize=16)
def _bandpass(low_hz: float, high_hz: float, rate_hz: float) -> FloatArray:
    return np.asarray(butter(2, (low_hz, high_hz), "bandpass", fs=rate_hz, output="sos"), dtype=np.float64)


def tremor_mps2(motion: MotionEstimate, phase: Phase, config: AnalysisConfig) -> Estimate:
    """Root mean square of the sensor's acceleration in the tremor band during a phase, per axis.

    Bridged samples shake less than what they replace and are left out.
    """
    limits, samples = config.measures, motion.samples
    low_hz, high_hz = limits.tremor_hz
    if samples.rate_hz < 2.5 * high_hz:
        return Estimate(reason=f"sampled at {samples.rate_hz:.0f} Hz: too slow for tremor")
    margin = round(MARGIN_S * samples.rate_hz)
    first, last = max(phase.start - margin, 0), min(phase.stop + margin + 1, len(samples))
    force = np.einsum(
        "nij,nj->ni", motion.attitude.matrix[first:last], samples.specific_force_mps2[first:last]
    )
    if len(force) < 30:
        return Estimate(reason="too short")
    band = _bandpass(low_hz, high_hz, round(samples.rate_hz, 1))
    shaking = np.asarray(sosfiltfilt(band, force, axis=0), dtype=np.float64)
    inside = slice(phase.start - first, phase.stop + 1 - first)
    seen = ~samples.lost[phase.start : phase.stop + 1]
    if seen.mean() < 0.5:
        return Estimate(reason="too much of the phase was not seen")
    value = float(np.sqrt((shaking[inside][seen] ** 2).mean()))
    noise = config.noise.accel_mps2_per_rthz * np.sqrt(high_hz - low_hz)
    # Noise adds in quadrature.
    return Estimate(value, float(np.hypot(limits.tremor_gain_sd * value, 0.5 * noise**2 / max(value, noise))))
