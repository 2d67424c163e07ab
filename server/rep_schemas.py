"""What the browser gets of one repetition, and what all its models have in common."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from analysis.results import BarPath, Estimate, QualityState, Rep
from server.paths import thin

if TYPE_CHECKING:
    from analysis.imu import FloatArray

PATH_DECIMALS = 4
"""Tenths of a millimetre: finer than any estimate."""


def _known(value: object) -> object:
    """Turn a number that is not finite into None."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


Number = Annotated[float | None, BeforeValidator(_known)]
"""A finite number or null."""


class Model(BaseModel):
    """Base of all: immutable, built from attributes."""

    model_config = ConfigDict(frozen=True, from_attributes=True, populate_by_name=True)


class EstimateModel(Model):
    """A number with its standard deviation; null with a reason where it cannot be known."""

    value: Number
    sd: Number
    state: QualityState
    reason: str = ""

    @classmethod
    def of(cls, estimate: Estimate) -> EstimateModel:
        """Convert an estimate."""
        return cls.model_validate(estimate)


class QualityModel(Model):
    """How far a result can be trusted, and why."""

    state: QualityState
    reasons: tuple[str, ...] = ()


class PathModel(Model):
    """Side view of one rep, thinned; null where fore-aft is not resolvable. s, m."""

    t_s: tuple[float, ...]
    forward_m: tuple[Number, ...] | None
    up_m: tuple[Number, ...]
    forward_sd_m: tuple[Number, ...] | None

    @classmethod
    def of(cls, path: BarPath) -> PathModel:
        """Thin and round a path for drawing."""

        def rounded(values: FloatArray) -> tuple[float, ...]:
            return tuple(values.round(PATH_DECIMALS).tolist())

        few = thin(path)
        return cls(
            t_s=rounded(few.t_s),
            forward_m=None if few.forward_m is None else rounded(few.forward_m),
            up_m=rounded(few.up_m),
            forward_sd_m=None if few.forward_sd_m is None else rounded(few.forward_sd_m),
        )


class StickingRegionModel(Model):
    """Where a concentric phase slows down; fields as in `analysis.results.StickingRegion`."""

    first_peak_mps: Number
    minimum_mps: Number
    second_peak_mps: Number
    first_peak_fraction: Number
    minimum_fraction: Number
    second_peak_fraction: Number
    dip_sd_mps: Number


class VelocityCurveModel(Model):
    """Shape of the concentric velocity; fields as in `analysis.results.VelocityCurve`."""

    time_to_peak_s: Number
    lockout_velocity_mps: Number
    lockout_velocity_sd_mps: Number
    lockout_s: Number
    sticking: StickingRegionModel | None
    reversals: int
    spectral_arc_length: Number
    log_dimensionless_jerk: Number


class RepModel(Model):
    """One repetition; fields as in `analysis.results.Rep`.

    With an ``excluded_reason`` it does not count and is in no mean. ``made`` is "split" or "merged" where a
    person bounded it, for the ``made_reason``.
    """

    index: int
    start_s: float
    turning_point_s: float
    concentric_start_s: float
    concentric_end_s: float
    end_s: Number
    mean_concentric_velocity_mps: Number
    mean_concentric_velocity_sd_mps: Number
    peak_concentric_velocity_mps: Number
    peak_concentric_velocity_sd_mps: Number
    mean_propulsive_velocity_mps: Number
    range_of_motion_m: Number
    range_of_motion_sd_m: Number
    forward_drift_m: Number
    forward_drift_sd_m: Number
    max_forward_m: Number
    pitch_change_rad: Number
    lockout_ratio: Number
    eccentric_velocity_mps: Number
    path: PathModel
    quality: QualityModel
    pitch_change_sd_rad: Number
    lockout_ratio_sd: Number
    curve: VelocityCurveModel | None
    measures: dict[str, EstimateModel]
    dropped: bool | None
    excluded_reason: str = ""
    made: Literal["", "split", "merged"] = ""
    made_reason: str = ""

    @classmethod
    def of(cls, rep: Rep, excluded_reason: str = "") -> RepModel:
        """Convert a rep; with a reason, one that does not count."""
        values: dict[str, object] = {field.name: getattr(rep, field.name) for field in fields(rep)}
        return cls.model_validate(
            values
            | {
                "excluded_reason": excluded_reason,
                "path": PathModel.of(rep.path),
                "measures": {name: EstimateModel.of(one) for name, one in rep.measures.items()},
            }
        )
