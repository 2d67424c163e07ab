"""What others do with the same samples: four pipelines, with their own events or with events given to them.

Written from their descriptions. None of them is crippled: level, gravity and gyro bias come from the quietest
moment of the recording, the sensor's lever arm is taken out where there is an attitude, and each finds its
reps by the rises between the extremes of its own height, judged against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.integrate import cumulative_trapezoid
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, find_peaks, lfilter, sosfiltfilt
from scipy.spatial.transform import Rotation
from vqf import VQF, offlineVQF

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analysis.imu import BoolArray, FloatArray

GRAVITY_MPS2 = 9.80665


@dataclass(frozen=True)
class OpponentConfig:
    """Numbers of the pipelines, from the descriptions that they follow.

    Attributes
    ----------
    gravity_lowpass_hz : float
        Hobby projects separate gravity from motion by a one-pole low-pass, Hz; 0.2 to 0.5 are common.
    acceleration_lowpass_hz : float
        ... and smooth the remaining vertical acceleration, Hz.
    still_window_s, still_accel_mps2, still_gyro_radps : float
        Fixed thresholds of zero-velocity detection: standard deviation of specific force, mean rate of turn
        (10 degrees a second).
    madgwick_gain : float
        Default of `ahrs`.
    vqf_tau_s : float
        Time constant of VQF's accelerometer correction, its default, s.
    rts_window_s, rts_gyro_dps : float
        Zero-velocity detection of the RTS smoother: largest rate of turn in a window, degrees per second;
        tuned down from foot motion.
    rts_zupt, rts_velocity, rts_orientation, rts_level : float
        Variances of the RTS smoother: zero velocity, velocity and orientation noise per step, level walking.
    quiet_s : float
        Gyro bias, gravity and level come from the quietest stretch of this length, s.
    max_bias_radps : float
        A larger mean rate of turn there is motion, not bias.
    highpass_hz : float
        High-pass of the first, rough height, Hz.
    quiet_mps : float
        A pause at home: slower than this, m/s, on the height known so far.
    pause_s : float
        A shorter pause is an instant, s.
    hysteresis_m : float
        Smaller movements are not looked at, m.
    rom_ratio : tuple of 2 float
        Range of motion of a rep relative to the set's median.
    min_peak_mps : float
        Slower than this is no rep, m/s.
    """

    gravity_lowpass_hz: float = 0.25
    acceleration_lowpass_hz: float = 6.0
    still_window_s: float = 0.25
    still_accel_mps2: float = 0.4
    still_gyro_radps: float = np.radians(10.0)
    madgwick_gain: float = 0.033
    vqf_tau_s: float = 3.0
    rts_window_s: float = 0.2
    rts_gyro_dps: float = 8.0
    rts_zupt: float = 2e-4
    rts_velocity: float = 1e-2
    rts_orientation: float = 1e-6
    rts_level: float = 1e-4
    quiet_s: float = 1.0
    max_bias_radps: float = np.radians(2.0)
    highpass_hz: float = 0.12
    quiet_mps: float = 0.08
    pause_s: float = 0.35
    hysteresis_m: float = 0.12
    rom_ratio: tuple[float, float] = (0.5, 1.7)
    min_peak_mps: float = 0.12


@dataclass(frozen=True, eq=False)
class Recording:
    """Uniform samples of one set, and how the sensor sits.

    Attributes
    ----------
    rate_hz : float
        Sampling rate.
    force_mps2, gyro_radps : (N, 3) float64, sensor frame
        Specific force and rate of turn.
    lever_m : (3,) float64, sensor frame
        From the bar's axis to the sensor.
    up_first : bool
        Whether the lift goes up first.
    """

    rate_hz: float
    force_mps2: FloatArray
    gyro_radps: FloatArray
    lever_m: FloatArray
    up_first: bool

    def __len__(self) -> int:
        return len(self.force_mps2)


@dataclass(frozen=True, eq=False)
class Motion:
    """What a pipeline says of the bar's axis.

    Attributes
    ----------
    velocity_mps, position_m : (N, 3) float64, world frame, z up
        Horizontal components are zero where ``attitude`` is None.
    attitude : Rotation or None
        Sensor to world; None: the pipeline has none, and no horizontal path.
    """

    velocity_mps: FloatArray
    position_m: FloatArray
    attitude: Rotation | None


@dataclass(frozen=True)
class Homes:
    """Events that are given to a pipeline: when the bar is home, and where it lies still.

    Attributes
    ----------
    spans : tuple of (int, int)
        First and last sample of each pause, in order; equal for an instant.
    still : (N,) bool
        Where the bar lies on rack or floor.
    """

    spans: tuple[tuple[int, int], ...]
    still: BoolArray


def gravity_lowpass(recording: Recording, homes: Homes | None, config: OpponentConfig) -> Motion:
    """Pipeline (a): gravity by a low-pass; velocity along it is detrended between still moments."""
    rate_hz, force = recording.rate_hz, recording.force_mps2
    share = 1 - np.exp(-2 * np.pi * config.gravity_lowpass_hz / rate_hz)
    start = force[: round(rate_hz / config.gravity_lowpass_hz / 4)].mean(axis=0)
    gravity = np.asarray(lfilter([share], [1, share - 1], force, axis=0, zi=(start * (1 - share))[None])[0])
    up = gravity / np.linalg.norm(gravity, axis=1, keepdims=True)
    vertical = _lowpass(((force - gravity) * up).sum(axis=1), config.acceleration_lowpass_hz, rate_hz)
    acceleration = np.zeros_like(force)
    acceleration[:, 2] = vertical
    zero = _fixed_zero(recording, config) if homes is None else _given_zero(homes)
    velocity = detrend(_integrate(acceleration, rate_hz), zero)
    return Motion(velocity, _integrate(velocity, rate_hz), None)


def madgwick(recording: Recording, homes: Homes | None, config: OpponentConfig) -> Motion:
    """Pipeline (b): Madgwick's filter; velocity is zero at still moments and detrended between them."""
    made_by: Any = import_module("ahrs.filters").Madgwick
    level = first_attitude(recording, config)
    filter_ = made_by(
        gyr=unbiased_gyro(recording, config),
        acc=recording.force_mps2,
        frequency=recording.rate_hz,
        gain=config.madgwick_gain,
        q0=level.as_quat(scalar_first=True),
    )
    attitude = Rotation.from_quat(np.asarray(filter_.Q, dtype=np.float64), scalar_first=True)
    zero = _fixed_zero(recording, config) if homes is None else _given_zero(homes)
    velocity = detrend(_integrate(_acceleration(recording, attitude, config), recording.rate_hz), zero)
    return _at_bar_axis(recording, velocity, _integrate(velocity, recording.rate_hz), attitude, config)


