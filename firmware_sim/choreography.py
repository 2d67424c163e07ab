"""Turns the plan of a set into closed-form motion of the bar, from still on rack or floor to still again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firmware_sim.curves import Curve, FloatArray, Ring, joined, random_waves, smooth_path
from firmware_sim.lifts import Lift, lift_by_id
from firmware_sim.motion import BarMotion
from firmware_sim.rep_plan import KNOT_FRACTIONS, plan_rep
from firmware_sim.vertical import Move, vertical_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from firmware_sim.lifter import RestStyle, SetPlan

_REST_S: dict[RestStyle, tuple[float, float]] = {
    "paused": (0.9, 2.5),
    "short": (0.25, 0.7),
    "touch_and_go": (0.0, 0.0),
}


GATE_S = 0.35
"""Sway and tremor grow and fade over this time when the bar leaves or meets the floor, s."""


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
    bounce_mps2, heel_mps2 : float
        Peak acceleration of a step's bounce under the load and of the heel strike, m/s² (2 to 4).
    bounce_hz, heel_hz : tuple of 2 float
        Their frequencies, Hz.
    bounce_decay_s, heel_decay_s : float
        Their time constants, s.
    rack_landing_mps : float
        Speed at which the bar meets the hooks, m/s (0.05 to 0.15).
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
    bounce_mps2: float = 2.5
    bounce_hz: tuple[float, float] = (2.5, 4.0)
    bounce_decay_s: float = 0.10
    heel_mps2: float = 3.0
    heel_hz: tuple[float, float] = (14.0, 22.0)
    heel_decay_s: float = 0.025
    rack_landing_mps: float = 0.08


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
    first_sign : float
        +1 where the first phase goes up and is the concentric one, -1 where it goes down.
    """

    motion: BarMotion
    phases: tuple[RepPhases, ...]
    first_sign: float


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

    def add_phase(
        self, span_s: tuple[float, float], start: float, values: Sequence[float] | FloatArray
    ) -> None:
        """Append knots at the start of a phase and at `KNOT_FRACTIONS` of it."""
        self.add(span_s[0], start)
        for fraction, value in zip(KNOT_FRACTIONS, values, strict=True):
            self.add(span_s[0] + fraction * (span_s[1] - span_s[0]), float(value))


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
        """Shape a descent that is stopped by the floor instead of by the lifter."""
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
                self.step(cfg)
            self.wait(cfg.step_s)
            self.forward.add(self.now_s, start_m + distance_m * step / steps)
            self.left.add(self.now_s, 0.0 if step == steps else 0.02 * (-1) ** step)

    def step(self, cfg: StageConfig) -> None:
        """Bounce of the load early in a step and the heel strike late in it."""
        bounce_hz, heel_hz = float(self.rng.uniform(*cfg.bounce_hz)), float(self.rng.uniform(*cfg.heel_hz))
        heel_s = self.now_s + 0.8 * cfg.step_s
        self.up_rings.append(Ring(self.now_s + 0.1, -cfg.bounce_mps2, bounce_hz, cfg.bounce_decay_s))
        self.up_rings.append(Ring(heel_s, cfg.heel_mps2, heel_hz, cfg.heel_decay_s))

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
        self.land(self.now_s - cfg.contact_s[0], cfg.rack_landing_mps)

    # -- repetitions

    def rep(self, index: int) -> None:
        """Lay out one repetition that starts now; leaves the clock at its end."""
        lift, noise, rng = self.lift, self.plan.noise, self.rng
        rep = plan_rep(lift, self.plan, index, rng)
        next_home_m = self.home_m + noise.home_scatter_m * float(rng.standard_normal())
        next_height_m = self.home_height_m
        down_shape = rep.down_shape
        if lift.from_floor:
            down_shape = self.landing_shape(down_shape, rep.second_s, self.config.landing_speed_ratio)
            self.hold_gate(0.0)
            self.gate.add(self.now_s + GATE_S, 1.0)
        else:
            next_height_m += noise.home_up_scatter_m * float(rng.standard_normal())
        first = self.now_s, self.now_s + rep.first_s
        second = first[1] + rep.hold_s, first[1] + rep.hold_s + rep.second_s
        up_first = lift.up_first
        self.move(
            rep.first_s, rep.rom_m if up_first else -rep.rom_m, rep.up_shape if up_first else down_shape
        )
        self.wait(rep.first_s + rep.hold_s)
        self.move(rep.second_s, next_height_m - self.height_m, down_shape if up_first else rep.up_shape)
        self.wait(rep.second_s)

        self.forward.add_phase(first, self.home_m, self.home_m + rep.out_forward_m)
        turn_m = self.home_m + float(rep.out_forward_m[-1])
        self.forward.add_phase(second, turn_m, [*(self.home_m + rep.back_forward_m), next_home_m])
        self.pitch.add_phase(first, 0.0, rep.out_pitch_rad)
        self.pitch.add_phase(second, float(rep.out_pitch_rad[-1]), [*rep.back_pitch_rad, 0.0])
        uneven = [rep.uneven_rad, 0.6 * rep.uneven_rad, 0.0]
        self.tilt.add_phase(first if up_first else second, 0.0, uneven)
        if lift.from_floor:
            self.gate.add(self.now_s - GATE_S, 1.0)
            self.hold_gate(0.0)
            # The descent's peak is about 1.6 times its mean (lifts.py).
            landing_mps = self.config.landing_speed_ratio * 1.6 * rep.rom_m / rep.second_s
            self.land(self.now_s - self.config.contact_s[0], landing_mps)
        self.home_m, self.home_height_m = next_home_m, next_height_m
        self.spans.append((*first, *second))

    # -- the whole

    def finish(self) -> PlannedSet:
        """Close every track and build the motion."""
        for track in (self.forward, self.left, self.pitch, self.tilt, self.gate):
            track.add(self.now_s, 0.0 if track is not self.forward else track.value[-1])
        noise, rng = self.plan.noise, self.rng
        gate = smooth_path(self.gate.t_s, self.gate.value)
        tremor = [
            random_waves(
                rng,
                rms=float(rng.uniform(*noise.tremor_mps2)),
                band_hz=(8.0, 12.0),
                count=4,
                of_acceleration=True,
            )
            for _ in range(3)
        ]
        sway = random_waves(rng, rms=noise.sway_m, band_hz=(0.2, 1.2), count=5)
        side = random_waves(rng, rms=0.5 * noise.sway_m, band_hz=(0.2, 1.0), count=4)
        breath = random_waves(rng, rms=noise.breathing_m, band_hz=(0.2, 0.4), count=2)
        turning = (noise.pitch_sway_rad, noise.tilt_sway_rad, noise.yaw_sway_rad)
        angles = [random_waves(rng, rms=rms, band_hz=(0.1, 0.8), count=4) for rms in turning]
        spin = random_waves(rng, rms=float(rng.uniform(*noise.sleeve_spin_rad)), band_hz=(0.05, 0.3), count=3)
        pitch = smooth_path(self.pitch.t_s, self.pitch.value)
        sleeve = smooth_path(self.pitch.t_s, [-0.7 * value for value in self.pitch.value])
        motion = BarMotion(
            start_s=self.start_s,
            end_s=self.now_s,
            forward_m=Curve(
                smooth_path(self.forward.t_s, self.forward.value),
                joined(sway, tremor[0]),
                gate,
                tuple(self.forward_rings),
            ),
            left_m=Curve(smooth_path(self.left.t_s, self.left.value), joined(side, tremor[1]), gate),
            up_m=Curve(vertical_path(self.moves), joined(breath, tremor[2]), gate, tuple(self.up_rings)),
            pitch_rad=Curve(pitch, angles[0], gate),
            tilt_rad=Curve(smooth_path(self.tilt.t_s, self.tilt.value), angles[1], gate),
            yaw_rad=Curve(None, angles[2], gate),
            sleeve_pitch_rad=Curve(sleeve, spin, gate),
        )
        return PlannedSet(motion, self._phases(), 1.0 if self.lift.up_first else -1.0)

    def _phases(self) -> tuple[RepPhases, ...]:
        """Spans of the repetitions with the middle of the rest on either side."""
        phases: list[RepPhases] = []
        for i, (start, turn, back, end) in enumerate(self.spans):
            before = (self.spans[i - 1][3] + start) / 2 if i else start - self.config.settle_s[0] / 2
            after = (
                (end + self.spans[i + 1][0]) / 2
                if i + 1 < len(self.spans)
                else end + self.config.settle_s[0] / 2
            )
            phases.append(RepPhases(before, start, turn, back, end, after))
        return tuple(phases)


def choreograph(
    plan: SetPlan, start_s: float, rng: np.random.Generator, config: StageConfig | None = None
) -> PlannedSet:
    """Plan the motion of one set.

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
