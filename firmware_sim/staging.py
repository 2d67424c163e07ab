"""The stage of a simulated set: knots and moves, collected while the set is played through."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from firmware_sim.curves import FloatArray, Ring
from firmware_sim.errors import InvalidSettingError
from firmware_sim.lifts import lift_by_id
from firmware_sim.rep_plan import KNOT_FRACTIONS, start_of
from firmware_sim.vertical import TURN_SLOPE, Move

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from firmware_sim.lift import Lift
    from firmware_sim.lifter import SetPlan
    from firmware_sim.motion import BarMotion

Shape: TypeAlias = tuple[tuple[float, float], ...]
"""Velocity profile of a move: (fraction of time, relative speed)."""

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
    cluster_s, dead_stop_s : tuple of 2 float
        Pause of a cluster set, and on the floor or on pins, s.
    hang_lift_s : float
        To lift the bar from the floor to the hang and, a fifth longer, to put it down, s.
    catch_per_s, catch_hz, catch_decay_s : tuple of 2 float
        Ringing when the bar meets the body: peak acceleration per speed, 1/s, frequency, Hz, and time
        constant, s (softer and slower than a floor; guess).
    bounce_fraction : tuple of 2 float
        Speed after over speed before the impact of a dropped bar (bumper plates on rubber; guess).
    bumper_contact_s : tuple of 2 float
        Duration of that contact, s (guess).
    bumper_ring_fraction : float
        Its ringing over that of iron on a floor (guess).
    reset_s : tuple of 2 float
        To roll a dropped bar back and grip it again, s.
    fail_at_fraction : tuple of 2 float
        Of the range of motion, where a failed repetition stalls.
    stall_s : tuple of 2 float
        How long it stalls, s.
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
    cluster_s: tuple[float, float] = (8.0, 15.0)
    dead_stop_s: tuple[float, float] = (1.0, 2.0)
    hang_lift_s: float = 1.3
    catch_per_s: tuple[float, float] = (10.0, 22.0)
    catch_hz: tuple[float, float] = (9.0, 20.0)
    catch_decay_s: tuple[float, float] = (0.03, 0.06)
    bounce_fraction: tuple[float, float] = (0.30, 0.50)
    bumper_contact_s: tuple[float, float] = (0.025, 0.040)
    bumper_ring_fraction: float = 0.3
    reset_s: tuple[float, float] = (2.5, 5.0)
    fail_at_fraction: tuple[float, float] = (0.35, 0.65)
    stall_s: tuple[float, float] = (0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Aside:
    """Something that is done with the bar and is no repetition.

    Attributes
    ----------
    start_s, end_s : float
        Scenario time, s.
    what : str
        "half rep", "failed rep", or what the handling is.
    """

    start_s: float
    end_s: float
    what: str


@dataclass(frozen=True, slots=True)
class Span:
    """Planned instants of a movement, counted or not, s; ``what`` is empty where it counts."""

    first_start_s: float
    first_end_s: float
    second_start_s: float
    second_end_s: float
    what: str = ""
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class RepPhases:
    """Planned instants of one repetition, scenario time, s.

    Attributes
    ----------
    home_before_s, home_after_s : float
        Middle of the rest before and after.
    first_start_s, first_end_s, second_start_s, second_end_s : float
        The two phases with the hold between them; the first begins with the dip of a thrown lift.
    dropped : bool
        The second phase is a free fall to the floor.
    """

    home_before_s: float
    first_start_s: float
    first_end_s: float
    second_start_s: float
    second_end_s: float
    home_after_s: float
    dropped: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PlannedSet:
    """A set as it will be done.

    Attributes
    ----------
    motion : BarMotion
        Closed form.
    phases : tuple of RepPhases
        One per repetition that counts.
    first_sign : float
        +1 where the first phase goes up and is the concentric one, -1 where it goes down.
    rejected : tuple of Aside
        Half and failed repetitions.
    surroundings : tuple of Aside
        What else was done with the bar.
    fixed_end : bool
        The bar turns about one fixed end.
    """

    motion: BarMotion
    phases: tuple[RepPhases, ...]
    first_sign: float
    rejected: tuple[Aside, ...] = ()
    surroundings: tuple[Aside, ...] = ()
    fixed_end: bool = False


@dataclass(slots=True)
class Track:
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


def _held_to_its_path(plan: SetPlan, lift: Lift) -> SetPlan:
    """Without what would move the bar forward or back: by request, or because one end of it is fixed."""
    if not plan.straight_path and not lift.pivot_radius_m:
        return plan
    noise = replace(plan.noise, home_scatter_m=0.0, path_scatter_m=0.0, sway_m=0.0, yaw_sway_rad=0.0)
    return replace(plan, noise=noise)


class Stage:
    """Collects knots and moves; the clock ``now_s`` runs with what is done.

    Raises
    ------
    UnknownLiftError
        If the lifter does not know the exercise.
    InvalidSettingError
        If the lift cannot be done as planned.
    """

    def __init__(self, plan: SetPlan, start_s: float, rng: np.random.Generator, config: StageConfig) -> None:
        self.lift: Lift = lift_by_id(plan.exercise_id)
        self.plan = _held_to_its_path(plan, self.lift)
        self.start = start_of(self.lift, plan)
        if plan.dropped and (self.lift.explosive is None or self.start == "rack"):
            raise InvalidSettingError("dropped", f"{self.lift.id} from the {self.start} is never dropped")
        self.rng = rng
        self.config = config
        self.start_s = start_s
        self.now_s = start_s
        self.height_m = 0.0
        self.home_m = 0.0
        self.home_height_m = 0.0
        self.moves: list[Move] = []
        self.forward, self.left, self.pitch, self.tilt, self.gate = (Track() for _ in range(5))
        self.up_rings: list[Ring] = []
        self.forward_rings: list[Ring] = []
        self.tilt_rings: list[Ring] = []
        self.spans: list[Span] = []
        self.breaks: list[float] = []
        self.asides: list[Aside] = []
        for track in (self.forward, self.left, self.pitch, self.tilt, self.gate):
            track.add(start_s, 0.0)

    @property
    def busy(self) -> bool:
        """All the handling of a bar in a gym is played too."""
        return self.plan.surroundings == "busy"

    def wait(self, duration_s: float) -> None:
        """Let time pass at home."""
        self.now_s += duration_s

    def move(self, duration_s: float, height_m: float, shape: Shape, turn_slope: float = TURN_SLOPE) -> None:
        """Add a vertical move that starts now; time is advanced by the caller."""
        self.moves.append(Move(self.now_s, duration_s, height_m, shape, turn_slope))
        self.height_m += height_m

    def note(self, start_s: float, what: str) -> None:
        """Write down what was done with the bar until now."""
        self.asides.append(Aside(start_s, self.now_s, what))

    def pause(self) -> None:
        """Say that between the repetitions here the bar is not at home."""
        self.breaks.append(self.now_s)

    def hold_gate(self, level: float) -> None:
        """Sway and tremor are at this level now."""
        self.gate.add(self.now_s, level)

    def land(self, at_s: float, speed_mps: float) -> None:
        """Ring after an impact on floor or rack."""
        if self.plan.noise.impact_per_s[1] <= 0:
            return
        peak = speed_mps * float(self.rng.uniform(*self.plan.noise.impact_per_s))
        frequency = float(self.rng.uniform(*self.config.ring_hz))
        decay = float(self.rng.uniform(*self.config.ring_decay_s))
        self.up_rings.append(Ring(at_s, peak, frequency, decay))
        self.forward_rings.append(Ring(at_s, 0.3 * peak, 0.8 * frequency, decay))

    def knock(self, at_s: float, peak_mps2: float, frequency_hz: float, decay_s: float) -> None:
        """Ring after a blow from the side, which the ends of the bar feel unequally."""
        if self.plan.noise.impact_per_s[1] <= 0:
            return
        self.up_rings.append(Ring(at_s, peak_mps2, frequency_hz, decay_s))
        self.forward_rings.append(Ring(at_s, -0.5 * peak_mps2, 0.7 * frequency_hz, decay_s))
        # 0.9 m from the middle to the plates.
        self.tilt_rings.append(Ring(at_s, 0.3 * peak_mps2 / 0.9, 0.4 * frequency_hz, decay_s))

    def catch(self, at_s: float, speed_mps: float) -> None:
        """Ring after the bar has met the lifter's body."""
        if self.plan.noise.impact_per_s[1] <= 0:
            return
        cfg, rng = self.config, self.rng
        peak = speed_mps * float(rng.uniform(*cfg.catch_per_s))
        frequency, decay = float(rng.uniform(*cfg.catch_hz)), float(rng.uniform(*cfg.catch_decay_s))
        self.up_rings.append(Ring(at_s, peak, frequency, decay))
        self.forward_rings.append(Ring(at_s, 0.4 * peak, 0.8 * frequency, decay))

    def landing_shape(self, shape: Shape, duration_s: float, ratio: float) -> Shape:
        """Shape a descent that is stopped by the floor instead of by the lifter."""
        contact = float(self.rng.uniform(*self.config.contact_s)) / duration_s
        return (*shape, (1 - contact, ratio))
