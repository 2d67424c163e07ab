"""Checks units and signs by physics, and does not believe what a file says of itself.

A sensor at rest feels gravity: that gives the unit of acceleration. When it is turned, gravity turns in its
axes: that gives unit and sign of the gyroscope (`ingest.imports.turn_check`).

Whether acceleration is specific force or minus specific force (Apple) can NOT be seen in six axes: both are
the same motion seen in a mirror, and nothing but the sign of fore-aft and of the lever arm hangs on it. An
attitude tells it, the vendor's documentation does, or the user.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from analysis.imu import STANDARD_GRAVITY_MPS2, FloatArray
from ingest.imports.gyro_physics import gyro_of, gyro_scaled
from ingest.imports.imported import AccelKind, AccelUnit, Track
from ingest.imports.judging import ContradictionError, PhysicsConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.imu import BoolArray
    from ingest.imports.imported import ImuTracks
    from ingest.imports.judging import Overrides


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
    gyro, gyro_unit = gyro_of(tracks, channels, findings)
    accel, kind = _whole(tracks, channels, findings)
    accel = _accel_scaled(accel, tracks, overrides, config, findings)
    accel = _credible(accel, config.largest_mps2, "acceleration", findings)
    felt = channels.get("gravity", accel)
    gyro = gyro_scaled(felt, gyro, gyro_unit, overrides, config, findings)
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
