"""Reference instruments: they measure reps themselves, and Upright compares itself with them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RepBegun:
    """The instrument says, at once, that a movement has begun; whether it is a rep comes later or never."""


@dataclass(frozen=True, slots=True)
class InstrumentRep:
    """One rep as an instrument reports it, by the instrument's own definitions; None: it does not tell.

    Attributes
    ----------
    index : int
        As the instrument counts.
    mean_velocity_mps, peak_velocity_mps, mean_propulsive_velocity_mps : float or None
        Of the concentric phase, m/s.
    range_of_motion_m : float or None
        m.
    duration_s : float or None
        Of the concentric phase, s.
    """

    index: int
    mean_velocity_mps: float | None = None
    peak_velocity_mps: float | None = None
    mean_propulsive_velocity_mps: float | None = None
    range_of_motion_m: float | None = None
    duration_s: float | None = None