def vqf_polynomial(recording: Recording, homes: Homes | None, config: OpponentConfig) -> Motion:
    """Pipeline (c): offlineVQF; each rep starts and ends with zero velocity, at the place where it started.

    Its own events, where none are given: reps on a high-passed height, home is the pause or the extreme
    between them, and twice anew on the height that results.
    """
    rate_hz = recording.rate_hz
    result = offlineVQF(
        np.ascontiguousarray(recording.gyro_radps),
        np.ascontiguousarray(recording.force_mps2),
        None,
        1 / rate_hz,
        params={"tauAcc": config.vqf_tau_s},
    )
    attitude = Rotation.from_quat(result["quat6D"], scalar_first=True)
    acceleration = _acceleration(recording, attitude, config)
    if homes is not None:
        velocity, position = close_reps(acceleration, homes.spans, rate_hz)
        return _at_bar_axis(recording, velocity, position, attitude, config)
    rough = _highpass(_integrate(acceleration[:, 2], rate_hz), config.highpass_hz, rate_hz)
    height = _highpass(_integrate(rough, rate_hz), config.highpass_hz, rate_hz)
    velocity, position = np.zeros_like(acceleration), np.zeros_like(acceleration)
    for _ in range(3):
        spans = find_homes(height, rough, recording, config)
        velocity, position = close_reps(acceleration, spans, rate_hz)
        height, rough = position[:, 2], velocity[:, 2]
    return _at_bar_axis(recording, velocity, position, attitude, config)


