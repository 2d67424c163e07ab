"""Checks units and signs by physics, and does not believe what a file says of itself.

A sensor at rest feels gravity: that gives the unit of acceleration. When it is turned between two rests, the
rate of turn must lead from the one direction of gravity to the other: that gives unit and sign of the
gyroscope. Whether acceleration is specific force or minus specific force (Apple) can NOT be seen in six axes:
both are the same motion seen in a mirror, and nothing but the sign of fore-aft and of the lever arm hangs on
it. An attitude tells it, the vendor's documentation does, or the user.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from analysis.imu import STANDARD_GRAVITY_MPS2, FloatArray
from ingest.imports.imported import AccelKind, AccelUnit, GyroUnit, Track, track

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.imu import BoolArray
    from ingest.imports.imported import ImuTracks


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
    max_pair_s : float
        Longest time between two rests, s; 5 to 30. A bias of 1 °/s that is left turns 10° in 10 s.
    min_turn_rad : float
        Least turn between two rests that says anything, rad; 0.05 to 0.2.
    max_pairs : int
        Pairs of rests that are looked at, those with the largest turns.
    good_error : float
        Error over turn of a fitting unit; 0.2 to 0.5. A wrong unit or sign has 1 or more.
    min_advantage : float
        So many times smaller than that of the next candidate; 1.5 to 3.
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
    max_pair_s: float = 15.0
    min_turn_rad: float = 0.1
    max_pairs: int = 12
    good_error: float = 0.4
    min_advantage: float = 2.0
    fast_radps: float = 70.0
    largest_mps2: float = 4000.0
    upright: float = 0.8


@dataclass(frozen=True, slots=True)
class Checked:
    """Channels whose units and signs are settled.

    Attributes
    ----------
    force : Track
        Specific force, m/s².
    gyro : Track
        Rate of turn, rad/s.
    findings : tuple of str
        What was found and what was corrected, sentences.
    """

    force: Track
    gyro: Track
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Windows:
    """Short windows of the accelerometer: centre, mean and scatter."""

    t_s: FloatArray
    mean: FloatArray
    scatter: FloatArray

    @property
    def size(self) -> FloatArray:
        return np.linalg.norm(self.mean, axis=1)


_COUNTS = (2048.0, 4096.0, 8192.0, 16384.0)
"""Readings of 1 g of 16-bit chips with ranges of 16, 8, 4 and 2 g."""


def check(
    tracks: ImuTracks,
    channels: Mapping[str, Track],
    overrides: Overrides,
    config: PhysicsConfig | None = None,
) -> Checked:
    """Settle units and signs.

    Parameters
    ----------
    tracks : ImuTracks
        As read.
    channels : mapping of str to Track
        Its tracks with their stamps in order, named like its attributes.
    overrides : Overrides
        What the user says.

    Raises
    ------
    ContradictionError
        If no gyroscope or only linear acceleration is there, or a unit or sign cannot be settled.
    """
    config = config or PhysicsConfig()
    findings: list[str] = []
    gyro, gyro_unit = _gyro_of(tracks, channels, findings)
    accel, kind = _whole(tracks, channels, findings)
    accel = _accel_scaled(accel, tracks, overrides, config, findings)
    accel = _credible(accel, config.largest_mps2, "acceleration", findings)
    rests = _directions_up(accel, channels, config)
    gyro = _gyro_scaled(rests, gyro, gyro_unit, overrides, config, findings)
    gyro = _credible(gyro, config.fast_radps, "rate of turn", findings)
    sign = _sign(accel, channels.get("attitude"), kind, overrides, config, findings)
    return Checked(Track(accel.t_s, sign * accel.values, accel.dropped), gyro, tuple(findings))


def _credible(one: Track, largest: float, name: str, findings: list[str]) -> Track:
    kept: BoolArray = np.abs(one.values).max(axis=1) <= largest
    if kept.all():
        return one
    findings.append(f"{len(kept) - np.count_nonzero(kept)} samples with an impossible {name} are left out.")
    if np.count_nonzero(kept) < 2:
        raise ContradictionError(f"hardly any sample has a possible {name}: in another unit, or damaged")
    return Track(one.t_s[kept], one.values[kept], one.dropped)


# --- acceleration -----------------------------------------------------------------------------------------


def _whole(tracks: ImuTracks, channels: Mapping[str, Track], findings: list[str]) -> tuple[Track, AccelKind]:
    """Put gravity back where it was taken out."""
    accel = channels["accel"]
    if tracks.accel_kind is not AccelKind.LINEAR:
        return accel, tracks.accel_kind
    gravity = channels.get("gravity")
    if gravity is None:
        raise ContradictionError(
            "holds linear acceleration only: the app took gravity out and saved neither it nor the "
            "attitude, so "
            "up and down cannot be told; record the plain accelerometer (with g) and the gyroscope"
        )
    inside = (accel.t_s >= gravity.t_s[0]) & (accel.t_s <= gravity.t_s[-1])
    down = np.stack([np.interp(accel.t_s, gravity.t_s, gravity.values[:, axis]) for axis in range(3)], axis=1)
    findings.append("Acceleration without gravity and gravity are added up.")
    if np.count_nonzero(inside) < 2:
        raise ContradictionError("its acceleration and its gravity are not of the same time")
    return Track(accel.t_s[inside], (accel.values + down)[inside], accel.dropped), tracks.whole_kind


def _windows(one: Track, config: PhysicsConfig) -> _Windows:
    period_s = float(np.median(np.diff(one.t_s)))
    width = max(round(config.window_s / period_s), 3)
    count = len(one) // width
    if count == 0:
        width, count = len(one), 1
    t_s = one.t_s[: count * width].reshape(count, width)
    values = one.values[: count * width].reshape(count, width, 3)
    whole = t_s[:, -1] - t_s[:, 0] < 1.5 * width * period_s
    if not whole.any():
        whole[:] = True
    mean = values.mean(axis=1)
    scatter = np.sqrt(((values - mean[:, None]) ** 2).sum(axis=2).mean(axis=1))
    return _Windows(t_s.mean(axis=1)[whole], mean[whole], scatter[whole])


def _rest_size(windows: _Windows, config: PhysicsConfig) -> tuple[float, bool]:
    """Return the size of acceleration in the quietest windows, and whether those are truly still."""
    count = max(round(config.quietest_fraction * len(windows.t_s)), min(3, len(windows.t_s)))
    quietest = np.argsort(windows.scatter)[:count]
    size = float(np.median(windows.size[quietest]))
    return size, float(np.median(windows.scatter[quietest])) < config.still_fraction * size


def _accel_scaled(
    accel: Track, tracks: ImuTracks, overrides: Overrides, config: PhysicsConfig, findings: list[str]
) -> Track:
    stated = tracks.accel_unit
    # Back to the numbers of the file, so that every unit is tried on the same.
    raw = accel.values / (1.0 if stated is None else stated.mps2)
    if overrides.accel_unit is not None:
        findings.append(f"Acceleration is taken as {overrides.accel_unit}, as you say.")
        return Track(accel.t_s, raw * overrides.accel_unit.mps2, accel.dropped)
    windows = _windows(Track(accel.t_s, raw), config)
    size, still = _rest_size(windows, config)
    p95 = float(np.percentile(np.linalg.norm(raw, axis=1), 95))
    one_g = {unit.value: STANDARD_GRAVITY_MPS2 / unit.mps2 for unit in AccelUnit}
    where = "At rest" if still else "It is never at rest; in the quietest moments"
    if stated is not None:
        off = size / one_g[stated.value] - 1
        if abs(off) <= config.size_tolerance:
            findings.append(
                f"{where} it reads {size:.4g} {stated} ({100 * off:+.1f} % of gravity): {stated} is right."
            )
            return accel
        if abs(off) <= config.loose_tolerance:
            findings.append(
                f"WARNING: {where.lower()} it reads {size:.4g} {stated}, {100 * off:+.0f} % off gravity: "
                "badly calibrated, or never at rest."
            )
            return accel
    if size < config.linear_fraction * p95 and p95 > 0:
        raise ContradictionError(
            f"reads only {size:.3g} at rest where gravity should be: the app took gravity out, so up "
            f"and down "
            "cannot be told; record the plain accelerometer (with g)"
        )
    candidates = (
        one_g if stated is not None else one_g | {f"counts of {count:g} per g": count for count in _COUNTS}
    )
    for name, per_g in candidates.items():
        if abs(size / per_g - 1) <= (config.size_tolerance if still else config.loose_tolerance):
            if stated is None:
                findings.append(f"{where} it reads {size:.4g}: acceleration is in {name}.")
            else:
                findings.append(
                    f"WARNING: the file says {stated}, but {where.lower()} it reads {size:.4g}: these "
                    f"are {name}, "
                    f"and taken so. If the file is right: --accel-unit {stated}."
                )
            return Track(accel.t_s, raw * (STANDARD_GRAVITY_MPS2 / per_g), accel.dropped)
    expected = ", ".join(f"{per_g:g} {name}" for name, per_g in one_g.items())
    raise ContradictionError(
        f"contradicts gravity: {where.lower()} it reads "
        f"{size:.4g}{'' if stated is None else f' {stated}'}, and "
        f"gravity is {expected}. If you know the unit, say it with --accel-unit"
    )


def _sign(
    accel: Track,
    attitude: Track | None,
    kind: AccelKind,
    overrides: Overrides,
    config: PhysicsConfig,
    findings: list[str],
) -> int:
    """Find by which sign the readings become specific force."""
    stated = {AccelKind.SPECIFIC_FORCE: 1, AccelKind.MINUS_SPECIFIC_FORCE: -1}.get(kind)
    words = {1: "points up at rest (specific force)", -1: "points down at rest (minus specific force)"}
    if overrides.accel_sign is not None:
        findings.append(f"Acceleration {words[overrides.accel_sign]}, as you say.")
        return overrides.accel_sign
    seen = None if attitude is None else _sign_by_attitude(accel, attitude, config)
    if seen is not None and stated is not None and seen != stated:
        raise ContradictionError(
            f"contradicts itself: by its attitude acceleration {words[seen]}, by its format it "
            f"{words[stated]}. "
            "Say which with --accel-sign up or --accel-sign down"
        )
    if seen is not None:
        findings.append(f"By the attitude, acceleration {words[seen]}.")
        return seen
    if stated is not None:
        findings.append(
            f"By the format, acceleration {words[stated]}; six axes cannot show it, and only the sign "
            f"of fore-aft "
            "hangs on it (--accel-sign)."
        )
        return stated
    findings.append(
        f"Acceleration is taken so that it {words[1]}: nothing says so, six axes cannot show it, and "
        f"only the "
        "sign of fore-aft hangs on it (--accel-sign)."
    )
    return 1


def _sign_by_attitude(accel: Track, attitude: Track, config: PhysicsConfig) -> int | None:
    """Turn acceleration into the reference frame and see which way it points; None if to neither."""
    nearest = np.clip(np.searchsorted(attitude.t_s, accel.t_s), 0, len(attitude) - 1)
    turned = Rotation.from_quat(attitude.values[nearest], scalar_first=True).apply(accel.values)
    mean = turned.mean(axis=0)
    vertical = float(mean[2] / max(np.linalg.norm(mean), 1e-12))
    return int(np.sign(vertical)) if abs(vertical) >= config.upright else None


# --- rate of turn -----------------------------------------------------------------------------------------


def _gyro_of(
    tracks: ImuTracks, channels: Mapping[str, Track], findings: list[str]
) -> tuple[Track, GyroUnit | None]:
    gyro = channels.get("gyro")
    if gyro is not None:
        return gyro, tracks.gyro_unit
    attitude = channels.get("attitude")
    if attitude is None:
        raise ContradictionError(
            "has no gyroscope: orientation, velocity and drift cannot be computed; record the gyroscope too"
        )
    findings.append("The rate of turn is that of the attitude: the file has no gyroscope.")
    return rate_of_turn(attitude), GyroUnit.RADPS


def rate_of_turn(attitude: Track, gap_periods: float = 1.5) -> Track:
    """Differentiate an attitude.

    Parameters
    ----------
    attitude : Track
        Quaternions, scalar first, body to reference; stamps strictly increasing.
    gap_periods : float
        Nothing is differentiated across a step of more than this many median periods.

    Returns
    -------
    Track
        Body rates, rad/s; each is the mean of those before and after its sample.
    """
    steps_s = np.diff(attitude.t_s)
    turns = Rotation.from_quat(attitude.values, scalar_first=True)
    between = (turns[:-1].inv() * turns[1:]).as_rotvec() / steps_s[:, None]
    between[steps_s > gap_periods * np.median(steps_s)] = np.nan
    nothing = np.full((1, 3), np.nan)
    sides = np.stack([np.concatenate([nothing, between]), np.concatenate([between, nothing])])
    known = np.isfinite(sides[:, :, 0])
    mean = np.where(known[:, :, None], sides, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)[:, None]
    mean[~known.any(axis=0)] = np.nan
    return replace(track(attitude.t_s, mean), dropped=attitude.dropped)


def _gyro_scaled(
    rests: _Rests,
    gyro: Track,
    stated: GyroUnit | None,
    overrides: Overrides,
    config: PhysicsConfig,
    findings: list[str],
) -> Track:
    raw = gyro.values / (1.0 if stated is None else stated.radps)
    sign = overrides.gyro_sign or 1
    if overrides.gyro_unit is not None:
        findings.append(f"The rate of turn is taken as {overrides.gyro_unit}, as you say.")
        return Track(gyro.t_s, sign * raw * overrides.gyro_unit.radps, gyro.dropped)
    errors = _turn_errors(rests, Track(gyro.t_s, raw), config)
    best = _best(errors, config)
    if best is None:
        unit = stated or _unit_by_size(raw, config)
        if unit is None:
            raise ContradictionError(
                "does not say the unit of its rate of turn, and it was hardly turned, so that it "
                "cannot be found: "
                "say it with --gyro-unit rad/s or --gyro-unit deg/s"
            )
        if np.percentile(np.abs(raw), 99) * unit.radps > config.fast_radps:
            raise ContradictionError(
                f"contradicts itself: its gyroscope would turn faster than any can in {unit}; say the "
                f"unit with "
                "--gyro-unit"
            )
        findings.append(_unchecked(errors, unit))
        return Track(gyro.t_s, sign * raw * unit.radps, gyro.dropped)
    unit, way = best
    if way < 0 and overrides.gyro_sign is None:
        raise ContradictionError(
            "contradicts physics: its gyroscope turns the other way round than gravity does, so axes "
            "are swapped or "
            "a sign is wrong; if only the sign is, say --gyro-sign minus"
        )
    if stated is not None and unit is not stated:
        findings.append(
            f"WARNING: the file says {stated}, but gravity turns as if the rate of turn were {unit}, "
            f"and it is taken "
            f"so. If the file is right: --gyro-unit {stated}."
        )
    else:
        findings.append(
            f"Gravity turns as the gyroscope says in {unit} (off by {100 * errors[best]:.0f} % of the turn)."
        )
    return Track(gyro.t_s, sign * raw * unit.radps, gyro.dropped)


def _unchecked(errors: Mapping[tuple[GyroUnit, int], float], unit: GyroUnit) -> str:
    if not errors:
        return (
            f"The rate of turn is taken as {unit}: it was hardly turned between rests, so this is not "
            f"checked."
        )
    return (
        f"WARNING: gravity does not turn as the gyroscope says, in any unit (off by "
        f"{100 * errors[unit, 1]:.0f} % of the turn in {unit}): channels mixed up, damaged, or never at rest."
    )


def _unit_by_size(raw: FloatArray, config: PhysicsConfig) -> GyroUnit | None:
    """Tell the unit where only one is possible."""
    fastest = float(np.percentile(np.abs(raw), 99.9))
    return GyroUnit.DPS if config.fast_radps < fastest < config.fast_radps / GyroUnit.DPS.radps else None


def _best(errors: Mapping[tuple[GyroUnit, int], float], config: PhysicsConfig) -> tuple[GyroUnit, int] | None:
    if not errors:
        return None
    first, second = sorted(errors, key=lambda candidate: errors[candidate])[:2]
    if errors[first] > config.good_error or errors[second] < config.min_advantage * errors[first]:
        return None
    return first


@dataclass(frozen=True, slots=True, eq=False)
class _Rests:
    """Moments at which the direction of gravity in the sensor's frame is known.

    Attributes
    ----------
    t_s, up : (M,) and (M, 3) float64
        Times, s, and unit vectors (all up, or all down).
    quiet_s : (K,) float64
        Middles of the quietest windows, s: what the gyroscope reads there is its bias.
    """

    t_s: FloatArray
    up: FloatArray
    quiet_s: FloatArray


def _directions_up(accel: Track, channels: Mapping[str, Track], config: PhysicsConfig) -> _Rests:
    """Take gravity as the vendor's software saw it; else as the accelerometer feels it at rest."""
    windows = _windows(accel, config)
    quiet_s = windows.t_s[np.argsort(windows.scatter)[: max(3, len(windows.t_s) // 20)]]
    gravity, attitude = channels.get("gravity"), channels.get("attitude")
    if gravity is not None:
        up = _interpolated(gravity, windows.t_s)
        size = np.linalg.norm(up, axis=1)
        return _Rests(windows.t_s[size > 0], up[size > 0] / size[size > 0][:, None], quiet_s)
    if attitude is not None and "gyro" in channels:
        nearest = np.clip(np.searchsorted(attitude.t_s, windows.t_s), 0, len(attitude) - 1)
        nearest = np.unique(nearest)
        turns = Rotation.from_quat(attitude.values[nearest], scalar_first=True)
        return _Rests(attitude.t_s[nearest], turns.inv().apply([0.0, 0.0, 1.0]), quiet_s)
    still = (windows.scatter < 2 * config.still_fraction * windows.size) & (
        np.abs(windows.size / STANDARD_GRAVITY_MPS2 - 1) < config.loose_tolerance
    )
    return _Rests(windows.t_s[still], windows.mean[still] / windows.size[still][:, None], quiet_s)


def _interpolated(one: Track, t_s: FloatArray) -> FloatArray:
    return np.stack([np.interp(t_s, one.t_s, one.values[:, axis]) for axis in range(3)], axis=1)


def _turn_errors(rests: _Rests, gyro: Track, config: PhysicsConfig) -> dict[tuple[GyroUnit, int], float]:
    """For each unit and sign: by how much of the turn the gyroscope misses where gravity went between rests.

    Returns
    -------
    dict
        Empty if the sensor was not turned between two rests.
    """
    t_s, up = rests.t_s, rests.up
    bias = _bias(rests.quiet_s, gyro, config)
    pairs = _pairs(t_s, up, gyro, config)
    candidates = [
        (unit, sign) for unit in (GyroUnit.RADPS, GyroUnit.DPS, GyroUnit.MILLI_DPS) for sign in (1, -1)
    ]
    errors: dict[tuple[GyroUnit, int], list[float]] = {candidate: [] for candidate in candidates}
    for one, other in pairs:
        start, stop = np.searchsorted(gyro.t_s, (t_s[one], t_s[other]))
        steps_s = np.diff(gyro.t_s[start - 1 : stop])
        rates = gyro.values[start:stop] - bias
        turn = float(np.arccos(np.clip(up[one] @ up[other], -1, 1)))
        for unit, sign in candidates:
            predicted = _product(sign * unit.radps * rates * steps_s[:, None]).inv().apply(up[one])
            error = float(np.arccos(np.clip(predicted @ up[other], -1, 1)))
            errors[unit, sign].append(error / turn)
    return {candidate: float(np.median(some)) for candidate, some in errors.items() if some}


def _bias(quiet_s: FloatArray, gyro: Track, config: PhysicsConfig) -> FloatArray:
    """Take what the gyroscope reads in the quietest windows as its bias."""
    near = np.zeros(len(gyro), dtype=np.bool_)
    for middle_s in quiet_s:
        start, stop = np.searchsorted(
            gyro.t_s, (middle_s - config.window_s / 2, middle_s + config.window_s / 2)
        )
        near[start:stop] = True
    return np.median(gyro.values[near], axis=0) if near.any() else np.zeros(3)


def _pairs(t_s: FloatArray, up: FloatArray, gyro: Track, config: PhysicsConfig) -> list[tuple[int, int]]:
    """Find neighbouring rests with a turn between them, the largest turns first."""
    if len(t_s) < 2:
        return []
    turns = np.arccos(np.clip((up[:-1] * up[1:]).sum(axis=1), -1, 1))
    usable: BoolArray = (
        (turns >= config.min_turn_rad)
        & (np.diff(t_s) <= config.max_pair_s)
        & (t_s[:-1] > gyro.t_s[0])
        & (t_s[1:] < gyro.t_s[-1])
    )
    gyro_steps_s = np.diff(gyro.t_s)
    gaps_s = gyro.t_s[1:][gyro_steps_s > 5 * np.median(gyro_steps_s)]
    usable &= np.searchsorted(gaps_s, t_s[:-1]) == np.searchsorted(gaps_s, t_s[1:])
    found = np.flatnonzero(usable)
    largest = found[np.argsort(-turns[found], kind="stable")][: config.max_pairs]
    return [(int(one), int(one) + 1) for one in largest]


def _product(rotation_vectors: FloatArray) -> Rotation:
    """Multiply small turns in their order, halving the number of factors each time."""
    turns = Rotation.from_rotvec(rotation_vectors)
    while len(turns) > 1:
        last = turns[-1:] if len(turns) % 2 else None
        even = len(turns) - len(turns) % 2
        turns = turns[0:even:2] * turns[1:even:2]
        if last is not None:
            turns = Rotation.concatenate([turns, last])
    return turns[0]
