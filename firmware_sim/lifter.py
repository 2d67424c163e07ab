"""The lifter: what is done in a set, how well and how tired.

`firmware_sim.choreography` turns a plan into motion. Magnitudes follow the simulator that the estimators were
compared on: horizontal signal 2 to 10 cm, home moving some millimetres per repetition, sway, breathing,
tremor, impacts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from firmware_sim.errors import InvalidSettingError

if TYPE_CHECKING:
    from firmware_sim.lift import StartStyle

RestStyle: TypeAlias = Literal["paused", "short", "touch_and_go", "cluster", "dead_stop"]
"""Between repetitions: 0.9 to 2.5 s at home, 0.25 to 0.7 s, or not at all; "cluster": after every
``cluster_size`` repetitions the bar is put away for 8 to 15 s; "dead_stop": 1 to 2 s on the floor, in lifts
that go down first the same on pins at the turning point."""

Surroundings: TypeAlias = Literal["plain", "busy"]
"""What happens around the repetitions: only what must, or all the handling of a bar in a gym as well."""


@dataclass(frozen=True, slots=True)
class Faults:
    """Technique faults, each a strength from 0 (absent) to 1 (gross).

    Attributes
    ----------
    forward_in_hole : float
        Squats: the bar runs forward at the turning point, 5 cm at 1.
    rounding : float
        Squats: extra shaft pitch in the hole (0.20 rad at 1) and more of it early in the ascent, hips first.
    forward_off_floor : float
        Deadlift: the bar swings forward before it passes the knee, 4.5 cm at 1.
    lockout_stall : float
        Deadlift and presses: speed in the last third falls by 75 % at 1.
    uneven_press : float
        Presses: the left end lags, 0.06 rad of tilt half-way up at 1.
    hips_first : float
        Squats: the hips rise before the chest, the shaft tips 0.17 rad further in the first half of the
        ascent at 1.
    """

    forward_in_hole: float = 0.0
    rounding: float = 0.0
    forward_off_floor: float = 0.0
    lockout_stall: float = 0.0
    uneven_press: float = 0.0
    hips_first: float = 0.0


@dataclass(frozen=True, slots=True)
class Fatigue:
    """How tiredness grows and what it does; tiredness 1 is the end of a hard set.

    Attributes
    ----------
    per_rep, per_set : float
        Tiredness gained by a repetition (0 to 0.3) and carried over from each earlier set (0 to 0.4).
    slowing_fraction : float
        Longer concentric phase at tiredness 1 (0.25 to 0.7: last-rep slow-down of real sets).
    sticking_fraction : float
        Deeper sticking region at tiredness 1, 0 to 1.
    forward_m : float
        Further forward at the turning point at tiredness 1, m.
    """

    per_rep: float = 0.12
    per_set: float = 0.15
    slowing_fraction: float = 0.45
    sticking_fraction: float = 0.35
    forward_m: float = 0.010


@dataclass(frozen=True, slots=True)
class BodyNoise:
    """What a body adds to the plan; zero everything for an ideal lifter.

    Attributes
    ----------
    home_scatter_m, home_up_scatter_m : float
        Standard deviation of home from one repetition to the next (random walk), forward and up, m; measured
        returns differ by some millimetres to centimetres.
    rom_scatter_fraction, duration_scatter_fraction, path_scatter_m, pitch_scatter_fraction : float
        Standard deviation between repetitions of range, duration, path knots and pitch.
    finish_scatter_fraction : float
        Standard deviation between repetitions of the relative speed of the last third of the concentric
        phase (the share of a lift's time at the end differs from rep to rep by some per cent).
    sway_m : float
        Root mean square of slow sway and wander, forward, 0.2 to 1.2 Hz, m (standing sway 3.5 mm, wander 6
        mm).
    breathing_m : float
        Root mean square, up, 0.2 to 0.4 Hz, m.
    tremor_mps2 : tuple of 2 float
        Smallest and largest root mean square of tremor per axis, 8 to 12 Hz, m/s².
    pitch_sway_rad, tilt_sway_rad, yaw_sway_rad : float
        Root mean square, 0.1 to 0.8 Hz, rad (tilt 0.5 to 1.3 degrees, yaw 0.6 to 1.8 degrees).
    sleeve_spin_rad : tuple of 2 float
        Smallest and largest root mean square of the sleeve's slow spin, rad (15 to 50 degrees).
    impact_per_s : tuple of 2 float
        Smallest and largest peak acceleration of the ringing per landing speed, 1/s (up to 140
        measured on floors).
    whip : bool
        The bar bends and rings.
    """

    home_scatter_m: float = 0.005
    home_up_scatter_m: float = 0.003
    rom_scatter_fraction: float = 0.015
    duration_scatter_fraction: float = 0.05
    path_scatter_m: float = 0.003
    pitch_scatter_fraction: float = 0.05
    finish_scatter_fraction: float = 0.0
    sway_m: float = 0.0045
    breathing_m: float = 0.0012
    tremor_mps2: tuple[float, float] = (0.10, 0.35)
    pitch_sway_rad: float = 0.008
    tilt_sway_rad: float = 0.014
    yaw_sway_rad: float = 0.018
    sleeve_spin_rad: tuple[float, float] = (0.26, 0.87)
    impact_per_s: tuple[float, float] = (60.0, 120.0)
    whip: bool = False

    def scaled(self, factor: float) -> BodyNoise:
        """Return a body that adds ``factor`` times as much of everything but blows and the sleeve's spin."""
        low, high = self.tremor_mps2
        return replace(
            self,
            home_scatter_m=factor * self.home_scatter_m,
            home_up_scatter_m=factor * self.home_up_scatter_m,
            rom_scatter_fraction=factor * self.rom_scatter_fraction,
            duration_scatter_fraction=factor * self.duration_scatter_fraction,
            path_scatter_m=factor * self.path_scatter_m,
            pitch_scatter_fraction=factor * self.pitch_scatter_fraction,
            finish_scatter_fraction=factor * self.finish_scatter_fraction,
            sway_m=factor * self.sway_m,
            breathing_m=factor * self.breathing_m,
            tremor_mps2=(factor * low, factor * high),
            pitch_sway_rad=factor * self.pitch_sway_rad,
            tilt_sway_rad=factor * self.tilt_sway_rad,
            yaw_sway_rad=factor * self.yaw_sway_rad,
        )


@dataclass(frozen=True, slots=True)
class SetHabit:
    """By how much all repetitions of one set differ from the plan, as `firmware_sim.scatter` draws it.

    Attributes
    ----------
    forward_m : float
        Further forward at the turning point, m.
    pitch_rad : float
        More pitch of the shaft there, rad.
    duration_fraction : float
        Longer concentric phase.
    finish_fraction : float
        Faster last third of the concentric phase.
    """

    forward_m: float = 0.0
    pitch_rad: float = 0.0
    duration_fraction: float = 0.0
    finish_fraction: float = 0.0


@dataclass(frozen=True, slots=True)
class SetPlan:
    """One set as the lifter means to do it.

    Attributes
    ----------
    exercise_id : str
        Catalogue id.
    n_reps : int
        Repetitions that are tried, at least 1; half and failed ones are among them.
    set_index : int
        Earlier sets of the same lift, for fatigue.
    effort_fraction : float
        Load over the day's maximum, 0.2 to 1; decides the speed.
    lean_fraction : float
        The lifter's own pitch at the turning point within the lift's usual range, 0 to 1.
    rest : {"paused", "short", "touch_and_go", "cluster", "dead_stop"}
        Between repetitions, see `RestStyle`.
    faults : Faults
        At tiredness 1.
    fresh_faults : Faults
        At tiredness 0.
    fatigue : Fatigue
        How it grows.
    noise : BodyNoise
        What the body adds.
    habit : SetHabit
        How this set differs from others of the same plan.
    still_s : tuple of 2 float
        Still on the rack or floor before the set, shortest and longest, s.
    start : {"rack", "floor", "hang"} or None
        Where repetitions start; None: as usual in this lift.
    surroundings : {"plain", "busy"}
        What happens around the repetitions.
    half_reps : tuple of int
        Indices of repetitions that go only half-way.
    fails_at : int or None
        Index of the repetition that stalls and is lost; it ends the set.
    dropped : bool
        Thrown lifts from floor or hang: every repetition is dropped from the top.
    rebound_fraction : float
        Touch-and-go on the floor: share of the landing speed with which the bar comes up again, 0 to 0.8.
    cluster_size : int
        Repetitions between two pauses of a cluster set, at least 1.
    straight_path : bool
        The bar never moves forward or back, whatever the fatigue (only walking and a T-bar's arc remain).
    """

    exercise_id: str
    n_reps: int
    set_index: int = 0
    effort_fraction: float = 0.72
    lean_fraction: float = 0.5
    rest: RestStyle = "short"
    faults: Faults = Faults()
    fresh_faults: Faults = Faults()
    fatigue: Fatigue = Fatigue()
    noise: BodyNoise = BodyNoise()
    habit: SetHabit = SetHabit()
    still_s: tuple[float, float] = (2.0, 3.5)
    start: StartStyle | None = None
    surroundings: Surroundings = "plain"
    half_reps: tuple[int, ...] = ()
    fails_at: int | None = None
    dropped: bool = False
    rebound_fraction: float = 0.0
    cluster_size: int = 1
    straight_path: bool = False

    def __post_init__(self) -> None:
        if self.n_reps < 1:
            raise InvalidSettingError("n_reps", f"a set has at least 1 repetition, not {self.n_reps}")
        if not 0.2 <= self.effort_fraction <= 1:
            raise InvalidSettingError("effort_fraction", f"must lie in 0.2 to 1, not {self.effort_fraction}")
        last = self.n_reps - 1
        if any(not 0 <= index <= last for index in self.half_reps):
            raise InvalidSettingError("half_reps", f"indices lie in 0 to {last}, not {self.half_reps}")
        if self.fails_at is not None and (not 0 <= self.fails_at <= last or self.fails_at in self.half_reps):
            raise InvalidSettingError(
                "fails_at", f"must lie in 0 to {last} and not be a half repetition, not {self.fails_at}"
            )
        if not 0 <= self.rebound_fraction <= 0.8:
            raise InvalidSettingError(
                "rebound_fraction", f"must lie in 0 to 0.8, not {self.rebound_fraction}"
            )
        if self.cluster_size < 1:
            raise InvalidSettingError("cluster_size", f"must be at least 1, not {self.cluster_size}")
