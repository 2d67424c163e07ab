"""How a sensor lies and how far it has turned: for people who watch as they mount it, not for results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

if TYPE_CHECKING:
    from analysis.imu import FloatArray, ImuBlock


@dataclass(frozen=True, slots=True)
class TurnWatchConfig:
    """Tuned constants.

    Attributes
    ----------
    settle_s : float
        Time constant of the mean that tells what is up, s; 0.1 to 0.5: hands shake faster, a roll is slower.
    moving_radps : float
        A sensor that turns faster than this is not left alone, rad/s; 0.03 to 0.2: above the bias that cheap
        gyroscopes have, below the slowest turn by hand.
    jolted : float
        Specific force that differs from its mean by more than this share of it is a jolt; 0.03 to 0.2.
    """

    settle_s: float = 0.2
    moving_radps: float = 0.1
    jolted: float = 0.05


@dataclass(frozen=True, slots=True)
class Orientation:
    """How a sensor lies now.

    Attributes
    ----------
    up : tuple of 3 float
        Unit vector upward, sensor frame; a sensor that is moved shows the specific force instead.
    turn_rad : float
        Angle by which it has turned since `TurnWatch.reset`, rad, 0 to pi.
    still_s : float
        How long it has been left alone, s.
    """

    up: tuple[float, float, float]
    turn_rad: float
    still_s: float


class TurnWatch:
    """Follows a sensor.

    Parameters
    ----------
    config : TurnWatchConfig, optional
        Tuned constants.
    """

    def __init__(self, config: TurnWatchConfig | None = None) -> None:
        self._config = config or TurnWatchConfig()
        self._mean: FloatArray | None = None
        self._turned = Rotation.identity()
        self._last_s: float | None = None
        self._still_since_s = 0.0
        self._bias = np.zeros(3)
        self.orientation: Orientation | None = None
        """As of the last block; None before the first."""

    def reset(self, bias_radps: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> None:
        """Count turns from here, with what a rest has shown of the gyroscope, rad/s, sensor frame."""
        self._turned = Rotation.identity()
        self._bias = np.array(bias_radps)

    def push(self, block: ImuBlock) -> None:
        """Take a block."""
        now_s = float(block.t_s[-1])
        if self._last_s is None:
            self._last_s = self._still_since_s = float(block.t_s[0])
        elapsed_s, self._last_s = now_s - self._last_s, now_s
        force = np.asarray(block.specific_force_mps2.mean(axis=0))
        rate = np.asarray(block.gyro_radps.mean(axis=0)) - self._bias
        share = 1.0 if self._mean is None else 1.0 - np.exp(-elapsed_s / self._config.settle_s)
        mean = force if self._mean is None else self._mean + share * (force - self._mean)
        self._turned = self._turned * Rotation.from_rotvec(rate * elapsed_s)
        length = max(float(np.linalg.norm(mean)), 1e-9)
        if (
            np.linalg.norm(rate) > self._config.moving_radps
            or np.linalg.norm(force - mean) > self._config.jolted * length
        ):
            self._still_since_s = now_s
        self._mean = mean
        x, y, z = (mean / length).tolist()
        self.orientation = Orientation(
            (x, y, z), float(self._turned.magnitude()), now_s - self._still_since_s
        )
