"""What the user says of units and signs, and by which limits physics judges them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.imports.imported import AccelUnit, GyroUnit


class ContradictionError(Exception):
    """A file contradicts physics or says too little; says how, and which option helps."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the user says and nothing contradicts any more; None: not said.

    Attributes
    ----------
    accel_unit, gyro_unit : AccelUnit, GyroUnit or None
        Unit of the numbers in the file.
    accel_sign : int or None
        +1: at rest the file's acceleration points up (specific force); -1: it points down (Apple).
    gyro_sign : int or None
        -1: the gyroscope counts the other way round.
    """

    accel_unit: AccelUnit | None = None
    accel_sign: int | None = None
    gyro_unit: GyroUnit | None = None
    gyro_sign: int | None = None


@dataclass(frozen=True, slots=True)
class PhysicsConfig:
    """Tuning of the checks.

    Attributes
    ----------
    window_s : float
        Length of the windows that are judged, s; 0.2 to 1. A hand is still for as long between two reps.
    still_fraction : float
        Scatter of acceleration in a still window, of its size; 0.01 to 0.05.
    quietest_fraction : float
        Share of windows, the quietest, whose size is taken for that at rest; 0.02 to 0.3.
    size_tolerance : float
        A size at rest within this of gravity agrees; 0.05 to 0.2. Cheap chips are off by 5 %.
    loose_tolerance : float
        Up to this it agrees with a warning; 0.2 to 0.4.
    linear_fraction : float
        With less at rest than this of the 95th percentile, gravity was taken out; 0.05 to 0.2.
    clear_advantage : float
        Where the best unit of the rate of turn has so many times less scatter than all else, it is confirmed;
        1.05 to 1.3 (on 220 recordings of others, a wrong one was never best by more than 1.02).
    sure_advantage : float
        With so many times less it overrules what the file says; 1.15 to 1.5.
    against : float
        With so many times more scatter than without turning, a unit is wrong; 1.3 to 2.
    fast_radps : float
        No gyroscope of this kind goes beyond (4000 °/s), rad/s.
    largest_mps2 : float
        No accelerometer of this kind goes beyond (400 g), m/s².
    upright : float
        Cosine between gravity by attitude and the vertical that tells the sign; 0.7 to 0.95.
    """

    window_s: float = 0.4
    still_fraction: float = 0.03
    quietest_fraction: float = 0.1
    size_tolerance: float = 0.12
    loose_tolerance: float = 0.25
    linear_fraction: float = 0.15
    clear_advantage: float = 1.1
    sure_advantage: float = 1.25
    against: float = 1.4
    fast_radps: float = 70.0
    largest_mps2: float = 4000.0
    upright: float = 0.8
