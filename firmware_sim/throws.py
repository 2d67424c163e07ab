"""Lays out thrown lifts on the stage: countermovement, drive, turnover, catch, stand-up; lowered or dropped.

The drive accelerates to its peak velocity (from the floor with two peaks, before and after the knee), then
gravity takes most of the speed. A caught bar falls some centimetres onto the lifter, who stands up with it; a
muscled or pushed one is pressed out. Free fall and bounces are ballistic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firmware_sim.motion import STANDARD_GRAVITY_MPS2
from firmware_sim.rep_plan import about_one, fault_strength, tiredness
from firmware_sim.repetitions import FAILED_REP, HALF_REP, PEAK_OVER_MEAN
from firmware_sim.staging import GATE_S, Span

if TYPE_CHECKING:
    from firmware_sim.lift import Explosive
    from firmware_sim.staging import Shape, Stage

_DIP = ((0.30, 0.80), (0.60, 1.0), (0.85, 0.55))
_STAND_UP = ((0.25, 0.85), (0.50, 1.0), (0.80, 0.50))
_SUNK = ((0.35, 1.0), (0.70, 0.45))
# Before the peak: (fraction of the time to it, speed over the peak).
_FROM_HANG = ((0.30, 0.32), (0.65, 0.74), (0.88, 0.96))
_FROM_FLOOR = ((0.22, 0.48), (0.42, 0.68), (0.58, 0.63), (0.80, 0.84), (0.93, 0.98))
_TO_FLOOR = ((0.12, 0.80), (0.28, 0.90), (0.48, 0.35), (0.70, 0.75))
_TIRED_FORWARD = np.array((0.0, 0.2, 0.6, 1.0, 1.0))
_OFF_FLOOR_FORWARD_M = np.array((0.045, 0.022, 0.010, 0.0, 0.0))
_RECEIVED_BELOW_M = 0.05  # knees give when a pressed bar comes back to the shoulders
_SMALLEST_BOUNCE_M = 0.008
_LOST_FORWARD_M = 0.25


@dataclass(frozen=True, slots=True)
class _Throw:
    """Numbers of one repetition."""

    dip_m: float
    peak_mps: float
    to_peak_m: float
    drop_m: float
    top_m: float
    tired: float


def throw_rep(stage: Stage, index: int) -> bool:
    """Lay out the repetition ``index``, which starts now; leaves the clock at its end.

    Returns
    -------
    bool
        The bar was lost and lies on the floor: the set is over.
    """
    throw = _draw(stage, index)
    start_s, home_height_m = stage.now_s, stage.home_height_m
    if stage.start == "floor":
        stage.hold_gate(0.0)
        stage.gate.add(start_s + GATE_S, 1.0)
    for track in (stage.pitch, stage.tilt):
        track.add(start_s, 0.0)
    stage.forward.add(start_s, stage.home_m)
    if throw.dip_m:
        dip_s = _numbers(stage).dip_s * about_one(stage.rng, stage.plan.noise.duration_scatter_fraction)
        stage.move(dip_s, -throw.dip_m, _DIP)
        stage.wait(dip_s)
        stage.forward.add(stage.now_s, stage.home_m)
        stage.pitch.add(stage.now_s, 0.0)
    if index in stage.plan.half_reps or index == stage.plan.fails_at:
        return _short_of_the_top(stage, throw, start_s, lost=index == stage.plan.fails_at)
    _drive(stage, throw, home_height_m)
    top_s = stage.now_s
    stage.wait(float(stage.rng.uniform(*stage.lift.turn_hold_s)))
    second_s = stage.now_s
    dropped = stage.plan.dropped
    end_s = _drop(stage) if dropped else _lower(stage)
    stage.spans.append(Span(start_s, top_s, second_s, end_s, dropped=dropped))
    return False


def _numbers(stage: Stage) -> Explosive:
    explosive = stage.lift.explosive
    if explosive is None:
        raise TypeError(f"{stage.lift.id} is no thrown lift")
    return explosive


def _draw(stage: Stage, index: int) -> _Throw:
    plan, rng, numbers = stage.plan, stage.rng, _numbers(stage)
    tired = tiredness(plan, index)
    empty, heaviest = numbers.peak_mps
    # A pull slows by about a third of what a grind does: below some speed it is not caught any more.
    peak = (empty + (heaviest - empty) * plan.effort_fraction) / (
        1 + plan.fatigue.slowing_fraction * tired / 3
    )
    spread = plan.noise.rom_scatter_fraction
    off_floor = stage.start == "floor"
    dip_m = float(rng.uniform(*numbers.dip_m))
    drop_m = float(rng.uniform(*numbers.drop_m))
    from_m = stage.lift.hang_m if off_floor else dip_m
    return _Throw(
        dip_m=0.0 if off_floor else dip_m,
        peak_mps=peak * about_one(rng, spread),
        to_peak_m=from_m + numbers.peak_at_m,
        drop_m=drop_m,
        top_m=numbers.top_m * about_one(rng, spread / 3) + (stage.lift.hang_m if off_floor else 0.0),
        tired=tired,
    )


def _to_peak(stage: Stage, throw: _Throw) -> tuple[float, list[tuple[float, float]]]:
    """Time to the peak, s, and velocity until then: (time, m/s)."""
    knots = _FROM_FLOOR if stage.start == "floor" else _FROM_HANG
    fractions, speeds = np.array([(0.0, 0.0), *knots, (1.0, 1.0)]).T
    duration_s = throw.to_peak_m / (throw.peak_mps * float(np.trapezoid(speeds, fractions)))
    return duration_s, [(f * duration_s, s * throw.peak_mps) for f, s in (*knots, (1.0, 1.0))]


def _move_through(stage: Stage, knots: list[tuple[float, float]], end_s: float, height_m: float) -> None:
    """Add a move with velocity knots (time from now, m/s); it ends at rest."""
    stage.move(end_s, height_m, tuple((t_s / end_s, speed) for t_s, speed in knots))


def _drive(stage: Stage, throw: _Throw, home_height_m: float) -> None:
    """From the bottom to standing with the bar; leaves the clock there."""
    numbers, began_s = _numbers(stage), stage.now_s
    to_peak_s, knots = _to_peak(stage, throw)
    braking = numbers.braking_fraction * STANDARD_GRAVITY_MPS2
    top_m = home_height_m + throw.top_m
    peak_s = began_s + to_peak_s
    if numbers.press_share:
        slow_mps = numbers.press_share * throw.peak_mps
        braked_s = (throw.peak_mps - slow_mps) / braking
        left_m = top_m - stage.height_m - throw.to_peak_m - braked_s * (throw.peak_mps + slow_mps) / 2
        pressed_s = max(left_m, 0.05) / (0.75 * slow_mps)
        end_s = to_peak_s + braked_s + pressed_s
        knots += [(to_peak_s + braked_s, slow_mps), (end_s - 0.5 * pressed_s, 0.9 * slow_mps)]
        _move_through(stage, knots, end_s, top_m - stage.height_m)
        stage.wait(end_s)
        turned_s = peak_s + 0.05
        instants = [peak_s + (began_s + end_s - peak_s) * f for f in (0.35, 0.70, 1.0)]
    else:
        braked_s = throw.peak_mps / braking
        end_s = to_peak_s + braked_s
        knots.append((to_peak_s + 0.5 * braked_s, 0.5 * throw.peak_mps))
        _move_through(stage, knots, end_s, throw.to_peak_m + braked_s * throw.peak_mps / 2)
        stage.wait(end_s)
        apex_s = stage.now_s
        turned_s = apex_s - 0.55 * numbers.turnover_s
        caught_s = _catch(stage, throw)
        _stand_up(stage, throw, top_m)
        instants = [apex_s, caught_s, stage.now_s]
    _draw_path(stage, throw, [began_s + 0.5 * to_peak_s, peak_s, *instants])
    stage.pitch.add(turned_s, 0.0)
    stage.pitch.add(turned_s + numbers.turnover_s, numbers.turnover_rad)


def _catch(stage: Stage, throw: _Throw) -> float:
    """Fall from the apex onto the lifter; returns when the bar is at its lowest."""
    # Half of the fall is free, the other half is braked by the body.
    fall_s = 2.2 * float(np.sqrt(throw.drop_m / STANDARD_GRAVITY_MPS2))
    stage.move(fall_s, -throw.drop_m, ((0.45, 1.0), (0.75, 0.45)))
    stage.wait(fall_s)
    stage.catch(stage.now_s - 0.5 * fall_s, PEAK_OVER_MEAN * throw.drop_m / fall_s)
    return stage.now_s


def _stand_up(stage: Stage, throw: _Throw, top_m: float) -> None:
    """Out of the catch; slower when heavy or tired."""
    stage.wait(float(stage.rng.uniform(0.15, 0.45)))
    slowing = 1 + 0.8 * stage.plan.effort_fraction**3 + stage.plan.fatigue.slowing_fraction * throw.tired
    duration_s = _numbers(stage).stand_s * slowing
    stage.move(duration_s, top_m - stage.height_m, _STAND_UP)
    stage.wait(duration_s)


def _draw_path(stage: Stage, throw: _Throw, instants: list[float]) -> None:
    """Forward position at half-way up, peak, apex, catch and top."""
    plan, rng = stage.plan, stage.rng
    forward_m = np.array(_numbers(stage).forward_m) + plan.noise.path_scatter_m * rng.standard_normal(5)
    forward_m += plan.fatigue.forward_m * throw.tired * _TIRED_FORWARD
    if stage.start == "floor":
        forward_m += fault_strength(plan, "forward_off_floor", throw.tired) * _OFF_FLOOR_FORWARD_M
    if plan.straight_path:
        forward_m[:] = 0.0
    for at_s, value in zip(instants, forward_m, strict=True):
        stage.forward.add(at_s, stage.home_m + float(value))


def _lower(stage: Stage) -> float:
    """Down to where it came from; returns when the bar is there."""
    lift, noise, rng, cfg = stage.lift, stage.plan.noise, stage.rng, stage.config
    duration_s = lift.eccentric_s * about_one(rng, noise.duration_scatter_fraction)
    next_home_m = stage.home_m + noise.home_scatter_m * float(rng.standard_normal())
    next_height_m = stage.home_height_m
    turn_m, turn_rad = stage.forward.value[-1], stage.pitch.value[-1]
    down = stage.now_s, stage.now_s + duration_s
    shape: Shape = lift.down_shape
    below_m = 0.0
    if stage.start == "floor":
        shape = stage.landing_shape(_TO_FLOOR, duration_s, cfg.landing_speed_ratio)
    else:
        next_height_m += noise.home_up_scatter_m * float(rng.standard_normal())
        below_m = _RECEIVED_BELOW_M if stage.start == "rack" else 0.0
    down_m = stage.height_m - next_height_m + below_m
    speed_mps = PEAK_OVER_MEAN * down_m / duration_s
    stage.move(duration_s, -down_m, shape)
    stage.wait(duration_s)
    back_m = 0.0 if stage.plan.straight_path else np.array(lift.back_forward_m)
    stage.forward.add_phase(down, turn_m, [*(stage.home_m + np.zeros(2) + back_m), next_home_m])
    stage.pitch.add_phase(down, turn_rad, [0.75 * turn_rad, 0.25 * turn_rad, 0.0])
    if stage.start == "floor":
        stage.gate.add(stage.now_s - GATE_S, 1.0)
        stage.hold_gate(0.0)
        stage.land(stage.now_s - cfg.contact_s[0], cfg.landing_speed_ratio * speed_mps)
    else:
        stage.catch(stage.now_s - 0.05, 0.3 * speed_mps)
    end_s = stage.now_s
    if below_m:
        stage.move(0.4, below_m, _STAND_UP)
        stage.wait(0.4)
    stage.home_m, stage.home_height_m = next_home_m, next_height_m
    return end_s


def _drop(stage: Stage) -> float:
    """Let the bar fall, bounce and come to rest, then roll it back; returns the first contact, s."""
    cfg, rng = stage.config, stage.rng
    fall_m, released_s = stage.height_m, stage.now_s
    turn_m, turn_rad = stage.forward.value[-1], stage.pitch.value[-1]
    side = float(rng.choice((-1.0, 1.0)))
    landed_m = turn_m if stage.plan.straight_path else turn_m + float(rng.uniform(0.05, 0.18))
    stage.gate.add(released_s, 1.0)
    stage.gate.add(released_s + 0.1, 0.0)
    contact_s = float(rng.uniform(*cfg.bumper_contact_s))
    fall_s = _ballistic(stage, -fall_m, contact_s, released=True)
    impact_s = stage.now_s - contact_s
    _bumper_ring(stage, impact_s, fall_m)
    bounce = float(rng.uniform(*cfg.bounce_fraction))
    height_m = bounce**2 * fall_m
    while height_m > _SMALLEST_BOUNCE_M:
        _ballistic(stage, height_m, contact_s)
        _ballistic(stage, -height_m, contact_s)
        _bumper_ring(stage, stage.now_s - contact_s, height_m)
        height_m *= bounce**2
    rest_s = stage.now_s
    for track, start, landed in ((stage.forward, turn_m, landed_m), (stage.pitch, turn_rad, 0.1 * turn_rad)):
        track.add(released_s, start)
        track.add(released_s + fall_s, landed)
    stage.tilt.add(released_s, 0.0)
    stage.tilt.add(impact_s, 0.015 * side)
    stage.tilt.add(rest_s + 0.05, 0.0)
    _roll_back(stage, landed_m)
    return impact_s


def _roll_back(stage: Stage, landed_m: float) -> None:
    """Bring a bar that lies where it fell back to its place and grip it."""
    began_s, noise, rng = stage.now_s, stage.plan.noise, stage.rng
    stage.wait(0.3)
    stage.forward.add(stage.now_s, landed_m)
    stage.pitch.add(stage.now_s, stage.pitch.value[-1])
    stage.wait(float(rng.uniform(*stage.config.reset_s)))
    stage.home_m = noise.home_scatter_m * float(rng.standard_normal())
    stage.home_height_m = 0.0
    stage.forward.add(stage.now_s, stage.home_m)
    stage.pitch.add(stage.now_s, 0.0)
    stage.pause()
    stage.note(began_s, "rolled back")


def _bumper_ring(stage: Stage, at_s: float, fall_m: float) -> None:
    speed_mps = float(np.sqrt(2 * STANDARD_GRAVITY_MPS2 * fall_m))
    stage.land(at_s, stage.config.bumper_ring_fraction * speed_mps)


def _ballistic(stage: Stage, height_m: float, contact_s: float, *, released: bool = False) -> float:
    """One leg of free flight with the contact at its lower end; returns its duration, s.

    The velocity is linear but for the contact and, where the lifter lets go, a gentle start; the duration is
    the one that makes its slope gravity's.
    """
    distance_m = abs(height_m)
    onset = 0.05 if released else 0.0
    about_s = float(np.sqrt(2 * distance_m / STANDARD_GRAVITY_MPS2)) + contact_s
    contact = min(contact_s / about_s, 0.4)
    slope_share = 1 - contact - onset
    area = (slope_share + contact) / 2
    duration_s = float(np.sqrt(distance_m / (area * STANDARD_GRAVITY_MPS2 * slope_share)))
    fall = tuple((onset + f * slope_share, f) for f in (0.08, 0.16, 0.5, 0.97, 1.0))
    shape = fall if height_m < 0 else tuple((1 - at, speed) for at, speed in reversed(fall))
    stage.move(duration_s, height_m, shape, turn_slope=1.0)
    stage.wait(duration_s)
    return duration_s


def _short_of_the_top(stage: Stage, throw: _Throw, start_s: float, *, lost: bool) -> bool:
    """Half a repetition goes back; a failed one of a pull is lost in front, one of a press sinks back."""
    up_m = (0.8 if lost else 0.5) * throw.top_m + throw.dip_m
    up_s = up_m / (0.5 * throw.peak_mps)
    stage.move(up_s, up_m, ((0.30, 0.75), (0.50, 1.0), (0.75, 0.5)))
    stage.wait(up_s)
    drops = lost and stage.start != "rack"
    stage.forward.add(stage.now_s, stage.home_m + (_LOST_FORWARD_M if drops else 0.02))
    stage.pitch.add(stage.now_s, -0.3)
    top_s = stage.now_s
    if drops:
        second_s, end_s = top_s, _drop(stage)
    else:
        stage.wait(0.25)
        second_s = stage.now_s
        end_s = _lower(stage)
    what = FAILED_REP if lost else HALF_REP
    stage.spans.append(Span(start_s, top_s, second_s, end_s, what, dropped=drops))
    return drops
