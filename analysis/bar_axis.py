"""The direction of the bar in the sensor, found from how the bar moves; its sign is beyond any sensor.

A barbell in a lift does next to nothing along its own length, and does a lot across it:

- it stays level while it rolls: the vertical, as the sensor sees it, sweeps an arc across the bar (`lean`);
- it rolls about itself faster than it tilts: so does the rate at which the vertical sweeps (`turn`, which is
  the rate of turn without its part about the vertical);
- it is driven fore and aft more than sideways: horizontal acceleration lies across the bar (`drive`).

How far each of these is true differs from lift to lift, so that none is believed outright. The vertical fixes
the axis up to one angle; every candidate for that angle is weighed by how well it explains the three clues,
each with the amplitudes that the lift itself shows. Where they do not tell, the weights are spread out, the
standard deviation is large, and no axis is given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from analysis.filters import moving_mean
from analysis.imu import MountPosition
from analysis.results import BarAxis

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.estimator import MotionEstimate
    from analysis.imu import BoolArray, FloatArray, Mount
    from analysis.results import Rep

CANDIDATES = 360
"""Directions that are weighed, over half a turn: every half degree, finer than any lift tells."""

STATED, FROM_DATA = "stated", "data"
"""Where an axis comes from."""


@dataclass(frozen=True, slots=True)
class ClueConfig:
    """How much of a clue lies along the bar and across it, and how often it speaks.

    Attributes
    ----------
    along, across : float
        Usual root mean square along the bar and across it, in the clue's unit. Only a first guess: the
        amplitudes of the set itself soon outweigh it.
    per_s, at_most : float
        Independent samples that it gives in a second, and in a set however long: reps resemble each other, so
        that what is skew in one is skew in the next.
    """

    along: float
    across: float
    per_s: float
    at_most: float

    def samples(self, duration_s: float) -> float:
        """Return the number of independent samples in so many seconds."""
        return 1.0 / (1.0 / (self.per_s * duration_s) + 1.0 / self.at_most)


@dataclass(frozen=True, slots=True)
class BarAxisConfig:
    """How the bar's direction is found and when it is believed.

    Amplitudes and rates of the clues were chosen on the simulator's tuning seeds and on the bar-centre
    recordings, where what is found in different lifts of one lifter must agree within the standard deviations
    (95 % intervals cover 96 % of the differences, curls aside). Real lifters are skewer than simulated ones,
    so that simulated errors are about half of what is stated.

    Attributes
    ----------
    grid_hz : float
        Rate at which attitude and velocity are looked at, Hz; 5 to 20. Differences over such a step leave out
        tremor (8 to 12 Hz) and most of a blow.
    lean_mean_s : float
        The vertical is averaged over this long, s: faster turns are the other clue's.
    lean : ClueConfig
        Direction of the vertical in the sensor frame, rad.
    turn : ClueConfig
        Its rate of change, rad/s.
    drive : ClueConfig
        Horizontal acceleration, m/s².
    along_prior, across_prior : float
        Samples that the first guesses of the amplitudes count as: how much a bar tilts is better known than
        how far it rolls.
    level_sd_rad, sensor_sd_rad : float
        How level a bar is on average (racks, floors and shoulders are not), and what the sensor's cross-axis
        errors feign: no motion averages these out, rad.
    largest_sd_rad : float
        An axis that is known less well than this is not given, rad (10 degrees: a fore-aft path would take in
        a sixth of a lateral one).
    contradiction_sds, contradiction_rad : float
        A stated axis is doubted if it differs from the found one by more than both, standard deviations and
        rad.
    """

    grid_hz: float = 10.0
    lean_mean_s: float = 0.9
    lean: ClueConfig = field(default_factory=lambda: ClueConfig(0.015, 0.05, 0.4, 6.0))
    turn: ClueConfig = field(default_factory=lambda: ClueConfig(0.05, 0.3, 1.5, 16.0))
    drive: ClueConfig = field(default_factory=lambda: ClueConfig(0.1, 0.4, 2.0, 12.0))
    along_prior: float = 4.0
    across_prior: float = 1.0
    level_sd_rad: float = 0.015
    sensor_sd_rad: float = 0.01
    largest_sd_rad: float = 0.175
    contradiction_sds: float = 4.0
    contradiction_rad: float = 0.35


def find_bar_axis(
    matrix: FloatArray,
    rate_hz: float,
    *,
    velocity_mps: FloatArray | None = None,
    within: BoolArray | None = None,
    config: BarAxisConfig | None = None,
) -> BarAxis:
    """Find the direction of the bar from its motion: a set, or one deliberate roll of the bar.

    Parameters
    ----------
    matrix : (N, 3, 3) float64
        Attitude, sensor to world (z up, heading arbitrary).
    rate_hz : float
        Of the samples.
    velocity_mps : (N, 3) float64, optional
        Of the bar, world frame. Without it only the turning tells, which is enough where the bar is rolled on
        purpose.
    within : (N,) bool, optional
        Samples to look at: the reps. Between them the bar may be carried anywhere.
    config : BarAxisConfig
        How it is found and when it is believed.

    Returns
    -------
    BarAxis
        Without an axis, and with the reason, where the motion does not tell.
    """
    config = config or BarAxisConfig()
    clues, up, duration_s = _clues(matrix, rate_hz, velocity_mps, within, config)
    if len(up) < 2:
        return BarAxis(reason="too little was seen of the bar's motion to tell its direction")
    # The bar is across whatever the vertical sweeps: across its strongest direction, even in a full roll.
    vertical = np.linalg.eigh(up.T @ up)[1][:, 2]
    basis = _plane_across(vertical, clues)
    angle = np.arange(CANDIDATES, dtype=np.float64) * (np.pi / CANDIDATES)
    weight = _weights(angle, basis, clues, duration_s, config)
    # An axis at angle a is the same as at a + pi: mean and spread are those of the doubled angle.
    doubled = complex(weight @ np.exp(2j * angle))
    spread = 0.5 * (1.0 - abs(doubled))
    sd_rad = float(np.sqrt(spread + config.level_sd_rad**2 + config.sensor_sd_rad**2))
    if sd_rad > config.largest_sd_rad:
        return BarAxis(
            reason=f"the motion leaves the direction of the bar open by ±{np.degrees(sd_rad):.0f}°: the bar "
            "neither rolled nor moved fore-aft enough"
        )
    best = 0.5 * np.angle(doubled)
    x, y, z = _canonical(np.array([np.cos(best), np.sin(best)]) @ basis)
    return BarAxis((x, y, z), sd_rad, FROM_DATA)


def bar_axis_of_set(
    motion: MotionEstimate, reps: Sequence[Rep], mount: Mount, config: BarAxisConfig
) -> BarAxis:
    """Find the direction of the bar from the reps of a set, whatever was stated.

    Parameters
    ----------
    motion : MotionEstimate
        That the reps were measured in.
    reps : sequence of Rep
        Counted ones.
    mount : Mount
        On shaft or sleeve: a sleeve that turns does so about the same axis. A wrist has none.
    config : BarAxisConfig
        How it is found.
    """
    if mount.position is MountPosition.WRIST:
        return BarAxis(reason=mount.why_no_forward)
    samples = motion.samples
    within = np.zeros(len(samples), dtype=np.bool_)
    for rep in reps:
        last_s = max(rep.concentric_end_s, rep.end_s or 0.0)
        start, stop = np.searchsorted(samples.t_s, (rep.start_s, last_s))
        within[start : stop + 1] = True
    gyro = samples.gyro_radps[within]
    if len(gyro) and np.ptp(gyro, axis=0).max() == 0.0:
        return BarAxis(reason="the sensor gave no rate of turn")
    return find_bar_axis(
        motion.attitude.matrix,
        samples.rate_hz,
        velocity_mps=motion.solution.velocity_mps,
        within=within,
        config=config,
    )


def most_certain(found: Iterable[BarAxis]) -> BarAxis:
    """Choose among what the stretches of a set say; the first reason if none tells."""
    every = list(found)
    known = [one for one in every if one.axis is not None and one.sd_rad is not None]
    if known:
        return min(known, key=lambda one: one.sd_rad or 0.0)
    return every[0] if every else BarAxis(reason="no reps")


def reported(mount: Mount, found: BarAxis, config: BarAxisConfig) -> BarAxis:
    """Say what is known of the axis: as stated, with a doubt if the motion contradicts it; else as found.

    Parameters
    ----------
    mount : Mount
        What was stated.
    found : BarAxis
        What the motion says.
    config : BarAxisConfig
        When a stated axis is doubted.
    """
    if mount.position is MountPosition.WRIST:
        return found
    if mount.bar_axis is not None:
        return BarAxis(mount.bar_axis, None, STATED, _contradiction(mount.bar_axis, found, config))
    if found.axis is None:
        return found
    x, y, z = found.axis
    return BarAxis(
        found.axis,
        found.sd_rad,
        FROM_DATA,
        "found from the motion, which cannot tell left from right, so forward has no sign. "
        f"State --bar-axis={option_text((x, y, z))} if that points to the lifter's left, "
        f"else --bar-axis={option_text((-x, -y, -z))}",
    )


def option_text(axis: tuple[float, float, float]) -> str:
    """Write an axis as ``--bar-axis`` takes it, to a tenth of a degree.

    Examples
    --------
    >>> option_text((0.0, 1.0, -0.0001))
    '0,1,0'
    """
    return ",".join(f"{round(component, 3) + 0.0:g}" for component in axis)


def _contradiction(stated: tuple[float, float, float], found: BarAxis, config: BarAxisConfig) -> str:
    """Say how far the motion is from a stated axis, sign aside; empty if it is near enough."""
    if found.axis is None or found.sd_rad is None:
        return ""
    apart = float(np.arccos(min(abs(float(np.dot(stated, found.axis))), 1.0)))
    if apart < max(config.contradiction_rad, config.contradiction_sds * found.sd_rad):
        return ""
    return (
        f"the motion says that the bar points {np.degrees(apart):.0f}° ± {np.degrees(found.sd_rad):.0f}° "
        f"elsewhere in the sensor, along {option_text(found.axis)} or its opposite: mounted otherwise than "
        "stated?"
    )


def _clues(
    matrix: FloatArray,
    rate_hz: float,
    velocity_mps: FloatArray | None,
    within: BoolArray | None,
    config: BarAxisConfig,
) -> tuple[list[tuple[ClueConfig, FloatArray]], FloatArray, float]:
    """Give each clue, (M, 3) in the sensor frame; the vertical there, (M, 3); how long was looked, s."""
    step = max(round(rate_hz / config.grid_hz), 1)
    step_s = step / rate_hz
    attitude = matrix[::step]
    up = attitude[:, 2]
    inside = np.ones(len(up), dtype=np.bool_) if within is None else within[::step]
    between = inside[1:] & inside[:-1]
    if not between.any():
        return [], up[:0], 0.0
    slow = moving_mean(up, round(config.lean_mean_s / step_s))
    clues = [(config.lean, slow[inside]), (config.turn, np.diff(up, axis=0)[between] / step_s)]
    if velocity_mps is not None:
        acceleration = np.diff(velocity_mps[::step, :2], axis=0)[between] / step_s
        middle = 0.5 * (attitude[1:] + attitude[:-1])[between, :2]
        clues.append((config.drive, np.einsum("nij,ni->nj", middle, acceleration)))
    return clues, up[inside], float(inside.sum()) * step_s


def _plane_across(vertical: FloatArray, clues: list[tuple[ClueConfig, FloatArray]]) -> FloatArray:
    """Give two unit vectors across the vertical, (2, 3).

    The first is the likelier bar, so that the candidates turn with the sensor and not with its axes.
    """
    plane = np.linalg.svd(vertical[None])[2][1:]
    scatter = sum((values.T @ values / clue.across**2 for clue, values in clues), start=np.zeros((3, 3)))
    return np.linalg.eigh(plane @ scatter @ plane.T)[1].T @ plane


def _weights(
    angle: FloatArray,
    basis: FloatArray,
    clues: list[tuple[ClueConfig, FloatArray]],
    duration_s: float,
    config: BarAxisConfig,
) -> FloatArray:
    """Say how likely each candidate angle in the plane is, (G,); their sum is 1."""
    along = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    across = np.stack([-np.sin(angle), np.cos(angle)], axis=1)
    log_weight = np.zeros(len(angle))
    for clue, values in clues:
        scatter = basis @ (values.T @ values / len(values)) @ basis.T
        count = clue.samples(duration_s)
        for prior, usual, direction in (
            (config.along_prior, clue.along, along),
            (config.across_prior, clue.across, across),
        ):
            square = np.einsum("gi,ij,gj->g", direction, scatter, direction)
            # Gaussian, its variance integrated out over a scaled inverse chi-squared prior.
            log_weight -= (prior + count) / 2 * np.log(prior * usual**2 + count * square)
    weight = np.exp(log_weight - log_weight.max())
    return np.asarray(weight / weight.sum())


def _canonical(axis: FloatArray) -> tuple[float, float, float]:
    """Give an axis the sign that makes its largest component positive."""
    x, y, z = (float(component) for component in axis * np.sign(axis[np.argmax(np.abs(axis))]))
    return x, y, z
