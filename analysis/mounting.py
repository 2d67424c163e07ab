"""What a few seconds at rest and one roll of the bar tell of a sensor: whether it is sound, and how it sits.

At rest the accelerometer feels gravity and nothing else, whichever way it lies, and the gyroscope its bias.
In a roll of the bar about itself the gyroscope shows the bar's axis, and gravity must turn by as much the
other way: a sensor whose units, signs or axes are not what its driver believes cannot pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from analysis.filters import runs
from analysis.imu import STANDARD_GRAVITY_MPS2
from analysis.stillness import still_mask
from analysis.usual_sensor import UsualSensor

if TYPE_CHECKING:
    from analysis.config import StillnessConfig
    from analysis.imu import FloatArray
    from analysis.samples import Samples


@dataclass(frozen=True, slots=True)
class MountingConfig:
    """When a sensor is believed.

    Attributes
    ----------
    still_s : float
        Length of the rest, s; 3 to 10. A second shows noise and bias; the rest is for the hand to leave the
        bar.
    still_fraction : float
        Part of it that must be still; 0.8 to 1: a single knock does not count.
    gravity_fraction : float
        Largest departure of the accelerometer's reading from gravity; 0.05 to 0.08: more than the usual one,
        while a wrong range or unit is off by a factor of 2 or more.
    usual : UsualSensor
        What a part is like when nothing is wrong with it.
    noise_factor : float
        More than this many times the largest usual noise is refused; 3 to 10. Less than a tenth of this is a
        stream that does not measure: constant values.
    gyro_bias_radps : float
        Largest bias at rest, rad/s: of drones' parts; usual ones have a third.
    turning_radps, quiet_radps, settled_s : float
        A roll begins above the one, and ends when the rate of turn stays below the other for so long, s.
    least_turn_rad : float
        A smaller roll does not fix an axis, rad; 0.5 to 1. 0.7 is 40 degrees.
    one_axis_fraction : float
        Part of the turning (of its square) that must be about one axis; 0.8 to 0.98.
    level_rad : float
        The bar is level within this, rad; 0.1 to 0.4: racks and floors are.
    gravity_turn_rad : float
        Largest disagreement of gyroscope and gravity about the turn, rad; 0.1 to 0.4. Scale errors of 2 % of
        a quarter turn make 0.03, a rest that is not quite one 0.05.
    axis_sd_rad : float
        Least standard deviation of an axis, rad: cross-axis errors of gyroscopes are 0.4 to 1 %.
    """

    still_s: float = 5.0
    still_fraction: float = 0.9
    gravity_fraction: float = 0.05
    usual: UsualSensor = field(default_factory=UsualSensor)
    noise_factor: float = 6.0
    gyro_bias_radps: float = 10 * np.pi / 180
    turning_radps: float = 0.3
    quiet_radps: float = 0.15
    settled_s: float = 0.6
    least_turn_rad: float = 0.7
    one_axis_fraction: float = 0.9
    level_rad: float = 0.25
    gravity_turn_rad: float = 0.25
    axis_sd_rad: float = 0.01


@dataclass(frozen=True, slots=True)
class RestCheck:
    """A sensor at rest.

    Attributes
    ----------
    gravity_mps2 : float
        Size of the mean specific force, m/s².
    up : tuple of 3 float
        Unit vector that points up, sensor frame.
    accel_noise_mps2_per_rthz, gyro_noise_radps_per_rthz : float
        Measured noise densities, the mean of the axes.
    gyro_bias_radps : tuple of 3 float
        Rate of turn at rest, rad/s.
    refusal : str
        Why the sensor is not believed, and what to do; empty if it is.
    """

    gravity_mps2: float
    up: tuple[float, float, float]
    accel_noise_mps2_per_rthz: float
    gyro_noise_radps_per_rthz: float
    gyro_bias_radps: tuple[float, float, float]
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class RollCheck:
    """One roll of the bar.

    Attributes
    ----------
    axis : tuple of 3 float
        Unit vector along the bar, sensor frame, about which the first turn was right-handed: it points to the
        lifter's left if the top of the bar went forward.
    axis_sd_rad : float
        Standard deviation of its direction, rad.
    turn_rad : float
        Size of the first turn, rad.
    level_rad : float
        Angle of the bar against the horizontal, rad.
    refusal : str
        Why the roll does not tell, and what to do; empty if it does.
    """

    axis: tuple[float, float, float]
    axis_sd_rad: float
    turn_rad: float
    level_rad: float
    refusal: str = ""


def is_at_rest(samples: Samples, config: MountingConfig, stillness: StillnessConfig) -> bool:
    """Tell whether nearly all of a stretch is still."""
    return float(still_mask(samples, stillness).mean()) >= config.still_fraction


def check_rest(samples: Samples, config: MountingConfig) -> RestCheck:
    """Look at a sensor at rest.

    Parameters
    ----------
    samples : Samples
        At rest, at least a second.
    config : MountingConfig
        When a sensor is believed.
    """
    mean = np.asarray(samples.specific_force_mps2.mean(axis=0))
    bias = np.asarray(samples.gyro_radps.mean(axis=0))
    gravity_mps2 = float(np.linalg.norm(mean))
    accel_noise = _noise_density(samples.specific_force_mps2, samples.rate_hz)
    gyro_noise = _noise_density(samples.gyro_radps, samples.rate_hz)
    return RestCheck(
        gravity_mps2=gravity_mps2,
        up=_vector(mean / max(gravity_mps2, 1e-9)),
        accel_noise_mps2_per_rthz=accel_noise,
        gyro_noise_radps_per_rthz=gyro_noise,
        gyro_bias_radps=_vector(bias),
        refusal=_rest_refusal(samples, gravity_mps2, accel_noise, gyro_noise, bias, config),
    )


def _noise_density(signal: FloatArray, rate_hz: float) -> float:
    """White noise per root hertz from second differences, which slow motion does not reach, (N, 3)."""
    second = signal[2:] - 2 * signal[1:-1] + signal[:-2]
    # The variance of second differences of white noise is 6 times its own, which fills half the rate.
    return float(np.sqrt((second**2).mean() / 6 / (rate_hz / 2)))


def _rest_refusal(
    samples: Samples,
    gravity_mps2: float,
    accel_noise: float,
    gyro_noise: float,
    bias: FloatArray,
    config: MountingConfig,
) -> str:
    if samples.clipped.any():
        return (
            "values are at the limit of the range while it lies still; the range is wrong, or the part broken"
        )
    off = gravity_mps2 / STANDARD_GRAVITY_MPS2 - 1
    if abs(off) > config.gravity_fraction:
        return (
            f"it feels {gravity_mps2:.2f} m/s² at rest instead of 9.81 ({off:+.0%}): calibrate it "
            "(`upright calibrate`); if that does not help, its range is not what it says"
        )
    if accel_noise == 0 or gyro_noise == 0:
        return "its values do not change at all: it sends, but does not measure; switch it off and on"
    if accel_noise > config.noise_factor * config.usual.accel_noise_mps2_per_rthz[1]:
        return (
            "the accelerometer is noisier than any data sheet; lay it where nothing vibrates, and try again"
        )
    if gyro_noise > config.noise_factor * config.usual.gyro_noise_radps_per_rthz[1]:
        return "the gyroscope is noisier than any data sheet; lay it where nothing vibrates, and try again"
    if float(np.abs(bias).max()) > config.gyro_bias_radps:
        return f"the gyroscope shows {np.degrees(np.abs(bias).max()):.0f} °/s at rest; switch it off and on"
    return ""


def find_roll(samples: Samples, gyro_bias_radps: FloatArray, config: MountingConfig) -> slice | None:
    """Find the first roll that is over: turning, between quiet; None while there is none.

    Returns
    -------
    slice or None
        Samples from before it begins until it has settled.
    """
    rate = np.linalg.norm(samples.gyro_radps - gyro_bias_radps, axis=1)
    turning = np.flatnonzero(rate > config.turning_radps)
    if not len(turning):
        return None
    settled = round(config.settled_s * samples.rate_hz)
    begin = int(turning[0])
    for start, stop in runs(rate < config.quiet_radps):
        if start > begin and stop - start >= settled:
            return slice(max(begin - settled, 0), start + settled)
    return None


def check_roll(samples: Samples, gyro_bias_radps: FloatArray, config: MountingConfig) -> RollCheck:
    """Look at one roll.

    Parameters
    ----------
    samples : Samples
        From `find_roll`: quiet, turning, quiet.
    gyro_bias_radps : (3,) float64
        From the rest before.
    config : MountingConfig
        When a roll is believed.
    """
    turn = samples.gyro_radps - gyro_bias_radps
    values, vectors = np.linalg.eigh(turn.T @ turn)
    axis = np.asarray(vectors[:, 2])
    about = np.cumsum(turn @ axis) * samples.dt_s
    extreme = int(np.argmax(np.abs(about)))
    if about[extreme] < 0:
        axis = -axis
    edge = max(round(0.5 * 0.6 * samples.rate_hz), 2)
    before, after = (
        _unit(samples.specific_force_mps2[cut].mean(axis=0)) for cut in (slice(0, edge), slice(-edge, None))
    )
    level_rad = float(abs(np.arcsin(np.clip(axis @ before, -1, 1))))
    one_axis = float(values[2] / max(values.sum(), 1e-12))
    disagreement_rad = _disagreement_rad(turn, samples.dt_s, before, after)
    return RollCheck(
        axis=_vector(axis),
        axis_sd_rad=float(np.hypot(config.axis_sd_rad, _wander_rad(turn, extreme))),
        turn_rad=float(abs(about[extreme])),
        level_rad=level_rad,
        refusal=_roll_refusal(float(abs(about[extreme])), one_axis, level_rad, disagreement_rad, config),
    )


def _disagreement_rad(turn: FloatArray, dt_s: float, before: FloatArray, after: FloatArray) -> float:
    """Angle between gravity after the roll and where the gyroscope says that it should be, rad."""
    attitude = Rotation.identity()
    for step in turn * dt_s:
        attitude = attitude * Rotation.from_rotvec(step)
    expected = attitude.inv().apply(before)
    return float(np.arccos(np.clip(expected @ after, -1, 1)))


def _wander_rad(turn: FloatArray, extreme: int) -> float:
    """Half the angle between the axes of the way there and of the way back; 0 where there is no way back."""
    parts = [turn[:extreme], turn[extreme:]]
    energies = [float((part**2).sum()) for part in parts]
    if min(energies) < 0.1 * max(energies):
        return 0.0
    found = [np.asarray(np.linalg.eigh(part.T @ part)[1][:, 2]) for part in parts]
    return 0.5 * float(np.arccos(np.clip(abs(found[0] @ found[1]), 0, 1)))


def _roll_refusal(
    turn_rad: float, one_axis: float, level_rad: float, disagreement_rad: float, config: MountingConfig
) -> str:
    if turn_rad < config.least_turn_rad:
        return f"a turn of {np.degrees(turn_rad):.0f}° is too little; roll the bar a quarter turn"
    if one_axis < config.one_axis_fraction:
        return "it turned about more than one axis; leave the bar where it lies and only roll it"
    if disagreement_rad > config.gravity_turn_rad:
        return (
            f"gyroscope and gravity disagree by {np.degrees(disagreement_rad):.0f}° about the roll: the bar "
            "was moved, or the sensor's axes or units are not what its driver believes"
        )
    if level_rad > config.level_rad:
        return (
            f"the axis of the roll is {np.degrees(level_rad):.0f}° from level; lay the bar on rack or floor"
        )
    return ""


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / np.linalg.norm(vector))


def _vector(values: FloatArray) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z