def rts_smoother(recording: Recording, homes: Homes | None, config: OpponentConfig) -> Motion:
    """Pipeline (d): gaitmap's error-state Kalman filter, RTS-smoothed; zero velocity, level walking."""
    pandas: Any = import_module("pandas")
    gyro = unbiased_gyro(recording, config)
    scaled = recording.force_mps2 * (GRAVITY_MPS2 / _gravity(recording, config))
    columns = ["acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z"]
    data = pandas.DataFrame(np.hstack([scaled, np.degrees(gyro)]), columns=columns)
    detector: Any = import_module("gaitmap.zupt_detection").NormZuptDetector(
        sensor="gyr",
        window_length_s=config.rts_window_s,
        window_overlap=0.5,
        metric="maximum",
        inactive_signal_threshold=config.rts_gyro_dps,
    )
    if homes is not None:
        detector = _given_detector(_given_zero(homes))
    made_by: Any = import_module("gaitmap.trajectory_reconstruction").RtsKalman
    filter_ = made_by(
        initial_orientation=first_attitude(recording, config).as_quat(),
        zupt_variance=config.rts_zupt,
        velocity_error_variance=config.rts_velocity,
        orientation_error_variance=config.rts_orientation,
        level_walking=True,
        level_walking_variance=config.rts_level,
        zupt_detector=detector,
    ).estimate(data, sampling_rate_hz=recording.rate_hz)
    # Its states start one sample before the data.
    velocity, position = filter_.velocity_.to_numpy()[1:], filter_.position_.to_numpy()[1:]
    return _at_bar_axis(recording, velocity, position, filter_.orientation_object_[1:], config)


OPPONENTS: dict[str, Callable[[Recording, Homes | None, OpponentConfig], Motion]] = {
    "a gravity low-pass": gravity_lowpass,
    "b Madgwick + ZUPT": madgwick,
    "c offlineVQF + polynomial": vqf_polynomial,
    "d gaitmap RtsKalman": rts_smoother,
}


def detrend(velocity_mps: FloatArray, zero: BoolArray) -> FloatArray:
    """Take off the straight lines through the velocity at the samples where it is known to be zero."""
    known = np.flatnonzero(zero)
    if not len(known):
        known = np.array([0, len(velocity_mps) - 1])
    index = np.arange(len(velocity_mps))
    lines = [np.interp(index, known, velocity_mps[known, axis]) for axis in range(velocity_mps.shape[1])]
    return velocity_mps - np.column_stack(lines)


def close_reps(
    acceleration_mps2: FloatArray, spans: Sequence[tuple[int, int]], rate_hz: float
) -> tuple[FloatArray, FloatArray]:
    """Integrate between homes with a polynomial that closes velocity and position.

    With u from 0 to 1 over a rep of length T, subtracting u v(1) makes the end velocity zero, and subtracting
    6 u (1 - u) d / T then the displacement d, without touching the ends.
    """
    velocity, position = np.zeros_like(acceleration_mps2), np.zeros_like(acceleration_mps2)
    for (_, start), (stop, _) in pairwise(spans):
        if stop - start < 3:
            continue
        u = np.linspace(0, 1, stop - start + 1)[:, None]
        v = _integrate(acceleration_mps2[start : stop + 1], rate_hz)
        v -= u * v[-1]
        moved = _integrate(v, rate_hz)[-1]
        v -= 6 * u * (1 - u) * moved * rate_hz / (stop - start)
        velocity[start : stop + 1], position[start : stop + 1] = v, _integrate(v, rate_hz)
    return velocity, position


