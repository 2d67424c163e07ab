"""Samples at the limit of an axis, for sensors that send physical values instead of their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.samples import AT_LIMIT_FRACTION

if TYPE_CHECKING:
    from analysis.imu import FloatArray, SensorInfo


def count_clipped(info: SensorInfo, specific_force_mps2: FloatArray, gyro_radps: FloatArray | None) -> int:
    """Count the samples, (k, 3) each, that have an axis at its limit."""
    at_limit = np.abs(specific_force_mps2) >= AT_LIMIT_FRACTION * info.accel_range_mps2
    clipped = at_limit.any(axis=1)
    if gyro_radps is not None:
        clipped |= (np.abs(gyro_radps) >= AT_LIMIT_FRACTION * info.gyro_range_radps).any(axis=1)
    return int(clipped.sum())
