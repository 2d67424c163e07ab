"""What surrounds the repetitions: rack and floor, walking, plates, false starts, and pauses between clusters.

Ordinary gym practice; where no number is quoted the magnitudes are engineering guesses, chosen so that each
item looks to a sensor like the mistakes that are known to be taken for repetitions (un-racking, picking up,
putting down, plates knocked, the bar rolled).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware_sim.curves import Ring
from firmware_sim.staging import GATE_S

if TYPE_CHECKING:
    from firmware_sim.staging import Stage, StageConfig

PLATE_RADIUS_M = 0.225
"""Of a standard plate, m: the height of a bar on the floor and the radius on which it rolls."""

_UP_AND_DOWN = ((0.5, 1.0),)
_PICKED_UP = ((0.20, 0.70), (0.45, 1.0), (0.75, 0.60))
_SMALLEST_CARRY_M = 0.15
_UNRACKED_IN_VAIN_FRACTION = 0.4


def begin(stage: Stage) -> None:
    """From still to ready for the first repetition."""
    if stage.busy:
        _handle_plates(stage, "plates loaded")
        if stage.start == "rack":
            if stage.rng.uniform() < _UNRACKED_IN_VAIN_FRACTION:
                _failed_unrack(stage)
        else:
            _grip(stage)
    if stage.start == "rack":
        take_from_rack(stage)
    elif stage.start == "hang":
        pick_up(stage)
    if stage.start != "floor":
        stage.wait(float(stage.rng.uniform(*stage.config.settle_s)))


def put_away_between(stage: Stage) -> None:
    """Pause between two clusters, the bar on rack or floor."""
    stage.pause()
    if stage.start == "rack":
        put_back(stage)
    elif stage.start == "hang" and stage.height_m:
        put_down(stage)
    stage.wait(float(stage.rng.uniform(*stage.config.cluster_s)))
    take_again(stage)


def take_again(stage: Stage) -> None:
    """Take the bar from where it was put or dropped, unless repetitions start there anyway."""
    if stage.start == "floor":
        return
    stage.pause()
    if stage.start == "rack":
        take_from_rack(stage)
    else:
        pick_up(stage)
    stage.wait(float(stage.rng.uniform(*stage.config.settle_s)))


def end(stage: Stage, *, lost: bool) -> None:
    """From the last repetition to still; a lost bar stays where it fell."""
    if not lost and stage.start != "floor" and (stage.start == "rack" or stage.height_m):
        stage.wait(float(stage.rng.uniform(*stage.config.settle_s)))
        if stage.start == "rack":
            put_back(stage)
        else:
            put_down(stage)
    elif stage.busy and not lost and not stage.plan.dropped:
        set_down_unevenly(stage)
    if stage.busy:
        stage.wait(float(stage.rng.uniform(1.0, 2.5)))
        _handle_plates(stage, "plates taken off")
    stage.wait(stage.config.final_still_s)


def take_from_rack(stage: Stage) -> None:
    """Off the hooks, then to where the lift is done."""
    cfg = stage.config
    began_s = stage.now_s
    stage.hold_gate(0.0)
    stage.move(cfg.rack_lift_s, cfg.rack_lift_m, ((0.5, 1.0),))
    stage.forward.add(stage.now_s, 0.0)
    stage.wait(cfg.rack_lift_s)
    stage.hold_gate(1.0)
    walk(stage, -cfg.step_m * stage.lift.steps_back if stage.lift.steps_back else cfg.bench_shift_m)
    if stage.busy and stage.lift.steps_back:
        walk(stage, float(stage.rng.uniform(-0.06, 0.06)), steps=1)
    if stage.lift.stance_drop_m:
        _change_stance(stage, -stage.lift.stance_drop_m)
    _settle_home(stage)
    stage.note(began_s, "unracked")


def walk(stage: Stage, distance_m: float, steps: int | None = None) -> None:
    """Carry the bar forward or back, with the bounce and the heel strikes of the steps."""
    cfg = stage.config
    start_m = stage.forward.value[-1]
    steps = steps or max(stage.lift.steps_back, 1)
    stage.forward.add(stage.now_s, start_m)
    stage.left.add(stage.now_s, stage.left.value[-1])
    for number in range(1, steps + 1):
        if stage.lift.steps_back and stage.plan.noise.sway_m > 0:
            _strike_heel(stage, cfg)
        stage.wait(cfg.step_s)
        stage.forward.add(stage.now_s, start_m + distance_m * number / steps)
        stage.left.add(stage.now_s, 0.0 if number == steps else 0.02 * (-1) ** number)


def _strike_heel(stage: Stage, cfg: StageConfig) -> None:
    """Bounce of the load early in a step and the heel strike late in it."""
    bounce_hz, heel_hz = float(stage.rng.uniform(*cfg.bounce_hz)), float(stage.rng.uniform(*cfg.heel_hz))
    heel_s = stage.now_s + 0.8 * cfg.step_s
    stage.up_rings.append(Ring(stage.now_s + 0.1, -cfg.bounce_mps2, bounce_hz, cfg.bounce_decay_s))
    stage.up_rings.append(Ring(heel_s, cfg.heel_mps2, heel_hz, cfg.heel_decay_s))


def put_back(stage: Stage) -> None:
    """Back to the rack and onto the hooks, with an impact."""
    cfg = stage.config
    began_s = stage.now_s
    if stage.lift.stance_drop_m:
        _change_stance(stage, stage.lift.stance_drop_m)
    walk(stage, -stage.forward.value[-1])
    if stage.busy:
        _bump(stage)
    duration_s = cfg.rack_lift_s
    shape = stage.landing_shape(((0.5, 1.0),), duration_s, 0.6)
    stage.forward.add(stage.now_s, 0.0)
    stage.hold_gate(1.0)
    stage.move(duration_s, -stage.height_m, shape)
    stage.wait(duration_s)
    stage.hold_gate(0.0)
    stage.land(stage.now_s - cfg.contact_s[0], cfg.rack_landing_mps)
    stage.note(began_s, "racked")


def pick_up(stage: Stage) -> None:
    """Lift the bar from the floor to where the repetitions start."""
    lift, began_s = stage.lift, stage.now_s
    duration_s = stage.config.hang_lift_s * (0.5 + 0.5 * (lift.hang_m + lift.bend_m) / 0.55)
    stage.hold_gate(0.0)
    stage.gate.add(stage.now_s + GATE_S, 1.0)
    stage.forward.add(stage.now_s, stage.forward.value[-1])
    stage.move(duration_s, lift.hang_m + lift.bend_m - stage.height_m, _PICKED_UP)
    stage.wait(duration_s)
    toward_m = 0.0 if lift.pivot_radius_m or stage.plan.straight_path else -0.03
    stage.forward.add(stage.now_s, stage.forward.value[-1] + toward_m)
    stage.wait(float(stage.rng.uniform(0.3, 0.6)))
    if stage.busy and lift.steps_back:
        walk(stage, -stage.config.step_m * lift.steps_back)
    if lift.bend_m:
        stage.move(1.0, -lift.bend_m, _UP_AND_DOWN)
        stage.wait(1.0)
    _settle_home(stage)
    stage.note(began_s, "picked up")


def put_down(stage: Stage) -> None:
    """Carry the bar back to its place and set it down on the floor, with an impact."""
    cfg, began_s = stage.config, stage.now_s
    away_m = stage.forward.value[-1]
    if abs(away_m) > _SMALLEST_CARRY_M:
        walk(stage, -away_m)
    duration_s = 1.2 * cfg.hang_lift_s * (0.5 + 0.5 * stage.height_m / 0.55)
    shape = stage.landing_shape(_PICKED_UP, duration_s, cfg.landing_speed_ratio)
    stage.forward.add(stage.now_s, stage.forward.value[-1])
    speed_mps = 1.6 * cfg.landing_speed_ratio * stage.height_m / duration_s
    stage.move(duration_s, -stage.height_m, shape)
    stage.wait(duration_s)
    stage.forward.add(stage.now_s, 0.0)
    stage.gate.add(stage.now_s - GATE_S, 1.0)
    stage.hold_gate(0.0)
    stage.land(stage.now_s - cfg.contact_s[0], speed_mps)
    stage.home_m = stage.home_height_m = 0.0
    if stage.busy:
        set_down_unevenly(stage)
    stage.note(began_s, "put down")


def set_down_unevenly(stage: Stage) -> None:
    """Let the bar that has just landed have met the floor with one end first; the other follows at once."""
    rng = stage.rng
    tilt_rad = float(rng.choice((-1.0, 1.0)) * rng.uniform(0.010, 0.025))
    stage.tilt.add(stage.now_s - 0.30, 0.0)
    stage.tilt.add(stage.now_s - 0.02, tilt_rad)
    stage.tilt.add(stage.now_s + 0.08, 0.0)
    stage.land(stage.now_s + 0.06, float(rng.uniform(0.1, 0.3)))
    stage.wait(0.3)


def _settle_home(stage: Stage) -> None:
    stage.home_m, stage.home_height_m = stage.forward.value[-1], stage.height_m


def _change_stance(stage: Stage, height_m: float) -> None:
    """One step into or out of a split stance."""
    _strike_heel(stage, stage.config)
    stage.move(1.0, height_m, _UP_AND_DOWN)
    stage.wait(1.0)


def _handle_plates(stage: Stage, what: str) -> None:
    """Plates slide onto the sleeves or off them and knock against each other while the bar lies."""
    rng, began_s = stage.rng, stage.now_s
    for _ in range(int(rng.integers(2, 5))):
        stage.wait(float(rng.uniform(0.5, 1.3)))
        peak_mps2 = float(rng.choice((-1.0, 1.0)) * rng.uniform(2.0, 9.0))
        stage.knock(stage.now_s, peak_mps2, float(rng.uniform(25.0, 90.0)), float(rng.uniform(0.010, 0.03)))
    stage.wait(1.0)
    stage.note(began_s, what)


def _failed_unrack(stage: Stage) -> None:
    """Lift the bar off the hooks a little and lay it back."""
    cfg, began_s = stage.config, stage.now_s
    height_m = float(stage.rng.uniform(0.012, 0.030))
    stage.move(0.5, height_m, _UP_AND_DOWN)
    stage.wait(0.75)
    stage.move(0.4, -height_m, stage.landing_shape(_UP_AND_DOWN, 0.4, 0.6))
    stage.wait(0.4)
    stage.land(stage.now_s - cfg.contact_s[0], cfg.rack_landing_mps)
    stage.wait(float(stage.rng.uniform(1.0, 2.0)))
    stage.note(began_s, "unracked in vain")


def _grip(stage: Stage) -> None:
    """Bend down, knock the bar with hands and shins, roll it a little and back, pull the slack out of it."""
    rng, began_s = stage.rng, stage.now_s
    for _ in range(2):
        stage.wait(float(rng.uniform(0.3, 0.8)))
        stage.knock(stage.now_s, float(rng.uniform(0.5, 2.0)), float(rng.uniform(15.0, 40.0)), 0.03)
    if not stage.lift.pivot_radius_m:
        rolled_m = float(rng.choice((-1.0, 1.0)) * rng.uniform(0.02, 0.06))
        for at_m in (0.0, rolled_m, rolled_m, 0.0):
            stage.forward.add(stage.now_s, at_m)
            # The shaft follows half of the turn of the plates; its bearings slip.
            stage.pitch.add(stage.now_s, 0.5 * at_m / PLATE_RADIUS_M)
            stage.wait(0.7)
    slack_m = float(rng.uniform(0.002, 0.004))
    stage.move(0.35, slack_m, _UP_AND_DOWN)
    stage.knock(stage.now_s + 0.3, 1.5, 30.0, 0.02)
    stage.wait(float(rng.uniform(0.5, 0.9)))
    stage.note(began_s, "gripped")


def _bump(stage: Stage) -> None:
    """Run into the uprights of the rack before the bar goes down onto the hooks."""
    rng = stage.rng
    stage.knock(stage.now_s - 0.05, float(rng.uniform(3.0, 9.0)), float(rng.uniform(20.0, 50.0)), 0.03)
    stage.wait(0.3)