def find_legs(
    height_m: FloatArray, velocity_mps: FloatArray, config: OpponentConfig
) -> list[tuple[int, int]]:
    """Find the rises of a height that look like concentric phases: (lowest, highest) sample of each.

    Neighbouring extremes with at least the hysteresis between them; fast enough; of a length like the others.
    """
    tops, _ = find_peaks(height_m, prominence=config.hysteresis_m)
    bounds = [0, *tops.tolist(), len(height_m) - 1]
    legs: list[tuple[int, int]] = []
    for before, bound in pairwise(bounds):
        low = before + int(np.argmin(height_m[before : bound + 1]))
        top = low + int(np.argmax(height_m[low : bound + 1]))  # the last bound is the end, not a top
        if height_m[top] - height_m[low] > config.hysteresis_m and top > low:
            legs.append((low, top))
    legs = [(a, b) for a, b in legs if velocity_mps[a : b + 1].max() > config.min_peak_mps]
    if len(legs) < 3:
        return legs
    median = float(np.median([height_m[b] - height_m[a] for a, b in legs]))
    low_m, high_m = (ratio * median for ratio in config.rom_ratio)
    return [(a, b) for a, b in legs if low_m < height_m[b] - height_m[a] < high_m]


def find_homes(
    height_m: FloatArray, velocity_mps: FloatArray, recording: Recording, config: OpponentConfig
) -> list[tuple[int, int]]:
    """Find home before, between and after the reps of a rough height: a pause, or the extreme."""
    legs = find_legs(height_m, velocity_mps, config)
    if not legs:
        return []
    far = [top if recording.up_first else low for low, top in legs]
    home_height = -height_m if recording.up_first else height_m
    reach = round(4 * recording.rate_hz)
    ends = [max(far[0] - reach, 0), *far, min(far[-1] + reach, len(height_m) - 1)]
    spans: list[tuple[int, int]] = []
    for order, (first, last) in enumerate(pairwise(ends)):
        extreme = first + int(np.argmax(home_height[first : last + 1]))
        start = stop = extreme
        while start > first and abs(velocity_mps[start - 1]) < config.quiet_mps:
            start -= 1
        while stop < last and abs(velocity_mps[stop + 1]) < config.quiet_mps:
            stop += 1
        inset = round(0.12 * recording.rate_hz)
        if stop - start < config.pause_s * recording.rate_hz:
            start = stop = extreme
        else:
            start, stop = start + inset, stop - inset
        # Before the first and after the last rep only the moment next to it counts: the rack is elsewhere.
        spans.append((stop, stop) if order == 0 else (start, start) if order == len(far) else (start, stop))
    return spans


