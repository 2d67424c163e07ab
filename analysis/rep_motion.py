"""One rep as the signals that its measures are made of, and the ways in which those may be wrong.

Every standard deviation of a measure comes from the same procedure: the measure is worked out again on
motions that depart from the estimated one along the independent directions of its error, by the root of 3
standard deviations either way. With the estimated motion itself these are the nodes of a three-point
Gauss-Hermite quadrature in each direction (weights 2/3 and 1/6), so that edges that creep, maxima that move
and phases that shift are all accounted for without a formula of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.definitions import Phase, PhaseVelocity, find_phase, phase_velocity, turning_index

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analysis.config import DefinitionProfile
    from analysis.imu import FloatArray
    from analysis.measure_config import MeasureConfig
    from analysis.smoother import Smoothed

NODE = float(np.sqrt(3.0))
"""Outer node of the quadrature, in standard deviations."""

KEPT_VARIANCE = 0.98
"""Directions of error are followed until they hold this much of the variance."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What finds the phases: candidate extremes, in samples of the window, and the two signs.

    Attributes
    ----------
    start, turn, stop : int
        Extremes of height.
    first_sign, concentric_sign : int
        +1 up, -1 down.
    """

    start: int
    turn: int
    stop: int
    first_sign: int
    concentric_sign: int


@dataclass(frozen=True, slots=True)
class RepPhases:
    """Phases of a rep, in samples of the window: by order, by kind, and the turning point between them."""

    first: Phase
    second: Phase | None
    concentric: Phase
    eccentric: Phase | None
    turn: int
    speed: PhaseVelocity

    @property
    def last(self) -> int:
        """Last sample of the rep."""
        return max((self.second or self.concentric).stop, self.turn)


def find_phases(
    height_m: FloatArray,
    velocity_mps: FloatArray,
    bounds: Bounds,
    rate_hz: float,
    profile: DefinitionProfile,
) -> RepPhases | None:
    """Bound the phases of a rep by the definition profile; None if no concentric phase can be bounded."""
    sign = bounds.first_sign
    first = find_phase(height_m, velocity_mps, bounds.start, bounds.turn, sign, profile)
    second = find_phase(height_m, velocity_mps, bounds.turn, bounds.stop, -sign, profile)
    upright = sign == bounds.concentric_sign
    concentric, other = (first, second) if upright else (second, first)
    if first is None or concentric is None:
        return None
    turn = turning_index(height_m, bounds.start, bounds.stop, bounds.turn, profile.pause_band_m)
    speed = phase_velocity(height_m, velocity_mps, concentric, bounds.concentric_sign, rate_hz, profile)
    # A bar that sank while it was said to rise: a rough motion that was misread.
    return RepPhases(first, second, concentric, other, turn, speed) if speed.range_m > 0 else None


@dataclass(frozen=True, slots=True, eq=False)
class RepMotion:
    """Signals of one rep over a window of samples.

    Attributes
    ----------
    rate_hz : float
        Samples a second.
    bounds, phases
        Where the rep is in the window.
    up_m, up_mps : (N,) float64
        Height, and vertical velocity through the definition profile's low-pass.
    forward_m, forward_mps : (N,) float64 or None
        Forward of anywhere, and velocity through the same low-pass; None where not resolvable.
    side_mps : (N,) float64 or None
        Horizontal velocity in the plane of a bar that turns about a fixed end; None for a free bar.
    pitch_rad, tilt_rad : (N,) float64 or None
        Turn of the shaft about its own axis from any zero, and of the bar out of level.
    tilt_radps : (N,) float64 or None
        Rate of the latter, through the low-pass.
    """

    rate_hz: float
    bounds: Bounds
    phases: RepPhases
    up_m: FloatArray
    up_mps: FloatArray
    forward_m: FloatArray | None = None
    forward_mps: FloatArray | None = None
    side_mps: FloatArray | None = None
    pitch_rad: FloatArray | None = None
    tilt_rad: FloatArray | None = None
    tilt_radps: FloatArray | None = None

    def half_way(self) -> int:
        """Sample at which the concentric phase has gained half its height."""
        phase, sign = self.phases.concentric, self.bounds.concentric_sign
        height = sign * self.up_m[phase.start : phase.stop + 1]
        return phase.start + int(np.argmax(height >= 0.5 * (height[0] + height[-1])))

    def risen(
        self, height_m: FloatArray, velocity_mps: FloatArray, profile: DefinitionProfile
    ) -> RepMotion | None:
        """Return the rep with other vertical motion added, its phases found anew."""
        up_m, up_mps = self.up_m + height_m, self.up_mps + velocity_mps
        phases = find_phases(up_m, up_mps, self.bounds, self.rate_hz, profile)
        return None if phases is None else replace(self, up_m=up_m, up_mps=up_mps, phases=phases)


def directions_of_error(
    solution: Smoothed,
    window: tuple[int, int],
    span: tuple[int, int],
    axes: FloatArray,
    config: MeasureConfig,
) -> list[list[tuple[FloatArray, FloatArray]]]:
    """Find the independent ways in which position and velocity along each axis may be wrong.

    Parameters
    ----------
    solution : Smoothed
        With its covariance.
    window : tuple of 2 int
        First sample, and one past the last, of the window.
    span : tuple of 2 int
        First and last sample of the rep; errors of position are relative to the first.
    axes : (D, 3) float64, world frame
        Unit vectors.
    config : MeasureConfig
        How many.

    Returns
    -------
    list of list of ((N,), (N,)) float64
        For each axis, for each direction of error: position (m) and velocity (m/s) by one standard deviation.
    """
    nodes, joint = solution.joint_covariance(*span, axes, config.mode_nodes)
    index, count = np.arange(*window), len(axes)

    def along(k: int) -> list[tuple[FloatArray, FloatArray]]:
        own = joint[:, [k, count + k]][:, :, :, [k, count + k]]
        return [
            (
                np.asarray(np.interp(index, nodes, mode[:, 0]), dtype=np.float64),
                np.asarray(np.interp(index, nodes, mode[:, 1]), dtype=np.float64),
            )
            for mode in _principal(own, config.modes)
        ]

    return [along(k) for k in range(count)]


def _principal(joint: FloatArray, most: int) -> list[FloatArray]:
    """Find principal directions, (K, 2) each, of position (from the first node) and velocity."""
    nodes = len(joint)
    square = joint.transpose(1, 0, 3, 2).reshape(2 * nodes, 2 * nodes)
    relative = np.eye(2 * nodes, dtype=np.float64)
    relative[:nodes, 0] -= 1.0
    covariance: FloatArray = relative @ square @ relative.T
    sd = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    scale: FloatArray = np.where(sd > 0, sd, np.ones_like(sd))
    variance, vectors = np.linalg.eigh(covariance / (scale.reshape(-1, 1) * scale))
    variance = np.asarray(np.maximum(variance[::-1], 0.0), dtype=np.float64)
    vectors = np.asarray(vectors[:, ::-1], dtype=np.float64)
    held: FloatArray = np.cumsum(variance)
    enough = int((held < KEPT_VARIANCE * held[-1]).sum()) + 1
    shapes: FloatArray = scale.reshape(-1, 1) * vectors * np.sqrt(variance)
    return [shapes[:, k].reshape(2, nodes).T for k in range(min(enough, most))]


Numbers = dict[str, "float | str"]
"""Measures of one motion by id; words where there is none."""

Pair = tuple[RepMotion | None, RepMotion | None]
"""The motions at the outer nodes of one direction of error."""


def variances(
    numbers: Callable[[RepMotion], Numbers], centre: Mapping[str, float | str], pairs: Sequence[Pair]
) -> dict[str, float]:
    """Add up what the directions of error contribute to the variance of each measure.

    Where a motion at an outer node has no such measure, the other one stands for both.
    """
    total = {name: 0.0 for name, value in centre.items() if not isinstance(value, str)}
    for pair in pairs:
        outer = [numbers(motion) for motion in pair if motion is not None]
        for name in total:
            middle = centre[name]
            moved = [value for one in outer if not isinstance(value := one.get(name, ""), str)]
            if not moved or isinstance(middle, str):
                continue
            shifts = np.array(moved if len(moved) == 2 else [moved[0], 2 * middle - moved[0]]) - middle
            total[name] += float((shifts**2).sum() / 6.0 - (shifts.sum() / 6.0) ** 2)
    return total
