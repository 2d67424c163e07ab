"""Where a sensor seems to have been, told by how it turned: on the bar or on a wrist.

A bar turns about its own axis and hardly otherwise, a wrist about all three. A shaft that hands hold goes
back and forth, a free sleeve goes on. The motion alone never proves it: this is a suspicion, to be compared
with what was stated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from analysis.attitude import integrate_attitude
from analysis.bar_axis import find_bar_axis, most_certain
from analysis.filters import integrate, lowpass, moving_deviation
from analysis.imu import MountPosition
from analysis.results import BarAxis
from analysis.stillness import still_mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.config import StillnessConfig
    from analysis.imu import BoolArray, FloatArray
    from analysis.samples import Samples


@dataclass(frozen=True, slots=True)
class MountGuessConfig:
    """What a sensor's turning says. Thresholds were chosen on the simulator and on real bars and wrists.

    Of 59 real sets on a wrist all are told so; of 42 on a bar 26 are, 13 are not told, 3 pass for a wrist.

    Attributes
    ----------
    lowpass_hz : float
        Faster turns are bar whip and ringing plates, Hz; 3 to 8.
    moving_mps2, window_s : float
        The sensor moves where specific force varies by more than this within this time, m/s², s.
    least_moving_s : float
        Less motion tells nothing, s.
    bar_radps, wrist_radps : float
        Root mean square of the rate of turn across the main axis: below the first it is a bar, above the
        second a wrist, rad/s. Real bars: 0.05 to 0.21, real wrists: 0.30 to 1.0; simulated wrists, which grip
        firmly: 0.15 to 0.19.
    one_axis_share : float
        Between the two it is a wrist if less than this share of the turning is about the main axis.
    shaft_rolls_rad, hands_roll_rad : float
        Within `roll_window_s` a shaft in a slow lift rolls by less than the first; hands never roll one by
        more than the second, a full turn, rad.
    roll_window_s : float
        Longer than a repetition, shorter than a gyro's bias takes to feign a roll, s; 5 to 20.
    """

    lowpass_hz: float = 5.0
    moving_mps2: float = 0.5
    window_s: float = 1.0
    least_moving_s: float = 3.0
    bar_radps: float = 0.13
    wrist_radps: float = 0.25
    one_axis_share: float = 0.7
    shaft_rolls_rad: float = 1.0
    hands_roll_rad: float = 6.3
    roll_window_s: float = 10.0


@dataclass(frozen=True, slots=True)
class MountGuess:
    """How the sensor turned while it moved, and what that fits.

    Attributes
    ----------
    positions : tuple of MountPosition
        What fits, the likelier first; empty where the motion does not tell.
    moving_s : float
        How long it moved, s.
    across_radps : float or None
        Root mean square of the rate of turn across its main axis, rad/s; None where it hardly moved.
    share : float or None
        Part of the turning about the main axis, 1/3 to 1.
    rolled_rad : float or None
        How far it rolled about the main axis within some seconds, at most, rad.
    bar_axis : BarAxis
        Direction of the bar in the sensor, its sign arbitrary; without one, with the reason, where it is not
        on a bar or the motion does not tell.
    """

    positions: tuple[MountPosition, ...] = ()
    moving_s: float = 0.0
    across_radps: float | None = None
    share: float | None = None
    rolled_rad: float | None = None
    bar_axis: BarAxis = field(default_factory=lambda: BarAxis(reason="the sensor hardly moved"))


@dataclass(frozen=True, slots=True, eq=False)
class _Turning:
    """One stretch: rate of turn without bias, (N, 3) rad/s; where it moved, (N,); the axis found there."""

    gyro_radps: FloatArray
    moving: BoolArray
    dt_s: float
    axis: BarAxis


def guess_mount(
    stretches: Sequence[Samples], stillness: StillnessConfig, config: MountGuessConfig | None = None
) -> MountGuess:
    """Say where the sensor seems to have been.

    Parameters
    ----------
    stretches : sequence of Samples
        Of one recording.
    stillness : StillnessConfig
        What counts as still.
    config : MountGuessConfig
        What the turning says.
    """
    config = config or MountGuessConfig()
    turnings = [_turning(one, stillness, config) for one in stretches if len(one) > 2 * one.rate_hz]
    moving_s = float(sum(one.moving.sum() * one.dt_s for one in turnings))
    if moving_s < config.least_moving_s:
        return MountGuess(moving_s=moving_s)
    gyro = np.concatenate([one.gyro_radps[one.moving] for one in turnings])
    variances, directions = np.linalg.eigh(gyro.T @ gyro / len(gyro))
    if variances[2] <= 0:
        return MountGuess(moving_s=moving_s, bar_axis=BarAxis(reason="the sensor gave no rate of turn"))
    across_radps = float(np.sqrt(max(variances[0] + variances[1], 0.0)))
    share = float(variances[2] / variances.sum())
    rolled_rad = max(_rolled_rad(one, directions[:, 2], config) for one in turnings)
    positions = _fitting(across_radps, share, rolled_rad, config)
    if not positions:
        axis = BarAxis(reason="nobody knows whether it was on a bar")
    elif MountPosition.WRIST in positions:
        axis = BarAxis(reason="a wrist has none")
    else:
        axis = most_certain(one.axis for one in turnings)
    return MountGuess(positions, moving_s, across_radps, share, rolled_rad, axis)


def _turning(samples: Samples, stillness: StillnessConfig, config: MountGuessConfig) -> _Turning:
    still = still_mask(samples, stillness)
    attitude = integrate_attitude(samples, still)
    window = max(int(config.window_s * samples.rate_hz), 3)
    moving = moving_deviation(samples.specific_force_mps2, window) > config.moving_mps2
    moving &= ~still
    axis = find_bar_axis(attitude.matrix, samples.rate_hz, within=moving)
    gyro = lowpass(samples.gyro_radps - attitude.gyro_bias_radps, config.lowpass_hz, samples.rate_hz)
    return _Turning(gyro, moving, samples.dt_s, axis)


def _rolled_rad(turning: _Turning, axis: FloatArray, config: MountGuessConfig) -> float:
    """Find the largest range of the roll about an axis within a window, rad."""
    roll = integrate(turning.gyro_radps @ axis, turning.dt_s)
    window = max(int(config.roll_window_s / turning.dt_s), 1)
    starts = range(0, max(len(roll) - window, 0) + 1, max(window // 2, 1))
    return max(float(np.ptp(roll[start : start + window])) for start in starts)


def _fitting(
    across_radps: float, share: float, rolled_rad: float, config: MountGuessConfig
) -> tuple[MountPosition, ...]:
    if across_radps > config.wrist_radps:
        return (MountPosition.WRIST,)
    if across_radps > config.bar_radps:
        return (MountPosition.WRIST,) if share < config.one_axis_share else ()
    if rolled_rad > config.hands_roll_rad:
        return (MountPosition.SLEEVE,)
    if rolled_rad > config.shaft_rolls_rad:
        return (MountPosition.SLEEVE, MountPosition.SHAFT)
    return (MountPosition.SHAFT, MountPosition.SLEEVE)