def quietest(recording: Recording, config: OpponentConfig) -> slice:
    """Find the stretch in which force and rate of turn vary least; recordings do not always begin at rest."""
    window = min(round(config.quiet_s * recording.rate_hz), len(recording) // 2)
    spread = np.zeros(len(recording))
    for signal, size in ((recording.force_mps2, GRAVITY_MPS2), (recording.gyro_radps, 1.0)):
        spread += ((signal / size - _window_mean(signal / size, window)) ** 2).sum(axis=1)
    inner = _window_mean(spread, window)[window // 2 : len(spread) - window // 2]
    start = int(np.argmin(inner))
    return slice(start, start + window)


def unbiased_gyro(recording: Recording, config: OpponentConfig) -> FloatArray:
    """Rate of turn without the mean of the quietest moment, unless that is too large to be a bias; rad/s."""
    bias = recording.gyro_radps[quietest(recording, config)].mean(axis=0)
    return recording.gyro_radps - (bias if np.linalg.norm(bias) < config.max_bias_radps else 0.0)


def first_attitude(recording: Recording, config: OpponentConfig) -> Rotation:
    """Attitude of the first sample such that, by the gyro alone, the quietest moment is level."""
    quiet = quietest(recording, config)
    gyro = unbiased_gyro(recording, config)[: quiet.stop]
    mean_gyro = np.concatenate([gyro[:1], 0.5 * (gyro[1:] + gyro[:-1])])
    filter_ = VQF(1 / recording.rate_hz, motionBiasEstEnabled=False, restBiasEstEnabled=False)
    force = np.ascontiguousarray(recording.force_mps2[: quiet.stop])
    strapdown = Rotation.from_quat(
        filter_.updateBatchFullState(mean_gyro, force)["gyrQuat"], scalar_first=True
    )
    up = strapdown[quiet].apply(force[quiet]).mean(axis=0)
    level, _ = Rotation.align_vectors([[0.0, 0.0, 1.0]], [up / np.linalg.norm(up)])
    return level * strapdown[0]


def _fixed_zero(recording: Recording, config: OpponentConfig) -> BoolArray:
    """Zero velocity by fixed thresholds on the spread of specific force and the mean rate of turn."""
    window = max(round(config.still_window_s * recording.rate_hz), 3)
    force = recording.force_mps2
    spread = _window_mean(((force - _window_mean(force, window)) ** 2).sum(axis=1), window)
    turn = np.linalg.norm(_window_mean(unbiased_gyro(recording, config), window), axis=1)
    return (np.sqrt(spread) < config.still_accel_mps2) & (turn < config.still_gyro_radps)


def _given_zero(homes: Homes) -> BoolArray:
    zero = homes.still.copy()
    for start, stop in homes.spans:
        zero[max(start - 1, 0) : stop + 2] = True
    return zero


def _given_detector(zero: BoolArray) -> Any:  # noqa: ANN401 -- a gaitmap class, which is untyped
    """Zero-velocity detector of gaitmap that says what it was told."""
    pandas: Any = import_module("pandas")
    base: Any = import_module("gaitmap.base").BaseZuptDetector

    class GivenZupts(base):
        def __init__(self, mask: BoolArray | None = None) -> None:
            self.mask = mask

        def detect(self, data: object, *, sampling_rate_hz: float, **_: object) -> GivenZupts:
            self.data, self.sampling_rate_hz = data, sampling_rate_hz
            mask = np.zeros(0, dtype=np.bool_) if self.mask is None else self.mask
            edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
            self.per_sample_zupts_ = mask
            self.zupts_ = pandas.DataFrame({"start": edges[::2], "end": edges[1::2]})
            return self

    return GivenZupts(zero)


def _at_bar_axis(
    recording: Recording,
    velocity: FloatArray,
    position: FloatArray,
    attitude: Rotation,
    config: OpponentConfig,
) -> Motion:
    """Move a motion from the sensor to the bar's axis."""
    turning = attitude.apply(np.cross(unbiased_gyro(recording, config), recording.lever_m))
    arm = attitude.apply(recording.lever_m)
    return Motion(velocity - turning, position - arm, attitude)


def _acceleration(recording: Recording, attitude: Rotation, config: OpponentConfig) -> FloatArray:
    return attitude.apply(recording.force_mps2) - (0.0, 0.0, _gravity(recording, config))


def _gravity(recording: Recording, config: OpponentConfig) -> float:
    """Gravity as the sensor reads it in the quietest moment, m/s²."""
    return float(np.linalg.norm(recording.force_mps2[quietest(recording, config)].mean(axis=0)))


def _window_mean(x: FloatArray, window: int) -> FloatArray:
    return np.asarray(uniform_filter1d(x, window, axis=0, mode="nearest"))


def _integrate(x: FloatArray, rate_hz: float) -> FloatArray:
    return np.asarray(cumulative_trapezoid(x, dx=1 / rate_hz, axis=0, initial=0), dtype=np.float64)


def _lowpass(x: FloatArray, cutoff_hz: float, rate_hz: float) -> FloatArray:
    return np.asarray(sosfiltfilt(butter(2, cutoff_hz, fs=rate_hz, output="sos"), x, axis=0))


def _highpass(x: FloatArray, cutoff_hz: float, rate_hz: float) -> FloatArray:
    return np.asarray(sosfiltfilt(butter(2, cutoff_hz, "high", fs=rate_hz, output="sos"), x, axis=0))
