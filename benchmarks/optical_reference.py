"""A BROAD trial with its optical reference brought onto the IMU's time, frame and point.

The files say nothing of the remaining time offset, mounting rotation and distance between the optical marker
frame and the IMU, so all three are estimated here, once per trial, from the moving part and from nothing that
any of the compared estimators produced.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import h5py
import numpy as np
from scipy.integrate import cumulative_trapezoid
from scipy.signal import butter, sosfiltfilt
from scipy.spatial.transform import Rotation, Slerp

from analysis.config import StillnessConfig
from analysis.samples import Samples
from analysis.stillness import still_mask

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.imu import BoolArray, FloatArray


@dataclass(frozen=True)
class ReferenceConfig:
    """How the optical reference is treated.

    Attributes
    ----------
    lowpass_hz : float
        Zero-phase low-pass on positions before they are differentiated, and on the estimates' velocity, Hz.
    rate_lowpass_hz : float
        The same for rates of turn when time and mounting are aligned, Hz.
    guard_s : float
        Frames this close to a missing one are not used: the low-pass smears the bridge, s.
    min_still_s : float
        A shorter rest does not bound a segment, s.
    pad_s : float
        Rest that is kept on either side of a movement, s at most.
    """

    lowpass_hz: float = 10.0
    rate_lowpass_hz: float = 20.0
    guard_s: float = 0.2
    min_still_s: float = 2.0
    pad_s: float = 5.0


@dataclass(frozen=True, eq=False)
class Alignment:
    """What was estimated to bring the two systems together.

    Attributes
    ----------
    lag_s : float
        The IMU's samples come this much later than the optical frames of the same index, s.
    mounting : Rotation
        Turns vectors of the IMU frame into the optical body frame.
    lever_m : (3,) float64, IMU frame
        From the optical point to the IMU, m.
    residual_mps2 : float
        RMS of the acceleration that the rigid-body fit leaves, m/s².
    """

    lag_s: float
    mounting: Rotation
    lever_m: FloatArray
    residual_mps2: float


@dataclass(frozen=True, eq=False)
class Segment:
    """Rest, movement, rest: half-open ranges of sample indices.

    Attributes
    ----------
    start, stop : int
        With the rests.
    move_start, move_stop : int
        Of the movement alone.
    """

    start: int
    stop: int
    move_start: int
    move_stop: int


@dataclass(frozen=True, eq=False)
class OpticalTrial:
    """One trial.

    Attributes
    ----------
    name, description : str
        Of the data set.
    samples : Samples
        IMU data.
    still : (N,) bool
        Where `still_mask` says that the IMU rests.
    attitude : Rotation, N
        Optical, IMU frame to the optical world frame (z up), on the IMU's time.
    position_m, velocity_mps : (N, 3) float64, optical world frame
        Of the optical point.
    valid : (N,) bool
        Where the optical system saw it.
    segments : tuple of Segment
        Movements between rests.
    alignment : Alignment
        How the two systems were brought together.
    """

    name: str
    description: str
    samples: Samples
    still: BoolArray
    attitude: Rotation
    position_m: FloatArray
    velocity_mps: FloatArray
    valid: BoolArray
    segments: tuple[Segment, ...]
    alignment: Alignment


def zero_phase_lowpass(x: FloatArray, cutoff_hz: float, rate_hz: float) -> FloatArray:
    """Second-order Butterworth low-pass along the first axis, run both ways."""
    sections = butter(2, cutoff_hz, fs=rate_hz, output="sos")
    return np.asarray(sosfiltfilt(sections, x, axis=0), dtype=np.float64)


def load_trial(path: Path, description: str, config: ReferenceConfig) -> OpticalTrial:
    """Read one trial and align its reference.

    Parameters
    ----------
    path : Path
        HDF5 file of the data set.
    description : str
        From ``trials.json``.
    config : ReferenceConfig
        Filters and guards.
    """
    with h5py.File(path) as file:
        rate_hz = float(np.asarray(file.attrs["sampling_rate"]))
        force, gyro, quaternion, position, movement = (
            np.asarray(file[key]) for key in ("imu_acc", "imu_gyr", "opt_quat", "opt_pos", "movement")
        )
    n = len(force)
    nothing = np.zeros(n, dtype=np.bool_)
    samples = Samples(np.arange(n) / rate_hz, rate_hz, force, gyro, nothing, nothing)
    still = still_mask(samples, StillnessConfig())
    seen = np.asarray(np.isfinite(np.hstack([quaternion, position])).all(axis=1), dtype=np.bool_)
    near = round(config.guard_s * rate_hz)
    valid = np.convolve(~seen, np.ones(2 * near + 1), mode="same") < 0.5
    moving = movement & ~still & valid

    body = _interpolated_attitude(samples.t_s, quaternion, seen)
    lag_s = _estimate_lag_s(samples, body, moving, config)
    on_time = samples.t_s - lag_s
    body = _interpolated_attitude(samples.t_s, quaternion, seen, on_time)
    mounting = _estimate_mounting(samples, body, moving, config)
    attitude = body * mounting
    seen_t_s = samples.t_s[seen]
    position = np.column_stack([np.interp(on_time, seen_t_s, position[seen, axis]) for axis in range(3)])
    smooth = zero_phase_lowpass(position, config.lowpass_hz, rate_hz)
    velocity = np.gradient(smooth, samples.dt_s, axis=0)
    lever_m, residual = estimate_lever(samples, attitude, velocity, moving, config.lowpass_hz)
    alignment = Alignment(lag_s, mounting, lever_m, residual)
    segments = tuple(find_segments(still, movement, rate_hz, config))
    return OpticalTrial(
        path.stem, description, samples, still, attitude, position, velocity, valid, segments, alignment
    )


def find_segments(
    still: BoolArray, movement: BoolArray, rate_hz: float, config: ReferenceConfig
) -> list[Segment]:
    """Cut a trial at its rests; each segment keeps a part of the rests around it."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], still.astype(np.int8), [0]))))
    rests = [
        (int(a), int(b))
        for a, b in zip(edges[::2], edges[1::2], strict=True)
        if b - a >= config.min_still_s * rate_hz
    ]
    pad = round(config.pad_s * rate_hz)
    return [
        Segment(max(a, b - pad), min(d, c + pad), b, c)
        for (a, b), (c, d) in pairwise(rests)
        if movement[b:c].any()
    ]


