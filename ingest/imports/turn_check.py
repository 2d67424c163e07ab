"""Finds unit and sign of a gyroscope by what gravity does.

Over some seconds the bar goes nowhere, so that what the accelerometer feels, turned back by the rate of turn
into the axes of the first moment, is gravity plus a scatter that averages out. In the right unit and with the
right sign that scatter is least; without any turn it is larger if the sensor was turned at all; in a wrong
unit it is larger still. So the scatter tells the unit, and how sure one can be.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from ingest.imports.imported import GyroUnit

if TYPE_CHECKING:
    from analysis.imu import FloatArray
    from ingest.imports.imported import Track


@dataclass(frozen=True, slots=True)
class TurnCheckConfig:
    """Tuning.

    Attributes
    ----------
    window_s : float
        Time over which readings are turned back, s; 2 to 5. A rep takes as long; a bias turns more in longer.
    rate_hz : float
        Rate to which channels are averaged, Hz; 20 to 50.
    max_windows : int
        So many windows at most, spread over the recording; 30 to 200.
    gap_s : float
        No window spans a longer step, s.
    still_fraction : float
        Scatter of a window in which what the gyroscope reads is its bias, of its size; 0.02 to 0.1.
    """

    window_s: float = 3.0
    rate_hz: float = 25.0
    max_windows: int = 80
    gap_s: float = 0.3
    still_fraction: float = 0.05


@dataclass(frozen=True, slots=True)
class TurnCheck:
    """Scatter of what the accelerometer feels, as a fraction of its size.

    Attributes
    ----------
    by_unit : dict of (GyroUnit, int) to float
        Turned back by the rate of turn in each unit, with each sign.
    unturned : float
        Not turned back at all.
    """

    by_unit: dict[tuple[GyroUnit, int], float]
    unturned: float

    @property
    def best(self) -> tuple[GyroUnit, int]:
        """Unit and sign with the least scatter."""
        return min(self.by_unit, key=lambda candidate: self.by_unit[candidate])

    @property
    def advantage(self) -> float:
        """How many times smaller the least scatter is than all others, that without turning included."""
        first, second = sorted([*self.by_unit.values(), self.unturned])[:2]
        return second / max(first, 1e-12) if self.by_unit[self.best] == first else 0.0

    def against(self, unit: GyroUnit) -> float:
        """Return how many times more scatter there is with a unit than without turning."""
        return self.by_unit[unit, 1] / max(self.unturned, 1e-12)


def check_turn(felt: Track, gyro: Track, config: TurnCheckConfig | None = None) -> TurnCheck | None:
    """Try all units and signs.

    Parameters
    ----------
    felt : Track
        Acceleration with gravity, or gravity as the vendor's software saw it; any unit, any sign.
    gyro : Track
        Rate of turn as the file has it.
    config : TurnCheckConfig, optional
        Tuning.

    Returns
    -------
    TurnCheck or None
        None if no window is whole.
    """
    config = config or TurnCheckConfig()
    starts = _window_starts(felt.t_s, gyro.t_s, config)
    if not starts:
        return None
    n = round(config.window_s * config.rate_hz)
    edges_s = np.asarray(starts)[:, None] + np.arange(n + 1) / config.rate_hz
    force = _means(felt, edges_s)
    turn = _means(gyro, edges_s) / config.rate_hz
    size = float(np.median(np.linalg.norm(force, axis=2)))
    if size <= 0:
        return None
    force = force / size
    candidates = list(itertools.product(GyroUnit, (1, -1)))
    factors = np.array([0.0, *(sign * unit.radps for unit, sign in candidates)])
    unbiased = np.stack([turn - bias for bias in _biases(force, turn, config)])
    # Each factor with each bias, all at once; the bias that a factor does best with counts.
    turns = factors[:, None, None, None, None] * unbiased[None]
    unturned, *scatters = _scatter(force, turns).min(axis=1)
    return TurnCheck(dict(zip(candidates, (float(one) for one in scatters), strict=True)), float(unturned))


def _window_starts(felt_s: FloatArray, gyro_s: FloatArray, config: TurnCheckConfig) -> list[float]:
    """Place windows, one after the other, where neither channel has a gap."""
    first_s, last_s = max(felt_s[0], gyro_s[0]), min(felt_s[-1], gyro_s[-1])
    breaks = [(-np.inf, first_s), (last_s, np.inf)]
    for t_s in (felt_s, gyro_s):
        breaks += [(t_s[k], t_s[k + 1]) for k in np.flatnonzero(np.diff(t_s) > config.gap_s)]
    starts: list[float] = []
    free_s = -np.inf
    for begin_s, end_s in sorted((float(begin), float(end)) for begin, end in breaks):
        count = int((begin_s - free_s) / config.window_s) if np.isfinite(begin_s - free_s) else 0
        starts += [free_s + k * config.window_s for k in range(min(count, 100 * config.max_windows))]
        free_s = max(free_s, end_s)
    if len(starts) > config.max_windows:
        starts = [starts[int(k)] for k in np.linspace(0, len(starts) - 1, config.max_windows)]
    return starts


def _means(one: Track, edges_s: FloatArray) -> FloatArray:
    """Average a channel between neighbouring edges, (W, n, 3): the integral's differences."""
    steps = (one.values[1:] + one.values[:-1]) / 2 * np.diff(one.t_s)[:, None]
    integral = np.zeros((len(one), 3))
    np.cumsum(steps, axis=0, out=integral[1:])
    at_edges = np.stack([np.interp(edges_s, one.t_s, integral[:, axis]) for axis in range(3)], axis=-1)
    return np.diff(at_edges, axis=1) / np.diff(edges_s, axis=1)[:, :, None]


def _biases(force: FloatArray, turn: FloatArray, config: TurnCheckConfig) -> list[FloatArray]:
    """Offer what the bias may be: none, the usual reading, and that of the windows that are still."""
    offers = [np.zeros(3), np.median(turn.reshape(-1, 3), axis=0)]
    still = np.linalg.norm(force.std(axis=1), axis=1) < config.still_fraction
    if still.any():
        offers.append(np.median(turn[still].reshape(-1, 3), axis=0))
    return offers


def _scatter(force: FloatArray, turns: FloatArray) -> FloatArray:
    """Turn readings back into the axes of their window's first moment; return their scatter.

    Parameters
    ----------
    force : (W, n, 3) float64
        Readings of W windows.
    turns : (F, B, W, n, 3) float64
        Turn in each step, rad, by F factors and B biases.

    Returns
    -------
    (F, B) float64
        Root mean square over the windows.
    """
    shape, n = turns.shape[:3], force.shape[1]
    steps = turns.reshape(-1, n, 3)
    readings = np.broadcast_to(force, turns.shape).reshape(-1, n, 3).copy()  # scipy wants it writeable
    # A reading is of the middle of its step: half a turn before the first, whole ones between.
    between = np.concatenate([steps[:, :1] / 2, (steps[:, 1:] + steps[:, :-1]) / 2], axis=1)
    back = Rotation.identity(len(steps))
    total = np.zeros((len(steps), 3))
    for step in range(n):
        back = back * Rotation.from_rotvec(between[:, step])
        total += back.apply(readings[:, step])
    mean_square = (readings**2).sum(axis=(1, 2)) / n  # turning changes no length
    variance = mean_square - ((total / n) ** 2).sum(axis=1)
    return np.sqrt(np.maximum(variance.reshape(shape).mean(axis=2), 0))
