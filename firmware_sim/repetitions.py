"""Lays out slow repetitions on the stage: whole ones, half ones, and one that stalls and is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firmware_sim.rep_plan import halved, plan_rep
from firmware_sim.staging import GATE_S, Span

if TYPE_CHECKING:
    from firmware_sim.rep_plan import RepPlan
    from firmware_sim.staging import Shape, Stage

HALF_REP, FAILED_REP = "half rep", "failed rep"

PEAK_OVER_MEAN = 1.6
"""Peak over mean velocity of a descent (lifts.py)."""

_STALLING = ((0.25, 1.0), (0.50, 0.55), (0.75, 0.22), (0.90, 0.08))
_GIVEN_UP = ((0.25, 0.60), (0.60, 1.0), (0.85, 0.70))
_BELOW_TURN_M = 0.03  # the pins are a little below the usual turning point


def slow_rep(stage: Stage, index: int) -> bool:
    """Lay out the repetition ``index``, which starts now; leaves the clock at its end.

    Returns
    -------
    bool
        The bar was lost: it lies on floor or pins, and the set is over.
    """
    lift, noise, rng = stage.lift, stage.plan.noise, stage.rng
    rep = plan_rep(lift, stage.plan, index, rng)
    if index == stage.plan.fails_at:
        return _failed_rep(stage, rep)
    next_home_m = stage.home_m + noise.home_scatter_m * float(rng.standard_normal())
    next_height_m = stage.home_height_m
    if index in stage.plan.half_reps:
        rep = halved(rep)
    if stage.start == "floor":
        rep = _from_the_floor(stage, rep, index)
    else:
        next_height_m += noise.home_up_scatter_m * float(rng.standard_normal())
    if stage.plan.rest == "dead_stop" and not lift.up_first:
        rep = _onto_pins(stage, rep)
    span = _lay_out(stage, rep, next_home_m, next_height_m)
    if stage.start == "floor":
        stage.gate.add(stage.now_s - GATE_S, 1.0)
        stage.hold_gate(0.0)
        stage.land(stage.now_s - stage.config.contact_s[0], _landing_mps(stage, rep))
    stage.home_m, stage.home_height_m = next_home_m, next_height_m
    stage.spans.append(replace(span, what=HALF_REP) if index in stage.plan.half_reps else span)
    return False


def _landing_mps(stage: Stage, rep: RepPlan) -> float:
    return stage.config.landing_speed_ratio * PEAK_OVER_MEAN * rep.rom_m / rep.second_s


def _from_the_floor(stage: Stage, rep: RepPlan, index: int) -> RepPlan:
    """Stop the descent by the floor; in touch-and-go with rebound the next ascent starts with speed."""
    down_shape = stage.landing_shape(rep.down_shape, rep.second_s, stage.config.landing_speed_ratio)
    stage.hold_gate(0.0)
    stage.gate.add(stage.now_s + GATE_S, 1.0)
    up_shape = rep.up_shape
    rebound = stage.plan.rebound_fraction
    if rebound and index and stage.plan.rest == "touch_and_go":
        relative = rebound * _landing_mps(stage, rep) * rep.first_s / (PEAK_OVER_MEAN * rep.rom_m)
        contact = stage.config.contact_s[1] / rep.first_s
        up_shape = ((contact, relative), (4 * contact, 0.75 * relative), *up_shape)
    return replace(rep, down_shape=down_shape, up_shape=up_shape)


def _onto_pins(stage: Stage, rep: RepPlan) -> RepPlan:
    """Lay the bar on pins at the turning point and wait there."""
    cfg, rng = stage.config, stage.rng
    rep = replace(
        rep,
        hold_s=float(rng.uniform(*cfg.dead_stop_s)),
        down_shape=stage.landing_shape(rep.down_shape, rep.first_s, cfg.landing_speed_ratio),
    )
    down_s, up_s = stage.now_s + rep.first_s, stage.now_s + rep.first_s + rep.hold_s
    for at_s, level in ((down_s - GATE_S, 1.0), (down_s, 0.0), (up_s, 0.0), (up_s + GATE_S, 1.0)):
        stage.gate.add(at_s, level)
    speed_mps = cfg.landing_speed_ratio * PEAK_OVER_MEAN * rep.rom_m / rep.first_s
    stage.land(down_s - cfg.contact_s[0], speed_mps)
    return rep


def _lay_out(stage: Stage, rep: RepPlan, next_home_m: float, next_height_m: float) -> Span:
    """Both phases with the hold between them, on every track."""
    up_first = stage.lift.up_first
    first = stage.now_s, stage.now_s + rep.first_s
    second = first[1] + rep.hold_s, first[1] + rep.hold_s + rep.second_s
    first_m = rep.rom_m if up_first else -rep.rom_m
    stage.move(rep.first_s, first_m, rep.up_shape if up_first else rep.down_shape)
    stage.wait(rep.first_s + rep.hold_s)
    back_m = next_height_m - stage.height_m
    stage.move(rep.second_s, back_m, rep.down_shape if up_first else rep.up_shape)
    stage.wait(rep.second_s)

    stage.forward.add_phase(first, stage.home_m, stage.home_m + rep.out_forward_m)
    turn_m = stage.home_m + float(rep.out_forward_m[-1])
    stage.forward.add_phase(second, turn_m, [*(stage.home_m + rep.back_forward_m), next_home_m])
    stage.pitch.add_phase(first, 0.0, rep.out_pitch_rad)
    stage.pitch.add_phase(second, float(rep.out_pitch_rad[-1]), [*rep.back_pitch_rad, 0.0])
    uneven = [rep.uneven_rad, 0.6 * rep.uneven_rad, 0.0]
    stage.tilt.add_phase(first if up_first else second, 0.0, uneven)
    return Span(*first, *second)


def _failed_rep(stage: Stage, rep: RepPlan) -> bool:
    """Up to a fraction of the range, a stall, and down: to where it came from, or onto pins or floor."""
    cfg, rng, lift = stage.config, stage.rng, stage.lift
    fraction, stall_s = float(rng.uniform(*cfg.fail_at_fraction)), float(rng.uniform(*cfg.stall_s))
    start_s = stage.now_s
    on_floor = stage.start == "floor"
    if on_floor:
        stage.hold_gate(0.0)
        stage.gate.add(start_s + GATE_S, 1.0)
    stage.forward.add(start_s, stage.home_m)
    stage.pitch.add(start_s, 0.0)
    if not lift.up_first:
        stage.move(rep.first_s, -rep.rom_m, rep.down_shape)
        stage.wait(rep.first_s)
        stage.forward.add(stage.now_s, stage.home_m + float(rep.out_forward_m[-1]))
        stage.pitch.add(stage.now_s, float(rep.out_pitch_rad[-1]))
        stage.wait(rep.hold_s)
    turn_s = stage.now_s
    up_s = 1.3 * (rep.first_s if lift.up_first else rep.second_s) * fraction**0.5
    stage.move(up_s, fraction * rep.rom_m, _STALLING)
    stage.wait(up_s)
    stage.forward.add(stage.now_s, stage.home_m + float(rep.out_forward_m[1]))
    stage.pitch.add(stage.now_s, float(rep.out_pitch_rad[1]))
    stage.wait(stall_s)
    stage.forward.add(stage.now_s, stage.home_m + float(rep.out_forward_m[1]))
    stage.pitch.add(stage.now_s, float(rep.out_pitch_rad[1]))
    lost = on_floor or not lift.up_first
    down_s = _give_up(stage, _lost_height_m(stage, rep), lands=lost)
    if lift.up_first:
        span = Span(start_s, start_s + up_s, stage.now_s - down_s, stage.now_s, FAILED_REP)
    else:
        span = Span(start_s, turn_s - rep.hold_s, turn_s, stage.now_s, FAILED_REP)
    stage.spans.append(span)
    return lost


def _lost_height_m(stage: Stage, rep: RepPlan) -> float:
    """Height at which a lost bar comes to rest: home, the floor, or pins just below the turning point."""
    if stage.lift.up_first:
        return stage.home_height_m
    if stage.start == "hang":
        return 0.0
    if stage.lift.kind == "pull":  # let down to the floor from the rack's height
        return stage.home_height_m - stage.lift.hang_m
    return stage.home_height_m - rep.rom_m - _BELOW_TURN_M


def _give_up(stage: Stage, height_m: float, *, lands: bool) -> float:
    """Let the bar sink back; returns how long that takes, s."""
    cfg = stage.config
    down_m = stage.height_m - height_m
    down_s = 0.5 + 0.9 * down_m
    shape: Shape = _GIVEN_UP
    if lands:
        shape = stage.landing_shape(shape, down_s, 0.5)
    stage.move(down_s, -down_m, shape)
    stage.wait(down_s)
    stage.forward.add(stage.now_s, stage.home_m)
    stage.pitch.add(stage.now_s, 0.0)
    if lands:
        stage.gate.add(stage.now_s - GATE_S, 1.0)
        stage.hold_gate(0.0)
        stage.land(stage.now_s - cfg.contact_s[0], 0.5 * PEAK_OVER_MEAN * down_m / down_s)
    return down_s