def mean_gyro(samples: Samples) -> FloatArray:
    """Mean rate of turn over the interval that ends at each sample, by the trapezoid; (N, 3), rad/s."""
    gyro = samples.gyro_radps
    return np.concatenate([gyro[:1], 0.5 * (gyro[1:] + gyro[:-1])])


def _interpolated_attitude(
    t_s: FloatArray, quaternion: FloatArray, seen: BoolArray, at_s: FloatArray | None = None
) -> Rotation:
    known_s = t_s[seen]
    slerp = Slerp(known_s, Rotation.from_quat(quaternion[seen], scalar_first=True))
    return slerp(np.clip(t_s if at_s is None else at_s, known_s[0], known_s[-1]))


def _optical_rate(body: Rotation, dt_s: float) -> FloatArray:
    """Mean rate of turn over the interval that ends at each sample, body frame, rad/s.

    That is what a strapdown integration makes of `mean_gyro`, so an offset of half a sample cannot hide here.
    """
    turn = (body[:-1].inv() * body[1:]).as_rotvec() / dt_s
    return np.vstack([turn[:1], turn])


def _estimate_lag_s(
    samples: Samples, body: Rotation, moving: BoolArray, config: ReferenceConfig, reach_s: float = 0.02
) -> float:
    """Time offset at which the magnitudes of the two rates of turn agree best (they need no mounting)."""
    cutoff_hz, rate_hz = config.rate_lowpass_hz, samples.rate_hz
    gyro = zero_phase_lowpass(mean_gyro(samples), cutoff_hz, rate_hz)
    optical = zero_phase_lowpass(_optical_rate(body, samples.dt_s), cutoff_hz, rate_hz)
    target, source = np.linalg.norm(gyro, axis=1), np.linalg.norm(optical, axis=1)
    lags_s = np.linspace(-reach_s, reach_s, 401)
    cost = [
        float(np.mean((np.interp(samples.t_s - lag_s, samples.t_s, source) - target)[moving] ** 2))
        for lag_s in lags_s
    ]
    return float(lags_s[int(np.argmin(cost))])


def _estimate_mounting(
    samples: Samples, body: Rotation, moving: BoolArray, config: ReferenceConfig
) -> Rotation:
    """Rotation that brings the gyro onto the optical rate of turn best (Kabsch)."""
    optical = zero_phase_lowpass(_optical_rate(body, samples.dt_s), config.rate_lowpass_hz, samples.rate_hz)
    gyro = zero_phase_lowpass(mean_gyro(samples), config.rate_lowpass_hz, samples.rate_hz)
    rotation, _ = Rotation.align_vectors(optical[moving], gyro[moving])
    return rotation


def estimate_lever(
    samples: Samples, attitude: Rotation, velocity_mps: FloatArray, moving: BoolArray, lowpass_hz: float
) -> tuple[FloatArray, float]:
    """Constant distance between the optical point and the IMU, by least squares on accelerations.

    A rigid body: R f + g = a_point + R (dw/dt x l + w x (w x l)). Unknown are l and a constant vector that
    takes in gravity and a constant error of the accelerometer.

    Returns
    -------
    lever_m : (3,) float64, sensor frame
        From the optical point to the IMU.
    residual_mps2 : float
        RMS of what is left over, m/s².
    """
    rate_hz, n = samples.rate_hz, len(samples)
    matrix = attitude.as_matrix()
    turn = _cross_matrix(samples.gyro_radps)
    turn_rate = _cross_matrix(np.gradient(samples.gyro_radps, samples.dt_s, axis=0))
    arm = zero_phase_lowpass((matrix @ (turn_rate + turn @ turn)).reshape(n, 9), lowpass_hz, rate_hz)
    force = zero_phase_lowpass(attitude.apply(samples.specific_force_mps2), lowpass_hz, rate_hz)
    missing = force - np.gradient(velocity_mps, samples.dt_s, axis=0)
    design = np.concatenate([arm.reshape(n, 3, 3), np.broadcast_to(np.eye(3), (n, 3, 3))], axis=2)
    rows, observed = design[moving].reshape(-1, 6), missing[moving].ravel()
    solution = np.linalg.lstsq(rows, observed, rcond=None)[0]
    residual = observed - rows @ solution
    return np.asarray(solution[:3], dtype=np.float64), float(np.sqrt(np.mean(residual**2)))


def _cross_matrix(v: FloatArray) -> FloatArray:
    """Matrices (N, 3, 3) that take the cross product with each row."""
    out = np.zeros((len(v), 3, 3))
    out[:, 0, 1], out[:, 0, 2], out[:, 1, 2] = -v[:, 2], v[:, 1], -v[:, 0]
    return out - out.transpose(0, 2, 1)


def integrate(x: FloatArray, dt_s: float) -> FloatArray:
    """Cumulative trapezoid along the first axis, starting at zero."""
    return np.asarray(cumulative_trapezoid(x, dx=dt_s, axis=0, initial=0), dtype=np.float64)
