"""One repetition in numbers: how long, how far, how fast where, by which path, with which faults."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import PchipInterpolator

from firmware_sim.errors import InvalidSettingError

if TYPE_CHECKING:
    from firmware_sim.curves import FloatArray
    from firmware_sim.lift import Lift, StartStyle
    from firmware_sim.lifter import SetPlan

HALF_TIME_FRACTION = 0.65
"""Duration of a half repetition's phase over that of a whole one (at equal acceleration 0.71; guess)."""

KNOT_FRACTIONS = (0.35, 0.65, 1.0)
"""Where the path of a phase has knots, fraction of its time."""

STICKING_FROM_EFFORT = 0.65
"""Effort below which no sticking region shows (absent to 75 % in deadlifts, present at 90 % in bench)."""

# What a fault of strength 1 adds at the three knots of the first phase and the first two of the second one.
_FORWARD_IN_HOLE_M = (0.005, 0.025, 0.050), (0.045, 0.015)
_ROUNDING_RAD = (0.02, 0.10, 0.20), (0.28, 0.10)  # hips first: early in the ascent the chest is still down
_FORWARD_OFF_FLOOR_M = (0.045, 0.022, 0.0)
_HIPS_FIRST_RAD = 0.17, 0.10
_FINISH_FROM = 0.66  # fraction of the concentric phase's time from which chance changes its finish
_UNEVEN_PRESS_RAD = -0.060
_PITCH_OUT, _PITCH_BACK = (0.40, 0.80, 1.0), (0.75, 0.35)


@dataclass(frozen=True, slots=True, eq=False)
class RepPlan:
    """Numbers of one repetition.

    Attributes
    ----------
    first_s, hold_s, second_s : float
        Durations of the first phase, of the hold at the turning point and of the second phase, s.
    rom_m : float
        Height between home and turning point, m.
    up_shape, down_shape : tuple of (fraction of time, relative speed)
        Velocity profiles.
    out_forward_m, out_pitch_rad : (3,) float64
        Forward of home and shaft pitch at the knots of the first phase.
    back_forward_m, back_pitch_rad : (2,) float64
        The same at the first two knots of the second phase.
    uneven_rad : float
        Tilt early in a press, rad, left end low.
    """

    first_s: float
    hold_s: float
    second_s: float
    rom_m: float
    up_shape: tuple[tuple[float, float], ...]
    down_shape: tuple[tuple[float, float], ...]
    out_forward_m: FloatArray
    out_pitch_rad: FloatArray
    back_forward_m: FloatArray
    back_pitch_rad: FloatArray
    uneven_rad: float


def plan_rep(lift: Lift, plan: SetPlan, index: int, rng: np.random.Generator) -> RepPlan:
    """Draw the repetition ``index`` of a set."""
    tired = tiredness(plan, index)
    noise = plan.noise
    up_s = lift.concentric_s + (lift.heavy_concentric_s - lift.concentric_s) * plan.effort_fraction**3
    up_s *= (1 + plan.fatigue.slowing_fraction * tired) * about_one(rng, noise.duration_scatter_fraction)
    up_s *= 1 + plan.habit.duration_fraction
    down_s = lift.eccentric_s * about_one(rng, noise.duration_scatter_fraction)
    out, back = _forward(lift, plan, tired)
    out_pitch, back_pitch = _pitch(lift, plan, tired)
    pitch_factor = about_one(rng, noise.pitch_scatter_fraction)
    finish = 1 + plan.habit.finish_fraction
    if noise.finish_scatter_fraction:  # nothing is drawn without it: what follows stays as it was
        finish += noise.finish_scatter_fraction * float(rng.standard_normal())
    return RepPlan(
        first_s=up_s if lift.up_first else down_s,
        hold_s=float(rng.uniform(*lift.turn_hold_s)),
        second_s=down_s if lift.up_first else up_s,
        rom_m=lift.rom_m * about_one(rng, noise.rom_scatter_fraction),
        up_shape=_ascent_shape(lift, plan, tired, finish),
        down_shape=lift.down_shape,
        out_forward_m=out + noise.path_scatter_m * rng.standard_normal(3),
        out_pitch_rad=out_pitch * pitch_factor,
        back_forward_m=back + noise.path_scatter_m * rng.standard_normal(2),
        back_pitch_rad=back_pitch * pitch_factor,
        uneven_rad=_UNEVEN_PRESS_RAD * fault_strength(plan, "uneven_press", tired)
        if lift.kind == "press"
        else 0.0,
    )


