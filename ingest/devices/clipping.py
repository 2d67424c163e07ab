"""Samples at the limit of an axis, for sensors that send physical values instead of their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from analysis.imu import FloatArray, SensorInfo

_AT_LIMIT_FRACTION = 0.999
"""Of full scale: the last code below it is the limit, and scale factors are off by as much (as in
`analysis.samples`)."""


def count_clipped(info: SensorInfo, specific_force_mps2: FloatArray, gyro_radps: FloatArray | None) -> int:
    """Count the samples, (k, 3) each, that have an axis at its limit."""
    at_limit = np.abs(specific_force_mps2) >= _AT_LIMIT_FRACTION * info.accel_range_mps2
    clipped = at_limit.any(axis=1)
    if gyro_radps is not None:
        clipped |= (np.abs(gyro_radps) >= _AT_LIMIT_FRACTION * info.gyro_range_radps).any(axis=1)
    return int(clipped.sum())
