"""Turns the plan of a set into the closed-form motion of the bar, from still on the rack or floor to still again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.interpolate import PchipInterpolator

from firmware_sim.curves import Curve, FloatArray, Ring, joined, random_waves, smooth_path
from firmware_sim.lifter import RestStyle, SetPlan
from firmware_sim.lifts import Lift, lift_by_id
from firmware_sim.motion import BarMotion
from firmware_sim.vertical import Move, vertical_path

_REST_S: dict[RestStyle, tuple[float, float]] = {
    "paused": (0.9, 2.5),
    "short": (0.25, 0.7),
    "touch_and_go": (0.0, 0.0),
}


@dataclass(frozen=True, slots=True)
class StageConfig:
    """What happens around the repetitions; values are those of ordinary gym practice.

    Attributes
    ----------
    rack_lift_m : float
        Height over the rack's hooks, m (0.03 to 0.08).
    rack_lift_s : float
        Time for it, s.
    step_m, step_s : float
        Length and duration of a step of the walk-out, m and s.
    bench_shift_m : float
        From the hooks to over the shoulders, m.
    settle_s : tuple of 2 float
        Between walk-out and first repetition, and after the last one, s.
    final_still_s : float
        Still after the set, s.
    contact_s : tuple of 2 float
        Duration of the stop when the bar lands, s (6 to 28 ms measured).
    landing_speed_ratio : float
        Speed at the floor over the peak of the descent, 0 to 1.
    ring_hz, ring_decay_s : tuple of 2 float
        Ringing of bar and plates after an impact, Hz and s (45 to 160 Hz measured).
    """

    rack_lift_m: float = 0.05
    rack_lift_s: float = 0.7
    step_m: float = 0.28
    step_s: float = 0.75
    bench_shift_m: float = 0.13
    settle_s: tuple[float, float] = (0.6, 1.0)
    final_still_s: float = 2.2
    contact_s: tuple[float, float] = (0.010, 0.028)
    landing_speed_ratio: float = 0.35
    ring_hz: tuple[float, float] = (45.0, 140.0)
    ring_decay_s: tuple[float, float] = (0.012, 0.035)


@dataclass(frozen=True, slots=True)
class RepPhases:
    """Planned instants of one repetition, scenario time, s.

    Attributes
    ----------
    home_before_s, home_after_s : float
        Middle of the rest before and after.
    first_start_s, first_end_s, second_start_s, second_end_s : float
        The two phases with the hold between them.
    """

    home_before_s: float
    first_start_s: float
    first_end_s: float
    second_start_s: float
    second_end_s: float
    home_after_s: float


@dataclass(frozen=True, slots=True, eq=False)
class PlannedSet:
    """A set as it will be done.

    Attributes
    ----------
    motion : BarMotion
        Closed form.
    phases : tuple of RepPhases
        One per repetition.
    up_first : bool
        Whether the first phase is the concentric one.
    """

    motion: BarMotion
    phases: tuple[RepPhases, ...]
    up_first: bool


@dataclass(slots=True)
class _Track:
    """Knots of one coordinate."""

    t_s: list[float] = field(default_factory=list[float])
    value: list[float] = field(default_factory=list[float])

    def add(self, t_s: float, value: float) -> None:
        """Append a knot; one at the instant of the last replaces it."""
        if self.t_s and t_s - self.t_s[-1] < 1e-9:
            self.value[-1] = value
            return
        self.t_s.append(t_s)
        self.value.append(value)


def _mixed(fresh: float, tired: float, tiredness: float) -> float:
    return fresh + (tired - fresh) * min(tiredness, 1.0)


class _Stage:
    """Collects knots and moves while the set is walked through in the order of time."""

    def __init__(self, plan: SetPlan, start_s: float, rng: np.random.Generator, config: StageConfig) -> None:
        self.plan = plan
        self.lift: Lift = lift_by_id(plan.exercise_id)
        self.rng = rng
        self.config = config
        self.start_s = start_s
        self.now_s = start_s
        self.height_m = 0.0
        self.home_m = 0.0
        self.home_height_m = 0.0
        self.moves: list[Move] = []
        self.forward, self.left, self.pitch, self.tilt, self.gate = (_Track() for _ in range(5))
        self.up_rings: list[Ring] = []
        self.forward_rings: list[Ring] = []
        self.spans: list[tuple[float, float, float, float]] = []
        self.turn_pitch_rad = float(rng.uniform(*self.lift.pitch_rad))
        for track in (self.forward, self.left, self.pitch, self.tilt, self.gate):
            track.add(start_s, 0.0)

    # -- building blocks

    def wait(self, duration_s: float) -> None:
        """Let time pass at home."""
        self.now_s += duration_s

    def move(self, duration_s: float, height_m: float, shape: tuple[tuple[float, float], ...]) -> None:
        """Add a vertical move that starts now; time is advanced by the caller."""
        self.moves.append(Move(self.now_s, duration_s, height_m, shape))
        self.height_m += height_m

    def hold_gate(self, level: float) -> None:
        """Sway and tremor are at this level now."""
        self.gate.add(self.now_s, level)

    def land(self, at_s: float, speed_mps: float) -> None:
        """Ring after an impact."""
        if self.plan.noise.impact_per_s[1] <= 0:
            return
        peak = speed_mps * float(self.rng.uniform(*self.plan.noise.impact_per_s))
        frequency = float(self.rng.uniform(*self.config.ring_hz))
        decay = float(self.rng.uniform(*self.config.ring_decay_s))
        self.up_rings.append(Ring(at_s, peak, frequency, decay))
        self.forward_rings.append(Ring(at_s, 0.3 * peak, 0.8 * frequency, decay))

    def landing_shape(
        self, shape: tuple[tuple[float, float], ...], duration_s: float, ratio: float
    ) -> tuple[tuple[float, float], ...]:
        """A descent that is stopped by the floor instead of by the lifter."""
        contact = float(self.rng.uniform(*self.config.contact_s)) / duration_s
        return (*shape, (1 - contact, ratio))

    # -- around the repetitions

    def take_from_rack(self) -> None:
        """Off the hooks, then to where the lift is done."""
        cfg = self.config
        self.hold_gate(0.0)
        self.move(cfg.rack_lift_s, cfg.rack_lift_m, ((0.5, 1.0),))
        self.forward.add(self.now_s, 0.0)
        self.wait(cfg.rack_lift_s)
        self.hold_gate(1.0)
        self.walk(-cfg.step_m * self.lift.steps_back if self.lift.steps_back else cfg.bench_shift_m)
        self.home_m = self.forward.value[-1]
        self.home_height_m = self.height_m

    def walk(self, distance_m: float) -> None:
        """Carry the bar forward or back, with the bounce and the heel strikes of the steps."""
        cfg = self.config
        start_m = self.forward.value[-1]
        steps = max(self.lift.steps_back, 1)
        self.forward.add(self.now_s, start_m)
        self.left.add(self.now_s, self.left.value[-1])
        for step in range(1, steps + 1):
            if self.lift.steps_back and self.plan.noise.sway_m > 0:
                self.up_rings.append(Ring(self.now_s + 0.1, -2.5, float(self.rng.uniform(2.5, 4.0)), 0.10))
                self.up_rings.append(Ring(self.now_s + 0.8 * cfg.step_s, 3.0, float(self.rng.uniform(14, 22)), 0.025))
            self.wait(cfg.step_s)
            self.forward.add(self.now_s, start_m + distance_m * step / steps)
            self.left.add(self.now_s, 0.0 if step == steps else 0.02 * (-1) ** step)

    def put_back(self) -> None:
        """Back to the rack and onto the hooks, with an impact."""
        cfg = self.config
        self.walk(-self.forward.value[-1])
        duration_s = cfg.rack_lift_s
        shape = self.landing_shape(((0.5, 1.0),), duration_s, 0.6)
        self.forward.add(self.now_s, 0.0)
        self.hold_gate(1.0)
        self.move(duration_s, -self.height_m, shape)
        self.wait(duration_s)
        self.hold_gate(0.0)
        self.land(self.now_s - cfg.contact_s[0], 0.08)

    # -- repetitions

    def rep(self, index: int) -> None:
        """One repetition that starts now; leaves the clock at its end."""
        lift, plan, rng = self.lift, self.plan, self.rng
        tired = plan.fatigue.per_rep * index + plan.fatigue.per_set * plan.set_index
        scatter = plan.noise.duration_scatter_fraction
        concentric_s = lift.concentric_s + (lift.heavy_concentric_s - lift.concentric_s) * plan.effort_fraction**3
        concentric_s *= (1 + plan.fatigue.slowing_fraction * tired) * (1 + scatter * rng.standard_normal())
        eccentric_s = lift.eccentric_s * (1 + scatter * rng.standard_normal())
        rom_m = lift.rom_m * (1 + plan.noise.rom_scatter_fraction * rng.standard_normal())
        next_height_m = self.home_height_m + (
            0.0 if lift.from_floor else plan.noise.home_up_scatter_m * float(rng.standard_normal())
        )
        sign = 1.0 if lift.up_first else -1.0
        first_s, second_s = (concentric_s, eccentric_s) if lift.up_first else (eccentric_s, concentric_s)
        up_shape = self.ascent_shape(tired)
        down_shape = lift.down_shape
        if lift.from_floor:
            down_shape = self.landing_shape(down_shape, eccentric_s, self.config.landing_speed_ratio)

        first_start = self.now_s
        if lift.from_floor:
            self.hold_gate(0.0)
            self.gate.add(self.now_s + 0.35, 1.0)
        self.move(first_s, sign * rom_m, up_shape if lift.up_first else down_shape)
        self.wait(first_s)
        first_end = self.now_s
        hold = float(rng.uniform(*lift.turn_hold_s))
        self.wait(hold)
        second_start = self.now_s
        next_home_m = self.home_m + plan.noise.home_scatter_m * float(rng.standard_normal())
        self.move(second_s, next_height_m - self.height_m, down_shape if lift.up_first else up_shape)
        self.wait(second_s)
        self.path_knots(first_start, first_end, second_start, self.now_s, tired, next_home_m)
        if lift.from_floor:
            self.gate.add(self.now_s - 0.30, 1.0)
            self.hold_gate(0.0)
            peak_mps = 1.6 * rom_m / eccentric_s
            self.land(self.now_s - self.config.contact_s[0], peak_mps * self.config.landing_speed_ratio)
        self.home_m, self.home_height_m = next_home_m, next_height_m
        self.spans.append((first_start, first_end, second_start, self.now_s))

    def ascent_shape(self, tired: float) -> tuple[tuple[float, float], ...]:
        """Velocity of the concentric phase with its sticking region and a stalled lockout."""
        lift, plan = self.lift, self.plan
        base = PchipInterpolator([0.0, *(f for f, _ in lift.up_shape), 1.0], [0.0, *(v for _, v in lift.up_shape), 0.0])
        # No sticking below 75 % of the maximum (deadlift thesis and bench study cited in the domain notes).
        depth = lift.sticking_depth_fraction * max(0.0, (plan.effort_fraction - 0.65) / 0.35)
        depth = min(depth + plan.fatigue.sticking_fraction * min(tired, 1.0), 0.85)
        points = dict(lift.up_shape)
        if depth > 0.05:
            at = lift.sticking_at_fraction
            points = {f: v for f, v in points.items() if abs(f - at) > 0.24}
            points |= {at - 0.19: float(base(at - 0.19)), at + 0.22: float(base(at + 0.22))}
            points[at] = float(base(at)) * (1 - depth)
        stall = _mixed(plan.fresh_faults.lockout_stall, plan.faults.lockout_stall, tired)
        if stall > 0 and lift.kind != "squat":
            points = {f: v for f, v in points.items() if f < 0.70}
            points |= {0.72: float(base(0.72)) * (1 - 0.75 * stall), 0.90: float(base(0.86)) * (1 - 0.6 * stall)}
        return tuple(sorted(points.items()))

    def path_knots(
        self, first_start: float, first_end: float, second_start: float, second_end: float, tired: float, next_home_m: float
    ) -> None:
        """Fore-aft path, shaft pitch and tilt of one repetition, with its faults."""
        lift, plan, rng = self.lift, self.plan, self.rng
        out = np.array(lift.out_forward_m)
        back = np.array(lift.back_forward_m)
        pitch_out = self.turn_pitch_rad * np.array([0.40, 0.80, 1.0])
        pitch_back = self.turn_pitch_rad * np.array([0.75, 0.35])
        fault = {
            name: _mixed(getattr(plan.fresh_faults, name), getattr(plan.faults, name), tired)
            for name in ("forward_in_hole", "rounding", "forward_off_floor", "uneven_press")
        }
        further = plan.fatigue.forward_m * min(tired, 1.0)
        out += further * np.array([0.2, 0.6, 1.0])
        back += further * np.array([0.8, 0.3])
        if lift.kind == "squat":
            out += 0.050 * fault["forward_in_hole"] * np.array([0.1, 0.5, 1.0])
            back += 0.050 * fault["forward_in_hole"] * np.array([0.9, 0.3])
            pitch_out += 0.20 * fault["rounding"] * np.array([0.1, 0.5, 1.0])
            pitch_back += fault["rounding"] * np.array([0.28, 0.10])  # hips first: the chest is still down
        if lift.from_floor:
            out += 0.045 * fault["forward_off_floor"] * np.array([1.0, 0.5, 0.0])
        scatter = plan.noise.path_scatter_m
        out += scatter * rng.standard_normal(3)
        back += scatter * rng.standard_normal(2)
        self._spread(self.forward, (first_start, first_end), self.home_m, self.home_m + out)
        self._spread(self.forward, (second_start, second_end), self.home_m + out[-1], [*(self.home_m + back), next_home_m])
        self._spread(self.pitch, (first_start, first_end), 0.0, pitch_out)
        self._spread(self.pitch, (second_start, second_end), float(pitch_out[-1]), [*pitch_back, 0.0])
        lag = -0.060 * fault["uneven_press"] if lift.kind == "press" else 0.0
        ascent = (first_start, first_end) if lift.up_first else (second_start, second_end)
        self._spread(self.tilt, ascent, 0.0, [lag, 0.6 * lag, 0.0])

    @staticmethod
    def _spread(track: _Track, span_s: tuple[float, float], start: float, values: Sequence[float] | FloatArray) -> None:
        """Knots at the start, at 35 % and 65 % and at the end of a phase."""
        track.add(span_s[0], start)
        for fraction, value in zip((0.35, 0.65, 1.0), values, strict=True):
            track.add(span_s[0] + fraction * (span_s[1] - span_s[0]), float(value))

    # -- the whole

    def finish(self) -> PlannedSet:
        """Close every track and build the motion."""
        for track in (self.forward, self.left, self.pitch, self.tilt, self.gate):
            track.add(self.now_s, 0.0 if track is not self.forward else track.value[-1])
        noise, rng = self.plan.noise, self.rng
        gate = smooth_path(self.gate.t_s, self.gate.value)
        tremor = [
            random_waves(rng, rms=float(rng.uniform(*noise.tremor_mps2)), band_hz=(8.0, 12.0), count=4, of_acceleration=True)
            for _ in range(3)
        ]
        sway = random_waves(rng, rms=noise.sway_m, band_hz=(0.2, 1.2), count=5)
        side = random_waves(rng, rms=0.5 * noise.sway_m, band_hz=(0.2, 1.0), count=4)
        breath = random_waves(rng, rms=noise.breathing_m, band_hz=(0.2, 0.4), count=2)
        turning = (noise.pitch_sway_rad, noise.tilt_sway_rad, noise.yaw_sway_rad)
        angles = [random_waves(rng, rms=rms, band_hz=(0.1, 0.8), count=4) for rms in turning]
        spin = random_waves(rng, rms=float(rng.uniform(0.26, 0.87)), band_hz=(0.05, 0.3), count=3)
        pitch = smooth_path(self.pitch.t_s, self.pitch.value)
        sleeve = smooth_path(self.pitch.t_s, [-0.7 * value for value in self.pitch.value])
        motion = BarMotion(
            start_s=self.start_s,
            end_s=self.now_s,
            forward_m=Curve(
                smooth_path(self.forward.t_s, self.forward.value), joined(sway, tremor[0]), gate, tuple(self.forward_rings)
            ),
            left_m=Curve(smooth_path(self.left.t_s, self.left.value), joined(side, tremor[1]), gate),
            up_m=Curve(vertical_path(self.moves), joined(breath, tremor[2]), gate, tuple(self.up_rings)),
            pitch_rad=Curve(pitch, angles[0], gate),
            tilt_rad=Curve(smooth_path(self.tilt.t_s, self.tilt.value), angles[1], gate),
            yaw_rad=Curve(None, angles[2], gate),
            sleeve_pitch_rad=Curve(sleeve, spin, gate),
        )
        return PlannedSet(motion, self._phases(), self.lift.up_first)

    def _phases(self) -> tuple[RepPhases, ...]:
        """Spans of the repetitions with the middle of the rest on either side."""
        phases: list[RepPhases] = []
        for i, (start, turn, back, end) in enumerate(self.spans):
            before = (self.spans[i - 1][3] + start) / 2 if i else start - self.config.settle_s[0] / 2
            after = (end + self.spans[i + 1][0]) / 2 if i + 1 < len(self.spans) else end + self.config.settle_s[0] / 2
            phases.append(RepPhases(before, start, turn, back, end, after))
        return tuple(phases)


def choreograph(
    plan: SetPlan, start_s: float, rng: np.random.Generator, config: StageConfig | None = None
) -> PlannedSet:
    """The motion of one set.

    Parameters
    ----------
    plan : SetPlan
        What is to be done.
    start_s : float
        Scenario time at which the bar lies still and the set begins, s.
    rng : numpy Generator
        The only source of randomness.
    config : StageConfig, optional
        Surroundings of the repetitions.

    Raises
    ------
    UnknownLiftError
        If the lifter does not know the exercise.
    """
    stage = _Stage(plan, start_s, rng, config or StageConfig())
    stage.wait(float(rng.uniform(*plan.still_s)))
    if not stage.lift.from_floor:
        stage.take_from_rack()
        stage.wait(float(rng.uniform(*stage.config.settle_s)))
    for index in range(plan.n_reps):
        if index:
            stage.wait(float(rng.uniform(*_REST_S[plan.rest])))
        stage.rep(index)
    if not stage.lift.from_floor:
        stage.wait(float(rng.uniform(*stage.config.settle_s)))
        stage.put_back()
    stage.wait(stage.config.final_still_s)
    return stage.finish()
