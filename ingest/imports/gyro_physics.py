"""Settles unit and sign of the rate of turn, and takes it from the attitude where there is no gyroscope."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from ingest.imports.imported import GyroUnit, Track, track
from ingest.imports.judging import ContradictionError
from ingest.imports.turn_check import check_turn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.imu import FloatArray
    from ingest.imports.imported import ImuTracks
    from ingest.imports.judging import Overrides, PhysicsConfig
    from ingest.imports.turn_check import TurnCheck


def gyro_of(
    tracks: ImuTracks, channels: Mapping[str, Track], findings: list[str]
) -> tuple[Track, GyroUnit | None]:
    """Take the gyroscope of a file, or differentiate its attitude; and the unit that the file states.

    Raises
    ------
    ContradictionError
        If it has neither.
    """
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


def gyro_scaled(
    felt: Track,
    gyro: Track,
    stated: GyroUnit | None,
    overrides: Overrides,
    config: PhysicsConfig,
    findings: list[str],
) -> Track:
    """Bring the rate of turn to rad/s, in the unit that gravity shows, the file states or the user says.

    Parameters
    ----------
    felt : Track
        Acceleration with gravity, or gravity alone, sensor frame.
    gyro : Track
        rad/s by the stated unit; as in the file where none is stated.
    stated : GyroUnit or None
        Unit by the file.

    Raises
    ------
    ContradictionError
        If the unit cannot be settled, or it turns the wrong way round.
    """
    raw = gyro.values / (1.0 if stated is None else stated.radps)
    sign = overrides.gyro_sign or 1
    unit = overrides.gyro_unit
    if unit is not None:
        findings.append(f"The rate of turn is taken as {unit}, as you say.")
    else:
        unit = _gyro_unit(check_turn(felt, Track(gyro.t_s, raw)), raw, stated, overrides, config, findings)
    return Track(gyro.t_s, sign * raw * unit.radps, gyro.dropped)


def _gyro_unit(
    found: TurnCheck | None,
    raw: FloatArray,
    stated: GyroUnit | None,
    overrides: Overrides,
    config: PhysicsConfig,
    findings: list[str],
) -> GyroUnit:
    """Settle the unit of the rate of turn, by gravity where that can tell."""
    best, way = (None, 1) if found is None else found.best
    advantage = 0.0 if found is None else found.advantage
    if best is not None and way < 0 and overrides.gyro_sign is None and advantage >= config.sure_advantage:
        raise ContradictionError(
            "contradicts physics: its gyroscope turns the other way round than gravity does, so axes "
            "are swapped "
            "or a sign is wrong; if only the sign is, say --gyro-sign minus"
        )
    if best is not None and best == stated and advantage >= config.clear_advantage:
        findings.append(f"Gravity turns as the gyroscope says in {best}: {best} is right.")
        return best
    if best is not None and advantage >= config.sure_advantage:
        if stated is None:
            findings.append(f"Gravity turns as the gyroscope says if that is in {best}.")
        else:
            findings.append(
                f"WARNING: the file says {stated}, but gravity turns as if the rate of turn were in "
                f"{best}, and it "
                f"is taken so. If the file is right: --gyro-unit {stated}."
            )
        return best
    unit = stated or _unit_by_size(raw, config) or _unit_left(found, raw, config)
    if unit is None:
        raise ContradictionError(
            "does not say the unit of its rate of turn, and it was hardly turned, so that it cannot "
            "be found: say "
            "it with --gyro-unit rad/s or --gyro-unit deg/s"
        )
    if np.percentile(np.abs(raw), 99) * unit.radps > config.fast_radps:
        raise ContradictionError(
            f"contradicts itself: its gyroscope would turn faster than any can in {unit}; say the unit with "
            "--gyro-unit"
        )
    if found is not None and found.against(unit) >= config.against:
        findings.append(
            f"WARNING: gravity does not turn as the gyroscope says in {unit} "
            f"({found.against(unit):.1f} times more "
            "scatter than without it): axes or channels mixed up, another unit (--gyro-unit), or damaged."
        )
    else:
        findings.append(
            f"The rate of turn is taken as {unit}: it was turned too little against its accelerations "
            f"for gravity "
            "to show it."
        )
    return unit


def _unit_by_size(raw: FloatArray, config: PhysicsConfig) -> GyroUnit | None:
    """Tell the unit where only one is possible."""
    fastest = float(np.percentile(np.abs(raw), 99.9))
    return GyroUnit.DPS if config.fast_radps < fastest < config.fast_radps / GyroUnit.DPS.radps else None


def _unit_left(found: TurnCheck | None, raw: FloatArray, config: PhysicsConfig) -> GyroUnit | None:
    """Tell the unit where rad/s is ruled out: so large a turn would have shown."""
    if found is None or found.against(GyroUnit.RADPS) < config.against:
        return None
    fastest = float(np.percentile(np.abs(raw), 99.9))
    return GyroUnit.DPS if fastest < config.fast_radps / GyroUnit.DPS.radps else None
