"""What a recording is like before anything is computed from it: rate, gaps, clipping, rests, noise, units.

Only what the samples themselves say. What follows for the lifter's numbers: `analysis.computable`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import detrend

from analysis.config import AnalysisConfig
from analysis.filters import runs
from analysis.imu import Gap
from analysis.mount_guess import MountGuess, guess_mount
from analysis.samples import at_full_scale, stretches_of
from analysis.stillness import still_mask
from analysis.unit_check import Suspicion, suspicions, turn_gain
from analysis.usual_sensor import UsualSensor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.imu import FloatArray, SensorInfo, StreamItem
    from analysis.samples import Samples

AXES = ("ax", "ay", "az", "gx", "gy", "gz")
"""Accelerometer and gyroscope, sensor frame."""


@dataclass(frozen=True, slots=True)
class CheckupConfig:
    """What a recording is judged by.

    Attributes
    ----------
    least_rest_s : float
        Shorter still periods say nothing of gravity, bias and noise, s.
    same_way_rad : float
        Rests whose directions of gravity are nearer to each other are one orientation, rad (20 degrees).
    usual : UsualSensor
        What a sensor is like when nothing is wrong with it.
    quiet_factor : float
        Rests that shake by more than so many times the quietest quarter's noise tell nothing of the sensor:
        the bar still rocked.
    plateau_samples : int
        An extreme value that is held exactly for so many samples is a limit; 3: two may be chance.
    least_limits : tuple of 2 float
        No sensor's range is below these: 2 g and 125 degrees per second less their tolerance, m/s², rad/s.
    joined_s : float
        Clipped samples nearer to each other are one event, s.
    """

    least_rest_s: float = 1.0
    same_way_rad: float = 0.35
    usual: UsualSensor = field(default_factory=UsualSensor)
    quiet_factor: float = 2.0
    plateau_samples: int = 3
    least_limits: tuple[float, float] = (1.9 * 9.80665, 2.1)
    joined_s: float = 0.2


@dataclass(frozen=True, slots=True)
class RateFinding:
    """Sampling.

    Attributes
    ----------
    nominal_hz : float
        As the sensor says.
    measured_hz : float or None
        By the time stamps, gaps left out, Hz.
    step_sd_s, largest_step_s : float or None
        Standard deviation of the steps between neighbours, and the largest that is not a gap, s.
    repeated_fraction : float
        Samples that repeat all six values of the one before: the sensor, or who logged it, was slower.
    """

    nominal_hz: float
    measured_hz: float | None = None
    step_sd_s: float | None = None
    largest_step_s: float | None = None
    repeated_fraction: float = 0.0


@dataclass(frozen=True, slots=True)
class Clipping:
    """Samples at the limit of an axis.

    Attributes
    ----------
    samples : int
        Any axis.
    by_axis : mapping of str to int
        Of `AXES`, those that clipped.
    limits : mapping of str to float
        Where each of them was held, m/s² or rad/s.
    intervals : tuple of (float, float)
        From the first to the last sample of each event, s.
    """

    samples: int = 0
    by_axis: dict[str, int] = field(default_factory=dict[str, int])
    limits: dict[str, float] = field(default_factory=dict[str, float])
    intervals: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Rest:
    """A still period.

    Attributes
    ----------
    start_s, end_s : float
        s.
    force_mps2, gyro_radps : tuple of 3 float
        Means, sensor frame.
    accel_noise_mps2_rthz, gyro_noise_radps_rthz : float
        Densities of what is left without a trend, root mean square over the axes.
    """

    start_s: float
    end_s: float
    force_mps2: tuple[float, float, float]
    gyro_radps: tuple[float, float, float]
    accel_noise_mps2_rthz: float
    gyro_noise_radps_rthz: float

    @property
    def duration_s(self) -> float:
        """How long it was, s."""
        return self.end_s - self.start_s

    @property
    def gravity_mps2(self) -> float:
        """Size of specific force, m/s²."""
        return float(np.linalg.norm(self.force_mps2))


@dataclass(frozen=True, slots=True, eq=False)
class Checkup:
    """All findings of a recording.

    Attributes
    ----------
    duration_s : float
        From the first sample to the last, s.
    samples, lost_samples : int
        That are there, and known to be missing.
    rate : RateFinding
        Sampling.
    gaps : tuple of Gap
        In the order of time.
    clipping : Clipping
        Where a limit was reached.
    still_s : float
        How long it lay still in all, s.
    rests : tuple of Rest
        Still periods of a second or more.
    orientations : int
        In how many ways the sensor lay in them.
    median_force_mps2 : float or None
        Median size of specific force over the whole recording, m/s² if the file says the truth.
    turn_gain : float or None
        How fast the vertical sweeps over what the gyroscope says; None where it turned too little to tell.
    suspicions : tuple of Suspicion
        What looks wrong.
    mount : MountGuess
        Where the sensor seems to have been.
    stretches : tuple of Samples
        The samples, cut at the gaps that are too long to bridge.
    """

    duration_s: float
    samples: int
    lost_samples: int
    rate: RateFinding
    gaps: tuple[Gap, ...] = ()
    clipping: Clipping = field(default_factory=Clipping)
    still_s: float = 0.0
    rests: tuple[Rest, ...] = ()
    orientations: int = 0
    median_force_mps2: float | None = None
    turn_gain: float | None = None
    suspicions: tuple[Suspicion, ...] = ()
    mount: MountGuess = field(default_factory=MountGuess)
    stretches: tuple[Samples, ...] = ()


def check_up(
    items: Iterable[StreamItem],
    info: SensorInfo,
    config: CheckupConfig | None = None,
    analysis: AnalysisConfig | None = None,
) -> Checkup:
    """Examine a recording.

    Parameters
    ----------
    items : iterable of ImuBlock, Gap or SetLabel
        In the order of time, as a driver or an import gave them.
    info : SensorInfo
        Nominal rate and full scales.
    config : CheckupConfig
        What it is judged by.
    analysis : AnalysisConfig
        What the signal core takes for still, and which gaps it bridges.
    """
    config, analysis = config or CheckupConfig(), analysis or AnalysisConfig()
    items = list(items)
    gaps = tuple(item for item in items if isinstance(item, Gap))
    stretches = tuple(stretches_of(items, info, analysis.reps.max_bridged_gap_s))
    lost = sum(gap.missing for gap in gaps)
    if not stretches:
        return Checkup(0.0, 0, lost, RateFinding(info.sample_rate_hz), gaps)
    stills = [still for one in stretches for still in _stills(one, analysis)]
    rests = tuple(_rest(one) for one in stills if len(one) >= config.least_rest_s * one.rate_hz)
    force = np.concatenate([one.specific_force_mps2[~one.lost] for one in stretches])
    gain = turn_gain(stretches)
    return Checkup(
        duration_s=float(stretches[-1].t_s[-1] - stretches[0].t_s[0]),
        samples=len(force),
        lost_samples=lost,
        rate=_rate(stretches, info),
        gaps=gaps,
        clipping=_clipping(stretches, info, config),
        still_s=float(sum(len(one) * one.dt_s for one in stills)),
        rests=rests,
        orientations=_orientations(rests, config),
        median_force_mps2=float(np.median(np.linalg.norm(force, axis=1))),
        turn_gain=gain,
        suspicions=suspicions(stretches, gain),
        mount=guess_mount(stretches, analysis.stillness),
        stretches=stretches,
    )


def quiet_rests(rests: Sequence[Rest], config: CheckupConfig | None = None) -> tuple[Rest, ...]:
    """Return the rests that show the sensor itself: those in which nothing rocked."""
    config = config or CheckupConfig()
    if not rests:
        return ()
    quiet = config.quiet_factor * float(np.quantile([rest.gyro_noise_radps_rthz for rest in rests], 0.25))
    return tuple(rest for rest in rests if rest.gyro_noise_radps_rthz <= quiet)


def _rate(stretches: Sequence[Samples], info: SensorInfo) -> RateFinding:
    steps: list[FloatArray] = []
    repeated = neighbours = 0
    for one in stretches:
        both = ~(one.lost[1:] | one.lost[:-1])
        steps.append(np.diff(one.t_s)[both])
        same = (np.diff(one.specific_force_mps2, axis=0) == 0).all(axis=1)
        same &= (np.diff(one.gyro_radps, axis=0) == 0).all(axis=1)
        repeated += int(same[both].sum())
        neighbours += int(both.sum())
    every = np.concatenate(steps)
    if not len(every):
        return RateFinding(info.sample_rate_hz)
    return RateFinding(
        nominal_hz=info.sample_rate_hz,
        measured_hz=float(1 / every.mean()),
        step_sd_s=float(every.std()),
        largest_step_s=float(every.max()),
        repeated_fraction=repeated / neighbours,
    )


def _clipping(stretches: Sequence[Samples], info: SensorInfo, config: CheckupConfig) -> Clipping:
    """Find samples at the stated full scale, and at a limit that nobody stated."""
    kept = [~one.lost for one in stretches]
    imu = np.concatenate(
        [
            np.hstack([one.specific_force_mps2, one.gyro_radps])[keep]
            for one, keep in zip(stretches, kept, strict=True)
        ]
    )
    at_limit = at_full_scale(imu, info)
    by_axis: dict[str, int] = {}
    limits: dict[str, float] = {}
    for k, axis in enumerate(AXES):
        size = np.abs(imu[:, k])
        peak = float(size.max())
        held = max(stop - start for start, stop in runs(size == peak))
        if peak >= config.least_limits[k // 3] and held >= config.plateau_samples:
            at_limit[:, k] |= size == peak
        if at_limit[:, k].any():
            by_axis[axis], limits[axis] = int(at_limit[:, k].sum()), peak
    clipped = at_limit.any(axis=1)
    t_s = np.concatenate([one.t_s[keep] for one, keep in zip(stretches, kept, strict=True)])[clipped]
    return Clipping(int(clipped.sum()), by_axis, limits, _joined(t_s, config.joined_s))


def _joined(t_s: FloatArray, joined_s: float) -> tuple[tuple[float, float], ...]:
    """Join times that are near each other into intervals."""
    if not len(t_s):
        return ()
    parts = np.split(t_s, np.flatnonzero(np.diff(t_s) > joined_s) + 1)
    return tuple((float(part[0]), float(part[-1])) for part in parts)


def _stills(samples: Samples, analysis: AnalysisConfig) -> list[Samples]:
    if len(samples) < analysis.stillness.min_still_s * samples.rate_hz:
        return []
    return [samples.part(start, stop) for start, stop in runs(still_mask(samples, analysis.stillness))]


def _rest(samples: Samples) -> Rest:
    # White noise up to half the sampling rate; a sensor's own filter makes it look a little quieter.
    bandwidth_hz = samples.rate_hz / 2
    accel, gyro = (
        float(np.sqrt(detrend(signal, axis=0).var() / bandwidth_hz))
        for signal in (samples.specific_force_mps2, samples.gyro_radps)
    )
    return Rest(
        float(samples.t_s[0]),
        float(samples.t_s[-1]),
        _vector(samples.specific_force_mps2),
        _vector(samples.gyro_radps),
        accel,
        gyro,
    )


def _vector(signal: FloatArray) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in signal.mean(axis=0))
    return x, y, z


def _orientations(rests: Sequence[Rest], config: CheckupConfig) -> int:
    seen: list[FloatArray] = []
    for rest in rests:
        up = np.array(rest.force_mps2) / rest.gravity_mps2
        if all(float(up @ other) < np.cos(config.same_way_rad) for other in seen):
            seen.append(up)
    return len(seen)
