"""A sensor that has just been switched on grows warmer, and its biases go with its temperature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firmware_sim.errors import InvalidSettingError

if TYPE_CHECKING:
    from firmware_sim.curves import FloatArray


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Exponential approach of the chip's temperature, from scenario time 0 on.

    Attributes
    ----------
    rise_k : float
        In the end warmer than at switch-on by this, K; negative after a warm pocket. 0: none of this.
    time_constant_s : float
        After which 63 % of the rise is done, s, above 0 (minutes, for a case of some grams; a guess).
    """

    rise_k: float = 0.0
    time_constant_s: float = 120.0

    def __post_init__(self) -> None:
        if not np.isfinite(self.rise_k):
            raise InvalidSettingError("rise_k", f"must be a number of kelvin, not {self.rise_k}")
        if not (np.isfinite(self.time_constant_s) and self.time_constant_s > 0):
            raise InvalidSettingError("time_constant_s", f"must be above 0 s, not {self.time_constant_s}")

    def warmer_by(self, t_s: FloatArray) -> FloatArray:
        """Temperature over that at switch-on, (N,) K; 0 before scenario time 0."""
        return -self.rise_k * np.expm1(-np.maximum(t_s, 0.0) / self.time_constant_s)
