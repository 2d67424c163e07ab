"""The lifter: what is done in a set, how well and how tired.

`firmware_sim.choreography` turns a plan into motion. Magnitudes follow the simulator that the estimators were
compared on: horizontal signal 2 to 10 cm, home moving some millimetres per repetition, sway, breathing,
tremor, impacts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from firmware_sim.errors import InvalidSettingError

RestStyle: TypeAlias = Literal["paused", "short", "touch_and_go"]
"""At home between repetitions: 0.9 to 2.5 s, 0.25 to 0.7 s, or not at all."""


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
    """

    forward_in_hole: float = 0.0
    rounding: float = 0.0
    forward_off_floor: float = 0.0
    lockout_stall: float = 0.0
    uneven_press: float = 0.0


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
    """

    home_scatter_m: float = 0.005
    home_up_scatter_m: float = 0.003
    rom_scatter_fraction: float = 0.015
    duration_scatter_fraction: float = 0.05
    path_scatter_m: float = 0.003
    pitch_scatter_fraction: float = 0.05
    sway_m: float = 0.0045
    breathing_m: float = 0.0012
    tremor_mps2: tuple[float, float] = (0.10, 0.35)
    pitch_sway_rad: float = 0.008
    tilt_sway_rad: float = 0.014
    yaw_sway_rad: float = 0.018
    sleeve_spin_rad: tuple[float, float] = (0.26, 0.87)
    impact_per_s: tuple[float, float] = (60.0, 120.0)


@dataclass(frozen=True, slots=True)
class SetPlan:
    """One set as the lifter means to do it.

    Attributes
    ----------
    exercise_id : str
        Catalogue id.
    n_reps : int
        Repetitions, at least 1.
    set_index : int
        Earlier sets of the same lift, for fatigue.
    effort_fraction : float
        Load over the day's maximum, 0.2 to 1; decides the speed.
    lean_fraction : float
        The lifter's own pitch at the turning point within the lift's usual range, 0 to 1.
    rest : {"paused", "short", "touch_and_go"}
        At home between repetitions.
    faults : Faults
        At tiredness 1.
    fresh_faults : Faults
        At tiredness 0.
    fatigue : Fatigue
        How it grows.
    noise : BodyNoise
        What the body adds.
    still_s : tuple of 2 float
        Still on the rack or floor before the set, shortest and longest, s.
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
    still_s: tuple[float, float] = (2.0, 3.5)

    def __post_init__(self) -> None:
        if self.n_reps < 1:
            raise InvalidSettingError("n_reps", f"a set has at least 1 repetition, not {self.n_reps}")
        if not 0.2 <= self.effort_fraction <= 1:
            raise InvalidSettingError("effort_fraction", f"must lie in 0.2 to 1, not {self.effort_fraction}")