def halved(rep: RepPlan) -> RepPlan:
    """Half the way of a repetition, in `HALF_TIME_FRACTION` of the time."""
    return replace(
        rep,
        first_s=HALF_TIME_FRACTION * rep.first_s,
        second_s=HALF_TIME_FRACTION * rep.second_s,
        rom_m=0.5 * rep.rom_m,
        out_forward_m=0.5 * rep.out_forward_m,
        out_pitch_rad=0.5 * rep.out_pitch_rad,
        back_forward_m=0.5 * rep.back_forward_m,
        back_pitch_rad=0.5 * rep.back_pitch_rad,
    )


def start_of(lift: Lift, plan: SetPlan) -> StartStyle:
    """Tell where the repetitions of a set start.

    Raises
    ------
    InvalidSettingError
        If the lift cannot start there.
    """
    start = plan.start or lift.starts[0]
    if start not in lift.starts:
        known = " or ".join(lift.starts)
        raise InvalidSettingError("start", f"{lift.id} starts from {known}, not from {start}")
    return start


def tiredness(plan: SetPlan, index: int) -> float:
    """How tired the lifter is in the repetition ``index``, 0 to 1."""
    return min(plan.fatigue.per_rep * index + plan.fatigue.per_set * plan.set_index, 1.0)


def about_one(rng: np.random.Generator, spread: float) -> float:
    """Draw a factor of mean 1 and the given standard deviation."""
    return 1 + spread * float(rng.standard_normal())


def fault_strength(plan: SetPlan, name: str, tired: float) -> float:
    """Strength of a fault between its fresh and its tired value."""
    fresh: float = getattr(plan.fresh_faults, name)
    worst: float = getattr(plan.faults, name)
    return fresh + (worst - fresh) * tired


def _forward(lift: Lift, plan: SetPlan, tired: float) -> tuple[FloatArray, FloatArray]:
    """Fore-aft path at the knots of both phases, m."""
    if plan.straight_path:
        return np.zeros(3), np.zeros(2)
    further_m = plan.fatigue.forward_m * tired + plan.habit.forward_m
    out = np.array(lift.out_forward_m) + further_m * np.array((0.2, 0.6, 1.0))
    back = np.array(lift.back_forward_m) + further_m * np.array((0.8, 0.3))
    if lift.kind == "squat":
        strength = fault_strength(plan, "forward_in_hole", tired)
        out += strength * np.array(_FORWARD_IN_HOLE_M[0])
        back += strength * np.array(_FORWARD_IN_HOLE_M[1])
    if start_of(lift, plan) == "floor":
        out += fault_strength(plan, "forward_off_floor", tired) * np.array(_FORWARD_OFF_FLOOR_M)
    return out, back


def _pitch(lift: Lift, plan: SetPlan, tired: float) -> tuple[FloatArray, FloatArray]:
    """Shaft pitch at the knots of both phases, rad."""
    smallest, largest = lift.pitch_rad
    turn_rad = smallest + plan.lean_fraction * (largest - smallest) + plan.habit.pitch_rad
    out, back = turn_rad * np.array(_PITCH_OUT), turn_rad * np.array(_PITCH_BACK)
    if lift.kind == "squat":
        strength = fault_strength(plan, "rounding", tired)
        out += strength * np.array(_ROUNDING_RAD[0])
        back += strength * np.array(_ROUNDING_RAD[1])
        back += fault_strength(plan, "hips_first", tired) * np.array(_HIPS_FIRST_RAD)
    return out, back


def _ascent_shape(lift: Lift, plan: SetPlan, tired: float, finish: float) -> tuple[tuple[float, float], ...]:
    """Velocity of the concentric phase with its sticking region, a stalled lockout, a finish by chance."""
    fractions, speeds = zip((0.0, 0.0), *lift.up_shape, (1.0, 0.0), strict=True)
    base = PchipInterpolator(fractions, speeds)
    points = dict(lift.up_shape)
    heavy = max(0.0, (plan.effort_fraction - STICKING_FROM_EFFORT) / (1 - STICKING_FROM_EFFORT))
    depth = min(lift.sticking_depth_fraction * heavy + plan.fatigue.sticking_fraction * tired, 0.85)
    if depth > 0.05:
        at = lift.sticking_at_fraction
        points = {f: v for f, v in points.items() if abs(f - at) > 0.24}
        points |= {edge: float(base(edge)) for edge in (at - 0.19, at + 0.22)}
        points[at] = float(base(at)) * (1 - depth)
    stall = 0.0 if lift.kind == "squat" else fault_strength(plan, "lockout_stall", tired)
    if stall > 0:
        points = {f: v for f, v in points.items() if f < 0.70}
        points |= {0.72: float(base(0.72)) * (1 - 0.75 * stall), 0.90: float(base(0.86)) * (1 - 0.6 * stall)}
    return tuple((f, v * finish if f >= _FINISH_FROM else v) for f, v in sorted(points.items()))
